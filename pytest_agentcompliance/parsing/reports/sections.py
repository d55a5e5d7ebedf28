"""The sections of a report, whatever they are dressed as: a heading, a bold label, a numbered item, a label with a colon."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.markdown import Line, read, too_much

LONGEST = 200  # characters of a line that can still be a title
LABEL = 7  # ranks of headings are 1 to 6
_BOLD = late(r"(?:\*\*|__)(?P<title>[^*_`\n]{1,100}(?:_[^*_`\n]{1,100}){0,4})(?:\*\*|__)(?P<rest>.*)")
_PLAIN = late(r"(?P<title>[A-Z][\w &/'-]{1,60}):(?P<rest>\s.*|)")
_NUMBER = late(r"^[(\[]?\d{1,2}[.):\]]*\s+")
_ASIDE = late(r"\([^()]{0,60}\)\s*$")
_WORD = late(r"[^\W_]+")
_HEADING = late(r" {0,3}#{1,6}[ \t]+\S")
_REPORT = 2  # headings in a fence below a label that make it the report


@dataclass(frozen=True, slots=True)
class Section:
    """One section. ``rank`` is a heading's level, or more for a label; ``rest`` what stands on the title's own line."""

    title: str
    line: int
    rank: int
    rest: str
    lines: tuple[Line, ...]

    @property
    def said(self) -> Iterator[tuple[int, str, bool]]:
        """What stands in it, line by line: the number, the text without its mark, and whether it is an item or a row of a table."""
        if self.rest.strip():
            yield self.line, self.rest.strip(), False
        for line in self.lines:
            if line.kind in ("text", "html") and line.body.strip():
                yield line.number, line.body.strip(), bool(line.marker) or line.body.lstrip().startswith("|")


def sections(text: str) -> tuple[Section, ...]:
    """The sections of a report in order, those within others too; never fails. A report may stand in one code fence as a whole."""
    return () if too_much(text) else of_lines(read(text))


def of_lines(lines: list[Line]) -> tuple[Section, ...]:
    """The sections of a text that was read already."""
    lines = unfenced(lines)
    titles = list(_titles(lines))
    found = []
    open_until = _ends([rank for _, rank, _, _ in titles], [at for at, *_ in titles], len(lines))
    for (at, rank, title, rest), end in zip(titles, open_until, strict=True):
        within = lines[at + 1 : end]
        found.append(
            Section(title, lines[at].number, rank, rest, tuple(within if rank < LABEL else _held(lines[at], rest, within)))
        )
    return tuple(found)


def unfenced(lines: list[Line]) -> list[Line]:
    """The lines of a report; those within its fences too where the whole of it stands in one, below a label at most."""
    if not any(line.kind == "fence" for line in lines):
        return lines
    ranks = [rank for _, rank, _, _ in _titles(lines)]
    inside = sum(line.kind == "code" and _HEADING.match(line.text) is not None for line in lines)
    if any(rank < LABEL for rank in ranks) or (ranks and inside < _REPORT):
        return lines
    return read("\n".join("" if line.text.lstrip().startswith(("```", "~~~")) else line.text for line in lines))


def named(found: Iterable[Section], names: Iterable[str]) -> Section | None:
    """The last section that has one of these names, in any spelling: a report that was written twice means its last."""
    wanted = {key(name) for name in names}
    return next((one for one in reversed(tuple(found)) if key(one.title) in wanted), None)


def key(title: str) -> str:
    """A title as it is compared: its words alone, in small letters, without a number in front."""
    return " ".join(_WORD.findall(_ASIDE.sub("", _NUMBER.sub("", title.strip())).lower()))


def _held(title: Line, rest: str, lines: list[Line]) -> Iterator[Line]:
    """The lines that belong to a label: a paragraph of its own after them does not."""
    said, blank = bool(rest), False
    for line in lines:
        if line.kind == "blank":
            blank = True
        elif said and blank and not line.marker and line.indent <= title.indent and not line.body.startswith("|"):
            return
        else:
            said, blank = True, False
        yield line


def _titles(lines: list[Line]) -> Iterator[tuple[int, int, str, str]]:
    """Where each title stands, its rank, its words, and what follows it on its line."""
    for at, line in enumerate(lines):
        if len(line.body) > LONGEST * 10:
            continue
        if line.kind == "heading":
            title, _, rest = _split(line.body)
            yield at, line.level or 1, title, rest
        elif line.kind == "text" and line.body:
            dressed = _BOLD.match(_bare(line.body))
            plain = None if dressed or line.marker else _PLAIN.match(line.body)
            if found := dressed or plain:
                bullet = 0 if not line.marker else 1 if line.marker[0].isdigit() else 2
                rest = found["rest"].strip()
                if dressed and rest and not rest.startswith((":", "-", "–", "—")) and not found["title"].rstrip().endswith(":"):
                    continue  # bold words in a sentence
                yield at, LABEL + line.indent + bullet, found["title"].strip().rstrip(":").strip(), rest.lstrip(":-–— ").strip()


def _split(body: str) -> tuple[str, str, str]:
    """A heading's title and what stands behind its colon: ``Skills Used: pytest``."""
    plain = re.sub(r"\*\*|__", "", body).strip()
    title, colon, rest = plain.partition(":")
    return title.strip(), colon, rest.strip()


def _bare(body: str) -> str:
    """A line without a number in front of its bold words."""
    return _NUMBER.sub("", body)


def _ends(ranks: list[int], places: list[int], last: int) -> list[int]:
    """Where each section ends: at the next title of its rank, or of a lower one."""
    ends, waiting = [last] * len(ranks), list[int]()
    for at, rank in enumerate(ranks):
        while waiting and ranks[waiting[-1]] >= rank:
            ends[waiting.pop()] = places[at]
        waiting.append(at)
    return ends
