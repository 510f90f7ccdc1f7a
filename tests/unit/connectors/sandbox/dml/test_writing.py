"""What a written record brings along: stages, history, children, the bin, merges; and how the org lives on with it."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.dml.writing import Writer
from connectors.sandbox.errors import OrgError
from connectors.sandbox.store.org import Org

NOW = datetime(2026, 3, 18, 12)
DEAL = {"Name": "New deal", "StageName": "Proposal", "CloseDate": "2026-05-20", "Amount": 1000.0}


def opened(scale: float) -> Org:
    return open_company(seed=5, scale=scale, anchor=date(2026, 3, 18), clock=Clock(NOW))


@pytest.fixture(scope="module")
def org() -> Org:
    """An org that the tests write to and let live on, one after the other."""
    return opened(0.03)


def rows(org: Org, sql: str) -> list[tuple[Any, ...]]:
    return org.cursor().execute(sql).fetchall()


def test_a_deal_follows_its_stage(lab: Any) -> None:
    deal = lab.create("Opportunity", **DEAL)
    columns = "IsClosed, IsWon, Probability, ForecastCategoryName, ExpectedRevenue, PushCount, LastStageChangeDate"
    assert lab.one(f"SELECT {columns} FROM Opportunity WHERE Id = '{deal}'") == {
        "IsClosed": False,
        "IsWon": False,
        "Probability": 55.0,
        "ForecastCategoryName": "Best Case",
        "ExpectedRevenue": 550.0,
        "PushCount": 0,
        "LastStageChangeDate": None,
    }
    lab.send("PATCH", f"/sobjects/Opportunity/{deal}", {"StageName": "Closed Won", "Amount": 900})
    won = lab.one(f"SELECT {columns} FROM Opportunity WHERE Id = '{deal}'")
    assert (won["IsClosed"], won["IsWon"], won["Probability"]) == (True, True, 100.0)
    assert (won["ForecastCategoryName"], won["ExpectedRevenue"]) == ("Closed", 900.0)
    assert won["LastStageChangeDate"] == "2026-03-18T12:00:00.000+0000"


def test_a_told_probability_and_category_stand(lab: Any) -> None:
    deal = lab.create("Opportunity", **DEAL, Probability=70, ForecastCategoryName="Commit")
    found = lab.one(f"SELECT Probability, ForecastCategory FROM Opportunity WHERE Id = '{deal}'")
    assert found == {"Probability": 70.0, "ForecastCategory": "Forecast"}


def test_history_is_kept_of_what_changes(lab: Any) -> None:
    deal = lab.create("Opportunity", **DEAL)
    for change in ({"CloseDate": "2026-07-01"}, {"NextStep": "call"}, {"StageName": "Negotiation"}):
        assert lab.send("PATCH", f"/sobjects/Opportunity/{deal}", change).status_code == 204
    owner = lab.records("SELECT Id, Name FROM User WHERE Title = 'Account Executive' LIMIT 1")[0]
    lab.send("PATCH", f"/sobjects/Opportunity/{deal}", {"OwnerId": owner["Id"]})
    history = lab.records(
        f"SELECT StageName, CloseDate, PrevCloseDate FROM OpportunityHistory WHERE OpportunityId = '{deal}'"
    )
    told = sorted((each["StageName"], each["CloseDate"], each["PrevCloseDate"]) for each in history)
    assert told == [
        ("Negotiation", "2026-07-01", "2026-07-01"),
        ("Proposal", "2026-05-20", None),
        ("Proposal", "2026-07-01", "2026-05-20"),
    ]
    fields = lab.records(
        f"SELECT Field, DataType, OldValue, NewValue FROM OpportunityFieldHistory WHERE OpportunityId = '{deal}'"
    )
    assert {(each["Field"], each["OldValue"], each["NewValue"]) for each in fields} == {
        ("created", None, None),
        ("CloseDate", "2026-05-20", "2026-07-01"),
        ("StageName", "Proposal", "Negotiation"),
        ("Owner", "005gL0000000001QAA", owner["Id"]),
        ("Owner", lab.records("SELECT Name FROM User WHERE Id = '005gL0000000001QAA'")[0]["Name"], owner["Name"]),
    }
    assert lab.one(f"SELECT PushCount FROM Opportunity WHERE Id = '{deal}'") == {"PushCount": 1}


def test_a_deleted_deal_takes_its_own_along_and_brings_it_back(lab: Any) -> None:
    account = lab.create("Account", Name="Home of the deal")
    deal = lab.create("Opportunity", **DEAL, AccountId=account)
    task = lab.create("Task", Subject="Call", WhatId=deal, Status="Completed", ActivityDate="2026-03-17")
    assert lab.send("DELETE", f"/sobjects/Opportunity/{deal}").status_code == 204
    gone = f"SELECT IsDeleted FROM Task WHERE Id = '{task}'"
    assert lab.one(gone, is_all=True) == {"IsDeleted": True}
    assert lab.records(f"SELECT Id FROM OpportunityHistory WHERE OpportunityId = '{deal}'") == []
    assert lab.control("undelete", object="Opportunity", ids=[deal]).status_code == 204
    assert lab.one(gone) == {"IsDeleted": False}
    assert len(lab.records(f"SELECT Id FROM OpportunityHistory WHERE OpportunityId = '{deal}'")) == 1
    again = lab.control("undelete", object="Opportunity", ids=[deal])
    assert again.json()[0]["errorCode"] == "UNDELETE_FAILED"


def test_an_account_with_won_deals_stays(lab: Any) -> None:
    account = lab.create("Account", Name="Has bought")
    lab.create("Opportunity", **{**DEAL, "StageName": "Closed Won"}, AccountId=account)
    refused = lab.send("DELETE", f"/sobjects/Account/{account}")
    assert (refused.status_code, refused.json()[0]["errorCode"]) == (400, "DELETE_FAILED")


def test_a_merge_leaves_a_pointer_and_moves_the_children(lab: Any) -> None:
    master, loser = (lab.create("Account", Name=name) for name in ("Master", "Loser"))
    contact = lab.create("Contact", LastName="Berg", AccountId=loser)
    merged = lab.control("merge", object="Account", master=master, losers=[loser], fields={"Phone": "1"})
    assert merged.status_code == 204
    gone = lab.one(f"SELECT IsDeleted, MasterRecordId FROM Account WHERE Id = '{loser}'", is_all=True)
    assert gone == {"IsDeleted": True, "MasterRecordId": master}
    assert lab.one(f"SELECT AccountId FROM Contact WHERE Id = '{contact}'") == {"AccountId": master}
    assert lab.one(f"SELECT Phone FROM Account WHERE Id = '{master}'") == {"Phone": "1"}
    assert lab.control("merge", object="Account", master=master, losers=[master]).status_code == 400
    assert lab.control("merge", object="Task", master=master, losers=[loser]).status_code == 400


def test_a_hard_deleted_record_leaves_no_trace(lab: Any) -> None:
    account = lab.create("Account", Name="Erased")
    contact = lab.create("Contact", LastName="Erased too", AccountId=account)
    assert lab.control("hard-delete", object="Account", ids=[account]).status_code == 204
    assert lab.records(f"SELECT Id FROM Account WHERE Id = '{account}'", is_all=True) == []
    assert lab.records(f"SELECT Id FROM Contact WHERE Id = '{contact}'", is_all=True) == []
    gone = lab.get("/sobjects/Account/deleted", start="2026-03-01T00:00:00Z", end="2026-03-19T00:00:00Z").json()
    assert account not in {each["id"] for each in gone["deletedRecords"]}


def test_names_activities_and_prices_follow(lab: Any) -> None:
    contact = lab.create("Contact", FirstName="Ada", LastName="Berg")
    assert lab.one(f"SELECT Name FROM Contact WHERE Id = '{contact}'") == {"Name": "Ada Berg"}
    account = lab.create("Account", Name="With activities")
    deal = lab.create("Opportunity", **DEAL, AccountId=account)
    lab.create("Task", WhatId=deal, ActivityDate="2026-03-16", Status="Completed")
    event = lab.create("Event", WhatId=deal, StartDateTime="2026-03-17T09:00:00Z", DurationInMinutes=45)
    found = lab.one(f"SELECT AccountId, EndDateTime, ActivityDate FROM Event WHERE Id = '{event}'")
    assert found["AccountId"] == account and found["EndDateTime"].startswith("2026-03-17T09:45")
    assert lab.one(f"SELECT LastActivityDate FROM Opportunity WHERE Id = '{deal}'") == {
        "LastActivityDate": "2026-03-17"
    }
    lab.send("DELETE", f"/sobjects/Event/{event}")
    assert lab.one(f"SELECT LastActivityDate FROM Account WHERE Id = '{account}'") == {"LastActivityDate": "2026-03-16"}
    item = lab.create("OpportunityLineItem", OpportunityId=deal, Quantity=3, UnitPrice=100, Discount=10)
    assert lab.one(f"SELECT TotalPrice FROM OpportunityLineItem WHERE Id = '{item}'") == {"TotalPrice": 270.0}


def test_what_a_client_wrote_outlives_the_simulation(org: Org) -> None:
    """A deal with a scripted future is changed: it keeps what was written, other deals live on."""
    scripted = rows(
        org,
        'SELECT DISTINCT "Id" FROM versions."Opportunity" WHERE _from > \'2026-03-18 12:00:00\' AND "Id" IN '
        '(SELECT "Id" FROM current."Opportunity" WHERE NOT "IsClosed" AND NOT "IsDeleted") ORDER BY 1 LIMIT 2',
    )
    mine, theirs = scripted[0][0], scripted[1][0]
    writer = Writer(org)
    writer.update("Opportunity", mine, {"NextStep": "mine", "StageName": "Negotiation"})
    account = writer.create("Account", {"Name": "Outlives"})
    kept = rows(org, f'SELECT * FROM versions."Opportunity" WHERE "Id" = \'{mine}\' ORDER BY _from')
    history = rows(org, f'SELECT count(*) FROM current."OpportunityHistory" WHERE "OpportunityId" = \'{mine}\'')
    before = rows(org, f'SELECT max(_from) FROM versions."Opportunity" WHERE "Id" = \'{theirs}\'')
    org.advance_to(NOW + timedelta(days=120))
    assert before[0][0] > NOW
    assert rows(org, f'SELECT * FROM versions."Opportunity" WHERE "Id" = \'{mine}\' ORDER BY _from') == kept
    assert rows(org, f'SELECT "NextStep" FROM current."Opportunity" WHERE "Id" = \'{mine}\'') == [("mine",)]
    assert rows(org, f'SELECT "Name" FROM current."Account" WHERE "Id" = \'{account}\'') == [("Outlives",)]
    later = rows(org, f'SELECT count(*) FROM current."OpportunityHistory" WHERE "OpportunityId" = \'{mine}\'')
    assert later == history


def test_a_failure_undoes_all_of_its_transaction(org: Org) -> None:
    writer = Writer(org)
    count = org.count("Account")
    with pytest.raises(OrgError), org.transaction():
        writer.create("Account", {"Name": "Never seen"})
        assert org.count("Account") == count + 1
        writer.create("Account", {})
    assert org.count("Account") == count


def test_versions_of_a_record_never_overlap(org: Org) -> None:
    writer = Writer(org)
    record = writer.create("Account", {"Name": "a"})
    for name in ("b", "c"):
        org.advance_to(org.clock.now + timedelta(hours=1))
        writer.update("Account", record, {"Name": name})
    found = rows(org, f'SELECT "Name", _from, _until FROM versions."Account" WHERE "Id" = \'{record}\' ORDER BY _from')
    assert [row[0] for row in found] == ["a", "b", "c"]
    assert [row[2] for row in found[:-1]] == [row[1] for row in found[1:]]


def test_line_items_tell_the_amount_of_their_deal(lab: Any) -> None:
    deal = lab.create("Opportunity", **DEAL)
    entry = lab.records("SELECT Id, Product2Id FROM PricebookEntry LIMIT 1")[0]
    line = {"OpportunityId": deal, "PricebookEntryId": entry["Id"], "Product2Id": entry["Product2Id"]}
    columns = "Amount, ExpectedRevenue, HasOpportunityLineItem, TotalOpportunityQuantity"

    def told() -> tuple[Any, ...]:
        found = lab.one(f"SELECT {columns} FROM Opportunity WHERE Id = '{deal}'")
        return tuple(found[name] for name in columns.split(", "))

    first = lab.create("OpportunityLineItem", **line, Quantity=3, UnitPrice=100)
    assert told() == (300.0, 165.0, True, 3.0)
    second = lab.create("OpportunityLineItem", **line, Quantity=2, UnitPrice=50.5, Discount=10)
    assert told() == (390.9, 215.0, True, 5.0)
    assert lab.send("PATCH", f"/sobjects/Opportunity/{deal}", {"Amount": 7, "NextStep": "sign"}).status_code == 204
    assert told()[0] == 390.9, "ignored, not refused"
    assert lab.one(f"SELECT NextStep FROM Opportunity WHERE Id = '{deal}'") == {"NextStep": "sign"}
    lab.send("PATCH", f"/sobjects/OpportunityLineItem/{second}", {"Quantity": 1})
    assert told()[0] == 345.45
    lab.send("DELETE", f"/sobjects/OpportunityLineItem/{first}")
    assert told()[0] == 45.45
    assert lab.control("undelete", object="OpportunityLineItem", ids=[first]).status_code == 204
    assert told()[0] == 345.45
    for item in (first, second):
        lab.send("DELETE", f"/sobjects/OpportunityLineItem/{item}")
    assert told() == (0.0, 0.0, False, None)
    lab.send("PATCH", f"/sobjects/Opportunity/{deal}", {"Amount": 12})
    assert told()[0] == 12.0
    amounts = lab.records(f"SELECT Amount FROM OpportunityHistory WHERE OpportunityId = '{deal}'")
    assert {row["Amount"] for row in amounts} == {1000.0, 300.0, 390.9, 345.45, 45.45, 0.0, 12.0}


def test_a_deal_that_was_written_keeps_its_line_items_as_they_are() -> None:
    """What the simulation had in store for its amount comes neither to the deal nor to its items."""
    org = opened(0.2)  # large enough that items change ahead
    later = 'SELECT "OpportunityId", "Id" FROM versions."OpportunityLineItem" WHERE NOT "IsDeleted" AND _from > $now'
    told = {"now": org.clock.now}
    sql = f'{later} AND "Id" IN (SELECT "Id" FROM current."OpportunityLineItem" WHERE NOT "IsDeleted")'
    deal = org.cursor().execute(sql, told).fetchall()[0][0]
    Writer(org).update("Opportunity", deal, {"NextStep": "x"})
    left = org.cursor().execute(f'{later} AND "OpportunityId" = $deal', {**told, "deal": deal}).fetchall()
    assert left == []
