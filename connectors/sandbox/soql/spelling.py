"""A `Statement` as SOQL text that parses to an equal statement."""

from datetime import date, datetime, time

from connectors.sandbox.statement import (
    Aliased,
    Call,
    Comparison,
    Condition,
    DateLiteral,
    Distance,
    FieldsOf,
    Inclusion,
    Junction,
    Membership,
    Money,
    Negation,
    Ordering,
    Path,
    Pattern,
    Selected,
    SemiJoin,
    Statement,
    Subquery,
    TypeOf,
    Value,
)

_ESCAPES = {"\\": "\\\\", "'": "\\'", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\b": "\\b", "\f": "\\f"}


def spell(statement: Statement) -> str:
    words = ["SELECT", ", ".join(_spell_selected(item) for item in statement.select)]
    words += ["FROM", _spell_from(statement)]
    if statement.scope is not None:
        words += ["USING SCOPE", statement.scope]
    if statement.where is not None:
        words += ["WHERE", spell_condition(statement.where)]
    words += _spell_with(statement)
    if statement.group_by:
        keys = ", ".join(_spell_selected(key) for key in statement.group_by)
        words += ["GROUP BY", f"{statement.grouping}({keys})" if statement.grouping else keys]
    if statement.having is not None:
        words += ["HAVING", spell_condition(statement.having)]
    if statement.order_by:
        words += ["ORDER BY", ", ".join(_spell_ordering(each) for each in statement.order_by)]
    if statement.limit is not None:
        words += ["LIMIT", str(statement.limit)]
    if statement.offset is not None:
        words += ["OFFSET", str(statement.offset)]
    return " ".join([*words, *statement.options])


def spell_condition(condition: Condition) -> str:
    match condition:
        case Comparison(operand, operator, value):
            return f"{_spell_selected(operand)} {operator} {spell_value(value)}"
        case Membership(operand, values, is_negated):
            return f"{_spell_selected(operand)} {'NOT IN' if is_negated else 'IN'} ({_spell_values(values)})"
        case Inclusion(operand, values, is_negated):
            return f"{_spell_selected(operand)} {'EXCLUDES' if is_negated else 'INCLUDES'} ({_spell_values(values)})"
        case SemiJoin(operand, statement, is_negated):
            return f"{_spell_selected(operand)} {'NOT IN' if is_negated else 'IN'} ({spell(statement)})"
        case Negation(inner):
            return f"NOT ({spell_condition(inner)})"
        case Junction(operator, conditions):
            return f" {operator} ".join(f"({spell_condition(each)})" for each in conditions)


def spell_value(value: Value) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case datetime():
            return value.strftime("%Y-%m-%dT%H:%M:%SZ")
        case date():
            return value.isoformat()
        case time():
            return value.isoformat() + "Z"
        case DateLiteral(name, number):
            return name if number is None else f"{name}:{number}"
        case Money(code, amount):
            return f"{code}{amount:f}"
        case Pattern(text):
            return f"'{_escape(text, keep_backslash=True)}'"
        case str():
            return f"'{_escape(value)}'"
    return format(value, "f") if isinstance(value, float) else str(value)


def _escape(text: str, *, keep_backslash: bool = False) -> str:
    return "".join(char if keep_backslash and char == "\\" else _ESCAPES.get(char, char) for char in text)


def _spell_values(values: tuple[Value, ...]) -> str:
    return ", ".join(spell_value(value) for value in values)


def _spell_from(statement: Statement) -> str:
    names = [alias for alias, path in statement.aliases if not path]
    driving = " ".join([statement.sobject, *names])
    return ", ".join([driving, *(f"{'.'.join(path)} {alias}" for alias, path in statement.aliases if path)])


def _spell_with(statement: Statement) -> list[str]:
    if statement.security is not None:
        return ["WITH", statement.security]
    told = [f"{group} {selector} ({', '.join(names)})" for group, selector, names in statement.categories]
    return ["WITH DATA CATEGORY", " AND ".join(told)] if told else []


def _spell_selected(item: Selected) -> str:
    match item:
        case Path():
            return str(item)
        case Call(name, argument, alias):
            return _with_alias(f"{name}({'' if argument is None else _spell_selected(argument)})", alias)
        case Distance(start, end, unit, alias):
            place = str(end) if isinstance(end, Path) else f"GEOLOCATION({end[0]:f}, {end[1]:f})"
            return _with_alias(f"DISTANCE({start}, {place}, '{unit}')", alias)
        case FieldsOf(group):
            return f"FIELDS({group})"
        case Aliased(path, alias):
            return _with_alias(str(path), alias)
        case TypeOf(path, branches, otherwise):
            whens = [f"WHEN {name} THEN {_spell_paths(paths)}" for name, paths in branches]
            closing = [f"ELSE {_spell_paths(otherwise)}"] if otherwise else []
            return " ".join([f"TYPEOF {path}", *whens, *closing, "END"])
        case Subquery(statement):
            return f"({spell(statement)})"


def _spell_paths(paths: tuple[Path, ...]) -> str:
    return ", ".join(str(path) for path in paths)


def _with_alias(text: str, alias: str | None) -> str:
    return text if alias is None else f"{text} {alias}"


def _spell_ordering(ordering: Ordering) -> str:
    nulls = f" NULLS {ordering.nulls}" if ordering.nulls else ""
    return f"{_spell_selected(ordering.operand)} {'DESC' if ordering.is_descending else 'ASC'}{nulls}"
