"""What is taken for a placeholder: patterns and sentences, read from a YAML file that is part of a package."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any, Literal

import yaml

Level = Literal["breach", "style"]
OWNER = "OWNER"  # the variable that holds the name of the class around a match
SEEN = "seen"  # a shape is looked for around the words of its entry
REACH = 300  # characters on both sides of a place in which a shape around it lies; the longest of ours has some hundred
DOUBLE = "double"  # the pattern of test doubles and no-ops, which every language has: what lies within is no placeholder


@dataclass(frozen=True, slots=True)
class Pattern:
    """One rule object of ast-grep's.

    ``by_head``: what it matches is known by its head, whatever its value or body. ``spoken``: it is only said that the
    work is not done, so that what stands in for it, if that is near, is enough to report. ``around``: what the shape cannot be
    without, as an expression that is found quickly, or ``seen`` for its words: the shape is looked for in its neighbourhood.
    ``also`` is another shape that the text must have too.
    """

    id: str
    says: str
    level: Level
    languages: frozenset[str]
    rule: Mapping[str, Any]
    seen: tuple[str, ...] = ()
    shape: str = ""
    by_head: bool = False
    spoken: bool = False
    around: str = ""
    also: str = ""

    def may_be_in(self, text: str, small: str) -> bool:
        """Whether it is worth asking of a text, given in small letters too."""
        if self.seen and not any(word in small for word in self.seen):
            return False
        if not self.shape:
            return True
        if self.also and _compiled(self.also, 0).search(text) is None:
            return False
        shape = _compiled(self.shape, 0)
        if not self.around or len(small) != len(text):  # there are letters that are two in small
            return shape.search(text) is not None
        return any(shape.search(text, start, end) for start, end in _near(self._spots(text, small), len(text)))

    def _spots(self, text: str, small: str) -> Iterable[tuple[int, int]]:
        """Where there is what the shape cannot be without."""
        if self.around != SEEN:
            return (one.span() for one in _compiled(self.around, 0).finditer(text))
        return sorted(one.span() for word in self.seen for one in _compiled(re.escape(word), 0).finditer(small))


@dataclass(frozen=True, slots=True)
class Sentence:
    """One way in which a comment says it: ``words``; ``code`` must match the code of the comment's line, or else of the next.

    ``unless`` are words that take it back where they stand near.
    """

    id: str
    says: str
    level: Level
    words: str
    code: str
    seen: tuple[str, ...]
    unless: str = ""

    @property
    def regex(self) -> re.Pattern[str]:
        return _regex(self.words)

    @property
    def beside(self) -> re.Pattern[str] | None:
        return _regex(self.code) if self.code else None

    @property
    def taken_back(self) -> re.Pattern[str] | None:
        return _regex(self.unless) if self.unless else None


@dataclass(frozen=True)
class Book:
    """All patterns and sentences, in the order in which one goes before another."""

    patterns: tuple[Pattern, ...]
    utils: Mapping[str, Mapping[str, Any]]
    sentences: tuple[Sentence, ...]
    talk_before: re.Pattern[str]
    talk_after: re.Pattern[str]
    talk_of_tests: re.Pattern[str]
    doubled: Mapping[str, str]

    @cached_property
    def ids(self) -> frozenset[str]:
        return frozenset([*(one.id for one in self.patterns), *(one.id for one in self.sentences)])

    def of(self, grammar: str, text: str) -> tuple[Pattern, ...]:
        """The patterns for the language of a grammar that a text may match: each that is asked costs its regexes."""
        small = text.lower()
        asked: dict[tuple[object, ...], bool] = {}  # several patterns ask for one shape
        found: list[Pattern] = []
        for one in self.patterns:
            if grammar in one.languages:
                key = one.seen, one.shape, one.also
                if key not in asked:
                    asked[key] = one.may_be_in(text, small)
                if asked[key]:
                    found.append(one)
        return tuple(found)

    def double(self, grammar: str) -> Pattern:
        """What matches test doubles and no-ops."""
        return self._doubles[grammar]

    @cached_property
    def _doubles(self) -> Mapping[str, Pattern]:
        return {
            name: Pattern(DOUBLE, "", "style", frozenset({name}), {"matches": DOUBLE}, shape=shape)
            for name, shape in self.doubled.items()
        }

    def said_in(self, text: str) -> tuple[Sentence, ...]:
        """The sentences that comments of a text may say."""
        small = text.lower()
        return tuple(one for one in self.sentences if any(word in small for word in one.seen))

    def asked(self, patterns: Iterable[Pattern], grammar: str) -> list[tuple[Mapping[str, Any], tuple[str, ...]]]:
        """Patterns as ``grammar.find`` wants them, each the same object whenever it is asked."""
        return [(self._whole[grammar][one.id, id(one)], (OWNER,)) for one in patterns]

    @cached_property
    def _whole(self) -> Mapping[str, Mapping[tuple[str, int], Mapping[str, Any]]]:
        return {
            name: {
                (one.id, id(one)): {"rule": one.rule, "utils": utils}
                for one in (*self.patterns, self.double(name)) if name in one.languages
            }
            for name, utils in self.utils.items()
        }  # fmt: skip


@lru_cache(maxsize=4)
def load(package: str, name: str) -> Book:
    """The book that lies in a package as a file of this name. It is ours: no file of an audited tree is read here."""
    text = files(package).joinpath(name).read_text(encoding="utf-8")
    data = yaml.load(text, Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))  # noqa: S506 - both are safe loaders
    return Book(
        tuple(map(_pattern, data["patterns"])),
        data["utils"],
        tuple(map(_sentence, data["comments"])),
        _regex(data["talk"]["before"]),
        _regex(data["talk"]["after"]),
        _regex(data["talk"]["tests"]),
        data["doubled"],
    )


def _pattern(one: Mapping[str, Any]) -> Pattern:
    return Pattern(
        one["id"], one["says"], one.get("level", "breach"), frozenset(one["languages"]), one["rule"],
        tuple(one.get("seen", ())), one.get("shape", ""),
        one.get("by_head", False), one.get("spoken", False), one.get("around", ""), one.get("also", ""),
    )  # fmt: skip


def _sentence(one: Mapping[str, Any]) -> Sentence:
    return Sentence(
        one["id"], one["says"], one.get("level", "breach"), one["regex"], one.get("beside", ""),
        tuple(one["seen"]), one.get("unless", ""),
    )  # fmt: skip


def _regex(source: str) -> re.Pattern[str]:
    """A blank stands for any white space, so that a sentence may go on in the next line."""
    return _compiled(source.replace(" ", r"\s+"), re.IGNORECASE | re.MULTILINE)


@lru_cache(maxsize=512)
def _compiled(source: str, flags: int) -> re.Pattern[str]:
    """Compiled when it is first searched for: of a hundred, most changes need five."""
    return re.compile(source, flags)


def _near(spots: Iterable[tuple[int, int]], length: int) -> Iterator[tuple[int, int]]:
    """The stretches of a text around some places in order, each character in one of them at most."""
    start = end = -1
    for first, last in spots:
        if first - REACH > end:
            if end >= 0:
                yield start, min(end, length)
            start = max(0, first - REACH)
        end = max(end, last + REACH)
    if end >= 0:
        yield start, min(end, length)
