"""Which objects and fields a client may write, and what the org fills in for what it leaves out."""

from connectors.sandbox.metadata.schema import Field, SObject

SYSTEM_FIELDS = frozenset(
    {
        "Id",
        "IsDeleted",
        "CreatedDate",
        "CreatedById",
        "LastModifiedDate",
        "LastModifiedById",
        "SystemModstamp",
    }
)
READ_ONLY_ANYWHERE = frozenset({"MasterRecordId", "LastActivityDate", "IsArchived"})
READ_ONLY: dict[str, frozenset[str]] = {
    "Opportunity": frozenset(
        {"IsClosed", "IsWon", "ForecastCategory", "HasOpportunityLineItem", "PushCount", "LastStageChangeDate"}
        | {"HasOpenActivity", "HasOverdueTask", "ContactId", "IsSplit"}
    ),
    "Contact": frozenset({"Name"}),
    "Lead": frozenset(
        {"Name", "IsConverted", "ConvertedDate", "ConvertedAccountId", "ConvertedContactId", "ConvertedOpportunityId"}
    ),
    "User": frozenset({"Name", "LastLoginDate"}),
    "Task": frozenset({"AccountId", "IsClosed", "IsHighPriority", "CompletedDateTime", "CallObject"}),
    "Event": frozenset({"AccountId", "IsChild", "IsGroupEvent", "GroupEventType"}),
    "OpportunityLineItem": frozenset({"Name", "ProductCode", "ListPrice"}),
    "Quote": frozenset({"QuoteNumber", "LineItemCount", "Subtotal", "TotalPrice", "GrandTotal", "AccountId"}),
    "QuoteLineItem": frozenset({"LineNumber", "Subtotal", "TotalPrice", "ListPrice"}),
    "CampaignMember": frozenset({"HasResponded", "FirstRespondedDate", "LeadOrContactId"}),
    "PricebookEntry": frozenset({"Name", "ProductCode"}),
    "OpportunityTeamMember": frozenset({"Name", "Title"}),
}
DEFAULTS: dict[tuple[str, str], str] = {
    ("Task", "Status"): "Not Started",
    ("Task", "Priority"): "Normal",
    ("Task", "TaskSubtype"): "Task",
    ("Event", "EventSubtype"): "Event",
    ("Event", "ShowAs"): "Busy",
    ("Lead", "Status"): "Open - Not Contacted",
    ("Quote", "Status"): "Draft",
}
DEFAULTED_REFERENCES = frozenset({"OwnerId"})
_NOT_DELETABLE = frozenset({"User", "ForecastingQuota"})
_MADE_BY_THE_ORG = frozenset({"OpportunitySplitType"})


def is_writable(sobject: SObject) -> bool:
    """Records can be created and changed; setup and history are the org's own."""
    if sobject.name in _NOT_DELETABLE:
        return True
    is_record = sobject.find("IsDeleted") is not None and sobject.find("SystemModstamp") is not None
    return is_record and not sobject.name.endswith("History") and sobject.name not in _MADE_BY_THE_ORG


def is_deletable(sobject: SObject) -> bool:
    return is_writable(sobject) and sobject.name not in _NOT_DELETABLE


def is_mergeable(sobject: SObject) -> bool:
    return sobject.find("MasterRecordId") is not None


def may_be_set(sobject: SObject, field: Field) -> bool:
    """Whether a client may give this field a value at all."""
    if field.name in SYSTEM_FIELDS or field.name in READ_ONLY_ANYWHERE or field.is_calculated or field.is_compound:
        return False
    return is_writable(sobject) and field.name not in READ_ONLY.get(sobject.name, frozenset())


def is_required(sobject: SObject, field: Field) -> bool:
    """Whether a new record needs a value that nobody else gives it."""
    if field.is_nillable or field.type == "boolean" or not may_be_set(sobject, field):
        return False
    return field.name not in DEFAULTED_REFERENCES and (sobject.name, field.name) not in DEFAULTS
