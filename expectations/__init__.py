"""Judges the warehouse at its borders: facts that should hold, run with Great Expectations.

Works on an open DuckDB connection and opens none. Carries, transforms and schedules nothing.
"""
