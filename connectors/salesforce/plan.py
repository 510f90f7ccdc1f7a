"""Which objects to sync: THE TABLE or what was asked for, held against what the org has."""

import difflib
from collections.abc import Sequence
from typing import NamedTuple

from connectors.salesforce.client import Client
from connectors.salesforce.describe import describe_global
from connectors.salesforce.errors import UnknownObjectError
from connectors.salesforce.objects import OBJECTS, SyncedObject


class Plan(NamedTuple):
    """`objects` to sync, in order; `missing` are names of THE TABLE that the org does not offer."""

    objects: tuple[SyncedObject, ...]
    missing: tuple[str, ...]


def resolve_objects(client: Client, requested: Sequence[str] | None = None) -> Plan:
    """Plan the sync.

    With nothing requested: THE TABLE, and what the org lacks is reported as missing. A requested
    name is found whatever its capitals, need not be in THE TABLE, and must exist: UnknownObjectError.
    """
    queryable = [name for name, can_be_queried in describe_global(client).items() if can_be_queried]
    if not requested:
        there = set(queryable)
        return Plan(
            tuple(entry for entry in OBJECTS if entry.name in there),
            tuple(entry.name for entry in OBJECTS if entry.name not in there),
        )
    found = dict.fromkeys(_find(name.strip(), queryable) for name in requested)
    of_table = {entry.name: entry for entry in OBJECTS}
    return Plan(tuple(of_table.get(name, SyncedObject(name, {})) for name in found), ())


def _find(name: str, queryable: Sequence[str]) -> str:
    spelled = {known.lower(): known for known in queryable}
    if name.lower() in spelled:
        return spelled[name.lower()]
    close = difflib.get_close_matches(name.lower(), spelled, n=3, cutoff=0.6)
    raise UnknownObjectError(name, [spelled[match] for match in close])
