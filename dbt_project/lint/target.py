"""Stand-in for dbt's `target`: where the models are built."""

type = "duckdb"
schema = "marts"
