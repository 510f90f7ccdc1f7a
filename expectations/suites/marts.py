"""The border where data goes out: do the marts agree with themselves and with each other?

`error` is a broken identity: two numbers that are one number by definition. `warning` is plausibility.
Judged in the warehouse before publishing. Here are the keys, columns and values of every mart; the
identities between numbers are in `identities`, facts about the sales process in `process_usage`.
"""

from collections.abc import Iterable
from itertools import chain

from expectations.check import Between, Check, Fact, NoRows, NotNull, OneOf, Unique
from expectations.suites import identities
from expectations.suites.identities import SCHEMA, SUITE, mart_check

__all__ = ["SCHEMA", "SUITE", "checks"]

KEYS: dict[str, tuple[str, ...]] = {
    "dim_dates": ("date_day",),
    "dim_periods": ("period_kind", "period_start_date"),
    "dim_history_horizons": ("field_name",),
    "dim_users": ("user_id",),
    "dim_teams": ("team_id",),
    "dim_accounts": ("account_id",),
    "dim_reporting_lines": ("manager_id", "user_id"),
    "dim_sales_stages": ("sales_process", "stage_name"),
    "dim_sales_processes": ("sales_process",),
    "dim_process_rules": ("rule_id",),
    "fct_opportunities": ("opportunity_id",),
    "fct_opportunity_deletions": ("opportunity_id",),
    "fct_opportunity_stage_spells": ("opportunity_id", "spell_number"),
    "fct_opportunity_versions": ("opportunity_id", "version_number"),
    "fct_opportunity_changes": ("opportunity_id", "change_number"),
    "fct_activities": ("activity_id",),
    "fct_leads": ("lead_id",),
    "fct_pipeline_movements": ("period_kind", "period_start_date", "opportunity_id", "leg"),
    "rpt_pipeline_waterfall": ("scope_kind", "scope_id", "period_kind", "period_start_date"),
    "rpt_quota_coverage": ("scope_kind", "scope_id", "period_kind", "period_start_date"),
    "rpt_slip_rates": ("scope_kind", "scope_id", "period_kind", "period_start_date"),
    "rpt_stalled_deals": ("opportunity_id",),
    "rpt_stalled_pipeline": ("scope_kind", "scope_id"),
    "fct_split_credits": ("credit_id",),
    "rpt_split_bookings": ("scope_kind", "scope_id", "period_kind", "period_start_date"),
    "fct_finance_reconciliation": ("reconciliation_id",),
    "rpt_finance_reconciliation": ("period_kind", "period_start_date", "account_id", "account_name"),
    "rpt_finance_forecast": ("fiscal_quarter_start_date", "scope_kind", "scope_id"),
    "fct_customer_periods": ("account_id", "period_kind", "period_start_date"),
    "fct_renewals": ("renewal_case_id",),
    "rpt_bookings_by_kind": ("scope_kind", "scope_id", "period_kind", "period_start_date", "breakdown", "category"),
    "rpt_customer_cohorts": ("cohort_start_date", "period_start_date"),
    "rpt_customer_retention": ("scope_kind", "scope_id", "period_kind", "period_start_date"),
    "rpt_stage_conversions": ("sales_process", "stage_name", "cohort_start_date"),
    "rpt_win_rate_cohorts": ("sales_process", "cohort_start_date", "age_months"),
    "rpt_lead_conversions": ("cohort_start_date", "lead_source", "owner_id"),
    "rpt_lead_response": ("scope_kind", "scope_id", "cohort_start_date"),
    "rpt_activity_coverage": ("scope_kind", "scope_id", "period_kind", "period_start_date"),
    "rpt_sales_velocity": ("scope_kind", "scope_id", "period_start_date"),
    "fct_kpis": ("scope_kind", "scope_id", "metric", "period_kind", "period_start_date"),
    "fct_pipeline_daily": ("snapshot_date", "owner_id", "sales_process", "stage_name"),
    "rpt_owner_kpis_weekly": ("owner_id", "week_start_date"),
    "rpt_team_kpis_weekly": ("manager_id", "week_start_date"),
    "rpt_stage_win_rates": ("sales_process", "stage_name"),
    "fct_forecast_deals": ("opportunity_id",),
    "rpt_forecast_quarterly": ("owner_id", "fiscal_quarter_start_date"),
    "rpt_forecast_ranges": ("scope_kind", "scope_id", "fiscal_quarter_start_date"),
    "fct_forecast_snapshots": ("owner_id", "fiscal_quarter_start_date", "week_number"),
    "rpt_forecast_rollups": ("scope_kind", "scope_id", "fiscal_quarter_start_date", "week_number"),
    "rpt_forecast_accuracy": ("scope_kind", "scope_id", "forecast_kind", "week_number"),
    "rpt_forecast_rollup_ranges": (
        "scope_kind",
        "scope_id",
        "forecast_kind",
        "fiscal_quarter_start_date",
        "week_number",
    ),
    "rpt_forecast_range_accuracy": ("scope_kind", "scope_id", "forecast_kind", "week_number"),
    "rpt_commit_hit_rates": ("scope_kind", "scope_id", "fiscal_quarter_start_date", "week_number"),
    "fct_process_exceptions": ("exception_id",),
    "rpt_rep_process_adherence": ("owner_id",),
    "rpt_owner_adherence_weekly": ("owner_id", "week_start_date"),
    "rpt_adherence_effect": ("sales_process", "practice", "common_point"),
    "rpt_deals_to_inspect": ("opportunity_id",),
    "rpt_coaching_focus": ("owner_id",),
    "fct_seller_months": ("owner_id", "period_start_date"),
    "rpt_ramp": ("tenure_months",),
    "rpt_capacity": ("scope_kind", "scope_id", "period_start_date"),
    "rpt_variable_pay_estimates": ("owner_id", "period_start_date"),
    "rpt_review_calendar": ("manager_id", "review_kind", "starts_at"),
}

# Ratios and rates from 0 to 1. An attainment may exceed 1 and is not one of them.
RATIOS: tuple[tuple[str, str], ...] = (
    ("dim_sales_stages", "default_probability_rate"),
    ("fct_opportunities", "probability_rate"),
    ("fct_opportunities", "stage_win_rate"),
    ("rpt_owner_kpis_weekly", "win_rate"),
    ("rpt_team_kpis_weekly", "win_rate"),
    ("rpt_stage_win_rates", "win_rate"),
    ("fct_forecast_deals", "win_rate"),
    ("rpt_rep_process_adherence", "adherence_rate"),
    ("rpt_rep_process_adherence", "grave_free_rate"),
)

NOT_NEGATIVE: tuple[tuple[str, str], ...] = (
    ("fct_opportunities", "amount"),
    ("fct_opportunities", "age_days"),
    ("fct_opportunities", "sales_cycle_days"),
    ("fct_opportunity_stage_spells", "duration_days"),
)

ALLOWED: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    (
        "fct_opportunities",
        "forecast_category",
        ("Omitted", "Pipeline", "Best Case", "Most Likely", "Commit", "Closed"),
    ),
    ("fct_activities", "activity_kind", ("task", "event")),
    ("rpt_owner_kpis_weekly", "status", ("on_track", "behind", "no_goal")),
    ("rpt_team_kpis_weekly", "status", ("on_track", "behind", "no_goal")),
    ("fct_forecast_deals", "rate_source", ("in_quarter", "ever", "crm")),
    ("fct_process_exceptions", "status", ("open", "resolved", "waived")),
)

# Owners of rows that should be users we know.
OWNED = ("fct_opportunities", "fct_activities", "fct_process_exceptions")


def checks() -> tuple[Check, ...]:
    """All checks of this border."""
    every_table = chain.from_iterable(_of_every_table(name, key) for name, key in KEYS.items())
    parts = (every_table, _of_columns(), identities.checks())
    return tuple(chain.from_iterable(parts))


def _of_every_table(table: str, key: tuple[str, ...]) -> Iterable[Check]:
    columns = ", ".join(key)
    yield mart_check(table, "primary_key_is_unique", "error", f"One row for each {columns}.", Unique(key))
    is_missing = " or ".join(f"{column} is null" for column in key)
    complete: Fact = NotNull(key[0]) if len(key) == 1 else NoRows(f"select {columns} from subject where {is_missing}")
    yield mart_check(table, "primary_key_is_complete", "error", f"No row lacks its {columns}.", complete)
    yield mart_check(
        table,
        "instants_have_no_time_zone",
        "error",
        "Instants are UTC without a zone, so that every client reads the same.",
        f"""
            select column_name, data_type from duckdb_columns()
            where schema_name = '{SCHEMA}' and table_name = '{table}'
                and data_type like '%WITH TIME ZONE%' and not internal
        """,
    )


def _of_columns() -> Iterable[Check]:
    for table, column in RATIOS:
        name, text = f"{column}_is_between_zero_and_one", f"{column} is a share, not a percentage."
        yield mart_check(table, name, "error", text, Between(column, 0, 1))
    for table, column in NOT_NEGATIVE:
        name, text = f"{column}_is_not_negative", f"{column} is zero or more."
        yield mart_check(table, name, "warning", text, Between(column, 0))
    for table, column, values in ALLOWED:
        name, text = f"{column}_is_a_known_value", f"{column} is one of {', '.join(values)}."
        yield mart_check(table, name, "error", text, OneOf(column, values))
    for table in OWNED:
        yield mart_check(
            table,
            "owner_is_a_known_user",
            "warning",
            "Every owner is in dim_users.",
            """
                select fact.* from subject as fact
                where fact.owner_id is not null
                    and not exists (select 1 from marts.dim_users as u where u.user_id = fact.owner_id)
            """,
            "marts.dim_users",
        )
