"""At which rate the violations of the rules about deals and their paths are planted.

A rate is a share of what the rule is about: deals, losses, wins, stage entries, sellers. At 0 nothing is planted;
what the deals' lives alone bring about (an overdue close date, a stage that takes too long) is in the ledger too.
"""

from collections.abc import Mapping

from connectors.sandbox.simulate.setting.era import Era

RATES: Mapping[str, float] = {
    "OPP-11": 0.07,  # sellers
    "OPP-12": 0.03,  # deals with line items
    "OPP-13": 0.07,  # stage entries
    "OPP-14": 0.07,  # stage entries
    "OPP-16": 0.07,  # sellers
    "OPP-20": 0.22,  # losses
    "OPP-21": 0.03,  # wins: without a quote
    "OPP-22": 0.05,  # closings
    "OPP-23": 0.02,  # deals; twice that of expansions and renewals
    "OPP-24": 0.03,  # losses
    "OPP-25": 0.008,  # deals
    "OPP-26": 0.15,  # open deals of those who leave
    "OPP-27": 0.012,  # new business
    "OPP-28": 0.05,  # wins
    "PATH-01": 0.75,  # deals that do not follow the process, and a sixth of that of the others
    "PATH-02": 0.22,  # the same, a third of it of the others
    "PATH-03": 0.006,  # deals
    "PATH-04": 0.004,  # deals
    "PATH-05": 0.002,  # deals
    "PATH-07": 0.006,  # deals
    "PATH-08": 0.5,  # sellers, once a year
    "PATH-09": 0.07,  # sellers
    "PATH-10": 0.07,  # sellers
    "PATH-12": 0.07,  # sellers
    "PATH-13": 0.07,  # sellers
    "PATH-14": 0.004,  # deals
}


def rate(era: Era, rule: str) -> float:
    return era.rates.get(rule, RATES[rule])
