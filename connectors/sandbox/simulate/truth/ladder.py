"""Which place a stage has in the process that a deal is judged by: that of its record type, as it is now.

Deals without a record type are judged by all stages that such deals have stood in, in the order of the org's list.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from itertools import pairwise

from connectors.sandbox.simulate.setting.frames import NONE
from connectors.sandbox.simulate.setting.process import PROCESSES, RENEWAL_CODE, STAGE_CODES, STAGES, WON_STAGE
from connectors.sandbox.simulate.truth.chronicle import Story, Version

DEFAULT = "Default"  # what the process of those without a record type is called


class Ladder:
    """The open stages of each process in order, from place 0 on; one above them all stands a win."""

    def __init__(self, every: Iterable[Story]) -> None:
        seen: dict[int, set[int]] = defaultdict(set)
        for story in every:
            seen[story.last.record_type] |= {version.stage for version in story.versions}
        own = {code: [STAGE_CODES[name] for name, _ in each.stages] for code, each in enumerate(PROCESSES)}
        own[NONE] = [code for code in range(WON_STAGE) if code in seen[NONE]]
        self._stages = own

    def name(self, story: Story) -> str:
        process = story.last.record_type
        return DEFAULT if process == NONE else PROCESSES[process].label

    def stages(self, story: Story) -> list[str]:
        return [STAGES[code].name for code in self._stages[story.last.record_type]]

    def place(self, story: Story, version: Version) -> int | None:
        """None in a stage of another process, and for a loss."""
        own = self._stages[story.last.record_type]
        if version.is_won:
            return len(own)
        return own.index(version.stage) if version.stage in own else None

    def reached(self, story: Story) -> list[int]:
        """When it first stood at each place or above it, a win being above all: as many as it has reached."""
        own = self._stages[story.last.record_type]
        found: list[int] = []
        for version in story.versions:
            place = self.place(story, version)
            while place is not None and not version.is_deleted and len(found) <= min(place, len(own)):
                found.append(version.at)
        return found

    def qualified(self, story: Story) -> Version | None:
        """What it was when it first qualified: in the second stage of its process or later, or won.

        A renewal, which begins with a customer, qualifies in any.
        """
        return next((each for each in story.versions if self._is_qualified(story, each)), None)

    def _is_qualified(self, story: Story, version: Version) -> bool:
        if not version.is_open:
            return version.is_won and not version.is_deleted
        return story.process == RENEWAL_CODE or (self.place(story, version) or 0) > 0

    def moves(self, story: Story) -> Iterator[tuple[Version, int]]:
        """The moves between open stages of its own, each with by how many places; a reopening moves back by one.

        A stay in a stage of another process between two of its own is none: the move is from the one to the other.
        """
        before: int | None = None
        for earlier, later in pairwise([None, *story.versions]):
            assert later is not None
            if later.is_deleted:
                continue
            place = None if later.is_closed else self.place(story, later)
            if earlier is not None and earlier.is_closed and later.is_open:
                yield later, -1
            elif place is not None and before is not None and place != before:
                yield later, place - before
            before = before if place is None else place
