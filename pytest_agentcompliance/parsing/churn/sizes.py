"""How much of one file's change is form alone, and how much of it changes the code."""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from pytest_agentcompliance.parsing.churn import aligned, spacing
from pytest_agentcompliance.parsing.churn.hunks import Hunk, Mixed, mixed, paired, promising
from pytest_agentcompliance.parsing.churn.kinds import churn
from pytest_agentcompliance.parsing.churn.shapes import shape_of
from pytest_agentcompliance.parsing.churn.spacing import Numbered, Spaced

_FORM = re.compile(r"[\s'\"`;,()\\]+|(?<!\w)[fF](?=['\"])|(?<!\|)\|(?![|=])")
_JOINT = re.compile(r"['\"`]\s*\+\s*['\"`]")  # of a string that is written in two
_QUOTE = re.compile(r"['\"]")
_BLOCK = re.compile(r"\{[ \t]*$|^[ \t]*\}", re.MULTILINE)
_IMPORT = re.compile(r"\s*(?:import\b|from\s+\S+\s+import\b|(?:pub\s+)?use\s)")
_TOKEN = re.compile(r"\w+|\|\||[^\w\s'\"`;,()\\|{}]")
_LISTING = frozenset({"import", "from", "type", "use"})
LARGEST = 512 * 1024  # characters of a text that is read


@dataclass(frozen=True, slots=True)
class Sizes:
    """Lines, old and new ones: of ``form`` alone, which is ``what``, from ``line`` on; and ``real`` ones.

    What is neither, comments and lines that only stand deeper than before, is left out of both.
    """

    form: int
    real: int
    what: str = ""
    line: int = 1


def sizes(before: str, after: str, path: str, removed: Sequence[Numbered], added: Sequence[Numbered]) -> Sizes:
    """What a change of one file consists of; where that cannot be told all of it is real."""
    every = len(removed) + len(added)
    ends = spacing.line_ends(before, after)
    if ends is not None:
        return Sizes(ends.size, max(every - ends.size, 0), ends.what, ends.line)
    shape = shape_of(path, before)
    if shape.layout in ("exact", "text", "indents") or max(len(before), len(after)) > LARGEST:
        sides = [[_QUOTE.sub("", one.text) for one in side] for side in (removed, added)]
        return Sizes(0, 0 if sides[0] == sides[1] else every)
    found = [one for one in (spacing.indentation(removed, added), spacing.empty_lines(removed, added)) if one is not None]
    split = aligned.splitter(removed, added)
    told = promising(removed, added, split)
    if told >= every // 2 and _same(before, after, path):
        return Sizes(every, 0, found[0].what if found and found[0].size > every // 2 else "formatting", _first(removed, added))
    old, new = ([one.number for one in side] for side in (removed, added))
    halves = mixed(before, after, path, old, new, split=split) if told else None
    if halves is None:
        halves = Mixed((), 0, tuple(part for whole in paired(old, new) for part in split(whole)))
    real = _real(halves.changed, removed, added)
    if size := sum(hunk.size for hunk in halves.churned) - _lined_up(halves, removed, added):
        found.append(Spaced("formatting", size, halves.churned[0].new[0]))
    if not found:
        return Sizes(0, real)
    size = sum(one.size for one in found)
    most = max(found, key=lambda one: one.size)
    return Sizes(min(size, every), max(min(real, every - size), 0), most.what, most.line)


def likely(before: str, after: str, removed: Sequence[Numbered], added: Sequence[Numbered]) -> int:
    """How many lines of form alone there can be at most, before anything is parsed."""
    ends = spacing.line_ends(before, after)
    if ends is not None:
        return ends.size
    found = (spacing.indentation(removed, added), spacing.empty_lines(removed, added))
    return sum(one.size for one in found if one is not None) + promising(removed, added, aligned.splitter(removed, added))


def bounds(before: str, after: str, path: str, removed: Sequence[Numbered], added: Sequence[Numbered]) -> tuple[int, Sizes | None]:
    """How many lines of form alone there can be at most, and what ``sizes`` says, where that needs no parsing."""
    every = len(removed) + len(added)
    no_code = shape_of(path, before).layout in ("exact", "text", "indents") or max(len(before), len(after)) > LARGEST
    told = 0 if no_code else promising(removed, added, aligned.splitter(removed, added))
    if no_code or not (told or told >= every // 2) or spacing.line_ends(before, after) is not None:
        said = sizes(before, after, path, removed, added)
        return said.form, said
    found = (spacing.indentation(removed, added), spacing.empty_lines(removed, added))
    return every if told >= every // 2 else told + sum(one.size for one in found if one is not None), None


def _lined_up(halves: Mixed, removed: Sequence[Numbered], added: Sequence[Numbered]) -> int:
    """The lines that were only lined up with one that changed beside them, as gofmt does: nobody can leave that out."""
    old, new = ({line.number: line.text for line in side} for side in (removed, added))
    ends = {hunk.new[0] for hunk in halves.changed} | {hunk.new[1] for hunk in halves.changed}
    size = 0
    for hunk in halves.churned:
        gone, come = [old[number] for number in range(*hunk.old)], [new[number] for number in range(*hunk.new)]
        if ends & {*hunk.new} and [line.split() for line in gone] == [line.split() for line in come]:
            size += hunk.size
    return size


def _real(changed: Sequence[Hunk], removed: Sequence[Numbered], added: Sequence[Numbered]) -> int:
    """The lines that change the code. A formatter also puts brackets around what it breaks; who sorts imports drops some.

    What is sorted stands elsewhere in the file: a line that only moved changes nothing by itself.
    """
    old, new = ({line.number: line.text for line in side} for side in (removed, added))
    every: tuple[list[str], list[str]] = [], []
    if _ordered([*old.values()], [*new.values()]):
        return 0
    size = 0
    gone: list[str] = []
    come: list[str] = []
    for hunk in _joined(changed):
        sides = [[old[number] for number in range(*hunk.old)], [new[number] for number in range(*hunk.new)]]
        every[0].extend(sides[0])
        every[1].extend(sides[1])
        if not _alike(*sides):
            size += hunk.size
            gone += sides[0]
            come += sides[1]
    if size and _ordered(*every):
        return 0
    if not gone or not come:
        return size
    moved = Counter(_bare([line]) for line in gone) & Counter(_bare([line]) for line in come)
    return size - 2 * moved.total()


def _ordered(old: Sequence[str], new: Sequence[str]) -> bool:
    """Whether all of it was there, in another order: imports that were sorted, beside lines that were broken anew."""
    if not old or not new:  # is there anything on the other side?
        return all(one[0] in _LISTING for one in _TOKEN.finditer("\n".join([*old, *new])))
    return _tokens(old) == _tokens(new)


def _tokens(lines: Iterable[str]) -> Counter[str]:
    """The words and signs of some lines, but for those that a formatter may choose, and for how often something is imported."""
    return Counter(one for one in _TOKEN.findall("\n".join(lines)) if one not in _LISTING)


def _alike(old: list[str], new: list[str]) -> bool:
    """Whether two sides of a hunk differ in form alone, in braces around a block, or in what is imported and in which order."""
    if _bare(old) == _bare(new) or len({_bare(line for line in side if not _IMPORT.match(line)) for side in (old, new)}) < 2:
        return True
    if any(_IMPORT.match(line) for line in old) and any(_IMPORT.match(line) for line in new):
        return _tokens(old) == _tokens(new)
    return False


def _bare(lines: Iterable[str]) -> str:
    return _FORM.sub("", _JOINT.sub("", _BLOCK.sub("", "\n".join(lines))))


def _joined(hunks: Sequence[Hunk]) -> list[Hunk]:
    """Hunks that touch are one: what a formatter took apart may lie in several."""
    found: list[Hunk] = []
    for hunk in hunks:
        if found and found[-1].old[1] == hunk.old[0] and found[-1].new[1] == hunk.new[0]:
            found[-1] = Hunk((found[-1].old[0], hunk.old[1]), (found[-1].new[0], hunk.new[1]))
        else:
            found.append(hunk)
    return found


def _same(before: str, after: str, path: str) -> bool:
    """Whether nothing was changed but white space and what a formatter may choose."""
    said = churn(before, after, path)
    return said is not None and set(said.kinds) <= {"formatting"}


def _first(removed: Sequence[Numbered], added: Sequence[Numbered]) -> int:
    return min([one.number for one in added or removed], default=1)
