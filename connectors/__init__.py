"""Everything that carries data: in from the CRM, into the warehouse, out to people.

Plain typed Python. No dagster, no dbt, no great_expectations. The subpackages do not import each
other; what travels between them is in `connectors.landed` and `connectors.delivery.pack`.
"""
