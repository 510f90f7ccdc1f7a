"""Which records hang on which: what goes with a deleted record, comes back with it, and moves in a merge."""

from connectors.sandbox.metadata.schema import Schema, SObject

# parent → (child, reference): the child is deleted with its parent
CASCADES: dict[str, tuple[tuple[str, str], ...]] = {
    "Account": (("Contact", "AccountId"), ("Opportunity", "AccountId"), ("Task", "WhatId"), ("Event", "WhatId")),
    "Contact": (("OpportunityContactRole", "ContactId"), ("CampaignMember", "ContactId")),
    "Lead": (("CampaignMember", "LeadId"), ("Task", "WhoId"), ("Event", "WhoId")),
    "Opportunity": (
        ("OpportunityHistory", "OpportunityId"),
        ("OpportunityFieldHistory", "OpportunityId"),
        ("OpportunityContactRole", "OpportunityId"),
        ("OpportunityLineItem", "OpportunityId"),
        ("OpportunitySplit", "OpportunityId"),
        ("OpportunityTeamMember", "OpportunityId"),
        ("Quote", "OpportunityId"),
        ("Task", "WhatId"),
        ("Event", "WhatId"),
    ),
    "Quote": (("QuoteLineItem", "QuoteId"),),
    "Campaign": (("CampaignMember", "CampaignId"),),
    "Event": (("EventRelation", "EventId"),),
    "Product2": (("PricebookEntry", "Product2Id"),),
}
# what the simulation writes of a deal's own course: none of it comes any more once somebody else writes the deal
FOLLOWING = frozenset({"OpportunityHistory", "OpportunityFieldHistory", "OpportunityLineItem", "OpportunitySplit"})


def children_of(schema: Schema, name: str) -> list[tuple[str, str]]:
    """What is deleted with a record of this object, as far as the org has it."""
    return [(child, reference) for child, reference in CASCADES.get(name, ()) if _has(schema, child, reference)]


def references_to(schema: Schema, name: str) -> list[tuple[SObject, str]]:
    """Every object and field that may name a record of this object: what a merge moves."""
    return [
        (sobject, field.name)
        for sobject in schema.values()
        for field in sobject.fields
        if name in field.reference_to and field.name != "MasterRecordId"
    ]


def _has(schema: Schema, child: str, reference: str) -> bool:
    return child in schema and schema[child].find(reference) is not None
