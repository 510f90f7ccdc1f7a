select manager_id, user_id, cast(distance_count as integer) as distance_count
from {{ ref('int_reporting_lines_unrolled') }}
