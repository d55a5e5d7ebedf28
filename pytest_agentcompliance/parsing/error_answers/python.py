"""Answers of FastAPI, Starlette, Flask, Django and aiohttp that tell of an error, and exceptions that become one."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.built_sql.source import Call, Source, Spot
from pytest_agentcompliance.parsing.error_answers import Answer, Shape
from pytest_agentcompliance.parsing.error_answers.shapes import TEXT, UNKNOWN, arguments, named, shape
from pytest_agentcompliance.parsing.error_answers.status import is_error, is_given
from pytest_agentcompliance.parsing.lines import Lines

_LONGEST = 200  # characters of what is called
_JSON = re.compile(r"(?:\w+\.){0,3}(?:(?:OR|U|Or)?JSONResponse|JsonResponse|json_response)\Z")
_TEXTS = re.compile(r"(?:\w+\.){0,2}(?:PlainTextResponse|HttpResponse(?:BadRequest|NotFound|Forbidden|ServerError)?)\Z")
_DJANGO = {"HttpResponseBadRequest", "HttpResponseNotFound", "HttpResponseForbidden", "HttpResponseServerError"}
_RAISED = re.compile(r"(?:\w+\.){0,2}(?:Starlette)?HTTPException\Z")
_FLASK = re.compile(r"\b(?:flask|quart|apiflask)\b")
_FAST = re.compile(r"\b(?:fastapi|starlette)\b")
_REST = re.compile(r"\brest_framework\b")


def found(source: Source) -> Iterator[Answer]:
    """The answers of a file in any order."""
    line = Lines(source.text)
    flask = _FLASK.search(source.text) is not None
    rest = _REST.search(source.text) is not None
    fast = _FAST.search(source.text) is not None
    told = [one for call in source.calls for one in _called(source, call, flask=flask, rest=rest)]
    if flask:
        for start, end in source.returns:
            parts = source.split(*_bare(source, start, end))
            if len(parts) in (2, 3):
                told.append((start, end, parts[1], parts[0], ""))
    for start, end, status, body, by in told:
        said = source.text[slice(*status)]
        held = TEXT if body is None else _body(source, body)
        if is_error(source, status, held) and not is_given(held, said):
            text = " ".join(source.text[start:end].split())
            yield Answer(line(start), line(max(start, end - 1)), " ".join(said.split())[:60], held, text[:400], by)
    for call in source.calls if fast else ():
        if _RAISED.match(source.code[call.callee[0] : min(call.callee[1], call.callee[0] + _LONGEST)]):
            yield from _raised(source, call, line)


def _called(source: Source, call: Call, *, flask: bool, rest: bool) -> Iterator[tuple[int, int, Spot, Spot | None, str]]:
    """Where a call that answers begins and ends, its status, its body (None: a text), and who gives it its shape."""
    callee = source.code[slice(*call.callee)] if call.callee[1] - call.callee[0] < _LONGEST else ""
    last = callee.rpartition(".")[2]
    json = _JSON.match(callee) or (rest and callee == "Response")
    if not json and last not in ("make_response", "abort") and not _TEXTS.match(callee):
        return
    plain, by_name = arguments(source, call.arguments[0])
    status = by_name.get("status_code") or by_name.get("status")
    body = by_name.get("content") or by_name.get("data") or (plain[0] if plain else None)
    second = plain[1] if len(plain) > 1 else None
    if json:
        if body is not None and (status := status or second) is not None:
            yield call.start, call.end, status, body, ""
    elif last == "make_response":
        if flask and second is not None:
            yield call.start, call.end, second, plain[0], ""
    elif last == "abort":
        # Where pages are rendered, a browser is answered, and no client of an API.
        if flask and plain and "render_template" not in source.text and re.fullmatch(r"[45]\d\d", source.code[slice(*plain[0])]):
            yield call.start, call.end, plain[0], None, "flask"
    elif plain and shape(source, plain[0]).kind == "text" and (status := status or (call.callee if last in _DJANGO else None)):
        yield call.start, call.end, status, None, ""


def _bare(source: Source, start: int, end: int) -> Spot:
    """What is returned, without brackets around all of it."""
    start, end = source.trim(start, end)
    if source.code[start : start + 1] == "(" and source.pairs.get(start) == end - 1:
        return start + 1, end - 1
    return start, end


def _body(source: Source, spot: Spot) -> Shape:
    held = shape(source, spot)
    if held.kind == "unknown" and source.code[slice(*spot)].startswith("jsonify("):
        opened = spot[0] + len("jsonify")
        return named(source, opened + 1, source.pairs.get(opened, opened + 1))
    return held


def _raised(source: Source, call: Call, line: Lines) -> Iterator[Answer]:
    """What FastAPI answers with where nobody handles the exception: ``{"detail": ...}``."""
    plain, by_name = arguments(source, call.arguments[0])
    status = by_name.get("status_code") or (plain[0] if plain else None)
    detail = by_name.get("detail") or (plain[1] if len(plain) > 1 else None)
    if status is None:
        return
    held = Shape("object", (("detail", shape(source, detail) if detail else UNKNOWN),))
    if is_error(source, status, Shape("object", (("error", TEXT),))):
        text = " ".join(source.text[call.start : call.end].split())[:400]
        said = " ".join(source.text[slice(*status)].split())[:60]
        yield Answer(line(call.start), line(call.end - 1), said, held, text, "fastapi")
