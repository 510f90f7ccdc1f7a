"""The forecast as a file for finance, part of each publication: `finance/forecast.csv` and `forecast.parquet`.

What it says is the published mart rpt_finance_forecast, row for row; when readers see it is `publish`'s business.
"""

import csv
from pathlib import Path

from connectors.delivery.formats.csv import harmless
from connectors.warehouse.connection import connect
from connectors.warehouse.names import literal
from connectors.warehouse.publish import FILE_NAME

FOLDER = "finance"
NAME = "forecast"
ROWS = """
    SELECT * FROM marts.rpt_finance_forecast
    ORDER BY fiscal_quarter_start_date, scope_kind, scope_name, scope_id
"""


def write_forecast(version: Path) -> int:
    """Write both files into the folder of a version whose database is complete; the number of their rows.

    The CSV is UTF-8 with a header and CRLF; days and instants (UTC) are ISO 8601, amounts plain with a point. A name
    that a spreadsheet would run as a formula has an apostrophe before it; the Parquet file has it as it is.
    """
    folder = version / FOLDER
    folder.mkdir()
    with connect(version / FILE_NAME, read_only=True) as connection:
        target = literal(str(folder / f"{NAME}.parquet"))
        connection.execute(f"COPY ({ROWS}) TO {target} (FORMAT parquet, COMPRESSION zstd)")
        found = connection.execute(ROWS)
        header = [column[0] for column in found.description]
        rows = found.fetchall()
    with (folder / f"{NAME}.csv").open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow(header)
        writer.writerows([_cell(value) for value in row] for row in rows)
    return len(rows)


def _cell(value: object) -> object:
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return harmless(value)
        case _:
            return value
