"""Two runs never write into one object's landing folder at once."""

from pathlib import Path

import pytest

from connectors.salesforce.errors import BusyError
from connectors.salesforce.lock import held


def test_a_second_run_is_turned_away(tmp_path: Path) -> None:
    with held(tmp_path / "lead", "Lead"):
        with pytest.raises(BusyError, match="Lead"), held(tmp_path / "lead", "Lead"):
            pass
        with held(tmp_path / "task", "Task"):
            pass


def test_the_folder_is_free_after_a_run_failed(tmp_path: Path) -> None:
    with pytest.raises(RuntimeError), held(tmp_path, "Lead"):
        raise RuntimeError
    with held(tmp_path, "Lead"):
        pass
