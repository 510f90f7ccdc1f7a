"""A process rule stands in four places: its model, its unit test, its limits and its check. They know of each other."""

import csv
from pathlib import Path
from typing import Any

import pytest
import yaml

from expectations.suites.process_facts import DAYS_JUDGED, RULES

PROJECT = Path(__file__).parents[2] / "dbt_project"
FOLDER = PROJECT / "models" / "marts" / "process" / "rules"
INTERMEDIATE = PROJECT / "models" / "intermediate" / "process"
# Limits that a macro asks for.
BY_MACRO = {"judged_deals(": "closed_within_days", "proposals_by(": "proposal_probability_percent"}


@pytest.fixture(scope="module")
def rules() -> dict[str, dict[str, Any]]:
    """Each rule's file of properties, by the rule's id."""
    documents = [yaml.safe_load(file.read_text()) for file in FOLDER.glob("*.yml")]
    return {each["models"][0]["config"]["meta"]["process_rule"]["rule_id"]: each for each in documents}


@pytest.fixture(scope="module")
def thresholds() -> list[dict[str, str]]:
    with (PROJECT / "seeds" / "process_rule_thresholds.csv").open(newline="") as file:
        return list(csv.DictReader(file))


def test_every_rule_has_a_check_and_every_check_a_rule(rules: dict[str, Any]) -> None:
    assert sorted(rules) == sorted(fact.rule_id for fact in RULES)
    assert len({fact.fact for fact in RULES}) == len(RULES)


def test_a_file_is_named_for_its_rule(rules: dict[str, Any]) -> None:
    assert len(list(FOLDER.glob("*.sql"))) == len(rules)
    for rule_id, document in rules.items():
        name = document["models"][0]["name"]
        assert name.startswith(rule_id.lower().replace("-", "_") + "_")
        sql = (FOLDER / f"{name}.sql").read_text()
        assert f"_finding('{rule_id}'" in sql


def test_every_rule_is_tested_with_what_must_fire_and_what_must_not(rules: dict[str, Any]) -> None:
    for rule_id, document in rules.items():
        expected = [row for test in document["unit_tests"] for row in test["expect"]["rows"]]
        given = [row for test in document["unit_tests"] for each in test["given"] for row in each["rows"]]
        assert {row["rule_id"] for row in expected} == {rule_id}
        assert len(given) > len(expected), rule_id


def test_every_limit_belongs_to_a_rule_that_asks_for_it(
    rules: dict[str, Any], thresholds: list[dict[str, str]]
) -> None:
    shared = [file.read_text() for file in INTERMEDIATE.glob("*.sql")]
    for line in thresholds:
        name = rules[line["rule_id"]]["models"][0]["name"]
        asked = (FOLDER / f"{name}.sql").read_text() + "".join(
            text for text in shared if f"'{line['rule_id']}'" in text
        )
        asked += "".join(f"'{limit}'" for macro, limit in BY_MACRO.items() if macro in asked)
        assert f"'{line['threshold_name']}'" in asked, line


def test_checks_count_among_what_rules_judge(thresholds: list[dict[str, str]]) -> None:
    days = {line["threshold_value"] for line in thresholds if line["threshold_name"] == "closed_within_days"}
    assert days == {str(DAYS_JUDGED)}
