"""Stand-in for dbt's `graph`, which knows every model of the project; while linting there is none."""

from collections.abc import Mapping

nodes: Mapping[str, object] = {}
