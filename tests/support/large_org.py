"""A table of opportunities as large as one likes, made with Arrow in a second: 19 fields as sales teams fill them."""

from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.sandbox.clock import Clock
from connectors.sandbox.metadata.schema import SObject, parse_fields
from connectors.sandbox.store.org import Org

NOW = datetime(2026, 3, 18, 12)
NAME = "Opportunity"
OPPORTUNITY = SObject(
    NAME,
    "006",
    NAME,
    parse_fields(
        "Id id required\nIsDeleted boolean required\nAccountId reference >Account\nName string 120 required name\n"
        "StageName picklist required\nAmount currency 18.2\nProbability percent\nExpectedRevenue currency 18.2\n"
        "CloseDate date required\nType picklist\nLeadSource picklist\nIsClosed boolean required\n"
        "IsWon boolean required\nForecastCategory picklist\nOwnerId reference >User\nNextStep string 255\n"
        "CreatedDate datetime required\nLastModifiedDate datetime required\nSystemModstamp datetime required"
    ),
)
STAGES = [
    "Prospecting",
    "Qualification",
    "Needs Analysis",
    "Proposal/Price Quote",
    "Negotiation",
    "Closed Won",
    "Closed Lost",
]
NEXT_STEPS = [
    "Send the revised quote",
    'Ask legal for the "final" terms',
    "Call on Monday, then mail",
    "",
    "Démo, then pilot",
]


def large_org(rows: int, *, seed: int = 7) -> Org:
    """An org with `rows` opportunities; its clock stands at `NOW`."""
    return Org({NAME: OPPORTUNITY}, {NAME: _opportunities(rows, seed)}, Clock(NOW), is_snapshot=True)


def touch(org: Org, share: int) -> int:
    """One row in `share` changes a minute after the clock's time, which then moves on; returns how many."""
    at = org.clock.now + timedelta(minutes=1)
    stamps = '"SystemModstamp" = $at, "LastModifiedDate" = $at'
    (changed,) = org.cursor().execute(
        f'UPDATE versions."{NAME}" SET "Amount" = round("Amount" + 1, 2), {stamps} WHERE hash("Id") % {share} = 0',
        {"at": at},
    ).fetchone() or (0,)
    org.advance_to(at + timedelta(hours=1))
    return int(changed)


def _opportunities(rows: int, seed: int) -> Any:
    dice = np.random.default_rng(seed)
    number = pa.array(np.arange(rows))
    stage = dice.integers(0, len(STAGES), rows)
    amount = np.round(dice.lognormal(10, 1.2, rows), 2)
    probability = stage * 100.0 / len(STAGES)
    created = np.datetime64(NOW, "s") - dice.integers(91 * 86_400, 1_000 * 86_400, rows).astype("timedelta64[s]")
    # None of them within the minutes before the clock's time: the next sync would read those again.
    modified = created + dice.integers(0, 90 * 86_400, rows).astype("timedelta64[s]")
    return pa.table(
        {
            "Id": _ids("006", number),
            "AccountId": _ids("001", pa.array(dice.integers(0, max(rows // 4, 1), rows))),
            "Name": _joined("Opportunity of customer ", pc.cast(number, pa.string())),
            "StageName": pa.array(STAGES).take(pa.array(stage)),
            "Amount": pa.array(amount),
            "Probability": pa.array(probability),
            "ExpectedRevenue": pa.array(np.round(amount * probability / 100, 2)),
            "CloseDate": pa.array((created + np.timedelta64(60, "D")).astype("datetime64[D]")),
            "Type": _chosen(dice, rows, ["New Business", "Expansion", "Renewal", None]),
            "LeadSource": _chosen(dice, rows, ["Web", "Referral", "Partner", "Outbound", None]),
            "IsClosed": pa.array(stage >= 5),
            "IsWon": pa.array(stage == 5),
            "ForecastCategory": _chosen(dice, rows, ["Pipeline", "BestCase", "Forecast", "Closed", "Omitted"]),
            "OwnerId": _ids("005", pa.array(dice.integers(0, 200, rows))),
            "NextStep": _chosen(dice, rows, [step or None for step in NEXT_STEPS]),
            "CreatedDate": pa.array(created),
            "LastModifiedDate": pa.array(modified),
            "SystemModstamp": pa.array(modified),
            "_from": pa.array(created),
        }
    )


def _chosen(dice: np.random.Generator, rows: int, values: list[str | None]) -> Any:
    return pa.array(values).take(pa.array(dice.integers(0, len(values), rows)))


def _ids(prefix: str, number: Any) -> Any:
    return _joined(f"{prefix}L", pc.utf8_lpad(pc.cast(number, pa.string()), 11, "0"), "AAA")


def _joined(before: str, middle: Any, after: str = "") -> Any:
    return pc.binary_join_element_wise(before, middle, after, "")
