{#
    The periods that each period is held against: itself and up to twelve before it. The running one is also held
    against what those before it had on the same day.
#}

with told as (
    select * from {{ ref('int_periods_told') }}
)

select
    told.told_number,
    pasts.told_number as past_number,
    pasts.periods_back - told.periods_back as periods_apart,
    pasts.is_to_same_day = told.is_to_same_day as is_alike,
    -- what a figure is expected to be comes of those before it, of the running one of their same day
    not told.is_to_same_day
    and pasts.periods_back > told.periods_back
    and pasts.is_to_same_day = (told.periods_back = 0) as is_expected_of
from told
inner join told as pasts on told.kind_number = pasts.kind_number
where
    pasts.periods_back between told.periods_back and told.periods_back + 12
    and (
        pasts.is_to_same_day = told.is_to_same_day
        or told.periods_back = 0
    )
