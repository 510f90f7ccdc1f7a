"""An org filled from a directory of CSV or Parquet files, as they are or through a mapping.

The files are a snapshot: every row is shown whatever the clock says. An object without a file is not in
the org's describe, but for the few rows that others need: see `csv_fill`.
"""

import logging
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb

from connectors.sandbox.clock import Clock
from connectors.sandbox.errors import SourceFilesError
from connectors.sandbox.files.csv_fill import complete_objects
from connectors.sandbox.files.mapping import ObjectMapping, OrgMapping, read_mapping
from connectors.sandbox.ids import id_for_key
from connectors.sandbox.metadata.schema import Field, Schema, SObject, make_field
from connectors.sandbox.metadata.standard import standard_schema
from connectors.sandbox.store.org import Org

INFERRED_TYPES = {
    "BOOLEAN": "boolean",
    "TINYINT": "int",
    "SMALLINT": "int",
    "INTEGER": "int",
    "BIGINT": "long",
    "HUGEINT": "double",
    "FLOAT": "double",
    "DOUBLE": "double",
    "DATE": "date",
    "TIME": "time",
    "TIMESTAMP": "datetime",
    "TIMESTAMP_S": "datetime",
    "TIMESTAMP_MS": "datetime",
    "TIMESTAMP_NS": "datetime",
    "TIMESTAMP WITH TIME ZONE": "datetime",
}
SUFFIXES = (".csv", ".parquet")

log = logging.getLogger("salespulse.sandbox")


def open_files(directory: Path, mapping: Path | None, clock: Clock) -> Org:
    """The org in the files of `directory`. Raises SourceFilesError that names file and remedy."""
    told = read_mapping(mapping)
    connection = duckdb.connect(":memory:")
    connection.execute("SET GLOBAL TimeZone = 'UTC'")  # for every cursor too
    connection.execute("CREATE SCHEMA source; CREATE SCHEMA made")
    sources = _find_sources(directory, told)
    for name, path in sources.items():
        _read_source(connection, name, path)
    mappings = {name: told.objects.get(name, ObjectMapping(name)) for name in sources}
    keys = {name: _key_ids(connection, each, sources[name]) for name, each in mappings.items()}
    standard = standard_schema()
    schema: Schema = {}
    for name, each in mappings.items():
        base = standard.get(name) or SObject(name, _prefix_of(connection, name), name, ())
        schema[name] = _make_object(connection, base, each, keys, sources[name])
    complete_objects(connection, schema, standard, told)
    tables = {name: _with_epoch(connection, name) for name in schema}
    connection.close()
    for name, table in tables.items():
        log.info("%s: %s rows from %s", name, f"{table.num_rows:,}", sources.get(name, "defaults"))
    return Org(schema, tables, clock, is_snapshot=True)


def _find_sources(directory: Path, told: OrgMapping) -> dict[str, Path]:
    if not directory.is_dir():
        raise SourceFilesError(str(directory), "there is no such directory")
    files = {path.name: path for path in sorted(directory.iterdir()) if path.suffix in SUFFIXES}
    mapped = {each.file for each in told.objects.values() if each.file}
    for missing in sorted(mapped - files.keys()):
        raise SourceFilesError(str(directory / missing), f"the file is named in {told.path} and is not there")
    sources = {name: files[each.file] for name, each in told.objects.items() if each.file}
    if not mapped:  # a mapping that names files says all there is to read
        sources |= {path.stem: path for path in files.values() if path.stem not in sources}
    if not sources:
        raise SourceFilesError(str(directory), "no .csv or .parquet file is named after an sObject")
    return sources


def _read_source(connection: duckdb.DuckDBPyConnection, name: str, path: Path) -> None:
    file = _literal(path)
    is_parquet = path.suffix == ".parquet"
    reader = f"read_parquet({file})" if is_parquet else f"read_csv({file}, header=true, sample_size=-1)"
    kind = "VIEW" if is_parquet else "TABLE"
    try:
        connection.execute(f'CREATE {kind} source."{name}" AS SELECT * FROM {reader}')
    except duckdb.Error as error:
        raise SourceFilesError(str(path), f"the file cannot be read: {error}") from error


def _key_ids(connection: duckdb.DuckDBPyConnection, each: ObjectMapping, path: Path) -> dict[str, str]:
    """The source's keys → record ids, with the keys of parents that are only named; empty without a key."""
    if each.key is None:
        return {}
    _check_columns(connection, each, path)
    parent = each.parents.get("column")
    union = f'UNION SELECT "{parent}" FROM source."{each.name}"' if parent else ""
    rows = connection.execute(f'SELECT "{each.key}"::VARCHAR FROM source."{each.name}" {union}').fetchall()
    keys = [row[0] for row in rows if row[0] is not None]
    if not parent and len(set(keys)) != len(keys):
        raise SourceFilesError(str(path), f"the key column '{each.key}' is not unique")
    prefix = standard_schema()[each.name].key_prefix if each.name in standard_schema() else "a00"
    return {key: id_for_key(prefix, f"{each.name}/{key}") for key in keys}


def _check_columns(connection: duckdb.DuckDBPyConnection, each: ObjectMapping, path: Path) -> None:
    present = set(_column_types(connection, f'source."{each.name}"'))
    asked = {column for columns in each.columns.values() for column in columns}
    asked |= {lookup["column"] for lookup in each.lookups.values()}
    asked |= {each.key or "", each.parents.get("column", "")} - {""}
    if missing := sorted(asked - present):
        raise SourceFilesError(str(path), f"the mapping asks for columns {missing}; the file has {sorted(present)}")


def _make_object(
    connection: duckdb.DuckDBPyConnection,
    base: SObject,
    each: ObjectMapping,
    keys: dict[str, dict[str, str]],
    path: Path,
) -> SObject:
    """Create `made."X"` and return the object with exactly its columns as fields."""
    _check_columns(connection, each, path)
    expressions = _expressions(connection, each, keys, path)
    source = _source_sql(each)
    fields = _fields_of(connection, base, expressions, source)
    selects = [f'({expressions[f.name]})::{f.duckdb_type} AS "{f.name}"' for f in fields]
    _register_keys(connection, keys)
    try:
        connection.execute(f'CREATE TABLE made."{each.name}" AS SELECT {", ".join(selects)} FROM {source}')
    except duckdb.Error as error:
        raise SourceFilesError(str(path), f"a value does not fit its field: {error}") from error
    return replace(base, fields=fields)


def _expressions(
    connection: duckdb.DuckDBPyConnection, each: ObjectMapping, keys: dict[str, dict[str, str]], path: Path
) -> dict[str, str]:
    """Field name → SQL over the source's columns."""
    if each.is_plain:
        return {name: f'"{name}"' for name in _column_types(connection, f'source."{each.name}"')}
    made: dict[str, str] = {}
    if each.key is not None:
        made["Id"] = _id_sql(each.name, each.key)
        made[each.key_field] = f'"{each.key}"::VARCHAR'
    for name, columns in each.columns.items():
        quoted = ", ".join(f'"{column}"' for column in columns)
        made[name] = _mapped_sql(f"coalesce({quoted})" if len(columns) > 1 else quoted, each.values.get(name))
    made |= {name: _template_sql(template) for name, template in each.templates.items()}
    for name, value in each.constants.items():
        parent_value = each.parents.get("constants", {}).get(name)
        own = _literal(value)
        made[name] = (
            own if parent_value is None else f"CASE WHEN is_parent THEN {_literal(parent_value)} ELSE {own} END"
        )
    for name, lookup in each.lookups.items():
        _check_lookup(connection, each, lookup, keys, path)
        made[name] = _id_sql(lookup["object"], lookup["column"])
    return made


def _source_sql(each: ObjectMapping) -> str:
    """The file's rows, and a row for each parent that is named and has none of its own."""
    parent = each.parents.get("column")
    if not parent:
        return f'(SELECT *, false AS is_parent FROM source."{each.name}")'
    kept = "".join(f', any_value("{column}") AS "{column}"' for column in each.parents.get("keep", []))
    return (
        f'(SELECT *, false AS is_parent FROM source."{each.name}" UNION ALL BY NAME '
        f'SELECT "{parent}" AS "{each.key}"{kept}, true AS is_parent FROM source."{each.name}" '
        f'WHERE "{parent}" NOT IN (SELECT "{each.key}" FROM source."{each.name}") GROUP BY "{parent}")'
    )


def _fields_of(
    connection: duckdb.DuckDBPyConnection, base: SObject, expressions: dict[str, str], source: str
) -> tuple[Field, ...]:
    unknown = [name for name in expressions if base.find(name) is None]
    types: dict[str, str] = {}
    if unknown:
        safe = {name: "NULL::VARCHAR" if "key_ids" in expressions[name] else expressions[name] for name in unknown}
        probe = ", ".join(f'{safe[name]} AS "{name}"' for name in unknown)
        types = _column_types(connection, f"(SELECT {probe} FROM {source})")
    return tuple(base.find(name) or make_field(name, INFERRED_TYPES.get(types[name], "string")) for name in expressions)


def _register_keys(connection: duckdb.DuckDBPyConnection, keys: dict[str, dict[str, str]]) -> None:
    connection.execute("CREATE OR REPLACE TABLE key_ids (object VARCHAR, key VARCHAR, id VARCHAR)")
    rows = [(name, key, record_id) for name, ids in keys.items() for key, record_id in ids.items()]
    if rows:
        import pyarrow as pa

        columns = list(zip(*rows, strict=True))
        incoming = pa.table({"object": columns[0], "key": columns[1], "id": columns[2]})
        connection.register("incoming", incoming)
        connection.execute("INSERT INTO key_ids SELECT * FROM incoming")
        connection.unregister("incoming")


def _check_lookup(
    connection: duckdb.DuckDBPyConnection,
    each: ObjectMapping,
    lookup: Any,
    keys: dict[str, dict[str, str]],
    path: Path,
) -> None:
    known = keys.get(lookup["object"])
    if not known:
        raise SourceFilesError(str(path), f"the lookup of '{lookup['column']}' needs a key for {lookup['object']}")
    rows = connection.execute(f'SELECT DISTINCT "{lookup["column"]}"::VARCHAR FROM source."{each.name}"').fetchall()
    lost = sorted(row[0] for row in rows if row[0] is not None and row[0] not in known)
    if lost:
        raise SourceFilesError(
            str(path),
            f"{len(lost)} values of '{lookup['column']}' name no {lookup['object']}, such as {lost[:3]}",
        )


def _id_sql(object_name: str, column: str) -> str:
    return f"(SELECT id FROM key_ids WHERE object = '{object_name}' AND key = \"{column}\"::VARCHAR)"


def _mapped_sql(column: str, values: Any) -> str:
    if not values:
        return column
    cases = " ".join(f"WHEN {_literal(key)} THEN {_literal(value)}" for key, value in values.items())
    return f"CASE {column}::VARCHAR {cases} ELSE {column} END"


def _template_sql(template: str) -> str:
    parts = []
    for index, part in enumerate(template.replace("}", "{").split("{")):
        parts.append(f"coalesce(\"{part}\"::VARCHAR, '')" if index % 2 else _literal(part))
    return f"trim(concat({', '.join(parts)}), ' -')"


def _literal(value: Any) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return str(value)
    return "'" + str(value).replace("'", "''") + "'"


def _column_types(connection: duckdb.DuckDBPyConnection, relation: str) -> dict[str, str]:
    rows = connection.execute(f"DESCRIBE SELECT * FROM {relation}").fetchall()
    return {row[0]: row[1] for row in rows}


def _prefix_of(connection: duckdb.DuckDBPyConnection, name: str) -> str:
    if "Id" not in _column_types(connection, f'source."{name}"'):
        return "a00"
    row = connection.execute(f'SELECT any_value("Id") FROM source."{name}"').fetchone()
    return str(row[0])[:3] if row and row[0] else "a00"


def _with_epoch(connection: duckdb.DuckDBPyConnection, name: str) -> Any:
    sql = f"SELECT *, TIMESTAMP '1970-01-01' AS _from FROM made.\"{name}\""
    return connection.execute(sql).to_arrow_table()
