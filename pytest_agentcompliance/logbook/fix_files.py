"""The files of a chunk, one for each item, with the status that a label over them gave."""

import re
from collections.abc import Iterator, Sequence

from pytest_agentcompliance.logbook.fix_layout import Placed
from pytest_agentcompliance.logbook.fix_rows import lead
from pytest_agentcompliance.parsing import log_files
from pytest_agentcompliance.parsing.markdown import Line

_PIECE = re.compile(r"(?:`[^`]+`|[^\s`,;()]+)(?:\s*\([^()]*\))?")
_ITEM = re.compile(r"(\s*- (?:\[[ xX]\] )?)(\*{0,2}(?:`[^`]+`|\[[^\[\]]*\]\([^()\s]*\)|[^\s`]*[^\s`,;:])\*{0,2})(?=[\s,;:]|$)")


def inline(rest: str) -> list[str]:
    """What stands beside the label over files as the text of items: a path with its notes, or several bare paths."""
    if not log_files.named(rest):
        return []
    pieces = [piece.strip() for piece in re.split(r"[,;]\s", rest)]
    bare = all(_PIECE.fullmatch(piece) and len(log_files.named(piece, strict=True)) == 1 for piece in pieces)
    return pieces if bare else [rest]


def items(placed: Sequence[Placed], column: int) -> Iterator[Placed]:
    """Lines that name a file as items of a list with the specified mark."""
    for line, text in placed:
        columns, bare = lead(text)
        item = ""
        if line.kind == "text" and columns <= column + 1 and not bare.startswith("|"):
            if line.marker and line.marker != "-":
                item = bare[len(line.marker) :].lstrip()
            elif not line.marker and (found := _PIECE.match(bare)) and log_files.named(found[0], strict=True):
                item = bare
        yield line, f"{' ' * columns}- {item}" if item else text


def with_status(placed: Sequence[Placed], status: str) -> list[Placed] | None:
    """Items each with the status that the label over them gave; None where that is not so simple."""
    found: list[Placed] = []
    for line, text in placed:
        if line.kind == "blank":
            found.append((line, text))
        else:
            item = _ITEM.match(text) if line.kind == "text" else None
            if item is None or not (paths := log_files.named(text[item.start(2) :], strict=True)):
                return None
            own, _ = log_files.judged(paths[0].notes, "", changed=True)
            found.append((line, text if own else f"{text[: item.end()]} ({status}){text[item.end() :]}"))
    return found


def is_item(line: Line) -> bool:
    return line.kind == "text" and bool(line.marker)
