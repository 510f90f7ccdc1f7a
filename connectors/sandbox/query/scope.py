"""Which column a field path means: the objects of one FROM, and the parents joined to it as paths ask for them."""

from dataclasses import dataclass

from connectors.sandbox.errors import no_such_field, no_such_object
from connectors.sandbox.metadata.schema import Field, Schema, SObject, make_field
from connectors.sandbox.query.plan import Context
from connectors.sandbox.statement import Path, Statement

MOST_LEVELS = 5
MOST_PARENTS = 55
_NAME_FIELDS = (
    ("Id", "id"),
    ("Name", "string"),
    ("Type", "picklist"),
    ("FirstName", "string"),
    ("LastName", "string"),
    ("Email", "email"),
    ("Phone", "phone"),
    ("Title", "string"),
    ("Alias", "string"),
    ("Username", "string"),
    ("IsActive", "boolean"),
    ("UserRoleId", "reference"),
    ("ProfileId", "reference"),
)


@dataclass(frozen=True, slots=True)
class Joined:
    """An object under its alias in the SQL. `path` are the relationship names as describe spells them."""

    alias: str
    sobject: SObject
    path: tuple[str, ...]

    @property
    def is_polymorphic(self) -> bool:
        """Whether only the name of the record is known, its object being told by a Type column."""
        return self.sobject.name == "Name"

    def column(self, name: str) -> str:
        return f'{self.alias}."{name}"'


class Scope:
    """Resolves the paths of one statement and collects the joins they need."""

    def __init__(self, context: Context, statement: Statement, base: SObject) -> None:
        self._context = context
        self._names = {alias.lower(): path for alias, path in statement.aliases}
        self._joined: dict[tuple[str, ...], Joined] = {(): Joined("t0", base, ())}
        self._joins: list[str] = []
        self.base = base

    @property
    def sql(self) -> str:
        return " ".join([f'current."{self.base.name}" t0', *self._joins])

    def add_join(self, sql: str) -> None:
        if sql not in self._joins:
            self._joins.append(sql)

    def resolve(self, path: Path) -> tuple[Joined, Field]:
        """Raises OrgError INVALID_FIELD where a relationship or the field is not there."""
        parts = self.without_alias(path)
        joined = self.join(parts[:-1], path)
        described = joined.sobject.find(parts[-1])
        if described is None:
            self._context.refuse("INVALID_FIELD", no_such_field(parts[-1], joined.sobject.name), path.position)
        return joined, described

    def without_alias(self, path: Path) -> tuple[str, ...]:
        """The path from the driving object, whatever names FROM gave."""
        first = path.parts[0].lower()
        if len(path.parts) == 1:
            return path.parts
        if first in self._names:
            return (*self._names[first], *path.parts[1:])
        is_own_name = first == self.base.name.lower() and self.base.find_relationship(first) is None
        return path.parts[1:] if is_own_name else path.parts

    def join(self, prefix: tuple[str, ...], path: Path) -> Joined:
        """The parent at the end of `prefix`; `path` is where a refusal points."""
        key = tuple(part.lower() for part in prefix)
        if key in self._joined:
            return self._joined[key]
        if len(prefix) > MOST_LEVELS:
            message = (
                f"SOQL relationship path '{path}' has more than {MOST_LEVELS} levels of child-to-parent relationship"
            )
            self._context.refuse("MALFORMED_QUERY", message, path.position)
        parent = self.join(prefix[:-1], path)
        reference, targets = self._follow(parent, prefix[-1], path)
        is_polymorphic = len(reference.reference_to) > 1
        sobject = name_object(self._context.schema, targets) if is_polymorphic else targets[0]
        source = _name_union(targets) if is_polymorphic else f'current."{sobject.name}"'
        return self._add(key, parent, reference, sobject, source)

    def join_as(self, prefix: tuple[str, ...], name: str, path: Path) -> Joined:
        """The parent at the end of `prefix` if it is of object `name`, as TYPEOF asks for it."""
        key = (*(part.lower() for part in prefix), f"={name.lower()}")
        if key in self._joined:
            return self._joined[key]
        parent = self.join(prefix[:-1], path)
        reference, targets = self._follow(parent, prefix[-1], path)
        target = next((each for each in targets if each.name.lower() == name.lower()), None)
        if target is None:
            self._context.refuse("INVALID_TYPE", no_such_object(name), path.position)
        return self._add(key, parent, reference, target, f'current."{target.name}"')

    def reference(self, prefix: tuple[str, ...], path: Path) -> Field:
        """The reference field that the last relationship of `prefix` follows."""
        return self._follow(self.join(prefix[:-1], path), prefix[-1], path)[0]

    def _follow(self, parent: Joined, name: str, path: Path) -> tuple[Field, list[SObject]]:
        schema = self._context.schema
        reference = parent.sobject.find_relationship(name)
        targets = [schema[each] for each in reference.reference_to if each in schema] if reference else []
        if reference is None or not targets:
            message = (
                f"Didn't understand relationship '{name}' in field path. If you are attempting to use a "
                "custom relationship, be sure to append the '__r' after the custom relationship name. Please "
                "reference your WSDL or the describe call for the appropriate names."
            )
            self._context.refuse("INVALID_FIELD", message, path.position)
        return reference, targets

    def _add(self, key: tuple[str, ...], parent: Joined, reference: Field, sobject: SObject, source: str) -> Joined:
        if len(self._joined) > MOST_PARENTS:
            message = f"Maximum number of child-to-parent relationships ({MOST_PARENTS}) exceeded"
            self._context.refuse("MALFORMED_QUERY", message)
        joined = Joined(f"t{len(self._joined)}", sobject, (*parent.path, str(reference.relationship)))
        on = f"{joined.column('Id')} = {parent.column(reference.name)}"
        self._joins.append(f"LEFT JOIN {source} {joined.alias} ON {on}")
        self._joined[key] = joined
        return joined


def find_object(schema: Schema, name: str) -> SObject | None:
    if name in schema:
        return schema[name]
    wanted = name.lower()
    return next((each for key, each in schema.items() if key.lower() == wanted), None)


def name_object(schema: Schema, targets: list[SObject]) -> SObject:
    """What can be asked of a record whose object is not known: its name and, where it is a person, some more."""
    fields = [make_field(name, kind) for name, kind in _NAME_FIELDS if name == "Type" or _is_told(name, targets)]
    return SObject("Name", "", "Name", tuple(_pointing(field, schema) for field in fields))


def _pointing(field: Field, schema: Schema) -> Field:
    target = field.name.removesuffix("Id")
    if field.type != "reference" or target not in schema:
        return field
    return Field(field.name, "reference", length=18, reference_to=(target,))


def _is_told(name: str, targets: list[SObject]) -> bool:
    return name == "Name" or any(each.find(name) for each in targets)


def _name_union(targets: list[SObject]) -> str:
    names = [name for name, _ in _NAME_FIELDS if name != "Type" and _is_told(name, targets)]
    selects = []
    for each in targets:
        columns = ", ".join(_name_column(each, name) for name in names)
        selects.append(f'SELECT {columns}, \'{each.name}\' AS "Type" FROM current."{each.name}"')
    return f"({' UNION ALL '.join(selects)})"


def _name_column(sobject: SObject, name: str) -> str:
    found = sobject.find(name)
    if found is None and name == "Name":
        found = next((each for each in sobject.fields if each.is_name), None)
    return f'NULL AS "{name}"' if found is None else f'"{found.name}" AS "{name}"'
