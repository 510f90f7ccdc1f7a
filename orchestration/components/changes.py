"""What changed in a team's deals in the last seven days: one line per deal, its weightiest change."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from connectors.delivery.pack import Link, Mark, PackColumn, PackRow, PackTable
from orchestration.report.published import Published, Row, money

DAYS = 7
SHOWN = 200
KINDS = ("Won", "Lost", "Deleted", "New", "Moved")
KIND_MARKS: dict[str, Mark] = {"Won": "good", "Lost": "bad", "Deleted": "warn"}

# A deal's stage before the window is the stage of its last spell that began before it.
CHANGES = """
with members as (
    select user_id from marts.dim_reporting_lines where manager_id = $manager_id
),

moves as (
    select
        opportunity_id,
        max(case when entered_at <= $from_instant then spell_number end) as number_before,
        max(spell_number) as number_now,
        max(entered_at) as moved_at
    from marts.fct_opportunity_stage_spells
    where entered_at <= $to_instant
    group by opportunity_id
    having max(entered_at) > $from_instant
),

moved as (
    select moves.opportunity_id, moves.moved_at, before.stage_name as stage_before, after.stage_name as stage_after
    from moves
    inner join marts.fct_opportunity_stage_spells as before
        on moves.opportunity_id = before.opportunity_id and moves.number_before = before.spell_number
    inner join marts.fct_opportunity_stage_spells as after
        on moves.opportunity_id = after.opportunity_id and moves.number_now = after.spell_number
    where before.stage_name <> after.stage_name
),

living as (
    select
        deals.opportunity_id, deals.opportunity_name, deals.opportunity_url, deals.account_name, deals.owner_id,
        deals.owner_name, deals.stage_name, deals.amount, moved.stage_before, deals.loss_reason,
        case
            when deals.is_won and deals.closed_at > $from_instant and deals.closed_at <= $to_instant then 'Won'
            when deals.is_lost and deals.closed_at > $from_instant and deals.closed_at <= $to_instant then 'Lost'
            when deals.created_at > $from_instant and deals.created_at <= $to_instant then 'New'
            when moved.opportunity_id is not null then 'Moved'
        end as kind,
        case when deals.is_closed then deals.closed_at end as closed_at,
        deals.created_at,
        moved.moved_at
    from marts.fct_opportunities as deals
    inner join members on deals.owner_id = members.user_id
    left join moved on deals.opportunity_id = moved.opportunity_id
)

select
    opportunity_id, opportunity_name, opportunity_url, account_name, owner_id, owner_name, stage_name, amount,
    stage_before, loss_reason, kind,
    case kind when 'New' then created_at when 'Moved' then moved_at else closed_at end as changed_at
from living
where kind is not null
union all
select
    gone.opportunity_id, gone.opportunity_name, null, null, gone.owner_id, users.user_name, gone.stage_name,
    gone.amount, null, null, 'Deleted', gone.deleted_at
from marts.fct_opportunity_deletions as gone
inner join members on gone.owner_id = members.user_id
left join marts.dim_users as users on gone.owner_id = users.user_id
where gone.deleted_at > $from_instant and gone.deleted_at <= $to_instant
"""
COLUMNS = (
    PackColumn("kind", "What", "status", is_brief=True),
    PackColumn("changed_on", "When", "date"),
    PackColumn("opportunity_name", "Deal", is_brief=True),
    PackColumn("account_name", "Account"),
    PackColumn("owner_name", "Seller", is_brief=True),
    PackColumn("amount", "Amount", "money", is_brief=True),
    PackColumn("detail", "Detail", "prose", is_brief=True),
)


def changes(published: Published, manager_id: str) -> PackTable:
    """Won, lost, deleted, new and moved deals since seven days before the as-of instant."""
    until = published.as_of_utc
    found = published.rows(CHANGES, manager_id=manager_id, from_instant=until - timedelta(days=DAYS), to_instant=until)
    found.sort(key=_weight)
    rows = tuple(_row(published, change) for change in found[:SHOWN])
    return PackTable("what_changed", "What changed", COLUMNS, rows, _note(found))


def _weight(change: Row) -> tuple[Any, ...]:
    return (KINDS.index(change["kind"]), -(money(change["amount"]) or Decimal(0)), change["opportunity_id"])


def _row(published: Published, change: Row) -> PackRow:
    moment = published.local(change["changed_at"])
    values = {
        **change,
        "opportunity_name": Link(change["opportunity_name"] or change["opportunity_id"], change["opportunity_url"]),
        "changed_on": moment.date() if moment else None,
        "amount": money(change["amount"]),
        "detail": _detail(change),
    }
    mark = KIND_MARKS.get(change["kind"])
    marks: dict[str, Mark] = {"kind": mark} if mark else {}
    return PackRow(tuple(values[column.name] for column in COLUMNS), change["owner_id"], marks)


def _detail(change: Row) -> str:
    match change["kind"]:
        case "Moved":
            return f"{change['stage_before']} → {change['stage_name']}"
        case "Lost":
            return change["loss_reason"] or "no reason given"
        case "Won":
            return f"from {change['stage_before']}" if change["stage_before"] else ""
        case "Deleted":
            return f"was in {change['stage_name']}"
        case _:
            return f"now in {change['stage_name']}"


def _note(found: list[dict[str, Any]]) -> str:
    parts = []
    for kind in KINDS:
        amounts = [money(change["amount"]) or Decimal(0) for change in found if change["kind"] == kind]
        if amounts:
            parts.append(f"{len(amounts)} {kind.lower()} ({sum(amounts):,.0f})")
    counts = ", ".join(parts) if parts else "nothing"
    cut = f" The first {SHOWN} of {len(found):,} are listed." if len(found) > SHOWN else ""
    return f"In the last {DAYS} days: {counts}.{cut}"
