{# Of the fiscal quarter that ended last; a move is the owner's who had the deal then. #}

with quarters as (
    select dates.*, row_number() over (order by dates.date_day desc) as recency
    from {{ ref('dim_dates') }} as dates
    inner join {{ ref('int_as_of') }} as as_of on dates.date_day < as_of.as_of_date
    where dates.date_day = dates.fiscal_quarter_end_date
),

moves as (
    select
        changes.owner_id,
        quarters.fiscal_quarter_label,
        {{ dbt.datediff('changes.changed_date', 'quarters.date_day', 'day') }} as days_left
    from {{ ref('fct_opportunity_changes') }} as changes
    inner join quarters
        on
            changes.changed_date between quarters.fiscal_quarter_start_date and quarters.date_day
            and quarters.recency = 1
    where changes.field_name = 'StageName'
),

counted as (
    select
        moves.owner_id,
        moves.fiscal_quarter_label,
        count(*) as move_count,
        count(case when moves.days_left < limits.last_days then 1 end) as late_count
    from moves
    cross join {{ limits_of('PATH-09', ['last_days']) }} as limits
    group by moves.owner_id, moves.fiscal_quarter_label
)

select
    {{ person_finding('PATH-09', "
        {late_count} of {move_count} stage moves in {fiscal_quarter_label} came in its last {last_days} days
    ") }}
from counted
cross join {{ limits_of('PATH-09', ['last_days', 'move_limit_count', 'late_percent']) }} as limits
inner join {{ ref('dim_users') }} as people on counted.owner_id = people.user_id
where
    people.is_active
    and counted.move_count >= limits.move_limit_count
    and 100 * counted.late_count > limits.late_percent * counted.move_count
