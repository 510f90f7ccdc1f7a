"""How a value of a finance file is understood. What could mean two things is refused, never guessed."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

CENT = Decimal("0.01")
LARGEST = Decimal("1e15")
CURRENCY = re.compile(r"[A-Z]{3}")
SALESFORCE_ID = re.compile(r"[A-Za-z0-9]{15}([A-Za-z0-9]{3})?")
AMOUNT = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?")


class UnclearValueError(Exception):
    """A value that cannot be understood: why, and what to write instead."""

    def __init__(self, reason: str, remedy: str) -> None:
        self.reason, self.remedy = reason, remedy
        super().__init__(f"{reason}; {remedy}")


def text(given: object) -> str | None:
    """Without blanks around; None where there is nothing."""
    if given is None or given != given:
        return None
    if isinstance(given, float) and given.is_integer():
        given = int(given)  # numbers of invoices, of which a tool has made fractions
    return str(given).strip() or None


def day(given: object) -> date | None:
    """A day as 2026-03-31, also with a time behind it."""
    if isinstance(given, datetime):
        return given.date()
    if isinstance(given, date):
        return given
    told = text(given)
    if told is None:
        return None
    try:
        return datetime.fromisoformat(told).date()
    except ValueError:
        raise UnclearValueError("it is no day", "write it as 2026-03-31") from None


def money(given: object) -> Decimal | None:
    """An amount with at most two digits after the point."""
    told = text(given)
    if told is None:
        return None
    if not isinstance(given, (int, float, Decimal)) and not AMOUNT.fullmatch(told):
        raise UnclearValueError(
            "it is no plain number", "write it as 1234.56, with a point and nothing between thousands"
        )
    try:
        amount = Decimal(told)
    except InvalidOperation:
        raise UnclearValueError("it is no number", "write it as 1234.56") from None
    if not amount.is_finite() or abs(amount) >= LARGEST:
        raise UnclearValueError("it is too large to be an amount", "write the amount of one booking")
    if amount != amount.quantize(CENT):
        raise UnclearValueError("it has more than two digits after the point", "round it to the cent")
    return amount.quantize(CENT)


def currency(given: object) -> str | None:
    """An ISO code; None where it is empty."""
    told = (text(given) or "").upper()
    if told and not CURRENCY.fullmatch(told):
        raise UnclearValueError(
            "it is no ISO code of a currency", "write it as EUR, or leave it empty for the corporate one"
        )
    return told or None


def salesforce_id(given: object) -> str | None:
    """An id of 15 or 18 letters and digits."""
    told = text(given)
    if told is not None and not SALESFORCE_ID.fullmatch(told):
        raise UnclearValueError("it is no Salesforce id", "write its 15 or 18 letters and digits, or leave it empty")
    return told
