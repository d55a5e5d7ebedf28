"""A text as words, signs, strings, comments and blanks, in order: what all comparisons of churn start from."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing import grammar, scan
from pytest_agentcompliance.parsing.churn.directives import obeyed
from pytest_agentcompliance.parsing.churn.shapes import Shape
from pytest_agentcompliance.parsing.languages import LANGUAGES, Language, language_of

Kind = Literal["word", "sign", "blank", "string", "prose", "comment"]


class Token(NamedTuple):
    """One piece of a text. ``prose`` is text between the tags of JSX; a comment that a tool obeys is a ``string``."""

    kind: Kind
    text: str
    at: int


class Unit(NamedTuple):
    """A stretch of code that may stand elsewhere: an import, a declaration, a method."""

    kind: Literal["import", "declaration", "method"]
    start: int
    end: int


class Read(NamedTuple):
    tokens: list[Token]
    units: list[Unit]


# A string that nobody ends is read to the end of its line, or of the text, so that no character is read twice.
_PLAIN = r'"(?:[^"\\\n]|\\.)*+"?|' r"'(?:[^'\\\n]|\\.)*+'?"
_STRINGS = {
    "plain": _PLAIN + r"|`[^`]*+(?:`|\Z)",
    "long": r'"(?:[^"\\]|\\(?s:.|\Z))*+(?:"|\Z)|' r"'[^'\n]*+'?",
    "sql": r"'(?:[^']|'')*+(?:'|\Z)|" r'"[^"\n]*+"?|\$\$[^$]*+(?:\$(?!\$)[^$]*+)*+(?:\$\$|\Z)',
    "none": r"(?!)",
}
_CODE = {
    name: re.compile(rf"(?P<blank>\s++)|(?P<word>[\w$]++)|(?P<string>{pattern})|(?P<sign>[^\w\s$])")
    for name, pattern in _STRINGS.items()
}
_BLANK = re.compile(r"\s++")
_DECORATED = re.compile(r"^[ \t]*@\w|\b__doc__\b", re.MULTILINE)
_LITERALS = {
    "javascript": ["comment", "string", "string_fragment", "escape_sequence", "regex", "jsx_text"],
    "tsx": ["comment", "string", "string_fragment", "escape_sequence", "regex", "jsx_text"],
    "typescript": ["comment", "string", "string_fragment", "escape_sequence", "regex"],
    "python": ["string"],
    "go": ["comment", "interpreted_string_literal", "raw_string_literal", "rune_literal"],
}
_FUNCTION = {"any": [{"kind": "arrow_function"}, {"kind": "function_expression"}]}
_NAMED: list[dict[str, object]] = [
    {"kind": "function_declaration"}, {"kind": "class_declaration"}, {"kind": "abstract_class_declaration"},
    {"kind": "interface_declaration"}, {"kind": "type_alias_declaration"}, {"kind": "enum_declaration"},
    {"kind": "lexical_declaration", "has": {"kind": "variable_declarator", "has": {"field": "value", **_FUNCTION}}},
]  # fmt: skip
# JavaScript's grammar knows fewer kinds of declarations; a kind that a grammar does not know is an error to ast-grep.
_PLAIN_NAMED = [_NAMED[0], _NAMED[1], _NAMED[-1]]


def _script_units(named: list[dict[str, object]]) -> list[dict[str, object]]:
    top = {"inside": {"kind": "program"}}
    source = {"kind": "export_statement", "has": {"field": "source", "regex": "."}}
    exported = {"kind": "export_statement", "has": {"field": "declaration", "any": named}}
    return [
        {"any": [{"kind": "import_statement"}, source], **top},
        {"any": [*named, exported], **top},
        {"kind": "method_definition", "inside": {"kind": "class_body"}},
    ]


_UNITS: dict[str, list[dict[str, object]]] = {
    "javascript": _script_units(_PLAIN_NAMED),
    "typescript": _script_units(_NAMED),
    "tsx": _script_units(_NAMED),
    "python": [
        {
            "any": [{"kind": "import_statement"}, {"kind": "import_from_statement"}, {"kind": "future_import_statement"}],
            "inside": {"kind": "module"},
        },
        {"any": [{"kind": "function_definition"}, {"kind": "class_definition"}], "inside": {"kind": "module"}},
    ],
    "go": [
        {"kind": "import_spec", "inside": {"kind": "import_spec_list"}},
        {"any": [{"kind": "function_declaration"}, {"kind": "method_declaration"}], "inside": {"kind": "source_file"}},
    ],
}
_UNIT_KINDS: tuple[Literal["import"], Literal["declaration"], Literal["method"]] = ("import", "declaration", "method")
Span = tuple[int, int, Literal["string", "prose", "comment", "fragment"]]
_KINDS: dict[str, Literal["comment", "prose", "fragment"]] = {
    "comment": "comment",
    "jsx_text": "prose",
    "string_fragment": "fragment",
    "escape_sequence": "fragment",
}


def read(text: str, path: str, shape: Shape) -> Read | None:
    """The tokens of a text and what may be moved in it; None where its grammar cannot read it."""
    language = language_of(path, text)
    if language is None:
        return Read(list(_tokens(text, [], path, shape)), [])
    if language.style == "markup":
        return Read(list(_tokens(text, [(one.start, one.end, "comment") for one in _markup(text, path)], path, shape)), [])
    if not shape.grammar:
        return Read(list(_tokens(text, _comments(text, language), path, shape)), [])
    said = _asked(text, shape, *_UNITS[shape.grammar])
    if said is None:
        return None
    units = [Unit(_UNIT_KINDS[one.pattern - 1], one.start, one.end) for one in said if one.pattern > 0]
    spans = _spans(text, shape, language, said)
    return Read(list(_tokens(text, spans, path, shape)), sorted(units, key=lambda unit: (unit.start, -unit.end)))


def _asked(text: str, shape: Shape, *more: dict[str, object]) -> tuple[grammar.Match, ...] | None:
    literals: dict[str, object] = {"any": [{"kind": kind} for kind in _LITERALS[shape.grammar]]}
    return grammar.find([({"rule": rule}, []) for rule in (literals, *more)], shape.grammar, text)


def _spans(text: str, shape: Shape, language: Language, said: tuple[grammar.Match, ...]) -> list[Span]:
    # Of Python the docstrings are wanted too, which are no kind of node; of the others one question tells all.
    spans = _comments(text, language) if shape.grammar == "python" else []
    return spans + [(one.start, one.end, _KINDS.get(one.kind, "string")) for one in said if one.pattern == 0]


def parts(text: str, path: str, shape: Shape) -> "Parts | None":
    """The tokens of a text whose grammar tells where its strings end, for those who ask about few of its lines; else None."""
    language = language_of(path, text)
    if language is None or language.style == "markup" or not shape.grammar or (said := _asked(text, shape)) is None:
        return None
    return Parts(text, _spans(text, shape, language, said), path)


class Parts:
    """A text of which only the lines are read that are asked for: between its strings and comments a token ends anywhere."""

    def __init__(self, text: str, spans: list[Span], path: str) -> None:
        self._text, self._path = text, path
        self._spans: list[tuple[int, int, Span]] = []  # where each begins, where the code goes on behind it
        at = 0
        for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
            if start < at:
                continue
            at = end
            if kind == "comment" and text[end - 1 : end] in ("\r", "\n") and not obeyed(text[start:end], path):
                at = start + len(text[start:end].rstrip("\r\n"))
            self._spans.append((start, at, (start, end, kind)))
        self._starts = [start for start, *_ in self._spans]

    def tokens(self, start: int, end: int) -> list[Token] | None:
        """The tokens that begin in a stretch of whole lines; None where one reaches over its ends."""
        number = bisect_left(self._starts, start)
        at = start
        if number:
            _, behind, span = self._spans[number - 1]
            above = _token(self._text, span, self._path)
            if above is not None and above.at + len(above.text) > start:
                return None
            at = max(start, behind)
            fresh = at == behind
        else:
            fresh = start == 0
        stop = self._spans[number][0] if number < len(self._spans) else len(self._text)
        if not fresh and (blank := _BLANK.match(self._text, at, max(at, stop))):
            at = blank.end()  # it began in the line above
        found: list[Token] = []
        while True:
            stop = self._spans[number][0] if number < len(self._spans) else len(self._text)
            for token in _code(self._text, at, stop, _CODE["none"]):
                if token.at >= end:
                    break
                found.append(token)
            if stop >= end or number == len(self._spans):
                break
            _, at, span = self._spans[number]
            if (literal := _token(self._text, span, self._path)) is not None:
                found.append(literal)
            number += 1
        if found and found[-1].kind != "blank" and found[-1].at + len(found[-1].text) > end:
            return None
        return found


def _token(text: str, span: Span, path: str) -> Token | None:
    """The token that a string, a comment, or text between tags is."""
    start, end, kind = span
    piece = text[start:end]
    if kind == "prose":
        return Token("prose", words, start) if (words := _shown(piece)) else None
    if kind == "comment" and not obeyed(piece, path):
        return Token("comment", piece.rstrip("\r\n"), start)  # the line's end is no part of it
    # A fragment of a template is what stands between its substitutions, as it stands.
    return Token("prose" if kind == "fragment" else "string", piece.replace("\r\n", "\n"), start)


def _comments(text: str, language: Language) -> list[Span]:
    said = None
    if language.grammar:
        said = grammar.ask("comments", language.grammar, text)
    elif language.lexer:
        said = grammar.ask("tokens", language.lexer, text)
    if said is None:
        return [(one.start, one.end, "comment") for one in scan.spans(text, language.style)]
    # A docstring under a decorator is read by what decorates: a command's help, a tool's description, a route's text.
    plain = not _DECORATED.search(text)
    return [(start, end, "comment") for start, end, docstring in said if plain or not docstring]


def _markup(text: str, path: str) -> Iterator[scan.Span]:
    at = 0
    for island in scan.islands(text, path):
        yield from _shifted(scan.spans(text[at : island.start], "markup"), at)
        style = LANGUAGES[island.language].style
        yield from _shifted(scan.spans(text[island.start : island.end], style), island.start)
        at = island.end
    yield from _shifted(scan.spans(text[at:], "markup"), at)


def _shifted(spans: Iterator[scan.Span], by: int) -> Iterator[scan.Span]:
    return (scan.Span(one.start + by, one.end + by, one.docstring) for one in spans)


def _tokens(text: str, spans: list[Span], path: str, shape: Shape) -> Iterator[Token]:
    code = _CODE["none" if shape.grammar else shape.strings]
    at = 0
    for start, end, kind in sorted(spans, key=lambda span: (span[0], -span[1])):
        if start < at:  # within another: a string in a template
            continue
        yield from _code(text, at, start, code)
        token = _token(text, (start, end, kind), path)
        if token is not None:
            yield token
        at = start + len(token.text) if token is not None and token.kind == "comment" else end
    yield from _code(text, at, len(text), code)


def _shown(prose: str) -> str:
    """What JSX shows of the text between two tags: a line's end and the blanks around it are one blank, or none at the ends."""
    first, *others = prose.split("\n")
    if not others:
        return first
    *between, last = others
    lines = [first.rstrip(), *(line.strip() for line in between), last.lstrip()]
    return " ".join(line for line in lines if line)


def _code(text: str, start: int, end: int, code: re.Pattern[str]) -> Iterator[Token]:
    for found in code.finditer(text, start, end):
        kind: Kind = found.lastgroup  # type: ignore[assignment]
        yield Token(kind, found[0], found.start())
