"""The form of a hand-off, from which its published JSON schema is made, and what one lacks of it."""

from collections.abc import Iterator
from typing import Annotated, Any, NamedTuple, Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator
from pydantic.config import JsonDict

from pytest_agentcompliance.parsing.handoff.record import HandOff, Note, Value

Text = Annotated[str, Field(min_length=1, pattern=r"\S")]
Count = Annotated[int, Field(ge=0, strict=True)]
Counts = Count | dict[str, Any] | list[Any]
Truth = Annotated[bool, Field(strict=True)]
_NEEDS_ONE: JsonDict = {"anyOf": [{"required": ["status"]}, {"required": ["exit_code"]}]}


class _Part(BaseModel):
    model_config = ConfigDict(extra="allow", frozen=True)


class Ran(_Part):
    """What came of one check, told with more than its exit code."""

    exit_code: Annotated[int, Field(strict=True, description="0 where it passed.")]


ExitCode = Annotated[int, Field(strict=True)] | Ran


class Head(_Part):
    """Who hands over, and how far it came."""

    agent: Text = Field(description="The agent that hands over, such as Backend Developer.")
    status: Text = Field(description="complete, partial, blocked or failed, or a word like them.")
    phase: Text = Field(description="The phase that ends, such as development.")


class Database(_Part):
    """What was made in the database: numbers, or lists of names."""

    tables: Count | list[Any] | None = Field(default=None, description="Its tables.")
    migrations: Count | list[Any] | None = Field(default=None, description="Its migrations.")


class Deliverables(_Part):
    """What is handed over. A count that was not made is left out."""

    model_config = ConfigDict(extra="allow", frozen=True, json_schema_extra={"minProperties": 1})

    endpoints: Counts | None = Field(
        default=None, description="How many endpoints there are: a number, an object with the total, or a list of them."
    )
    database: Database | None = None
    test_coverage: Text | Annotated[float, Field(ge=0, le=100, strict=True)] | dict[str, Any] | None = Field(
        default=None, description="The coverage that was measured, such as 82%."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.model_fields_set:
            raise ValueError("it is empty")
        return self


class Verification(_Part):
    """The exit code of each check, and whether all of them passed. A check that was not run is left out."""

    model_config = ConfigDict(extra="allow", frozen=True, json_schema_extra={"minProperties": 2})

    all_passed: Truth = Field(description="Whether every check passed.")
    build: ExitCode | None = None
    test: ExitCode | None = None
    lint: ExitCode | None = None
    typecheck: ExitCode | None = None
    prisma_validate: ExitCode | None = None
    prisma_generate: ExitCode | None = None
    ruff: ExitCode | None = None
    mypy: ExitCode | None = None
    pytest: ExitCode | None = None
    alembic_check: ExitCode | None = None

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if len(self.model_fields_set) < 2:
            raise ValueError("it has no exit code")
        return self


class Attempt(_Part):
    """One round of the checks: what came of it, by its status or its exit code."""

    model_config = ConfigDict(extra="allow", frozen=True, json_schema_extra=_NEEDS_ONE)

    attempt: Annotated[int, Field(ge=1, strict=True, description="Its number, from 1.")]
    status: Text | None = Field(default=None, description="success or failed.")
    exit_code: Annotated[int, Field(strict=True)] | None = Field(default=None, description="0 where all passed.")
    error: Any = Field(default=None, description="What failed.")
    fix: Any = Field(default=None, description="What was done about the failure before.")

    @model_validator(mode="after")
    def _came_to_something(self) -> Self:
        if not {"status", "exit_code"} & self.model_fields_set:
            raise ValueError("it has neither status nor exit_code")
        return self


class HealingLog(_Part):
    """Every attempt, those that failed too."""

    attempts: list[Attempt]
    final_status: Text = Field(description="success, failed or escalated.")


class HandOffForm(_Part):
    """What an agent hands over when its work is done."""

    model_config = ConfigDict(extra="allow", frozen=True, title="Hand-off")

    handoff: Head
    deliverables: Deliverables
    verification: Verification
    self_healing_log: HealingLog
    api: dict[str, Any] = Field(min_length=1, description="How the API is reached: base_url, auth_method.")
    next_agent: Text | Annotated[list[Text], Field(min_length=1)] = Field(description="Who goes on from here.")


def schema() -> dict[str, Any]:
    """The JSON schema as it is published in docs/schemas/handoff.schema.json."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **HandOffForm.model_json_schema()}


def faults(found: HandOff) -> Iterator[Note]:
    """What a hand-off that can be read lacks of the form, one note for each value, in the order of the form."""
    assert found.root is not None
    try:
        HandOffForm.model_validate(found.root.plain)
    except ValidationError as wrong:
        told: dict[str, tuple[int, list[str]]] = {}  # the line, and what would do, by the name of the value
        for error in wrong.errors(include_url=False, include_input=False, include_context=False):
            way = _way(found.root, error["loc"])
            name = ".".join(step.name for step in way).replace(".[", "[") or "it"
            line = way[-1].line if way else found.line
            told.setdefault(name, (line, []))[1].append(_said(found, way, error["type"], error["msg"]))
        for name, (line, said) in told.items():
            yield Note(line, f"{name} {_joined(list(dict.fromkeys(said)))}")


def _joined(said: list[str]) -> str:
    """What a value is, and the kinds of which it is none."""
    start, _, _ = said[0].partition(_NOT)
    kinds = [one.partition(_NOT)[2] for one in said if _NOT in one]
    return f"{start}{_NOT}{' or '.join(kinds)}" if len(kinds) == len(said) else next(one for one in said if _NOT not in one)


class _Step(NamedTuple):
    """One step on the way to a value. ``value`` is None where it is not there."""

    name: str
    line: int
    value: Value | None


def _way(root: Value, loc: tuple[int | str, ...]) -> list[_Step]:
    """The way to a value, without the names that pydantic gives to the kinds of a union."""
    way: list[_Step] = []
    value = root
    for step in loc:
        if isinstance(step, int) and step < len(value.items):
            value = value.items[step]
            way.append(_Step(f"[{step + 1}]", value.line, value))
        elif isinstance(step, str) and step in value.fields:
            line, value = value.keys[step], value.fields[step]
            way.append(_Step(step, line, value))
        elif isinstance(step, str) and step in _NAMES:
            way.append(_Step(step, value.line, None))
            break
        else:
            break
    return way


def _said(found: HandOff, way: list[_Step], kind: str, message: str) -> str:
    if kind == "missing":
        moved = way and len(way) == 1 and found.part(way[0].name) is not None
        return "does not stand at the top, but within another part" if moved else "is missing"
    if kind == "value_error":
        return message.removeprefix("Value error, it ")
    value = way[-1].value if way else None
    plain = value.plain if value is not None else None
    if kind in _EMPTY or plain == "":
        return "is empty"
    return f"is {_shown(plain)}{_NOT}{_SHOULD.get(kind, message[:1].lower() + message[1:])}"


def _shown(plain: object) -> str:
    if isinstance(plain, (dict, list)):
        return "an object" if isinstance(plain, dict) else "a list"
    if plain is None or isinstance(plain, bool):
        return {True: "true", False: "false", None: "null"}[plain]
    return repr(plain)[:40]


_NOT = ", and not "
_PARTS = (HandOffForm, Head, Deliverables, Database, Verification, Attempt, HealingLog)
_NAMES = frozenset(name for part in _PARTS for name in part.model_fields)
_EMPTY = frozenset(("string_too_short", "string_pattern_mismatch", "too_short"))
_SHOULD = {
    "int_type": "a whole number", "bool_type": "true or false", "string_type": "a text", "model_type": "an object",
    "dict_type": "an object", "list_type": "a list", "float_type": "a number", "model_attributes_type": "an object",
    "greater_than_equal": "within its bounds", "less_than_equal": "within its bounds",
}  # fmt: skip
