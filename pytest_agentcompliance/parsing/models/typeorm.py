"""The entities of TypeORM: classes of several modules are read together, since one inherits columns from another."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pytest_agentcompliance.parsing.models import Enum, Field, Index, Model, Models, Reference, Relation, Way
from pytest_agentcompliance.parsing.models.expressions import Node
from pytest_agentcompliance.parsing.models.kinds import kind_of
from pytest_agentcompliance.parsing.models.scripts_code import Class, Module, Property

_COLUMNS = {
    "Column": "", "PrimaryColumn": "", "PrimaryGeneratedColumn": "integer", "CreateDateColumn": "datetime",
    "UpdateDateColumn": "datetime", "DeleteDateColumn": "datetime", "VersionColumn": "integer", "ObjectIdColumn": "",
}  # fmt: skip
_WAYS: dict[str, Way] = {"ManyToOne": "belongsTo", "OneToMany": "hasMany", "OneToOne": "hasOne", "ManyToMany": "manyToMany"}
_TYPES = {"string": "string", "number": "integer", "boolean": "boolean", "Date": "datetime", "Buffer": "bytes", "bigint": "bigint"}
_SNAKE = re.compile(r"(?:([a-z])([A-Z]))|(?:((?!^)[A-Z])([a-z]))")
_LITERALS = re.compile(r"\|?\s*(?:'[^'\n]*'|\"[^\"\n]*\")(?:\s*\|\s*(?:'[^'\n]*'|\"[^\"\n]*\"))*$")
_DEEPEST = 8


def read(modules: Mapping[str, Module]) -> Models:
    """The entities of the modules, and the enums that their columns are of; never fails."""
    classes: dict[str, list[Class]] = {}
    for module in modules.values():
        for one in module.classes:
            classes.setdefault(one.name, []).append(one)
    entities = [one for each in classes.values() for one in each if _decorator(one.decorators, "Entity", "ChildEntity")]
    models = [_model(one, classes) for one in entities]
    used = {field.enum for one in models for field in one.fields if field.enum}
    enums = [
        Enum(name, values, path, line)
        for path, module in modules.items()
        for name, (values, line) in module.enums.items()
        if name in used
    ]  # fmt: skip
    return Models(tuple(_keyed(one, models) for one in models), tuple(enums))


def _decorator(nodes: tuple[Node, ...], *names: str) -> Node | None:
    return next((one for one in nodes if one.name.lstrip("@").rpartition(".")[2] in names), None)


def _model(one: Class, classes: Mapping[str, list[Class]]) -> Model:
    entity = _decorator(one.decorators, "Entity")
    table = _titled(entity) if entity is not None else ""
    fields: dict[str, Field] = {}
    indexes: list[Index] = []
    relations: list[Relation] = []
    chain, partial = _line_of(one, classes)
    for each in reversed(chain):
        for property_ in each.properties:
            for field in _fields(property_, classes, 0):
                # The column of a relation may be a field of its own as well, in either order.
                old = fields.get(field.name)
                first, second = (old, field) if old is not None and not field.written else (field, old)
                pointed = second.reference if second is not None else None
                fields[field.name] = replace(first, reference=first.reference or pointed)
            relations += _relations(property_, fields)
            index = _decorator(property_.decorators, "Index")
            if index is not None and (keyed := _indexed(property_, fields)):
                indexes.append(Index(keyed, _is(_options(index), "unique"), property_.line))
        for node in each.decorators:
            indexes += _indexes(node, each.line)
    primary = tuple(name for name, field in fields.items() if field.primary)
    return Model(
        one.name, table or _snake(one.name), one.path, one.line, "typeorm", tuple(fields.values()), tuple(indexes),
        tuple(relations), primary, partial,
    )  # fmt: skip


def _indexed(one: Property, fields: Mapping[str, Field]) -> tuple[str, ...]:
    """The field that an index of a property is over: that of its key, where it is a relation."""
    made = next(iter(_key_field(one)), None)
    name = next((field.name for field in fields.values() if made is not None and field.column == made.column), one.name)
    return (name,) if name in fields else ()


def _line_of(one: Class, classes: Mapping[str, list[Class]]) -> tuple[list[Class], bool]:
    """A class and those above it, and whether one of them is not known."""
    chain = [one]
    while chain[-1].base and len(chain) <= _DEEPEST:
        base = next((each for each in classes.get(chain[-1].base, []) if each not in chain), None)
        if base is None:
            return chain, chain[-1].base.rpartition(".")[2] != "BaseEntity"
        chain.append(base)
    return chain, False


def _snake(name: str) -> str:
    return _SNAKE.sub(r"\1\3_\2\4", name).lower()


def _titled(node: Node) -> str:
    first = node.parts[0] if node.parts else None
    if first is not None and first.kind == "text":
        return first.name
    named = first.get("name") if first is not None else None
    return named.name if named is not None and named.kind == "text" else ""


def _options(node: Node) -> Node | None:
    return next((one for one in reversed(node.parts) if one.kind == "map"), None)


def _is(options: Node | None, key: str) -> bool:
    said = options.get(key) if options is not None else None
    return said is not None and said.name == "true"


def _fields(one: Property, classes: Mapping[str, list[Class]], depth: int) -> Iterator[Field]:
    node = _decorator(one.decorators, *_COLUMNS)
    if node is None:
        yield from _key_field(one)
        return
    name = node.name.lstrip("@").rpartition(".")[2]
    first = node.parts[0] if node.parts else None
    if first is not None and first.kind == "arrow":  # a class whose columns stand among those of this one
        inside = first.parts[0].name if first.parts else ""
        for each in classes.get(inside, [])[:1] if depth < _DEEPEST else ():
            for property_ in each.properties:
                for field in _fields(property_, classes, depth + 1):
                    title = one.name + field.column[:1].upper() + field.column[1:]
                    yield replace(field, name=f"{one.name}.{field.name}", column=title, line=one.line)
        return
    options = _options(node)
    said = options.get("type") if options is not None else None
    written = first.name if first is not None and first.kind == "text" else said.name if said is not None else ""
    typed = one.type.strip().removesuffix(";").strip()
    plain = re.sub(r"\s*\|\s*(?:null|undefined)\b", "", typed)
    kind = kind_of(written) if written else _COLUMNS[name] or _TYPES.get(plain, "string" if _LITERALS.match(plain) else "")
    if name == "PrimaryGeneratedColumn" and written:
        kind = {"uuid": "uuid", "rowid": "uuid", "increment": "integer", "identity": "integer"}.get(written, kind)
    if written in ("String", "Number", "Boolean", "Date"):
        kind = _TYPES[written.lower() if written != "Date" else written]
    enum = options.get("enum") if options is not None else None
    primary = name in ("PrimaryColumn", "PrimaryGeneratedColumn", "ObjectIdColumn") or _is(options, "primary")
    default = options.get("default") if options is not None else None
    named = options.get("name") if options is not None else None
    size = options.get("length") if options is not None else None
    length = int(size.name) if size is not None and re.fullmatch(r"[0-9]{1,6}", size.name) else None
    yield Field(
        one.name, named.name if named is not None and named.kind == "text" else one.name, "enum" if enum is not None else kind,
        written or plain, one.line, nullable=_is(options, "nullable") or name == "DeleteDateColumn",
        unique=_is(options, "unique"), primary=primary, list=_is(options, "array") or written == "simple-array",
        default=default.name if default is not None else "", length=length,
        enum=enum.name if enum is not None and enum.kind == "word" else "",
        reference=_reference(one),
    )  # fmt: skip


def _related(one: Property) -> tuple[Node | None, str]:
    """The decorator of a relation, and the class that it leads to."""
    node = _decorator(one.decorators, *_WAYS)
    if node is None or not node.parts:
        return node, ""
    first = node.parts[0]
    to = first.parts[0] if first.kind == "arrow" and first.parts else first
    return node, to.name.rpartition(".")[2] if to.kind in ("word", "text") else ""


def _reference(one: Property) -> Reference | None:
    node, model = _related(one)
    if node is None:
        return None
    join = _decorator(one.decorators, "JoinColumn")
    options = join.parts[0] if join is not None and join.parts else None
    to = options.get("referencedColumnName") if options is not None else None
    how = _options(node)
    deleted = how.get("onDelete") if how is not None else None
    return Reference(model, (to.name,) if to is not None else (), deleted.name.lower() if deleted is not None else "")


def _key_field(one: Property) -> Iterator[Field]:
    """The column that a relation makes: that of who points."""
    node, model = _related(one)
    if node is None or not model:
        return
    way = _WAYS[node.name.lstrip("@").rpartition(".")[2]]
    join = _decorator(one.decorators, "JoinColumn")
    if way != "belongsTo" and not (way == "hasOne" and join is not None):
        return
    options = join.parts[0] if join is not None and join.parts else None
    titled = options.get("name") if options is not None and options.kind == "map" else None
    title = titled.name if titled is not None and titled.kind == "text" else f"{one.name}Id"
    how = _options(node)
    strict = how.get("nullable") if how is not None else None
    yield Field(
        title, title, "", "", one.line, nullable=strict is None or strict.name != "false",
        unique=way == "hasOne", primary=_is(how, "primary") or _decorator(one.decorators, "PrimaryColumn") is not None,
        reference=_reference(one),
    )  # fmt: skip


def _relations(one: Property, fields: dict[str, Field]) -> Iterator[Relation]:
    node, model = _related(one)
    if node is None:
        return
    way = _WAYS[node.name.lstrip("@").rpartition(".")[2]]
    made = next(iter(_key_field(one)), None)
    key: tuple[str, ...] = ()
    if made is not None:
        way = "belongsTo"
        # The same column may be declared as a field of its own: it is one, with the reference.
        own = next((field for field in fields.values() if field.column == made.column and field.name != made.name), None)
        if own is not None:
            fields.pop(made.name, None)
            fields[own.name] = replace(own, reference=made.reference, unique=own.unique or made.unique)
        key = (own.name if own is not None else made.name,)
    yield Relation(one.name, way, model, one.line, key)


def _indexes(node: Node, line: int) -> Iterator[Index]:
    name = node.name.lstrip("@").rpartition(".")[2]
    if name not in ("Index", "Unique"):
        return
    listed = next((one for one in node.parts if one.kind in ("list", "arrow")), None)
    if listed is not None and listed.kind == "arrow":
        listed = listed.parts[0] if listed.parts else None
    if listed is not None:
        names = tuple(one.name.rpartition(".")[2] for one in listed.parts if one.kind in ("text", "word"))
        yield Index(names, name == "Unique" or _is(_options(node), "unique"), line)


def _keyed(one: Model, models: list[Model]) -> Model:
    """The model whose keys have the type of what they point at, and one column once."""
    by_name = {each.name: each for each in models}
    fields: dict[str, Field] = {}
    for field in one.fields:
        there = by_name.get(field.reference.model) if field.reference is not None else None
        keys = [each for each in there.fields if each.primary] if there is not None else []
        if not field.type and not field.written and keys:
            field = replace(field, type=keys[0].type, length=keys[0].length)  # noqa: PLW2901
        if field.reference is not None and not field.reference.fields and keys:
            field = replace(field, reference=replace(field.reference, fields=(keys[0].name,)))  # noqa: PLW2901
        same = next((name for name, each in fields.items() if each.column == field.column), None)
        if same is None:
            fields[field.name] = field
        else:
            fields[same] = replace(fields[same], reference=fields[same].reference or field.reference)
    return replace(one, fields=tuple(fields.values()))
