"""Salesforce: what is synced, how to log in, and how rows come out complete and counted.

`sync.landings` brings all that one sObject's sync needs, `extract.extract` is the road of one query to
landed pages, and `plan.resolve_objects` says which sObjects there are. Nothing here knows a database.
"""
