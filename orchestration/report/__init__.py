"""Reads the published version: the numbers of teams, and the one-page report of the company."""
