"""Answers through a function that a project has for it: ``sendJson(res, 404, { error: "x" })``."""

import re

from pytest_agentcompliance.parsing.built_sql.source import Source, Spot
from pytest_agentcompliance.parsing.error_answers.shapes import functions, shape
from pytest_agentcompliance.parsing.error_answers.status import is_error

HELPS = re.compile(
    r"(?i)(?:(?:self|this)\.)?_{0,2}(?:(?:send|respond|reply|make|return|write|to)_?)?json(?:_?(?:response|resp|res|reply))?\Z"
)
_TELLS = frozenset(("error", "errors", "message", "detail", "msg", "ok", "success"))
_WRAPS = re.compile(r"[{,]\s{0,40}[\"']?error[\"']?\s{0,9}:")


def helped(source: Source, callee: str, plain: list[Spot]) -> tuple[Spot, Spot] | None:
    """The status and the body that such a function is given: a number or its name, and an object that tells of an error."""
    if not 2 <= len(plain) <= 4 or not HELPS.match(callee):
        return None
    status = next((one for one in plain if re.match(r"[45]\d\d\Z|\w*(?:Status|status)\w*\.\w+\Z", source.code[slice(*one)])), None)
    body = next((one for one in plain if source.code[one[0]] == "{"), None)
    if status is None or body is None:
        return None
    held = shape(source, body)
    told = held.kind == "object" and not _TELLS.isdisjoint(name for name, _ in held.fields)
    if not told or not is_error(source, status, held):
        return None
    # One of the file that puts what it is given into a field of its own gives the answer its shape.
    own = next(functions(source, callee.rpartition(".")[2]), None)
    return None if own is not None and _WRAPS.search(source.text, own[0], own[1]) else (status, body)
