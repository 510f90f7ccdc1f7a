"""Weeks, quarters and daily snapshots of the sellers: the numbers that marts add up."""

from datetime import date, timedelta
from decimal import Decimal

import duckdb

from tests.support.made_company.calendar import AS_OF, QUARTER, THIS_WEEK
from tests.support.made_company.people import SELLERS
from tests.support.made_company.tables import insert


def weeks(connection: duckdb.DuckDBPyConnection) -> None:
    """Seller n booked n × 1,000 last week of a goal of 3,000, and nothing this week; 14 weeks in all."""
    for number, (user_id, name, manager_id, *_) in enumerate(SELLERS, start=1):
        for back in range(14):
            week = THIS_WEEK - timedelta(weeks=back)
            booked = 0 if back == 0 else number * 1000 if back == 1 else 2000
            insert(
                connection,
                "marts.rpt_owner_kpis_weekly",
                owner_id=user_id,
                week_start_date=week,
                owner_name=name,
                manager_id=manager_id,
                bookings_amount=booked,
                won_count=1 if booked else 0,
                lost_count=0,
                created_count=1,
                pipeline_created_amount=Decimal("100.10") * number,
                activity_count=10 + number,
                meeting_count=number,
                open_pipeline_amount=10_000 * number,
                open_pipeline_count=2,
                goal_bookings_amount=3000,
                goal_pipeline_created_amount=300,
                goal_activity_count=12,
                goal_meeting_count=3,
                previous_bookings_amount=2000,
                previous_pipeline_created_amount=150,
                previous_activity_count=9,
                status="on_track" if booked >= 3000 else "behind",
                is_current_week=back == 0,
            )


def forecasts(connection: duckdb.DuckDBPyConnection) -> None:
    """Seller n has won n × 10,000 of a quota of 40,000, and 20,000 open of which half is expected. r6 has no quota."""
    for number, (user_id, name, manager_id, *_) in enumerate(SELLERS, start=1):
        for start, label in ((QUARTER, "FY2026-Q4"), (date(2027, 1, 1), "FY2027-Q1")):
            is_current = start == QUARTER
            won = 10_000 * number if is_current else 0
            insert(
                connection,
                "marts.rpt_forecast_quarterly",
                owner_id=user_id,
                fiscal_quarter_start_date=start,
                owner_name=name,
                manager_id=manager_id,
                fiscal_quarter_label=label,
                quota_amount=None if user_id == "r6" else 40_000,
                closed_won_amount=won,
                commit_amount=5000,
                best_case_amount=5000,
                open_amount=20_000,
                weighted_amount=8000.0,
                expected_open_amount=10_000.0,
                forecast_amount=won + 10_000.0,
                forecast_method="stage win rates of the last two years",
                is_current_quarter=is_current,
            )


def snapshots(connection: duckdb.DuckDBPyConnection) -> None:
    """Each seller's pipeline was 50 less (weighted 20 less) on every day before."""
    connection.execute(
        """
        insert into marts.fct_pipeline_daily
        select
            cast(? as date) - cast(days.n as integer), users.user_id, 'New_Business', 'Proposal', 1,
            30000 - 50 * days.n, 12000 - 20 * days.n
        from marts.dim_users as users, (select range as n from range(200)) as days
        where users.is_seller
        """,
        [AS_OF.date()],
    )
