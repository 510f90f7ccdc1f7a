"""One org, logged in: every call of the API goes through here.

Adds to `transport` what Salesforce means by its answers: sessions that end, quotas, errors in JSON,
the API usage and the server's clock. What the answers hold is the business of the modules beside.
"""

import logging
import threading
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self
from urllib.parse import urlsplit

import requests

from connectors.salesforce.address import same_origin, trusted
from connectors.salesforce.auth import Credentials, Session, SessionCredentials, login
from connectors.salesforce.errors import (
    InstanceUrlError,
    LoginError,
    QuotaExceededError,
    QuotaShareError,
    RequestError,
    ResponseError,
)
from connectors.salesforce.transport import Patience, Transport, instant_of
from connectors.salesforce.usage import ApiUsage, CallCounter, parse_usage

log = logging.getLogger("salespulse.salesforce")

DEFAULT_VERSION = "62.0"
QUOTA_CODES = frozenset({"REQUEST_LIMIT_EXCEEDED", "ExceededQuota"})


class Client:
    """A connection to one org. No I/O before the first call; thread-safe; close it at the end.

    `version` is the API version ("62.0"); `allowed_hosts` are hosts outside Salesforce's domains
    that the token may be sent to. `quota_share` (0 to 1) is the part of the org's daily requests after
    which no further one is made: QuotaShareError. `calls` counts the requests that were made.
    """

    def __init__(
        self,
        credentials: Credentials,
        *,
        version: str = DEFAULT_VERSION,
        allowed_hosts: Collection[str] = (),
        patience: Patience | None = None,
        quota_share: float = 1.0,
    ) -> None:
        self.version = version.removeprefix("v")
        self.patience = patience or Patience()
        self.quota_share = quota_share
        self.calls = CallCounter()
        self._credentials = credentials
        self._allowed_hosts = frozenset(allowed_hosts)
        self._session: Session | None = None
        self._lock = threading.Lock()
        self._http = _ApiTransport(self)
        self._clock_offset = timedelta(0)
        self.api_usage: ApiUsage | None = None
        # A wrong address is a mistake of configuration: said now, not at the first call.
        at = credentials
        address = at.instance_url if isinstance(at, SessionCredentials) else at.login_url
        trusted(address, self._allowed_hosts)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    @property
    def session(self) -> Session:
        """The session; logs in at first use."""
        with self._lock:
            if self._session is None:
                self._session = self._login()
            return self._session

    @property
    def instance_url(self) -> str:
        return self.session.instance_url

    def renew(self, stale: Session) -> Session:
        """Log in again, once for all threads that found the same session ended."""
        with self._lock:
            if self._session is stale:
                if isinstance(self._credentials, SessionCredentials):
                    remedy = "Give a new session id, or credentials that can log in by themselves."
                    raise LoginError("INVALID_SESSION_ID", "the session has ended", remedy)
                log.info("The session has ended; logging in again")
                self._session = self._login()
            return self._session or self._login()

    def server_now(self) -> datetime:
        """The instant by the server's clock (UTC), to the second, from the last answer's Date header."""
        return datetime.now(UTC) + self._clock_offset

    @property
    def clock_skew(self) -> timedelta:
        """The server's clock minus this machine's."""
        return self._clock_offset

    def url(self, path: str) -> str:
        """A path below the version's root (`limits`), or one that begins with a slash, as an address."""
        if path.startswith("/"):
            return self.instance_url + path
        if "://" in path:
            return path
        return f"{self.instance_url}/services/data/v{self.version}/{path}"

    def request(self, method: str, path: str, **kwargs: Any) -> requests.Response:
        """One call; `kwargs` as for requests. Raises a SalesforceError for anything but success."""
        return self._http.request(method, self.url(path), **kwargs)

    def get_json(self, path: str, params: Mapping[str, str] | None = None) -> Any:
        return json_of(self.request("GET", path, params=params))

    def post_json(self, path: str, body: Mapping[str, Any]) -> Any:
        return json_of(self.request("POST", path, json=dict(body)))

    def note(self, response: requests.Response) -> None:
        """Keep what every answer says beside its content: API usage and the time."""
        usage = parse_usage(response.headers.get("Sforce-Limit-Info"))
        if usage is not None:
            self.api_usage = usage
        instant = instant_of(response.headers.get("Date"))
        if instant is not None:
            self._clock_offset = instant - datetime.now(UTC)

    def _login(self) -> Session:
        return login(
            self._credentials,
            version=self.version,
            patience=self.patience,
            allowed_hosts=self._allowed_hosts,
        )


class _ApiTransport(Transport):
    """Sends the token, and to the instance only; understands Salesforce's refusals."""

    def __init__(self, client: Client) -> None:
        super().__init__(client.patience)
        self._client = client
        self.headers["Accept-Encoding"] = "gzip"

    def is_transient(self, response: requests.Response) -> bool:
        if response.status_code == 403:
            # Too many at once passes by itself; too many in a day does not.
            code, reason = parse_error(response)
            return code in QUOTA_CODES and "concurrent" in reason.lower()
        return super().is_transient(response)

    def send(self, request: requests.PreparedRequest, **kwargs: Any) -> requests.Response:
        self._client.calls.add(urlsplit(request.url or "").path)
        return super().send(request, **kwargs)

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        # What is left is for others; only taking a job away is not held back.
        usage = self._client.api_usage
        if usage is not None and usage.is_beyond(self._client.quota_share) and method != "DELETE":
            raise QuotaShareError(usage.used, usage.limit, self._client.quota_share)
        session = self._client.session
        response = self._send(session, method, url, *args, **kwargs)
        if response.status_code == 401:
            response.close()
            session = self._client.renew(session)
            response = self._send(session, method, url, *args, **kwargs)
        self._client.note(response)
        if response.status_code >= 300:
            raise _refusal(response)
        return response

    def _send(
        self, session: Session, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any
    ) -> requests.Response:
        address = url.decode() if isinstance(url, bytes) else url
        if not same_origin(address, session.instance_url):
            raise InstanceUrlError(address, f"the session belongs to {session.instance_url}")
        return super().request(method, address, *args, **{**kwargs, "auth": _Bearer(session.session_id)})


class _Bearer(requests.auth.AuthBase):
    """Puts the token on a request, whatever headers or a ~/.netrc say."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self._token}"
        return request


def json_of(response: requests.Response) -> Any:
    """The JSON of an answer, ResponseError if it is none."""
    try:
        return response.json()
    except requests.exceptions.JSONDecodeError as error:
        raise _no_json(response) from error


def _no_json(response: requests.Response) -> ResponseError:
    return ResponseError(response.url.partition("?")[0], f"it is no JSON but {response.text[:80]!r}")


def parse_error(response: requests.Response) -> tuple[str, str]:
    """(errorCode, message) of a refusal, in any of the shapes that Salesforce has for it."""
    try:
        body = response.json()
    except requests.exceptions.JSONDecodeError:
        return "", " ".join(response.text.split())[:300]
    entry = body[0] if isinstance(body, list) and body else body
    if not isinstance(entry, dict):
        return "", str(body)[:300]
    code = entry.get("errorCode") or entry.get("error") or ""
    return str(code), str(entry.get("message") or entry.get("error_description") or "")


def _refusal(response: requests.Response) -> RequestError | QuotaExceededError | LoginError:
    code, reason = parse_error(response)
    address = response.url.partition("?")[0]
    if response.status_code == 401:
        remedy = "The user may have lost API access: check its profile and the connected app's policies."
        return LoginError(code or "401", reason or "the new session is not accepted either", remedy)
    if code in QUOTA_CODES:
        return QuotaExceededError(address, reason or code)
    method = response.request.method or "?"
    return RequestError(method, address, response.status_code, code or "?", reason or "no reason given")
