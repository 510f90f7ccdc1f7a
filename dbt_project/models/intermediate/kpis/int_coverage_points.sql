{# When it is looked at who works on open deals: the ends of the last fourteen days and 26 weeks, and now. #}

{{ config(materialized='view') }}

select periods.period_kind, periods.period_start_date, periods.known_until as snapshot_at
from {{ ref('dim_periods') }} as periods
cross join {{ ref('int_as_of') }} as as_of
inner join {{ ref('dim_history_horizons') }} as horizons
    on
        horizons.field_name = 'State'
        and periods.known_until >= horizons.history_known_from
where
    not periods.is_future
    and {{ dbt.datediff('periods.period_start_date', 'as_of.as_of_date', 'day') }}
    < case periods.period_kind when 'day' then 14 when 'week' then 26 * 7 else 0 end
