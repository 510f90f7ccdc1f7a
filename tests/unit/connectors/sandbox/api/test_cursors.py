"""Query locators die with their session, of age, and when ten others follow: their answers are not kept for ever."""

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

import pytest
import requests

from connectors.sandbox.api.cursors import MOST_CURSORS
from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.server import SandboxServer


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    org = open_company(seed=5, scale=0.03, anchor=date(2026, 3, 18), clock=Clock(datetime(2026, 3, 18, 12)))
    with SandboxServer(org, session_id="FIRST") as made:
        yield made


def ask(server: SandboxServer, path: str, **parameters: str) -> requests.Response:
    headers = {"Authorization": f"Bearer {server.application.sessions.issue()}"}
    headers["Sforce-Query-Options"] = "batchSize=200"
    return requests.get(server.url + path, params=parameters, headers=headers, timeout=20)


def first_page(server: SandboxServer) -> Any:
    page = ask(server, "/services/data/v64.0/query", q="SELECT Id FROM Task").json()
    assert not page["done"]
    return page


def code(response: requests.Response) -> str:
    return str(response.json()[0]["errorCode"])


def test_the_eleventh_cursor_closes_the_first(server: SandboxServer) -> None:
    pages = [first_page(server) for _ in range(MOST_CURSORS + 1)]
    assert len(server.application.rest.cursors) == MOST_CURSORS
    assert code(ask(server, pages[0]["nextRecordsUrl"])) == "INVALID_QUERY_LOCATOR"
    for page in pages[1:]:
        following = ask(server, page["nextRecordsUrl"])
        assert following.status_code == 200
        assert following.json()["records"] != page["records"]


def test_locators_die_with_their_session(server: SandboxServer) -> None:
    page = first_page(server)
    server.application.sessions.expire_all()
    assert code(ask(server, page["nextRecordsUrl"])) == "INVALID_QUERY_LOCATOR"
    first_page(server)
    assert len(server.application.rest.cursors) == 1, "the answers of the session that ended are gone"


def test_a_locator_lives_for_two_days(server: SandboxServer) -> None:
    page = first_page(server)
    now = server.org.clock.now
    server.org.advance_to(now.replace(day=20))
    assert ask(server, page["nextRecordsUrl"]).status_code == 200
    server.org.advance_to(now.replace(day=21))
    assert code(ask(server, page["nextRecordsUrl"])) == "INVALID_QUERY_LOCATOR"
