"""Who writes and when: stamps on records and ids for new ones."""

import time
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from connectors.sandbox.dml.effects import Record
from connectors.sandbox.ids import make_id
from connectors.sandbox.metadata.schema import SObject
from connectors.sandbox.store.org import Org

USER_NUMBER = 1


class Author:
    """The org's only user. `stamp` is the instant that the records are stamped with, by default the clock's."""

    _number = time.time_ns() // 1_000_000  # an org never gives an id again, not even after this process

    def __init__(self, org: Org, stamp: datetime | None) -> None:
        self._org = org
        self._stamp = stamp
        user = org.full_schema.get("User")
        self.id = make_id(user.key_prefix if user else "005", USER_NUMBER)

    @property
    def now(self) -> datetime:
        return self._stamp or self._org.clock.now

    def created(self) -> dict[str, Any]:
        """The stamps of a new record."""
        return {"CreatedDate": self.now, "CreatedById": self.id}

    def stamped(self, sobject: SObject, record: Mapping[str, Any]) -> Record:
        """The record as saved now."""
        stamps = {"LastModifiedDate": self.now, "LastModifiedById": self.id, "SystemModstamp": self.now}
        return {**record, **{name: value for name, value in stamps.items() if sobject.find(name)}}

    def next_id(self, sobject: SObject) -> str:
        Author._number += 1
        return make_id(sobject.key_prefix, Author._number)
