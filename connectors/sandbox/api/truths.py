"""What the company behind the org knows and no record tells, as documents: the ledger, its reasons, totals, odds."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.sandbox.errors import OrgError
from connectors.sandbox.store.org import Knowing, Org


def tell_truth(org: Org, what: str, parameters: Mapping[str, str]) -> Any:
    """The document named `what`, as of the org's clock.

    The ledger by rule (no name); `facts` with reasons; `totals` of the KPIs by `period` and `scope`; `staff`, the
    totals of activities, leads and quotas; `odds` of the open deals. Raises OrgError for a name or a parameter
    that there is not, and for all but the ledger where no simulated company is behind the org.
    """
    if not what:
        return {rule: sorted(ids) for rule, ids in org.truth.items()}
    if org.company is None:
        raise OrgError("NOT_FOUND", "This org was not simulated: nothing is known beyond its records", 404)
    now = org.clock.now
    try:
        return _document(org.company, what, parameters, now)
    except ValueError as error:
        raise OrgError("INVALID_ARGUMENT", str(error)) from error


def _document(company: Knowing, what: str, parameters: Mapping[str, str], now: datetime) -> Any:
    match what:
        case "facts":
            return _facts(company.facts, now)
        case "totals":
            rows = company.totals(parameters.get("period", "month"), parameters.get("scope", "company"), now)
            return [_plain(row) for row in rows]
        case "staff":
            return company.staff_totals(now)
        case "odds":
            return [_plain(row) for row in company.odds(now.date()).to_pylist()]
    raise OrgError("NOT_FOUND", f"No such truth: {what}; there are facts, totals, staff and odds", 404)


def _facts(facts: Any, now: datetime) -> list[dict[str, Any]]:
    moment = pa.scalar(now.astimezone(UTC).replace(tzinfo=None) if now.tzinfo else now, pa.timestamp("s"))
    held = pc.and_(pc.less_equal(facts["since"], moment), pc.fill_null(pc.greater(facts["until"], moment), True))
    return [_plain(row) for row in facts.filter(held).to_pylist()]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {name: each.isoformat() if isinstance(each, date) else each for name, each in row.items()}
