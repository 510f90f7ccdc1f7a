"""A small warehouse in memory on which every check holds: two sellers, their manager, six deals."""

from collections.abc import Iterator

import duckdb
import pytest

from connectors.warehouse.ops import create_schemas
from expectations.suites.marts import KEYS

AS_OF = "timestamp '2026-05-13 18:00:00'"  # a Wednesday

OPS = f"""
create schema marts;
create table ops.objects as select * from (values
    ('Organization', 'organization', 1), ('Period', 'period', 2), ('CurrencyType', 'currency_type', 2),
    ('DatedConversionRate', 'dated_conversion_rate', 2), ('UserRole', 'user_role', 1),
    ('User', 'user', 3), ('RecordType', 'record_type', 1), ('OpportunityStage', 'opportunity_stage', 4),
    ('Account', 'account', 2), ('Contact', 'contact', 2), ('Lead', 'lead', 1),
    ('Opportunity', 'opportunity', 7), ('OpportunityHistory', 'opportunity_history', 2),
    ('OpportunityFieldHistory', 'opportunity_field_history', 2),
    ('OpportunityContactRole', 'opportunity_contact_role', 2),
    ('OpportunitySplitType', 'opportunity_split_type', 2), ('OpportunitySplit', 'opportunity_split', 2),
    ('OpportunityLineItem', 'opportunity_line_item', 2), ('Quote', 'quote', 2), ('Task', 'task', 2),
    ('Event', 'event', 1),
    ('ForecastingQuota', 'forecasting_quota', 2)) as o(object_name, table_name, row_count);
insert into ops.sync_state by name select object_name, table_name,
    case when table_name = 'opportunity_field_history' then 'created_date' else 'system_modstamp' end as cursor_name,
    {AS_OF} as cursor_at, row_count, 'http://127.0.0.1' as instance_url, 'GMT' as time_zone, 'run-1' as run_id,
    {AS_OF} as updated_at from ops.objects;
insert into ops.loads by name select 'run-1' as run_id, object_name, table_name, '750' || table_name as job_id,
    'incremental' as mode, row_count as rows_read, 0 as rows_rejected, {AS_OF} as loaded_at from ops.objects;
insert into ops.landing_pages by name select object_name, '750' || table_name as job_id, page_number,
    case page_number when 1 then row_count - 1 else 1 end as rows, 'run-1' as run_id
    from ops.objects, (values (1), (2)) as pages(page_number);
"""

RAW_TABLE = """
create table raw_salesforce."{name}" as select '{name}' || n as id, {extra}
    timestamp '2026-05-01' + to_days(cast(n as integer)) as {stamp}, cast(null as timestamp) as _deleted_at,
    'run-1' as _load_id, '750{name}' as _job_id
    from range(1, {count} + 1) as rows(n);
"""

RAW_EXTRA = {
    "user": "case when n < 3 then 'user3' end as manager_id,",
    "opportunity_stage": "['Proposal', 'Negotiation', 'Closed Won', 'Closed Lost'][n] as master_label,",
    "opportunity": "'Deal ' || n as name, 'user' || (1 + n % 2) as owner_id, 'account1' as account_id, "
    "'record_type1' as record_type_id, cast(100 * n as decimal(18, 2)) as amount, "
    "case when n <= 2 then 'Closed Won' when n = 3 then 'Closed Lost' else 'Proposal' end as stage_name,",
    "opportunity_history": "'opportunity1' as opportunity_id,",
    "opportunity_field_history": "'opportunity1' as opportunity_id,",
    "opportunity_contact_role": "'opportunity1' as opportunity_id, 'contact1' as contact_id,",
    "opportunity_split": "'opportunity1' as opportunity_id, 'user1' as split_owner_id, "
    "'opportunity_split_type1' as split_type_id,",
    "opportunity_line_item": "'opportunity1' as opportunity_id,",
    "quote": "'opportunity1' as opportunity_id,",
    "contact": "'account1' as account_id,",
    "forecasting_quota": "'user1' as quota_owner_id,",
}

MARTS = """
create table marts.dim_dates as select cast(d as date) as date_day
    from range(date '2026-01-01', date '2026-12-31', interval 1 day) as days(d);
create table marts.dim_users as select * from (values
    ('user1', 'Ann', 'user3', true, true), ('user2', 'Bob', 'user3', true, true), ('user3', 'Cy', null, true, false))
    as u(user_id, user_name, manager_id, is_active, is_seller);
create table marts.dim_reporting_lines as select * from (values
    ('user3', 'user3', 0), ('user3', 'user1', 1), ('user3', 'user2', 1))
    as l(manager_id, user_id, distance_count);
create table marts.dim_sales_stages as select * from (values
    ('New Business', 'Proposal', 1, 0.55), ('New Business', 'Closed Won', 3, 1.0))
    as s(sales_process, stage_name, stage_order, default_probability_rate);
create table marts.dim_process_rules as select * from (values
    ('OPP-01', 'high'), ('OPP-02', 'medium'), ('OPP-04', 'high'), ('OPP-08', 'high'), ('PATH-01', 'medium'),
    ('OPP-15', 'critical')) as r(rule_id, severity);
create table marts.fct_opportunities as select id as opportunity_id, name as opportunity_name, owner_id,
    'New Business' as sales_process, stage_name, amount,
    case when stage_name = 'Closed Won' then 'Closed' when stage_name = 'Closed Lost' then 'Omitted'
        else 'Best Case' end as forecast_category,
    stage_name = 'Proposal' as is_open, stage_name <> 'Proposal' as is_closed,
    stage_name = 'Closed Won' as is_won, stage_name = 'Closed Lost' as is_lost,
    case stage_name when 'Proposal' then 0.55 when 'Closed Won' then 1.0 else 0.0 end as probability_rate,
    amount * case stage_name when 'Proposal' then 0.55 when 'Closed Won' then 1.0 else 0.0 end
        as weighted_amount, case when stage_name <> 'Proposal' then timestamp '2026-05-12' end as closed_at,
    0.5 as stage_win_rate, 10.0 as age_days,
    case when stage_name = 'Closed Won' then 30.0 end as sales_cycle_days,
    date '2026-05-12' as close_date, date '2026-04-01' as fiscal_quarter_start_date
    from raw_salesforce.opportunity where id <> 'opportunity7';
create table marts.fct_opportunity_deletions as select id as opportunity_id from raw_salesforce.opportunity
    where id = 'opportunity7';
create table marts.fct_opportunity_stage_spells as select opportunity_id, 1 as spell_number, stage_name,
    timestamp '2026-05-01' as entered_at, cast(null as timestamp) as exited_at, true as is_current,
    12.0 as duration_days from marts.fct_opportunities;
create table marts.fct_activities as select * from (values
    ('task1', 'task', 'user1', timestamp '2026-05-12'), ('event1', 'event', 'user2', timestamp '2026-05-12'))
    as a(activity_id, activity_kind, owner_id, created_at);
create table marts.fct_leads as select * from (values ('lead1', 'user1'), ('lead2', 'user2')) as l(lead_id, owner_id);
create table marts.dim_periods as select 'week' as period_kind, day as period_start_date
    from (values (date '2026-05-04'), (date '2026-05-11')) as weeks(day);
create table marts.fct_opportunity_versions as select opportunity_id, 1 as version_number,
    timestamp '2026-05-01' as valid_from, cast(null as timestamp) as valid_to, true as is_current, is_open,
    is_won, owner_id, amount, close_date from marts.fct_opportunities;
create table marts.rpt_pipeline_waterfall as select 'owner' as scope_kind, user_id as scope_id,
    'week' as period_kind, date '2026-05-11' as period_start_date, cast(null as varchar) as unknown_reason,
    100 as opening_amount, 40 as created_amount, 0 as pulled_in_amount, 0 as reopened_amount,
    5 as increased_amount, 5 as decreased_amount, 20 as won_amount, 10 as lost_amount, 10 as pushed_out_amount,
    0 as moved_earlier_amount, 0 as deleted_amount, 0 as transferred_in_amount, 0 as transferred_out_amount,
    100 as closing_amount, 0.25 as slip_rate from marts.dim_users;
create table marts.fct_kpis as select 'owner' as scope_kind, owner_id as scope_id, 'bookings_amount' as metric,
    'week' as period_kind, date '2026-05-11' as period_start_date,
    cast(coalesce(sum(amount) filter (is_won), 0) as double) as actual, 'on_track' as status
    from marts.fct_opportunities group by owner_id;
create table marts.fct_pipeline_daily as select day as snapshot_date, owner_id, sales_process, stage_name,
    count(*) as open_count, sum(amount) as open_amount, sum(weighted_amount) as weighted_amount
    from marts.fct_opportunities, (values (date '2026-05-12'), (date '2026-05-13')) as days(day)
    where is_open group by all;
create table marts.rpt_owner_kpis_weekly as select u.user_id as owner_id, u.user_name as owner_name,
    week_start_date, coalesce(sum(o.amount) filter (o.is_won and week_start_date = date '2026-05-11'), 0)
        as bookings_amount,
    1 as won_count, 0 as lost_count, 0.5 as win_rate, 2 as created_count, 20.5 as pipeline_created_amount,
    7 as activity_count, 3 as meeting_count, 500.0 as open_pipeline_amount, 4 as open_pipeline_count,
    'on_track' as status
    from marts.dim_users as u
    cross join (values (date '2026-05-04'), (date '2026-05-11')) as weeks(week_start_date)
    left join marts.fct_opportunities as o on o.owner_id = u.user_id
    group by u.user_id, u.user_name, week_start_date;
create table marts.rpt_team_kpis_weekly as select 'user3' as manager_id, week_start_date,
    sum(bookings_amount) as bookings_amount, sum(won_count) as won_count, sum(lost_count) as lost_count,
    sum(created_count) as created_count, sum(pipeline_created_amount) as pipeline_created_amount,
    sum(activity_count) as activity_count, sum(meeting_count) as meeting_count,
    sum(open_pipeline_amount) as open_pipeline_amount, sum(open_pipeline_count) as open_pipeline_count,
    0.5 as win_rate, 'behind' as status
    from marts.rpt_owner_kpis_weekly group by week_start_date;
create table marts.fct_forecast_deals as select 'deal of ' || owner_id as opportunity_id, owner_id,
    date '2026-04-01' as fiscal_quarter_start_date, 0.5 as win_rate, 'in_quarter' as rate_source,
    50.0 as expected_amount
    from (select distinct owner_id from marts.fct_opportunities);
create table marts.rpt_forecast_quarterly as select owner_id, owner_id as owner_name,
    date '2026-04-01' as fiscal_quarter_start_date, 'FY2026-Q2' as fiscal_quarter_label,
    1000.0 as quota_amount,
    coalesce(sum(amount) filter (is_won), 0) as closed_won_amount, 50.0 as expected_open_amount,
    coalesce(sum(amount) filter (is_won), 0) + 50.0 as forecast_amount,
    1000.0 - coalesce(sum(amount) filter (is_won), 0) - 50.0 as gap_amount
    from marts.fct_opportunities group by owner_id;
create table marts.fct_process_exceptions (exception_id varchar, rule_id varchar, severity varchar,
    record_id varchar, record_name varchar, owner_id varchar, owner_name varchar,
    at_risk_amount decimal(18, 2), detail varchar, status varchar, first_seen_at timestamp,
    last_seen_at timestamp, resolved_at timestamp);
create table marts.rpt_stage_win_rates as select sales_process, stage_name, 0.4 as win_rate
    from marts.dim_sales_stages;
create table marts.rpt_rep_process_adherence as select user_id as owner_id, cast(0.9 as double) as adherence_rate,
    cast(0.9 as double) as grave_free_rate
    from marts.dim_users;
create table marts.rpt_review_calendar as select 'user3' as manager_id, 'pipeline_review' as review_kind,
    'Pipeline review' as review_name, timestamp '2026-05-18 09:00:00' as starts_at;
"""


def raw_tables() -> str:
    """The DDL of the raw tables, in the words of the sync ledger."""
    return "".join(
        RAW_TABLE.format(
            name=name,
            count=count,
            extra=RAW_EXTRA.get(name, ""),
            stamp="created_date" if name == "opportunity_field_history" else "system_modstamp",
        )
        for name, count in COUNTS.items()
    )


COUNTS = {
    "organization": 1,
    "period": 2,
    "currency_type": 2,
    "dated_conversion_rate": 2,
    "user_role": 1,
    "user": 3,
    "record_type": 1,
    "opportunity_stage": 4,
    "account": 2,
    "contact": 2,
    "lead": 1,
    "opportunity": 7,
    "opportunity_history": 2,
    "opportunity_field_history": 2,
    "opportunity_contact_role": 2,
    "opportunity_split_type": 2,
    "opportunity_split": 2,
    "opportunity_line_item": 2,
    "quote": 2,
    "task": 2,
    "event": 1,
    "forecasting_quota": 2,
}


def other_marts() -> str:
    """The DDL of the marts of which only the keys are judged: one row each."""
    named = {name: ", ".join(f"'{column} 1' as {column}" for column in key) for name, key in KEYS.items()}
    return "".join(
        f"create table marts.{name} as select {columns};"
        for name, columns in named.items()
        if f"create table marts.{name} " not in MARTS
    )


def build(connection: duckdb.DuckDBPyConnection) -> None:
    create_schemas(connection)
    connection.execute(OPS + raw_tables() + MARTS + other_marts())


@pytest.fixture
def warehouse_of_its_own() -> Iterator[duckdb.DuckDBPyConnection]:
    """An open connection to a new warehouse, outside any transaction."""
    with duckdb.connect() as connection:
        build(connection)
        yield connection


@pytest.fixture(scope="session")
def shared_warehouse() -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse that `warehouse` lends out; use that one."""
    with duckdb.connect() as connection:
        build(connection)
        yield connection


@pytest.fixture
def warehouse(shared_warehouse: duckdb.DuckDBPyConnection) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse in an open transaction, so that whatever a test changes is undone."""
    shared_warehouse.begin()
    yield shared_warehouse
    shared_warehouse.rollback()
