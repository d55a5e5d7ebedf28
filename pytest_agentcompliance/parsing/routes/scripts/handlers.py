"""What a handler says of its answers: the statuses that its text states."""

import re

from pytest_agentcompliance.parsing.routes.scripts.module import Module

_LONGEST = 60_000
_NUMBER = r"(?:(\d{3})\b|(?:[A-Za-z]*(?:[Ss]tatus|STATUS|Codes?|CODES?)[A-Za-z]*\.)+([A-Za-z_]+))"
_STATED = re.compile(
    rf"\.(?:status|sendStatus|code|writeHead)\(\s*{_NUMBER}"
    rf"|\bstatus(?:Code)?\s*[:=]\s*{_NUMBER}"
    rf"|\bc\.(?:json|text|body|html|newResponse)\((?:[^()\n]|\([^()\n]*\)){{0,300}},\s*{_NUMBER}\s*[,)]"
    rf"|\bnew HTTPException\(\s*{_NUMBER}"
    r"|\bnew (BadRequest|Unauthorized|Forbidden|NotFound|Conflict|Gone|UnprocessableEntity|InternalServerError|NotImplemented"
    r"|ServiceUnavailable|PayloadTooLarge|MethodNotAllowed|NotAcceptable|RequestTimeout|BadGateway|GatewayTimeout)Exception\("
)
_WORDS = re.compile(r"(?<=[a-z])(?=[A-Z])")


def statuses(module: Module, start: int, end: int) -> frozenset[int]:
    """The status codes that stand in a function."""
    if (start, end) not in module.statuses:
        module.statuses[start, end] = _stated(module.text[start : min(end, start + _LONGEST)])
    return module.statuses[start, end]


def _stated(text: str) -> frozenset[int]:
    found: set[int] = set()
    for one in _STATED.finditer(text):
        for said in one.groups():
            if said and (code := status(said)):
                found.add(code)
    return frozenset(found)


def status(said: str) -> int:
    """A status by its number or its name (``CREATED``, ``NotFound``); 0 where there is none."""
    from http import HTTPStatus

    if said.isdecimal():
        return int(said) if 100 <= int(said) <= 599 else 0
    name = _WORDS.sub("_", said).upper()
    name = {"UNPROCESSABLE_ENTITY": "UNPROCESSABLE_ENTITY", "PAYLOAD_TOO_LARGE": "REQUEST_ENTITY_TOO_LARGE"}.get(name, name)
    code = HTTPStatus.__members__.get(name)
    return int(code) if code is not None else 0
