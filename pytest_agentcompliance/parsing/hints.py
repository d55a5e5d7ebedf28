"""Whether one of several patterns of bytes stands in parts of a text: what rules ask of every patch before they read anything."""

import re
from collections.abc import Hashable, Iterable, Sequence
from functools import cached_property, lru_cache
from typing import TypeVar

from pytest_agentcompliance.parsing import sieve

Name = TypeVar("Name", bound=Hashable)
LARGE = 300_000  # bytes that are searched; for fewer the sieve costs more to make than it saves
PART = 16_384  # bytes that are held against the sieve at once
# The plain letters that a pattern begins with. What stands behind them may make the last one optional.
_LETTERS = re.compile(rb"(?:[A-Za-z0-9_ @:/=&#,;<>'\"-]|\\x[0-9a-f]{2}|\\[./])+")
_LETTER = re.compile(rb"\\x([0-9a-f]{2})|\\?(.)")
_REPEAT = (b"?", b"*", b"{", b"+")
_WORD = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_")


class Hint:
    """One pattern: a dot is any byte. It is compiled when its first letters stand in a text."""

    def __init__(self, written: bytes, flags: int = re.DOTALL) -> None:
        self.written, self.flags = written, flags
        self.letters = b"" if flags & (re.IGNORECASE | re.VERBOSE) else letters(written)

    @cached_property
    def pattern(self) -> re.Pattern[bytes]:
        return re.compile(self.written, self.flags)

    @cached_property
    def wide(self) -> tuple[str, bool] | None:
        return sieve.wide(self.written, self.flags)

    @cached_property
    def may_stand(self) -> sieve.Asked | None:
        return sieve.asked([self.wide[0]]) if self.wide is not None else None


class Hints:
    """Several patterns, any of which is enough."""

    def __init__(self, written: Sequence[bytes], flags: int = re.DOTALL) -> None:
        self.all = [Hint(one, flags) for one in written]
        self._seen = 0

    def found(self, text: bytes, parts: Iterable[tuple[int, int, Name]]) -> set[Name]:
        """The names of the parts in which one of the patterns stands; a part is a start, an end and a name."""
        some = [part for part in parts if part[0] < part[1]]
        if not some:
            return set()
        self._seen += sum(end - start for start, end, _ in some)
        if self._seen >= LARGE and all(_is_apart(text, start, end) for start, end, _ in some):
            return self._sifted(text, some)
        first, last = min(start for start, *_ in some), max(end for _, end, _ in some)
        there = [hint for hint in self.all if text.find(hint.letters, first, last) != -1]
        return {name for start, end, name in some if any(hint.pattern.search(text, start, end) for hint in there)}

    def stand_in(self, text: bytes) -> bool:
        """Whether one of them stands in a text."""
        return bool(self.found(text, [(0, len(text), True)]))

    @cached_property
    def _together(self) -> tuple[list[Hint], sieve.Asked | None]:
        """The hints that can be asked for all at once; a pattern that had to be made wider would often be there in vain.

        One that begins with no fixed letter would slow the others: together the crate then looks at every byte.
        """
        some = [hint for hint in self.all if hint.letters and hint.wide is not None and hint.wide[1]]
        any_of = sieve.asked([hint.wide[0] for hint in some if hint.wide is not None]) if some else None
        return (some, any_of) if any_of is not None else ([], None)

    @cached_property
    def _alone(self) -> tuple[list[Hint], list[Hint]]:
        """The others: those that a text of ASCII may hold, and all."""
        together = set(map(id, self._together[0]))
        alone = [hint for hint in self.all if id(hint) not in together]
        return [hint for hint in alone if hint.letters.isascii()], alone

    def _sifted(self, text: bytes, parts: list[tuple[int, int, Name]]) -> set[Name]:
        found: set[Name] = set()
        view = memoryview(text)
        at = 0
        while at < len(parts):
            # Parts that stand one behind the other are looked at as one.
            begin, last = at, parts[at][1]
            at += 1
            while at < len(parts) and parts[at][0] == last and parts[at][1] - parts[begin][0] <= PART:
                last = parts[at][1]
                at += 1
            several = at - begin > 1
            whole = str(view[parts[begin][0] : last], "latin-1")
            if some := self._left(whole):
                for start, end, name in parts[begin:at]:
                    if several:
                        some = self._left(whole[start - parts[begin][0] : end - parts[begin][0]])
                    if any(hint.pattern.search(text, start, end) for hint in some):
                        found.add(name)
        return found

    def _left(self, text: str) -> list[Hint]:
        """The hints that the sieve does not keep back."""
        together, any_of = self._together
        some = together if any_of is not None and any_of(text) else []
        alone = self._alone[0] if text.isascii() else self._alone[1]
        return [hint for hint in (*some, *alone) if hint.may_stand is None or hint.may_stand(text)]


def _is_apart(text: bytes, start: int, end: int) -> bool:
    """Whether no word goes on across the ends of a part, where a pattern may ask for a word's end."""
    return (not start or text[start - 1] not in _WORD) and (end == len(text) or text[end - 1] not in _WORD)


def letters(written: bytes) -> bytes:
    """The bytes that a match of a pattern begins with; none where it may begin in several ways."""
    found = _LETTERS.match(written)
    if found is None or _is_choice(written):
        return b""
    some = [bytes([int(one[1], 16)]) if one[1] else one[2] for one in _LETTER.finditer(found[0])]
    return b"".join(some[:-1] if written.startswith(_REPEAT, found.end()) else some)


def _is_choice(written: bytes) -> bool:
    """Whether a bar may stand outside of all brackets."""
    depth, at = 0, 0
    while at < len(written):
        one = written[at : at + 1]
        if one == b"\\":
            at += 1
        elif one == b"[":  # a bracket that comes first in a class belongs to it
            at += 2 if written.startswith((b"[]", b"[^"), at) else 1
            at += written.startswith(b"^]", at - 1)
            while at < len(written) and written[at : at + 1] != b"]":
                at += 2 if written[at : at + 1] == b"\\" else 1
        elif one in (b"(", b")"):
            depth += 1 if one == b"(" else -1
        elif one == b"|" and depth == 0:
            return True
        at += 1
    return False


@lru_cache(maxsize=256)
def of(written: tuple[bytes, ...], flags: int = re.DOTALL) -> Hints:
    """Several patterns; the same for the same ones, so that they are compiled once."""
    return Hints(written, flags)
