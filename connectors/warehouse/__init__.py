"""The DuckDB warehouse: connections, raw tables, loads, ledgers and the published file.

Knows landed files (`connectors.landed`) and nothing of where they came from; no HTTP, no dbt.
"""
