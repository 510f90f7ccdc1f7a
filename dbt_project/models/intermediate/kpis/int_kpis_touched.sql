{#
    The scopes and periods whose rows of int_kpis_compared a build upon the last one makes anew: those with other
    figures or goals than then, and those that look back to them. From all rows it makes them all, and nobody asks.
#}
{# Limits look twelve periods back, a trend eight limits. #}
{% set periods_before = 19 %}
{% set days = dbt.datediff('followed.period_start_date', 'followed.period_end_date', 'day') %}

with told as (
    select * from {{ ref('int_periods_told') }}
),

figures as (
    select scope_number, told_number
    from {{ ref('int_kpis_measured') }}
    where {{ is_changed() }}
    union
    select scope_number, told_number
    from {{ ref('int_win_medians_measured') }}
    where {{ is_changed() }}
),

periods as (
    -- what is told up to a day, only the running one looks back to; 20 periods are no longer than 25 others
    select distinct told.told_number
    from {{ ref('int_periods_followed') }} as followed
    inner join told on followed.kind_number = told.kind_number
    where
        {{ is_changed('followed') }}
        and (
            told.is_current
            or (
                not followed.is_to_same_day
                and told.period_start_date >= followed.period_start_date
                and told.period_start_date
                <= {{ days_after('followed.period_start_date', '25 * (1 + ' ~ days ~ ')') }}
            )
        )
),

ids as (
    select figures.scope_number, told.told_number
    from figures
    inner join told as pasts on figures.told_number = pasts.told_number
    inner join told
        on
            pasts.kind_number = told.kind_number
            and pasts.periods_back between told.periods_back and told.periods_back + {{ periods_before }}
    where
        not pasts.is_to_same_day
        or told.is_current
    union
    select scopes.scope_number, told.told_number
    from {{ ref('int_kpi_goals') }} as goals
    inner join {{ ref('int_scopes_numbered') }} as scopes
        on
            goals.scope_kind = scopes.scope_kind
            and goals.scope_id = scopes.scope_id
    inner join told
        on
            goals.period_kind = told.period_kind
            and goals.period_start_date = told.period_start_date
    where {{ is_changed('goals') }}
)

select scope_number, told_number
from {{ ref('int_kpis_spanned') }}
where
    is_kept
    and {{ 'true' if changed_since() != '' else 'false' }}
    and (
        told_number in (select periods.told_number from periods)
        or (scope_number, told_number) in (
            select ids.scope_number, ids.told_number
            from ids
        )
        or scope_number in (
            select scopes.scope_number from {{ ref('int_scopes_numbered') }} as scopes
            where {{ is_changed('scopes') }}
        )
        or (scope_number, kind_number) in (
            select series.scope_number, series.kind_number
            from {{ ref('int_kpi_series_found') }} as series
            where {{ is_changed('series') }}
        )
    )
