"""Comments and docstrings of a file, told from its strings and its code."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from pytest_agentcompliance.parsing import grammar, scan
from pytest_agentcompliance.parsing.languages import LANGUAGES, Language, language_of
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.remembered import remembered
from pytest_agentcompliance.parsing.scan import Span

Kind = Literal["comment", "docstring"]
_KINDS: tuple[Kind, Kind] = ("comment", "docstring")


@dataclass(frozen=True, slots=True)
class Comment:
    """One comment as written, with its leaders; ``line`` is where it begins, counted from 1 at newlines alone."""

    text: str
    line: int
    kind: Kind = "comment"


def comments(text: str, path: str) -> tuple[Comment, ...]:
    """The comments of a file in order; none where its language has none or is not known.

    A grammar tells them (ast-grep), or a lexer (Pygments); a text that is too large or too strange for
    those is read by ``scan``, never left out. Of a template (``route.ts.hbs``) only its own comments count:
    those of the code that it writes are what it is there to write.
    """
    language = language_of(path, text)
    if language is None:
        return ()
    return _markup(text, path) if language.style == "markup" else _plain(text, language)


def blanked(text: str, path: str) -> str:
    """The text with its comments made blank, offsets and lines unchanged: for rough readers of code."""
    language = language_of(path, text)
    return _blanked(text, language.style) if language is not None else text


@remembered  # several rules ask about one file
def _blanked(text: str, style: str) -> str:
    parts: list[str] = []
    at = 0
    for one in scan.spans(text, style):
        said = text[one.start : one.end]
        plain = "\n" not in said and "\r" not in said
        parts += [text[at : one.start], " " * len(said) if plain else re.sub(r"[^\r\n]", " ", said)]
        at = one.end
    return "".join([*parts, text[at:]])


@lru_cache(maxsize=512)  # several rules ask about one file
def _plain(text: str, language: Language) -> tuple[Comment, ...]:
    return _told(text, _spans(text, language))


@lru_cache(maxsize=64)
def _markup(text: str, path: str) -> tuple[Comment, ...]:
    return _told(text, _of_markup(text, path))


def _told(text: str, found: Iterable[Span]) -> tuple[Comment, ...]:
    line = Lines(text)
    return tuple(
        Comment(text[one.start : one.end].rstrip("\r\n"), line(one.start), _KINDS[one.docstring])
        for one in found
    )


def _spans(text: str, language: Language) -> list[Span]:
    said = None
    if language.grammar:
        said = grammar.ask("comments", language.grammar, text)
    elif language.lexer:
        said = grammar.ask("tokens", language.lexer, text)
    if said is None:
        return list(scan.spans(text, language.style))
    return [Span(*one) for one in said]


def _of_markup(text: str, path: str) -> list[Span]:
    found: list[Span] = []
    at = 0
    for island in scan.islands(text, path):
        found += _shifted(scan.spans(text[at : island.start], "markup"), at)
        found += _shifted(_spans(text[island.start : island.end], LANGUAGES[island.language]), island.start)
        at = island.end
    return found + list(_shifted(scan.spans(text[at:], "markup"), at))


def _shifted(spans: Iterable[Span], by: int) -> Iterator[Span]:
    return (Span(one.start + by, one.end + by, one.docstring) for one in spans)
