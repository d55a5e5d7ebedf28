"""The lines outside of the chunks that the format has a form for: chunk headings, the signal, the token summary."""

import re
from collections.abc import Iterator, Sequence

from pytest_agentcompliance.logbook.fix_rows import UNDERLINE
from pytest_agentcompliance.parsing import log_labels
from pytest_agentcompliance.parsing.log_chunks import Head
from pytest_agentcompliance.parsing.log_signals import Said
from pytest_agentcompliance.parsing.markdown import Line, stripped, unticked, word_set

LEVEL = 2
TOKENS = "## Worker Token Summary"
_TITLE = word_set("worker token tokens summary log usage count counts tracking estimate estimates estimated total totals")
_TOTAL = re.compile(r"\s*(?:/|of\b)\s*\d+", re.IGNORECASE)
_HASHES = re.compile(r"^(\s*)#{1,6}")
_BLOCKED = re.compile(r"\bBLOCKED\b[\s*_:–—-]*(.*)$")


def heading(head: Head, level: int) -> str:
    """A chunk's heading as the format has it, with the number and the name as they are written."""
    if not head.dresses:
        return head.line.text
    if not head.number:
        return f"{'#' * level} Chunk — {head.name}"
    plain = stripped(unticked(head.line.body)).strip("_ ")
    at = plain.find(head.number, plain.lower().find("chunk") + len("chunk"))
    total = _TOTAL.match(plain, at + len(head.number)) if at >= 0 else None
    name = f" — {head.name}" if head.name else ""
    return f"{'#' * level} Chunk {head.number}{total[0] if total else ''}{name}"


def levels(lines: Sequence[Line], heads: Sequence[Head]) -> list[int]:
    """The level of each chunk's heading; a bold line has that of the heading above it."""
    found, level, at = [], LEVEL, 0
    for head in heads:
        for line in lines[at : head.first - 1]:
            level = line.level or level
        at = head.first - 1
        level = head.line.level or level
        found.append(level)
    return found


def relevelled(lines: Sequence[Line], at: int, level: int) -> tuple[str, int] | None:
    """A heading at another level, and how many lines it takes the place of; None where it cannot be told."""
    line = lines[at]
    if line.info not in ("=", "-"):
        return _HASHES.sub(lambda found: found[1] + "#" * level, line.text, count=1), 1
    end = underlined(lines, at)
    return (f"{'#' * level} {line.text.strip()}", end - at) if end - at == 2 else None


def underlined(lines: Sequence[Line], at: int) -> int:
    """Where a heading ends of which nothing but an underline is left behind its first line."""
    if at + 1 < len(lines) and lines[at + 1].kind == "under" and UNDERLINE.match(lines[at + 1].text):
        return at + 2
    return at + 1


def promoted(lines: Sequence[Line], first: int, end: int, level: int) -> Iterator[tuple[int, int]]:
    """Which headings behind a chunk of this level are to rise with it, and to what level, so that they still end it."""
    for at in range(first, end):
        line = lines[at]
        if line.kind != "heading":
            continue
        if line.level <= LEVEL:
            return
        yield at, max(LEVEL, line.level - (level - LEVEL))


def signal(line: Line, said: Said, *, late: bool) -> str | None:
    """The line that ends the log, plain; None where it says it in other words or is as it should be.

    ``late``: the line stands behind all chunks. A line of status above them tells of the run and does not end the log.
    """
    if "status line" in said.dress and not late:
        return None
    text = said.text
    if said.kind == "complete":
        if " ".join(text.upper().split()) == "BACKEND COMPLETE":
            text = "BACKEND COMPLETE"
        elif "other words" in said.dress or text.count("`") % 2:
            return None
    elif said.kind == "blocked":
        found = _BLOCKED.search(line.body)
        if not said.reason or found is None:
            return None  # a heading over what is blocked, or a status in other words
        text = f"BLOCKED: {found[1].strip(' *_')}"  # with the marks of code that the reader takes off its end
    else:
        return None
    return text if text != line.text.strip() else None


def counts(line: Line) -> bool:
    """Whether a line heads the token summary in words that say no more than that."""
    words = log_labels.words(line.body.strip("*: ")).split()
    return "(" not in line.body and bool(words) and set(words) <= _TITLE and "".join(words).isascii()
