"""What is saved about deals, as events that each set some columns; merged, they become the steps of the book."""

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from connectors.sandbox.simulate.deals.book import Steps
from connectors.sandbox.simulate.setting.era import Ints
from connectors.sandbox.simulate.setting.ordering import order_by

UNSET = -9  # an event that leaves the column as it is
A_NOTE = -5  # a next step is to be written that fits the stage
OWNER, MANAGER = -2, -3  # who saves: the owner then, or the leader of the owner's team
LEAST_GAP = 60  # seconds between two versions of a deal
_SHIFT = np.int64(1 << 34)
FILLS: dict[str, Any] = {
    "stage": np.int16(UNSET),
    "amount": np.float64("nan"),
    "close": np.int64(UNSET),
    "probability": np.float64("nan"),
    "category": np.int16(UNSET),
    "owner": np.int32(UNSET),
    "by": np.int32(OWNER),
    "next_step": np.int16(UNSET),
    "loss_reason": np.int16(UNSET),
    "is_deleted": np.bool_(False),
    "record_type": np.int16(UNSET),
}


@dataclass(frozen=True)
class Events:
    """Parallel arrays: whose, when, and the columns set (all others stay)."""

    deal: Ints
    at: Ints
    columns: dict[str, Any] = field(default_factory=dict)

    def __len__(self) -> int:
        return self.deal.size

    def where(self, kept: Any) -> "Events":
        return Events(self.deal[kept], self.at[kept], {name: each[kept] for name, each in self.columns.items()})


def events(deal: Any, at: Any, **columns: Any) -> Events:
    """Events with scalars spread over all of them."""
    made = {}
    for name, values in columns.items():
        kind = FILLS[name].dtype
        made[name] = np.asarray(np.broadcast_to(np.asarray(values, dtype=kind), deal.size))
    return Events(np.asarray(deal, dtype=np.int64), np.asarray(at, dtype=np.int64), made)


def merge(parts: list[Events], end: int) -> tuple[Steps, Ints]:
    """The steps of the events before `end`, in order of deal and time; and of each step the number of its event.

    Every deal's first event sets all columns but the amount. Instants are moved apart where they collide.
    """
    deal = np.concatenate([part.deal for part in parts])
    at = np.concatenate([part.at for part in parts])
    order = order_by(deal, at)
    order = order[at[order] < end]
    deal, at = deal[order], at[order]
    columns = {name: _column(parts, name)[order] for name in FILLS}
    is_first = np.concatenate([[True], deal[1:] != deal[:-1]])
    for name, fill in FILLS.items():
        if name not in ("by", "is_deleted"):
            columns[name] = _carry_on(columns[name], fill, is_first)
    return Steps(deal=deal, at=_apart(deal, at, is_first), **columns), order


def _column(parts: list[Events], name: str) -> Any:
    fill = FILLS[name]
    return np.concatenate([part.columns.get(name, np.full(len(part), fill)) for part in parts])


def _carry_on(values: Any, fill: Any, is_first: Any) -> Any:
    is_set = (~np.isnan(values) if values.dtype.kind == "f" else values != fill) | is_first
    return values[np.maximum.accumulate(np.where(is_set, np.arange(values.size), 0))]


def _apart(deal: Ints, at: Ints, is_first: Any) -> Ints:
    rank = np.arange(at.size)
    rank = rank - np.maximum.accumulate(np.where(is_first, rank, 0))
    earliest = np.maximum.accumulate(deal * _SHIFT + at - LEAST_GAP * rank)
    return np.asarray(earliest - deal * _SHIFT + LEAST_GAP * rank, dtype=np.int64)
