"""The pooled event log keeps what Dagster's own keeps, across processes and instances."""

import shutil
from pathlib import Path

import dagster as dg
import pytest

from orchestration.event_log import PooledEventLogStorage
from orchestration.run import DAGSTER_YAML

KEY = dg.AssetKey(["marts", "fct_example"])


@dg.asset(key=KEY, check_specs=[dg.AssetCheckSpec("holds", asset=KEY)])
def example() -> dg.MaterializeResult:  # type: ignore[type-arg]
    return dg.MaterializeResult(
        metadata={"dagster/row_count": 3}, check_results=[dg.AssetCheckResult(check_name="holds", passed=True)]
    )


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copyfile(DAGSTER_YAML, tmp_path / "dagster.yaml")
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))
    return tmp_path


def test_the_instance_uses_it_and_sends_no_telemetry(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        assert isinstance(instance.event_log_storage, PooledEventLogStorage)
        assert not instance.telemetry_enabled


def test_what_a_run_wrote_is_there_for_the_next_instance(home: Path) -> None:
    with dg.DagsterInstance.get() as instance:
        result = dg.materialize([example], instance=instance)
        written = len(instance.all_logs(result.run_id))
    with dg.DagsterInstance.get() as later:
        assert len(later.all_logs(result.run_id)) == written > 5
        latest = later.get_latest_materialization_event(KEY)
        assert latest is not None
        assert latest.asset_materialization is not None
        assert latest.asset_materialization.metadata["dagster/row_count"].value == 3
        check = dg.AssetCheckKey(KEY, "holds")
        assert (
            later.event_log_storage.get_latest_asset_check_execution_by_key([check])[check].status.value == "SUCCEEDED"
        )
