"""The columns of a query that groups nothing, and the record that they make: fields, parents, TYPEOF, children."""

from typing import Never

from connectors.sandbox.query.functions import Expressions
from connectors.sandbox.query.plan import Context, Output
from connectors.sandbox.query.scope import Joined, Scope
from connectors.sandbox.query.shape import RecordShape, json_sql
from connectors.sandbox.soql.calls import DATE_FUNCTIONS
from connectors.sandbox.statement import Aliased, Call, Distance, FieldsOf, Path, Selected, Subquery, TypeOf


class Columns:
    """Collects the SQL of each column. What is told flatly is c0, c1 …; what only the record needs k0, k1 …"""

    def __init__(self, context: Context, scope: Scope, expressions: Expressions) -> None:
        self._context = context
        self._scope = scope
        self._expressions = expressions
        self._told: list[str] = []
        self._kept: dict[str, str] = {}  # SQL → its name
        self._seen: set[tuple[str, ...]] = set()
        self.outputs: list[Output] = []
        self.children: list[str] = []
        self.is_flat = True
        self._root = self._shape_of(Joined("t0", scope.base, ()), is_root=True)

    @property
    def named(self) -> list[str]:
        """The SQL of every column with its name."""
        told = [f"{sql} AS {output.column}" for sql, output in zip(self._told, self.outputs, strict=True)]
        return told + [f"{sql} AS {name}" for sql, name in self._kept.items()]

    @property
    def record_sql(self) -> str:
        return self._root.write(self._context.version)

    def add(self, item: Selected) -> None:
        match item:
            case Path():
                self._add_path(item)
            case FieldsOf(group):
                chosen = [f for f in self._scope.base.fields if group == "ALL" or f.is_custom == (group == "CUSTOM")]
                for each in chosen:
                    self._add_path(Path((each.name,)))
            case Call():
                self._add_call(item)
            case TypeOf():
                self._add_typeof(item)
            case Aliased(path, _):
                message = "only aggregate expressions use field aliasing"
                self._context.refuse("MALFORMED_QUERY", message, path.position)
            case Distance():
                self._expressions.write(item)
            case Subquery():
                raise AssertionError("children come by add_children")

    def add_children(self, name: str, column: str) -> None:
        if self._root.members.get(name) is not None:
            self._refuse_twice(name, None)
        self.children.append(name)
        self.is_flat = False
        self._root.members[name] = self._keep(column)

    def _add_path(self, path: Path) -> None:
        sql, described = self._expressions.write(path)
        joined, _ = self._scope.resolve(path)
        self._tell(
            Output((*joined.path, described.name), described, f"c{len(self.outputs)}"), sql, joined, path.position
        )

    def _add_call(self, call: Call) -> None:
        if call.name in DATE_FUNCTIONS or call.path is None:
            message = f"Field must be grouped or aggregated: {call.path}"
            self._context.refuse("MALFORMED_QUERY", message, call.position)
        sql, described = self._expressions.write(call)
        joined, found = self._scope.resolve(call.path)
        name = call.alias or found.name
        output = Output((*joined.path, name), described, f"c{len(self.outputs)}")
        self._tell(output, sql, joined, call.position)

    def _tell(self, output: Output, sql: str, joined: Joined, position: int) -> None:
        identity = tuple(part.lower() for part in output.path)
        if identity in self._seen:
            self._refuse_twice(".".join(output.path), position)
        self._seen.add(identity)
        self._told.append(sql)
        self.outputs.append(output)
        self._shape_at(joined.path).members[output.path[-1]] = json_sql(output.column, output.field)

    def _add_typeof(self, item: TypeOf) -> None:
        prefix = self._scope.without_alias(Path((*item.path.parts, "Id"), item.path.position))[:-1]
        named = self._scope.join(prefix, item.path)
        parent = self._shape_at(named.path[:-1])
        if named.path[-1] in parent.members:
            self._refuse_twice(str(item.path), item.position)
        shape = RecordShape("''", None, "''")
        self.is_flat = False
        for name, paths in item.branches:
            typed = self._scope.join_as(prefix, name, item.path)
            branch = self._branch(typed, (*prefix, f"={name}"), paths)
            shape.alternatives.append((f"{branch.key} IS NOT NULL", branch))
        if item.otherwise:
            branch = self._branch(named, prefix, item.otherwise)
            shape.alternatives.append((f"{branch.key} IS NOT NULL", branch))
        parent.members[named.path[-1]] = shape

    def _branch(self, joined: Joined, prefix: tuple[str, ...], paths: tuple[Path, ...]) -> RecordShape:
        root = self._shape_of(joined, is_root=True)
        for path in paths:
            full = Path((*prefix, *path.parts), path.position)
            sql, described = self._expressions.write(full)
            found, _ = self._scope.resolve(full)
            shape = self._descend(root, prefix, (*prefix, *found.path[len(joined.path) :]))
            shape.members[described.name] = json_sql(self._keep(sql), described)
        return root

    def _shape_at(self, path: tuple[str, ...]) -> RecordShape:
        return self._descend(self._root, (), path)

    def _descend(self, shape: RecordShape, start: tuple[str, ...], path: tuple[str, ...]) -> RecordShape:
        """The shape of the parent at `path`, made on the way from `start`, the path of `shape`."""
        for end in range(len(start) + 1, len(path) + 1):
            known = shape.members.get(path[end - 1])
            if known is None:
                known = self._shape_of(self._scope.join(path[:end], Path(path)), is_root=False)
                shape.members[path[end - 1]] = known
            if isinstance(known, str) or known.alternatives:
                self._refuse_twice(".".join(path[:end]), None)
            shape = known
        return shape

    def _shape_of(self, joined: Joined, *, is_root: bool) -> RecordShape:
        key = self._keep(joined.column("Id")) if joined.sobject.find("Id") else None
        kind = f"'{joined.sobject.name}'"
        address = self._keep(joined.column("Type")) if joined.is_polymorphic else kind
        return RecordShape(kind, key, address, None if is_root else key)

    def _keep(self, sql: str) -> str:
        return self._kept.setdefault(sql, f"k{len(self._kept)}")

    def _refuse_twice(self, name: str, position: int | None) -> Never:
        self._context.refuse("INVALID_FIELD", f"duplicate field selected: {name}", position)
