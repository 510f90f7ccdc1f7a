"""The names by which a record's children are reached: Account → Opportunities, Contacts, Tasks …

A reference is followed downwards by the child's plural unless the table below knows better; who owns,
created or last changed a record is never reached from the user.
"""

from dataclasses import dataclass

from connectors.sandbox.metadata.schema import Field, Schema, SObject

# (parent, child, field) → name; None where the true org has none
_NAMES: dict[tuple[str, str, str], str | None] = {
    ("Account", "Account", "ParentId"): "ChildAccounts",
    ("Opportunity", "OpportunityFieldHistory", "OpportunityId"): "Histories",
    ("User", "User", "ManagerId"): "ManagedUsers",
    ("Contact", "Contact", "ReportsToId"): None,
    ("UserRole", "UserRole", "ParentRoleId"): None,
}
_SILENT = frozenset({"OwnerId", "CreatedById", "LastModifiedById", "RecordTypeId", "MasterRecordId"})


@dataclass(frozen=True, slots=True)
class ChildRelationship:
    """Records of `child` whose `field` names the parent; `name` is None where no query can follow it down."""

    name: str | None
    child: SObject
    field: Field


def child_relationships(schema: Schema, parent: SObject) -> list[ChildRelationship]:
    """All references to `parent`, in the schema's order."""
    return [
        ChildRelationship(_name_of(parent, child, field), child, field)
        for child in schema.values()
        for field in child.fields
        if parent.name in field.reference_to
    ]


def find_child_relationship(schema: Schema, parent: SObject, name: str) -> ChildRelationship | None:
    wanted = name.lower()
    found = child_relationships(schema, parent)
    return next((each for each in found if each.name is not None and each.name.lower() == wanted), None)


def plural_of(name: str) -> str:
    """`Opportunity` → `Opportunities`, `Task` → `Tasks`."""
    if name.endswith("y") and name[-2:-1] not in "aeiou":
        return name[:-1] + "ies"
    return name + ("es" if name.endswith(("s", "x", "ch", "sh")) else "s")


def _name_of(parent: SObject, child: SObject, field: Field) -> str | None:
    key = (parent.name, child.name, field.name)
    if key in _NAMES:
        return _NAMES[key]
    if field.name in _SILENT:
        return None
    if field.is_custom:
        return plural_of(child.name.removesuffix("__c")) + "__r"
    if len(field.reference_to) > 1:
        return plural_of(child.name)
    # What and Account of an activity both lead to accounts: What is the one that is followed down
    is_shadowed = any(len(each.reference_to) > 1 and parent.name in each.reference_to for each in child.fields)
    return plural_of(child.name) if field.relationship == parent.name and not is_shadowed else None
