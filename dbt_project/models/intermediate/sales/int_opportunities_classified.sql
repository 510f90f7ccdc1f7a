{# Each deal with the sales process that it is to be judged against. #}

with opportunities as (

    select * from {{ ref('stg_salesforce__opportunities') }}

),

record_types as (

    select * from {{ ref('stg_salesforce__record_types') }}

),

mapped as (

    select
        coalesce(record_type_developer_name, '') as record_type,
        min(sales_process) as sales_process

    from {{ ref('sales_process_stages') }}
    group by coalesce(record_type_developer_name, '')

)

select
    opportunities.*,
    record_types.record_type_developer_name as record_type,
    coalesce(mapped.sales_process, record_types.record_type_name, 'Default') as sales_process,
    mapped.sales_process is null as is_process_inferred

from opportunities
left join record_types
    on opportunities.record_type_id = record_types.record_type_id
left join mapped
    on coalesce(record_types.record_type_developer_name, '') = mapped.record_type
