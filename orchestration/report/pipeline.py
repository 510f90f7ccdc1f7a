"""The open pipeline: by stage of each sales process, and over time."""

from datetime import timedelta
from typing import Any

from connectors.delivery import display
from connectors.delivery.pack import PackColumn, PackRow, PackTable
from connectors.delivery.report import Bar, BarChart, LineChart, Section, Series
from orchestration.report.published import Published, money

DAYS = 365
BY_STAGE = """
select
    deals.sales_process,
    deals.stage_name,
    count(*) as open_count,
    sum(deals.amount) as open_amount,
    sum(deals.weighted_amount) as weighted_amount,
    sum(deals.expected_amount) as expected_amount,
    sum(case when deals.close_date < $today then deals.amount else 0 end) as overdue_amount
from marts.fct_opportunities as deals
where deals.is_open
group by deals.sales_process, deals.stage_name
order by deals.sales_process nulls last, min(deals.stage_order) nulls last, deals.stage_name
"""
OVER_TIME = """
select snapshot_date, sum(open_amount) as open_amount, sum(weighted_amount) as weighted_amount
from marts.fct_pipeline_daily
where snapshot_date > $from_day and snapshot_date <= $today
group by snapshot_date
order by snapshot_date
"""
COLUMNS = (
    PackColumn("sales_process", "Sales process"),
    PackColumn("stage_name", "Stage"),
    PackColumn("open_count", "Open deals", "count"),
    PackColumn("open_amount", "Amount", "money"),
    PackColumn("weighted_amount", "× CRM probability", "money"),
    PackColumn("expected_amount", "× win rate, steadied", "money"),
    PackColumn("overdue_amount", "Close date past", "money"),
)


def section(published: Published) -> Section:
    """Charts of the open pipeline, and its table by stage."""
    stages = published.rows(BY_STAGE, today=published.today)
    days = published.rows(OVER_TIME, today=published.today, from_day=published.today - timedelta(days=DAYS))
    return Section(
        name="pipeline",
        title="Pipeline",
        lead="All open deals as of now, and how the open amount has moved over the last year.",
        charts=(_over_time(days), _by_stage(stages)),
        tables=(_table(stages),),
    )


def _over_time(days: list[dict[str, Any]]) -> LineChart:
    lines = (("Open amount", "open_amount"), ("Weighted by CRM probability", "weighted_amount"))
    series = tuple(
        Series(name, tuple((day["snapshot_date"], float(day[column] or 0)) for day in days)) for name, column in lines
    )
    return LineChart("Open pipeline by day", "The state at the end of each day.", series if days else ())


def _by_stage(stages: list[dict[str, Any]]) -> BarChart:
    bars = tuple(
        Bar(
            stage["stage_name"],
            (float(stage["open_amount"] or 0),),
            f"{display.short_money(stage['open_amount'] or 0)} · {stage['open_count']}",
            group=process_name(stage["sales_process"]),
        )
        for stage in stages
    )
    return BarChart("Open pipeline by stage", "Amount and number of open deals.", ("Open amount",), bars)


def _table(stages: list[dict[str, Any]]) -> PackTable:
    rows = []
    for stage in stages:
        values = {**stage, "sales_process": process_name(stage["sales_process"])}
        cells = (money(values[c.name]) if c.unit == "money" else values[c.name] for c in COLUMNS)
        marks = {"overdue_amount": "bad"} if stage["overdue_amount"] else {}
        rows.append(PackRow(tuple(cells), marks=marks))  # type: ignore[arg-type]
    return PackTable("pipeline_by_stage", "Open deals by stage", COLUMNS, tuple(rows))


def process_name(name: str | None) -> str:
    """`New_Business` as people say it."""
    return name.replace("_", " ") if name else "No sales process"
