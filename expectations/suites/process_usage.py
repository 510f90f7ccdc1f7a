"""Is the sales process used? Facts over the exceptions ledger, for the people who run the process.

All are warnings: a deal without a next step is a matter for its owner, never a reason to stop a
build. The rules themselves are dbt models and the exceptions live in the ledger; here they are read.
"""

from expectations.check import Check, NoRows
from expectations.suites.process_facts import NEEDS, POPULATIONS, RULES, RuleFact

SUITE = "process_usage"
TABLE = "marts.fct_process_exceptions"
OPEN_TOO_LONG_DAYS = 30

OPEN_EXCEPTIONS = f"select count(*) from {TABLE} where status = 'open'"

# What a manager has to see of an exception, and in which order.
SHOWN = """
    exception.record_id, exception.record_name, exception.owner_name, exception.at_risk_amount,
    exception.rule_id, exception.detail, exception.first_seen_at
"""
WORST_FIRST = "order by exception.at_risk_amount desc nulls last, exception.first_seen_at, exception.record_id"


def checks() -> tuple[Check, ...]:
    """All checks over the ledger."""
    return (*(_of_rule(rule) for rule in RULES), _no_critical(), _none_open_too_long(), _owner_is_active())


def _of_rule(rule: RuleFact) -> Check:
    is_open = f"exception.status = 'open' and exception.rule_id = '{rule.rule_id}'"
    # Of people those who have to act: a manager with three bad reviews is one manager.
    counted = "owner_id" if rule.judged in ("sellers", "managers") else "record_id"
    return Check(
        SUITE,
        rule.fact,
        TABLE,
        "warning",
        f"{rule.description} {rule.tolerance.capitalize()} ({rule.rule_id}).",
        NoRows(f"""
            select {SHOWN} from subject as exception
            where {is_open} and (
                select count(distinct {counted}) from subject
                where status = 'open' and rule_id = '{rule.rule_id}'
            ) > {rule.tolerated_ratio} * ({POPULATIONS[rule.judged]})
            {WORST_FIRST}
        """),
        needs=NEEDS[rule.judged],
        population=POPULATIONS[rule.judged],
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
