select
    scope_kind,
    scope_id,
    period_kind,
    period_start_date,
    opening_amount,
    closing_amount

from {{ ref('rpt_pipeline_waterfall') }}
where
    unknown_reason is null
    and coalesce(
        opening_amount + created_amount + pulled_in_amount + reopened_amount + increased_amount
        + transferred_in_amount - decreased_amount - won_amount - lost_amount - pushed_out_amount
        - moved_earlier_amount - deleted_amount - transferred_out_amount - closing_amount, 1
    ) <> 0
