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
_OF_ERROR = re.compile(r"(?i)\b(?:err|error|exc|exception|e|ex)\??\.\w*(?:status|code)")
# What answers with a shape that a protocol gives, or that says how a service is and not what went wrong.
_GIVEN = frozenset({
    "accepts", "x402Version", "error_description", "jsonrpc", "healthy", "checks", "uptime", "received", "ready", "challenge",
    "services",
})  # fmt: skip


def is_error(source: Source, spot: Spot, shape: Shape) -> bool:
    """Whether all that a status can be are those of errors, or its name says so, or what is answered does."""
    said = source.code[spot[0] : min(spot[1], spot[0] + 400)]
    numbers = [int(one) for one in _NUMBER.findall(said)]
    if numbers:
        return min(numbers) >= 400
    if _ERRORS.search(said) or _OF_ERROR.search(said):
        return True
    held = shape.get("error")
    return held is not None and held.kind == "text"


def is_given(shape: Shape, status: str) -> bool:
    """Whether a protocol says what the answer looks like, or it tells the health of a service."""
    names = {name for name, _ in shape.fields}
    health = "status" in names and names.isdisjoint(("error", "errors", "message", "detail", "code"))
    health = health or ("503" in status and "status" in names)
    return not _GIVEN.isdisjoint(names) or health
