"""SQL expressions that turn a CSV cell into a typed value and tell which cells lose something by it.

Every cell is read as text and cast here, because DuckDB's typed reading (1.5) rounds a number of more
digits than its column, drops the time of a date and the offset of an instant, all of it silently, and
stops at the first text that is of another type. It costs a tenth more than reading typed. No statement
is run here.
"""

from dataclasses import dataclass

from connectors.warehouse.evolution import scale
from connectors.warehouse.names import literal, quote

LOSS = "a cell cannot be kept whole"


@dataclass(frozen=True, slots=True)
class Cell:
    """One column: its value, and its text where the value does not hold all of it (else NULL)."""

    name: str
    duckdb_type: str
    value: str
    lost: str | None

    @property
    def lost_name(self) -> str:
        """The column of the incoming rows that holds the lost texts. No raw column has a blank."""
        return f"lost {self.name}"

    @property
    def strict_value(self) -> str:
        """The value, or an error where it would not hold all of the text."""
        if self.lost is None:
            return self.value
        raised = f"CAST(error({literal(LOSS)}) AS {self.duckdb_type})"
        return f"CASE WHEN {self.lost} IS NOT NULL THEN {raised} ELSE {self.value} END"


def is_loss(message: str) -> bool:
    """Whether a statement with strict values failed because of such a cell."""
    return LOSS in message


def cell(name: str, duckdb_type: str) -> Cell:
    """How a column of a raw table comes out of a column of text of the same name."""
    text = quote(name)
    if duckdb_type == "VARCHAR":
        return Cell(name, duckdb_type, text, None)
    value = _value(text, duckdb_type)
    cases = f"WHEN {value} IS NULL THEN {text} {_inexact(text, value, duckdb_type)}"
    return Cell(name, duckdb_type, value, f"CASE {cases}END")


def _value(text: str, duckdb_type: str) -> str:
    if duckdb_type == "TIMESTAMP":
        # The microseconds since 1970 are the naive UTC instant; much cheaper than AT TIME ZONE.
        return f"make_timestamp(epoch_us(TRY_CAST(nullif({text}, 'epoch') AS TIMESTAMPTZ)))"
    if duckdb_type in ("DOUBLE", "DATE"):
        # DuckDB takes `1e400`, `nan` and `infinity` for values; one of them would be the sum of all others.
        value = f"TRY_CAST(nullif({text}, 'epoch') AS {duckdb_type})"
        return f"CASE WHEN isfinite({value}) THEN {value} END"
    return f"TRY_CAST({text} AS {duckdb_type})"


def _inexact(text: str, value: str, duckdb_type: str) -> str:
    """Further cases, cheapest first: a number was rounded, or a date had a time."""
    if duckdb_type == "BIGINT" or duckdb_type.startswith("DECIMAL"):
        digits = f"strlen(rtrim({text}, '0')) - strpos({text}, '.')"
        differs = f"TRY_CAST({text} AS DOUBLE) IS DISTINCT FROM CAST({value} AS DOUBLE)"
        return (
            f"{_few_digits(text, scale(duckdb_type))}"
            f"WHEN contains({text}, 'E') OR contains({text}, 'e') THEN CASE WHEN {differs} THEN {text} END "
            f"WHEN contains({text}, '.') AND {digits} > {scale(duckdb_type)} THEN {text} "
        )
    if duckdb_type == "DATE":
        differs = f"TRY_CAST({text} AS TIMESTAMP) IS DISTINCT FROM CAST({value} AS TIMESTAMP)"
        return f"WHEN strlen({text}) <= 10 THEN NULL WHEN {differs} THEN {text} "
    return ""


def _few_digits(text: str, most: int) -> str:
    """Amounts as nearly all are, which is told at a third of what looking closer costs: nothing to be rounded."""
    return f"WHEN regexp_full_match({text}, '-?[0-9]+([.][0-9]{{0,{most}}})?') THEN NULL "
