"""The walls between the parts that the import linter cannot see."""

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("connectors", "expectations", "orchestration")
MODULES = sorted(file for package in PACKAGES for file in (ROOT / package).rglob("*.py"))
CONNECTION_OWNERS = {"connectors/warehouse/connection.py"}
MOST_LINES = 400
FORBIDDEN_NAMES = {"utils", "util", "helpers", "helper", "common", "misc"}


def _name(file: Path) -> str:
    return file.relative_to(ROOT).as_posix()


@pytest.mark.parametrize("file", MODULES, ids=_name)
def test_only_the_warehouse_connects_to_a_duckdb_file(file: Path) -> None:
    if _name(file) in CONNECTION_OWNERS:
        return
    source = file.read_text()
    opened = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    connects = [ast.unparse(node) for node in opened if ast.unparse(node.func) == "duckdb.connect"]
    if _name(file).startswith("connectors/sandbox/"):
        own = ("duckdb.connect()", "duckdb.connect(':memory:')", "duckdb.connect(str(folder / 'org.duckdb'))")
        connects = [call for call in connects if call not in own]  # in memory, or the org's own temporary file
    assert not connects, f"{_name(file)} opens DuckDB by itself: take a connection as an argument"
    assert "from duckdb import connect" not in source


@pytest.mark.parametrize("file", MODULES, ids=_name)
def test_every_module_says_what_belongs_in_it(file: Path) -> None:
    assert ast.get_docstring(ast.parse(file.read_text())), f"{_name(file)} has no module docstring"


@pytest.mark.parametrize("file", MODULES, ids=_name)
def test_a_module_is_small_enough_to_read(file: Path) -> None:
    assert len(file.read_text().splitlines()) <= MOST_LINES


@pytest.mark.parametrize("file", MODULES, ids=_name)
def test_no_module_is_a_drawer_for_odds_and_ends(file: Path) -> None:
    assert not FORBIDDEN_NAMES & set(file.relative_to(ROOT).with_suffix("").parts)


@pytest.mark.parametrize("file", MODULES, ids=_name)
def test_exceptions_are_named_errors(file: Path) -> None:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.ClassDef) and any(
            ast.unparse(base).endswith(("Error", "Exception")) for base in node.bases
        ):
            assert node.name.endswith("Error"), f"{_name(file)}: {node.name}"


def test_lock_files_hold_no_addresses() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", lock.read_text()), lock.name
