"""Routes of JavaScript and TypeScript: Express, Fastify, NestJS, Hono, Next and Vercel."""

import re
from collections.abc import Mapping

from pytest_agentcompliance.parsing.routes import Route, Routes, Unresolved

ENDINGS = (".ts", ".js", ".tsx", ".jsx", ".mts", ".mjs", ".cts", ".cjs")
# What a file has that declares routes, mounts routers, or makes an application.
SIGNS = re.compile(
    r"""["'`](?:express|fastify|fastify-plugin|hono|@nestjs/(?:common|core)|@hono/[\w-]+|hono/[\w/-]+|@fastify/[\w-]+|router"""
    r"""|express-promise-router|next/server|next|@vercel/node)["'`]"""
    r"|\b(?:app|router|server|fastify|api|routes?|[a-z]\w*(?:Router|App|Api|Routes?))\s*\.\s*"
    r"(?:get|post|put|patch|delete|all|use|route|register)\s*[(<]"
    r"|@(?:Controller|Module)\(|\.listen\(|\bserve\(|\bnew \w*(?:App|Server|Application)\("
)
_EXPORTS = re.compile(r"\bexport\b|\bexports\b")
_SETTINGS = re.compile(r"(?:.*/)?(?:package|[jt]sconfig(?:\.\w+)?|vercel)\.json|(?:.*/)?next\.config\.[mc]?[jt]s")
_ASIDE = re.compile(r"(?:^|/)(?:node_modules|dist|\.next|coverage)/|\.d\.[mc]?ts$|\.min\.js$")


def is_candidate(path: str, text: str) -> bool:
    """Whether a file may declare, mount or serve a route, by its text alone."""
    from pytest_agentcompliance.parsing.routes.scripts import folders

    if not path.endswith(ENDINGS) or _ASIDE.search(path):
        return False
    return SIGNS.search(text) is not None or folders.wanted(path, text)


def is_setting(path: str) -> bool:
    """Whether a file says what imports and folders mean: a reader of routes is given those of a tree too."""
    return _SETTINGS.fullmatch(path) is not None


def read(files: Mapping[str, str]) -> Routes:
    """The routes of the files among these that are of this language; never fails."""
    paths = sorted(path for path in files if path.endswith(ENDINGS) and is_candidate(path, files[path]))
    if not paths:
        return Routes()
    from pytest_agentcompliance.parsing.routes.scripts import folders, gathered, idle, nest
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

    machine = Machine(files)
    for path in paths:
        if machine.module(path, candidate=True) is None:
            machine.unresolved[path, 1, "no grammar reads this file"] = None
    idle.run(machine)
    machine.limit = machine.steps + 500_000
    found, loose = gathered.routes(machine)
    more, others = nest.routes(machine)
    found += [*more, *folders.routes(machine, [one for one in paths if folders.wanted(one, files[one])])]
    return Routes(
        tuple(sorted(dict.fromkeys(found), key=_order)),
        tuple(Unresolved(*one) for one in sorted(machine.unresolved)),
        tuple(sorted(dict.fromkeys([*loose, *others]), key=_order)),
    )


def _order(one: Route) -> tuple[str, int, str, str]:
    return one.at.path, one.at.line, one.path, one.method
