select account_name, industry, billing_country, won_count, won_amount, last_won_date from marts.dim_accounts
where is_customer and not is_deleted order by won_amount desc limit 100
