"""Which files, folders, globs and packages a plan or scope document names, and whether it means to change them."""

import re
from functools import lru_cache
from itertools import islice
from typing import Literal, NamedTuple

Kind = Literal["path", "name", "folder", "glob", "package"]
# planned: to be made, changed or taken away; looked-at: a pattern to follow, a thing to reuse; excluded: not to be touched.
Mood = Literal["planned", "looked-at", "excluded"]

LONGEST = 1 << 20  # characters of a document that are read
MOST = 5000  # names that are taken from one document


# What begins an item, a row, a heading, a drawn folder, or stands behind a label.
_LISTED = re.compile(r"\s*(?:[-*+]\s|\d{1,4}[.)]\s|\||#|[\u2500-\u257f]|[^\w\s]{0,4}[A-Za-z][\w /&()'-]{0,60}[*_`\"]{0,3}:)")


class Named(NamedTuple):
    """One thing that a document names. ``line`` counts from 1.

    A ``path`` has a folder, a ``name`` is that of a file without one, or without its ending too; a ``folder`` may be a file
    without its ending; a ``package`` is a scoped name, ``@repo/x``, perhaps with a path inside it.
    """

    text: str
    line: int
    kind: Kind
    mood: Mood = "planned"


def named(text: str, path: str) -> tuple[Named, ...]:
    """What a document, by its path Markdown or YAML, means to change; never fails, in linear time."""
    return tuple(one for one in read(text, path) if one.mood == "planned")


@lru_cache(maxsize=16)  # two rules read the same documents
def read(text: str, path: str) -> tuple[Named, ...]:
    """All that a document names, also what it only looks at and what it leaves out."""
    from pytest_agentcompliance.parsing.planned import documents

    return tuple(_taken_out(one) if one.text.startswith("!") else one for one in islice(documents.read(text[:LONGEST], path), MOST))


def lists_files(text: str, path: str) -> bool:
    """Whether a text lists what is to be changed, with folders; one that only speaks of a file leaves open what else is.

    A folder without a slash behind it may as well be a choice of words: weak/medium/strong.
    """
    lines = text[:LONGEST].split("\n")
    told = (one for one in named(text, path) if one.kind in ("path", "glob", "package") or one.text.endswith("/"))
    return any(_LISTED.match(lines[one.line - 1]) for one in told if one.line <= len(lines))


def _taken_out(one: Named) -> Named:
    """What ``!apps/web/**`` names is left out."""
    return one._replace(text=one.text.lstrip("!"), mood="excluded")
