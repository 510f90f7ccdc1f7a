"""What marts tell by scope and period beside what the simulated company says, and where the two differ."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date, datetime, timedelta
from typing import Any

import duckdb

from connectors.sandbox.company import Company
from connectors.sandbox.simulate.setting.frames import NONE

EXACT = 1e-6
BIN_DAYS = 15  # an org forgets what was deleted longer ago

Key = tuple[str, date]  # scope and the period's first day
Figures = dict[Key, dict[str, Any]]


@dataclass(frozen=True)
class Told:
    """What a mart says by scope and period, and where it says that it does not know."""

    known: Figures
    unknown: set[Key]

    @property
    def first(self) -> date:
        """The first period that it knows of."""
        return min((start for _, start in self.known), default=date.max)

    @property
    def scopes(self) -> set[str]:
        return {scope for scope, _ in self.known}

    def compared(self, names: Iterable[str]) -> int:
        """How many figures other than zero it tells."""
        return sum(1 for row in self.known.values() for name in names if row.get(name))


def rows_of(connection: duckdb.DuckDBPyConnection, sql: str) -> list[dict[str, Any]]:
    done = connection.execute(sql)
    names = [column[0] for column in done.description]
    return [dict(zip(names, row, strict=True)) for row in done.fetchall()]


def sort_out(rows: list[dict[str, Any]]) -> Told:
    """Rows with scope_id and period_start_date, of which some may give an unknown_reason."""
    told = Told({}, set())
    for row in rows:
        key = (row["scope_id"], row["period_start_date"])
        if row.get("unknown_reason") is None:
            told.known[key] = row
        else:
            told.unknown.add(key)
    return told


def differences(told: Told, truth: Figures, names: Mapping[str, str], tolerance: float = EXACT) -> list[object]:
    """Where the mart and the company do not say the same of what the mart tells of; a missing row is nothing there.

    Raises KeyError for a figure that the company does not tell at all.
    """
    wrong: list[object] = []
    nothing: dict[str, Any] = dict.fromkeys(next(iter(truth.values()), {}))
    first, scopes = told.first, told.scopes
    reported = {key for key in truth if key[1] >= first and key[0] in scopes} - told.unknown
    for key in told.known.keys() | reported:
        ours, theirs = told.known.get(key, {}), truth.get(key, nothing)
        for our_name, their_name in names.items():
            mine, true = ours.get(our_name), theirs[their_name]
            if abs(float(mine or 0) - float(true or 0)) > tolerance:
                wrong.append((key, our_name, mine, true))
    return wrong


def without_purged(company: Company, met: datetime) -> Company:
    """The company less the deals that had left the recycle bin when the org was first met: no one can know them."""
    emptied = (met - timedelta(days=BIN_DAYS)).timestamp()
    book, deleted = company.pipeline.book, company.pipeline.book.deals.deleted_at
    kept = ((deleted == NONE) | (deleted >= emptied))[book.steps.deal]
    steps = type(book.steps)(**{each.name: getattr(book.steps, each.name)[kept] for each in fields(book.steps)})
    return replace(company, pipeline=replace(company.pipeline, book=replace(book, steps=steps)))


def same(names: Iterable[str]) -> dict[str, str]:
    return {name: name for name in names}


def keyed(rows: Iterable[dict[str, Any]], *more: str) -> Figures:
    """By scope (and more that tells rows apart) and first day of the period."""
    return {
        (" ".join([row["scope_id"] or "company", *(str(row[name]) for name in more)]), row["period_start"]): row
        for row in rows
    }
