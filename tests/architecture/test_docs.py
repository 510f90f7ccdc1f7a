"""The documentation says what the code does."""

import re
from pathlib import Path

import pytest

from tests.support.reference import FOLDER, PAGES

ROOT = Path(__file__).parents[2]
PROSE = sorted([ROOT / "README.md", *(ROOT / "docs").rglob("*.md")])


@pytest.mark.parametrize("name", PAGES)
def test_a_generated_page_is_fresh(name: str) -> None:
    assert (FOLDER / name).read_text() == PAGES[name]() + "\n", "renew it: python -m tests.support.reference"


@pytest.mark.parametrize("page", PROSE, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+)\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_the_readme_is_short_and_names_the_two_commands() -> None:
    text = (ROOT / "README.md").read_text()
    assert len(text.splitlines()) <= 150
    assert "make run" in text
    assert "make test" in text


def test_every_setting_of_the_example_file_exists() -> None:
    settings = (FOLDER / "settings.md").read_text()
    for name in re.findall(r"^# (SALESPULSE_\w+)=", (ROOT / ".env.example").read_text(), re.MULTILINE):
        assert f"`{name}`" in settings
