{#
    What to talk about with each active seller: the measure furthest below its goal over the last four full
    weeks, and the rule that the seller's deals break most often now. It points at a conversation, it
    judges nobody: four weeks are few, above all for bookings.
#}

with users as (

    select * from {{ ref('dim_users') }}
    where is_seller and is_active

),

recent as (

    select kpis.*
    from {{ ref('rpt_owner_kpis_weekly') }} as kpis
    cross join {{ ref('int_as_of') }} as as_of
    where not kpis.is_current_week
        and {{ dbt.datediff('kpis.week_start_date', 'as_of.as_of_date', 'day') }} < 35

),

measures as (
    {% for measure, goal, name in [
        ('bookings_amount', 'goal_bookings_amount', 'Bookings'),
        ('pipeline_created_amount', 'goal_pipeline_created_amount', 'Pipeline created'),
        ('activity_count', 'goal_activity_count', 'Activities'),
        ('meeting_count', 'goal_meeting_count', 'Customer meetings'),
    ] %}
    select
        owner_id,
        '{{ name }}' as measure_name,
        {{ loop.index }} as measure_order,
        cast(sum({{ measure }}) as decimal(18, 0)) as actual,
        cast(sum({{ goal }}) as decimal(18, 0)) as goal
    from recent
    where {{ goal }} > 0
    group by owner_id
    {{ 'union all' if not loop.last }}
    {% endfor %}
),

weakest as (

    select
        *,
        cast(round(100.0 * actual / goal, 0) as bigint) as attained_percent,
        row_number()
            over (partition by owner_id order by actual / goal asc nulls last, measure_order asc)
            as weakness_number
    from measures
    where actual < goal

),

counted as (

    select
        owner_id,
        rule_id,
        rule_name,
        count(*) as open_count
    from {{ ref('fct_process_exceptions') }}
    where status = 'open'
    group by owner_id, rule_id, rule_name

),

frequent as (

    select
        *,
        row_number()
            over (partition by owner_id order by open_count desc nulls last, rule_id asc)
            as frequency_number
    from counted

)

select
    users.user_id as owner_id,
    users.user_name as owner_name,
    users.manager_id,
    case
        when weakest.owner_id is not null and frequent.owner_id is not null
            then weakest.measure_name || '; ' || frequent.rule_name
        else coalesce(weakest.measure_name, frequent.rule_name, 'Nothing stands out')
    end as focus,
    case
        when weakest.owner_id is null then 'No measure is below its goal over the last four full weeks.'
        else weakest.measure_name || ': ' || cast(weakest.actual as {{ dbt.type_string() }}) || ' of '
            || cast(weakest.goal as {{ dbt.type_string() }}) || ' ('
            || cast(weakest.attained_percent as {{ dbt.type_string() }})
            || ' %) over the last four full weeks.'
    end
    || case
        when frequent.owner_id is null then ' No open process exception.'
        else ' Most frequent open exception: ' || frequent.rule_name || ' (deals: '
            || cast(frequent.open_count as {{ dbt.type_string() }}) || ').'
    end as evidence
from users
left join weakest on users.user_id = weakest.owner_id and weakest.weakness_number = 1
left join frequent on users.user_id = frequent.owner_id and frequent.frequency_number = 1
