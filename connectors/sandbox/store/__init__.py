"""The records of the org and their versions, in an in-memory DuckDB. Knows neither HTTP nor SOQL."""
