"""The report as one static HTML file: no script, no font, no picture, no address to load from."""

from connectors.delivery.formats.page import environment
from connectors.delivery.report import Report


def render(report: Report) -> bytes:
    """The page, UTF-8. The same report gives the same bytes."""
    return environment().get_template("report.html.j2").render(report=report).encode()
