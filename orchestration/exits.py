"""Exit codes, and which error leaves with which. The one place that knows all errors."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import Any

import dagster as dg

from connectors.data_export.errors import DataExportError, NoExportError
from connectors.delivery.channels.folder import OutboxError
from connectors.finance.errors import FinanceError
from connectors.landing_zone import LandingZoneError
from connectors.salesforce.errors import SalesforceError
from connectors.warehouse.errors import OtherOrgError, WarehouseError, WarehouseFolderError, WarehouseLockedError
from orchestration.dbt import DbtError
from orchestration.embedded import EmbeddedOrgError
from orchestration.sandbox import SandboxError
from orchestration.settings import ConfigurationError


class Exit(IntEnum):
    """What the process ends with."""

    OK = 0
    FAILED = 1
    USAGE = 2
    CHECKS_FAILED = 3
    REMOTE = 4
    LOCKED = 5


class ChecksFailedError(Exception):
    """Facts that must hold do not, so what depends on them was not made."""

    def __init__(self, failed: list[str]) -> None:
        self.failed = failed
        shown = ", ".join(failed[:5]) + (f" and {len(failed) - 5} more" if len(failed) > 5 else "")
        super().__init__(
            f"{len(failed)} checks failed: {shown}. Nothing was published. `salespulse check` names the rows; "
            "mend them at the source and run again."
        )


# Errors that explain themselves: their message is all that a person needs.
EXPLAINED = (
    ChecksFailedError,
    ConfigurationError,
    DataExportError,
    DbtError,
    OutboxError,
    EmbeddedOrgError,
    FinanceError,
    SandboxError,
    LandingZoneError,
    SalesforceError,
    WarehouseError,
)


def exit_code(error: BaseException) -> Exit:
    """The code for an error that ended a command."""
    match error:
        case SalesforceError():
            return Exit(error.exit_code)
        case ConfigurationError() | WarehouseFolderError() | OtherOrgError() | NoExportError() | FinanceError():
            return Exit.USAGE
        case ChecksFailedError():
            return Exit.CHECKS_FAILED
        case WarehouseLockedError():
            return Exit.LOCKED
        case _:
            return Exit.FAILED


def explanation(error: BaseException | None) -> Exception | None:
    """The error that explains itself among `error` and what caused it; None if there is none."""
    while error is not None and not isinstance(error, EXPLAINED):
        error = error.__cause__
    return error


@contextmanager
def explained() -> Iterator[None]:
    """Within a step: hand an error that explains itself to Dagster as a failure with its exit code."""
    try:
        yield
    except EXPLAINED as error:
        metadata: dict[str, Any] = {
            "error": type(error).__name__,
            "exit_code": int(exit_code(error)),
        }
        raise dg.Failure(str(error), metadata=metadata, allow_retries=False) from error
