"""Code of tests as words, signs and strings, without comments and blanks: the same however it is laid out."""

import re
from bisect import bisect_right
from typing import Literal, NamedTuple

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
_BARE = re.compile(rf"(?:(?P<word>{_WORD})|(?P<sign>{_CURLY_SIGN})|(?P<blank>\s))\s*+")
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
    found: list[Token] = []
    at = 0
    for start, end, kind in spans:
        if start < at:  # within another
            continue
        found += _read(_BARE, text, at, start, starts)
        if kind != "comment":
            row = bisect_right(starts, start)
            found.append(Token("string", normal(text[start:end]), row, start - starts[row - 1]))
        at = end
    return found + _read(_BARE, text, at, len(text), starts)


def _literals(text: str, name: str) -> list[tuple[int, int, str]] | None:
    kinds = [{"kind": kind} for kind in (*_LITERALS, *(["jsx_text"] if name != "typescript" else []))]
    said = grammar.find([({"rule": {"any": kinds}}, [])], name, text)
    return None if said is None else sorted(((one.start, one.end, one.kind) for one in said), key=lambda one: (one[0], -one[1]))


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
    for place, token in enumerate(found):
        if token.kind != "sign":
            continue
        if token.text in _OPEN:
            stack.append(place)
        elif token.text in _CLOSE:
            # A bracket of another kind that was never closed is taken back, unless nothing below it would fit either.
            depth = next((back for back in range(1, min(len(stack), 4) + 1) if found[stack[-back]].text == _CLOSE[token.text]), 0)
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
    parts: list[str] = []
    for token in found:
        if token.kind == "end":
            continue
        if token.text in _CLOSE and parts and parts[-1] == ",":
            parts.pop()
        parts.append(token.text)
    while parts and parts[-1] in (";", ","):
        parts.pop()
    return " ".join(parts)


def split(found: list[Token], *signs: str) -> list[list[Token]]:
    """Tokens parted at signs or words that stand in no bracket."""
    parts: list[list[Token]] = [[]]
    depth = 0
    for token in found:
        if token.kind == "sign":
            depth += (token.text in _OPEN) - (token.text in _CLOSE)
        if depth == 0 and token.text in signs and token.kind != "string":
            parts.append([])
        else:
            parts[-1].append(token)
    return parts
