"""What a file of Go exports: functions without a receiver, and types, whose names begin with a capital."""

import re
from collections.abc import Mapping
from typing import Any

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.exports.symbols import Parts, Symbol, held
from pytest_agentcompliance.parsing.lines import Lines

_PROGRAM = re.compile(r"^package[ \t]+main\b", re.MULTILINE)
_DECLARED, _PARAMETER, _MEMBER = range(3)
_FILE = {"kind": "source_file"}
_NAMED = {"has": {"field": "name", "pattern": "$NAME"}}
_TYPES = [{"kind": kind, "inside": {"kind": "type_declaration", "inside": _FILE}} for kind in ("type_spec", "type_alias")]
_FUNCTION = {"kind": "function_declaration", "inside": _FILE}
_LIST = {"kind": "parameter_list", "inside": _FUNCTION}
_DECLARATION = {
    "any": [{"kind": "parameter_declaration", "inside": _LIST}, {"kind": "variadic_parameter_declaration", "inside": _LIST}]
}
_PATTERNS: list[tuple[Mapping[str, Any], list[str]]] = [
    ({"rule": {"any": [_FUNCTION, *_TYPES], **_NAMED}}, ["NAME"]),
    ({"rule": {"kind": "identifier", "inside": _DECLARATION}}, []),
    ({"rule": {"any": [{"kind": "field_declaration"}, {"kind": "method_elem"}]}}, []),
]  # fmt: skip


def read(text: str, plain: str) -> tuple[Symbol, ...] | None:
    """What a file declares at its top level under a public name; None when the grammar cannot say.

    ``plain`` is the text without the comments that explain nothing.
    """
    if _PROGRAM.search(text):
        return ()  # nobody can import a program
    said = grammar.find(_PATTERNS, "go", text)
    if said is None:
        return None
    line, given, members = Lines(text), Parts(said, _PARAMETER), Parts(said, _MEMBER)
    found = []
    for one in said:
        name, place = held(text, one) if one.held else "", one.held[0] if one.held else None
        if one.pattern != _DECLARED or place is None or not name[:1].isupper():
            continue
        whole = plain[one.start : one.end]
        if one.kind == "function_declaration":
            names = tuple(text[part.start : part.end] for part in given.of(one.start, one.end))
            found.append(Symbol(name, "function", line(place[0]), names, whole))
        else:
            parts = (text[part.start : part.end] for part in members.of(one.start, one.end))
            names = tuple(dict.fromkeys(word for part in parts for word in _names(part)))
            found.append(Symbol(name, "type", line(place[0]), names, whole))
    return tuple(found)


def _names(member: str) -> list[str]:
    """The names that one line of a struct or an interface declares: of ``A, B int`` both, of ``*pkg.C`` its type."""
    names = []
    for word in member.partition("(")[0].split("`")[0].split(","):
        names += word.split()[:1]
    return [name.lstrip("*").rpartition(".")[2] for name in names]
