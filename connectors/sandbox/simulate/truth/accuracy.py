"""How far the true roll-ups lay off what was booked in the end, by week of the quarter, over all that have ended; and
which range a roll-up has by that, from the quarters before it."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from connectors.sandbox.simulate.truth.rollups import FORECASTS
from connectors.sandbox.simulate.truth.stage_totals import percentile
from connectors.sandbox.simulate.truth.tally import share

LEAST_QUARTERS = 4
SHARES = (("p10", 0.1), ("p50", 0.5), ("p90", 0.9))
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


def ranges(rolled: Iterable[Row]) -> list[Row]:
    """One row per roll-up and forecast with enough quarters before it: between what bookings end by their errors."""
    groups: dict[tuple[str, int], list[Row]] = defaultdict(list)
    for row in rolled:
        groups[row["scope_id"], row["week"]].append(row)
    found = []
    for (scope, week), group in sorted(groups.items()):
        group.sort(key=lambda row: row["period_start"])
        for place, row in enumerate(group):
            earlier = [each for each in group[:place] if each["is_complete"]]
            if len(earlier) >= LEAST_QUARTERS:
                told = {"scope_id": scope, "week": week, "period_start": row["period_start"]}
                found += [told | _range(row, earlier, forecast) for forecast in FORECASTS]
    return found


def _range(row: Row, earlier: list[Row], forecast: str) -> Row:
    errors = [each[f"{forecast}_amount"] - each["actual_amount"] for each in earlier]
    said = row[f"{forecast}_amount"]
    ends = {name: max(said - (percentile(errors, 1 - share) or 0), row["closed_amount"]) for name, share in SHARES}
    return {
        "forecast": forecast,
        "forecast_amount": said,
        "earlier_quarter_count": len(earlier),
        **{f"{name}_amount": end for name, end in ends.items()},
        "actual_amount": row["actual_amount"] if row["is_complete"] else None,
        "is_complete": row["is_complete"],
    }


def range_accuracies(told: Iterable[Row]) -> list[Row]:
    """Pinball losses and coverage of the ranges of quarters that have ended, by scope, forecast and week."""
    groups: dict[tuple[str, str, int], list[Row]] = defaultdict(list)
    for row in told:
        if row["is_complete"]:
            groups[row["scope_id"], row["forecast"], row["week"]].append(row)
    return [
        {"scope_id": scope, "forecast": forecast, "week": week, "quarter_count": len(group), **_held(group)}
        for (scope, forecast, week), group in sorted(groups.items())
    ]


def _held(group: list[Row]) -> Row:
    losses = {
        name: [_pinball(row["actual_amount"] - row[f"{name}_amount"], share) for row in group] for name, share in SHARES
    }
    actual, count = sum(row["actual_amount"] for row in group), len(group)
    covered = [row["p10_amount"] <= row["actual_amount"] <= row["p90_amount"] for row in group]
    whole = sum(map(sum, losses.values())) / len(losses)
    return {
        **{f"{name}_pinball_amount": sum(each) / count for name, each in losses.items()},
        "pinball_amount": whole / count,
        "pinball_ratio": share(whole, actual),
        "coverage_rate": sum(covered) / count,
        "average_width_amount": sum(row["p90_amount"] - row["p10_amount"] for row in group) / count,
    }


def _pinball(missed: float, quantile: float) -> float:
    return max(quantile * missed, (quantile - 1) * missed)
