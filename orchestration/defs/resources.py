"""The two things that assets reach out to, the CRM and the warehouse, and the policies that they share. No assets."""

import logging
import os
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta

import dagster as dg
from duckdb import DuckDBPyConnection
from pydantic import SecretStr

from connectors.salesforce.auth import (
    ClientCredentials,
    Credentials,
    JwtCredentials,
    PasswordCredentials,
    SessionCredentials,
)
from connectors.salesforce.client import Client
from connectors.warehouse.connection import RunLock, connect, put_together
from connectors.warehouse.errors import WarehouseLockedError
from connectors.warehouse.lending import Lender
from connectors.warehouse.ops import create_schemas
from connectors.warehouse.upgrade import upgrade
from orchestration.embedded import SESSION_ID, embedded_org
from orchestration.settings import Settings, load_settings

log = logging.getLogger("salespulse.sync")

POOL = "warehouse"
LOCK_WAIT_SECONDS = 600.0
# Marts are refreshed every morning: late after a day and two hours, stale after a day and a half.
FRESHNESS = dg.FreshnessPolicy.time_window(fail_window=timedelta(hours=36), warn_window=timedelta(hours=26))


class Warehouse(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The DuckDB file that runs write to."""

    @contextmanager
    def lock(self) -> Iterator[Settings]:
        """Keep other runs out while this step writes. Waits for at most ten minutes."""
        settings = load_settings()
        with _waiting_lock(settings):
            yield settings

    @contextmanager
    def session(self, settings: Settings) -> Iterator[DuckDBPyConnection]:
        """An open connection. Close it before dbt runs: a process holds one configuration of a file."""
        with _opened(settings) as connection:
            yield connection

    @contextmanager
    def lent(self, settings: Settings) -> Iterator[Lender]:
        """A session for who waits for others meanwhile: the file is free then. If it is taken at the beginning,
        that is said at once; later it is waited for, at most ten minutes."""
        with Lender(lambda: _reopened(settings), _opened(settings)) as lender:
            yield lender


class Crm(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The org in `.env`, or the embedded sandbox org if no credentials are set."""

    @contextmanager
    def client(self, settings: Settings, *, lives_on: bool = True) -> Iterator[Client]:
        """A client that logs in at its first call. `lives_on`: see `embedded_org`; those who only
        look may use the whole quota."""
        found = credentials(settings)
        share = settings.quota_share if lives_on else 1.0
        if found is None:
            with (
                embedded_org(settings, lives_on=lives_on) as url,
                Client(
                    SessionCredentials(url, SESSION_ID),
                    version=settings.salesforce_api_version,
                    quota_share=share,
                ) as client,
            ):
                yield client
            return
        with Client(
            found,
            version=settings.salesforce_api_version,
            allowed_hosts=settings.salesforce_allowed_hosts,
            quota_share=share,
        ) as client:
            yield client


def _opened(settings: Settings, wait_seconds: float = 0) -> DuckDBPyConnection:
    connection = connect(
        settings.warehouse_file,
        memory_limit=settings.memory_limit,
        threads=settings.threads,
        wait_seconds=wait_seconds,
    )
    try:
        # A load says so, too; but a file that was closed meanwhile is written to by others first.
        put_together(connection, False)
        create_schemas(connection)
        upgrade(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _reopened(settings: Settings) -> DuckDBPyConnection:
    try:
        return _opened(settings)
    except WarehouseLockedError as error:
        log.warning("%s The sync waits for it", error)
        return _opened(settings, wait_seconds=LOCK_WAIT_SECONDS)


@contextmanager
def _waiting_lock(settings: Settings) -> Iterator[None]:
    """The run lock, unless this very process holds it already: the command line does for a whole run."""
    with ExitStack() as stack:
        deadline = time.monotonic() + LOCK_WAIT_SECONDS
        while True:
            try:
                stack.enter_context(RunLock(settings.root))
                break
            except WarehouseLockedError as error:
                if error.pid == os.getpid():
                    break
                if time.monotonic() > deadline:
                    raise
            time.sleep(1)
        yield


def credentials(settings: Settings) -> Credentials | None:
    """The settings in the connector's words; None if there are no credentials."""
    url = settings.salesforce_instance_url
    login_url = settings.salesforce_login_url
    match settings.login_flow:
        case "session":
            return SessionCredentials(url or "", _reveal(settings.salesforce_session_id))
        case "jwt":
            assert settings.salesforce_private_key_file is not None  # the flow says so
            return JwtCredentials(
                settings.salesforce_username or "",
                settings.salesforce_private_key_file,
                settings.salesforce_client_id or "",
                login_url,
            )
        case "client_credentials":
            return ClientCredentials(
                login_url, settings.salesforce_client_id or "", _reveal(settings.salesforce_client_secret)
            )
        case "password":
            return PasswordCredentials(
                settings.salesforce_username or "",
                _reveal(settings.salesforce_password),
                _reveal(settings.salesforce_security_token),
                login_url,
            )
        case None:
            return None


def _reveal(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret else ""
