"""A SOQL parser that this project did not write, asked what parses: @jetstreamapp/soql-parser-js under node.

It is installed by npm in an exact version into a git-ignored folder, once. `DIFFERENCES` are the statements
on which Salesforce itself, by its documentation or by what people report of it, disagrees with that parser.
"""

import json
import re
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PACKAGE, VERSION = "@jetstreamapp/soql-parser-js", "6.3.1"
FOLDER = Path(__file__).parents[2] / ".peers" / f"soql-parser-js-{VERSION}"
MADE = "made.txt"  # written last: a folder without it is half-made
_SERVER = f"""
const {{ parseQuery }} = require('{PACKAGE}');
require('readline').createInterface({{ input: process.stdin }}).on('line', (line) => {{
  let parses = true;
  try {{ parseQuery(JSON.parse(line)); }} catch (error) {{ parses = false; }}
  console.log(JSON.stringify(parses));
}});
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """Statements that match `pattern` are ours to accept (`is_ours`) or to refuse, whatever the other parser says."""

    pattern: str
    is_accepted: bool
    why: str

    def explains(self, text: str, is_ours_accepting: bool) -> bool:
        found = re.search(self.pattern, text, re.IGNORECASE | re.DOTALL)
        return self.is_accepted == is_ours_accepting and found is not None


_WORDS = "SELECT|FROM|WHERE|AND|OR|NOT|IN|LIKE|INCLUDES|GROUP|HAVING|ORDER|ASC|NULLS|FIRST|LIMIT|OFFSET|FOR|USING|WITH"
DIFFERENCES = (
    Difference(r"\bALL ROWS\b", True, "the other parser knows no ALL ROWS"),
    Difference(r"\bOFFSET \d+", True, "the other parser wants LIMIT before OFFSET, Salesforce does not"),
    Difference(r"FROM \w+( AS)?( \w+)? ?, ?\w+", True, "the other parser knows no parents in FROM"),
    Difference(r"(?<![T\d])\d\d:\d\d:\d\d(\.\d+)?Z", True, "the other parser knows no times of day"),
    Difference(r"FROM \w+ AS \w+", True, "the other parser knows no AS"),
    Difference(r"\b(ORDER|GROUP)\s\s+BY\b", True, "the other parser wants exactly one blank inside ORDER BY"),
    Difference(r"\w\.\s", False, "a name does not end in a dot"),
    Difference(r"\bNOT\b", False, "Salesforce wants parentheses around NOT beside AND and OR, and no NOT NOT"),
    Difference(r"\b(AND|OR)\b", False, "Salesforce wants parentheses where AND and OR meet"),
    Difference(r"\(\s*\)", False, "only COUNT() goes without a field"),
    Difference(
        r"WHERE.*\b(COUNT|SUM|AVG|MIN|MAX|COUNT_DISTINCT)\s*\(", False, "Salesforce knows no aggregates in WHERE"
    ),
    Difference(rf"\b({_WORDS})\s+(\w+\s+)?({_WORDS})\b", False, "reserved words are no names"),
    Difference(rf"(SELECT|,|\()\s*({_WORDS})\b", False, "reserved words are no names"),
    Difference(r"[\w)]\s+\w+(\.\w+)+", False, "an alias has no dots"),
    Difference(
        r"\d{4}-(0[^1-9]|1[3-9]|[2-9]\d)|-(3[2-9]|[4-9]\d|00)\b|-02-3|-(02|04|06|09|11)-31",
        False,
        "there is no such day",
    ),
    Difference(r"\\[^nNrRtTbBfFuU'\"\\%_]|\\[uU](?![0-9A-Fa-f]{4})", False, "there is no such escape"),
)


class OracleError(Exception):
    """The other parser could not be made or asked; `output` is what npm or node said."""

    def __init__(self, output: str) -> None:
        super().__init__(f"{PACKAGE}@{VERSION} cannot be asked: are node and npm here, and is the registry?\n{output}")
        self.output = output


@contextmanager
def oracle() -> Iterator[Callable[[str], bool]]:
    """A function that tells whether the other parser reads a statement. Raises OracleError."""
    _install()
    node = shutil.which("node") or "node"
    with subprocess.Popen(
        [node, "-e", _SERVER], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=FOLDER
    ) as process:

        def parses(text: str) -> bool:
            assert process.stdin is not None and process.stdout is not None
            process.stdin.write(json.dumps(text) + "\n")
            process.stdin.flush()
            answer = process.stdout.readline()
            if not answer:
                raise OracleError("node ended while it was asked")
            return bool(json.loads(answer))

        try:
            yield parses
        finally:
            assert process.stdin is not None
            process.stdin.close()


def is_explained(text: str, is_ours_accepting: bool) -> bool:
    return any(each.explains(text, is_ours_accepting) for each in DIFFERENCES)


def _install() -> None:
    made = FOLDER / MADE
    if made.exists() and made.read_text() == VERSION:
        return
    FOLDER.mkdir(parents=True, exist_ok=True)
    (FOLDER / "package.json").write_text(json.dumps({"private": True}))
    npm = shutil.which("npm")
    if npm is None:
        raise OracleError("there is no npm on the PATH")
    command = [npm, "install", "--no-audit", "--no-fund", "--ignore-scripts", "--save-exact", f"{PACKAGE}@{VERSION}"]
    done = subprocess.run(command, cwd=FOLDER, capture_output=True, text=True, check=False)
    if done.returncode:
        raise OracleError(done.stdout + done.stderr)
    made.write_text(VERSION)
