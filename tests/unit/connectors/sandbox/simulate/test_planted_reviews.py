"""What the ledger says of reviews, their outcome and the managers' own hand in deals is what plain queries find.

These look at many records over time: who reported to whom when, and what changed after a meeting. Others of the
managers' rules: `test_planted`.
"""

from datetime import datetime
from typing import Any

import pyarrow.compute as pc
import pytest

from connectors.sandbox.clock import Clock
from connectors.sandbox.company import open_company
from connectors.sandbox.store.org import Org

NOW = datetime(2026, 3, 18, 12)  # when `full` is looked at
MONDAY = "TIMESTAMP '2026-03-16'"
SELLING = "('Account Executive','Sales Manager','Sales Director','VP Sales')"
MEETINGS = f"""(SELECT "Id" AS id, "OwnerId" AS who, "Type" AS kind, "StartDateTime" AS begun, "EndDateTime" AS ended,
    "Description" AS said FROM current."Event" WHERE NOT "IsDeleted" AND NOT "IsRecurrence" AND NOT "IsChild"
    AND "EndDateTime" <= TIMESTAMP '{NOW}')"""
GUESTS = f"""(SELECT m.id, e."OwnerId" AS who FROM {MEETINGS} m JOIN current."Event" e ON e."IsChild"
    AND NOT e."IsDeleted" AND e."CreatedById" = m.who AND e."StartDateTime" = m.begun AND e."Type" = m.kind)"""
REPORTS = f"""(SELECT "Id" AS id, "ManagerId" AS manager, _from, _until FROM versions."User"
    WHERE "IsActive" AND "ManagerId" IS NOT NULL AND "Title" IN {SELLING})"""
DEALS = """(SELECT *, lag("OwnerId") OVER w AS owned_before, lag("StageName") OVER w AS stood_before
    FROM versions."Opportunity" WINDOW w AS (PARTITION BY "Id" ORDER BY _from))"""
DONE = f"""(SELECT "OwnerId" AS who, _from AS moment FROM {DEALS} UNION ALL
    SELECT owned_before, _from FROM {DEALS} UNION ALL
    SELECT "OwnerId", "CreatedDate" FROM versions."Task" UNION ALL
    SELECT "CreatedById", "CreatedDate" FROM versions."Task")"""
QUERIES = {
    "MGR-02": f"""
        SELECT m.id FROM {MEETINGS} m WHERE m.kind = 'Pipeline Review'
        AND (SELECT count(*) FROM {GUESTS} g WHERE g.id = m.id) < 0.7 * (SELECT count(*) FROM {REPORTS} r
            WHERE r.manager = m.who AND r._from <= m.begun AND r._until > m.begun)""",
    "MGR-06": f"""
        SELECT m.id FROM {MEETINGS} m WHERE m.kind IN ('Pipeline Review', 'Business Review')
        AND m.ended + INTERVAL 48 HOUR <= TIMESTAMP '{NOW}' AND m.id NOT IN (
            SELECT m.id FROM {MEETINGS} m
            JOIN (SELECT id, who FROM {MEETINGS} UNION ALL SELECT id, who FROM {GUESTS}) t ON t.id = m.id
            JOIN {DONE} d ON d.who = t.who AND d.moment > m.begun AND d.moment <= m.ended + INTERVAL 48 HOUR)""",
    "MGR-08": f"""
        SELECT r.manager FROM {DEALS} o JOIN {REPORTS} r ON r.id = o."OwnerId"
            AND r._from <= {MONDAY} + INTERVAL 8 HOUR AND r._until > {MONDAY} + INTERVAL 8 HOUR
        LEFT JOIN {MEETINGS} m ON m.who = r.manager AND m.kind = 'Pipeline Review' AND m.begun >= {MONDAY}
        WHERE o."ForecastCategory" = 'Forecast' AND NOT o."IsClosed" AND NOT o."IsDeleted"
            AND o._from <= {MONDAY} + INTERVAL 8 HOUR AND o._until > {MONDAY} + INTERVAL 8 HOUR
        GROUP BY 1 HAVING sum(coalesce(o."Amount", 0)) > 0 AND
            coalesce(sum(o."Amount") FILTER (WHERE contains(m.said, o."Id")), 0) < 0.8 * sum(o."Amount")""",
    "MGR-10": f"""
        SELECT r.manager FROM {DEALS} o JOIN {REPORTS} r ON r.id = o."OwnerId" AND r._from <= o._from
            AND r._until > o._from
        WHERE o."StageName" <> o.stood_before AND NOT o."IsDeleted"
            AND o._from <= TIMESTAMP '{NOW}' AND o._from > TIMESTAMP '{NOW}' - INTERVAL 90 DAY
        GROUP BY 1 HAVING count(*) >= 20 AND avg((o."LastModifiedById" = r.manager)::INT) > 0.2""",
}


@pytest.mark.parametrize("rule", sorted(QUERIES))
def test_a_plain_query_finds_what_the_ledger_says(full: Org, rule: str) -> None:
    rows: list[Any] = full.cursor().execute(QUERIES[rule]).fetchall()
    found = {row[0] for row in rows}
    assert found == full.truth[rule]
    assert found


IN_ALL_WEEKS = f"""
    WITH mondays AS (SELECT unnest(generate_series(TIMESTAMP '2025-03-03', {MONDAY}, INTERVAL 7 DAY)) AS monday),
    due AS (SELECT monday, r.manager, o."Id" AS id, o."Amount" AS amount, o."Amount" / coalesce(dated."ConversionRate",
            own."ConversionRate") AS worth, contains(m.said, o."Id") AS is_inspected
        FROM mondays JOIN versions."Opportunity" o ON o._from <= monday + INTERVAL 8 HOUR
            AND o._until > monday + INTERVAL 8 HOUR
        JOIN {REPORTS} r ON r.id = o."OwnerId" AND r._from <= monday + INTERVAL 8 HOUR
            AND r._until > monday + INTERVAL 8 HOUR
        JOIN current."CurrencyType" own ON own."IsoCode" = o."CurrencyIsoCode"
        LEFT JOIN current."DatedConversionRate" dated ON dated."IsoCode" = o."CurrencyIsoCode"
            AND dated."StartDate" <= o."CloseDate" AND dated."NextStartDate" > o."CloseDate"
            AND dated."CreatedDate" <= monday + INTERVAL 8 HOUR
        LEFT JOIN {MEETINGS} m ON m.who = r.manager AND m.kind = 'Pipeline Review' AND m.begun >= monday
            AND m.begun < monday + INTERVAL 7 DAY
        WHERE o."ForecastCategory" = 'Forecast' AND NOT o."IsClosed" AND NOT o."IsDeleted")
    SELECT manager, monday + INTERVAL 18 HOUR, coalesce(sum(worth) FILTER (WHERE is_inspected), 0) / sum(worth),
        coalesce(sum(amount) FILTER (WHERE is_inspected), 0) / sum(amount)
    FROM due GROUP BY ALL HAVING sum(coalesce(amount, 0)) > 0"""


def test_of_several_currencies_the_commit_amount_is_that_in_corporate_currency() -> None:
    org = open_company(seed=7, scale=0.3, anchor=NOW.date(), clock=Clock(NOW), has_currencies=True)
    assert org.company is not None
    rows: list[Any] = org.cursor().execute(IN_ALL_WEEKS).fetchall()
    lax = {(manager, since): share for manager, since, share, _ in rows if share < 0.8}
    facts = org.company.facts.filter(pc.equal(org.company.facts["rule"], "MGR-08")).to_pylist()
    told = {
        (fact["record_id"], fact["since"]): int(fact["reason"].split()[1])
        for fact in facts
        if datetime(2025, 3, 3) <= fact["since"] <= NOW
    }
    assert told.keys() == lax.keys()
    assert all(percent <= lax[key] * 100 + 1e-6 < percent + 1.001 for key, percent in told.items())
    assert any(abs(share - unconverted) > 0.02 for _, _, share, unconverted in rows)
