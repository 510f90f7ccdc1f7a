"""Logging in, in each way, against a server that speaks the protocols' answers."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from connectors.salesforce.auth import (
    ClientCredentials,
    Credentials,
    JwtCredentials,
    PasswordCredentials,
    Session,
    SessionCredentials,
    login,
)
from connectors.salesforce.errors import (
    CredentialsError,
    InstanceUrlError,
    LoginError,
    ResponseError,
    UnreachableError,
)
from connectors.salesforce.transport import Patience

if TYPE_CHECKING:
    from tests.unit.connectors.salesforce.conftest import Naps, Server

SOAP = "/services/Soap/u/62.0"
TOKEN = "/services/oauth2/token"
ENVELOPE = (
    '<?xml version="1.0"?><e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:sf="urn:fault.partner.soap.sforce.com"><e:Body>{}</e:Body></e:Envelope>'
)


def soap_success(url: str) -> bytes:
    inner = f"<serverUrl>{url}/services/Soap/u/62.0/00D</serverUrl><sessionId>00D!abc</sessionId>"
    return ENVELOPE.format(f"<loginResponse><result>{inner}</result></loginResponse>").encode()


def soap_fault(code: str) -> bytes:
    inner = f"<sf:exceptionCode>{code}</sf:exceptionCode><sf:exceptionMessage>no.</sf:exceptionMessage>"
    return ENVELOPE.format(f"<e:Fault>{inner}</e:Fault>").encode()


def enter(credentials: Credentials, patience: Patience) -> Session:
    return login(credentials, version="62.0", patience=patience)


def test_a_session_id_needs_no_request(server: Server, patience: Patience) -> None:
    assert enter(SessionCredentials(server.url + "/", "00D!x"), patience) == Session(server.url, "00D!x")
    assert server.calls == []


def test_a_password_with_its_token_logs_in_by_soap(server: Server, patience: Patience) -> None:
    server.on("POST", SOAP, server.reply(200, soap_success(server.url)))
    credentials = PasswordCredentials("ann@example.com", "p<&>w", "tok", server.url)
    assert enter(credentials, patience) == Session(server.url, "00D!abc")
    assert b"<n1:password>p&lt;&amp;&gt;wtok</n1:password>" in server.calls[0].body


def test_soap_login_stays_at_the_last_version_that_has_it(server: Server, patience: Patience) -> None:
    server.on("POST", "/services/Soap/u/64.0", server.reply(200, soap_success(server.url)))
    credentials = PasswordCredentials("ann@example.com", "pw", "", server.url)
    assert login(credentials, version="66.0", patience=patience).session_id == "00D!abc"


def test_a_wrong_password_is_told_at_once_although_soap_says_500(
    server: Server, patience: Patience, naps: Naps
) -> None:
    server.on("POST", SOAP, server.reply(500, soap_fault("INVALID_LOGIN")))
    with pytest.raises(LoginError, match="security token") as caught:
        enter(PasswordCredentials("ann@example.com", "hunter2", "tok", server.url), patience)
    assert caught.value.code == "INVALID_LOGIN"
    assert caught.value.exit_code == 4
    assert "hunter2" not in str(caught.value)
    assert len(server.calls) == 1
    assert naps.seconds == []


def test_an_outage_of_the_login_is_tried_again(server: Server, patience: Patience, naps: Naps) -> None:
    success = server.reply(200, soap_success(server.url))
    server.on("POST", SOAP, server.reply(503), server.reply(damage="drop"), success)
    assert enter(PasswordCredentials("a@example.com", "p", "t", server.url), patience).session_id == "00D!abc"
    assert len(naps.seconds) == 2


def test_client_credentials_ask_the_token_endpoint_of_the_org(server: Server, patience: Patience) -> None:
    server.on("POST", TOKEN, server.json({"access_token": "00D!cc", "instance_url": server.url}))
    session = enter(ClientCredentials(server.url, "key", "secret"), patience)
    assert session == Session(server.url, "00D!cc")
    call = server.calls[0]
    assert parse_qs(call.body.decode()) == {"grant_type": ["client_credentials"]}
    assert call.headers["Authorization"] == "Basic " + base64.b64encode(b"key:secret").decode()


def test_a_password_with_a_consumer_uses_the_password_grant(server: Server, patience: Patience) -> None:
    server.on("POST", TOKEN, server.json({"access_token": "00D!pg", "instance_url": server.url}))
    credentials = PasswordCredentials("a@example.com", "p&w", "tok", server.url, "key", "secret")
    assert enter(credentials, patience).session_id == "00D!pg"
    sent = parse_qs(server.calls[0].body.decode())
    assert (sent["grant_type"], sent["password"], sent["client_id"]) == (["password"], ["p&wtok"], ["key"])


def test_a_jwt_is_signed_for_salesforces_login_host(server: Server, patience: Patience, tmp_path: Path) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    path = tmp_path / "key.pem"
    path.write_bytes(pem)
    server.on("POST", TOKEN, server.json({"access_token": "00D!jwt", "instance_url": server.url}))
    session = enter(JwtCredentials("ann@example.com", path, "consumer", server.url), patience)
    assert session.session_id == "00D!jwt"
    claims = parse_qs(server.calls[0].body.decode())["assertion"][0].split(".")[1]
    content = json.loads(base64.urlsafe_b64decode(claims + "=="))
    assert (content["iss"], content["sub"]) == ("consumer", "ann@example.com")
    assert content["aud"] == "https://login.salesforce.com"


def test_a_refused_grant_says_what_to_check(server: Server, patience: Patience) -> None:
    refusal = {"error": "invalid_client_id", "error_description": "client identifier invalid"}
    server.on("POST", TOKEN, server.json(refusal, 400))
    with pytest.raises(LoginError, match="ten minutes") as caught:
        enter(ClientCredentials(server.url, "key", "topsecret"), patience)
    assert caught.value.reason == "client identifier invalid"
    assert "topsecret" not in str(caught.value)


def test_a_page_that_is_no_login_answer_is_told(server: Server, patience: Patience) -> None:
    server.on("POST", SOAP, server.reply(200, b"<html>welcome to the hotel wifi"))
    with pytest.raises(ResponseError, match="proxy"):
        enter(PasswordCredentials("a@example.com", "p", "t", server.url), patience)
    server.on("POST", TOKEN, server.json({"access_token": "x"}))
    with pytest.raises(ResponseError):
        enter(ClientCredentials(server.url, "k", "s"), patience)


def test_a_login_that_leads_to_a_strange_instance_is_refused(server: Server, patience: Patience) -> None:
    server.on("POST", TOKEN, server.json({"access_token": "x", "instance_url": "https://evil.example"}))
    with pytest.raises(InstanceUrlError, match=r"evil\.example"):
        enter(ClientCredentials(server.url, "k", "s"), patience)


def test_a_login_that_redirects_to_another_host_is_refused(server: Server, patience: Patience) -> None:
    server.on("POST", TOKEN, server.reply(307, headers={"Location": "http://127.0.0.2:1/x"}))
    with pytest.raises(Exception, match="another host"):
        enter(ClientCredentials(server.url, "k", "s"), patience)


def test_a_server_that_is_not_there_is_unreachable(patience: Patience, naps: Naps) -> None:
    with pytest.raises(UnreachableError) as caught:
        enter(ClientCredentials("http://127.0.0.1:9", "k", "s"), patience)
    assert caught.value.attempts == 4
    assert len(naps.seconds) == 3


def test_client_credentials_need_the_orgs_own_address(patience: Patience) -> None:
    with pytest.raises(CredentialsError, match=r"my\.salesforce\.com"):
        enter(ClientCredentials("https://login.salesforce.com", "k", "s"), patience)


@pytest.mark.parametrize("content", [None, "not a key"])
def test_a_private_key_that_is_none_is_told_before_any_request(
    content: str | None, server: Server, patience: Patience, tmp_path: Path
) -> None:
    path = tmp_path / "key.pem"
    if content is not None:
        path.write_text(content)
    with pytest.raises(CredentialsError, match=r"key\.pem"):
        enter(JwtCredentials("a@example.com", path, "consumer", server.url), patience)
    assert server.calls == []


@pytest.mark.parametrize(
    "credentials",
    [
        SessionCredentials("https://a.my.salesforce.com", "s3cret"),
        PasswordCredentials("a@example.com", "s3cret", "s3cret", consumer_key="s3cret", consumer_secret="s3cret"),
        ClientCredentials("https://a.my.salesforce.com", "s3cret", "s3cret"),
        JwtCredentials("a@example.com", Path("key.pem"), "s3cret"),
        Session("https://a.my.salesforce.com", "s3cret"),
    ],
)
def test_no_repr_shows_a_secret(credentials: Credentials | Session) -> None:
    assert "s3cret" not in repr(credentials)
