"""What Dagster loads: resources, then verbs in the order of the data. Only `definitions.py` above assembles them."""
