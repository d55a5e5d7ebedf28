"""The endpoints that a file of Python or TypeScript declares, what they read of a request, and whether anything checks it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pytest_agentcompliance.parsing import grammar
from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.together import Together

Reads = Literal["", "path", "query", "body"]
_SCRIPTS = frozenset({"javascript", "typescript", "tsx"})
# The grammar makes its patterns anew for each text, and one that counts takes it long: what it finds is looked at here.
_VERB = r"\.(?:get|post|put|patch|delete|all)$"
_HAS_VERB = re.compile(r"\.(?:get|post|put|patch|delete|all)")
# What a router is called, or the end of it, and all that may stand behind it, at any place of the text.
_ROUTER = re.compile(
    r"(?=(?:(app|router|server|fastify|api|hono|route|routes|v\d|instance)|Router|Routes?|App|Server|Api)"
    r"(?:\.route\([^()]{0,100}\))?\.(?:get|post|put|patch|delete|all)\Z)"
)
_BEHIND = 130  # characters that a match of it may be long
_JS_BODY = re.compile(
    r"\b(?:req|request|r)\.(?:body|files?)\b|\b(?:ctx|c|context)\.(?:request\.body|req\.(?:json|parseBody|formData|text)\()|"
    r"\b(?:req|request)\.(?:json|formData|text)\(|"
    r"\bevent\.body\b"
)
_JS_QUERY = re.compile(r"\b(?:req|request)\.query\b|\b(?:ctx|c)\.(?:req\.quer(?:y|ies)\(|query\b)|\bsearchParams\b|"
                       r"\bevent\.(?:multiValueQ|q)ueryStringParameters\b")
_COMPARED = re.compile(r"\b(?:req|request)\.query\??\.\w{1,60}\s*[!=]==?\s*[\"'`]")
_IGNORED = re.compile(r"\n[ \t]*await (?:req|request)\.(?:json|text|formData)\(\);?[ \t]*(?=\n)")  # read, and thrown away
_JS_PATH = re.compile(r"\b(?:req|request|ctx)\.params\b|\bc\.req\.param\(|\bevent\.pathParameters\b")
_JS_CHECK = re.compile(
    r"(?i)(?<!JSON)(?<!Date)(?<!qs)(?<!url)\.(?:safe)?parse(?:Async)?\(|valid|schema|celebrate|\bjoi\b|\bajv\b|\byup\b|\bz\.|"
    r"superstruct|sanitiz|assert|"
    r"\b(?:parse|decode|check|ensure|require|coerce|verify|is)[A-Z]\w*\(|\b400\b|\b422\b|bad_?request|unprocessable|signature|"
    r"constructEvent|\bif\s*\([^{};]{0,120}\bbody\??\.[^{};]{1,120}\)\s*\{?\s*throw\b|"
    r"typeof\s+[\w.]{1,60}\s*[!=]==|\bz[A-Z]\w*\.|contract|typebox|valibot|\bv\.(?:object|parse)|arktype"
)
_PARSE = re.compile(r"\b(?:parseInt|parseFloat|isNaN|JSON\.parse|requireAuth\w*|ensureAuth\w*|checkAuth\w*|verify(?:Token|Jwt|"
                    r"JWT)|isAuth\w*|requireUser|requireAdmin|"
                    r"(?:verify|check|ensure|require)\w{0,30}(?:Access|Permissions?|Owner\w*|Auth\w*|Role|Limit))\(")
_OF_NEXT = re.compile(r"(?:^|/)route\.[cm]?[jt]sx?$")
_OF_PAGES = re.compile(r"(?:^|/)(?:pages/)?api/")
_EXPORTED = re.compile(r"export\s+(?:default\s+)?(?:async\s+)?(?:const\s+)?$")
_NEST = re.compile(r"@(?:Post|Put|Patch|Delete|Get|All)\(")
_NEST_BODY = re.compile(r"@(Body|Query)\(([^()]{0,200}(?:\([^()]{0,200}\))?[^()]{0,100})\)\s*(?:readonly\s+)?(\w+)\??\s*(?::\s*("
                        r"[^,)=]{1,200}))?")
_ROUND = re.compile(r"[()]")
_DECORATOR = re.compile(r"@[\w.]{1,78}$")
_UNKNOWN = re.compile(r"(?:\.body|\.json\(\)\))\s+as\s+(?:unknown\b|Record<string, unknown>|\{[^{}]{0,300}:\s*unknown\b)")
_OPEN = re.compile(r"(?:any|unknown|object|Record<.*|Partial<.*|\{.*)?\s*", re.DOTALL)
_PY_ROUTE = re.compile(r"@[\w.]{1,80}\.(get|post|put|patch|delete|route|api_route)\(\s*(?:[rf]?[\"']([^\"'\n]{0,200})|\w+=)")
_PY_BODY = re.compile(r"\brequest\.(?:json|get_json|form|data|values|files|POST|body|stream)\b|\bawait\s+\w{1,40}\.(?:json|form|"
                      r"body)\(\)")
_PY_QUERY = re.compile(r"\brequest\.(?:args|query_params|GET)\b")
_PY_TYPED = re.compile(r"\brequest\.(?:args|values)\.get\([^()]*\btype=[^()]*\)")
_PY_CHECK = re.compile(
    r"(?i)valid|schema|serializer|parse_obj|typeadapter|marshmallow|voluptuous|cerberus|webargs|use_args|use_kwargs|"
    r"expects_json|form\.|"
    r"\b\w+\(\*\*|(?-i:\b[A-Z]\w*(?:Model|Schema|Request|Params|Input|Dto|DTO|Payload|Create|Update)\()|\b400\b|\b422\b|bad_?request|unprocessable|isinstance\(|sanitiz|\.load\(|from_dict|clean_|signature|"
    r"verify_webhook|construct_event"
)
_PY_LOOSE = re.compile(r"\w+\s*:\s*(?:dict|Dict|Any|Mapping|typing\.Any)\b(?:\[[^\]]{0,60}\])?\s*"
                       r"(?:[,)]|=(?!\s*(?:fastapi\.)?(?:Depends|Security|Query|Path|Header|Cookie)\b))")


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One endpoint: where it is declared, what it is called, what it reads that nothing checks."""

    line: int
    last: int
    name: str
    unchecked: Reads


def endpoints(path: str, text: str) -> tuple[Endpoint, ...]:
    """The endpoints of a file in order; none where its language is not known."""
    language = language_of(path, text)
    if language is None:
        return ()
    if language.name == "python":
        plain = blanked(text, path)
        found = _PYTHON.find(language.grammar, text) if _PY_ROUTE.search(plain) or "View" in text else ()
        return tuple(sorted(_of_python(found or (), plain), key=lambda one: one.line))
    if language.name in _SCRIPTS:
        plain = blanked(text, path)
        found = _SCRIPT.find(language.grammar, text) if _HAS_VERB.search(text) or _may_declare(plain, path) else None
        found = tuple(one for one in found or () if one.pattern or (one.held[0] and _is_router(text, *one.held[0])))
        return tuple(sorted(_of_script(found, plain, path), key=lambda one: one.line))
    return ()


def _may_declare(text: str, path: str) -> bool:
    """Whether something of a script could be an endpoint though no router is asked: by a decorator, or an export of such a file."""
    if _NEST.search(text):
        return True
    return "export" in text and ("event." in text or (_OF_NEXT.search(path) or _OF_PAGES.search(path)) is not None)


def _is_router(text: str, start: int, end: int) -> bool:
    """Whether what is called is a method of a router: its name stands at the start of one line, or behind a point."""
    for found in _ROUTER.finditer(text, max(start, end - _BEHIND), end):
        at = found.start()
        if found[1] is None:
            while at > start and text[at - 1].isascii() and text[at - 1].isalpha():
                at -= 1
        if at == start or (text[at - 1] == "." and text.find("\n", start, at) < 0 and text.find("\r", start, at) < 0):
            return True
    return False


_FUNCTIONS = {"any": [{"kind": "arrow_function"}, {"kind": "function_expression"}]}
_SCRIPT = Together([
    ({"rule": {"kind": "call_expression", "all": [
        {"has": {"field": "function", "pattern": "$F", "regex": _VERB}}, {"has": {"field": "arguments", "pattern": "$A"}},
    ]}}, ["F", "A"]),
    ({"rule": {"any": [
        {"kind": "function_declaration", "has": {"field": "name", "pattern": "$N"}},
        {"kind": "variable_declarator", "all": [
            {"has": {"field": "name", "pattern": "$N"}}, {"has": {"field": "value", **_FUNCTIONS}},
        ]},
        {"kind": "variable_declarator", "all": [
            {"has": {"field": "name", "pattern": "$N"}}, {"has": {"field": "value", "kind": "call_expressio"
                "n", "has": {"stopBy": "end", **_FUNCTIONS}}},
        ]},
    ]}}, ["N"]),
    ({"rule": {"kind": "method_definition", "has": {"field": "name", "pattern": "$N"}}}, ["N"]),
])  # fmt: skip
_PYTHON = Together([
    ({"rule": {"kind": "decorated_definition", "has": {"field": "definition", "kind": "function_definitio"
        "n", "has": {"field": "name", "pattern": "$N"}}}}, ["N"]),
    ({"rule": {"kind": "class_definition", "has": {"field": "superclasses", "regex": "APIView|ViewSet"}}}, []),
])


def _of_script(found: tuple[grammar.Match, ...], text: str, path: str) -> Iterator[Endpoint]:
    line = Lines(text)
    declared = [one for one in found if one.pattern == 1 and one.held[0]]
    functions = {text[slice(*one.held[0])]: text[one.start : one.end] for one in declared if one.held[0]}
    guarded = re.search(r"\.use\([^\n]{0,100}(?i:valid|schema)|setValidatorCompiler|OpenApiValidator|"
                        r"useGlobalPipes", text) is not None
    for one in found:
        if one.pattern == 0 and one.held[0] and one.held[1]:
            method = text[one.held[0][0] : one.held[0][1]].rpartition(".")[2]
            arguments = text[one.held[1][0] : one.held[1][1]]
            route = re.match(r"\(\s*([\"'`])(/[^\"'`\n]{0,200}|\*?)\1", arguments)
            chained = ".route(" in text[one.held[0][0] : one.held[0][1]]
            if (route is None and not chained) or (route and not arguments[route.end() :].strip(" ,)\n")):
                continue
            last = re.search(r",\s*([A-Za-z_$][\w$]*)\s*,?\s*\)$", arguments)
            body = arguments + (functions.get(last[1], "") if last else "")
            unchecked: Reads = "" if guarded else _unchecked_script(body, functions)
            yield Endpoint(line(one.start), line(one.end), f"{method.upper()} {route[2] if route else '?'}", unchecked)
        elif one.pattern == 1 and one.held[0]:
            name = text[one.held[0][0] : one.held[0][1]]
            exported = _EXPORTED.search(text[max(0, one.start - 40) : one.start]) is not None
            of_next = name in ("GET", "POST", "PUT", "PATCH", "DELETE") and _OF_NEXT.search(path)
            of_lambda = name in ("handler", "main") and re.search(r"\bevent\.(?:body|queryStringParameters|"
                                                                  r"pathParameters)\b", text[one.start : one.end])
            of_pages = name == "handler" and _OF_PAGES.search(path)
            if exported and (of_next or of_lambda or of_pages):
                yield Endpoint(line(one.start), line(one.end), f"{name}", _unchecked_script(text[one.start : one.end], functions))
        elif one.pattern == 2 and one.held[0]:
            yield from _of_nest(text, one, line, functions)


def _of_nest(text: str, one: grammar.Match, line: Lines, functions: Mapping[str, str]) -> Iterator[Endpoint]:
    """A method with the decorators that stand right before it."""
    dress = _dress(text, one.start)
    if not _NEST.search(dress + text[one.start : one.start + 300].partition("(")[0]):
        return
    assert one.held[0]
    method = text[one.held[0][1] : one.end]
    head = method[:3000].partition(") {")[0]
    unchecked: Reads = ""
    if not re.search(r"UsePipes|(?i:valid)", dress):
        for kind, given, _, of in _NEST_BODY.findall(head):
            if "Pipe" in given or (given.strip() and kind == "Query"):
                continue
            if _OPEN.fullmatch(of.strip()) and not given.strip():
                unchecked = "body" if kind == "Body" else "query"
        if not unchecked and "@Req(" in head:
            unchecked = _unchecked_script(method, functions)
        elif unchecked and _checks_script(method, functions):
            unchecked = ""
    yield Endpoint(line(one.start), line(one.end), text[one.held[0][0] : one.held[0][1]], unchecked)


def _dress(text: str, end: int) -> str:
    """The decorators that stand right before an offset."""
    start = end
    for _ in range(30):
        at = len(text[max(0, start - 400) : start].rstrip()) + max(0, start - 400)
        if text[at - 1 : at] == ")":
            depth = 0
            for sign in reversed(list(_ROUND.finditer(text, max(0, at - 3000), at))):
                depth += 1 if sign[0] == ")" else -1
                if not depth:
                    at = sign.start()
                    break
        named = _DECORATOR.search(text[max(0, at - 80) : at])
        if named is None:
            break
        start = at - len(named[0])
    return text[start:end]


def _unchecked_script(body: str, functions: Mapping[str, str]) -> Reads:
    body = _IGNORED.sub("\n", _COMPARED.sub(" ", body))
    asked: tuple[tuple[Reads, re.Pattern[str]], ...] = (("body", _JS_BODY), ("query", _JS_QUERY), ("path", _JS_PATH))
    reads = next((what for what, pattern in asked if pattern.search(body)), None)
    return "" if reads is None or _checks_script(body, functions) else reads


def _checks_script(body: str, functions: Mapping[str, str]) -> bool:
    if re.search(r"(?i)webhook", body) and re.search(r"\bheaders\b|\.header\(", body):
        return True  # who sent it is checked with its headers, and what it is belongs to the sender
    if _UNKNOWN.search(body):
        return True  # the compiler asks whoever uses it to look first
    if _JS_CHECK.search(_PARSE.sub(" ", body)) or re.search(r"\(\s*(?:req|request|event|ctx|c)\s*[,)](?!\s*(?::|=>|\{))(?<!=> "
                                                            r")", _calls(body)):
        return True
    called = {name for name in re.findall(r"\b([A-Za-z_$][\w$]*)\(", body) if name in functions}
    return any(_JS_CHECK.search(_PARSE.sub(" ", functions[name])) for name in sorted(called)[:50])


def _calls(body: str) -> str:
    """The body without the heads of functions, so that a request that is handed on is told from one that is taken."""
    return re.sub(r"(?:async\s*)?\([^()]{0,300}\)\s*(?::\s*[\w<>\[\], ]{1,80})?\s*(?:=>|\{)|"
                  r"function\s*\w*\s*\([^()]{0,300}\)", " ", body)


def _of_python(found: tuple[grammar.Match, ...], clean: str) -> Iterator[Endpoint]:
    if not found:
        return
    line = Lines(clean)
    helpers = _helpers(clean)
    for one in found:
        body = clean[one.start : one.end]
        if one.pattern == 0 and one.held[0]:
            route = _PY_ROUTE.search(body.partition("def ")[0])
            if route:
                name = clean[one.held[0][0] : one.held[0][1]]
                said = f"{route[2] or ''} {name}" if route[1] == "route" else f"{route[1]} {route[2] or ''}"
                yield Endpoint(line(one.start), line(one.end), said.strip(), _unchecked_python(body, route[2] or "", helpers))
        elif one.pattern == 1 and not re.search(r"serializer_class|get_serializer", body):
            for method in re.finditer(r"(?m)^([ \t]+)(?:async )?def (get|post|put|patch|create|update)\(self, request\b", body):
                rest = body[method.end() :]
                after = re.search(rf"(?m)^{method[1]}(?:@|(?:async )?def )", rest)
                inner = rest[: after.start()] if after else rest
                start = one.start + method.start()
                yield Endpoint(line(start), line(start + len(inner)), method[2], _unchecked_python("def f():" + inner, "", helpers))


def _helpers(text: str) -> frozenset[str]:
    """The functions of the file that check something."""
    parts = re.split(r"(?m)^(?=(?:async )?def \w)", text)
    named = [(re.match(r"(?:async )?def (\w+)", part), part.partition("\n@")[0]) for part in parts]
    return frozenset(name[1] for name, part in named if name and _PY_CHECK.search(part))


def _unchecked_python(body: str, route: str, helpers: frozenset[str]) -> Reads:
    if ":path}" in route or "<path:" in route or "proxy" in route:
        return ""  # it hands everything on, whatever it is
    decorators, _, rest = body.partition("def ")
    cut = re.search(r"\)\s*(?:->[^\n]{0,200})?:\s*\n", rest)
    head, inside = (rest[: cut.start() + 1], rest[cut.end() :]) if cut else ("", rest)
    if re.search(r"\brequest\s*:\s*+(?!(?:\w+\.)*(?:Http)?Request\b)", head):
        return ""  # the name is that of a declared model
    reads: Reads = "body" if _PY_BODY.search(inside) or _PY_LOOSE.search(head) else ""
    if not reads and _PY_QUERY.search(_PY_TYPED.sub(" ", inside)):
        reads = "query"
    if not reads or _PY_CHECK.search(inside) or re.search(r"(?i)valid|schema|expects|use_args|serializer|"
                                                          r"status_code=4", decorators):
        return ""
    if helpers & set(re.findall(r"\b(\w+)\(", inside)) or re.search(r"\w\((?:[^()\n]*,\s*)?request\s*[,)]", inside):
        return ""
    return reads
