"""`salespulse replay`: the raw schema rebuilt from the landing zone, compared, told, and put in place.

The rebuilding is `connectors.warehouse.replay`'s business; here it is decided what takes whose place.
"""

from pathlib import Path

from connectors.salesforce.describe import expected_columns
from connectors.salesforce.naming import table_name
from connectors.salesforce.objects import OBJECTS
from connectors.warehouse import replay as rebuilding
from connectors.warehouse.connection import RunLock, connect
from connectors.warehouse.replay import Comparison
from connectors.warehouse.schemas import ensure_table, stored_types
from orchestration.exits import Exit
from orchestration.inspection import Inspection
from orchestration.settings import Settings


def replay(settings: Settings, *, accepts_differences: bool = False) -> Inspection:
    """Rebuild and compare; swap if nothing differs, if there is nothing to compare, or if differences are accepted.

    Raises WarehouseLockedError while a run works, NothingToReplayError, and LandingZoneError for a gap.
    """
    found = Inspection()
    with RunLock(settings.root):
        warehouse = settings.warehouse_file
        done = rebuilding.rebuild(
            warehouse, settings.landing, memory_limit=settings.memory_limit, threads=settings.threads
        )
        start = f" after the base of load {done.base_number}" if done.base_number else ""
        found.add("rebuilt", "ok", f"{done.loads:,} loads repeated{start}: {done.path}")
        _make_missing_tables(done.path)
        if not warehouse.exists():
            found.add("compared", "warn", f"there is no {warehouse.name} to compare with")
        else:
            differing = _compare(warehouse, done.path, found)
            if differing and not accepts_differences:
                found.add(
                    "swapped",
                    "fail",
                    f"no: {len(differing)} tables differ, and {warehouse.name} stays. To put the rebuilt file in its "
                    "place all the same: salespulse replay --accept-differences",
                    Exit.CHECKS_FAILED,
                )
                return found
            rebuilding.carry_over(warehouse, done.path)
        replaced = rebuilding.swap(warehouse, done.path)
        kept = f"; the old file is {replaced}, remove it when you are content" if replaced else ""
        found.add("swapped", "ok", f"{warehouse} is the rebuilt one{kept}")
    return found


def _compare(warehouse: Path, rebuilt: Path, found: Inspection) -> list[Comparison]:
    comparisons = rebuilding.compare(warehouse, rebuilt)
    for one in comparisons:
        if one.is_equal:
            found.add(one.table, "ok", f"{one.new_rows or 0:,} versions, equal to the last one")
        else:
            here, there = _rows(one.old_rows), _rows(one.new_rows)
            found.add(one.table, "warn", f"differs: {here} in the warehouse, {there} in the landing zone")
    return [one for one in comparisons if not one.is_equal]


def _rows(count: int | None) -> str:
    return "no table" if count is None else f"{count:,} versions"


def _make_missing_tables(file: Path) -> None:
    """The models read every table of the table of objects; those that nothing was loaded into are empty."""
    with connect(file) as connection:
        for entry in OBJECTS:
            table = table_name(entry.name)
            if not stored_types(connection, table):
                ensure_table(connection, table, (), expected=expected_columns(entry.name), object_name=entry.name)
