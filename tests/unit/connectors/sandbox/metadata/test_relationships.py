"""The names by which children are reached, in the standard org."""

import pytest

from connectors.sandbox.metadata.relationships import child_relationships, find_child_relationship, plural_of
from connectors.sandbox.metadata.standard import standard_schema


@pytest.mark.parametrize(
    ("parent", "name", "child", "field"),
    [
        ("Account", "Opportunities", "Opportunity", "AccountId"),
        ("Account", "Contacts", "Contact", "AccountId"),
        ("Account", "ChildAccounts", "Account", "ParentId"),
        ("Account", "Tasks", "Task", "WhatId"),
        ("Account", "events", "Event", "WhatId"),
        ("Opportunity", "OpportunityHistories", "OpportunityHistory", "OpportunityId"),
        ("Opportunity", "Histories", "OpportunityFieldHistory", "OpportunityId"),
        ("Opportunity", "OpportunityContactRoles", "OpportunityContactRole", "OpportunityId"),
        ("Opportunity", "OpportunityLineItems", "OpportunityLineItem", "OpportunityId"),
        ("Contact", "Tasks", "Task", "WhoId"),
        ("Lead", "Events", "Event", "WhoId"),
        ("UserRole", "Users", "User", "UserRoleId"),
        ("User", "ManagedUsers", "User", "ManagerId"),
    ],
)
def test_children_have_the_names_that_clients_know(parent: str, name: str, child: str, field: str) -> None:
    schema = standard_schema()
    found = find_child_relationship(schema, schema[parent], name)
    assert found is not None
    assert (found.child.name, found.field.name) == (child, field)


def test_no_name_stands_for_two_relationships_of_a_parent() -> None:
    schema = standard_schema()
    for parent in schema.values():
        names = [each.name for each in child_relationships(schema, parent) if each.name is not None]
        assert len(names) == len(set(names)), parent.name


def test_owners_and_authors_are_not_followed_down() -> None:
    schema = standard_schema()
    silent = {each.field.name for each in child_relationships(schema, schema["User"]) if each.name is None}
    assert {"OwnerId", "CreatedById", "LastModifiedById"} <= silent


@pytest.mark.parametrize(("one", "many"), [("Opportunity", "Opportunities"), ("Play", "Plays"), ("Box", "Boxes")])
def test_plurals(one: str, many: str) -> None:
    assert plural_of(one) == many
