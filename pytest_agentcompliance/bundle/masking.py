"""Secrets out of all that a bundle holds: a value that is one in any text is masked in every text.

What masks them in messages looks at one text at a time, and a value may be named as secret in one file and stand bare in
another. So everything is looked through first, and masked afterwards. No line is taken away and none is added, since
evidence is told by its lines.
"""

import re
from collections.abc import Iterator, Set
from typing import Any

from pytest_agentcompliance.parsing.secrets import MARK, cut, find, looks_random, over_lines
from pytest_agentcompliance.parsing.secrets.leaks import leaks

SHORTEST = 12  # characters of a value that is masked wherever it stands; a shorter one may be a word elsewhere
ARMOUR = re.compile(r"[A-Za-z0-9+/=]{40,}")  # a line of a private key
# Without one of these no text has a secret: most strings of evidence are words and paths.
LIKELY = re.compile(r"[\w+/=-]{12}|://|(?i:passw|pwd|secret|token|key|credential|authorization|bearer)")
ID = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
WIDE = (
    (b"\xff\xfe\0\0", "utf-32-le"), (b"\0\0\xfe\xff", "utf-32-be"), (b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"),
)  # fmt: skip

Span = tuple[int, int, str]  # where a secret begins and ends, and the mark that takes its place


class Masks:
    """What is masked, as far as it was looked through. ``kept`` are texts that stay: paths, by which evidence is found."""

    def __init__(self, kept: Set[str] = frozenset()) -> None:
        self._kept = kept
        self._everywhere: dict[str, str] = {}  # a value, and its mark
        self._within: dict[str, list[tuple[int, str, str]]] = {}  # a text: lines of it, and what is masked there alone
        self._spans: dict[str, tuple[Span, ...]] = {}
        self._seen: set[str] = set()

    def learn(self, text: str) -> None:
        """Look through a text. It is masked only once all have been looked through."""
        if text in self._seen or text in self._kept or not LIKELY.search(text) or ID.fullmatch(text):
            return
        self._seen.add(text)
        found = tuple((one.start, one.end, MARK.format(kind=one.kind)) for one in find(text))
        if found:
            self._spans[text] = found
        for start, end, mark in found:
            self._take(text[start:end], mark)
        for leak in leaks(text, settings=True):
            mark = MARK.format(kind=leak.kind)
            if not self._take(leak.value, mark):
                self._within.setdefault(text, []).append((leak.line, leak.value, mark))

    def _take(self, value: str, mark: str) -> bool:
        """Whether it is a value that is masked wherever it stands: one so random that it is no word of another text."""
        if "\n" in value:
            lines = (ARMOUR.search(line.lstrip("+-")) for line in value.split("\n"))
            self._everywhere.update({line[0]: mark for line in lines if line})
            return True
        if len(value) < SHORTEST or not looks_random(value):
            return False
        self._everywhere[value] = mark
        return True

    def text(self, text: str) -> str:
        """The text with a mark in the place of each secret, on as many lines."""
        if text in self._kept:
            return text
        made = self._masked(text, signed=False)
        return cut.masked(made) if text in self._seen else made  # an output may have been cut within a token

    def learn_data(self, data: bytes) -> None:
        self.learn(_decoded(data)[0])

    def data(self, data: bytes, *, patch: bool = False) -> bytes:
        """The same for the bytes of a file, or of a patch, whose lines keep their signs."""
        text, codec, begins = _decoded(data)
        masked = self._masked(text, signed=patch)
        found = begins + masked.encode(codec, "surrogateescape") if masked != text else data
        if b"\0" in found and not begins:  # a file of another encoding among those of a patch
            for value, mark in self._everywhere.items():
                for wide in ("utf-16-le", "utf-16-be"):
                    found = found.replace(value.encode(wide, "surrogatepass"), mark.encode(wide))
        return found

    def _masked(self, text: str, *, signed: bool) -> str:
        parts, at = [], 0
        for start, end, mark in self._spans.get(text, ()):
            parts += [text[at:start], over_lines(text[start:end], mark, "+-" if signed else "")]
            at = end
        made = "".join([*parts, text[at:]])
        if text in self._within:
            lines = made.split("\n")
            for number, value, mark in self._within[text]:
                lines[number - 1] = lines[number - 1].replace(value, mark)
            made = "\n".join(lines)
        for value, mark in self._everywhere.items():
            if value in made:
                made = made.replace(value, mark)
        return made


def _decoded(data: bytes) -> tuple[str, str, bytes]:
    """The text of a file, its encoding, and the bytes before the text that say it."""
    for begins, codec in WIDE:
        if data.startswith(begins):
            return data[len(begins) :].decode(codec, "replace"), codec, begins
    return data.decode("utf-8", "surrogateescape"), "utf-8", b""


def texts(data: Any) -> Iterator[str]:
    """All texts of a value as JSON has it, the names of fields too."""
    stack = [data]
    while stack:
        one = stack.pop()
        if isinstance(one, str):
            yield one
        elif isinstance(one, list | tuple):
            stack += one
        elif isinstance(one, dict):
            stack += [*one, *one.values()]


def masked(data: Any, masks: Masks) -> Any:
    """A value as JSON has it, masked."""
    if isinstance(data, str):
        return masks.text(data)
    if isinstance(data, list | tuple):
        return [masked(one, masks) for one in data]
    if isinstance(data, dict):
        return {masks.text(name): masked(one, masks) for name, one in data.items()}
    return data
