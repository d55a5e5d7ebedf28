"""Answers of Express, Fastify, Hono, Next and the Fetch API that tell of an error, and exceptions of NestJS."""

import re
from collections.abc import Iterator
from itertools import chain

from pytest_agentcompliance.parsing.built_sql.source import Source, Spot
from pytest_agentcompliance.parsing.error_answers import Answer, Shape
from pytest_agentcompliance.parsing.error_answers.shapes import OTHER, TEXT, arguments, shape
from pytest_agentcompliance.parsing.error_answers.status import is_error, is_given
from pytest_agentcompliance.parsing.lines import Lines

_LONGEST = 2000  # characters of what is called
_STATED = re.compile(r"\.(?:status|code)\s*\(")
_CHAINED = re.compile(r"\.\s*(?:json|jsonp|send)\Z")
_CONTEXT = re.compile(r"(?:c|ctx|context|\w{1,40}[cC]tx)\.(json|text)\Z")
_FETCH = re.compile(r"(?:(?:Next)?Response\.json|json)\Z")
_NEW = re.compile(r"\bnew\s+(?:Next)?Response\s*(?=\()")
_NEST = re.compile(r"\bnew\s+(\w{0,60}Exception)\s*(?=\()")
_EXCEPTIONS = re.compile(
    r"(?:BadRequest|Unauthorized|Forbidden|NotFound|Conflict|Gone|UnprocessableEntity|InternalServerError|NotImplemented|BadGateway|"
    r"ServiceUnavailable|GatewayTimeout|PayloadTooLarge|NotAcceptable|RequestTimeout|MethodNotAllowed|Http|PreconditionFailed|"
    r"UnsupportedMediaType|ImATeapot)Exception\Z"
)


def found(source: Source) -> Iterator[Answer]:
    """The answers of a file in any order."""
    line = Lines(source.text)
    for start, end, status, held in chain(_called(source), _made(source)):
        said = source.text[slice(*status)]
        if is_error(source, status, held) and not is_given(held, said):
            text = " ".join(source.text[start:end].split())
            yield Answer(line(start), line(max(start, end - 1)), " ".join(said.split())[:60], held, text[:400])
    if "@nestjs/common" in source.text:
        for one in _NEST.finditer(source.code):
            if _EXCEPTIONS.match(one[1]) and one.end() in source.pairs:
                yield from _thrown(source, one, line)


def _called(source: Source) -> Iterator[tuple[int, int, Spot, Shape]]:
    """Calls that answer: where each begins and ends, its status, its shape."""
    for call in source.calls:
        callee = source.code[max(call.callee[0], call.callee[1] - _LONGEST) : call.callee[1]].strip()
        plain = source.split(call.arguments[0] + 1, call.arguments[1] - 1)
        if not plain:
            continue
        if callee.endswith(".sendStatus"):
            yield call.start, call.end, plain[0], TEXT
        elif _CHAINED.search(callee) and (status := _stated(source, call.callee)) is not None:
            yield call.start, call.end, status, shape(source, plain[0])
        elif len(plain) > 1 and (context := _CONTEXT.match(callee)):
            status = _status_of(source, plain[1]) or plain[1]
            yield call.start, call.end, status, TEXT if context[1] == "text" else shape(source, plain[0])
        elif len(plain) > 1 and _FETCH.match(callee) and (status := _status_of(source, plain[1])) is not None:
            yield call.start, call.end, status, shape(source, plain[0])


def _made(source: Source) -> Iterator[tuple[int, int, Spot, Shape]]:
    """Answers that are made with ``new Response``, unless they have no body."""
    for one in _NEW.finditer(source.code):
        plain, _ = arguments(source, one.end())
        if len(plain) > 1 and (status := _status_of(source, plain[1])) is not None and (held := shape(source, plain[0])) != OTHER:
            yield one.start(), source.pairs[one.end()] + 1, status, held


def _thrown(source: Source, one: re.Match[str], line: Lines) -> Iterator[Answer]:
    """What NestJS answers with where nobody catches it: the object that it is given, or its own with the text."""
    end = source.pairs[one.end()] + 1
    plain, _ = arguments(source, one.end())
    held = shape(source, plain[0]) if plain else TEXT
    text = " ".join(source.text[one.start() : end].split())[:400]
    if held.kind == "object":
        yield Answer(line(one.start()), line(end - 1), one[1], held, text, "nest")
    elif held.kind in ("text", "other"):
        own = Shape("object", (("statusCode", OTHER), ("message", TEXT), ("error", TEXT)))
        yield Answer(line(one.start()), line(end - 1), one[1], own, text, "nest")


def _stated(source: Source, callee: Spot) -> Spot | None:
    """The status of ``res.status(404).json``: what stands in the last brackets of the chain that state one."""
    start = max(callee[0], callee[1] - _LONGEST)
    for one in reversed(list(_STATED.finditer(source.code, start, callee[1]))):
        opened = one.end() - 1
        closed = source.pairs.get(opened, -1)
        if opened < closed < callee[1]:
            return opened + 1, closed
    return None


def _status_of(source: Source, spot: Spot) -> Spot | None:
    """The field ``status`` of options."""
    start, end = spot
    if source.code[start] != "{" or source.pairs.get(start) != end - 1:
        return None
    for low, high in source.split(start + 1, end - 1):
        key = re.match(r"[\"']?status[\"']?\s*(:|\Z)", source.text[low:high])
        if key:
            return (low, high) if not key[1] else source.trim(low + key.end(), high)
    return None
