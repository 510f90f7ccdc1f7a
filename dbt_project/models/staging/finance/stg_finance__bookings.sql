select
    -- keys
    booking_id,
    -- an id has 15 letters, and three more that only check them
    substring(opportunity_id, 1, 15) as opportunity_key,
    substring(account_id, 1, 15) as account_key,
    -- attributes
    account_name,
    currency_iso_code,
    -- figures
    amount as record_amount,
    line as line_number,
    -- times
    booked_date
from {{ source('raw_finance', 'bookings') }}
