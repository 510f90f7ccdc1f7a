"""How far the true roll-ups lay off what was booked in the end, by week of the quarter, over all that have ended."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from connectors.sandbox.simulate.truth.rollups import FORECASTS
from connectors.sandbox.simulate.truth.tally import share

Row = dict[str, Any]


def accuracies(rolled: Iterable[Row], people: Iterable[Row], below: dict[str, set[str]]) -> list[Row]:
    """One row per scope, forecast and week, of the roll-ups of scopes (`rolled`) and of single people.

    `below` tells whose errors count for a scope one by one; in the error of its sum they cancel out.
    """
    groups: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rolled:
        if row["is_complete"]:
            groups[row["scope_id"], row["week"]].append(row)
    single: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in people:
        if row["is_complete"]:
            single[row["scope_id"], row["week"]].append(row)
    return [
        {"scope_id": scope, "forecast": forecast, "week": week}
        | _errors(group, forecast)
        | _seller_errors([row for who in below.get(scope, ()) for row in single[who, week]], forecast)
        for (scope, week), group in sorted(groups.items())
        for forecast in FORECASTS
    ]


def _errors(group: list[Row], forecast: str) -> Row:
    errors = [row[f"{forecast}_amount"] - row["actual_amount"] for row in group]
    actual = sum(row["actual_amount"] for row in group)
    naive = sum(abs(row["actual_amount"] - row["previous_actual_amount"]) for row in group)
    absolute = sum(map(abs, errors))
    return {
        "quarter_count": len(group),
        "actual_amount": actual,
        "error_amount": sum(errors),
        "absolute_error_amount": absolute,
        "wape_ratio": share(absolute, actual),
        "bias_ratio": share(sum(errors), actual),
        "mase_ratio": share(absolute, naive),
    }


def _seller_errors(rows: list[Row], forecast: str) -> Row:
    wrong = sum(abs(row[f"{forecast}_amount"] - row["actual_amount"]) for row in rows)
    return {"seller_wape_ratio": share(wrong, sum(row["actual_amount"] for row in rows))}
