"""Tokens laid out as their language counts them: what is left when white space that means nothing is gone."""

from collections.abc import Iterable

from pytest_agentcompliance.parsing.churn.shapes import Shape
from pytest_agentcompliance.parsing.churn.tokens import Token

_OPERATORS = frozenset("+-&|<>=*/!?:.~^%@#")
_ENDS_A_STATEMENT = frozenset(["return", "throw", "break", "continue", "yield", "async"])  # a line's end behind these ends it
_NO_CALL = frozenset([
    "return", "in", "not", "and", "or", "if", "else", "elif", "yield", "is", "await", "assert", "del", "while", "raise", "lambda",
    "for", "with", "case",
])  # fmt: skip
_OPENERS, _CLOSERS = frozenset("([{"), frozenset(")]}")
_HEADS = frozenset(["if", "while", "for", "with"])
_MODIFIERS = frozenset(["get", "set", "static", "async"])
_GOES_ON = ("(", "[", "`", "+", "-", "*", "/", "<")  # a line that begins so goes on with the one before it
_STYLE_EDGES = frozenset("{};,")


def laid(tokens: Iterable[Token], shape: Shape, *, loose: bool = False) -> tuple[str, ...]:
    """The words and signs in order, with those blanks and line ends that mean something.

    ``loose``: quotes, semicolons, trailing commas and the brackets around a lone parameter mean nothing either.
    """
    return tuple(_Layout(shape, shape.loose if loose else "").run(tokens))


class _Layout:
    def __init__(self, shape: Shape, loose: str) -> None:
        self._shape, self._loose = shape, loose
        self._out: list[str] = []
        self._last: Token | None = None
        self._gap = ""
        self._depths = [0]  # widths of the open indentations
        # Of each open bracket: whether it is a call's or the like; its commas; what stands before it, where it is a parenthesis.
        self._open: list[tuple[bool, int, str | None]] = []
        self._ended = False  # a semicolon was left out
        self._head = False  # the bracket that was closed last is one after if, while, for

    def run(self, tokens: Iterable[Token]) -> list[str]:
        for token in tokens:
            if token.kind == "blank":
                self._gap += token.text
            elif token.kind == "comment":
                self._out.append(" ".join(token.text.split()))
                self._gap = self._gap or " "
            else:
                self._take(token)
        return self._out

    def _take(self, token: Token) -> None:
        if self._loose == "script" and token.text == ";" and token.kind == "sign":
            self._gap = self._gap or " "
            self._ended = True
            return
        if self._ended and self._needs(token):
            self._out.append(";")
        self._ended = False
        self._between(token)
        if token.kind == "sign":
            self._sign(token.text)
        else:
            self._out.append(_unquoted(token.text) if self._loose and token.kind == "string" else token.text)
        self._last, self._gap = token, ""

    def _needs(self, token: Token) -> bool:
        """Whether the semicolon before a token means something: an empty statement, the head of a loop, a line that would go on."""
        if self._last is None:
            return False
        if self._open and self._open[-1][2] is not None:
            return True
        last = self._last.text
        return (self._head and last == ")") or last in ("else", *_MODIFIERS) or token.text.startswith(_GOES_ON)

    def _between(self, token: Token) -> None:
        """What the blanks before a token come to."""
        gap, last, layout = self._gap, self._last, self._shape.layout
        if last is not None and last.text == "\\" and layout != "free":
            if layout == "levels" and gap.lstrip(" \t\r").startswith("\n"):
                self._out.pop()
            elif gap:
                self._out.append(gap.replace("\r", ""))
            return
        if layout == "levels":
            self._level(gap, first=last is None)
        elif layout == "indents":
            if last is None or "\n" in gap:
                self._out.append("\n" + gap.rpartition("\n")[2])
                return
        elif layout == "lines" and "\n" in gap and last is not None:
            self._out.append("\n")
            return
        if gap and last is not None and self._parts(last, token, gap):
            ends = self._shape.loose == "script" and "\n" in gap and last.text in _ENDS_A_STATEMENT
            self._out.append("\n" if ends else " ")

    def _parts(self, last: Token, token: Token, gap: str) -> bool:
        """Whether a blank between two tokens means something."""
        if self._shape.layout == "text":
            return True
        if not self._shape.glue:
            if self._shape.layout != "free":
                return True
            return last.text not in _STYLE_EDGES and last.text != ":" and token.text not in _STYLE_EDGES
        if last.kind == token.kind == "word":
            return True
        if last.kind == "word" and last.text in _ENDS_A_STATEMENT and "\n" in gap:
            return self._shape.loose == "script"
        if last.kind == token.kind == "sign":
            return "\n" not in gap and last.text in _OPERATORS and token.text in _OPERATORS
        return False

    def _level(self, gap: str, *, first: bool) -> None:
        """Python: a line's end outside of brackets, and how deep the next line stands."""
        if self._open or not ("\n" in gap or first):
            return
        width = len(gap.rpartition("\n")[2].expandtabs(8))
        while width < self._depths[-1]:
            self._depths.pop()
        if width > self._depths[-1]:
            self._depths.append(width)
        self._out.append(f"\n{len(self._depths)}")

    def _sign(self, sign: str) -> None:
        if sign in _OPENERS:
            last = self._last
            called = last is not None and ((last.kind == "word" and last.text not in _NO_CALL) or last.text in (")", "]"))
            self._open.append((called, 0, (last.text if last is not None else "") if sign == "(" else None))
        elif sign == "," and self._open:
            called, commas, before = self._open[-1]
            self._open[-1] = (called, commas + 1, before)
        elif sign in _CLOSERS and self._open:
            called, commas, before = self._open.pop()
            self._head = before in _HEADS
            if self._out[-1:] == [","] and self._may_drop(sign, commas, called=called):
                self._out.pop()
        self._out.append(sign)
        if self._loose == "script" and sign == ">" and self._out[-2:-1] == ["="] and self._out[-3:-2] == [")"]:
            self._bare_parameter()

    def _may_drop(self, closer: str, commas: int, *, called: bool) -> bool:
        """Whether the comma before a closing bracket is a formatter's. ``(a,)`` and ``x[a,]`` of Python are tuples."""
        if self._loose != "python":
            return self._loose == "script" and not (closer == "]" and self._out[-2:-1] in (["["], [","]))
        if closer == "}":
            return True
        return called if closer == ")" and commas < 2 else not (called and closer == "]")

    def _bare_parameter(self) -> None:
        """``(x) =>`` as ``x =>``."""
        before = self._out[-5:-4]
        name = self._out[-4:-3]
        if before == ["("] and name and (name[0].isidentifier() or name[0].startswith("$")):
            head = self._out[-6:-5]
            self._out[-5:] = [*([" "] if head and head[0].isidentifier() else []), name[0], "=", ">"]


def _unquoted(text: str) -> str:
    """A string without regard to its quotes, where both ways of writing it say the same."""
    for quote in ("'", '"'):
        start = text.find(quote)
        if 0 <= start <= 2 and text.endswith(quote) and len(text) >= start + 2 and text[start : start + 3] != quote * 3:
            inner = text[start + 1 : -1]
            if "\\\\" in inner or any(sign not in "bBuUrRfF" for sign in text[:start]):
                return text
            return f"{text[:start].lower()}\0{inner.replace(chr(92) + quote, quote)}\0"
    return text
