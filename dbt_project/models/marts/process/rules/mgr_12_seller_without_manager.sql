with sellers as (

    select team_lines.*
    from {{ ref('int_team_lines_dated') }} as team_lines
    cross join {{ ref('int_as_of') }} as as_of
    where team_lines.manager_id is null
        and not team_lines.is_manager
        and team_lines.valid_from <= as_of.as_of_at
        and team_lines.valid_to > as_of.as_of_at

)

select
    'MGR-12' as rule_id,
    'User' as record_object,
    user_id as record_id,
    user_name as record_name,
    user_id as owner_id,
    cast(null as decimal(18, 2)) as at_risk_amount,
    'No manager is on record in the CRM' as detail
from sellers
