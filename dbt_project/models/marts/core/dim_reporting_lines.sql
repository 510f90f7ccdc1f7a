select
    manager_id,
    user_id,
    distance_count

from {{ ref('int_reporting_lines_unrolled') }}
