{#
    The deals whose rows a build after few changes computes anew: those that a row was loaded of since the last
    build, those of people who changed, and always those whose stages no list names, since what is known of these
    comes from all deals together. In a full build nobody asks, and none are told.
#}
{% set said = capture_columns() | join(', ') %}

with people as (
    select distinct user_id from {{ ref('stg_salesforce__user_changes') }}
    where {{ is_loaded_since('loaded_at') }}
),

listed as (
    select stage_name from {{ ref('stg_salesforce__opportunity_stages') }}
),

loaded as (
    select distinct opportunity_id from {{ ref('stg_salesforce__opportunity_changes') }}
    where {{ is_loaded_since('loaded_at') }}
),

runs as (
    -- lines in a row that say the same have one number
    select
        *,
        row_number() over (partition by opportunity_id order by seen_at asc, loaded_at asc)
        - row_number() over (
            partition by opportunity_id, {{ said }}
            order by seen_at asc, loaded_at asc
        ) as run_number
    from {{ ref('stg_salesforce__opportunity_changes') }}
    where opportunity_id in (select loaded.opportunity_id from loaded)
),

versions as (
    -- A formula that moved makes no version: it says what the one before said. What only an earlier one said
    -- does: the deal was deleted and restored, or changed and told again as it was.
    select opportunity_id, min(loaded_at) as loaded_at
    from runs
    group by opportunity_id, {{ said }}, run_number
),

ids as (
    select opportunity_id from versions
    where {{ is_loaded_since('loaded_at') }}
    union all
    select opportunity_id from {{ ref('stg_salesforce__opportunity_changes') }}
    where
        owner_id in (select people.user_id from people)
        or last_modified_by_id in (select people.user_id from people)
        or stage_name not in (select listed.stage_name from listed)
    union all
    select opportunity_id from {{ ref('stg_salesforce__opportunity_history') }}
    where
        {{ is_loaded_since('loaded_at') }}
        or created_by_id in (select people.user_id from people)
        or stage_name not in (select listed.stage_name from listed)
    union all
    select opportunity_id from {{ ref('stg_salesforce__opportunity_field_history') }}
    where
        {{ is_loaded_since('loaded_at') }}
        or created_by_id in (select people.user_id from people)
        or old_value in (select people.user_id from people)
        or new_value in (select people.user_id from people)
    union all
    select opportunity_id from {{ ref('int_opportunities_classified') }}
    where is_process_inferred
)

select distinct opportunity_id from ids
where opportunity_id is not null and {{ 'true' if changed_since() != '' else 'false' }}
