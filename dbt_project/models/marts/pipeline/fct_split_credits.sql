{#
    Who is credited with how much of a deal: its revenue splits, or the owner with all of it where it has none. Overlays
    are beside them: they come on top of the whole and belong to no total.
#}

with deals as (
    select * from {{ ref('fct_opportunities') }}
    {{ upon_last('where', is_renewed(['opportunity_id'])) }}
),

splits as (
    select
        splits.*,
        case
            -- a split of no type is one of the revenue
            when splits.split_type_id is null then 'revenue'
            when kinds.split_type_id is null then 'unknown'
            when not kinds.is_total_validated then 'overlay'
            when lower(coalesce(kinds.split_field, 'Amount')) in ('amount', 'opportunity.amount')
                then 'revenue'
            else 'other'
        end as credit_kind
    from {{ ref('stg_salesforce__opportunity_splits') }} as splits
    left join {{ ref('stg_salesforce__opportunity_split_types') }} as kinds
        on splits.split_type_id = kinds.split_type_id
    where not splits.is_deleted
),

credits as (
    select
        split_id as credit_id,
        opportunity_id,
        owner_id,
        credit_kind,
        true as is_split,
        split_ratio as credit_ratio,
        record_amount
    from splits
    union all
    select
        deals.opportunity_id as credit_id,
        deals.opportunity_id,
        deals.owner_id,
        'revenue' as credit_kind,
        false as is_split,
        cast(1 as double) as credit_ratio,
        deals.record_amount
    from deals
    left join splits
        on
            deals.opportunity_id = splits.opportunity_id
            and splits.credit_kind = 'revenue'
    where splits.split_id is null
)

select
    credits.credit_id,
    credits.opportunity_id,
    credits.owner_id,
    credited.user_name as owner_name,
    credits.credit_kind,
    credits.credit_kind = 'revenue' as is_revenue,
    credits.is_split,
    deals.owner_id as deal_owner_id,
    deals.is_won,
    deals.is_open,
    deals.close_date,
    credits.credit_ratio,
    deals.currency_iso_code,
    credits.record_amount,
    {{ in_corporate_currency('credits.record_amount', 'rates.rate') }} as credit_amount
from credits
inner join deals on credits.opportunity_id = deals.opportunity_id
left join {{ ref('int_currency_rates_dated') }} as rates
    on {{ is_rate_of('rates', 'deals.currency_iso_code', 'deals.close_date') }}
left join {{ ref('stg_salesforce__users') }} as credited on credits.owner_id = credited.user_id
