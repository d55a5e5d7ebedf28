"""The models of SQLAlchemy 1.4 and 2.0, Flask-SQLAlchemy and SQLModel: classes of several modules are read together."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from pytest_agentcompliance.parsing.models import Enum, Field, Index, Model, Models, Reference, Relation, Tool, Unread
from pytest_agentcompliance.parsing.models import sqlalchemy_columns as columns
from pytest_agentcompliance.parsing.models.expressions import Node
from pytest_agentcompliance.parsing.models.sqlalchemy_code import Class, Module, module

# What a file has that holds models, enums, or the bases and types of models.
_WORTH = re.compile(
    r"\b(?:__table(?:name|_args)?__|__abstract__|mapped_column|Mapped|declared_attr|SQLModel|TypeDecorator|DeclarativeBase)\b|\bColumn\("
    r"|\bAnnotated\[|\((?:\w+, ){0,3}(?:enum\.)?(?:Str|Int)?Enum\):"
)
_OURS = ("sqlalchemy", "sqlmodel", "db.Model", "db.Column", "Enum", "__tablename__")
_SNAKE = re.compile(r"((?<=[a-z0-9])[A-Z]|(?!^)[A-Z](?=[a-z]))")
_DEEPEST = 12  # classes above a class


def read(files: Mapping[str, str]) -> Models:
    """The models, tables and enums of all modules; never fails."""
    modules: dict[str, Module] = {}
    unread: list[Unread] = []
    for path, text in files.items():
        if any(sign in text for sign in _OURS) and _WORTH.search(text):
            one = module(text, path)
            if one is None:
                unread.append(Unread(path, 1, "no grammar could read the file"))
            else:
                modules[path] = one
    world = _World(modules)
    models = [*world.models(), *(_table(world, path, *one) for path, each in modules.items() for one in each.tables)]
    return Models(tuple(_finished(models, world.backs())), tuple(world.enums.values()), (*unread, *world.unread))


class _World:
    """All modules that were read: which class is meant where, and what it gets from those above it."""

    def __init__(self, modules: Mapping[str, Module]) -> None:
        self._modules = modules
        self.unread: list[Unread] = []
        self._classes: dict[str, list[Class]] = {}
        for one in modules.values():
            for each in one.classes:
                self._classes.setdefault(each.name, []).append(each)
        self.enums = {one.name: _enum(one) for each in modules.values() for one in each.classes if _is_enum(one)}
        self.aliases = {name: node for each in modules.values() for name, node in each.aliases.items()}
        self._mapped = {id(one): self._is_mapped(one) for each in modules.values() for one in each.classes}

    def models(self) -> Iterator[Model]:
        """The mapped classes; a class under another one's table gives its columns to that."""
        made: dict[int, Model] = {}
        guests: list[tuple[Class, Class]] = []
        for each in self._modules.values():
            for one in each.classes:
                if not self._mapped[id(one)]:
                    continue
                host = None if one.table or one.table_of is not None else self._host(one)
                if host is not None:
                    guests.append((one, host))
                else:
                    made[id(one)] = self._model(one)
        for one, host in guests:
            if (model := made.get(id(host))) is not None:
                there = {field.name for field in model.fields}
                added = tuple(field for field in columns.of_class(one, self) if field.name not in there)
                made[id(host)] = replace(model, fields=model.fields + added)
        yield from made.values()

    def backs(self) -> Iterator[tuple[str, Relation]]:
        """The relations that the other side declares, by the name of the class that gets them."""
        for each in self._modules.values():
            for one in each.classes:
                yield from columns.backs(one, self)

    def above(self, one: Class) -> list[Class]:
        """The classes that a class has its columns from, the nearest first; not those that have a table of their own."""
        found: list[Class] = []
        self._above(one, found, 0)
        return found

    def _above(self, one: Class, found: list[Class], depth: int) -> None:
        if depth > _DEEPEST or len(found) > 100:
            return
        for name in one.bases:
            base = self.meant(name, one)
            if base is not None and base is not one and not any(base is seen for seen in found):
                found.append(base)
                self._above(base, found, depth + 1)

    def meant(self, name: str, by: Class) -> Class | None:
        """The class that a name stands for in a module: its own, the imported one, or the only one."""
        there = self._classes.get(name.rpartition(".")[2], [])
        for one in there:
            if one.path == by.path and one is not by:
                return one
        imported = self._modules[by.path].imports.get(name.partition(".")[0], "")
        tail = imported.replace(".", "/").strip("/")
        for one in there:
            if tail and (one.path.endswith((f"{tail}.py", f"{tail}/__init__.py")) or f"/{tail}/" in f"/{one.path}"):
                return one
        return next((one for one in there if one is not by), None)

    def _is_mapped(self, one: Class) -> bool:
        if one.abstract or _is_enum(one):
            return False
        if one.declares and (not self._keyed(one) or re.search(r"Base|Mixin|Model$", one.name)):
            return False
        if one.table or one.table_of is not None or one.sqlmodel:
            return True
        tops = self.above(one)
        # A base that names the tables of all that inherit from it, or Flask's, which does so for whoever has a key.
        named = any(base.declares for base in tops)
        flask = any(name.endswith(("db.Model", "database.Model")) for base in (one, *tops) for name in base.bases)
        hosted = any(base.table and not base.abstract for base in tops)
        return (named or flask or hosted) and not (one.name.endswith("Mixin") and not self._keyed(one))

    def _keyed(self, one: Class) -> bool:
        return any(columns.is_column(node) for _, _, node, _ in one.said)

    def _host(self, one: Class) -> Class | None:
        """The class whose table it is in; None where it has its own."""
        if any(field.primary for field in columns.of_class(one, self)):
            return None
        return next((base for base in self.above(one) if self._mapped[id(base)] and self._keyed(base)), None)

    def _model(self, one: Class) -> Model:
        fields: dict[str, Field] = {}
        relations: dict[str, Relation] = {}
        indexes: list[Index] = []
        primary: tuple[str, ...] = ()
        tops = [base for base in self.above(one) if not self._mapped[id(base)]]
        for base in (*reversed(tops), one):
            fields.update((field.name, field) for field in columns.of_class(base, self))
            relations.update((relation.name, relation) for relation in columns.relations(base, self))
            more, key = columns.arguments(base, fields)
            indexes += more
            primary = key or primary
        for name in columns.taken_away(one):
            fields.pop(name, None)
        primary = primary or tuple(name for name, field in fields.items() if field.primary)
        tool: Tool = "sqlmodel" if one.sqlmodel else "sqlalchemy"
        partial = any(self._unknown(name, base) for base in (one, *tops) for name in base.bases)
        return Model(
            one.name, self._name(one, tops), one.path, one.line, tool, tuple(fields.values()), tuple(indexes),
            tuple(relations.values()), primary, partial,
        )  # fmt: skip

    def _unknown(self, name: str, by: Class) -> bool:
        """Whether a base may bring columns that nobody saw: it is none of the tree's, and its name says that it brings some."""
        return self.meant(name, by) is None and re.search(r"Mixin|(?<!Declarative)Base[A-Z]|Abstract|TableUUID", name) is not None

    def _name(self, one: Class, tops: list[Class]) -> str:
        if one.table and not one.declares:
            return one.table
        node = next((base.table_of for base in (one, *tops) if base.table_of is not None), None)
        if node is not None:
            return _told(node, one.name)
        return one.name.lower() if one.sqlmodel else _SNAKE.sub(r"_\1", one.name).lower().lstrip("_")


def _told(node: Node, name: str) -> str:
    """The name of a table that a function of the class gives, where it is one of the usual; empty otherwise."""
    written = re.sub(r"\s", "", node.name + "".join(f".{one.name}()" for one in node.then))
    if node.kind == "text":
        return node.name
    if node.kind in ("call", "word") and re.fullmatch(r"cls\.__name__\.lower", node.name):
        return name.lower()
    if node.kind == "other" and (ending := re.fullmatch(r"cls\.__name__\.lower\(\)\+[\"'](\w+)[\"']", written)):
        return name.lower() + ending[1]
    if node.kind == "other" and (around := re.fullmatch(r"(\w*)\{cls\.__name__\.lower\(\)\}(\w*)", written)):
        return around[1] + name.lower() + around[2]
    if node.kind == "word" and node.name == "cls.__name__":
        return name
    return ""


def _table(world: _World, path: str, name: str, node: Node, line: int) -> Model:
    """A table that is no class."""
    fields = {field.name: field for field in columns.of_table(node, line, path, world)}
    indexes, primary = columns.constraints(node.parts, fields, line)
    primary = primary or tuple(key for key, field in fields.items() if field.primary)
    return Model(name, name, path, line, "sqlalchemy", tuple(fields.values()), tuple(indexes), (), primary)


def _is_enum(one: Class) -> bool:
    return any(name.rpartition(".")[2] in ("Enum", "StrEnum", "IntEnum", "TextChoices") for name in one.bases)


def _enum(one: Class) -> Enum:
    told = [(name, node) for name, _, node, _ in one.said if node is not None and not name.startswith("_")]
    said = [(name, node.name if node.kind == "text" else name) for name, node in told]
    return Enum(one.name, tuple(name for name, _ in said), one.path, one.line, tuple(text for _, text in said))


def _finished(models: list[Model], backs: Iterable[tuple[str, Relation]]) -> Iterator[Model]:
    """The models with what only all of them tell: which way a relation goes, and the type of a key that points elsewhere."""
    tables = {one.table: one for one in models if one.table}
    names = {one.name: one for one in models}
    more: dict[str, list[Relation]] = {}
    for name, relation in backs:
        more.setdefault(name, []).append(relation)
    for one in models:
        fields = tuple(_typed(field, tables, names, 0) for field in one.fields)
        to = {found.name: field.name for field in fields if (found := _model_of(field.reference, tables, names)) is not None}
        known = {each.name for each in one.relations}
        relations = (*one.relations, *(each for each in more.get(one.name, ()) if each.name not in known))
        yield replace(one, fields=fields, relations=tuple(_directed(each, to, one) for each in relations))


def _model_of(reference: Reference | None, tables: Mapping[str, Model], names: Mapping[str, Model]) -> Model | None:
    if reference is None:
        return None
    return tables.get(reference.model) or names.get(reference.model) or tables.get(reference.model.rpartition(".")[2])


def _typed(field: Field, tables: Mapping[str, Model], names: Mapping[str, Model], depth: int) -> Field:
    found = _model_of(field.reference, tables, names)
    if field.written or found is None or field.reference is None or depth > 4:
        return field
    for other in found.fields:
        if {other.name, other.column} & set(field.reference.fields):
            told = _typed(other, tables, names, depth + 1) if other is not field else other
            return replace(field, type=told.type or field.type, length=told.length, enum=told.enum)
    return field


def _directed(one: Relation, to: Mapping[str, str], of: Model) -> Relation:
    """Who has the key of a relation belongs to the other; a list is had."""
    if one.way in ("hasMany", "manyToMany"):
        return one
    if one.model in to and (one.model != of.name or one.key):
        return replace(one, way="belongsTo", key=one.key or (to[one.model],))
    return replace(one, way=one.way or "hasMany", key=())
