"""From the file of finance into `raw_finance.bookings`. What a right line is, is `connectors.finance`'s business."""

from dataclasses import astuple, fields

import dagster as dg
from duckdb import DuckDBPyConnection

from connectors.finance.bookings import Booking, read_bookings
from connectors.warehouse.whole import replace_table
from orchestration.defs.resources import POOL, Warehouse
from orchestration.exits import explained
from orchestration.settings import Settings

GROUP = "raw_finance"
KEY = dg.AssetKey([GROUP, "bookings"])
TYPES = {"booked_date": "DATE NOT NULL", "amount": "DECIMAL(18, 2) NOT NULL", "line": "BIGINT NOT NULL"}
COLUMNS = {field.name: TYPES.get(field.name, "VARCHAR") for field in fields(Booking)}


@dg.asset(
    key=KEY,
    pool=POOL,
    group_name=GROUP,
    kinds={"csv", "duckdb"},
    owners=["team:data-engineering"],
    description="Bookings that finance keeps, from SALESPULSE_FINANCE_BOOKINGS, read as a whole; empty without a file.",
)
def load_finance_bookings(warehouse: Warehouse) -> dg.MaterializeResult[None]:
    """A file with a wrong line loads nothing: the bookings of the last right one stay."""
    with explained(), warehouse.lock() as settings, warehouse.session(settings) as connection:
        count = load(connection, settings)
    file = str(settings.finance_bookings) if settings.finance_bookings else "none"
    return dg.MaterializeResult(metadata={"file": file, "dagster/row_count": count})


def load(connection: DuckDBPyConnection, settings: Settings) -> int:
    """Read the file, if there is one, and replace what was loaded before. Raises FinanceError."""
    path = settings.finance_bookings
    bookings = read_bookings(path.expanduser().absolute()) if path else []
    rows = [astuple(booking) for booking in bookings]
    schema, table = KEY.path
    return replace_table(connection, schema, table, COLUMNS, rows, comment="Bookings that finance keeps.")
