"""What a report delivers: its seven parts, the files that it lists, the boxes of its checklist. Markdown or JSON."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from pytest_agentcompliance.parsing.markdown import Line, too_much
from pytest_agentcompliance.parsing.markdown import read as lines_of
from pytest_agentcompliance.parsing.reports import data
from pytest_agentcompliance.parsing.reports.sections import Section, key, of_lines, unfenced

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.log_files import Named

NAMES: Mapping[str, tuple[str, ...]] = {
    "summary": (
        "Implementation Summary", "Summary", "What Was Built", "What Was Done", "What Was Implemented", "Overview", "Changes Made",
        "Summary of Changes", "Implementation Results", "Outcome Summary", "Implementation Complete", "What Changed", "Key Changes",
        "Implementation Details", "Implementation", "Outcome", "What I did", "Changes", "Description", "What this does",
    ),
    "files": (
        "Files Changed", "Files Created", "Files Modified", "Files Created/Modified", "Files Modified/Created", "Changed Files",
        "Modified Files", "New Files", "Created Files", "Files", "Files Touched", "Files Updated", "Files Affected",
        "Files Deleted", "Files Refactored", "Files Added", "File Changes", "File Modifications", "File Additions",
        "File Deletions", "Modified", "Files Changed and Created", "File List",
    ),
    "api": (
        "API Documentation", "API", "API Endpoints", "Endpoints", "API Changes", "API Endpoints Implemented", "API Reference",
        "Endpoint Documentation", "REST API", "API Contract", "Exported Functions", "Exported Types", "API Docs", "Routes",
        "Public API",
    ),
    "database": (
        "Database Changes", "Database", "Migrations", "Database Schema", "Schema Changes", "Schema Modifications", "Data Model",
        "Database Migrations", "DB Changes", "Database Schema Changes", "Data Model Changes", "Migration",
    ),
    "tests": (
        "Test Results", "Tests", "Testing", "Test Summary", "Test Execution Summary", "Test Coverage", "Test Report", "Test Status",
        "Test Plan and Results", "Coverage Report", "Test Verification", "Verification", "Verification Results", "Tests Passing",
        "Validation", "Test Run", "How it was tested",
    ),
    "scope": (
        "Scope Compliance Confirmation", "Scope Compliance", "Scope Confirmation", "Scope", "Non-Goal Compliance", "Non-Goals",
        "Non-Goals Compliance", "Scope Statement", "Non-Goals Respected", "Out of Scope", "Scope Check", "Scope Adherence",
    ),
    "skills": ("Skills Used", "Skills Invoked", "Skill Usage", "Skills", "Agents and Skills Used", "Skills Applied"),
    "checklist": (
        "Acceptance Checklist", "Checklist", "Acceptance Criteria", "Quality Gates", "Quality Gates Met", "Quality Checklist",
        "Quality Standards Met", "Completion Checklist", "Definition of Done", "Acceptance Criteria Verification",
        "Quality Gate Verification", "Final Checklist", "Verification Checklist",
    ),
}  # fmt: skip
MOST_BOXES = 1_000  # of one report
LONGEST_TITLE = 8  # words of a title that can hold the name of a part
_PATH = re.compile(r"(?<![\w/.@-])[\w.@-][\w.@/-]{0,300}/[\w.@-]{1,100}")
_MOST_PARTS = 10  # sections of one name; the rest say it again
_SHORT = 4  # words of a cell that can begin with yes or no
_LEAST = 2  # words of a name that may stand within a title
_BOX = re.compile(r"^[ \t>]*(?:(?:[-*+•]|\d{1,3}[.)])[ \t]+)?\[(?P<mark>[ xX✓✔✅√~-]?)\](?=\s)[ \t]*(?P<text>.*)")
_SIGN = re.compile(
    r"^[ \t>]*(?:(?:[-*+•]|\d{1,3}[.)])[ \t]+)?(?P<mark>✅|☑️?|✔️?|✓|❌|✗|✘|☐|⬜|🔲|⚠️?|:white_check_mark:|:x:)[ \t]*(?P<text>.*)"
)
_TICKED = frozenset("✅☑✔✓") | {":white_check_mark:"}
_CROSSED = frozenset("❌✗✘☐⬜🔲")
_YES = frozenset(("yes", "y", "done", "pass", "passed", "true", "ok", "met", "complete", "completed", "[x]", "x")) | _TICKED
_NO = frozenset(("no", "n", "open", "fail", "failed", "false", "not met", "incomplete", "partial", "pending", "todo", "[ ]"))
_NO |= _CROSSED
_EMPTY = re.compile(r"^[\s\W_]*$")
# What is said after a line of a checklist that takes its tick back.
_TAKEN_BACK = re.compile(
    r"(?i)[-–—:(*]\s{0,2}(?:not (?:yet )?(?:done|implemented|met|run|started|verified|tested|checked)"
    r"|(?:still )?(?:pending|deferred|to ?do)|will (?:do|be done|follow)(?: later)?|later|skipped for now)[\s.)*]{0,4}$"
)
# What a page shows without a word: pictures, spaces, comments, the tags around words.
_MUTE = re.compile(
    r"!\[[^\[\]]{0,300}\](?:\([^()\s]{0,1000}(?:\s[^()]{0,300})?\)|\[[^\[\]]{0,100}\])|&(?:nbsp|ensp|emsp|thinsp|zwnj|zwj|shy|#160|#xa0);"
    r"|<!--(?:[^<-]|-(?!->)){0,4000}-->|</?(?:br|hr|img|p|div|span|details|center|a|b|i|em|strong|sub|sup|picture|source|table|tr|td|th"
    r"|tbody|thead|ul|ol|li)\b[^<>]{0,1000}>", re.IGNORECASE,
)  # fmt: skip
_NO_TEXT = re.compile(r"\[\s*\]\([^()\s]{0,1000}\)")  # a link around what was a picture
_STRUCK = re.compile(r"~~[^~\n]{1,1000}~~|<(s|del|strike)>[^<>\n]{1,1000}</\1>", re.IGNORECASE)
STRUCK = "struck through"  # the status of a file whose name is: it was deleted, or it is not listed
NOTHING = re.compile(
    r"(?i)^[\W_]*(?:n/?a|none|nothing|nil|not applicable|no (?:\w+ ){0,4}(?:changes?|endpoints?|migrations?|modifications?)\b"
    r".{0,200}|no (?:api|database|schema|backend)\b.{0,200})"
    r"(?=[\W_]*$|[\s.,;:(–—-])"
)


class Box(NamedTuple):
    """One line of a checklist; ``ticked`` or open."""

    text: str
    ticked: bool
    line: int


@lru_cache(maxsize=4)  # several rules read the same report
def lines(text: str) -> tuple[Line, ...]:
    """The lines of a report, those of a JSON report as Markdown; none of one that is too long."""
    if too_much(text):
        return ()
    found = data.lines(text)
    return tuple(unfenced(lines_of(text)) if found is None else found)


@lru_cache(maxsize=4)
def outline(text: str) -> tuple[Section, ...]:
    """The sections of a report, Markdown or JSON."""
    return of_lines(list(lines(text)))


def section(text: str, name: str, names: Iterable[str] = ()) -> Section | None:
    """The part of a report with one of these names; without them with those of ``NAMES``, or with this name alone.

    Where several titles fit, the last one that is the plain name of the part and says something, else one that holds the name.
    """
    return next(iter(parts(text, tuple(names) or NAMES.get(name, (name,)))), None)


def parts(text: str, names: Iterable[str]) -> list[Section]:
    """The sections with one of these names, the plainest first: those that say something before those that do not."""
    wanted = [key(name) for name in names]
    found = [(_rank(key(one.title), wanted), one) for one in outline(text)]
    fit = [(not any(one.said), rank, -at, one) for at, (rank, one) in enumerate(found) if rank is not None]
    return [one for *_, one in sorted(fit, key=lambda each: each[:3])[:_MOST_PARTS]]


@lru_cache(maxsize=32)
def _having(text: str, names: tuple[str, ...]) -> tuple[Section, ...]:
    """The sections that have one of these names."""
    wanted = [key(name) for name in names]
    return tuple(one for one in outline(text) if _rank(key(one.title), wanted) is not None)


def _rank(title: str, wanted: Sequence[str]) -> int | None:
    """The place of a title among the names, and after them all of one that holds a name of two words or more; None for others."""
    if title in wanted:
        return wanted.index(title)
    held = f" {title} "
    if len(title.split()) <= LONGEST_TITLE and any(f" {name} " in held for name in wanted if len(name.split()) >= _LEAST):
        return len(wanted)
    return None


def own(text: str, one: Section, others: Iterable[str]) -> list[tuple[int, str]]:
    """What a section says itself: without the sections within it that are other parts."""
    last = one.lines[-1].number if one.lines else one.line
    within = [other for other in _having(text, tuple(others)) if one.line < other.line <= last]
    inside = {line.number for other in within for line in other.lines}
    titles = {other.line for other in within}
    code = [(line.number, line.body) for line in one.lines if line.kind in ("code", "indented") and line.body]
    said = [*((line, said) for line, said, _ in one.said), *code]
    return sorted((line, words) for line, words in said if line not in inside and line not in titles and not _silent(words))


def _silent(words: str) -> bool:
    """Whether nothing can be read there: signs, a picture, a space, a comment."""
    return bool(_EMPTY.match(words) or _EMPTY.match(_NO_TEXT.sub("", _MUTE.sub("", words[:20_000]))))


def files_changed(text: str) -> "tuple[Named, ...] | None":
    """The files that a report lists, with what it says was done to each; None where it has no list of files.

    Lists, tables, nested lists and trees under headings and labels such as "Files changed" or "Created"; sentences do not count.
    What is struck through has the status ``STRUCK``.
    """
    from pytest_agentcompliance.parsing import log_labels  # start-up time
    from pytest_agentcompliance.parsing.log_chunks import Outline
    from pytest_agentcompliance.parsing.log_lists import claims

    plain = {key(name) for name in NAMES["files"]}
    within: set[int] = set()
    renamed: dict[tuple[int, str], str] = {}
    for one in outline(text):
        name = key(one.title)
        listed = log_labels.files(name)
        if name in plain or (listed is not None and listed.field and log_labels.over_changes(name)):
            within |= {one.line, *(line.number for line in one.lines)}
        if name in plain and listed is None:  # a title that the reader of lists does not know
            renamed[one.line, name] = f"**{_as_known(name)}:** {one.rest}"
    if not within:
        return None
    rows = [line for line in lines(text) if line.number in within]
    titles = [(row, renamed.get((row.number, key(row.body.partition(":")[0])))) for row in rows]
    known = [replace(row, body=body, kind="text") if body else row for row, body in titles]
    kept = claims([_standing(row) for row in known], Outline(), prose=False)
    if any(_STRUCK.search(row.body) for row in known):
        there = {(one.path, one.line) for one in kept}
        struck = [one for one in claims(known, Outline(), prose=False) if (one.path, one.line) not in there]
        kept += [one._replace(status=STRUCK) for one in struck]
    return tuple(sorted(kept, key=lambda one: one.line))


def _standing(row: Line) -> Line:
    """A line without what is struck through in it."""
    if "~~" not in row.body and "</" not in row.body:
        return row
    return replace(row, text=_STRUCK.sub(" ", row.text), body=_STRUCK.sub(" ", row.body).strip())


def in_passing(text: str) -> tuple[tuple[str, int], ...]:
    """The names of files that stand somewhere in a report as code or in bold, and words with a slash, each with its first line."""
    from pytest_agentcompliance.parsing.log_lists import in_passing as marked

    rows = [_standing(line) for line in lines(text)]
    found = dict(marked(rows))
    for line in rows:
        for word in _PATH.findall(line.text[:20_000]):
            found.setdefault(word.rstrip(".,:;"), line.number)
    return tuple(found.items())


def _as_known(name: str) -> str:
    words = {"creat": "created", "addi": "created", "modif": "modified", "delet": "deleted"}
    return f"Files {next((word for start, word in words.items() if start in name), 'changed')}"


def checklist(text: str) -> tuple[Box, ...]:
    """All boxes of a report: ``[x]``, ``[ ]``, ✅, ❌, and the rows of tables whose last cells say yes or no."""
    return tuple(islice(_boxes(text), MOST_BOXES))


def _boxes(text: str) -> Iterator[Box]:
    for line in lines(text):
        if line.kind not in ("text", "html", "heading") or len(line.text) > 4_000:
            continue
        raw = line.text if line.kind != "heading" else line.body
        if box := _BOX.match(raw):
            yield from _box(box["text"], box["mark"].strip().lower() in ("x", "✓", "✔", "✅", "√"), line.number)
        elif sign := _SIGN.match(raw):
            yield from _box(sign["text"], sign["mark"].rstrip("\ufe0f") in _TICKED, line.number)
        elif line.body.startswith("|"):
            yield from _row(line)
        elif line.marker and (mark := raw.rstrip(" \t*_.\ufe0f")[-1:]) in _TICKED | _CROSSED and mark:
            yield Box(_plain(line.body.rstrip(" \t*_.\ufe0f")[:-1]).rstrip(" :–—"), mark in _TICKED, line.number)


def _box(text: str, ticked: bool, line: int) -> Iterator[Box]:
    """A box as a reader sees it: none where its words are hidden, and open where they are struck out or taken back."""
    said = _plain(text)
    if said.startswith("<!--") and said.find("-->") in (-1, len(said) - 3):
        return
    struck = said.startswith("~~") and said.find("~~", 2) == len(said) - 2
    yield Box(said, ticked and not struck and _TAKEN_BACK.search(said[-60:]) is None, line)


def _words(cell: str) -> int:
    return len(cell.split())


def _row(line: Line) -> Iterator[Box]:
    """A row with a cell that says yes or no."""
    cells = [_plain(cell) for cell in re.split(r"(?<!\\)\|", line.text.strip().strip("|"))]
    for at, cell in enumerate(cells):
        if at > 0 and cell[:1] in _TICKED | _CROSSED and (said := max(filter(None, cells[:at]), key=_words, default="")):
            yield Box(said, cell[:1] in _TICKED, line.number)  # "✅ 14 passed"
            return
        short = at > 0 and len(cell.split()) <= _SHORT  # "No secrets in code" in the first column is what is asked
        word = re.split(r"[\s(,:–—-]", cell.lower().rstrip("."))[0].rstrip("\ufe0f") if short else ""
        if cell.lower() in _YES or cell.lower() in _NO or word in _YES | _NO:
            said = next((other for other in cells[:at] or cells[at + 1 :] if len(other.split()) > 1), "")
            if said:
                yield Box(said, cell.lower() in _YES or (cell.lower() not in _NO and word in _YES), line.number)
            return


def _plain(text: str) -> str:
    return re.sub(r"\*\*|__|`", "", text).strip(" \t|-")


def mentions(text: str | Section | None, name: str) -> bool:
    """Whether a text, or a section, names a thing as a word: a dependency, a migration; dashes and underscores are alike."""
    if text is None or not name.strip():
        return False
    said = text if isinstance(text, str) else " ".join((text.title, text.rest, *(line.text for line in text.lines)))
    wanted = re.sub(r"[-_.]+", "-", name.strip().lower())
    return re.search(rf"(?<![\w@/-]){re.escape(wanted)}(?![\w/]|-\w)", re.sub(r"[-_.]+", "-", said.lower())) is not None
