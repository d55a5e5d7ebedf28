"""What a module of Python declares."""

import re

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.outline.drafts import Draft, Notes, symbols
from pytest_agentcompliance.parsing.outline.symbol import Kind, Symbol
from pytest_agentcompliance.parsing.together import Together

_FUNCTION, _CLASS, _ASSIGNED, _ALIAS, _DECORATOR, _COMMENT = range(6)
_NAME = {"has": {"field": "name", "pattern": "$NAME"}}
_BODY = {"has": {"field": "body", "pattern": "$BODY"}}
_CLASS_BLOCK = {"kind": "block", "inside": {"kind": "class_definition"}}
_STATEMENT = {"kind": "expression_statement", "inside": {"any": [{"kind": "module"}, _CLASS_BLOCK]}}
_PATTERNS = Together([
    ({"rule": {"kind": "function_definition", "all": [_NAME, _BODY]}}, ["NAME", "BODY"]),
    ({"rule": {"kind": "class_definition", "all": [_NAME, _BODY]}}, ["NAME", "BODY"]),
    ({"rule": {"kind": "assignment", "inside": _STATEMENT,
               "has": {"field": "left", "kind": "identifier", "pattern": "$NAME"}}}, ["NAME"]),
    ({"rule": {"kind": "type_alias_statement"}}, []),
    ({"rule": {"kind": "decorator"}}, []),
    ({"rule": {"kind": "comment"}}, []),
])  # fmt: skip
_DOCSTRING = re.compile(r"(?:[ \t]*(?:#[^\n]*)?\r?\n)*+[ \t]*([rRuU]?(?:\"\"\"|'''|\"|'))")
_TEXT_AFTER = re.compile(r"[ \t]*\r?\n[ \t]*[rRuU]?(?:\"\"\"|'''|\"|')")
_TYPE_NAME = re.compile(r"type[ \t]+([^\W\d]\w*)")
_VALUE = re.compile(r"(?<![=!<>])=(?!=)")


def read(text: str) -> tuple[Symbol, ...] | None:
    """What a module declares; None when the grammar cannot say."""
    said = _PATTERNS.find("python", text)
    if said is None:
        return None
    places = [[(one.start, one.end) for one in said if one.pattern == kind] for kind in (_COMMENT, _DECORATOR)]
    notes = Notes(text, *places)
    members = _members(said)
    drafts = []
    kind: Kind
    for one in said:
        if one.pattern in (_FUNCTION, _CLASS):
            place, body = one.held
            if place is None or body is None:
                continue
            name = text[place[0] : place[1]]
            doc = _docstring(text, body[0])
            kind = "class" if one.pattern == _CLASS else "method" if one.start in members else "function"
            drafts.append(Draft(kind, name, place[0], one.start, one.end, body[0], _public(name), one.start, doc_at=doc))
        elif one.pattern == _ASSIGNED and one.held[0] is not None:
            at, end = one.held[0]
            name = text[at:end]
            value = _VALUE.search(text, end, one.end)
            told = notes.beside(at) or notes.beside(one.end) or _TEXT_AFTER.match(text, one.end) is not None
            kind, body_at = "field" if one.start in members else "constant", value.start() if value else one.end
            drafts.append(Draft(kind, name, at, one.start, one.end, body_at, _public(name), one.start, documented=told))
        elif one.pattern == _ALIAS and (found := _TYPE_NAME.match(text, one.start)):
            drafts.append(Draft("type", found[1], found.start(1), one.start, one.end, one.end, _public(found[1]), one.start))
    return tuple(symbols(text, drafts, notes, "#"))


def _members(said: tuple[grammar.Match, ...]) -> set[int]:
    """Where the things begin that lie right in a class, and in no function of it."""
    found: set[int] = set()
    around: list[tuple[int, bool]] = []
    kinds = (_FUNCTION, _CLASS, _ASSIGNED)
    for one in sorted((one for one in said if one.pattern in kinds), key=lambda one: (one.start, -one.end)):
        while around and around[-1][0] <= one.start:
            around.pop()
        if around and around[-1][1]:
            found.add(one.start)
        if one.pattern != _ASSIGNED:
            around.append((one.end, one.pattern == _CLASS))
    return found


def _docstring(text: str, body: int) -> int:
    found = _DOCSTRING.match(text, body)
    return found.start(1) if found else -1


def _public(name: str) -> bool:
    return not name.startswith("_") or (name.startswith("__") and name.endswith("__") and len(name) > 4)
