"""Code of tests as words, signs and strings, without comments and blanks: the same however it is laid out."""

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any, Literal, NamedTuple

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.languages import language_of

Kind = Literal["word", "sign", "string", "comment", "blank", "end"]


class Token(NamedTuple):
    """One piece of code; ``line`` and ``column`` (from 0) are where it begins. ``end`` is the end of a line of Python."""

    kind: Kind
    text: str
    line: int
    column: int


# A string that nobody ends is read to the end of its line, or of the text, so that no character is read twice.
_DOUBLE, _SINGLE = r'"(?:[^"\\\n]|\\(?s:.|\Z))*+"?', r"'(?:[^'\\\n]|\\(?s:.|\Z))*+'?"
_LONG = r'"""(?:[^"\\]|\\(?s:.|\Z)|"(?!""))*+(?:"""|\Z)|' r"'''(?:[^'\\]|\\(?s:.|\Z)|'(?!''))*+(?:'''|\Z)"
_BACKTICK = r"`(?:[^`\\]|\\(?s:.|\Z))*+(?:`|\Z)"
_BLOCK = r"/\*(?s:.*?)(?:\*/|\Z)"
_WORD = r"\d[\w.]*+|[\w$]++"
_PYTHON = re.compile(
    rf"(?P<blank>[^\S\n]++|\\\n)|(?P<string>(?i:[rbfut]{{1,3}}(?=[\"']))?(?:{_LONG}|{_DOUBLE}|{_SINGLE}))|(?P<comment>\#[^\n]*+)"
    rf"|(?P<end>\n)|(?P<word>{_WORD})|(?P<sign>==|!=|<=|>=|->|:=|\*\*|//|[^\w\s])"
)
_CURLY_SIGN = r"===|!==|==|!=|<=|>=|=>|:=|&&|\|\||\?\?|\?\.|\.\.\.|<-|[^\w\s$]"
_CURLY = re.compile(
    rf"(?P<blank>\s++)|(?P<comment>//[^\n]*+|{_BLOCK})|(?P<string>{_DOUBLE}|{_SINGLE}|{_BACKTICK})|(?P<word>{_WORD})|(?P<sign>{_CURLY_SIGN})"
)
_PIECE = re.compile(rf"{_WORD}|{_CURLY_SIGN}")  # all but blanks
# Where a string, a pattern or the prose of JSX ends only a grammar can tell.
_LITERALS = ("comment", "string", "template_string", "regex")
_QUOTED = re.compile(r"(['\"])((?:(?!\1)[^\\\n])*+)\1")
_OPEN = {"(": ")", "[": "]", "{": "}"}
_CLOSE = {")": "(", "]": "[", "}": "{"}


def tokens(path: str, text: str) -> list[Token]:
    """The tokens of a file of Python, JavaScript, TypeScript or Go; of Python with the ends of its lines."""
    language = language_of(path)
    name = language.name if language else ""
    starts = [0, *(one.end() for one in re.finditer("\n", text))]
    if name == "python":
        return _read(_PYTHON, text, 0, len(text), starts)
    spans = _literals(text, name) if name in ("javascript", "typescript", "tsx") else None
    if spans is None:
        return _read(_CURLY, text, 0, len(text), starts)
    return list(_between(text, spans))


class _Kinds(dict[str, Kind]):
    """The kind of each word and sign: most of them come again and again."""

    def __missing__(self, piece: str) -> Kind:
        first = piece[0]
        kind: Kind = "word" if first.isalnum() or first in "_$" else "sign"
        self[piece] = kind
        return kind


def _between(text: str, spans: list[tuple[int, int, str]]) -> Iterator[Token]:
    """The tokens of a text whose comments and strings are known: line by line, since there are hundreds of thousands of them."""
    made, pieces, kinds = tuple.__new__, _PIECE.findall, _Kinds()
    at, row, first = 0, 1, 0  # ``first``: where the line begins
    for start, end, kind in [*spans, (len(text), len(text), "comment")]:
        if start < at:  # within another
            continue
        for number, line in enumerate(text[at:start].split("\n")):
            if number:
                row, first = row + 1, at
            column, place = at - first, 0
            for piece in pieces(line):
                place = line.find(piece, place)  # nothing but blanks is between
                yield made(Token, (kinds[piece], piece, row, column + place))
                place += len(piece)
            at += len(line) + 1
        if kind != "comment":
            yield Token("string", normal(text[start:end]), row, start - first)
        if lines := text.count("\n", start, end):
            row, first = row + lines, text.rfind("\n", start, end) + 1
        at = end


def _literals(text: str, name: str) -> list[tuple[int, int, str]] | None:
    said = grammar.find(_patterns(name), name, text)
    return None if said is None else sorted(((one.start, one.end, one.kind) for one in said), key=lambda one: (one[0], -one[1]))


@cache
def _patterns(name: str) -> list[tuple[Mapping[str, Any], list[str]]]:
    kinds = [{"kind": kind} for kind in (*_LITERALS, *(["jsx_text"] if name != "typescript" else []))]
    return [({"rule": {"any": kinds}}, [])]


def _read(code: re.Pattern[str], text: str, start: int, end: int, starts: list[int]) -> list[Token]:
    found: list[Token] = []
    row = bisect_right(starts, start)
    first, following = starts[row - 1], starts[row] if row < len(starts) else len(text) + 1
    for one in code.finditer(text, start, end):
        kind: Kind = one.lastgroup  # type: ignore[assignment]
        if kind in ("blank", "comment"):
            continue
        at = one.start()
        while at >= following:
            row += 1
            first, following = following, starts[row] if row < len(starts) else len(text) + 1
        found.append(Token(kind, normal(one[0]) if kind == "string" else one[kind], row, at - first))
    return found


def normal(text: str) -> str:
    """A string with single quotes where that changes nothing: formatters have their own taste."""
    plain = _QUOTED.fullmatch(text)
    return f"'{plain[2]}'" if plain and "'" not in plain[2] else text


def partners(found: list[Token]) -> dict[int, int]:
    """For each bracket the place of the one that closes it; what nobody closes runs to the end."""
    pairs: dict[int, int] = {}
    stack: list[int] = []
    for place, (kind, text, _, _) in enumerate(found):
        if kind != "sign":
            continue
        if text in _OPEN:
            stack.append(place)
        elif text in _CLOSE:
            opening = _CLOSE[text]
            if stack and found[stack[-1]].text == opening:
                pairs[stack.pop()] = place
                continue
            # A bracket of another kind that was never closed is taken back, unless nothing below it would fit either.
            depth = next((back for back in range(1, min(len(stack), 4) + 1) if found[stack[-back]].text == opening), 0)
            if depth:
                for left in stack[len(stack) - depth + 1 :]:
                    pairs[left] = place
                pairs[stack[-depth]] = place
                del stack[len(stack) - depth :]
    for left in stack:
        pairs[left] = len(found) - 1
    return pairs


def joined(found: list[Token]) -> str:
    """Tokens as one text, without what a formatter adds: commas before a closing bracket, semicolons at the end."""
    said = [text for kind, text, _, _ in found if kind != "end"]
    while said and said[-1] in (";", ","):
        said.pop()
    whole = " ".join(said)
    if not any(f", {sign}" in whole for sign in _CLOSE):
        return whole
    parts: list[str] = []
    for text in said:
        if text in _CLOSE and parts and parts[-1] == ",":
            parts.pop()
        parts.append(text)
    return " ".join(parts)


def split(found: list[Token], *signs: str) -> list[list[Token]]:
    """Tokens parted at signs or words that stand in no bracket."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in found:
        kind, text, _, _ = token
        if kind == "sign":
            depth += (text in _OPEN) - (text in _CLOSE)
        if depth == 0 and text in signs and kind != "string":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts
