{#
    By owner and week, how many deals came in and went out, how many of these had kept to their process, and how many
    left a stage, by what is to be said against it. A version of a deal comes in with the week it begins in and goes out
    with the one it ends in; one that begins and ends within a week is never seen at a week's end.
#}

{{ config(materialized='view') }}

with steps as (
    select
        *,
        cast({{ dbt.date_trunc('week', local_date('valid_from')) }} as date) as first_week,
        cast({{ dbt.date_trunc('week', local_date('valid_to')) }} as date) as end_week
    from {{ ref('int_opportunity_steps_judged') }}
    where owner_id is not null
),

events as (
    select
        owner_id,
        first_week as week_start_date,
        case when is_open then 1 else 0 end as opened,
        case when is_on_process then 1 else 0 end as opened_on_process,
        is_stage_exit,
        fault
    from steps
    union all
    select
        owner_id,
        end_week as week_start_date,
        case when is_open then -1 else 0 end as opened,
        case when is_on_process then -1 else 0 end as opened_on_process,
        false as is_stage_exit,
        cast(null as {{ dbt.type_string() }}) as fault
    from steps
    where end_week is not null
)

select
    owner_id,
    week_start_date,
    sum(opened) as opened,
    sum(opened_on_process) as opened_on_process,
    sum(case when is_stage_exit then 1 else 0 end) as stage_exit_count,
    {% for fault in ['skipped', 'moved_back', 'left_process', 'without_amount'] %}
    count(case when fault = '{{ fault }}' then 1 end) as {{ fault }}_exit_count,
    {% endfor %}
    sum(case when is_stage_exit and fault is null then 1 else 0 end) as on_process_exit_count
from events
group by owner_id, week_start_date
