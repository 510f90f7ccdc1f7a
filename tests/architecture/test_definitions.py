"""What Dagster loads, by whichever door, is the same and is described."""

import json
import tomllib
import warnings
from pathlib import Path

import dagster as dg
import pytest
import yaml
from click.testing import CliRunner
from dagster_dbt.asset_utils import get_asset_check_key_for_test
from dagster_dg_cli.cli import cli as dg_cli

from orchestration.definitions import load
from orchestration.defs.transform import TRANSLATOR, manifest

ROOT = Path(__file__).parents[2]
JOBS = {"sync", "build", "check", "publish", "export", "refresh", "all"}


@pytest.fixture(scope="module")
def definitions() -> dg.Definitions:
    return load()


@pytest.fixture(scope="module")
def specs(definitions: dg.Definitions) -> list[dg.AssetSpec]:
    graph = definitions.resolve_asset_graph()
    return [spec for spec in definitions.resolve_all_asset_specs() if spec.key in graph.executable_asset_keys]


def test_workspace_and_dg_name_the_same_module() -> None:
    workspace = yaml.safe_load((ROOT / "workspace.yaml").read_text())
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["dg"]["project"]
    module = workspace["load_from"][0]["python_module"]
    assert module["module_name"] == project["code_location_target_module"]
    assert module["location_name"] == project["code_location_name"]


def test_dg_lists_the_same_assets_as_the_workspace_loads(
    specs: list[dg.AssetSpec], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    monkeypatch.setenv("DG_CLI_CONFIG", str(tmp_path / "dg.toml"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        listed = CliRunner().invoke(dg_cli, ["list", "defs", "--json"])
    assert listed.exit_code == 0, listed.output
    keys = {asset["asset_key"] for asset in json.loads(listed.stdout)["assets"] if asset["is_executable"]}
    assert {spec.key.to_user_string() for spec in specs} == keys


def test_every_asset_says_what_it_is_who_owns_it_and_where_it_belongs(specs: list[dg.AssetSpec]) -> None:
    for spec in specs:
        name = spec.key.to_user_string()
        assert spec.description, name
        assert spec.owners, name
        assert spec.group_name and spec.group_name != "default", name
        assert spec.kinds, name


def test_asset_keys_are_schema_and_table(specs: list[dg.AssetSpec]) -> None:
    assert {len(spec.key.path) for spec in specs} == {2}


def test_the_jobs_that_the_command_asks_for_exist(definitions: dg.Definitions) -> None:
    for name in JOBS:
        assert definitions.resolve_job_def(name).name == name


def test_every_step_that_writes_waits_its_turn(definitions: dg.Definitions) -> None:
    writers = [node for node in definitions.resolve_job_def("refresh").nodes if node.definition.name]
    assert writers
    for node in writers:
        assert isinstance(node.definition, dg.OpDefinition)
        assert node.definition.pool == "warehouse", node.name


def test_the_packs_are_scheduled_for_monday_at_seven(definitions: dg.Definitions) -> None:
    schedules = {
        schedule.cron_schedule for schedule in definitions.schedules or () if hasattr(schedule, "cron_schedule")
    }
    assert "0 7 * * 1" in schedules


def test_marts_have_a_freshness_policy(specs: list[dg.AssetSpec]) -> None:
    marts = [spec for spec in specs if spec.key.path[0] == "marts"]
    assert len(marts) > 15
    assert all(spec.freshness_policy is not None for spec in marts)


def test_every_dbt_test_is_an_asset_check() -> None:
    tests = [node for node in manifest()["nodes"].values() if node["resource_type"] == "test"]
    homeless = [
        node["name"]
        for node in tests
        if get_asset_check_key_for_test(manifest(), TRANSLATOR, node["unique_id"], project=None) is None
    ]
    assert tests
    assert not homeless, "name the model that a singular test speaks of in its config: meta.dagster.ref"
