"""The lists of a manager's pack: deals to inspect, exceptions, whom to coach, reviews to hold."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from connectors.delivery.pack import Link, Mark, PackColumn, PackRow, PackTable
from orchestration.report.published import Published, Row, money

DEALS_SHOWN, EXCEPTIONS_SHOWN, COACHING_SHOWN = 20, 100, 50
IDLE_DAYS_WARN, IDLE_DAYS_BAD = 14, 30
PUSHES_WARN, PUSHES_BAD = 2, 3

DEALS = """
select inspections.*
from marts.rpt_deals_to_inspect as inspections
inner join marts.dim_reporting_lines as lines
    on inspections.owner_id = lines.user_id and lines.manager_id = $manager_id
order by inspections.inspection_rank, inspections.opportunity_id
"""
DEAL_COLUMNS = (
    PackColumn("opportunity_name", "Deal", is_brief=True),
    PackColumn("account_name", "Account"),
    PackColumn("owner_name", "Seller", is_brief=True),
    PackColumn("stage_name", "Stage"),
    PackColumn("forecast_category", "Forecast category"),
    PackColumn("amount", "Amount", "money", is_brief=True),
    PackColumn("close_date", "Close date", "date", is_brief=True),
    PackColumn("idle_days", "Days idle", "days"),
    PackColumn("stage_age_days", "Days in stage", "days"),
    PackColumn("push_count", "Pushes", "count"),
    PackColumn("open_exception_count", "Exceptions", "count"),
    PackColumn("reasons", "Why", "prose", is_brief=True),
)

EXCEPTIONS = """
select exceptions.*, opportunities.opportunity_url
from marts.fct_process_exceptions as exceptions
inner join marts.dim_reporting_lines as lines
    on exceptions.owner_id = lines.user_id and lines.manager_id = $manager_id
left join marts.fct_opportunities as opportunities on exceptions.record_id = opportunities.opportunity_id
where exceptions.status = 'open'
order by
    case lower(exceptions.severity)
        when 'critical' then 1 when 'high' then 2 when 'medium' then 3 when 'low' then 4 else 5
    end,
    exceptions.at_risk_amount desc nulls last,
    exceptions.exception_id
"""
EXCEPTION_COLUMNS = (
    PackColumn("severity", "Severity", "severity"),
    PackColumn("rule_name", "Rule", is_brief=True),
    PackColumn("record_name", "Record", is_brief=True),
    PackColumn("owner_name", "Seller", is_brief=True),
    PackColumn("at_risk_amount", "At risk", "money", is_brief=True),
    PackColumn("first_seen_at", "First seen", "date"),
    PackColumn("detail", "Detail", "prose"),
)
SEVERITY_MARKS: dict[str, Mark] = {"critical": "bad", "high": "bad", "medium": "warn"}

COACHING = """
select coaching.owner_id, coaching.owner_name, coaching.focus, coaching.evidence, adherence.grave_free_rate,
    adherence.at_risk_amount
from marts.rpt_coaching_focus as coaching
inner join marts.dim_reporting_lines as lines
    on coaching.owner_id = lines.user_id and lines.manager_id = $manager_id
left join marts.rpt_rep_process_adherence as adherence on coaching.owner_id = adherence.owner_id
order by adherence.grave_free_rate nulls last, coaching.owner_name, coaching.owner_id
"""
COACHING_COLUMNS = (
    PackColumn("owner_name", "Seller", is_brief=True),
    PackColumn("focus", "Focus", "prose", is_brief=True),
    PackColumn("evidence", "Evidence", "prose", is_brief=True),
    PackColumn("grave_free_rate", "Deals without grave exceptions", "rate"),
    PackColumn("at_risk_amount", "At risk", "money"),
)

REVIEWS = """
select manager_id as owner_id, starts_at, review_name, duration_minutes, agenda
from marts.rpt_review_calendar
where manager_id = $manager_id and starts_at >= $from_instant and starts_at < $to_instant
order by starts_at, review_name
"""
REVIEW_COLUMNS = (
    PackColumn("starts_at", "When", "datetime", is_brief=True),
    PackColumn("review_name", "Review", is_brief=True),
    PackColumn("duration_minutes", "Minutes", "count", is_brief=True),
    PackColumn("agenda", "Agenda", "prose"),
)
REVIEW_DAYS = 14


def deals_to_inspect(published: Published, manager_id: str) -> PackTable:
    """The first deals by inspection rank."""
    found = published.rows(DEALS, manager_id=manager_id)
    rows = [_row(DEAL_COLUMNS, _deal(deal), _deal_marks(deal, published)) for deal in found[:DEALS_SHOWN]]
    note = _cut(len(found), DEALS_SHOWN, "The deals that most need a look, the most urgent first.")
    return PackTable("deals_to_inspect", "Deals to inspect", DEAL_COLUMNS, tuple(rows), note)


def _deal(deal: Row) -> dict[str, Any]:
    """The deal with its name as a link."""
    name = Link(deal["opportunity_name"] or deal["opportunity_id"], deal["opportunity_url"])
    return {**deal, "opportunity_name": name}


def _deal_marks(deal: Row, published: Published) -> dict[str, Mark]:
    marks: dict[str, Mark] = {}
    if deal["close_date"] is not None and deal["close_date"] < published.today:
        marks["close_date"] = "bad"
    if (deal["idle_days"] or 0) >= IDLE_DAYS_WARN:
        marks["idle_days"] = "bad" if deal["idle_days"] >= IDLE_DAYS_BAD else "warn"
    if (deal["push_count"] or 0) >= PUSHES_WARN:
        marks["push_count"] = "bad" if deal["push_count"] >= PUSHES_BAD else "warn"
    return marks


def process_exceptions(published: Published, manager_id: str) -> PackTable:
    """Open exceptions, the gravest and costliest first."""
    found = published.rows(EXCEPTIONS, manager_id=manager_id)
    rows = [
        _row(
            EXCEPTION_COLUMNS,
            {
                **exception,
                "severity": str(exception["severity"]).capitalize(),
                "record_name": Link(exception["record_name"] or exception["record_id"], exception["opportunity_url"]),
                "first_seen_at": _day(published, exception["first_seen_at"]),
            },
            _severity_mark(exception["severity"]),
        )
        for exception in found[:EXCEPTIONS_SHOWN]
    ]
    note = _cut(len(found), EXCEPTIONS_SHOWN, "Open now, by severity and by amount at risk.")
    return PackTable("process_exceptions", "Process exceptions", EXCEPTION_COLUMNS, tuple(rows), note)


def _severity_mark(severity: Any) -> dict[str, Mark]:
    mark = SEVERITY_MARKS.get(str(severity).lower())
    return {"severity": mark} if mark else {}


def whom_to_coach(published: Published, manager_id: str) -> PackTable:
    """One focus per seller, the lowest adherence first."""
    found = published.rows(COACHING, manager_id=manager_id)
    rows = [_row(COACHING_COLUMNS, line, {}) for line in found[:COACHING_SHOWN]]
    note = _cut(len(found), COACHING_SHOWN, "One focus for each seller, and the evidence for it.")
    return PackTable("whom_to_coach", "Whom to coach", COACHING_COLUMNS, tuple(rows), note)


def review_calendar(published: Published, manager_id: str) -> PackTable:
    """The manager's own reviews of the next two weeks, in the reporting time zone."""
    found = published.rows(
        REVIEWS,
        manager_id=manager_id,
        from_instant=published.as_of_utc,
        to_instant=published.as_of_utc + timedelta(days=REVIEW_DAYS),
    )
    rows = [_row(REVIEW_COLUMNS, {**review, "starts_at": published.local(review["starts_at"])}, {}) for review in found]
    note = f"Your reviews of the next {REVIEW_DAYS} days; times are in {published.zone}."
    return PackTable("review_calendar", "Review calendar", REVIEW_COLUMNS, tuple(rows), note)


def _row(columns: Sequence[PackColumn], values: Row, marks: dict[str, Mark]) -> PackRow:
    cells = (money(values[column.name]) if column.unit == "money" else values[column.name] for column in columns)
    return PackRow(tuple(cells), values["owner_id"], marks)


def _day(published: Published, instant: Any) -> Any:
    local = published.local(instant)
    return local.date() if local is not None else None


def _cut(found: int, shown: int, note: str) -> str:
    """The note, with what was left out, so that a short list is not taken for a complete one."""
    return note if found <= shown else f"{note} The first {shown} of {found:,}."
