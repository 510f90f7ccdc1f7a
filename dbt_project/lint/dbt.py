"""Stand-ins for dbt's cross-database macros, so that sqlfluff can render a model without dbt.

What they render need only be SQL of the right shape. Nothing imports this at run time.
"""


def type_string() -> str:
    return "varchar"


def type_timestamp() -> str:
    return "timestamp"


def datediff(first_date: str, second_date: str, datepart: str) -> str:
    return f"date_diff('{datepart}', {first_date}, {second_date})"


def dateadd(datepart: str, interval: int | str, from_date_or_timestamp: str) -> str:
    return f"date_add({from_date_or_timestamp}, interval ({interval}) {datepart})"


def date_trunc(datepart: str, date: str) -> str:
    return f"date_trunc('{datepart}', {date})"


def last_day(date: str, datepart: str) -> str:
    return f"last_day({date}, '{datepart}')"


def safe_cast(field: str, type: str) -> str:
    return f"try_cast({field} as {type})"


def hash(field: str) -> str:
    return f"md5({field})"


def concat(fields: list[str]) -> str:
    return f"concat({', '.join(fields)})"


def listagg(measure: str, delimiter_text: str = "','", order_by_clause: str = "") -> str:
    return f"string_agg({measure}, {delimiter_text} {order_by_clause})"


def escape_single_quotes(expression: str) -> str:
    return expression.replace("'", "''")
