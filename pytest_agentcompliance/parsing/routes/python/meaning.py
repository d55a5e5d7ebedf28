"""What calls and decorators mean to FastAPI and Flask: parts that are made, mounted into others, and declare routes."""

from typing import TYPE_CHECKING

from pytest_agentcompliance.parsing.routes.python import handlers, plain
from pytest_agentcompliance.parsing.routes.python.tree import Node
from pytest_agentcompliance.parsing.routes.python.values import (
    UNKNOWN,
    Arguments,
    Called,
    Class,
    Declared,
    Decorator,
    External,
    Function,
    Method,
    Module,
    Mount,
    Part,
    Scope,
    Super,
    Unknown,
    Value,
    View,
)  # fmt: skip

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.routes.python.running import Run

VERBS = frozenset({"get", "post", "put", "patch", "delete", "head", "options", "trace"})
_DECLARES = VERBS | {"route", "api_route"}
_MOUNTS = frozenset({"include_router", "register_blueprint", "mount", "add_namespace", "register_api"})
_ADDS = frozenset({"add_api_route", "add_url_rule", "add_resource"})
OTHERS = frozenset({"aiohttp", "bottle", "cherrypy", "falcon", "litestar", "robyn", "sanic", "tornado", "starlette", "responses"})
MARKS = frozenset({"Depends", "Security", "Query", "Path", "Header", "Cookie", "Body", "Form", "File"})
_FASTAPI = frozenset({"fastapi", "fastapi_utils", "fastapi_restful", "starlette"})
_OUTSIDE = "it hangs on an application or a router that cannot be found"
_BEFORE = frozenset({"before_request", "before_app_request"})


def kind_of(value: Value, depth: int = 0) -> tuple[str, str] | None:
    """What a class makes: ("app" | "router" | "api", framework); None where it makes neither."""
    if isinstance(value, Class):
        found = (kind_of(base, depth + 1) for base in value.bases if depth < 20)
        return next((one for one in found if one), None)
    if not isinstance(value, External):
        return None
    last, package = value.last, value.package
    if last == "FastAPI":
        return "app", "fastapi"
    if last == "APIRouter" or (last.endswith("Router") and package in _FASTAPI and package != "starlette"):
        return "router", "fastapi"
    if last in ("Flask", "APIFlask", "Quart") or (last == "OpenAPI" and package == "flask_openapi3"):
        return "app", "flask"
    if last in ("Blueprint", "APIBlueprint") and package != "sanic":
        return "router", "flask"
    if last in ("Api", "Namespace") and package.startswith("flask_rest"):
        return ("api" if last == "Api" else "namespace"), "flask"
    return ("api", "flask") if last == "Api" and package == "flask_smorest" else None


def part_of(run: "Run", of: Value, given: Arguments, node: Node) -> Part | None:
    """The part that a class makes; None where it makes none."""
    kind = kind_of(of)
    if kind is None:
        return None
    made = Part("app" if kind[0] == "app" else "router", "fastapi" if kind[1] == "fastapi" else "flask", given.scope.module, node)
    made.of = of if isinstance(of, Class) else None
    run.parts.append(made)
    _started(made, kind[0], given)
    return made


def _started(made: Part, kind: str, given: Arguments) -> None:
    """What a constructor is told."""
    if made.framework == "fastapi":
        made.prefix = given.get("prefix", default=made.prefix) if made.kind == "router" else ""
        made.guards += handlers.dependencies(given.get("dependencies"))
        made.hidden = made.hidden or given.get("include_in_schema") is False
        return
    if kind == "router":
        made.prefix = given.get("url_prefix", default=made.prefix)
    elif kind == "namespace":
        name = given.get("name", 0)
        made.prefix = given.get("path", 2) or (f"/{name}" if isinstance(name, str) else UNKNOWN)
        made.guards += _names(given.get("decorators"))
    elif kind == "api":
        made.prefix = given.get("prefix", 1 if given.given and isinstance(given.get("", 0), Part) else -1, "") or ""
        made.prefix = made.prefix if isinstance(made.prefix, str) else ""
        owner = given.get("app", 0)
        if isinstance(owner, Part):
            _mount(owner, made, "", given)


def call(run: "Run", function: Value, given: Arguments, node: Node, scope: Scope) -> Value:
    """What a call gives of something that is no function or class of the tree, and what it does to parts."""
    if isinstance(function, External):
        return _library(run, function, given, node)
    if isinstance(function, Decorator):
        target = given.get("", 0)
        if isinstance(target, Function | View | Class):
            _declare(run, function, target, given.node)
        return target
    if isinstance(function, Super) or (isinstance(function, Method) and isinstance(function.of, Super)):
        bound = function.of.bound if isinstance(function, Method) and isinstance(function.of, Super) else None
        if isinstance(bound, Part) and isinstance(function, Method) and function.name == "__init__":
            kind = kind_of(bound.of)
            _started(bound, kind[0] if kind else "", given)
        elif isinstance(bound, Part) and isinstance(function, Method):
            return _asked(run, bound, function.name, given, node)
        return UNKNOWN
    if isinstance(function, Method) and isinstance(function.of, Part):
        return _asked(run, function.of, function.name, given, node)
    callee = node.children[0]
    name = callee.children[-1].text if callee.kind == "attribute" and len(callee.children) == 2 else ""
    if isinstance(function, Unknown):
        parts = [one for one, _ in given.given if isinstance(one, Part)]
        if (name in _MOUNTS and parts) or name in _ADDS:
            run.unresolved.append((scope.module, node, f"{name}: {_OUTSIDE}"))
        elif name in _DECLARES and _is_path(given.get("path", 0)):
            return Method(given, name)  # nothing is known of what it hangs on; ``decorate`` says so
        return _wrapped(function, callee, given)
    return UNKNOWN


def _wrapped(function: Value, callee: Node, given: Arguments) -> Value:
    """``login_required(view)`` gives the view, with a guard."""
    target = given.get("", 0)
    name = handlers.dotted(callee)
    if isinstance(target, Function):
        return Function(target.node, target.scope, target.decorators, target.bound, (*target.guards, name))
    return View(target.of, (*target.guards, name)) if isinstance(target, View) else UNKNOWN


def _library(run: "Run", function: External, given: Arguments, node: Node) -> Value:
    made = part_of(run, function, given, node)
    if made is not None:
        return made
    if function.name in ("os.getenv", "os.environ.get"):
        return given.get("default", 1, UNKNOWN)
    if function.name == "importlib.import_module":
        name = given.get("name", 0)
        found = run.finder.named(name, given.scope.module) if isinstance(name, str) and not name.startswith(".") else None
        return found or UNKNOWN
    if function.name == "builtins.getattr":
        name = given.get("", 1)
        return run.attribute(given.get("", 0), name) if isinstance(name, str) else UNKNOWN
    if function.package in ("builtins", "typing"):
        return plain.builtin(function.last, given)
    target = given.get("", 0)
    if isinstance(target, Function | View) and function.last not in ("Depends", "Security"):
        return _wrapped(function, node.children[0], given)
    return Called(function, given)


def _asked(run: "Run", part: Part, name: str, given: Arguments, node: Node) -> Value:
    """A method of a part."""
    if name in _DECLARES or name in ("middleware", "arguments", "response") or (name in _BEFORE and not given.given):
        return Decorator(part, name, given)
    if name in _ADDS or name == "add_route":
        _added(run, part, name, given, node)
    elif name == "include_router":
        _included(run, part, given, node)
    elif name in ("register_blueprint", "register_api", "add_namespace"):
        _registered(run, part, name, given, node)
    elif name == "namespace":
        made = Part("router", "flask", given.scope.module, node)
        run.parts.append(made)
        _started(made, "namespace", given)
        _mount(part, made, None, given)
        return made
    elif name in ("init_app", "mount"):
        _put(part, name, given)
    elif name in _BEFORE or name == "add_middleware":
        part.guards += [handlers.dotted(one) for _, one in given.given[:1]]
    return UNKNOWN


def _put(part: Part, name: str, given: Arguments) -> None:
    """``api.init_app(app)`` and ``app.mount("/path", app)``."""
    other = given.get("app", 0 if name == "init_app" else 1)
    if not isinstance(other, Part) or other is part:
        return
    if name == "init_app":
        _mount(other, part, "", given)
    else:
        prefix = given.get("path", 0)
        _mount(part, other, prefix.rstrip("/") if isinstance(prefix, str) else UNKNOWN, given)


def _registered(run: "Run", part: Part, name: str, given: Arguments, node: Node) -> None:
    child = given.get({"register_api": "api", "add_namespace": "ns"}.get(name, "blueprint"), 0)
    key = "path" if name == "add_namespace" else "url_prefix"
    if isinstance(child, Part):
        _mount(part, child, given.get(key, 1 if name == "add_namespace" else -1), given)
    elif isinstance(child, External | Called):
        run.unresolved.append((given.scope.module, node, f"{name}: it is a library's"))
    else:
        run.unresolved.append((given.scope.module, node, f"{name}: what is mounted cannot be found"))


def _mount(owner: Part, child: Part, prefix: Value, given: Arguments) -> None:
    replaces = owner.framework == "flask" and prefix is not None
    known = UNKNOWN if given.open and prefix is None else prefix
    child.mounted = True
    guards = tuple(handlers.dependencies(given.get("dependencies")))
    hidden = given.get("include_in_schema") is False
    owner.mounts.append(Mount(child, known, given.scope.module, given.node, guards, hidden, replaces))


def _included(run: "Run", part: Part, given: Arguments, node: Node) -> None:
    child = given.get("router", 0)
    if isinstance(child, Part):
        _mount(part, child, given.get("prefix", default=UNKNOWN if given.open else ""), given)
    elif isinstance(child, External | Called):
        run.unresolved.append((given.scope.module, node, "include_router: the router is a library's"))
    elif child is not None:
        run.unresolved.append((given.scope.module, node, "include_router: the router cannot be found"))


def _added(run: "Run", part: Part, name: str, given: Arguments, node: Node) -> None:
    """A route that a call declares."""
    if name == "add_resource":
        target, module, written = given.get("resource", 0), *_written(run, given, node)
        found = [path for path, _ in given.given[1:]] + ([UNKNOWN] if given.cut else [])
        part.declared += [Declared(path, None, module, written, target, resource=True) for path in found]
        return
    of_flask = name == "add_url_rule"
    path = given.get("rule" if of_flask else "path", 0, UNKNOWN)
    target = given.get("view_func" if of_flask else "endpoint" if name == "add_api_route" else "route", 2 if of_flask else 1)
    declared = _declared(path, given, target, node)
    declared.module, declared.node = _written(run, given, node)
    declared.hidden = declared.hidden or name == "add_route"
    part.declared.append(declared)


def _written(run: "Run", given: Arguments, node: Node) -> tuple[Module, Node]:
    """Where a path is written: in a call itself, or in the call of the function that hands it on."""
    for one in (given, *reversed(run.calls)):
        if any(part.kind == "string" for part in one.node.walk()):
            return one.scope.module, node if one is given else one.node
    return given.scope.module, node


def _declared(path: Value, given: Arguments, target: Value, node: Node) -> Declared:
    methods: tuple[str, ...] | None = () if isinstance(target, View) else ("GET",)
    asked = given.get("methods", -1, UNKNOWN if given.open else None)
    if asked is not None:
        said = plain.strings(asked)
        methods = tuple(dict.fromkeys(one.upper() for one in said)) if said else None
    return Declared(
        path, methods, given.scope.module, node, target, tuple(handlers.dependencies(given.get("dependencies"))),
        handlers.stated(given), given.get("include_in_schema") is False or given.get("hide") is True, isinstance(target, View),
    )  # fmt: skip


def decorate(run: "Run", value: Value, made: Function | Class, node: Node, scope: Scope) -> None:
    """What a decorator does with a function or a class."""
    if isinstance(value, Decorator):
        _declare(run, value, made, node)
    elif isinstance(value, Method) and isinstance(value.of, Part) and value.name in _BEFORE:
        value.of.guards.append(made.name)
    elif isinstance(value, Method) and isinstance(value.of, Arguments):
        run.loose.append((scope.module, node, value.name, value.of.get("path", 0), made))


def _declare(run: "Run", decorator: Decorator, made: Function | Class | View, node: Node) -> None:
    part, name, given = decorator.part, decorator.method, decorator.arguments
    if name == "middleware":
        part.guards.append(made.name if isinstance(made, Function) else "")
        return
    if name in _BEFORE:
        if isinstance(made, Function):
            part.guards.append(made.name)
        return
    if name not in _DECLARES:
        return
    if isinstance(made, Class):
        for path, _ in given.given:
            part.declared.append(Declared(path, None, given.scope.module, node, made, resource=True))
        return
    declared = _declared(given.get("path" if part.framework == "fastapi" else "rule", 0, UNKNOWN), given, made, node)
    declared.hidden = declared.hidden or (part.framework == "fastapi" and name == "route")
    if name in VERBS:
        declared.methods = (name.upper(),)
    part.declared.append(declared)


def _is_path(value: Value) -> bool:
    return isinstance(value, str) and value.startswith("/")


def _names(value: Value) -> list[str]:
    found = value if isinstance(value, list) else []
    return [one.last if isinstance(one, External) else one.name for one in found if isinstance(one, External | Function)]

