{#
    Every state that a deal has been in, with the owner it had then: where the deal changed hands within a
    state of its values, that state is cut in two. Most deals are with their first owner: nothing is cut or numbered.
#}

with states as (
    select * from {{ of_touched(ref('int_opportunity_values_rebuilt')) }}
),

owners as (
    select *, field_value as owner_id
    from {{ of_touched(ref('int_opportunity_fields_rewound')) }}
    where field_name = 'Owner'
),

followed as (
    select distinct opportunity_id from owners
),

cut as (
    select
        states.*,
        owners.owner_id,
        owners.spell_number,
        owners.valid_from > states.valid_from as begins_with_owner,
        case when owners.valid_from > states.valid_from then owners.valid_from else states.valid_from end
            as cut_from,
        case
            when states.valid_to is null or owners.valid_to < states.valid_to then owners.valid_to
            else states.valid_to
        end as cut_to,
        owners.changed_by_id as handed_over_by_id,
        owners.provenance as owner_provenance
    from states
    inner join followed on states.opportunity_id = followed.opportunity_id
    left join owners
        on
            states.opportunity_id = owners.opportunity_id
            -- a state that ended as it began has the owner of that instant
            and owners.valid_from < greatest(
                coalesce(states.valid_to, {{ end_of_time() }}),
                {{ dbt.dateadd('microsecond', 1, 'states.valid_from') }}
            )
            and coalesce(owners.valid_to, {{ end_of_time() }}) > states.valid_from
)

select
    opportunity_id,
    row_number() over (
        partition by opportunity_id
        order by version_number asc, spell_number asc nulls first
    ) as version_number,
    cut_from as valid_from,
    cut_to as valid_to,
    is_current and cut_to is null as is_current,
    owner_id,
    stage_name,
    currency_iso_code,
    record_amount,
    probability_rate,
    close_date,
    forecast_category,
    is_closed,
    is_won,
    case when begins_with_owner then handed_over_by_id else changed_by_id end as changed_by_id,
    case when begins_with_owner then owner_provenance else provenance end as provenance,
    history_known_from
from cut

union all

select
    states.opportunity_id,
    states.version_number,
    states.valid_from,
    states.valid_to,
    states.is_current,
    deals.owner_id,
    states.stage_name,
    states.currency_iso_code,
    states.record_amount,
    states.probability_rate,
    states.close_date,
    states.forecast_category,
    states.is_closed,
    states.is_won,
    states.changed_by_id,
    states.provenance,
    states.history_known_from
from states
inner join {{ ref('stg_salesforce__opportunities') }} as deals
    on states.opportunity_id = deals.opportunity_id
left join followed on states.opportunity_id = followed.opportunity_id
where followed.opportunity_id is null
