"""What Salesforce means by its answers: sessions that end, quotas, errors, usage, the clock."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from connectors.salesforce.auth import ClientCredentials, SessionCredentials
from connectors.salesforce.client import Client
from connectors.salesforce.errors import (
    InstanceUrlError,
    LoginError,
    QuotaExceededError,
    RequestError,
    ResponseError,
    UnreachableError,
)
from connectors.salesforce.usage import ApiUsage, parse_usage

if TYPE_CHECKING:
    from pathlib import Path

    from connectors.salesforce.transport import Patience
    from tests.unit.connectors.salesforce.conftest import Call, Naps, Org, Reply, Server

TOKEN = "/services/oauth2/token"


def guarded(server: Server, good_token: str) -> object:
    """An endpoint that knows one token only."""

    def answer(call: Call) -> Reply:
        if call.headers["Authorization"] == f"Bearer {good_token}":
            return server.json({"is": "fine"})
        return server.error(401, "INVALID_SESSION_ID", "Session expired or invalid")

    return answer


def test_a_session_that_ended_is_renewed_once_for_all_threads(server: Server, patience: Patience) -> None:
    tokens = iter(["old", "new", "newer"])
    login = lambda call: server.json({"access_token": next(tokens), "instance_url": server.url})  # noqa: E731
    server.on("POST", TOKEN, login)
    server.on("GET", "limits", guarded(server, "new"))  # type: ignore[arg-type]
    start = threading.Barrier(4)

    def call(_: int) -> object:
        start.wait()
        return client.get_json("limits")

    with Client(ClientCredentials(server.url, "k", "s"), patience=patience) as client:
        assert client.session.session_id == "old"
        with ThreadPoolExecutor(4) as pool:
            assert list(pool.map(call, range(4))) == [{"is": "fine"}] * 4
    assert server.count("POST", TOKEN) == 2


def test_a_new_session_that_is_refused_too_ends_as_a_login_error(server: Server, patience: Patience) -> None:
    server.on("POST", TOKEN, server.json({"access_token": "t", "instance_url": server.url}))
    server.on("GET", "limits", server.error(401, "INVALID_SESSION_ID"))
    with (
        Client(ClientCredentials(server.url, "k", "s"), patience=patience) as client,
        pytest.raises(LoginError, match="API access"),
    ):
        client.get_json("limits")
    assert server.count("POST", TOKEN) == 2
    assert server.count("GET", "limits") == 2


def test_a_given_session_id_that_ended_asks_for_a_new_one(org: Org, client: Client) -> None:
    org.on("GET", "limits", org.error(401, "INVALID_SESSION_ID"))
    with pytest.raises(LoginError, match="Give a new session id"):
        client.get_json("limits")


def test_a_used_up_quota_stops_at_once(org: Org, client: Client, naps: Naps) -> None:
    org.on("GET", "limits", org.error(403, "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded."))
    with pytest.raises(QuotaExceededError, match="TotalRequests Limit exceeded") as caught:
        client.get_json("limits")
    assert caught.value.exit_code == 4
    assert naps.seconds == []


def test_too_many_requests_at_once_pass_with_time(org: Org, client: Client, naps: Naps) -> None:
    busy = org.error(403, "REQUEST_LIMIT_EXCEEDED", "ConcurrentRequests (Concurrent API) Limit exceeded.")
    org.on("GET", "limits", busy, org.json({}))
    assert client.get_json("limits") == {}
    assert len(naps.seconds) == 1


def test_a_refusal_keeps_salesforces_code_and_words(org: Org, client: Client) -> None:
    org.on("GET", "query", org.error(400, "MALFORMED_QUERY", "unexpected token: FRM"))
    with pytest.raises(RequestError, match="unexpected token: FRM") as caught:
        client.get_json("query", {"q": "SELECT Id FRM X"})
    assert (caught.value.status, caught.value.code) == (400, "MALFORMED_QUERY")
    assert caught.value.method == "GET"


@pytest.mark.parametrize("body", [b"<html>", b"[]", b'"text"', b'{"error": "x"}'])
def test_a_refusal_in_any_shape_is_told(body: bytes, org: Org, client: Client) -> None:
    org.on("GET", "limits", org.reply(400, body))
    with pytest.raises(RequestError):
        client.get_json("limits")


def test_an_answer_that_is_no_json_is_told(org: Org, client: Client) -> None:
    org.on("GET", "limits", org.reply(200, b"<html>Log in to the hotel"))
    with pytest.raises(ResponseError, match="hotel"):
        client.get_json("limits")


def test_503_then_an_answer(org: Org, client: Client) -> None:
    org.on("GET", "limits", org.error(503, "SERVER_UNAVAILABLE"), org.json({"ok": 1}))
    assert client.get_json("limits") == {"ok": 1}


def test_an_outage_ends_as_unreachable(org: Org, client: Client) -> None:
    org.on("GET", "limits", org.error(503, "SERVER_UNAVAILABLE"))
    with pytest.raises(UnreachableError):
        client.get_json("limits")


def test_the_token_is_sent_to_the_instance_only(server: Server, client: Client) -> None:
    server.on("GET", "/x", server.json({}))
    with pytest.raises(InstanceUrlError):
        client.get_json(server.url + "/x")
    assert server.calls == []


def test_a_netrc_does_not_replace_the_token(
    org: Org, client: Client, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    netrc = tmp_path / "netrc"
    netrc.write_text("machine 127.0.0.1 login a password b\n")
    netrc.chmod(0o600)
    monkeypatch.setenv("NETRC", str(netrc))
    org.on("GET", "limits", org.json({}))
    client.get_json("limits")
    assert org.calls[0].headers["Authorization"] == "Bearer 00D!token"


def test_plain_http_to_another_machine_is_refused_before_any_call() -> None:
    with pytest.raises(InstanceUrlError, match="not https"):
        Client(SessionCredentials("http://acme.my.salesforce.com", "x"))


def test_the_usage_of_the_api_is_kept_from_the_last_answer(org: Org, client: Client) -> None:
    header = "api-usage=25/100000; per-app-api-usage=17/250(appName=x)"
    org.on("GET", "limits", org.json({}, Sforce_Limit_Info=header))
    client.get_json("limits")
    assert client.api_usage == ApiUsage(25, 100_000)


@pytest.mark.parametrize("header", [None, "", "api-usage", "api-usage=many/more", "per-app-api-usage=1/2"])
def test_a_usage_that_cannot_be_read_is_none(header: str | None) -> None:
    assert parse_usage(header) is None


def test_the_clock_is_the_servers(org: Org, client: Client) -> None:
    org.on("GET", "limits", org.json({}))
    client.get_json("limits")
    assert abs(client.server_now() - org.now) < timedelta(seconds=5)


def test_the_client_makes_no_call_before_it_is_asked(server: Server, patience: Patience) -> None:
    Client(ClientCredentials(server.url, "k", "s"), patience=patience).close()
    assert server.calls == []
