"""How values read: numbers, dates and states as short English text. No markup, no cell formats."""

from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal

from connectors.delivery.pack import ColumnUnit, FigureUnit, Link, Mark, Number, Value

NOTHING = "–"
SPACE = "\u202f"  # narrow no-break space, between a number and its unit

ROUNDS_TO_ONE = Decimal("0.9995")  # 999.5 K reads 1 M, not 1,000 K

STATUS_WORDS = {"on_track": "On track", "at_risk": "At risk", "behind": "Behind", "no_goal": "No goal"}
STATUS_MARKS: dict[str, Mark | None] = {"on_track": "good", "at_risk": "warn", "behind": "bad", "no_goal": None}
SCALES = ((Decimal(10) ** 9, "B"), (Decimal(10) ** 6, "M"), (Decimal(10) ** 3, "K"))


def short_money(value: Number) -> str:
    """Three digits or so: 1234567 → `1.2 M`, 45300 → `45.3 K`, 950 → `950`."""
    amount = Decimal(str(value))
    for scale, letter in SCALES:
        scaled = amount / scale
        if abs(scaled) >= ROUNDS_TO_ONE:
            step = Decimal(1) if abs(scaled) >= 100 else Decimal("0.1")
            return f"{scaled.quantize(step, ROUND_HALF_UP):,f}".removesuffix(".0") + SPACE + letter
    return full_money(amount)


def full_money(value: Number) -> str:
    """Whole units with separators: 1234567.8 → `1,234,568`."""
    rounded = Decimal(str(value)).quantize(Decimal(1), ROUND_HALF_UP)
    return f"{rounded + 0:,f}"


def number(value: Number, unit: FigureUnit) -> str:
    """A headline number in its unit."""
    match unit:
        case "money":
            return short_money(value)
        case "rate":
            return f"{Decimal(str(value)) * 100:.0f}{SPACE}%"
        case "ratio":
            return f"{value:.1f}×"
        case "days":
            return f"{value:,.0f}{SPACE}d"
        case "count":
            return f"{value:,.0f}"


def headline(value: Number | None, unit: FigureUnit) -> str:
    return NOTHING if value is None else number(value, unit)


def words(value: Value, unit: ColumnUnit) -> str:
    """A table cell as text; None reads as a dash."""
    if value is None or value == "":
        return NOTHING
    if isinstance(value, Link):
        return value.text
    if isinstance(value, datetime):
        return moment(value)
    if isinstance(value, date):
        return day(value)
    if isinstance(value, str):
        return STATUS_WORDS.get(value, value) if unit == "status" else value
    match unit:
        case "money":
            return full_money(value)
        case "rate" | "ratio" | "days":
            return number(value, unit)
        case _:
            return number(value, "count")


def day(value: date) -> str:
    """`23 Nov 2026`, the same in every locale."""
    return f"{value.day} {MONTHS[value.month - 1]} {value.year}"


def moment(value: datetime) -> str:
    """`Mon 23 Nov 2026, 07:00`, in whatever zone the value is in."""
    return f"{WEEKDAYS[value.weekday()]} {day(value)}, {value:%H:%M}"


def as_of_line(value: datetime) -> str:
    """`Mon 23 Nov 2026, 07:00 (Europe/Berlin)` for a timezone-aware instant."""
    return f"{moment(value)} ({value.tzinfo})"


MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
