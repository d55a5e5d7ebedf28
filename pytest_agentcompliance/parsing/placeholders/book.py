"""What is taken for a placeholder: patterns and sentences, read from a YAML file that is part of a package."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.resources import files
from typing import Any, Literal

import yaml

Level = Literal["breach", "style"]
OWNER = "OWNER"  # the variable that holds the name of the class around a match
DOUBLE = "double"  # the pattern of test doubles and no-ops, which every language has: what lies within is no placeholder


@dataclass(frozen=True, slots=True)
class Pattern:
    """One rule object of ast-grep's.

    ``by_head``: what it matches is known by its head, whatever its value or body. ``spoken``: it is only said that the
    work is not done, so that what stands in for it, if that is near, is enough to report.
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

    def may_be_in(self, text: str, small: str) -> bool:
        """Whether it is worth asking of a text, given in small letters too."""
        if self.seen and not any(word in small for word in self.seen):
            return False
        return not self.shape or _compiled(self.shape, 0).search(text) is not None


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
                key = one.seen, one.shape
                if key not in asked:
                    asked[key] = one.may_be_in(text, small)
                if asked[key]:
                    found.append(one)
        return tuple(found)

    def double(self, grammar: str) -> Pattern:
        """What matches test doubles and no-ops."""
        return Pattern(DOUBLE, "", "style", frozenset({grammar}), {"matches": DOUBLE})

    def said_in(self, text: str) -> tuple[Sentence, ...]:
        """The sentences that comments of a text may say."""
        small = text.lower()
        return tuple(one for one in self.sentences if any(word in small for word in one.seen))

    def asked(self, patterns: Iterable[Pattern], grammar: str) -> list[tuple[dict[str, Any], tuple[str, ...]]]:
        """Patterns as ``grammar.find`` wants them."""
        return [({"rule": one.rule, "utils": self.utils[grammar]}, (OWNER,)) for one in patterns]


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
    )


def _pattern(one: Mapping[str, Any]) -> Pattern:
    return Pattern(
        one["id"], one["says"], one.get("level", "breach"), frozenset(one["languages"]), one["rule"],
        tuple(one.get("seen", ())), one.get("shape", ""),
        one.get("by_head", False), one.get("spoken", False),
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
