"""Composes the parts into one product: Dagster assets, jobs and schedules, the settings and the CLI.

No SQL models (dbt_project), no protocol (connectors) and no checks (expectations) live here.
"""
