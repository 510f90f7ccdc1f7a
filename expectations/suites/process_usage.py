"""Is the sales process used? Facts over the exceptions ledger, for the people who run the process.

All are warnings: a deal without a next step is a matter for its owner, never a reason to stop a
build. The rules themselves are dbt models and the exceptions live in the ledger; here they are read.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from expectations.check import Check, NoRows

SUITE = "process_usage"
TABLE = "marts.fct_process_exceptions"
OPPORTUNITIES = "marts.fct_opportunities"
OPEN_TOO_LONG_DAYS = 30

OPEN_OPPORTUNITIES = f"select count(*) from {OPPORTUNITIES} where is_open"
OPEN_EXCEPTIONS = f"select count(*) from {TABLE} where status = 'open'"

# What a manager has to see of an exception, and in which order.
SHOWN = """
    exception.record_id, exception.record_name, exception.owner_name, exception.at_risk_amount,
    exception.rule_id, exception.detail, exception.first_seen_at
"""
WORST_FIRST = "order by exception.at_risk_amount desc nulls last, exception.first_seen_at, exception.record_id"


@dataclass(frozen=True, slots=True)
class RuleFact:
    """A process rule as a fact: `fact` holds with no open exception, `mostly` while they stay rare.

    `tolerated_ratio` is the greatest share (0 to 1) of open opportunities with an open exception.
    """

    rule_id: str
    fact: str
    mostly: str
    tolerated_ratio: float
    description: str


RULES: tuple[RuleFact, ...] = (
    RuleFact(
        "OPP-01",
        "close_date_is_not_in_the_past",
        "close_date_is_rarely_in_the_past",
        0.10,
        "Open opportunities close on a date that is still to come.",
    ),
    RuleFact(
        "OPP-02",
        "open_opportunities_have_a_next_step",
        "open_opportunities_mostly_have_a_next_step",
        0.25,
        "The owner of an open opportunity has written down the next step.",
    ),
    RuleFact(
        "OPP-04",
        "open_opportunities_are_worked_on",
        "open_opportunities_are_mostly_worked_on",
        0.25,
        "Open opportunities had a completed activity within their stage's idle limit.",
    ),
    RuleFact(
        "OPP-08",
        "close_date_is_not_pushed_repeatedly",
        "close_date_is_rarely_pushed_repeatedly",
        0.15,
        "The close date was not moved later three times or more.",
    ),
    RuleFact(
        "PATH-01",
        "no_stage_is_skipped",
        "stages_are_rarely_skipped",
        0.20,
        "Opportunities pass through every stage of their own sales process.",
    ),
)


def checks() -> tuple[Check, ...]:
    """All checks over the ledger."""
    rules = (check for rule in RULES for check in _of_rule(rule))
    return (*rules, _no_critical(), _none_open_too_long(), _owner_is_active())


def _of_rule(rule: RuleFact) -> Iterable[Check]:
    is_open = f"exception.status = 'open' and exception.rule_id = '{rule.rule_id}'"
    yield Check(
        SUITE,
        rule.fact,
        TABLE,
        "warning",
        f"{rule.description} ({rule.rule_id})",
        NoRows(f"select {SHOWN} from subject as exception where {is_open} {WORST_FIRST}"),
        needs=(OPPORTUNITIES,),
        population=OPEN_OPPORTUNITIES,
    )
    yield Check(
        SUITE,
        rule.mostly,
        TABLE,
        "warning",
        f"{rule.description} At most {rule.tolerated_ratio:.0%} of the open break it ({rule.rule_id}).",
        NoRows(f"""
            select {SHOWN} from subject as exception
            where {is_open} and (
                select count(distinct record_id) from subject
                where status = 'open' and rule_id = '{rule.rule_id}'
            ) > {rule.tolerated_ratio} * ({OPEN_OPPORTUNITIES})
            {WORST_FIRST}
        """),
        needs=(OPPORTUNITIES,),
        population=OPEN_OPPORTUNITIES,
    )


def _no_critical() -> Check:
    return Check(
        SUITE,
        "no_critical_exception_is_open",
        TABLE,
        "warning",
        "What the rules call critical was resolved or waived.",
        NoRows(f"""
            select {SHOWN} from subject as exception
            where exception.status = 'open' and exception.severity = 'critical'
            {WORST_FIRST}
        """),
        population=OPEN_EXCEPTIONS,
    )


def _none_open_too_long() -> Check:
    return Check(
        SUITE,
        "no_exception_is_open_for_too_long",
        TABLE,
        "warning",
        f"Exceptions are resolved or waived within {OPEN_TOO_LONG_DAYS} days.",
        NoRows(f"""
            select {SHOWN} from subject as exception
            where exception.status = 'open' and exception.first_seen_at
                < (select max(cursor_at) from ops.sync_state) - interval {OPEN_TOO_LONG_DAYS} day
            {WORST_FIRST}
        """),
        needs=("ops.sync_state",),
        population=OPEN_EXCEPTIONS,
    )


def _owner_is_active() -> Check:
    return Check(
        SUITE,
        "open_exceptions_have_an_active_owner",
        TABLE,
        "warning",
        "Somebody who still works here can resolve each open exception.",
        NoRows(f"""
            select {SHOWN} from subject as exception
            where exception.status = 'open' and not exists (
                select 1 from marts.dim_users as owner
                where owner.user_id = exception.owner_id and owner.is_active
            )
            {WORST_FIRST}
        """),
        needs=("marts.dim_users",),
        population=OPEN_EXCEPTIONS,
    )
