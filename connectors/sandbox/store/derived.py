"""Columns that follow other records: LastActivityDate and roll-ups. They move no stamp of their record."""

from collections.abc import Mapping
from typing import Any

import duckdb

from connectors.sandbox.metadata.formulas import roll_ups_of
from connectors.sandbox.metadata.schema import Schema

LAST_ACTIVITY_OBJECTS = {"Opportunity": "WhatId", "Account": "AccountId"}
_DONE = {"Task": '"IsClosed" AND NOT "IsDeleted"', "Event": 'NOT "IsDeleted"'}


def refresh_derived(
    cursor: duckdb.DuckDBPyConnection,
    schema: Schema,
    changed: Mapping[str, str] | None,
    parameters: Mapping[str, Any] | None = None,
) -> None:
    """Bring derived columns of `shown` up to date with `current`.

    `changed` has, per object, the SQL of the ids of its changed records, with `parameters`; None means all.
    """
    if changed is None:
        for name in _with_activities(schema):
            _last_activity(cursor, name, None)
        for parent in {each.sobject for each in roll_ups_of(schema)}:
            _roll_up(cursor, schema, parent, None)
        return
    for name, reference in _with_activities(schema).items():
        parts = [changed[name]] if name in changed else []
        parts += [_named_by(each, reference, changed[each]) for each in _DONE if each in changed]
        if _note(cursor, parts, parameters):
            _last_activity(cursor, name, "affected")
    for parent in {each.sobject for each in roll_ups_of(schema)}:
        parts = [changed[parent]] if parent in changed else []
        children = {(each.child, each.reference) for each in roll_ups_of(schema) if each.sobject == parent}
        parts += [_named_by(child, reference, changed[child]) for child, reference in children if child in changed]
        if _note(cursor, parts, parameters):
            _roll_up(cursor, schema, parent, "affected")


def _with_activities(schema: Schema) -> dict[str, str]:
    if not {"Task", "Event", *LAST_ACTIVITY_OBJECTS} <= schema.keys():
        return {}
    return LAST_ACTIVITY_OBJECTS


def _named_by(child: str, reference: str, changed: str) -> str:
    """The parents that changed children name in any of their versions: a child may have moved."""
    return f'SELECT "{reference}" FROM versions."{child}" WHERE "Id" IN ({changed})'


def _note(cursor: duckdb.DuckDBPyConnection, parts: list[str], parameters: Mapping[str, Any] | None) -> int:
    if not parts:
        return 0
    union = " UNION ".join(f"({part})" for part in parts)
    cursor.execute(
        f"CREATE OR REPLACE TEMP TABLE affected AS SELECT id FROM ({union}) AS u(id) WHERE id IS NOT NULL", parameters
    )
    row = cursor.execute("SELECT count(*) FROM affected").fetchone()
    return int(row[0]) if row else 0


def _last_activity(cursor: duckdb.DuckDBPyConnection, name: str, affected: str | None) -> None:
    reference = LAST_ACTIVITY_OBJECTS[name]
    only = f'AND "{reference}" IN (SELECT id FROM {affected})' if affected else ""
    activities = " UNION ALL ".join(
        f'SELECT "{reference}" AS id, "ActivityDate" AS day FROM current."{each}" WHERE {done} {only}'
        for each, done in _DONE.items()
    )
    latest = f"SELECT id, max(day) AS day FROM ({activities}) WHERE id IS NOT NULL GROUP BY id"
    _update(cursor, name, {"LastActivityDate": "day"}, latest, affected)


def _roll_up(cursor: duckdb.DuckDBPyConnection, schema: Schema, parent: str, affected: str | None) -> None:
    """All roll-ups of an object over one child at a time."""
    found = [each for each in roll_ups_of(schema) if each.sobject == parent]
    for child, reference in sorted({(each.child, each.reference) for each in found}):
        columns = [each for each in found if (each.child, each.reference) == (child, reference)]
        values = ", ".join(f'{each.sql} AS "{each.field}"' for each in columns)
        only = f'AND "{reference}" IN (SELECT id FROM {affected})' if affected else ""
        totals = (
            f'SELECT "{reference}" AS id, {values} FROM current."{child}" '
            f'WHERE "{reference}" IS NOT NULL AND NOT "IsDeleted" {only} GROUP BY 1'
        )
        names = {each.field: f'"{each.field}"' for each in columns}
        _update(cursor, parent, names, totals, affected, empty="0")


def _update(
    cursor: duckdb.DuckDBPyConnection,
    name: str,
    columns: Mapping[str, str],
    values: str,
    affected: str | None,
    empty: str = "NULL",
) -> None:
    """Set the columns where they differ; a record without a row in `values` gets `empty`."""
    only = f'WHERE o."Id" IN (SELECT id FROM {affected})' if affected else ""
    told = ", ".join(f'coalesce(v.{sql}, {empty}) AS "{column}"' for column, sql in columns.items())
    differs = " OR ".join(f's."{column}" IS DISTINCT FROM n."{column}"' for column in columns)
    sets = ", ".join(f'"{column}" = n."{column}"' for column in columns)
    cursor.execute(
        f'UPDATE shown."{name}" AS s SET {sets} FROM (SELECT o."Id" AS id, {told} FROM shown."{name}" AS o '
        f'LEFT JOIN ({values}) AS v ON v.id = o."Id" {only}) AS n WHERE n.id = s."Id" AND ({differs})'
    )
