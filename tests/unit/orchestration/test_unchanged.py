"""What a build leaves as it is, reasoned over a project of few nodes; and that any file of the project matters."""

from pathlib import Path
from typing import Any

import pytest

from orchestration import dbt
from orchestration.settings import load_settings
from orchestration.unchanged import OF_THE_BUILD, is_lacking, unchanged_nodes

DEALS, STAGES = "raw_salesforce.opportunity", "raw_salesforce.opportunity_stage"


def _node(kind: str, name: str, *reads: str, materialized: str = "table", macros: tuple[str, ...] = ()) -> Any:
    depends_on = {"macros": list(macros)} if kind == "seed" else {"macros": list(macros), "nodes": list(reads)}
    return {
        "resource_type": kind,
        "schema": "marts",
        "alias": name,
        "config": {"materialized": materialized},
        "depends_on": depends_on,
    }


MANIFEST: dict[str, Any] = {
    "sources": {
        "source.deals": {"schema": "raw_salesforce", "name": "opportunity"},
        "source.stages": {"schema": "raw_salesforce", "name": "opportunity_stage"},
    },
    "macros": {
        OF_THE_BUILD: {"depends_on": {"macros": []}},
        # Macros may call each other in circles.
        "macro.one": {"depends_on": {"macros": ["macro.other"]}},
        "macro.other": {"depends_on": {"macros": ["macro.one"]}},
        "macro.touched": {"depends_on": {"macros": [OF_THE_BUILD, "macro.one"]}},
    },
    "nodes": {
        "seed.goals": _node("seed", "goals", materialized="seed"),
        "model.deals": _node("model", "deals", "source.deals", materialized="view", macros=("macro.one",)),
        "model.touched": _node("model", "touched", "source.deals", materialized="view", macros=("macro.touched",)),
        "model.stages": _node("model", "stages", "source.stages", materialized="view"),
        "model.facts": _node("model", "facts", "model.deals", "model.stages"),
        "model.rules": _node("model", "rules", "model.stages", "seed.goals"),
        "model.report": _node("model", "report", "model.rules"),
        "test.facts": _node("test", "facts_hold", "model.facts", "model.rules"),
        "test.rules": _node("test", "rules_hold", "model.rules"),
    },
}
THERE = {
    **dict.fromkeys(("marts.deals", "marts.touched", "marts.stages"), "view"),
    **dict.fromkeys(("marts.goals", "marts.facts", "marts.rules", "marts.report"), "table"),
}
TESTS = frozenset({"test.facts", "test.rules"})
STILL = {"seed.goals", "model.deals", "model.stages", "model.rules", "model.report", "test.rules"}


def _left(relations: dict[str, str] = THERE, *, same: tuple[str, ...] = (STAGES,), proven: Any = TESTS) -> set[str]:
    return set(unchanged_nodes(MANIFEST, sources=same, relations=relations, proven=proven))


def test_what_reads_only_what_is_as_it_was_is_left_and_so_are_views() -> None:
    assert _left() == STILL


def test_where_no_row_changed_nothing_is_built() -> None:
    assert _left(same=(DEALS, STAGES)) == {*MANIFEST["nodes"]}


def test_a_source_that_nobody_vouches_for_has_changed() -> None:
    assert _left(same=()) == {"seed.goals", "model.deals", "model.stages"}, "views but for those that tell of the build"


@pytest.mark.parametrize(
    ("gone", "built"),
    [
        ("marts.report", {"model.report"}),
        ("marts.stages", {"model.stages", "model.rules", "model.report", "test.rules"}),
        ("marts.goals", {"seed.goals", "model.rules", "model.report", "test.rules"}),
    ],
)
def test_what_is_gone_comes_back_and_with_it_what_reads_it(gone: str, built: set[str]) -> None:
    assert _left({name: kind for name, kind in THERE.items() if name != gone}) == STILL - built


def test_a_table_in_the_place_of_a_view_is_no_view() -> None:
    assert "model.stages" not in _left({**THERE, "marts.stages": "table"})


@pytest.mark.parametrize("kind", ["view", "table"])
def test_what_is_filled_in_parts_is_left_as_the_view_or_table_that_it_came_to_be(kind: str) -> None:
    summed = _node("model", "summed", "model.stages", materialized="parts")
    manifest = {**MANIFEST, "nodes": {**MANIFEST["nodes"], "model.summed": summed}}

    def left(*sources: str, **relations: str) -> bool:
        there = {**THERE, **relations}
        return "model.summed" in unchanged_nodes(manifest, sources=sources, relations=there, proven=())

    assert left(STAGES, **{"marts.summed": kind})
    assert not left(**{"marts.summed": kind}), "its source changed"
    assert not left(STAGES)


def test_a_test_that_did_not_hold_is_run_again() -> None:
    assert _left(proven=frozenset({"test.facts"})) == STILL - {"test.rules"}


def test_a_changed_seed_makes_it_another_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load_settings(home=tmp_path / "home")
    monkeypatch.setattr(dbt, "PROJECT_DIR", tmp_path)
    (tmp_path / "seeds").mkdir()
    seed = tmp_path / "seeds" / "goals.csv"
    seed.write_text("goal\n1\n")
    first = dbt.fingerprint(settings)
    assert dbt.fingerprint(settings) == first
    seed.write_text("goal\n2\n")
    assert dbt.fingerprint(settings) != first


def _hooked(name: str, materialized: str, hook: str) -> Any:
    node = _node("model", name, materialized=materialized)
    return {**node, "config": {**node["config"], "post-hook": [{"sql": hook}]}}


@pytest.mark.parametrize("gone", ["marts.kept", "marts.told", "intermediate.told__differing"])
def test_a_table_that_remembers_must_be_there_to_be_built_upon(gone: str) -> None:
    nodes = {
        "model.kept": _hooked("kept", "incremental", "{{ forget_touched() }}"),
        "model.told": _hooked("told", "table", "{{ tell_differing() }}"),
        "model.other": _node("model", "other"),
    }
    there = dict.fromkeys(("marts.kept", "marts.told", "intermediate.told__differing"), "table")
    assert not is_lacking({"nodes": nodes}, there), "another table comes back by itself"
    assert is_lacking({"nodes": nodes}, {name: kind for name, kind in there.items() if name != gone})
