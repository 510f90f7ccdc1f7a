with versions as (

    select
        opportunity_id,
        sum(case when is_current then 1 else 0 end) as current_count,
        sum(case when valid_to is null then 1 else 0 end) as endless_count

    from {{ ref('int_opportunity_versions_rebuilt') }}
    group by opportunity_id

),

opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}

)

select
    opportunities.opportunity_id,
    opportunities.is_deleted,
    versions.current_count,
    versions.endless_count

from opportunities
left join versions
    on opportunities.opportunity_id = versions.opportunity_id
where
    versions.opportunity_id is null
    or versions.current_count <> case when opportunities.is_deleted then 0 else 1 end
    or versions.endless_count <> versions.current_count
