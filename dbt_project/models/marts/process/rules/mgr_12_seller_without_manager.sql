select {{ person_finding('MGR-12', "No manager is on record in the CRM", of='sellers') }}
from {{ ref('int_team_lines_dated') }} as sellers
inner join {{ ref('int_as_of') }} as as_of
    on as_of.as_of_at >= sellers.valid_from and as_of.as_of_at < sellers.valid_to
where sellers.manager_id is null and not sellers.is_manager
