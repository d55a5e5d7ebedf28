"""Several patterns of ast-grep as few: each that is asked goes through a whole tree, and that costs more than what it looks at."""

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.grammar import Match

Pattern = tuple[Mapping[str, Any], Sequence[str]]


class Together:
    """Patterns that are asked of one text. What matches is the same, in the same order, as if each was asked by itself.

    A match of one that was put together with others is told from theirs by the kind of its node: only patterns that match no
    node of one kind are put together.
    """

    def __init__(self, patterns: Sequence[Pattern]) -> None:
        self._patterns = patterns
        self._asked: dict[tuple[int, ...], list[_Group]] = {}

    def find(self, name: str, text: str, asked: Sequence[int] | None = None) -> tuple[Match, ...] | None:
        """What the patterns match, or those of these numbers, as ``grammar.find`` says it."""
        numbers = tuple(range(len(self._patterns)) if asked is None else asked)
        if numbers not in self._asked:
            self._asked[numbers] = _groups(self._patterns, numbers)
        groups = self._asked[numbers]
        said = grammar.find([(one.rule, one.variables) for one in groups], name, text) if groups else ()
        if said is None:
            return None
        found = []
        for one in said:
            group = groups[one.pattern]
            number, first, last = group.places[one.kind] if len(group.places) > 1 else group.only
            found.append(Match(number, one.start, one.end, one.kind, one.held[first:last]))
        found.sort(key=lambda one: one.pattern)
        return tuple(found)


class _Group:
    """Some patterns as one: for each kind of node which of them it is, and from where to where its variables stand."""

    def __init__(self, patterns: Sequence[Pattern], numbers: Sequence[int]) -> None:
        rules = [_renamed(patterns[number][0]["rule"], str(number)) for number in numbers]
        if len(numbers) == 1:
            self.rule, self.variables = patterns[numbers[0]]
        else:
            self.rule = {"rule": {"any": rules}}
            self.variables = [f"{one}_{number}" for number in numbers for one in patterns[number][1]]
        ends = list(accumulate(len(patterns[number][1]) for number in numbers))
        spots = [(number, end - len(patterns[number][1]), end) for number, end in zip(numbers, ends, strict=True)]
        self.only = spots[0]
        kinds = [_kinds(patterns[number][0]["rule"]) for number in numbers] if len(numbers) > 1 else []
        self.places = {kind: spot for each, spot in zip(kinds, spots, strict=False) for kind in each or ()}


def _groups(patterns: Sequence[Pattern], numbers: Sequence[int]) -> list[_Group]:
    """As few groups as the kinds of nodes allow; a pattern of which no kind is known stands alone."""
    taken: list[tuple[set[str], list[int]]] = []
    for number in numbers:
        kinds = _kinds(patterns[number][0]["rule"]) if patterns[number][0].keys() == {"rule"} else None
        there = next((one for one in taken if one[0] and one[0].isdisjoint(kinds)), None) if kinds else None
        if there is None:
            taken.append((set(kinds or ()), [number]))
        else:
            there[0].update(kinds or ())
            there[1].append(number)
    return [_Group(patterns, some) for _, some in taken]


def _kinds(rule: Mapping[str, Any]) -> frozenset[str] | None:
    """The kinds of nodes that a rule can match; None where it does not say."""
    if isinstance(rule.get("kind"), str):
        return frozenset({rule["kind"]})
    each = [_kinds(one) for one in rule.get("any", ())]
    if each and all(each):
        return frozenset(kind for one in each for kind in one or ())
    return next((found for one in rule.get("all", ()) if (found := _kinds(one))), None)


def _renamed(rule: Any, by: str) -> Any:
    """A rule whose variables are its own: two of one name must hold the same."""
    if isinstance(rule, Mapping):
        return {
            key: f"{value}_{by}" if key == "pattern" and isinstance(value, str) and value.startswith("$") else _renamed(value, by)
            for key, value in rule.items()
        }
    return [_renamed(one, by) for one in rule] if isinstance(rule, list | tuple) else rule
