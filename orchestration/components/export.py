"""Makes and files the packs of one export, reader by reader, from one published version. No Dagster."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from connectors.delivery.channels.folder import Delivery, OutboxError, deliver
from connectors.delivery.formats.mail import AddressError
from connectors.delivery.rendering import Format, render
from orchestration.components.audience import AudienceError, Team, assert_within, managers
from orchestration.components.contents import manager_pack
from orchestration.report.published import Published, open_published

log = logging.getLogger("salespulse.export")


@dataclass(frozen=True, slots=True)
class Export:
    """One export: its name (a folder name), the packs' title, the formats, and readers who get none.

    `suppressed` holds user ids or mail addresses.
    """

    name: str
    title: str
    formats: tuple[Format, ...]
    suppressed: frozenset[str] = frozenset()


@dataclass(slots=True)
class Outcome:
    """What became of an export: deliveries by reader's name, failures by reader's name, readers left out."""

    version: str
    deliveries: list[tuple[str, Delivery]] = field(default_factory=list)
    failures: list[tuple[str, Exception]] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)

    def count(self, *statuses: str) -> int:
        return sum(1 for _, delivery in self.deliveries if delivery.status in statuses)


class ExportError(Exception):
    """Some readers got no pack. `failures` are (reader, error) pairs; everybody else got theirs."""

    def __init__(self, export: str, failures: Sequence[tuple[str, Exception]]) -> None:
        self.export, self.failures = export, tuple(failures)
        reasons = "\n".join(f"  - {reader}: {error}" for reader, error in failures)
        super().__init__(f"{export}: {len(failures)} packs were not delivered, all others were.\n{reasons}")


def run(export: Export, published_file: Path, outbox: Path, *, time_zone: str, sender: str) -> Outcome:
    """Deliver one pack to each manager; a reader's failure does not keep the others from theirs.

    Raises PublishedError if nothing can be read. Failures are in the outcome: the caller raises them.
    """
    with open_published(published_file, time_zone) as published:
        audience = managers(published)
        outcome = Outcome(version=published.path.parent.name)
        outcome.left_out += [f"{name} (inactive)" for name in audience.inactive]
        for team in audience.teams:
            if export.suppressed & {team.manager.id, team.manager.email.lower()}:
                outcome.left_out.append(f"{team.manager.name} (suppressed)")
                continue
            _deliver_one(export, published, team, outbox, sender, outcome)
    for name in outcome.left_out:
        log.warning("%s: no pack for %s", export.name, name)
    return outcome


def _deliver_one(export: Export, published: Published, team: Team, outbox: Path, sender: str, outcome: Outcome) -> None:
    try:
        pack = manager_pack(published, team.manager, export=export.name, title=export.title)
        assert_within(pack, team)
        files = render(pack, export.formats, sender=sender)
        outcome.deliveries.append((team.manager.name, deliver(pack, files, outbox)))
    except (AudienceError, AddressError, OutboxError) as error:
        log.error("%s: %s", export.name, error)
        outcome.failures.append((team.manager.name, error))
