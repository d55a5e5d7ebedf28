"""New routes whose operations ask who calls, and which have nothing before them that could."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence

from pytest_agentcompliance.parsing.openapi import Operation
from pytest_agentcompliance.parsing.openapi.change import Change
from pytest_agentcompliance.parsing.openapi.matching import match, shift_of
from pytest_agentcompliance.parsing.routes import Route, Routes

# What stands before a route and lets everybody pass. Whatever else does may be a guard, whatever it is called.
_HARMLESS = re.compile(
    r"(?i)cors|json|url_?encoded|helmet|morgan|compress|logg|limit|throttl|valid|parse|cookie|static|upload|multer|cach|trac|metric|"
    r"request_?id|pagina|query|params|(?:^|_)db|database|db_?session|(?:get_?)?(?:async_?)?session(?:_?local)?$|settings|config|"
    r"service|repo(?:sitory)?|store|client|queue|engine|optional|public|interceptor|serializ|transform|etag|timeout|async_?handler"
)


def lacking(
    operations: Sequence[Operation],
    after: Routes,
    before: Callable[[], Routes],
    added: Callable[[str], Collection[int]],
    *,
    asks: Callable[[Route], bool],
    elsewhere: Callable[[], bool],
) -> Iterator[tuple[Operation, Route]]:
    """The new routes that let everybody in though their operations do not.

    ``after`` and ``before`` are the routes of head and of base, those asked for where one may be accused; ``added`` gives the lines
    of a file that are new. ``asks``: whether a handler asks for itself. ``elsewhere``: whether the tree has what may guard all
    routes from outside. Where no route of the kind is guarded, and base had some, the guard is somewhere that is not read.
    """
    shift = shift_of(operations, after.routes)
    pairs = [one for one in match(operations, after.routes, shift).pairs if one.operation.secured and not one.instead]
    guarded = {one.route: is_guarded(one.route) or asks(one.route) for one in pairs}
    if all(guarded.values()):
        return
    fresh = Change(before(), after, added).fresh
    old = [one for one in guarded if one not in fresh]
    if (old and 2 * sum(guarded[one] for one in old) < len(old)) or (not any(guarded.values()) and elsewhere()):
        return
    seen: set[Route] = set()
    for one in pairs:
        if one.route in fresh and not guarded[one.route] and one.route not in seen:
            seen.add(one.route)
            yield one.operation, one.route


def is_guarded(route: Route) -> bool:
    """Whether something stands before a route that may be a guard."""
    return any(_HARMLESS.search(name) is None for name in route.guards)
