"""What a backend plan says is to be built: its endpoints, its tables and its services, in one form, however they are written."""

from dataclasses import dataclass

from pytest_agentcompliance.parsing.models import Model

LONGEST = 1_000_000  # characters of a plan that is read


@dataclass(frozen=True, slots=True)
class PlanField:
    """One field of a body. ``kind`` is the type as written, empty where none is; ``optional`` None is what is left open."""

    name: str
    kind: str = ""
    optional: bool | None = None


@dataclass(frozen=True, slots=True)
class PlanShape:
    """A body as a plan states it: the names of its outermost fields. ``many``: it is a list of such objects.

    ``name`` is what a schema is called that is named instead of written out, or beside it. ``partial``: the plan says that
    there is more ("...").
    """

    fields: tuple[PlanField, ...]
    line: int
    many: bool = False
    name: str = ""
    partial: bool = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of its fields, in order."""
        return tuple(one.name for one in self.fields)


@dataclass(frozen=True, slots=True)
class PlanError:
    """One case of error that a plan lists: a status, a code (``EMAIL_TAKEN``) or both, and how it is put."""

    status: int | None
    code: str
    words: str
    line: int


@dataclass(frozen=True, slots=True)
class PlanEndpoint:
    """One endpoint. ``path`` is as written, with ``{id}`` for ``[id]``.

    ``request`` and ``response`` are None where the plan does not state them.

    ``statuses`` are those of success. ``section`` is the heading below which it stands. ``shown``: it stands only in a drawing
    or an example of code, which plans it less surely than a heading, an item of a list or a row of a table does.
    ``kept``: the plan says that it is there already and stays (in a section on what exists, or out of scope). ``short``: one
    path stands there for several methods (``GET/POST/DELETE /x``), so that it may be meant with an id behind it.
    """

    method: str
    path: str
    line: int
    request: PlanShape | None = None
    response: PlanShape | None = None
    statuses: frozenset[int] = frozenset()
    errors: tuple[PlanError, ...] = ()
    section: str = ""
    shown: bool = False
    kept: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True)
class PlanTable:
    """One table: its columns and indexes as a model, whose ``name`` is as the plan writes it and whose ``tool`` is "json"
    where the plan has no code of one.

    ``soft`` is the line where the plan asks for soft delete, or 0; ``not_soft`` that it says that there is none.
    ``kept``: the plan says that it is there already, or out of scope. ``named``: only its name stands there, or some columns.
    """

    model: Model
    line: int
    soft: int = 0
    not_soft: bool = False
    kept: bool = False
    named: bool = False
    section: str = ""

    @property
    def name(self) -> str:
        """What the table is called: in the database, where that is said."""
        return self.model.table or self.model.name


@dataclass(frozen=True, slots=True)
class PlanService:
    """A service that a plan names, as it writes it."""

    name: str
    line: int


@dataclass(frozen=True, slots=True)
class PlanUnread:
    """What a plan seems to state and could not be read of it. ``endpoints``: it may have some, else it is one of tables."""

    line: int
    why: str
    endpoints: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """All that a plan states, each by line. ``errors`` are those that it lists for all endpoints.

    ``soft`` is a line that asks for soft delete of all tables, or 0; ``timestamps`` one that asks for created_at and
    updated_at on all.
    """

    endpoints: tuple[PlanEndpoint, ...] = ()
    tables: tuple[PlanTable, ...] = ()
    services: tuple[PlanService, ...] = ()
    errors: tuple[PlanError, ...] = ()
    unread: tuple[PlanUnread, ...] = ()
    soft: int = 0
    timestamps: int = 0

    @property
    def unread_endpoints(self) -> tuple[PlanUnread, ...]:
        """What may have endpoints and could not be read."""
        return tuple(one for one in self.unread if one.endpoints)


def read(text: str, path: str = "plan.md") -> Plan:
    """What a plan states; never fails. ``path`` is given to the models of its tables."""
    if len(text) > LONGEST:
        return Plan(unread=(PlanUnread(1, "it is too long to be read", endpoints=True),))
    from pytest_agentcompliance.parsing.markdown import too_much  # start-up time: when there is a plan
    from pytest_agentcompliance.parsing.plan.reader import Reader

    if why := too_much(text):
        return Plan(unread=(PlanUnread(1, f"it {why}", endpoints=True),))
    return Reader(text, path).plan()
