"""What a reader found, made into symbols: what encloses what, which comment documents it, which decorators it has."""

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.outline.symbol import Kind, Symbol

LONGEST = 4000  # characters of a signature, or of a decorator
_DEEPEST = 300  # characters of the names that enclose a thing
_SPACE = re.compile(r"\s*")
_LOOSE = re.compile(r" (?=[(){}\[\]<>,;:=|&?])|(?<=[(){}\[\]<>,;:=|&?]) ")
_DIRECTIVE = re.compile(
    r"\W*(?:eslint|prettier|biome|@ts-|ts-|istanbul|c8|v8|noqa|type:|pylint|mypy|ruff|fmt:|nosec|pragma|region|endregion|nolint|go:|"
    r"jscpd|sonar|stylelint|webpackIgnore|TODO|FIXME|XXX|HACK)"
)
_WORDS = re.compile(r"[^\W\d_]{2}")


@dataclass(frozen=True, slots=True)
class Draft:
    """A declaration as its grammar has it. ``lead`` is where its ``export`` begins; ``owner``: the class of a method outside it."""

    kind: Kind
    name: str
    at: int  # of its name
    start: int
    stop: int
    body: int
    public: bool
    lead: int
    owner: str = ""
    documented: bool = False  # by what its reader saw, whatever stands above it
    doc_at: int = -1


Place = tuple[int, int]


class Notes:
    """The comments of a text by the line that they end in, and its decorators."""

    def __init__(self, text: str, comments: Iterable[Place], decorators: Sequence[Place]) -> None:
        self._text, self.line = text, Lines(text)
        self._decorators = sorted(decorators)
        self._starts = [start for start, _ in self._decorators]
        self._before = {_after_space(text, end): start for start, end in self._decorators}
        self._alone: dict[int, Place] = {}
        self._beside: set[int] = set()
        self._passed: dict[int, int] = {}  # comments without words for readers, by their last line: what stands above them counts
        self._above: dict[int, int] = {}
        for start, end in comments:
            told = text[start : min(end, start + LONGEST)]
            stop = self.line(max(start, end - 1 if text[end - 1 : end] == "\n" else end))
            before = text[max(0, start - 200) : start].rpartition("\n")[2]
            if _DIRECTIVE.match(told) or not _WORDS.search(told):
                if not before.strip():
                    self._passed[stop] = self.line(start)
            elif before.strip():
                self._beside.add(stop)
            else:
                self._alone[stop] = (start, end)

    def lead(self, start: int) -> int:
        """Where the first of the decorators begins that stand before a place."""
        while start in self._before:
            start = self._before[start]
        return start

    def decorators(self, start: int, end: int) -> tuple[str, ...]:
        """The decorators in a stretch."""
        few = self._decorators[bisect_left(self._starts, start) : bisect_left(self._starts, end)]
        return tuple(self._text[one : min(stop, one + LONGEST)].lstrip("@") for one, stop in few)

    def above(self, start: int) -> int:
        """Where the comment begins that ends in the line above a place; -1 where there is none."""
        line = self.line(start)
        if line not in self._above:  # many things may stand in one line
            near = line - 1
            while near in self._passed:
                near = self._passed[near] - 1
            found = self._alone.get(near)
            while found is not None and (upper := self._alone.get(self.line(found[0]) - 1)):
                found = upper
            self._above[line] = found[0] if found is not None else -1
        return self._above[line]

    def within(self, start: int, end: int) -> int:
        """Where a comment begins that stands in a stretch, on lines of its own."""
        for number in range(self.line(start), min(self.line(end), self.line(start) + 60)):
            if (found := self._alone.get(number)) and found[0] > start:
                return found[0]
        return -1

    def beside(self, at: int) -> bool:
        """Whether a comment ends the line that a place is in."""
        return self.line(at) in self._beside


def _after_space(text: str, at: int) -> int:
    found = _SPACE.match(text, at)
    return found.end() if found else at


def symbols(text: str, drafts: Iterable[Draft], notes: Notes, line_comment: str) -> Iterator[Symbol]:
    """The symbols in the order of the text. What lies in a function is not public."""
    around: list[tuple[Draft, Symbol]] = []
    for one in sorted(drafts, key=lambda one: (one.start, -one.stop)):
        while around and around[-1][0].stop <= one.start:
            around.pop()
        outer = around[-1][1] if around else None
        prefix = one.owner or (outer.qualified if outer else "")
        qualified = ".".join(filter(None, (prefix, one.name)))[-_DEEPEST:]
        lead = notes.lead(one.lead)
        doc = one.doc_at if one.doc_at >= 0 else notes.above(lead)
        if doc < 0 and lead < one.at:
            doc = notes.within(lead, one.at)
        kept = outer is None or (outer.public and outer.kind in ("class", "interface"))
        made = Symbol(
            kind=one.kind, name=one.name, qualified=qualified, line=notes.line(one.at),
            end=notes.line(max(one.start, one.stop - 1)), public=one.public and kept,
            documented=one.documented or doc >= 0, doc_line=notes.line(doc) if doc >= 0 else 0,
            decorators=notes.decorators(lead, one.at), parent=prefix,
            signature=signature(text[one.start : min(one.body, one.start + LONGEST)], line_comment),
            first=notes.line(lead), start=one.start, stop=one.stop, body=one.body,
        )  # fmt: skip
        if one.kind not in ("constant", "field", "type", "enum"):
            around.append((one, made))
        yield made


def signature(text: str, line_comment: str) -> str:
    """A head without comments and needless white space."""
    whole = " ".join(_uncommented(line, line_comment) for line in text.split("\n")) if line_comment in text else text
    return _LOOSE.sub("", " ".join(whole.split())).rstrip(":={; ").replace(",)", ")")


def _uncommented(line: str, mark: str) -> str:
    """A line of a head without the comment that ends it; a mark behind an open quote is no comment."""
    for found in re.finditer(re.escape(mark), line[:LONGEST]):
        before = line[: found.start()]
        if (not before or before[-1] in " \t,") and not any(before.count(quote) % 2 for quote in "\"'`"):
            return before
    return line
