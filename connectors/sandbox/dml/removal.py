"""Into the recycle bin and out of it, past it, and from one parent to another: records with what hangs on them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.sandbox.dml.author import Author
from connectors.sandbox.dml.effects import Record
from connectors.sandbox.dml.family import children_of
from connectors.sandbox.dml.lookups import Lookups
from connectors.sandbox.errors import OrgError
from connectors.sandbox.metadata.schema import SObject
from connectors.sandbox.metadata.writable import is_mergeable
from connectors.sandbox.store.org import Org


class Removal:
    """Moves whole families of records. To be called inside a transaction, with objects of the full schema."""

    def __init__(self, org: Org, lookups: Lookups, author: Author) -> None:
        self._org = org
        self._lookups = lookups
        self._author = author

    def delete(self, sobject: SObject, records: list[Record], extra: Mapping[str, Any]) -> None:
        if not records:
            return
        self._org.save(
            sobject.name, [{**self._author.stamped(sobject, each), "IsDeleted": True, **extra} for each in records]
        )
        ids = [str(each["Id"]) for each in records]
        for child, reference in children_of(self._org.full_schema, sobject.name):
            made = self._org.full_schema[child]
            self._org.unscript(child, reference, ids, only_deletions=False)
            self.delete(
                made, self._lookups.rows(made, f'"{reference}" IN (SELECT unnest($1)) AND NOT "IsDeleted"', [ids]), {}
            )

    def restore(self, sobject: SObject, records: list[Record], deleted_at: datetime | None) -> None:
        if not records:
            return
        cleared = {"IsDeleted": False} | ({"MasterRecordId": None} if is_mergeable(sobject) else {})
        self._org.save(sobject.name, [{**self._author.stamped(sobject, each), **cleared} for each in records])
        ids = [str(each["Id"]) for each in records]
        for child, reference in children_of(self._org.full_schema, sobject.name):
            made = self._org.full_schema[child]
            rows = self._lookups.rows(made, f'"{reference}" IN (SELECT unnest($1)) AND "IsDeleted"', [ids])
            gone_with_it = [row for row in rows if self._lookups.deleted_at(made, str(row["Id"])) == deleted_at]
            self.restore(made, gone_with_it, deleted_at)

    def erase(self, sobject: SObject, ids: list[str]) -> None:
        for child, reference in children_of(self._org.full_schema, sobject.name):
            made = self._org.full_schema[child]
            self._org.unscript(child, reference, ids, only_deletions=False)
            rows = self._lookups.rows(made, f'"{reference}" IN (SELECT unnest($1))', [ids])
            if rows:
                self.erase(made, [str(row["Id"]) for row in rows])
        self._org.vanish(sobject.name, ids)

    def move(self, child: SObject, reference: str, losers: list[str], master: str) -> list[str]:
        """The ids of the records of `child` that have another parent now."""
        rows = self._lookups.rows(child, f'"{reference}" IN (SELECT unnest($1))', [losers])
        self._org.save(child.name, [{**self._author.stamped(child, row), reference: master} for row in rows])
        return [str(row["Id"]) for row in rows]

    def refuse_won(self, account_id: str) -> None:
        schema = self._org.full_schema
        if "Opportunity" not in schema or not schema["Opportunity"].find("IsWon"):
            return
        sql = '"AccountId" = $1 AND "IsWon" AND NOT "IsDeleted"'
        if won := self._lookups.rows(schema["Opportunity"], sql, [account_id]):
            names = ", ".join(str(row["Name"]) for row in won[:3])
            message = (
                "Your attempt to delete the account could not be completed because it is associated with the "
                f"following closed won opportunities.: {names}"
            )
            raise OrgError("DELETE_FAILED", message)
