with judged as {{ judged_deals('OPP-28', ['within_days', 'cut_limit_percent']) }},

priced as (
    select judged.opportunity_id, max(versions.record_amount) as highest_amount
    from judged
    inner join {{ ref('fct_opportunity_versions') }} as versions
        on
            judged.opportunity_id = versions.opportunity_id
            and versions.valid_from < judged.won_at
            and versions.valid_to > {{ dbt.dateadd('day', '-judged.within_days', 'judged.won_at') }}
    where judged.is_won
    group by judged.opportunity_id
)

select
    {{ deal_finding('OPP-28', "
        Cut by {100 - 100 * record_amount / highest_amount|round} % in the week before it was won on {won_at|date}
    ", of='judged') }}
from judged
inner join priced on judged.opportunity_id = priced.opportunity_id
where judged.record_amount < priced.highest_amount * (100 - judged.cut_limit_percent) / 100.0
