"""What the user may see and change: objects and fields can be hidden, as field-level security does, or locked.

What is hidden is absent: describe leaves it out and a query that names it is refused as if it did not exist.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from connectors.sandbox.errors import OrgError
from connectors.sandbox.metadata.schema import Field, Schema, SObject

ALWAYS_SEEN = frozenset({"Id", "IsDeleted"})


class Permissions:
    """The user's rights over a schema: everything, until told otherwise."""

    def __init__(self, schema: Schema) -> None:
        self._schema = schema
        self._hidden: frozenset[str] = frozenset()
        self._locked: frozenset[str] = frozenset()
        self.visible: Schema = schema

    def set(self, told: Mapping[str, Any]) -> None:
        """`{"hide": ["Opportunity.Amount", "Lead"], "lock": ["Account", "Opportunity.Amount"]}`: the whole of it.

        Raises OrgError INVALID_PERMISSION for names that the org does not have.
        """
        hidden, locked = _names(told, "hide"), _names(told, "lock")
        for name in hidden | locked:
            self._check(name)
        if wrong := sorted(name for name in hidden if name.partition(".")[2] in ALWAYS_SEEN):
            raise OrgError("INVALID_PERMISSION", f"{', '.join(wrong)}: ids and deletion flags cannot be hidden")
        self._hidden, self._locked = hidden, locked
        self.visible = {name: self._seen(each) for name, each in self._schema.items() if name not in hidden}

    def shown(self) -> dict[str, list[str]]:
        return {"hide": sorted(self._hidden), "lock": sorted(self._locked)}

    def may_write(self, sobject: SObject) -> bool:
        return sobject.name not in self._locked

    def may_set(self, sobject: SObject, field: Field) -> bool:
        return f"{sobject.name}.{field.name}" not in self._locked

    def _seen(self, sobject: SObject) -> SObject:
        names = {each.partition(".")[2] for each in self._hidden if each.startswith(f"{sobject.name}.")}
        if not names:
            return sobject
        # A compound field shows what its parts hold: it goes with the first of them.
        names |= {each.compound for each in sobject.fields if each.name in names and each.compound}
        return replace(sobject, fields=tuple(each for each in sobject.fields if each.name not in names))

    def _check(self, name: str) -> None:
        sobject, _, field = name.partition(".")
        if sobject not in self._schema or (field and self._schema[sobject].find(field) is None):
            message = f"{name} is nothing that the org has; say Object or Object.Field as describe spells them"
            raise OrgError("INVALID_PERMISSION", message)


def _names(told: Mapping[str, Any], key: str) -> frozenset[str]:
    names = told.get(key, [])
    if not isinstance(names, Iterable) or isinstance(names, str):
        raise OrgError("INVALID_PERMISSION", f'{key} must be a list such as ["Opportunity.Amount"]')
    return frozenset(str(name) for name in names)
