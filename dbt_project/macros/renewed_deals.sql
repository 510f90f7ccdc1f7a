{#-
    Of tables of deals and of what lies open, which rows a build upon the last one computes anew: see renewed.sql.
-#}

{#- The deals of which the record itself was loaded since the last build, be it for a field that no version holds. -#}
{% macro renewed_records() -%}
    {%- set changes = ref('stg_salesforce__opportunity_changes') -%}
    select distinct changes.opportunity_id from {{ changes }} as changes where {{ is_loaded_since('changes.loaded_at') }}
{%- endmacro %}

{#- The deals of which anything may differ in how they stand at T: open ones, as they age; those of which a record, a state,
    an activity, a role or the account is another; those dated beyond the days known so far; all, if the org has moved. -#}
{% macro renewed_standings() -%}
    {%- if changed_since() != '' or not execute -%}
    {%- set accounts = ref('stg_salesforce__accounts') -%}
    {{ renewed_records() }}
    union all
    select opportunity_id from {{ ref('int_opportunities_classified') }} as deals
    where not is_closed or account_id in (
        select accounts.account_id from {{ accounts }} as accounts where {{ is_loaded_since('accounts.loaded_at') }}
    )
    union all
    select opportunity_id from {{ ref('int_opportunities_touched') }} as touched
    union all
    select opportunity_id from {{ differing('int_opportunity_activity_summarized') }} as activities
    union all
    select opportunity_id from {{ differing('int_contact_roles_counted') }} as contact_roles
    union all
    select opportunity_id from {{ ref('int_opportunity_closings_observed') }} as closings where not has_history
    union all
    select deals.opportunity_id from {{ this }} as deals
    cross join {{ ref('int_as_of') }} as as_of
    where
        (deals.close_date is not null and deals.fiscal_quarter_start_date is null)
        or deals.opportunity_url not like concat(as_of.instance_url, '%')
        or {{ is_history_other() }}
    {%- endif -%}
{%- endmacro %}

{#- The deals of which the closing may be another: touched ones, and those that nobody saw close, which T bounds. -#}
{% macro renewed_closings() -%}
    {%- if changed_since() != '' or not execute -%}
    select opportunity_id from {{ ref('int_opportunities_touched') }} as touched
    union
    select opportunity_id from {{ this }} as closings where not has_history
    {%- endif -%}
{%- endmacro %}

{#- The deals of which somebody may be credited otherwise: of touched ones, and of splits that were loaded since. -#}
{% macro renewed_credits() -%}
    {%- if changed_since() != '' or not execute -%}
    {%- set splits, people = ref('stg_salesforce__opportunity_splits'), ref('stg_salesforce__user_changes') -%}
    select opportunity_id from {{ ref('int_opportunities_touched') }} as touched
    union
    select splits.opportunity_id from {{ splits }} as splits
    where {{ is_loaded_since('splits.loaded_at') }} or splits.owner_id in (
        select people.user_id from {{ people }} as people where {{ is_loaded_since('people.loaded_at') }}
    )
    {%- endif -%}
{%- endmacro %}

{#- Sellers × processes × stages of which a state of an open deal differs. -#}
{% macro renewed_pipelines() -%}
    select distinct
        coalesce(versions.owner_id, '') as owner_id,
        coalesce(versions.sales_process, '') as sales_process,
        coalesce(versions.stage_name, '') as stage_name
    from {{ differing('fct_opportunity_versions') }} as versions
    where versions.is_open
{%- endmacro %}

{#- What a level of the pipeline belongs to, never null. -#}
{% macro pipeline_key() -%}
    {{ return(["coalesce(owner_id, '')", "coalesce(sales_process, '')", "coalesce(stage_name, '')"]) }}
{%- endmacro %}

{#- The deals of which the last touch or the contacts may be others at any instant: those of which a state, the
    account or a role is another, and those of activities. A role never goes to another deal. -#}
{% macro renewed_touches() -%}
    {%- if changed_since() != '' or not execute -%}
    {%- set activities, contact_roles = ref('int_activities_touched'), ref('stg_salesforce__opportunity_contact_roles') -%}
    select opportunity_id from {{ ref('int_opportunities_touched') }} as touched
    union
    select changes.opportunity_id from {{ ref('stg_salesforce__opportunity_changes') }} as changes
    group by changes.opportunity_id
    having
        {{ is_loaded_since('max(changes.loaded_at)') }}
        and min(coalesce(changes.account_id, '')) <> max(coalesce(changes.account_id, ''))
    union
    select opportunity_id from {{ contact_roles }} as contact_roles where {{ is_loaded_since('contact_roles.loaded_at') }}
    union
    select opportunity_id from {{ activities }} as activities
    union
    select contact_roles.opportunity_id from {{ activities }} as activities
    inner join {{ contact_roles }} as contact_roles on activities.who_id = contact_roles.contact_id
    where activities.opportunity_id is null
    union
    select deals.opportunity_id from {{ activities }} as activities
    inner join {{ ref('int_opportunities_classified') }} as deals on activities.account_id = deals.account_id
    where activities.opportunity_id is null
    {%- endif -%}
{%- endmacro %}

{#- Before the touches of open deals are filled: out with those of instants that nobody asks for any more. -#}
{% macro forget_past_touches() -%}
    {%- set points = ref('int_coverage_points') -%}
    {%- if is_partial() -%}
    delete from {{ this }} where snapshot_at not in (select points.snapshot_at from {{ points }} as points)
    {%- endif -%}
{%- endmacro %}

{#- As a condition: the deal is looked at anew at this instant, or for the first time. -#}
{% macro is_renewed_touch() -%}
    (
        {{ is_renewed(['versions.opportunity_id']) }}
        or points.snapshot_at not in (select kept.snapshot_at from {{ this }} as kept)
    )
{%- endmacro %}
