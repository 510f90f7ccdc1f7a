"""The component, loaded from YAML as Dagster loads it, and materialized."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import pytest
from dagster.components.testing import create_defs_folder_sandbox

import orchestration
from orchestration.components.scheduled_export import ScheduledExport

YAML = Path(orchestration.__file__).parent / "defs" / "export" / "manager_pack" / "defs.yaml"
KEY = dg.AssetKey(["exports", "manager_pack"])

# Dagster reads YAML with a function that pydantic deprecated, and notes the place of it in a beta class of its own.
pytestmark = [
    pytest.mark.filterwarnings("ignore::pydantic.warnings.PydanticDeprecatedSince20"),
    pytest.mark.filterwarnings("ignore::dagster.BetaWarning"),
]


@pytest.fixture(autouse=True)
def _zone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SALESPULSE_TIME_ZONE", "Europe/Vienna")


@pytest.fixture
def shipped(_zone: None) -> Iterator[dg.Definitions]:
    """What the project's own YAML file gives, loaded in a project of its own."""
    with create_defs_folder_sandbox() as sandbox:
        folder = sandbox.defs_folder_path / "manager_pack"
        folder.mkdir(parents=True)
        shutil.copy(YAML, folder)
        with sandbox.load_component_and_build_defs(folder) as (_, definitions):
            yield definitions


def export(**attributes: Any) -> ScheduledExport:
    return ScheduledExport.from_attributes_dict(attributes={"name": "manager_pack", "title": "Week"} | attributes)


def built(**attributes: Any) -> dg.Definitions:
    return export(**attributes).build_defs(dg.ComponentTree.for_test().load_context)


def schedule(definitions: dg.Definitions) -> dg.ScheduleDefinition:
    (found,) = definitions.schedules or ()
    assert isinstance(found, dg.ScheduleDefinition)
    return found


def materialize(definitions: dg.Definitions, *, raise_on_error: bool = True) -> dg.ExecuteInProcessResult:
    return dg.materialize([definitions.get_assets_def(KEY)], raise_on_error=raise_on_error)


def metadata(result: dg.ExecuteInProcessResult) -> dict[str, Any]:
    (event,) = result.get_asset_materialization_events()
    return {name: value.value for name, value in event.materialization.metadata.items()}


def test_the_shipped_export_comes_on_monday_at_seven_in_the_configured_zone(shipped: dg.Definitions) -> None:
    monday = schedule(shipped)
    assert (monday.cron_schedule, monday.execution_timezone) == ("0 7 * * 1", "Europe/Vienna")
    assert monday.default_status is dg.DefaultScheduleStatus.RUNNING
    assert monday.job_name == "export_manager_pack"


def test_the_asset_follows_what_is_published(shipped: dg.Definitions) -> None:
    asset = shipped.get_assets_def(KEY)
    assert asset.asset_deps[KEY] == {dg.AssetKey(["published", "sales_metrics"])}
    assert asset.group_names_by_key[KEY] == "export"
    assert asset.specs_by_key[KEY].owners == ["team:sales-operations"]


def test_the_job_runs_the_asset_alone(shipped: dg.Definitions) -> None:
    job = shipped.resolve_job_def("export_manager_pack")
    assert job.asset_layer.executable_asset_keys == {KEY}


def test_zone_cron_and_state_can_be_chosen() -> None:
    friday = schedule(built(time_zone="Asia/Tokyo", cron="30 6 * * 5", is_running=False))
    assert (friday.cron_schedule, friday.execution_timezone) == ("30 6 * * 5", "Asia/Tokyo")
    assert friday.default_status is dg.DefaultScheduleStatus.STOPPED


@pytest.mark.parametrize(
    "attributes",
    [{"name": "../x"}, {"formats": ["pdf"]}, {"formats": []}, {"audience": "everybody"}, {"chanel": "outbox"}],
)
def test_what_is_not_understood_is_refused(attributes: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        export(**attributes)


def test_materializing_files_a_pack_for_each_manager(
    shipped: dg.Definitions, company: Any, make_home: Callable[[], Path]
) -> None:
    outbox = make_home() / "outbox" / "manager_pack"
    found = metadata(materialize(shipped))
    assert found["packs_written"] == 4
    assert found["published_version"] == "20261123T060000Z"
    assert found["path"] == str(outbox)
    assert "| Ann Lee | delivered | manager_pack.xlsx" in found["recipients"]
    assert len(list((outbox / "2026-11-23").iterdir())) == 4


def test_materializing_again_writes_nothing(
    shipped: dg.Definitions, company: Any, make_home: Callable[[], Path]
) -> None:
    make_home()
    materialize(shipped)
    found = metadata(materialize(shipped))
    assert (found["packs_written"], found["packs_delivered_before"]) == (0, 4)


def test_a_refused_pack_fails_the_asset_after_the_others_are_delivered(
    shipped: dg.Definitions, company: Any, make_home: Callable[[], Path]
) -> None:
    outbox = make_home() / "outbox" / "manager_pack"
    company.insert("marts.dim_reporting_lines", manager_id="m1", user_id="r3", distance_count=1)
    result = materialize(shipped, raise_on_error=False)
    assert not result.success
    (failure,) = (event for event in result.all_events if event.is_step_failure)
    data = failure.step_failure_data.user_failure_data
    assert data is not None
    assert "Ann Lee: The pack for Ann Lee was not delivered" in str(data.description)
    assert data.metadata["packs_written"].value == 3
    assert len(list((outbox / "2026-11-23").iterdir())) == 3
