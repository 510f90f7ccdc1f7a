"""The outbox: packs as files in a folder, and a log of what was delivered. Mails nobody.

A pack's folder `<outbox>/<export>/<yyyy-mm-dd>/<reader>/` appears whole or not at all. The log
`<outbox>/deliveries.jsonl` has one line per delivery; it decides whether a pack was delivered
already, also when somebody has since carried the files away.
"""

import hashlib
import json
import logging
import os
import shutil
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

from connectors.delivery.pack import Pack, PackFile

LOG_NAME = "deliveries.jsonl"

log = logging.getLogger("salespulse.delivery")


class OutboxError(Exception):
    """A pack could not be filed, or the delivery log not be read. `path` is where, `reason` the cause."""

    def __init__(self, path: Path, reason: str) -> None:
        self.path, self.reason = path, reason
        super().__init__(
            f"The outbox {path} cannot be used: {reason}. Nothing of this pack was delivered. Give the folder's "
            "owner the right to write there (or mend the file named), then run the export again."
        )


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a pack: filed for the first time, filed again with other content, or left as it was."""

    key: str
    folder: Path
    files: tuple[str, ...]
    sha256: str
    status: Literal["delivered", "replaced", "already_delivered"]


def deliver(pack: Pack, files: Sequence[PackFile], outbox: Path, *, at: datetime | None = None) -> Delivery:
    """File a pack once: the same key with the same content is not filed again. Raises OutboxError.

    `at` is when the delivery is logged (default: now); it is not part of the content.
    """
    folder = outbox / pack.name / pack.as_of.date().isoformat() / pack.audience.slug
    names = tuple(file.name for file in files)
    content = digest(files)
    try:
        past = last_delivery(outbox, pack.key)
        if past is not None and past["sha256"] == content:
            log.info("%s: %s has it already", pack.name, pack.audience.name)
            return Delivery(pack.key, Path(past["folder"]), names, content, "already_delivered")
        status: Literal["delivered", "replaced"] = "delivered" if past is None else "replaced"
        _write_whole(folder, files)
        delivery = Delivery(pack.key, folder.relative_to(outbox), names, content, status)
        _append(outbox / LOG_NAME, _log_line(pack, files, delivery, at or datetime.now(UTC)))
    except OSError as error:
        raise OutboxError(Path(error.filename or folder), error.strerror or str(error)) from error
    log.info("%s: %d files for %s", pack.name, len(files), pack.audience.name)
    return delivery


def digest(files: Sequence[PackFile]) -> str:
    """One sha256 over the names and contents of all files, in whatever order they come."""
    lines = sorted(f"{file.name} {hashlib.sha256(file.content).hexdigest()}" for file in files)
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def last_delivery(outbox: Path, key: str) -> dict[str, Any] | None:
    """The log's newest line for a key. Raises OutboxError if the log holds something else than log lines."""
    path = outbox / LOG_NAME
    if not path.exists():
        return None
    found = None
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                entry = json.loads(line)
                found = entry if entry["key"] == key else found
            except (ValueError, KeyError, TypeError) as error:
                raise OutboxError(path, f"line {number} is no delivery ({error})") from error
    return found


def _log_line(pack: Pack, files: Sequence[PackFile], delivery: Delivery, at: datetime) -> dict[str, Any]:
    return {
        "key": delivery.key,
        "status": delivery.status,
        "at": at.astimezone(UTC).isoformat(timespec="seconds"),
        "export": pack.name,
        "recipient_id": pack.audience.id,
        "folder": delivery.folder.as_posix(),
        "files": {file.name: hashlib.sha256(file.content).hexdigest() for file in files},
        "sha256": delivery.sha256,
    }


def _write_whole(folder: Path, files: Sequence[PackFile]) -> None:
    """Write into a hidden folder beside the target, then rename, so that no half pack is ever seen."""
    stage = folder.with_name(f".{folder.name}.{uuid.uuid4().hex[:8]}")
    stage.mkdir(parents=True)
    try:
        for file in files:
            _write_durably(stage / file.name, file.content)
        _put_in_place(stage, folder)
    finally:
        shutil.rmtree(stage, ignore_errors=True)


def _put_in_place(stage: Path, folder: Path) -> None:
    """Rename; an older edition is put aside first and comes back if the rename fails."""
    if not folder.exists():
        stage.rename(folder)
        return
    aside = stage.with_name(f"{stage.name}.old")
    folder.rename(aside)
    try:
        stage.rename(folder)
    except OSError:
        aside.rename(folder)
        raise
    shutil.rmtree(aside)


def _write_durably(path: Path, content: bytes) -> None:
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _append(path: Path, entry: dict[str, Any]) -> None:
    """One write in append mode, so that two exports at once do not cut each other's lines."""
    line = (json.dumps(entry, ensure_ascii=False) + "\n").encode()
    with path.open("ab", buffering=0) as file:
        file.write(line)
