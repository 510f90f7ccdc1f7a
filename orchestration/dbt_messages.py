"""What becomes of dbt's messages: a log file, and a line of progress for each table.

dbt fires some 10,000 events in a build, most of them for debugging, and makes a message and a line of each before it
looks who wants it: a fifth of what a build of few rows costs. Here those are let go at once.
"""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from logging.handlers import RotatingFileHandler
from pathlib import Path
from typing import Any

LOG_FILE = "dbt.log"
LOG_BYTES, LOG_FILES = 10_000_000, 3

log = logging.getLogger("salespulse.dbt")


@contextmanager
def listening(folder: Path) -> Iterator[list[Callable[[Any], None]]]:
    """Callbacks for dbt's runner: they keep its messages in `dbt.log` of the folder and tell of its progress."""
    file = RotatingFileHandler(folder / LOG_FILE, maxBytes=LOG_BYTES, backupCount=LOG_FILES, encoding="utf-8")

    def write(event: Any) -> None:
        file.emit(logging.makeLogRecord({"msg": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S} {event.info.msg}"}))

    try:
        with _without_debugging():
            yield [write, _tell_progress]
    finally:
        file.close()


@contextmanager
def _without_debugging() -> Iterator[None]:
    """Let dbt's events for debugging go unseen."""
    from dbt_common.events.base_types import EventLevel
    from dbt_common.events.event_manager import EventManager
    from dbt_common.events.event_manager_client import ctx_set_event_manager, get_event_manager

    class Terse(EventManager):
        def fire_event(
            self, e: Any, level: Any = None, node: Any = None, force_warn_or_error_handling: bool = False
        ) -> None:
            if (level or e.level_tag()) is not EventLevel.DEBUG:
                super().fire_event(e, level, node, force_warn_or_error_handling)

    before = get_event_manager()
    ctx_set_event_manager(Terse())
    try:
        yield
    finally:
        ctx_set_event_manager(before)


def _tell_progress(event: Any) -> None:
    """One line for each table that is done; views take no time."""
    if event.info.name != "LogModelResult" or " view " in event.data.description:
        return
    data = event.data
    log.info(
        "%d of %d %s %s, %.2f s",
        data.index,
        data.total,
        data.description,
        data.status.lower(),
        data.execution_time,
    )
