"""At which rate the violations of the rules about activities, leads and managers are planted.

A rate is a share of what the rule is about: of tasks, of closed deals, of sellers, of a manager's weeks. At 0
nothing is planted; what chance alone brings about is in the ledger as well.
"""

from collections.abc import Mapping

from connectors.sandbox.simulate.setting.era import Era

Rates = Mapping[str, float]

PLANTED: Rates = {
    "ACT-01": 0.02,  # tasks and customer meetings
    "ACT-02": 0.08,  # tasks and customer meetings written down afterwards
    "ACT-03": 0.14,  # sellers
    "ACT-04": 0.08,  # tasks planned ahead
    "ACT-05": 0.008,  # tasks written down afterwards
    "ACT-06": 0.18,  # calls
    "ACT-07": 0.02,  # closed deals
    "ACT-08": 0.35,  # sellers, once a year
    "ACT-09": 0.14,  # sellers
    "LEAD-01": 0.2,  # leads that are worked
    "LEAD-02": 0.12,  # leads that stay open
    "LEAD-03": 0.04,  # converted leads
    "LEAD-04": 0.03,  # leads
    "MGR-01": 0.1,  # weeks of a manager
    "MGR-02": 0.12,  # reviews
    "MGR-03": 0.06,  # one-to-ones, left out for some weeks
    "MGR-04": 0.2,  # sellers and quarters
    "MGR-05": 0.12,  # weeks of a manager
    "MGR-06": 0.06,  # reviews
    "MGR-07": 0.15,  # quarters of a manager
    "MGR-08": 0.2,  # weeks of a manager
    "MGR-09": 0.2,  # quarters of a manager
    "MGR-10": 0.2,  # managers
    "MGR-11": 0.12,  # review actions
    "MGR-12": 0.05,  # hires of sellers
}


def rates_of(era: Era) -> Rates:
    """The rates of a company: these, where the era sets no others."""
    return {**PLANTED, **era.rates}
