{#
    What was open at the end of each week, and what left its stage in it, for whoever had the deal then. Weeks of which
    it is not known whose the deals were are left out.
#}
{% set exits = [
    'stage_exit_count', 'on_process_exit_count', 'skipped_exit_count', 'moved_back_exit_count',
    'left_process_exit_count', 'without_amount_exit_count'
] %}

with horizons as (
    select {{ local_date('max(history_known_from)') }} as known_from
    from {{ ref('dim_history_horizons') }}
    where field_name in ('State', 'Owner')
),

weeks as (
    select weeks.week_start_date, weeks.is_current_week
    from {{ ref('int_reporting_weeks') }} as weeks
    inner join horizons on weeks.week_start_date >= horizons.known_from
),

levels as (
    select
        *,
        lead(week_start_date) over in_order as next_week,
        sum(opened) over in_order as open_count,
        sum(opened_on_process) over in_order as on_process_count
    from {{ ref('int_adherence_changes_summed') }}
    window in_order as (partition by owner_id order by week_start_date asc)
),

figures as (
    select
        levels.owner_id,
        weeks.week_start_date,
        weeks.is_current_week,
        levels.open_count,
        levels.on_process_count,
        {% for column in exits %}
        levels.{{ column }},
        {% endfor %}
        weeks.week_start_date = levels.week_start_date as has_exits
    from levels
    inner join weeks
        on
            weeks.week_start_date >= levels.week_start_date
            and (weeks.week_start_date < levels.next_week or levels.next_week is null)
)

select
    figures.owner_id,
    figures.week_start_date,
    owners.user_name as owner_name,
    owners.manager_id,
    cast(figures.open_count as bigint) as open_count,
    cast(figures.on_process_count as bigint) as on_process_count,
    cast(figures.on_process_count as double) / nullif(figures.open_count, 0) as deal_adherence_rate,
    {% for column in exits %}
    cast(case when figures.has_exits then figures.{{ column }} else 0 end as bigint) as {{ column }},
    {% endfor %}
    case when figures.has_exits
            then cast(figures.on_process_exit_count as double) / nullif(figures.stage_exit_count, 0)
    end as stage_exit_adherence_rate,
    figures.is_current_week
from figures
left join {{ ref('dim_users') }} as owners on figures.owner_id = owners.user_id
where figures.open_count > 0 or (figures.has_exits and figures.stage_exit_count > 0)
