"""The validation schemas that a file makes: Zod, Yup, Joi, class-validator and Pydantic, each as its fields and their kinds."""

from dataclasses import dataclass, field
from typing import Literal

from pytest_agentcompliance.parsing.languages import SCRIPTS, language_of
from pytest_agentcompliance.parsing.remembered import remembered

Library = Literal["zod", "yup", "joi", "class-validator", "pydantic"]


@dataclass(frozen=True, slots=True)
class Field:
    """One field: its kind (string, number, boolean, date, array, object, enum, other), and whether it may be left out."""

    name: str
    kind: str
    optional: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """One schema. ``name`` is empty where it is made in passing; ``bases``: what it is derived from beside the library's own."""

    library: Library
    name: str
    line: int
    fields: tuple[Field, ...]
    bases: tuple[str, ...] = ()
    inner: bool = False  # it stands in a field of another

    @property
    def names(self) -> frozenset[str]:
        """The names of its fields."""
        return frozenset(one.name for one in self.fields)

    @property
    def family(self) -> str:
        """Who can import it: ``python`` or ``scripts``."""
        return "python" if self.library == "pydantic" else "scripts"


@dataclass(frozen=True, slots=True)
class Shapes:
    """The schemas of a file. ``read`` says whether its grammar could tell."""

    found: tuple[Shape, ...] = ()
    read: bool = field(default=True)


@remembered  # base and head have most files in common
def shapes(path: str, text: str) -> Shapes:
    """The schemas that a file makes, in order; never fails."""
    language = language_of(path, text)
    if language is None:
        return Shapes()
    if language.name == "python":
        from pytest_agentcompliance.parsing.validators import python  # start-up time

        found = python.read(path, text)
    elif language.name in SCRIPTS:
        from pytest_agentcompliance.parsing.validators import scripts

        found = scripts.read(path, text, language.grammar)
    else:
        return Shapes()
    return Shapes(found or (), found is not None)
