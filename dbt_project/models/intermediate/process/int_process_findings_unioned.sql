{# What the rule models find, all together. #}

{#- dbt must read the names here. A rule model that is missing would be lost: it stops the build. -#}
{%- set rules = [
    'act_01_linked_to_nothing',
    'act_02_logged_late',
    'act_03_logged_in_batches',
    'act_04_task_overdue',
    'act_05_completed_ahead',
    'act_06_call_without_content',
    'act_07_backfilled_after_close',
    'act_08_rep_idle',
    'act_09_activities_without_type',
    'lead_01_not_answered_in_time',
    'lead_02_open_and_forgotten',
    'lead_03_converted_without_deal',
    'lead_04_duplicate_email',
    'mgr_01_no_pipeline_review',
    'mgr_02_review_badly_attended',
    'mgr_03_report_not_coached',
    'mgr_04_no_ride_along',
    'mgr_05_forecast_not_submitted',
    'mgr_06_review_without_outcome',
    'mgr_07_coaching_cancelled',
    'mgr_08_commit_not_inspected',
    'mgr_09_no_business_review',
    'mgr_10_manager_moves_stages',
    'mgr_11_review_action_overdue',
    'mgr_12_seller_without_manager',
    'opp_01_close_date_in_past',
    'opp_02_next_step_blank',
    'opp_03_next_step_stale',
    'opp_04_idle_beyond_limit',
    'opp_05_nothing_planned',
    'opp_06_too_long_in_stage',
    'opp_07_older_than_wins',
    'opp_08_close_date_pushed_repeatedly',
    'opp_09_pushed_out_of_quarter',
    'opp_10_amount_missing',
    'opp_11_amounts_round',
    'opp_12_amount_off_products',
    'opp_13_probability_overridden',
    'opp_14_forecast_category_overridden',
    'opp_15_commit_without_evidence',
    'opp_16_close_dates_on_quarter_end',
    'opp_17_too_few_contacts',
    'opp_18_no_primary_contact',
    'opp_19_exit_fields_missing',
    'opp_20_lost_without_reason',
    'opp_21_won_incomplete',
    'opp_22_win_date_off',
    'opp_23_closed_on_its_first_day',
    'opp_24_reopened',
    'opp_25_likely_duplicate',
    'opp_26_owner_inactive',
    'opp_27_no_account',
    'opp_28_cut_before_the_win',
    'path_01_stage_skipped',
    'path_02_moved_back',
    'path_03_stage_entered_repeatedly',
    'path_04_stage_outside_process',
    'path_05_no_process',
    'path_06_off_the_way',
    'path_07_stages_rushed',
    'path_08_deals_swept',
    'path_09_moves_at_quarter_end',
    'path_10_way_of_ones_own',
    'path_11_proposal_before_meeting',
    'path_12_wins_held_back',
    'path_13_commits_not_won',
    'path_14_record_type_switched_late',
] -%}
{%- for rule in process_rules() if rule.model_name not in rules -%}
    {{ exceptions.raise_compiler_error(
        "The process rule model '" ~ rule.model_name ~ "' is not in the list of int_process_findings_unioned, "
        ~ "so its findings would be lost. Add its name to `rules` in " ~ model.original_file_path ~ "."
    ) }}
{%- endfor %}

{% for rule in rules %}
select rule_id, record_object, record_id, record_name, owner_id, opportunity_id, at_risk_amount, detail
from {{ ref(rule) }}
{{ 'union all' if not loop.last }}
{% endfor %}
