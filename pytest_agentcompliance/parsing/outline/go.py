"""What a file of Go declares."""

import re
import sys
from bisect import bisect_right
from collections.abc import Mapping
from typing import Any

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.outline.drafts import Draft, Notes, symbols
from pytest_agentcompliance.parsing.outline.symbol import Kind, Symbol

_FUNCTION, _METHOD, _TYPE, _VALUE, _LITERAL, _GROUP, _COMMENT = range(7)
_NAME = {"has": {"field": "name", "pattern": "$NAME"}}
_BODY = {"has": {"field": "body", "pattern": "$BODY"}}
_FILE = {"kind": "source_file"}
_SPECS = [
    {"kind": "const_spec", "inside": {"kind": "const_declaration", "inside": _FILE}},
    {"kind": "var_spec", "inside": {"any": [
        {"kind": "var_declaration", "inside": _FILE},
        {"kind": "var_spec_list", "inside": {"kind": "var_declaration", "inside": _FILE}},
    ]}},
]  # fmt: skip
_PATTERNS: list[tuple[Mapping[str, Any], list[str]]] = [
    ({"rule": {"kind": "function_declaration", "all": [_NAME, _BODY]}}, ["NAME", "BODY"]),
    ({"rule": {"kind": "method_declaration", "all": [
        _NAME, _BODY, {"has": {"field": "receiver", "pattern": "$RECEIVER"}}]}}, ["NAME", "BODY", "RECEIVER"]),
    ({"rule": {"any": [{"kind": "type_spec"}, {"kind": "type_alias"}], **_NAME}}, ["NAME"]),
    ({"rule": {"any": _SPECS, **_NAME}}, ["NAME"]),
    ({"rule": {"kind": "func_literal", **_BODY}}, ["BODY"]),
    ({"rule": {"any": [{"kind": kind} for kind in ("type_declaration", "const_declaration", "var_declaration")]}}, []),
    ({"rule": {"kind": "comment"}}, []),
]  # fmt: skip
_RECEIVER = re.compile(r"(\w+)\s*(?:\[[^\]]*\]\s*)?\)$")


def read(text: str) -> tuple[Symbol, ...] | None:
    """What a file declares; None when the grammar cannot say."""
    said = grammar.find(_PATTERNS, "go", text)
    if said is None:
        return None
    notes = Notes(text, [(one.start, one.end) for one in said if one.pattern == _COMMENT], [])
    groups = sorted((one.start, one.end) for one in said if one.pattern == _GROUP)
    leads = {_first(text, start): start for start, _ in groups}
    drafts = []
    for one in said:
        if one.pattern == _LITERAL and one.held[0] is not None:
            drafts.append(Draft("callback", "", one.start, one.start, one.end, one.held[0][0], False, one.start))
        if one.pattern not in (_FUNCTION, _METHOD, _TYPE, _VALUE) or one.held[0] is None:
            continue
        at, end = one.held[0]
        name, body, kind, owner, told = text[at:end], one.end, _kind(text, one), "", False
        if one.pattern in (_FUNCTION, _METHOD) and one.held[1] is not None:
            body = one.held[1][0]
        if one.pattern == _METHOD and one.held[2] is not None:
            receiver = _RECEIVER.search(text[one.held[2][0] : one.held[2][1]][-300:])
            owner = receiver[1] if receiver else ""
        if one.pattern == _VALUE:
            told = notes.beside(one.start) or notes.above(_group(groups, one.start)) >= 0
            value = text.find("=", end, one.end)
            body = value if value >= 0 else one.end
        public = name[:1].isupper() and (not owner or owner[:1].isupper())
        lead = leads.get(one.start, one.start)
        drafts.append(Draft(kind, name, at, one.start, one.end, body, public, lead, owner, documented=told))
    return tuple(symbols(text, drafts, notes, "//"))


def _group(groups: list[tuple[int, int]], at: int) -> int:
    """Where the declaration begins, often one of many things in brackets, that a place lies in."""
    return groups[max(0, bisect_right(groups, (at, sys.maxsize)) - 1)][0]


def _first(text: str, group: int) -> int:
    """Where the only thing of a declaration without brackets begins."""
    found = re.compile(r"(?:type|const|var)\s+").match(text, group)
    return found.end() if found else group


def _kind(text: str, one: grammar.Match) -> Kind:
    if one.pattern == _FUNCTION:
        return "function"
    if one.pattern == _METHOD:
        return "method"
    if one.pattern == _VALUE:
        return "constant"
    head = text[one.start : one.start + 300].partition("{")[0]
    return "class" if head.rstrip().endswith("struct") else "interface" if head.rstrip().endswith("interface") else "type"
