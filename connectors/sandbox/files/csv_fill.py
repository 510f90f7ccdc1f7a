"""What files leave out and an org cannot do without: stamps, names, closed flags, stages, owners.

Nothing that a file tells is changed; only missing columns and missing objects are added.
"""

import duckdb

from connectors.sandbox.files.mapping import OrgMapping, StageRow
from connectors.sandbox.ids import id_for_key, make_id
from connectors.sandbox.metadata.schema import Schema, SObject
from connectors.sandbox.simulate.setting.process import CATEGORY_NAMES

GUESSED_OPEN_PROBABILITY = 50.0


def complete_objects(connection: duckdb.DuckDBPyConnection, schema: Schema, standard: Schema, told: OrgMapping) -> None:
    """Add to `made` and to `schema` what is missing."""
    if "Opportunity" in schema:
        _add_stages(connection, schema, standard, told)
        _derive_from_stage(connection, schema, standard)
    if "User" in schema:
        _name_users(connection, schema, standard)
    for name in list(schema):
        _add_system_fields(connection, schema, standard, name, told.fixed_date)
    _add_referenced(connection, schema, standard, "User", told.fixed_date)
    _add_referenced(connection, schema, standard, "RecordType", told.fixed_date)
    _add_organization(connection, schema, standard, told.fixed_date)


def _add_column(
    connection: duckdb.DuckDBPyConnection, schema: Schema, standard: Schema, name: str, column: str, sql: str
) -> None:
    """Add a standard field computed by `sql` over the object's own columns, unless it is there."""
    described = standard[name].find(column)
    if described is None or schema[name].find(column):
        return
    connection.execute(f'ALTER TABLE made."{name}" ADD COLUMN "{column}" {described.duckdb_type}')
    connection.execute(f'UPDATE made."{name}" SET "{column}" = {sql}')
    schema[name] = schema[name].with_fields((described,))


def _add_stages(connection: duckdb.DuckDBPyConnection, schema: Schema, standard: Schema, told: OrgMapping) -> None:
    if "OpportunityStage" in schema:
        return
    stages = told.stages
    if not stages:
        sql = 'SELECT DISTINCT "StageName" FROM made."Opportunity" WHERE "StageName" IS NOT NULL ORDER BY 1'
        stages = tuple(_guess_stage(row[0]) for row in connection.execute(sql).fetchall())
    _create_like(connection, schema, standard["OpportunityStage"])
    for order, stage in enumerate(stages, 1):
        connection.execute(
            'INSERT INTO made."OpportunityStage" ("Id", "MasterLabel", "ApiName", "IsActive", "SortOrder", '
            '"IsClosed", "IsWon", "ForecastCategory", "ForecastCategoryName", "DefaultProbability", '
            '"CreatedDate", "LastModifiedDate", "SystemModstamp") '
            "VALUES ($id, $name, $name, true, $order, $closed, $won, $category, $label, $probability, "
            "$stamp, $stamp, $stamp)",
            {
                "id": id_for_key("01J", stage.name),
                "name": stage.name,
                "order": order,
                "closed": stage.is_closed,
                "won": stage.is_won,
                "category": stage.category,
                "label": CATEGORY_NAMES.get(stage.category, stage.category),
                "probability": stage.probability,
                "stamp": told.fixed_date.removesuffix("Z"),
            },
        )


def _guess_stage(name: str) -> StageRow:
    is_won = name.lower() in ("closed won", "won")
    is_closed = is_won or name.lower() in ("closed lost", "lost")
    if is_closed:
        return StageRow(name, 100.0 if is_won else 0.0, "Closed" if is_won else "Omitted", True, is_won)
    return StageRow(name, GUESSED_OPEN_PROBABILITY, "Pipeline", False, False)


def _derive_from_stage(connection: duckdb.DuckDBPyConnection, schema: Schema, standard: Schema) -> None:
    derived = {
        "IsClosed": "IsClosed",
        "IsWon": "IsWon",
        "Probability": "DefaultProbability",
        "ForecastCategory": "ForecastCategory",
        "ForecastCategoryName": "ForecastCategoryName",
    }
    for column, source in derived.items():
        sql = f'(SELECT s."{source}" FROM made."OpportunityStage" s WHERE s."MasterLabel" = "StageName")'
        _add_column(connection, schema, standard, "Opportunity", column, sql)
    _add_column(connection, schema, standard, "Opportunity", "ExpectedRevenue", '"Amount" * "Probability" / 100')


def _name_users(connection: duckdb.DuckDBPyConnection, schema: Schema, standard: Schema) -> None:
    """A user told by one name only gets first and last name, user name and an address at example.com."""
    if schema["User"].find("Name") is None:
        return
    slug = "lower(replace(\"Name\", ' ', '.'))"
    for column, sql in (
        ("FirstName", "CASE WHEN contains(\"Name\", ' ') THEN split_part(\"Name\", ' ', 1) END"),
        ("LastName", "regexp_replace(\"Name\", '^\\S+\\s+', '')"),
        ("Email", f"{slug} || '@example.com'"),
        ("Username", f"{slug} || '@example.com.sandbox'"),
    ):
        _add_column(connection, schema, standard, "User", column, sql)


def _add_system_fields(
    connection: duckdb.DuckDBPyConnection, schema: Schema, standard: Schema, name: str, fixed_date: str
) -> None:
    """Stamps where there are none, from each other or the fixed date; a column that is told keeps its nulls
    but for the stamps, which no record is without."""
    if name not in standard:
        return
    fixed = f"TIMESTAMP '{fixed_date.removesuffix('Z')}'"
    present = [c for c in ("CreatedDate", "LastModifiedDate", "SystemModstamp") if schema[name].find(c)]
    for column in present:
        others = ", ".join(f'"{other}"' for other in present if other != column)
        filled = f'coalesce("{column}", {others + ", " if others else ""}{fixed})'
        connection.execute(f'UPDATE made."{name}" SET "{column}" = {filled} WHERE "{column}" IS NULL')
    best = f"coalesce({', '.join([f'{chr(34)}{c}{chr(34)}' for c in reversed(present)] + [fixed])})"
    for column in ("CreatedDate", "LastModifiedDate", "SystemModstamp"):
        _add_column(connection, schema, standard, name, column, best)
    _add_column(connection, schema, standard, name, "IsDeleted", "false")
    _add_column(connection, schema, standard, name, "Id", "NULL")


def _add_referenced(
    connection: duckdb.DuckDBPyConnection, schema: Schema, standard: Schema, target: str, fixed_date: str
) -> None:
    """Minimal rows for ids that others refer to, where the target object has no file at all."""
    if target in schema:
        return
    columns = [
        (each.name, described.name)
        for each in schema.values()
        for described in each.fields
        if described.reference_to == (target,)
    ]
    if not columns:
        return
    union = " UNION ".join(f'SELECT "{column}" AS id FROM made."{name}"' for name, column in columns)
    _create_like(connection, schema, standard[target])
    label = '"Username", "LastName"' if target == "User" else '"DeveloperName", "SobjectType"'
    values = "id || '@example.com', id" if target == "User" else "id, 'Opportunity'"
    connection.execute(
        f'INSERT INTO made."{target}" ("Id", "Name", {label}, "IsActive", "CreatedDate", "LastModifiedDate", '
        f'"SystemModstamp") SELECT id, id, {values}, true, $stamp, $stamp, $stamp '
        f"FROM ({union}) WHERE id IS NOT NULL ORDER BY id",
        {"stamp": fixed_date.removesuffix("Z")},
    )


def _add_organization(connection: duckdb.DuckDBPyConnection, schema: Schema, standard: Schema, fixed_date: str) -> None:
    if "Organization" in schema:
        return
    _create_like(connection, schema, standard["Organization"])
    connection.execute(
        'INSERT INTO made."Organization" ("Id", "Name", "TimeZoneSidKey", "FiscalYearStartMonth", '
        '"UsesStartDateAsFiscalYearName", "IsSandbox", "OrganizationType", "CreatedDate", "LastModifiedDate", '
        "\"SystemModstamp\") VALUES ($id, 'Organization from files', 'GMT', 1, false, true, 'Enterprise Edition', "
        "$stamp, $stamp, $stamp)",
        {"id": make_id("00D", 1), "stamp": fixed_date.removesuffix("Z")},
    )


def _create_like(connection: duckdb.DuckDBPyConnection, schema: Schema, sobject: SObject) -> None:
    columns = ", ".join(f'"{field.name}" {field.duckdb_type}' for field in sobject.columns)
    connection.execute(f'CREATE TABLE made."{sobject.name}" ({columns})')
    schema[sobject.name] = sobject
