"""Files that are routes because of where they lie: Next's app and pages, and Vercel's api."""

import re
from posixpath import join
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes import METHODS, Route, Span
from pytest_agentcompliance.parsing.routes.scripts import handlers
from pytest_agentcompliance.parsing.routes.scripts.module import Module
from pytest_agentcompliance.parsing.routes.scripts.values import Function, Router, Thing, Value, View

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

APP = re.compile(r"(?:(.*)/)?app/(?:(.*)/)?route\.(?:ts|js|tsx|jsx|mjs)")
PAGES = re.compile(r"(?:(.*)/)?pages/(api(?:/.*)?)\.(?:ts|js|tsx|jsx|mjs)")
VERCEL = re.compile(r"(?:(.*)/)?(api/.*)\.(?:ts|js|mjs|tsx)")
_HEADS = re.compile(r"\b(?:export|exports)\b")
_SAID = re.compile(r"""\b(?:req|request)\.method\s*!?===?\s*["']([A-Z]{3,7})["']|\bcase\s+["']([A-Z]{3,7})["']\s*:""")
_BASE = re.compile(r"""\bbasePath\s*:\s*["'](/[\w./-]{1,100})["']""")
_VERCEL = re.compile(r"VercelRe(?:quest|sponse)|\bexport\s+(?:async\s+)?function\s+(?:GET|POST|PUT|PATCH|DELETE)\b")


def wanted(path: str, text: str) -> bool:
    """Whether a file is a route by where it lies."""
    if "route." not in path and "api/" not in path:
        return False
    lies = APP.fullmatch(path) or PAGES.fullmatch(path) or (VERCEL.fullmatch(path) and _VERCEL.search(text))
    return bool(lies) and _HEADS.search(text) is not None


def routes(machine: "Machine", paths: list[str]) -> list[Route]:
    """The routes of such files."""
    found: list[Route] = []
    for path in paths:
        said = APP.fullmatch(path) or PAGES.fullmatch(path) or VERCEL.fullmatch(path)
        module = machine.module(path)
        if said is None or module is None:
            continue
        framework = "vercel" if not APP.fullmatch(path) and not PAGES.fullmatch(path) else "next"
        root, below = said[1] or "", said[2] or ""
        if framework == "vercel" and not _of_vercel(machine, root, module):
            continue
        base = _based(machine, root)
        for url in _urls(below, pages=not APP.fullmatch(path)):
            found += _exported(machine, module, base + url, framework)
            if not APP.fullmatch(path):
                found += _answered(machine, module, base + url, framework)
    return list(dict.fromkeys(found))


def _of_vercel(machine: "Machine", root: str, module: Module) -> bool:
    return join(root, "vercel.json") in machine.places.paths or "@vercel/" in module.text


def _based(machine: "Machine", root: str) -> str:
    folder = root.removesuffix("src").rstrip("/")
    for name in ("next.config.js", "next.config.mjs", "next.config.ts"):
        if (file := join(folder, name)) in machine.places.paths and (said := _BASE.search(machine.files[file])):
            return said[1].rstrip("/")
    return ""


def _urls(below: str, *, pages: bool) -> list[str]:
    """The paths that a file answers, by its folders."""
    parts = [one for one in below.split("/") if one]
    if pages and parts and parts[-1] == "index":
        parts.pop()
    found = [""]
    for part in parts:
        if not pages and ((part.startswith("(") and part.endswith(")")) or part.startswith("@")):
            continue
        if part.startswith("_"):
            return []
        if part.startswith("[[...") and part.endswith("]]"):
            found = [*found, *(f"{one}/{{{part[5:-2]}}}" for one in found)]
        elif part.startswith("[...") and part.endswith("]"):
            found = [f"{one}/{{{part[4:-1]}}}" for one in found]
        elif part.startswith("[") and part.endswith("]"):
            found = [f"{one}/{{{part[1:-1]}}}" for one in found]
        else:
            found = [f"{one}/{part.replace('%5F', '_')}" for one in found]
    return [one or "/" for one in found]


def _exported(machine: "Machine", module: Module, url: str, framework: str) -> list[Route]:
    """The routes that exports named after methods are."""
    found: list[Route] = []
    for method in METHODS:
        if method == "TRACE" or method not in module.exports:
            continue
        value = machine.export(module, method, set())
        if isinstance(value, Router | View) or _hands_on(module, method):
            continue  # an application of another framework answers, and has routes of its own
        at, handler, statuses = _placed(machine, module, method, value)
        guards = _wrappers(module, method)
        found.append(Route(method, url, at, framework, handler, guards, statuses))
    return found


def _hands_on(module: Module, name: str) -> bool:
    said = re.search(rf"\b{name}\s*=\s*(?:\w+\.)?handle\(\s*\w+", module.text)
    return said is not None and "hono" in module.text


def _placed(machine: "Machine", module: Module, name: str, value: Value) -> tuple[Span, Span | None, frozenset[int]]:
    at = re.search(rf"\b{name}\b", module.text)
    start = at.start() if at else 0
    if isinstance(value, Function):
        function = value.within or value
        handler = function.module.span(function.node.start, function.node.end)
        said = handlers.statuses(function.module, function.node.start, function.node.end)
        if function.module is module:
            return handler, handler, said
        return module.span(start, start + 1), handler, said
    return module.span(start, start + 1), None, frozenset()


def _wrappers(module: Module, name: str) -> tuple[str, ...]:
    """The functions that a handler is wrapped in: of ``export const GET = withAuth(...)`` that."""
    said = re.search(rf"\bexport\s+const\s+{name}\b[^=\n]{{0,200}}=\s*((?:[A-Za-z_$][\w$.]*\(\s*){{1,5}})", module.text)
    if said is None:
        return ()
    return tuple(one.strip() for one in said[1].split("(") if one.strip() and one.strip() != "async")


def _answered(machine: "Machine", module: Module, url: str, framework: str) -> list[Route]:
    """The routes of a default export, by the methods that it asks for."""
    value: Value = machine.space(module, "default") if "default" in module.exports or "module.exports" in module.text else None
    if isinstance(value, Thing) and not value.fields and "default" not in module.exports:
        return []
    if isinstance(value, Router | View) or ("default" not in module.exports and not isinstance(value, Function)):
        return []
    at, handler, statuses = _placed(machine, module, "default" if "default" in module.exports else "exports", value)
    text = module.text
    methods = sorted({one for row in _SAID.findall(text) for one in row if one in METHODS and one != "OPTIONS"})
    return [Route(method, url, at, framework, handler, (), statuses) for method in methods or ["ANY"]]
