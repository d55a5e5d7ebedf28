"""What a module of TypeScript or JavaScript declares."""

import re
from collections.abc import Mapping
from typing import Any

from pytest_agentcompliance.parsing.grammar import Match
from pytest_agentcompliance.parsing.outline.drafts import Draft, Notes, symbols
from pytest_agentcompliance.parsing.outline.symbol import Kind, Symbol
from pytest_agentcompliance.parsing.together import Together

_DECLARED, _HEADED, _ALIAS, _MEMBER, _FIELD, _VARIABLE, _FUNCTION, _EXPORT, _LISTED, _COMMON, _DECORATOR, _COMMENT = range(12)
_KINDS: dict[str, Kind] = {
    "function_declaration": "function", "generator_function_declaration": "function", "function_signature": "function",
    "class_declaration": "class", "abstract_class_declaration": "class", "interface_declaration": "interface",
    "enum_declaration": "enum", "type_alias_declaration": "type", "method_definition": "method",
    "abstract_method_signature": "method", "method_signature": "method",
}  # fmt: skip
_SHUT = re.compile(r"(?:(?:static|readonly|override|abstract|async)\s+)*(?:private\b|protected\b|#)")
_ENTRY = re.compile(r"(?:type\s+)?([A-Za-z_$][\w$]*)")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_LONGEST = 200_000


def _patterns(typed: bool) -> list[tuple[Mapping[str, Any], list[str]]]:
    name, body, value = ({"has": {"field": field, "pattern": f"${field.upper()}"}} for field in ("name", "body", "value"))
    bodied = ["function_declaration", "generator_function_declaration", "class_declaration"]
    if typed:
        bodied += ["abstract_class_declaration", "interface_declaration", "enum_declaration"]
    exports: dict[str, Any] = {"kind": "export_statement", "inside": {"kind": "program"}}
    top = {"any": [{"kind": "program"}, exports]}
    constants = [{"kind": kind, "inside": top} for kind in ("lexical_declaration", "variable_declaration")]
    functions = [{"kind": kind} for kind in ("arrow_function", "function_expression", "generator_function")]
    variable = {"kind": "variable_declarator", "any": [
        {"inside": {"any": constants}}, {"has": {"field": "value", "any": functions}}
    ]}  # fmt: skip
    in_class = {"inside": {"kind": "class_body"}}
    nothing: dict[str, Any] = {"kind": "program", "not": {"kind": "program"}}
    own = {"kind": "export_statement", "not": {"has": {"field": "source", "kind": "string"}}}
    clause = {"kind": "export_clause", "inside": own}
    assigned = {"kind": "assignment_expression", "inside": {"kind": "expression_statement", "inside": {"kind": "program"}}}
    signatures = [{"kind": kind, **name} for kind in ("function_signature", "abstract_method_signature")]
    field = {"kind": "public_field_definition", **in_class, **name} if typed else {
        "kind": "field_definition", **in_class, "has": {"field": "property", "pattern": "$NAME"}
    }  # fmt: skip
    return [
        ({"rule": {"any": [{"kind": kind} for kind in bodied], "all": [name, body]}}, ["NAME", "BODY"]),
        ({"rule": {"any": signatures} if typed else nothing}, ["NAME"]),
        ({"rule": {"kind": "type_alias_declaration", "all": [name, value]} if typed else nothing}, ["NAME", "VALUE"]),
        ({"rule": {"kind": "method_definition", "all": [name, body]}}, ["NAME", "BODY"]),
        ({"rule": field}, ["NAME"]),
        ({"rule": {**variable, **name}}, ["NAME"]),
        ({"rule": {"any": functions, **body}}, ["BODY"]),
        ({"rule": exports}, []),
        ({"rule": {"any": [
            {"kind": "export_specifier", "inside": clause},
            {"kind": "identifier", "inside": {"kind": "export_statement", "field": "value"}},
        ]}}, []),
        ({"rule": {**assigned, "all": [
            {"has": {"field": "left", "regex": r"^(module\.)?exports(\.[A-Za-z_$][\w$]*)?$", "pattern": "$LEFT"}},
            {"has": {"field": "right", "pattern": "$RIGHT"}},
        ]}}, ["LEFT", "RIGHT"]),
        ({"rule": {"kind": "decorator"}}, []),
        ({"rule": {"kind": "comment"}}, []),
    ]  # fmt: skip


_TYPED, _PLAIN = Together(_patterns(typed=True)), Together(_patterns(typed=False))
# Words without which a text has nothing of a pattern: each pattern that is asked goes through the whole tree.
_NEEDS = {
    _ALIAS: ("type",), _FIELD: ("class",), _EXPORT: ("export",), _COMMON: ("exports",), _DECORATOR: ("@",), _COMMENT: ("//", "/*"),
}  # fmt: skip


def read(text: str, name: str) -> tuple[Symbol, ...] | None:
    """What a module declares; None when the grammar cannot say."""
    asked = [kind for kind in range(_COMMENT + 1) if kind not in _NEEDS or any(word in text for word in _NEEDS[kind])]
    said = (_PLAIN if name == "javascript" else _TYPED).find(name, text, asked)
    if said is None:
        return None
    places = [[(one.start, one.end) for one in said if one.pattern == kind] for kind in (_COMMENT, _DECORATOR)]
    return tuple(symbols(text, _Module(text, said).drafts(), Notes(text, *places), "//"))


class _Module:
    def __init__(self, text: str, said: tuple[Match, ...]) -> None:
        self._text, self._said = text, said
        # The statement that exports a declaration ends where it ends, or behind its semicolon.
        self._exports = {end: one.start for one in said if one.pattern == _EXPORT for end in (one.end, one.end - 1)}
        self._listed = self._named()
        self._functions: dict[int, Match] = {}
        for one in said:
            if one.pattern == _FUNCTION:
                self._functions.setdefault(one.end, one)  # the outermost of those that end here
        self._used: set[int] = set()

    def drafts(self) -> list[Draft]:
        """All declarations, and the functions without a name of their own."""
        found = [draft for one in self._said if (draft := self._draft(one))]
        nameless = (one for one in self._said if one.pattern == _FUNCTION and one.start not in self._used)
        return found + [
            Draft("callback", "", one.start, one.start, one.end, one.held[0][0], False, one.start)
            for one in nameless if one.held[0] is not None
        ]  # fmt: skip

    def _draft(self, one: Match) -> Draft | None:
        if one.pattern in (_DECLARED, _HEADED, _ALIAS, _MEMBER):
            place = one.held[0]
            if place is None:
                return None
            inner = one.held[1] if len(one.held) > 1 else None
            kind, body = _KINDS[one.kind], inner[0] if inner is not None else one.end
            if one.pattern == _ALIAS:
                body = one.end  # the whole of a type is what it promises
            return self._made(kind, place, one, body)
        if one.pattern in (_FIELD, _VARIABLE) and one.held[0] is not None:
            value = self._functions.get(one.end)
            inner = value.held[0] if value is not None and value.start > one.start else None
            if value is not None and inner is not None and self._direct(one.held[0][1], value.start):
                self._used.add(value.start)
                return self._made("method" if one.pattern == _FIELD else "function", one.held[0], one, inner[0])
            at = self._text.find("=", one.held[0][1], one.end)
            return self._made("field" if one.pattern == _FIELD else "constant", one.held[0], one, at if at >= 0 else one.end)
        return None

    def _direct(self, start: int, stop: int) -> bool:
        """Whether a function is a variable's very value, and stands in no call."""
        return self._text[max(start, stop - 200) : stop].rstrip().endswith("=")

    def _made(self, kind: Kind, place: tuple[int, int], one: Match, body: int) -> Draft | None:
        name = self._text[place[0] : place[1]]
        if one.pattern not in (_MEMBER, _FIELD) and not _NAME.fullmatch(name):
            return None  # it takes a thing apart
        if one.pattern in (_MEMBER, _FIELD) or one.kind == "abstract_method_signature":
            public = not _SHUT.match(self._text, one.start) and not name.startswith("#")
            return Draft(kind, name[:200], place[0], one.start, one.end, body, public, one.start)
        lead = self._exports.get(one.end, one.start)
        lead = lead if self._text[lead : lead + 1] and lead <= one.start and not self._between(lead, one.start) else one.start
        exported = lead < one.start
        if not exported and one.pattern == _VARIABLE:  # of export const a = 1, b = 2 the first ends before the statement
            lead = self._declaration(one.start)
            exported = self._text.startswith("export", lead)
        return Draft(kind, name, place[0], one.start, one.end, body, exported or name in self._listed, lead)

    def _between(self, start: int, stop: int) -> bool:
        """Whether more than ``export default const`` stands between: another declaration."""
        return "{" in self._text[max(start, stop - 60) : stop]

    def _declaration(self, at: int) -> int:
        """Where the line of a variable's declaration begins, behind its indentation."""
        line = self._text.rfind("\n", max(0, at - 300), at) + 1
        head = self._text[line:at]
        return line + len(head) - len(head.lstrip()) if len(head) < 300 else at

    def _named(self) -> frozenset[str]:
        """The names that lists and assignments export."""
        found: set[str] = set()
        for one in self._said:
            if one.pattern == _LISTED and (entry := _ENTRY.match(self._text, one.start, one.end)):
                found.add(entry[1])
            elif one.pattern == _COMMON and one.held[1] is not None:
                right = self._text[one.held[1][0] : one.held[1][1]][:_LONGEST]
                found |= set(_NAME.findall(right)) if right.startswith("{") else {right}
        return frozenset(found)
