"""What a module of Python exports: the public functions and classes of its top level."""

import re
from collections.abc import Mapping
from typing import Any

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.exports.symbols import Parts, Symbol, held, parameters
from pytest_agentcompliance.parsing.lines import Lines

_DECLARED, _PARAMETER, _MEMBER, _DECORATED = range(4)
# What a decorator that hands a function to a framework ends with: nobody imports a route's handler or a command.
_REGISTERED = re.compile(
    r"^[ \t]*@[\w.]{0,100}?\b(?:get|post|put|patch|delete|head|options|route|api_route|websocket|websocket_route|command|group"
    r"|callback|result_callback|exception_handler|errorhandler|on_event|middleware|before_request|after_request|tool|prompt"
    r"|resource|listener|receiver|task|shared_task|event|fixture)\b[ \t]*(?:\(|$)",
    re.MULTILINE,
)
_MODULE = {"kind": "module"}
_TOP = {"inside": {"any": [_MODULE, {"kind": "decorated_definition", "inside": _MODULE}]}}
_NAMED = {"has": {"field": "name", "pattern": "$NAME"}}
_LIST = {"kind": "parameters", "inside": {"kind": "function_definition", **_TOP}}
_BLOCK = {"kind": "block", "inside": {"kind": "class_definition", **_TOP}}
_PARAMETERS = (
    "identifier", "typed_parameter", "default_parameter", "typed_default_parameter",
    "list_splat_pattern", "dictionary_splat_pattern",
)  # fmt: skip
_PATTERNS: list[tuple[Mapping[str, Any], list[str]]] = [
    ({"rule": {"any": [{"kind": kind, **_TOP} for kind in ("function_definition", "class_definition")], **_NAMED}}, ["NAME"]),
    ({"rule": {"any": [{"kind": kind, "inside": _LIST} for kind in _PARAMETERS]}}, []),
    ({"rule": {"any": [
        {"kind": "function_definition", "inside": {"any": [_BLOCK, {"kind": "decorated_definition", "inside": _BLOCK}]}, **_NAMED},
        {"kind": "assignment", "inside": {"kind": "expression_statement", "inside": _BLOCK},
         "has": {"field": "left", "kind": "identifier", "pattern": "$NAME"}},
    ]}}, ["NAME"]),
    ({"rule": {"kind": "decorated_definition", "inside": _MODULE}}, []),
]  # fmt: skip


def read(text: str, plain: str) -> tuple[Symbol, ...] | None:
    """What a module declares at its top level under a public name; None when the grammar cannot say.

    ``plain`` is the text without the comments that explain nothing.
    """
    said = grammar.find(_PATTERNS, "python", text)
    if said is None:
        return None
    line, given, members = Lines(text), Parts(said, _PARAMETER), Parts(said, _MEMBER)
    found = []
    decorated = {one.end: one.start for one in said if one.pattern == _DECORATED}
    for one in said:
        name, place = held(text, one) if one.held else "", one.held[0] if one.held else None
        if one.pattern != _DECLARED or place is None or name.startswith("_"):
            continue
        if one.kind == "function_definition" and _REGISTERED.search(text, decorated.get(one.end, one.start), one.start):
            continue
        whole = plain[one.start : one.end]
        if one.kind == "function_definition":
            names = parameters(text[part.start : part.end] for part in given.of(one.start, one.end))
            found.append(Symbol(name, "function", line(place[0]), names, whole))
        else:
            public = [part for part in (held(text, part) for part in members.of(one.start, one.end)) if not part.startswith("_")]
            found.append(Symbol(name, "class", line(place[0]), tuple(dict.fromkeys(public)), whole))
    return tuple(found)
