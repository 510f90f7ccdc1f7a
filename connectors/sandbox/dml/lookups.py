"""What writing asks of the org: records as they are now, by every column, and what they refer to."""

from datetime import datetime
from typing import Any

from connectors.sandbox.dml.effects import Record, Stage
from connectors.sandbox.dml.values import read_id, read_value
from connectors.sandbox.errors import OrgError
from connectors.sandbox.metadata.schema import Field, SObject
from connectors.sandbox.query import find_object
from connectors.sandbox.store.org import Org


class Lookups:
    """Reads one org; inside a transaction of this thread, what that has written."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def sobject(self, name: str) -> SObject:
        found = find_object(self._org.schema, name)
        if found is None:
            raise OrgError("NOT_FOUND", "The requested resource does not exist", 404)
        return found

    def full(self, sobject: SObject) -> SObject:
        """The object with the fields that the user may not see, too."""
        return self._org.full_schema[sobject.name]

    def read(self, sobject: SObject, record_id: str, *, is_deleted: bool = False) -> Record:
        """The record as it is now, by every column. Raises OrgError NOT_FOUND, ENTITY_IS_DELETED or MALFORMED_ID."""
        rows = self.rows(sobject, '"Id" = $1', [read_id(sobject, record_id)])
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
        rows = self.rows(sobject, f'"{field.name}" = $1 {alive}', [kept])
        if len(rows) > 1:
            raise OrgError("DUPLICATE_VALUE", f"{field.name} is {value} for {len(rows)} records", 300)
        return str(rows[0]["Id"]) if rows else None

    def is_there(self, field: Field, record_id: str) -> bool:
        schema = self._org.full_schema
        targets = [schema[each] for each in field.reference_to if each in schema]
        owners = [each for each in targets if each.key_prefix == record_id[:3]]
        return not owners or bool(self.rows(owners[0], '"Id" = $1', [record_id]))

    def deleted_at(self, sobject: SObject, record_id: str) -> datetime | None:
        sql = f'SELECT _from FROM versions."{sobject.name}" WHERE "Id" = $1 AND _until > $2 AND "IsDeleted"'
        row = self._org.cursor().execute(sql, [record_id, self._org.clock.now]).fetchone()
        return row[0] if row else None

    def account_of(self, activity: Record) -> Any:
        """The account of what an activity is about, else of whom it is with."""
        for key in ("WhatId", "WhoId"):
            owner = next(
                (each for each in self._org.full_schema.values() if each.key_prefix == str(activity.get(key))[:3]), None
            )
            if owner is not None and owner.name == "Account":
                return activity[key]
            if owner is not None and owner.find("AccountId"):
                rows = self.rows(owner, '"Id" = $1', [activity[key]])
                return rows[0]["AccountId"] if rows else None
        return None

    def stages(self) -> dict[str, Stage]:
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
            for row in self.rows(sobject, "true", [])
        }

    def names(self, ids: list[str]) -> dict[str, str]:
        sobject = self._org.full_schema.get("User")
        if sobject is None or not ids:
            return {}
        rows = self.rows(sobject, '"Id" IN (SELECT unnest($1))', [ids])
        return {str(row["Id"]): str(row["Name"]) for row in rows}

    def rows(self, sobject: SObject, where: str, parameters: list[Any]) -> list[Record]:
        cursor = self._org.cursor().execute(f'SELECT * FROM current."{sobject.name}" WHERE {where}', parameters)
        names = [column[0] for column in cursor.description or ()]
        return [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]


def external_field(sobject: SObject, name: str) -> Field:
    field = sobject.find(name)
    if field is None or not (field.is_external_id or field.name == "Id"):
        message = f"Provided external ID field does not exist or is not accessible: {name}"
        raise OrgError("NOT_FOUND", message, 404)
    return field
