"""Windows: no row that becomes visible late is passed over."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from connectors.salesforce.describe import ObjectDescription, describe_object
from connectors.salesforce.window import Window, cut_window, halves, parse_instant

if TYPE_CHECKING:
    from connectors.salesforce.client import Client
    from tests.unit.connectors.salesforce.conftest import Org

CURSOR = datetime(2026, 11, 22, 8, tzinfo=UTC)
OVERLAP = timedelta(minutes=10)


def cut(client: Client, description: ObjectDescription, cursor: datetime | None, *, full: bool = False) -> Window:
    return cut_window(client, description, cursor=cursor, overlap=OVERLAP, full=full)


@pytest.fixture
def description(org: Org, client: Client) -> ObjectDescription:
    org.describe(replicateable=True)
    org.updated("2026-11-22T08:59:00.000+0000")
    return describe_object(client, "Opportunity")


def test_the_upper_bound_is_what_the_server_vouches_for(client: Client, description: ObjectDescription) -> None:
    window = cut(client, description, CURSOR)
    assert window == Window("incremental", CURSOR - OVERLAP, datetime(2026, 11, 22, 8, 59, tzinfo=UTC))


def test_a_long_transaction_holds_the_upper_bound_back(
    org: Org, client: Client, description: ObjectDescription
) -> None:
    org.updated("2026-11-22T08:10:00.000+0000")
    assert cut(client, description, CURSOR).end == datetime(2026, 11, 22, 8, 10, tzinfo=UTC)


def test_a_cursor_never_goes_back(org: Org, client: Client, description: ObjectDescription) -> None:
    org.updated("2026-11-22T07:30:00.000+0000")
    assert cut(client, description, CURSOR).end == CURSOR


def test_a_server_that_vouches_for_the_future_is_not_believed(
    org: Org, client: Client, description: ObjectDescription
) -> None:
    org.updated("2026-11-23T00:00:00.000+0000")
    end = cut(client, description, CURSOR).end
    assert abs(end - org.now) < timedelta(seconds=5)


def test_getupdated_is_asked_for_a_short_time(org: Org, client: Client, description: ObjectDescription) -> None:
    cut(client, description, CURSOR)
    query = org.to("GET", "sobjects/Opportunity/updated/")[0].query
    asked = parse_instant(query["end"]) - parse_instant(query["start"])
    assert asked == timedelta(minutes=5)


@pytest.mark.parametrize("trouble", ["refused", "odd", "undated"])
def test_without_a_word_of_the_server_five_minutes_are_given(
    trouble: str, org: Org, client: Client, description: ObjectDescription
) -> None:
    answers = {
        "refused": org.error(400, "INVALID_REPLICATION_DATE"),
        "odd": org.json([]),
        "undated": org.json({"latestDateCovered": "2026-11-22T08:59:00"}),
    }
    org.on("GET", "sobjects/Opportunity/updated/", answers[trouble])
    end = cut(client, description, CURSOR).end
    assert abs(end - (org.now - timedelta(minutes=5))) < timedelta(seconds=5)


def test_an_object_that_is_not_replicated_is_not_asked_for(org: Org, client: Client) -> None:
    end = cut(client, describe_object(client, "Opportunity"), CURSOR).end
    assert abs(end - (org.now - timedelta(minutes=5))) < timedelta(seconds=5)
    assert org.count("GET", "sobjects/Opportunity/updated/") == 0


@pytest.mark.parametrize(("cursor", "full"), [(None, False), (CURSOR, True)])
def test_everything_is_read_first_and_on_demand(
    cursor: datetime | None, full: bool, client: Client, description: ObjectDescription
) -> None:
    window = cut(client, description, cursor, full=full)
    assert (window.mode, window.start) == ("full", None)


def test_an_object_without_a_cursor_field_is_read_in_full(org: Org, client: Client) -> None:
    org.describe({"Id": "id"})
    assert cut(client, describe_object(client, "Opportunity"), CURSOR).mode == "full"


def test_a_cursor_without_a_time_zone_is_a_mistake_of_the_caller(
    client: Client, description: ObjectDescription
) -> None:
    with pytest.raises(ValueError, match="time zone"):
        cut(client, description, datetime(2026, 11, 22))


def test_halves_meet_without_a_gap_and_hold_all() -> None:
    window = Window("incremental", CURSOR - timedelta(hours=3), CURSOR)
    first, second = halves(window, CURSOR - timedelta(hours=2)) or pytest.fail("it can be halved")
    assert (first.start, first.end, second.end) == (window.start, second.start, window.end)
    assert first.end == CURSOR - timedelta(hours=1)  # half of what lies after the cursor


def test_a_whole_object_is_halved_again_and_again_from_the_oldest_on() -> None:
    first, second = halves(Window("full", None, CURSOR), None) or pytest.fail("it can be halved")
    assert (first.mode, first.start, second.mode) == ("incremental", None, "incremental")
    older, _ = halves(first, None) or pytest.fail("it can be halved")
    assert older.start is None
    assert older.end < first.end


def test_a_window_that_is_too_short_cannot_be_halved() -> None:
    assert halves(Window("incremental", CURSOR - timedelta(seconds=1), CURSOR), None) is None
