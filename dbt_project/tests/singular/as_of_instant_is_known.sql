select as_of_at from {{ ref('int_as_of') }}
where as_of_at is null
