"""The partner SOAP API as far as login needs it."""

from xml.etree import ElementTree
from xml.sax.saxutils import escape

from connectors.sandbox.api.login import Credentials, Sessions, is_right_password
from connectors.sandbox.http.message import Request, Response

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
    'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" '
    'xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<soapenv:Body>{}</soapenv:Body></soapenv:Envelope>"
)
WRONG_LOGIN = "Invalid username, password, security token; or user locked out."


def soap_login(request: Request, credentials: Credentials, sessions: Sessions, url: str, version: str) -> Response:
    """Answer a login envelope with a session, or with a SOAP fault and status 500."""
    try:
        root = ElementTree.fromstring(request.body)
    except ElementTree.ParseError as error:
        return _fault("soapenv:Client", "UNKNOWN_EXCEPTION", f"Unable to parse the request: {error}")
    username, password = _text_of(root, "username"), _text_of(root, "password")
    if not is_right_password(username, password, credentials):
        return _fault("sf:INVALID_LOGIN", "INVALID_LOGIN", WRONG_LOGIN)
    org_id = "00DgL0000000001"
    result = (
        "<loginResponse><result><metadataServerUrl>{url}/services/Soap/m/{version}/{org}</metadataServerUrl>"
        "<passwordExpired>false</passwordExpired><sandbox>true</sandbox>"
        "<serverUrl>{url}/services/Soap/u/{version}/{org}</serverUrl><sessionId>{session}</sessionId>"
        "<userId>005gL0000000001QAA</userId><userInfo><userName>{user}</userName>"
        "<organizationId>{org}</organizationId></userInfo></result></loginResponse>"
    ).format(url=url, version=version, org=org_id, session=escape(sessions.issue()), user=escape(username or ""))
    return Response(200, _ENVELOPE.format(result).encode(), "text/xml;charset=UTF-8")


def _text_of(root: ElementTree.Element, name: str) -> str | None:
    return next((each.text for each in root.iter() if each.tag.rpartition("}")[2] == name), None)


def _fault(fault_code: str, code: str, message: str) -> Response:
    fault = (
        f"<soapenv:Fault><faultcode>{fault_code}</faultcode><faultstring>{code}: {escape(message)}</faultstring>"
        f"<detail><sf:LoginFault><sf:exceptionCode>{code}</sf:exceptionCode>"
        f"<sf:exceptionMessage>{escape(message)}</sf:exceptionMessage></sf:LoginFault></detail></soapenv:Fault>"
    )
    return Response(500, _ENVELOPE.format(fault).encode(), "text/xml;charset=UTF-8")
