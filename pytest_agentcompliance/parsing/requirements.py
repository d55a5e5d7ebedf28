"""The acceptance criteria and requirements of a story, with their ids and lines, whatever dialect it is written in."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from pytest_agentcompliance.parsing import criteria_yaml, markdown, references
from pytest_agentcompliance.parsing.criteria_state import MARKS, State, state
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.markdown import Line
from pytest_agentcompliance.parsing.references import Key, Name

MOST = 2_000  # requirements that are taken from one story
LONGEST = 2_000  # characters of a line that are looked at
GROUP = 200  # criteria that one heading such as "AC-1 to AC-4" may stand for

_CRITERIA = late(
    r"(?i)\b(?:accept(?:ance)?\s{1,3}(?:criteri(?:a|on)|tests?)|success\s{1,3}criteria|completion\s{1,3}criteria)\b"
)
_REQUIREMENTS = late(
    r"(?i)^(?:\d+(?:\.\d+)*[.)]?\s+)?(?:(?:non-?\s?)?functional|user|story|product|business)?\s{0,2}requirements\s{0,3}(?:\([^()]{0,60}\))?:?$"
)
_ASIDE = late(  # headings under which criteria are talked about, not laid down
    r"(?i)\b(?:elaborat\w*|discover\w*|gaps?|proposed|for pm|suggest\w*|summary|traceab\w*|mapping|coverage|verification|review\w*"
    r"|qa|original|evidence|test plan|change log|history|subtasks?|reality)\b"
)
_AFTER = late(r"[*_~`)\]]{0,6}\s{0,3}(?:$|[:|(\[–—]|[-.](?:\s|$)|[*_~`)\]])")
_QUOTED = late(r"^>[> ]{0,9}(?:[-*+]\s{1,3})?(?:\[[ xX]\]\s)?")
_GIVEN = late(r"(?i)^[*_`]{0,3}(?:given\b|scenario(?: outline)?[ *_`]{0,4}[:\d])")
_ORDINAL = late(r"^(?:AC|#)?\s?(\d{1,4})$", re.IGNORECASE)
_NUMBERED = late(r"^(\d{1,3}(?:\.\d{1,3}){0,3})[.)]?\s")


@dataclass(frozen=True, slots=True)
class Requirement:
    """One criterion. ``counted``: the story gives it no id, and its place in the list stands for one.

    ``state`` is open where the run is to meet it. ``under`` are the headings of its group. ``main`` is False where the
    story lays it down outside of its criteria, in the notes of a review for example.
    """

    key: Key
    id: str
    text: str
    line: int
    state: State = "open"
    under: tuple[str, ...] = ()
    counted: bool = False
    main: bool = True


@dataclass(frozen=True)
class Story:
    """A story, read. ``mentioned`` has the names that stand in it outside of what lays a criterion down."""

    requirements: tuple[Requirement, ...] = ()
    mentioned: tuple[Name, ...] = ()
    items: int = 0  # all list items among the criteria, those within others too
    sections: frozenset[str] = frozenset()  # the numbers of its headings
    text: str = field(default="", repr=False)

    @cached_property
    def keys(self) -> frozenset[Key]:
        return frozenset(one.key for one in self.requirements)

    @property
    def counted(self) -> bool:
        """Whether the story gives its criteria no ids of their own."""
        return bool(self.requirements) and all(one.counted for one in self.requirements)


@dataclass(frozen=True, slots=True)
class _Section:
    level: int
    title: str


@dataclass(slots=True)
class _Walk:
    """What is found on the way through the lines."""

    found: dict[Key, Requirement] = field(default_factory=dict)
    groups: list[tuple[Name, Requirement]] = field(default_factory=list)
    loose: dict[int, list[tuple[Line, str, str]]] = field(default_factory=dict)  # by rank: line, written number, text
    unders: dict[int, tuple[str, ...]] = field(default_factory=dict)  # by line
    sections: list[_Section] = field(default_factory=list)
    numbers: set[str] = field(default_factory=set)
    indent: int | None = None  # of the items of the list that is being read
    table: int = 0  # rows of the table that is being read
    items: int = 0

    @property
    def home(self) -> int | None:
        """The rank of the section of criteria that the line stands in: 0 for acceptance criteria, more for others."""
        return next((rank for section in self.sections if (rank := _rank(section.title)) is not None), None)

    @property
    def groups_above(self) -> tuple[str, ...]:
        """The headings below that of the criteria; all but the title where the line stands in no such section."""
        at = next((at for at, one in enumerate(self.sections) if _rank(one.title) is not None), None)
        if at is None:
            return tuple(one.title for one in self.sections if one.level > 1)
        return tuple(one.title for one in self.sections[at + 1 :])

    def heading(self, line: Line, level: int) -> None:
        while self.sections and self.sections[-1].level >= level:
            self.sections.pop()
        self.indent, self.table = None, 0
        if numbered := _NUMBERED.match(line.body + " "):
            self.numbers.add(numbered[1])
        self.define(line)
        self.sections.append(_Section(level, line.body.strip(MARKS + ":")[:200]))

    def define(self, line: Line) -> bool:
        """Take the criteria that the line lays down by their ids; False where it does none."""
        body = line.body[:LONGEST]
        if body.startswith("|"):
            body = body.lstrip("| ")
        start = _QUOTED.sub("", body).lstrip(MARKS + "✓✔✅☑❌⚠️")
        names, end = references.begins(start)
        if not names:
            return False
        dressed = bool(line.marker) or line.kind == "heading" or body != start or line.body.startswith("|")
        rest = start[end:]
        if not _AFTER.match(rest) and not (dressed and self.home is not None and rest[:1].isspace()):
            return False
        one = Requirement(
            names[0].first,
            names[0].written.strip(),
            rest.lstrip(MARKS + ":.|–—-").rstrip("*_ |")[:300],
            line.number,
            state(body, rest, self.groups_above),
            self.groups_above,
            main=self._main(),
        )
        if len(names) > 1 or names[0].first != names[0].last:
            self.groups.extend((name, one) for name in names[:MOST])
            return True
        known = self.found.get(one.key)
        if (known is None or (one.main and not known.main)) and len(self.found) < MOST:
            self.found[one.key] = one
        return True

    def _main(self) -> bool:
        """Whether what stands here is laid down for the run, and not talked about in notes."""
        for section in self.sections:
            if _ASIDE.search(section.title) and (section.level > 1 or _rank(section.title) is not None):
                return False
            if _rank(section.title) is not None:
                return True
        return False

    def line(self, line: Line) -> None:
        rank = self.home
        if line.body.startswith("|"):
            self.table += 1
        else:
            self.table = 0
        if line.marker and rank is not None:
            self.items += 1
        if line.kind == "code":
            if rank is not None and _GIVEN.match(line.body) and line.body[:1] in "Ss":
                self._loose(rank, line, "", line.body)
            return
        if self.define(line) or rank is None or not self._main():
            return
        if line.marker:
            if self.indent is None:
                self.indent = line.indent
            if line.indent <= self.indent + 1:
                self._loose(rank, line, line.marker.rstrip(".)"), line.body)
        elif line.body.startswith("|"):
            cells = [cell.strip(MARKS) for cell in line.body.strip("|").split("|")]
            if self.table > 1 and any(char.isalpha() for char in line.body) and len(cells) > 1:
                ordinal = _ORDINAL.match(cells[0])
                self._loose(rank, line, ordinal[1] if ordinal else "", " | ".join(cells[1:] if ordinal else cells))
        elif _GIVEN.match(line.body):
            self._loose(rank, line, "", line.body)

    def _loose(self, rank: int, line: Line, written: str, text: str) -> None:
        loose = self.loose.setdefault(rank, [])
        if len(loose) < MOST:
            loose.append((line, written if written.isdigit() else "", text[:300]))
            self.unders[line.number] = self.groups_above


@lru_cache(maxsize=8)  # a story is read for what it asks, and once more where base and head are compared
def read(text: str) -> Story:
    """What a story asks for, in linear time; never fails, whatever the text is."""
    walk = _Walk()
    lines = markdown.read(text)
    fore = _front(lines)
    for line in lines[fore:]:
        if line.kind == "heading":
            walk.heading(line, line.level)
        elif line.kind in ("text", "html", "indented", "code"):
            title = line.body.strip(MARKS + ":")
            if line.kind == "text" and not line.marker and len(title) < 80 and _title(line, title):
                walk.heading(line, 7)
            elif line.body:
                walk.line(line)
        elif line.kind == "blank" and walk.table:
            walk.table = 0
    requirements = _settled(walk) or tuple(_from_yaml(text))
    return Story(requirements, _mentions(lines), walk.items, frozenset(walk.numbers), text)


def _rank(title: str) -> int | None:
    if _CRITERIA.search(title):
        return 0 if "accept" in title.lower() else 1
    return 2 if _REQUIREMENTS.match(title) else None


def _title(line: Line, title: str) -> bool:
    """Whether a line of text stands as a heading over criteria: ``**Acceptance Criteria:**``."""
    dressed = line.body.rstrip().endswith((":", "**", "__"))
    return dressed and (bool(_CRITERIA.search(title)) or bool(_REQUIREMENTS.match(title))) and not references.begins(title)[0]


def _front(lines: list[Line]) -> int:
    """How many lines the YAML at the head of the file has."""
    if not lines or lines[0].text.strip() != "---":
        return 0
    return next((at + 1 for at, line in enumerate(lines[1:500], 1) if line.text.strip() in ("---", "...")), 0)


def _settled(walk: _Walk) -> tuple[Requirement, ...]:
    """The criteria by their ids; where the story gives none, by their place among the best of its lists."""
    found = dict(walk.found)
    known = set(found)
    for name, one in walk.groups:
        spelled = list(_spelled(name))
        if known.isdisjoint(spelled) and len(found) < MOST:
            for key in spelled:
                found.setdefault(key, Requirement(key, str(key), one.text, one.line, one.state, one.under, main=one.main))
    if any(one.main for one in found.values()):
        return tuple(sorted(found.values(), key=lambda one: one.line))
    if walk.loose:
        loose = walk.loose[min(walk.loose)]
        written = [number for _, number, _ in loose]
        as_written = all(written) and len(set(written)) == len(written)
        for place, (line, number, text) in enumerate(loose, 1):
            key = Key("AC", (int(number) if as_written else place,))
            under = walk.unders[line.number]
            plain = text.lstrip(MARKS)
            found[key] = Requirement(key, str(key), plain, line.number, state(text, text, under), under, counted=True)
    elif found:  # no section is called by their name: what is laid down by an id anywhere is all there is
        found = {key: Requirement(key, one.id, one.text, one.line, one.state, one.under) for key, one in found.items()}
    return tuple(sorted(found.values(), key=lambda one: one.line))


def _spelled(name: Name) -> Iterator[Key]:
    first, last = name.first, name.last
    if first == last or len(first.numbers) != 1 or len(last.numbers) != 1 or last.numbers[0] - first.numbers[0] > GROUP:
        yield from dict.fromkeys((first, last))
    else:
        yield from (Key(first.family, (number,)) for number in range(first.numbers[0], last.numbers[0] + 1))


def _mentions(lines: list[Line]) -> tuple[Name, ...]:
    found: list[Name] = []
    for line in lines:
        if len(found) >= MOST:
            break
        if line.kind in ("text", "html", "heading", "indented"):
            found.extend(references.names(line.text[:LONGEST]))
    return tuple(found)


def _from_yaml(text: str) -> Iterator[Requirement]:
    for item in criteria_yaml.items(text, MOST):
        yield Requirement(item.key, item.id, item.text, item.line, state(item.text, item.text, ()), counted=item.counted)
