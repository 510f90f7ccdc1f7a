"""What some sellers do wrong as a habit: rules about a seller's whole population of deals find them by it.

Each rule's rate is a share of the slots; of a small company's slots each bears at most one habit.
"""

from dataclasses import dataclass

import numpy as np

from connectors.sandbox.simulate.deals.book import Flags
from connectors.sandbox.simulate.setting.blemishes import rate
from connectors.sandbox.simulate.setting.era import Era

RULES = ("OPP-11", "OPP-16", "PATH-09", "PATH-10", "PATH-12", "PATH-13")


@dataclass(frozen=True)
class Slants:
    """Per slot, by the rule that it breaks: round amounts, close dates on quarter ends, stage moves all at the end
    of the quarter, paths of one's own, deals entered when they are as good as won, commitments made lightly."""

    by_rule: dict[str, Flags]

    def __getitem__(self, rule: str) -> Flags:
        return self.by_rule[rule]


def form_slants(era: Era, slots: int) -> Slants:
    order = era.stream("slants").permutation(slots)
    by_rule, taken = {}, 0
    for rule in RULES:
        share = rate(era, rule)
        count = min(max(round(share * slots), 1 if share else 0), slots - taken)
        by_rule[rule] = np.isin(np.arange(slots), order[taken : taken + count])
        taken += count
    return Slants(by_rule)
