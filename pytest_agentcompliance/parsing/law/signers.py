"""Two versions of what a policy says of proofs compared: who may sign them, and what runs for them. No key is repeated."""

from collections.abc import Iterator
from typing import Any

from pytest_agentcompliance.parsing.law.differences import (
    ABSENT,
    Difference,
    Spot,
    Weight,
    changed,
    clipped,
    fits,
    keys,
    listed,
    mapping,
    named,
    same,
)
from pytest_agentcompliance.parsing.proofs.keys import fingerprint, private_at, public
from pytest_agentcompliance.parsing.strict_yaml import shown


def proofs(old: Any, new: Any, at: Spot) -> Iterator[Difference]:
    """A key or a command that is added counts as weaker: it says who is believed, and what a CI runs."""
    was, now = (ABSENT if one is None else one for one in (old, new))
    if not fits(was, dict) or not fits(now, dict):
        yield from _other("the key proofs", was, now, at.line)
        return
    was, now = mapping(was), mapping(now)
    for key in keys(was, now):
        one, other = (ABSENT if value is None else value for value in (was.get(key, ABSENT), now.get(key, ABSENT)))
        if key == "keys" and fits(one, dict) and fits(other, dict):
            yield from _keys(mapping(one), mapping(other), at / key)
        elif key == "rerun" and fits(one, list) and fits(other, list):
            yield from _rerun(listed(one), listed(other), at / key)
        elif key == "regression" and fits(one, dict) and fits(other, dict):
            yield from _regression(one, other, at / key)
        else:
            yield from _other(f"proofs: {clipped(key)}", one, other, (at / key).line)


def _keys(old: Any, new: Any, at: Spot) -> Iterator[Difference]:
    for name in keys(old, new):
        line, one, other = (at / name).line, _called(old.get(name, ABSENT)), _called(new.get(name, ABSENT))
        if name not in old:
            yield Difference(f"the key {clipped(name)} is added, whose signatures would count: {other}", line, "weaker")
        elif name not in new:
            yield Difference(f"the key {clipped(name)} is taken out: {one}", line, "stricter")
        elif one != other or not (one.startswith("ed25519") or same(old[name], new[name])):
            yield Difference(f"the key {clipped(name)} is another one: it was {one}, and is {other}", line, "weaker")


def _called(key: Any) -> str:
    """What stands for a key in a message."""
    if not isinstance(key, str):
        return "what is no key"
    try:
        return f"ed25519 {fingerprint(public(key))[:16]}"
    except ValueError:
        return "a PRIVATE key" if private_at(key.encode("utf-8", "replace")) else "what is no key"


def _rerun(old: list[Any], new: list[Any], at: Spot) -> Iterator[Difference]:
    was, now = named(old, _name), named(new, _name)
    for name, (position, entry) in now.items():
        spot = at / position
        if name not in was:
            yield Difference(f"the command {name[0]} is added to what is run again: {_told(entry)}", spot.line, "weaker")
            continue
        before = mapping(was[name][1])
        for key in keys(before, mapping(entry)):
            one, other = before.get(key, ABSENT), mapping(entry).get(key, ABSENT)
            yield from changed(f"{clipped(key)} of {name[0]}, which is run again,", one, other, (spot / key).line)
    for name, (_, entry) in was.items():
        if name not in now:
            yield Difference(f"the command {name[0]} is no longer run again: {_told(entry)}", at.line, "weaker")
    if list(was) != list(now) and set(was) == set(now):
        yield Difference("the commands that are run again stand in another order", at.line, "idle")


def _regression(old: Any, new: Any, at: Spot) -> Iterator[Difference]:
    """The one command that shows that a test fails without the fix."""
    if old is ABSENT and new is not ABSENT:
        yield Difference(f"the command for a test that shows a fix is added: {_told(new)}", at.line, "weaker")
    elif new is ABSENT and old is not ABSENT:
        yield Difference(f"the command for a test that shows a fix is taken out: {_told(old)}", at.line, "weaker")
    else:
        was, now = mapping(old), mapping(new)
        for key in keys(was, now):
            one, other = was.get(key, ABSENT), now.get(key, ABSENT)
            yield from changed(f"{clipped(key)} of proofs.regression", one, other, (at / key).line)


def _name(entry: Any) -> str:
    return clipped(mapping(entry).get("name", "without a name"))


def _told(entry: Any) -> str:
    return shown(mapping(entry).get("command", ""))


def _other(what: str, old: Any, new: Any, line: int) -> Iterator[Difference]:
    """Of a value that has not the form of the section nothing is repeated."""
    weight: Weight = "weaker"
    if not same(old, new):
        yield Difference(f"{what} was changed, and is not what can stand there", line, weight)
