"""Which error leaves with which code, and how a step hands it to Dagster."""

from pathlib import Path

import dagster as dg
import pytest

from connectors.salesforce.errors import InstanceUrlError, LoginError, QuotaExceededError, UnknownObjectError
from connectors.warehouse.errors import WarehouseFolderError, WarehouseLockedError, WarehouseMissingError
from orchestration.dbt import DbtError
from orchestration.exits import ChecksFailedError, Exit, exit_code, explained
from orchestration.settings import ConfigurationError

FILE = Path("warehouse.duckdb")


@pytest.mark.parametrize(
    ("error", "code"),
    [
        (ConfigurationError(["x"]), Exit.USAGE),
        (WarehouseFolderError(FILE, "read-only"), Exit.USAGE),
        (UnknownObjectError("Oportunity", ["Opportunity"]), Exit.USAGE),
        (InstanceUrlError("http://x", "no https"), Exit.USAGE),
        (ChecksFailedError(["ids_are_unique"]), Exit.CHECKS_FAILED),
        (LoginError("INVALID_LOGIN", "no", "try"), Exit.REMOTE),
        (QuotaExceededError("REQUEST_LIMIT_EXCEEDED", "all used"), Exit.REMOTE),
        (WarehouseLockedError(FILE), Exit.LOCKED),
        (WarehouseMissingError(FILE), Exit.FAILED),
        (DbtError("build", "no"), Exit.FAILED),
        (ZeroDivisionError(), Exit.FAILED),
    ],
)
def test_every_error_has_its_code(error: Exception, code: Exit) -> None:
    assert exit_code(error) == code


def test_an_error_that_explains_itself_becomes_a_failure_with_its_code() -> None:
    with pytest.raises(dg.Failure) as caught, explained():
        raise WarehouseLockedError(FILE, 4711)
    assert caught.value.metadata["exit_code"].value == Exit.LOCKED
    assert "4711" in (caught.value.description or "")


def test_an_unexpected_error_stays_what_it_is() -> None:
    with pytest.raises(ZeroDivisionError), explained():
        raise ZeroDivisionError


def test_many_failed_checks_are_named_in_short() -> None:
    message = str(ChecksFailedError([f"fact_{number}" for number in range(9)]))
    assert "9 checks failed" in message
    assert "and 4 more" in message
