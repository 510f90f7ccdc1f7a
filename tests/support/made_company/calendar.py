"""When the made-up company is looked at, and its calendar."""

from datetime import date, datetime

import duckdb

AS_OF = datetime(2026, 11, 23, 6)
LAST_WEEK, THIS_WEEK = date(2026, 11, 16), date(2026, 11, 23)
QUARTER = date(2026, 10, 1)


def dates(connection: duckdb.DuckDBPyConnection) -> None:
    connection.execute(
        """
        insert into marts.dim_dates
        select
            day, date_trunc('week', day), date_trunc('month', day), date_trunc('quarter', day), isodow(day),
            isodow(day) < 6, year(day), quarter(day), 'FY' || year(day) || '-Q' || quarter(day),
            date_trunc('quarter', day), date_trunc('quarter', day) + interval 3 month - interval 1 day
        from (select cast(range as date) as day from range(date '2025-01-01', date '2028-01-01', interval 1 day))
        """
    )
