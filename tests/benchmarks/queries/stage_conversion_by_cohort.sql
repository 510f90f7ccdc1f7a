select sales_process, stage_name, cohort_start_date, conversion_rate, is_mature from marts.rpt_stage_conversions
order by sales_process, stage_order, cohort_start_date
