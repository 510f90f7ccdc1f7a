"""Every model also parses in another engine's dialect, and keeps to the size and the words agreed upon."""

import re
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from orchestration import dbt
from orchestration.defs.transform import manifest

ROOT = Path(__file__).parents[2]
MODELS = sorted((ROOT / "dbt_project" / "models").rglob("*.sql"))
MOST_LINES = 120
# DuckDB's own constructs, which no model may use; macros/portable.sql may, behind dispatch.
FOREIGN = re.compile(
    r"::|\bqualify\b|\basof\b|\bexclude\s*\(|\barg_m(ax|in)\b|\blist_\w+\(|\bstruct_pack\b|\bcurrent_timestamp\b|\bnow\(\)",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def compiled(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The SQL of every model, with the macros filled in."""
    return dbt.compile_models(tmp_path_factory.mktemp("compiled"))


def _without_comments(sql: str) -> str:
    return re.sub(r"\{#.*?#\}|--[^\n]*", "", sql, flags=re.DOTALL)


@pytest.mark.parametrize("file", MODELS, ids=lambda file: file.stem)
def test_a_model_is_small_enough_to_read(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("file", MODELS, ids=lambda file: file.stem)
def test_a_model_uses_no_construct_of_one_engine_alone(file: Path) -> None:
    found = FOREIGN.search(_without_comments(file.read_text()))
    assert found is None, f"{file.name}: {found[0] if found else ''}"


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


@pytest.mark.parametrize("node", _marts(), ids=lambda node: str(node["name"]))
def test_a_mart_has_a_contract_and_describes_every_column(node: dict[str, Any]) -> None:
    assert node["config"]["contract"]["enforced"]
    assert node["description"]
    undescribed = [name for name, column in node["columns"].items() if not column["description"]]
    assert not undescribed
