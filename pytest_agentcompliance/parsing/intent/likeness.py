"""How much of what one sentence says stands in another: a report cites a promise in fewer words, and in others."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

LIKE = 0.4  # from here on a claim is the promise; measured on labelled pairs of promises and of how reports cite them
UNLIKE = 0.3  # below it nothing of a promise is in the claim; between the two it is a question for a person
LONGEST = 1_000  # characters of a sentence
_WORDS = 60  # of a sentence
_STEM = 4  # letters that two words have to begin with alike
_PLAIN = re.compile(r"[^\W\d_]+|\d+(?:[.,]\d+)?")
_CODE = (".py", ".ts", ".tsx", ".js", ".jsx", ".go", ".java", ".rb", ".rs")
_SHORT = re.compile(r"(?<=\d)(s|secs?|h|hrs?)\b")  # 10s, 24h
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])|_")
# What stands behind one of these says how it was verified, or where: the claim itself comes before.
_ASIDE = re.compile(r"\s[-–—]{1,2}\s|\s?[(\[]|\s(?:->|=>|→)\s|[:;]\s|\s\||\s`")
_ENDINGS = (
    "isations", "izations", "isation", "ization", "abilities", "ibilities", "ability", "ibility", "ements", "ations", "ition",
    "ation", "ement", "ings", "edly", "ables", "able", "ible", "ally", "ies", "ied", "ing", "ion", "ed", "es", "er", "ly", "s",
    "e", "y",
)  # fmt: skip
_SMALL = frozenset((
    "a", "about", "add", "added", "after", "again", "all", "also", "always", "an", "and", "any", "anything", "app", "application",
    "are", "as", "at", "be", "because", "been", "before", "being", "both", "but", "by", "can", "cannot", "check", "checked",
    "checks", "confirm", "confirmed", "core", "could", "cover", "covered", "covers", "did", "do", "does", "doesn", "don", "done",
    "each", "either", "enforce", "enforced", "ensure", "ensured", "ensures", "even", "ever", "every", "everything", "explicit",
    "explicitly", "feature", "features", "for", "from", "full", "fully", "get", "gets", "guarantee", "guaranteed", "guarantees",
    "had", "has", "have", "hold", "holds", "how", "if", "implement", "implemented", "important", "in", "inferred", "into", "is",
    "isn", "it", "its", "itself", "just", "keep", "keeps", "kept", "let", "made", "make", "makes", "may", "modified", "more",
    "most", "must", "my", "need", "never", "new", "nice", "no", "nobody", "none", "nor", "not", "of", "on", "once", "one", "only",
    "or", "other", "our", "out", "over", "own", "pass", "passes", "passing", "people", "per", "person", "preserved", "product",
    "promise", "promised", "promises", "protect", "protected", "protects", "s", "shall", "should", "so", "some", "still", "such",
    "support", "supported", "supports", "system", "t", "test", "tested", "tests", "than", "that", "the", "their", "them", "then",
    "there", "these", "they", "this", "those", "through", "time", "times", "to", "too", "uncertain", "under", "until", "up",
    "upon", "us", "user", "users", "verified", "verifies", "verify", "very", "via", "was", "way", "we", "well", "were", "what",
    "when", "where", "which", "while", "who", "will", "with", "within", "without", "won", "work", "working", "works", "would",
    "you", "your",
))  # fmt: skip
# Words that mean the same where a promise is meant; the first stands for all.
_ALIKE = (
    "delete remove erase purge trash", "restore recover revert undo reversible", "save persist store", "lose lost loss losing",
    "login signin logon", "fast quick speed latency performance", "search find lookup",
    "see view visible visibility show display shown", "share disclose expose leak", "export download",
    "private privacy confidential", "log audit logged logging", "cancel cancelled", "atomic transactional", "rollback roll",
    "automatic auto automatically", "offline internet", "sync synchronise synchronize synchronisation", "lock lockout locked",
    "second seconds sec s ms", "hour hours h", "day days", "minute minutes min", "email mail", "picture image photo",
    "price cost fee", "five 5", "thirty 30", "two 2", "three 3", "ten 10", "duplicate double twice",
    "telemetry tracking analytics", "crash failure fail failed", "device local",
)  # fmt: skip


def _singular(word: str) -> str:
    """A word without the ending of the plural, or of the third person: what ends it then is cut from both alike."""
    if len(word) < 4 or not word.endswith("s") or word.endswith(("ss", "us", "is")):
        return word
    if word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-2] if word.endswith(("sses", "xes", "zes", "shes", "ches")) else word[:-1]


def _stem(word: str) -> str:
    word = _singular(word)
    for ending in _ENDINGS:
        if word.endswith(ending) and len(word) - len(ending) >= 3:
            word = word[: -len(ending)]
            break
    if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiou":
        word = word[:-1]
    return word


_FIRST = {_stem(word): _stem(group.split()[0]) for group in _ALIKE for word in group.split()}


class Said(NamedTuple):
    """The telling words of a sentence, and those of its beginning alone where something is said behind it."""

    words: frozenset[str]
    first: frozenset[str]


@lru_cache(maxsize=4_000)
def said(text: str) -> Said:
    """What a sentence says, for :func:`score`."""
    text = " ".join(word for word in text[:LONGEST].split() if not _is_name(word))
    cut = _ASIDE.search(text)
    words = stems(text)
    first = stems(text[: cut.start()]) if cut is not None else words
    return Said(words, first or words)


def _is_name(word: str) -> bool:
    """Whether a word names a file or a test, which says where something is shown and not what is promised."""
    bare = word.strip("()[]`*,.:;\"'")
    path = bare.partition("::")[0]
    return "::" in bare or bare.startswith("test_") or ("/" in path and "." in path.rpartition("/")[2]) or path.endswith(_CODE)


def stems(text: str) -> frozenset[str]:
    """The telling words of a text, each without its ending."""
    long = _SHORT.sub(lambda unit: " seconds" if unit[1].startswith("s") else " hours", text)
    split = _PLAIN.findall(_CAMEL.sub(" ", long))[:_WORDS]
    small = [word.lower() for word in split]
    stems = (_stem(word) for word in small if word not in _SMALL and (len(word) > 1 or word.isdigit()))
    return frozenset(_FIRST.get(stem, stem) for stem in stems)


class Weights:
    """How telling each word is among some sentences: one that they all have tells them apart from nothing."""

    def __init__(self, texts: Iterable[str]) -> None:
        every = [said(text).words for text in texts]
        self._seen = Counter(word for words in every for word in words)
        self._count = max(1, len(every))
        self._known: dict[str, float] = {}

    def of(self, word: str) -> float:
        """The weight of a word; that of a number is small: what it counts tells more."""
        known = self._known.get(word)
        if known is None:
            known = 0.3 if word.isdigit() else 1.0 + 0.5 * math.log((1 + self._count) / (1 + self._seen[word]))
            self._known[word] = known
        return known

    def tells(self, word: str) -> bool:
        """Whether a word tells the sentences apart: not a number, and not one that most of them have."""
        seen = self._seen[word]
        return not word.isdigit() and (seen <= 1 or 2 * seen <= self._count)


def holds(text: str, claim: str) -> bool:
    """Whether a text has at least half of what a claim says, before or behind its aside."""
    theirs = said(text).words
    return any(2 * sum(has(word, theirs) for word in mine) >= len(mine) for mine in said(claim) if mine)


def score(claim: str, promise: str, weights: Weights) -> float:
    """How much the two say the same: 0 nothing, 1 all of it. The claim may say more, or less, than the promise."""
    one, two = said(claim), said(promise)
    return max(_common(mine, theirs, weights) for mine in {one.words, one.first} for theirs in {two.words, two.first})


def _common(one: frozenset[str], two: frozenset[str], weights: Weights) -> float:
    if not one or not two or (one.isdisjoint(two) and not any(has(word, two) for word in one)):
        return 0.0
    mine = sum(weights.of(word) for word in one if has(word, two))
    theirs = sum(weights.of(word) for word in two if has(word, one))
    a, b = mine / sum(map(weights.of, one)), theirs / sum(map(weights.of, two))
    return 0.6 * max(a, b) + 0.4 * min(a, b)


def has(word: str, words: frozenset[str]) -> bool:
    """Whether a word is among some, or one that begins with it."""
    if word in words:
        return True
    return len(word) > _STEM and any(
        len(other) > _STEM and (other.startswith(word) or word.startswith(other)) for other in words
    )


def nearest(claim: str, promises: Sequence[str], weights: Weights) -> tuple[int, float]:
    """Which of the promises a claim is most like, and how much; -1 where there are none."""
    scores = [score(claim, promise, weights) for promise in promises]
    best = max(range(len(scores)), key=scores.__getitem__, default=-1)
    return best, scores[best] if best >= 0 else 0.0
