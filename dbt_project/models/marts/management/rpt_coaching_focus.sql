{#
    What to talk about with each active seller: the measure furthest below its goal over the last four full
    weeks, the rule whose open exceptions weigh most (critical 4, high 3, medium 2, low 1 each), and what rules say of
    the person's own habits. It points at a conversation, it judges nobody: four weeks are few, above all for bookings.
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
        count(*) as open_count,
        sum(case severity when 'critical' then 4 when 'high' then 3 when 'medium' then 2 else 1 end) as weight
    from {{ ref('fct_process_exceptions') }}
    where status = 'open'
    group by owner_id, rule_id, rule_name
),

heaviest as (
    select
        *,
        row_number()
            over (partition by owner_id order by weight desc nulls last, rule_id asc)
            as weight_number
    from counted
),

-- what a rule finds about the person instead of a record; how a manager leads is for another talk
habits as (
    select
        owner_id,
        {{ dbt.listagg("rule_name || ': ' || detail || '.'", "' '", "order by rule_id") }} as habits
    from {{ ref('fct_process_exceptions') }}
    where status = 'open' and record_object = 'User' and rule_id not like 'MGR-%'
    group by owner_id
)

select
    users.user_id as owner_id,
    users.user_name as owner_name,
    users.manager_id,
    case
        when weakest.owner_id is not null and heaviest.owner_id is not null
            then weakest.measure_name || '; ' || heaviest.rule_name
        else coalesce(weakest.measure_name, heaviest.rule_name, 'Nothing stands out')
    end as focus,
    case
        when weakest.owner_id is null then 'No measure is below its goal over the last four full weeks.'
        else weakest.measure_name || ': ' || cast(weakest.actual as {{ dbt.type_string() }}) || ' of '
            || cast(weakest.goal as {{ dbt.type_string() }}) || ' ('
            || cast(weakest.attained_percent as {{ dbt.type_string() }})
            || ' %) over the last four full weeks.'
    end
    || case
        when heaviest.owner_id is null then ' No open process exception.'
        else ' Heaviest open exceptions: ' || heaviest.rule_name || ' (open: '
            || cast(heaviest.open_count as {{ dbt.type_string() }}) || ').'
    end
    || coalesce(' ' || habits.habits, '') as evidence
from users
left join weakest on users.user_id = weakest.owner_id and weakest.weakness_number = 1
left join heaviest on users.user_id = heaviest.owner_id and heaviest.weight_number = 1
left join habits on users.user_id = habits.owner_id
