"""Quotas look back only: what happens after a quota is entered never shows in it."""

from collections import defaultdict
from dataclasses import replace
from datetime import date, timedelta
from statistics import mean

import pytest

from connectors.sandbox.simulate.era import DAY, Era, day_number, quarter_start
from connectors.sandbox.simulate.frames import NONE
from connectors.sandbox.simulate.people import Staff, hire
from connectors.sandbox.simulate.pipeline import fill_pipeline
from connectors.sandbox.simulate.quotas import LATEST_START_DAYS, Quota, Sale, quotas, sales_of

ERA = Era(7, 1.0, date(2026, 3, 18))
MOMENTS = [day_number(date(2024, 3, 20)) * DAY, day_number(date(2025, 9, 18)) * DAY, ERA.anchored]


@pytest.fixture(scope="module")
def staff() -> Staff:
    return hire(ERA)


@pytest.fixture(scope="module")
def sales(staff: Staff) -> list[Sale]:
    return sales_of(fill_pipeline(ERA, staff).deals)


@pytest.fixture(scope="module")
def told(staff: Staff, sales: list[Sale]) -> list[Quota]:
    return quotas(ERA, staff, sales)


def up_to(rows: list[Quota], moment: int) -> list[Quota]:
    return [row for row in rows if row.entered <= moment]


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_later_sale_changes_a_quota(staff: Staff, sales: list[Sale], told: list[Quota], moment: int) -> None:
    known = [sale for sale in sales if sale.at < moment]
    tenfold = known + [replace(sale, amount=sale.amount * 10) for sale in sales if sale.at >= moment]
    for others in (known, tenfold):
        again = quotas(ERA, staff, others)
        assert up_to(again, moment) == up_to(told, moment)
        assert again != told


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_later_leaving_changes_a_quota(sales: list[Sale], told: list[Quota], moment: int) -> None:
    staff = hire(ERA)
    stayed = 0
    for person in staff.people:
        if person.end > moment:
            person.end = NONE
            stayed += 1
    assert stayed
    assert up_to(quotas(ERA, staff, sales), moment) == up_to(told, moment)


def test_quotas_are_entered_before_their_quarter_and_a_newcomers_when_he_comes(staff: Staff, told: list[Quota]) -> None:
    for quota in told:
        start, person = day_number(quota.quarter) * DAY, staff.people[quota.person]
        assert quota.entered < start or person.start < quota.entered < person.start + DAY
        assert quota.entered < start + LATEST_START_DAYS * DAY
        assert person.works_at(quota.entered)


def test_a_newcomer_has_less_to_bring_than_the_others(staff: Staff, told: list[Quota]) -> None:
    by_quarter: dict[date, list[Quota]] = defaultdict(list)
    for quota in told:
        by_quarter[quota.quarter].append(quota)
    newcomers = 0
    for quarter, rows in by_quarter.items():
        recent = day_number(quarter - timedelta(days=30)) * DAY
        new = [row.amount for row in rows if staff.people[row.person].start > recent]
        settled = [row.amount for row in rows if staff.people[row.person].start <= recent]
        newcomers += len(new)
        assert all(amount < 0.6 * mean(settled) for amount in new)
    assert newcomers >= 3


def test_quotas_cover_every_full_quarter_of_the_era(told: list[Quota]) -> None:
    quarters = sorted({quota.quarter for quota in told})
    assert quarters[0] == date(2023, 4, 1)
    assert quarters[-1] == quarter_start(ERA.anchor + timedelta(days=266))
    assert len(quarters) == 15
