"""From Salesforce's names to the warehouse's. Pure functions."""

import re
import zlib
from collections import defaultdict
from collections.abc import Iterable

from connectors.salesforce.errors import ColumnNameError

# A word begins at a capital after a small letter or digit, and at the last capital of an acronym.
_WORD_START = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")


def column_name(field: str) -> str:
    """`StageName` → `stage_name`, `Loss_Reason__c` → `loss_reason__c`, `SFUserID` → `sf_user_id`."""
    return _WORD_START.sub("_", field).lower()


def table_name(object_name: str) -> str:
    """`OpportunityFieldHistory` → `opportunity_field_history`. The same rule as for columns."""
    return column_name(object_name)


def column_names(object_name: str, fields: Iterable[str]) -> dict[str, str]:
    """A column name for every field, each its own.

    Where several fields meet in one name (`Loss_Reason__c`, `LossReason__c`) the one that is spelled
    like the column keeps it, and the others get a suffix made of their own spelling: so a field's
    column does not depend on the order or the number of the others. ColumnNameError if even that
    leaves two alike.
    """
    by_column: dict[str, list[str]] = defaultdict(list)
    for field in fields:
        by_column[column_name(field)].append(field)
    names: dict[str, str] = {}
    for column, sharing in by_column.items():
        for field in sharing:
            plain = len(sharing) == 1 or field.lower() == column
            names[field] = column if plain else f"{column}_{zlib.crc32(field.encode()):08x}"
    _refuse_twins(object_name, names)
    return names


def _refuse_twins(object_name: str, names: dict[str, str]) -> None:
    owners: dict[str, list[str]] = defaultdict(list)
    for field, column in names.items():
        owners[column].append(field)
    for column, fields in owners.items():
        if len(fields) > 1:
            raise ColumnNameError(object_name, column, fields)
