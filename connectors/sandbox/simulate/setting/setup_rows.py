"""What an administrator set up: the organization, stages, record types, task statuses and fiscal periods."""

import zlib
from datetime import date, timedelta
from typing import Any

import numpy as np

from connectors.sandbox.ids import make_ids
from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import DAY, Era, day_number
from connectors.sandbox.simulate.setting.fiscal import fiscal_year
from connectors.sandbox.simulate.setting.money import CODES
from connectors.sandbox.simulate.setting.process import CATEGORY_NAMES, LOST, PROCESSES, STAGES, WON
from connectors.sandbox.simulate.staff.people import ADMIN, Staff

GENERATION = 5  # of the simulation: it tells of other deals than the one before
CORPORATE = CODES[0]
TASK_STATUSES = ("Not Started", "In Progress", "Completed", "Waiting", "Deferred")


def setup_tables(era: Era, staff: Staff) -> dict[str, Any]:
    """Tables of Organization, OpportunityStage, RecordType, BusinessProcess, TaskStatus and Period."""
    return {
        "Organization": _organization(era, staff),
        "OpportunityStage": _stages(era, staff),
        "RecordType": _record_types(era, staff),
        "BusinessProcess": _business_processes(era, staff),
        "TaskStatus": _task_statuses(era, staff),
        "Period": period_table(era),
    }


def period_table(era: Era) -> Any:
    """Years, quarters and months from the era's first year to the year after the anchor's next."""
    years = range(era.first_date.year - 1, era.anchor.year + 3) if era.fiscal_month > 1 else _calendar_years(era)
    spans = [span for year in years for span in _spans_of(year, era.fiscal_month)]
    stamped = np.full(len(spans), era.start - 400 * DAY)
    return frames.table(
        {
            "Id": make_ids("026", np.arange(1, len(spans) + 1)),
            "Type": [kind for kind, *_ in spans],
            "StartDate": frames.days([day_number(start) for _, start, _, _ in spans]),
            "EndDate": frames.days([day_number(end) for _, _, end, _ in spans]),
            "Number": [number for *_, number in spans],
            "IsForecastPeriod": [kind == "Quarter" for kind, *_ in spans],
            "FullyQualifiedLabel": [
                _label(kind, fiscal_year(start, era.fiscal_month), number) for kind, start, _, number in spans
            ],
            "SystemModstamp": frames.instants(stamped),
            "_from": frames.instants(stamped),
        }
    )


def quarter_ids(era: Era) -> dict[date, str]:
    """Quarter start → id of its Period."""
    made = period_table(era)
    rows = zip(made["Id"].to_pylist(), made["Type"].to_pylist(), made["StartDate"].to_pylist(), strict=True)
    return {start: record_id for record_id, kind, start in rows if kind == "Quarter"}


def _spans_of(year: int, first_month: int) -> list[tuple[str, date, date, int]]:
    """Year, quarters and months of the fiscal year that begins in `year`, each with its number."""
    starts = [
        date(year + (first_month + ahead - 1) // 12, (first_month + ahead - 1) % 12 + 1, 1) for ahead in range(13)
    ]
    ends = [start - timedelta(days=1) for start in starts[1:]]
    spans = [("Year", starts[0], ends[11], fiscal_year(starts[0], first_month))]
    spans += [("Quarter", starts[3 * n], ends[3 * n + 2], n + 1) for n in range(4)]
    return spans + [("Month", starts[n], ends[n], n + 1) for n in range(12)]


def _calendar_years(era: Era) -> range:
    return range(era.first_date.year, era.anchor.year + 3)


def _label(kind: str, year: int, number: int) -> str:
    return f"FY {year}" if kind == "Year" else f"{kind} {number} FY {year}"


def _org_number(era: Era) -> int:
    """Another company is another org: a warehouse that holds one of them must not take up the next."""
    return 1 + zlib.crc32(f"{GENERATION}/{era.seed}/{era.scale}/{era.anchor}".encode())


def _organization(era: Era, staff: Staff) -> Any:
    return frames.table(
        {
            "Id": make_ids("00D", [_org_number(era)]),
            "Name": "Sandbox Company",
            "Division": "EMEA",
            "PrimaryContact": "Integration User",
            "DefaultLocaleSidKey": "en_GB",
            "TimeZoneSidKey": "GMT",
            "LanguageLocaleKey": "en_US",
            "FiscalYearStartMonth": era.fiscal_month,
            "UsesStartDateAsFiscalYearName": False,
            "OrganizationType": "Enterprise Edition",
            "InstanceName": "SBX1",
            "IsSandbox": True,
            **({"DefaultCurrencyIsoCode": CORPORATE} if era.has_currencies else {}),
            **_founded(era, staff, 1),
        }
    )


def _stages(era: Era, staff: Staff) -> Any:
    return frames.table(
        {
            "Id": make_ids("01J", np.arange(1, len(STAGES) + 1)),
            "MasterLabel": [stage.name for stage in STAGES],
            "ApiName": [stage.name for stage in STAGES],
            "IsActive": True,
            "SortOrder": np.arange(1, len(STAGES) + 1),
            "IsClosed": [stage.name in (WON, LOST) for stage in STAGES],
            "IsWon": [stage.name == WON for stage in STAGES],
            "ForecastCategory": [stage.category for stage in STAGES],
            "ForecastCategoryName": [CATEGORY_NAMES[stage.category] for stage in STAGES],
            "DefaultProbability": [float(stage.probability) for stage in STAGES],
            **_founded(era, staff, len(STAGES)),
        }
    )


def _record_types(era: Era, staff: Staff) -> Any:
    count = len(PROCESSES)
    return frames.table(
        {
            "Id": make_ids("012", np.arange(1, count + 1)),
            "Name": [process.label for process in PROCESSES],
            "DeveloperName": [process.record_type for process in PROCESSES],
            "BusinessProcessId": make_ids("019", np.arange(1, count + 1)),
            "SobjectType": "Opportunity",
            "IsActive": True,
            **_founded(era, staff, count),
        }
    )


def _business_processes(era: Era, staff: Staff) -> Any:
    count = len(PROCESSES)
    return frames.table(
        {
            "Id": make_ids("019", np.arange(1, count + 1)),
            "Name": [process.label for process in PROCESSES],
            "TableEnumOrId": "Opportunity",
            "IsActive": True,
            **_founded(era, staff, count),
        }
    )


def _task_statuses(era: Era, staff: Staff) -> Any:
    count = len(TASK_STATUSES)
    return frames.table(
        {
            "Id": make_ids("01T", np.arange(1, count + 1)),
            "MasterLabel": list(TASK_STATUSES),
            "ApiName": list(TASK_STATUSES),
            "SortOrder": np.arange(1, count + 1),
            "IsDefault": [name == "Not Started" for name in TASK_STATUSES],
            "IsClosed": [name == "Completed" for name in TASK_STATUSES],
            **_founded(era, staff, count),
        }
    )


def _founded(era: Era, staff: Staff, count: int) -> dict[str, Any]:
    stamped = np.full(count, era.start - 400 * DAY)
    admin = frames.constant(str(staff.ids[ADMIN]), count)
    return frames.audit(stamped, stamped, admin, admin)
