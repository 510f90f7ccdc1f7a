select
    {{ deal_finding('OPP-08', "The close date was moved later {push_count} times; it is now {close_date}") }}
from {{ open_deals('OPP-08', ['push_limit_count']) }} as deals
where push_count >= push_limit_count
