"""The deals of the made-up sellers: one open, one won, some lost, and what is wrong with them."""

from datetime import date, datetime
from typing import Any

import duckdb

from tests.support.made_company.people import SELLERS
from tests.support.made_company.tables import insert


def deals(connection: duckdb.DuckDBPyConnection) -> None:
    """Per seller: one open deal (moved this week), one won and, for odd sellers, one lost, all within the week."""
    for number, (user_id, name, manager_id, *_) in enumerate(SELLERS, start=1):
        common = {
            "account_name": f"Account {number}",
            "owner_id": user_id,
            "owner_name": name,
            "manager_id": manager_id,
            "sales_process": "New_Business",
            "created_at": datetime(2026, 6, 1),
        }
        _deal(connection, common, f"open{number}", "Proposal", amount=10_000 * number, close=date(2026, 12, 15))
        for spell, (stage, entered) in enumerate(
            (("Discovery", datetime(2026, 6, 1)), ("Proposal", datetime(2026, 11, 18))), start=1
        ):
            insert(
                connection,
                "marts.fct_opportunity_stage_spells",
                opportunity_id=f"open{number}",
                spell_number=spell,
                stage_name=stage,
                entered_at=entered,
                is_current=spell == 2,
            )
        _deal(connection, common, f"won{number}", "Closed Won", amount=1000 * number, close=date(2026, 11, 19))
        if number % 2:
            _deal(connection, common, f"lost{number}", "Closed Lost", amount=500, close=date(2026, 11, 20))
        _exceptions(connection, number, common)


def _deal(
    connection: duckdb.DuckDBPyConnection, common: dict[str, Any], key: str, stage: str, *, amount: int, close: date
) -> None:
    is_won, is_lost = stage == "Closed Won", stage == "Closed Lost"
    insert(
        connection,
        "marts.fct_opportunities",
        **common,
        opportunity_id=key,
        opportunity_name=f"Deal {key}",
        opportunity_url=f"https://crm.example.com/{key}",
        stage_name=stage,
        stage_order=4 if not (is_won or is_lost) else 6,
        amount=amount,
        is_open=not (is_won or is_lost),
        is_closed=is_won or is_lost,
        is_won=is_won,
        is_lost=is_lost,
        close_date=close,
        closed_at=datetime(2026, 11, 19, 12) if is_won or is_lost else None,
        forecast_category="Closed" if is_won else "Omitted" if is_lost else "Best Case",
        loss_reason="Price" if is_lost else None,
        expected_amount=None if is_won or is_lost else amount / 2,
        weighted_amount=None if is_won or is_lost else amount * 0.55,
    )


def _exceptions(connection: duckdb.DuckDBPyConnection, number: int, common: dict[str, Any]) -> None:
    """Two open exceptions on the seller's open deal, and a resolved one."""
    for rule, name, severity, status in (
        ("OPP-01", "Close date is not in the past", "high", "open"),
        ("OPP-02", "Next step is filled", "medium", "open"),
        ("OPP-03", "Next step is fresh", "medium", "resolved"),
    ):
        insert(
            connection,
            "marts.fct_process_exceptions",
            exception_id=f"{rule}/{number}",
            rule_id=rule,
            rule_name=name,
            severity=severity,
            record_object="Opportunity",
            record_id=f"open{number}",
            record_name=f"Deal open{number}",
            owner_id=common["owner_id"],
            owner_name=common["owner_name"],
            manager_id=common["manager_id"],
            opportunity_id=f"open{number}",
            at_risk_amount=10_000 * number,
            detail='=HYPERLINK("http://evil.example")' if number == 1 else "as the rule says",
            status=status,
            first_seen_at=datetime(2026, 11, 10),
        )


def logged_late(task: str) -> dict[str, Any]:
    """A row of the ledger: an exception of an activity about the first deal."""
    return {
        "exception_id": task,
        "rule_id": "ACT-02",
        "rule_name": "Activity logged late",
        "severity": "low",
        "record_object": "Task",
        "record_id": task,
        "owner_id": "r1",
        "opportunity_id": "open1",
        "at_risk_amount": 10_000,
        "status": "open",
    }
