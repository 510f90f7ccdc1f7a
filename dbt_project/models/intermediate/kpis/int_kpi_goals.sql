{#
    The goal of each scope in each period. Days and weeks are held against the seed's goals, months and quarters
    against the quota, each against the other where its own is missing. A manager's own goal is the goal of the team,
    which need not be the sum of those below; where the manager has none, the sum is. Days and weeks of teams and sellers
    that fct_kpis does not keep have none here.
#}

with summed as (
    select
        coalesce(goals.owner_id, quotas.owner_id) as owner_id,
        coalesce(goals.metric, quotas.metric) as metric,
        coalesce(goals.period_kind, quotas.period_kind) as period_kind,
        coalesce(goals.period_start_date, quotas.period_start_date) as period_start_date,
        goals.goal_value as seed_value,
        quotas.goal_value as quota_value
    from {{ ref('int_owner_goals_summed') }} as goals
    full outer join {{ ref('int_owner_quotas_summed') }} as quotas
        on
            goals.owner_id = quotas.owner_id
            and goals.metric = quotas.metric
            and goals.period_kind = quotas.period_kind
            and goals.period_start_date = quotas.period_start_date
),

chosen as (
    select
        summed.*,
        case
            when summed.period_kind in ('day', 'week') then coalesce(summed.seed_value, summed.quota_value)
            else coalesce(summed.quota_value, summed.seed_value)
        end as goal_value,
        managers.team_id is not null as is_of_team,
        told.told_number,
        told.periods_back
    from summed
    left join {{ ref('dim_teams') }} as managers on summed.owner_id = managers.team_id
    left join {{ ref('int_periods_told') }} as told
        on
            summed.period_kind = told.period_kind
            and summed.period_start_date = told.period_start_date
            and not told.is_to_same_day
),

summed_up as (
    select
        scopes.scope_kind,
        scopes.scope_id,
        chosen.period_kind,
        chosen.period_start_date,
        chosen.metric,
        max(chosen.told_number) as told_number,
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
    inner join {{ ref('int_scopes_membered') }} as scopes on chosen.owner_id = scopes.owner_id
    left join {{ ref('int_periods_kept') }} as kept
        on
            chosen.period_kind = kept.period_kind
            and scopes.scope_kind = kept.scope_kind
    where
        chosen.period_kind in ('month', 'quarter')
        or chosen.periods_back < coalesce(kept.period_count, chosen.periods_back + 1)
    group by
        scopes.scope_kind, scopes.scope_id, chosen.period_kind, chosen.period_start_date, chosen.metric
),

present as (
    select
        summed_up.*,
        numbered.scope_number,
        case summed_up.metric
            {% for metric in kpi_metrics() %}
            when {{ quoted(metric) }} then {{ loop.index }}
            {% endfor %}
        end as metric_number
    from summed_up
    left join {{ ref('int_scopes_numbered') }} as numbered
        on summed_up.scope_kind = numbered.scope_kind and summed_up.scope_id = numbered.scope_id
)

{{
    followed(
        ['scope_kind', 'scope_id', 'period_kind', 'period_start_date', 'metric'],
        ['goal_value', 'scope_number', 'told_number', 'metric_number']
    )
}}
