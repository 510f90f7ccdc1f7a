"""A made-up company in a published-like DuckDB file, small enough to add up by hand.

Vera leads Ann, Bob and Cy; each leads two sellers. The as-of instant is Monday 23 November 2026,
07:00 in Berlin, so the last full week is that of 16 November and the quarter is FY2026-Q4.
What tests ask for is in `company`; the other modules fill its tables.
"""
