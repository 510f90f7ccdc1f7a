select
    {{ deal_finding('PATH-05', "
        {case
            when judged.record_type is null then 'The deal has no record type, and so no sales process'
            else 'No sales process is laid down for the record type ' || judged.record_type
        end}
    ", of='judged') }}
from {{ judged_deals('PATH-05') }} as judged
inner join {{ ref('dim_sales_processes') }} as processes
    on judged.sales_process = processes.sales_process
where processes.is_inferred
