"""Whether a status that code states is the status of an error."""

import re

from pytest_agentcompliance.parsing.built_sql.source import Source, Spot
from pytest_agentcompliance.parsing.error_answers import Shape

_NUMBER = re.compile(r"(?<![\w.])(?:[1-5]\d\d)(?![\w.])|(?<=HTTP_)[1-5]\d\d(?=_)")
_ERRORS = re.compile(  # names of the statuses from 400 on
    r"(?i)\b(?:BAD_?REQUEST|UNAUTHORIZED|PAYMENT_?REQUIRED|FORBIDDEN|NOT_?FOUND|METHOD_?NOT_?ALLOWED|NOT_?ACCEPTABLE|"
    r"REQUEST_?TIMEOUT|"
    r"CONFLICT|GONE|PRECONDITION_?FAILED|PAYLOAD_?TOO_?LARGE|CONTENT_?TOO_?LARGE|UNSUPPORTED_?MEDIA_?TYPE|"
    r"UNPROCESSABLE_?(?:ENTITY|CONTENT)|"
    r"LOCKED|TOO_?MANY_?REQUESTS|INTERNAL_?SERVER_?ERROR|NOT_?IMPLEMENTED|"
    r"BAD_?GATEWAY|SERVICE_?UNAVAILABLE|GATEWAY_?TIMEOUT|FAILED_?DEPENDENCY)\b"
)
_FINE = re.compile(r"\b(?:OK|CREATED|ACCEPTED|NO_CONTENT|MULTI_STATUS)\b")
_OF_ERROR = re.compile(r"(?i)\b(?:err|error|exc|exception|e|ex)\??\.\w*(?:status|code)")
# What answers with a shape that a protocol gives, or that says how a service is and not what went wrong.
_GIVEN = frozenset({
    "accepts", "x402Version", "error_description", "jsonrpc", "healthy", "checks", "uptime", "received", "ready", "challenge",
    "services", "dependencies", "components",
})  # fmt: skip


def is_error(source: Source, spot: Spot, shape: Shape) -> bool:
    """Whether all that a status can be are those of errors, or its name says so, or what is answered does."""
    told = [_tells(one) for one in _said(source, spot)]
    if None not in told:
        return all(told)
    held = shape.get("error")
    return held is not None and held.kind == "text" and False not in told


def is_other(source: Source, spot: Spot) -> bool:
    """Whether a status is surely that of no error."""
    return any(_tells(one) is False for one in _said(source, spot))


def _tells(said: str) -> bool | None:
    """Whether code states the status of an error; None where it does not say."""
    numbers = [int(one) for one in _NUMBER.findall(said)]
    if numbers:
        return min(numbers) >= 400
    if _ERRORS.search(said) or _OF_ERROR.search(said):
        return True
    return False if _FINE.search(said) else None


def _said(source: Source, spot: Spot) -> list[str]:
    """A status as written; in place of a name all that it is given in the functions around."""
    said = source.code[spot[0] : min(spot[1], spot[0] + 400)]
    name = re.fullmatch(r"\s*([A-Za-z_$][\w$]*)(?:\s+as\s[\w\s.]{1,60})?\s*", said)
    for owner in [*source.around(spot[0]), None] if name else ():
        values = source.given(name[1], owner, 0, len(source.code)) if name else []
        if values:
            return [source.code[one.start : min(one.end, one.start + 400)] if one.how == "=" else "" for one in values]
    return [said]


def is_given(shape: Shape, status: str) -> bool:
    """Whether a protocol says what the answer looks like, or it tells the health of a service."""
    names = {name for name, _ in shape.fields}
    health = "status" in names and names.isdisjoint(("error", "errors", "message", "detail", "code"))
    health = health or ("503" in status and "status" in names)
    return not _GIVEN.isdisjoint(names) or health
