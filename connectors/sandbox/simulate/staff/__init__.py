"""Who works here: people, sellers' slots, users, quotas and habits."""
