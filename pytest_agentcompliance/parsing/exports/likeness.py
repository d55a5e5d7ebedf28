"""Whether two exported things of one name are one thing written twice, by their shapes."""

import re
from collections import Counter

from pytest_agentcompliance.parsing.exports.symbols import Symbol

MOST_SHARED = 0.75  # of all members of both: from here on two shapes are near enough to be one
FEWEST_SHARED = 4  # members in common, where not all are
FEWEST_WORDS = 8  # of a text that is all there is to compare: what is shorter is alike by chance
MOST_STRANGE = 0.3  # of the words that are a body's own: below it two bodies with one head are strangers
NEAR = 0.6  # of all words, or of those that are the own ones of two short bodies
_SHORT = 30  # words of a text in which those that any function has are many
_LONGEST = 20_000  # characters of a text whose words are compared
_WORD = re.compile(r"\w+")
_ANY = frozenset(
    """
    export default async await function const let var return if else for of in while new this self def class func type true false
    null undefined None True False nil string number boolean bool int float str void any unknown Promise Array Record Optional
    list dict error err not and or is from import public static throw raise try except catch finally err
    """.split()  # noqa: SIM905 - a table of words
)  # words that say little of what a function does


def alike(new: Symbol, old: Symbol) -> str:
    """What two things of one name have in common; empty where their shapes are not the same."""
    if new.kind != old.kind:
        return ""
    return _functions(new, old) if new.kind == "function" else _members(new, old)


def wraps(new: Symbol, text: str) -> bool:
    """Whether a module imports what has the name of a thing under another name, and makes the thing of it: that is reuse."""
    name = re.escape(new.name)
    aliases = re.findall(rf"\bimport\b[^;\"'`=]{{0,2000}}?\b{name}\s+as\s+([A-Za-z_$][\w$]*)", text)
    wholes = (f"{one}.{new.name}" for one in re.findall(r"\bimport\s*\*\s*as\s+([A-Za-z_$][\w$]*)", text))
    return any(re.search(rf"(?<![\w$.]){re.escape(one)}(?![\w$])", new.text) for one in {*aliases, *wholes} - {new.name})


def nearness(new: Symbol, old: Symbol) -> float:
    """How much of two texts are the same words: from 0 to 1."""
    first, second = (Counter(_WORD.findall(one.text[:_LONGEST])) for one in (new, old))
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 1.0


def own(new: Symbol, old: Symbol) -> float:
    """The same, of the words that are neither the language's nor in the head of both: what the bodies do."""
    head = {new.name, *(word for member in (*new.members, *old.members) for word in _WORD.findall(member))} | _ANY
    first, second = (Counter(word for word in _WORD.findall(one.text[:_LONGEST]) if word not in head) for one in (new, old))
    total = first.total() + second.total()
    return 2 * (first & second).total() / total if total else 1.0


def _functions(new: Symbol, old: Symbol) -> str:
    """Parameters of the same names are enough where the bodies are not strangers; without them the bodies must be near."""
    near = nearness(new, old)
    if len(new.members) != len(old.members) or (new.constructs and near < 0.9):
        return ""
    if not new.members:
        same = near >= NEAR and _says_enough(new) and _does_the_same(new, old)
        return "nearly the same body, and no parameters" if same else ""
    if new.members == old.members:
        no_strangers = near >= NEAR or (near >= 0.35 and own(new, old) >= MOST_STRANGE)
        return f"the same parameters ({_some(new.members)})" if no_strangers else ""
    same = near >= MOST_SHARED and _does_the_same(new, old)
    return f"as many parameters ({_some(new.members)}) and nearly the same body" if same else ""


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


def _does_the_same(new: Symbol, old: Symbol) -> bool:
    """Whether two short functions are near in more than the words that any function has."""
    return len(_WORD.findall(new.text[:_LONGEST])) > _SHORT or own(new, old) >= NEAR


def _says_enough(one: Symbol) -> bool:
    return len(_WORD.findall(one.text[:_LONGEST])) >= FEWEST_WORDS


def _some(names: tuple[str, ...] | list[str]) -> str:
    return ", ".join(name[:40] for name in names[:5]) + (f" and {len(names) - 5} more" if len(names) > 5 else "")
