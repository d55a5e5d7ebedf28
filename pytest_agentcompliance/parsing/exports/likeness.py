"""Whether two exported things of one name are one thing written twice, by their shapes."""

import re
from collections import Counter

from pytest_agentcompliance.parsing.exports.symbols import Symbol

MOST_SHARED = 0.75  # of all members of both: from here on two shapes are near enough to be one
FEWEST_SHARED = 4  # members in common, where not all are
FEWEST_WORDS = 8  # of a text that is all there is to compare: what is shorter is alike by chance
_LONGEST = 20_000  # characters of a text whose words are compared
_WORD = re.compile(r"\w+")


def alike(new: Symbol, old: Symbol) -> str:
    """What two things of one name have in common; empty where their shapes are not the same."""
    if new.kind != old.kind:
        return ""
    return _functions(new, old) if new.kind == "function" else _members(new, old)


def nearness(new: Symbol, old: Symbol) -> float:
    """How much of two texts are the same words: from 0 to 1."""
    first, second = (Counter(_WORD.findall(one.text[:_LONGEST])) for one in (new, old))
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 1.0


def _functions(new: Symbol, old: Symbol) -> str:
    """Parameters of the same names are enough where the bodies are not strangers; without them the bodies must be near."""
    near = nearness(new, old)
    if len(new.members) != len(old.members) or (new.constructs and near < 0.9):
        return ""
    if not new.members:
        return "nearly the same body, and no parameters" if near >= 0.6 and _says_enough(new) else ""
    if new.members == old.members:
        return f"the same parameters ({_some(new.members)})" if near >= 0.35 else ""
    return f"as many parameters ({_some(new.members)}) and nearly the same body" if near >= MOST_SHARED else ""


def _members(new: Symbol, old: Symbol) -> str:
    mine, theirs = set(new.members), set(old.members)
    common = [name for name in new.members if name in theirs]
    parts = "public members" if new.kind == "class" else "members"
    if not mine or not theirs:
        return "the same text" if not mine and not theirs and _one_text(new, old) else ""
    if mine == theirs:
        if len(mine) == 1 and nearness(new, old) < 0.5:
            return ""
        return f"the same {parts} ({_some(common)})"
    if len(common) < FEWEST_SHARED or len(common) < MOST_SHARED * len(mine | theirs):
        return ""
    some = f"all {len(mine)}" if len(common) == len(mine) else f"{len(common)} of the {len(mine)}"
    return f"{some} {parts} ({_some(common)})"


def _one_text(new: Symbol, old: Symbol) -> bool:
    """Two things without members are one where their texts are: nearly, for a class."""
    return _says_enough(new) and nearness(new, old) >= (0.85 if new.kind == "class" else 1.0)


def _says_enough(one: Symbol) -> bool:
    return len(_WORD.findall(one.text[:_LONGEST])) >= FEWEST_WORDS


def _some(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(name[:40] for name in names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
