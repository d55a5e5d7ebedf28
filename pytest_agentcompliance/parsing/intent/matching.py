"""What a report says held against the promises that intents make: by ids, else by words."""

import re
from collections.abc import Iterable, Sequence
from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing.intent import ids, likeness
from pytest_agentcompliance.parsing.intent.claimed import Claim
from pytest_agentcompliance.parsing.intent.reading import prefixes
from pytest_agentcompliance.parsing.intent.record import Intent, Promise
from pytest_agentcompliance.parsing.named import Named

_ID = re.compile(r"([A-Za-z][A-Za-z-_ ]{0,20}?)[-_ #]{0,3}(\d{1,4})")
_MOST_TEXTS, _MOST_STATEMENTS = 1_500, 2_000  # that each claim is held against
_MOST_PAIRS = 100_000  # of lines of a report and promises that are held against each other
_HOW = re.compile(r"(?i)(?:\S+ ){0,3}(?:by|via|with|using|through|in|see|tests?|tested|verified|covered|checked|because|since)\b")
_MOST_OPEN = 60  # claims, and promises, that are held against each other once more
_LOOSE = 0.12  # from here on a claim may mean a promise that no other line speaks of
_NO = re.compile(r"(?i)\b(?:no|not|never|without|nothing|nobody|none|does ?n['’]t|is ?n['’]t|remains? out)\b")
_NEARLY = 0.8  # of the words of a promise that a claim has to have beside those of another one
_FEW = 3  # telling words that a claim with an id has to have before they are held against its promise
_NUMBER = re.compile(
    r"(?<![\w.,-])(\d{1,6})\s?(?:(s)(?:econds?|ecs?)?|(min)(?:utes?)?|(h)(?:ours?)?|(d)(?:ays?)?|(ms)|(weeks?)|(months?)|(years?))\b"
)

Problem = tuple[Literal["breach", "style"], str, str]  # the level, the message, the evidence


class Answer(NamedTuple):
    """Which promises a claim is, with how it was known, and what is to be said of it; ``strange``: its words are those of none."""

    promises: list[tuple[int, str]]
    problems: list[Problem]
    strange: bool = False


class Made:
    """The promises of all intents together."""

    def __init__(
        self, intents: Sequence[tuple[str, Intent]], *, like: float = likeness.LIKE, unlike: float = likeness.UNLIKE
    ) -> None:
        self._like, self._unlike = like, unlike
        self.promises: list[Promise] = [one for _, intent in intents for one in intent.promises]
        self._where = [path for path, intent in intents for _ in intent.promises]
        self._statements = [(path, line, text) for path, intent in intents for line, text in intent.statements]
        self._denied = {f"{path}:{line}" for path, intent in intents for line in intent.denied}
        self._unread = [f"{path}:{one.line}" for path, intent in intents for one in intent.unread]
        self._prefixes = prefixes(tuple(self.promises))
        self._weights = likeness.Weights(one.text for one in self.promises)
        self._by_id: dict[tuple[str, int], list[int]] = {}
        self._texts: list[tuple[str, int]] = []  # each text that a promise is known by, with its number
        for at, one in enumerate(self.promises):
            self._texts.append((one.text, at))
            if hit := _ID.fullmatch(one.id.strip()):
                self._by_id.setdefault((re.sub(r"[\W_]+", "", hit[1].lower()), int(hit[2])), []).append(at)
        self._texts += [(text, at) for at, one in enumerate(self.promises) for text in one.details]
        del self._texts[_MOST_TEXTS:], self._statements[_MOST_STATEMENTS:]
        self._ordinals = [at for at, one in enumerate(self.promises) if one.kind in ("promise", "never")]

    def of(self, claim: Claim) -> Answer:
        """What a claim is."""
        named = list(ids.within(claim.text, self._prefixes))
        if named:
            return self._by_ids(claim, named)
        if not likeness.said(claim.text).words:
            return Answer([], [])  # dashes, or words that say nothing of their own
        at, share = self._nearest(claim.text)
        if share >= self._unlike and not self._shares(claim.text, at):
            share = min(share, self._unlike - 0.01)  # one word, such as that of the thing that the product is about
        if share >= self._like:
            others = [(other, "all of its words") for other in self._holding(claim.text) if other != at]
            return Answer([(at, f"{share:.2f} alike"), *others], self._said_of(claim, at) if not others else [])
        nearest = f"the nearest is {self.promises[at].name} ({share:.2f} alike)" if share else "none has a word of it"
        place = self._stated(claim.text)
        what = claim.text[:160]
        if place in self._denied and not _NO.search(claim.text):
            return Answer([], [("breach", f"{what!r} is what {place} says that nobody promises", f"denied {what}")])
        if place:
            message = f"{what!r} stands in {place}, and not among the promises; {nearest}"
            return Answer([], [("style", message, f"stated {what}")], strange=True)
        if share >= self._unlike:
            message = f"whether the intent promises {what!r} is not clear; {nearest}"
            return Answer([], [("style", message, f"unclear {what}")], strange=True)
        if self._unread:
            message = f"{what!r} is no promise that could be read; {', '.join(self._unread[:3])} could not"
            return Answer([], [("style", message, f"unread {what}")], strange=True)
        return Answer([], [("breach", f"the intent does not promise {what!r}; {nearest}", f"unknown {what}")], strange=True)

    def in_other_words(self, claims: Sequence[tuple[Claim, str]], unspoken: Iterable[int]) -> dict[int, tuple[int, float]]:
        """Which of some claims, by their place, may mean one of the promises that nothing else speaks of; each promise once.

        Beside each claim stand the names of its tests, which say in words what they show. A word that most promises have, such
        as that of the thing that the product is about, makes nothing alike.
        """
        left = list(unspoken)[:_MOST_OPEN]
        likely: list[list[tuple[float, int]]] = []  # of each claim the promises that it may mean, the likeliest first
        for claim, tests in claims[:_MOST_OPEN]:
            shares = ((self._loosely(claim.text, tests, at), at) for at in left)
            likely.append(sorted(((share, at) for share, at in shares if share >= _LOOSE), key=lambda one: (-one[0], one[1])))
        given: dict[int, int] = {}  # of each promise the claim
        for place in sorted(range(len(likely)), key=lambda one: -likely[one][0][0] if likely[one] else 0.0):
            _give(place, likely, given, set())
        return {place: (at, next(share for share, one in likely[place] if one == at)) for at, place in given.items()}

    def _loosely(self, text: str, tests: str, at: int) -> float:
        mine = likeness.said(text).words | likeness.stems(tests)
        texts = (one for one, owner in self._texts if owner == at)
        if not any(likeness.has(word, mine) and self._weights.tells(word) for one in texts for word in likeness.said(one).words):
            return 0.0
        return max(self._score(text, at), self._score(f"{text} {tests}", at))

    def _by_ids(self, claim: Claim, named: list[ids.Id]) -> Answer:
        found: list[tuple[int, str]] = []
        problems: list[Problem] = []
        for one in named:
            at = self._at(one)
            if at is None:
                message = f"the intent has no promise {one.written!r}; it has {self._known()}"
                level: Literal["breach", "style"] = "style" if self._unread else "breach"
                problems.append((level, message, f"unknown {one.prefix} {one.number}"))
            else:
                found.append((at, "by its id"))
        if len(found) == 1 and len(named) == 1:
            problems += self._other_words(claim, named[0], found[0][0])
            problems += self._said_of(claim, found[0][0])
        return Answer(found, problems)

    def _other_words(self, claim: Claim, one: ids.Id, at: int) -> list[Problem]:
        """A remark where the words beside an id are those of another promise, or of none, and do not say how it was verified."""
        rest = claim.text[: one.start] + " " + claim.text[one.end :]
        words = likeness.said(rest).first
        if len(words) < _FEW or self._score(rest, at) >= self._unlike:
            return []
        other, share = self._nearest(rest)
        if share < self._like and _HOW.match(rest.lstrip(" :.)—–-*_`([")[:200]):
            return []
        other_one = f"those of {self.promises[other].name} ({share:.2f} alike)"
        whose = f"the words are {other_one if share >= self._like else 'not its own'}"
        message = f"{one.written} is {self.promises[at].text[:100]!r}; {whose}"
        return [("style", message, f"other words {one.written}")]

    def _said_of(self, claim: Claim, at: int) -> list[Problem]:
        promise = self.promises[at]
        if promise.kind == "retired":
            return [("style", f"{promise.name} is a promise no longer", f"retired {promise.id or promise.text[:100]}")]
        mine, theirs = _amounts(claim.text), _amounts(promise.text)
        for unit in sorted(set(mine) & set(theirs)):
            if not mine[unit] & theirs[unit]:
                said, made = sorted(mine[unit])[0], sorted(theirs[unit])[0]
                message = f"the claim says {said} {unit} where {promise.name} says {made}"
                return [("style", message, f"number {promise.id or promise.text[:100]} {said} {unit}")]
        return []

    def _at(self, one: ids.Id) -> int | None:
        if one.key in self._by_id:
            return self._by_id[one.key][0]
        if one.prefix in ids.PROMISES or one.prefix == "p":
            known = ((key, found[0]) for key, found in self._by_id.items() if key[0] not in ids.OTHERS)
            alike = [found for (_, number), found in known if number == one.number]
            if len(alike) == 1:
                return alike[0]
            if not self._by_id and 0 < one.number <= len(self._ordinals):
                return self._ordinals[one.number - 1]
        return None

    def _known(self) -> str:
        known = list(dict.fromkeys(one.id for one in self.promises if one.id))
        return f"{', '.join(known[:12])}{f' and {len(known) - 12} more' if len(known) > 12 else ''}" if known else "no ids"

    def _nearest(self, text: str) -> tuple[int, float]:
        best, share = likeness.nearest(text, [one for one, _ in self._texts], self._weights)
        return (self._texts[best][1], share) if best >= 0 else (0, 0.0)

    def _holding(self, text: str) -> list[int]:
        """The promises of which a text has nearly all: a claim may join two."""
        mine = likeness.said(text).words
        held: set[int] = set()
        for one, at in self._texts if len(mine) > _FEW else ():
            words = likeness.said(one).words
            if len(words) >= _FEW and sum(likeness.has(word, mine) for word in words) >= _NEARLY * len(words):
                held.add(at)
        return sorted(held)

    def _score(self, text: str, at: int) -> float:
        return max(likeness.score(text, one, self._weights) for one, owner in self._texts if owner == at)

    def _stated(self, text: str) -> str:
        """Where the intent says it without a promise; empty where it does not."""
        best, share = likeness.nearest(text, [one for _, _, one in self._statements], self._weights)
        if best < 0 or share < max(self._like, 0.5) or not likeness.holds(self._statements[best][2], text):
            return ""
        return f"{self._statements[best][0]}:{self._statements[best][1]}"

    def unspoken(self, spoken: set[int], lines: Iterable[str]) -> list[int]:
        """The promises of which no line speaks; contracts, invariants and retired ones are not asked for."""
        left = {at for at, one in enumerate(self.promises) if one.kind in ("promise", "never") and at not in spoken}
        pairs = 0
        texts = [(text, at) for text, at in self._texts if at in left]
        for line in lines:
            pairs += len(texts)
            if not left or pairs > _MOST_PAIRS:
                break
            left -= {at for one in ids.within(line, self._prefixes) if (at := self._at(one)) is not None}
            if len(line.split()) > 1:
                near = {at for text, at in texts if at in left and likeness.score(line, text, self._weights) >= self._like}
                left -= {at for at in near if self._shares(line, at)}
        return sorted(left)

    def _shares(self, line: str, at: int) -> bool:
        """Whether a line has two of the words of a promise, which is more than chance; or the one that either has."""
        theirs = frozenset(word for text, owner in self._texts if owner == at for word in likeness.said(text).words)
        plain = likeness.said(self.promises[at].text).words
        return any(
            sum(likeness.has(word, theirs if len(words) > 1 else plain) for word in words) >= min(2, len(theirs), len(words))
            for words in likeness.said(line)
        )

    def speaks(self, line: str, promises: list[int]) -> bool:
        """Whether a line speaks of one of some promises."""
        if any(self._at(one) in promises for one in ids.within(line, self._prefixes)):
            return True
        return any(likeness.score(line, self.promises[at].text, self._weights) >= max(self._like, 0.5) for at in promises)

    def files_of(self, at: int, paths: Sequence[str]) -> list[str]:
        """The files among some that a promise names, with its details."""
        one = self.promises[at]
        return sorted(Named((one.text, *one.details)).among(paths))

    def stands_in(self, at: int, words: frozenset[str], least: int, share: float) -> bool:
        """Whether some words hold most of what a promise says."""
        mine = likeness.said(self.promises[at].text).words
        held = len(mine & words)
        return held >= least and held >= share * len(mine)


def _give(place: int, likely: list[list[tuple[float, int]]], given: dict[int, int], asked: set[int]) -> bool:
    """Whether a claim gets a promise, where one that has it already takes another: as many claims as can be get one."""
    for _, at in likely[place]:
        if at not in asked:
            asked.add(at)
            if at not in given or _give(given[at], likely, given, asked):
                given[at] = place
                return True
    return False


def _amounts(text: str) -> dict[str, set[int]]:
    """The times that a text names, by their unit."""
    found: dict[str, set[int]] = {}
    for number, *units in _NUMBER.findall(text[:2_000]):
        found.setdefault("".join(units).rstrip("s") or "s", set()).add(int(number))
    return found
