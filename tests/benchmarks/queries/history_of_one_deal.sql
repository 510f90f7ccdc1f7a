select changed_at, field_name, old_value, new_value, changed_by_name from marts.fct_opportunity_changes
where opportunity_id = (select min(opportunity_id) from marts.fct_opportunities where is_open)
order by change_number
