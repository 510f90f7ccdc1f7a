{#
    What each tracked field of a deal has held, and from when to when. The CRM's field history is read
    backwards: before its first change a field held that change's old value. Versions that a sync has seen
    and the record itself say more. A field of which the record alone tells has no row: it held what it holds.
#}

with observed as (
    select * from {{ of_touched(ref('int_opportunity_fields_observed')) }}
),

followed as (
    select distinct opportunity_id, field_name
    from observed
    where precedence < 2
),

ordered as (
    select
        observed.*,
        row_number() over in_order as observation_number,
        max(observed.changed_at) over in_order as seen_from,
        case
            when row_number() over in_order = 1 then observed.old_value
            else lag(observed.new_value) over in_order
        end as held_before
    from observed
    inner join followed
        on
            observed.opportunity_id = followed.opportunity_id
            and observed.field_name = followed.field_name
    window in_order as (
        partition by observed.opportunity_id, observed.field_name
        order by
            case observed.precedence when 2 then 1 else 0 end asc,
            observed.changed_at asc nulls first,
            observed.precedence asc
    )
),

spelled as (
    -- The value before the first change, since the deal's creation …
    select
        opportunity_id,
        field_name,
        0 as spell_order,
        cast(null as {{ dbt.type_timestamp() }}) as seen_from,
        old_value as field_value,
        cast(null as {{ dbt.type_string() }}) as changed_by_id,
        provenance
    from ordered
    where observation_number = 1
    union all
    -- … and every value that differs from the one before it.
    select
        opportunity_id,
        field_name,
        observation_number as spell_order,
        seen_from,
        new_value as field_value,
        changed_by_id,
        provenance
    from ordered
    where new_value is distinct from held_before
)

select
    spelled.opportunity_id,
    spelled.field_name,
    row_number() over in_order as spell_number,
    greatest(coalesce(spelled.seen_from, deals.created_at), deals.created_at) as valid_from,
    case
        when lead(spelled.seen_from) over in_order is not null
            then greatest(lead(spelled.seen_from) over in_order, deals.created_at)
    end as valid_to,
    spelled.field_value,
    lag(spelled.field_value) over in_order as previous_value,
    spelled.changed_by_id,
    spelled.provenance
from spelled
inner join {{ ref('stg_salesforce__opportunities') }} as deals
    on spelled.opportunity_id = deals.opportunity_id
window in_order as (partition by spelled.opportunity_id, spelled.field_name order by spelled.spell_order asc)
