"""The few facts about the org itself that decide how its records are read."""

from dataclasses import dataclass

from connectors.salesforce.client import Client
from connectors.salesforce.errors import ResponseError


@dataclass(frozen=True, slots=True)
class Organization:
    """The org. `time_zone` is an IANA name such as `Europe/Paris`, or `GMT`."""

    id: str
    name: str
    time_zone: str
    fiscal_year_start_month: int
    is_sandbox: bool


def fetch_organization(client: Client) -> Organization:
    """The one row of Organization."""
    query = "SELECT Id, Name, TimeZoneSidKey, FiscalYearStartMonth, IsSandbox FROM Organization"
    records = client.get_json("query/", {"q": query}).get("records") or []
    if not records:
        raise ResponseError(client.url("query"), "Organization has no row that this user may read")
    row = records[0]
    return Organization(
        id=str(row["Id"]),
        name=str(row["Name"]),
        time_zone=str(row["TimeZoneSidKey"]),
        fiscal_year_start_month=int(row.get("FiscalYearStartMonth") or 1),
        is_sandbox=bool(row.get("IsSandbox")),
    )
