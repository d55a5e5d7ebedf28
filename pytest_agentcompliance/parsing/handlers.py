"""The functions of a file that answer requests: which lines each has, and what it answers."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.languages import SCRIPTS, language_of
from pytest_agentcompliance.parsing.lines import Lines

LONGEST = 1_000_000  # characters of a file that is read
MOST = 2000  # handlers of one file

_VERBS = r"get|post|put|patch|delete|del|all|head|options|use|on"
_SERVER = (
    r"(?:.*[.)])?(?:app|router|server|fastify|api|hono|route|routes|v\d|instance|typed|[\w$]*(?:Router|Routes?|App|Server|Api))"
)
_TYPED = r"(?:\.withTypeProvider(?:<[^<>]{0,60}>)?\(\))?"
_CALLED = rf"^{_SERVER}(?:<[^<>()]{{0,200}}>)?(?:\.route\([^()]{{0,100}}\))?{_TYPED}\.(?:{_VERBS})$"
_PATH = re.compile(r"\(\s*([\"'`])(/[^\"'`\n]{0,200}|\*|)\1")
_NAMED = re.compile(r"\(\s*\w+(?:\.\w+){0,4}\s*,")
# Two parameters that are a request and what answers it.
_ANSWERS = r"^\(\s*_?(?:req|request)\s*(?::[^,]*(?:,[^,()]*>)?)?,\s*_?(?:res|response|reply|rep)\b"
_CONTEXT = r"^\(\s*_?(?:c|ctx|context)\s*:\s*(?:\w+\.)?\w*Context(?:<[^()]{0,200}>)?\s*,?\s*\)$"
_HAS_CONTEXT = re.compile(r"[\"'](?:hono|koa|elysia|@koa/|@hono/|@oak/|https://deno\.land/x/oak)")
_TAKES = r"\(\s*_?(?:req|request)\b"
_NEXT_METHODS = frozenset({"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"})
_OF_NEXT = re.compile(r"(?:^|/)app/(?:.*/)?route\.[cm]?[jt]sx?$")
_CONTROLLER = re.compile(r"@(?:Rest|Json)?Controller\b")
_ROUTED = re.compile(r"@(?:Get|Post|Put|Patch|Delete|All|Head|Options|Sse)\(")
_DECORATED = re.compile(
    r"@[\w.]{1,80}\.(get|post|put|patch|delete|head|options|route|api_route)\(\s*(?:path\s?=\s?)?"
    r"(?:[rf]?([\"'])(/[^\"'\n]{0,200}|)\2|\w+\s?[,)])"
)
_VIEW = r"\b(?:MethodView|Resource|APIView|HTTPEndpoint|ViewSet|ModelViewSet|GenericAPIView|View)\b"
_VIEW_METHODS = frozenset({
    "get", "post", "put", "patch", "delete", "list", "create", "retrieve", "update", "destroy", "partial_update",
})  # fmt: skip
# A file without one of these has no handler in it.
_SIGN_OF_SCRIPT = re.compile(
    r"\b_?req(?:uest)?\b|@\w{0,10}Controller\b|\.(?:get|post|put|patch|delete|del|all|head|options|on)(?:<[^()\n]{0,200}>)?\(\s*[\[\"'`]|"
    r"\bc(?:tx|ontext)?\s?:\s?\w{0,40}Context\b|\.route\(|\bexport\s[^\n]{0,30}\b(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS)\b"
)
_SIGN_OF_PYTHON = re.compile(
    rf"@[\w.]{{1,80}}\.(?:get|post|put|patch|delete|head|options|route|api_route)\(|{_VIEW}|\(\s*request\b"
)
_MIDDLEWARE = re.compile(r"\bnext\(\s*\)")
_ROUTED = re.compile(r"\.(get|post|put|patch|delete|all)\(\s{0,20}[\"'`](/[^\"'`\n]{0,120})[\"'`],[^;{}]{0,240}$")


@dataclass(frozen=True, slots=True)
class Handler:
    """One function that answers: offsets and lines of all of it, and its name: ``GET /users``, what it is called, or none."""

    line: int
    last: int
    start: int
    end: int
    name: str


@lru_cache(maxsize=64)
def handlers(path: str, text: str) -> tuple[Handler, ...]:
    """The handlers of a file of Python, TypeScript or JavaScript in order; none of another. Never fails.

    They are known by where they stand (in a call of a router, under a route's decorator, in a controller) or by what they
    take (a request and a response). What calls ``next()`` is middleware, and no handler.
    """
    language = language_of(path, text)
    name = language.grammar if language is not None else ""
    sign = _SIGN_OF_PYTHON if name == "python" else _SIGN_OF_SCRIPT
    if len(text) > LONGEST or not sign.search(text):
        return ()
    if name in SCRIPTS:
        plain = blanked(text, "x.ts")
        found = list(_of_scripts(grammar.find(_SCRIPT, name, text) or (), plain, path))
    elif name == "python":
        plain = blanked(text, "x.py")
        found = list(_of_python(grammar.find(_PYTHON, name, text) or (), plain, path))
    else:
        return ()
    line, end = Lines(text), -1
    told: list[Handler] = []
    for start, last, said in sorted(found, key=lambda one: (one[0], -one[1])):
        if start >= end and len(told) < MOST:  # one that stands in another is a part of it
            told.append(Handler(line(start), line(max(start, last - 1)), start, last, said[:120]))
            end = last
    return tuple(told)


_FUNCTION: dict[str, Any] = {"any": [{"kind": "arrow_function"}, {"kind": "function_expression"}]}
_SCRIPT: list[tuple[dict[str, Any], list[str]]] = [
    ({"rule": {"kind": "call_expression", "all": [
        {"has": {"field": "function", "pattern": "$NAME", "regex": _CALLED}},
        {"has": {"field": "arguments", "pattern": "$GIVEN", "any": [
            {"has": _FUNCTION}, {"has": {"kind": "call_expression", "has": {"field": "arguments", "has": _FUNCTION}}}]}}]}},
     ["NAME", "GIVEN"]),
    ({"rule": {"any": [
        {"kind": one} for one in ("function_declaration", "arrow_function", "function_expression", "method_definition")],
               "has": {"field": "parameters", "any": [{"regex": _ANSWERS}, {"regex": _CONTEXT}]}}}, []),
    ({"rule": {"kind": "method_definition", "all": [
        {"has": {"field": "name", "pattern": "$NAME"}},
        {"inside": {"kind": "class_body", "inside": {"kind": "class_declaration", "pattern": "$CLASS"}}}]}}, ["NAME", "CLASS"]),
    ({"rule": {"kind": "export_statement", "any": [
        {"has": {"field": "declaration", "kind": "function_declaration", "has": {"field": "name", "pattern": "$NAME"}}},
        {"has": {"field": "declaration", "kind": "lexical_declaration", "has": {"kind": "variable_declarator", "has": {
            "field": "name", "pattern": "$NAME"}}}}]}}, ["NAME"]),
]  # fmt: skip
_PYTHON: list[tuple[dict[str, Any], list[str]]] = [
    ({"rule": {"kind": "decorated_definition", "has": {"field": "definition", "kind": "function_definition", "has": {
        "field": "name", "pattern": "$NAME"}}}}, ["NAME"]),
    ({"rule": {"kind": "function_definition", "all": [
        {"has": {"field": "name", "pattern": "$NAME"}},
        {"inside": {"stopBy": {"kind": "class_definition"}, "kind": "class_definition", "has": {
            "field": "superclasses", "regex": _VIEW}}}]}}, ["NAME"]),
    ({"rule": {"kind": "function_definition", "all": [
        {"has": {"field": "name", "pattern": "$NAME"}}, {"has": {"field": "parameters", "regex": r"^\(\s*request\b"}},
        {"inside": {"kind": "module"}}]}}, ["NAME"]),
]  # fmt: skip


def _of_scripts(found: tuple[grammar.Match, ...], plain: str, path: str) -> Iterator[tuple[int, int, str]]:
    of_next = _OF_NEXT.search(path) is not None
    for one in found:
        if one.pattern == 0 and one.held[0] and one.held[1]:
            verb = plain[one.held[0][0] : one.held[0][1]].rpartition(".")[2]
            given = plain[slice(*one.held[1])]
            route = _PATH.match(given)
            routed = ".route(" in plain[one.held[0][0] : one.held[0][1]][-200:]
            named = _NAMED.match(given) and re.search(r"\b(?:res|reply|c|ctx)\.", given)
            if verb not in ("use", "on") and (route or routed or named):
                yield one.held[1][0], one.held[1][1], f"{verb.upper()} {route[2] if route else '?'}"
            elif verb == "on" and re.match(r"\(\s*\[?\s*[\"'](?:GET|POST|PUT|PATCH|DELETE)\b", given):
                yield one.held[1][0], one.held[1][1], "on"
        elif one.pattern == 1:
            said = plain[one.start : one.end]
            taken = re.search(_TAKES, said[:400]) is not None
            if not _MIDDLEWARE.search(said) and (taken or _HAS_CONTEXT.search(plain)):
                yield one.start, one.end, _called(plain[max(0, one.start - 400) : one.start], said)
        elif one.pattern == 2 and one.held[0] and one.held[1]:
            head = plain[max(0, one.held[1][0] - 600) : one.held[1][0]].rpartition("}")[2]
            if _CONTROLLER.search(head) or _CONTROLLER.search(plain[one.held[1][0] :][:2000].partition("class ")[0]):
                name = plain[slice(*one.held[0])]
                if name != "constructor":
                    yield one.start, one.end, name
        elif one.pattern == 3 and of_next and one.held[0]:
            name = plain[slice(*one.held[0])]
            if name in _NEXT_METHODS:
                yield one.start, one.end, name


def _called(before: str, said: str) -> str:
    """What a function is called: by the name that it is given to, by the route that it is handed to, by its own; or nothing."""
    given = re.search(r"([\w$]+)\s*[:=]\s*(?:\w+\(\s*)?(?:async\s*)?$", before[-120:])
    if given:
        return given[1]
    routed = _ROUTED.search(before)
    if routed:
        return f"{routed[1].upper()} {routed[2]}"
    own = re.match(r"(?:(?:public|private|static|async|export|default|function)\s+)*([\w$]+)\s*[(<]", said)
    return own[1] if own and own[1] != "async" else ""


def _of_python(found: tuple[grammar.Match, ...], plain: str, path: str) -> Iterator[tuple[int, int, str]]:
    of_django = "django" in plain or path.rpartition("/")[2].startswith("views")
    for one in found:
        if one.held[0] is None:
            continue
        name = plain[slice(*one.held[0])]
        if one.pattern == 0:
            dress = plain[one.start : one.held[0][0]]
            route = _DECORATED.search(dress)
            if route:
                verb = "" if route[1] in ("route", "api_route") else route[1].upper()
                yield one.start, one.end, f"{verb} {route[3]}".strip() if route[3] else name
        elif (one.pattern == 1 and name in _VIEW_METHODS) or (one.pattern == 2 and of_django):
            yield one.start, one.end, name
