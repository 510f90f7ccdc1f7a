"""What the ledger says of activities, leads and managers is what plain queries find in the records, as of the clock."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from connectors.sandbox.store.org import Org

NOW = datetime(2026, 3, 18, 12)  # when `full` is looked at
TODAY = "DATE '2026-03-18'"
OWN = "('Ride-Along','Pipeline Review','One-to-One','Forecast Call','Forecast Submission','Business Review')"
TASKS = 'current."Task" WHERE NOT "IsDeleted" AND NOT "IsRecurrence"'
LOGGED = 'current."Task" WHERE NOT "IsRecurrence"'
EVENTS = 'current."Event" WHERE NOT "IsDeleted" AND NOT "IsRecurrence" AND NOT "IsChild"'
DONE = f"""
    SELECT "OwnerId" AS who, CASE WHEN "ActivityDate" < "CreatedDate"::DATE THEN "ActivityDate"::TIMESTAMP
        ELSE "CompletedDateTime" END AS moment, "CreatedDate" AS entered, "WhatId" AS deal,
        coalesce("Type", 'Other') = 'Other' AS is_vague
    FROM {TASKS} AND "IsClosed"
    UNION ALL
    SELECT "OwnerId", "StartDateTime", "CreatedDate", "WhatId", "Type" IS NULL
    FROM {EVENTS} AND "EndDateTime" <= TIMESTAMP '{NOW}'
"""


@pytest.fixture(scope="module")
def truth(full: Org) -> dict[str, frozenset[str]]:
    return full.truth


def ask(org: Org, sql: str) -> list[Any]:
    return org.cursor().execute(sql).fetchall()


ACTIVITIES = {
    "ACT-01": f"""
        SELECT "Id" FROM {TASKS} AND "WhatId" IS NULL AND "WhoId" IS NULL UNION ALL
        SELECT "Id" FROM {EVENTS} AND coalesce("Type", '') NOT IN {OWN} AND "WhatId" IS NULL AND "WhoId" IS NULL""",
    "ACT-02": f"""
        SELECT "Id" FROM {TASKS} AND "IsClosed" AND "CreatedDate"::DATE - "ActivityDate" > 3 UNION ALL
        SELECT "Id" FROM {EVENTS} AND "CreatedDate"::DATE - "StartDateTime"::DATE > 3""",
    "ACT-03": f"""
        WITH logged AS (SELECT "OwnerId" AS who, "CreatedDate" AS entered FROM {LOGGED}
            AND "CompletedDateTime" = "CreatedDate"),
        spans AS (SELECT *, lead(entered, 9) OVER (PARTITION BY who ORDER BY entered) AS tenth FROM logged)
        SELECT who FROM spans WHERE tenth - entered <= INTERVAL 15 MINUTE GROUP BY 1
        HAVING count(DISTINCT tenth::DATE) >= 3""",
    "ACT-04": f'SELECT "Id" FROM {TASKS} AND NOT "IsClosed" AND {TODAY} - "ActivityDate" > 7',
    "ACT-06": f"""SELECT "Id" FROM {TASKS} AND "IsClosed" AND "Type" = 'Call' AND "Description" IS NULL
        AND "CallDisposition" IS NULL AND "CallDurationInSeconds" IS NULL""",
    "ACT-08": f"""
        SELECT DISTINCT "OwnerId" FROM current."Opportunity" JOIN current."User" u ON u."Id" = "OwnerId"
        WHERE NOT "IsClosed" AND NOT "IsDeleted" AND u."IsActive"
        AND "OwnerId" NOT IN (SELECT who FROM ({DONE}) WHERE moment > TIMESTAMP '{NOW}' - INTERVAL 7 DAY)""",
    "ACT-09": f"SELECT who FROM ({DONE}) GROUP BY 1 HAVING count(*) >= 50 AND avg(is_vague::INT) > 0.2",
}
ACTIVITIES["ACT-07"] = f"""
    WITH closings AS (SELECT "Id" AS id, "LastStageChangeDate" AS closed FROM current."Opportunity"
        WHERE "IsClosed" AND NOT "IsDeleted" AND "LastStageChangeDate" IS NOT NULL)
    SELECT id FROM (SELECT who, moment, entered, deal FROM ({DONE})) JOIN closings ON id = deal
    WHERE entered > closed AND moment::DATE < closed::DATE GROUP BY 1 HAVING count(*) >= 3"""
TOUCHED = f"""SELECT "WhoId" AS lead, CASE WHEN "ActivityDate" < "CreatedDate"::DATE THEN "ActivityDate"::TIMESTAMP
    ELSE "CompletedDateTime" END AS moment FROM {TASKS} AND "IsClosed" AND "WhoId" LIKE '00Q%'"""
LEADS = {
    "LEAD-02": f"""
        SELECT "Id" FROM current."Lead" WHERE NOT "IsDeleted" AND "Status" NOT LIKE 'Closed%'
        AND "CreatedDate" < TIMESTAMP '{NOW}' - INTERVAL 30 DAY
        AND "Id" NOT IN (SELECT lead FROM ({TOUCHED}) WHERE moment > TIMESTAMP '{NOW}' - INTERVAL 30 DAY)""",
    "LEAD-03": 'SELECT "Id" FROM current."Lead" WHERE "IsConverted" AND "ConvertedOpportunityId" IS NULL',
    "LEAD-04": """
        SELECT "Id" FROM current."Lead" WHERE NOT "IsDeleted" AND "Email" IN
        (SELECT "Email" FROM current."Lead" WHERE NOT "IsDeleted" GROUP BY 1 HAVING count(*) > 1)""",
}
REVIEWS = f"{EVENTS} AND \"Type\" = 'Pipeline Review' AND \"EndDateTime\" <= TIMESTAMP '{NOW}'"
MANAGING = """(SELECT DISTINCT "ManagerId" AS id FROM current."User" WHERE "IsActive" AND "UserType" = 'Standard'
    AND "ManagerId" IS NOT NULL)"""
MANAGERS = {
    "MGR-01": f"""
        SELECT id FROM {MANAGING} WHERE id NOT IN
        (SELECT "OwnerId" FROM {REVIEWS} AND "StartDateTime" >= '2026-03-09' AND "StartDateTime" < '2026-03-16')""",
    "MGR-03": f"""
        SELECT "Id" FROM current."User" u WHERE "IsActive" AND "UserType" = 'Standard' AND "ManagerId" IS NOT NULL
        AND "CreatedDate" < TIMESTAMP '{NOW}' - INTERVAL 14 DAY AND NOT EXISTS (SELECT 1 FROM current."Event" e
            WHERE e."OwnerId" = u."Id" AND e."IsChild" AND e."Type" = 'One-to-One' AND NOT e."IsDeleted"
            AND e."CreatedById" = u."ManagerId" AND e."StartDateTime" <= TIMESTAMP '{NOW}'
            AND e."StartDateTime" > TIMESTAMP '{NOW}' - INTERVAL 14 DAY)""",
    "MGR-04": f"""
        SELECT "Id" FROM current."User" u WHERE "IsActive" AND "Title" = 'Account Executive'
        AND "ManagerId" IS NOT NULL AND "CreatedDate" < '2026-01-01' AND NOT EXISTS (SELECT 1 FROM current."Event" e
            WHERE e."OwnerId" = u."Id" AND e."IsChild" AND e."Type" = 'Ride-Along' AND NOT e."IsDeleted"
            AND e."StartDateTime" >= '2026-01-01' AND e."StartDateTime" <= TIMESTAMP '{NOW}')""",
    "MGR-05": f"""
        SELECT id FROM {MANAGING} WHERE id NOT IN (SELECT "OwnerId" FROM {EVENTS} AND "Type" = 'Forecast Submission'
        AND "StartDateTime" >= '2026-03-16' AND "StartDateTime" <= TIMESTAMP '{NOW}')""",
    "MGR-07": f"""
        SELECT "OwnerId" FROM versions."Event" WHERE "IsDeleted" AND NOT "IsChild" AND "Type" = 'One-to-One'
        AND _from <= TIMESTAMP '{NOW}' AND _from > TIMESTAMP '{NOW}' - INTERVAL 30 DAY
        GROUP BY 1 HAVING count(*) >= 2""",
    "MGR-09": f"""
        SELECT id FROM {MANAGING} WHERE id NOT IN (SELECT "OwnerId" FROM {EVENTS} AND "Type" = 'Business Review'
        AND "StartDateTime" >= '2026-01-01' AND "StartDateTime" <= TIMESTAMP '{NOW}')""",
    "MGR-11": f"""SELECT "Id" FROM {TASKS} AND NOT "IsClosed" AND "Type" = 'Review Action'
        AND {TODAY} - "ActivityDate" > 7""",
    "MGR-12": """SELECT "Id" FROM current."User" WHERE "IsActive" AND "ManagerId" IS NULL
        AND "Title" = 'Account Executive'""",
}
EVERY = {**ACTIVITIES, **LEADS, **MANAGERS}


@pytest.mark.parametrize("rule", sorted(EVERY))
def test_a_plain_query_finds_what_the_ledger_says(full: Org, truth: dict[str, frozenset[str]], rule: str) -> None:
    found = {row[0] for row in ask(full, EVERY[rule])}
    assert found == truth[rule]
    assert found


def test_a_task_closed_ahead_of_its_day_is_in_the_ledger_until_that_day(full: Org) -> None:
    assert full.company is not None
    seen = 0
    for moment in (NOW - timedelta(days=back) for back in range(0, 90, 9)):
        rows = ask(
            full,
            f"""SELECT "Id" FROM versions."Task" WHERE NOT "IsDeleted" AND NOT "IsRecurrence" AND "IsClosed"
            AND "ActivityDate" > DATE '{moment.date()}' AND _from <= TIMESTAMP '{moment}'
            AND coalesce(_until > TIMESTAMP '{moment}', true)""",
        )
        assert {row[0] for row in rows} == full.company.facts_at(moment).get("ACT-05", frozenset())
        seen += len(rows)
    assert seen > 5


def test_a_lead_not_answered_within_a_day_is_in_the_ledger(full: Org, truth: dict[str, frozenset[str]]) -> None:
    """The instants of touches that were written down late are known to the day only: those are left out."""
    answered = {
        row[0]: row[1:]
        for row in ask(full, f"SELECT lead, min(moment), bool_or(moment = moment::DATE) FROM ({TOUCHED}) GROUP BY 1")
    }
    checked = 0
    for lead, assigned in ask(full, 'SELECT "Id", "Assigned_At__c" FROM current."Lead" WHERE NOT "IsDeleted"'):
        at, is_vague = answered.get(lead, (None, False))
        if assigned is None or is_vague or assigned + timedelta(days=1) > NOW:
            continue
        checked += 1
        is_late = at is None or at > assigned + timedelta(days=1)
        assert (lead in truth["LEAD-01"]) == is_late, lead
    assert checked > 600


def test_each_rule_has_a_reason_in_a_short_sentence(full: Org) -> None:
    assert full.company is not None
    facts = full.company.facts
    for rule, reason in {(row["rule"], row["reason"]) for row in facts.select(["rule", "reason"]).to_pylist()}:
        if rule.startswith(("ACT-", "LEAD-", "MGR-")):
            assert reason.endswith(".")
            assert 10 < len(reason) < 90
