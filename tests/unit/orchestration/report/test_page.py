"""The report of the made-up company of conftest.py."""

import re
from datetime import date
from typing import Any

import pytest

from connectors.delivery.report import BarChart, ColumnChart, LineChart, Report, Section
from orchestration.report.page import contents, render
from orchestration.report.published import PublishedError, open_published
from tests.support.made_company.deals import logged_late


def report(company: Any) -> Report:
    with open_published(company.file) as published:
        return contents(published)


def section(company: Any, name: str) -> Section:
    return next(section for section in report(company).sections if section.name == name)


def test_the_page_shows_the_company(company: Any) -> None:
    page = render(company.file).decode()
    assert "As of Mon 23 Nov 2026, 07:00 (Europe/Berlin)" in page
    assert "270\u202fK" in page  # forecast: 210,000 booked and six times 10,000 expected
    assert len(re.findall(r"<svg ", page)) == 6


def test_a_sellers_name_with_markup_is_text(company: Any) -> None:
    page = render(company.file).decode()
    assert "<script" not in page
    assert "&lt;script&gt;" in page


def test_the_same_version_gives_the_same_bytes(company: Any) -> None:
    assert render(company.file) == render(company.file)


def test_the_time_zone_can_be_chosen(company: Any) -> None:
    assert "As of Mon 23 Nov 2026, 15:00 (Asia/Tokyo)" in render(company.file, "Asia/Tokyo").decode()


def test_a_new_company_has_a_page(new_company: Any) -> None:
    page = render(new_company.file).decode()
    assert page.count("Nothing to show yet") == 6
    assert "None" not in page


def test_weeks_are_sums_of_all_sellers_the_oldest_first(company: Any) -> None:
    chart = section(company, "results").charts[0]
    assert isinstance(chart, ColumnChart)
    assert len(chart.columns) == 13
    assert [(c.label, c.value, c.goal, c.is_partial) for c in chart.columns[-2:]] == [
        ("16 Nov", 21_000, 18_000, False),
        ("23 Nov", 0, 18_000, True),
    ]


def test_each_team_has_its_forecast_and_all_teams_are_their_sum(company: Any) -> None:
    table = section(company, "results").tables[0]
    forecast = table.position("forecast_amount")
    assert [(row.values[0], row.values[forecast]) for row in table.rows] == [
        ("Ann Lee", 50_000),
        ("Bob Ray", 90_000),
        ("Cy Fox", 130_000),
    ]
    assert table.total is not None
    assert (table.total.values[0], table.total.values[forecast]) == ("All teams", 270_000)
    assert table.total.values[table.position("gap_amount")] == -70_000


def test_a_quarter_that_has_not_begun_is_not_called_behind(company: Any) -> None:
    this, coming = section(company, "results").tables
    assert this.rows[0].values[this.position("status")] == "behind"
    assert coming.rows[0].values[coming.position("status")] is None


def test_a_version_from_before_there_were_ranges_has_no_columns_for_them(company: Any) -> None:
    table = section(company, "results").tables[0]
    assert "p10_amount" not in {column.name for column in table.columns}
    assert table.note == "stage win rates of the last two years."


def test_each_team_and_the_company_show_their_range_and_how_it_was_made(company: Any) -> None:
    add_ranges(company, team="m1")
    table = section(company, "results").tables[0]
    low, high = table.position("p10_amount"), table.position("p90_amount")
    assert [column.title for column in (table.columns[low], table.columns[high])] == ["Low (10 %)", "High (90 %)"]
    assert [(row.values[low], row.values[high]) for row in table.rows] == [(40_000, 60_000), (None, None), (None, None)]
    assert table.total is not None
    assert (table.total.values[low], table.total.values[high]) == (240_000, 300_000)
    assert table.note.endswith("Low and high: drawn from stage win rates.")


def test_a_range_of_more_people_than_the_team_is_not_shown_beside_it(company: Any) -> None:
    add_ranges(company, team="m1")
    company.execute("insert into marts.dim_reporting_lines values ('m1', 'r6', 2)")
    table = section(company, "results").tables[0]
    assert table.rows[0].values[table.position("p10_amount")] is None


def add_ranges(company: Any, team: str) -> None:
    company.execute(
        """
        create table marts.rpt_forecast_ranges (scope_kind varchar, scope_id varchar, fiscal_quarter_start_date date,
            p10_amount decimal(18, 2), p50_amount decimal(18, 2), p90_amount decimal(18, 2), forecast_method varchar)
        """
    )
    for kind, scope, low, high in (("team", team, 40_000, 60_000), ("company", "company", 240_000, 300_000)):
        company.insert(
            "marts.rpt_forecast_ranges",
            scope_kind=kind,
            scope_id=scope,
            fiscal_quarter_start_date=date(2026, 10, 1),
            p10_amount=low,
            p90_amount=high,
            forecast_method="drawn from stage win rates",
        )


def test_the_forecast_bars_say_what_is_booked_and_what_is_expected(company: Any) -> None:
    chart = section(company, "results").charts[1]
    assert isinstance(chart, BarChart)
    assert (chart.bars[0].label, chart.bars[0].parts, chart.bars[0].goal) == ("Ann Lee", (30_000, 20_000), 80_000)


def test_the_pipeline_of_a_day_is_the_sum_of_that_day_alone(company: Any) -> None:
    chart = section(company, "pipeline").charts[0]
    assert isinstance(chart, LineChart)
    assert [line.points[-1][1] for line in chart.series] == [180_000, 72_000]
    assert len(chart.series[0].points) == 200


def test_open_deals_are_counted_by_stage(company: Any) -> None:
    (row,) = section(company, "pipeline").tables[0].rows
    assert row.values == ("New Business", "Proposal", 6, 210_000, 115_500, 105_000, 0)


def test_exceptions_are_counted_by_rule_and_resolved_ones_are_not(company: Any) -> None:
    rules = section(company, "process").tables[0]
    assert [row.values[0] for row in rules.rows] == ["OPP-01", "OPP-02"]
    assert [row.values[3] for row in rules.rows] == [6, 6]
    assert [row.values[5] for row in rules.rows] == [210_000, 210_000]


def test_a_rule_is_drawn_under_its_name(company: Any) -> None:
    found = section(company, "process")
    names = [row.values[1] for row in found.tables[0].rows]
    chart = found.charts[0]
    assert isinstance(chart, BarChart)
    assert [bar.label for bar in chart.bars] == names


def test_what_is_new_is_told_once_the_ledger_is_older_than_a_week(company: Any) -> None:
    company.execute("update marts.fct_process_exceptions set first_seen_at = '2026-11-17'")
    young = section(company, "process").tables[0]
    assert {row.values[young.position("new_count")] for row in young.rows} == {None}
    assert "from the second week on" in young.note
    company.execute("update marts.fct_process_exceptions set first_seen_at = '2026-10-01' where rule_id = 'OPP-01'")
    rules = section(company, "process").tables[0]
    assert {row.values[0]: row.values[rules.position("new_count")] for row in rules.rows} == {"OPP-01": 0, "OPP-02": 6}
    assert rules.note == ""


def test_an_amount_counts_once_however_many_activities_about_the_deal_break_a_rule(company: Any) -> None:
    for task in ("one", "two"):
        company.insert("marts.fct_process_exceptions", **logged_late(task))
    rules = section(company, "process").tables[0]
    late = next(row for row in rules.rows if row.values[0] == "ACT-02")
    assert (late.values[3], late.values[5]) == (2, 10_000)


def test_amounts_at_risk_of_a_team_count_each_deal_once(company: Any) -> None:
    company.insert("marts.fct_process_exceptions", **logged_late("one"))
    chart = section(company, "process").charts[1]
    assert isinstance(chart, BarChart)
    assert [(bar.label, bar.parts[0]) for bar in chart.bars] == [
        ("Cy Fox", 110_000),
        ("Bob Ray", 70_000),
        ("Ann Lee", 30_000),
    ]


def test_a_seller_whose_manager_left_is_no_team(company: Any) -> None:
    company.execute("update marts.dim_users set manager_name = null, is_manager = false where manager_name = 'Cy Fox'")
    chart = section(company, "process").charts[1]
    assert isinstance(chart, BarChart)
    assert ("Nobody", 110_000) in [(bar.label, bar.parts[0]) for bar in chart.bars]


def test_who_has_the_most_deals_with_grave_exceptions_comes_first_and_stands_out(company: Any) -> None:
    sellers = section(company, "process").tables[1]
    assert [row.values[4] for row in sellers.rows] == pytest.approx([0.4, 0.5, 0.6, 0.7, 0.8, 0.9])
    assert [row.marks.get("grave_free_rate") for row in sellers.rows] == ["bad", "bad", "warn", "warn", None, None]


def test_stage_exits_are_those_of_the_last_four_whole_weeks(company: Any) -> None:
    sellers = section(company, "process").tables[1]
    assert {row.values[6] for row in sellers.rows} == {20}
    assert [row.values[7] for row in sellers.rows] == pytest.approx([1, 0.8, 0.6, 0.4, 0.2, 0])


def test_stages_are_in_the_order_of_their_process(company: Any) -> None:
    rates = section(company, "win-rates").tables[0]
    assert [row.values[1:5] for row in rates.rows] == [("Discovery", 100, 30, 0.3), ("Proposal", 100, 40, 0.4)]


def test_an_estimate_is_not_called_an_observation(company: Any) -> None:
    rates = section(company, "win-rates").tables[0]
    assert [column.title for column in rates.columns[4:6]] == ["Observed win rate", "Win rate, steadied"]
    assert list(rates.rows[0].values[4:6]) == pytest.approx([0.3, 32 / 105])


def test_failing_checks_are_listed_and_passed_ones_counted(company: Any) -> None:
    trust = section(company, "trust")
    assert trust.lead == "1 of 2 checks passed."
    assert [row.values[:2] for row in trust.tables[0].rows] == [("Warning", "close date is not in the past")]


def test_only_the_newest_result_of_a_check_counts(company: Any) -> None:
    company.execute(
        """
        insert into ops.check_results
        select * replace (true as is_passed, checked_at + interval 1 hour as checked_at) from ops.check_results
        """
    )
    assert section(company, "trust").lead == "2 of 2 checks passed."


def test_a_version_without_a_mart_is_an_error_that_names_it(company: Any) -> None:
    company.execute("drop table marts.rpt_stage_win_rates")
    with pytest.raises(PublishedError, match="rpt_stage_win_rates"):
        render(company.file)
