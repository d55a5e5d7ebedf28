"""The parts of a long document: which lines of it an output shows, and which parts speak of some files."""

import re
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from pytest_agentcompliance.parsing import markdown
from pytest_agentcompliance.parsing.named import Named

LEAST = 6  # characters of a line that is known again
MOST_ROWS = 20_000  # of an output
_MOST_PARTS = 300
# What a search puts before a line: its file, its number.
_BEFORE = re.compile(r"[ \t]{0,12}(?:[^\s:]{1,300}[:-])?\d{1,7}[:\t|→-][ \t]?")
_FILE = re.compile(r"[^\s:]{1,300}\.\w{1,8}:")
_WORD = re.compile(r"[a-z]{3,}")
# Words of titles, folders and files that stand in every project.
_COMMON = frozenset((
    "api", "app", "apps", "backend", "code", "common", "controllers", "core", "database", "data", "design", "docs", "endpoint",
    "endpoints", "error", "errors", "feature", "features", "file", "files", "handlers", "implementation", "index", "lib", "main",
    "model", "models", "module", "modules", "notes", "overview", "package", "packages", "plan", "route", "routers", "routes",
    "schema", "server", "service", "services", "spec", "src", "test", "testing", "tests", "the", "types", "utils", "and", "for",
    "with",
))  # fmt: skip


class Part(NamedTuple):
    """What stands under one title, up to the next: its title and its first and last line."""

    title: str
    first: int
    last: int


def shown(text: str, output: str) -> frozenset[int]:
    """The lines of a document that an output has, with or without the names and numbers that a search puts before them."""
    numbers = _numbers(text)
    found = set[int]()
    for row in output.split("\n")[:MOST_ROWS]:
        for cut in (None, _BEFORE.match(row), _FILE.match(row)):
            bare = (row if cut is None else row[cut.end() :]).strip()
            if len(bare) >= LEAST and bare in numbers:
                found.update(numbers[bare])
                break
    return frozenset(found)


@lru_cache(maxsize=8)
def _numbers(text: str) -> dict[str, tuple[int, ...]]:
    found: dict[str, tuple[int, ...]] = {}
    for number, row in enumerate(text.split("\n"), 1):
        if len(bare := row.strip()) >= LEAST:
            found[bare] = (*found.get(bare, ()), number)[:3]  # which one it was nobody knows
    return found


def parts(text: str) -> tuple[Part, ...]:
    """The parts of a document in Markdown, each title with what stands below it, up to the next one."""
    if markdown.too_much(text):
        return ()
    lines = markdown.read(text)
    titles = [line for line in lines if line.kind == "heading"][:_MOST_PARTS]
    ends = [*(line.number - 1 for line in titles[1:]), len(lines)][: len(titles)]
    return tuple(Part(line.body.strip(), line.number, end) for line, end in zip(titles, ends, strict=True))


def promises(text: str) -> tuple[Part, ...]:
    """The promises of an intent, each a part of one line."""
    from pytest_agentcompliance.parsing import intent  # start-up time: of a look at a part of an intent alone

    return tuple(Part(one.name[:80], one.line, one.line) for one in intent.read(text).promises if one.kind != "retired")


def sayings(text: str, numbers: Collection[int]) -> int:
    """How many of some lines of a document say something: no titles, rules or empty lines."""
    rows = text.split("\n")
    said = (rows[number - 1].strip() for number in numbers if 0 < number <= len(rows))
    return sum(len(row.split()) > 1 and not row.startswith("#") for row in said)


def speaking(text: str, paths: Iterable[str]) -> tuple[Part, ...]:
    """The parts that name one of the files, or whose titles have a telling word of their paths."""
    known = tuple(paths)
    words = {_plain(word) for path in known for word in _WORD.findall(path.lower())} - _COMMON
    rows = text.split("\n")
    return tuple(one for one in parts(text) if _speaks(one, rows, known, words))


def _speaks(part: Part, rows: Sequence[str], paths: Sequence[str], words: set[str]) -> bool:
    title = {_plain(word) for word in _WORD.findall(part.title.lower())} - _COMMON
    return bool(title & words) or bool(Named(["\n".join(rows[part.first : part.last])]).among(paths))


def _plain(word: str) -> str:
    return word[:-1] if word.endswith("s") and word not in _COMMON else word
