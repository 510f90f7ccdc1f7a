{{ config(materialized='view') }}
{# The figures of which a build tells the side of what was expected on which they lie: a trend has eight. #}

select distinct touched.scope_number, compared.past_number as told_number
from {{ ref('int_kpis_touched') }} as touched
inner join {{ ref('int_periods_compared') }} as compared
    on touched.told_number = compared.told_number
where compared.is_alike and compared.periods_apart < 8 and {{ is_of_part('touched.scope_number') }}
