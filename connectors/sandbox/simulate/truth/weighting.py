"""What open deals are worth by chance: by the default of their stage, and by what deals that came as far have become.

By the seller's own probability they tell it themselves (`chronicle`). A rate that rests on few deals is drawn toward
that of the process, as if so many deals more had ended like the whole process.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable
from math import floor

from connectors.sandbox.simulate.setting.process import STAGES
from connectors.sandbox.simulate.truth.chronicle import Story
from connectors.sandbox.simulate.truth.ladder import Ladder
from connectors.sandbox.simulate.truth.stage_totals import fate

PRIOR_DEALS = 5
Worth = Callable[[Story], tuple[int, int]]  # cents by the default, cents by the rate of the past


def drawn_win_rates(every: Iterable[Story], ladder: Ladder) -> dict[tuple[str, str], float]:
    """By process and own stage the share of closed deals that reached it and were won, drawn toward the process's."""
    ends: dict[str, list[bool]] = defaultdict(list)
    reached: dict[tuple[str, str], list[bool]] = defaultdict(list)
    stages: dict[str, list[str]] = {}
    for story in every:
        process, is_won = ladder.name(story), story.last.is_won
        stages[process] = ladder.stages(story)
        if fate(story) in ("won", "lost"):
            ends[process].append(is_won)
            for stage in stages[process][: max(len(ladder.reached(story)), 1)]:
                reached[process, stage].append(is_won)
    overall = [is_won for each in ends.values() for is_won in each]
    return {
        (process, stage): _drawn(reached[process, stage], ends[process] or overall)
        for process, names in stages.items()
        for stage in names
        if overall
    }


def _drawn(own: list[bool], whole: list[bool]) -> float:
    return (sum(own) + PRIOR_DEALS * sum(whole) / len(whole)) / (len(own) + PRIOR_DEALS)


def worth_of(every: Iterable[Story], ladder: Ladder) -> Worth:
    """Tells of an open deal what it is worth by chance; in a stage of another process that is nothing."""
    rates = drawn_win_rates(every, ladder)

    def worth(story: Story) -> tuple[int, int]:
        stage, cents = STAGES[story.last.stage], story.last.cents
        if ladder.place(story, story.last) is None:
            return 0, 0
        rate = rates.get((ladder.name(story), stage.name), 0.0)
        return floor(cents * stage.probability / 100 + 0.5), floor(cents * rate + 0.5)

    return worth
