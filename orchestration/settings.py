"""Every setting, typed, once: read from the environment (`SALESPULSE_*`) and from `.env`.

Settings are read when a command or a run starts, never at import. Nothing here connects to anything.
"""

from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from connectors.salesforce.choice import FieldChoice
from connectors.salesforce.errors import FieldChoiceError

PREFIX = "SALESPULSE_"
SCHEMES = ("http", "https")


class ConfigurationError(Exception):
    """A setting is wrong. Exit code 2. `problems` holds one sentence for each."""

    def __init__(self, problems: list[str]) -> None:
        self.problems = problems
        super().__init__("The configuration cannot be used:\n" + "\n".join(f"  - {p}" for p in problems))


def _names(value: Any) -> Any:
    """A comma-separated list, as environment variables give it."""
    return tuple(part.strip() for part in value.split(",") if part.strip()) if isinstance(value, str) else value


class Settings(BaseSettings):
    """All settings. The field `home` is the variable `SALESPULSE_HOME`, and so on."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", env_ignore_empty=True, extra="ignore", frozen=True
    )

    home: Path = Field(Path(".salespulse"), description="Folder of everything that is produced.")
    time_zone: str = Field("GMT", description="Zone in which days, weeks and schedules are cut.")
    objects: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="sObjects to sync, as Account,Opportunity*,*__c; empty: the table in objects.py."
    )
    objects_exclude: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="sObjects not to sync, comma-separated, with * for any letters."
    )
    fields_include: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Custom fields to read, as Opportunity.*__c, comma-separated; empty: all of them."
    )
    fields_exclude: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Fields never read, as *.Phone,Contact.Email; Id, stamps and IsDeleted always are."
    )
    mask_fields: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Fields of which only a keyed hash is kept, as Contact.Email; nothing lands in clear."
    )
    mask_key: SecretStr = Field(SecretStr(""), description="Secret of 16 characters or more that keys the hash.")
    rest_rows: int = Field(2000, ge=0, description="Up to so many rows are read by REST, more by Bulk; 0: never.")
    parallel_pages: int = Field(4, ge=1, le=15, description="Pages of a Bulk job that are fetched side by side.")
    quota_share: float = Field(
        0.8, gt=0, le=1, description="Part of the org's daily API requests after which a sync stops, resumable."
    )
    refresh_days: float = Field(1.0, ge=0, description="Days between reads of formula fields, which move no stamp.")
    sweep_days: float = Field(7.0, ge=0, description="Days between comparisons of all Ids, which find hard deletes.")
    export_folder: Path | None = Field(
        None, description="Folder or ZIP of Salesforce's Data Export, read in the place of the org."
    )
    finance_bookings: Path | None = Field(
        None, description="CSV or Parquet file with the bookings that finance keeps, to reconcile with."
    )
    landing_days: int | None = Field(
        None, ge=1, description="Days that landed pages are kept; empty: for ever. Replay stays possible."
    )
    threads: int = Field(2, ge=1, le=64, description="Threads that DuckDB and dbt use.")
    memory_limit: str = Field("4GB", pattern=r"^\d+(\.\d+)?\s*[KMGT]i?B$", description="DuckDB's memory limit.")
    keep_versions: int = Field(3, ge=1, description="Published versions kept, the current one included.")
    mail_from: str = Field("salespulse@localhost", description="Sender named in the packs' mails.")

    salesforce_login_url: str = Field(
        "https://login.salesforce.com", description="Where to log in (test.salesforce.com for sandboxes)."
    )
    salesforce_instance_url: str | None = Field(None, description="The org's own address.")
    salesforce_session_id: SecretStr | None = Field(None, description="A session id or access token.")
    salesforce_username: str | None = Field(None, description="User for password or JWT login.")
    salesforce_password: SecretStr | None = Field(None, description="Password for SOAP login.")
    salesforce_security_token: SecretStr = Field(SecretStr(""), description="Token that follows the password.")
    salesforce_client_id: str | None = Field(None, description="Consumer key of the connected app.")
    salesforce_client_secret: SecretStr | None = Field(None, description="Consumer secret (client credentials).")
    salesforce_private_key_file: Path | None = Field(None, description="PEM file for JWT bearer login.")
    salesforce_api_version: str = Field("62.0", pattern=r"^\d{2}\.0$", description="REST API version.")
    salesforce_allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        (), description="Further host names that may be an instance, comma-separated."
    )

    sandbox_scale: float = Field(1.0, gt=0, le=500, description="Size of the embedded company.")
    sandbox_seed: int = Field(7, ge=0, description="Seed of the embedded company.")

    _names = field_validator(
        "objects",
        "objects_exclude",
        "fields_include",
        "fields_exclude",
        "mask_fields",
        "salesforce_allowed_hosts",
        mode="before",
    )(_names)

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, value: str) -> str:
        if value not in available_timezones():
            raise ValueError(f"'{value}' is no IANA time zone; write for example Europe/Vienna or UTC")
        return value

    @field_validator("salesforce_login_url", "salesforce_instance_url")
    @classmethod
    def _is_address(cls, value: str | None) -> str | None:
        if value is None:
            return None
        parts = urlsplit(value)
        if parts.scheme not in SCHEMES or not parts.hostname:
            raise ValueError(f"'{value}' is no address; write https://host")
        return value.rstrip("/")

    @model_validator(mode="after")
    def _login_is_whole(self) -> "Settings":
        if self.salesforce_session_id and not self.salesforce_instance_url:
            raise ValueError("a session id needs SALESPULSE_SALESFORCE_INSTANCE_URL, the org that it belongs to")
        if self.salesforce_password and not self.salesforce_username:
            raise ValueError("a password needs SALESPULSE_SALESFORCE_USERNAME")
        if self.salesforce_private_key_file and not (self.salesforce_username and self.salesforce_client_id):
            raise ValueError(
                "JWT login needs SALESPULSE_SALESFORCE_USERNAME and SALESPULSE_SALESFORCE_CLIENT_ID beside the key"
            )
        if self.salesforce_client_secret and not self.salesforce_client_id:
            raise ValueError("a client secret needs SALESPULSE_SALESFORCE_CLIENT_ID")
        return self

    @model_validator(mode="after")
    def _fields_can_be_chosen(self) -> "Settings":
        try:
            self.field_choice  # noqa: B018 - made to be checked
        except FieldChoiceError as error:
            raise ValueError(str(error)) from error
        return self

    @property
    def field_choice(self) -> FieldChoice:
        """Which fields are read, and which of them only as a hash."""
        key = self.mask_key.get_secret_value()
        return FieldChoice(self.fields_include, self.fields_exclude, self.mask_fields, key)

    @property
    def login_flow(self) -> Literal["session", "jwt", "client_credentials", "password"] | None:
        """How to log in, by which credentials are there; None if there are none."""
        if self.salesforce_session_id:
            return "session"
        if self.salesforce_private_key_file:
            return "jwt"
        if self.salesforce_client_secret:
            return "client_credentials"
        return "password" if self.salesforce_password else None

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @cached_property
    def root(self) -> Path:
        return self.home.expanduser().absolute()

    @property
    def warehouse_file(self) -> Path:
        return self.root / "warehouse.duckdb"

    @property
    def landing(self) -> Path:
        return self.root / "landing"

    @property
    def current(self) -> Path:
        return self.root / "current"

    @property
    def published_file(self) -> Path:
        return self.current / "sales_metrics.duckdb"

    @property
    def report_file(self) -> Path:
        return self.current / "report" / "index.html"

    @property
    def outbox(self) -> Path:
        return self.root / "outbox"

    @property
    def dagster_home(self) -> Path:
        return self.root / "dagster"


def load_settings(**overrides: Any) -> Settings:
    """The settings as the environment and `.env` give them. Raises ConfigurationError."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise ConfigurationError([_sentence(dict(problem)) for problem in error.errors()]) from error


def _sentence(problem: dict[str, Any]) -> str:
    where = ".".join(str(part) for part in problem["loc"])
    name = f"{PREFIX}{where.upper()}: " if where else ""
    # The value of a secret is never repeated.
    given = "" if not where or "secret" in where or "password" in where else f" (it is {problem['input']!r})"
    return f"{name}{problem['msg'].removeprefix('Value error, ')}{given}"
