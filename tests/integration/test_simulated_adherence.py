"""How sellers keep to the process, against what the simulated company says of them.

The company counts in plain Python from its own list of events, as of the same instant, and never saw a model. What
each rule finds is in test_simulated_rules_*.
"""

from datetime import datetime

import duckdb
import pytest

from connectors.sandbox.company import Company
from connectors.sandbox.simulate.truth.adherence import FAULTS
from connectors.sandbox.simulate.truth.known import Known
from tests.support.telling import differences, keyed, rows_of, same, sort_out

pytestmark = pytest.mark.xdist_group("main_job")

# The company tells those that are planted; the marts those beyond a limit, or as far as anybody can know.
NOT_ALIKE = {"OPP-03", "OPP-06", "OPP-07", "PATH-02", "PATH-11"}
ADHERENCE = (
    "open_count",
    "on_process_count",
    "deal_adherence_rate",
    "stage_exit_count",
    "on_process_exit_count",
    "stage_exit_adherence_rate",
    *(f"{fault}_exit_count" for fault in FAULTS),
)


@pytest.mark.parametrize(
    ("severities", "count", "rate"),
    [
        (("critical", "high", "medium"), "deals_with_exception_count", "adherence_rate"),
        (("critical", "high"), "deals_with_grave_exception_count", "grave_free_rate"),
    ],
)
def test_sellers_keep_to_the_process_as_the_company_says(
    published: duckdb.DuckDBPyConnection,
    visible: Company,
    known: Known,
    now: datetime,
    severities: tuple[str, ...],
    count: str,
    rate: str,
) -> None:
    """By the rules that the marts judge. Where the company tells only what is planted, or the marts only what can be
    known (see test_simulated_rules_*), the exceptions stand for it: what is compared is which deals of whom break any.
    """
    exceptions = rows_of(
        published,
        "select rule_id, record_id from marts.fct_process_exceptions where record_object = 'Opportunity' "
        f"and severity in {severities} and status = 'open'",
    )
    facts = visible.facts_at(now)
    found = {row["record_id"] for row in exceptions if row["rule_id"] in NOT_ALIKE}
    rules = {row["rule_id"] for row in exceptions} - NOT_ALIKE
    breaking = found.union(*(facts.get(rule, ()) for rule in rules))
    truth = {row["scope_id"]: row for row in known.adherence("rep", breaking)}
    told = rows_of(published, "select * from marts.rpt_rep_process_adherence where open_count > 0")
    for row in told:
        true = truth[row["owner_id"]]
        assert (row["open_count"], row[count]) == (true["open_count"], true["breaking_count"])
        assert row[rate] == pytest.approx(true["adherence_rate"])
        if "medium" in severities:
            assert float(row["at_risk_amount"]) == pytest.approx(true["at_risk_amount"])
    assert len(told) > 2


def test_deals_and_stage_exits_keep_to_their_process_week_by_week_as_the_company_says(
    published: duckdb.DuckDBPyConnection, known: Known
) -> None:
    rows = rows_of(
        published,
        "select *, owner_id as scope_id, week_start_date as period_start_date from marts.rpt_owner_adherence_weekly",
    )
    told = sort_out(rows)
    assert differences(told, keyed(known.conformance("week", "rep")), same(ADHERENCE)) == []
    for name in ADHERENCE:
        assert told.compared([name]) > 0, name
    assert told.compared(ADHERENCE) > 1_000


def test_a_deal_is_at_risk_with_its_own_amount_whatever_the_exception_is_of(
    published: duckdb.DuckDBPyConnection,
) -> None:
    told = rows_of(
        published,
        "select distinct record_object, opportunity_id, at_risk_amount from marts.fct_process_exceptions "
        "where opportunity_id is not null and status = 'open'",
    )
    amounts = {
        row["opportunity_id"]: row["amount"]
        for row in rows_of(published, "select opportunity_id, amount from marts.fct_opportunities where is_open")
    }
    assert {row["record_object"] for row in told} > {"Opportunity"}
    for row in told:
        closed = 0 if row["record_object"] == "Opportunity" else None
        assert row["at_risk_amount"] == amounts.get(row["opportunity_id"], closed), row
