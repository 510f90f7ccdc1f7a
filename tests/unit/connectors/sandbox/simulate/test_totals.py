"""The true totals add up, and tell what a plain count over the records tells."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import Company, found
from connectors.sandbox.metadata.standard import standard_schema
from connectors.sandbox.simulate.setting.era import Era, day_number, to_date
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.truth.periods import Calendar
from connectors.sandbox.simulate.truth.waterfall import LEGS, SIGNS
from connectors.sandbox.store.org import Org

NOW = datetime(2026, 3, 18, 12)


@pytest.fixture(scope="module")
def company() -> Company:
    return found(Era(7, 1.0, date(2026, 3, 18)))


@pytest.fixture(scope="module")
def ask(company: Company) -> Iterator[Any]:
    cursor = Org(standard_schema(), company.tables(), Clock(NOW)).cursor()
    yield lambda sql: cursor.execute(sql).fetchall()
    cursor.close()


def cents(row: dict[str, Any], name: str) -> int:
    return round(float(row[f"{name}_amount"]) * 100)


@pytest.mark.parametrize("scope", ["company", "team", "rep"])
@pytest.mark.parametrize("period", ["week", "month", "quarter"])
def test_the_waterfall_holds_to_the_cent_for_everybody(company: Company, period: str, scope: str) -> None:
    begun = [row for row in company.totals(period, scope, NOW) if row["period_start"] <= NOW.date()]
    assert len(begun) >= 13
    for row in begun:
        signed = sum(cents(row, f"waterfall_{leg}") * SIGNS.get(leg, 1) for leg in LEGS if leg != "closing")
        assert signed == cents(row, "waterfall_closing")
        assert cents(row, "waterfall_won") == cents(row, "bookings") - cents(row, "won_later")


def test_a_period_opens_with_what_was_due_in_it_when_it_began(company: Company) -> None:
    rows = company.totals("quarter", at=NOW)
    assert all(cents(row, "waterfall_opening") == cents(row, "due") for row in rows)
    assert sum(cents(row, "due") for row in rows) > 0


def test_reps_add_up_to_their_teams_and_to_the_company(company: Company) -> None:
    people = company.totals("month", "rep", NOW)
    lines = {str(company.staff.ids[each.index]): each for each in company.staff.people}
    at = int(NOW.replace(tzinfo=UTC).timestamp())

    def is_below(user: str, manager: str) -> bool:
        above = [who for since, who in lines[user].reporting if since <= at][-1]
        return user == manager or (above != NONE and is_below(str(company.staff.ids[above]), manager))

    for team in [*company.totals("month", "team", NOW), *company.totals("month", at=NOW)]:
        mine = [each for each in people if each["period_start"] == team["period_start"]]
        mine = [each for each in mine if not team["scope_id"] or is_below(each["scope_id"], team["scope_id"])]
        assert sum(each["won_count"] for each in mine) == team["won_count"]
        assert sum(cents(each, "open_pipeline") for each in mine) == cents(team, "open_pipeline")
        assert sum(each["activity_count"] for each in mine) == team["activity_count"]


def test_bookings_wins_and_losses_are_what_the_records_say(company: Company, ask: Any) -> None:
    told = {row["period_start"]: row for row in company.totals("quarter", at=NOW)}
    found = ask(
        'SELECT date_trunc(\'quarter\', "CloseDate")::DATE, count(*), sum("Amount") FROM current."Opportunity" '
        'WHERE "IsWon" AND NOT "IsDeleted" GROUP BY 1'
    )
    assert len(found) >= 12
    for start, count, amount in found:
        assert told[start]["won_count"] == count
        assert told[start]["bookings_amount"] == pytest.approx(float(amount), abs=0.001)
    [(lost,)] = ask(
        'SELECT count(*) FROM current."Opportunity" WHERE "StageName" = \'Closed Lost\' AND NOT "IsDeleted"'
    )
    assert sum(row["lost_count"] for row in told.values()) == lost


def test_created_deals_and_the_open_pipeline_are_what_the_versions_say(company: Company, ask: Any) -> None:
    told = {row["period_start"]: row for row in company.totals("month", at=NOW)}
    created = ask(
        'SELECT date_trunc(\'month\', "CreatedDate")::DATE, count(*) FROM (SELECT DISTINCT "Id", "CreatedDate" '
        "FROM versions.\"Opportunity\" WHERE _from <= '2026-03-18 12:00') GROUP BY 1"
    )
    assert dict(created) == {start: row["created_count"] for start, row in told.items() if row["created_count"]}
    for end in (date(2024, 6, 1), date(2025, 11, 1)):
        [(count, amount)] = ask(
            'SELECT count(*), sum("Amount") FROM versions."Opportunity" WHERE NOT "IsClosed" AND NOT "IsDeleted" '
            f"AND _from < '{end}' AND _until >= '{end}'"
        )
        before = told[date(end.year, end.month - 1, 1)]
        assert before["open_count"] == count
        assert before["open_pipeline_amount"] == pytest.approx(float(amount), abs=0.001)


def test_stages_narrow_from_one_to_the_next(company: Company) -> None:
    rows = company.conversions("quarter", NOW)
    assert {row["process"] for row in rows} == {"New Business", "Expansion", "Renewal", "Default"}
    assert all(0 <= row["reached_next_count"] <= row["reached_count"] for row in rows)


@pytest.mark.parametrize(("period", "scope"), [("decade", "company"), ("month", "region")])
def test_unknown_periods_and_scopes_are_refused(company: Company, period: str, scope: str) -> None:
    with pytest.raises(ValueError, match="ask for one of"):
        company.totals(period, scope)


def test_quarters_follow_the_fiscal_calendar() -> None:
    first, last = day_number(date(2024, 1, 1)), day_number(date(2025, 12, 31))
    calendar = Calendar("quarter", 2, first, last)
    assert [to_date(day) for day in calendar.starts[:3]] == [date(2023, 11, 1), date(2024, 2, 1), date(2024, 5, 1)]
    assert calendar.number(day_number(date(2024, 4, 30))) == 1
    weeks = Calendar("week", 1, first, last)
    assert all(to_date(day).weekday() == 0 for day in weeks.starts)
