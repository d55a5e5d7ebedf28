"""What a module of TypeScript or JavaScript exports."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.exports import script_patterns as ask
from pytest_agentcompliance.parsing.exports.symbols import Parts, Symbol, held, parameters
from pytest_agentcompliance.parsing.grammar import Match
from pytest_agentcompliance.parsing.lines import Lines

# What makes a constant a schema: the builders of zod and its like, and the tables of drizzle.
_SCHEMA = re.compile(
    r"(?:z|zod|Joi|joi|yup|Yup|v|t|S|Type)\s*\.\s*[a-zA-Z]+\s*\(|(?:pg|mysql|sqlite)(?:Table|Enum)\s*\("
    r"|[A-Za-z_$][\w$]*\s*\.\s*(?:extend|merge|table|enum)\s*\("
)
_DERIVED = re.compile(r"\btypeof\s+([A-Za-z_$][\w$]*)")
_SHUT = re.compile(r"(?:private|protected)\b|(?:static\s+)?#")
_NAME = re.compile(r"[A-Za-z_$][\w$]*")
_ENTRY = re.compile(r"(?:type\s+)?([A-Za-z_$][\w$]*)(?:\s+as\s+([A-Za-z_$][\w$]*))?")
_PAIR = re.compile(r"([A-Za-z_$][\w$]*)(?:\s*:\s*([A-Za-z_$][\w$]*))?\s*\}?$")
_PLAIN = re.compile(r"[\w$ .:/-]+")
_PRIMITIVE = frozenset({"string", "number", "boolean", "bigint", "null", "undefined", "unknown", "Date", "true", "false"})
_LONGEST = 200_000  # characters of an object that is exported, or of a union


def read(text: str, plain: str, name: str) -> tuple[Symbol, ...] | None:
    """What a module exports and declares itself, in the order of the text; None when the grammar cannot say.

    ``plain`` is the text without the comments that explain nothing.
    """
    said = grammar.find(ask.PLAIN if name == "javascript" else ask.TYPED, name, text)
    return None if said is None else tuple(_Module(plain, said).symbols())


class _Module:
    def __init__(self, text: str, said: tuple[Match, ...]) -> None:
        self._text, self._said = text, said
        self._line = Lines(text)
        self._functions = {one.end for one in said if one.pattern == ask.FUNCTION}
        self._parameters, self._members, self._keys = (Parts(said, one) for one in (ask.PARAMETER, ask.MEMBER, ask.KEY))

    def symbols(self) -> Iterator[Symbol]:
        exported, local = self._declared(ask.EXPORTED), self._declared(ask.LOCAL)
        shapes = {one.name: one for one in (*local, *exported) if one.kind == "schema"}
        there = {one.name: one for one in (*local, *exported)}
        exported += [replace(there[mine], name=theirs) for mine, theirs in self._listed() if mine in there]
        exported += self._common(there)
        for one in sorted(exported, key=lambda one: one.line):
            if not one.source:
                yield one
            elif shape := shapes.get(one.source):  # what is derived from a thing of elsewhere is that thing, reused
                yield replace(one, members=shape.members, text=shape.text)

    def _declared(self, pattern: int) -> list[Symbol]:
        return [one for match in self._said if match.pattern == pattern and (one := self._symbol(match))]

    def _symbol(self, match: Match) -> Symbol | None:
        name, place = held(self._text, match), match.held[0]
        if place is None or not _NAME.fullmatch(name):
            return None  # it takes a thing apart
        if match.kind == "variable_declarator":
            return self._valued(name, place[0], match)
        kind = ask.KINDS[match.kind]
        text, source = self._text[match.start : match.end], ""
        if kind == "function":
            return self._function(name, place[0], match)
        members = self._names(self._members.of(match.start, match.end))
        if match.kind == "type_alias_declaration" and not members:
            value = text.partition("=")[2]
            source = derived[1] if (derived := _DERIVED.search(value[:400])) else ""
            members = () if source else _alternatives(value)
        return Symbol(name, kind, self._line(place[0]), members, text, source)

    def _valued(self, name: str, at: int, match: Match) -> Symbol | None:
        """A constant that is a function or a schema, by its value; None for every other."""
        if match.end in self._functions:
            return self._function(name, at, match)
        text = self._text[match.start : match.end]
        if not _SCHEMA.match(text.partition("=")[2][:200].lstrip()):
            return None
        return Symbol(name, "schema", self._line(at), self._names(self._keys.of(match.start, match.end)), text)

    def _function(self, name: str, at: int, match: Match) -> Symbol:
        given = (self._text[one.start : one.end] for one in self._parameters.of(match.start, match.end))
        return Symbol(name, "function", self._line(at), parameters(given), self._text[match.start : match.end])

    def _listed(self) -> Iterator[tuple[str, str]]:
        """The names of ``export { mine as theirs }``."""
        for match in self._said:
            if match.pattern == ask.LISTED and (one := _ENTRY.fullmatch(self._text, match.start, match.end)):
                yield one[1], one[2] or one[1]

    def _common(self, there: Mapping[str, Symbol]) -> Iterator[Symbol]:
        """What ``module.exports = { a, b: c }`` and ``exports.d = ...`` export."""
        for match in self._said:
            if match.pattern != ask.COMMON:
                continue
            name, right = held(self._text, match, 0).rpartition(".")[2], held(self._text, match, 1)
            if match.end in self._functions:
                yield self._function(name, match.start, match)
            elif right in there:
                yield there[right] if name == "exports" else replace(there[right], name=name)
            elif right.startswith("{"):
                entries = (_PAIR.match(entry.strip()) for entry in right[1:_LONGEST].split(","))
                yield from (replace(there[one[2] or one[1]], name=one[1]) for one in entries if one and (one[2] or one[1]) in there)

    def _names(self, members: list[Match]) -> tuple[str, ...]:
        """What the members are called; those that are private are no part of what is exported."""
        shown = [one for one in members if not _SHUT.match(self._text, one.start)]
        names = (held(self._text, one) or self._text[one.start : one.end] for one in shown)
        return tuple(dict.fromkeys(name.strip("\"'`") for name in names if name != "constructor" and not name.startswith("#")))


def _alternatives(value: str) -> tuple[str, ...]:
    """The alternatives of a union of plain words: of ``'a' | 'b'`` both; none where it is no such union."""
    parts = [part.strip(" \t\r\n;\"'`") for part in value[:_LONGEST].split("|")]
    parts = [part for part in parts if part]
    plain = all(_PLAIN.fullmatch(part) for part in parts) and not _PRIMITIVE.issuperset(parts)
    return tuple(dict.fromkeys(parts)) if len(parts) > 1 and plain else ()
