"""The loops of a file: what each goes over, and which lines it repeats."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.languages import SCRIPTS, language_of
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.remembered import remembered
from pytest_agentcompliance.parsing.together import Together

Kind = Literal["each", "count", "while", "call", "comprehension"]

_CALLS = r"^(?:map|forEach|flatMap|filter|reduce|some|every|find|findIndex|each|mapSeries|eachSeries)$"
_LONGEST = 2000  # characters of what a loop goes over that are kept


@dataclass(frozen=True, slots=True)
class Loop:
    """One loop. ``start`` and ``end`` are of what is repeated, ``whole`` is where it begins, ``last`` where it ends.

    ``over`` is what it goes over, or its condition; ``name`` what it calls each one, or all of the head of a loop that counts.
    """

    kind: Kind
    line: int
    start: int
    end: int
    whole: int
    last: int
    over: str
    name: str


@remembered
def loops(path: str, text: str) -> tuple[Loop, ...]:
    """The loops of a file of Python, TypeScript or JavaScript in order; none of another. Never fails."""
    language = language_of(path, text)
    name = language.grammar if language is not None else ""
    if name in SCRIPTS:
        found = _SCRIPT.find(name, text) or ()
        return tuple(sorted(_scripts(found, text, blanked(text, "x.ts")), key=lambda one: (one.whole, one.start)))
    if name == "python":
        found = _PYTHON.find(name, text) or ()
        return tuple(sorted(_python(found, text, blanked(text, "x.py")), key=lambda one: (one.whole, one.start)))
    return ()


def _field(name: str, variable: str) -> dict[str, Any]:
    return {"has": {"field": name, "pattern": f"${variable}"}}


_FUNCTION: dict[str, Any] = {"any": [{"kind": "arrow_function"}, {"kind": "function_expression"}], "pattern": "$BODY"}
_SCRIPT = Together([
    ({"rule": {"kind": "for_in_statement", "all": [_field("right", "OVER"), _field("body", "BODY"), _field("left", "NAME")]}},
     ["OVER", "BODY", "NAME"]),
    ({"rule": {"kind": "for_statement", "all": [_field("body", "BODY")]}}, ["OVER", "BODY"]),
    ({"rule": {"kind": "while_statement", "all": [_field("condition", "OVER"), _field("body", "BODY")]}}, ["OVER", "BODY"]),
    ({"rule": {"kind": "do_statement", "all": [_field("condition", "OVER"), _field("body", "BODY")]}}, ["OVER", "BODY"]),
    ({"rule": {"kind": "call_expression", "all": [
        {"has": {"field": "function", "kind": "member_expression", "all": [
            {"has": {"field": "property", "regex": _CALLS}}, _field("object", "OVER")]}},
        {"has": {"field": "arguments", "has": _FUNCTION}}]}}, ["OVER", "BODY"]),
])  # fmt: skip
_CLAUSE: dict[str, Any] = {"kind": "for_in_clause", "all": [_field("right", "OVER"), _field("left", "NAME")]}
_PYTHON = Together([
    ({"rule": {"kind": "for_statement", "all": [_field("right", "OVER"), _field("body", "BODY"), _field("left", "NAME")]}},
     ["OVER", "BODY", "NAME"]),
    ({"rule": {"kind": "while_statement", "all": [_field("condition", "OVER"), _field("body", "BODY")]}}, ["OVER", "BODY"]),
    ({"rule": {"any": [{"kind": one} for one in (
        "list_comprehension", "set_comprehension", "dictionary_comprehension", "generator_expression")],
        "has": _CLAUSE}}, ["OVER", "BODY", "NAME"]),
])  # fmt: skip
_KINDS: dict[str, Kind] = {
    "for_in_statement": "each", "for_statement": "count", "while_statement": "while", "do_statement": "while",
    "call_expression": "call",
}  # fmt: skip


def _scripts(found: tuple[grammar.Match, ...], text: str, plain: str) -> Iterator[Loop]:
    line = Lines(text)
    for one in found:
        over, body, *more = one.held
        if body is None:
            continue
        begins = body[0]
        name = plain[slice(*more[0])] if more and more[0] else plain[one.start : begins] if one.kind == "for_statement" else ""
        if one.kind == "call_expression":
            name = plain[begins : begins + 200].partition("=>")[0].partition("{")[0]
        if one.kind == "for_in_statement" and plain[one.start : begins].startswith("for await"):
            name = f"await {name}"
        said = plain[slice(*over)] if over else ""
        yield Loop(_KINDS[one.kind], line(one.start), begins, body[1], one.start, one.end, said[-_LONGEST:], name[:_LONGEST])


def _python(found: tuple[grammar.Match, ...], text: str, plain: str) -> Iterator[Loop]:
    line = Lines(text)
    for one in found:
        over, body, *more = one.held
        if over is None:
            continue
        name = plain[slice(*more[0])] if more and more[0] else ""
        said = plain[slice(*over)][:_LONGEST]
        if body is not None:
            kind: Kind = "while" if one.kind == "while_statement" else "each"
            yield Loop(kind, line(one.start), body[0], body[1], one.start, one.end, said, name[:_LONGEST])
        else:  # what is made of each, and the conditions behind what it goes over
            yield Loop("comprehension", line(one.start), one.start, over[0], one.start, one.end, said, name[:_LONGEST])
            yield Loop("comprehension", line(one.start), over[1], one.end, one.start, one.end, said, name[:_LONGEST])
