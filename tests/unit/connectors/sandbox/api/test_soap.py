"""SOAP undelete() and merge(), which Salesforce offers nowhere else, as a client sends and reads them."""

from typing import Any
from xml.etree import ElementTree

import requests

NS = {"p": "urn:partner.soap.sforce.com"}
ENVELOPE = (
    '<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/" '
    'xmlns:urn="urn:partner.soap.sforce.com" xmlns:urn1="urn:sobject.partner.soap.sforce.com" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
    "<soapenv:Header><urn:SessionHeader><urn:sessionId>{session}</urn:sessionId></urn:SessionHeader></soapenv:Header>"
    "<soapenv:Body>{body}</soapenv:Body></soapenv:Envelope>"
)


def call(lab: Any, body: str, session: str | None = None) -> requests.Response:
    told = ENVELOPE.format(session=session or lab.server.application.sessions.issue(), body=body)
    headers = {"Content-Type": "text/xml", "SOAPAction": '""'}
    return requests.post(f"{lab.server.url}/services/Soap/u/64.0", data=told, headers=headers, timeout=20)


def results(response: requests.Response) -> list[ElementTree.Element]:
    assert response.status_code == 200, response.text
    return ElementTree.fromstring(response.content).findall(".//p:result", NS)


def text(result: ElementTree.Element, name: str) -> list[str | None]:
    return [each.text for each in result.findall(f".//p:{name}", NS)]


def merging(kind: str, master: str, losers: list[str], fields: str = "") -> str:
    ids = "".join(f"<urn:recordToMergeIds>{each}</urn:recordToMergeIds>" for each in losers)
    return (
        f'<urn:merge><urn:request><urn:masterRecord xsi:type="urn1:{kind}"><urn1:type>{kind}</urn1:type>'
        f"<urn1:Id>{master}</urn1:Id>{fields}</urn:masterRecord>{ids}</urn:request></urn:merge>"
    )


def test_undelete_brings_back_what_is_in_the_bin_each_for_itself(lab: Any) -> None:
    account = lab.create("Account", Name="Gone & back")
    deal = lab.create("Opportunity", Name="D", StageName="Proposal", CloseDate="2026-05-20", AccountId=account)
    alive = lab.create("Account", Name="Alive")
    lab.send("DELETE", f"/sobjects/Account/{account}")
    ids = "".join(f"<urn:ids>{each}</urn:ids>" for each in (account[:15], alive, "zzzgL0000000001QAA"))
    back, refused, unknown = results(call(lab, f"<urn:undelete>{ids}</urn:undelete>"))
    assert (text(back, "id"), text(back, "success")) == ([account], ["true"])
    assert (text(refused, "success"), text(refused, "statusCode")) == (["false"], ["UNDELETE_FAILED"])
    assert text(refused, "message") == ["Entity is not in the recycle bin"]
    assert text(unknown, "statusCode") == ["INVALID_ID_FIELD"]
    assert lab.one(f"SELECT AccountId FROM Opportunity WHERE Id = '{deal}'") == {"AccountId": account}


def test_merge_moves_what_hung_on_the_losers_and_tells_it(lab: Any) -> None:
    master, one, two = (lab.create("Account", Name=name) for name in ("Master", "One", "Two"))
    contact = lab.create("Contact", LastName="Ng", AccountId=one)
    deal = lab.create("Opportunity", Name="D", StageName="Proposal", CloseDate="2026-05-20", AccountId=two)
    fields = "<urn1:fieldsToNull>Industry</urn1:fieldsToNull><urn1:Name>Master &amp; Co</urn1:Name>"
    (result,) = results(call(lab, merging("Account", master, [one, two], fields)))
    assert (text(result, "id"), text(result, "success")) == ([master], ["true"])
    assert text(result, "mergedRecordIds") == [one, two]
    assert set(text(result, "updatedRelatedIds")) == {contact, deal}
    assert lab.one(f"SELECT Name FROM Account WHERE Id = '{master}'") == {"Name": "Master & Co"}
    assert lab.one(f"SELECT AccountId FROM Contact WHERE Id = '{contact}'") == {"AccountId": master}
    left = lab.records(f"SELECT IsDeleted, MasterRecordId FROM Account WHERE Id IN ('{one}', '{two}')", is_all=True)
    assert [(row["IsDeleted"], row["MasterRecordId"]) for row in left] == [(True, master)] * 2


def test_a_merge_that_cannot_be_says_so_and_changes_nothing(lab: Any) -> None:
    deals = [
        lab.create("Opportunity", Name=name, StageName="Proposal", CloseDate="2026-05-20") for name in ("One", "Two")
    ]
    (result,) = results(call(lab, merging("Opportunity", deals[0], deals[1:])))
    assert text(result, "statusCode") == ["INVALID_TYPE_FOR_OPERATION"]
    account = lab.create("Account", Name="Self")
    (result,) = results(call(lab, merging("Account", account, [account])))
    assert (text(result, "success"), text(result, "statusCode")) == (["false"], ["INVALID_ID_FIELD"])
    assert lab.one(f"SELECT Name FROM Account WHERE Id = '{account}'") == {"Name": "Self"}


def test_what_concerns_the_whole_call_is_a_fault(lab: Any) -> None:
    undelete = "<urn:undelete><urn:ids>x</urn:ids></urn:undelete>"
    refused = call(lab, undelete, session="expired")
    assert (refused.status_code, "sf:INVALID_SESSION_ID" in refused.text) == (500, True)
    unknown = call(lab, "<urn:convertLead/>")
    assert (unknown.status_code, "INVALID_OPERATION" in unknown.text) == (500, True)
    many = call(lab, f"<urn:undelete>{'<urn:ids>x</urn:ids>' * 201}</urn:undelete>")
    assert (many.status_code, "EXCEEDED_ID_LIMIT" in many.text) == (500, True)


def test_a_call_counts(lab: Any) -> None:
    before = lab.server.application.calls
    call(lab, "<urn:undelete/>")
    assert lab.server.application.calls == before + 1
