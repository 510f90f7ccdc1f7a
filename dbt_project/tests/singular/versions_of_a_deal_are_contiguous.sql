with versions as (

    select
        *,
        lead(valid_from) over (partition by opportunity_id order by version_number asc) as next_valid_from

    from {{ ref('int_opportunity_versions_rebuilt') }}

)

select
    opportunity_id,
    version_number,
    valid_from,
    valid_to,
    next_valid_from

from versions
where
    valid_from is null
    or valid_to < valid_from
    or (next_valid_from is not null and valid_to is distinct from next_valid_from)
