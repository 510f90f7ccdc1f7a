"""Answers of compiled queries in Salesforce's two shapes: nested JSON records and CSV lines."""

from typing import Any

from connectors.sandbox.org import Org
from connectors.sandbox.query import Compiled
from connectors.sandbox.schema import Field

DELIMITERS = {"COMMA": ",", "TAB": "\t", "PIPE": "|", "SEMICOLON": ";", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}


def fetch_table(org: Org, compiled: Compiled) -> Any:
    """The answer as an Arrow table with texts as the REST API spells them, ids of parents last."""
    shown = [_json_sql(f"c{index}", output.field) for index, output in enumerate(compiled.outputs)]
    offset = len(compiled.outputs)
    shown += [f"c{offset + index}" for index in range(len(compiled.relations))]
    sql = f"SELECT {', '.join(shown)} FROM ({compiled.sql})"
    return org.cursor().execute(sql, compiled.parameters).to_arrow_table()


def to_records(table: Any, compiled: Compiled, version: str) -> list[dict[str, Any]]:
    """Rows of a table of `fetch_table` as Salesforce's records."""
    columns = [column.to_pylist() for column in table.columns]
    return [_record(row, compiled, version) for row in zip(*columns, strict=True)]


def fetch_lines(org: Org, compiled: Compiled, delimiter: str, ending: str) -> Any:
    """The answer as an Arrow array of CSV lines, each with its line ending; every value is quoted."""
    quoted = [
        f"'\"' || coalesce(replace({_csv_sql(f'c{index}', output.field)}, '\"', '\"\"'), '') || '\"'"
        for index, output in enumerate(compiled.outputs)
    ]
    joined = f" || '{DELIMITERS[delimiter]}' || ".join(quoted)
    newline = "chr(13) || chr(10)" if ending == "CRLF" else "chr(10)"
    sql = f"SELECT {joined} || {newline} AS line FROM ({compiled.sql})"
    table = org.cursor().execute(sql, compiled.parameters).to_arrow_table()
    return table.column(0).cast("large_string").combine_chunks()


def csv_header(compiled: Compiled, delimiter: str, ending: str) -> bytes:
    names = [f'"{".".join(output.path)}"' for output in compiled.outputs]
    return (DELIMITERS[delimiter].join(names) + LINE_ENDINGS[ending]).encode()


def _json_sql(column: str, field: Field) -> str:
    match field.duckdb_type:
        case "TIMESTAMP":
            return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%g+0000')"
        case "DATE" | "TIME" if not field.is_compound:
            return f"{column}::VARCHAR"
    return column


def _csv_sql(column: str, field: Field) -> str:
    match field.duckdb_type:
        case "TIMESTAMP":
            return f"strftime({column}, '%Y-%m-%dT%H:%M:%S.%gZ')"
        case "VARCHAR":
            return column
    return f"{column}::VARCHAR"


def _record(row: tuple[Any, ...], compiled: Compiled, version: str) -> dict[str, Any]:
    if compiled.is_aggregate:
        record: dict[str, Any] = {"attributes": {"type": "AggregateResult"}}
        record.update({output.path[0]: value for output, value in zip(compiled.outputs, row, strict=True)})
        return record
    parents = dict(zip([path for path, _ in compiled.relations], row[len(compiled.outputs) :], strict=True))
    kinds = dict(compiled.relations)
    record = {"attributes": _attributes(compiled.sobject.name, version)}
    for output, value in zip(compiled.outputs, row, strict=False):
        _place(record, output.path, value, parents, kinds, version)
        if output.path == ("Id",):
            record["attributes"] = _attributes(compiled.sobject.name, version, value)
    return record


def _place(
    record: dict[str, Any],
    path: tuple[str, ...],
    value: Any,
    parents: dict[tuple[str, ...], Any],
    kinds: dict[tuple[str, ...], str],
    version: str,
) -> None:
    """Put a value at its path, making the parent records on the way; a missing parent is null."""
    for end in range(1, len(path)):
        key = tuple(part.lower() for part in path[:end])
        parent_id = parents.get(key)
        if parent_id is None:
            record.setdefault(path[end - 1], None)
            return
        parent = {"attributes": _attributes(kinds[key], version, parent_id)}
        record = record.setdefault(path[end - 1], parent)
    record[path[-1]] = value


def _attributes(name: str, version: str, record_id: str | None = None) -> dict[str, str]:
    if record_id is None:
        return {"type": name}
    return {"type": name, "url": f"/services/data/v{version}/sobjects/{name}/{record_id}"}
