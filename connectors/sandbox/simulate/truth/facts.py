"""Facts: the rules that records break, from when until when and why, as columns."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa

from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import Ints
from connectors.sandbox.simulate.setting.frames import NONE

SCHEMA = pa.schema(
    [
        ("rule", pa.string()),
        ("object", pa.string()),
        ("record_id", pa.string()),
        ("reason", pa.string()),
        ("since", pa.timestamp("s")),
        ("until", pa.timestamp("s")),
    ]
)


@dataclass(frozen=True)
class Facts:
    """`rule` holds for each of the records (ids as Arrow texts) from `since` until `until` (NONE: for good)."""

    rule: str
    sobject: str
    reason: str
    ids: Any
    since: Ints
    until: Ints


def facts(rule: str, reason: str, ids: Any, since: Any, until: Any, sobject: str = "Opportunity") -> Facts:
    """Facts of which those remain that last at all; `until` may be one instant for all."""
    begins = np.asarray(since, dtype=np.int64)
    ends = np.array(np.broadcast_to(np.asarray(until, dtype=np.int64), begins.shape))
    kept = np.flatnonzero((ends == NONE) | (begins < ends))
    return Facts(rule, sobject, reason, ids.take(pa.array(kept)), begins[kept], ends[kept])


def facts_table(every: Iterable[Facts]) -> Any:
    """Columns rule, object, record_id, reason, since and until (UTC; null: for good)."""
    return pa.concat_tables([SCHEMA.empty_table(), *(_table(each) for each in every)])


def _table(each: Facts) -> Any:
    columns = {
        "rule": each.rule,
        "object": each.sobject,
        "record_id": each.ids,
        "reason": each.reason,
        "since": frames.instants(each.since),
        "until": frames.instants(each.until),
    }
    return frames.table(columns).cast(SCHEMA)


def runs(first: Any, values: Any) -> tuple[Ints, Ints]:
    """Where runs of equal values begin and end (one past) in arrays in which `first` begins each record."""
    begins = np.flatnonzero(np.asarray(first) | np.concatenate([[True], values[1:] != values[:-1]]))
    return begins, np.append(begins[1:], len(values))
