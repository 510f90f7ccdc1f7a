"""The bookings that finance keeps: read from a file, checked line by line. No warehouse and no CRM here."""
