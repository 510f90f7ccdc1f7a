{# Activities that a build after few changes computes anew: those loaded since then. In a full one none. #}

select task_id as activity_id

from {{ ref('stg_salesforce__tasks') }}
where {{ is_loaded_since('loaded_at') }}

union all

select event_id as activity_id

from {{ ref('stg_salesforce__events') }}
where {{ is_loaded_since('loaded_at') }}
