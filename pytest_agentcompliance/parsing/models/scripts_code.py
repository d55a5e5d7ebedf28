"""A module of TypeScript or JavaScript with models as the grammar tells it: its variables, its classes with their decorators."""

import re
from bisect import bisect_left
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.models.expressions import Node, leading

_GAP = re.compile(r"\s*(?:export\s+)?(?:default\s+)?(?:abstract\s+)?$")
_HEAD = re.compile(r"(?:abstract\s+)?class\s+(\w+)(?:<[^<>{}]{0,200}>)?(?:\s+extends\s+([\w.]+))?")
_VALUE = re.compile(r"(?:\w+\.)?\w*(?:[tT]able|Enum|\.enum|relations|Schema|customType|Creator)\w*\s*[(<]|[{(]|\[")
_ENUM = re.compile(r"([A-Za-z_$][\w$]*)\s*(?:=\s*([\"'])([^\"'\n]{0,200})\2)?")


@dataclass(frozen=True, slots=True)
class Property:
    """One field of a class with its decorators; ``type`` is as written, ``sure`` whether it has no question mark."""

    name: str
    type: str
    line: int
    decorators: tuple[Node, ...]
    start: int


@dataclass
class Class:
    """One class of a module."""

    name: str
    base: str
    path: str
    line: int
    decorators: tuple[Node, ...]
    start: int
    end: int
    properties: list[Property] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Variable:
    """One variable of a module. ``text`` is its value without comments, ``start`` where that begins in the file."""

    name: str
    text: str
    start: int
    path: str


@dataclass(frozen=True)
class Module:
    variables: Mapping[str, Variable]
    classes: tuple[Class, ...]
    enums: Mapping[str, tuple[tuple[str, ...], int]]  # by name the values, and the line
    line: Lines


_TOP = {"any": [{"kind": "program"}, {"kind": "export_statement", "inside": {"kind": "program"}}]}
_DECLARED: dict[str, Any] = {"any": [{"kind": "lexical_declaration"}, {"kind": "variable_declaration"}], "inside": _TOP}
_VARIABLES: dict[str, Any] = {
    "kind": "variable_declarator", "inside": _DECLARED,
    "all": [{"has": {"field": "name", "kind": "identifier", "pattern": "$NAME"}}, {"has": {"field": "value", "pattern": "$VALUE"}}],
}  # fmt: skip
_CLASSES: dict[str, Any] = {"any": [{"kind": "class_declaration"}, {"kind": "abstract_class_declaration"}]}
_FIELD: dict[str, Any] = {"kind": "public_field_definition", "has": {"field": "name", "pattern": "$NAME"}}
_ENUMS: dict[str, Any] = {"kind": "enum_declaration", "has": {"field": "name", "pattern": "$NAME"}}


@lru_cache(maxsize=512)  # most files are the same at both ends of a run
def module(text: str, path: str) -> Module | None:
    """What a module declares; None where no grammar could read it."""
    language = language_of(path)
    name = language.grammar if language is not None else ""
    typed = name in ("typescript", "tsx")
    patterns: list[tuple[dict[str, Any], list[str]]] = [({"rule": _VARIABLES}, ["NAME", "VALUE"])]
    if typed:
        patterns += [({"rule": _CLASSES}, []), ({"rule": {"kind": "decorator"}}, [])]
        patterns += [({"rule": _FIELD}, ["NAME"]), ({"rule": _ENUMS}, ["NAME"])]
    found = grammar.find(patterns, name, text) if name else None
    if found is None:
        return None
    code, line = blanked(text, path), Lines(text)
    variables: dict[str, Variable] = {}
    enums: dict[str, tuple[tuple[str, ...], int]] = {}
    for one in found:
        if one.pattern == 0 and one.held[0] and one.held[1] and _VALUE.match(code, one.held[1][0]):
            start, end = one.held[1]
            variables[code[slice(*one.held[0])]] = Variable(code[slice(*one.held[0])], code[start:end], start, path)
        elif one.pattern == 4 and one.held[0]:
            inside = code[one.held[0][1] : one.end].strip(" \n\r\t{}")
            values = [said for each in inside.split(",") if (said := _ENUM.match(each.strip())) is not None]
            enums[code[slice(*one.held[0])]] = (tuple(each[3] or each[1] for each in values), line(one.start))
    decorators = sorted((one.start, one.end) for one in found if one.pattern == 2)
    classes = [_class(code, path, one, decorators, line) for one in found if one.pattern == 1]
    _fill(classes, [one for one in found if one.pattern == 3], code, decorators, line)
    return Module(variables, tuple(classes), enums, line)


def _class(code: str, path: str, one: grammar.Match, decorators: list[tuple[int, int]], line: Lines) -> Class:
    before: list[tuple[int, int]] = []
    at = one.start
    place = bisect_left(decorators, (one.start, 0)) - 1
    while place >= 0 and _GAP.match(code[decorators[place][1] : at][:200]):  # those above an `export`
        before.append(decorators[place])
        at = decorators[place][0]
        place -= 1
    at = one.start
    place = bisect_left(decorators, (one.start, 0))
    while place < len(decorators) and not code[at : decorators[place][0]].strip():  # those of the declaration itself
        before.append(decorators[place])
        at = decorators[place][1]
        place += 1
    head = _HEAD.search(code, at, min(one.end, at + 1000))
    nodes = tuple(leading(code[start:end]) for start, end in sorted(before))
    name, base = (head[1], head[2] or "") if head else ("", "")
    return Class(name, base, path, line(head.start() if head else one.start), nodes, one.start, one.end)


def _fill(classes: list[Class], fields: list[grammar.Match], code: str, decorators: list[tuple[int, int]], line: Lines) -> None:
    """Give each class its fields; a field lies in the class that began last."""
    starts = sorted(classes, key=lambda one: one.start)
    keys = [one.start for one in starts]
    for one in fields:
        place = bisect_left(keys, one.start) - 1
        if place < 0 or starts[place].end < one.end or not one.held[0]:
            continue
        start, end = one.held[0]
        first = bisect_left(decorators, (one.start, 0))
        nodes = []
        while first < len(decorators) and decorators[first][0] < start:
            nodes.append(leading(code[slice(*decorators[first])]))
            first += 1
        rest = code[end : one.end].partition("=")[0].strip()
        starts[place].properties.append(Property(code[start:end], rest.lstrip("!?: \n"), line(start), tuple(nodes), start))
