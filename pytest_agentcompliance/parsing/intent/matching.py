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
_FEW = 3  # telling words that a claim with an id has to have before they are held against its promise
_NUMBER = re.compile(
    r"(?<![\w.,-])(\d{1,6})\s?(?:(s)(?:econds?|ecs?)?|(min)(?:utes?)?|(h)(?:ours?)?|(d)(?:ays?)?|(ms)|(weeks?)|(months?)|(years?))\b"
)

Problem = tuple[Literal["breach", "style"], str, str]  # the level, the message, the evidence


class Answer(NamedTuple):
    """Which promises a claim is, with how it was known, and what is to be said of it."""

    promises: list[tuple[int, str]]
    problems: list[Problem]


class Made:
    """The promises of all intents together."""

    def __init__(
        self, intents: Sequence[tuple[str, Intent]], *, like: float = likeness.LIKE, unlike: float = likeness.UNLIKE
    ) -> None:
        self._like, self._unlike = like, unlike
        self.promises: list[Promise] = [one for _, intent in intents for one in intent.promises]
        self._where = [path for path, intent in intents for _ in intent.promises]
        self._statements = [(path, line, text) for path, intent in intents for line, text in intent.statements]
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
        if share >= self._like:
            return Answer([(at, f"{share:.2f} alike")], self._said_of(claim, at))
        nearest = f"the nearest is {self.promises[at].name} ({share:.2f} alike)" if share else "none has a word of it"
        place = self._stated(claim.text)
        what = claim.text[:160]
        if place:
            message = f"{what!r} stands in {place}, and not among the promises; {nearest}"
            return Answer([], [("style", message, f"stated {what}")])
        if share >= self._unlike:
            return Answer([], [("style", f"whether the intent promises {what!r} is not clear; {nearest}", f"unclear {what}")])
        if self._unread:
            message = f"{what!r} is no promise that could be read; {', '.join(self._unread[:3])} could not"
            return Answer([], [("style", message, f"unread {what}")])
        return Answer([], [("breach", f"the intent does not promise {what!r}; {nearest}", f"unknown {what}")])

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

    def _score(self, text: str, at: int) -> float:
        return max(likeness.score(text, one, self._weights) for one, owner in self._texts if owner == at)

    def _stated(self, text: str) -> str:
        """Where the intent says it without a promise; empty where it does not."""
        best, share = likeness.nearest(text, [one for _, _, one in self._statements], self._weights)
        return f"{self._statements[best][0]}:{self._statements[best][1]}" if best >= 0 and share >= max(self._like, 0.5) else ""

    def unspoken(self, spoken: set[int], lines: Iterable[str]) -> list[int]:
        """The promises of which no line speaks; contracts, invariants and retired ones are not asked for."""
        left = {at for at, one in enumerate(self.promises) if one.kind in ("promise", "never") and at not in spoken}
        pairs = 0
        for line in lines:
            pairs += len(left)
            if not left or pairs > _MOST_PAIRS:
                break
            left -= {at for one in ids.within(line, self._prefixes) if (at := self._at(one)) is not None}
            if len(line.split()) > 1:
                left -= {at for at in left if likeness.score(line, self.promises[at].text, self._weights) >= self._like}
        return sorted(left)

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


def _amounts(text: str) -> dict[str, set[int]]:
    """The times that a text names, by their unit."""
    found: dict[str, set[int]] = {}
    for number, *units in _NUMBER.findall(text[:2_000]):
        found.setdefault("".join(units).rstrip("s") or "s", set()).add(int(number))
    return found
