"""Quotas look back only: what happens after a quota is entered never shows in it."""

from dataclasses import replace
from datetime import date

import numpy as np
import pytest

from connectors.sandbox.simulate.deals.pipeline import fill_pipeline
from connectors.sandbox.simulate.setting.era import DAY, Era, day_number
from connectors.sandbox.simulate.setting.fiscal import quarter_start
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.hiring import hire
from connectors.sandbox.simulate.staff.people import Staff
from connectors.sandbox.simulate.staff.quotas import LATEST_START_DAYS, Quotas, Sales, quota_table, quotas, sales_of

ERA = Era(7, 1.0, date(2026, 3, 18))
MOMENTS = [day_number(date(2024, 3, 20)) * DAY, day_number(date(2025, 9, 18)) * DAY, ERA.anchored]


@pytest.fixture(scope="module")
def staff() -> Staff:
    return hire(ERA)


@pytest.fixture(scope="module")
def sales(staff: Staff) -> Sales:
    return sales_of(fill_pipeline(ERA, staff).book)


@pytest.fixture(scope="module")
def told(staff: Staff, sales: Sales) -> Quotas:
    return quotas(ERA, staff, sales)


def known_at(rows: Quotas, moment: int) -> list[tuple[float, ...]]:
    amounts = rows.amounts_at(moment)
    known = rows.entered <= moment
    columns = (rows.person, rows.quarter, rows.entered, amounts)
    return list(zip(*(column[known].tolist() for column in columns), strict=True))


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_later_sale_changes_a_quota(staff: Staff, sales: Sales, told: Quotas, moment: int) -> None:
    tenfold = replace(sales, amount=np.where(sales.at >= moment, sales.amount * 10, sales.amount))
    for others in (sales.before(moment), tenfold):
        again = quotas(ERA, staff, others)
        assert known_at(again, moment) == known_at(told, moment)
        assert known_at(again, ERA.end) != known_at(told, ERA.end)


@pytest.mark.parametrize("moment", MOMENTS)
def test_no_later_leaving_changes_a_quota(sales: Sales, told: Quotas, moment: int) -> None:
    staff = hire(ERA)
    later = [person for person in staff.people if person.end > moment]
    assert later
    for person in later:
        person.end = NONE
    stayed = Staff(staff.people, staff.slots, staff.ids, staff.meddlers)
    assert known_at(quotas(ERA, stayed, sales), moment) == known_at(told, moment)


def test_quotas_are_entered_before_their_quarter_and_a_newcomers_when_he_comes(staff: Staff, told: Quotas) -> None:
    start, came = told.quarter * DAY, staff.starts[told.person]
    is_new = (came < told.entered) & (told.entered < came + DAY)
    assert np.all((told.entered < start) | is_new)
    assert np.all(told.entered < start + LATEST_START_DAYS * DAY)
    assert np.all(staff.work_at(told.person, told.entered))


def test_a_newcomer_has_less_to_bring_than_the_others(staff: Staff, told: Quotas) -> None:
    is_new = staff.starts[told.person] > (told.quarter - 30) * DAY
    assert is_new.sum() >= 3
    for quarter in np.unique(told.quarter):
        settled = told.amount[(told.quarter == quarter) & ~is_new].mean()
        assert np.all(told.amount[(told.quarter == quarter) & is_new] < 0.6 * settled)


def test_quotas_cover_every_full_quarter_of_the_era(told: Quotas) -> None:
    quarters = np.unique(told.quarter)
    assert quarters[0] == day_number(date(2023, 4, 1))
    assert quarters[-1] == day_number(quarter_start(date(2026, 12, 9)))
    assert quarters.size == 15


def test_some_quotas_change_within_their_quarter_and_keep_their_record(staff: Staff, told: Quotas) -> None:
    changed = np.flatnonzero(told.changed != NONE)
    assert 0.02 < changed.size / len(told) < 0.15
    days = told.changed[changed] // DAY - told.quarter[changed]
    assert np.all((days > 0) & (days < 91))
    table = quota_table(ERA, staff, told)
    assert table.num_rows == len(told) + changed.size
    assert len(set(table["Id"].to_pylist())) == len(told)
    one = int(changed[0])
    before, after = (told.amounts_at(int(told.changed[one]) + shift)[one] for shift in (-1, 0))
    assert before != after


def test_nobody_sells_less_than_nothing_and_newcomers_ramp_up(staff: Staff) -> None:
    people = np.flatnonzero(staff.levels == 0)
    first, later = staff.starts[people], staff.starts[people] + 300 * DAY
    assert np.allclose(staff.ramp(people, first), 0.3)
    assert np.allclose(staff.ramp(people, later), 1.0)
