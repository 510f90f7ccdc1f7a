"""The sandbox's own resources under /sandbox: what no true org offers, and what Salesforce offers by SOAP alone.

Undelete and merge have no REST call in Salesforce (SOAP has them, see `soap`); nor has erasing (Bulk
hardDelete). Here they are POST /sandbox/undelete, /sandbox/merge and /sandbox/hard-delete, too.
"""

import logging
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from connectors.sandbox.api.login import Sessions
from connectors.sandbox.api.quotas import Quotas
from connectors.sandbox.api.replication import Transactions
from connectors.sandbox.api.truths import finance_bookings, tell_truth
from connectors.sandbox.dml.writing import Writer
from connectors.sandbox.errors import OrgError
from connectors.sandbox.http.faults import Faults
from connectors.sandbox.http.message import Request, Response, json_response
from connectors.sandbox.store.org import Org, clock_text

log = logging.getLogger("salespulse.sandbox")


class Controls:
    """Switches of one org. `status` is told by the application, which knows its address and calls."""

    def __init__(
        self,
        org: Org,
        *,
        sessions: Sessions,
        faults: Faults,
        transactions: Transactions,
        quotas: Quotas,
        status: Callable[[], dict[str, Any]],
    ) -> None:
        self._org = org
        self._sessions = sessions
        self._faults = faults
        self._transactions = transactions
        self._quotas = quotas
        self._status = status

    def answer(self, request: Request) -> Response:
        name = request.path.rstrip("/").removeprefix("/sandbox/")
        match request.method:
            case "GET":
                return self._tell(name, request.parameters)
            case "POST":
                return self._do(name, request.json_object)
            case "DELETE" if name == "faults":
                self._faults.clear()
                return Response(204)
        raise _unknown()

    def _tell(self, name: str, parameters: Mapping[str, str]) -> Response:
        told: dict[str, Callable[[], Any]] = {
            "status": self._status,
            "faults": self._faults.shown,
            "permissions": self._org.permissions.shown,
            "limits": self._quotas.shown,
            "transaction": self._transactions.shown,
        }
        if name.partition("/")[0] == "truth":
            return json_response(tell_truth(self._org, name.partition("/")[2], parameters))
        if name == "bookings":
            return Response(200, finance_bookings(self._org).encode(), "text/csv;charset=UTF-8")
        if name not in told:
            raise _unknown()
        return json_response(told[name]())

    def _do(self, name: str, told: Mapping[str, Any]) -> Response:
        actions: dict[str, Callable[[Mapping[str, Any]], Response]] = {
            "advance": self._advance,
            "expire-sessions": self._expire,
            "faults": lambda each: json_response(self._faults.add(each).shown(), 201),
            "permissions": self._permit,
            "limits": self._limit,
            "transaction": lambda each: json_response(self._transactions.control(each)),
            "undelete": self._undelete,
            "merge": self._merge,
            "hard-delete": self._erase,
        }
        if name not in actions:
            raise _unknown()
        return actions[name](told)

    def _advance(self, told: Mapping[str, Any]) -> Response:
        now = self._org.clock.now
        try:
            if "to" in told:
                target = datetime.fromisoformat(told["to"])
            else:
                step = {unit: float(told[unit]) for unit in ("days", "hours", "minutes", "seconds") if unit in told}
                if not step:
                    raise ValueError('say {"days": n}, {"hours": n} or {"to": "2026-01-31T00:00:00Z"}')
                target = now + timedelta(**step)
            moved = self._org.advance_to(target)
        except (ValueError, TypeError, OverflowError) as error:
            raise OrgError("INVALID_CLOCK", str(error)) from error
        log.info("clock moved from %s to %s", now.isoformat(), moved.isoformat())
        return json_response({"now": clock_text(moved)})

    def _expire(self, _told: Mapping[str, Any]) -> Response:
        self._sessions.expire_all()
        return Response(204)

    def _permit(self, told: Mapping[str, Any]) -> Response:
        self._org.permissions.set(told)
        return json_response(self._org.permissions.shown())

    def _limit(self, told: Mapping[str, Any]) -> Response:
        self._quotas.set(told)
        return json_response(self._quotas.shown())

    def _undelete(self, told: Mapping[str, Any]) -> Response:
        Writer(self._org).undelete(_object(told), _ids(told, "ids"))
        return Response(204)

    def _erase(self, told: Mapping[str, Any]) -> Response:
        Writer(self._org).erase(_object(told), _ids(told, "ids"))
        return Response(204)

    def _merge(self, told: Mapping[str, Any]) -> Response:
        fields = told.get("fields") or {}
        Writer(self._org).merge(_object(told), str(told.get("master")), _ids(told, "losers"), fields)
        return Response(204)


def _object(told: Mapping[str, Any]) -> str:
    return str(told.get("object", ""))


def _ids(told: Mapping[str, Any], key: str) -> list[str]:
    ids = told.get(key)
    if not isinstance(ids, list) or not ids:
        raise OrgError("MISSING_ARGUMENT", f"{key} must be a list of record ids")
    return [str(each) for each in ids]


def _unknown() -> OrgError:
    message = (
        "No such control; there are GET /sandbox/status, bookings, truth, truth/facts, truth/totals and others, "
        "GET or POST /sandbox/faults, permissions, limits, transaction, and POST /sandbox/advance, expire-sessions, "
        "undelete, merge, hard-delete"
    )
    return OrgError("NOT_FOUND", message, 404)
