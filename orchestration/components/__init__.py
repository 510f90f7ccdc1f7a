"""Kinds of definitions that a YAML file in `defs/` can ask for."""
