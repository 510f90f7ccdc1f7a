"""A parsed statement → `Compiled`: the clauses put together, and the rules that hold between them."""

from collections.abc import Callable
from datetime import date, datetime, time

from connectors.sandbox.errors import no_such_object
from connectors.sandbox.ids import make_id
from connectors.sandbox.metadata.relationships import find_child_relationship
from connectors.sandbox.metadata.schema import Field, Schema, SObject
from connectors.sandbox.query.aggregates import GroupedExpressions, grouped_columns
from connectors.sandbox.query.calendar import Calendar
from connectors.sandbox.query.columns import Columns
from connectors.sandbox.query.filters import FilterWriter
from connectors.sandbox.query.functions import Expressions
from connectors.sandbox.query.plan import VERSION, Compiled, Context
from connectors.sandbox.query.scope import Scope, find_object
from connectors.sandbox.query.semijoins import SemiJoins
from connectors.sandbox.query.shape import aggregate_sql
from connectors.sandbox.statement import Call, FieldsOf, Money, Operand, Ordering, Path, Statement, Subquery

FIELDS_LIMIT = 200
OFFSET_LIMIT = 2000
MOST_CHILDREN = 20
MOST_DEPTH = 5
MOST_TOTALLED = 3
_SORTED_BY_CASE = frozenset({"id", "reference"})


def compile_query(
    statement: Statement, schema: Schema, today: Calendar | date, *, is_all: bool, version: str = VERSION
) -> Compiled:
    """`today` is the org's calendar, or a plain day in an org on UTC whose fiscal year is the calendar's.

    Raises OrgError MALFORMED_QUERY, INVALID_FIELD, INVALID_TYPE, INVALID_QUERY_FILTER_OPERATOR or
    NUMBER_OUTSIDE_VALID_RANGE in Salesforce's words.
    """
    calendar = today if isinstance(today, Calendar) else Calendar(datetime.combine(today, time(12)))
    context = Context(schema, statement.text, is_all or "ALL ROWS" in statement.options, version)
    base = find_object(schema, statement.sobject)
    if base is None:
        context.refuse("INVALID_TYPE", no_such_object(statement.sobject), statement.sobject_position)
    return _Compiler(statement, context, calendar, base).compile()


class _Compiler:
    def __init__(
        self, statement: Statement, context: Context, calendar: Calendar, base: SObject, depth: int = 1
    ) -> None:
        self._statement = statement
        self._context = context
        self._calendar = calendar
        self._base = base
        self._depth = depth
        self._scope = Scope(context, statement, base)
        self._plain = Expressions(context, self._scope, calendar)
        self._grouped = GroupedExpressions(context, self._scope, calendar, statement)

    def compile(self) -> Compiled:
        statement = self._statement
        self._check()
        if self._is_bare_count():
            return self._compile_count()
        if statement.is_aggregate:
            return self._compile_grouped()
        where, order = self._where(), self._order(self._plain.write)
        has_children = any(isinstance(item, Subquery) for item in statement.select)
        if (order or has_children) and self._base.find("Id"):
            order.append(('t0."Id"', "ASC"))  # ties come in the same order on every page, and to every child
        columns = self._columns(f"{where}{_by('ORDER', order)}{self._slice()}")
        named = ", ".join(columns.named)
        sql = f"SELECT {named} FROM {self._scope.sql}{where}{_by('ORDER', order)}{self._slice()}"
        return self._compiled(sql, columns)

    def compile_children(self, reference: Field, parents: str) -> str:
        """SQL of (parent, page): for each parent the nested answer, a struct of totalSize, done and records.

        `parents` is SQL of the ids that are asked for: a list is sorted for no one else.
        """
        statement = self._statement
        self._check()
        if statement.is_aggregate:
            self._context.refuse("MALFORMED_QUERY", "Only root queries support aggregate expressions")
        where = self._where(f't0."{reference.name}" IN ({parents})')
        keys = self._order(self._plain.write)
        columns = self._columns(where)
        keys += [('t0."Id"', "ASC")] if self._base.find("Id") else []
        named = [*columns.named, *(f"{sql} AS o{place}" for place, (sql, _) in enumerate(keys))]
        named.append(f't0."{reference.name}" AS parent')
        order = _by("ORDER", [(f"o{place}", direction) for place, (_, direction) in enumerate(keys)])
        first = (statement.offset or 0) + 1
        last = "-1" if statement.limit is None else str(first + statement.limit - 1)
        listed = f"list({columns.record_sql}{order})[{first}:{last}]"
        rows = f"SELECT {', '.join(named)} FROM {self._scope.sql}{where}"
        pages = f"SELECT parent, {listed} AS records FROM ({rows}) GROUP BY parent"
        page = 'struct_pack("totalSize" := len(records), done := true, records := records)'
        return f"SELECT parent, {page} AS page FROM ({pages}) WHERE len(records) > 0"

    def _compile_count(self) -> Compiled:
        self._order(lambda operand: self._grouped.write_grouped(operand, ordered=True))  # refused if of a field
        rows = f"SELECT 1 FROM {{}}{self._where()}{self._slice()}"
        sql = f"SELECT count(*) AS c0 FROM ({rows.format(self._scope.sql)})"
        return Compiled(sql, self._context.parameters, (), "c0", self._base, True, True)

    def _compile_grouped(self) -> Compiled:
        statement = self._statement
        columns = grouped_columns(self._context, statement, self._grouped)
        keys = [self._grouped.write_key(key) for key in statement.group_by]
        where = self._where()
        having = ""
        if statement.having is not None:
            filters = self._filters(self._grouped.write_grouped)
            having = f" HAVING {filters.write(statement.having)}"
        order = self._order(lambda operand: self._grouped.write_grouped(operand, ordered=True))
        order = order or [(key, "NULLS LAST" if statement.grouping else "") for key in keys]
        grouping = f"{statement.grouping} ({', '.join(keys)})" if statement.grouping else ", ".join(keys)
        outputs = [output for _, output in columns]
        sql = f"SELECT {', '.join(f'{each} AS {output.column}' for each, output in columns)} FROM {self._scope.sql}"
        sql += where + (f" GROUP BY {grouping}" if keys else "") + having + _by("ORDER", order) + self._slice()
        return Compiled(
            sql,
            self._context.parameters,
            tuple(outputs),
            aggregate_sql(outputs),
            self._base,
            True,
            False,
        )

    def _compiled(self, sql: str, columns: Columns) -> Compiled:
        outputs, is_flat = tuple(columns.outputs), columns.is_flat
        return Compiled(sql, self._context.parameters, outputs, columns.record_sql, self._base, False, False, is_flat)

    def _columns(self, clauses: str) -> Columns:
        """`clauses` choose the records: their children are looked for among the children of these alone."""
        parents = f'SELECT t0."Id" FROM {self._scope.sql}{clauses}'
        columns = Columns(self._context, self._scope, self._plain)
        for item in self._statement.select:
            if isinstance(item, Subquery):
                columns.add_children(*self._children(item.statement, len(columns.children), parents))
            else:
                columns.add(item)
        return columns

    def _children(self, statement: Statement, number: int, parents: str) -> tuple[str, str]:
        """Join the children in; the name and the column of their pages."""
        name = statement.sobject.rpartition(".")[2]
        found = find_child_relationship(self._context.schema, self._base, name)
        if found is None or self._depth == MOST_DEPTH:
            message = (
                f"Didn't understand relationship '{name}' in FROM part of query call. If you are attempting to use a "
                "custom relationship, be sure to append the '__r' after the custom relationship name. Please "
                "reference your WSDL or the describe call for the appropriate names."
            )
            self._context.refuse("INVALID_TYPE", message, statement.sobject_position)
        if number == MOST_CHILDREN:
            self._context.refuse(
                "MALFORMED_QUERY", f"maximum of {MOST_CHILDREN} parent-to-child relationships exceeded"
            )
        if statement.offset is not None and self._statement.limit != 1:
            message = "OFFSET in a subquery is only allowed when the parent query has LIMIT 1"
            self._context.refuse("MALFORMED_QUERY", message, statement.sobject_position)
        inner = _Compiler(statement, self._context, self._calendar, found.child, self._depth + 1)
        alias = f"k{number}"
        pages = inner.compile_children(found.field, parents)
        self._scope.add_join(f'LEFT JOIN ({pages}) {alias} ON {alias}.parent = t0."Id"')
        return str(found.name), f"{alias}.page"

    def _is_bare_count(self) -> bool:
        match self._statement.select:
            case (Call("COUNT", None, _),) if not self._statement.group_by:
                return True
        return False

    def _check(self) -> None:
        statement, refuse = self._statement, self._context.refuse
        if statement.offset is not None and statement.offset > OFFSET_LIMIT:
            refuse("NUMBER_OUTSIDE_VALID_RANGE", f"Maximum SOQL offset allowed is {OFFSET_LIMIT}")
        is_unbounded = any(isinstance(item, FieldsOf) and item.group != "STANDARD" for item in statement.select)
        if is_unbounded and not (statement.limit is not None and statement.limit <= FIELDS_LIMIT):
            refuse("MALFORMED_QUERY", f"The SOQL FIELDS function must have a LIMIT of at most {FIELDS_LIMIT}")
        if statement.grouping and len(statement.group_by) > MOST_TOTALLED:
            refuse("MALFORMED_QUERY", f"{statement.grouping} can total at most {MOST_TOTALLED} fields")
        if statement.categories:
            refuse("MALFORMED_QUERY", f"WITH DATA CATEGORY is not supported on '{self._base.name}'")

    def _filters(self, express: Callable[[Operand], tuple[str, Field]]) -> FilterWriter:
        semi_joins = SemiJoins(self._context, self._scope, self._statement, self._select_for_semi_join)
        return FilterWriter(self._context, self._calendar, express, semi_joins.write, self._convert)

    def _select_for_semi_join(self, statement: Statement, base: SObject, path: Path) -> str:
        inner = _Compiler(statement, self._context, self._calendar, base)
        column, _ = inner._plain.write(path)
        where = inner._where()
        lead = f"{where} AND" if where else " WHERE"
        return f"SELECT {column} FROM {inner._scope.sql}{lead} {column} IS NOT NULL"

    def _convert(self, operand: Operand, money: Money) -> tuple[str, str]:
        """Both sides of a comparison with an amount, in the org's own currency."""
        path = operand if isinstance(operand, Path) else None
        column, _ = self._plain.write_corporate(path) if path else self._grouped.write(operand)
        amount = f"{self._context.bind(money.amount)}::DOUBLE"
        if "CurrencyType" not in self._context.schema:
            return column, amount
        code = self._context.bind(money.code)
        rate = f'(SELECT any_value("ConversionRate") FROM current."CurrencyType" WHERE "IsoCode" = {code})'
        return column, f"({amount} / coalesce({rate}, 1))"

    def _where(self, *more: str) -> str:
        conditions = [*more] if self._context.is_all else [*more, *self._visibility()]
        conditions += self._owned()
        if self._statement.where is not None:
            conditions.append(self._filters(self._plain.write).write(self._statement.where))
        return f" WHERE {' AND '.join(conditions)}" if conditions else ""

    def _visibility(self) -> list[str]:
        hidden = ["IsDeleted"] if self._base.find("IsDeleted") else []
        if self._base.find("IsArchived") and self._base.find("ActivityDate"):
            hidden.append("IsArchived")
        return [f'coalesce(t0."{each}", false) = false' for each in hidden]

    def _owned(self) -> list[str]:
        scope = self._statement.scope
        if scope in (None, "EVERYTHING", "SCOPINGRULE"):
            return []
        if scope != "MINE" or self._base.find("OwnerId") is None:
            message = f"Object type '{self._base.name}' does not support scope '{str(scope).lower()}'"
            self._context.refuse("MALFORMED_QUERY", message, self._statement.sobject_position)
        user = self._context.schema.get("User")
        return [f't0."OwnerId" = {self._context.bind(make_id(user.key_prefix if user else "005", 1))}']

    def _order(self, express: Callable[[Operand], tuple[str, Field]]) -> list[tuple[str, str]]:
        """What the rows are ordered by: SQL and direction."""
        return [self._order_key(ordering, express) for ordering in self._statement.order_by]

    def _order_key(self, ordering: Ordering, express: Callable[[Operand], tuple[str, Field]]) -> tuple[str, str]:
        column, described = express(ordering.operand)
        if not described.is_sortable or described.is_compound:
            message = f"field '{described.name}' can not be sorted in a query call"
            self._context.refuse("INVALID_FIELD", message, ordering.operand.position)
        if described.duckdb_type == "VARCHAR" and described.type not in _SORTED_BY_CASE:
            column = f"lower({column})"
        direction = "DESC" if ordering.is_descending else "ASC"
        nulls = ordering.nulls or ("LAST" if ordering.is_descending else "FIRST")
        return column, f"{direction} NULLS {nulls}"

    def _slice(self) -> str:
        limit = "" if self._statement.limit is None else f" LIMIT {self._statement.limit}"
        return limit + (f" OFFSET {self._statement.offset}" if self._statement.offset else "")


def _by(word: str, keys: list[tuple[str, str]]) -> str:
    return f" {word} BY {', '.join(' '.join(key) for key in keys)}" if keys else ""
