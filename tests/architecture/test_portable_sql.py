"""Every model also parses in another engine's dialect, and keeps to the size and the words agreed upon."""

import re
import statistics
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from orchestration.defs.transform import manifest

ROOT = Path(__file__).parents[2]
MODELS = sorted((ROOT / "dbt_project" / "models").rglob("*.sql"))
MOST_LINES = 120
USUAL_LINES = 35
# DuckDB's own constructs, which no model may use; macros/portable.sql may, behind dispatch.
FOREIGN = re.compile(
    r"::|\bqualify\b|\basof\b|\bexclude\s*\(|\barg_m(ax|in)\b|\blist_\w+\(|\bstruct_pack\b|\bcurrent_timestamp\b|\bnow\(\)",
    re.IGNORECASE,
)


def _without_comments(sql: str) -> str:
    return re.sub(r"\{#.*?#\}|--[^\n]*", "", sql, flags=re.DOTALL)


def test_a_model_is_small_enough_to_read() -> None:
    lengths = {file.stem: len(file.read_text().splitlines()) for file in MODELS}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}
    assert statistics.median(lengths.values()) <= USUAL_LINES


def test_a_model_uses_no_construct_of_one_engine_alone() -> None:
    found = {file.stem: FOREIGN.findall(_without_comments(file.read_text())) for file in MODELS}
    assert {name: constructs for name, constructs in found.items() if constructs} == {}


@pytest.mark.xdist_group("compiled")
def test_every_compiled_model_parses_as_spark_sql(compiled: dict[str, str]) -> None:
    assert len(compiled) == len(MODELS)
    for name, sql in compiled.items():
        try:
            sqlglot.parse_one(sql, dialect="spark")
        except sqlglot.errors.ParseError as error:
            pytest.fail(f"{name}: {error}")


def _marts() -> list[dict[str, Any]]:
    nodes = manifest()["nodes"].values()
    return [node for node in nodes if node["resource_type"] == "model" and node["schema"] == "marts"]


def test_a_mart_has_a_contract_and_describes_every_column() -> None:
    marts = _marts()
    assert len(marts) > 30
    for node in marts:
        assert node["config"]["contract"]["enforced"], node["name"]
        assert node["description"], node["name"]
        undescribed = [name for name, column in node["columns"].items() if not column["description"]]
        assert not undescribed, node["name"]
