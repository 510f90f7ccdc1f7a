"""What the source itself counts, to hold against the warehouse: rows, live rows, amounts by month.

Everything is as of the end of the window that was loaded. Rows that changed since are named, so that
both sides can leave them out; counts between which rows went on changing are asked for again. What
cannot be counted (a query too large, a field that cannot be filtered) is None. Comparing is not done here.
"""

import json
import logging
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from connectors.landed import HISTORY_KEPT, MonthTotals, SourceTotals
from connectors.salesforce.client import Client
from connectors.salesforce.deleted import Deletions
from connectors.salesforce.describe import ObjectDescription
from connectors.salesforce.errors import RequestError, ResponseError
from connectors.salesforce.naming import table_name
from connectors.salesforce.soql import literal
from connectors.salesforce.window import parse_instant

log = logging.getLogger("salespulse.salesforce")

ATTEMPTS = 3
# getDeleted wants a minute at least.
LEAST_LOOK_BACK = timedelta(minutes=2)
ALIVE = "IsDeleted = false"

Changed = dict[str, datetime | None]


def source_totals(
    client: Client, description: ObjectDescription, *, as_of: datetime, run_id: str, gone: Deletions | None = None
) -> SourceTotals:
    """Count the object as of the instant. Raises a SalesforceError only where no other query would fare better.

    `gone` is what getDeleted has told this sync already; without it that is asked, once.
    """
    counting = _Counting(client, description, as_of)
    counting = replace(counting, purged=counting.asked_purged() if gone is None else gone.ids_since(as_of))
    row_count, live_count = counting.created()
    changed, months = counting.changed(), None
    if changed is None or not description.is_stamped_by_deletion:
        live_count = None
    elif changed or counting.has_amounts:
        changed, live_count, months = _settled(counting, changed, live_count)
    stamps = [stamp for stamp in (changed or {}).values() if stamp is not None]
    return SourceTotals(
        object_name=description.name,
        table=table_name(description.name),
        run_id=run_id,
        as_of=as_of,
        row_count=row_count,
        measured_at=client.server_now(),
        newest_change=max(stamps, default=None),
        months=months,
        changed_ids=tuple(sorted(changed or ())),
        live_count=live_count,
        counted_from=counting.counted_from,
    )


def _settled(
    counting: "_Counting", changed: Changed, alive: int | None
) -> tuple[Changed, int | None, tuple[MonthTotals, ...] | None]:
    """What changed, live rows and months, between which nothing changed; None for both if it never stops."""
    for _ in range(ATTEMPTS):
        live_count, months = counting.live() if changed else alive, counting.months()
        again = counting.changed()
        if again == changed:
            return changed, live_count, months
        changed = again or {}
    log.info("%s: rows go on changing; only all rows are compared this time", counting.description.name)
    return changed, None, None


@dataclass(frozen=True, slots=True)
class _Counting:
    """The queries about one object as of one instant."""

    client: Client
    description: ObjectDescription
    as_of: datetime
    # Deleted since, whether or not they are still in the recycle bin.
    purged: frozenset[str] = frozenset()

    @property
    def counted_from(self) -> datetime | None:
        """Rows that no change and no deletion stamps are history: only what is certainly kept can be counted."""
        return self.as_of - HISTORY_KEPT if self.description.is_history else None

    @property
    def has_amounts(self) -> bool:
        there = all(self.description.has(name) for name in ("CloseDate", "Amount"))
        return there and not self.description.masked & {"CloseDate", "Amount"}

    @property
    def settled(self) -> str | None:
        """The condition for live rows that have not changed since; None if no field tells."""
        if self.description.cursor_field is None:
            return None
        before = f"{self.description.cursor_field} < {literal(self.as_of)}"
        return f"{ALIVE} AND {before}" if self.description.has("IsDeleted") else before

    def created(self) -> tuple[int | None, int | None]:
        """Rows created before the instant: all of them with the recycle bin, and those that live."""
        if not self.description.is_filterable("CreatedDate"):
            return None, None
        condition = f"WHERE CreatedDate < {literal(self.as_of)}"
        if self.counted_from is not None:
            condition += f" AND CreatedDate >= {literal(self.counted_from)}"
        if not self.description.has("IsDeleted"):
            count = self._count(condition)
            return count, count
        rows = self._rows(f"SELECT IsDeleted, COUNT(Id) n FROM {self.description.name} {condition} GROUP BY IsDeleted")
        if rows is None:
            return None, None
        counts = {row["IsDeleted"]: int(row["n"]) for row in rows}
        return sum(counts.values()), counts.get(False, 0)

    def live(self) -> int | None:
        return None if self.settled is None else self._count(f"WHERE {self.settled}")

    def changed(self) -> Changed | None:
        """Ids of rows that changed since the instant, or were deleted for good, with their stamps."""
        field = self.description.cursor_field
        if field is None:
            return None
        name = self.description.name
        found = self._rows(f"SELECT Id, {field} FROM {name} WHERE {field} >= {literal(self.as_of)}")
        if found is None:
            return None
        changed: Changed = {str(row["Id"]): parse_instant(str(row[field])) for row in found}
        return dict.fromkeys(self.purged) | changed

    def months(self) -> tuple[MonthTotals, ...] | None:
        """Count and amount of the live rows by month of the close date, and by currency where the org has several.

        What SOQL adds up by groups it tells in the corporate currency, converted at rates that are not those of the
        records, and rounded. So the amount of other currencies than that one is None: only their rows are counted.
        """
        if not self.has_amounts or self.settled is None:
            return None
        groups = ["CALENDAR_YEAR(CloseDate)", "CALENDAR_MONTH(CloseDate)"]
        currency = ["CurrencyIsoCode"] if self.description.has("CurrencyIsoCode") else []
        asked = [f"{groups[0]} y", f"{groups[1]} m", *currency, "COUNT(Id) n", "SUM(Amount) a"]
        rows = self._rows(
            f"SELECT {', '.join(asked)} FROM {self.description.name} WHERE {self.settled} "
            f"GROUP BY {', '.join([*groups, *currency])}"
        )
        if rows is None:
            return None
        has_several = any(row.get("CurrencyIsoCode") for row in rows)
        corporate = self._corporate() if has_several else None
        return tuple(_month(row, has_amount=row.get("CurrencyIsoCode") == corporate) for row in rows)

    def _corporate(self) -> str:
        """The ISO code that aggregated amounts are in; empty if it may not be asked."""
        rows = self._rows("SELECT IsoCode FROM CurrencyType WHERE IsCorporate = true")
        return str(rows[0]["IsoCode"]) if rows else ""

    def asked_purged(self) -> frozenset[str]:
        """What getDeleted tells; nothing where it is of no use."""
        if not self.description.is_replicateable or self.description.cursor_field is None:
            return frozenset()
        now = self.client.server_now().replace(microsecond=0)
        start = min(self.as_of, now - LEAST_LOOK_BACK)
        try:
            path = f"sobjects/{self.description.name}/deleted/"
            answer = self.client.get_json(path, {"start": literal(start), "end": literal(now)})
            return frozenset(str(entry["id"]) for entry in answer["deletedRecords"])
        except (RequestError, KeyError, TypeError) as error:
            log.debug("%s: getDeleted is of no use: %s", self.description.name, error)
            return frozenset()

    def _count(self, condition: str) -> int | None:
        rows = self._rows(f"SELECT COUNT(Id) n FROM {self.description.name} {condition}")
        return int(rows[0]["n"]) if rows else None

    def _rows(self, query: str) -> list[dict[str, Any]] | None:
        """All rows of a small query, None if it is refused. Numbers keep their digits."""
        rows: list[dict[str, Any]] = []
        path: str | None = "queryAll/"
        params: dict[str, str] | None = {"q": query}
        try:
            while path:
                response = self.client.request("GET", path, params=params)
                body = json.loads(response.content, parse_float=Decimal)
                rows += body["records"]
                path, params = body.get("nextRecordsUrl"), None
        except RequestError as error:
            log.info("%s: this is not compared, its count was refused: %s", self.description.name, error)
            return None
        except (ValueError, KeyError, TypeError) as error:
            raise ResponseError(self.client.url("queryAll/"), f"it is no query result ({error!r})") from error
        return rows


def _month(row: dict[str, Any], *, has_amount: bool) -> MonthTotals:
    month = None if row["y"] is None else date(int(row["y"]), int(row["m"]), 1)
    amount = Decimal(row["a"] or 0) if has_amount else None
    return MonthTotals(month, int(row["n"]), amount, row.get("CurrencyIsoCode"))
