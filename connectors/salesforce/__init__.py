"""Salesforce: what is synced, how to log in, and how rows come out complete and counted.

`extract.extract` is the road from an sObject to landed pages; `plan.resolve_objects` says which
sObjects there are to walk it. Nothing here knows a database.
"""
