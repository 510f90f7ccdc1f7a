"""sObjects around a sale: currencies, products and prices, quotes, splits, teams, campaigns, fiscal years.

Orgs without multi-currency, CPQ or splits hold none of them: an org fills what it has, the rest stays empty.
"""

from connectors.sandbox.metadata.audit import ADDRESS, AUDIT, CURRENCY, RECORD

QUOTE_STATES = "=Draft|Needs_Review|In_Review|Approved|Rejected|Presented|Accepted|Denied"

# name, key prefix, label, fields
OBJECTS: tuple[tuple[str, str, str, str], ...] = (
    (
        "CurrencyType",
        "01L",
        "Currency Type",
        "Id id required\nIsoCode picklist 3 required\nConversionRate double 18.6 required\n"
        "DecimalPlaces int required\nIsActive boolean\nIsCorporate boolean" + AUDIT,
    ),
    (
        "DatedConversionRate",
        "04w",
        "Dated Conversion Rate",
        "Id id required\nIsoCode picklist 3 required\nStartDate date required\nNextStartDate date\n"
        "ConversionRate double 18.6 required" + AUDIT,
    ),
    (
        "FiscalYearSettings",
        "022",
        "Fiscal Year Settings",
        "Id id required\nPeriodId reference >Period\nStartDate date required\nEndDate date required\n"
        "Name string 80 required name\nIsStandardYear boolean\nYearType picklist 40 =Standard|Custom\n"
        "QuarterLabelScheme picklist 40\nPeriodLabelScheme picklist 40\nWeekLabelScheme picklist 40\n"
        "QuarterPrefix picklist 40\nPeriodPrefix picklist 40\nWeekStartDay int\nDescription string 255\n"
        "SystemModstamp datetime required",
    ),
    (
        "BusinessProcess",
        "019",
        "Business Process",
        "Id id required\nName string 80 required name\nNamespacePrefix string 15\nDescription string 255\n"
        "TableEnumOrId picklist 40 =Lead|Opportunity|Case|Solution required\nIsActive boolean" + AUDIT,
    ),
    (
        "Product2",
        "01t",
        "Product",
        RECORD + "Name string 255 required name\nProductCode string 255\nDescription textarea 4000\n"
        "Family picklist 255\nStockKeepingUnit string 180\nQuantityUnitOfMeasure picklist 255\n"
        "IsActive boolean\nIsArchived boolean\n" + CURRENCY + AUDIT.lstrip(),
    ),
    (
        "Pricebook2",
        "01s",
        "Price Book",
        RECORD + "Name string 255 required name\nDescription string 255\nIsActive boolean\nIsArchived boolean\n"
        "IsStandard boolean" + AUDIT,
    ),
    (
        "PricebookEntry",
        "01u",
        "Price Book Entry",
        RECORD + "Name string 255 name\nPricebook2Id reference >Pricebook2 required\n"
        "Product2Id reference >Product2 required\nUnitPrice currency 18.2 required\nIsActive boolean\n"
        "UseStandardPrice boolean\nProductCode string 255\nIsArchived boolean\n" + CURRENCY + AUDIT.lstrip(),
    ),
    (
        "OpportunityLineItem",
        "00k",
        "Opportunity Product",
        RECORD + "OpportunityId reference >Opportunity required\nSortOrder int\n"
        "PricebookEntryId reference >PricebookEntry\nProduct2Id reference >Product2\nProductCode string 255\n"
        "Name string 376 name\nQuantity double 12.2 required\nTotalPrice currency 18.2\nUnitPrice currency 18.2\n"
        "ListPrice currency 18.2\nDiscount percent 16.2\nServiceDate date\nDescription string 255\n"
        + CURRENCY
        + AUDIT.lstrip(),
    ),
    (
        "Quote",
        "0Q0",
        "Quote",
        RECORD + "OwnerId reference >User required\nName string 255 required name\nQuoteNumber string 30\n"
        "RecordTypeId reference >RecordType\nOpportunityId reference >Opportunity required\n"
        "AccountId reference >Account\nContactId reference >Contact\nPricebook2Id reference >Pricebook2\n"
        f"Status picklist 255 {QUOTE_STATES}\nIsSyncing boolean\nExpirationDate date\nDescription textarea 32000\n"
        "Subtotal currency 18.2\nDiscount percent 16.2\nTotalPrice currency 18.2\nLineItemCount int\n"
        "Tax currency 18.2\nShippingHandling currency 18.2\nGrandTotal currency 18.2"
        + ADDRESS.format("Billing")
        + CURRENCY
        + AUDIT.lstrip(),
    ),
    (
        "QuoteLineItem",
        "0QL",
        "Quote Line Item",
        RECORD + "LineNumber string 255\nQuoteId reference >Quote required\n"
        "PricebookEntryId reference >PricebookEntry\nOpportunityLineItemId reference >OpportunityLineItem\n"
        "Product2Id reference >Product2\nQuantity double 12.2 required\nUnitPrice currency 18.2 required\n"
        "ListPrice currency 18.2\nDiscount percent 16.2\nSubtotal currency 18.2\nTotalPrice currency 18.2\n"
        "ServiceDate date\nSortOrder int\nDescription string 255\n" + CURRENCY + AUDIT.lstrip(),
    ),
    (
        "OpportunitySplitType",
        "1SX",
        "Opportunity Split Type",
        "Id id required\nIsDeleted boolean required\nDeveloperName string 80 required\n"
        "MasterLabel string 80 required name\nLanguage picklist 40\nIsActive boolean\nIsTotalValidated boolean\n"
        "SplitField string 255\nSplitEntity string 255\nSplitDataStatus picklist 40\nDescription string 1000" + AUDIT,
    ),
    (
        "OpportunitySplit",
        "1SP",
        "Opportunity Split",
        RECORD + "OpportunityId reference >Opportunity required\nSplitOwnerId reference >User required\n"
        "SplitTypeId reference >OpportunitySplitType\nSplitPercentage percent 16.4\nSplitAmount currency 18.2\n"
        "SplitNote string 255\nSplit string 40\n" + CURRENCY + AUDIT.lstrip(),
    ),
    (
        "OpportunityTeamMember",
        "00q",
        "Opportunity Team Member",
        RECORD + "OpportunityId reference >Opportunity required\nUserId reference >User required\n"
        "Name string 361 name\nTitle string 80\nTeamMemberRole picklist 255 =Account_Manager|Sales_Engineer|"
        "Executive_Sponsor|Sales_Manager|Partner|Specialist\n"
        "OpportunityAccessLevel picklist 40 =Read|Edit|All\n" + CURRENCY + AUDIT.lstrip(),
    ),
    (
        "Campaign",
        "701",
        "Campaign",
        RECORD + "Name string 80 required name\nParentId reference >Campaign\n"
        "Type picklist 40 =Conference|Webinar|Email|Advertisement|Partners|Referral_Program|Other\n"
        "Status picklist 40 =Planned|In_Progress|Completed|Aborted\nStartDate date\nEndDate date\n"
        "ExpectedRevenue currency 18.0\nBudgetedCost currency 18.0\nActualCost currency 18.0\n"
        "ExpectedResponse percent 10.2\nNumberSent double 18.0\nIsActive boolean\nDescription textarea 32000\n"
        "OwnerId reference >User required\n" + CURRENCY + AUDIT.lstrip() + "LastActivityDate date",
    ),
    (
        "CampaignMember",
        "00v",
        "Campaign Member",
        RECORD + "CampaignId reference >Campaign required\nLeadId reference >Lead\nContactId reference >Contact\n"
        "Status picklist 40 =Sent|Responded|Registered|Attended\nHasResponded boolean\n"
        "FirstRespondedDate date\nLeadOrContactId reference >Lead|Contact" + AUDIT,
    ),
    (
        "EventRelation",
        "0RE",
        "Event Relation",
        RECORD + "EventId reference >Event required\nRelationId reference >Contact|Lead|User required\n"
        "IsWhat boolean\nIsParent boolean\nIsInvitee boolean\nStatus picklist 40 =New|Accepted|Declined\n"
        "RespondedDate datetime\nResponse string 255" + AUDIT,
    ),
)
