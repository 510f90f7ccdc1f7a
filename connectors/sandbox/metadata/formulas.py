"""Calculated fields: formulas over a record and roll-ups over its children.

They are computed as of the clock and never stored with a version, so they change without moving SystemModstamp.
The fields themselves are in `standard`; one that an org lacks is not computed.
"""

from dataclasses import dataclass

from connectors.sandbox.metadata.schema import Schema, SObject

LARGE_AMOUNT = 50_000


@dataclass(frozen=True, slots=True)
class Formula:
    """`text` as describe tells it; `sql` over the record's own columns, `{today}` being the org's day."""

    sobject: str
    field: str
    text: str
    sql: str
    needs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RollUp:
    """`sql` aggregates the `child` records that name the parent in `reference` and are not deleted."""

    sobject: str
    field: str
    child: str
    reference: str
    sql: str


FORMULAS = (
    Formula(
        "Opportunity",
        "Days_Open__c",
        "IF(IsClosed, CloseDate, TODAY()) - DATEVALUE(CreatedDate)",
        'greatest(date_diff(\'day\', "CreatedDate"::DATE, CASE WHEN "IsClosed" THEN "CloseDate" ELSE {today} END), 0)'
        "::DOUBLE",
        ("CreatedDate", "IsClosed", "CloseDate"),
    ),
    Formula(
        "Opportunity",
        "Is_Large_Deal__c",
        f"Amount >= {LARGE_AMOUNT}",
        f'coalesce("Amount" >= {LARGE_AMOUNT}, false)',
        ("Amount",),
    ),
)
ROLL_UPS = (
    RollUp(
        "Account",
        "Open_Pipeline__c",
        "Opportunity",
        "AccountId",
        'coalesce(sum("Amount") FILTER (WHERE NOT "IsClosed"), 0)',
    ),
    RollUp(
        "Account", "Won_Count__c", "Opportunity", "AccountId", 'coalesce(count(*) FILTER (WHERE "IsWon"), 0)::DOUBLE'
    ),
)


def formulas_of(sobject: SObject) -> dict[str, Formula]:
    """The formulas of an object's fields, by field, that it has all columns for."""
    return {
        each.field: each
        for each in FORMULAS
        if each.sobject == sobject.name
        and (found := sobject.find(each.field))
        and found.is_calculated
        and all(sobject.find(name) for name in each.needs)
    }


def roll_ups_of(schema: Schema) -> tuple[RollUp, ...]:
    return tuple(
        each
        for each in ROLL_UPS
        if each.sobject in schema and schema[each.sobject].find(each.field) and each.child in schema
    )


def formula_text(sobject: str, field: str) -> str | None:
    return next((each.text for each in FORMULAS if (each.sobject, each.field) == (sobject, field)), None)
