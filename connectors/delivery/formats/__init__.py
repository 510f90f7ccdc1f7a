"""Formats: a pack or a report in, bytes out. No clock, no file, no network."""
