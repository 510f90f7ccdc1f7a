"""The columns of the published tables, as far as the report and the packs read them. No rows."""

from typing import Any

import duckdb

TABLES = {
    "marts.dim_dates": """date_day date, week_start_date date, month_start_date date, quarter_start_date date,
        day_of_week_number integer, is_business_day boolean, fiscal_year_number integer,
        fiscal_quarter_number integer, fiscal_quarter_label varchar, fiscal_quarter_start_date date,
        fiscal_quarter_end_date date""",
    "marts.dim_users": """user_id varchar, user_name varchar, email varchar, title varchar, department varchar,
        role_name varchar, is_active boolean, manager_id varchar, manager_name varchar, is_manager boolean,
        is_seller boolean, hierarchy_level_count integer, created_at timestamp""",
    "marts.dim_reporting_lines": "manager_id varchar, user_id varchar, distance_count integer",
    "marts.dim_sales_stages": """sales_process varchar, stage_name varchar, stage_order integer,
        is_closed boolean, is_won boolean, default_probability_rate double, idle_limit_days integer,
        is_amount_required boolean, is_inferred boolean""",
    "marts.dim_process_rules": """rule_id varchar, rule_name varchar, severity varchar, serves varchar,
        description varchar, threshold_description varchar""",
    "marts.fct_opportunities": """opportunity_id varchar, opportunity_name varchar, opportunity_url varchar,
        account_id varchar, account_name varchar, owner_id varchar, owner_name varchar, manager_id varchar,
        record_type varchar, sales_process varchar, opportunity_type varchar, lead_source varchar,
        stage_name varchar, stage_order integer, forecast_category varchar, is_open boolean, is_closed boolean,
        is_won boolean, is_lost boolean, amount decimal(18, 2), probability_rate double, weighted_amount double,
        stage_win_rate double, expected_amount double, created_at timestamp, created_date date, close_date date,
        closed_at timestamp, won_at timestamp, sales_cycle_days double, age_days double,
        stage_entered_at timestamp, stage_age_days double, push_count integer, next_step varchar,
        last_activity_at timestamp, idle_days double, next_activity_date date, contact_role_count integer,
        loss_reason varchar, fiscal_quarter_start_date date""",
    "marts.fct_opportunity_deletions": """opportunity_id varchar, opportunity_name varchar, owner_id varchar,
        stage_name varchar, amount decimal(18, 2), deleted_at timestamp, deletion_kind varchar""",
    "marts.fct_opportunity_stage_spells": """opportunity_id varchar, spell_number integer,
        sales_process varchar, stage_name varchar, stage_order integer, entered_at timestamp,
        exited_at timestamp, is_current boolean, duration_days double, next_stage_name varchar,
        provenance varchar""",
    "marts.fct_pipeline_daily": """snapshot_date date, owner_id varchar, sales_process varchar,
        stage_name varchar, open_count bigint, open_amount decimal(18, 2), weighted_amount double""",
    "marts.rpt_owner_kpis_weekly": """owner_id varchar, week_start_date date, owner_name varchar,
        manager_id varchar, bookings_amount decimal(18, 2), won_count bigint, lost_count bigint,
        win_rate double, created_count bigint, pipeline_created_amount decimal(18, 2), activity_count bigint,
        meeting_count bigint, open_pipeline_amount decimal(18, 2), open_pipeline_count bigint,
        goal_bookings_amount decimal(18, 2), bookings_gap_amount decimal(18, 2),
        bookings_attainment_ratio double, goal_pipeline_created_amount decimal(18, 2),
        goal_activity_count bigint, goal_meeting_count bigint, previous_bookings_amount decimal(18, 2),
        previous_pipeline_created_amount decimal(18, 2), previous_activity_count bigint, status varchar,
        is_current_week boolean""",
    "marts.rpt_forecast_quarterly": """owner_id varchar, fiscal_quarter_start_date date, owner_name varchar,
        manager_id varchar, fiscal_quarter_label varchar, quota_amount decimal(18, 2),
        closed_won_amount decimal(18, 2), commit_amount decimal(18, 2), best_case_amount decimal(18, 2),
        open_amount decimal(18, 2), weighted_amount double, expected_open_amount double,
        forecast_amount double, gap_amount double, forecast_method varchar, is_current_quarter boolean""",
    "marts.fct_process_exceptions": """exception_id varchar, rule_id varchar, rule_name varchar,
        severity varchar, record_object varchar, record_id varchar, record_name varchar, owner_id varchar,
        owner_name varchar, manager_id varchar, opportunity_id varchar, at_risk_amount decimal(18, 2),
        detail varchar, status varchar,
        first_seen_at timestamp, last_seen_at timestamp, resolved_at timestamp, reopened_count integer,
        waived_reason varchar""",
    "marts.rpt_review_calendar": """manager_id varchar, review_kind varchar, review_name varchar,
        starts_at timestamp, duration_minutes integer, agenda varchar""",
    "marts.rpt_deals_to_inspect": """opportunity_id varchar, opportunity_name varchar,
        opportunity_url varchar, owner_id varchar, owner_name varchar, manager_id varchar,
        account_name varchar, stage_name varchar, forecast_category varchar, amount decimal(18, 2),
        close_date date, idle_days double, stage_age_days double, push_count integer,
        open_exception_count bigint, reasons varchar, inspection_rank integer""",
    "marts.rpt_coaching_focus": """owner_id varchar, owner_name varchar, manager_id varchar, focus varchar,
        evidence varchar""",
    "marts.rpt_rep_process_adherence": """owner_id varchar, open_count bigint,
        deals_with_exception_count bigint, adherence_rate double, grave_free_rate double,
        at_risk_amount decimal(18, 2)""",
    "marts.rpt_owner_adherence_weekly": """owner_id varchar, week_start_date date, stage_exit_count bigint,
        on_process_exit_count bigint, is_current_week boolean""",
    "marts.rpt_stage_win_rates": """sales_process varchar, stage_name varchar, reached_closed_count bigint,
        won_count bigint, observed_win_rate double, win_rate double, default_probability_rate double""",
    "ops.sync_state": """object_name varchar, table_name varchar, cursor_name varchar, cursor_at timestamp,
        row_count bigint, instance_url varchar, time_zone varchar, run_id varchar, updated_at timestamp""",
    "ops.loads": "run_id varchar, object_name varchar, rows_read bigint, loaded_at timestamp",
    "ops.check_results": """run_id varchar, suite varchar, check_name varchar, table_name varchar,
        severity varchar, is_passed boolean, failing_count bigint, evaluated_count bigint, sample varchar,
        checked_at timestamp""",
}


def create(connection: duckdb.DuckDBPyConnection) -> None:
    """The schemas and all tables, empty."""
    connection.execute("create schema marts; create schema ops")
    for name, columns in TABLES.items():
        connection.execute(f"create table {name} ({columns})")


def insert(connection: duckdb.DuckDBPyConnection, table: str, **values: Any) -> None:
    """One row; columns that are not named are NULL."""
    marks = ", ".join("?" for _ in values)
    connection.execute(f"insert into {table} ({', '.join(values)}) values ({marks})", list(values.values()))
