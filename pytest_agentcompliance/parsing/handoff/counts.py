"""The counts that a hand-off claims: endpoints, tables, migrations, coverage."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from pytest_agentcompliance.parsing.handoff.record import HandOff, Value

Kind = Literal["endpoints", "tables", "migrations", "coverage"]

_TOTALS = ("total", "count", "all", "number", "implemented", "created")
_PERCENT = re.compile(r"\s*~?\s*([0-9]{1,3}(?:\.[0-9]{1,6})?)\s*(?:%|percent\b|\Z)")
_COVERED = ("total", "overall", "lines", "statements", "line", "percent", "percentage", "value")


@dataclass(frozen=True, slots=True)
class Claim:
    """One count. ``told`` says that it was not written as a number: the names were listed, or parts of it."""

    kind: Kind
    number: float
    line: int
    said: str
    told: str = ""


def claims(found: HandOff) -> list[Claim]:
    """All counts that can be read, in the order of their kinds."""
    return list(_claims(found))


def _claims(found: HandOff) -> Iterator[Claim]:
    part = found.part("deliverables")
    if part is None:
        return
    if (value := part.get("endpoints", "api_endpoints", "routes")) is not None:
        yield from _count("endpoints", value)
    database = part.get("database", "db")
    for kind, names in (("tables", ("tables", "models", "database_tables")), ("migrations", ("migrations", "database_migrations"))):
        value = database.get(*names) if database is not None else None
        if (value := value or part.get(*names)) is not None:
            yield from _count("tables" if kind == "tables" else "migrations", value)
    tests = part.get("tests", "testing")
    value = part.get("test_coverage", "coverage", "unit_coverage", "code_coverage")
    if (value := value or (tests.get("coverage", "test_coverage") if tests is not None else None)) is not None:
        yield from _coverage(value)


def _count(kind: Kind, value: Value) -> Iterator[Claim]:
    if value.number is not None:
        yield Claim(kind, value.number, value.line, str(value.number)[:40])
    elif value.items or value.plain == []:
        yield Claim(kind, len(value.items), value.line, str(len(value.items)), "listed")
    elif value.fields:
        total = value.get(*_TOTALS)
        if total is not None:
            yield from _count(kind, total) if total.number is not None or total.items else ()
            return
        numbers = [one.number for one in value.fields.values()]
        if all(one is not None for one in numbers):
            whole = sum(one for one in numbers if one is not None)
            yield Claim(kind, whole, value.line, str(whole)[:40], "the sum of its parts")


def _coverage(value: Value) -> Iterator[Claim]:
    if value.fields:
        inner = value.get(*_COVERED)
        if inner is not None and not inner.fields:
            yield from _coverage(inner)
        return
    if isinstance(value.plain, (int, float)) and not isinstance(value.plain, bool):
        share = isinstance(value.plain, float) and 0 < value.plain <= 1
        yield Claim("coverage", value.plain * 100 if share else value.plain, value.line, f"{value.plain}"[:40])
    elif found := _PERCENT.match(value.text[:80]):
        yield Claim("coverage", float(found[1]), value.line, value.text[:40])
