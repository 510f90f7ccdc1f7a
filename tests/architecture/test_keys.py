"""Every published mart is judged by Great Expectations on the key that its yml declares to dbt."""

from typing import Any

from expectations.catalog import checks
from expectations.check import Unique
from expectations.suites.marts import KEYS
from orchestration.definitions import load
from orchestration.defs.transform import manifest

SCHEMA = "marts"


def _declared() -> list[tuple[str, tuple[str, ...]]]:
    """Mart and columns of each test of uniqueness in a yml."""
    nodes: dict[str, Any] = manifest()["nodes"]
    found = []
    for node in nodes.values():
        told = node.get("test_metadata") or {}
        if told.get("name") in ("unique", "is_unique_together"):
            model = nodes[node["attached_node"]]
            if model["schema"] == SCHEMA:
                columns = told["kwargs"].get("columns") or [node["column_name"]]
                found.append((str(model["name"]), tuple(sorted(columns))))
    return sorted(found)


def test_every_published_mart_has_a_key_that_is_judged_and_nothing_else_has() -> None:
    marts = {key.path[1] for key in load().resolve_asset_graph().executable_asset_keys if key.path[0] == SCHEMA}
    judged = {check.table for check in checks(SCHEMA) if isinstance(check.fact, Unique)}
    assert judged == {f"{SCHEMA}.{mart}" for mart in marts}


def test_the_key_that_is_judged_is_the_one_that_the_models_properties_declare() -> None:
    made_by_dbt = {node["name"] for node in manifest()["nodes"].values() if node["resource_type"] == "model"}
    assert sorted((mart, tuple(sorted(key))) for mart, key in KEYS.items() if mart in made_by_dbt) == _declared()
