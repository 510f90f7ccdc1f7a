"""The report of the whole company, one static HTML file, from one published version.

What is in its sections is in `results`, `pipeline`, `process` and `trust`; how it looks is in
`connectors.delivery.formats.html`.
"""

from pathlib import Path

from connectors.delivery.formats import html
from connectors.delivery.report import Report
from orchestration.report import pipeline, process, results, trust
from orchestration.report.headline import headline
from orchestration.report.published import Published, open_published
from orchestration.report.team import team_numbers

TITLE = "Sales pulse"


def render(published_file: Path, time_zone: str | None = None) -> bytes:
    """The page, UTF-8. Raises PublishedError if the file or one of its marts is missing.

    `time_zone` is that of days and times shown; default: the org's own, as the sync found it.
    """
    with open_published(published_file, time_zone) as published:
        return html.render(contents(published))


def contents(published: Published) -> Report:
    """What the page holds."""
    numbers = team_numbers(published)
    return Report(
        title=TITLE,
        subtitle=f"Results, pipeline and process of all teams · {numbers.quarter.label}",
        as_of=published.as_of,
        figures=headline(published, numbers),
        sections=(
            results.section(published, numbers),
            pipeline.section(published),
            process.section(published, numbers),
            process.win_rates(published),
            trust.section(published),
        ),
        notes=(
            "Amounts are in corporate currency; weeks begin on Monday. Every number on this page was read from one "
            "published version of the data, and stands until the next one is published.",
        ),
    )
