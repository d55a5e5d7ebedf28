"""Where the models of code are not what a plan says of their tables: one difference for each fact."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from pytest_agentcompliance.parsing.models import Field, Index, Model, Models
from pytest_agentcompliance.parsing.models import stamps as times
from pytest_agentcompliance.parsing.models.differences import Difference, Level, paired, plain, singular
from pytest_agentcompliance.parsing.models.kinds import equal
from pytest_agentcompliance.parsing.plan import Plan, PlanTable

# What a plan, which is words, calls a type, and a database keeps as another.
_KEPT_AS = {
    "uuid": {"text"}, "datetime": {"text", "string", "integer", "bigint", "date"}, "date": {"datetime", "text", "string"},
    "boolean": {"integer"}, "json": {"string"}, "decimal": {"integer", "bigint", "text", "string"}, "float": {"integer"},
    "string": {"enum", "json"}, "text": {"enum", "json"}, "enum": {"string", "text"}, "time": {"string", "text", "datetime"},
    "interval": {"integer", "bigint", "string"},
}  # fmt: skip
_KEYS = {"integer": {"bigint"}, "bigint": {"integer"}}
_NAMED = re.compile(
    r"`([A-Za-z_]\w{0,99})`"
    r"|\b([a-z][a-z0-9]{0,50}(?:_[a-z0-9]{1,50}){1,9}|[a-z][a-z0-9]{0,50}(?:[A-Z][a-z0-9]{1,50}){1,9})\b"
)
_COMMON = 0.5  # of the plan's columns, below which a model is hardly its table
_TYPED = 3  # columns of a table of which the plan says the type: it says all that there is


Kind = Literal["index", "foreign key"]


@dataclass(frozen=True)
class Code:
    """The models, the texts of their files, and who knows whether a migration makes an index or a foreign key of columns."""

    models: Models
    texts: Mapping[str, str]
    elsewhere: Callable[[Kind, Model, Sequence[Field]], bool]


def named(text: str) -> frozenset[str]:
    """The names of columns that a plan may mean anywhere in its text: those in code, and those of several words."""
    return frozenset(plain(one) for found in _NAMED.finditer(text) for one in found.groups() if one)


def pairs(plan: Plan, models: Models) -> list[tuple[Model, PlanTable]]:
    """The models whose tables the plan states, with those; not those of which it says only that they are there."""
    by_model = {id(one.model): one for one in plan.tables}
    return [(one, by_model[id(said)]) for one, said in paired(Models(tuple(each.model for each in plan.tables)), models)]


def differences(plan: Plan, code: Code, path: str, mentioned: frozenset[str] = frozenset()) -> Iterator[Difference]:
    """Everything in which the models are not those of the plan at ``path``; what the plan leaves open is no difference.

    ``mentioned`` are names that plans have beside their tables: a column that one of them speaks of is no invention.
    """
    met = pairs(plan, code.models)
    lacking: dict[int, list[list[Difference]]] = {}
    for one, said in met:
        if said.kept:
            continue
        pair = _Pair(one, said, code, path, plan.soft, mentioned)
        if pair.is_other:
            # Said once: what else the two do not have in common may be because the plan speaks of something else.
            yield pair.other()
            yield from (replace(each, level="style") for each in (*pair.wrong(), *pair.missing()))
            continue
        yield from pair.wrong()
        lacking.setdefault(id(said), []).append(list(pair.missing()))
    # A table may be declared again where a part of it is used: what all of its models lack is missing.
    for parts in lacking.values():
        common = set.intersection(*({each.key for each in part} for part in parts))
        yield from (each for each in parts[0] if each.key in common)
    known = {id(one) for one, _ in met}
    for one in code.models.models if any(not each.named for each in plan.tables) else ():
        if id(one) not in known and not times.joins(one):
            what = f"the model {one.name[:100]} is not in the plan ({path})"
            yield Difference(("extra model", singular(one.name)), what, one.path, one.line, "style")


@dataclass(frozen=True)
class _Pair:
    """One model, and the table that the plan says it is."""

    one: Model
    said: PlanTable
    code: Code
    path: str
    all_soft: int  # the line of the plan that asks for soft delete of all
    mentioned: frozenset[str]

    @property
    def is_other(self) -> bool:
        """Whether the model has less than half of the plan's columns."""
        fields = self.said.model.fields
        return len(fields) >= _TYPED and not self.one.partial and len(self._matched()) < len(fields) * _COMMON

    def other(self) -> Difference:
        """That it is hardly the table of the plan."""
        what = f"it has {len(self._matched())} of the plan's {len(self.said.model.fields)} columns"
        return self._of(("columns",), what, self.one.line, self.said.line)

    def missing(self) -> Iterator[Difference]:
        """The columns, indexes and soft delete that the model does not have."""
        if self.one.partial:
            return
        matched = self._matched()
        for field in self.said.model.fields:
            if field.name not in matched:
                what = f"the column {field.name[:100]} is missing"
                yield self._of(("field", plain(field.name)), what, self.one.line, field.line)
        yield from self._indexes(matched)
        wanted = self.said.soft or (0 if self.said.not_soft or times.joins(self.one) else self.all_soft)
        # The plan's own column is told as one.
        own = any(times.is_soft(one.name) or one.line == wanted for one in self.said.model.fields)
        if wanted and not own and not times.soft(self.one, self.code.texts.get(self.one.path, "")):
            yield self._of(("soft",), "it has no soft delete", self.one.line, wanted)

    def wrong(self) -> Iterator[Difference]:
        """What the model has otherwise, and what the plan does not have."""
        matched = self._matched()
        for field in self.said.model.fields:
            if field.name in matched:
                yield from self._field(field, matched[field.name])
        known = {id(mine) for mine in matched.values()}
        fields = self.said.model.fields
        told = not self.said.model.partial and sum(bool(one.type) for one in fields) >= max(_TYPED, len(fields) / 2)
        for mine in self.one.fields if fields else ():
            if id(mine) in known or mine.primary or any(_is_time(name) for name in (mine.name, mine.column)):
                continue
            what = f"the column {mine.name[:100]} is not in the plan's table"
            level: Level = "breach" if told and self.mentioned.isdisjoint((plain(mine.name), plain(mine.column))) else "style"
            yield self._of(("extra field", plain(mine.name)), what, mine.line, self.said.line, level)
        own = times.soft(self.one, self.code.texts.get(self.one.path, ""))
        if self.said.not_soft and own:
            what = f"it has {own[:100]}, and the plan wants no soft delete"
            yield self._of(("hard",), what, self.one.line, self.said.line, "style")

    def _of(self, key: tuple[str, ...], what: str, line: int, told: int, level: Level = "breach") -> Difference:
        message = f"{self.one.name[:100]}: {what} ({self.path}:{told})"
        return Difference((singular(self.said.name), *key), message, self.one.path, line, level)

    def _matched(self) -> dict[str, Field]:
        """The model's field of each of the plan's: by name, as the key of what it names, or as the time that it is."""
        names = {plain(name.rpartition(".")[2]): one for one in reversed(self.one.fields) for name in (one.column, one.name)}
        found = times.stamps(self.one, self.code.texts.get(self.one.path, ""))
        own = {one.name: one for one in self.one.fields}
        matched: dict[str, Field] = {}
        for field in self.said.model.fields:
            said = plain(field.name)
            mine = names.get(said) or names.get(plain(field.column)) or names.get(f"{said}id")
            if mine is None and said.endswith("id"):
                mine = names.get(said[:-2]) if said[:-2] else None
            if mine is None and times.is_created(field.name):
                mine = own.get(found.created)
            if mine is None and times.is_updated(field.name):
                mine = own.get(found.updated)
            if mine is not None:
                matched[field.name] = mine
        return matched

    def _field(self, said: Field, mine: Field) -> Iterator[Difference]:
        key, title = plain(said.name), mine.name[:100]

        def of(fact: str, what: str, level: Level = "breach") -> Difference:
            return self._of((fact, key), f"{title} {what}", mine.line, said.line, level)

        many = said.list or mine.list
        if not many and not _same(said.type, mine.type):
            yield of("type", f"is {mine.written[:60] or mine.type} and not {said.enum or said.written[:60] or said.type}")
        if said.list and not mine.list and mine.type not in ("json", "text", "string", ""):
            yield of("list", "is not a list")
        if not said.primary and not mine.primary and said.nullable is not None and mine.nullable is not None and not many:
            if mine.nullable and not said.nullable:
                yield of("null", "may be null")
            elif said.nullable and not mine.nullable:  # a plan that says nothing of null is not as sure
                yield of("null", "may not be null", "style")
        if _unique(self.said.model, said) and not said.primary and not _unique(self.one, mine) and not mine.primary:
            yield of("unique", "is not unique")
        if said.reference is not None and mine.reference is None and not self.code.elsewhere("foreign key", self.one, [mine]):
            yield of("reference", f"has no foreign key to {said.reference.model[:100]}")
        elif said.reference is not None and mine.reference is not None and said.reference.on_delete:
            stated = mine.reference.on_delete
            if plain(stated) != plain(said.reference.on_delete):
                what = f"does {stated.upper()} on delete" if stated else "says nothing of on delete"
                yield of("on delete", f"{what} and not {said.reference.on_delete.upper()}", "breach" if stated else "style")

    def _indexes(self, matched: Mapping[str, Field]) -> Iterator[Difference]:
        by_column = {plain(one.column): one.name for one in self.said.model.fields}
        mine = [_columns(self.one, index) for index in self.one.indexes]
        mine += [(plain(one.column),) for one in self.one.fields if one.unique]
        key = tuple(one for one in self.one.fields if one.name in self.one.primary or (one.primary and not self.one.primary))
        mine.append(tuple(plain(one.column) for one in key))
        for index in self.said.model.indexes:
            fields = [self._indexed(name, matched, by_column) for name in index.fields]
            known = [one for one in fields if one is not None]
            if len(known) < len(fields) or not known:
                continue  # that the column is missing is said; what no column is, is an expression
            columns = tuple(plain(one.column) for one in known)
            if columns in mine or (len(columns) > 1 and any(set(columns) == set(one) for one in mine)):
                continue
            if self.code.elsewhere("index", self.one, known):
                continue
            near = any(one[: len(columns)] == columns for one in mine)  # serves the same questions
            what = f"the {'unique ' * index.unique}index over {', '.join(index.fields)[:200]} is missing"
            level: Level = "style" if near and not index.unique else "breach"
            yield self._of(("index", *columns), what, self.one.line, index.line, level)

    def _indexed(self, name: str, matched: Mapping[str, Field], by_column: Mapping[str, str]) -> Field | None:
        said = matched.get(name) or matched.get(by_column.get(plain(name), ""))
        names = (one for one in self.one.fields if plain(name) in (plain(one.name), plain(one.column)))
        return said or next(names, None)


def _same(said: str, is_: str) -> bool:
    is_ = "integer" if is_ == "number" else is_
    return equal(said, is_) or is_ in _KEPT_AS.get(said, ()) or is_ in _KEYS.get(said, ())


def _is_time(name: str) -> bool:
    return times.is_created(name) or times.is_updated(name) or times.is_soft(name)


def _columns(model: Model, index: Index) -> tuple[str, ...]:
    columns = {name: plain(field.column) for field in model.fields for name in (field.column, field.name)}
    return tuple(columns.get(name, plain(name)) for name in index.fields)


def _unique(model: Model, field: Field) -> bool:
    return field.unique or any(index.unique and index.fields in ((field.name,), (field.column,)) for index in model.indexes)
