"""A module whose models are made by calls (Sequelize, Mongoose): those calls, what they take, the classes around them."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.models.expressions import Node, expression

_METHODS = "define|init|model|index|plugin|set|add|clone|discriminator|belongsTo|hasOne|hasMany"
_CALL: dict[str, Any] = {
    "kind": "call_expression",
    "has": {
        "field": "function",
        "any": [{"kind": "member_expression", "regex": rf"\.\s*({_METHODS})$"}, {"kind": "identifier", "regex": "^model$"}],
    },
}
_NEW: dict[str, Any] = {"kind": "new_expression", "has": {"field": "constructor", "regex": r"(^|\.)Schema$"}}
_OPTIONS: dict[str, Any] = {"kind": "pair", "has": {"field": "key", "regex": "^define$"}}
_VARIABLE: dict[str, Any] = {
    "kind": "variable_declarator",
    "all": [{"has": {"field": "name", "kind": "identifier", "pattern": "$NAME"}}, {"has": {"field": "value", "pattern": "$VALUE"}}],
}
_ASSIGNED: dict[str, Any] = {
    "kind": "assignment_expression",
    "all": [{"has": {"field": "left", "kind": "identifier", "pattern": "$NAME"}}, {"has": {"field": "right", "pattern": "$VALUE"}}],
}
_CLASS: dict[str, Any] = {"kind": "class_declaration"}
_ABSTRACT: dict[str, Any] = {"any": [_CLASS, {"kind": "abstract_class_declaration"}]}  # JavaScript's grammar has no such kind
_HEAD = re.compile(r"(?:abstract\s+)?class\s+(\w+)(?:<[^<>{}]{0,200}>)?(?:\s+extends\s+([\w.]+))?")
_VALUE = re.compile(r"(?:new\s+)?(?:[\w$]+\s*\.\s*){0,3}(?:Schema|define|init|model|clone|createForClass)\s*[(<]|[{\[\"'`]")
# What makes a model, joins two, says what holds for all, or is a column that others take.
_ASKED = re.compile(
    r"\b(?:Schema|init|model|define|belongsTo|hasOne|hasMany|forFeature\w{0,9})\s*[(<:]|\bDataTypes?\s*\.|\bSequelize\.[A-Z]{3}"
)
_MOST = 4000  # calls of one module
_TIMES = 4  # as many characters as the module has may be read so often: calls stand in calls


@dataclass(frozen=True, slots=True)
class Call:
    """One call: its name as the module has it (``User.init``), its place, what it is given, the class that it stands in."""

    name: str
    node: Node
    start: int
    line: int
    within: str = ""

    @property
    def method(self) -> str:
        return self.node.last

    @property
    def of(self) -> str:
        """What the method is called on; in a class ``this`` and ``super`` are the class."""
        said = self.node.name.rpartition(".")[0]
        return self.within if said in ("this", "super") and self.within else said


@dataclass(frozen=True)
class Script:
    """What a module calls and keeps. ``bases`` are its classes with what each extends. ``node`` starts count from the module's."""

    path: str
    text: str
    calls: tuple[Call, ...]
    options: tuple[Node, ...]  # what stands behind `define:`
    variables: Mapping[str, Node]
    bases: Mapping[str, tuple[str, int]]
    line: Lines


def is_asked(text: str) -> bool:
    """Whether a module has any call that makes a model."""
    return _ASKED.search(text) is not None


@lru_cache(maxsize=4096)  # most files are the same at both ends of a run
def script(text: str, path: str) -> Script | None:
    """The calls of a module; None where no grammar could read it."""
    language = language_of(path)
    name = language.grammar if language is not None else ""
    asked: list[tuple[dict[str, Any], list[str]]] = [
        ({"rule": _CALL}, []), ({"rule": _NEW}, []), ({"rule": _OPTIONS}, []), ({"rule": _VARIABLE}, ["NAME", "VALUE"]),
        ({"rule": _ASSIGNED}, ["NAME", "VALUE"]), ({"rule": _CLASS if name == "javascript" else _ABSTRACT}, []),
    ]  # fmt: skip
    found = grammar.find(asked, name, text) if name else None
    if found is None:
        return None
    code, line = blanked(text, path), Lines(text)
    reader = _Reader(code)
    bases, spans = _classes(code, [one for one in found if one.pattern == 5], line)
    starts = [one[0] for one in spans]
    calls: list[Call] = []
    for one in found:
        if one.pattern > 1 or len(calls) >= _MOST or (node := reader.at(one.start, one.end)) is None:
            continue
        within = _around(spans, starts, one.start)
        calls += [Call(each.name, each, one.start, line(one.start), within) for each in _along(node)]
    options = [node for one in found if one.pattern == 2 if (node := _value(code, one, reader)) is not None]
    variables: dict[str, Node] = {}
    for one in found:
        if one.pattern in (3, 4) and one.held[0] and one.held[1] and _VALUE.match(code, one.held[1][0]):
            node = reader.at(*one.held[1])
            if node is not None:
                variables.setdefault(code[slice(*one.held[0])], node)
    return Script(path, text, tuple(calls), tuple(options), variables, bases, line)


def _along(node: Node) -> Iterator[Node]:
    """A call as one node: of a chain (``Schema(..).index(..)``) the last, which the grammar told with what stands before."""
    if node.kind != "call":
        return
    yield node if not node.then else node.then[-1]


def entry(node: Node | None, key: str) -> Node | None:
    """The value of a key of an object as JavaScript takes it: of two, the last."""
    return next((value for name, value in reversed(node.named) if name == key), None) if node is not None else None


class _Reader:
    """Expressions of one module, as long as not too much of it is read again and again."""

    def __init__(self, code: str) -> None:
        self._code, self._left = code, _TIMES * len(code) + 1000

    def at(self, start: int, end: int) -> Node | None:
        self._left -= end - start
        return moved(expression(self._code[start:end]), start) if self._left > 0 else None


def moved(node: Node, by: int) -> Node:
    """A node with its places counted from further in front."""
    return replace(
        node, start=node.start + by, end=node.end + by, parts=tuple(moved(one, by) for one in node.parts),
        named=tuple((name, moved(one, by)) for name, one in node.named), then=tuple(moved(one, by) for one in node.then),
    )  # fmt: skip


def _value(code: str, one: grammar.Match, reader: _Reader) -> Node | None:
    colon = code.find(":", one.start, one.end)
    return reader.at(colon + 1, one.end) if colon > 0 else None


def _classes(
    code: str, found: list[grammar.Match], line: Lines
) -> tuple[dict[str, tuple[str, int]], list[tuple[int, int, str]]]:
    bases: dict[str, tuple[str, int]] = {}
    spans: list[tuple[int, int, str]] = []
    for one in found:
        head = _HEAD.search(code, one.start, min(one.end, one.start + 4000))
        if head is not None:
            bases.setdefault(head[1], (head[2] or "", line(head.start())))
            spans.append((one.start, one.end, head[1]))
    return bases, sorted(spans)


def _around(spans: list[tuple[int, int, str]], starts: list[int], at: int) -> str:
    """The class that a place lies in: one of the last few that began before it."""
    place = bisect_right(starts, at)
    return next((name for start, end, name in reversed(spans[max(0, place - 20) : place]) if start <= at < end), "")
