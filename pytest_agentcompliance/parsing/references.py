"""Which acceptance criteria and requirements a text names: single ones, lists, ranges, and all of them."""

import re
from dataclasses import dataclass, field

from pytest_agentcompliance.parsing.late import late

LONGEST = 200_000  # characters of a text that are read
MOST = 5_000  # names that are taken from one text

FAMILIES = "AC|REQ|NFR|FR|BR|TR|UR"
_ONE = rf"(?:{FAMILIES}|[Aa]c|[Rr]eq|(?i:(?:acceptance[ \t]{{1,3}})?criterion)|(?i:requirement))"
_MANY = rf"(?:(?:{FAMILIES})[’']?s|(?i:(?:acceptance[ \t]{{1,3}})?criteria)|(?i:requirements))"
_NUMBER = r"(?P<number>\d{1,18}(?:\.\d{1,9}){0,4})(?P<part>[a-z](?![A-Za-z0-9]))?(?![A-Za-z0-9%+])"
_ID = rf"(?:(?P<many>{_MANY})|(?P<one>{_ONE}))(?:[-‑–_#.]|:?[ \t]{{0,2}}#?)(?P<middle>[A-Z]{{2,12}}[-_])?{_NUMBER}"
_NEXT = late(_ID)
_HEAD = late(rf"(?<![A-Za-z0-9_])(?<![A-Za-z0-9]-){_ID}")
_BARE = late(_NUMBER)
_LETTER = late(r"[a-z](?![A-Za-z0-9])")
_JOIN = late(
    r"[`*_)\]\"']{0,4}(?:"
    r"(?P<range>\s{0,3}(?:\.\.\.?|…|[-‑–—→])\s{0,3}|\s{1,3}(?:up[ ])?(?:to|through|thru|until)\s{1,3})"
    r"|\s{0,3}(?:,\s{0,3}(?:(?:and|or|plus)\s{1,3})?|[;/&+]\s{0,3})|\s{1,3}(?:and|or|plus|[&+/])\s{1,3}"
    r")[`*_(\[\"']{0,4}"
)
# What may follow a number that has no prefix of its own: "AC-1, 2 and 5" is a list, "AC-1, 2 endpoints" is not.
_ENDS = late(
    r"\s{0,3}(?:$|[,;/&+)\].:*`_\"'|…\n]|[-–—](?=[\s\d])"
    r"|(?:and|or|to|through|thru|are|is|in|for|from|on|by|only|as|plus|partial(?:ly)?|done|complete[d]?|covered|met|pass(?:ed)?)\b)"
)
_ALL = late(
    r"(?i)(?<!\bnot )\b(?:all|every|each)\s{1,3}(?:of\s{1,3})?"
    r"(?:(?:the|its|\d{1,4}|story(?:['’]s)?|defined|backend|listed|stated)\s{1,3}){0,3}"
    r"(?:ACs?\b(?![-‑–_#:. \t]{0,3}\d)|(?:acceptance\s{1,3})?criteri(?:a|on)\b(?!\s{0,3}\d)|story\s{1,3}requirements?\b)"
)
_SECTION = late(
    r"(?i)(?:\bsections?|§)\s{0,3}(\d{1,3}(?:\.\d{1,3}){0,3})(?![.\d]?\d)"
    r"(?!\s{1,3}(?:of|in)\s{1,3}(?:the\s{1,3})?(?:\w{1,20}[- ])?plan)"
)
_WORDS = late(r"(?i)\b(?:story|user)\s{1,3}requirements?\s{0,3}(?:[:–—]|-\s|\()\s{0,3}([^\n()]{3,300})")
_OWNER = late(
    r"(?<![A-Za-z0-9_-])([A-Z][A-Za-z0-9]{1,15}(?:-[A-Za-z0-9]{1,15}){0,3}-\d{1,9}[A-Za-z]?)(?:['’]s?)?[:,]?\s{1,3}[(`*]{0,3}$"
)
_OF = late(
    r"[`*)]{0,4}\s{1,3}(?:of|in|from)\s{1,3}(?:story\s{1,3})?([A-Z][A-Za-z0-9]{1,15}(?:-[A-Za-z0-9]{1,15}){0,3}-\d{1,9}[A-Za-z]?)\b"
)
_PLAN = late(
    r"(?i)\b(?:implementation[- _]?plan|plan\.(?:md|ya?ml)|plan\s{1,3}(?:steps?|phases?|tasks?|items?|sections?)"
    r"|(?:phases?|steps?|tasks?|sub-?tasks?)\s{0,3}[-#:]?\s{0,2}\d|ST-\d)"
)
_REVIEW = late(
    r"(?i)\b(?:code[- ]?review|review(?:er)?['’]?s?\s{1,3}(?:finding|issue|comment|concern|feedback|suggest)|review suggested"
    r"|qa[- ](?:fail|feedback|finding|verify|gate)|fix[- ](?:cycle|iteration|list)"
    r"|(?:priorit(?:y|ies)|issues?|findings?)\s{0,3}[#:]?\s{0,2}\d"
    r"|(?:critical|high|medium|low)\s{1,3}(?:severity|priority))"
)


@dataclass(frozen=True, slots=True, order=True)
class Key:
    """What an id means, without its spelling: ``AC-01``, ``AC1`` and ``ac 1`` are one key."""

    family: str
    numbers: tuple[int, ...]
    part: str = ""

    def __str__(self) -> str:
        return f"{self.family}-{'.'.join(map(str, self.numbers))}{self.part}"

    def within(self, other: "Key") -> bool:
        """Whether this is the other or a part of it: ``AC-1.2`` and ``AC-1b`` are parts of ``AC-1``."""
        if self.family != other.family or self.numbers[: len(other.numbers)] != other.numbers:
            return False
        return not other.part or (self.part == other.part and len(self.numbers) == len(other.numbers))


@dataclass(frozen=True, slots=True)
class Name:
    """One criterion, or a range of them that is never spelled out. ``line`` counts from 1 in the text.

    ``owner`` is the story that the text says it belongs to, empty where it says none.
    """

    first: Key
    last: Key
    written: str
    line: int = 1
    owner: str = ""

    def holds(self, key: Key) -> bool:
        """Whether it names this criterion, one that it is a part of, or a part of it."""
        if self.first == self.last:
            return key.within(self.first) or self.first.within(key)
        if key.family != self.first.family:
            return False
        after = (key.numbers, key.part) >= (self.first.numbers, self.first.part) or self.first.within(key)
        before = (key.numbers, key.part) <= (self.last.numbers, self.last.part) or key.within(self.last)
        return after and before


@dataclass(frozen=True, slots=True)
class References:
    """All that a text names. ``everything``: it says "all criteria"; ``words``: requirements that it tells in words."""

    names: tuple[Name, ...] = ()
    everything: bool = False
    sections: tuple[str, ...] = ()
    words: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.names or self.everything)


@dataclass(slots=True)
class _List:
    """The names of one list, while it is read; ``at`` is where it ends so far."""

    at: int
    names: list[tuple[Key, Key, str]] = field(default_factory=list)


def find(text: str) -> References:
    """What the text names, in linear time; never fails."""
    text = text[:LONGEST]
    return References(
        tuple(names(text)),
        bool(_ALL.search(text)),
        tuple(one[1] for one in _SECTION.finditer(text))[:MOST],
        tuple(one[1].strip() for one in _WORDS.finditer(text))[:MOST],
    )


def names(text: str) -> list[Name]:
    """The names alone."""
    text = text[:LONGEST]
    names: list[Name] = []
    at, line, counted = 0, 1, 0
    while len(names) < MOST and (head := _HEAD.search(text, at)):
        found = _read(text, head)
        at = found.at
        line, counted = line + text.count("\n", counted, head.start()), head.start()
        owner = _owner(text, head.start(), at)
        names.extend(Name(first, last, written, line, owner) for first, last, written in found.names)
    return names


def begins(text: str) -> tuple[list[Name], int]:
    """The names with which the text begins, and where they end."""
    head = _HEAD.match(text)
    if head is None:
        return [], 0
    found = _read(text, head)
    return [Name(*one) for one in found.names], found.at


def elsewhere(text: str) -> str:
    """What other document a text refers to: a step of the plan or a finding of a review; empty where none."""
    if _PLAN.search(text[:LONGEST]):
        return "a step of the plan"
    return "a finding of a review" if _REVIEW.search(text[:LONGEST]) else ""


def _owner(text: str, start: int, end: int) -> str:
    before = _OWNER.search(text, max(0, start - 80), start)
    if before is None:
        before = _OF.match(text, end)
    return before[1] if before else ""


def _read(text: str, head: re.Match[str]) -> _List:
    """A first name and what is joined to it."""
    key = _key(head, _family(head))
    found = _List(head.end(), [])
    if (len(head["many"] or head["one"]) > 4) and not _ENDS.match(text, head.end()):
        return found  # "the requirements 3 users have"
    found.names.append((key, key, head[0]))
    plural = bool(head["many"])
    while len(found.names) < MOST and (join := _JOIN.match(text, found.at)):
        step = _joined(text, join, found.names[-1], plural=plural)
        if step is None:
            break
        name, found.at = step
        if join["range"]:
            found.names.pop()
        found.names.append(name)
    return found


def _joined(text: str, join: re.Match[str], last: tuple[Key, Key, str], *, plural: bool) -> tuple[tuple[Key, Key, str], int] | None:
    """The name behind a comma, or the range that a dash makes with the one before it."""
    tight = not any(char.isspace() for char in join[0])
    before = last[1]
    following = _NEXT.match(text, join.end()) or _BARE.match(text, join.end())
    if following is not None:
        own = "one" in following.groupdict()
        if not own and not (tight and join["range"]) and not plural and not _ENDS.match(text, following.end()):
            return None
        key = _key(following, _family(following) if own else before.family)
    elif before.part and tight and (letter := _LETTER.match(text, join.end())):
        following, key = letter, Key(before.family, before.numbers, letter[0])
    else:
        return None
    if not join["range"]:
        return (key, key, following[0]), following.end()
    if last[0] != last[1] or key.family != before.family or key < before:
        return None
    return (before, key, last[2] + join[0] + following[0]), following.end()


def _family(head: re.Match[str]) -> str:
    word = (head["many"] or head["one"]).upper()
    family = "AC" if "CRITERI" in word else "REQ" if "REQUIREMENT" in word else word.rstrip("S").rstrip("’'")
    return family + (f"-{head['middle'][:-1]}" if head["middle"] else "")


def _key(found: re.Match[str], family: str) -> Key:
    return Key(family, tuple(int(one) for one in found["number"].split(".")), found["part"] or "")
