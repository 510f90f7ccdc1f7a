"""The standard org: which sObjects it has and their fields. Values live in `simulate`, not here."""

from connectors.sandbox.metadata.audit import ADDRESS, AUDIT, CURRENCY, RECORD
from connectors.sandbox.metadata.schema import Schema, SObject, parse_fields
from connectors.sandbox.metadata.selling import OBJECTS as SELLING_OBJECTS

STAGE_VALUES = "=Prospecting|Renewal_Review|Qualification|Discovery|Proposal|Negotiation|Closed_Won|Closed_Lost"
SOURCES = "=Web|Referral|Partner|Outbound|Event"
CATEGORIES = "=Omitted|Pipeline|BestCase|MostLikely|Forecast|Closed"
CATEGORY_NAMES = "=Omitted|Pipeline|Best_Case|Most_Likely|Commit|Closed"
INDUSTRIES = "=Technology|Manufacturing|Healthcare|Retail|Finance|Energy|Transportation|Education"

# name, key prefix, label, fields
_OBJECTS: tuple[tuple[str, str, str, str], ...] = (
    (
        "Organization",
        "00D",
        "Organization",
        "Id id required\nName string 80 name\nDivision string 80\nPhone phone\nPrimaryContact string 80\n"
        "DefaultLocaleSidKey picklist 40\nTimeZoneSidKey picklist 40\nLanguageLocaleKey picklist 40\n"
        "FiscalYearStartMonth int\nUsesStartDateAsFiscalYearName boolean\nDefaultCurrencyIsoCode picklist\n"
        "OrganizationType picklist 40\nInstanceName string 5\nIsSandbox boolean\nNamespacePrefix string 15\n"
        "TrialExpirationDate datetime" + AUDIT,
    ),
    (
        "Period",
        "026",
        "Period",
        "Id id required\nFiscalYearSettingsId string 18\nType picklist =Month|Quarter|Week|Year\n"
        "StartDate date required\nEndDate date required\nSystemModstamp datetime required\n"
        "IsForecastPeriod boolean\nQuarterLabel picklist\nPeriodLabel picklist\nNumber int\n"
        "FullyQualifiedLabel string 80 !filter !sort",
    ),
    (
        "UserRole",
        "00E",
        "Role",
        "Id id required\nName string 80 name\nDeveloperName string 80\nParentRoleId reference >UserRole\n"
        "RollupDescription string 80\nForecastUserId reference >User\n"
        "OpportunityAccessForAccountOwner picklist 40\nPortalType picklist 40\n"
        "LastModifiedDate datetime required\nLastModifiedById reference >User required\n"
        "SystemModstamp datetime required",
    ),
    (
        "User",
        "005",
        "User",
        "Id id required\nUsername string 80 required unique\nLastName string 80 required\n"
        "FirstName string 40\nName string 121 required name\nCompanyName string 80\nDivision string 80\n"
        "Department string 80\nTitle string 80" + ADDRESS.format("") + "Email email 128 required\n"
        "Phone phone\nAlias string 8 required\nIsActive boolean\nTimeZoneSidKey picklist 40 required\n"
        "UserRoleId reference >UserRole\nLocaleSidKey picklist 40\nEmailEncodingKey picklist 40\n"
        "LanguageLocaleKey picklist 40\nUserType picklist 40 =Standard|CsnOnly|Guest|AutomatedProcess|"
        "CloudIntegrationUser\nEmployeeNumber string 20\nManagerId reference >User\nLastLoginDate datetime\n"
        "ForecastEnabled boolean\nDefaultCurrencyIsoCode picklist 3\n" + CURRENCY + AUDIT.lstrip(),
    ),
    (
        "Group",
        "00G",
        "Group",
        "Id id required\nName string 40 required name\nDeveloperName string 80\n"
        "Type picklist 40 =Queue|Regular|Role required\nEmail email" + AUDIT,
    ),
    (
        "RecordType",
        "012",
        "Record Type",
        "Id id required\nName string 80 name\nDeveloperName string 80\nNamespacePrefix string 15\n"
        "Description string 255\nBusinessProcessId reference >BusinessProcess\n"
        "SobjectType picklist 40 =Account|Lead|Opportunity\nIsActive boolean" + AUDIT,
    ),
    (
        "OpportunityStage",
        "01J",
        "Opportunity Stage",
        "Id id required\nMasterLabel string 255 name\nApiName string 255\nIsActive boolean\nSortOrder int\n"
        f"IsClosed boolean\nIsWon boolean\nForecastCategory picklist 40 {CATEGORIES}\n"
        f"ForecastCategoryName picklist {CATEGORY_NAMES}\nDefaultProbability percent\n"
        "Description string 255" + AUDIT,
    ),
    (
        "TaskStatus",
        "01T",
        "Task Status Value",
        "Id id required\nMasterLabel string 255 name\nApiName string 255\nSortOrder int\nIsDefault boolean\n"
        "IsClosed boolean" + AUDIT,
    ),
    (
        "Account",
        "001",
        "Account",
        RECORD + "MasterRecordId reference >Account\nName string 255 required name\n"
        "Type picklist =Prospect|Customer|Partner|Other\nRecordTypeId reference >RecordType\n"
        "ParentId reference >Account" + ADDRESS.format("Billing") + "Phone phone\nWebsite url\n"
        f"Industry picklist {INDUSTRIES}\nAnnualRevenue currency 18.0\nNumberOfEmployees int\n"
        f"Description textarea 32000\nOwnerId reference >User required\nAccountSource picklist {SOURCES}\n"
        + CURRENCY
        + AUDIT.lstrip()
        + "LastActivityDate date\nExternal_Id__c string 64 external unique\n"
        "Open_Pipeline__c currency 18.2 calculated\nWon_Count__c double 18.0 calculated",
    ),
    (
        "Contact",
        "003",
        "Contact",
        RECORD + "MasterRecordId reference >Contact\nAccountId reference >Account\n"
        "LastName string 80 required\nFirstName string 40\nName string 121 required name"
        + ADDRESS.format("Mailing")
        + "Phone phone\nEmail email\nTitle string 128\nDepartment string 80\nReportsToId reference >Contact\n"
        f"LeadSource picklist {SOURCES}\nOwnerId reference >User required\nHasOptedOutOfEmail boolean\n"
        + CURRENCY
        + AUDIT.lstrip()
        + "LastActivityDate date\nExternal_Id__c string 64 external unique",
    ),
    (
        "Lead",
        "00Q",
        "Lead",
        RECORD + "MasterRecordId reference >Lead\nLastName string 80 required\nFirstName string 40\n"
        "Name string 121 required name\nTitle string 128\nCompany string 255 required"
        + ADDRESS.format("")
        + f"Phone phone\nEmail email\nLeadSource picklist {SOURCES}\n"
        "Status picklist 255 =Open_-_Not_Contacted|Working_-_Contacted|Closed_-_Converted|"
        "Closed_-_Not_Converted required\n"
        f"Industry picklist {INDUSTRIES}\nRating picklist =Hot|Warm|Cold\nOwnerId reference >User|Group required\n"
        "IsConverted boolean\nConvertedDate date\nConvertedAccountId reference >Account\n"
        "ConvertedContactId reference >Contact\nConvertedOpportunityId reference >Opportunity\n"
        "IsUnreadByOwner boolean\nAssigned_At__c datetime\n"
        + CURRENCY
        + AUDIT.lstrip()
        + "LastActivityDate date\nExternal_Id__c string 64 external unique",
    ),
    (
        "Opportunity",
        "006",
        "Opportunity",
        RECORD + "AccountId reference >Account\nRecordTypeId reference >RecordType\n"
        "Name string 120 required name\nDescription textarea 32000\n"
        f"StageName picklist {STAGE_VALUES} required\nAmount currency 18.2\nProbability percent 3.0\n"
        "ExpectedRevenue currency 18.2 calculated\nTotalOpportunityQuantity double 18.2\n"
        "CloseDate date required\nType picklist =New_Business|Expansion|Renewal\nNextStep string 255\n"
        f"LeadSource picklist {SOURCES}\nIsClosed boolean\nIsWon boolean\n"
        f"ForecastCategory picklist 40 {CATEGORIES}\nForecastCategoryName picklist {CATEGORY_NAMES}\n"
        "HasOpportunityLineItem boolean\nCampaignId reference >Campaign\nPricebook2Id reference >Pricebook2\n"
        "SyncedQuoteId reference >Quote\nIsSplit boolean\nOwnerId reference >User required\n"
        + CURRENCY
        + AUDIT.lstrip()
        + "LastActivityDate date\n"
        "PushCount int\nLastStageChangeDate datetime\nFiscalQuarter int calculated\n"
        "FiscalYear int calculated\nFiscal string 6 calculated\nContactId reference >Contact\n"
        "HasOpenActivity boolean\nHasOverdueTask boolean\n"
        "Loss_Reason__c picklist =Price|Competitor|No_Decision|Timing|Product restricted\n"
        "External_Id__c string 64 external unique\nDays_Open__c double 18.0 calculated\n"
        "Is_Large_Deal__c boolean calculated",
    ),
    (
        "OpportunityHistory",
        "008",
        "Opportunity: Stage History",
        "Id id required\nOpportunityId reference >Opportunity required\n"
        "CreatedById reference >User required\nCreatedDate datetime required\n"
        f"StageName picklist {STAGE_VALUES}\nAmount currency 18.2\nExpectedRevenue currency 18.2\n"
        f"CloseDate date\nProbability percent 3.0\nForecastCategory picklist 40 {CATEGORIES}\n"
        "SystemModstamp datetime required\nIsDeleted boolean required\nPrevAmount currency 18.2\n"
        "PrevCloseDate date\n" + CURRENCY.strip(),
    ),
    (
        "OpportunityFieldHistory",
        "017",
        "Opportunity Field History",
        "Id id required\nIsDeleted boolean required\nOpportunityId reference >Opportunity required\n"
        "CreatedById reference >User required\nCreatedDate datetime required\n"
        "Field picklist 255 =StageName|Amount|CloseDate|Owner|RecordType|created required\n"
        "DataType picklist 40 =DynamicEnum|Currency|DateOnly|EntityId|Text\n"
        "OldValue anyType !filter !sort !group\nNewValue anyType !filter !sort !group",
    ),
    (
        "OpportunityContactRole",
        "00K",
        "Opportunity Contact Role",
        RECORD + "OpportunityId reference >Opportunity required\nContactId reference >Contact required\n"
        "Role picklist 40 =Decision_Maker|Economic_Buyer|Evaluator|Influencer|Executive_Sponsor\n"
        "IsPrimary boolean" + AUDIT,
    ),
    (
        "Task",
        "00T",
        "Task",
        RECORD + "WhoId reference >Contact|Lead\nWhatId reference >Account|Opportunity\n"
        "AccountId reference >Account\nSubject combobox\nDescription textarea 32000\nActivityDate date\n"
        "Status picklist 40 =Not_Started|In_Progress|Completed|Waiting|Deferred required\n"
        "Priority picklist 20 =High|Normal|Low required\nIsHighPriority boolean\n"
        "Type picklist 40 =Call|Email|Other|Review_Action\nTaskSubtype picklist 40 =Task|Email|Call\n"
        "OwnerId reference >User|Group required\nIsClosed boolean\nIsArchived boolean\n"
        "CallDurationInSeconds int\nCallType picklist 40 =Internal|Inbound|Outbound\n"
        "CallDisposition string 255\nCallObject string 255\nReminderDateTime datetime\n"
        "IsReminderSet boolean\nIsRecurrence boolean\nRecurrenceActivityId reference >Task\n"
        "CompletedDateTime datetime" + AUDIT,
    ),
    (
        "Event",
        "00U",
        "Event",
        RECORD + "WhoId reference >Contact|Lead\nWhatId reference >Account|Opportunity\n"
        "AccountId reference >Account\nSubject combobox\nDescription textarea 32000\nLocation string 255\n"
        "Type picklist 40 =Meeting|Demo|Ride-Along|Pipeline_Review|One-to-One|Forecast_Call|Forecast_Submission|"
        "Business_Review\n"
        "EventSubtype picklist 40 =Event\nActivityDate date\nActivityDateTime datetime\n"
        "StartDateTime datetime\nEndDateTime datetime\nDurationInMinutes int\nIsAllDayEvent boolean\n"
        "IsChild boolean\nIsGroupEvent boolean\nGroupEventType picklist 40 =0|1|2|3\nIsArchived boolean\n"
        "IsPrivate boolean\nShowAs picklist 40 =Busy|OutOfOffice|Free\nIsRecurrence boolean\n"
        "RecurrenceActivityId reference >Event\nReminderDateTime datetime\nIsReminderSet boolean\n"
        "OwnerId reference >User required" + AUDIT,
    ),
    (
        "ForecastingQuota",
        "0J9",
        "Forecasting Quota",
        "Id id required\nQuotaOwnerId reference >User required\nPeriodId reference >Period\n"
        "StartDate date required\nQuotaAmount currency 18.2\nQuotaQuantity double 18.2\nIsAmount boolean\n"
        "IsQuantity boolean\nForecastingTypeId string 18\n" + CURRENCY + AUDIT.lstrip(),
    ),
)
_BULK_REFUSES = frozenset({"TaskStatus"})  # as the true org does
_NOT_REPLICATED = frozenset(
    {"Period", "TaskStatus", "OpportunityStage", "ForecastingQuota", "CurrencyType", "DatedConversionRate"}
    | {"FiscalYearSettings", "OpportunitySplitType", "EventRelation"}
)


def standard_schema() -> Schema:
    """The sObjects of the simulated org by name."""
    return {
        name: SObject(
            name,
            prefix,
            label,
            parse_fields(fields),
            is_bulk_supported=name not in _BULK_REFUSES,
            is_replicateable=name not in _NOT_REPLICATED,
        )
        for name, prefix, label, fields in (*_OBJECTS, *SELLING_OBJECTS)
    }
