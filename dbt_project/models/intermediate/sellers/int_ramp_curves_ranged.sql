{#
    Which share of the full quota is expected of each job title from which to before which month since hire, by the
    seed ramp_curve. A title with lines of its own follows these alone; the first line holds from the hire on, and
    without any line it is the whole quota.
#}

with titles as (
    select distinct title from {{ ref('int_sellers_hired') }}
),

lines as (
    select
        titles.title,
        coalesce(own.from_tenure_months, general.from_tenure_months, 0) as from_tenure_months,
        coalesce(own.ramp_factor, general.ramp_factor, 1) as ramp_factor
    from titles
    left join {{ ref('ramp_curve') }} as own on titles.title = lower(own.title)
    left join {{ ref('ramp_curve') }} as general on own.title is null and general.title is null
)

select
    title,
    case
        when row_number() over (partition by title order by from_tenure_months asc) = 1 then 0
        else from_tenure_months
    end as from_tenure_months,
    lead(from_tenure_months) over (partition by title order by from_tenure_months asc) as to_tenure_months,
    ramp_factor
from lines
