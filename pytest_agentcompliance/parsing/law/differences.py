"""One difference between two versions of a law, and how values and mappings are compared."""

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.parsing import strict_yaml
from pytest_agentcompliance.parsing.strict_yaml import Lines, Path, shown

Weight = Literal["weaker", "stricter", "idle"]

MOST_TOLD = 6  # items of a list that a message names


@dataclass(frozen=True, slots=True)
class Difference:
    """What differs, as a sentence without its end, and the line of head where it stands, or would.

    ``weaker`` is also what cannot be told to be stricter; ``idle`` is what changes no verdict.
    """

    said: str
    line: int
    weight: Weight


@dataclass(frozen=True, slots=True)
class Spot:
    """A key or an item of head's version; ``spot / key`` is one within it."""

    lines: Lines
    path: Path = ()

    def __truediv__(self, part: str | int) -> "Spot":
        return Spot(self.lines, (*self.path, part))

    @property
    def line(self) -> int:
        """Its line; where there is none, that of the nearest around it."""
        return self.lines.of(self.path)


class Absent:
    """Stands for a key that is not there, which is not the same as one that is empty."""

    def __repr__(self) -> str:
        return "absent"


ABSENT = Absent()


def pages(before: bytes, after: bytes, path: str) -> tuple[Any, Any, Spot] | Difference:
    """The data of both versions and head's top; the difference that it is where one of them cannot be read."""
    try:
        new, lines = strict_yaml.read(after, path)
    except PolicyError as wrong:
        return Difference(f"it cannot be read any more: {wrong}", _line(str(wrong), path), "weaker")
    try:
        old, _ = strict_yaml.read(before, path)
    except PolicyError as wrong:
        return Difference(f"it was changed, and base's version cannot be read to compare them: {wrong}", 1, "weaker")
    return old, new, Spot(lines)


def settled(found: Iterator[Difference]) -> tuple[Difference, ...]:
    """All differences; where the data has none, that of the text."""
    return tuple(found) or (Difference("only its comments or its layout were changed", 1, "idle"),)


def mapping(value: Any) -> Mapping[str, Any]:
    """A mapping; an empty one for what is none, as a missing key is."""
    return value if isinstance(value, dict) else {}


def listed(value: Any) -> list[Any]:
    """A list; an empty one for what is none."""
    return value if isinstance(value, list) else []


def fits(value: Any, kind: type) -> bool:
    """Whether a value has the form that is read here; what is missing has."""
    return value is ABSENT or isinstance(value, kind)


def same(one: Any, other: Any) -> bool:
    """Whether two values say the same: 1 and '1' do, as where a text is wanted."""
    return key_of(one) == key_of(other)


def key_of(value: Any) -> str:
    """A text that two values share where they say the same."""
    return "" if value is ABSENT else json.dumps(_canonical(value), sort_keys=True)


def changed(what: str, old: Any, new: Any, line: int, weight: Weight = "weaker") -> Iterator[Difference]:
    """The difference of a value of which more cannot be told than that it is another one."""
    if same(old, new):
        return
    if old is ABSENT:
        yield Difference(f"{what} is set to {shown(new)}; base does not set it", line, weight)
    elif new is ABSENT:
        yield Difference(f"{what} is no longer set; base has {shown(old)}", line, weight)
    elif isinstance(old, list) and isinstance(new, list):
        yield Difference(f"{what} {_items(old, new)}", line, weight)
    else:
        yield Difference(f"{what} was {shown(old)}, and is {shown(new)}", line, weight)


def each(what: str, old: Mapping[str, Any], new: Mapping[str, Any], at: Spot) -> Iterator[Difference]:
    """The differences of two mappings of which nothing more is known, key by key."""
    for key in keys(old, new):
        yield from changed(f"{what}{clipped(key)}", old.get(key, ABSENT), new.get(key, ABSENT), (at / key).line)


def keys(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
    """All keys: head's in their order, then those that are gone."""
    return [*new, *(key for key in old if key not in new)]


def named(entries: list[Any], name: Callable[[Any], str]) -> dict[tuple[str, int], tuple[int, Any]]:
    """Entries by their name, and by how many of that name stand before them; each with its place."""
    found: dict[tuple[str, int], tuple[int, Any]] = {}
    count: Counter[str] = Counter()
    for position, entry in enumerate(entries):
        called = name(entry)
        count[called] += 1
        found[called, count[called]] = position, entry
    return found


def clipped(text: object) -> str:
    """A name as a message shows it."""
    return str(text)[:80]


def severity(what: str, old: Any, new: Any, line: int, default: str = "") -> Iterator[Difference]:
    """``default`` is what holds where nothing is said; empty where that is said elsewhere."""
    if same(old, new):
        return
    was, now = (default if one is ABSENT or one is None else one for one in (old, new))
    if was == now and now in ("error", "warning"):
        return  # what held anyway is said now, or no longer
    weight: Weight = "stricter" if now == "error" or (now == "" and was == "warning") else "weaker"
    names = [shown(one) if one else "what its profile says" for one in (was, now)]
    yield Difference(f"the severity of {what} was {names[0]}, and is {names[1]}", line, weight)


def _items(old: list[Any], new: list[Any]) -> str:
    known, left = ({key_of(one): one for one in items} for items in (old, new))
    gone = [one for key, one in known.items() if key not in left]
    came = [one for key, one in left.items() if key not in known]
    told = [f"{verb} {_some(items)}" for verb, items in (("loses", gone), ("gains", came)) if items]
    return " and ".join(told) or "has its items in another order or number"


def _some(items: list[Any]) -> str:
    rest = f" and {len(items) - MOST_TOLD} more" if len(items) > MOST_TOLD else ""
    return ", ".join(shown(one) for one in items[:MOST_TOLD]) + rest


def _canonical(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _canonical(one) for key, one in value.items()}
    if isinstance(value, list):
        return [_canonical(one) for one in value]
    return str(value).lower() if isinstance(value, bool) else str(value) if isinstance(value, int) else value


def _line(message: str, path: str) -> int:
    number = message.removeprefix(f"{path}:").partition(":")[0]
    return int(number) if number.isdecimal() and len(number) < 9 else 1
