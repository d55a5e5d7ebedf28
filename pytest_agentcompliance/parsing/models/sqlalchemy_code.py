"""A module with SQLAlchemy's models as the grammar tells it: its classes, what stands in them, its tables and type aliases."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.models.expressions import Node, expression, leading
from pytest_agentcompliance.parsing.models.kinds import kind_of

Said = tuple[str, Node | None, Node | None, int]  # a name, its annotation, its value, its line
_IMPORT = re.compile(r"^[ \t]*from[ \t]+([\w.]+)[ \t]+import[ \t]+(?:\(([^()]{1,5000})\)|([^\n\\]{1,2000}))", re.MULTILINE)
_NAMED = re.compile(r"(\w+)(?:\s+as\s+(\w+))?")
_RETURN = re.compile(r"\breturn\s+")


@dataclass
class Class:
    """One class: its bases by name, and what is assigned in it, in order. ``table_of``: what its ``__tablename__`` returns."""

    name: str
    path: str
    line: int
    start: int
    end: int
    bases: tuple[str, ...]
    said: list[Said] = field(default_factory=list)
    table: str = ""
    table_of: Node | None = None
    declares: bool = False  # a function says ``__tablename__``: for the classes that inherit from it
    abstract: bool = False
    sqlmodel: bool = False
    extra: Node | None = None  # __table_args__


@dataclass
class Module:
    """One file. ``imports``: the module that each name came from. ``aliases``: names of annotated types."""

    classes: list[Class]
    tables: list[tuple[str, Node, int]]
    aliases: Mapping[str, Node]
    imports: Mapping[str, str]


_IN_CLASS: dict[str, Any] = {"kind": "expression_statement", "inside": {"kind": "block", "inside": {"kind": "class_definition"}}}
_IN_MODULE: dict[str, Any] = {"kind": "expression_statement", "inside": {"kind": "module"}}
_ASSIGNED: dict[str, Any] = {"has": {"field": "left", "kind": "identifier", "pattern": "$NAME"}}
_PATTERNS: list[tuple[Mapping[str, Any], list[str]]] = [
    ({"rule": {"kind": "class_definition", "has": {"field": "name", "pattern": "$NAME"}}}, ["NAME"]),
    ({"rule": {"kind": "assignment", **_ASSIGNED, "inside": _IN_CLASS}}, ["NAME"]),
    ({"rule": {"kind": "assignment", **_ASSIGNED, "inside": _IN_MODULE}}, ["NAME"]),
    ({"rule": {
        "kind": "function_definition", "has": {"field": "name", "pattern": "$NAME"},
        "inside": {"kind": "decorated_definition", "inside": {"kind": "block", "inside": {"kind": "class_definition"}}},
    }}, ["NAME"]),
]  # fmt: skip


@lru_cache(maxsize=512)  # most files are the same at both ends of a run
def module(text: str, path: str) -> Module | None:  # noqa: PLR0912
    """What a module declares; None where no grammar could read it."""
    found = grammar.find(_PATTERNS, "python", text)
    if found is None:
        return None
    code, line = blanked(text, "x.py"), Lines(text)
    classes = [_class(code, path, one, line(one.start)) for one in found if one.pattern == 0 and one.held[0]]
    tables: list[tuple[str, Node, int]] = []
    aliases: dict[str, Node] = {}
    around = _Around(classes)
    for one in sorted(found, key=lambda each: each.start):
        if one.pattern == 0 or not one.held[0]:
            continue
        name, number = code[slice(*one.held[0])], line(one.start)
        if one.pattern == 1 and (owner := around.of(one.start, one.end)) is not None:
            _assigned(owner, name, code[one.held[0][1] : one.end], number)
        elif one.pattern == 3 and (owner := around.of(one.start, one.end)) is not None:
            _declared(owner, name, code[max(0, one.start - 200) : one.start], code[one.held[0][1] : one.end], number)
        elif one.pattern == 2:
            _, value = _sides(code[one.held[0][1] : one.end])
            if value is None or value.kind == "text":
                continue
            if value.kind == "call" and value.last == "Table" and value.parts and value.parts[0].kind == "text":
                tables.append((value.parts[0].name, value, number))
            elif value.last in ("Annotated", "NewType", "Enum") or kind_of(value.last):
                aliases[name] = value
    imports = _imports(code)
    for name, (_, said) in imports.items():
        if name != said and kind_of(said):
            aliases[name] = Node("word", said, 0, 0)
    for each in classes:  # a type of the project's own is what it is made of
        impl = next((value for name, _, value, _ in each.said if name == "impl" and value is not None), None)
        if impl is not None and any(base.rpartition(".")[2] == "TypeDecorator" for base in each.bases):
            aliases[each.name] = impl
    return Module(classes, tables, aliases, {name: of for name, (of, _) in imports.items()})


class _Around:
    """The innermost class around a place; classes come in any order and may be nested."""

    def __init__(self, classes: list[Class]) -> None:
        self._classes = sorted(classes, key=lambda one: one.start)

    def of(self, start: int, end: int) -> Class | None:
        """Asked in the order of the text: what ended before is not looked at again."""
        self._classes = [one for one in self._classes if one.end > start] if self._classes[:1] and self._classes[0].end <= start \
            else self._classes
        inside: Class | None = None
        for one in self._classes:
            if one.start > start:
                break
            if one.end >= end:
                inside = one
        return inside


def _class(code: str, path: str, one: grammar.Match, line: int) -> Class:
    assert one.held[0]
    head = code[one.held[0][1] : min(one.end, one.held[0][1] + 4000)]
    node = leading("_" + head.lstrip()) if head.lstrip().startswith("(") else None
    bases = tuple(base.name for base in (node.parts if node is not None else ()) if base.kind in ("word", "index", "call"))
    table = node.get("table") if node is not None else None
    name, of_sqlmodel = code[slice(*one.held[0])], table is not None and table.name == "True"
    return Class(name, path, line, one.start, one.end, bases, sqlmodel=of_sqlmodel)


def _sides(rest: str) -> tuple[Node | None, Node | None]:
    """The annotation and the value behind a name."""
    annotation = None
    rest = rest.lstrip()
    if rest.startswith(":"):
        at = _equals(rest)
        annotation = expression(rest[1:at] if at >= 0 else rest[1:])
        if at < 0:
            return annotation, None
        rest = rest[at:]
    return annotation, expression(rest[1:]) if rest.startswith("=") else None


def _equals(rest: str) -> int:
    """Where the sign of the assignment stands: outside of brackets."""
    depth = 0
    for found in re.finditer(r"[\[\](){}]|=|\"[^\"\n]*\"|'[^'\n]*'", rest):
        sign = found[0]
        if sign in "[({":
            depth += 1
        elif sign in "])}":
            depth -= 1
        elif sign == "=" and depth <= 0:
            return found.start()
    return -1


def _assigned(owner: Class, name: str, rest: str, line: int) -> None:
    annotation, value = _sides(rest)
    if name == "__tablename__":
        if value is not None and value.kind == "text":
            owner.table = value.name
        else:
            owner.table_of = value or Node("other", "", 0, 0)
    elif name == "__table__":
        owner.table_of = Node("other", "", 0, 0)
        if value is not None and value.parts[:1] and value.parts[0].kind == "text":
            owner.table = value.parts[0].name
            owner.said.append(("__table__", None, value, line))
    elif name == "__abstract__":
        owner.abstract = value is not None and value.name == "True"
    elif name == "__table_args__":
        owner.extra = value
    else:
        owner.said.append((name, annotation, value, line))


def _declared(owner: Class, name: str, before: str, rest: str, line: int) -> None:
    """What a function of the class gives when the class is mapped."""
    if not re.search(r"@(?:\w+\.)?declared_attr\b", before.rpartition("\n\n")[2]) or (said := _RETURN.search(rest)) is None:
        return
    node = expression(rest[said.end() :].partition("\n\n")[0])
    if name == "__tablename__":
        owner.table_of, owner.declares = node, True
    elif name == "__table_args__":
        owner.extra = node
    else:
        arrow = re.match(r"[^\n]{0,200}->\s*([^\n]{1,200}):\s*\n", rest)
        owner.said.append((name, expression(arrow[1]) if arrow else None, node, line))


def _imports(code: str) -> dict[str, tuple[str, str]]:
    """By name, the module that it came from and what it is called there."""
    found: dict[str, tuple[str, str]] = {}
    for one in _IMPORT.finditer(code):
        for name, other in _NAMED.findall(one[2] or one[3]):
            found[other or name] = (one[1], name)
    return found
