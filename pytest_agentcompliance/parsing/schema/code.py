"""The models of Drizzle, TypeORM, Sequelize, SQLAlchemy, SQLModel, Django and GORM, as the grammar tells them."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from typing import Any

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.grammar import Match
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.schema import Fact
from pytest_agentcompliance.parsing.schema.tight import tight

_TABLE = r"^(?:\w+\.)?(?:(?:pg|mysql|sqlite|singlestore|mssql|cockroach)?[tT]able|create\w*Table)$"
_DEFINE = r"^(?:\w+\.)?(?:define|init)$"
_QUOTED = re.compile(r"\s*\(\s*[\"'`]([^\"'`\n]{1,100})[\"'`]")
_COLUMNS = (
    r"@(?:Column|PrimaryColumn|PrimaryGeneratedColumn|CreateDateColumn|UpdateDateColumn|DeleteDateColumn|VersionColumn|JoinColumn"
    r"|JoinTable|ForeignKey|Property|PrimaryKey|Enum)\b"
)
_LITERALS = re.compile(r":\s*'[^';\n]{0,100}'(?:\s*\|\s*'[^';\n]{0,100}'){0,50}")  # a type of texts is text to the database
_ENTITY = re.compile(r"@Entity\b(?:\(\s*(?:\{[^{}]{0,300}?name\s*:\s*)?[\"'`]?([\w.]{1,100})?)?|@Table\b")


def scripts(text: str, name: str, code: str) -> Iterator[Fact]:
    """Drizzle's tables and enums, TypeORM's entities, Sequelize's definitions."""
    yield from _tables(text, name, code)
    if "@Entity" in code or "@Column" in code:
        yield from _entities(text, name, code)


def _tables(text: str, name: str, code: str) -> Iterator[Fact]:
    called = f"{_TABLE}|{_DEFINE}|^(?:\\w+\\.)?(?:pg|mysql)Enum$|\\.enum$"
    call: dict[str, Any] = {"kind": "call_expression", "has": {"field": "function", "regex": called}}
    pair = {
        "kind": "pair",
        "inside": {"kind": "object", "inside": {"kind": "arguments", "inside": {"kind": "call_expression", "has": call["has"]}}},
        "all": [{"has": {"field": "key", "pattern": "$KEY"}}, {"has": {"field": "value", "pattern": "$VALUE"}}],
    }
    asked = {"rule": {**call, "all": [{"has": {"field": "function", "pattern": "$KEY"}}]}}, {"rule": pair}
    found = grammar.find([(one, ("KEY", "VALUE")) for one in asked], name, text) if name else None
    calls = [one for one in found or () if one.pattern == 0]
    line = Lines(text)
    for one in calls:
        function = code[slice(*one.held[0])] if one.held[0] else ""
        rest = code[one.held[0][1] if one.held[0] else one.start : one.end]
        named = _QUOTED.match(rest)
        if re.search(r"[eE]num$", function) and named:
            yield Fact("drizzle", named[1], "", tight(rest), line(one.start))
    starts = [one.start for one in calls]
    for one in found or ():
        if one.pattern != 1 or not one.held[0] or not one.held[1]:
            continue
        around = next((call for call in reversed(calls[: bisect_right(starts, one.start)]) if call.end >= one.end), None)
        if around is None or not around.held[0]:
            continue
        function, head = code[slice(*around.held[0])], code[around.held[0][1] : one.start]
        value = code[slice(*one.held[1])]
        if re.search(_DEFINE, function):
            if "DataTypes" not in code and "Sequelize" not in code:
                continue
            owner = _QUOTED.match(head)
            table = owner[1] if owner else function.rpartition(".")[0]
            yield Fact("sequelize", table, code[slice(*one.held[0])].strip("\"'"), tight(value), line(one.start))
        elif (owner := _QUOTED.match(head)) and "(" in value:
            yield Fact("drizzle", owner[1], code[slice(*one.held[0])].strip("\"'"), tight(value), line(one.start))


def _entities(text: str, name: str, code: str) -> Iterator[Fact]:
    field = {"kind": "public_field_definition", "regex": _COLUMNS, "has": {"field": "name", "pattern": "$KEY"}}
    owner = {"kind": "class_declaration", "has": {"field": "name", "pattern": "$KEY"}}
    found = grammar.find([({"rule": owner}, ("KEY",)), ({"rule": field}, ("KEY",))], name, text)
    classes = [one for one in found or () if one.pattern == 0]
    line = Lines(text)
    tables = {at.start: _entity(code[max(0, at.start - 600) : at.start]) for at in classes}
    for one in found or ():
        if one.pattern == 1 and one.held[0] and (around := _around(classes, one)) is not None:
            entity = tables[around.start]
            table = entity or _name(around, code)
            if entity is None:
                continue
            start, end = one.held[0]
            declared = code[one.start : end] + _LITERALS.sub(": string", code[end : one.end])
            yield Fact("typeorm", table, code[start:end], tight(declared), line(start))


def _entity(before: str) -> str | None:
    """The table that the decorator of a class names, empty where it names none; None where the class is no entity."""
    found = list(_ENTITY.finditer(before))
    if not found or re.search(r"\bclass\b|^\}", before[found[-1].end() :], re.MULTILINE):
        return None
    return found[-1][1] or ""


def python(text: str, code: str) -> Iterator[Fact]:
    """SQLAlchemy's and SQLModel's columns, Django's fields."""
    owner = {"kind": "class_definition", "has": {"field": "name", "pattern": "$KEY"}}
    field = {
        "kind": "assignment",
        "has": {"field": "left", "kind": "identifier", "pattern": "$KEY"},
        "inside": {"kind": "expression_statement", "inside": {"kind": "block", "inside": {"kind": "class_definition"}}},
    }
    table = {
        "kind": "call",
        "all": [
            {"has": {"field": "function", "regex": r"^(?:\w+\.)?Table$"}},
            {"has": {"field": "arguments", "has": {"kind": "string", "nthChild": 1, "pattern": "$KEY"}}},
        ],
    }
    found = grammar.find([({"rule": one}, ("KEY",)) for one in (owner, field, table)], "python", text)
    classes = [one for one in found or () if one.pattern == 0]
    line = Lines(text)
    for one in found or ():
        if not one.held[0]:
            continue
        name = code[slice(*one.held[0])]
        if one.pattern == 1 and (around := _around(classes, one)) is not None:
            said = _of_class(code[one.start : one.end], name, code[around.start : around.end])
            if said:
                yield Fact(said, _name(around, code), name, tight(_modern(code[one.start : one.end])), line(one.start))
        elif one.pattern == 2 and re.search(r"\bColumn\(", code[one.start : one.end]):
            yield Fact("sqlalchemy", name.strip("\"'"), "", tight(code[one.start : one.end]), line(one.start))


# Two ways to write one type.
_OPTIONAL = re.compile(r"\b(?:typing\.)?Optional\[([^\[\]\n]{1,200}(?:\[[^\[\]\n]{0,200}\])?)\]")
_CONTAINER = re.compile(r"\b(?:typing\.)?(Dict|List|Set|Tuple|Type)\[")
_SQLALCHEMY = re.compile(r"=\s*(?:\w+\.){0,3}(?:Column|mapped_column)\(")
_DJANGO = re.compile(r"=\s*(?:\w+\.){1,3}(?:\w*Field|ForeignKey)\(")


def _modern(said: str) -> str:
    """An annotation as newer Python writes it: a change of that alone changes no column."""
    return _CONTAINER.sub(lambda found: f"{found[1].lower()}[", _OPTIONAL.sub(r"\1 | None", said[:4000]))


def _of_class(said: str, name: str, around: str) -> str:
    """The tool whose column an assignment in a class is; empty where it is none."""
    head = around[:400].partition("\n")[0]
    if name in ("__tablename__", "__table_args__"):
        return "sqlalchemy" if name == "__tablename__" or "__tablename__" in around else ""
    if _SQLALCHEMY.search(said):
        return "sqlalchemy"
    if "__tablename__" in around and re.match(r"\w+\s*:\s*(?:\w+\.)?Mapped\[", said):
        return "sqlalchemy" if "=" not in said else ""
    if re.search(r"\btable\s*=\s*True", head):
        return "" if re.search(r"\bRelationship\(|ClassVar", said) or ":" not in said.partition("=")[0] else "sqlmodel"
    return "django" if re.search(r"\bmodels\.", said) and _DJANGO.search(said) else ""


def go(text: str, code: str) -> Iterator[Fact]:
    """The fields of GORM's structs."""
    field = {
        "kind": "field_declaration",
        "has": {"field": "tag", "regex": "gorm:"},
        "inside": {
            "stopBy": "end", "kind": "type_spec", "has": {"field": "name", "pattern": "$OWNER"},
        },
    }  # fmt: skip
    line = Lines(text)
    for one in grammar.find([({"rule": field}, ("OWNER",))], "go", text) or ():
        said = text[one.start : one.end]
        tag = re.search(r"gorm:\"([^\"\n]{0,500})\"", said)
        words = said.split()
        if tag and len(words) > 1 and tag[1] != "-":
            yield Fact("gorm", code[slice(*one.held[0])] if one.held[0] else "", words[0], f"{words[1]} {tag[1]}", line(one.start))


def _around(classes: list[Match], one: Match) -> Match | None:
    inside = [around for around in classes if around.start <= one.start and one.end <= around.end]
    return max(inside, key=lambda around: around.start, default=None)


def _name(owner: Match, code: str) -> str:
    return code[slice(*owner.held[0])] if owner.held and owner.held[0] else ""
