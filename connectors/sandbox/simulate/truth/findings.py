"""What the rules about activities, leads and managers find: facts by number of record, and spans of time."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

from connectors.sandbox.simulate.setting import frames
from connectors.sandbox.simulate.setting.era import Ints
from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.staff.people import SHIFT
from connectors.sandbox.simulate.truth.facts import Facts, facts

PREFIXES = {"Task": "00T", "Event": "00U", "User": "005", "Lead": "00Q", "Opportunity": "006"}


def found(
    rule: str, sobject: str, numbers: Ints, since: Ints, until: Ints, *reasons: str, which: Ints | None = None
) -> Iterator[Facts]:
    """Facts of a rule about records by number; `which` tells the reason of each, the first one by default."""
    reason = np.zeros(since.size, dtype=np.int64) if which is None else which
    for code in np.unique(reason).tolist():
        rows = np.flatnonzero(reason == code)
        ids = frames.ids(PREFIXES[sobject], numbers[rows] + 1)
        yield facts(rule, reasons[code], ids, since[rows], until[rows], sobject)


@dataclass(slots=True)
class Spans:
    """Intervals [since, until) of things by number; `until` is never NONE here."""

    who: Ints
    since: Ints
    until: Ints

    def merged(self) -> "Spans":
        """The same time in as few intervals as possible, by number and time."""
        kept = self.since < self.until
        who, since, until = self.who[kept], self.since[kept], self.until[kept]
        order = np.lexsort((since, who))
        who, since, until = who[order], since[order], until[order]
        reach = np.maximum.accumulate(until + who * SHIFT) - who * SHIFT
        begins = np.ones(who.size, dtype=bool)
        begins[1:] = (who[1:] != who[:-1]) | (since[1:] > reach[:-1])
        last = np.append(np.flatnonzero(begins)[1:], who.size) - 1
        return Spans(who[begins], since[begins], reach[last] if who.size else reach)

    def without(self, other: "Spans") -> "Spans":
        """This time less the other's."""
        return _counted(self.merged(), other.merged(), lambda mine, theirs: (mine > 0) & (theirs == 0))

    def within(self, other: "Spans") -> "Spans":
        """The time that both hold."""
        return _counted(self.merged(), other.merged(), lambda mine, theirs: (mine > 0) & (theirs > 0))


def _counted(left: Spans, right: Spans, holds: Any) -> Spans:
    """The spans between marks over which `holds` says yes to how many of each side are open."""
    who = np.concatenate([left.who, left.who, right.who, right.who])
    at = np.concatenate([left.since, left.until, right.since, right.until])
    mine = np.concatenate([np.ones(len(left.who)), -np.ones(len(left.who)), np.zeros(2 * len(right.who))])
    theirs = np.concatenate([np.zeros(2 * len(left.who)), np.ones(len(right.who)), -np.ones(len(right.who))])
    order = np.lexsort((at, who))
    who, at = who[order], at[order]
    is_on = holds(np.cumsum(mine[order]), np.cumsum(theirs[order]))
    following = np.append(at[1:], 0)
    kept = is_on & np.append(who[1:] == who[:-1], False) & (at < following)
    return Spans(who[kept], at[kept], following[kept]).merged()


def flag_spans(who: Ints, at: Ints, holds: Any, end: int = NONE) -> Spans:
    """The spans in which a flag holds, given its values in order of number and time; `end` is where the last ends."""
    is_last = np.append(who[1:] != who[:-1], True)
    until = np.where(is_last, end, np.append(at[1:], end))
    kept = np.asarray(holds, dtype=bool)
    starts = kept & ~np.append(False, kept[:-1] & ~is_last[:-1])
    ends = kept & (is_last | ~np.append(kept[1:], False))
    return Spans(who[starts], at[starts], until[ends])
