"""A text as rows with their line ends, and back, so that what is not touched stays byte for byte."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pytest_agentcompliance.parsing.markdown import INVISIBLE, NEWLINE, Line, visible

BOM = "\ufeff"
UNDERLINE = re.compile(r"^\s*(?:=+|-+)\s*$")  # of a heading


@dataclass(frozen=True, slots=True)
class Row:
    """One line without its end, and its end, which is empty where the text stops without one."""

    text: str
    end: str = ""


def split(text: str) -> list[Row]:
    """The rows of a text, one for each line that the reader of Markdown sees."""
    text = text.removeprefix(BOM)
    rows, at = [], 0
    for found in NEWLINE.finditer(text):
        rows.append(Row(text[at : found.start()], found[0]))
        at = found.end()
    if at < len(text):
        rows.append(Row(text[at:]))
    return rows


def joined(rows: Sequence[Row], original: str) -> str:
    """Rows as one text; like the original it begins with a byte order mark or does not, and ends its last line or does not."""
    newline = next((found[0] for found in NEWLINE.finditer(original)), "\n")
    text, end = [BOM] if original.startswith(BOM) else [], newline
    for at, row in enumerate(rows):
        last = at == len(rows) - 1
        if last and not original.endswith(("\n", "\r")):
            text.append(row.text)
            break
        new = row.end or end
        if end == "\r" and new == "\n" and not row.text and at:
            new = "\r"  # or the two would be one line end
        text += (row.text, new)
        end = new
    return "".join(text)


def lead(text: str) -> tuple[int, str]:
    """The columns that a line is indented by, and the line without them."""
    bare = text.lstrip(" \t")
    return len(text[: len(text) - len(bare)].expandtabs(4)), bare


def tail_of(text: str, shown: str) -> str:
    """The end of a line that reads ``shown``, with the marks without width that the reader leaves out."""
    if not shown or text.endswith(shown):
        return shown
    kept = [at for at, char in enumerate(text) if not INVISIBLE.match(char)]
    seen = visible(text).rstrip()
    return text[kept[len(seen) - len(shown)] :].rstrip() if seen.endswith(shown) else shown


def is_blank(row: Row) -> bool:
    return not visible(row.text).strip()


def trimmed(lines: Iterable[Line]) -> list[Line]:
    """Lines without the blank ones at both ends."""
    kept = list(lines)
    while kept and kept[-1].kind == "blank":
        kept.pop()
    at = next((at for at, line in enumerate(kept) if line.kind != "blank"), 0)
    return kept[at:]
