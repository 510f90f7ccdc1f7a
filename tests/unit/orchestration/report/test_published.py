"""Reading one published version."""

from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from orchestration.report.published import PublishedError, money, open_published, total


def test_what_is_read_stays_one_version_while_the_next_is_published(company: Any) -> None:
    with open_published(company.file) as published:
        current = company.file.parent
        current.unlink()
        assert published.path.parent.name == "20261123T060000Z"
        assert published.one("select count(*) as n from marts.dim_users") == {"n": 10}


def test_the_as_of_instant_is_the_greatest_cursor_in_the_reporting_zone(company: Any) -> None:
    with open_published(company.file, "Europe/Berlin") as published:
        assert published.as_of.isoformat() == "2026-11-23T07:00:00+01:00"
        assert published.as_of_utc == datetime(2026, 11, 23, 6)


def test_without_a_zone_it_is_the_one_that_the_org_has(company: Any) -> None:
    with open_published(company.file) as published:
        assert published.zone.key == "Europe/Berlin"


def test_an_org_without_a_zone_is_read_in_utc(company: Any) -> None:
    company.execute("update ops.sync_state set time_zone = null")
    with open_published(company.file) as published:
        assert published.as_of.tzinfo is not None
        assert published.zone.key == "UTC"


def test_the_last_full_week_is_the_one_before_the_current_one(company: Any) -> None:
    with open_published(company.file) as published:
        assert (published.last_week, published.this_week) == (date(2026, 11, 16), date(2026, 11, 23))


def test_without_any_week_it_is_the_calendar_that_counts(new_company: Any) -> None:
    with open_published(new_company.file) as published:
        assert published.this_week == date(2026, 11, 23)


def test_the_quarter_comes_from_the_fiscal_calendar_and_knows_how_much_is_over(company: Any) -> None:
    with open_published(company.file) as published:
        quarter = published.quarter()
    assert (quarter.label, quarter.start, quarter.end) == ("FY2026-Q4", date(2026, 10, 1), date(2026, 12, 31))
    assert quarter.elapsed_ratio == pytest.approx(54 / 92)


def test_a_day_outside_the_calendar_is_an_error(company: Any) -> None:
    with open_published(company.file) as published, pytest.raises(PublishedError, match="dim_dates does not hold"):
        published.quarter(date(1999, 1, 1))


def test_days_begin_at_local_midnight_and_instants_are_shown_in_local_time(company: Any) -> None:
    with open_published(company.file, "Europe/Berlin") as published:
        assert published.start_of(date(2026, 10, 1)) == datetime(2026, 9, 30, 22)
        assert published.local(datetime(2026, 11, 23, 6)) == datetime(2026, 11, 23, 7)
        assert published.local(None) is None


def test_a_missing_mart_is_named(company: Any) -> None:
    with open_published(company.file) as published, pytest.raises(PublishedError, match="fct_nothing"):
        published.rows("select 1 from marts.fct_nothing")


def test_before_anything_is_published_the_error_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(PublishedError, match="salespulse run"), open_published(tmp_path / "none.duckdb"):
        pass


def test_a_file_in_which_nothing_was_synced_has_no_as_of(new_company: Any) -> None:
    new_company.execute("delete from ops.sync_state")
    with pytest.raises(PublishedError, match="no as-of instant"), open_published(new_company.file):
        pass


def test_amounts_add_up_to_the_cent_whatever_type_the_mart_has() -> None:
    assert total([0.1, 0.2, None, Decimal("0.30")]) == Decimal("0.60")
    assert total([None]) is None
    assert money(1234.5) == Decimal("1234.50")
