"""What a plan says of an endpoint on its own line: ``{email, password} -> 200 {token} | 401 INVALID_CREDENTIALS``."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from pytest_agentcompliance.parsing.plan import PlanError, PlanShape, shapes
from pytest_agentcompliance.parsing.plan.errors import errors, prose

_ANSWERS = re.compile(r"→|->|=>|⇒|\breturns?\b|\bresponds? with\b", re.IGNORECASE)
_TAKES = re.compile(r"[`*:\s—–-]{0,6}(?:(?:with|body|takes|request)\b:?\s?)?`?\{", re.IGNORECASE)
_GOOD = re.compile(r"[`*(\s:]{0,6}([23]\d\d)\b")
_GIVES = re.compile(
    r"[`*(\s:]{0,6}(?:[23]\d\d\b)?(?:\s(?:ok|created|accepted|with|an?|the|array|list|of)\b){0,4}[`*(\s:]{0,6}\[?\s?\{",
    re.IGNORECASE,
)
LONGEST = 1000


@dataclass(slots=True)
class Beside:
    """What stands behind the path."""

    request: PlanShape | None = None
    response: PlanShape | None = None
    statuses: set[int] = field(default_factory=set)
    errors: list[PlanError] = field(default_factory=list)


def read(rest: str, line: int, named: Mapping[str, PlanShape]) -> Beside:
    """What the rest of a line states."""
    rest = rest[:LONGEST]
    found = Beside()
    arrow = _ANSWERS.search(rest)
    before, after = (rest[: arrow.start()], rest[arrow.end() :]) if arrow is not None else (rest, "")
    if _TAKES.match(before):
        found.request = shapes.of_text(before.replace("`", ""), line)
    if arrow is None:
        found.errors += prose(rest, line)
        return found
    found.errors += prose(before, line)
    if (good := _GOOD.match(after)) is not None:
        found.statuses.add(int(good[1]))
    if _GIVES.match(after):
        found.response = shapes.of_text(after.replace("`", ""), line)
    elif (shape := shapes.of_line(after, line, named)) is not None and shape.name:
        found.response = shape
    found.errors += [one for one in errors(after, line) if one.status is not None]
    return found
