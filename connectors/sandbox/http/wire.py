"""How an answer leaves the socket: whole, cut, in drops, or not at all. Nothing here reads its content."""

import time
from collections.abc import Callable
from dataclasses import dataclass

JOINED_BYTES = 64_000  # copying more of a body than this costs more than a second write


@dataclass(slots=True)
class Wire:
    """What the network does to an answer.

    `keep_bytes` or `keep_share` of the body (as sent, so compressed) leave before the connection closes;
    `clean_share` ends the body early and yet cleanly, with a Content-Length that fits; `stall_seconds` pass
    between the kept part and the end of the connection; a body in `pieces` takes `piece_seconds` between
    two of them; `is_dropped` closes without a byte; `date_shift` seconds are added to the Date header.
    """

    keep_bytes: int | None = None
    keep_share: float | None = None
    clean_share: float | None = None
    stall_seconds: float = 0.0
    pieces: int = 1
    piece_seconds: float = 0.0
    is_dropped: bool = False
    date_shift: float = 0.0

    def clipped(self, body: bytes) -> bytes:
        """The body that Content-Length counts."""
        return body if self.clean_share is None else body[: int(len(body) * self.clean_share)]

    @property
    def closes(self) -> bool:
        """Whether the connection ends with this answer."""
        return self.is_dropped or self.keep_bytes is not None or self.keep_share is not None

    def kept(self, body: bytes) -> bytes:
        """The part of the body that leaves; never all of it if it is to be cut."""
        if not self.closes:
            return body
        wanted = self.keep_bytes if self.keep_bytes is not None else int(len(body) * (self.keep_share or 0.0))
        return body[: min(wanted, max(len(body) - 1, 0))]

    def send(self, write: Callable[[bytes | memoryview], object], head: bytes, body: bytes) -> None:
        """Head and the body's beginning leave in one write: two would wait for a slow acknowledgement between them."""
        if self.is_dropped:
            return
        content = self.kept(body)
        if self.pieces > 1:
            write(head)
            size = max(-(-len(content) // self.pieces), 1)
            for start in range(0, len(content), size):
                time.sleep(self.piece_seconds)
                write(content[start : start + size])
        else:
            write(head + content[:JOINED_BYTES])
            if len(content) > JOINED_BYTES:
                write(memoryview(content)[JOINED_BYTES:])
        time.sleep(self.stall_seconds)
