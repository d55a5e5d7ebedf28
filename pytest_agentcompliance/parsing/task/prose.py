"""A task as Markdown, or as the elements of a prompt: headings, labels, tables, lists, ``<strategy>tdd</strategy>``."""

import re
from collections.abc import Iterator
from itertools import zip_longest

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.markdown import Line, unticked
from pytest_agentcompliance.parsing.reports.sections import LABEL, Section, sections
from pytest_agentcompliance.parsing.reports.sections import key as words
from pytest_agentcompliance.parsing.task.record import Field, Item
from pytest_agentcompliance.parsing.task.said import Said, entries, field_of

_TAGS: dict[str, Field] = {
    "id": "id", "task_id": "id", "description": "description", "objective": "description", "task_description": "description",
    "strategy": "strategy", "quality_gates": "gates", "non_goals": "non_goals", "nongoals": "non_goals", "known_risks": "risks",
    "risks": "risks",
}  # fmt: skip
_PLAINEST = ("id", "task_id", "description", "strategy", "quality_gates", "non_goals", "known_risks", "risks")
_COMMENT = late(r"<!--[^<>]{0,4000}-->")
_ELEMENT = late(r"</?([a-zA-Z_]{1,40})>")
_IN_ITEM = late(r"(?:\*\*|__)?([A-Z][\w &/'-]{1,40}?)(?:\*\*|__)?:(?:\*\*|__)?\s+(\S.*)")
_ID = r"[A-Z][A-Z0-9]{0,11}(?:-[A-Z0-9]{1,8}){0,3}-[A-Z]{0,4}\d{1,6}[a-z]?"
_NAMED = late(
    r"(?:(?i:(?:implement|execute|complete|work on|do|build|fix)\s{1,3})?(?i:tasks?|story|ticket|issue)\s{1,3})?"
    rf"[\[(]?({_ID})[\])]?(?=\s{{0,3}}[:.–—|,)]|\s{{1,3}}-|\s{{0,3}}$)"
)
_WITHIN = late(rf"(?i:\btask(?: id)?)\s{{0,2}}[:#]?\s{{0,2}}[*`]{{0,2}}({_ID})\b")
ID = late(_ID)
_BARE = late(r"[*_`#\s]{0,8}")


def elements(text: str) -> Iterator[Said]:
    """What the elements of a prompt say; each counts once."""
    seen = set[str]()
    for tag in _ELEMENT.finditer(text):
        name = tag[1].lower()
        if tag[0].startswith("</") or name not in _TAGS or name in seen:
            continue
        seen.add(name)
        end = text.find(f"</{tag[1]}>", tag.end())
        if end < 0:
            continue
        first = text.count("\n", 0, tag.end()) + 1
        rows = []
        for at, row in enumerate(_blanked(text[tag.end() : end]).split("\n")):
            inner = _ELEMENT.search(row) if name == "quality_gates" else None
            said = _ELEMENT.sub(" ", row).strip().lstrip("-*• ")
            rows.append((first + at, f"{inner[1]}: {said}" if inner else said))
        yield Said(_TAGS[name], first, tuple(entries(rows)), _PLAINEST.index(name) if name in _PLAINEST else 9)


def _blanked(text: str) -> str:
    """A text without its comments, line by line as it was."""
    return _COMMENT.sub(lambda found: "\n" * found[0].count("\n"), text)


def markdown(text: str) -> Iterator[Said]:
    """What the sections of a text say, and the entries of its lists that have a name of a field in front."""
    found = sections(text)
    for one in found:
        known = field_of(words(one.title))
        if known and not (known[0] == "id" and one.rank < LABEL and not one.rest):
            rows = [(line, row) for line, row in _rows(one)]
            if known[0] == "gates":
                rows = [(line, f"{one.title}: {row}" if line == one.line else row) for line, row in rows]
            yield Said(known[0], one.line, tuple(entries(_split(rows, known[0]))), known[1])


def items(lines: list[Line]) -> Iterator[Said]:
    """The entries of lists, and the rows of tables, that have a name of a field in front: ``- Strategy: tdd``."""
    for line, below in zip_longest(lines, lines[1:]):
        assert line is not None  # the second list is the shorter one
        heads = below is not None and below.body.startswith("|") and not below.body.strip("|:- \t")  # a table's columns
        if line.kind != "text" or len(line.body) > 4_000 or (line.body.startswith("|") and heads):
            continue
        if line.body.startswith("|"):
            cells = [cell.strip().strip("*_` ") for cell in line.body.strip("|").split("|")]
            name, said = (cells[0], cells[1]) if len(cells) == 2 else ("", "")
        else:
            match = _IN_ITEM.match(unticked(line.body)) if line.marker else None
            name, said = (match[1], match[2]) if match else ("", "")
        if said and (known := field_of(words(name))):
            row = f"{name}: {said}" if known[0] == "gates" else said
            yield Said(known[0], line.number, tuple(entries(_split([(line.number, row)], known[0]))), known[1] + 1)


def ids(lines: list[Line]) -> Iterator[Item]:
    """The ids of tasks that lines begin with, or that stand behind the word task."""
    for line in lines:
        if line.kind in ("text", "heading") and line.body:
            body = line.body[:2_000]
            if line.body.startswith("|"):
                body = body.strip("| ").partition("|")[0] + ":"
            start = _BARE.match(body)
            found = _NAMED.match(body, start.end() if start else 0) or _WITHIN.search(body)
            if found:
                yield Item(found[1], line.number)


def opening(lines: list[Line]) -> Item | None:
    """The title, or the first sentence, that says what is to be done."""
    for line in lines:
        if line.kind in ("text", "heading") and not line.body.startswith("|"):
            said = re.sub(r"[*_`]", "", line.body).strip()
            if len(said.split()) >= 3 and not said.endswith(":"):
                return Item(said[:2_000], line.number)
    return None


def _rows(one: Section) -> Iterator[tuple[int, str]]:
    """What a section says; of a table all but its head."""
    said = list(_joined(one))
    rule = next((at for at, (_, text, _) in enumerate(said) if re.fullmatch(r"[\s|:-]{3,200}", text) and "-" in text), None)
    for at, (line, text, _) in enumerate(said):
        if rule is None or at not in (rule - 1, rule):
            yield line, " - ".join(cell.strip() for cell in text.strip("| ").split("|")) if text.startswith("|") else text


def _joined(one: Section) -> Iterator[tuple[int, str, bool]]:
    """What a section says, with the lines that go on with an entry of a list joined to it."""
    last: tuple[int, str, bool] | None = None
    end = 0
    for number, text, item in one.said:
        if last is not None and last[2] and not item and number == end + 1 and not last[1].startswith("|"):
            last = (last[0], f"{last[1]} {text}"[:4_000], True)
        else:
            if last is not None:
                yield last
            last = (number, text, item)
        end = number
    if last is not None:
        yield last


def _split(rows: list[tuple[int, str]], field: Field) -> list[tuple[int, str]]:
    """A list that is written on one line: ``Non-goals: frontend, mobile``."""
    if field not in ("non_goals", "risks") or len(rows) != 1:
        return rows
    line, text = rows[0]
    parts = [part.strip() for part in re.split(r"[,;](?![^()\[\]{}]{0,200}[)\]}])", text)]
    return [(line, part) for part in parts] if all(len(part.split()) <= 5 for part in parts) else rows
