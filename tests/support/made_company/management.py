"""What managers act upon: deals to inspect, coaching, adherence, stages and reviews."""

from datetime import date, datetime, timedelta

import duckdb

from tests.support.made_company.calendar import THIS_WEEK
from tests.support.made_company.people import SELLERS
from tests.support.made_company.tables import insert


def management(connection: duckdb.DuckDBPyConnection) -> None:
    for number, (user_id, name, manager_id, *_) in enumerate(SELLERS, start=1):
        insert(
            connection,
            "marts.rpt_deals_to_inspect",
            opportunity_id=f"open{number}",
            opportunity_name="=2+5 Deal" if number == 1 else f"Deal open{number}",
            opportunity_url=f"https://crm.example.com/open{number}",
            owner_id=user_id,
            owner_name=name,
            manager_id=manager_id,
            account_name=f"Account {number}",
            stage_name="Proposal",
            forecast_category="Best Case",
            amount=10_000 * number,
            close_date=date(2026, 11, 1) if number == 1 else date(2026, 12, 15),
            idle_days=number * 10.0,
            stage_age_days=5.0,
            push_count=number,
            open_exception_count=2,
            reasons="close date is past; no next step",
            inspection_rank=number,
        )
        insert(
            connection,
            "marts.rpt_coaching_focus",
            owner_id=user_id,
            owner_name=name,
            manager_id=manager_id,
            focus="Next steps",
            evidence=f"{number} of 10 deals have none",
        )
        insert(
            connection,
            "marts.rpt_rep_process_adherence",
            owner_id=user_id,
            open_count=10,
            deals_with_exception_count=number,
            adherence_rate=0.0,
            grave_free_rate=1 - number / 10,
            at_risk_amount=10_000 * number,
        )
        for weeks_ago in range(6):
            insert(
                connection,
                "marts.rpt_owner_adherence_weekly",
                owner_id=user_id,
                week_start_date=THIS_WEEK - timedelta(weeks=weeks_ago),
                stage_exit_count=5 if weeks_ago < 5 else 100,
                on_process_exit_count=number - 1 if 0 < weeks_ago < 5 else 0,
                is_current_week=weeks_ago == 0,
            )
    for stage, order, won in (("Discovery", 3, 30), ("Proposal", 4, 40)):
        insert(
            connection,
            "marts.dim_sales_stages",
            sales_process="New_Business",
            stage_name=stage,
            stage_order=order,
            is_closed=False,
            is_won=False,
            default_probability_rate=order / 10,
        )
        insert(
            connection,
            "marts.rpt_stage_win_rates",
            sales_process="New_Business",
            stage_name=stage,
            reached_closed_count=100,
            won_count=won,
            observed_win_rate=won / 100,
            win_rate=(won + 2) / 105,
            default_probability_rate=order / 10,
        )
    for manager_id in ("u0", "m1", "m2", "m3"):
        for days in (0, 7, 21):
            insert(
                connection,
                "marts.rpt_review_calendar",
                manager_id=manager_id,
                review_kind="pipeline_review",
                review_name="Pipeline review",
                starts_at=datetime(2026, 11, 23, 9) + timedelta(days=days),
                duration_minutes=45,
                agenda="Deals to inspect",
            )
