"""White space that was changed throughout a file, line by line: line ends, the width of its indentation, tabs, empty lines."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from pytest_agentcompliance.parsing.churn.hunks import Hunk, paired

LINES = 3  # that at least have to show a new width of indentation
MOST = 0.8  # share of the re-indented lines that one way of it has to explain
_INDENT = re.compile(r"[ \t]*")


class Numbered(Protocol):
    """A line of a patch."""

    @property
    def number(self) -> int: ...
    @property
    def text(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Spaced:
    """``what`` was changed; ``size`` lines, old and new ones, that differ in nothing else, the first of them at ``line``."""

    what: str
    size: int
    line: int


def line_ends(before: str, after: str) -> Spaced | None:
    """Line ends that changed from one kind to the other in most of a file."""
    if "\r" not in before and "\r" not in after:
        return None
    ends = [(text.count("\r\n"), text.count("\n")) for text in (before, after)]
    (old, old_lines), (new, new_lines) = ends
    if old_lines < LINES or new_lines < LINES:
        return None
    was, now = old / old_lines, new / new_lines
    if min(was, now) > 1 - MOST or max(was, now) < MOST:
        return None
    alike = _common(before.replace("\r\n", "\n"), after.replace("\r\n", "\n"))
    return Spaced("line ends (CRLF to LF)" if was > now else "line ends (LF to CRLF)", 2 * alike, 1)


def indentation(removed: Sequence[Numbered], added: Sequence[Numbered]) -> Spaced | None:
    """Another width of indentation, or tabs for spaces. A block that stands deeper as a whole is no such thing.

    A block that was nested has one offset, whatever its lines had before; another width has one factor.
    """
    new = defaultdict(list)
    for line in added:
        if bare := line.text.strip():
            new[bare].append(line)
    pairs: list[tuple[str, str, int]] = []
    for line in removed:
        bare = line.text.strip()
        if bare and (there := new.get(bare)):
            one = there.pop(0)
            old_indent, new_indent = _indent(line.text), _indent(one.text)
            if old_indent != new_indent:
                pairs.append((old_indent, new_indent, one.number))
    if len(pairs) < LINES:
        return None
    said = _tabs(pairs) or _factor(pairs)
    return Spaced(said, 2 * len(pairs), min(number for *_, number in pairs)) if said else None


def empty_lines(removed: Sequence[Numbered], added: Sequence[Numbered]) -> Spaced | None:
    """Empty lines that came or went by themselves, with nothing beside them."""
    gone, come = ({line.number: line.text for line in side} for side in (removed, added))

    def bare(hunk: Hunk) -> bool:
        old = all(not gone[number].strip() for number in range(*hunk.old))
        return old and all(not come[number].strip() for number in range(*hunk.new))

    hunks = [one for one in paired([line.number for line in removed], [line.number for line in added]) if bare(one)]
    return Spaced("empty lines", sum(one.size for one in hunks), hunks[0].new[0]) if hunks else None


def _indent(text: str) -> str:
    found = _INDENT.match(text)
    return found[0] if found else ""


def _tabs(pairs: Sequence[tuple[str, str, int]]) -> str:
    """Tabs for spaces or the other way; a line that stood at the margin says nothing of it."""
    for old, new, said in (("\t", " ", "indentation (tabs to spaces)"), (" ", "\t", "indentation (spaces to tabs)")):
        if sum(one[0][:1] == old and one[1][:1] == new for one in pairs) >= max(MOST * len(pairs), LINES):
            return said
    return ""


def _factor(pairs: Sequence[tuple[str, str, int]]) -> str:
    """Another width: every depth grew, or shrank, by the same factor, and there is more than one depth."""
    widths = [(len(old), len(new)) for old, new, _ in pairs if old and new and "\t" not in old + new]
    if len(widths) < LINES:
        return ""
    offsets = Counter(new - old for old, new in widths)
    factors = Counter((new * 12) // old for old, new in widths)
    factor, count = factors.most_common(1)[0]
    told = {old for old, new in widths if (new * 12) // old == factor}
    nested = offsets.most_common(1)[0][1] > MOST * len(pairs)
    if factor == 12 or len(told) < 2 or nested or count < MOST * len(pairs):
        return ""
    old_width, new_width = min((old, new) for old, new in widths if (new * 12) // old == factor)
    return f"indentation ({old_width} to {new_width} blanks)"


def _common(before: str, after: str) -> int:
    """How many lines two texts share, where line ends do not count."""
    return (Counter(before.splitlines()) & Counter(after.splitlines())).total()
