"""The marts suite on a real warehouse: it holds on consistent marts, and each check can fail."""

from dataclasses import dataclass

import duckdb
import pytest

from expectations.catalog import checks
from expectations.judgement import verdict as verdict_of
from expectations.runner import run_suite
from expectations.session import opened, validate
from expectations.verdict import Verdict

OPP, WEEK, TEAM, CAST = (
    "fct_opportunities",
    "rpt_owner_kpis_weekly",
    "rpt_team_kpis_weekly",
    "rpt_forecast_quarterly",
)
LEDGER, DEALS = "fct_process_exceptions", "fct_forecast_deals"


@dataclass(frozen=True)
class Break:
    """A change to one mart, and the check on a mart that must see it, with its count of failures."""

    check: str
    table: str
    sql: str
    failing_count: int
    severity: str = "error"


def update(table: str, what: str, where: str = "true") -> str:
    return f"update marts.{table} set {what} where {where}"


def an_exception(**values: str) -> str:
    columns = {
        "exception_id": "'e1'",
        "rule_id": "'OPP-01'",
        "status": "'open'",
        "first_seen_at": "timestamp '2026-05-12'",
        "last_seen_at": "timestamp '2026-05-13'",
        "owner_id": "'user1'",
        **values,
    }
    return f"insert into marts.{LEDGER} ({', '.join(columns)}) values ({', '.join(columns.values())})"


ONE = "opportunity_id = 'opportunity4'"
WON = "opportunity_id = 'opportunity1'"

BREAKS = (
    Break("primary_key_is_unique", OPP, "insert into marts.fct_opportunities from marts.fct_opportunities", 6),
    Break("primary_key_is_unique", WEEK, update(WEEK, "week_start_date = date '2026-05-11'"), 3),
    Break("primary_key_is_complete", OPP, update(OPP, "opportunity_id = null", ONE), 1),
    Break("primary_key_is_complete", TEAM, update(TEAM, "manager_id = null"), 2),
    Break(
        "instants_have_no_time_zone",
        "fct_opportunity_stage_spells",
        "alter table marts.fct_opportunity_stage_spells alter exited_at type timestamptz",
        1,
    ),
    Break(
        "default_probability_rate_is_between_zero_and_one",
        "dim_sales_stages",
        update("dim_sales_stages", "default_probability_rate = 9.9", "stage_order = 1"),
        1,
    ),
    Break("probability_rate_is_between_zero_and_one", OPP, update(OPP, "probability_rate = 1.5", ONE), 1),
    Break("stage_win_rate_is_between_zero_and_one", OPP, update(OPP, "stage_win_rate = -0.1"), 6),
    Break("win_rate_is_between_zero_and_one", WEEK, update(WEEK, "win_rate = 1.1", "owner_id = 'user1'"), 2),
    Break(
        "adherence_rate_is_between_zero_and_one",
        "rpt_rep_process_adherence",
        update("rpt_rep_process_adherence", "adherence_rate = 90"),
        3,
    ),
    Break(
        "grave_free_rate_is_between_zero_and_one",
        "rpt_rep_process_adherence",
        update("rpt_rep_process_adherence", "grave_free_rate = -0.1"),
        3,
    ),
    Break("amount_is_not_negative", OPP, update(OPP, "amount = -1", ONE), 1, "warning"),
    Break("age_days_is_not_negative", OPP, update(OPP, "age_days = -1", ONE), 1, "warning"),
    Break("sales_cycle_days_is_not_negative", OPP, update(OPP, "sales_cycle_days = -1", WON), 1, "warning"),
    Break(
        "duration_days_is_not_negative",
        "fct_opportunity_stage_spells",
        update("fct_opportunity_stage_spells", "duration_days = -1", ONE),
        1,
        "warning",
    ),
    Break("forecast_category_is_a_known_value", OPP, update(OPP, "forecast_category = 'Forecast'", ONE), 1),
    Break(
        "activity_kind_is_a_known_value",
        "fct_activities",
        update("fct_activities", "activity_kind = 'call'", "activity_id = 'task1'"),
        1,
    ),
    Break("rate_source_is_a_known_value", DEALS, update(DEALS, "rate_source = 'guess'"), 2),
    Break("win_rate_is_between_zero_and_one", DEALS, update(DEALS, "win_rate = 3.7"), 2),
    Break("status_is_a_known_value", WEEK, update(WEEK, "status = 'fine'"), 6),
    Break("status_is_a_known_value", LEDGER, an_exception(status="'closed'"), 1),
    Break("owner_is_a_known_user", OPP, update(OPP, "owner_id = 'gone'", ONE), 1, "warning"),
    Break("opportunities_are_either_open_or_closed", OPP, update(OPP, "is_closed = true", ONE), 1),
    Break("opportunities_are_either_open_or_closed", OPP, update(OPP, "is_open = null", WON), 1),
    Break("closed_opportunities_are_either_won_or_lost", OPP, update(OPP, "is_lost = true", WON), 1),
    Break("won_opportunities_are_closed", OPP, update(OPP, "is_won = true", ONE), 1),
    Break("weighted_amount_is_amount_times_probability", OPP, update(OPP, "amount = amount + 1", ONE), 1),
    Break(
        "loaded_opportunities_are_all_accounted_for",
        OPP,
        f"delete from marts.fct_opportunities where {ONE}",
        1,
    ),
    Break(
        "calendar_has_no_gap",
        "dim_dates",
        "delete from marts.dim_dates where date_day = date '2026-02-03'",
        1,
    ),
    Break(
        "stages_end_after_they_begin",
        "fct_opportunity_stage_spells",
        update("fct_opportunity_stage_spells", "exited_at = timestamp '2026-04-30'", ONE),
        1,
    ),
    Break(
        "opportunities_have_one_current_stage",
        "fct_opportunity_stage_spells",
        f"insert into marts.fct_opportunity_stage_spells by name "
        f"select * replace (2 as spell_number) from marts.fct_opportunity_stage_spells where {ONE}",
        1,
        "warning",
    ),
    Break(
        "last_day_equals_the_open_opportunities",
        "fct_pipeline_daily",
        update(
            "fct_pipeline_daily",
            "open_amount = open_amount + 0.01",
            "snapshot_date = date '2026-05-13' and owner_id = 'user1'",
        ),
        1,
    ),
    Break(
        "last_day_equals_the_open_opportunities",
        "fct_pipeline_daily",
        "delete from marts.fct_pipeline_daily where snapshot_date = date '2026-05-13' and owner_id = 'user1'",
        1,
    ),
    Break(
        "pipeline_closes_to_the_cent",
        "rpt_pipeline_waterfall",
        update("rpt_pipeline_waterfall", "won_amount = won_amount + 1", "scope_id = 'user1'"),
        1,
    ),
    Break(
        "kpis_of_sellers_equal_the_won_opportunities",
        "fct_kpis",
        update("fct_kpis", "actual = actual + 0.01", "scope_id = 'user1'"),
        1,
    ),
    Break(
        "weeks_start_on_a_monday",
        WEEK,
        update(WEEK, "week_start_date = date '2026-05-10'", "week_start_date = date '2026-05-11'"),
        1,
    ),
    Break(
        "bookings_equal_the_won_opportunities",
        WEEK,
        update(WEEK, "bookings_amount = bookings_amount + 0.01", "week_start_date = date '2026-05-04'"),
        3,
    ),
    Break(
        "won_opportunities_are_in_the_weekly_report",
        WEEK,
        f"delete from marts.{WEEK} where owner_id = 'user2' and week_start_date = date '2026-05-11'",
        1,
        "warning",
    ),
    Break(
        "team_equals_the_sum_of_its_people",
        TEAM,
        update(TEAM, "meeting_count = meeting_count + 1", "week_start_date = date '2026-05-11'"),
        1,
    ),
    Break("forecast_is_closed_plus_expected", CAST, update(CAST, "forecast_amount = 1", "owner_id = 'user1'"), 1),
    Break("expected_equals_the_forecast_deals", CAST, update(CAST, "expected_open_amount = 50.1"), 2),
    Break("expected_equals_the_forecast_deals", CAST, f"delete from marts.{CAST} where owner_id = 'user1'", 1),
    Break("gap_is_quota_minus_forecast", CAST, update(CAST, "gap_amount = null", "owner_id = 'user1'"), 1),
    Break("closed_won_equals_the_won_opportunities", CAST, update(CAST, "closed_won_amount = 7"), 2),
    Break("resolved_exceptions_have_a_date", LEDGER, an_exception(status="'resolved'"), 1),
    Break(
        "exceptions_are_first_seen_before_last_seen",
        LEDGER,
        an_exception(last_seen_at="timestamp '2026-05-11'"),
        1,
    ),
    Break("exceptions_belong_to_a_known_rule", LEDGER, an_exception(rule_id="'OPP-99'"), 1),
    Break(
        "reviews_lie_ahead",
        "rpt_review_calendar",
        update("rpt_review_calendar", "starts_at = timestamp '2026-05-11 09:00:00'"),
        1,
        "warning",
    ),
)


def judged(connection: duckdb.DuckDBPyConnection, name: str, table: str) -> Verdict:
    """The verdict on one check alone, which is several times cheaper than on its whole table."""
    check = next(one for one in checks("marts", tables=[table]) if one.name == name)
    with opened(connection) as source:
        result = validate(source, table, [check])[name]
    return verdict_of(check, result, 0)


def test_every_check_holds_on_marts_that_agree(warehouse: duckdb.DuckDBPyConnection) -> None:
    verdicts = run_suite(warehouse, "marts")

    assert [one for one in verdicts if not one.is_passed] == []
    assert [(one.check, one.table) for one in verdicts] == [(check.name, check.table) for check in checks("marts")]


@pytest.mark.parametrize("broken", BREAKS, ids=lambda broken: f"{broken.check}-{broken.table}")
def test_a_check_fails_on_what_it_is_there_for(warehouse: duckdb.DuckDBPyConnection, broken: Break) -> None:
    warehouse.execute(broken.sql)

    verdict = judged(warehouse, broken.check, f"marts.{broken.table}")

    assert not verdict.is_passed
    assert (verdict.failing_count, verdict.severity) == (broken.failing_count, broken.severity)
    assert len(verdict.sample) == min(broken.failing_count, 5)


def test_each_check_has_a_change_that_breaks_it() -> None:
    assert {check.name for check in checks("marts")} == {one.check for one in BREAKS}


def test_a_forecast_without_a_quota_has_no_gap_and_passes(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(update(CAST, "quota_amount = null, gap_amount = null"))

    verdicts = {one.check: one for one in run_suite(warehouse, "marts", tables=[f"marts.{CAST}"])}

    assert verdicts["gap_is_quota_minus_forecast"].is_passed


def test_rows_without_an_amount_do_not_break_the_identities(warehouse: duckdb.DuckDBPyConnection) -> None:
    warehouse.execute(update(OPP, "amount = null, weighted_amount = null", ONE))
    warehouse.execute(
        "update marts.fct_pipeline_daily set open_amount = open_amount - 400 "
        "where owner_id = 'user1' and snapshot_date = date '2026-05-13'"
    )

    verdicts = run_suite(warehouse, "marts", tables=["marts.fct_opportunities", "marts.fct_pipeline_daily"])

    assert [one for one in verdicts if not one.is_passed] == []
