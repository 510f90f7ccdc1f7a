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


@pytest.fixture(scope="module")
def trees() -> dict[str, ast.Module]:
    """Every module, parsed, by its path in the project."""
    return {file.relative_to(ROOT).as_posix(): ast.parse(file.read_text()) for file in MODULES}


def test_only_the_warehouse_connects_to_a_duckdb_file(trees: dict[str, ast.Module]) -> None:
    """All take a connection as an argument; the sandbox has its own in memory, or in its own temporary file."""
    own = ("duckdb.connect()", "duckdb.connect(':memory:')", "duckdb.connect(str(folder / 'org.duckdb'))")
    for name, tree in trees.items():
        if name in CONNECTION_OWNERS:
            continue
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "connect":
                call = ast.unparse(node)
                if not call.startswith("duckdb."):
                    continue
                assert name.startswith("connectors/sandbox/") and call in own, f"{name} opens DuckDB by itself: {call}"
            assert not (isinstance(node, ast.ImportFrom) and node.module == "duckdb" and _imports(node, "connect")), (
                name
            )


def _imports(node: ast.ImportFrom, name: str) -> bool:
    return any(alias.name == name for alias in node.names)


def test_every_module_says_what_belongs_in_it(trees: dict[str, ast.Module]) -> None:
    assert [name for name, tree in trees.items() if not ast.get_docstring(tree)] == []


def test_a_module_is_small_enough_to_read() -> None:
    lengths = {str(file.relative_to(ROOT)): len(file.read_text().splitlines()) for file in MODULES}
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def test_no_module_is_a_drawer_for_odds_and_ends() -> None:
    parts = {file: FORBIDDEN_NAMES & set(file.relative_to(ROOT).with_suffix("").parts) for file in MODULES}
    assert [str(file) for file, found in parts.items() if found] == []


def test_exceptions_are_named_errors(trees: dict[str, ast.Module]) -> None:
    for name, tree in trees.items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ClassDef) and any(
                ast.unparse(base).endswith(("Error", "Exception")) for base in node.bases
            ):
                assert node.name.endswith("Error"), f"{name}: {node.name}"


def test_lock_files_hold_no_addresses() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", lock.read_text()), lock.name


def test_the_lock_of_the_tests_holds_all_that_a_run_installs() -> None:
    """`make test` installs from that one alone."""
    run, tests = (_pinned(ROOT / name) for name in ("requirements.lock", "requirements-dev.lock"))
    assert len(run) > 50
    assert run - tests == set()


def _pinned(lock: Path) -> set[tuple[str, str]]:
    return set(re.findall(r"^([\w.-]+)(?:\[[^]]*\])?(==[^ ;]+)", lock.read_text(), re.MULTILINE))
