"""The list after SELECT: fields, functions, FIELDS(), TYPEOF and child subqueries."""

from connectors.sandbox.soql.calls import IN_SELECT, read_operand, with_alias
from connectors.sandbox.soql.criteria import ReadStatement
from connectors.sandbox.soql.reading import Reader
from connectors.sandbox.statement import Aliased, FieldsOf, Path, Selected, Subquery, TypeOf

FIELD_GROUPS = ("ALL", "STANDARD", "CUSTOM")


def read_selection(reader: Reader, read_select: ReadStatement) -> tuple[Selected, ...]:
    selected = [_read_selected(reader, read_select)]
    while reader.accept(","):
        selected.append(_read_selected(reader, read_select))
    return tuple(selected)


def _read_selected(reader: Reader, read_select: ReadStatement) -> Selected:
    if reader.accept("("):
        statement = read_select(reader)
        reader.expect(")")
        return Subquery(statement)
    if reader.sees("TYPEOF") and reader.after_next.kind == "word" and reader.after_next.upper != "FROM":
        return _read_typeof(reader)
    if reader.sees("FIELDS") and reader.after_next.text == "(":
        return _read_fields(reader)
    operand = read_operand(reader, IN_SELECT)
    if not isinstance(operand, Path):
        return with_alias(reader, operand)
    alias = reader.alias()
    return operand if alias is None else Aliased(operand, alias)


def _read_fields(reader: Reader) -> FieldsOf:
    reader.expect("FIELDS", "(")
    token = reader.word()
    if token.upper not in FIELD_GROUPS:
        reader.fail(token)
    reader.expect(")")
    return FieldsOf(token.upper)


def _read_typeof(reader: Reader) -> TypeOf:
    position = reader.next.position
    reader.expect("TYPEOF")
    path = reader.path()
    branches = []
    while reader.accept("WHEN"):
        name = reader.name().text
        reader.expect("THEN")
        branches.append((name, _read_paths(reader)))
    if not branches:
        reader.fail()
    otherwise = _read_paths(reader) if reader.accept("ELSE") else ()
    reader.expect("END")
    return TypeOf(path, tuple(branches), otherwise, position)


def _read_paths(reader: Reader) -> tuple[Path, ...]:
    paths = [reader.path()]
    while reader.accept(","):
        paths.append(reader.path())
    return tuple(paths)
