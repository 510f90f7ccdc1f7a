"""What the org allows, and how many rows there are about. Reads only."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from connectors.salesforce.client import Client
from connectors.salesforce.errors import ResponseError


@dataclass(frozen=True, slots=True)
class Limit:
    """An allowance of the org: how much in all, how much is left."""

    maximum: int
    remaining: int


def limits(client: Client) -> dict[str, Limit]:
    """All limits by Salesforce's name, `DailyApiRequests` and `DailyBulkV2QueryJobs` among them."""
    answer = client.get_json("limits/")
    if not isinstance(answer, Mapping):
        raise ResponseError(client.url("limits"), "it lists no limits")
    return {
        str(name): Limit(int(entry["Max"]), int(entry["Remaining"]))
        for name, entry in answer.items()
        if isinstance(entry, Mapping) and "Max" in entry and "Remaining" in entry
    }


def record_counts(client: Client, names: Iterable[str]) -> dict[str, int]:
    """About how many records the objects have. Approximate, and some objects are never counted."""
    answer = client.get_json("limits/recordCount", {"sObjects": ",".join(names)})
    return {str(entry["name"]): int(entry["count"]) for entry in answer.get("sObjects", [])}
