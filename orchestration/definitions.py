"""The entry that `workspace.yaml` and `[tool.dg]` name: everything under `orchestration.defs`."""

from pathlib import Path

import dagster as dg

ROOT = Path(__file__).parent.parent


def load() -> dg.Definitions:
    """All definitions: the pipeline, and each export's folder."""
    return dg.load_from_defs_folder(path_within_project=ROOT)


@dg.definitions
def defs() -> dg.Definitions:
    """What the Dagster server loads."""
    return load()
