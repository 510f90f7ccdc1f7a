"""Charts as inline SVG. Colours are CSS classes of the page, so light, dark and print all work.

Every text is escaped; every mark carries a <title>, which browsers show as a tooltip.
"""

import math
from collections.abc import Iterator
from datetime import date
from html import escape

from connectors.delivery import display
from connectors.delivery.report import Bar, BarChart, Chart, Column, ColumnChart, LineChart, Series

WIDTH, HEIGHT = 520, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 12, 12, 28
BAR_STEP, BAR_HEIGHT, GROUP_HEIGHT = 26, 15, 26
LABEL_WIDTHS, LETTER_WIDTH, CAPTION_WIDTH = (138, 230), 6.2, 100


def draw(chart: Chart) -> str:
    """The chart as one <svg> element. Empty charts say so."""
    match chart:
        case ColumnChart():
            return _frame(chart.title, HEIGHT, _columns(chart)) if chart.columns else nothing(chart.title)
        case LineChart():
            has_points = any(len(series.points) > 1 for series in chart.series)
            return _frame(chart.title, HEIGHT, _lines(chart)) if has_points else nothing(chart.title)
        case BarChart():
            return _frame(chart.title, _bars_height(chart), _bars(chart)) if chart.bars else nothing(chart.title)


def nothing(title: str) -> str:
    return _frame(title, 60, iter([_text(WIDTH / 2, 34, "Nothing to show yet", "middle", "axis")]))


def ticks(highest: float) -> list[float]:
    """Round numbers from zero to just above the highest value, at most six."""
    if highest <= 0:
        return [0.0, 1.0]
    power = 10.0 ** math.floor(math.log10(highest / 4))
    step = next(power * factor for factor in (1, 2, 2.5, 5, 10) if highest / (power * factor) <= 5)
    return [step * n for n in range(math.ceil(highest / step - 1e-9) + 1)]


def _frame(title: str, height: float, parts: Iterator[str]) -> str:
    name = escape(title)
    return (
        f'<svg class="chart" viewBox="0 0 {WIDTH} {height:.0f}" role="img" aria-label="{name}">{"".join(parts)}</svg>'
    )


def _text(x: float, y: float, text: str, anchor: str = "start", css: str = "label") -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}" class="{css}">{escape(text)}</text>'


def _line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>'


def _box(x: float, y: float, width: float, height: float, css: str, tip: str) -> str:
    return (
        f'<rect x="{x:.1f}" y="{y:.1f}" width="{max(0.0, width):.1f}" height="{max(0.0, height):.1f}" rx="1.5" '
        f'class="{css}"><title>{escape(tip)}</title></rect>'
    )


def _rise(value: float, top: float) -> float:
    """The y of a value on the scale from the bottom axis to `top`."""
    return HEIGHT - BOTTOM - max(value, 0.0) / top * (HEIGHT - BOTTOM - TOP)


def _scale(marks: list[float]) -> Iterator[str]:
    for mark in marks:
        y = _rise(mark, marks[-1])
        yield _line(LEFT, y, WIDTH - RIGHT, y, "grid" if mark else "base")
        yield _text(LEFT - 7, y + 4, display.short_money(mark), "end", "axis")


def _columns(chart: ColumnChart) -> Iterator[str]:
    marks = ticks(max(max(column.value, column.goal or 0) for column in chart.columns))
    yield from _scale(marks)
    step = (WIDTH - LEFT - RIGHT) / len(chart.columns)
    every = max(1, math.ceil(len(chart.columns) / 7))
    for number, column in enumerate(chart.columns):
        x = LEFT + step * number
        yield from _column(column, x, step, marks[-1], chart)
        if (len(chart.columns) - 1 - number) % every == 0:
            yield _text(x + step / 2, HEIGHT - 9, column.label, "middle", "axis")


def _column(column: Column, x: float, step: float, top: float, chart: ColumnChart) -> Iterator[str]:
    y = _rise(column.value, top)
    tip = f"{column.label}: {chart.value_name} {display.full_money(column.value)}"
    if column.goal is not None:
        tip += f", {chart.goal_name} {display.full_money(column.goal)}"
    css = "part-0 partial" if column.is_partial else "part-0"
    yield _box(x + step * 0.16, y, step * 0.68, HEIGHT - BOTTOM - y, css, tip)
    if column.goal is not None:
        goal = _rise(column.goal, top)
        yield _line(x + step * 0.04, goal, x + step * 0.96, goal, "goal")


def _lines(chart: LineChart) -> Iterator[str]:
    days = sorted({day for series in chart.series for day, _ in series.points})
    marks = ticks(max(value for series in chart.series for _, value in series.points))
    yield from _scale(marks)
    first, span = days[0], max((days[-1] - days[0]).days, 1)

    def across(day: date) -> float:
        return LEFT + (day - first).days / span * (WIDTH - LEFT - RIGHT)

    for day in _month_starts(days):
        yield _text(across(day), HEIGHT - 9, display.MONTHS[day.month - 1] + day.strftime(" %y"), "middle", "axis")
    for number, series in enumerate(chart.series):
        points = [f"{across(day):.1f},{_rise(value, marks[-1]):.1f}" for day, value in series.points]
        if number == 0:
            floor = f"{HEIGHT - BOTTOM:.1f}"
            left, right = across(series.points[0][0]), across(series.points[-1][0])
            yield f'<polygon points="{left:.1f},{floor} {" ".join(points)} {right:.1f},{floor}" class="area"/>'
        tip = f"<title>{escape(_last(series))}</title>"
        yield f'<polyline points="{" ".join(points)}" class="line-{number}">{tip}</polyline>'


def _last(series: Series) -> str:
    day, value = series.points[-1]
    return f"{series.name}: {display.full_money(value)} on {display.day(day)}"


def _month_starts(days: list[date]) -> list[date]:
    """The firsts of months to label: at most seven, away from the edges."""
    starts = [day for day in days if day.day == 1 and 10 < (day - days[0]).days < (days[-1] - days[0]).days - 6]
    every = max(1, math.ceil(len(starts) / 7))
    return starts[::-every][::-1]


def _groups(chart: BarChart) -> int:
    before = ["", *(bar.group for bar in chart.bars)]
    return sum(1 for bar, last in zip(chart.bars, before, strict=False) if bar.group != last)


def _bars_height(chart: BarChart) -> float:
    return BAR_STEP * len(chart.bars) + GROUP_HEIGHT * _groups(chart) + 8


def _bars(chart: BarChart) -> Iterator[str]:
    longest = max(max(sum(bar.parts), bar.goal or 0) for bar in chart.bars)
    beside = _label_width(chart)
    scale = (WIDTH - beside - CAPTION_WIDTH) / longest if longest > 0 else 0.0
    y, group = 4.0, ""
    for bar in chart.bars:
        if bar.group != group:
            group = bar.group
            yield _text(0, y + 17, group, "start", "group")
            y += GROUP_HEIGHT
        yield from _bar(bar, y, beside, scale, chart)
        y += BAR_STEP


def _label_width(chart: BarChart) -> float:
    least, most = LABEL_WIDTHS
    return min(max(10 + LETTER_WIDTH * max(len(bar.label) for bar in chart.bars), least), most)


def _bar(bar: Bar, y: float, beside: float, scale: float, chart: BarChart) -> Iterator[str]:
    letters = int((beside - 10) / LETTER_WIDTH)
    label = bar.label if len(bar.label) <= letters else bar.label[: letters - 1] + "…"
    yield _text(beside - 10, y + 12, label, "end", "label")
    x = beside
    for number, (name, value) in enumerate(zip(chart.part_names, bar.parts, strict=True)):
        tip = f"{bar.label}: {name} {display.full_money(value)}"
        yield _box(x, y, value * scale, BAR_HEIGHT, f"part-{number}", tip)
        x += max(value, 0) * scale
    if bar.goal is not None:
        at = beside + bar.goal * scale
        yield _line(at, y - 3, at, y + BAR_HEIGHT + 3, "goal")
        x = max(x, at)
    yield _text(x + 7, y + 12, bar.caption, "start", "axis")
