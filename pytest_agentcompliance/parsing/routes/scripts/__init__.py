"""Routes of JavaScript and TypeScript: Express, Fastify, NestJS, Hono, Next and Vercel."""

import re
from collections.abc import Mapping
from dataclasses import replace

from pytest_agentcompliance.parsing.routes import Route, Routes, Span, Unresolved
from pytest_agentcompliance.parsing.routes.keeping import once

ENDINGS = (".ts", ".js", ".tsx", ".jsx", ".mts", ".mjs", ".cts", ".cjs")
# What a file has that declares routes, mounts routers, or makes an application. Words are searched much quicker than patterns.
SIGNS = (
    ".use(", ".register(", ".register<", ".openapi(", ".basePath(", ".listen(", ".route(", ".route<", "express(", "Router(",
    "astify(", "Hono", "serve(", "App(", "Server(", "Application(", "Routes(", "NestFactory", "APP_GUARD", "@Module(",
    "@Controller", "@Get(", "@Post(", "@Put(", "@Patch(", "@Delete(", "@All(",
)  # fmt: skip
_VERBS = tuple(
    f".{verb}{sign}" for verb in ("get", "post", "put", "patch", "delete", "options", "head", "all", "on") for sign in "(<"
)
_DECLARES = re.compile(
    r"""\.(?:get|post|put|patch|delete|options|head|all|on)(?:<[^<>()\n]{0,200}>)?\(\s*(?:\[\s*)?["'`](?:[/*:]|["'`]|\$\{)"""
    r"|(?<=app|ter|ify|ver|api|ute|tes)\.(?:get|post|put|patch|delete|all)(?:<[^<>()\n]{0,200}>)?\("
)
_ASIDE = re.compile(r"(?:^|/)(?:node_modules|dist|\.next|coverage)/|\.d\.[mc]?ts$|\.min\.js$")


def is_candidate(path: str, text: str) -> bool:
    """Whether a file may declare, mount or serve a route, by its text alone. Handlers and constants may lie in others."""
    from pytest_agentcompliance.parsing.routes.scripts import folders

    if not path.endswith(ENDINGS) or _ASIDE.search(path):
        return False
    return _signed(text) or folders.wanted(path, text)


def _signed(text: str) -> bool:
    return any(one in text for one in SIGNS) or (any(one in text for one in _VERBS) and _DECLARES.search(text) is not None)


def _looked(path: str, text: str) -> tuple[bool, bool]:
    """Whether a file may have routes for what it says, and for where it lies."""
    from pytest_agentcompliance.parsing.routes.scripts import folders

    return once(("looked", path, text), lambda: (_signed(text), folders.wanted(path, text)))


def read(files: Mapping[str, str]) -> Routes:
    """The routes of the files among these that are of this language; never fails."""
    from pytest_agentcompliance.parsing.routes.scripts import folders

    full: set[str] = set()
    lying: list[str] = []
    for path in sorted(files):
        if path.endswith(ENDINGS) and not _ASIDE.search(path):
            runs, lies = _looked(path, files[path])  # it may be read only now
            full |= {path} if runs else set()
            lying += [path] if lies else []
    if not full and not lying:
        return Routes()
    from pytest_agentcompliance.parsing.routes.scripts import gathered, idle, nest
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

    machine = Machine(files, frozenset(full))
    for path in sorted(machine.full):
        if machine.module(path) is None:
            machine.unresolved[path, 1, "no grammar reads this file"] = None
    idle.run(machine)
    machine.limit = machine.steps + 500_000
    machine.keen = 1
    machine.depth = 0
    found, loose = gathered.routes(machine)
    more, others = nest.routes(machine)
    found += [*more, *folders.routes(machine, lying)]
    doubts = tuple(Unresolved(*one) for one in sorted(machine.unresolved))
    return Routes(_merged(found), doubts, _merged([*loose, *others]))


def _merged(routes: list[Route]) -> tuple[Route, ...]:
    """In order; of what several applications mount at one path, the guards are those that all of them have."""
    known: dict[tuple[str, str, Span], Route] = {}
    for one in routes:
        key = one.method, one.path, one.at
        old = known.get(key, one)
        guards = tuple(guard for guard in old.guards if guard in one.guards)
        known[key] = replace(old, guards=guards, statuses=old.statuses | one.statuses)
    return tuple(sorted(known.values(), key=_order))


def _order(one: Route) -> tuple[str, int, str, str]:
    return one.at.path, one.at.line, one.path, one.method
