"""Reads one file for placeholders: what its grammar shows, and what its comments say."""

import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.comments import Comment, comments
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.markers import markers
from pytest_agentcompliance.parsing.placeholders import rough
from pytest_agentcompliance.parsing.placeholders.book import Book, Level, Pattern, Sentence
from pytest_agentcompliance.parsing.placeholders.sayings import blocks, said
from pytest_agentcompliance.parsing.suppressions.apart import unexplained

# The head of a class behind its own name: "(Base, metaclass=M):", "extends Base<T> {"
_CLASS = re.compile(r"\bclass\s+\w+\s*((?:\(|extends\b|<)[^:{\n]{1,300})")
# Files in which classes leave open what others do.
_OPEN = re.compile(r"(?:^|[/_.-])(?:protocols?|interfaces?|abstract|abc|base|ports?)(?:[_.-][^/]*$|/)", re.IGNORECASE)
# Steps of a migration do nothing where there is nothing to do, or to take back.
_MIGRATION = re.compile(r"(?:^|[/_-])(?:migrations|alembic)/", re.IGNORECASE)
EMPTY = "empty-body"  # the entry of functions without a body
_WORD = re.compile(r"[A-Za-z_$][\w$]*")
_QUOTES = str.maketrans({'"': "'", "`": "'"})
_FORMATTED = re.compile(r"\s+|;\s*$|,(?=\s*[)\]}])")  # what formatters add and take away
LONGEST = 200  # characters of a placeholder that tell it from another


@dataclass(frozen=True, slots=True)
class StandIn:
    """One placeholder: which entry of the book told it, what that says, where it stands, and its text in one line.

    ``line`` is the one to show, ``first`` and ``last`` are those of the whole statement or comment, ``end`` is its last
    offset. ``owner`` is the class around it, where the entry asks for that. ``spoken``: it only says that work is missing.
    """

    id: str
    says: str
    level: Level
    line: int
    first: int
    last: int
    text: str
    owner: str = ""
    in_comment: bool = False
    spoken: bool = False
    end: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """What makes two placeholders the same one, wherever they stand, and however a formatter wrote them."""
        return self.id, _FORMATTED.sub("", self.text.translate(_QUOTES)) if not self.in_comment else self.text.casefold()


@dataclass(frozen=True, slots=True)
class Reading:
    """What one file shows: its placeholders in order, and the lines of the comments that have a marker (TODO)."""

    stand_ins: tuple[StandIn, ...] = ()
    marked: frozenset[int] = frozenset()


def read(text: str, path: str, book: Book, marker_words: Iterable[str] = ()) -> Reading:
    """The placeholders of a file in one of the book's languages. Two that lie within one another are the outer one."""
    language = language_of(path, text)
    if language is None or language.grammar not in book.utils:
        return Reading()
    code = list(_of_code(unexplained(text, path), language.grammar, book))  # a directive in an empty body says nothing
    sentences = book.said_in(text)
    if not code and not sentences:
        return Reading()
    told = comments(text, path)
    spoken = list(_of_comments(text.split("\n"), told, sentences, book))
    found = sorted((*code, *spoken), key=lambda one: (one.line, one.in_comment))
    if found:
        double = book.double(language.grammar)
        doubles = list(_matched(text, language.grammar, book, (double,))) if double.may_be_in(text, "") else []
        found = [one for one in found if not _within(one, doubles) and not _left_open(one, path)]
    return Reading(tuple(found), _marked(told, tuple(marker_words)) if found else frozenset())


def _left_open(one: StandIn, path: str) -> bool:
    """Whether the place of a file says that something there may be open or empty."""
    return bool(one.owner and _OPEN.search(path)) or (one.id == EMPTY and _MIGRATION.search(path) is not None)


def _marked(told: Iterable[Comment], words: tuple[str, ...]) -> frozenset[int]:
    if not words:
        return frozenset()
    return frozenset(
        one.line + marker.offset for one in told for marker in markers(one.text, words, docstring=one.kind == "docstring")
    )


def _of_code(text: str, name: str, book: Book) -> Iterator[StandIn]:
    """What the patterns match; of matches within one another, or in one line, the outermost."""
    patterns = book.of(name, text)
    end = last = -1
    for one in _matched(text, name, book, patterns) if patterns else ():
        if one.end <= end or one.line == last:
            continue
        end, last = one.end, one.line
        yield one


def _matched(text: str, name: str, book: Book, patterns: tuple[Pattern, ...]) -> Iterator[StandIn]:
    matches = grammar.find(book.asked(patterns, name), name, text)
    if matches is None:  # too large or too strange for the grammar
        matches = rough.find(text, name, patterns)
    breaks = [match.start() for match in re.finditer("\n", text)] if matches else []
    for one in sorted(matches, key=lambda one: (one.start, -one.end, one.pattern)):
        pattern = patterns[one.pattern]
        held = next((place for place in one.held if place), None)
        line, last = (bisect_right(breaks, at - 1) + 1 for at in (one.start, one.end))
        shown = _one_line(text[one.start : one.end], by_head=pattern.by_head)
        owner = text[held[0] : held[1]] if held else ""
        yield StandIn(pattern.id, pattern.says, pattern.level, line, line, last, shown, owner, spoken=pattern.spoken, end=one.end)


def _within(one: StandIn, doubles: Iterable[StandIn]) -> bool:
    """Whether something stands in a double, or a comment right above one. A double may be fake data itself."""
    return any(
        double.line - one.in_comment <= one.last and one.first <= double.last and (one.line, one.last) != (double.line, double.last)
        for double in doubles
    )


def _one_line(text: str, *, by_head: bool) -> str:
    text = text[: 4 * LONGEST]
    if by_head:
        text = re.split(r"[={]", text, maxsplit=1)[0]
    return " ".join(text.split())[:LONGEST]


def _of_comments(lines: list[str], told: Iterable[Comment], sentences: tuple[Sentence, ...], book: Book) -> Iterator[StandIn]:
    for block in blocks(told, lines) if sentences else ():
        if found := said(block, sentences, book, lines):
            which, line, words = found
            shown = words[:LONGEST]
            yield StandIn(which.id, which.says, which.level, line, block.line, block.last, shown, in_comment=True, spoken=True)


def bases(text: str) -> frozenset[str]:
    """The names of the classes that the classes of a text are made from, in the languages of the book."""
    return frozenset(
        name for head in _CLASS.finditer(text) for name in _WORD.findall(head[1]) if name not in ("extends", "implements")
    )
