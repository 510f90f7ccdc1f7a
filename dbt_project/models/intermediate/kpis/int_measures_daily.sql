{#
    What each owner brought in and did, by day: one row for each owner, day and table that tells of it, with the
    measures of the other tables empty. All of them may be added up over days. Each row says upon which build it changed.
    Activities are so many that upon the last build they are added up and compared only of the days that may differ.
#}
{% set wins = {
    'bookings_amount': 'amount',
    'won_count': '1',
    'sized_won_amount': 'case when is_sized then amount else 0 end',
    'sized_won_count': 'case when is_sized then 1 else 0 end',
    'won_cycle_days': 'coalesce(sales_cycle_days, 0)',
    'qualified_cycle_days': 'coalesce(qualified_cycle_days, 0)',
    'qualified_won_count': 'case when qualified_cycle_days is not null then 1 else 0 end',
    'new_bookings_amount': "case when business_kind = 'new' then amount else 0 end",
    'expansion_bookings_amount': "case when business_kind = 'expansion' then amount else 0 end",
    'renewal_bookings_amount': "case when business_kind = 'renewal' then amount else 0 end",
    'repeat_bookings_amount': 'case when is_repeat then amount else 0 end',
    'referral_bookings_amount': 'case when is_referral then amount else 0 end',
} %}
{% set changes = {
    'push_count': 'case when is_push then 1 else 0 end',
    'push_days': 'case when is_push then close_date_days else 0 end',
    'push_to_later_month_count': 'case when is_push_to_later_month then 1 else 0 end',
    'stage_skip_count': 'case when is_skip then 1 else 0 end',
    'stage_regression_count': 'case when is_regression then 1 else 0 end',
} %}
{% set done = {
    'activity_count': '1',
    'meeting_count': 'case when is_meeting then 1 else 0 end',
    'call_count': 'case when is_call then 1 else 0 end',
    'email_count': 'case when is_email then 1 else 0 end',
} %}
{% set touched_days = '(select owner_id, done_date from ' ~ ref('int_activities_touched') ~ ')' %}
{% set tables = [
    (ref('int_wins_placed'), 'owner_id', 'close_date', wins, 'true'),
    (ref('int_deals_dated'), 'owner_id', 'lost_date',
        {'lost_count': '1', 'lost_amount': 'value_amount'}, 'is_lost'),
    (ref('int_deals_dated'), 'owner_id', 'created_date',
        {'created_count': '1', 'pipeline_created_amount': 'value_amount'}, 'true'),
    (ref('int_deals_dated'), 'first_owner_id', 'created_date',
        {'pipeline_created_then_amount': 'first_amount'}, 'first_amount <> 0'),
    (ref('int_deals_dated'), 'qualified_owner_id', 'qualified_date',
        {'qualified_count': '1', 'pipeline_qualified_amount': 'qualified_amount'}, 'true'),
    (ref('fct_opportunity_changes'), 'owner_id', 'changed_date', changes,
        'is_push or is_push_to_later_month or is_skip or is_regression'),
    (ref('fct_activities'), 'owner_id', 'done_date', done,
        'is_completed ' ~ upon_last('and', "(coalesce(owner_id, ''), done_date) in " ~ touched_days)),
    (ref('fct_leads'), 'owner_id', 'created_date', {'lead_count': '1'}, 'true'),
    (ref('fct_leads'), 'owner_id', 'converted_date', {'lead_converted_count': '1'}, 'is_converted'),
] %}

{% set keys = ['owner_id', 'measure_date'] %}

with
{% for table, owner, day, measures, filter in tables %}
of_table_{{ loop.index }} as (
    select
        coalesce({{ owner }}, '') as owner_id,
        {% for measure, value in measures.items() %}
        cast(
            sum(cast({{ value }} as {{ kpi_type(measure) }})) as {{ kpi_type(measure) }}
        ) as {{ measure }},
        {% endfor %}
        {{ day }} as measure_date
    from {{ table }}
    where {{ day }} is not null and ({{ filter }})
    group by coalesce({{ owner }}, ''), {{ day }}

){{ ',' if not loop.last }}

{% endfor %}

{% for table, owner, day, measures, filter in tables %}
{{ 'union all' if not loop.first }}
select
    {{ loop.index }} as table_number,
    owner_id,
    measure_date,
    {% for measure in kpi_flows() %}
    cast({{ measure if measure in measures else 'null' }} as {{ kpi_type(measure) }}) as {{ measure }},
    {% endfor %}
    is_gone,
    changed_upon
from (
    {% set last_rows = 'table_number = ' ~ loop.index %}
    {% if measures == done %}
    {% set last_rows = last_rows ~ ' ' ~ upon_last('and', '(owner_id, measure_date) in ' ~ touched_days) %}
    {% endif %}
    {{ followed(keys, measures | list, 'of_table_' ~ loop.index, last_rows) }}
) as followed
{% endfor %}
