"""What a day is to an org: its clock, its time zone and its fiscal year."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from connectors.sandbox.errors import OrgError
from connectors.sandbox.store.org import Org

_PERIOD_KINDS = ("Quarter", "Year")


@dataclass(frozen=True, slots=True)
class FiscalYear:
    """A year that starts on the first of `month`, named by the calendar year it ends in unless told otherwise.

    `quarters` and `years` are the first days of the org's periods, in order and with the day after the last one;
    where they do not start months the fiscal year is a custom one.
    """

    month: int = 1
    is_named_by_start: bool = False
    quarters: tuple[date, ...] = ()
    years: tuple[date, ...] = ()

    @property
    def is_custom(self) -> bool:
        return any(start.day != 1 for start in (*self.quarters, *self.years))


class Calendar:
    """`now` is naive UTC, as all instants inside the org; days are those of `zone`."""

    def __init__(self, now: datetime, zone: str = "UTC", fiscal: FiscalYear | None = None) -> None:
        self.now = now
        self._zone = zone
        self._fiscal = fiscal or FiscalYear()

    @property
    def zone(self) -> str:
        return self._zone

    @property
    def fiscal(self) -> FiscalYear:
        return self._fiscal

    @cached_property
    def today(self) -> date:
        return self.now.replace(tzinfo=UTC).astimezone(_zone_info(self.zone)).date()

    def midnight(self, day: date) -> datetime:
        """The instant at which `day` begins, as naive UTC."""
        local = datetime.combine(day, time(), _zone_info(self.zone))
        return local.astimezone(UTC).replace(tzinfo=None)


class OrgCalendar(Calendar):
    """The calendar that the Organization and Period records of an org tell, read when first needed."""

    def __init__(self, org: Org) -> None:
        super().__init__(org.clock.now)
        self._org = org

    @property
    def zone(self) -> str:
        return str(self._organization.get("TimeZoneSidKey") or "UTC")

    @cached_property
    def fiscal(self) -> FiscalYear:
        told = self._organization
        quarters, years = (self._period_starts(kind) for kind in _PERIOD_KINDS)
        month = int(told.get("FiscalYearStartMonth") or 1)
        return FiscalYear(month, bool(told.get("UsesStartDateAsFiscalYearName")), quarters, years)

    @cached_property
    def _organization(self) -> dict[str, Any]:
        names = ("TimeZoneSidKey", "FiscalYearStartMonth", "UsesStartDateAsFiscalYearName")
        organization = self._org.schema.get("Organization")
        present = [name for name in names if organization and organization.find(name)]
        if not present:
            return {}
        columns = ", ".join(f'"{name}"' for name in present)
        row = self._org.cursor().execute(f'SELECT {columns} FROM current."Organization" LIMIT 1').fetchone()
        return dict(zip(present, row, strict=True)) if row else {}

    def _period_starts(self, kind: str) -> tuple[date, ...]:
        period = self._org.schema.get("Period")
        if period is None or not all(period.find(name) for name in ("Type", "StartDate", "EndDate")):
            return ()
        sql = (
            'SELECT day FROM (SELECT "StartDate" AS day FROM current."Period" WHERE "Type" = $1 UNION '
            'SELECT max("EndDate") + 1 FROM current."Period" WHERE "Type" = $1) WHERE day IS NOT NULL ORDER BY 1'
        )
        return tuple(row[0] for row in self._org.cursor().execute(sql, [kind]).fetchall())


def _zone_info(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        message = f"The organization's TimeZoneSidKey '{name}' is no time zone; set one such as 'Europe/Berlin'"
        raise OrgError("UNKNOWN_EXCEPTION", message, 500) from error
