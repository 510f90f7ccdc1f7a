"""Salesforce's Data Export (weekly export) as a source: a folder, or ZIPs, of CSV files.

Knows the files and the landing zone; no HTTP, no warehouse, and no types: those are given.
"""
