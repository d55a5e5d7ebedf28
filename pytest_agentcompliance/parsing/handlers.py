"""The functions of a file that answer requests: which lines each has, and what it answers."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.grammar import Match
from pytest_agentcompliance.parsing.languages import SCRIPTS, language_of
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.remembered import remembered
from pytest_agentcompliance.parsing.together import Together

LONGEST = 1_000_000  # characters of a file that is read
MOST = 2000  # handlers of one file

_VERBS = r"get|post|put|patch|delete|del|all|head|options|use|on"
# The grammar makes its patterns anew for each text, and one that counts takes it longer than the parse: the grammar is asked by
# these, and what it finds is looked at here.
_VERB = rf"\.(?:{_VERBS})$"
_HAS_VERB = re.compile(rf"\.(?:{_VERBS})")
_TAKEN = r"^\(\s*_?(?:req|request|c|ctx|context)\b"
_HAS_TAKEN = re.compile(r"\(\s*_?(?:req|c)")
# What a router is called, or the end of it, and all that may stand behind it, at any place of the text.
_ROUTER = re.compile(
    r"(?=(?:(app|router|server|fastify|api|hono|route|routes|v\d|instance|typed)|Router|Routes?|App|Server|Api)"
    r"(?:<[^<>()]{0,200}>)?(?:\.route\([^()]{0,100}\))?(?:\.withTypeProvider(?:<[^<>]{0,60}>)?\(\))?"
    rf"\.(?:{_VERBS})\Z)"
)
_BEHIND = 420  # characters that a match of it may be long
_PATH = re.compile(r"\(\s*([\"'`])(/[^\"'`\n]{0,200}|\*|)\1")
_NAMED = re.compile(r"\(\s*\w+(?:\.\w+){0,4}\s*,")
# Two parameters that are a request and what answers it.
_ANSWERS = re.compile(r"\(\s*_?(?:req|request)\s*(?::[^,]*(?:,[^,()]*>)?)?,\s*_?(?:res|response|reply|rep)\b")
_LETTER = r"(?:\w|[^\0-\x7f])"
_CONTEXT = re.compile(
    rf"\(\s*_?(?:c|ctx|context)\s*:\s*(?:{_LETTER}+\.)?{_LETTER}*Context(?:<[^()]{{0,200}}>)?\s*+,?\s*+\)\Z"
)
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
_VIEW_WORDS = ("View", "Resource", "HTTPEndpoint")  # one of them stands in each of those names
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


@remembered
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
        found = _of_scripts(path, text, name)
    elif name == "python":
        found = _of_python(path, text)
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
_SCRIPT = Together([
    ({"rule": {"kind": "call_expression", "all": [
        {"has": {"field": "function", "pattern": "$NAME", "regex": _VERB}},
        {"has": {"field": "arguments", "pattern": "$GIVEN", "any": [
            {"has": _FUNCTION}, {"has": {"kind": "call_expression", "has": {"field": "arguments", "has": _FUNCTION}}}]}}]}},
     ["NAME", "GIVEN"]),
    ({"rule": {"any": [
        {"kind": one} for one in ("function_declaration", "arrow_function", "function_expression", "method_definition")],
               "has": {"field": "parameters", "pattern": "$TAKEN", "regex": _TAKEN}}}, ["TAKEN"]),
    ({"rule": {"kind": "method_definition", "all": [
        {"has": {"field": "name", "pattern": "$NAME"}},
        {"inside": {"kind": "class_body", "inside": {"kind": "class_declaration", "pattern": "$CLASS"}}}]}}, ["NAME", "CLASS"]),
    ({"rule": {"kind": "export_statement", "any": [
        {"has": {"field": "declaration", "kind": "function_declaration", "has": {"field": "name", "pattern": "$NAME"}}},
        {"has": {"field": "declaration", "kind": "lexical_declaration", "has": {"kind": "variable_declarator", "has": {
            "field": "name", "pattern": "$NAME"}}}}]}}, ["NAME"]),
])  # fmt: skip
_PYTHON = Together([
    ({"rule": {"kind": "decorated_definition", "has": {"field": "definition", "kind": "function_definition", "has": {
        "field": "name", "pattern": "$NAME"}}}}, ["NAME"]),
    ({"rule": {"kind": "function_definition", "all": [
        {"has": {"field": "name", "pattern": "$NAME"}},
        {"inside": {"stopBy": {"kind": "class_definition"}, "kind": "class_definition", "has": {
            "field": "superclasses", "regex": _VIEW}}}]}}, ["NAME"]),
    ({"rule": {"kind": "function_definition", "all": [
        {"has": {"field": "name", "pattern": "$NAME"}}, {"has": {"field": "parameters", "regex": r"^\(\s*request\b"}},
        {"inside": {"kind": "module"}}]}}, ["NAME"]),
])  # fmt: skip


def _of_scripts(path: str, text: str, name: str) -> list[tuple[int, int, str]]:
    can = (_HAS_VERB.search(text), _HAS_TAKEN.search(text), "Controller" in text, _OF_NEXT.search(path))
    asked = [at for at, may in enumerate(can) if may]
    found = _SCRIPT.find(name, text, asked) if asked else None
    return list(_scripts_told(found, text, blanked(text, "x.ts"))) if found else []


def _scripts_told(found: Sequence[Match], text: str, plain: str) -> Iterator[tuple[int, int, str]]:
    for one in found:
        if one.pattern == 0 and one.held[0] and one.held[1] and _is_router(text, *one.held[0]):
            verb = plain[one.held[0][0] : one.held[0][1]].rpartition(".")[2]
            given = plain[slice(*one.held[1])]
            route = _PATH.match(given)
            routed = ".route(" in plain[one.held[0][0] : one.held[0][1]][-200:]
            named = _NAMED.match(given) and re.search(r"\b(?:res|reply|c|ctx)\.", given)
            if verb not in ("use", "on") and (route or routed or named):
                yield one.held[1][0], one.held[1][1], f"{verb.upper()} {route[2] if route else '?'}"
            elif verb == "on" and re.match(r"\(\s*\[?\s*[\"'](?:GET|POST|PUT|PATCH|DELETE)\b", given):
                yield one.held[1][0], one.held[1][1], "on"
        elif one.pattern == 1 and one.held[0] and _is_asked(text, *one.held[0]):
            said = plain[one.start : one.end]
            is_request = re.search(_TAKES, said[:400]) is not None
            if not _MIDDLEWARE.search(said) and (is_request or _HAS_CONTEXT.search(plain)):
                yield one.start, one.end, _called(plain[max(0, one.start - 400) : one.start], said)
        elif one.pattern == 2 and one.held[0] and one.held[1]:
            head = plain[max(0, one.held[1][0] - 600) : one.held[1][0]].rpartition("}")[2]
            beside = plain[one.held[1][0] : one.held[1][0] + 2000].partition("class ")[0]
            name = plain[slice(*one.held[0])]
            if name != "constructor" and (_CONTROLLER.search(head) or _CONTROLLER.search(beside)):
                yield one.start, one.end, name
        elif one.pattern == 3 and one.held[0] and (name := plain[slice(*one.held[0])]) in _NEXT_METHODS:
            yield one.start, one.end, name


def _is_asked(text: str, start: int, end: int) -> bool:
    """Whether these parameters are a request and what answers it, or the context of both."""
    return (_ANSWERS.match(text, start, end) or _CONTEXT.match(text, start, end)) is not None


def _is_router(text: str, start: int, end: int) -> bool:
    """Whether what is called is a method of a router: its name stands at the start of one line, behind a point, or a bracket."""
    for found in _ROUTER.finditer(text, max(start, end - _BEHIND), end):
        at = found.start()
        if found[1] is None:
            while at > start and (text[at - 1].isalnum() or text[at - 1] in "_$" or text[at - 1] > "\x7f"):
                at -= 1
        if at == start or (text[at - 1] in ".)" and text.find("\n", start, at) < 0 and text.find("\r", start, at) < 0):
            return True
    return False


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


def _of_python(path: str, text: str) -> list[tuple[int, int, str]]:
    plain = blanked(text, "x.py")
    of_django = "django" in plain or path.rpartition("/")[2].startswith("views")
    can = (_DECORATED.search(plain), any(word in text for word in _VIEW_WORDS), of_django and "request" in text)
    asked = [at for at, may in enumerate(can) if may]
    found = _PYTHON.find("python", text, asked) if asked else None
    return list(_python_told(found or (), plain))


def _python_told(found: Sequence[Match], plain: str) -> Iterator[tuple[int, int, str]]:
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
        elif one.pattern == 2 or name in _VIEW_METHODS:
            yield one.start, one.end, name
