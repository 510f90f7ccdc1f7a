"""HTTP with patience: a timeout on every call, retries with backoff and jitter, no strange hosts.

Knows status codes and connections, nothing of sessions, errors in JSON or sObjects: that is
`client` for the API and `auth` for the login.
"""

import logging
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urljoin, urlsplit

import requests

from connectors.salesforce.address import is_loopback, same_origin
from connectors.salesforce.errors import RedirectError, UnreachableError

log = logging.getLogger("salespulse.salesforce")

MOST_REDIRECTS = 5
TRANSIENT = frozenset({406, 420, 429})


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long to try. All times in seconds.

    `sleep` and `jitter` (a number between two bounds) are parameters so that tests need not wait.
    """

    attempts: int = 6
    page_attempts: int = 4
    base: float = 0.5
    longest_pause: float = 30.0
    longest_retry_after: float = 600.0
    connect_timeout: float = 10.0
    read_timeout: float = 120.0
    first_poll: float = 0.1
    longest_poll: float = 10.0
    job_timeout: float = 12 * 3600.0
    page_timeout: float = 3600.0
    sleep: Callable[[float], None] = field(default=time.sleep, repr=False)
    jitter: Callable[[float, float], float] = field(default=random.uniform, repr=False)

    def pause(self, attempt: int, retry_after: float | None = None) -> None:
        """Wait before the attempt after number `attempt` (from 1): full jitter, or what the server asks."""
        if retry_after is not None:
            self.sleep(min(retry_after, self.longest_retry_after))
            return
        self.sleep(self.jitter(0.0, min(self.longest_pause, self.base * 2 ** (attempt - 1))))


class Transport(requests.Session):
    """A requests session that tries again where that can help. UnreachableError when it did not."""

    def __init__(self, patience: Patience) -> None:
        super().__init__()
        self.patience = patience

    def is_transient(self, response: requests.Response) -> bool:
        """Whether the same request may succeed a little later."""
        return response.status_code >= 500 or response.status_code in TRANSIENT

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        address = _text(url)
        # A proxy of the environment knows nothing about a sandbox on this machine.
        self.trust_env = not is_loopback(urlsplit(address).hostname or "")
        kwargs["timeout"] = kwargs.get("timeout") or (
            self.patience.connect_timeout,
            self.patience.read_timeout,
        )
        kwargs["allow_redirects"] = False
        for _ in range(MOST_REDIRECTS):
            response = self._try(_text(method), address, *args, **kwargs)
            if not response.is_redirect:
                return response
            target = urljoin(address, response.headers["Location"])
            response.close()
            if not same_origin(address, target):
                raise RedirectError(_bare(address), _bare(target))
            address = target
        raise UnreachableError(_bare(address), MOST_REDIRECTS, "it redirects in a circle")

    def _try(self, method: str, address: str, *args: Any, **kwargs: Any) -> requests.Response:
        reason = ""
        for attempt in range(1, self.patience.attempts + 1):
            retry_after = None
            try:
                response = super().request(method, address, *args, **kwargs)
            except requests.exceptions.SSLError as error:
                reason = f"the certificate was not accepted ({_innermost(error)})"
                raise UnreachableError(_bare(address), attempt, reason) from error
            except (
                requests.exceptions.ConnectionError,
                requests.exceptions.Timeout,
                requests.exceptions.ChunkedEncodingError,
                requests.exceptions.ContentDecodingError,
            ) as error:
                reason = _innermost(error)
            else:
                if not self.is_transient(response):
                    return response
                reason = f"status {response.status_code} {_excerpt(response)}".rstrip()
                retry_after = seconds_of(response.headers.get("Retry-After"))
                response.close()
            log.debug("%s %s, attempt %d: %s", method, _bare(address), attempt, reason)
            if attempt < self.patience.attempts:
                self.patience.pause(attempt, retry_after)
        raise UnreachableError(_bare(address), self.patience.attempts, reason)


def seconds_of(retry_after: str | None) -> float | None:
    """The header Retry-After, a number of seconds or a date, as seconds from now. None if unreadable."""
    if not retry_after:
        return None
    if retry_after.strip().isdigit():
        return float(retry_after)
    instant = instant_of(retry_after)
    return None if instant is None else max(0.0, (instant - datetime.now(UTC)).total_seconds())


def instant_of(http_date: str | None) -> datetime | None:
    """The header Date as a UTC instant, None if absent or unreadable."""
    try:
        return parsedate_to_datetime(http_date or "").astimezone(UTC)
    except ValueError:
        return None


def _innermost(error: BaseException) -> str:
    while (inner := error.__cause__ or error.__context__) is not None:
        error = inner
    return f"{type(error).__name__}: {error}"[:300]


def _excerpt(response: requests.Response) -> str:
    return " ".join(response.text.split())[:200]


def _bare(address: str) -> str:
    """The address without its query, which may be long."""
    return address.partition("?")[0]


def _text(value: str | bytes) -> str:
    return value.decode() if isinstance(value, bytes) else value
