"""Changes to records as a user makes them: checks, values, and what else changes with them."""
