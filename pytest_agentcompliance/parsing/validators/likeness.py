"""Whether a schema is one that is there already, by its name and its fields."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from pytest_agentcompliance.parsing.validators import Field, Shape

FEWEST = 3  # fields in common that say something without a name
HALF = 0.5  # of the fields of both, where the names are the same
MOST_SHARED = 0.75  # of the fields of both, where not all are the same
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_FORMS = frozenset({"schema", "schemas", "model", "dto", "validator", "validation", "type", "zod", "joi", "yup", "pydantic"})
_ANY = frozenset(
    """
    id ids name type kind status page pages limit offset cursor total count size sort order search key url code message error
    success data items results meta perpage pagesize totalpages totalcount totalitems hasmore hasnext hasprev nextcursor createdat
    updatedat start end from to description title value
    """.split()  # noqa: SIM905 - a table of words
)  # fields that any schema may have


@dataclass(frozen=True, slots=True)
class Likeness:
    """How sure it is that two schemas are one (``certain``: by name and fields, or all fields), and what they have in common."""

    certain: bool
    why: str


def words(name: str) -> tuple[str, ...]:
    """The words of a schema's name, without those that say what it is made with: ``createUserSchema`` is create, user."""
    return tuple(word for one in _WORD.findall(name) if (word := one.lower()) not in _FORMS)


def telling(names: Iterable[str]) -> frozenset[str]:
    """The names of fields that not just any schema may have."""
    return frozenset(name for name in names if name.lower().replace("_", "") not in _ANY)


def alike(new: Shape, old: Shape) -> Likeness | None:
    """What a new schema has in common with one that is there; None where they are two things."""
    if new.family != old.family or not old.fields or not new.fields:
        return None
    common = [one for one in new.fields if one.name in old.names]
    same = sum(any(one.kind == other.kind for other in old.fields if other.name == one.name) for one in common)
    shared = len(common) / len(new.names | old.names)
    named = bool(new.name) and words(new.name) == words(old.name) != ()
    own = telling(one.name for one in common)
    if named and common:
        why = f"its name and {_some(common, new, old)}"
        return Likeness(len(own) >= FEWEST or shared >= HALF, why) if same or shared == 1 else None
    if named:
        return Likeness(False, "its name, and none of its fields")
    if same < len(common) * 0.8 or not common:
        return None
    exact = shared == 1 and [one.optional for one in _sorted(new)] == [one.optional for one in _sorted(old)]
    related = bool(new.name) and _related(words(new.name), words(old.name))
    if exact and own and (len(common) >= FEWEST or (related and len(common) > 1)):
        return Likeness(related or len(common) > FEWEST, f"{_some(common, new, old)}")
    if related and own and shared >= MOST_SHARED and len(common) > FEWEST:
        return Likeness(False, f"{_some(common, new, old)}")
    return None


def _sorted(one: Shape) -> list[Field]:
    return sorted(one.fields, key=lambda field: field.name)


def _related(new: tuple[str, ...], old: tuple[str, ...]) -> bool:
    """Whether the words of one name are among those of the other."""
    return bool(new) and bool(old) and (set(new) <= set(old) or set(old) <= set(new))


def _some(common: list[Field], new: Shape, old: Shape) -> str:
    names = ", ".join(one.name[:40] for one in common[:4]) + (f" and {len(common) - 4} more" if len(common) > 4 else "")
    whole = len(common) == len(new.names) == len(old.names)
    return f"{'all' if whole else 'some'} of its fields ({names})"
