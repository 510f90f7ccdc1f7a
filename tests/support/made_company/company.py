"""The file of the made-up company, whole or on its first day, and a way to plant rows in it."""

import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from connectors.warehouse.connection import connect
from tests.support.made_company import calendar, deals, figures, management, people, standing, tables
from tests.support.made_company.tables import insert


@dataclass(frozen=True)
class Company:
    """A published file and a way to plant rows in it."""

    file: Path

    def execute(self, sql: str, *values: Any) -> None:
        with connect(self.file) as connection:
            connection.execute(sql, values or None)

    def insert(self, table: str, **values: Any) -> None:
        with connect(self.file) as connection:
            insert(connection, table, **values)


PARTS = (
    people.everybody,
    calendar.dates,
    standing.ops,
    figures.weeks,
    figures.forecasts,
    deals.deals,
    figures.snapshots,
    management.management,
)
FIRST_DAY = (people.everybody, calendar.dates, standing.ops)


def write(file: Path, parts: Iterable[Callable[[duckdb.DuckDBPyConnection], None]] = PARTS) -> Path:
    """Make the file with all tables and the rows of these parts."""
    with connect(file) as connection:
        tables.create(connection)
        for part in parts:
            part(connection)
    return file


def publish(file: Path, home: Path) -> Company:
    """A copy of the file, laid out as in a home: `current` is a link to the version's folder."""
    version = home / "versions" / "20261123T060000Z"
    version.mkdir(parents=True)
    shutil.copy(file, version / "sales_metrics.duckdb")
    (home / "current").symlink_to(version, target_is_directory=True)
    return Company(home / "current" / "sales_metrics.duckdb")
