"""Looks whether a sync would work, object by object, and says so in sentences. For `doctor`.

Reads only, and raises nothing that Salesforce causes: every trouble becomes a finding.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from connectors.salesforce.client import Client
from connectors.salesforce.describe import describe_object
from connectors.salesforce.errors import SalesforceError
from connectors.salesforce.limits import limits
from connectors.salesforce.objects import CURRENCY, SyncedObject, is_optional
from connectors.salesforce.plan import resolve_objects

LARGEST_SKEW = timedelta(minutes=1)
SMALL_REMAINDER = 0.1

Level = Literal["ok", "warning", "error"]


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: `subject` in a word or two, `message` with the remedy if one is needed."""

    subject: str
    level: Level
    message: str
    is_object: bool = False


def probe(client: Client, requested: Sequence[str] | None = None, exclude: Sequence[str] = ()) -> tuple[Finding, ...]:
    """Look at login, API version, limits, objects and clock. Ends early where nothing can follow."""
    return tuple(_findings(client, requested, exclude))


def _findings(client: Client, requested: Sequence[str] | None, exclude: Sequence[str]) -> Iterator[Finding]:
    try:
        instance_url = client.instance_url
    except SalesforceError as error:
        yield Finding("login", "error", str(error))
        return
    yield Finding("login", "ok", f"A session is there for {instance_url}.")
    try:
        yield (found := _version(client))
        if found.level == "error":
            return
        yield from _limits(client)
        plan = resolve_objects(client, requested, exclude)
    except SalesforceError as error:
        yield Finding("Salesforce", "error", str(error))
        return
    for entry in plan.objects:
        yield _readable(client, entry)
    for name in plan.missing:
        level: Level = "ok" if is_optional(name) else "warning"
        yield Finding(name, level, "The org does not offer it to this user; what is built on it stays empty.", True)
    yield _clock(client)


def _version(client: Client) -> Finding:
    offered = [str(entry.get("version")) for entry in client.get_json("/services/data/")]
    if client.version in offered:
        return Finding("API version", "ok", f"The org offers version {client.version}.")
    newest = offered[-1] if offered else "none"
    return Finding(
        "API version", "error", f"The org does not offer {client.version}; its newest is {newest}. Use that."
    )


def _limits(client: Client) -> Iterator[Finding]:
    allowed = limits(client)
    for name, what in (("DailyApiRequests", "API requests"), ("DailyBulkV2QueryJobs", "Bulk query jobs")):
        limit = allowed.get(name)
        if limit is None:
            continue
        is_low = limit.remaining < limit.maximum * SMALL_REMAINDER
        advice = " A sync may stop in the middle; it can be resumed." if is_low else ""
        yield Finding(
            what,
            "warning" if is_low else "ok",
            f"{limit.remaining:,} of {limit.maximum:,} {what} of 24 hours are left.{advice}",
        )


def _readable(client: Client, entry: SyncedObject) -> Finding:
    try:
        description = describe_object(client, entry.name)
    except SalesforceError as error:
        return Finding(entry.name, "error", str(error), is_object=True)
    there = {field.name for field in description.fields}
    missing = [name for name in entry.fields if name not in there and name not in CURRENCY]
    told = description.cursor_field or "nothing, so it is read in full each time"
    message = f"Readable, {len(there)} fields, changes told by {told}."
    if not missing:
        return Finding(entry.name, "ok", message, is_object=True)
    return Finding(
        entry.name,
        "warning",
        f"{message} Missing or hidden from this user: {', '.join(missing)}; these columns stay empty. "
        "Check field-level security.",
        is_object=True,
    )


def _clock(client: Client) -> Finding:
    skew = client.clock_skew
    seconds = skew.total_seconds()
    if abs(skew) <= LARGEST_SKEW:
        return Finding("clock", "ok", f"This clock and Salesforce's differ by {seconds:+.0f} s.")
    return Finding(
        "clock",
        "warning",
        f"Salesforce's clock is {seconds:+,.0f} s from this one. Windows are cut by Salesforce's clock, so "
        "nothing is lost, but set this clock right.",
    )
