"""Semi-joins and anti-joins, `Id IN (SELECT AccountId FROM Contact)`, with what Salesforce forbids about them."""

from collections.abc import Callable, Iterator
from typing import Never

from connectors.sandbox.errors import no_such_object
from connectors.sandbox.metadata.schema import Field, SObject
from connectors.sandbox.query.plan import Context
from connectors.sandbox.query.scope import Scope, find_object
from connectors.sandbox.statement import Condition, Junction, Negation, Path, SemiJoin, Statement

MOST_SEMI_JOINS = 2
_NESTED = (
    "Semi join sub-selects are only allowed at the top level WHERE expressions and not in nested WHERE expressions."
)


class SemiJoins:
    """The sub-selects of one WHERE. `select` writes the SQL of (statement, object, field)."""

    def __init__(
        self,
        context: Context,
        scope: Scope,
        statement: Statement,
        select: Callable[[Statement, SObject, Path], str],
    ) -> None:
        self._context = context
        self._scope = scope
        self._statement = statement
        self._select = select

    def write(self, semi_join: SemiJoin) -> str:
        self._check_place(semi_join)
        column, left = self._left(semi_join)
        inner, path = self._inner(semi_join)
        self._check_targets(semi_join, left, inner, path)
        selected = self._select(semi_join.statement, inner, path)
        found = f"{column} IN ({selected})"
        return f"(NOT coalesce({found}, false))" if semi_join.is_negated else f"({found})"

    def _check_place(self, semi_join: SemiJoin) -> None:
        where = self._statement.where
        found = list(_semi_joins(where)) if where is not None else []
        if not found:  # in HAVING
            self._refuse(semi_join, "Semi join sub-selects are only allowed in WHERE expressions")
        if len(found) > MOST_SEMI_JOINS:
            self._refuse(semi_join, f"maximum {MOST_SEMI_JOINS} semi join sub-selects are allowed")
        if isinstance(where, Junction) and where.operator == "OR":
            self._refuse(semi_join, "Semi join sub-selects are not allowed with the 'OR' operator")
        top = where.conditions if isinstance(where, Junction) else (where,)
        if not any(each is semi_join for each in top):
            self._refuse(semi_join, _NESTED)

    def _left(self, semi_join: SemiJoin) -> tuple[str, Field]:
        operand = semi_join.operand
        if not isinstance(operand, Path):
            self._refuse(semi_join, "The left operand of a semi join must be a field")
        if len(self._scope.without_alias(operand)) > 2:
            self._refuse(semi_join, f"The left operand '{operand}' cannot have more than one level of relationships")
        joined, described = self._scope.resolve(operand)
        if described.type not in ("id", "reference"):
            message = (
                "The left operand field in the where expression for outer query should be a reference field, "
                f"cannot use: '{described.name}'"
            )
            self._context.refuse("INVALID_FIELD", message, operand.position)
        return joined.column(described.name), described

    def _inner(self, semi_join: SemiJoin) -> tuple[SObject, Path]:
        statement = semi_join.statement
        inner = find_object(self._context.schema, statement.sobject)
        if inner is None:
            self._context.refuse("INVALID_TYPE", no_such_object(statement.sobject), statement.sobject_position)
        if inner.name == self._scope.base.name:
            self._refuse(semi_join, "The inner and outer selects should not be on the same object type")
        path = statement.select[0]
        if len(statement.select) != 1 or not isinstance(path, Path):
            self._refuse(semi_join, "Semi join sub-selects can only query one field, and no function of it")
        if statement.where is not None and any(_semi_joins(statement.where)):
            self._refuse(semi_join, "Nesting of semi join sub-selects is not supported")
        is_more = statement.order_by or statement.group_by or statement.options
        if is_more or statement.limit is not None or statement.offset is not None:
            self._refuse(semi_join, "Semi join sub-selects cannot have GROUP BY, ORDER BY, LIMIT, OFFSET or FOR")
        return inner, path

    def _check_targets(self, semi_join: SemiJoin, left: Field, inner: SObject, path: Path) -> None:
        scope = Scope(self._context, semi_join.statement, inner)
        if len(scope.without_alias(path)) > 1:
            message = f"The inner select field '{path}' cannot have more than one level of relationships"
            self._refuse(semi_join, message)
        joined, selected = scope.resolve(path)
        if selected.type not in ("id", "reference"):
            message = f"The inner select field '{selected.name}' must be an id or a reference field"
            self._context.refuse("INVALID_FIELD", message, path.position)
        operand = semi_join.operand
        assert isinstance(operand, Path), "checked before"
        owner, _ = self._scope.resolve(operand)
        if not _targets(left, owner.sobject) & _targets(selected, joined.sobject):
            message = (
                f"The selected field '{selected.name}' in the subquery and the left operand field '{left.name}' "
                "in the where expression in the outer query should point to the same object type"
            )
            self._context.refuse("INVALID_FIELD", message, path.position)

    def _refuse(self, semi_join: SemiJoin, message: str) -> Never:
        self._context.refuse("MALFORMED_QUERY", message, semi_join.position)


def _targets(described: Field, owner: SObject) -> set[str]:
    return {owner.name} if described.type == "id" else set(described.reference_to)


def _semi_joins(condition: Condition) -> Iterator[SemiJoin]:
    match condition:
        case SemiJoin():
            yield condition
        case Negation(inner):
            yield from _semi_joins(inner)
        case Junction(_, conditions):
            for each in conditions:
                yield from _semi_joins(each)
