"""Two versions of a policy, or of a file of waivers, compared."""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from pytest_agentcompliance.parsing.law.differences import (
    ABSENT,
    Difference,
    Spot,
    Weight,
    changed,
    clipped,
    each,
    fits,
    key_of,
    keys,
    listed,
    mapping,
    named,
    pages,
    same,
    settled,
    severity,
)
from pytest_agentcompliance.parsing.strict_yaml import shown


def policy(before: bytes, after: bytes, path: str) -> tuple[Difference, ...]:
    """The differences of two versions of ``agent-compliance.yaml``, in head's order."""
    read = pages(before, after, path)
    if isinstance(read, Difference):
        return (read,)
    old, new, top = read
    if isinstance(old, dict) and isinstance(new, dict):
        return settled(_policy(old, new, top))
    return settled(changed("what it holds", old, new, 1))


def waivers(before: bytes, after: bytes, path: str) -> tuple[Difference, ...]:
    """The differences of two versions of a file that holds waivers: a list, or a mapping with the key ``waivers``.

    An empty one has none.
    """
    read = pages(before, after, path)
    if isinstance(read, Difference):
        return (read,)
    old, new, top = read
    was, now = (one if one is not None else [] for one in (old, new))
    if isinstance(was, list) and isinstance(now, list):
        return settled(_waivers(was, now, top))
    was, now = ({"waivers": one} if isinstance(one, list) else one for one in (was, now))
    if isinstance(was, dict) and isinstance(now, dict):
        return settled(_policy(was, now, top))
    return settled(changed("what it holds", old, new, 1))


def _policy(old: dict[str, Any], new: dict[str, Any], at: Spot) -> Iterator[Difference]:
    readers = {"profiles": _profiles, "waivers": _waivers}
    for key in keys(old, new):
        was, now = old.get(key, ABSENT), new.get(key, ABSENT)
        if key == "proofs":
            from pytest_agentcompliance.parsing.law.signers import proofs  # start-up time: few policies say who may sign

            yield from proofs(was, now, at / key)
            continue
        reader = readers.get(key)
        if reader and fits(was, list) and fits(now, list):
            yield from reader(listed(was), listed(now), at / key)
        elif key == "evidence" and fits(was, dict) and fits(now, dict):
            yield from each("where evidence is looked for: ", mapping(was), mapping(now), at / key)
        else:
            yield from changed(f"the key {clipped(key)}", was, now, (at / key).line)


def _profiles(old: list[Any], new: list[Any], within: Spot) -> Iterator[Difference]:
    was, now = named(old, _name), named(new, _name)
    for name, (position, entry) in now.items():
        at = within / position
        if name in was:
            yield from _entry(name[0], was[name][1], entry, at)
        else:
            yield Difference(f"the profile {clipped(name[0])} is added", at.line, "stricter")
    for name in was:
        if name not in now:
            yield Difference(f"the profile {clipped(name[0])} is dropped", within.line, "weaker")
    if list(was) != list(now) and set(was) == set(now):
        yield Difference("the profiles stand in another order", within.line, "idle")


def _name(entry: Any) -> str:
    return str(mapping(entry).get("name", entry if isinstance(entry, str) else ""))


def _entry(name: str, old: Any, new: Any, at: Spot) -> Iterator[Difference]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield from changed(f"the profile {clipped(name)}", old, new, at.line)
        return
    was, now = old.get("clauses", ABSENT), new.get("clauses", ABSENT)
    plain = [{key: value for key, value in one.items() if key not in ("name", "clauses")} for one in (old, new)]
    yield from each(f"{clipped(name)}: ", plain[0], plain[1], at)
    if not fits(was, dict) or not fits(now, dict):
        yield from changed(f"{clipped(name)}: clauses", was, now, (at / "clauses").line)
        return
    was, now = mapping(was), mapping(now)
    for id in keys(was, now):
        one, other = was.get(id, ABSENT), now.get(id, ABSENT)
        where = at / "clauses" / id
        if fits(one, dict) and fits(other, dict):
            yield from _clause(clipped(id), mapping(one), mapping(other), where)
        else:
            yield from changed(f"the clause {clipped(id)}", one, other, where.line)


def _clause(id: str, old: Any, new: Any, at: Spot) -> Iterator[Difference]:
    for key in keys(old, new):
        was, now = old.get(key, ABSENT), new.get(key, ABSENT)
        line = (at / key).line
        if key == "severity":
            yield from severity(f"the clause {id}", was, now, line)
        elif key == "off":
            yield from _off(id, was, now, line)
        elif key == "rules" and fits(was, dict) and fits(now, dict):
            yield from _rules(id, mapping(was), mapping(now), at / key)
        else:
            yield from changed(f"{clipped(key)} of the clause {id}", was, now, line)


def _off(id: str, old: Any, new: Any, line: int) -> Iterator[Difference]:
    was, now = (one if one is not ABSENT and one != "" else "" for one in (old, new))
    if same(was, now):
        return
    if not was:
        yield Difference(f"the clause {id} is switched off: {shown(now)}", line, "weaker")
    elif not now:
        yield Difference(f"the clause {id} is no longer switched off", line, "stricter")
    else:
        yield from changed(f"the reason why the clause {id} is switched off", was, now, line, "idle")


def _rules(id: str, old: Any, new: Any, at: Spot) -> Iterator[Difference]:
    for name in keys(old, new):
        was, now = old.get(name, ABSENT), new.get(name, ABSENT)
        if not fits(was, dict) or not fits(now, dict):
            yield from changed(f"the rule {clipped(name)} of the clause {id}", was, now, (at / name).line)
            continue
        yield from parameters(f"{clipped(name)} in the clause {id}", mapping(was), mapping(now), at / name)


def parameters(what: str, old: Any, new: Any, at: Spot) -> Iterator[Difference]:
    """The differences of what is said of one rule: its own severity, and its parameters."""
    for word in keys(old, new):
        was, now = old.get(word, ABSENT), new.get(word, ABSENT)
        line = (at / word).line
        if word == "severity":
            yield from severity(what, was, now, line)
        else:
            yield from changed(f"the parameter {clipped(word)} of {what}", was, now, line)


def _waivers(old: list[Any], new: list[Any], within: Spot) -> Iterator[Difference]:
    kept = Counter(map(key_of, old)) & Counter(map(key_of, new))
    known: dict[str, list[Any]] = {}
    for entry in _beside(old, kept):
        known.setdefault(_excused(old[entry]), []).append(old[entry])
    for position in _beside(new, kept):
        entry, at = new[position], within / position
        if earlier := known.get(_excused(entry)):
            yield from _waiver(earlier.pop(0), entry, at)
        else:
            yield Difference(f"a waiver is added: {_told(entry)}", at.line, "weaker")
    for one in [one for left in known.values() for one in left]:
        yield Difference(f"a waiver is taken away: {_told(one)}", within.line, "stricter")


def _beside(entries: list[Any], kept: Counter[str]) -> Iterator[int]:
    """The positions of the entries that the other version has not, or not as often."""
    left = kept.copy()
    for position, entry in enumerate(entries):
        key = key_of(entry)
        left[key] -= 1
        if left[key] < 0:
            yield position


def _waiver(old: Any, new: Any, at: Spot) -> Iterator[Difference]:
    if not isinstance(old, dict) or not isinstance(new, dict):
        yield from changed("a waiver", old, new, at.line)
        return
    told = _told({**new, "until": ""})
    for key in keys(old, new):
        was, now = old.get(key, ABSENT), new.get(key, ABSENT)
        weight: Weight = "idle" if key in ("reason", "by") else "weaker"
        if key == "until" and _is_day(was) and _is_day(now) and now <= was:
            weight = "stricter"
        yield from changed(f"{clipped(key)} of the waiver for {told}", was, now, (at / key).line, weight)


def _is_day(value: Any) -> bool:
    return isinstance(value, str) and len(value) == 10 and value.replace("-", "").isdecimal() and value.isascii()


def _excused(entry: Any) -> str:
    """What a waiver excuses."""
    one = mapping(entry)
    return "\0".join(str(one.get(key, "")) for key in ("finding", "rule", "path"))


def _told(entry: Any) -> str:
    one = mapping(entry)
    what = (
        f"the finding {clipped(one['finding'])}"
        if one.get("finding")
        else f"{clipped(one.get('rule', ''))} at {clipped(one.get('path', ''))}"
    )
    return what + (f", until {clipped(one['until'])}" if one.get("until") else "")
