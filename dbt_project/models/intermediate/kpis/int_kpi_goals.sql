{#
    The goal of each scope in each period. Days and weeks are held against the seed's goals, months and quarters
    against the quota, each against the other where its own is missing. A manager's own goal is the goal of the team,
    which need not be the sum of those below; where the manager has none, the sum is.
#}

with days as (

    {% for kind, column in [
        ('day', 'date_day'),
        ('week', 'week_start_date'),
        ('month', 'fiscal_month_start_date'),
        ('quarter', 'fiscal_quarter_start_date'),
    ] %}
    select
        {{ quoted(kind) }} as period_kind,
        {{ column }} as period_start_date,
        date_day

    from {{ ref('dim_dates') }}
    {{ 'union all' if not loop.last }}
    {% endfor %}

),

reported as (

    select distinct
        period_kind,
        period_start_date

    from {{ ref('int_period_days') }}

    union all

    select
        period_kind,
        period_start_date

    from {{ ref('dim_periods') }}
    where
        is_future
        and period_kind in ('month', 'quarter')

),

summed as (

    select
        goals.owner_id,
        goals.metric,
        days.period_kind,
        days.period_start_date,
        sum(case when goals.goal_source = 'goal' then goals.goal_value end) as seed_value,
        sum(case when goals.goal_source = 'quota' then goals.goal_value end) as quota_value

    from {{ ref('int_goals_daily') }} as goals
    inner join days
        on goals.date_day = days.date_day
    inner join reported
        on
            days.period_kind = reported.period_kind
            and days.period_start_date = reported.period_start_date
    group by goals.owner_id, goals.metric, days.period_kind, days.period_start_date

),

chosen as (

    select
        summed.*,
        case
            when summed.period_kind in ('day', 'week') then coalesce(summed.seed_value, summed.quota_value)
            else coalesce(summed.quota_value, summed.seed_value)
        end as goal_value,
        managers.team_id is not null as is_of_team

    from summed
    left join {{ ref('dim_teams') }} as managers
        on summed.owner_id = managers.team_id

)

select
    scopes.scope_kind,
    scopes.scope_id,
    chosen.period_kind,
    chosen.period_start_date,
    chosen.metric,
    cast(
        coalesce(
            sum(
                case
                    when
                        scopes.scope_kind = 'team' and chosen.owner_id = scopes.scope_id
                        then chosen.goal_value
                end
            ),
            sum(case when scopes.scope_kind = 'owner' or not chosen.is_of_team then chosen.goal_value end)
        ) as decimal(18, 2)
    ) as goal_value

from chosen
inner join {{ ref('int_scopes_membered') }} as scopes
    on chosen.owner_id = scopes.owner_id
group by
    scopes.scope_kind, scopes.scope_id, chosen.period_kind, chosen.period_start_date, chosen.metric
