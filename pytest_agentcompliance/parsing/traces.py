"""Whether what a text names stands in a story: by id, by section, or in the story's own words."""

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

from pytest_agentcompliance.parsing.markdown import word_set
from pytest_agentcompliance.parsing.references import Key, Name, References
from pytest_agentcompliance.parsing.requirements import Requirement, Story

MOST_RANGES = 500  # different ranges that are looked up
MOST_LINES = 5_000  # of a story whose words are compared
COMMON = 200  # a word in more lines than this says nothing
MOST_WORDS = 40  # of an objective

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]{2,40}")
_EMPTY = word_set(
    "the and for with from that this all new add adds added adding create creates created creating implement implements implemented"
    " implementing update updates updated updating fix fixes define defines defined make write use uses using set into via per its"
    " are story requirement requirements acceptance criteria criterion maps map objective existing support code file files run"
    " verify ensure section not can must should"
)


@dataclass(frozen=True)
class Known:
    """The ids of one or several stories that are one story: lookups that do not grow with the ranges that are asked for."""

    stories: tuple[Story, ...]
    name: str = ""  # the story's own id

    @cached_property
    def main(self) -> Story:
        """The story whose criteria the run is to meet: the first that gives them ids, else the first that has any."""
        some = [story for story in self.stories if story.requirements]
        return next((story for story in some if not story.counted), some[0] if some else Story())

    @cached_property
    def _keys(self) -> frozenset[Key]:
        keys = {key for story in self.stories for key in story.keys}
        for story in self.stories:
            for name in story.mentioned:
                if self.ours(name):
                    keys |= {name.first, name.last}
        return frozenset(keys)

    @cached_property
    def _parents(self) -> frozenset[Key]:
        return frozenset(above for key in self._keys for above in _above(key))

    def ours(self, name: Name) -> bool:
        """Whether a name is of this story, and not of another that the text speaks of."""
        return not name.owner or name.owner.casefold() == self.name.casefold()

    def has(self, key: Key) -> bool:
        """Whether the story has this criterion, one that it is a part of, or a part of it."""
        if key in self._keys or key in self._parents or any(above in self._keys for above in _above(key)):
            return True
        counted = self.main.counted and key.family == "AC"
        return counted and key.numbers[0] <= self.main.items

    def missing(self, name: Name) -> list[Key]:
        """The ends of a name that the story does not have."""
        if name.written.lower().startswith("requirement"):  # a word, not an id: what it counts is not always said
            return []
        return [key for key in dict.fromkeys((name.first, name.last)) if not self.has(key)]

    def traced(self, found: References) -> bool:
        """Whether a text names a criterion that the story has, all of them, or a section or requirement of the story."""
        named = any(self.ours(name) and self.has(name.first) for name in found.names)
        sections = any(one in story.sections for story in self.stories for one in found.sections)
        return named or found.everything or sections or any(self.line_of(words) is not None for words in found.words)

    @cached_property
    def _index(self) -> dict[str, list[int]]:
        index: dict[str, list[int]] = {}
        for number, row in enumerate(self.main.text[:500_000].split("\n")[:MOST_LINES], 1):
            for word in _words(row[:1000]):
                index.setdefault(word, []).append(number)
        return index

    def line_of(self, text: str) -> int | None:
        """The line of the story that has most of a text's words: more than half of them, and at least three.

        Where the story gives no ids, words are all there is: two of them are enough, and a third of the text's.
        """
        words = sorted(_words(text[:1000]))[:MOST_WORDS]
        hits: Counter[int] = Counter()
        for word in words:
            lines = self._index.get(word, [])
            hits.update(lines if len(lines) <= COMMON else ())
        if not hits:
            return None
        line, count = max(hits.items(), key=lambda hit: (hit[1], -hit[0]))
        least, share = (2, 0.33) if self.main.counted else (3, 0.6)
        return line if count >= least and count >= share * len(words) else None


@dataclass(slots=True)
class Cover:
    """Which criteria several texts name together."""

    keys: set[Key] = field(default_factory=set)
    parents: set[Key] = field(default_factory=set)
    ranges: dict[tuple[Key, Key], Name] = field(default_factory=dict)
    everything: bool = False

    def take(self, found: References, known: Known) -> None:
        self.everything = self.everything or found.everything
        for name in found.names:
            if not known.ours(name):
                continue
            if name.first == name.last:
                self.keys.add(name.first)
                self.parents.update(_above(name.first))
            elif len(self.ranges) < MOST_RANGES:
                self.ranges[name.first, name.last] = name

    @property
    def named(self) -> bool:
        return self.everything or bool(self.keys or self.ranges)

    def names(self, one: Requirement) -> bool:
        key = one.key
        if self.everything or key in self.keys or key in self.parents or any(above in self.keys for above in _above(key)):
            return True
        return any(name.holds(key) for name in self.ranges.values())

    def left(self, wanted: Iterable[Requirement]) -> list[Requirement]:
        return [one for one in wanted if not self.names(one)]


def _above(key: Key) -> Iterable[Key]:
    """What a key is a part of: ``AC-1.2b`` of ``AC-1.2`` and ``AC-1``."""
    if key.part:
        yield Key(key.family, key.numbers)
    for depth in range(1, len(key.numbers)):
        yield Key(key.family, key.numbers[:depth])


def _words(text: str) -> set[str]:
    return {_stem(word) for word in map(str.lower, _WORD.findall(text)) if word not in _EMPTY}


def _stem(word: str) -> str:
    for end in ("ing", "ies", "es", "ed", "s"):
        if word.endswith(end) and len(word) - len(end) > 3:
            return word[: -len(end)]
    return word
