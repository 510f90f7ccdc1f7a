"""Which objects to sync: THE TABLE or what was asked for, by name or pattern, held against what there is."""

import difflib
import logging
from collections import defaultdict
from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from connectors.salesforce.client import Client
from connectors.salesforce.describe import describe_global
from connectors.salesforce.errors import ObjectChoiceError, TableNameError, UnknownObjectError
from connectors.salesforce.naming import table_name
from connectors.salesforce.objects import OBJECTS, SyncedObject

log = logging.getLogger("salespulse.salesforce")


class Plan(NamedTuple):
    """`objects` to sync, in order; `missing` are names of THE TABLE that the org does not offer."""

    objects: tuple[SyncedObject, ...]
    missing: tuple[str, ...]


def resolve_objects(client: Client, requested: Sequence[str] | None = None, exclude: Sequence[str] = ()) -> Plan:
    """Plan the sync.

    With nothing requested: THE TABLE, and what the org lacks is reported as missing. A requested
    name or pattern (`Opportunity*`, `*__c`) is found whatever its capitals, and need not be in THE TABLE; what
    `exclude` matches is left out. Raises UnknownObjectError, ObjectChoiceError and TableNameError.
    """
    queryable = [name for name, can_be_queried in describe_global(client).items() if can_be_queried]
    of_table = {entry.name: entry for entry in OBJECTS}
    if not requested:
        wanted = without(of_table, exclude)
        there = set(queryable)
        return Plan(
            tuple(of_table[name] for name in wanted if name in there),
            tuple(name for name in wanted if name not in there),
        )
    found = choose(queryable, requested, exclude)
    return Plan(tuple(of_table.get(name, SyncedObject(name, {})) for name in found), ())


def choose(offered: Sequence[str], requested: Iterable[str], exclude: Sequence[str] = ()) -> tuple[str, ...]:
    """The offered names that are meant, each once, in the order of the request and then of the offer.

    UnknownObjectError for a name and ObjectChoiceError for a pattern that nothing answers to, or if nothing is
    left; TableNameError where two objects would lie in one table.
    """
    found: dict[str, None] = {}
    for name in (name.strip() for name in requested):
        found |= dict.fromkeys(matching(offered, name) if is_pattern(name) else [_find(name, offered)])
    chosen = without(found, exclude)
    if not chosen:
        raise ObjectChoiceError(", ".join(exclude), "it excludes every object that was asked for")
    _refuse_twins(chosen)
    return chosen


def is_pattern(name: str) -> bool:
    return "*" in name or "?" in name


def matching(offered: Iterable[str], pattern: str) -> list[str]:
    """The names that fit, whatever their capitals. ObjectChoiceError if none does."""
    found = [name for name in offered if fnmatchcase(name.lower(), pattern.lower())]
    if not found:
        raise ObjectChoiceError(pattern, "no object that can be read matches it")
    return found


def without(names: Iterable[str], exclude: Sequence[str]) -> tuple[str, ...]:
    """The names that no pattern excludes. A pattern that excludes nothing is told: it may be misspelled."""
    listed = list(names)
    for pattern in exclude:
        if not any(fnmatchcase(name.lower(), pattern.lower()) for name in listed):
            log.warning("SALESPULSE_OBJECTS_EXCLUDE: %s excludes nothing of what is synced", pattern)
    return tuple(name for name in listed if not any(fnmatchcase(name.lower(), pattern.lower()) for pattern in exclude))


def _refuse_twins(names: Iterable[str]) -> None:
    """`Lost_Deal__c` and `LostDeal__c` would be one table, and each would delete the other's rows."""
    owners: dict[str, list[str]] = defaultdict(list)
    for name in names:
        owners[table_name(name)].append(name)
    for table, sharing in owners.items():
        if len(sharing) > 1:
            raise TableNameError(table, sharing)


def _find(name: str, queryable: Sequence[str]) -> str:
    spelled = {known.lower(): known for known in queryable}
    if name.lower() in spelled:
        return spelled[name.lower()]
    close = difflib.get_close_matches(name.lower(), spelled, n=3, cutoff=0.6)
    raise UnknownObjectError(name, [spelled[match] for match in close])
