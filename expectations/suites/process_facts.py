"""What should hold of the sales process, one fact for each process rule, and how much of it may be broken.

The rules themselves are dbt models (`marts/process/rules`); here stands what the check of each is called, among what
its exceptions are counted, and which share of that is tolerated. How they become checks: `process_usage`.
"""

from dataclasses import dataclass
from typing import Literal

Judged = Literal["open deals", "ended deals", "deals", "activities", "leads", "sellers", "managers"]

# As in dbt_project/seeds/process_rule_thresholds.csv: how long what has ended or was done is judged.
DAYS_JUDGED = 90
RECENT = f">= (select max(cursor_at) from ops.sync_state) - interval {DAYS_JUDGED} day"

# The number of those among which open exceptions are counted.
POPULATIONS: dict[Judged, str] = {
    "open deals": "select count(*) from marts.fct_opportunities where is_open",
    "ended deals": f"select count(*) from marts.fct_opportunities where closed_at {RECENT}",
    "deals": f"select count(*) from marts.fct_opportunities where is_open or closed_at {RECENT}",
    "activities": f"select count(*) from marts.fct_activities where created_at {RECENT}",
    "leads": "select count(*) from marts.fct_leads",
    "sellers": "select count(*) from marts.dim_users where is_seller and is_active",
    "managers": "select count(distinct manager_id) from marts.dim_users where is_seller and is_active",
}
NEEDS: dict[Judged, tuple[str, ...]] = {
    "open deals": ("marts.fct_opportunities",),
    "ended deals": ("marts.fct_opportunities", "ops.sync_state"),
    "deals": ("marts.fct_opportunities", "ops.sync_state"),
    "activities": ("marts.fct_activities", "ops.sync_state"),
    "leads": ("marts.fct_leads",),
    "sellers": ("marts.dim_users",),
    "managers": ("marts.dim_users",),
}


@dataclass(frozen=True, slots=True)
class RuleFact:
    """A process rule as a fact: it holds while at most `tolerated_ratio` (0 to 1) of those judged break it."""

    rule_id: str
    fact: str
    judged: Judged
    tolerated_ratio: float

    @property
    def description(self) -> str:
        return f"{self.fact.replace('_', ' ').capitalize()}."

    @property
    def tolerance(self) -> str:
        share = f"{self.tolerated_ratio:.0%}" if self.tolerated_ratio else "none"
        return f"at most {share} of the {self.judged} break it"


RULES: tuple[RuleFact, ...] = (
    RuleFact("OPP-01", "close_date_is_not_in_the_past", "open deals", 0.1),
    RuleFact("OPP-02", "open_opportunities_have_a_next_step", "open deals", 0.25),
    RuleFact("OPP-03", "next_steps_are_kept_up_to_date", "open deals", 0.25),
    RuleFact("OPP-04", "open_opportunities_are_worked_on", "open deals", 0.25),
    RuleFact("OPP-05", "open_opportunities_have_something_planned", "open deals", 0.3),
    RuleFact("OPP-06", "open_opportunities_move_through_their_stages", "open deals", 0.15),
    RuleFact("OPP-07", "open_opportunities_are_not_far_older_than_wins", "open deals", 0.15),
    RuleFact("OPP-08", "close_date_is_not_pushed_repeatedly", "open deals", 0.15),
    RuleFact("OPP-09", "close_date_stays_in_its_quarter", "open deals", 0.1),
    RuleFact("OPP-10", "amount_is_there_when_its_stage_asks_for_it", "open deals", 0.05),
    RuleFact("OPP-11", "amounts_are_estimated_not_guessed", "sellers", 0.1),
    RuleFact("OPP-12", "amounts_agree_with_their_products", "deals", 0.1),
    RuleFact("OPP-13", "probability_is_that_of_the_stage", "open deals", 0.25),
    RuleFact("OPP-14", "forecast_category_is_that_of_the_stage", "open deals", 0.2),
    RuleFact("OPP-15", "commits_have_evidence", "open deals", 0),
    RuleFact("OPP-16", "close_dates_are_meant", "sellers", 0.1),
    RuleFact("OPP-17", "late_opportunities_have_two_contacts", "open deals", 0.2),
    RuleFact("OPP-18", "opportunities_have_a_primary_contact", "open deals", 0.2),
    RuleFact("OPP-19", "stages_are_left_with_their_fields_filled", "open deals", 0.15),
    RuleFact("OPP-20", "losses_have_a_reason", "ended deals", 0.2),
    RuleFact("OPP-21", "wins_are_complete", "ended deals", 0),
    RuleFact("OPP-22", "wins_are_dated_when_they_were_won", "ended deals", 0.05),
    RuleFact("OPP-23", "opportunities_are_entered_before_they_close", "ended deals", 0.05),
    RuleFact("OPP-24", "closed_opportunities_stay_closed", "deals", 0.1),
    RuleFact("OPP-25", "opportunities_are_entered_once", "open deals", 0.05),
    RuleFact("OPP-26", "open_opportunities_have_an_active_owner", "open deals", 0),
    RuleFact("OPP-27", "opportunities_have_an_account", "open deals", 0.02),
    RuleFact("OPP-28", "amounts_hold_in_the_week_of_the_win", "ended deals", 0.1),
    RuleFact("PATH-01", "no_stage_is_skipped", "deals", 0.2),
    RuleFact("PATH-02", "opportunities_move_forward", "deals", 0.2),
    RuleFact("PATH-03", "stages_are_entered_once_or_twice", "deals", 0.1),
    RuleFact("PATH-04", "stages_are_of_the_own_process", "deals", 0.05),
    RuleFact("PATH-05", "opportunities_have_a_sales_process", "deals", 0.05),
    RuleFact("PATH-06", "paths_follow_an_allowed_variant", "ended deals", 0.25),
    RuleFact("PATH-07", "stages_are_moved_as_they_happen", "deals", 0.1),
    RuleFact("PATH-08", "opportunities_are_not_updated_in_sweeps", "sellers", 0.1),
    RuleFact("PATH-09", "stages_are_moved_all_quarter", "sellers", 0.15),
    RuleFact("PATH-10", "sellers_go_one_way", "sellers", 0.1),
    RuleFact("PATH-11", "proposals_follow_a_meeting", "open deals", 0.15),
    RuleFact("PATH-12", "opportunities_are_entered_early", "sellers", 0.1),
    RuleFact("PATH-13", "commits_come_true", "sellers", 0.15),
    RuleFact("PATH-14", "record_type_is_settled_early", "deals", 0.05),
    RuleFact("ACT-01", "activities_are_linked", "activities", 0.1),
    RuleFact("ACT-02", "activities_are_logged_in_time", "activities", 0.15),
    RuleFact("ACT-03", "activities_are_not_logged_in_batches", "sellers", 0.15),
    RuleFact("ACT-04", "tasks_are_not_long_overdue", "activities", 0.15),
    RuleFact("ACT-05", "completed_activities_are_not_dated_ahead", "activities", 0.02),
    RuleFact("ACT-06", "calls_say_what_was_said", "activities", 0.15),
    RuleFact("ACT-07", "activities_are_logged_before_the_close", "ended deals", 0.1),
    RuleFact("ACT-08", "sellers_with_pipeline_are_active", "sellers", 0.1),
    RuleFact("ACT-09", "activities_have_a_type", "sellers", 0.2),
    RuleFact("LEAD-01", "leads_are_touched_in_time", "leads", 0.2),
    RuleFact("LEAD-02", "open_leads_are_followed_up", "leads", 0.1),
    RuleFact("LEAD-03", "converted_leads_have_an_opportunity", "leads", 0.1),
    RuleFact("LEAD-04", "leads_are_entered_once", "leads", 0.05),
    RuleFact("MGR-01", "managers_review_the_pipeline", "managers", 0.1),
    RuleFact("MGR-02", "reviews_are_attended", "managers", 0.2),
    RuleFact("MGR-03", "sellers_are_coached", "managers", 0.15),
    RuleFact("MGR-04", "managers_ride_along", "managers", 0.3),
    RuleFact("MGR-05", "forecasts_are_submitted", "managers", 0.1),
    RuleFact("MGR-06", "reviews_have_an_outcome", "managers", 0.2),
    RuleFact("MGR-07", "coaching_is_not_cancelled", "managers", 0.1),
    RuleFact("MGR-08", "commits_are_inspected", "managers", 0.2),
    RuleFact("MGR-09", "business_reviews_are_held", "managers", 0.1),
    RuleFact("MGR-10", "sellers_move_their_own_deals", "managers", 0.1),
    RuleFact("MGR-11", "review_actions_are_done", "sellers", 0.2),
    RuleFact("MGR-12", "sellers_have_a_manager", "sellers", 0),
)
