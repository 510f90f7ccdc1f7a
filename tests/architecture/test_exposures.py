"""Every export and report is an exposure of the dbt project, and names the marts that its code reads."""

import re
from pathlib import Path

import pytest

from orchestration.defs.transform import manifest

ROOT = Path(__file__).parents[2] / "orchestration"
READ = re.compile(r"\bmarts\.((?:dim|fct|rpt)_[a-z_]+)")
# What the code of each exposure is; the pack takes the team's numbers from the report.
CODE = {
    "report": [*(ROOT / "report").glob("*.py")],
    "finance_forecast": [ROOT / "finance_file.py"],
    "manager_pack": [
        *(ROOT / "components").glob("*.py"),
        *(ROOT / "report" / f"{name}.py" for name in ("headline", "team", "published")),
    ],
}
EXPOSURES = {str(node["name"]): node for node in manifest()["exposures"].values()}
MODELS = {str(node["name"]) for node in manifest()["nodes"].values() if node["resource_type"] == "model"}


def test_every_export_is_an_exposure() -> None:
    exports = {file.parent.name for file in (ROOT / "defs" / "export").glob("*/defs.yaml")}
    assert exports <= set(EXPOSURES)
    assert set(CODE) == set(EXPOSURES)


@pytest.mark.parametrize("name", sorted(CODE))
def test_an_exposure_names_the_marts_that_its_code_reads(name: str) -> None:
    read = {mart for file in CODE[name] for mart in READ.findall(file.read_text())}
    named = {key.split(".")[-1] for key in EXPOSURES[name]["depends_on"]["nodes"]}
    assert named == read & MODELS
