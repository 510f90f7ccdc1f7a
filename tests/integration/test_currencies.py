"""An org of several currencies, from the sync to the waterfall, against plain Python over its raw rows."""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

import duckdb
import pytest

from tests.support.commands import salespulse, sandbox_org

pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("currencies")]

ZERO = Decimal(0)
Row = dict[str, Any]
Ask = Callable[[str], list[Row]]


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Ask]:
    home = tmp_path_factory.mktemp("currencies")
    with sandbox_org("--scale", "0.15", "--currencies") as org:
        done = salespulse(home, "run", "--json", env=org)
        assert done.exit_code == 0, done.stderr
    with duckdb.connect(str(home / "warehouse.duckdb"), read_only=True) as connection:

        def rows(sql: str) -> list[Row]:
            found = connection.execute(sql)
            names = [column[0] for column in found.description]
            return [dict(zip(names, row, strict=True)) for row in found.fetchall()]

        yield rows


class Rates:
    """The rates as the raw rows have them, and the amounts that they make."""

    def __init__(self, ask: Ask) -> None:
        types = ask("select * from raw_salesforce.currency_type")
        self._static = {row["iso_code"]: Decimal(repr(row["conversion_rate"])) for row in types}
        self._dated = ask("select * from raw_salesforce.dated_conversion_rate")
        assert len(self._static) == 3
        assert len(self._dated) > 50

    def corporate(self, amount: Decimal | None, iso_code: str, day: date) -> Decimal | None:
        rate = self._static[iso_code]
        for row in self._dated:
            if row["iso_code"] == iso_code and row["start_date"] <= day < row["next_start_date"]:
                rate = Decimal(repr(row["conversion_rate"]))
        return amount if amount is None or rate == 1 else (amount / rate).quantize(Decimal("0.01"), ROUND_HALF_UP)

    def booked(self, deal: Row, day: date) -> Decimal:
        """What a deal is worth at the rates of a day; nothing without an amount."""
        return self.corporate(deal["amount"], deal["currency_iso_code"], day) or ZERO


@pytest.fixture(scope="module")
def rates(ask: Ask) -> Rates:
    return Rates(ask)


@pytest.fixture(scope="module")
def records(ask: Ask) -> dict[str, Row]:
    return {row["id"]: row for row in ask("select * from raw_salesforce.opportunity")}


@pytest.fixture(scope="module")
def won(records: dict[str, Row]) -> list[Row]:
    return [row for row in records.values() if row["is_won"] and not row["is_deleted"] and row["_deleted_at"] is None]


@pytest.fixture(scope="module")
def fixed(ask: Ask) -> date:
    """The day of constant currency: the company's fiscal year is the calendar's."""
    (as_of,) = ask("select max(cursor_at) as t from ops.sync_state")
    return date(as_of["t"].year, 1, 1)


def test_each_deal_has_its_amount_three_times(ask: Ask, rates: Rates, records: dict[str, Row], fixed: date) -> None:
    deals = ask("select * from marts.fct_opportunities")
    assert {row["currency_iso_code"] for row in deals} == {"USD", "EUR", "GBP"}
    for row in deals:
        record = records[row["opportunity_id"]]
        amount, iso_code = record["amount"], record["currency_iso_code"]
        assert (row["record_amount"], row["currency_iso_code"]) == (amount, iso_code)
        assert row["amount"] == rates.corporate(amount, iso_code, record["close_date"])
        assert row["constant_amount"] == rates.corporate(amount, iso_code, fixed)


def test_each_version_is_converted_at_its_own_close_date(
    ask: Ask, rates: Rates, records: dict[str, Row], fixed: date
) -> None:
    versions = ask("select * from marts.fct_opportunity_versions order by opportunity_id, version_number")
    history = ask("select * from raw_salesforce.opportunity_history")
    told = {(row["opportunity_id"], row["amount"], row["close_date"]) for row in history}
    re_rated = 0
    before: Row = {"opportunity_id": None, "record_amount": None}
    for row in versions:
        iso_code = records[row["opportunity_id"]]["currency_iso_code"]
        assert row["currency_iso_code"] == iso_code
        assert (row["opportunity_id"], row["record_amount"], row["close_date"]) in told
        assert row["amount"] == rates.corporate(row["record_amount"], iso_code, row["close_date"])
        assert row["constant_amount"] == rates.corporate(row["record_amount"], iso_code, fixed)
        if [row[name] for name in ("opportunity_id", "record_amount")] == [
            before["opportunity_id"],
            before["record_amount"],
        ]:
            assert before["constant_amount"] == row["constant_amount"]
            re_rated += before["amount"] != row["amount"]
        before = row
    assert re_rated > 20


def test_the_won_leg_is_the_bookings_in_constant_currency_and_tells_them_in_corporate_too(
    ask: Ask, rates: Rates, won: list[Row], fixed: date
) -> None:
    """Of a past quarter only what had been won when it ended: what was dated back since is no part of its fall."""
    falls = ask(
        "select f.*, p.period_end_date, p.ends_at from marts.rpt_pipeline_waterfall f "
        "join marts.dim_periods p using (period_kind, period_start_date) "
        "where f.scope_kind = 'company' and f.unknown_reason is null and f.period_kind = 'quarter'"
    )
    closed = {
        row["opportunity_id"]: row["closed_at"] for row in ask("select * from marts.fct_opportunities where is_won")
    }
    effects = 0
    for fall in falls:
        due = [
            row
            for row in won
            if fall["period_start_date"] <= row["close_date"] <= fall["period_end_date"]
            and closed[row["id"]] <= fall["ends_at"]
        ]
        constant = sum((rates.booked(row, fixed) for row in due), ZERO)
        corporate = sum((rates.booked(row, row["close_date"]) for row in due), ZERO)
        assert (fall["won_amount"], fall["bookings_amount"]) == (constant, corporate)
        assert fall["currency_effect_amount"] == corporate - constant
        effects += corporate != constant
    assert effects > 5


def test_bookings_are_told_in_corporate_currency(ask: Ask, rates: Rates, won: list[Row]) -> None:
    kpis = ask(
        "select period_start_date, actual from marts.fct_kpis where metric = 'bookings_amount' and actual <> 0 "
        "and scope_kind = 'company' and period_kind = 'month'"
    )
    assert kpis
    for kpi in kpis:
        due = [row for row in won if row["close_date"].replace(day=1) == kpi["period_start_date"]]
        assert Decimal(repr(kpi["actual"])) == sum((rates.booked(row, row["close_date"]) for row in due), ZERO)


def test_shares_of_a_deal_are_converted_as_the_deal_is(ask: Ask, rates: Rates, records: dict[str, Row]) -> None:
    splits = {row["id"]: row for row in ask("select * from raw_salesforce.opportunity_split")}
    credited = [row for row in ask("select * from marts.fct_split_credits") if row["is_split"]]
    assert credited
    for row in credited:
        deal = records[row["opportunity_id"]]
        expected = rates.corporate(
            splits[row["credit_id"]]["split_amount"], deal["currency_iso_code"], deal["close_date"]
        )
        assert row["credit_amount"] == expected
