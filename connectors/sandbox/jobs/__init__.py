"""Bulk API query jobs, 2.0 and 1.0."""
