"""Patience: what is tried again, how long it waits, and where it does not go."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import TYPE_CHECKING

import pytest

from connectors.salesforce.errors import RedirectError, UnreachableError
from connectors.salesforce.transport import Patience, Transport, instant_of, seconds_of

if TYPE_CHECKING:
    from tests.unit.connectors.salesforce.conftest import Naps, Server


@pytest.mark.parametrize("status", [406, 420, 429, 500, 502, 503, 504])
def test_a_transient_status_is_tried_again(status: int, server: Server, patience: Patience, naps: Naps) -> None:
    server.on("GET", "/x", server.reply(status), server.reply(200, b"ok"))
    with Transport(patience) as http:
        assert http.get(server.url + "/x").content == b"ok"
    assert naps.seconds == [0.5]


@pytest.mark.parametrize("damage", ["drop", "cut"])
def test_a_cut_connection_is_tried_again(server: Server, patience: Patience, damage: str) -> None:
    broken = server.reply(200, b"half of this is lost", damage="drop" if damage == "drop" else "cut")
    server.on("GET", "/x", broken, server.reply(200, b"ok"))
    with Transport(patience) as http:
        assert http.get(server.url + "/x").content == b"ok"


def test_a_server_that_does_not_answer_in_time_is_unreachable(server: Server, naps: Naps) -> None:
    def slowly(call: object) -> object:
        time.sleep(0.2)
        return server.reply()

    server.on("GET", "/x", slowly)  # type: ignore[arg-type]
    patience = Patience(attempts=2, read_timeout=0.05, sleep=naps)
    with Transport(patience) as http, pytest.raises(UnreachableError, match="in 2 attempts"):
        http.get(server.url + "/x")


def test_pauses_double_up_to_a_limit_and_are_jittered() -> None:
    waited: list[float] = []
    bounds: list[tuple[float, float]] = []

    def jitter(low: float, high: float) -> float:
        bounds.append((low, high))
        return high / 2

    patience = Patience(base=1.0, longest_pause=5.0, sleep=waited.append, jitter=jitter)
    for attempt in range(1, 6):
        patience.pause(attempt)
    assert bounds == [(0, 1), (0, 2), (0, 4), (0, 5), (0, 5)]
    assert waited == [0.5, 1, 2, 2.5, 2.5]


def test_retry_after_is_honoured(server: Server, patience: Patience, naps: Naps) -> None:
    server.on("GET", "/x", server.reply(429, headers={"Retry-After": "7"}), server.reply(200, b"ok"))
    with Transport(patience) as http:
        assert http.get(server.url + "/x").status_code == 200
    assert naps.seconds == [7.0]


def test_retry_after_may_be_a_date() -> None:
    soon = format_datetime(datetime.now(UTC) + timedelta(seconds=30), usegmt=True)
    seconds = seconds_of(soon)
    assert seconds is not None
    assert 28 < seconds <= 30
    assert seconds_of("Thu, 01 Jan 1970 00:00:00 GMT") == 0
    assert seconds_of("soon") is None


def test_an_outage_ends_as_unreachable_with_its_reason(server: Server, patience: Patience) -> None:
    server.on("GET", "/x", server.reply(503, b"down for maintenance"))
    with Transport(patience) as http, pytest.raises(UnreachableError, match="down for maintenance") as caught:
        http.get(server.url + "/x?q=secret")
    assert caught.value.attempts == 4
    assert "secret" not in str(caught.value)
    assert server.count("GET", "/x") == 4


def test_a_refusal_is_not_tried_again(server: Server, patience: Patience) -> None:
    server.on("GET", "/x", server.reply(400))
    with Transport(patience) as http:
        assert http.get(server.url + "/x").status_code == 400
    assert server.count("GET", "/x") == 1


def test_a_redirect_within_the_host_is_followed(server: Server, patience: Patience) -> None:
    server.on("GET", "/x", server.reply(302, headers={"Location": "/y"}))
    server.on("GET", "/y", server.reply(200, b"here"))
    with Transport(patience) as http:
        assert http.get(server.url + "/x").content == b"here"


def test_a_redirect_to_another_host_is_refused(server: Server, patience: Patience) -> None:
    server.on("GET", "/x", server.reply(302, headers={"Location": "https://evil.example/y"}))
    with Transport(patience) as http, pytest.raises(RedirectError) as caught:
        http.get(server.url + "/x")
    assert caught.value.target == "https://evil.example/y"


def test_a_circle_of_redirects_ends(server: Server, patience: Patience) -> None:
    server.on("GET", "/x", server.reply(302, headers={"Location": "/x"}))
    with Transport(patience) as http, pytest.raises(UnreachableError, match="circle"):
        http.get(server.url + "/x")


def test_a_proxy_of_the_environment_is_not_used_for_this_machine(
    server: Server, patience: Patience, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.delenv("NO_PROXY", raising=False)
    server.on("GET", "/x", server.reply(200, b"ok"))
    with Transport(patience) as http:
        assert http.get(server.url + "/x").content == b"ok"


def test_the_date_header_is_read_as_utc() -> None:
    assert instant_of("Sun, 22 Nov 2026 09:00:00 GMT") == datetime(2026, 11, 22, 9, tzinfo=UTC)
    assert instant_of(None) is None
