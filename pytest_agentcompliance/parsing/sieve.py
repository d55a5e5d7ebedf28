"""What patterns of bytes cannot match, told in one quick pass over all of them: the crate ``regex``, which pydantic brings along.

Python's own engine goes through a text once for each pattern, byte by byte: 13 ms for 24 MB and one word. The crate looks for
seventy of them in 30 ms. It knows no look-around, so that a pattern is made wider here, never narrower: where the wide one finds
nothing there is nothing, and where it finds something the pattern itself is asked.
"""

import importlib
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any

Asked = Callable[[str], bool]  # whether a text, each byte a character of Latin-1, may hold a match

MOST = 64  # repeats that are counted; more of them make the crate's machine large, and count as any number
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")
_CLASSES = {"DIGIT": frozenset(b"0123456789"), "SPACE": frozenset(b" \t\n\r\f\v"), "WORD": _WORD}
_ALL = frozenset(range(256))
_REPEATS = frozenset({"MAX_REPEAT", "MIN_REPEAT", "POSSESSIVE_REPEAT"})


class _NotKnownError(Exception):
    """What cannot be said in the crate's words."""


@lru_cache(maxsize=1024)
def wide(pattern: bytes, flags: int = 0) -> tuple[str, bool] | None:
    """A pattern in the crate's words that matches wherever this one does, and whether it is as narrow; None where there is none."""
    if flags & re.LOCALE:
        return None
    try:
        tree: Any = importlib.import_module("re._parser").parse(pattern, flags)
        writer = _Writer()
        return writer.all(tree, bool(tree.state.flags & re.IGNORECASE)), writer.narrow
    except Exception:  # the parser is Python's own affair, and may change: then there is no quick pass
        return None


def asked(patterns: Iterable[str]) -> Asked | None:
    """Whether a text may hold a match of one of these, in the crate's words; None where it refuses them."""
    from pydantic_core import SchemaValidator, core_schema

    try:
        any_of = "|".join(f"(?:{one})" for one in patterns)
        made = SchemaValidator(core_schema.str_schema(pattern=any_of, regex_engine="rust-regex"))
    except Exception:  # too large, or in words that this version does not know
        return None
    return made.isinstance_python


class _Writer:
    """Writes a pattern that Python has parsed."""

    def __init__(self) -> None:
        self.narrow = True

    def all(self, tree: Any, fold: bool) -> str:
        return "".join(self._one(op.name, what, fold) for op, what in tree)

    def _one(self, op: str, what: Any, fold: bool) -> str:
        match op:
            case "LITERAL":
                return _set(_folded({what}) if fold else {what})
            case "NOT_LITERAL":
                return _set(_ALL - (_folded({what}) if fold else {what}))
            case "ANY":  # the dot of a pattern without DOTALL matches less
                return _set(_ALL)
            case "IN":
                return _set(_members(what, fold=fold))
            case "BRANCH":
                return "(?:" + "|".join(self.all(one, fold) for one in what[1]) + ")"
            case "SUBPATTERN":
                _, add, without, inner = what
                return f"(?:{self.all(inner, (fold or bool(add & re.IGNORECASE)) and not without & re.IGNORECASE)})"
            case "ATOMIC_GROUP":
                return f"(?:{self.all(what, fold)})"
            case "AT":
                return self._place(what.name)
            case "ASSERT" | "ASSERT_NOT":
                self.narrow = False
                return ""
            case "FAILURE":
                return r"[a&&b]"
        if op not in _REPEATS:
            raise _NotKnownError(op)
        least, most, inner = what
        inside = self.all(inner, fold)
        return f"(?:{inside}){{{min(least, MOST)},{most if most <= MOST else ''}}}" if inside else ""

    def _place(self, name: str) -> str:
        if name == "AT_BOUNDARY":
            return r"(?-u:\b)"
        self.narrow = False
        return ""


def _members(items: Any, *, fold: bool) -> frozenset[int]:
    found: set[int] = set()
    negated = False
    for op, what in items:
        match op.name:
            case "NEGATE":
                negated = True
            case "LITERAL":
                found.add(what)
            case "RANGE":
                found.update(range(what[0], what[1] + 1))
            case "CATEGORY":
                name = what.name.removeprefix("CATEGORY_")
                some = _CLASSES[name.removeprefix("NOT_")]
                found |= _ALL - some if name.startswith("NOT_") else some
            case _:
                raise _NotKnownError(op.name)
    some = _folded(found) if fold else frozenset(found)
    return _ALL - some if negated else some


def _folded(some: Iterable[int]) -> frozenset[int]:
    """With both cases of each letter: of bytes that are ASCII's letters alone."""
    return frozenset(one for each in some for one in (each, *bytes([each]).lower(), *bytes([each]).upper()))


def _set(some: Iterable[int]) -> str:
    """One character of these."""
    there = sorted(some)
    if not there:
        return r"[a&&b]"
    if len(there) == 1:
        return f"\\x{{{there[0]:x}}}"
    ranges: list[list[int]] = []
    for one in there:
        if ranges and one == ranges[-1][1] + 1:
            ranges[-1][1] = one
        else:
            ranges.append([one, one])
    return "[" + "".join(f"\\x{{{low:x}}}-\\x{{{high:x}}}" for low, high in ranges) + "]"
