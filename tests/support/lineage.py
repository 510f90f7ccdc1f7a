"""Which columns of the staged tables a model reads, whatever models lie in between.

The compiled SQL of the models is put into each other down to the staging models, and projections that nobody asks
for are dropped; what then is still read of a table is what the model depends on.
"""

import csv
from collections.abc import Mapping
from functools import cache
from typing import Any

import sqlglot
from sqlglot import exp
from sqlglot.optimizer.pushdown_projections import pushdown_projections
from sqlglot.optimizer.qualify import qualify
from sqlglot.optimizer.scope import traverse_scope

from orchestration.dbt import PROJECT_DIR

DIALECT = "duckdb"
STAGED = "stg_"


def columns_read(model: str, compiled: Mapping[str, str]) -> dict[str, set[str]]:
    """Columns by staging model; `compiled` is the SQL of every model by name."""
    tree = _expanded(model, compiled)
    schema: dict[str, Any] = {}
    for table in tree.find_all(exp.Table):
        if table.db:
            known = schema.setdefault(table.catalog, {}).setdefault(table.db, {})
            known[table.name] = dict.fromkeys(_columns(table, compiled), "varchar")
    qualified = qualify(tree, schema=schema, dialect=DIALECT, validate_qualify_columns=False)
    found: dict[str, set[str]] = {}
    for scope in traverse_scope(pushdown_projections(qualified)):
        for alias, source in scope.sources.items():
            if isinstance(source, exp.Table) and source.name.startswith(STAGED):
                read = {column.name for column in scope.columns if column.table == alias}
                found.setdefault(source.name, set()).update(read)
    return found


def grouped_by(model: str, cte: str, compiled: Mapping[str, str]) -> set[str]:
    """The columns that a common table expression of a model groups by."""
    group = _cte(compiled[model], cte).args["group"]
    return {column.name for column in group.find_all(exp.Column)}


def _expanded(model: str, compiled: Mapping[str, str]) -> Any:
    tree = _parsed(compiled[model]).copy()
    for table in list(tree.find_all(exp.Table)):
        if table.db and table.name in compiled and not table.name.startswith(STAGED):
            table.replace(_expanded(table.name, compiled).subquery(table.alias or table.name))
    return tree


def _columns(table: Any, compiled: Mapping[str, str]) -> list[str]:
    """What a table at the end of the way offers: a staging model, a seed, or a table that no model makes."""
    if table.name.startswith(STAGED):
        return [str(each.alias_or_name) for each in _parsed(compiled[table.name]).expressions]
    for seed in PROJECT_DIR.glob(f"seeds/**/{table.name}.csv"):
        with seed.open(newline="") as lines:
            return next(csv.reader(lines))
    return [column.name for column in table.parent_select.find_all(exp.Column)] or ["unnamed"]


def _cte(sql: str, name: str) -> Any:
    return next(each.this for each in _parsed(sql).find_all(exp.CTE) if each.alias == name)


@cache
def _parsed(sql: str) -> Any:
    return sqlglot.parse_one(sql, dialect=DIALECT)
