"""Channels: where rendered files go."""
