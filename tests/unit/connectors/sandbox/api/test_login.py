"""Every way in: SOAP, and OAuth's password, client credentials, refresh token and JWT bearer flows."""

import base64
import time
from collections.abc import Callable
from typing import Any

import jwt
import pytest
import requests
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.sandbox.api.login import JWT_GRANT, Credentials
from connectors.sandbox.server import SandboxServer
from connectors.sandbox.store.org import Org

CLIENT = {"client_id": "sandbox", "client_secret": "sandbox"}
PASSWORD = {"grant_type": "password", "username": "admin@sandbox.example.com", "password": "sandboxTOKEN", **CLIENT}
ENVELOPE = (
    '<env:Envelope xmlns:env="http://schemas.xmlsoap.org/soap/envelope/"><env:Body>'
    '<n1:login xmlns:n1="urn:partner.soap.sforce.com"><n1:username>{}</n1:username>'
    "<n1:password>{}</n1:password></n1:login></env:Body></env:Envelope>"
)


def ask_token(server: SandboxServer, form: dict[str, str], **more: Any) -> requests.Response:
    return requests.post(f"{server.url}/services/oauth2/token", data=form, timeout=20, **more)


def is_let_in(server: SandboxServer, session_id: str) -> bool:
    url = f"{server.url}/services/data/v64.0/limits"
    return requests.get(url, headers={"Authorization": f"Bearer {session_id}"}, timeout=20).status_code == 200


@pytest.mark.parametrize(
    "form",
    [
        PASSWORD,
        {"grant_type": "client_credentials", **CLIENT},
        {"grant_type": "refresh_token", "refresh_token": "sandbox-refresh", **CLIENT},
    ],
)
def test_the_right_credentials_get_a_session_that_works(tiny: Any, form: dict[str, str]) -> None:
    told = ask_token(tiny.server, form).json()
    assert told["instance_url"] == tiny.server.url
    assert told["token_type"] == "Bearer"
    assert is_let_in(tiny.server, told["access_token"])


def test_client_credentials_may_come_as_basic_authorization(tiny: Any) -> None:
    encoded = base64.b64encode(b"sandbox:sandbox").decode()
    told = ask_token(tiny.server, {"grant_type": "client_credentials"}, headers={"Authorization": f"Basic {encoded}"})
    assert is_let_in(tiny.server, told.json()["access_token"])


@pytest.mark.parametrize(
    ("changed", "error", "description"),
    [
        ({"password": "wrong"}, "invalid_grant", "authentication failure"),
        ({"client_id": "nobody"}, "invalid_client_id", "client identifier invalid"),
        ({"client_secret": "wrong"}, "invalid_client", "invalid client credentials"),
        ({"grant_type": "telepathy"}, "unsupported_grant_type", "grant type not supported"),
        ({"grant_type": "refresh_token", "refresh_token": "old"}, "invalid_grant", "expired access/refresh token"),
        ({"grant_type": JWT_GRANT, "assertion": "no.jwt.here"}, "invalid_grant", "invalid assertion"),
    ],
)
def test_wrong_credentials_are_refused_as_salesforce_words_it(
    tiny: Any, changed: dict[str, str], error: str, description: str
) -> None:
    refused = ask_token(tiny.server, {**PASSWORD, **changed})
    assert refused.status_code == 400
    assert refused.json() == {"error": error, "error_description": description}


def test_soap_login_gives_a_session_and_a_server_url(tiny: Any) -> None:
    body = ENVELOPE.format("admin@sandbox.example.com", "sandboxTOKEN")
    answer = requests.post(f"{tiny.server.url}/services/Soap/u/59.0", data=body, timeout=20)
    assert answer.status_code == 200
    session_id = answer.text.split("<sessionId>")[1].split("<")[0]
    assert f"<serverUrl>{tiny.server.url}/services/Soap/u/59.0/" in answer.text
    assert is_let_in(tiny.server, session_id)


def test_a_wrong_soap_login_is_a_fault(tiny: Any) -> None:
    body = ENVELOPE.format("admin@sandbox.example.com", "guess")
    answer = requests.post(f"{tiny.server.url}/services/Soap/u/59.0", data=body, timeout=20)
    assert answer.status_code == 500
    assert "<sf:exceptionCode>INVALID_LOGIN</sf:exceptionCode>" in answer.text
    assert "Invalid username, password, security token; or user locked out." in answer.text


def test_an_expired_session_is_refused_and_the_next_login_gets_a_new_one(tiny: Any) -> None:
    old = ask_token(tiny.server, PASSWORD).json()["access_token"]
    assert tiny.control("expire-sessions").status_code == 204
    assert not is_let_in(tiny.server, old)
    new = ask_token(tiny.server, PASSWORD).json()["access_token"]
    assert new != old
    assert is_let_in(tiny.server, new)


@pytest.fixture(scope="module")
def key_pair() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    public = key.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


def make_assertion(private_key: str, **changed: Any) -> str:
    claims = {
        "iss": "sandbox",
        "sub": "admin@sandbox.example.com",
        "aud": "https://login.salesforce.com",
        "exp": int(time.time()) + 180,
    }
    return jwt.encode({**claims, **changed}, private_key, algorithm="RS256")


@pytest.mark.parametrize("has_public_key", [True, False])
def test_a_signed_assertion_is_accepted(
    make_tiny: Callable[[], Org], key_pair: tuple[str, str], has_public_key: bool
) -> None:
    credentials = Credentials(public_key=key_pair[1] if has_public_key else None)
    with SandboxServer(make_tiny(), credentials=credentials) as server:
        told = ask_token(server, {"grant_type": JWT_GRANT, "assertion": make_assertion(key_pair[0])})
        assert is_let_in(server, told.json()["access_token"])


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"sub": "someone@else.example.com"}, "invalid_grant"),
        ({"iss": "other"}, "invalid_client_id"),
        ({"exp": 1}, "invalid_grant"),
    ],
)
def test_an_assertion_of_someone_else_or_too_late_is_refused(
    tiny: Any, key_pair: tuple[str, str], changed: dict[str, Any], error: str
) -> None:
    form = {"grant_type": JWT_GRANT, "assertion": make_assertion(key_pair[0], **changed)}
    assert ask_token(tiny.server, form).json()["error"] == error


def test_a_wrong_signature_is_refused(make_tiny: Callable[[], Org], key_pair: tuple[str, str]) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    forged = other.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ).decode()
    with SandboxServer(make_tiny(), credentials=Credentials(public_key=key_pair[1])) as server:
        refused = ask_token(server, {"grant_type": JWT_GRANT, "assertion": make_assertion(forged)})
    assert refused.json() == {"error": "invalid_grant", "error_description": "invalid assertion"}
