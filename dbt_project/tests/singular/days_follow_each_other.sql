with days as (

    select
        date_day,
        lead(date_day) over (order by date_day asc) as next_day

    from {{ ref('dim_dates') }}

)

select
    date_day,
    next_day

from days
where next_day <> cast({{ dbt.dateadd('day', 1, 'date_day') }} as date)
