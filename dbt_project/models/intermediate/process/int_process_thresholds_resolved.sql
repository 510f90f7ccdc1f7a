-- A threshold named for one sales process wins over the general one (blank process in the seed).
-- Deals without a process, and what is no deal, are judged by the general thresholds, under the process ''.
with thresholds as (
    select * from {{ ref('process_rule_thresholds') }}
),

processes as (
    select coalesce(sales_process, '') as sales_process
    from {{ ref('fct_opportunities') }}
    union
    select '' as sales_process
)

select
    general.rule_id,
    general.threshold_name,
    processes.sales_process,
    cast(coalesce(own.threshold_value, general.threshold_value) as bigint) as threshold_value
from thresholds as general
cross join processes
left join thresholds as own
    on general.rule_id = own.rule_id
        and general.threshold_name = own.threshold_name
        and processes.sales_process = own.sales_process
where coalesce(general.sales_process, '') = ''
