"""Delivery: what a pack or a report holds, its formats as bytes, and the channels that carry them."""
