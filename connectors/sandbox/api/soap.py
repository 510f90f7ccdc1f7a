"""The partner SOAP API as far as only it can do something: login, undelete() and merge()."""

from collections.abc import Callable, Iterator
from typing import Any
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from connectors.sandbox.api.login import Credentials, Sessions, is_right_password
from connectors.sandbox.dml.writing import Writer
from connectors.sandbox.errors import OrgError
from connectors.sandbox.http.message import Request, Response
from connectors.sandbox.ids import to_long_id
from connectors.sandbox.store.org import Org

_ENVELOPE = (
    '<?xml version="1.0" encoding="UTF-8"?><soapenv:Envelope '
    'xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" xmlns="urn:partner.soap.sforce.com" '
    'xmlns:sf="urn:fault.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<soapenv:Body>{}</soapenv:Body></soapenv:Envelope>"
)
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
WRONG_LOGIN = "Invalid username, password, security token; or user locked out."
WRONG_SESSION = "Invalid Session ID found in SessionHeader: Illegal Session"
MOST_IDS, MOST_MERGES = 200, 10


class Soap:
    """Answers envelopes. `take_call` counts an API call and says whether there was one left."""

    def __init__(self, org: Org, credentials: Credentials, sessions: Sessions, take_call: Callable[[], bool]) -> None:
        self._org = org
        self._credentials = credentials
        self._sessions = sessions
        self._take_call = take_call

    def answer(self, request: Request, url: str, version: str) -> Response:
        """A result for each record; what concerns the whole request is a SOAP fault with status 500."""
        try:
            root = ElementTree.fromstring(request.body)
        except ElementTree.ParseError as error:
            return _fault("soapenv:Client", "UNKNOWN_EXCEPTION", f"Unable to parse the request: {error}")
        body = _child(root, "Body")
        call = None if body is None else next(iter(body), None)
        name = "" if call is None else _local(call)
        if call is None or name == "login":
            return self._login(root, url, version)
        if not self._sessions.is_valid(_text_of(root, "sessionId")):
            return _fault("sf:INVALID_SESSION_ID", "INVALID_SESSION_ID", WRONG_SESSION)
        if not self._take_call():
            return _fault("sf:REQUEST_LIMIT_EXCEEDED", "REQUEST_LIMIT_EXCEEDED", "TotalRequests Limit exceeded.")
        actions = {"undelete": self._undelete, "merge": self._merge}
        if name not in actions:
            message = f"No operation available for request {call.tag}; the sandbox org knows login, undelete and merge"
            return _fault("soapenv:Client", "INVALID_OPERATION", message)
        try:
            results = list(actions[name](call))
        except OrgError as error:
            return _fault(f"sf:{error.code}", error.code, error.message)
        return _shown(f"<{name}Response>{''.join(results)}</{name}Response>")

    def _login(self, root: ElementTree.Element, url: str, version: str) -> Response:
        username, password = _text_of(root, "username"), _text_of(root, "password")
        if not is_right_password(username, password, self._credentials):
            return _fault("sf:INVALID_LOGIN", "INVALID_LOGIN", WRONG_LOGIN)
        org_id = "00DgL0000000001"
        result = (
            "<loginResponse><result><metadataServerUrl>{url}/services/Soap/m/{version}/{org}</metadataServerUrl>"
            "<passwordExpired>false</passwordExpired><sandbox>true</sandbox>"
            "<serverUrl>{url}/services/Soap/u/{version}/{org}</serverUrl><sessionId>{session}</sessionId>"
            "<userId>005gL0000000001QAA</userId><userInfo><userName>{user}</userName>"
            "<organizationId>{org}</organizationId></userInfo></result></loginResponse>"
        )
        session = escape(self._sessions.issue())
        return _shown(result.format(url=url, version=version, org=org_id, session=session, user=escape(username or "")))

    def _undelete(self, call: ElementTree.Element) -> Iterator[str]:
        """Records of any objects by id, each for itself."""
        ids = _texts(call, "ids")
        if len(ids) > MOST_IDS:
            raise OrgError("EXCEEDED_ID_LIMIT", f"record limit reached. cannot submit more than {MOST_IDS} records")
        writer = Writer(self._org)
        for each in ids:
            try:
                writer.undelete(self._object_of(each), [each])
            except OrgError as error:
                yield _failed(error)
            else:
                yield f"<result><id>{to_long_id(each)}</id><success>true</success></result>"

    def _merge(self, call: ElementTree.Element) -> Iterator[str]:
        """Each request merges up to two records into a master, with the fields that this is to have."""
        requests = [each for each in call if _local(each) == "request"]
        if len(requests) > MOST_MERGES:
            raise OrgError("LIMIT_EXCEEDED", f"at most {MOST_MERGES} merge requests in a call")
        for each in requests:
            try:
                yield self._merged(each)
            except OrgError as error:
                yield _failed(error)

    def _merged(self, request: ElementTree.Element) -> str:
        master = _child(request, "masterRecord")
        losers = _texts(request, "recordToMergeIds")
        if master is None:
            raise OrgError("MISSING_ARGUMENT", "masterRecord is missing")
        name, master_id, fields = _record(master)
        writer = Writer(self._org)
        moved = writer.merge(name, master_id, losers, fields)
        merged = "".join(f"<mergedRecordIds>{to_long_id(each)}</mergedRecordIds>" for each in losers)
        updated = "".join(f"<updatedRelatedIds>{each}</updatedRelatedIds>" for each in moved)
        return f"<result><id>{to_long_id(master_id)}</id>{merged}<success>true</success>{updated}</result>"

    def _object_of(self, record_id: str) -> str:
        """The sObject that an id belongs to, by its key prefix."""
        for sobject in self._org.schema.values():
            if sobject.key_prefix == record_id[:3]:
                return sobject.name
        raise OrgError("INVALID_ID_FIELD", f"Invalid record id; no object has the key prefix of {record_id}")


def _record(element: ElementTree.Element) -> tuple[str, str, dict[str, Any]]:
    """(object, id, fields) of an sObject; `fieldsToNull` names those to be emptied."""
    fields: dict[str, Any] = {}
    for each in element:
        name = _local(each)
        if name == "fieldsToNull":
            fields[each.text or ""] = None
        elif name not in ("type", "Id"):
            fields[name] = each.text
    told = {_local(each): each.text for each in element}
    kind = told.get("type") or element.get(f"{_XSI}type", "").rpartition(":")[2]
    return str(kind), str(told.get("Id")), fields


def _local(element: ElementTree.Element) -> str:
    return element.tag.rpartition("}")[2]


def _child(element: ElementTree.Element, name: str) -> ElementTree.Element | None:
    return next((each for each in element if _local(each) == name), None)


def _texts(element: ElementTree.Element, name: str) -> list[str]:
    return [(each.text or "").strip() for each in element if _local(each) == name]


def _text_of(root: ElementTree.Element, name: str) -> str | None:
    return next((each.text for each in root.iter() if _local(each) == name), None)


def _failed(error: OrgError) -> str:
    fields = "".join(f"<fields>{escape(name)}</fields>" for name in error.fields or ())
    told = f"{fields}<message>{escape(error.message)}</message><statusCode>{error.code}</statusCode>"
    return f'<result><errors>{told}</errors><id xsi:nil="true"/><success>false</success></result>'


def _shown(inner: str) -> Response:
    return Response(200, _ENVELOPE.format(inner).encode(), "text/xml;charset=UTF-8")


def _fault(fault_code: str, code: str, message: str) -> Response:
    kind = "LoginFault" if code == "INVALID_LOGIN" else "UnexpectedErrorFault"
    fault = (
        f"<soapenv:Fault><faultcode>{fault_code}</faultcode><faultstring>{code}: {escape(message)}</faultstring>"
        f"<detail><sf:{kind}><sf:exceptionCode>{code}</sf:exceptionCode>"
        f"<sf:exceptionMessage>{escape(message)}</sf:exceptionMessage></sf:{kind}></detail></soapenv:Fault>"
    )
    return Response(500, _ENVELOPE.format(fault).encode(), "text/xml;charset=UTF-8")
