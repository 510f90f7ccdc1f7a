"""Writes docs/reference from the code: settings, commands, marts and rules (`python -m tests.support.reference`)."""

import csv
from collections.abc import Callable, Iterator
from pathlib import Path

import click
from click.testing import CliRunner

from expectations.suites.process_facts import RULES
from orchestration.cli import cli
from orchestration.defs.transform import manifest
from orchestration.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
FOLDER = ROOT / "docs" / "reference"
THRESHOLDS = ROOT / "dbt_project" / "seeds" / "process_rule_thresholds.csv"
WIDTH = 78  # of the help, as a terminal of 80 shows it


def settings_page() -> str:
    """Every setting with its default and what it is for."""
    rows = []
    for name, field in Settings.model_fields.items():
        default = field.get_default()
        shown = "" if default in (None, ()) or "secret" in name or "token" in name else f"`{default}`"
        rows.append(f"| `{PREFIX}{name.upper()}` | {shown} | {field.description} |")
    head = ["# Settings", "", "From the environment or `.env`.", "", "| variable | default | for |", "|---|---|---|"]
    return "\n".join([*head, *rows])


def commands_page() -> str:
    """The help of every command, as it prints it."""
    parts = ["# Commands", "", "`python -m orchestration.cli` is the same as `salespulse`."]
    for command in _commands(cli):
        said = CliRunner().invoke(cli, [*command.split(), "--help"], prog_name="salespulse", terminal_width=WIDTH)
        parts += ["", f"## {command}", "", "```", said.stdout.strip(), "```"]
    return "\n".join(parts)


def _commands(group: click.Group, before: str = "") -> Iterator[str]:
    """All of them as they are typed; those of groups after the others."""
    single = [name for name, each in group.commands.items() if not isinstance(each, click.Group)]
    yield from (f"{before}{name}" for name in single)
    for name, each in group.commands.items():
        if isinstance(each, click.Group):
            yield from _commands(each, f"{before}{name} ")


def marts_page() -> str:
    """Every published table and column with its meaning."""
    return "\n".join(["# Marts", "", "Schema `marts` of the published file.", *_marts()])


def _marts() -> Iterator[str]:
    nodes = [n for n in manifest()["nodes"].values() if n["resource_type"] == "model" and n["schema"] == "marts"]
    for node in sorted(nodes, key=lambda n: str(n["name"])):
        yield from ("", f"## {node['name']}", "", _line(node["description"]))
        yield from ("", "| column | type | meaning |", "|---|---|---|")
        for column in node["columns"].values():
            yield f"| {column['name']} | {column['data_type']} | {_line(column['description'])} |"


def rules_page() -> str:
    """Every process rule: what it finds, its thresholds, and the check that says whether it is broken too often."""
    head = [
        "# Process rules",
        "",
        "What `marts.fct_process_exceptions` may hold. Thresholds: see how-to/judge-your-process.md.",
    ]
    return "\n".join([*head, *_rules()])


def _rules() -> Iterator[str]:
    rules = {
        node["meta"]["process_rule"]["rule_id"]: (node["meta"]["process_rule"], node["description"])
        for node in manifest()["nodes"].values()
        if node["resource_type"] == "model" and "process_rule" in node["meta"]
    }
    facts = {fact.rule_id: fact for fact in RULES}
    for rule_id, (rule, description) in sorted(rules.items()):
        yield from ("", f"## {rule_id} {rule['rule_name']}", "", _line(description), "")
        yield f"- Severity {rule['severity']}; serves {rule['serves']}."
        yield f"- Check `{facts[rule_id].fact}`: {facts[rule_id].tolerance}."
        yield from (
            f"- `{line['threshold_name']}` = {line['threshold_value']} {line['unit']}: {line['description']}"
            for line in _thresholds(rule_id)
        )


def _thresholds(rule_id: str) -> list[dict[str, str]]:
    with THRESHOLDS.open(newline="") as file:
        return [line for line in csv.DictReader(file) if line["rule_id"] == rule_id]


def _line(text: str) -> str:
    return " ".join(text.split()).replace("|", "\\|")


PAGES: dict[str, Callable[[], str]] = {
    "settings.md": settings_page,
    "commands.md": commands_page,
    "marts.md": marts_page,
    "process-rules.md": rules_page,
}


def main() -> None:
    """Write all pages."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, page in PAGES.items():
        (FOLDER / name).write_text(page() + "\n")


if __name__ == "__main__":
    main()
