"""What the routes answer, apart from Bulk: login, REST, records, replication, and the sandbox's own controls."""
