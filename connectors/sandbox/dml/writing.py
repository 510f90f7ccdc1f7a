"""Creating, changing, deleting, restoring and merging records, with everything that follows from it.

Values are read in `values`, what follows is told in `effects` and `family`; HTTP is the business of `crud`.
"""

import time
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from connectors.sandbox.dml.effects import Record, Stage, field_history_of, follow, history_of
from connectors.sandbox.dml.family import HISTORIES, children_of, references_to
from connectors.sandbox.dml.values import read_fields, read_id, read_value
from connectors.sandbox.errors import OrgError
from connectors.sandbox.ids import make_id
from connectors.sandbox.metadata.schema import Field, SObject
from connectors.sandbox.metadata.writable import DEFAULTS, is_deletable, is_mergeable, is_writable
from connectors.sandbox.query import find_object
from connectors.sandbox.store.org import Org

USER_NUMBER = 1
MOST_LOSERS = 2


class Writer:
    """Writes over one org as its only user. Every method is one transaction and raises OrgError.

    `stamp` is the instant that the records are stamped with, by default the clock's: a transaction that ran for
    a while is stamped as it began, and seen as it ends.
    """

    _number = time.time_ns() // 1_000_000  # an org never gives an id again, not even after this process

    def __init__(self, org: Org, *, stamp: datetime | None = None) -> None:
        self._org = org
        self._stamp = stamp
        user = org.full_schema.get("User")
        self._user = make_id(user.key_prefix if user else "005", USER_NUMBER)

    def sobject(self, name: str) -> SObject:
        found = find_object(self._org.schema, name)
        if found is None:
            raise OrgError("NOT_FOUND", "The requested resource does not exist", 404)
        return found

    def create(self, name: str, told: Mapping[str, Any]) -> str:
        """The new record's id."""
        sobject = self._changeable(name, "create")
        fields = read_fields(self._org.schema, self._org.permissions, sobject, told, is_new=True)
        self._check(sobject, fields, None)
        record: Record = dict.fromkeys((each.name for each in self._full(sobject).columns), None)
        record |= {each.name: False for each in self._full(sobject).columns if each.type == "boolean"}
        record |= {field: value for (owner, field), value in DEFAULTS.items() if owner == sobject.name}
        record |= {"OwnerId": self._user} if sobject.find("OwnerId") else {}
        record |= fields
        record["Id"] = self._next_id(sobject)
        record |= {"CreatedDate": self._now, "CreatedById": self._user}
        self._save(sobject, None, record, fields)
        return str(record["Id"])

    def update(self, name: str, record_id: str, told: Mapping[str, Any]) -> None:
        sobject = self._changeable(name, "update")
        before = self.read(sobject, record_id)
        fields = read_fields(self._org.schema, self._org.permissions, sobject, told, is_new=False)
        self._check(sobject, fields, str(before["Id"]))
        self._save(sobject, before, {**before, **fields}, fields)

    def upsert(self, name: str, field_name: str, value: str, told: Mapping[str, Any]) -> tuple[str, bool]:
        """The id of the record whose external id is `value`, and whether it is new."""
        sobject = self._changeable(name, "upsert")
        field = external_field(sobject, field_name)
        if field.name in told or "Id" in told:
            message = f"The {field.name} field should not be specified in the sobject data."
            raise OrgError("INVALID_FIELD", message, fields=(field.name,))
        found = self.find_by(sobject, field, value)
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
        before = self.read(sobject, record_id)
        if sobject.name == "Account":
            self._refuse_won(str(before["Id"]))
        with self._org.transaction():
            self._delete(self._full(sobject), [before], {})

    def undelete(self, name: str, ids: Sequence[str]) -> None:
        """Back from the recycle bin, with what went with it."""
        sobject = self._full(self._deletable(name))
        with self._org.transaction():
            for record_id in ids:
                record = self.read(sobject, record_id, is_deleted=True)
                self._restore(sobject, [record], self._deleted_at(sobject, str(record["Id"])))

    def erase(self, name: str, ids: Sequence[str]) -> None:
        """Past the recycle bin and the log of deletions, with what hangs on it."""
        sobject = self._full(self._deletable(name))
        with self._org.transaction():
            for record_id in ids:
                self._erase(sobject, [read_id(sobject, record_id)])

    def merge(self, name: str, master_id: str, losers: Sequence[str], told: Mapping[str, Any]) -> None:
        """Losers are deleted and point to their master, which takes what hung on them and the fields given."""
        sobject = self._changeable(name, "merge")
        if not is_mergeable(sobject) or not 0 < len(losers) <= MOST_LOSERS:
            raise OrgError("INVALID_TYPE_FOR_OPERATION", f"up to {MOST_LOSERS} {sobject.name}s cannot be merged so")
        master = self.read(sobject, master_id)
        records = [self.read(sobject, each) for each in losers]
        if any(each["Id"] == master["Id"] for each in records):
            raise OrgError("INVALID_ID_FIELD", "a record cannot be merged with itself")
        with self._org.transaction():
            for child, reference in references_to(self._org.full_schema, sobject.name):
                self._move(child, reference, [str(each["Id"]) for each in records], str(master["Id"]))
            self._delete(self._full(sobject), records, {"MasterRecordId": master["Id"]})
            self.update(name, str(master["Id"]), told)

    def read(self, sobject: SObject, record_id: str, *, is_deleted: bool = False) -> Record:
        """The record as it is now, by every column. Raises OrgError NOT_FOUND, ENTITY_IS_DELETED or MALFORMED_ID."""
        rows = self._rows(sobject, '"Id" = $1', [read_id(sobject, record_id)])
        if not rows:
            message = f"Provided external ID field does not exist or is not accessible: {record_id}"
            raise OrgError("NOT_FOUND", message, 404)
        if bool(rows[0].get("IsDeleted")) != is_deleted:
            if is_deleted:
                raise OrgError("UNDELETE_FAILED", "Entity is not in the recycle bin")
            raise OrgError("ENTITY_IS_DELETED", "entity is deleted", 404)
        return rows[0]

    def find_by(self, sobject: SObject, field: Field, value: str) -> str | None:
        """The id of the one record with this external id. Raises OrgError for several, with status 300."""
        kept = read_id(sobject, value) if field.name == "Id" else read_value(self._org.schema, field, value)
        alive = 'AND NOT coalesce("IsDeleted", false)' if sobject.find("IsDeleted") else ""
        rows = self._rows(sobject, f'"{field.name}" = $1 {alive}', [kept])
        if len(rows) > 1:
            raise OrgError("DUPLICATE_VALUE", f"{field.name} is {value} for {len(rows)} records", 300)
        return str(rows[0]["Id"]) if rows else None

    @property
    def _now(self) -> datetime:
        return self._stamp or self._org.clock.now

    def _full(self, sobject: SObject) -> SObject:
        return self._org.full_schema[sobject.name]

    def _changeable(self, name: str, verb: str) -> SObject:
        sobject = self.sobject(name)
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
            if field.type == "reference" and not self._is_there(field, str(value)):
                message = "invalid cross reference id"
                raise OrgError("INVALID_CROSS_REFERENCE_KEY", message, fields=(name,))
            if field.is_unique:
                others = [row["Id"] for row in self._rows(sobject, f'"{name}" = $1', [value]) if row["Id"] != own_id]
                if others:
                    message = f"duplicate value found: {name} duplicates value on record with id: {others[0]}"
                    raise OrgError("DUPLICATE_VALUE", message, fields=(name,))

    def _is_there(self, field: Field, record_id: str) -> bool:
        schema = self._org.full_schema
        targets = [schema[each] for each in field.reference_to if each in schema]
        owners = [each for each in targets if each.key_prefix == record_id[:3]]
        return not owners or bool(self._rows(owners[0], '"Id" = $1', [record_id]))

    def _save(self, sobject: SObject, before: Record | None, after: Record, told: Mapping[str, Any]) -> None:
        full = self._full(sobject)
        follow(sobject.name, before, after, told, self._stages(), self._now)
        if sobject.name in ("Task", "Event"):
            after["AccountId"] = self._account_of(after)
        with self._org.transaction():
            self._org.save(full.name, [self._stamped(full, after)])
            if sobject.name == "Opportunity":
                self._keep_history(before, after)

    def _stamped(self, sobject: SObject, record: Record) -> Record:
        stamps = {"LastModifiedDate": self._now, "LastModifiedById": self._user, "SystemModstamp": self._now}
        return {**record, **{name: value for name, value in stamps.items() if sobject.find(name)}}

    def _keep_history(self, before: Record | None, after: Record) -> None:
        """The scripted history to come is dropped with the scripted versions, this save's own is added."""
        schema = self._org.full_schema
        for child, reference in children_of(schema, "Opportunity"):
            is_history = (child, reference) in HISTORIES
            self._org.unscript(child, reference, [str(after["Id"])], only_deletions=not is_history)
        rows = {"OpportunityHistory": [history_of(before, after)]}
        owners = [str(each["OwnerId"]) for each in (before, after) if each and each.get("OwnerId")]
        rows["OpportunityFieldHistory"] = [*field_history_of(before, after, self._names(owners))]
        for name, found in rows.items():
            if name in schema:
                stamps = {"CreatedDate": self._now, "CreatedById": self._user, "SystemModstamp": self._now}
                kept = [{**row, **stamps, "Id": self._next_id(schema[name])} for row in found if row]
                self._org.save(name, kept)

    def _delete(self, sobject: SObject, records: list[Record], extra: Mapping[str, Any]) -> None:
        if not records:
            return
        self._org.save(sobject.name, [{**self._stamped(sobject, each), "IsDeleted": True, **extra} for each in records])
        ids = [str(each["Id"]) for each in records]
        for child, reference in children_of(self._org.full_schema, sobject.name):
            made = self._org.full_schema[child]
            self._org.unscript(child, reference, ids, only_deletions=False)
            self._delete(made, self._rows(made, f'"{reference}" IN (SELECT unnest($1)) AND NOT "IsDeleted"', [ids]), {})

    def _restore(self, sobject: SObject, records: list[Record], deleted_at: datetime | None) -> None:
        if not records:
            return
        cleared = {"IsDeleted": False} | ({"MasterRecordId": None} if is_mergeable(sobject) else {})
        self._org.save(sobject.name, [{**self._stamped(sobject, each), **cleared} for each in records])
        ids = [str(each["Id"]) for each in records]
        for child, reference in children_of(self._org.full_schema, sobject.name):
            made = self._org.full_schema[child]
            rows = self._rows(made, f'"{reference}" IN (SELECT unnest($1)) AND "IsDeleted"', [ids])
            gone_with_it = [row for row in rows if self._deleted_at(made, str(row["Id"])) == deleted_at]
            self._restore(made, gone_with_it, deleted_at)

    def _erase(self, sobject: SObject, ids: list[str]) -> None:
        for child, reference in children_of(self._org.full_schema, sobject.name):
            made = self._org.full_schema[child]
            self._org.unscript(child, reference, ids, only_deletions=False)
            rows = self._rows(made, f'"{reference}" IN (SELECT unnest($1))', [ids])
            if rows:
                self._erase(made, [str(row["Id"]) for row in rows])
        self._org.vanish(sobject.name, ids)

    def _move(self, child: SObject, reference: str, losers: list[str], master: str) -> None:
        rows = self._rows(child, f'"{reference}" IN (SELECT unnest($1))', [losers])
        self._org.save(child.name, [{**self._stamped(child, row), reference: master} for row in rows])

    def _refuse_won(self, account_id: str) -> None:
        schema = self._org.full_schema
        if "Opportunity" not in schema or not schema["Opportunity"].find("IsWon"):
            return
        sql = '"AccountId" = $1 AND "IsWon" AND NOT "IsDeleted"'
        if won := self._rows(schema["Opportunity"], sql, [account_id]):
            names = ", ".join(str(row["Name"]) for row in won[:3])
            message = (
                "Your attempt to delete the account could not be completed because it is associated with the "
                f"following closed won opportunities.: {names}"
            )
            raise OrgError("DELETE_FAILED", message)

    def _deleted_at(self, sobject: SObject, record_id: str) -> datetime | None:
        sql = f'SELECT _from FROM versions."{sobject.name}" WHERE "Id" = $1 AND _until > $2 AND "IsDeleted"'
        row = self._org.cursor().execute(sql, [record_id, self._org.clock.now]).fetchone()
        return row[0] if row else None

    def _account_of(self, activity: Record) -> Any:
        """The account of what an activity is about, else of whom it is with."""
        for key in ("WhatId", "WhoId"):
            owner = next(
                (each for each in self._org.full_schema.values() if each.key_prefix == str(activity.get(key))[:3]), None
            )
            if owner is not None and owner.name == "Account":
                return activity[key]
            if owner is not None and owner.find("AccountId"):
                rows = self._rows(owner, '"Id" = $1', [activity[key]])
                return rows[0]["AccountId"] if rows else None
        return None

    def _stages(self) -> dict[str, Stage]:
        sobject = self._org.full_schema.get("OpportunityStage")
        if sobject is None:
            return {}
        return {
            str(row["MasterLabel"]): Stage(
                str(row["MasterLabel"]),
                bool(row.get("IsClosed")),
                bool(row.get("IsWon")),
                str(row.get("ForecastCategory")),
                str(row.get("ForecastCategoryName")),
                float(row.get("DefaultProbability") or 0.0),
            )
            for row in self._rows(sobject, "true", [])
        }

    def _names(self, ids: list[str]) -> dict[str, str]:
        sobject = self._org.full_schema.get("User")
        if sobject is None or not ids:
            return {}
        rows = self._rows(sobject, '"Id" IN (SELECT unnest($1))', [ids])
        return {str(row["Id"]): str(row["Name"]) for row in rows}

    def _rows(self, sobject: SObject, where: str, parameters: list[Any]) -> list[Record]:
        cursor = self._org.cursor().execute(f'SELECT * FROM current."{sobject.name}" WHERE {where}', parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]

    def _next_id(self, sobject: SObject) -> str:
        Writer._number += 1
        return make_id(sobject.key_prefix, Writer._number)


def external_field(sobject: SObject, name: str) -> Field:
    field = sobject.find(name)
    if field is None or not (field.is_external_id or field.name == "Id"):
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise OrgError("NOT_FOUND", message, 404)
    return field
