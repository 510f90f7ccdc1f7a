with sync_state as (
    select * from {{ source('ops', 'sync_state') }}
),

latest as (
    select max(cursor_at) as as_of_at, max(instance_url) as instance_url
    from sync_state
)

select as_of_at, {{ local_date('as_of_at') }} as as_of_date, instance_url
from latest
