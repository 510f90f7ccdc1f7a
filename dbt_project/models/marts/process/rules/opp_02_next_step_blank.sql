select {{ deal_finding('OPP-02', "No next step is written down; the deal is in {stage_name}") }}
from {{ ref('fct_opportunities') }}
where is_open and trim(coalesce(next_step, '')) = ''
