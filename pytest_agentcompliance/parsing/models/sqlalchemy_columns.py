"""The columns, relations and constraints of one class of SQLAlchemy's, from its expressions."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import Protocol

from pytest_agentcompliance.parsing.models import Enum, Field, Index, Reference, Relation, Way
from pytest_agentcompliance.parsing.models.expressions import Node, expression
from pytest_agentcompliance.parsing.models.kinds import kind_of
from pytest_agentcompliance.parsing.models.sqlalchemy_code import Class

_COLUMN = ("Column", "mapped_column", "MappedColumn")
_RELATION = ("relationship", "relation", "Relationship", "dynamic_loader")
_NONE = ("None", "NoneType")
_MANY = ("list", "List", "set", "Set", "Sequence", "Collection", "DynamicMapped", "WriteOnlyMapped", "Dict", "dict")
_WRAPPERS = ("Mapped", "DynamicMapped", "WriteOnlyMapped")
_NO_TYPE = ("Computed", "Identity", "Sequence", "CheckConstraint", "FetchedValue", "DefaultClause")
_DEFAULTS = ("default", "server_default", "default_factory", "insert_default")
_NO_COLUMN = ("ClassVar", "AssociationProxy", "Any")

_NOTHING = Node("call", "", 0, 0)
Typed = tuple[str, str, str, bool | None, bool, Node | None]
_UNTYPED: Typed = ("", "", "", None, False, None)


class World(Protocol):
    """What a class may name: enums, and aliases of annotated types."""

    enums: dict[str, Enum]
    aliases: dict[str, Node]


def is_column(node: Node | None) -> bool:
    """Whether a value is a column."""
    return node is not None and node.kind == "call" and node.last in _COLUMN


def of_class(one: Class, world: World) -> tuple[Field, ...]:
    """The columns that stand in a class itself, in order."""
    found: list[Field] = []
    for name, annotation, value, line in one.said:
        if name == "__table__" and value is not None:
            found += of_table(value, line, one.path, world)
        elif one.sqlmodel or (annotation is not None and _fields_of_sqlmodel(one, value)):
            found += _of_sqlmodel(name, annotation, value, line, world)
        else:
            found += _column(name, annotation, value, line, world)
    return tuple(found)


def _column(name: str, annotation: Node | None, value: Node | None, line: int, world: World) -> Iterator[Field]:
    value = _unwrapped(value)
    if is_column(value):
        assert value is not None
        yield column(name, annotation, value, line, world)
    elif annotation is not None and annotation.kind == "index" and annotation.last == "Mapped" and not _is_relation(value):
        call = value if value is not None and value.kind == "call" else None
        if call is not None and call.last in ("synonym", "composite", "association_proxy"):
            return
        yield column(name, annotation, call or _NOTHING, line, world)


def _unwrapped(value: Node | None) -> Node | None:
    """The column in ``deferred(Column(...))``."""
    if value is not None and value.kind == "call" and value.last in ("deferred", "column_property") and value.parts:
        return value.parts[0]
    return value


def _is_relation(value: Node | None) -> bool:
    return value is not None and value.kind == "call" and value.last in _RELATION


def column(name: str, annotation: Node | None, node: Node, line: int, world: World) -> Field:
    """One column, from its annotation and its call."""
    kind, written, enum, optional, many, hidden = _typed(annotation, world) if annotation is not None else _UNTYPED
    parts = list(node.parts)
    title = name
    if parts and parts[0].kind == "text":
        title = parts.pop(0).name
    named = (node.get("type_"), node.get("name"))
    if named[0] is not None:
        parts.insert(0, named[0])
    if named[1] is not None and named[1].kind == "text":
        title = named[1].name
    primary, unique, default = _true(node, "primary_key"), _true(node, "unique"), ""
    size: int | None = None
    if hidden is not None:  # what stands in an annotated type
        primary, unique = primary or _true(hidden, "primary_key"), unique or _true(hidden, "unique")
        parts += [one for one in hidden.parts if one.kind != "text"]
    reference = None
    mixed = False
    for one in parts:
        if one.last in ("ForeignKey",):
            reference = _reference(one) or reference
        elif one.kind in ("word", "call") and one.last not in _NO_TYPE and not mixed:
            kind, written, enum, size, listed = _type(one, world)
            many, mixed = many or listed, True
    if reference is not None and not mixed:
        written = ""  # the type of a key is that of what it points at, whatever its annotation says
    said = next((node.get(key) for key in _DEFAULTS if node.get(key)), None)
    if said is not None:
        default = said.name
    nullable = _nullable(node, hidden, optional, annotated=annotation is not None, primary=primary)
    return Field(
        name, title, kind, written, line, nullable=nullable, unique=unique, primary=primary, list=many, default=default, enum=enum,
        length=size, reference=reference,
    )  # fmt: skip


def _nullable(node: Node, hidden: Node | None, optional: bool | None, *, annotated: bool, primary: bool) -> bool | None:
    for one in (node, hidden):
        said = one.get("nullable") if one is not None else None
        if said is not None:
            return {"True": True, "False": False}.get(said.name)
    if primary:
        return False
    return bool(optional) if annotated and optional is not None else not annotated


def _true(node: Node, key: str) -> bool:
    said = node.get(key)
    return said is not None and said.name == "True"


def _reference(node: Node) -> Reference | None:
    if not node.parts:
        return None
    to = node.parts[0]
    deleted = node.get("ondelete")
    on_delete = deleted.name.lower() if deleted is not None and deleted.kind == "text" else ""
    if to.kind not in ("text", "word"):
        return Reference("", (), on_delete)
    model, _, field = to.name.rpartition(".")
    return Reference(model, (field,), on_delete)


def _type(node: Node, world: World, depth: int = 0) -> tuple[str, str, str, int | None, bool]:
    """The kind of a type, as it is written, the enum, its length, whether it is a list."""
    name, written = node.last, node.last
    if name in ("ARRAY", "Array") and node.parts:
        kind, inner, enum, size, _ = _type(node.parts[0], world, depth + 1) if depth < 6 else ("", "", "", None, False)
        return kind, f"ARRAY({inner})", enum, size, True
    if name in ("as_mutable", "MutableList", "MutableDict") and node.parts and depth < 6:
        return _type(node.parts[0], world, depth + 1)
    if name in ("Enum", "ENUM", "ChoiceType"):
        first = node.parts[0] if node.parts else None
        return "enum", written, first.last if first is not None and first.kind == "word" else "", None, False
    if name in world.aliases and depth < 6 and (not kind_of(name) or world.aliases[name].last != name):
        return _type(world.aliases[name], world, depth + 1)
    length = next((one.name for one in (*node.parts[:1], *filter(None, [node.get("length")])) if one.name.isdecimal()), "")
    size = int(length) if length and len(length) < 7 else None
    kind = kind_of(name)
    if kind and node.parts and kind not in ("string", "text"):
        size = None
    return kind, written, "", size if kind in ("string", "text") else None, False


def _typed(annotation: Node, world: World, depth: int = 0) -> Typed:  # noqa: PLR0912
    """Kind, type as written, enum, whether it may be None, whether it is a list, and the column of an annotated type."""
    if depth > 8:
        return _UNTYPED
    name = annotation.last
    if annotation.kind == "text":
        return _typed(expression(annotation.name), world, depth + 1)
    if annotation.kind == "either":
        rest = [one for one in annotation.parts if one.name not in _NONE]
        kind, written, enum, _, many, hidden = _typed(rest[0], world, depth + 1) if len(rest) == 1 else _UNTYPED
        return kind, written, enum, len(rest) < len(annotation.parts), many, hidden
    if annotation.kind == "index":
        inner = annotation.parts[0] if annotation.parts else Node("other", "", 0, 0)
        if name in _WRAPPERS or name in ("Final",):
            return _typed(inner, world, depth + 1)
        if name == "Optional":
            kind, written, enum, _, many, hidden = _typed(inner, world, depth + 1)
            return kind, written, enum, True, many, hidden
        if name == "Union":
            return _typed(Node("either", annotation.name, 0, 0, annotation.parts), world, depth + 1)
        if name == "Annotated":
            kind, written, enum, optional, many, _ = _typed(inner, world, depth + 1)
            hidden = next((one for one in annotation.parts[1:] if is_column(one)), None)
            if hidden is not None:
                type_ = next((one for one in hidden.parts if kind_of(one.last)), None)
                if type_ is not None:
                    kind, written, *_ = _type(type_, world)
            return kind, written, enum, optional, many, hidden
        if name in ("list", "List", "Sequence"):
            kind, written, enum, _, _, _ = _typed(inner, world, depth + 1)
            return kind, f"list[{written}]", enum, False, True, None
        if name in ("dict", "Dict"):
            return "json", name, "", False, False, None
        if name == "Literal":
            return "enum", "Literal", "", False, False, None
    if name in world.aliases and depth < 6:
        return _typed(world.aliases[name], world, depth + 2)
    if name in world.enums:
        return "enum", name, name, False, False, None
    if name == "Any":
        return "", name, "", None, False, None
    return kind_of(name), name, "", False, False, None


def _words(node: Node) -> Iterator[str]:
    for one in node.parts:
        if one.kind in ("word", "text") and one.name not in _NONE:
            yield one.name
        yield from _words(one)


def _fields_of_sqlmodel(one: Class, value: Node | None) -> bool:
    """Whether a class that is no table itself may give columns to one that is: SQLModel's bases."""
    if one.table or not any(name.endswith("SQLModel") for name in one.bases):
        return False
    return value is None or value.kind != "call" or value.last == "Field"


def _of_sqlmodel(name: str, annotation: Node | None, value: Node | None, line: int, world: World) -> Iterator[Field]:
    if annotation is None or _is_relation(value) or annotation.last in _NO_COLUMN or name.startswith("_") or name == "model_config":
        return
    call = value if value is not None and value.kind == "call" and value.last == "Field" else None
    inner = call.get("sa_column") if call is not None else None
    if inner is not None and is_column(inner):
        yield column(name, None, inner, line, world)
        return
    made = column(name, annotation, Node("call", "", 0, 0, (), call.named if call is not None else ()), line, world)
    if call is not None:
        if (pointed := call.get("foreign_key")) is not None and pointed.kind == "text":
            model, _, field = pointed.name.rpartition(".")
            deleted = call.get("ondelete")
            made = replace(made, reference=Reference(model, (field,), deleted.name.lower() if deleted is not None else ""))
        size = call.get("max_length")
        if size is not None and size.name.isdecimal() and len(size.name) < 7:
            made = replace(made, length=int(size.name))
        if (type_ := call.get("sa_type")) is not None:
            kind, written, enum, length, many = _type(type_, world)
            made = replace(made, type=kind, written=written, enum=enum, length=length, list=many)
    elif value is not None and made.default == "":
        made = replace(made, default=value.name)
    yield made


def relations(one: Class, world: World) -> Iterator[Relation]:
    """The relations that stand in a class itself."""
    for name, annotation, value, line in one.said:
        if not _is_relation(value):
            continue
        assert value is not None
        words = list(_words(annotation)) if annotation is not None else []
        to = value.parts[0] if value.parts else value.get("argument")
        to = to.parts[0] if to is not None and to.kind == "arrow" and to.parts else to
        model = to.name if to is not None and to.kind in ("text", "word") else words[-1] if words else ""
        if annotation is not None and not model and annotation.kind in ("word", "text"):
            model = annotation.name
        model = re.split(r"[\[\]|\s]+", model.strip("[] "))[-1 if "[" in model else 0].rpartition(".")[2]
        yield Relation(name, _way(annotation, value), model, line, _keys(value))


def backs(one: Class, world: World) -> Iterator[tuple[str, Relation]]:
    """What the relations of a class give to the classes that they lead to, by the names of those."""
    there = {name: value for name, _, value, _ in one.said if value is not None}
    for relation in relations(one, world):
        said = there[relation.name].get("backref")
        inner = said.parts[0] if said is not None and said.kind == "call" and said.parts else said
        if said is None or inner is None or inner.kind != "text":
            continue
        single = said.get("uselist")
        alone = single is not None and single.name == "False"
        way: Way = "manyToMany" if relation.way == "manyToMany" else "hasOne" if alone else ""
        yield relation.model, Relation(inner.name, way, one.name, relation.line)


def _keys(value: Node) -> tuple[str, ...]:
    said = value.get("foreign_keys")
    if said is None:
        return ()
    parts = said.parts or (said,)
    return tuple(one.name.strip("[] ").rpartition(".")[2] for one in parts if one.kind in ("word", "text"))


def _way(annotation: Node | None, value: Node) -> Way:
    if value.get("secondary") is not None or value.get("link_model") is not None:
        return "manyToMany"
    if _true(value, "uselist"):
        return "hasMany"
    if annotation is not None:
        said = annotation.name + str([one.name for one in annotation.parts])
        if any(one in _every(annotation) for one in _MANY) or any(f"{one}[" in said for one in _MANY):
            return "hasMany"
    single = value.get("uselist")
    return "hasOne" if single is not None and single.name == "False" else ""


def _every(node: Node) -> list[str]:
    return [node.last, *(name for one in node.parts for name in _every(one))]


def of_table(node: Node, line: int, path: str, world: World) -> Iterator[Field]:
    """The columns of ``Table("name", metadata, Column("a", Integer), ...)``."""
    for one in node.parts[1:]:
        if is_column(one) and one.parts and one.parts[0].kind == "text":
            yield column(one.parts[0].name, None, one, line, world)


def arguments(one: Class, fields: Mapping[str, Field]) -> tuple[list[Index], tuple[str, ...]]:
    """The indexes of ``__table_args__``, those of columns that ask for one, and a primary key of several."""
    found, primary = constraints(one.extra.parts, fields, one.line) if one.extra is not None else ([], ())
    for name, _, said, line in one.said:
        value = _unwrapped(said)
        hidden = value if is_column(value) or (value is not None and value.last == "Field") else None
        if name in fields and hidden is not None and _true(hidden, "index"):
            found.append(Index((name,), _true(hidden, "unique"), line))
    return found, primary


def constraints(parts: Iterable[Node], fields: Mapping[str, Field], line: int) -> tuple[list[Index], tuple[str, ...]]:
    """The indexes, unique ones as well, and the primary key, among arguments of a table; foreign keys go into the fields."""
    found: list[Index] = []
    primary: tuple[str, ...] = ()
    by_column = {field.column: name for name, field in fields.items()}
    for one in parts:
        if one.kind != "call":
            continue
        names = tuple(by_column.get(each, each) for part in one.parts if (each := _column_name(part)))
        if one.last == "UniqueConstraint":
            found.append(Index(names, True, line))
        elif one.last == "Index" and len(one.parts) > 1:
            named = one.parts[0].kind == "text"
            found.append(Index(names[1:] if named else names, _true(one, "unique"), line))
        elif one.last == "PrimaryKeyConstraint":
            primary = names
        elif one.last == "ForeignKeyConstraint" and len(one.parts) > 1 and isinstance(fields, dict):
            _point(one, fields, by_column)
        elif is_column(one) and _true(one, "index") and one.parts[:1]:
            found.append(Index((by_column.get(one.parts[0].name, one.parts[0].name),), _true(one, "unique"), line))
    return found, primary


def _column_name(node: Node) -> str:
    if node.kind == "text":
        return node.name
    if node.kind == "word" or (node.kind == "call" and node.name.endswith((".desc", ".asc"))):
        return node.name.removesuffix(".desc").removesuffix(".asc").rpartition(".")[2]
    return ""


def _point(node: Node, fields: dict[str, Field], by_column: Mapping[str, str]) -> None:
    deleted = node.get("ondelete")
    for here, there in zip(node.parts[0].parts, node.parts[1].parts, strict=False):
        name = by_column.get(_column_name(here), "")
        model, _, column_ = there.name.rpartition(".")
        if name in fields:
            fields[name] = replace(fields[name], reference=Reference(model, (column_,), deleted.name.lower() if deleted else ""))


def taken_away(one: Class) -> Iterator[str]:
    """The columns of a class above that a class sets to None."""
    for name, annotation, value, _ in one.said:
        if annotation is None and value is not None and value.kind == "word" and value.name == "None":
            yield name
