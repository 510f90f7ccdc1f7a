"""What hangs on what: no record names another that is not there, and a deleted deal takes along what is its own."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.metadata.schema import Field, SObject
from connectors.sandbox.store.org import RECYCLE_BIN_DAYS, Org

ANCHOR = date(2026, 3, 18)
LATER = datetime(2026, 10, 4, 16)
CHILDREN = (
    ("Task", "WhatId"),
    ("Event", "WhatId"),
    ("OpportunityContactRole", "OpportunityId"),
    ("OpportunityHistory", "OpportunityId"),
    ("OpportunityFieldHistory", "OpportunityId"),
)


def open_at(now: datetime, scale: float = 0.2) -> Org:
    return open_company(seed=7, scale=scale, anchor=ANCHOR, clock=Clock(now))


@pytest.fixture(scope="module", params=["at the anchor", "later"])
def org(request: pytest.FixtureRequest, company: Org) -> Org:
    return company if request.param == "at the anchor" else open_at(LATER)


def asked(org: Org, sql: str) -> list[Any]:
    return org.cursor().execute(sql).fetchall()


def references(org: Org) -> list[tuple[SObject, Field, list[SObject]]]:
    """Every reference field whose targets are all in the org, User|Group counting as User."""
    found = []
    for sobject in org.schema.values():
        for field in sobject.fields:
            targets = list(field.reference_to)
            if targets and all(name in org.schema for name in targets):
                found.append((sobject, field, [org.schema[name] for name in targets]))
    return found


def alive(sobject: SObject) -> str:
    return 'NOT "IsDeleted"' if sobject.find("IsDeleted") else "true"


def test_no_live_record_names_one_that_is_not_there(org: Org) -> None:
    checked = set()
    for sobject, field, targets in references(org):
        known = " UNION ALL ".join(f'SELECT "Id" FROM current."{each.name}" WHERE {alive(each)}' for each in targets)
        sql = f'FROM current."{sobject.name}" WHERE {alive(sobject)} AND "{field.name}"'
        lost = f'SELECT "Id", "{field.name}" {sql} IS NOT NULL AND "{field.name}" NOT IN ({known}) LIMIT 3'
        assert not asked(org, lost), (sobject.name, field.name)
        if asked(org, f"SELECT 1 {sql} IS NOT NULL LIMIT 1"):
            checked.add(f"{sobject.name}.{field.name}")
    assert checked >= {
        "Task.WhatId",
        "Task.WhoId",
        "Event.WhatId",
        "Event.WhoId",
        "User.ManagerId",
        "Contact.AccountId",
    }
    assert checked >= {"OpportunityContactRole.ContactId", "Opportunity.AccountId", "Lead.ConvertedOpportunityId"}


def test_no_record_in_the_bin_names_one_that_has_left_it(org: Org) -> None:
    for sobject, field, targets in references(org):
        known = " UNION ALL ".join(f'SELECT "Id" FROM current."{each.name}"' for each in targets)
        known = f'"{field.name}" IS NOT NULL AND "{field.name}" NOT IN ({known})'
        lost = f'SELECT "Id" FROM current."{sobject.name}" WHERE {known} LIMIT 3'
        assert not asked(org, lost), (sobject.name, field.name)


def test_nothing_is_deleted_on_a_deal_later_than_the_deal(org: Org) -> None:
    """Over all versions, whatever the clock shows."""
    gone = 'SELECT "Id" AS deal, _from AS deleted_at FROM versions."Opportunity" WHERE "IsDeleted"'
    for name, field in CHILDREN:
        late = f'SELECT "Id" FROM versions."{name}" v JOIN ({gone}) ON v."{field}" = deal WHERE v._from > deleted_at'
        assert not asked(org, late), name


@pytest.mark.parametrize(("name", "field"), CHILDREN)
def test_what_lives_on_a_deal_is_deleted_with_it_at_the_same_instant(org: Org, name: str, field: str) -> None:
    left_alone = asked(
        org,
        f'SELECT c."Id" FROM versions."{name}" c JOIN versions."Opportunity" o ON o."Id" = c."{field}" '
        'WHERE o."IsDeleted" AND c._from < o._from AND c._until > o._from AND NOT c."IsDeleted"',
    )
    assert not left_alone
    [(taken,)] = asked(
        org,
        f'SELECT count(*) FROM versions."{name}" c JOIN versions."Opportunity" o ON o."Id" = c."{field}" '
        'WHERE o."IsDeleted" AND c."IsDeleted" AND c._from = o._from',
    )
    assert taken > 5


def test_a_deleted_deal_and_all_that_was_its_own_leave_the_bin_together() -> None:
    org = open_at(datetime(2026, 3, 18), scale=0.1)
    [(deal, deleted)] = asked(
        org, 'SELECT "Id", "SystemModstamp" FROM current."Opportunity" WHERE "IsDeleted" ORDER BY 2 DESC LIMIT 1'
    )
    left = deleted + timedelta(days=RECYCLE_BIN_DAYS)
    org.advance_to(left - timedelta(seconds=1))
    in_bin = mentions(org, deal)
    assert {"Task", "OpportunityHistory", "OpportunityFieldHistory"} <= in_bin.keys()
    assert all(in_bin.values())
    org.advance_to(left)
    assert mentions(org, deal) == {}


def mentions(org: Org, deal: str) -> dict[str, bool]:
    """sObject → whether all its records that name the deal are deleted."""
    flags = {
        name: [row[0] for row in asked(org, f'SELECT "IsDeleted" FROM current."{name}" WHERE "{field}" = \'{deal}\'')]
        for name, field in CHILDREN
    }
    return {name: all(found) for name, found in flags.items() if found}


def test_a_converted_lead_forgets_its_deleted_deal_without_being_saved() -> None:
    cleared = asked(
        open_at(LATER, scale=0.8),
        'SELECT late."LastModifiedDate" = early."LastModifiedDate", late."SystemModstamp" = late._from, '
        'late."ConvertedDate" = early."ConvertedDate" FROM versions."Lead" early JOIN versions."Lead" late '
        'ON late."Id" = early."Id" AND late._from = early._until '
        'WHERE early."ConvertedOpportunityId" IS NOT NULL AND late."ConvertedOpportunityId" IS NULL',
    )
    assert cleared
    assert set(cleared) == {(True, True, True)}
