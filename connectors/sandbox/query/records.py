"""Answers of compiled queries in Salesforce's two shapes: pages of JSON records and CSV lines.

Both are spelled by DuckDB: no cell becomes a Python object on its way, only whole records do.
"""

import itertools
import json
import threading
from typing import Any

from connectors.sandbox.errors import OrgError
from connectors.sandbox.metadata.schema import Field
from connectors.sandbox.query.lines import Lines
from connectors.sandbox.query.plan import Compiled
from connectors.sandbox.query.shape import csv_sql
from connectors.sandbox.store.org import Org

DELIMITERS = {"COMMA": ",", "TAB": "\t", "PIPE": "|", "SEMICOLON": ";", "CARET": "^", "BACKQUOTE": "`"}
LINE_ENDINGS = {"LF": "\n", "CRLF": "\r\n"}
PAGE_ROWS = 2000
LINES_AT_A_TIME = 20_000
_numbers = itertools.count(1)


class Answer:
    """The records of one query, as they were when it was asked; pages are spelled when they are told.

    An answer of one page is spelled at once; a longer one is kept as a table of its own. Thread-safe.
    """

    def __init__(self, org: Org, compiled: Compiled, page_rows: int) -> None:
        self._record_sql = compiled.record_sql
        self._table = f"answer_{next(_numbers)}"  # inside a transaction several answers share its connection
        self._cursor = org.cursor()
        self._lock = threading.Lock()
        first = self._spell(f"({compiled.sql}) LIMIT {page_rows + 1}", compiled.parameters)
        self._only = first if len(first) <= page_rows else None
        self.total = len(first) if self._only is not None else self._keep(compiled)

    def page(self, start: int, count: int) -> bytes:
        """A JSON array of the records from `start` on, at most `count` of them."""
        if self._only is not None:
            lines = self._only[start : start + count]
        else:
            window = f"{self._table} WHERE rowid >= {start} AND rowid < {start + count} ORDER BY rowid"
            with self._lock:
                lines = self._spell(window, [])
        return f"[{','.join(lines)}]".encode()

    def _keep(self, compiled: Compiled) -> int:
        """Fill the table that the pages are read from; what the first look saw is forgotten."""
        self._cursor.execute(f"CREATE TEMP TABLE {self._table} AS {compiled.sql}", compiled.parameters)
        row = self._cursor.execute(f"SELECT count(*) FROM {self._table}").fetchone()
        return int(row[0]) if row else 0

    def _spell(self, source: str, parameters: list[Any]) -> list[str]:
        spelled = f"SELECT to_json({self._record_sql})::VARCHAR FROM {source}"
        return [row[0] for row in self._cursor.execute(spelled, parameters).fetchall()]


def fetch_answer(org: Org, compiled: Compiled, page_rows: int = PAGE_ROWS) -> Answer:
    """The answer of a query that is no bare COUNT(). Raises OrgError for more groups than one page holds."""
    answer = Answer(org, compiled, page_rows)
    if compiled.is_aggregate and answer.total > page_rows:
        message = "Aggregate query does not support queryMore(), use LIMIT to restrict the results to a single batch"
        raise OrgError("EXCEEDED_ID_LIMIT", message)
    return answer


def fetch_count(org: Org, compiled: Compiled) -> int:
    """What a bare COUNT() counts."""
    row = org.cursor().execute(compiled.sql, compiled.parameters).fetchone()
    return int(row[0]) if row else 0


def fetch_records(org: Org, compiled: Compiled) -> list[dict[str, Any]]:
    """All records as Python values, for the few that are looked into."""
    answer = Answer(org, compiled, PAGE_ROWS)
    records: list[dict[str, Any]] = json.loads(answer.page(0, answer.total))
    return records


def fetch_lines(org: Org, compiled: Compiled, delimiter: str, ending: str) -> Lines:
    """The answer as CSV lines, each with its line ending; every value is quoted."""
    # One concat() of all parts: a chain of || would copy the growing line once for each of them.
    newline = "chr(13) || chr(10)" if ending == "CRLF" else "chr(10)"
    between = f"'\"{DELIMITERS[delimiter]}\"'"
    parts = f", {between}, ".join(_cell_sql(output.column, output.field) for output in compiled.outputs)
    sql = f"SELECT concat('\"', {parts}, '\"', {newline}) AS line FROM ({compiled.sql})"
    return Lines(org.cursor().execute(sql, compiled.parameters).to_arrow_reader(LINES_AT_A_TIME))


def _cell_sql(column: str, described: Field) -> str:
    """A value as concat() takes it: a null is nothing, a quote inside is doubled."""
    value = csv_sql(column, described)
    if described.duckdb_type != "VARCHAR":
        return value
    return f"CASE WHEN contains({value}, '\"') THEN replace({value}, '\"', '\"\"') ELSE {value} END"


def csv_header(compiled: Compiled, delimiter: str, ending: str) -> bytes:
    names = [f'"{".".join(output.path)}"' for output in compiled.outputs]
    return (DELIMITERS[delimiter].join(names) + LINE_ENDINGS[ending]).encode()
