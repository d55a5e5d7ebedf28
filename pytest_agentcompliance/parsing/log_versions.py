"""Two versions of a log: which chunks of the earlier one the later one no longer has as they were."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing import log_chunks, log_labels, markdown
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.log_labels import SUB, TOP
from pytest_agentcompliance.parsing.markdown import SHORT, Kind, Line

MOST_SHOWN = 3  # lines that are quoted of one chunk
MOST_ALIKE = 20  # chunks of one number that are compared with one that was there

_STATES = late(r"(?i)\s*[(\[]?\b(?:in[ -]progress|complete[d]?|done|pending|wip|started|finished)\b[)\]]?\s*$")
_MARKS = late(r"[*_`~#>|]+|^[\s\-+•]+")
_DASHES = late("[‐-―−]")
_MARKED = late(
    r"(?i)^\W*(?:\d{4}-\d\d-\d\d|(?:\w+\s+)?(?:update[ds]?|correct(?:ion|ed|s)|addend(?:um|a)|amend(?:ed|ment)|errat(?:um|a)|edit(?:ed)?"
    r"|added|later|fix|follow[- ]?up|retry|re-?run|re-?check|supersede[ds]?|revision|revised|post-\w+|review fix)\b)"
)


class Rewrite(NamedTuple):
    """What became of a chunk that was there. ``line`` is its line in the later version, None where it is gone."""

    kind: Literal["gone", "changed", "grown"]
    number: str
    name: str
    line: int | None
    lines: tuple[str, ...]  # the first lines that are missing, or that came without a mark


@dataclass(frozen=True)
class Part:
    """One chunk of one version: what it says, line by line, whatever it is dressed in."""

    number: str
    name: str
    line: int
    said: tuple[str, ...]


def rewrites(before: str, after: str) -> list[Rewrite]:
    """The chunks of ``before`` that ``after`` has not kept.

    Formatting, ticked boxes, words of status, and where the token summary and the signal stand make no difference. The
    last chunk of ``before`` may still grow; an earlier one grows only by what is marked as an addition.
    """
    if after.startswith(before):
        return []
    old, new = parts(before), parts(after)
    found = []
    free = _Free(new)
    for at, part in enumerate(old):
        heir = free.heir(part)
        if heir is None:
            found.append(Rewrite("gone", part.number, part.name, None, part.said[1 : 1 + MOST_SHOWN]))
            continue
        then, now = Counter(part.said), Counter(heir.said)
        lost = then - now
        if missing := [line for line in part.said if line in lost]:
            found.append(Rewrite("changed", part.number, part.name, heir.line, tuple(missing[:MOST_SHOWN])))
        elif at < len(old) - 1 and (more := list(_unmarked(heir.said, now - then))):
            found.append(Rewrite("grown", part.number, part.name, heir.line, tuple(more[:MOST_SHOWN])))
    return found


@lru_cache(maxsize=8)
def parts(text: str) -> tuple[Part, ...]:
    """The chunks of a log."""
    lines, outline = log_chunks.read(text)
    left_out = {at for at, _ in outline.signals} | {lines[k].number for span in outline.token_spans for k in range(*span)}
    found = []
    for head in outline.heads:
        said = [f"chunk {head.number}", _plain(_STATES.sub("", head.name))]
        for line in lines[head.first : head.end]:
            if line.number not in left_out:
                said += _said(line)
        found.append(Part(head.number, head.name, head.line.number, tuple(said)))
    return tuple(found)


class _Free:
    """The chunks of a version that nothing was found to have become yet, by their numbers and by their names."""

    def __init__(self, chunks: Iterable[Part]) -> None:
        self.left: dict[tuple[str, str], dict[int, Part]] = {}
        for part in chunks:
            for key in self._keys(part):
                self.left.setdefault(key, {})[id(part)] = part

    def heir(self, part: Part) -> Part | None:
        """The chunk that this one has become: of its number, and of several the one that has most of its lines."""
        same = next(filter(None, (self.left.get(key) for key in self._keys(part))), {})
        then = Counter(part.said)
        some = list(islice(same.values(), MOST_ALIKE))
        heir = max(some, key=lambda one: (one.said == part.said, sum((then & Counter(one.said)).values())), default=None)
        if heir is not None:
            for key in self._keys(heir):
                del self.left[key][id(heir)]
        return heir

    @staticmethod
    def _keys(part: Part) -> list[tuple[str, str]]:
        return [("number", part.number), *([("name", part.name)] if part.name else [])]


def alike(before: str, after: str) -> bool:
    """Whether a log is another one that was moved and edited: it has half of what the chunks of the other say."""
    then, now = ({line for part in parts(text) for line in part.said[1:] if not line.endswith(":")} for text in (before, after))
    return bool(then) and 2 * len(then & now) >= len(then)


def _said(line: Line) -> Iterable[str]:
    if len(line.text) > SHORT:
        return _told(line)
    return _again(line.kind, line.text, line.body, line.marker)


@lru_cache(maxsize=8192)  # the versions of a log have most of their lines in common
def _again(kind: Kind, text: str, body: str, marker: str) -> tuple[str, ...]:
    return tuple(_told(Line(0, kind, text, body, marker=marker)))


def _told(line: Line) -> Iterator[str]:
    if line.kind in ("blank", "fence", "rule", "under", "hidden"):
        return
    if line.kind in ("code", "indented") and not line.marker:
        yield " ".join(line.text.split())
        return
    label = log_labels.label(line)
    if label is not None and label.key == "status":
        return
    name = (TOP.get(label.key) or SUB.get(label.key)) if label else None
    if label and name:
        yield f"{name}:"
        rest = _plain(label.rest)
        if rest:
            yield rest
    elif plain := _plain(line.body):
        yield plain


def _plain(text: str) -> str:
    text = _DASHES.sub("-", _MARKS.sub(" ", markdown.visible(text)))
    return " ".join(text.casefold().split()).strip(" -:.")


def _unmarked(said: tuple[str, ...], more: Counter[str]) -> Iterator[str]:
    """The lines that came, up to the first that says that it is an addition: it speaks for those below it."""
    left = Counter(more)
    for line in said:
        if left[line] > 0:
            left[line] -= 1
            if _MARKED.match(line):
                return
            if re.search(r"\w", line):
                yield line
