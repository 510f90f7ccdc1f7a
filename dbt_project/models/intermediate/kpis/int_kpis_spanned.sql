{{ config(materialized='view') }}
{#
    Each scope in every period that is kept, in those before that limits look back to, and in the last ones up to the
    same day as today is of the running one.
#}
{# Limits look twelve periods back, a trend eight limits. #}
{% set periods_before = 19 %}

select
    scopes.scope_kind = 'company' as is_whole,
    told.kind_number,
    told.periods_back,
    told.is_whole_known,
    told.is_end_known,
    not told.is_to_same_day and told.periods_back < coalesce(kept.period_count, told.periods_back + 1)
        as is_kept,
    told.told_number,
    scopes.scope_number
from {{ ref('int_periods_told') }} as told
inner join {{ ref('int_scopes_numbered') }} as scopes on told.period_end_date >= scopes.first_date
left join {{ ref('int_periods_kept') }} as kept
    on
        told.period_kind = kept.period_kind
        and scopes.scope_kind = kept.scope_kind
where told.periods_back < coalesce(kept.period_count, told.periods_back + 1) + {{ periods_before }}
