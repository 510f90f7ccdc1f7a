"""Which fields of an object are read, and which of them only as a keyed hash.

Patterns are `Object.Field` with `*` and `?`, capitals do not matter. The fields that completeness
rests on (Id, stamps, the deletion flag) are always read and never masked. No HTTP.
"""

from __future__ import annotations

import hmac
import logging
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

from connectors.salesforce.errors import FieldChoiceError

if TYPE_CHECKING:  # settings read this module, and need no HTTP client for that
    from connectors.salesforce.describe import ObjectDescription

log = logging.getLogger("salespulse.salesforce")

SYSTEM_FIELDS = frozenset({"Id", "IsDeleted", "MasterRecordId", "CreatedDate", "LastModifiedDate", "SystemModstamp"})


@dataclass(frozen=True, slots=True)
class Mask:
    """Replaces a text by its HMAC-SHA-256 in hexadecimal digits; equal texts stay equal."""

    key: bytes = field(repr=False)

    def __call__(self, text: str) -> str:
        return hmac.digest(self.key, text.encode(), "sha256").hex()

    @property
    def fingerprint(self) -> str:
        """Tells one key from another and gives none away."""
        return self("the key of salespulse")[:12]


@dataclass(frozen=True, slots=True)
class FieldChoice:
    """The patterns as configured. FieldChoiceError for those that cannot work.

    `include` narrows the custom fields (…__c) down to those that match, if there is any pattern;
    `exclude` drops whatever matches; what matches `mask` lands as a hash under `mask_key`.
    """

    include: tuple[str, ...] = ()
    exclude: tuple[str, ...] = ()
    mask: tuple[str, ...] = ()
    mask_key: str = field(default="", repr=False)

    def __post_init__(self) -> None:
        for pattern in (*self.include, *self.exclude, *self.mask):
            if pattern.count(".") != 1 or pattern.startswith(".") or pattern.endswith("."):
                raise FieldChoiceError(pattern, "it does not name an object and a field with one point between")
        if self.mask and len(self.mask_key) < 16:
            reason = "masking needs a secret key of 16 characters or more (SALESPULSE_MASK_KEY)"
            raise FieldChoiceError(self.mask[0], reason)

    @property
    def masking(self) -> Mask | None:
        return Mask(self.mask_key.encode()) if self.mask else None

    def applied(self, description: ObjectDescription, expected: Collection[str] = ()) -> ObjectDescription:
        """The description with the fields to read, the masked ones named in it and turned to text.

        `expected` fields, which the models read, need no `include`.
        """
        kept = [each for each in description.fields if self._keeps(description.name, each.name, expected)]
        masked = frozenset(each.name for each in kept if self._masks(description.name, each.name))
        dropped = [each.name for each in description.fields if each not in kept]
        if dropped:
            log.info("%s: not read, as configured: %s", description.name, ", ".join(dropped))
        texts = tuple(replace(each, type="string") if each.name in masked else each for each in kept)
        return replace(description, fields=texts, masked=masked)

    def _keeps(self, object_name: str, name: str, expected: Collection[str]) -> bool:
        if name in SYSTEM_FIELDS:
            return True
        if _matches(self.exclude, object_name, name):
            return False
        is_narrowed = bool(self.include) and name.endswith("__c") and name not in expected
        return not is_narrowed or _matches(self.include, object_name, name)

    def _masks(self, object_name: str, name: str) -> bool:
        return name not in SYSTEM_FIELDS and _matches(self.mask, object_name, name)


def _matches(patterns: Iterable[str], object_name: str, name: str) -> bool:
    full = f"{object_name}.{name}".lower()
    return any(fnmatchcase(full, pattern.lower()) for pattern in patterns)
