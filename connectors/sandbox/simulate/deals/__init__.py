"""Deals from their birth to their end, as a book of arrays and as records, with what hangs on them."""
