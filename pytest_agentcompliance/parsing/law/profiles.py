"""Two versions of a project's own profile compared."""

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
    pages,
    settled,
    severity,
)
from pytest_agentcompliance.parsing.law.policies import parameters

TOLD = frozenset({"says", "section", "partly"})  # what a clause says of itself, and what nothing is judged by


def profile(before: bytes, after: bytes, path: str) -> tuple[Difference, ...]:
    """The differences of two versions of a file under ``.agent-compliance/profiles/``, in head's order."""
    read = pages(before, after, path)
    if isinstance(read, Difference):
        return (read,)
    old, new, top = read
    if isinstance(old, dict) and isinstance(new, dict):
        return settled(_profile(old, new, top))
    return settled(changed("what it holds", old, new, 1))


def _profile(old: dict[str, Any], new: dict[str, Any], at: Spot) -> Iterator[Difference]:
    # An entry of a profile that extends another may stand on top of one that is not seen here.
    extended = old.get("extends")
    extends = bool(extended or new.get("extends"))
    for key in keys(old, new):
        was, now = old.get(key, ABSENT), new.get(key, ABSENT)
        line = (at / key).line
        if key == "clauses" and fits(was, dict) and fits(now, dict):
            yield from _clauses(mapping(was), mapping(now), at / key, extends)
        elif key in ("values", "evidence") and fits(was, dict) and fits(now, dict):
            what = "the default of " if key == "values" else "where evidence is looked for: "
            yield from each(what, mapping(was), mapping(now), at / key)
        elif key == "extends":
            weight: Weight = "weaker" if extended else "stricter"
            yield from changed("what it extends", extended or ABSENT, new.get(key) or ABSENT, line, weight)
        else:
            yield from changed(f"the key {clipped(key)}", was, now, line, "idle" if key == "spec" else "weaker")


def _clauses(old: Any, new: Any, at: Spot, extends: bool) -> Iterator[Difference]:
    for id in keys(old, new):
        was, now = old.get(id, ABSENT), new.get(id, ABSENT)
        line, called = (at / id).line, f"the clause {clipped(id)}"
        if was is ABSENT or now is ABSENT:
            yield from _one_sided(called, was, now, line, extends)
        elif was is None and isinstance(now, dict):
            yield Difference(f"{called} is no longer dropped", line, "stricter" if _only_adds(now) else "weaker")
        elif isinstance(was, dict) and isinstance(now, dict):
            yield from _clause(clipped(id), was, now, at / id, extends)
        elif now is None and was is not None:
            yield Difference(f"{called} is dropped", line, "weaker")
        else:
            yield from changed(called, was, now, line)


def _one_sided(called: str, was: Any, now: Any, line: int, extends: bool) -> Iterator[Difference]:
    """A clause that only one of the versions names."""
    if now is None or (now is ABSENT and was is not None):
        yield Difference(f"{called} is dropped", line, "weaker")
    elif now is ABSENT:
        yield Difference(f"{called} is no longer dropped", line, "stricter")
    elif not extends or _only_adds(now):
        yield Difference(f"{called} is added", line, "stricter")
    else:
        yield Difference(f"{called} is added, which may change the one of the profile that it extends", line, "weaker")


def _only_adds(entry: Any) -> bool:
    """Whether a clause can take nothing away from one of the same id that it may stand on top of."""
    one = mapping(entry)
    rules = one.get("rules", {})
    if one.get("severity", "error") != "error" or one.get("person") or not isinstance(rules, dict):
        return False
    return not set(one) - {*TOLD, "severity", "rules", "not_built"} and all(value == {} for value in rules.values())


def _clause(id: str, old: Any, new: Any, at: Spot, extends: bool) -> Iterator[Difference]:
    weight: Weight
    for key in keys(old, new):
        was, now = old.get(key, ABSENT), new.get(key, ABSENT)
        line = (at / key).line
        if key == "severity":
            yield from severity(f"the clause {id}", was, now, line, "" if extends else "error")
        elif key == "rules" and fits(was, dict) and fits(now, dict):
            yield from _rules(id, mapping(was), mapping(now), at / key, extends)
        elif key == "not_built" and fits(was, list) and fits(now, list):
            built = mapping(new.get("rules", {}))
            gone = {key_of(one) for one in listed(was) if str(one) not in built} - {key_of(one) for one in listed(now)}
            weight = "weaker" if gone else "idle"
            yield from changed(f"not_built of the clause {id}", was, now, line, weight)
        else:
            weight = "idle" if key in TOLD else "stricter" if key == "person" and now is ABSENT else "weaker"
            yield from changed(f"{clipped(key)} of the clause {id}", was, now, line, weight)


def _rules(id: str, old: Any, new: Any, at: Spot, extends: bool) -> Iterator[Difference]:
    for name in keys(old, new):
        was, now = old.get(name, ABSENT), new.get(name, ABSENT)
        line, called = (at / name).line, f"{clipped(name)} in the clause {id}"
        if now is ABSENT and was is not None:
            yield Difference(f"the rule {called} is dropped", line, "weaker")
        elif now is None and was is not None:
            yield Difference(f"the rule {called} is taken out", line, "weaker")
        elif was is ABSENT and isinstance(now, dict):
            adds = now == {} or (not extends and now.get("severity", "error") == "error")
            yield Difference(f"the rule {called} is added", line, "stricter" if adds else "weaker")
        elif was is None and now is ABSENT:
            yield Difference(f"the rule {called} is no longer taken out", line, "stricter")
        elif isinstance(was, dict) and isinstance(now, dict):
            yield from parameters(called, was, now, at / name)
        else:
            yield from changed(f"the rule {called}", was, now, line)
