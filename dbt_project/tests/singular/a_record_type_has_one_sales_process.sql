select
    record_type_developer_name,
    min(sales_process) as one_sales_process,
    max(sales_process) as another_sales_process

from {{ ref('sales_process_stages') }}
group by record_type_developer_name
having min(sales_process) <> max(sales_process)
