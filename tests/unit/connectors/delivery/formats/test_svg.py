"""Charts, parsed as the XML that they are."""

import re
from datetime import date, timedelta
from xml.etree import ElementTree

import pytest

from connectors.delivery.formats.svg import draw, ticks
from connectors.delivery.report import Bar, BarChart, Chart, Column, ColumnChart, LineChart, Series

EVIL = "<script>alert('x')</script>&"
DAYS = [date(2026, 1, 1) + timedelta(days=n) for n in range(90)]
COLUMNS = ColumnChart("Weeks", "", "Booked", "Goal", (Column("5 Oct", 50, 100), Column("12 Oct", 100, None, True)))
LINES = LineChart("Days", "", (Series("Open", tuple((day, 10.0 + n) for n, day in enumerate(DAYS))),))
BARS = BarChart(
    "Teams", "", ("Booked", "Expected"), (Bar("Ann", (30, 10), "40", 80), Bar("Bob", (80, 0), "80")), "Quota"
)


def parse(chart: Chart) -> ElementTree.Element:
    return ElementTree.fromstring(draw(chart))


def heights(chart: Chart) -> list[float]:
    return [float(box.attrib["height"]) for box in parse(chart).iter("rect")]


def test_columns_are_as_high_as_their_values() -> None:
    low, high = heights(COLUMNS)
    assert high == pytest.approx(2 * low)


def test_a_week_that_is_not_over_looks_different() -> None:
    assert [box.attrib["class"] for box in parse(COLUMNS).iter("rect")] == ["part-0", "part-0 partial"]


def test_a_goal_is_a_mark_and_a_missing_goal_is_none() -> None:
    goals = [line for line in parse(COLUMNS).iter("line") if line.attrib["class"] == "goal"]
    assert len(goals) == 1


def test_a_long_label_gets_room_and_one_beyond_it_is_cut() -> None:
    def labels(text: str) -> list[str | None]:
        bars = BarChart("Rules", "", ("Open",), (Bar(text, (3,), ""),))
        return [found.text for found in parse(bars).iter("text") if found.attrib["class"] == "label"]

    assert labels("Call without notes or duration") == ["Call without notes or duration"]
    (cut,) = labels("x" * 100)
    assert cut is not None
    assert cut.endswith("x…")
    assert 30 < len(cut) < 40


def test_stacked_parts_lie_end_to_end_and_share_one_scale() -> None:
    first, second, whole, nothing = parse(BARS).iter("rect")
    end = float(first.attrib["x"]) + float(first.attrib["width"])
    assert float(second.attrib["x"]) == pytest.approx(end, abs=0.11)
    assert float(first.attrib["width"]) / float(whole.attrib["width"]) == pytest.approx(30 / 80, abs=0.01)
    assert float(nothing.attrib["width"]) == 0


def test_a_line_has_a_point_for_each_day() -> None:
    line = next(iter(parse(LINES).iter("polyline")))
    points = [tuple(map(float, point.split(","))) for point in line.attrib["points"].split()]
    assert len(points) == len(DAYS)
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert points[0][1] > points[-1][1]


def test_every_text_is_escaped() -> None:
    chart = BarChart(EVIL, EVIL, (EVIL,), (Bar(EVIL, (1,), EVIL, group=EVIL),))
    assert "<script" not in draw(chart)
    assert any(EVIL in text for text in parse(chart).itertext())


@pytest.mark.parametrize(
    "chart",
    [
        ColumnChart("Weeks", "", "Booked", "Goal", ()),
        LineChart("Days", "", ()),
        LineChart("Days", "", (Series("Open", ((date(2026, 1, 1), 5.0),)),)),
        BarChart("Teams", "", ("Booked",), ()),
    ],
)
def test_a_chart_without_data_says_so(chart: Chart) -> None:
    assert "Nothing to show yet" in draw(chart)


@pytest.mark.parametrize(
    "chart",
    [
        ColumnChart("Weeks", "", "Booked", "Goal", (Column("5 Oct", 0, None), Column("12 Oct", -5, 0))),
        LineChart("Days", "", (Series("Open", ((DAYS[0], 0.0), (DAYS[1], 0.0))),)),
        BarChart("Teams", "", ("Booked",), (Bar("Ann", (0,), "0"), Bar("Bob", (-4,), "-4"))),
    ],
)
def test_zeros_and_negative_amounts_are_drawn_as_nothing(chart: Chart) -> None:
    text = draw(chart)
    assert not re.search(r"nan|inf|=\"-\d+\.\d+\" (?:height|rx)", text)
    assert all(
        float(box.attrib["width"]) >= 0 and float(box.attrib["height"]) >= 0 for box in parse(chart).iter("rect")
    )


@pytest.mark.parametrize(
    ("highest", "marks"),
    [(0, [0, 1]), (100, [0, 20, 40, 60, 80, 100]), (101, [0, 25, 50, 75, 100, 125]), (7, [0, 2, 4, 6, 8])],
)
def test_the_scale_has_round_marks_up_to_the_highest_value(highest: float, marks: list[float]) -> None:
    assert ticks(highest) == pytest.approx(marks)
