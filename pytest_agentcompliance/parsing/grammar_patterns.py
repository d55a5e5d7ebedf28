"""Patterns as the grammars' child is told them: each once, without utilities that it does not use, and with what is asked first.

ast-grep compiles a pattern anew each time, and most of that is its regular expressions: 2.5 ms with the three utilities of
content/placeholder, 1.1 with the one that it uses, 0.4 for what a match cannot be without.
"""

import json
from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence, Set
from typing import Any

MOST = 2000  # patterns that are numbered; ours are some hundreds
HELD = 500  # patterns that are known by the object that they came as
SHORT = 160  # characters of regular expressions in what must not be: so little is asked at once, where it is plain
WORTH = 60  # characters of regular expressions: where no more are left out, asking twice costs more than it saves

Pattern = Mapping[str, Any]
_ATOMS, _KINDS = ("kind", "pattern", "regex"), ("kind",)
_NUMBERS: dict[str, int] = {}
# With the pattern itself, so that its id stays its own.
_KNOWN: OrderedDict[tuple[int, tuple[str, ...]], tuple[Pattern, int | str]] = OrderedDict()


def known(pattern: Pattern, variables: Sequence[str]) -> int | str:
    """What stands for a pattern in a question: its number, or itself where there are too many."""
    key = id(pattern), tuple(variables)
    if key not in _KNOWN:
        told = json.dumps([first(pattern), needed(pattern), list(variables)])
        number = _NUMBERS.setdefault(told, len(_NUMBERS)) if told in _NUMBERS or len(_NUMBERS) < MOST else told
        _KNOWN[key] = pattern, number
        while len(_KNOWN) > HELD:
            _KNOWN.popitem(last=False)
    return _KNOWN[key][1]


def told(asked: Sequence[int | str], before: Set[int]) -> list[Any]:
    """The patterns of a question as a child gets them that was told of some before: its number, or all that it is."""
    return [one if one in before else _spelled(one) for one in asked]


def _spelled(one: int | str) -> list[Any]:
    return [None, *json.loads(one)] if isinstance(one, str) else [one, *json.loads(list(_NUMBERS)[one])]


def needed(pattern: Pattern) -> dict[str, Any]:
    """A pattern without the utilities that it does not use."""
    utils = pattern.get("utils")
    if not isinstance(utils, Mapping):
        return dict(pattern)
    used: set[str] = set()
    left = list(_values({key: value for key, value in pattern.items() if key != "utils"}, "matches"))
    while left:
        name = left.pop()
        if not isinstance(name, str):  # said in a way that we do not know
            return dict(pattern)
        if name not in used and name in utils:
            used.add(name)
            left += _values(utils[name], "matches")
    return {**pattern, "utils": {name: rule for name, rule in utils.items() if name in used}}


def first(pattern: Pattern) -> dict[str, Any] | None:
    """What every match of a pattern is too, and is found more cheaply; None where there is little to save."""
    rule = pattern.get("rule")
    least = _least(rule) if isinstance(rule, Mapping) else {}
    if not least or _length(needed(pattern)) - _length(least) < WORTH:
        return None
    return {"rule": least}


def _least(rule: Mapping[str, Any], keys: tuple[str, ...] = _ATOMS) -> dict[str, Any]:
    """A rule without some of what it asks for. All that a rule object says must hold, so that what is left finds no less."""
    found: dict[str, Any] = {}
    for key, value in rule.items():
        if key in keys or (key == "not" and keys == _ATOMS and _is_plain(value)):
            found[key] = value
        elif key == "all":
            if some := [one for each in value if (one := _least(each, keys))]:
                found[key] = some
        elif key == "any":
            ways = [_least(one, keys) for one in value]
            if all(ways):
                found[key] = ways
        # What surrounds a node is told by its kind, for which nothing is compiled.
        elif key in ("has", "inside") and (near := _least(value, keys if key == "has" else _KINDS)):
            found[key] = {**near, **{name: value[name] for name in ("field", "stopBy") if name in value}}
    return found


def _is_plain(rule: Any) -> bool:
    """Whether a rule says the same by itself, and is quickly compiled: it has no variable that another part may hold, uses no
    utility, repeats nothing often, and looks for no letter in both its forms."""
    if any(True for name in ("matches", "pattern") for _ in _values(rule, name)) or _length(rule) > SHORT:
        return False
    return not any("{" in one or "(?i" in one for one in _values(rule, "regex") if isinstance(one, str))


def _length(rule: Any) -> int:
    """Characters of the regular expressions in a rule."""
    return sum(len(one) for one in _values(rule, "regex") if isinstance(one, str))


def _values(rule: Any, name: str) -> Iterator[Any]:
    """All that stands under a key, anywhere in a rule."""
    if isinstance(rule, Mapping):
        for key, value in rule.items():
            if key == name:
                yield value
            yield from _values(value, name)
    elif isinstance(rule, list | tuple):
        for one in rule:
            yield from _values(one, name)
