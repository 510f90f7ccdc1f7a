"""The simulated company: people, customers, deals and what is done about them, as Arrow tables of versions.

Deterministic in (seed, scale, anchor). Nothing here knows the org, SQL or HTTP.
"""
