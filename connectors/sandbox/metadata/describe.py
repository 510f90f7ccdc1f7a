"""sObjects as Salesforce's describe calls tell them: JSON-ready dictionaries, no HTTP."""

import re
from typing import Any

from connectors.sandbox.metadata.formulas import formula_text
from connectors.sandbox.metadata.schema import Field, SObject
from connectors.sandbox.metadata.writable import is_deletable, is_mergeable, is_required, is_writable, may_be_set

SOAP_TYPES = {
    "id": "tns:ID",
    "reference": "tns:ID",
    "boolean": "xsd:boolean",
    "int": "xsd:int",
    "long": "xsd:long",
    "double": "xsd:double",
    "percent": "xsd:double",
    "currency": "xsd:double",
    "date": "xsd:date",
    "time": "xsd:time",
    "datetime": "xsd:dateTime",
    "address": "urn:address",
    "location": "urn:location",
    "anyType": "xsd:anyType",
}
_BYTES_PER_CHARACTER = 3


def describe_field(field: Field, sobject: SObject) -> dict[str, Any]:
    is_settable = may_be_set(sobject, field)
    is_defaulted = not field.is_nillable and not is_required(sobject, field)
    return {
        "aggregatable": not field.is_compound and field.type != "textarea",
        "aiPredictionField": False,
        "autoNumber": False,
        "byteLength": field.length * _BYTES_PER_CHARACTER if field.type not in ("id", "reference") else 18,
        "calculated": field.is_calculated,
        "calculatedFormula": formula_text(sobject.name, field.name),
        "cascadeDelete": False,
        "caseSensitive": False,
        "compoundFieldName": field.compound,
        "controllerName": None,
        "createable": is_settable,
        "custom": field.is_custom,
        "defaultValue": False if field.type == "boolean" else None,
        "defaultValueFormula": None,
        "defaultedOnCreate": is_defaulted,
        "dependentPicklist": False,
        "deprecatedAndHidden": False,
        "digits": field.digits,
        "displayLocationInDecimal": False,
        "encrypted": False,
        "externalId": field.is_external_id,
        "extraTypeInfo": None,
        "filterable": field.is_filterable,
        "filteredLookupInfo": None,
        "formulaTreatNullNumberAsZero": False,
        "groupable": field.is_groupable,
        "highScaleNumber": False,
        "htmlFormatted": False,
        "idLookup": field.type == "id" or field.is_external_id,
        "inlineHelpText": None,
        "label": label_of(field.name),
        "length": field.length,
        "mask": None,
        "maskType": None,
        "name": field.name,
        "nameField": field.is_name,
        "namePointing": len(field.reference_to) > 1,
        "nillable": field.is_nillable,
        "permissionable": is_settable and field.is_nillable,
        "picklistValues": [_picklist_value(value) for value in field.picklist],
        "polymorphicForeignKey": len(field.reference_to) > 1,
        "precision": field.precision,
        "queryByDistance": False,
        "referenceTargetField": None,
        "referenceTo": list(field.reference_to),
        "relationshipName": field.relationship,
        "relationshipOrder": None,
        "restrictedDelete": False,
        "restrictedPicklist": field.is_restricted,
        "scale": field.scale,
        "searchPrefilterable": field.type in ("id", "reference"),
        "soapType": SOAP_TYPES.get(field.type, "xsd:string"),
        "sortable": field.is_sortable,
        "type": field.type,
        "unique": field.is_unique,
        "updateable": is_settable,
        "writeRequiresMasterRead": False,
    }


def describe_summary(sobject: SObject, version: str) -> dict[str, Any]:
    """The entry of an object in the global describe."""
    base = f"/services/data/v{version}/sobjects/{sobject.name}"
    is_layoutable = sobject.find("OwnerId") is not None
    return {
        "activateable": False,
        "associateEntityType": None,
        "associateParentEntity": None,
        "createable": is_writable(sobject),
        "custom": sobject.is_custom,
        "customSetting": False,
        "deepCloneable": False,
        "deletable": is_deletable(sobject),
        "deprecatedAndHidden": False,
        "feedEnabled": is_layoutable,
        "hasSubtypes": False,
        "isInterface": False,
        "isSubtype": False,
        "keyPrefix": sobject.key_prefix,
        "label": sobject.label,
        "labelPlural": sobject.label + "s",
        "layoutable": is_layoutable,
        "mergeable": is_mergeable(sobject),
        "mruEnabled": is_layoutable,
        "name": sobject.name,
        "queryable": True,
        "replicateable": sobject.is_replicateable,
        "retrieveable": True,
        "searchable": is_layoutable,
        "triggerable": is_layoutable,
        "undeletable": is_deletable(sobject),
        "updateable": is_writable(sobject),
        "urls": {
            "sobject": base,
            "describe": f"{base}/describe",
            "rowTemplate": f"{base}/{{ID}}",
        },
    }


def describe_object(sobject: SObject, version: str) -> dict[str, Any]:
    """The full describe of an object, its fields included."""
    return {
        **describe_summary(sobject, version),
        "actionOverrides": [],
        "childRelationships": [],
        "compactLayoutable": True,
        "fields": [describe_field(field, sobject) for field in sobject.fields],
        "listviewable": None,
        "lookupLayoutable": None,
        "namedLayoutInfos": [],
        "networkScopeFieldName": None,
        "recordTypeInfos": [],
        "searchLayoutable": True,
        "supportedScopes": [{"label": "All", "name": "everything"}],
    }


def label_of(name: str) -> str:
    """`CloseDate` → `Close Date`, `Loss_Reason__c` → `Loss Reason`."""
    plain = name.removesuffix("__c").replace("_", " ")
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", plain)


def _picklist_value(value: str) -> dict[str, Any]:
    return {"active": True, "defaultValue": False, "label": value, "validFor": None, "value": value}
