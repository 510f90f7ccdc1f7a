"""Who gets a pack, whose work may be in it, and the check that nothing else is.

The check walks the managers in `dim_users` itself, so a wrong line in `dim_reporting_lines` (which
the contents are queried by) cannot let a foreign row through.
"""

from collections import defaultdict
from dataclasses import dataclass

from connectors.delivery.pack import Pack, Recipient
from orchestration.report.published import Published


class AudienceError(Exception):
    """A pack holds rows that its reader may not see. `recipient` is the reader, `strangers` the (table, owner)s."""

    def __init__(self, recipient: str, strangers: tuple[tuple[str, str | None], ...]) -> None:
        self.recipient, self.strangers = recipient, strangers
        shown = ", ".join(f"{owner or 'nobody'} in {table}" for table, owner in strangers[:5])
        super().__init__(
            f"The pack for {recipient} was not delivered: {len(strangers)} rows belong to people outside of the "
            f"reader's own team ({shown}). Compare dim_reporting_lines with the manager of these users in dim_users."
        )


@dataclass(frozen=True, slots=True)
class Team:
    """A manager and everybody below, the manager included, by user id."""

    manager: Recipient
    member_ids: frozenset[str]


@dataclass(frozen=True, slots=True)
class Audience:
    """The teams that get a pack, and the managers (by name) who are left out since they are inactive."""

    teams: tuple[Team, ...]
    inactive: tuple[str, ...]


def managers(published: Published) -> Audience:
    """Every manager with an active report, from the top of the hierarchy down."""
    people = published.rows(
        """
        select user_id, user_name, email, manager_id, is_active, is_manager
        from marts.dim_users
        order by hierarchy_level_count nulls last, user_name, user_id
        """
    )
    reports: defaultdict[str, list[str]] = defaultdict(list)
    for person in people:
        if person["manager_id"] is not None:
            reports[person["manager_id"]].append(person["user_id"])
    leaders = [person for person in people if person["is_manager"]]
    return Audience(
        teams=tuple(
            Team(
                Recipient(person["user_id"], person["user_name"], person["email"] or ""),
                _below(person["user_id"], reports),
            )
            for person in leaders
            if person["is_active"]
        ),
        inactive=tuple(person["user_name"] for person in leaders if not person["is_active"]),
    )


def _below(manager_id: str, reports: dict[str, list[str]]) -> frozenset[str]:
    """Everybody below a manager; a circle of managers ends where it began."""
    found = {manager_id}
    waiting = [manager_id]
    while waiting:
        for user_id in reports.get(waiting.pop(), ()):
            if user_id not in found:
                found.add(user_id)
                waiting.append(user_id)
    return frozenset(found)


def assert_within(pack: Pack, team: Team) -> None:
    """Every row of every table, totals included, is the work of a member of the team. Raises AudienceError."""
    strangers = tuple(
        (table.name, row.owner_id)
        for table in pack.tables
        for row in (*table.rows, *((table.total,) if table.total else ()))
        if row.owner_id not in team.member_ids
    )
    if strangers or pack.audience.id != team.manager.id:
        raise AudienceError(pack.audience.name, strangers)
