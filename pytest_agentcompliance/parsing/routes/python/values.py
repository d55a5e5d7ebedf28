"""What the names of a module stand for, as far as it matters to routes."""

from dataclasses import dataclass, field
from typing import Any, Literal

from pytest_agentcompliance.parsing.routes.python.tree import Node, Source

Value = Any  # text, number, bool, None, list and dict are Python's own


class Unknown:
    """What only running the program would tell."""


UNKNOWN = Unknown()


@dataclass(slots=True, eq=False)
class Scope:
    """The names of a module, a function or a class."""

    module: "Module"
    kind: Literal["module", "function", "class"]
    parent: "Scope | None" = None
    names: dict[str, Value] = field(default_factory=dict)
    returned: list[Value] = field(default_factory=list)
    owner: "Class | None" = None


@dataclass(slots=True, eq=False)
class Module:
    """A file, or a folder without an ``__init__``. ``stars``: the modules that all is imported from."""

    path: str
    base: str
    source: Source | None = None
    state: Literal["new", "running", "done"] = "new"
    stars: list["Module"] = field(default_factory=list)
    signs: list[int] | None = None  # where its text makes, mounts or declares something
    scope: Scope = field(init=False)

    def __post_init__(self) -> None:
        self.scope = Scope(self, "module")


@dataclass(slots=True, eq=False)
class Imported:
    """A name that is looked for when somebody asks: modules import each other in circles."""

    module: str
    name: str
    importer: Module


@dataclass(slots=True, frozen=True)
class External:
    """Something of a library, by its full name."""

    name: str

    @property
    def last(self) -> str:
        """Its own name."""
        return self.name.rpartition(".")[2]

    @property
    def package(self) -> str:
        """The library's."""
        return self.name.partition(".")[0]


@dataclass(slots=True, eq=False)
class Called:
    """What a call of something of a library gave, or of a subscript (``Annotated[...]``)."""

    of: External
    arguments: "Arguments"


@dataclass(slots=True, eq=False)
class Function:
    """A function, with what it was bound to, and the guards that it was wrapped with."""

    node: Node
    scope: Scope
    decorators: list[Node]
    bound: Value = None
    guards: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.children[0].text if self.node.children else ""


@dataclass(slots=True, eq=False)
class Class:
    """A class of the tree."""

    node: Node
    scope: Scope
    bases: list[Value]
    instance: "Instance | None" = None
    guards: tuple[str, ...] = ()
    decorators: list[Node] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Its name."""
        return self.node.children[0].text if self.node.children else ""


@dataclass(slots=True, eq=False)
class Instance:
    """An object of a class of the tree."""

    of: Class
    names: dict[str, Value] = field(default_factory=dict)


@dataclass(slots=True, eq=False)
class View:
    """``Class.as_view()``."""

    of: Class
    guards: tuple[str, ...] = ()


@dataclass(slots=True, eq=False)
class Method:
    """A method of a router, of a text, of a list: what has it, and its name."""

    of: Value
    name: str


@dataclass(slots=True, eq=False)
class Super:
    """``super()`` in a method."""

    of: Class
    bound: Value


@dataclass(slots=True, eq=False)
class Arguments:
    """The arguments of a call: values, and the nodes that they were written as."""

    node: Node
    scope: Scope
    given: list[tuple[Value, Node]] = field(default_factory=list)
    named: dict[str, tuple[Value, Node]] = field(default_factory=dict)
    open: bool = False  # some come out of a dict that is not known
    cut: bool = False  # some come out of a list that is not known

    def get(self, name: str, position: int = -1, default: Value = None) -> Value:
        """One of them by its name or its position."""
        if name in self.named:
            return self.named[name][0]
        return self.given[position][0] if 0 <= position < len(self.given) else default

    def has(self, name: str) -> bool:
        """Whether it is given by its name."""
        return name in self.named


@dataclass(slots=True, eq=False)
class Declared:
    """One declaration of routes on an application or a router, before it is known where that is mounted."""

    path: Value
    methods: tuple[str, ...] | None
    module: Module
    node: Node
    target: Value
    guards: tuple[str, ...] = ()
    statuses: frozenset[int] = frozenset()
    hidden: bool = False
    resource: bool = False  # its target is a class with one method for each of HTTP's


@dataclass(slots=True, eq=False)
class Mount:
    """That one part is put into another, under a prefix. ``replaces`` says that it stands for the part's own."""

    part: "Part"
    prefix: Value
    module: Module
    node: Node
    guards: tuple[str, ...] = ()
    hidden: bool = False
    replaces: bool = False


@dataclass(slots=True, eq=False)
class Part:
    """An application or a router (blueprint, namespace)."""

    kind: Literal["app", "router"]
    framework: Literal["fastapi", "flask"]
    module: Module
    node: Node
    prefix: Value = ""
    guards: list[str] = field(default_factory=list)
    hidden: bool = False
    declared: list[Declared] = field(default_factory=list)
    mounts: list[Mount] = field(default_factory=list)
    mounted: bool = False
    names: dict[str, Value] = field(default_factory=dict)
    of: Class | None = None


@dataclass(slots=True, eq=False)
class Decorator:
    """``@router.get("/path")`` before it stands on a function."""

    part: Part
    method: str
    arguments: Arguments
