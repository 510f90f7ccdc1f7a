{# The open stages of each allowed way through a sales process: the way laid down, and its variants. #}

{{ config(materialized='view') }}

with listed as (
    select sales_process, 'The way laid down' as variant_name, stage_name, stage_order
    from {{ ref('dim_sales_stages') }}
    where not is_closed
    union all
    select sales_process, variant_name, stage_name, stage_order
    from {{ ref('sales_process_variants') }}
)

select
    sales_process,
    variant_name,
    stage_name,
    row_number() over (partition by sales_process, variant_name order by stage_order asc) as place,
    count(*) over (partition by sales_process, variant_name) as stage_count
from listed
