select {{ deal_finding('OPP-27', "Belongs to no account") }}
from {{ judged_deals('OPP-27') }} as judged
where account_id is null
