"""Answers of Express, Fastify, Hono, Next, Koa and the Fetch API that tell of an error, and exceptions of frameworks."""

import re
from collections.abc import Iterator
from itertools import chain

from pytest_agentcompliance.parsing.built_sql.source import Call, Source, Spot
from pytest_agentcompliance.parsing.error_answers import Answer, Shape
from pytest_agentcompliance.parsing.error_answers.helped import HELPS, helped
from pytest_agentcompliance.parsing.error_answers.shapes import OTHER, TEXT, arguments, is_page, is_silent, shape
from pytest_agentcompliance.parsing.error_answers.stated import Statements
from pytest_agentcompliance.parsing.error_answers.status import is_error, is_given, is_other
from pytest_agentcompliance.parsing.lines import Lines

_LONGEST = 2000  # characters of what is called
# What a call is named that answers, unless it is a function of the project.
_ANSWERS = frozenset({"sendStatus", "json", "jsonp", "send", "end", "text", "body", "newResponse"})
_STATED = re.compile(r"\.(?:status|code)\s*\(")
_CHAINED = re.compile(r"\.\s*(?:json|jsonp|send|end)\Z")
_PLAIN = re.compile(r"([A-Za-z_$][\w$]*)\.(?:json|jsonp|send|end|text|body)\Z")
_CONTEXT = re.compile(r"(?:c|ctx|context|\w{1,40}[cC]tx)\.(json|text|body|newResponse)\Z")
_FETCH = re.compile(r"(?:(?:Next)?Response\.json|json)\Z")
_NEW = re.compile(r"\bnew\s+(?:Next)?Response\s*(?=\()")
_EXCEPTION = re.compile(r"\bnew\s+(\w{0,60}Exception)\s*(?=\()")
_EXCEPTIONS = re.compile(
    r"(?:BadRequest|Unauthorized|Forbidden|NotFound|Conflict|Gone|UnprocessableEntity|InternalServerError|NotImplemented|BadGateway|"
    r"ServiceUnavailable|GatewayTimeout|PayloadTooLarge|NotAcceptable|RequestTimeout|MethodNotAllowed|Http|PreconditionFailed|"
    r"UnsupportedMediaType|ImATeapot)Exception\Z"
)
_SENSIBLE = re.compile(
    r"(?:(?:\w+\.){0,3}httpErrors|reply)\.(?:badRequest|unauthorized|paymentRequired|forbidden|notFound|methodNotAllowed|conflict|gone|"
    r"unprocessableEntity|tooManyRequests|internalServerError|notImplemented|badGateway|serviceUnavailable|gatewayTimeout)\Z"
)
_CONSTANT = re.compile(r"[A-Z]\w*(?:\.[A-Z]\w*)*\.[A-Z][A-Z0-9_]+\Z")
_OWN = Shape("object", (("statusCode", OTHER), ("message", TEXT), ("error", TEXT)))  # of NestJS, and of Fastify
_RETURNING = ("reply", "set")  # Fastify and Elysia answer with what a handler returns

Told = tuple[int, int, Spot, Spot | None]  # start, end, status, body (None: a text)


def found(source: Source) -> Iterator[Answer]:
    """The answers of a file in any order."""
    line = Lines(source.text)
    for start, end, status, body in chain(_called(source), _made(source)):
        held = TEXT if body is None else shape(source, body)
        said = source.text[slice(*status)]
        silent = held == TEXT and body is not None and (is_silent(source, body) or is_page(source, start))
        if not silent and is_error(source, status, held) and not is_given(held, said):
            text = " ".join(source.text[start:end].split())
            yield Answer(line(start), line(max(start, end - 1)), " ".join(said.split())[:60], held, text[:400])
    nest, hono = "@nestjs/common" in source.text, "hono/http-exception" in source.text
    for one in _EXCEPTION.finditer(source.code) if nest or hono else ():
        if one.end() in source.pairs:
            if nest and _EXCEPTIONS.match(one[1]):
                yield from _thrown(source, one, line)
            elif hono and one[1] == "HTTPException":
                yield from _of_hono(source, one, line)
    for call in source.calls if "fastify" in source.text else ():
        callee = source.code[call.callee[0] : min(call.callee[1], call.callee[0] + 200)]
        if _SENSIBLE.match(callee):
            text = " ".join(source.text[call.start : call.end].split())[:400]
            yield Answer(line(call.start), line(call.end - 1), callee.rpartition(".")[2], _OWN, text, "fastify")


def _called(source: Source) -> Iterator[Told]:
    """Calls that answer, and what answers by itself."""
    stated = Statements(source)
    for call in source.calls:
        callee = source.code[max(call.callee[0], call.callee[1] - _LONGEST) : call.callee[1]].strip()
        if callee.rpartition(".")[2].strip() not in _ANSWERS and not HELPS.match(callee):
            continue
        plain = source.split(call.arguments[0] + 1, call.arguments[1] - 1)
        if plain and (one := _answer(source, call, callee, plain, stated)) is not None:
            yield call.start, call.end, *one
    for start, end in source.returns:
        low, high = source.trim(start, end)
        high -= source.code[high - 1] == ";"
        if source.code[low : low + 1] == "{":
            for name in _RETURNING:
                if (status := stated.before(name, low)) is not None:
                    yield low, high, status, (low, high)
    for name in ("ctx", "context"):
        for value in source.values.get(f"{name}.body", ()):
            if value.how == "=" and (status := stated.before(name, value.at)) is not None:
                yield value.at, value.end, status, (value.start, value.end)


def _answer(
    source: Source, call: Call, callee: str, plain: list[Spot], stated: Statements
) -> tuple[Spot, Spot | None] | None:
    """The status and the body of a call that answers."""
    if callee.endswith(".sendStatus"):
        return plain[0], None
    if _CHAINED.search(callee) and (status := _stated(source, call.callee)) is not None:
        return status, plain[0]
    if len(plain) > 1 and (context := _CONTEXT.match(callee)):
        if context[1] in ("body", "newResponse") and shape(source, plain[0]).kind not in ("text", "object"):
            return None
        return _status_of(source, plain[1]) or plain[1], None if context[1] == "text" else plain[0]
    if len(plain) > 1 and _FETCH.match(callee) and (status := _status_of(source, plain[1])) is not None:
        return status, plain[0]
    if (alone := _PLAIN.match(callee)) and (status := stated.before(alone[1], call.start)) is not None:
        return status, plain[0]
    return helped(source, callee, plain)


def _made(source: Source) -> Iterator[Told]:
    """Answers that are made with ``new Response``, unless they have no body."""
    for one in _NEW.finditer(source.code):
        plain, _ = arguments(source, one.end())
        if len(plain) > 1 and (status := _status_of(source, plain[1])) is not None and shape(source, plain[0]) != OTHER:
            yield one.start(), source.pairs[one.end()] + 1, status, plain[0]


def _thrown(source: Source, one: re.Match[str], line: Lines) -> Iterator[Answer]:
    """What NestJS answers with where nobody catches it: the object that it is given, or its own with the text."""
    end = source.pairs[one.end()] + 1
    plain, _ = arguments(source, one.end())
    held = shape(source, plain[0]) if plain else TEXT
    if held.kind == "unknown" and _CONSTANT.match(source.code[slice(*plain[0])]):
        held = TEXT
    text = " ".join(source.text[one.start() : end].split())[:400]
    if len(plain) > 1 and is_other(source, plain[1]):
        return
    if held.kind == "object":
        yield Answer(line(one.start()), line(end - 1), one[1], held, text, "nest")
    elif held.kind in ("text", "other"):
        yield Answer(line(one.start()), line(end - 1), one[1], _OWN, text, "nest")


def _of_hono(source: Source, one: re.Match[str], line: Lines) -> Iterator[Answer]:
    """What Hono answers with where no ``onError`` does: the message as a text, unless it is given an answer."""
    end = source.pairs[one.end()] + 1
    plain, _ = arguments(source, one.end())
    given = source.code[slice(*plain[1])] if len(plain) > 1 else "{}"
    if plain and given.startswith("{") and not re.search(r"\bres\s?[:,}]", given):
        text = " ".join(source.text[one.start() : end].split())[:400]
        said = " ".join(source.text[slice(*plain[0])].split())[:60]
        yield Answer(line(one.start()), line(end - 1), said, TEXT, text, "hono")


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
    """The field ``status`` of options, written out or by a name that was given them."""
    start, end = spot
    if re.fullmatch(r"[A-Za-z_$][\w$]*", source.code[start:end]):
        owners = [*source.around(start), None]
        values = next((found for one in owners if (found := source.given(source.code[start:end], one, 0, start))), [])
        if len(values) != 1 or values[0].how != "=":
            return None
        start, end = source.trim(values[0].start, values[0].end)
    if source.code[start : start + 1] != "{" or source.pairs.get(start) != end - 1:
        return None
    for low, high in source.split(start + 1, end - 1):
        key = re.match(r"[\"']?status[\"']?\s*(:|\Z)", source.text[low:high])
        if key:
            return (low, high) if not key[1] else source.trim(low + key.end(), high)
    return None
