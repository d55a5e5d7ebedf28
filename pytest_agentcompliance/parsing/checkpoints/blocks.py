"""A block of Markdown that begins with a title, and its labelled parts: what checkpoints and escalations have in common."""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from pytest_agentcompliance.parsing.markdown import Line, read, too_much
from pytest_agentcompliance.parsing.reports.sections import LABEL, Section, key, of_lines

MOST = 500  # blocks of one text
LONGEST = 400  # characters of a line that can be a title
_SHOWN = re.compile(r"(?i)^(?:markdown|md|text|txt)?$")
_PLACEHOLDER = re.compile(r"\{[^{}]{0,200}\}|\[[^\[\]]{0,200}\](?!\()|<[^<>]{0,200}>|\b(?i:TBD|TBA|none yet)\b")
_WORD = re.compile(r"[^\W_]")
# A quote's mark, and pictures that stand before a bold label.
_DRESS = re.compile(r"(?:>\s?){0,3}(?:[^\w\s*_`|>#()\[\]{}<\"'$@/.~+=-][\ufe0f\u200d]?\s*){0,4}(?=\*\*|__)")
_SIGNS = re.compile(r"^[^\w]{1,8}")
_SILENT = ("blank", "rule", "fence", "hidden", "under")
_BOLD = re.compile(r"^(?:\*\*|__)(.{1,300}?)(?:\*\*|__)\W{0,3}$")


@dataclass(frozen=True, slots=True)
class Part:
    """One part: the label as it is written, where it stands, and its lines. ``filled``: they say something."""

    label: str
    line: int
    lines: tuple[Line, ...]
    filled: bool

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class Block:
    """``kind`` is how its title is dressed; ``line`` and ``last`` where it begins and ends."""

    title: str
    kind: str  # heading, bold, plain
    line: int
    last: int
    parts: Mapping[str, Part]


def blocks(text: str, opens: Callable[[str], bool], names: Mapping[str, tuple[str, ...]], *, fenced: bool) -> Iterator[Block]:
    """The blocks of a text whose title ``opens`` one, with the parts that have ``names``; none of a text that is too long.

    ``fenced``: those within a fence too.
    """
    if too_much(text):
        return
    lines = read(text)
    if fenced:
        lines = _opened(_unquoted(lines, opens), opens)
    titles = [(at, kind, title) for at, line in enumerate(lines) for kind, title in [_title(line)] if title and opens(title)]
    titles = titles[:MOST]
    if not titles:
        return
    known = {key(name): part for part, all_names in names.items() for name in all_names}
    lines = [*lines[: titles[0][0]], *_undressed(lines[titles[0][0] :], known)]
    places = {line.number: at for at, line in enumerate(lines)}
    sections = of_lines(lines)
    begins = [places.get(one.line, -1) for one in sections]
    starts = [at for at, _, _ in titles]
    for (at, kind, title), following in zip(titles, [*starts[1:], len(lines)], strict=True):
        end = _end(lines, at, following, known)
        inside = sections[bisect_right(begins, at) : bisect_left(begins, end)]
        yield Block(title, kind, lines[at].number, lines[end - 1].number, dict(_parts(inside, known, places, end, lines)))


def says(text: str) -> bool:
    """Whether a text says something, and is not only what a template has in its place."""
    return _WORD.search(_PLACEHOLDER.sub("", text[: 5 * LONGEST])) is not None


def _unquoted(lines: list[Line], opens: Callable[[str], bool]) -> list[Line]:
    """The lines as they read without the marks of a quote that holds a whole block."""
    if not any(line.text.startswith(">") and opens(line.text[:LONGEST].strip("#*_> ")) for line in lines):
        return lines
    rows = (line.text.removeprefix(">").removeprefix(" ") if line.text.startswith(">") else line.text for line in lines)
    return read("\n".join(rows))


def _opened(lines: list[Line], opens: Callable[[str], bool]) -> list[Line]:
    """The lines as they read where a fence around a block is taken away: some write it as the template shows it."""
    drop: set[int] = set()
    fences = [at for at, line in enumerate(lines) if line.kind == "fence"]
    if not fences or not any(line.kind == "code" and opens(line.body[:LONGEST].strip("#*_ ")) for line in lines):
        return lines
    for first, last in zip(fences[::2], [*fences[1::2], len(lines)], strict=False):
        held = (line.body[:LONGEST].strip("#*_ ") for line in lines[first + 1 : last])
        if _SHOWN.match(lines[first].info.strip()) and any(map(opens, held)):
            drop |= {first, last}
    if not drop:
        return lines
    return read("\n".join("" if at in drop else line.text for at, line in enumerate(lines)))


def _title(line: Line) -> tuple[str, str]:
    """How a line is dressed that can be a title, and its words."""
    if line.kind not in ("heading", "text") or len(line.body) > LONGEST or line.body.startswith("|"):
        return "", ""
    if line.kind == "heading":
        return "heading", re.sub(r"\*\*|__", "", line.body).strip()
    if line.marker:
        return "", ""
    bold = _BOLD.match(line.body)
    return ("bold", bold[1].strip()) if bold else ("plain", line.body.strip())


def _undressed(lines: list[Line], known: Mapping[str, str]) -> Iterator[Line]:
    """The lines as labels are read in them: without quote marks and signs before a bold label, and the rows of a table whose
    first cells are names of parts as labels of their own."""
    rows = _labels(lines, known)
    for at, line in enumerate(lines):
        if at in rows:
            yield Line(line.number, "text", line.text, rows[at])
        elif line.kind != "text" or not line.body or line.body[0].isalnum() or not (bare := _DRESS.match(line.body)):
            yield line
        else:
            yield replace(line, body=line.body[bare.end() :])


def _labels(lines: list[Line], known: Mapping[str, str]) -> dict[int, str]:
    """Where a row of a table is one part, as ``**Project:** shop``; only of tables that have three parts, one of the first two."""
    found: dict[int, str] = {}
    first = set(list(dict.fromkeys(known.values()))[:2])
    table: dict[int, str] = {}
    parts: set[str] = set()
    for at, line in enumerate([*lines, Line(0, "blank", "", "")]):
        if line.kind == "text" and line.body.startswith("|"):
            cells = line.body[: 10 * LONGEST].strip("| ").split("|", 1)
            name = known.get(key(_SIGNS.sub("", cells[0].strip("*_ ")))) if len(cells) > 1 else None
            if name is not None:
                table[at] = f"**{name}:** {cells[1].strip()}"
                parts.add(name)
            continue
        if len(parts) > 2 and parts & first:
            found |= table
        table, parts = {}, set()
    return found


def _end(lines: list[Line], at: int, following: int, known: Mapping[str, str]) -> int:
    """Where a block ends: at the next title of its kind, or a heading that is as high and none of its parts."""
    if lines[at].kind != "heading":
        return following
    for place in range(at + 1, following):
        line = lines[place]
        if line.kind == "heading" and line.level <= lines[at].level and key(line.body.partition(":")[0]) not in known:
            return place
    return following


def _parts(
    sections: Sequence[Section], known: Mapping[str, str], places: Mapping[int, int], end: int, lines: list[Line]
) -> Iterator[tuple[str, Part]]:
    """The parts by name, of several with one name the first that says something."""
    found: dict[str, Part] = {}
    named = {one.line for one in sections if key(one.title) in known}
    for one in sections:
        name = known.get(key(one.title))
        if name is None:
            continue
        rest = [Line(one.line, "text", one.rest, one.rest)] if one.rest.strip() else []
        within = []
        start = places[one.line]
        for line in lines[start + 1 : min(start + 1 + len(one.lines), end)]:
            if line.number in named:
                break
            within.append(line)
        kept = (*rest, *(within if one.rank < LABEL else one.lines[: len(within)]))
        filled = any(line.kind not in _SILENT and says(line.body) for line in kept)
        if name not in found or (filled and not found[name].filled):
            found[name] = Part(one.title, one.line, kept, filled)
    yield from found.items()
