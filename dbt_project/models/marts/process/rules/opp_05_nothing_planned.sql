select
    {{ deal_finding('OPP-05', "
        No task is due later and no meeting is ahead{coalesce('; it is to close on ' || close_date, '')}
    ") }}
from {{ ref('fct_opportunities') }}
where is_open and next_activity_date is null
