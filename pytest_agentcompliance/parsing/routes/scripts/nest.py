"""Routes of NestJS: what decorators say of controllers, under the prefixes of their applications."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes import Route
from pytest_agentcompliance.parsing.routes.scripts import handlers, names
from pytest_agentcompliance.parsing.routes.scripts.calls import CONTROLLER
from pytest_agentcompliance.parsing.routes.scripts.nest_modules import called, decorator_of, first, given, reach
from pytest_agentcompliance.parsing.routes.scripts.paths import written
from pytest_agentcompliance.parsing.routes.scripts.tree import Node
from pytest_agentcompliance.parsing.routes.scripts.values import Class, Many, Nest, Outside, Thing, Value

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.scripts.machine import Machine

_VERBS = {
    "Get": "GET", "Post": "POST", "Put": "PUT", "Patch": "PATCH", "Delete": "DELETE", "Options": "OPTIONS", "Head": "HEAD",
    "All": "ANY", "Sse": "GET",
}  # fmt: skip
_SILENT = frozenset({
    "Controller", "HttpCode", "Header", "Render", "Redirect", "Version", "UsePipes", "UseInterceptors", "UseFilters", "Injectable",
    "SerializeOptions", "ResponseMessage", "Serialize", "CacheTTL", "CacheKey", *_VERBS,
})  # fmt: skip
_NAMED = {
    "ApiOkResponse": 200, "ApiCreatedResponse": 201, "ApiAcceptedResponse": 202, "ApiNoContentResponse": 204,
    "ApiBadRequestResponse": 400, "ApiUnauthorizedResponse": 401, "ApiForbiddenResponse": 403, "ApiNotFoundResponse": 404,
    "ApiConflictResponse": 409, "ApiGoneResponse": 410, "ApiUnprocessableEntityResponse": 422, "ApiTooManyRequestsResponse": 429,
    "ApiInternalServerErrorResponse": 500,
}  # fmt: skip
_NEUTRAL = Outside("@nestjs/common", "VERSION_NEUTRAL")
_TYPE = re.compile(r"[\w$.<>\[\], |&]{1,200}")  # one that has a name
_ANCESTORS = 6
MOST = 20_000


@dataclass(slots=True)
class _Controller:
    """A controller as its application has it; ``prefixes`` are those that its module is under."""

    of: Class
    app: Nest | None
    prefixes: list[str]
    guards: list[str]
    paths: list[str]
    version: Value = None
    hidden: bool = False


def routes(machine: "Machine") -> tuple[list[Route], list[Route]]:
    """The routes of all controllers that an application holds, and those of the others."""
    controllers = [one for one in machine.classes if _decorates(machine, one) is not None]
    found: list[Route] = []
    loose: list[Route] = []
    held: set[Class] = set()
    listening = [one for one in machine.nests if one.listens]
    for app in listening or machine.nests:
        said = reach(machine, app)
        for one in controllers:
            if one in said.controllers:
                held.add(one)
                rows = _of(machine, _Controller(one, app, sorted(said.controllers[one]), said.guards, []))
                (loose if app.unknown else found).extend(rows)
    for one in controllers:
        if one not in held and (rest := list(_of(machine, _Controller(one, None, [""], [], [])))):
            machine.doubt(one.module, one.node.start, "no application is known to hold this controller")
            loose += rest
    return list(dict.fromkeys(found))[:MOST], list(dict.fromkeys(loose))[:MOST]


def _of(machine: "Machine", one: _Controller) -> Iterator[Route]:
    """The routes of one controller, and of what it inherits."""
    of = one.of
    decorator = _decorates(machine, of)
    if decorator is None:
        return
    said = _given(machine, decorator, of)
    paths = _texts(said)
    if isinstance(said, Thing):
        paths, one.version = _texts(said.fields.get("path", "")), said.fields.get("version")
    if paths is None:
        machine.doubt(of.module, decorator.start, "the path of a controller is only known when it runs")
        return
    one.paths = paths
    one.guards = [*(one.app.guards if one.app is not None else ()), *one.guards, *_guards(machine, of.decorators, of)]
    one.hidden = decorator_of(of, "ApiExcludeController") is not None
    done: set[str] = set()
    owner: Value = of
    for _ in range(_ANCESTORS):
        for member, notes in owner.members if isinstance(owner, Class) else ():
            name = member.first("property_identifier")
            key = owner.module.at(name) if name is not None else ""
            if member.kind == "method_definition" and key not in done:
                done.add(key)
                yield from _method(machine, one, owner, member, notes)
        owner = owner.above if isinstance(owner, Class) else None


def _decorates(machine: "Machine", of: Class) -> Node | None:
    """The decorator that makes a class a controller: Nest's, or one of the tree that applies it."""
    if (own := decorator_of(of, "Controller")) is not None:
        return own
    if not any(called(note, of.module) in _VERBS for _, notes in of.members for note in notes):
        return None
    return next((one for one in of.decorators if _given(machine, one, of) is not None), None)


def _given(machine: "Machine", decorator: Node, of: Class) -> Value:
    """What ``@Controller`` is given, here or in the decorator of the tree; "" where it is given nothing."""
    if called(decorator, of.module) == "Controller":
        return first(machine, decorator, of) if given(decorator) else ""
    value = machine.value(decorator.children[0], of.scope) if decorator.children else None
    for one in value if isinstance(value, Many) else [value]:
        if isinstance(one, Thing) and CONTROLLER in one.fields:
            return one.fields[CONTROLLER]
    return None


def _method(machine: "Machine", one: _Controller, owner: Class, member: Node, notes: list[Node]) -> Iterator[Route]:
    module = owner.module
    known = {called(note, module): note for note in notes}
    verbs = [(note, name) for note in notes if (name := _verb(machine, note, owner))]
    version = first(machine, known["Version"], owner) if "Version" in known else one.version
    stated = _statuses(machine, notes, owner) | handlers.statuses(module, member.start, member.end)
    held = tuple(dict.fromkeys([*one.guards, *_guards(machine, notes, owner)]))
    at = module.span(min([member.start, *(note.start for note in notes)]), member.end)
    hidden = one.hidden or "ApiExcludeEndpoint" in known
    for verb, name in verbs:
        method = _VERBS[name]
        below = _texts(first(machine, verb, owner)) if given(verb) else [""]
        if below is None:
            machine.doubt(module, verb.start, "the path of a route is only known when it runs")
        for path in dict.fromkeys(whole for inner in below or () for whole in _wholes(one, inner, version)):
            for said in written(path, "nest"):
                yield Route(
                    method, said, at, "nest", module.span(member.start, member.end), held, stated, _body(member, owner), hidden
                )


def _verb(machine: "Machine", note: Node, of: Class) -> str:
    """The name of a decorator that says a method, also where it was imported as another; empty for every other."""
    name = called(note, of.module)
    head = note.children[0] if note.children else note
    head = head.children[0] if head.kind == "call_expression" and head.children else head
    value = machine.value(head, of.scope) if head.kind == "identifier" else None
    name = value.name if isinstance(value, Outside) and value.package == "@nestjs/common" else name
    return name if name in _VERBS else ""


def _wholes(one: _Controller, inner: str, version: Value) -> Iterator[str]:
    """The paths of a route: the application's prefix, its version, its module's, its controller's, its own."""
    app = one.app
    versions: tuple[str, ...] = ("",)
    if app is not None and app.versioned not in ("", "-"):
        versions = tuple(f"{app.versioned}{said}" if said else "" for said in _versions(version) or app.version or ("",))
    for prefix in one.prefixes or [""]:
        for path in one.paths:
            rest = _slashed(prefix, path, inner)
            out = app is None or any(_excludes(said, rest) for said in app.excluded)
            for said in versions:
                yield "/" + _slashed("" if out or app is None else app.prefix, said, rest)


def _slashed(*parts: str) -> str:
    return "/".join(bare for part in parts if (bare := part.strip("/")))


def _excludes(said: str, path: str) -> bool:
    said = said.strip("/")
    head, star, _ = said.partition("(.*)" if "(.*)" in said else "*")
    return path == said or bool(star and path.startswith(head.rstrip("{")))


def _texts(value: Value) -> list[str] | None:
    if isinstance(value, str):
        return [value]
    if isinstance(value, Many) and all(isinstance(one, str) for one in value):
        return list(value)
    return None


def _versions(value: Value) -> tuple[str, ...]:
    """The versions that a decorator names; "" for the neutral one, none where it names none."""
    values = value if isinstance(value, Many) else [value]
    return tuple("" if one == _NEUTRAL else str(one) for one in values if isinstance(one, str | int) or one == _NEUTRAL)


def _guards(machine: "Machine", notes: list[Node], of: Class) -> list[str]:
    """Guards by their names, and decorators that may be some."""
    found: list[str] = []
    for one in notes:
        name = called(one, of.module)
        if name == "UseGuards":
            for node in given(one):
                found += names.of(machine, node, None, of.scope)
        elif name not in _SILENT and not name.startswith("Api"):
            found.append(name)
    return found


def _statuses(machine: "Machine", notes: list[Node], of: Class) -> frozenset[int]:
    found: set[int] = set()
    for one in notes:
        name = called(one, of.module)
        value: Value = _NAMED.get(name)
        if name in ("HttpCode", "ApiResponse"):
            value = first(machine, one, of)
            value = value.fields.get("status") if isinstance(value, Thing) else value
            value = handlers.status(value.name.rpartition(".")[2]) if isinstance(value, Outside) else value
        if isinstance(value, int) and 100 <= value <= 599:
            found.add(value)
    return frozenset(found)


def _body(member: Node, of: Class) -> str:
    """The type of the parameter that ``@Body()`` stands before."""
    listed = member.first("formal_parameters")
    for one in listed.children if listed is not None else ():
        if any(called(note, of.module) == "Body" for note in one.children if note.kind == "decorator"):
            for note in one.aside:
                if note.kind == "type_annotation":
                    said = of.module.at(note).lstrip(": \n\t")
                    return said if _TYPE.fullmatch(said) else ""
    return ""
