{#
    The behaviours that pay plans may ask for, of each seller in each fiscal quarter, over the deals closed in it:
    the share that skipped no stage of their own process, and the share that was recorded in full (account, contact
    role, and amount when won or reason when lost). A deal older than the history of stages says nothing of its path.
#}

with skips as (
    select distinct changes.opportunity_id
    from {{ ref('fct_opportunity_changes') }} as changes
    inner join {{ ref('fct_opportunities') }} as deals
        on changes.opportunity_id = deals.opportunity_id
    where
        changes.stage_steps > 1
        -- past stages to the win; a loss that was taken back is no stage
        and (changes.is_skip or (deals.is_won and changes.new_value = deals.stage_name))
),

judged as (
    select
        deals.owner_id,
        dates.fiscal_quarter_start_date as period_start_date,
        case
            when deals.created_at >= horizons.history_known_from and skips.opportunity_id is null then 1
            when deals.created_at >= horizons.history_known_from then 0
        end as is_adherent,
        case
            when deals.account_id is null or deals.contact_role_count = 0 then 0
            when deals.is_won and coalesce(deals.amount, 0) <= 0 then 0
            when deals.is_lost and deals.loss_reason is null then 0
            else 1
        end as is_recorded
    from {{ ref('fct_opportunities') }} as deals
    inner join {{ ref('dim_dates') }} as dates
        on
            dates.date_day = case
                when deals.is_won then deals.close_date
                else coalesce({{ local_date('deals.closed_at') }}, deals.close_date)
            end
    left join {{ ref('dim_history_horizons') }} as horizons on horizons.field_name = 'State'
    left join skips on deals.opportunity_id = skips.opportunity_id
    where deals.is_closed
)

{% for behaviour, flag in [('adherence_rate', 'is_adherent'), ('data_quality_rate', 'is_recorded')] %}
select
    owner_id,
    period_start_date,
    {{ quoted(behaviour) }} as behaviour,
    count({{ flag }}) as deal_count,
    cast(sum({{ flag }}) as double) / nullif(count({{ flag }}), 0) as behaviour_rate
from judged
group by owner_id, period_start_date
{{ 'union all' if not loop.last }}
{% endfor %}
