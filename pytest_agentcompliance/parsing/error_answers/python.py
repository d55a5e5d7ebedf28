"""Answers of FastAPI, Starlette, Flask, Django and aiohttp that tell of an error, and exceptions that become one."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass

from pytest_agentcompliance.parsing.built_sql.source import Call, Function, Source, Spot
from pytest_agentcompliance.parsing.error_answers import Answer, Shape
from pytest_agentcompliance.parsing.error_answers.helped import HELPS, helped
from pytest_agentcompliance.parsing.error_answers.shapes import OTHER, TEXT, UNKNOWN, arguments, is_page, is_silent, named, shape
from pytest_agentcompliance.parsing.error_answers.status import is_error, is_given
from pytest_agentcompliance.parsing.lines import Lines

_LONGEST = 200  # characters of what is called
_JSON = re.compile(r"(?:\w+\.){0,3}(?:(?:OR|U|Or)?JSONResponse|JsonResponse|json_response)\Z")
_TEXTS = re.compile(r"(?:\w+\.){0,2}(?:PlainTextResponse|HttpResponse(?:BadRequest|NotFound|Forbidden|ServerError)?)\Z")
_PLAIN = re.compile(r"(?:\w+\.)?Response\Z")
_DJANGO = {"HttpResponseBadRequest", "HttpResponseNotFound", "HttpResponseForbidden", "HttpResponseServerError"}
_RAISED = re.compile(r"(?:\w+\.){0,2}(?:Starlette)?HTTPException\Z")
_FLASK = re.compile(r"\b(?:flask|quart|apiflask)\b")
_FAST = re.compile(r"\b(?:fastapi|starlette)\b")
_REST = re.compile(r"\brest_framework\b")
_HTTP = re.compile(r"\b(?:flask|quart|fastapi|starlette|aiohttp)\b")
_WERKZEUG = re.compile(
    r"(?:\w+\.){0,2}(?:BadRequest|Unauthorized|Forbidden|NotFound|MethodNotAllowed|Conflict|Gone|UnprocessableEntity|TooManyRequests|"
    r"InternalServerError|NotImplemented|BadGateway|ServiceUnavailable)\Z"
)
_STATES = re.compile(r"[45]\d\d|(?:http\.)?HTTPStatus\.\w+")
_FAR = 4000  # characters between a status and the return that it is for
_PAGES = re.compile(r"html|xml|text/(?!plain)")


@dataclass(frozen=True, slots=True)
class _Names:
    """What a file names, by which its calls are understood."""

    flask: bool
    fast: bool
    rest: bool
    http: bool
    aborts: bool
    werkzeug: bool

    @classmethod
    def of(cls, text: str) -> "_Names":
        flask = _FLASK.search(text) is not None
        # Where pages are rendered, a browser is answered, and no client of an API.
        aborts = flask and "render_template" not in text
        return cls(flask, _FAST.search(text) is not None, _REST.search(text) is not None, _HTTP.search(text) is not None, aborts,
                   aborts and "werkzeug" in text)  # fmt: skip


def found(source: Source) -> Iterator[Answer]:
    """The answers of a file in any order."""
    line = Lines(source.text)
    names = _Names.of(source.text)
    told = [one for call in source.calls for one in _called(source, call, names)]
    if names.flask:
        for start, end in source.returns:
            parts = source.split(*_bare(source, start, end))
            if len(parts) in (2, 3):
                told.append((start, end, parts[1], parts[0], ""))
    if names.flask or names.fast:
        told += _later(source)
    for start, end, status, body, by in told:
        said = source.text[slice(*status)]
        held = TEXT if body is None else _body(source, body)
        silent = held == TEXT and body is not None and (is_silent(source, body) or is_page(source, start))
        if held != OTHER and not silent and is_error(source, status, held) and not is_given(held, said):
            text = " ".join(source.text[start:end].split())
            yield Answer(line(start), line(max(start, end - 1)), " ".join(said.split())[:60], held, text[:400], by)
    for call in source.calls if names.fast else ():
        if _RAISED.match(source.code[call.callee[0] : min(call.callee[1], call.callee[0] + _LONGEST)]):
            yield from _raised(source, call, line)


def _called(source: Source, call: Call, names: _Names) -> Iterator[tuple[int, int, Spot, Spot | None, str]]:
    """Where a call that answers begins and ends, its status, its body (None: a text), and who gives it its shape."""
    callee = source.code[slice(*call.callee)] if call.callee[1] - call.callee[0] < _LONGEST else ""
    last = callee.rpartition(".")[2]
    json = _JSON.match(callee) or (names.rest and callee == "Response")
    response = not json and names.http and _PLAIN.match(callee)
    if not json and not response and last not in ("make_response", "abort") and not _TEXTS.match(callee):
        raised = source.code[max(0, call.start - 20) : call.start].rstrip().endswith("raise")
        if names.werkzeug and raised and _WERKZEUG.match(callee):
            yield call.start, call.end, call.callee, None, "flask"
        elif HELPS.match(callee) and (known := helped(source, callee, arguments(source, call.arguments[0])[0])) is not None:
            yield call.start, call.end, *known, ""
        return
    plain, by_name = arguments(source, call.arguments[0])
    status = by_name.get("status_code") or by_name.get("status")
    named = (by_name.get(name) for name in ("content", "data", "response", "text", "body"))
    body = next((one for one in named if one), plain[0] if plain else None)
    second = plain[1] if len(plain) > 1 else None
    if json:
        if body is not None and (status := status or second) is not None:
            yield call.start, call.end, status, body, ""
    elif response:
        kind = next((by_name[name] for name in ("media_type", "mimetype", "content_type") if name in by_name), (0, 0))
        if body is not None and (status := status or second) is not None and not _PAGES.search(source.text[slice(*kind)]):
            yield call.start, call.end, status, body, ""
    elif last == "make_response":
        if names.flask and second is not None:
            yield call.start, call.end, second, plain[0], ""
    elif last == "abort":
        if names.aborts and plain and _STATES.fullmatch(source.code[slice(*plain[0])]):
            yield call.start, call.end, plain[0], None, "flask"
    elif plain and shape(source, plain[0]).kind == "text" and (status := status or (call.callee if last in _DJANGO else None)):
        yield call.start, call.end, status, None, ""


def _later(source: Source) -> Iterator[tuple[int, int, Spot, Spot | None, str]]:
    """Answers whose status is given to them before they are returned: ``response.status_code = 404``."""
    returns = sorted(source.returns)
    for name, values in source.values.items():
        holder, _, field = name.rpartition(".")
        for value in values if holder and field == "status_code" else ():
            owner = source.function(value.at)
            if owner is None or value.how != "=":
                continue
            made = [one for one in source.given(holder, owner, owner[0], value.at) if one.how == "="]
            if made:
                if re.match(r"(?:\w+\.)?jsonify\(", source.code[made[-1].start : made[-1].end]):
                    yield made[-1].start, made[-1].end, (value.start, value.end), (made[-1].start, made[-1].end), ""
            elif (returned := _returned(source, value.at, owner, returns)) is not None:
                yield *returned, (value.start, value.end), returned, ""


def _returned(source: Source, at: int, owner: Function, returns: list[Spot]) -> Spot | None:
    """The object that is returned after a place, of the same function and as deep in it."""
    depth = _indent(source.code, at)
    if depth is None:
        return None
    first = bisect_left(returns, (at, at))
    for start, end in returns[first : first + 20]:
        if start > min(owner[1], at + _FAR):
            break
        if _indent(source.code, start - len("return")) == depth and source.function(start) == owner:
            low, high = source.trim(start, end)
            between = source.code[at:start].split("\n")[1:-1]
            steps_out = any(line.strip() and line[: len(depth)].strip() for line in between)
            return (low, high) if source.code[low : low + 1] == "{" and not steps_out else None
    return None


def _indent(code: str, at: int) -> str | None:
    """What stands before a statement on its line, where that is nothing but blanks."""
    before = code[code.rfind("\n", max(0, at - 200), at) + 1 : at]
    return before if not before.strip() else None


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
