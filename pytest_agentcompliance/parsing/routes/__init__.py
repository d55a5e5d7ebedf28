"""The routes that the code of a whole tree declares: one endpoint each, with the path that a client calls it by."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from pytest_agentcompliance.parsing.routes.keeping import kept

__all__ = ["METHODS", "Route", "Routes", "Span", "Unresolved", "is_candidate", "is_setting", "kept", "read"]
METHODS = ("GET", "PUT", "POST", "DELETE", "OPTIONS", "HEAD", "PATCH", "TRACE")
# What some file says that declares or mounts routes. A file without it is read only where such a file asks for what it holds.
# Words are searched much quicker than patterns: each match of the pattern has one of them.
_WORDS = (
    "FastAPI", "APIRouter", "Flask", "Quart", "Blueprint", "Namespace", "MethodView", "include_router", "register_blueprint",
    "add_api_route", "add_route", "add_url_rule", "add_resource", "add_namespace", "register_api", "flask_rest", "flask_smorest",
)  # fmt: skip
_PYTHON = re.compile(
    r"\b(?:FastAPI|APIRouter|Flask|APIFlask|Quart|Blueprint|APIBlueprint|Namespace|MethodView|include_router|register_blueprint|"
    r"add_api_route|add_route|add_url_rule|add_resource|add_namespace|register_api|flask_rest\w{1,9}|flask_smorest)\b"
)
_DECORATED = re.compile(r"@[\w.]{1,80}\.(?:get|post|put|patch|delete|head|options|trace|route|api_route)\(")


@dataclass(frozen=True, slots=True)
class Span:
    """Lines of a file, first and last, from 1."""

    path: str
    line: int
    last: int


@dataclass(frozen=True, slots=True)
class Route:
    """One endpoint. ``path`` is as OpenAPI writes it (``/users/{id}``), with every prefix that is known statically.

    ``method`` is one of ``METHODS``, or "ANY" where it answers all. ``at`` is where it is declared, ``handler`` where the function
    lies that answers, None where that is not known. ``guards`` are the middleware, guards, decorators and dependencies that stand
    before it, by name, those of its router and of the whole application first. ``statuses`` are the status codes that the
    declaration or the handler states; ``body`` names the model or schema that its input is held to, empty where none is named.
    ``hidden`` says that the framework leaves it out of the document that it writes itself (``include_in_schema=False``).
    """

    method: str
    path: str
    at: Span
    framework: str
    handler: Span | None = None
    guards: tuple[str, ...] = ()
    statuses: frozenset[int] = frozenset()
    body: str = ""
    hidden: bool = False

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of its path's parameters, in order."""
        return tuple(part.partition("}")[0] for part in self.path.split("{")[1:])


@dataclass(frozen=True, slots=True)
class Unresolved:
    """A declaration that says nothing certain without being run: a path in a variable, a router that is mounted in a loop."""

    path: str
    line: int
    why: str


@dataclass(frozen=True, slots=True)
class Routes:
    """All routes, by file and line, and what could not be read of them.

    ``loose`` are those of routers that no application which was read mounts: their paths lack what a mount would put before them,
    and nobody may answer there. They are for who looks for handlers, not for who counts endpoints.
    """

    routes: tuple[Route, ...] = ()
    unresolved: tuple[Unresolved, ...] = ()
    loose: tuple[Route, ...] = ()


def is_candidate(path: str, text: str) -> bool:
    """Whether a file may declare routes or mount a router: cheap, and never False for one that does."""
    if path.endswith(".py"):
        return _DECORATED.search(text) is not None or (any(one in text for one in _WORDS) and _PYTHON.search(text) is not None)
    from pytest_agentcompliance.parsing.routes import scripts  # start-up time

    return scripts.is_candidate(path, text)


def is_setting(path: str) -> bool:
    """Whether a file says what imports mean: a reader of routes is given those of a tree too."""
    name = path.rpartition("/")[2]
    return name == "package.json" or (name.startswith(("tsconfig", "jsconfig")) and name.endswith(".json"))


def read(files: Mapping[str, str]) -> Routes:
    """The routes of the files (path to text) together; never fails. Tests and other people's code are left to the caller."""
    from pytest_agentcompliance.parsing.routes import python, scripts  # start-up time

    found = (scripts.read(files), python.read(files))
    routes = [one for each in found for one in each.routes]
    loose = [one for each in found for one in each.loose]
    unresolved = [one for each in found for one in each.unresolved]
    return Routes(
        tuple(sorted(routes, key=_order)), tuple(sorted(unresolved, key=lambda one: (one.path, one.line, one.why))),
        tuple(sorted(loose, key=_order)),
    )  # fmt: skip


def _order(one: Route) -> tuple[str, int, str, str]:
    return one.at.path, one.at.line, one.path, one.method
