{{ config(materialized='view') }}
{# The figures that a build reads: those made anew, and those that they and their trends are held against. #}

with pasts as (
    select distinct sided.scope_number, compared.past_number as told_number
    from {{ ref('int_kpis_sided') }} as sided
    inner join {{ ref('int_periods_compared') }} as compared
        on sided.told_number = compared.told_number
)

select scope_number, told_number
from pasts

union

-- the first of them moved from the one before
select pasts.scope_number, compared.past_number as told_number
from pasts
inner join {{ ref('int_periods_compared') }} as compared on pasts.told_number = compared.told_number
where compared.is_alike and compared.periods_apart = 1
