"""What an OpenAPI document says that an API serves: one operation each, with the paths that a client calls it by."""

from collections.abc import Callable
from dataclasses import dataclass

from pytest_agentcompliance.place import Place

METHODS = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE")


@dataclass(frozen=True, slots=True)
class Parameter:
    """A parameter of an operation. ``where`` is path, query, header, cookie, body or formData; ``values`` are those of its enum."""

    name: str
    where: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Operation:
    """One method of one path.

    ``path`` is as the document writes it, ``paths`` are the same under each base path of its servers. ``request`` names the schema
    of its body: empty for one without a name, None where it has no body. ``statuses`` are the codes that it answers with,
    ``ranges`` the first digits of those such as 2XX, ``default`` says that it answers with others. ``elsewhere``: it has servers of
    its own, on another host than those of the document. ``secured``: it, or the document, asks who calls, and lets nobody in who
    does not say (``security: []``, or ``{}`` as one of the ways).
    """

    method: str
    path: str
    paths: tuple[str, ...]
    at: Place
    parameters: tuple[Parameter, ...] = ()
    request: str | None = None
    statuses: frozenset[int] = frozenset()
    ranges: frozenset[int] = frozenset()
    default: bool = False
    elsewhere: bool = False
    secured: bool = False

    def answers(self, status: int) -> bool:
        """Whether a status code is one that the document gives."""
        return status in self.statuses or status // 100 in self.ranges


@dataclass(frozen=True, slots=True)
class Problem:
    """What could not be read of a document, and where."""

    at: Place
    why: str


@dataclass(frozen=True, slots=True)
class Document:
    """A document with the files that it refers to. ``version`` is as written; ``bases`` are the base paths of its servers.

    ``files`` are those that were read of it, itself first.
    """

    path: str
    version: str
    bases: tuple[str, ...] = ("",)
    operations: tuple[Operation, ...] = ()
    problems: tuple[Problem, ...] = ()
    files: tuple[str, ...] = ()


def read(path: str, text_of: Callable[[str], str | None]) -> Document | None:
    """The document at a path; None where what lies there is no OpenAPI document (2.0, 3.0, 3.1); never fails.

    ``text_of`` gives the text of a file of the tree, None where there is none: it is asked for the files that are referred to.
    """
    from pytest_agentcompliance.parsing.openapi.reader import Reader  # start-up time

    return Reader(path, text_of).document()
