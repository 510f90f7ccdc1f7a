"""One run at a time for each object of a landing folder."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from connectors.salesforce.errors import BusyError


@contextmanager
def held(folder: Path, object_name: str) -> Iterator[None]:
    """Hold the folder's lock, or BusyError at once. The system frees it when the process ends, however."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / ".lock"
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise BusyError(object_name, str(path)) from error
        yield
