"""Creating, changing, deleting, restoring and merging records, with everything that follows from it.

Values are read in `values`, what follows is told in `effects` and `family`, families move in `removal`; HTTP is the
business of `crud`.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.sandbox.dml.author import Author
from connectors.sandbox.dml.effects import Record, add_up, field_history_of, follow, history_of
from connectors.sandbox.dml.family import FOLLOWING, children_of, references_to
from connectors.sandbox.dml.lookups import Lookups, external_field
from connectors.sandbox.dml.removal import Removal
from connectors.sandbox.dml.values import read_fields, read_id
from connectors.sandbox.errors import OrgError
from connectors.sandbox.metadata.schema import SObject
from connectors.sandbox.metadata.writable import DEFAULTS, is_deletable, is_mergeable, is_writable
from connectors.sandbox.store.org import Org

MOST_LOSERS = 2


class Writer:
    """Writes over one org as its only user. Every method is one transaction and raises OrgError.

    `stamp` is the instant that the records are stamped with, by default the clock's: a transaction that ran for
    a while is stamped as it began, and seen as it ends.
    """

    def __init__(self, org: Org, *, stamp: datetime | None = None) -> None:
        self._org = org
        self.lookups = Lookups(org)
        self._author = Author(org, stamp)
        self._removal = Removal(org, self.lookups, self._author)

    def create(self, name: str, told: Mapping[str, Any]) -> str:
        """The new record's id."""
        sobject = self._changeable(name, "create")
        fields = read_fields(self._org.schema, self._org.permissions, sobject, told, is_new=True)
        self._check(sobject, fields, None)
        record: Record = dict.fromkeys((each.name for each in self.lookups.full(sobject).columns), None)
        record |= {each.name: False for each in self.lookups.full(sobject).columns if each.type == "boolean"}
        record |= {field: value for (owner, field), value in DEFAULTS.items() if owner == sobject.name}
        record |= {"OwnerId": self._author.id} if sobject.find("OwnerId") else {}
        record |= fields
        record["Id"] = self._author.next_id(sobject)
        record |= self._author.created()
        self._save(sobject, None, record, fields)
        return str(record["Id"])

    def update(self, name: str, record_id: str, told: Mapping[str, Any]) -> None:
        sobject = self._changeable(name, "update")
        before = self.lookups.read(sobject, record_id)
        fields = read_fields(self._org.schema, self._org.permissions, sobject, told, is_new=False)
        self._check(sobject, fields, str(before["Id"]))
        if before.get("HasOpportunityLineItem"):
            fields.pop("Amount", None)  # ignored, not refused: the line items tell it
        self._save(sobject, before, {**before, **fields}, fields)

    def upsert(self, name: str, field_name: str, value: str, told: Mapping[str, Any]) -> tuple[str, bool]:
        """The id of the record whose external id is `value`, and whether it is new."""
        sobject = self._changeable(name, "upsert")
        field = external_field(sobject, field_name)
        if field.name in told or "Id" in told:
            message = f"The {field.name} field should not be specified in the sobject data."
            raise OrgError("INVALID_FIELD", message, fields=(field.name,))
        found = self.lookups.find_by(sobject, field, value)
        if found:
            self.update(name, found, told)
            return found, False
        given = {} if field.name == "Id" else {field.name: value}
        if field.name == "Id":
            raise OrgError("NOT_FOUND", f"Provided external ID field does not exist or is not accessible: {value}", 404)
        return self.create(name, {**told, **given}), True

    def delete(self, name: str, record_id: str) -> None:
        """To the recycle bin, with what hangs on it."""
        sobject = self._deletable(name)
        before = self.lookups.read(sobject, record_id)
        if sobject.name == "Account":
            self._removal.refuse_won(str(before["Id"]))
        with self._org.transaction():
            self._removal.delete(self.lookups.full(sobject), [before], {})
            self._add_up(sobject, [before])

    def undelete(self, name: str, ids: Sequence[str]) -> None:
        """Back from the recycle bin, with what went with it."""
        sobject = self.lookups.full(self._deletable(name))
        with self._org.transaction():
            for record_id in ids:
                record = self.lookups.read(sobject, record_id, is_deleted=True)
                self._removal.restore(sobject, [record], self.lookups.deleted_at(sobject, str(record["Id"])))
                self._add_up(sobject, [record])

    def erase(self, name: str, ids: Sequence[str]) -> None:
        """Past the recycle bin and the log of deletions, with what hangs on it."""
        sobject = self.lookups.full(self._deletable(name))
        with self._org.transaction():
            for record_id in ids:
                long = read_id(sobject, record_id)
                gone = self.lookups.rows(sobject, '"Id" = $1', [long])
                self._removal.erase(sobject, [long])
                self._add_up(sobject, gone)

    def merge(self, name: str, master_id: str, losers: Sequence[str], told: Mapping[str, Any]) -> list[str]:
        """Losers are deleted and point to their master, which takes what hung on them and the fields given.

        Answers the ids of what hung on them.
        """
        sobject = self._changeable(name, "merge")
        if not is_mergeable(sobject) or not 0 < len(losers) <= MOST_LOSERS:
            raise OrgError("INVALID_TYPE_FOR_OPERATION", f"up to {MOST_LOSERS} {sobject.name}s cannot be merged so")
        master = self.lookups.read(sobject, master_id)
        records = [self.lookups.read(sobject, each) for each in losers]
        if any(each["Id"] == master["Id"] for each in records):
            raise OrgError("INVALID_ID_FIELD", "a record cannot be merged with itself")
        moved: list[str] = []
        with self._org.transaction():
            for child, reference in references_to(self._org.full_schema, sobject.name):
                moved += self._removal.move(child, reference, [str(each["Id"]) for each in records], str(master["Id"]))
            self._removal.delete(self.lookups.full(sobject), records, {"MasterRecordId": master["Id"]})
            self.update(name, str(master["Id"]), told)
        return list(dict.fromkeys(moved))

    def _changeable(self, name: str, verb: str) -> SObject:
        sobject = self.lookups.sobject(name)
        if not is_writable(sobject):
            raise OrgError("INVALID_TYPE_FOR_OPERATION", f"entity type {sobject.name} does not support {verb}")
        if not self._org.permissions.may_write(sobject):
            raise OrgError("INSUFFICIENT_ACCESS_OR_READONLY", "insufficient access rights on object id", 403)
        return sobject

    def _deletable(self, name: str) -> SObject:
        sobject = self._changeable(name, "delete")
        if not is_deletable(sobject):
            raise OrgError("INVALID_TYPE_FOR_OPERATION", f"entity type {sobject.name} does not support delete")
        return sobject

    def _check(self, sobject: SObject, fields: Mapping[str, Any], own_id: str | None) -> None:
        """References must lead to something, unique values must be new."""
        for name, value in fields.items():
            field = sobject.find(name)
            if field is None or value is None:
                continue
            if field.type == "reference" and not self.lookups.is_there(field, str(value)):
                message = "invalid cross reference id"
                raise OrgError("INVALID_CROSS_REFERENCE_KEY", message, fields=(name,))
            if field.is_unique:
                same = self.lookups.rows(sobject, f'"{name}" = $1', [value])
                others = [row["Id"] for row in same if row["Id"] != own_id]
                if others:
                    message = f"duplicate value found: {name} duplicates value on record with id: {others[0]}"
                    raise OrgError("DUPLICATE_VALUE", message, fields=(name,))

    def _save(self, sobject: SObject, before: Record | None, after: Record, told: Mapping[str, Any]) -> None:
        full = self.lookups.full(sobject)
        follow(sobject.name, before, after, told, self.lookups.stages(), self._author.now)
        if sobject.name in ("Task", "Event"):
            after["AccountId"] = self.lookups.account_of(after)
        with self._org.transaction():
            self._org.save(full.name, [self._author.stamped(full, after)])
            if sobject.name == "Opportunity":
                self._keep_history(before, after)
            self._add_up(sobject, [each for each in (before, after) if each])

    def _add_up(self, sobject: SObject, lines: Iterable[Record]) -> None:
        """A deal with line items is worth what they cost, at once; one that loses its last, nothing."""
        if sobject.name != "OpportunityLineItem":
            return
        schema = self._org.full_schema
        for deal_id in dict.fromkeys(str(line["OpportunityId"]) for line in lines):
            left = self.lookups.rows(schema[sobject.name], '"OpportunityId" = $1 AND NOT "IsDeleted"', [deal_id])
            for deal in self.lookups.rows(schema["Opportunity"], '"Id" = $1 AND NOT "IsDeleted"', [deal_id]):
                worth = add_up(left)
                if any(deal.get(name) != value for name, value in worth.items()):
                    self._save(schema["Opportunity"], deal, {**deal, **worth}, worth)

    def _keep_history(self, before: Record | None, after: Record) -> None:
        """The scripted history to come is dropped with the scripted versions, this save's own is added."""
        schema = self._org.full_schema
        for child, reference in children_of(schema, "Opportunity"):
            self._org.unscript(child, reference, [str(after["Id"])], only_deletions=child not in FOLLOWING)
        rows = {"OpportunityHistory": [history_of(before, after)]}
        owners = [str(each["OwnerId"]) for each in (before, after) if each and each.get("OwnerId")]
        rows["OpportunityFieldHistory"] = [*field_history_of(before, after, self.lookups.names(owners))]
        for name, found in rows.items():
            if name in schema:
                stamps = {**self._author.created(), "SystemModstamp": self._author.now}
                kept = [{**row, **stamps, "Id": self._author.next_id(schema[name])} for row in found if row]
                self._org.save(name, kept)
