"""Who may in: the org's credentials, its live sessions, and the OAuth 2.0 token endpoint."""

import base64
import binascii
import hashlib
import threading
from dataclasses import dataclass
from typing import Any

from connectors.sandbox.errors import OAuthError
from connectors.sandbox.http.message import Request

JWT_GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer"


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a client must show. With `public_key` (PEM) the signature of a JWT assertion is checked."""

    username: str = "admin@sandbox.example.com"
    password: str = "sandbox"
    security_token: str = "TOKEN"
    client_id: str = "sandbox"
    client_secret: str = "sandbox"
    refresh_token: str = "sandbox-refresh"
    public_key: str | None = None


class Sessions:
    """The sessions that are valid. The first is `first_id` if given; after an expiry new ids follow."""

    def __init__(self, first_id: str | None = None) -> None:
        self._stem = first_id or "00DgL0000000001!AQ4AQFsandboxSession"
        self._generation = 0
        self._valid = {self._stem}
        self._lock = threading.Lock()

    def issue(self) -> str:
        with self._lock:
            session_id = f"{self._stem}.{self._generation}" if self._generation else self._stem
            self._valid.add(session_id)
            return session_id

    def is_valid(self, session_id: str | None) -> bool:
        return session_id in self._valid

    def expire_all(self) -> None:
        """All sessions end now; the next login gets a new id."""
        with self._lock:
            self._valid.clear()
            self._generation += 1


def grant_token(request: Request, credentials: Credentials, sessions: Sessions, url: str) -> dict[str, Any]:
    """Answer of /services/oauth2/token. Raises OAuthError."""
    form = {**_basic_credentials(request), **request.form}
    match form.get("grant_type"):
        case "client_credentials":
            _check_client(form, credentials)
        case "password":
            _check_client(form, credentials)
            _check_password(form.get("username"), form.get("password"), credentials)
        case "refresh_token":
            _check_client(form, credentials, is_secret_needed=False)
            if form.get("refresh_token") != credentials.refresh_token:
                raise OAuthError("invalid_grant", "expired access/refresh token")
        case str(grant) if grant == JWT_GRANT:
            _check_assertion(form.get("assertion", ""), credentials)
        case _:
            raise OAuthError("unsupported_grant_type", "grant type not supported")
    return _token_answer(credentials, sessions.issue(), url, str(form.get("grant_type")))


def is_right_password(username: str | None, password: str | None, credentials: Credentials) -> bool:
    """The password is right alone (as from a trusted network) or with the security token behind it."""
    right = (credentials.password, credentials.password + credentials.security_token)
    return username == credentials.username and password in right


def _basic_credentials(request: Request) -> dict[str, str]:
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "basic":
        return {}
    try:
        client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError) as error:
        raise OAuthError("invalid_client", "invalid client credentials") from error
    return {"client_id": client_id, "client_secret": secret}


def _check_client(form: dict[str, str], credentials: Credentials, *, is_secret_needed: bool = True) -> None:
    if form.get("client_id") != credentials.client_id:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    secret = form.get("client_secret")
    if secret != credentials.client_secret and (is_secret_needed or secret is not None):
        raise OAuthError("invalid_client", "invalid client credentials")


def _check_password(username: str | None, password: str | None, credentials: Credentials) -> None:
    if not is_right_password(username, password, credentials):
        raise OAuthError("invalid_grant", "authentication failure")


def _check_assertion(assertion: str, credentials: Credentials) -> None:
    import jwt

    try:
        claims = jwt.decode(
            assertion,
            credentials.public_key or "",
            algorithms=["RS256"],
            options={
                "verify_signature": credentials.public_key is not None,
                "verify_aud": False,
                "verify_exp": True,
                "require": ["iss", "sub", "aud", "exp"],
            },
        )
    except jwt.ExpiredSignatureError as error:
        raise OAuthError("invalid_grant", "expired authorization code") from error
    except jwt.PyJWTError as error:
        raise OAuthError("invalid_grant", "invalid assertion") from error
    if claims["iss"] != credentials.client_id:
        raise OAuthError("invalid_client_id", "client identifier invalid")
    if claims["sub"] != credentials.username:
        raise OAuthError("invalid_grant", "user hasn't approved this consumer")


def _token_answer(credentials: Credentials, session_id: str, url: str, grant: str) -> dict[str, Any]:
    answer = {
        "access_token": session_id,
        "instance_url": url,
        "id": f"{url}/id/00DgL0000000001/005gL0000000001",
        "token_type": "Bearer",
        "issued_at": "0",
        "signature": hashlib.sha256(session_id.encode()).hexdigest(),
        "scope": "api refresh_token",
    }
    if grant == "refresh_token":
        answer["refresh_token"] = credentials.refresh_token
    return answer
