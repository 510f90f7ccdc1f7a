{# Of the fiscal quarter that ended last; a move is the owner's who had the deal then. #}

with thresholds as (

    {{ thresholds_of('PATH-09', ['last_days', 'move_limit_count', 'late_percent']) }}

),

ended_quarters as (

    select
        dates.fiscal_quarter_start_date,
        dates.fiscal_quarter_end_date,
        dates.fiscal_quarter_label,
        row_number() over (order by dates.fiscal_quarter_start_date desc) as recency
    from {{ ref('dim_dates') }} as dates
    cross join {{ ref('int_as_of') }} as as_of
    where
        dates.date_day = dates.fiscal_quarter_end_date
        and dates.fiscal_quarter_end_date < as_of.as_of_date

),

moves as (

    select
        changes.owner_id,
        ended_quarters.fiscal_quarter_label,
        thresholds.last_days,
        thresholds.move_limit_count,
        thresholds.late_percent,
        count(*) as move_count,
        count(
            case
                when
                    {{ dbt.datediff('changed_date', 'fiscal_quarter_end_date', 'day') }}
                    < thresholds.last_days
                    then 1
            end
        ) as late_count
    from {{ ref('fct_opportunity_changes') }} as changes
    inner join ended_quarters
        on
            changes.changed_date between ended_quarters.fiscal_quarter_start_date
            and ended_quarters.fiscal_quarter_end_date
            and ended_quarters.recency = 1
    inner join thresholds
        on thresholds.sales_process = ''
    where changes.field_name = 'StageName'
    group by
        changes.owner_id,
        ended_quarters.fiscal_quarter_label,
        thresholds.last_days,
        thresholds.move_limit_count,
        thresholds.late_percent

)

select
    'PATH-09' as rule_id,
    'User' as record_object,
    people.user_id as record_id,
    people.user_name as record_name,
    people.user_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    cast(moves.late_count as {{ dbt.type_string() }})
    || ' of ' || cast(moves.move_count as {{ dbt.type_string() }})
    || ' stage moves in ' || moves.fiscal_quarter_label
    || ' came in its last ' || cast(moves.last_days as {{ dbt.type_string() }}) || ' days' as detail
from moves
inner join {{ ref('dim_users') }} as people
    on moves.owner_id = people.user_id
where
    people.is_active
    and moves.move_count >= moves.move_limit_count
    and 100 * moves.late_count > moves.late_percent * moves.move_count
