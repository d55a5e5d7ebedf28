"""Who may read an answer from another origin: CORS that lets everybody."""

import re
from collections.abc import Iterator
from functools import lru_cache

from pytest_agentcompliance.parsing.built_sql.source import Call, Source, Spot
from pytest_agentcompliance.parsing.hardening import Open
from pytest_agentcompliance.parsing.hardening.settled import defaults, fields, given, literal, named
from pytest_agentcompliance.parsing.lines import Lines

_HEADER = re.compile(
    r"[\"']Access-Control-Allow-Origin[\"']\s*(?:\]\s*=|:|,)\s*(?:[\"']\*[\"']|(?:req|request|c\.req|ctx)[\w.]*\.origin\b)",
    re.IGNORECASE,
)
_NESTED = re.compile(r"\bcors\s*:\s*\{\s*origin\s*:\s*(?:[\"'`]\*[\"'`]|true)|(?<=, \{ )cors\s*:\s*true\b")
# Scripts, pictures, type faces and what everybody is told of a server are there for every page.
_PUBLIC = re.compile(
    r"(?i)javascript|image/|text/css|font|\.well-known|\bavatar|favicon|wasm|octet-stream|\.js[\"'`]|video/|audio/"
)
_LETS = re.compile(r"=>\s*(?:\{\s*)?(?:return\s+)?\w+\(\s*null\s*,\s*true\s*\)\s*;?\s*\}?\s*\Z|\A\(?\s*(\w+)\s*\)?\s*=>\s*\1\s*\Z")
_DEVELOPMENT = re.compile(r"(?i)develop|\bis_?dev|\bdev\b|debug|\blocal|NODE_ENV|production|is_?prod")
_ALL = "lets every origin read its answers"


def found(source: Source) -> Iterator[Open]:
    """The places of a file where every origin is let."""
    if not re.search(r"(?i)cors|Access-Control-Allow-Origin", source.text):
        return
    line = Lines(source.text)
    for call in source.calls:
        start, end = call.callee
        callee = re.sub(r"\s", "", source.code[max(start, end - 2000) : end])[-80:]
        if why := (_script if source.script else _python)(source, call, callee):
            yield _open(source, line, call.start, call.end, why)
    for one in [*_HEADER.finditer(source.text), *(_NESTED.finditer(source.text) if source.script else ())]:
        near = source.text[max(0, one.start() - 300) : one.end() + 300]
        if source.code[one.start()].strip() and not (_HEADER.match(one[0]) and _PUBLIC.search(near)):
            why = _ALL if "*" in one[0] or "true" in one[0] else "answers any origin with its own name"
            yield _open(source, line, one.start(), one.end(), why)
    for name in ("CORS_ALLOW_ALL_ORIGINS", "CORS_ORIGIN_ALLOW_ALL"):
        for value in source.values.get(name, ()):
            if source.code[value.start : value.end] == "True":
                yield _open(source, line, value.at, value.end, _ALL)


def _open(source: Source, line: Lines, start: int, end: int, why: str) -> Open:
    function = source.function(start)
    before = source.text[max(function[0] if function else 0, start - 160) : start].rpartition("\n\n")[2]
    inside = source.text[start : min(end, start + 2000)]
    mild = _DEVELOPMENT.search(before) is not None or "NODE_ENV" in inside
    return Open(line(start), line(end - 1), "origin", why, " ".join(inside.split())[:200], mild=mild)


def _script(source: Source, call: Call, callee: str) -> str:
    arguments = given(source, call)
    if callee == "cors" and ("cors" in source.imported or "cors" in source.values):
        return _options(source, arguments[0]) if arguments else "" if _says(source.text, "@koa/cors") else _ALL
    if callee.endswith(".enableCors"):
        return _options(source, arguments[0]) if arguments else _ALL
    if callee.endswith(".register") and arguments and re.fullmatch(r"(?i)(?:fastify_?)?cors", source.code[slice(*arguments[0])]):
        return _options(source, arguments[1]) if len(arguments) > 1 else _ALL
    return ""


def _options(source: Source, spot: Spot) -> str:
    """What is wrong with the options that CORS is given."""
    spot = named(source, spot) or spot
    if source.code[spot[0]] != "{":
        return ""
    said = fields(source, spot)
    origin = said.get("origin")
    if origin is None:
        return "" if any("..." in name for name in said) or "origin" in source[spot] else _ALL
    if _lets(source, origin):
        return _ALL
    reflects = source.code[slice(*origin)] == "true" or _LETS.search(source.code[slice(*origin)])
    return "answers any origin with its own name" if reflects else ""


def _python(source: Source, call: Call, callee: str) -> str:
    said = fields(source, call.arguments)
    start, end = call.arguments
    if "CORSMiddleware" in callee or "CORSMiddleware" in source.text[start : min(end, start + 200)]:
        origins = said.get("allow_origins")
        pattern = said.get("allow_origin_regex")
        everything = pattern is not None and literal(source, pattern) in (".*", "^.*$", "https?://.*")
        return _ALL if everything or (origins is not None and _lets(source, origins)) else ""
    if callee in ("CORS", "cors.init_app") or (callee == "cross_origin" and _speaks(source.text)):
        if not source.imported & {"CORS", "cross_origin"}:
            return ""
        if "resources" in said:
            return _ALL if re.search(r"[\"']origins[\"']\s*:\s*\[?\s*[\"']\*[\"']", source[said["resources"]]) else ""
        if "origins" not in said:
            return "" if any("**" in name for name in said) else _ALL
        return _ALL if _lets(source, said["origins"]) else ""
    return ""


@lru_cache(maxsize=4)  # each call of a file asks
def _says(text: str, name: str) -> bool:
    return f'"{name}"' in text or f"'{name}'" in text


@lru_cache(maxsize=4)
def _speaks(text: str) -> bool:
    return "cors" in text.lower()


def _lets(source: Source, spot: Spot) -> bool:
    """Whether everybody is on a list of origins, as it is where no setting says otherwise."""
    for one in defaults(source, spot):
        start, end = one
        inner = source.split(start + 1, end - 1) if source.code[start] in "[(" and source.pairs.get(start) == end - 1 else [one]
        if any(literal(source, each) == "*" for each in inner):
            return True
    return False
