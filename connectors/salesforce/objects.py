"""THE TABLE of what is synced from Salesforce.

To sync another object add a line, or name it in `SALESPULSE_OBJECTS`. Every queryable field that
describe reports is synced; the fields listed here are those that the staging models read, so a
table is given them (all NULL) where an org lacks them or hides them from the user. No HTTP, no SQL.
"""

from dataclasses import dataclass

# Salesforce field types, as describe spells them, shared by many objects.
STAMPS = {"CreatedDate": "datetime", "LastModifiedDate": "datetime", "SystemModstamp": "datetime"}
RECORD = {"Id": "id", "IsDeleted": "boolean", **STAMPS}
# Only an org of several currencies has this field. Nothing is missing in one that lacks it.
CURRENCY = {"CurrencyIsoCode": "picklist"}


@dataclass(frozen=True, slots=True)
class SyncedObject:
    """An sObject by its API name, with the fields (name → describe type) that staging relies on.

    `is_optional`: many orgs do without it, those of one currency for example, and lack nothing.
    """

    name: str
    fields: dict[str, str]
    is_optional: bool = False


OBJECTS: tuple[SyncedObject, ...] = (
    SyncedObject(
        "Organization",
        {
            "Id": "id",
            "Name": "string",
            "TimeZoneSidKey": "picklist",
            "FiscalYearStartMonth": "int",
            "UsesStartDateAsFiscalYearName": "boolean",
            "IsSandbox": "boolean",
            **STAMPS,
        },
    ),
    SyncedObject(
        "Period",
        {
            "Id": "id",
            "Type": "picklist",
            "StartDate": "date",
            "EndDate": "date",
            "Number": "int",
            "FullyQualifiedLabel": "string",
            "SystemModstamp": "datetime",
        },
    ),
    SyncedObject(
        "CurrencyType",
        {
            "Id": "id",
            "IsoCode": "picklist",
            "ConversionRate": "double",
            "IsActive": "boolean",
            "IsCorporate": "boolean",
            **STAMPS,
        },
        is_optional=True,
    ),
    SyncedObject(
        "DatedConversionRate",
        {
            "Id": "id",
            "IsoCode": "picklist",
            "StartDate": "date",
            "NextStartDate": "date",
            "ConversionRate": "double",
            **STAMPS,
        },
        is_optional=True,
    ),
    SyncedObject(
        "UserRole",
        {
            "Id": "id",
            "Name": "string",
            "DeveloperName": "string",
            "ParentRoleId": "reference",
            "LastModifiedDate": "datetime",
            "SystemModstamp": "datetime",
        },
    ),
    SyncedObject(
        "User",
        {
            "Id": "id",
            "Username": "string",
            "Name": "string",
            "FirstName": "string",
            "LastName": "string",
            "Email": "email",
            "Title": "string",
            "Department": "string",
            "Division": "string",
            "IsActive": "boolean",
            "UserRoleId": "reference",
            "ManagerId": "reference",
            "UserType": "picklist",
            "TimeZoneSidKey": "picklist",
            **STAMPS,
        },
    ),
    SyncedObject(
        "RecordType",
        {
            "Id": "id",
            "Name": "string",
            "DeveloperName": "string",
            "SobjectType": "picklist",
            "BusinessProcessId": "reference",
            "IsActive": "boolean",
            **STAMPS,
        },
    ),
    SyncedObject(
        "OpportunityStage",
        {
            "Id": "id",
            "MasterLabel": "string",
            "ApiName": "string",
            "IsActive": "boolean",
            "SortOrder": "int",
            "IsClosed": "boolean",
            "IsWon": "boolean",
            "ForecastCategory": "picklist",
            "ForecastCategoryName": "picklist",
            "DefaultProbability": "percent",
            **STAMPS,
        },
    ),
    SyncedObject(
        "Account",
        {
            **RECORD,
            **CURRENCY,
            "MasterRecordId": "reference",
            "Name": "string",
            "Type": "picklist",
            "Industry": "picklist",
            "AnnualRevenue": "currency",
            "NumberOfEmployees": "int",
            "BillingCountry": "string",
            "ParentId": "reference",
            "OwnerId": "reference",
            "LastActivityDate": "date",
        },
    ),
    SyncedObject(
        "Contact",
        {
            **RECORD,
            "MasterRecordId": "reference",
            "AccountId": "reference",
            "FirstName": "string",
            "LastName": "string",
            "Name": "string",
            "Email": "email",
            "Title": "string",
            "OwnerId": "reference",
        },
    ),
    SyncedObject(
        "Lead",
        {
            **RECORD,
            "MasterRecordId": "reference",
            "Name": "string",
            "Company": "string",
            "Email": "email",
            "Status": "picklist",
            "LeadSource": "picklist",
            "OwnerId": "reference",
            "IsConverted": "boolean",
            "ConvertedDate": "date",
            "ConvertedAccountId": "reference",
            "ConvertedContactId": "reference",
            "ConvertedOpportunityId": "reference",
            "Assigned_At__c": "datetime",
        },
    ),
    SyncedObject(
        "Opportunity",
        {
            **RECORD,
            **CURRENCY,
            "AccountId": "reference",
            "RecordTypeId": "reference",
            "Name": "string",
            "StageName": "picklist",
            "Amount": "currency",
            "Probability": "percent",
            "ExpectedRevenue": "currency",
            "CloseDate": "date",
            "Type": "picklist",
            "NextStep": "string",
            "LeadSource": "picklist",
            "IsClosed": "boolean",
            "IsWon": "boolean",
            "ForecastCategory": "picklist",
            "ForecastCategoryName": "picklist",
            "HasOpportunityLineItem": "boolean",
            "OwnerId": "reference",
            "CreatedById": "reference",
            "LastModifiedById": "reference",
            "LastActivityDate": "date",
            "LastStageChangeDate": "datetime",
            "PushCount": "int",
            "Loss_Reason__c": "picklist",
        },
    ),
    SyncedObject(
        "OpportunityHistory",
        {
            "Id": "id",
            "IsDeleted": "boolean",
            "OpportunityId": "reference",
            "CreatedById": "reference",
            "CreatedDate": "datetime",
            "StageName": "picklist",
            "Amount": "currency",
            "ExpectedRevenue": "currency",
            "CloseDate": "date",
            "Probability": "percent",
            "ForecastCategory": "picklist",
            "SystemModstamp": "datetime",
            **CURRENCY,
        },
    ),
    SyncedObject(
        "OpportunityFieldHistory",
        {
            "Id": "id",
            "IsDeleted": "boolean",
            "OpportunityId": "reference",
            "CreatedById": "reference",
            "CreatedDate": "datetime",
            "Field": "picklist",
            "DataType": "picklist",
            "OldValue": "anyType",
            "NewValue": "anyType",
        },
    ),
    SyncedObject(
        "OpportunityContactRole",
        {
            **RECORD,
            "OpportunityId": "reference",
            "ContactId": "reference",
            "Role": "picklist",
            "IsPrimary": "boolean",
            "CreatedById": "reference",
        },
    ),
    SyncedObject(
        "OpportunitySplitType",
        {
            "Id": "id",
            "DeveloperName": "string",
            "MasterLabel": "string",
            "SplitField": "string",
            "IsActive": "boolean",
            "IsTotalValidated": "boolean",
            **STAMPS,
        },
        is_optional=True,
    ),
    SyncedObject(
        "OpportunitySplit",
        {
            **RECORD,
            "OpportunityId": "reference",
            "SplitOwnerId": "reference",
            "SplitTypeId": "reference",
            "SplitPercentage": "percent",
            "SplitAmount": "currency",
        },
        is_optional=True,
    ),
    SyncedObject(
        "OpportunityLineItem",
        {
            **RECORD,
            "OpportunityId": "reference",
            "Name": "string",
            "Quantity": "double",
            "UnitPrice": "currency",
            "TotalPrice": "currency",
            **CURRENCY,
        },
        is_optional=True,
    ),
    SyncedObject(
        "Quote",
        {
            **RECORD,
            "OpportunityId": "reference",
            "Name": "string",
            "Status": "picklist",
            "IsSyncing": "boolean",
            "GrandTotal": "currency",
            **CURRENCY,
        },
        is_optional=True,
    ),
    SyncedObject(
        "Task",
        {
            **RECORD,
            "WhoId": "reference",
            "WhatId": "reference",
            "AccountId": "reference",
            "Subject": "string",
            "Description": "textarea",
            "ActivityDate": "date",
            "Status": "picklist",
            "Priority": "picklist",
            "Type": "picklist",
            "TaskSubtype": "picklist",
            "OwnerId": "reference",
            "CreatedById": "reference",
            "IsClosed": "boolean",
            "IsArchived": "boolean",
            "IsRecurrence": "boolean",
            "CompletedDateTime": "datetime",
            "CallDurationInSeconds": "int",
            "CallType": "picklist",
            "CallDisposition": "string",
        },
    ),
    SyncedObject(
        "Event",
        {
            **RECORD,
            "WhoId": "reference",
            "WhatId": "reference",
            "AccountId": "reference",
            "Subject": "string",
            "Description": "textarea",
            "Location": "string",
            "Type": "picklist",
            "EventSubtype": "picklist",
            "ActivityDate": "date",
            "ActivityDateTime": "datetime",
            "StartDateTime": "datetime",
            "EndDateTime": "datetime",
            "DurationInMinutes": "int",
            "IsAllDayEvent": "boolean",
            "IsChild": "boolean",
            "IsGroupEvent": "boolean",
            "IsArchived": "boolean",
            "IsRecurrence": "boolean",
            "OwnerId": "reference",
            "CreatedById": "reference",
        },
    ),
    SyncedObject(
        "ForecastingQuota",
        {
            "Id": "id",
            "QuotaOwnerId": "reference",
            "PeriodId": "reference",
            "StartDate": "date",
            "QuotaAmount": "currency",
            "IsAmount": "boolean",
            **STAMPS,
            **CURRENCY,
        },
    ),
)


def is_optional(name: str) -> bool:
    """Whether an org that lacks this sObject of the table lacks nothing."""
    return any(entry.is_optional for entry in OBJECTS if entry.name == name)
