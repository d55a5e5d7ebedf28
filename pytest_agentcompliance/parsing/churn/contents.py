"""How many lines of form alone there can be between two contents, before git is asked which of their lines differ."""

import re
from collections.abc import Iterable, Sequence

from pytest_agentcompliance.parsing import common
from pytest_agentcompliance.parsing.churn.spacing import LINES

_WORDS = re.compile(r"\w+")
MANY = 300  # lines: to look at the words of more of them costs more than git's word on which of them differ
NEAR = 16  # bytes: where two contents part is not looked for more closely before they are cut into lines


def few(contents: Iterable[tuple[bytes, bytes]], enough: int) -> bool:
    """Whether ``sizes.likely`` says less than ``enough`` of the patches between contents, before and after, in all.

    What git says was removed or added stands between the first line that differs and the last. There a line counts when it is
    empty, when the other side has it but for its indentation, or in a hunk of the same words on both sides: such a hunk lies in
    a row of lines whose words all stand on the other side. Of a carriage return nothing is said here, nor of many lines.
    """
    sides: list[tuple[list[str], list[str]]] = []
    size = 0
    for before, after in contents:
        if b"\r" in before or b"\r" in after:
            return False
        old, new = between(before, after)
        sides.append((old, new))
        size += len(old) + len(new)
        if size > MANY:
            return False
    indented = sum(_indented(old, new) for old, new in sides)
    if indented + sum(len(old) + len(new) for old, new in sides) < enough:
        return True
    return indented + sum(_worded(old, new) for old, new in sides) < enough


def _worded(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines are empty, or may stand in a hunk of the same words on both sides."""
    empty = sum(not line.strip() for side in (old, new) for line in side)
    if not old or not new:
        return empty
    words = [[_WORDS.findall(line) for line in side] for side in (old, new)]
    every = [{word for line in side for word in line} for side in words]
    return empty + _rows(words[0], every[1]) + _rows(words[1], every[0])


def _rows(lines: Sequence[Sequence[str]], known: set[str]) -> int:
    """How many lines stand in rows of which all words are known, and that have a word."""
    size = row = 0
    said = False
    for words in (*lines, None):
        if words is not None and known.issuperset(words):
            row += 1
            said = said or bool(words)
        else:
            size += row if said else 0
            row, said = 0, False
    return size


def _indented(old: Sequence[str], new: Sequence[str]) -> int:
    """How many lines both sides have, but for the blanks around them."""
    both = {line.strip() for line in old} & {line.strip() for line in new}
    both.discard("")
    there = [line for side in (old, new) for line in side if line.strip() in both] if both else []
    if len(there) < 2 * LINES or len(set(there)) == len(both):  # they stand where they stood
        return 0
    return len(there)


def between(before: bytes, after: bytes) -> tuple[list[str], list[str]]:
    """The lines of both that stand between those that are the same at their beginnings and at their ends."""
    if before == after:
        return [], []
    start = before.rfind(b"\n", 0, common.head(before, after, NEAR)) + 1
    behind = common.tail(before, after, min(len(before), len(after)) - start, NEAR)  # no byte belongs to both ends
    sides = []
    for text in (before, after):
        end = text.find(b"\n", len(text) - behind) + 1 if behind else 0
        sides.append(text[start : end or None].decode("utf-8", "surrogateescape").split("\n"))
    old, new = sides
    left = min(len(old), len(new)) - 1  # the last is nothing, or a line without an end, which is not the same with one
    front = 0
    while front < left and old[front] == new[front]:
        front += 1
    back = 0
    if old[-1] == new[-1]:
        back = 1
        while back <= left - front and old[-1 - back] == new[-1 - back]:
            back += 1
    old, new = old[front : len(old) - back], new[front : len(new) - back]
    if not back:
        return (old if old[-1] else old[:-1]), (new if new[-1] else new[:-1])
    return old, new
