"""What a build upon the last one follows: no column that a kept row was made of may change unnoticed."""

import re
from collections.abc import Mapping

import pytest

from orchestration.dbt import PROJECT_DIR
from tests.support.lineage import columns_read, grouped_by

pytestmark = pytest.mark.xdist_group("compiled")

RECORD, VERSIONS = "stg_salesforce__opportunities", "stg_salesforce__opportunity_changes"
# The key, the instant by which versions are put in order, and what Salesforce sets once and for all.
UNCHANGING = {"opportunity_id", "seen_at", "created_at"}
FOLLOWED = re.compile(r"(forget_touched|is_of_touched|renewed_due_deals)\(")
FOLLOWING = sorted(file.stem for file in (PROJECT_DIR / "models").rglob("*.yml") if FOLLOWED.search(file.read_text()))


def _of_a_deal(model: str, compiled: Mapping[str, str]) -> set[str]:
    """The columns of a deal's record, now or in a version seen earlier, that a model reads."""
    read = columns_read(model, compiled)
    return (read.get(RECORD, set()) | read.get(VERSIONS, set())) - UNCHANGING


def _captured(compiled: Mapping[str, str]) -> set[str]:
    """The columns whose change makes a version and touches its deal."""
    return grouped_by("int_opportunities_touched", "versions", compiled) - UNCHANGING


def test_a_change_of_any_column_that_kept_rows_are_made_of_touches_the_deal(compiled: dict[str, str]) -> None:
    captured = _captured(compiled)
    assert len(FOLLOWING) > 3
    unnoticed = {model: _of_a_deal(model, compiled) - captured for model in FOLLOWING}
    assert {model: columns for model, columns in unnoticed.items() if columns} == {}


def test_a_column_that_no_version_holds_would_be_noticed(compiled: dict[str, str]) -> None:
    """The way through views, tables and `select *` is followed: a column that is taken up anywhere on it is found."""
    model = "int_opportunity_states_unioned"
    before, after = compiled[model].rsplit("forecast_category", 1)  # that of the record
    read = _of_a_deal(
        "int_opportunity_values_rebuilt", {**compiled, model: f"{before}loss_reason as forecast_category{after}"}
    )
    assert read - _captured(compiled) == {"loss_reason"}
