"""Where the models of code are not what the schema JSON says: one difference for each fact."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Literal

from pytest_agentcompliance.parsing.models import Enum, Field, Index, Model, Models, Relation
from pytest_agentcompliance.parsing.models.kinds import equal

Level = Literal["breach", "style"]
# What programmers add to the name of a model, and to that of a table's variable.
_DRESS = re.compile(r"(?:_?(?:Model|Entity|ORM|Orm|Table|Record|Row|Schema|DB|Db))$|^(?:DB|Db|T)(?=[A-Z])")
_OPPOSITE = {"belongsTo": ("hasMany", "hasOne"), "hasMany": ("belongsTo",), "hasOne": ("belongsTo",), "manyToMany": ("manyToMany",)}


@dataclass(frozen=True, slots=True)
class Difference:
    """One fact that is not as the contract has it. ``key`` says which, without lines: equal at base and at head, it is no news."""

    key: tuple[str, ...]
    message: str
    path: str
    line: int
    level: Level = "breach"


@lru_cache(maxsize=16384)  # each name is compared with all others
def plain(name: str) -> str:
    """A name as it is compared: createdAt, created_at and "created-at" are one."""
    return re.sub(r"[^a-z0-9]", "", name.lower())


@lru_cache(maxsize=16384)
def singular(name: str) -> str:
    """A name of a model or table as it is compared: User, users and user_table are one."""
    said = plain(_DRESS.sub("", name) or name)
    if said.endswith("ies") and len(said) > 4:
        return said[:-3] + "y"
    if said.endswith(("sses", "xes", "ches", "shes", "zes", "uses")):
        return said[:-2]
    return said[:-1] if said.endswith("s") and not said.endswith(("ss", "us", "is")) else said


def differences(contract: Models, code: Models) -> Iterator[Difference]:
    """Everything in which the code's models are not those of the contract, in the order of the contract."""
    pairs = paired(contract, code)
    both = _Both(contract, code, pairs)
    for said in contract.models:
        found = [one for one, other in pairs if other is said]
        if not found:
            what = f"the model {said.name[:100]} is not in the code"
            yield Difference(("model", singular(said.name)), what, said.path, said.line)
        lacking: list[list[Difference]] = []
        for one in found:
            pair = _Pair(said, one, both)
            yield from pair.wrong()
            lacking.append(list(pair.missing()))
        # A table may be declared again where a part of it is used: what all of its models lack is missing.
        common = set.intersection(*({each.key for each in part} for part in lacking)) if lacking else set()
        yield from (each for each in (lacking[0] if lacking else ()) if each.key in common)
    known = {id(one) for one, _ in pairs}
    for one in code.models:
        if id(one) not in known and not _joins(one, contract, pairs):
            what = f"the model {one.name[:100]} is not in the schema JSON"
            yield Difference(("extra model", singular(one.name)), what, one.path, one.line)
    yield from _enums(contract, code)


def paired(contract: Models, code: Models) -> list[tuple[Model, Model]]:
    """Each model of the code with that of the contract which it is: by its name or table, else by what both come down to."""
    tables = {plain(one.table): one for one in contract.models if one.table}
    names = {plain(one.name): one for one in contract.models}
    loose = {singular(one.name): one for one in reversed(contract.models)}
    loose |= {singular(one.table): one for one in reversed(contract.models) if one.table and singular(one.table) not in loose}
    pairs: list[tuple[Model, Model]] = []
    for one in code.models:
        sure = tables.get(plain(one.table)) if one.table else None
        found = sure or names.get(plain(one.name)) or loose.get(singular(one.name)) or loose.get(singular(one.table))
        if found is not None:
            pairs.append((one, found))
    return pairs


def _joins(one: Model, contract: Models, pairs: list[tuple[Model, Model]]) -> bool:
    """Whether a table of the code only joins two models that the contract relates many to many."""
    ends = {singular(other) for field in one.fields if field.reference is not None for other in [field.reference.model]}
    known = {name: said for code, said in pairs for name in (singular(code.name), singular(code.table))}
    models = [known[end] for end in ends if end in known]
    return any(
        relation.way == "manyToMany" and any(_same(relation.model, said) for said in models)
        for model in models
        for relation in model.relations
    )  # fmt: skip


def _enums(contract: Models, code: Models) -> Iterator[Difference]:
    there = {plain(one.name): one for one in code.enums}
    for said in contract.enums:
        one = _enum(said.name, there)
        if one is None or not one.values or not said.values:
            continue
        theirs, texts = set(map(plain, said.values)), one.texts or one.values
        ours = set(map(plain, (*one.values, *texts)))  # SQLAlchemy keeps the names unless it is told otherwise
        missing = [value for value in said.values if plain(value) not in ours]
        more = [value for value, text in zip(one.values, texts, strict=False) if theirs.isdisjoint((plain(value), plain(text)))]
        for value in missing:
            what = f"the enum {one.name[:100]} lacks {value[:100]}"
            yield Difference(("value", plain(said.name), value), what, one.path, one.line)
        for value in more:
            what = f"the enum {one.name[:100]} has {value[:100]}, which the schema JSON does not have"
            yield Difference(("extra value", plain(said.name), value), what, one.path, one.line)


def _enum(name: str, there: dict[str, Enum]) -> Enum | None:
    return there.get(plain(name)) or there.get(plain(name) + "enum") or there.get(plain(name).removesuffix("enum"))


@dataclass(frozen=True)
class _Both:
    """The contract and the code, and which model of the one is which of the other."""

    contract: Models
    code: Models
    pairs: Sequence[tuple[Model, Model]]

    @cached_property
    def contracted(self) -> dict[str, Model]:
        """The contract's models by the names and tables of the code's."""
        found: dict[str, Model] = {}
        for one, said in self.pairs:
            for name in filter(None, (one.name, one.table)):
                found.setdefault(name, said)
        return found

    @cached_property
    def other(self) -> dict[str, tuple[Model, Model]]:
        """The pairs by what the names of the contract's models and tables come down to."""
        found: dict[str, tuple[Model, Model]] = {}
        for pair in self.pairs:
            for name in filter(None, (plain(pair[1].name), plain(pair[1].table), singular(pair[1].name))):
                found.setdefault(name, pair)
        return found

    def pair(self, name: str) -> tuple[Model, Model] | None:
        """The pair of a model that the contract names."""
        return self.other.get(plain(name)) or self.other.get(singular(name))

    @cached_property
    def singles(self) -> list[tuple[Model, Relation]]:
        """The relations of the contract by which a model has one of another at most."""
        return [(model, one) for model in self.contract.models for one in model.relations if one.way == "hasOne"]


@dataclass(frozen=True)
class _Pair:
    """One model of the contract, and the code's."""

    said: Model
    one: Model
    both: _Both

    def missing(self) -> Iterator[Difference]:
        """The fields, indexes and relations that the code's model does not have."""
        matched = self._matched()
        for field in self.said.fields if not self.one.partial else ():
            if field.name not in matched:
                yield self._of(("field", plain(field.name)), f"the field {field.name[:100]} is missing", self.one.line)
        yield from self._indexes(matched)
        yield from self._relations()

    def wrong(self) -> Iterator[Difference]:
        """What the code's model has, and has otherwise."""
        said, one = self.said, self.one
        if said.table and one.table and plain(said.table) != plain(one.table):
            yield self._of(("table",), f"its table is {one.table[:100]} and not {said.table[:100]}", one.line)
        matched = self._matched()
        for field in said.fields:
            mine = matched.get(field.name)
            if mine is not None:
                yield from self._field(field, mine)
        known = {id(mine) for mine in matched.values()}
        for mine in one.fields:
            if id(mine) not in known:
                what = f"the field {mine.name[:100]} is not in the schema JSON"
                yield self._of(("extra field", plain(mine.name)), what, mine.line)
        yield from self._more_indexes(matched)

    def _of(self, key: tuple[str, ...], what: str, line: int, level: Level = "breach") -> Difference:
        return Difference((singular(self.said.name), *key), f"{self.one.name[:100]}: {what}", self.one.path, line, level)

    def _matched(self) -> dict[str, Field]:
        """The code's field of each of the contract's, by name or column."""
        names = {plain(mine.name): mine for mine in self.one.fields}
        columns = {plain(mine.column): mine for mine in self.one.fields}
        found: dict[str, Field] = {}
        for field in self.said.fields:
            for name in (plain(field.name), plain(field.column)):
                mine = names.get(name) or columns.get(name)
                if mine is not None:
                    found[field.name] = mine
                    break
        return found

    def _field(self, said: Field, mine: Field) -> Iterator[Difference]:
        key, title = plain(said.name), mine.name[:100]

        def of(fact: str, what: str, level: Level = "breach") -> Difference:
            return self._of((fact, key), what, mine.line, level)

        yield from self._typed(said, mine)
        if said.column != said.name and plain(said.column) != plain(mine.column):
            yield of("column", f"{title} is the column {mine.column[:100]} and not {said.column[:100]}")
        if said.nullable is not None and mine.nullable is not None and said.nullable != mine.nullable and not mine.list:
            yield of("null", f"{title} may {'' if mine.nullable else 'not '}be null")
        if said.primary != mine.primary:
            yield of("primary", f"{title} is {'' if mine.primary else 'not '}in the primary key")
        elif not said.primary or len(self.said.primary) > 1:
            ours, theirs = _is_unique(self.one, mine), _is_unique(self.said, said) or self._single(said)
            if ours != theirs and not (ours and self._single(said)):
                yield of("unique", f"{title} is {'' if ours else 'not '}unique")
        if said.reference is not None:
            yield from self._reference(said, mine)

    def _typed(self, said: Field, mine: Field) -> Iterator[Difference]:
        key, title = plain(said.name), mine.name[:100]
        what = f"{title} is {mine.written[:60] or mine.type} and not {said.enum or said.written[:60] or said.type}"
        if said.list != mine.list and said.type and not (said.list and mine.type in ("json", "text", "")):
            many = f"{title} is {'' if mine.list else 'not '}a list"
            yield self._of(("list", key), many, mine.line)
        elif said.list and not mine.list:
            return  # a list in a column of JSON
        elif said.type == "enum" and mine.type in ("string", "text"):
            # Databases without enums hold texts.
            yield self._of(("type", key), what, mine.line, "style")
        elif self.one.tool in ("prisma", "typeorm") and said.type in ("date", "time") and mine.type == "datetime":
            yield self._of(("type", key), what, mine.line, "style")
        elif not equal(said.type, mine.type):
            yield self._of(("type", key), what, mine.line)
        elif said.enum and mine.enum and _enum(said.enum, {plain(mine.enum): _SOME}) is None:
            yield self._of(("enum", key), f"{title} is of the enum {mine.enum[:60]} and not {said.enum[:60]}", mine.line)
        elif said.length and mine.length and said.length != mine.length:
            yield self._of(("length", key), f"{title} has {mine.length} characters and not {said.length}", mine.line)

    def _single(self, said: Field) -> bool:
        """Whether the contract gives the other side one of these at most: its key is unique then."""
        return any(
            _same(relation.model, self.said)
            and (not relation.key or plain(said.name) in map(plain, relation.key) or plain(said.column) in map(plain, relation.key))
            and said.reference is not None and _same(said.reference.model, model)
            for model, relation in self.both.singles
        )  # fmt: skip

    def _reference(self, said: Field, mine: Field) -> Iterator[Difference]:
        assert said.reference is not None
        key, title, to = plain(said.name), mine.name[:100], said.reference
        if mine.reference is None:
            yield self._of(("reference", key), f"{title} has no foreign key to {to.model[:100]}", mine.line)
            return
        model = self._contracted(mine.reference.model)
        if model is not None and not _same(to.model, model):
            what = f"{title} points at {mine.reference.model[:100]} and not at {to.model[:100]}"
            yield self._of(("reference", key), what, mine.line)
        elif to.on_delete and plain(to.on_delete) != plain(mine.reference.on_delete):
            said_, stated = to.on_delete.upper(), mine.reference.on_delete.upper()
            what = f"{title} does {stated} on delete and not {said_}" if stated else f"{title} does not say {said_} on delete"
            yield self._of(("on delete", key), what, mine.line, "breach" if stated else "style")

    def _contracted(self, name: str) -> Model | None:
        """The contract's model that a name of the code's stands for: a model, a table, a class."""
        return self.both.contracted.get(name) or self.both.contracted.get(name.rpartition(".")[2])

    def _indexes(self, matched: dict[str, Field]) -> Iterator[Difference]:
        mine = [(self._columns(self.one, index), index) for index in self.one.indexes]
        single = len(self.one.primary) == 1
        alone = {(plain(field.column),) for field in self.one.fields if field.unique or (field.primary and single)}
        keys = {columns for columns, _ in mine} | alone
        unique = {columns for columns, index in mine if index.unique} | alone
        key = tuple(plain(field.column) for name in self.one.primary for field in self.one.fields if field.name == name)
        for index in self.said.indexes:
            fields = [matched.get(name) or self._by_column(name, matched) for name in index.fields]
            if any(field is None for field in fields):
                continue  # that the field is missing is said
            columns = tuple(plain(field.column) for field in fields if field is not None)
            title = ", ".join(index.fields)[:200]
            if columns == key or (len(columns) == 1 and index.unique):
                continue  # a unique field is told as one
            if columns not in keys:
                yield self._of(("index", *columns), f"the {'unique ' * index.unique}index over {title} is missing", self.one.line)
            elif index.unique and columns not in unique:
                yield self._of(("unique index", *columns), f"the index over {title} is not unique", self.one.line)

    def _more_indexes(self, matched: dict[str, Field]) -> Iterator[Difference]:
        """The indexes that the contract does not have."""
        known = {(plain(field.column),) for field in matched.values()}
        said = [[matched.get(name) or self._by_column(name, matched) for name in index.fields] for index in self.said.indexes]
        told = {tuple(plain(field.column) for field in fields if field is not None) for fields in said}
        for index in self.one.indexes:
            columns = self._columns(self.one, index)
            if columns in told or not columns or len(columns) != len(index.fields):
                continue
            if any((column,) not in known for column in columns) or (len(columns) == 1 and index.unique):
                continue  # the field is told: that it is not in the contract, or that it is unique
            title = ", ".join(index.fields)[:200]
            level: Level = "breach" if index.unique else "style"
            what = f"the {'unique ' * index.unique}index over {title} is not in the schema JSON"
            yield self._of(("extra index", *columns), what, index.line, level)

    def _by_column(self, name: str, matched: dict[str, Field]) -> Field | None:
        said = (one for one in self.said.fields if plain(name) in (plain(one.name), plain(one.column)))
        return next((matched[one.name] for one in said if one.name in matched), None)

    @staticmethod
    def _columns(model: Model, index: Index) -> tuple[str, ...]:
        columns = {name: plain(field.column) for field in model.fields for name in (field.column, field.name)}
        return tuple(columns[name] for name in index.fields if name in columns)

    def _relations(self) -> Iterator[Difference]:
        for relation in self.said.relations:
            if self.both.pair(relation.model) is None or (relation.way == "belongsTo" and self._told(relation)):
                continue
            way = self._way(relation)
            title = f"{relation.name} ({relation.way or 'a relation'} with {relation.model[:100]})"
            if way is None:
                yield self._of(("relation", plain(relation.name)), f"the relation {title[:200]} is missing", self.one.line)
            elif way:
                line = next((mine.line for mine in self.one.relations if plain(mine.name) == plain(relation.name)), self.one.line)
                yield self._of(("relation", plain(relation.name)), f"the relation {title[:200]} is {way}", line)

    def _told(self, relation: Relation) -> bool:
        """Whether the relation's foreign key is missing, which is told of its field."""
        keys = [one for one in self.said.fields if one.reference is not None and _names(one.reference.model, relation.model)]
        matched = self._matched()
        return bool(keys) and all(one.name in matched and matched[one.name].reference is None for one in keys)

    def _way(self, relation: Relation) -> str | None:
        """Empty where the code has the relation, None where it has none, else what it is instead."""
        other = self.both.pair(relation.model)
        if other is None:  # that the model is missing is said
            return ""
        ours = [mine for mine in self.one.relations if self._leads(mine.model, other[1])]
        named = [mine for mine in ours if plain(mine.name) == plain(relation.name)] or ours
        if any(not relation.way or mine.way in (relation.way, "") for mine in named):
            return ""
        if named and not (named[0].way in ("hasOne", "hasMany") and relation.way in ("hasOne", "hasMany") and len(named) > 1):
            return named[0].way
        # What the database holds of it: a foreign key on one of the two, or a table between them.
        here = any(self._points(field, other[1]) for field in self.one.fields)
        there = any(self._points(field, self.said) for field in other[0].fields)
        if relation.way == "manyToMany":
            if any(self._between(one, other[1]) for one in self.both.code.models):
                return ""
        elif (relation.way != "belongsTo" and there) or (relation.way in ("belongsTo", "") and here):
            return ""
        backs = [one for one in other[0].relations if self._leads(one.model, self.said)]
        return "" if any(one.way in _OPPOSITE.get(relation.way, ()) for one in backs) else None

    def _between(self, one: Model, other: Model) -> bool:
        ends = [self._contracted(field.reference.model) for field in one.fields if field.reference is not None]
        return any(end is self.said for end in ends) and any(end is other for end in ends)

    def _leads(self, name: str, to: Model) -> bool:
        return self._contracted(name) is to

    def _points(self, field: Field, to: Model) -> bool:
        return field.reference is not None and self._contracted(field.reference.model) is to


def _names(one: str, other: str) -> bool:
    return singular(one) == singular(other)


_SOME = Enum("", (), "", 0)


def _same(name: str, model: Model) -> bool:
    """Whether a name in the contract is that of a model, or of its table."""
    said = plain(name)
    return said in (plain(model.name), plain(model.table)) or singular(name) == singular(model.name)


def _is_unique(model: Model, field: Field) -> bool:
    """Whether a field alone is unique: by itself, or by an index over it."""
    return field.unique or any(index.unique and index.fields in ((field.name,), (field.column,)) for index in model.indexes)
