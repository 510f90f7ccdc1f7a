"""Which nodes of dbt have nothing to do in a build upon the last one: what they read and what they are is as it was.

Pure reasoning over dbt's parsed project. Which sources hold what they held is known by `connectors.warehouse.builds`;
that the project itself is the same is made sure before anybody asks here.
"""

from collections.abc import Callable, Collection, Mapping
from functools import cache
from typing import Any

# The macro by which the text of a model depends on the build. A view with it is another one each time.
OF_THE_BUILD = "macro.salespulse.changed_since"
# The schema in which tables tell what differs in them since the last build.
TOLD_IN = "intermediate"


def unchanged_nodes(
    manifest: Mapping[str, Any], *, sources: Collection[str], relations: Mapping[str, str], proven: Collection[str]
) -> frozenset[str]:
    """The ids of the models, seeds and tests that can be left as they are.

    `sources`: "schema.table" of those that hold what they held; `relations`: "table" or "view" by "schema.name", as
    they are there; `proven`: ids of the tests that held when they were last run. A view is left if it is there,
    whatever it shows; a table, if nothing changed in all that leads to it; a test, if moreover it held.
    """
    changed = _changes(manifest, frozenset(sources), relations)
    varying = _varying(manifest)
    return frozenset(
        key
        for key, node in manifest["nodes"].items()
        if (key in proven if node["resource_type"] == "test" else not _is_missing(node, relations))
        and (not changed(key) or (_is_view(node) and not varying(node)))
    )


def is_lacking(manifest: Mapping[str, Any], relations: Mapping[str, str]) -> bool:
    """Whether a table is gone that keeps its rows, or that tells others which of them differ: nobody else knows.

    What differs is told in a table of its own beside it, see macros/differences.sql.
    """
    models = [node for node in manifest["nodes"].values() if node["resource_type"] == "model"]
    telling = [node for node in models if _is_telling(node)]
    keeping = [node for node in models if node["config"]["materialized"] == "incremental"]
    return any(_is_missing(node, relations) for node in (*keeping, *telling)) or any(
        f"{TOLD_IN}.{node['alias']}__differing" not in relations for node in telling
    )


def _is_telling(node: Mapping[str, Any]) -> bool:
    return any("tell_differing" in hook["sql"] for hook in node["config"].get("post-hook", ()))


def _changes(manifest: Mapping[str, Any], same: Collection[str], relations: Mapping[str, str]) -> Callable[[str], bool]:
    """Whether a node gives other rows than it gave. If in doubt it does: of what is unknown, or was not there."""

    @cache
    def changed(key: str) -> bool:
        if key in manifest["sources"]:
            source = manifest["sources"][key]
            return f"{source['schema']}.{source['name']}" not in same
        node = manifest["nodes"].get(key)
        if node is None or node["resource_type"] not in ("model", "seed", "test") or _is_missing(node, relations):
            return True
        return any(changed(parent) for parent in node["depends_on"].get("nodes", ()))

    return changed


def _varying(manifest: Mapping[str, Any]) -> Callable[[Mapping[str, Any]], bool]:
    """Whether the text of a node depends on the build. Macros may call each other in circles."""
    used = {key: macro["depends_on"].get("macros", ()) for key, macro in manifest["macros"].items()}
    leading, found = {OF_THE_BUILD}, {OF_THE_BUILD}
    while found:
        found = {key for key, others in used.items() if key not in leading and not leading.isdisjoint(others)}
        leading |= found
    return lambda node: not leading.isdisjoint(node["depends_on"].get("macros", ()))


def _is_view(node: Mapping[str, Any]) -> bool:
    return bool(node["resource_type"] == "model" and node["config"]["materialized"] == "view")


def _is_missing(node: Mapping[str, Any], relations: Mapping[str, str]) -> bool:
    if node["resource_type"] == "test":
        return False
    return relations.get(f"{node['schema']}.{node['alias']}") not in _kinds(node)


def _kinds(node: Mapping[str, Any]) -> tuple[str, ...]:
    """What the node may be: filled in parts it is a view where one part does (materializations/parts.sql)."""
    if node["resource_type"] == "model" and node["config"]["materialized"] == "parts":
        return ("view", "table")
    return ("view",) if _is_view(node) else ("table",)
