"""Logging in: four kinds of credentials, one function.

simple-salesforce speaks the protocols of users (SOAP, JWT bearer, password grant). It only knows https on
salesforce.com, so a small session class sends its requests to the login address that was configured, after
that address was checked. It is imported where such a user logs in: with its SOAP library it takes as long as a
small sync, and the one request of client credentials needs none of it. Secrets appear in no repr, log or message.
"""

import base64
import logging
import warnings
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit
from xml.parsers.expat import ExpatError

import requests

from connectors.salesforce.address import is_loopback, trusted
from connectors.salesforce.errors import CredentialsError, LoginError, ResponseError
from connectors.salesforce.transport import Patience, Transport

log = logging.getLogger("salespulse.salesforce")

LOGIN_URL = "https://login.salesforce.com"
LAST_SOAP_VERSION = 64.0  # login() of the SOAP API ends with version 64.0


@dataclass(frozen=True, slots=True)
class SessionCredentials:
    """A session id (or access token) that somebody else got. Cannot log in again."""

    instance_url: str
    session_id: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PasswordCredentials:
    """A user's name and password: SOAP login, or OAuth's password grant if a consumer is given."""

    username: str
    password: str = field(repr=False)
    security_token: str = field(default="", repr=False)
    login_url: str = LOGIN_URL
    consumer_key: str | None = field(default=None, repr=False)
    consumer_secret: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class ClientCredentials:
    """OAuth client credentials of a connected app. `login_url` is the org's My Domain address."""

    login_url: str
    consumer_key: str = field(repr=False)
    consumer_secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class JwtCredentials:
    """OAuth JWT bearer: the connected app's key, the user to act as, a private key in PEM."""

    username: str
    private_key: Path
    consumer_key: str = field(repr=False)
    login_url: str = LOGIN_URL


Credentials = SessionCredentials | PasswordCredentials | ClientCredentials | JwtCredentials


@dataclass(frozen=True, slots=True)
class Session:
    """An open door: where the org is, and the token for it."""

    instance_url: str
    session_id: str = field(repr=False)


def login(
    credentials: Credentials,
    *,
    version: str,
    patience: Patience,
    allowed_hosts: Collection[str] = (),
) -> Session:
    """Log in and return the session, its instance address checked.

    InstanceUrlError or CredentialsError for configuration, LoginError when Salesforce says no,
    UnreachableError when it says nothing.
    """
    if isinstance(credentials, SessionCredentials):
        return Session(trusted(credentials.instance_url, allowed_hosts), credentials.session_id)
    login_url = trusted(credentials.login_url, allowed_hosts)
    with _LoginTransport(login_url, patience) as http:
        if isinstance(credentials, ClientCredentials):
            session_id, host = _enter_as_client(login_url, http, credentials)
        else:
            session_id, host = _enter_as_user(login_url, http, _arguments(credentials, login_url, version))
    if not session_id or not host:
        raise ResponseError(login_url, "it holds no session")
    scheme = "http" if login_url.startswith("http:") and is_loopback(_hostname(f"//{host}")) else "https"
    instance_url = trusted(f"{scheme}://{host}", allowed_hosts)
    log.info("Logged in to %s", instance_url)
    return Session(instance_url, session_id)


class _LoginTransport(Transport):
    """Sends what simple-salesforce addresses to `https://<domain>.salesforce.com` to the login address."""

    def __init__(self, login_url: str, patience: Patience) -> None:
        super().__init__(patience)
        self._login_url = login_url
        # Without an auth of its own, requests would take a password for this host from ~/.netrc.
        self.auth = _as_it_is

    def is_transient(self, response: requests.Response) -> bool:
        # A SOAP fault (a wrong password) is a 500 with an XML body: an answer, not an outage.
        is_fault = response.status_code == 500 and b"exceptionCode" in response.content
        return not is_fault and super().is_transient(response)

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        path = urlsplit(url.decode() if isinstance(url, bytes) else url).path
        return super().request(method, self._login_url + path, *args, **kwargs)


def _enter_as_client(login_url: str, http: requests.Session, credentials: ClientCredentials) -> tuple[str, str]:
    """Token and host of OAuth's client credentials grant."""
    if (host := _hostname(login_url)) in {"login.salesforce.com", "test.salesforce.com"}:
        what = f"client credentials do not work at {host}"
        raise CredentialsError(what, "Set the login URL to https://<name>.my.salesforce.com.")
    pair = base64.b64encode(f"{credentials.consumer_key}:{credentials.consumer_secret}".encode()).decode()
    response = http.post(
        f"{login_url}/services/oauth2/token",
        data={"grant_type": "client_credentials"},
        headers={"Authorization": f"Basic {pair}"},
    )
    try:
        answer = response.json()
    except requests.exceptions.JSONDecodeError:
        raise _refused(response.status_code, response.text) from None
    if not isinstance(answer, Mapping):
        raise ResponseError(login_url, "it is no answer to a login")
    if response.status_code != 200:
        raise _refused(answer.get("error"), answer.get("error_description"))
    return str(answer.get("access_token") or ""), urlsplit(str(answer.get("instance_url") or "")).netloc


def _enter_as_user(login_url: str, http: requests.Session, arguments: dict[str, Any]) -> tuple[str, str]:
    from simple_salesforce.exceptions import SalesforceAuthenticationFailed
    from simple_salesforce.login import SalesforceLogin

    try:
        with warnings.catch_warnings():
            # It warns of what its error says as well; the error is told here with its remedy.
            warnings.simplefilter("ignore", UserWarning)
            session_id, host = SalesforceLogin(session=http, **arguments)
    except SalesforceAuthenticationFailed as error:
        raise _refused(error.code, error.auth_message) from None
    except (ExpatError, AttributeError) as error:
        raise ResponseError(login_url, "it is no answer to a login") from error
    return session_id, host


def _refused(code: object, message: object) -> LoginError:
    code = str(code or "UNKNOWN")
    return LoginError(code, " ".join(str(message or "").split())[:300] or "no reason given", _remedy(code))


def _arguments(credentials: PasswordCredentials | JwtCredentials, login_url: str, version: str) -> dict[str, Any]:
    match credentials:
        case PasswordCredentials(consumer_key=str(), consumer_secret=str()):
            return {
                "username": credentials.username,
                "password": credentials.password + credentials.security_token,
                "consumer_key": credentials.consumer_key,
                "consumer_secret": credentials.consumer_secret,
            }
        case PasswordCredentials():
            return {
                "username": credentials.username,
                "password": credentials.password,
                "security_token": credentials.security_token,
                "sf_version": str(min(float(version), LAST_SOAP_VERSION)),
            }
        case JwtCredentials():
            return {
                "username": credentials.username,
                "consumer_key": credentials.consumer_key,
                "privatekey": _private_key(credentials.private_key),
                "domain": _audience(_hostname(login_url)),
            }


def _private_key(path: Path) -> str:
    remedy = "Give the path of the private key in PEM whose certificate the connected app holds."
    try:
        text = path.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError) as error:
        raise CredentialsError(f"the private key {path} cannot be read ({error})", remedy) from error
    if "PRIVATE KEY-----" not in text:
        raise CredentialsError(f"{path} holds no private key in PEM", remedy)
    return text


def _audience(host: str) -> str:
    """The JWT's audience is Salesforce's own login host, also where a My Domain is used."""
    return "test" if host == "test.salesforce.com" or ".sandbox." in host or "--" in host else "login"


def _remedy(code: str) -> str:
    match code:
        case "INVALID_LOGIN":
            return "Check the user name, the password and the security token, and login against test."
        case "invalid_grant":
            return "Check the user name, the key or password, and that the user is approved for the app."
        case "invalid_client_id" | "invalid_client":
            return "Check the consumer key and secret; a new connected app takes ten minutes to work."
        case "LOGIN_MUST_USE_SECURITY_TOKEN":
            return "Add the security token, which Salesforce mails when it is reset."
        case _:
            return "Check the credentials, and the user's login history in Setup."


def _hostname(url: str) -> str:
    return urlsplit(url).hostname or ""


def _as_it_is(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request
