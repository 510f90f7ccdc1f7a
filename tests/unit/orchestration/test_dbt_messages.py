"""dbt's messages: those for people are kept in a file, those for debugging are let go before they are made."""

from pathlib import Path

from dbt_common.events.base_types import EventLevel
from dbt_common.events.event_manager_client import add_callback_to_manager, get_event_manager
from dbt_common.events.functions import fire_event
from dbt_common.events.types import Note

from orchestration.dbt_messages import LOG_FILE, listening


def test_what_dbt_tells_people_is_in_the_log_file_and_its_debugging_is_not(tmp_path: Path) -> None:
    with listening(tmp_path) as callbacks:
        for callback in callbacks:
            add_callback_to_manager(callback)
        fire_event(Note(msg="a table is done"), EventLevel.INFO)
        fire_event(Note(msg="a column is deprecated"), EventLevel.WARN)
        fire_event(Note(msg="a statement was sent"), EventLevel.DEBUG)
    told = (tmp_path / LOG_FILE).read_text().splitlines()
    assert [line.split(" ", 2)[2] for line in told] == ["a table is done", "a column is deprecated"]


def test_afterwards_dbt_has_its_own_events_again(tmp_path: Path) -> None:
    before = get_event_manager()
    with listening(tmp_path):
        assert get_event_manager() is not before
    assert get_event_manager() is before
