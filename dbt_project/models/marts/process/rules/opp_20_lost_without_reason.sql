select {{ deal_finding('OPP-20', "Lost on {closed_at|date} without a reason") }}
from {{ judged_deals('OPP-20') }} as judged
where is_lost and coalesce(trim(loss_reason), '') = ''
