"""Requests and responses on the wire, TLS, and the faults that spoil them. Knows nothing of Salesforce's objects."""
