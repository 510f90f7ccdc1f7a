"""What the company behind the org knows and no record tells, as documents: the ledger, its reasons, totals, odds;
and the list that its finance department keeps."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.sandbox.errors import OrgError
from connectors.sandbox.store.org import Knowing, Org


def tell_truth(org: Org, what: str, parameters: Mapping[str, str]) -> Any:
    """The document named `what`, as of the org's clock.

    The ledger by rule (no name); `facts` with reasons; the true figures by name, most by `period` and `scope`: which
    there are tells docs/how-to/use-the-sandbox.md. Raises OrgError for a name or a parameter that there is not, and for
    all but the ledger where no simulated company is behind the org.
    """
    if not what:
        return {rule: sorted(ids) for rule, ids in org.truth.items()}
    try:
        return _document(_company(org), what, parameters, org.clock.now)
    except ValueError as error:
        raise OrgError("INVALID_ARGUMENT", str(error)) from error


def finance_bookings(org: Org) -> str:
    """What finance has booked, as its CSV file. Raises OrgError where no simulated company is behind the org."""
    return _company(org).bookings_csv(org.clock.now)


def _company(org: Org) -> Knowing:
    if org.company is None:
        raise OrgError("NOT_FOUND", "This org was not simulated: nothing is known beyond its records", 404)
    return org.company


def _document(company: Knowing, what: str, parameters: Mapping[str, str], now: datetime) -> Any:
    period, scope = parameters.get("period", "month"), parameters.get("scope", "company")
    rules = parameters["rules"].split(",") if "rules" in parameters else None
    since = date.fromisoformat(parameters.get("since", date.min.isoformat()))
    tellers: dict[str, Callable[[], Any]] = {
        "facts": lambda: _facts(company.facts, now),
        "totals": lambda: company.totals(period, scope, now),
        "coverage": lambda: company.coverage(period, scope, now),
        "conversions": lambda: company.conversions(period, now),
        "deals": lambda: company.deal_totals(now),
        "leads": lambda: company.leads(now),
        "staff": lambda: company.staff_totals(now),
        "retention": lambda: company.known(now).retention(period, scope),
        "velocity": lambda: company.known(now).velocity(scope),
        "forecasts": lambda: company.known(now).forecasts(scope, since),
        "sellers": lambda: company.known(now).sellers(scope),
        "touches": lambda: company.known(now).touches(period, scope),
        "stalls": lambda: company.known(now).stalls(scope),
        "cohorts": lambda: company.known(now).customer_cohorts(),
        "pay": lambda: company.known(now).pay(),
        "finance": lambda: company.known(now).reconciliation(period),
        "credits": lambda: company.known(now).credits(period, scope),
        "standing": lambda: company.known(now).standing(period),
        "adherence": lambda: company.adherence(scope, rules, now),
        "conformance": lambda: company.known(now).conformance(period, scope),
        "odds": lambda: company.odds(now.date()).to_pylist(),
    }
    if what not in tellers:
        raise OrgError("NOT_FOUND", f"No such truth: {what}; there are {', '.join(tellers)}", 404)
    return _plain(tellers[what]())


def _facts(facts: Any, now: datetime) -> list[dict[str, Any]]:
    moment = pa.scalar(now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now, pa.timestamp("s"))
    held = pc.and_(pc.less_equal(facts["since"], moment), pc.fill_null(pc.greater(facts["until"], moment), True))
    rows: list[dict[str, Any]] = facts.filter(held).to_pylist()
    return rows


def _plain(told: Any) -> Any:
    """The same with days and instants as texts."""
    if isinstance(told, dict):
        return {name: _plain(each) for name, each in told.items()}
    if isinstance(told, list):
        return [_plain(each) for each in told]
    return told.isoformat() if isinstance(told, date) else told
