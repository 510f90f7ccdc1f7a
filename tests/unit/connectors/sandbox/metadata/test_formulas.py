"""Calculated fields follow today and the children, and move no stamp."""

from datetime import date, datetime, timedelta

import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.dml.writing import Writer
from connectors.sandbox.store.org import Org

NOW = datetime(2026, 3, 18, 12)
DEAL = {"Name": "Deal", "StageName": "Proposal", "CloseDate": "2026-05-20", "Amount": 60_000.0}


@pytest.fixture(scope="module")
def org() -> Org:
    return open_company(seed=5, scale=0.03, anchor=date(2026, 3, 18), clock=Clock(NOW))


def totals(org: Org) -> list[tuple[str, float, float, datetime]]:
    sql = 'SELECT "Id", "Open_Pipeline__c", "Won_Count__c", "SystemModstamp" FROM current."Account" ORDER BY 1'
    return org.cursor().execute(sql).fetchall()


def recomputed(org: Org) -> list[tuple[str, float, float]]:
    """The same, the slow way: one row of open and won deals after the other."""
    deals = org.cursor().execute(
        'SELECT "AccountId", "Amount", "IsClosed", "IsWon" FROM current."Opportunity" WHERE NOT "IsDeleted"'
    )
    open_, won = dict[str, float](), dict[str, float]()
    for account, amount, is_closed, is_won in deals.fetchall():
        open_[account] = open_.get(account, 0.0) + (0.0 if is_closed else amount or 0.0)
        won[account] = won.get(account, 0.0) + float(is_won)
    return [(each, open_.get(each, 0.0), won.get(each, 0.0)) for each, *_ in totals(org)]


def test_roll_ups_are_the_sum_of_their_children_at_any_time(org: Org) -> None:
    for _ in range(3):
        shown = totals(org)
        for (name, open_, won), told in zip(recomputed(org), shown, strict=True):
            assert (told[0], told[2]) == (name, won)
            assert told[1] == pytest.approx(open_)
        assert any(won for _, _, won, _ in shown)
        org.advance_to(org.clock.now + timedelta(days=30))


def test_a_roll_up_follows_a_written_deal_and_moves_no_stamp(org: Org) -> None:
    writer = Writer(org)
    first, second = (writer.create("Account", {"Name": name}) for name in ("first", "second"))
    org.advance_to(org.clock.now + timedelta(hours=1))
    before = {each[0]: each for each in totals(org)}
    deal = writer.create("Opportunity", {**DEAL, "AccountId": first})
    after = {each[0]: each for each in totals(org)}
    assert after[first][1:3] == (60_000.0, 0.0) and after[first][3] == before[first][3]
    writer.update("Opportunity", deal, {"AccountId": second, "StageName": "Closed Won"})
    moved = {each[0]: each for each in totals(org)}
    assert (moved[first][1:3], moved[second][1:3]) == ((0.0, 0.0), (0.0, 1.0))
    writer.delete("Opportunity", deal)
    assert {each[0]: each for each in totals(org)}[second] == before[second]


def test_a_formula_follows_today_and_moves_no_stamp(org: Org) -> None:
    deal = Writer(org).create("Opportunity", DEAL)
    columns = '"Days_Open__c", "Is_Large_Deal__c", "SystemModstamp"'
    sql = f'SELECT {columns} FROM current."Opportunity" WHERE "Id" = \'{deal}\''
    stamp = org.clock.now
    assert org.cursor().execute(sql).fetchone() == (0.0, True, stamp)
    org.advance_to(stamp + timedelta(days=9))
    assert org.cursor().execute(sql).fetchone() == (9.0, True, stamp)
