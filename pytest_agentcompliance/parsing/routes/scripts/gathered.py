"""The routes of applications, put together from what was said to each of their routers."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes import Route
from pytest_agentcompliance.parsing.routes.scripts import handlers
from pytest_agentcompliance.parsing.routes.scripts.paths import joined, written
from pytest_agentcompliance.parsing.routes.scripts.values import Declared, Mount, Router, Use

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

MOST = 20_000  # routes of one tree
DEEPEST = 20


def routes(machine: "Machine") -> tuple[list[Route], list[Route]]:
    """The routes of all applications, and those of routers that nothing is known to mount."""
    found: dict[Route, None] = {}
    loose: dict[Route, None] = {}
    free = [one for one in dict.fromkeys(machine.routers) if not one.mounted]
    budget = [MOST * 2]
    served = any(one.served for one in free)
    for router in free:
        # Of Hono each router may be an application: where one of them is known to be, the others are not.
        root = router.root and not router.doubtful and (router.framework != "hono" or router.served or not served)
        if root:
            found |= dict.fromkeys(_below(router, "", (), (), budget))
        elif router.events:
            said = list(_below(router, "", (), (), budget))
            if said:
                machine.doubt(router.module, router.at, "nothing is known to mount this router")
            loose |= dict.fromkeys(said)
    return list(found)[:MOST], [one for one in loose if one not in found][:MOST]


def _below(
    router: Router, prefix: str, outer: tuple[tuple[str, str], ...], above: tuple[Router, ...], budget: list[int]
) -> Iterator[Route]:
    """All routes of a router under a prefix, with what stands before them: each guard with the path that it holds for."""
    if router in above or len(above) > DEEPEST:
        return
    guards = list(outer)
    if router.framework == "fastify":  # a hook holds for what was registered before it too
        guards += [(prefix + one.path, name) for one in router.events if isinstance(one, Use) for name in one.guards]
    for event in router.events:
        budget[0] -= 1
        if budget[0] < 0:
            return
        if isinstance(event, Use):
            if router.framework != "fastify":
                guards += [(joined(prefix, event.path), name) for name in event.guards]
        elif isinstance(event, Mount):
            here = joined(prefix, event.path)
            held = tuple(one for one in guards if _holds(one[0], here))
            maybe = tuple(one for one in guards if one not in held and one[0].startswith(here))
            inner = (*held, *maybe, *((here, name) for name in event.guards))
            yield from _below(event.router, here, inner, (*above, router), budget)
        else:
            yield from _made(router, event, prefix, guards)


def _made(router: Router, event: Declared, prefix: str, guards: list[tuple[str, str]]) -> Iterator[Route]:
    raw = joined(prefix, event.path)
    held = tuple(dict.fromkeys([*(name for path, name in guards if _holds(path, raw)), *event.guards]))
    function = event.handler
    statuses, span = event.statuses, None
    if function is not None:
        span = function.module.span(function.node.start, function.node.end)
        statuses |= handlers.statuses(function.module, function.node.start, function.node.end)
    at = event.module.span(event.start, event.end)
    for path in written(raw, router.framework):
        yield Route(event.method, path, at, router.framework, span, held, statuses, event.body, event.hidden)


def _holds(path: str, below: str) -> bool:
    path = path.rstrip("/")
    return not path or below == path or below.startswith((path + "/", path + "*"))
