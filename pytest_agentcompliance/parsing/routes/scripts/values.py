"""What an expression can be, as far as that is known without running it; None stands for all that is not known."""

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.module import Module
    from pytest_agentcompliance.parsing.routes.scripts.tree import Node

BINDS = frozenset({"get", "post", "put", "patch", "delete", "options", "head", "all", "use", "route", "register"})
Value = Any  # str, int, bool, list of values, None, or one of the classes below


class Scope:
    """The names of a function or a module, and where it stands in."""

    __slots__ = ("above", "module", "names")

    def __init__(self, above: "Scope | None", module: "Module") -> None:
        self.above, self.module = above, module
        self.names: dict[str, Value] = {}

    def find(self, name: str) -> "Scope | None":
        """The nearest scope that has a name."""
        scope: Scope | None = self
        while scope is not None and name not in scope.names:
            scope = scope.above
        return scope


@dataclass(eq=False, slots=True)
class Void:
    """Undefined or null."""


VOID = Void()


@dataclass(eq=False, slots=True)
class Thing:
    """An object literal. What ``open`` has may hold more than is known."""

    fields: dict[str, Value] = field(default_factory=dict)
    open: bool = False


class Many(list[Value]):
    """A list; what is ``open`` may hold more than is known."""

    open = False


@dataclass(eq=False, slots=True)
class Function:
    """A function, where it stands, and what it was made in. ``within`` is the handler that a wrapper was given."""

    module: "Module"
    node: "Node"
    scope: Scope
    name: str = ""
    this: Value = None
    encapsulated: bool = True
    within: "Function | None" = None
    listed: bool = False

    def of_list(self) -> "Function":
        """The same function where it was taken out of a list, whose name is not its own."""
        return replace(self, listed=True)


@dataclass(eq=False, slots=True)
class Class:
    """A class. ``decorators`` are those before it; ``members`` those of its body with theirs."""

    module: "Module"
    node: "Node"
    scope: Scope
    name: str
    decorators: "list[Node]"
    members: "list[tuple[Node, list[Node]]]"
    above: Value = None
    fields: dict[str, Value] = field(default_factory=dict)
    made: bool = False


@dataclass(eq=False, slots=True)
class Instance:
    """What ``new`` makes of a class."""

    of: Class
    fields: dict[str, Value] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Outside:
    """A thing of a package: ``Outside("express", "Router")``; the name is empty for the package itself and its default."""

    package: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Later:
    """What an import brings, looked up when it is used."""

    module: "Module"
    wanted: str
    name: str


@dataclass(frozen=True, slots=True)
class Put:
    """An expression that was put off, since what it needs is worth a parse only when a router is given it."""

    node: "Node"
    scope: Scope
    name: str


@dataclass(eq=False, slots=True)
class Space:
    """All that a module exports."""

    module: "Module"


@dataclass(eq=False, slots=True)
class Use:
    """Middleware that stands before what is registered later, under a path."""

    path: str
    guards: tuple[str, ...]


@dataclass(eq=False, slots=True)
class Declared:
    """A route as its router has it."""

    method: str
    path: str
    module: "Module"
    start: int
    end: int
    guards: tuple[str, ...] = ()
    handler: Function | None = None
    statuses: frozenset[int] = frozenset()
    body: str = ""
    hidden: bool = False

    def at(self, path: str) -> "Declared":
        """The same under a path."""
        return replace(self, path=path)


@dataclass(eq=False, slots=True)
class Mount:
    """A router under a path of another."""

    path: str
    router: "Router"
    guards: tuple[str, ...] = ()


@dataclass(eq=False, slots=True)
class Router:
    """What routes are registered with. ``root``: it is an application, and listens."""

    framework: str
    root: bool
    module: "Module"
    at: int
    events: list[Use | Declared | Mount] = field(default_factory=list)
    mounted: bool = False
    last: str = ""  # the path that was declared last
    doubtful: bool = False  # it is mounted where nobody can say
    served: bool = False  # it is given to a server, or others are mounted on it


@dataclass(eq=False, slots=True)
class View:
    """A router as it is seen from a path below its own: ``router.route("/a")``, ``app.basePath("/a")``."""

    router: Router
    path: str
    single: bool = False
    guards: tuple[str, ...] = ()
    skipped: int = 1


@dataclass(frozen=True, slots=True)
class Bound:
    """A method of a router that was taken out of it, or bound to it, before it is called."""

    of: Router | View
    key: str


@dataclass(eq=False, slots=True)
class Contract:
    """A route that ``createRoute`` describes before a router is given it."""

    fields: Thing


@dataclass(eq=False, slots=True)
class Nest:
    """An application of Nest: its module, and what is set for all of its routes."""

    of: Value
    module: "Module"
    at: int
    prefix: str = ""
    unknown: bool = False
    listens: bool = False
    excluded: list[str] = field(default_factory=list)
    versioned: str = ""  # the letters before a version in a path; "-" where versions are no part of paths
    version: tuple[str, ...] = ()
    guards: tuple[str, ...] = ()


def handed(value: Value) -> bool:
    """Whether a value is a router or an application, or an object that has one."""
    if isinstance(value, Thing):
        return any(isinstance(one, Router | View | Nest) for one in value.fields.values())
    return isinstance(value, Router | View | Nest)
