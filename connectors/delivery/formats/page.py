"""The template environment that mail and report share: autoescaping, strict, with the display words.

Templates stand beside this module, in `templates/`. Missing values are errors, never blanks.
"""

from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from connectors.delivery import display
from connectors.delivery.formats import svg
from connectors.delivery.pack import Link, Value


@cache
def environment() -> Environment:
    """Escapes in `.html.j2` templates, not in `.txt.j2`."""
    made = Environment(
        loader=PackageLoader("connectors.delivery.formats"),
        autoescape=lambda name: name is not None and ".html" in name,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters.update(headline=display.headline, words=display.words, as_of=display.as_of_line, slug=_slug)
    made.globals.update(STATUS_WORDS=display.STATUS_WORDS, STATUS_MARKS=display.STATUS_MARKS)
    made.globals.update(draw=lambda chart: Markup(svg.draw(chart)), href=_href)
    return made


def _href(value: Value) -> str | None:
    return value.target if isinstance(value, Link) else None


def _slug(text: str) -> str:
    return "".join(c if c.isalnum() else "-" for c in text.lower())
