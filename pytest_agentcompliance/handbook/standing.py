"""How far a clause is held: by its rules, by some of what they see, by a person, by nothing yet; and clauses under headings."""

from collections.abc import Callable, Iterable
from typing import Literal, TypeVar

State = Literal["enforced", "partly", "a person", "not built", "off"]  # off: a policy switched it off
STATES: tuple[State, ...] = ("enforced", "partly", "a person", "not built")
One = TypeVar("One")


def standing(built: int, waiting: int, partly: str) -> State:
    """The state of a clause with so many rules that are built and so many that are not; ``partly`` is what they do not see."""
    if built:
        return "partly" if waiting or partly else "enforced"
    return "not built" if waiting else "a person"


def by_section(clauses: Iterable[One], section: Callable[[One], str]) -> list[tuple[str, list[One]]]:
    """Clauses under the headings of their spec, in the order in which the profile comes to each."""
    found: dict[str, list[One]] = {}
    for one in clauses:
        found.setdefault(section(one), []).append(one)
    return list(found.items())
