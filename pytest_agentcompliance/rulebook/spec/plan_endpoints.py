"""spec/plan-endpoints: the endpoints that the plan describes are built as it describes them, with every case of error."""

from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Document, Documents, Tree
from pytest_agentcompliance.evidence.tree import Texts
from pytest_agentcompliance.parsing.defaults import BESIDE, ENDINGS, PROJECTS, UNSERVED
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: the readers are imported when a route may have changed
    from pytest_agentcompliance.parsing.openapi import Operation
    from pytest_agentcompliance.parsing.openapi.held import Held
    from pytest_agentcompliance.parsing.openapi.matching import Match
    from pytest_agentcompliance.parsing.plan import Plan, PlanEndpoint
    from pytest_agentcompliance.parsing.plan.code import Code
    from pytest_agentcompliance.parsing.plan.standing import Standing
    from pytest_agentcompliance.parsing.routes import Route, Routes

# What the lines say by which endpoints, their bodies or their errors come, go or change.
_SAYS = (
    rb"\.(?:get|post|put|patch|delete|all|route|use|register|mount|group)(?:<[^<>]{0,80}>)?\(",
    rb"@(?:Get|Post|Put|Patch|Delete|All|Controller|Is[A-Z])",
    rb"APIRouter", rb"include_router", rb"add_(?:url_rule|api_route|resource)", rb"lueprint", rb"refix", rb"MethodView",
    rb"export .{0,40}\b(?:GET|POST|PUT|PATCH|DELETE)\b", rb"BaseModel", rb"(?m)^[+-]?[ \t]{1,40}\w{1,60}: ", rb"z\.\w", rb"oi\.\w",
    rb"status", rb"HTTP", rb"rror",
)  # fmt: skip
_BUILT = 0.75  # of the endpoints of a section that a run which built some of it answers, from which it has to answer all
_SPOKEN = 0.5  # of the endpoints that a run built and the plan has, from which the plan is one of all that it was to build
_MOST = 30  # findings of one kind

_AT = "IMPLEMENTATION-PLAN.md"
_PLAN = (
    "# Backend plan\n\n## API endpoints\n\n### POST /api/orders\n\nRequest:\n\n```json\n{\"sku\": \"A1\", \"count\": 2}\n```\n\n"
    "Response 201:\n\n```json\n{\"id\": \"o1\", \"sku\": \"A1\", \"count\": 2}\n```\n\nErrors:\n\n- 409 `OUT_OF_STOCK`: none is "
    "left\n\n"
    "### GET /api/orders/{id}\n\nResponse 200:\n\n```json\n{\"id\": \"o1\", \"sku\": \"A1\", \"count\": 2}\n```\n\nErrors:\n\n- "
    "404: no such order\n\n"
    "### DELETE /api/orders/{id}\n\nErrors:\n\n- 404: no such order\n\n### GET /api/orders\n\nResponse 200: `[{ id, sku, count "
    "}]`\n"
)  # fmt: skip
_HEAD = (
    "from fastapi import APIRouter, FastAPI, HTTPException\nfrom pydantic import BaseModel\n\nrouter = "
    "APIRouter(prefix='/api/orders')\n\n\n"
    "class OrderIn(BaseModel):\n    sku: str\n    count: int\n\n\nclass Order(OrderIn):\n    id: str\n\n\n"
)
_CHECKED = "    if not stock(given.sku):\n        raise HTTPException(409, {'code': 'OUT_OF_STOCK'})\n"
_POST = (
    "@router.post('', status_code=201, response_model=Order)\ndef made(given: OrderIn):\n"
    f"{_CHECKED}    return store(given)\n\n\n"
)
_GET = (
    "@router.get('/{id}', response_model=Order)\ndef one(id: str):\n    if id not in orders:\n"
    "        raise HTTPException(404)\n    return orders[id]\n\n\n"
)
_DELETE = (
    "@router.delete('/{id}', status_code=204)\ndef gone(id: str):\n    if orders.pop(id, None) is None:\n"
    "        raise HTTPException(404)\n\n\n"
)
_LIST = "@router.get('', response_model=list[Order])\ndef listed():\n    return list(orders.values())\n\n\n"
_APP = "app = FastAPI()\napp.include_router(router)\n"
_ALL = _POST + _GET + _DELETE + _LIST


def _example(
    title: str, after: str, *, before: str = "", finds: tuple[str, ...] = (), styles: tuple[str, ...] = (), head: str = _HEAD,
    plan: str = _PLAN, more: Mapping[str, str] | None = None,
) -> Example:  # fmt: skip
    """An application of one module, with a plan that base has."""
    old = {"app.py": _HEAD + before + _APP} if before else {}
    new = {"IMPLEMENTATION-PLAN.md": plan, "app.py": head + after + _APP, **(more or {})}
    return Example(title, before={"IMPLEMENTATION-PLAN.md": plan, **old}, after=new, finds=finds, styles=styles)


class PlanEndpoints(Rule):
    """The endpoints of the plan are built: its methods and paths, its bodies, and every case of error that it lists.

    Why: the plan is what was agreed. Others write a client against its bodies, and handle the errors that it lists; an endpoint
    that it does not have is one that nobody asked for.

    The plan's endpoints are read from headings, tables, lists, fences and OpenAPI, with the bodies and errors that stand below or
    beside each. The routes of Express, Fastify, NestJS, Hono, Next, FastAPI and Flask are read out of the whole tree at both
    ends. The plan counts as the merge base has it; one that only the run wrote counts where base has none, and the verdict says so.
    Reported are: endpoints that the change took away; those of a section of the plan that are missing where the change built some
    of it and three quarters of it are there; new endpoints that the plan does not have, where it has half of what the change built
    or what base answers; another status of success; fields of a request that its schema lacks, or that it demands and the plan
    does not have; fields of a response that the model, or all the objects that the handler answers with, lack; and cases of error
    of which neither the status nor the code is anywhere in the handler and what it imports. Only what the change made new counts.
    A field or an error that is only spelled otherwise is a remark; so are a case whose status is there without its code, or whose
    code stands where nothing leads to, fields of an answer that the plan does not have, new endpoints where a part of the plan
    could not be read, and missing ones where the run wrote only some or not all can be read.

    Blind spots: bodies that no schema and no plain object states; what stands within the outermost fields; the types of fields;
    queries and headers; whether an error is raised in the case that the plan means; 500, which any server answers with. Plans that
    speak of endpoints in prose alone say too little, and are not judged. Sections on what is there already, on what is for later
    and on tests plan nothing.
    """

    candidates: ClassVar[Candidates] = Candidates(contains=_SAYS, endings=ENDINGS)

    exempt: list[str] = Field(
        default=[*BESIDE, "status", "version"],
        description="Globs of paths of endpoints that need no plan, with or without /api and a version before them.",
    )
    exempt_files: list[str] = Field(
        default=UNSERVED, description="Globs of files whose routes nobody calls, beside those of tests."
    )
    elsewhere: list[str] = Field(
        default=[], description="Globs of planned paths that other code answers, so that none is missing here."
    )
    unplanned: Literal["breach", "style", "ignore"] = Field(
        default="breach", description="What a new endpoint is that the plan does not have."
    )
    bodies: Literal["breach", "style", "ignore"] = Field(
        default="breach", description="What a body is whose fields are not those of the plan."
    )
    errors: Literal["breach", "style", "ignore"] = Field(
        default="breach", description="What a listed case of error is that is not there."
    )

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Build what the plan says: its endpoints, bodies and errors. Where the plan is wrong, ask whoever made it.",
    )  # fmt: skip
    examples = (
        _example("An endpoint of a section that was built is missing.", _POST + _GET + _DELETE, finds=(f"{_AT}:41",)),
        _example(
            "An endpoint that the plan does not have is reported.",
            _ALL + "@router.post('/{id}/refund')\ndef refund(id: str):\n    return {}\n\n\n", finds=("app.py:41",),
        ),
        _example(
            "So is a field of the request that the schema lacks, and one that it demands besides.", _ALL,
            head=_HEAD.replace("    count: int\n", "    coupon: str\n").replace("    id: str\n", "    id: str\n    count: int\n"),
            finds=("app.py:7", "app.py:7"), styles=("app.py:12", "app.py:12", "app.py:12"),
        ),
        _example(
            "So is a field of the response that nothing answers with.",
            _ALL.replace("response_model=Order)\ndef one", "response_model=OrderIn)\ndef one"),
            finds=("app.py:7",),
        ),
        _example(
            "So is a listed error that the handler does not have.",
            _ALL.replace(_CHECKED, ""), finds=(f"{_AT}:21",),
        ),
        _example("So is another status of success.", _ALL.replace("201", "202"), finds=("app.py:16",)),
        _example(
            "An endpoint that the change took away is reported in the plan.", _ALL.replace(_DELETE, ""), before=_ALL,
            finds=(f"{_AT}:35",),
        ),
        _example("A run that wrote the first of many is told what is left.", _POST, styles=(f"{_AT}:23",)),
        _example(
            "An error whose code is spelled otherwise is a remark.", _ALL.replace("OUT_OF_STOCK", "outOfStock"),
            styles=(f"{_AT}:21",),
        ),
        _example("Endpoints as the plan has them are kept.", _ALL),
        _example("What base already lacked is kept.", _POST + _GET + _LIST.replace("listed", "every"), before=_POST + _GET + _LIST),
        _example(
            "An error that an imported module raises is there.",
            _ALL.replace(_CHECKED, ""), head="from stock import store\n" + _HEAD,
            more={"stock.py": "def store(given):\n    raise Failure(409, 'OUT_OF_STOCK')\n"},
        ),
        _example(
            "What the plan only says in a section on later work need not be there.", _ALL,
            plan=_PLAN + "\n## Future work\n\n- `POST /api/refunds`\n",
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet, documents: Documents, tree: Tree) -> Generator[Finding, None, str]:
        if not any(self._is_code(one.path) for one in changes.readable(self.touched(changes))):
            return "the change touches nothing that declares an endpoint, a body or an error"
        plan, text, path, by_run = self._plan(documents)
        if all(one.kept for one in plan.endpoints):
            said = "; ".join(f"{path}:{one.line}: {one.why}" for one in plan.unread_endpoints[:3])
            raise NotJudged(f"{path} names no endpoint to be built that could be read{f' ({said})' if said else ''}")
        from pytest_agentcompliance.parsing.plan.standing import Standing, operation, pairs, without  # start-up time

        sides = _Sides(self, changes, tree)
        operations = [operation(one, path) for one in plan.endpoints]
        held = sides.held(operations)
        shifted = False
        if not pairs(held):
            # Nothing is where the plan has it: perhaps all of it is, below another version or none.
            bare = [without(one) for one in operations]
            if bare != operations and (again := sides.held(bare)) and pairs(again):
                operations, held, shifted = bare, again, True
        if not held.speaks or not pairs(held):
            count = len(sides.after.routes)
            none = f"the code has no endpoint of {path} that could be read"
            raise NotJudged(f"{path} has none of the {count} endpoints that the code has" if count else none)
        standing = Standing(plan, text, held, operations, lambda planned: matches(planned.lstrip("/"), self.elsewhere))
        findings = _Findings(self, path, standing, sides)
        if shifted and standing.fresh:
            one = plan.endpoints[0]
            said = f"the plan's paths begin as {one.path[:100]} does, and the code's otherwise, which are held to it without that"
            yield Finding(said, Place(path, one.line), "style", "prefix")
        yield from findings.missing()
        yield from findings.unplanned()
        yield from findings.otherwise()
        return findings.why(by_run=by_run)

    def _plan(self, documents: Documents) -> "tuple[Plan, str, str, bool]":
        """The plan that binds, and whether only the run wrote it."""
        from pytest_agentcompliance.parsing.plan import read  # start-up time

        base, head = documents.base("plan"), documents.head("plan")
        if not base and not head:
            raise NotJudged(f"there is no plan at {' or '.join(documents.globs('plan')[:3]) or 'any place that is known'}")
        for found, by_run in ((base, False), (head, True)):
            for one in found:
                text = _said(one)
                if text is not None:
                    return read(text, one.path), text, one.path, by_run
        raise NotJudged(f"{(base or head)[0].path} cannot be read")

    def _is_code(self, path: str) -> bool:
        from pytest_agentcompliance.parsing.testcode import is_test  # start-up time

        return path.endswith(ENDINGS) and not is_test(path) and not matches(path, self.exempt_files)

    def needs_plan(self, route: "Route") -> bool:
        """Whether a route is one that a plan has to have."""
        from pytest_agentcompliance.parsing.openapi.matching import UNASKED

        if route.method in UNASKED:
            return False
        parts = [one for one in route.path.split("/") if one]
        while parts and (parts[0] in ("api", "rest") or (parts[0][0] == "v" and parts[0][1:].isdecimal())):
            del parts[0]
        exempt = [one if one.startswith(("/", "!", "*")) else f"/{one}" for one in self.exempt]
        return not (matches("/".join(parts), exempt) if parts else "/" in self.exempt)


@dataclass(frozen=True)
class _Sides:
    """The code at both ends of the run."""

    rule: PlanEndpoints
    changes: ChangeSet
    tree: Tree

    @cached_property
    def _texts(self) -> tuple[Texts, Texts]:
        from pytest_agentcompliance.parsing import routes  # start-up time

        def wanted(path: str) -> bool:
            return routes.is_setting(path) or self.rule._is_code(path)

        head = Texts(self.tree.head, wanted)
        return Texts(self.tree.base, wanted, like=head), head

    @cached_property
    def _routes(self) -> "tuple[Routes, Routes]":
        from pytest_agentcompliance.parsing import routes

        base, head = self._texts
        with routes.kept():
            after = routes.read(head)
            return routes.read(base), after

    @property
    def after(self) -> "Routes":
        """The routes of head."""
        return self._routes[1]

    def held(self, operations: "list[Operation]") -> "Held":
        """The routes held to what was planned."""
        from pytest_agentcompliance.parsing.openapi.held import Held
        from pytest_agentcompliance.parsing.packages import Homes

        home = Homes(self.tree.head.files, PROJECTS).of
        return Held(operations, *self._routes, self.rule.needs_plan, lambda path: _added(self.changes, path), home)

    @cached_property
    def code(self) -> "tuple[Code, Code]":
        """What the code says of bodies and errors, at base and at head."""
        from pytest_agentcompliance.parsing.plan.code import Code

        base, head = self._texts
        old, new = self.tree.base, self.tree.head
        return Code(base, lambda words: old.where(words, ENDINGS)), Code(head, lambda words: new.where(words, ENDINGS))

    @cached_property
    def before(self) -> "dict[object, Route]":
        """The routes of base, by what they are called by."""
        from pytest_agentcompliance.parsing.openapi.change import key

        return {key(one): one for one in self._routes[0].routes}


@dataclass(frozen=True)
class _Findings:
    """What is said of the endpoints that were planned and those that are there."""

    rule: PlanEndpoints
    path: str
    standing: "Standing"
    sides: _Sides

    def missing(self) -> Iterator[Finding]:
        """Endpoints that the change took away, and those of what it built that are not there."""
        change = self.standing.held.change
        for one in self.standing.taken():
            yield self._lacks(one, "the change took away what answered it", change.hangs(one) or change.darker)
        for part in self.standing.begun():
            if part.there < _BUILT * part.planned:
                named = _some([f"{one.method} {one.path[:100]}" for one in part.left])
                count = f"{part.there} of {part.planned} endpoints"
                said = f"the run built {count} of this part of the plan; nothing answers {named}"
                yield Finding(said, part.left[0].at, "style", f"begun {part.left[0].method} {part.left[0].path}")
                continue
            for one in part.left[:_MOST]:
                unsure = self.standing.endpoint(one).shown or change.hangs(one) or bool(self.sides.after.unresolved)
                yield self._lacks(one, "nothing in the code answers it", unsure)

    def _lacks(self, one: "Operation", why: str, unsure: bool) -> Finding:
        may = ", as far as can be read without running it" if unsure else ""
        said = f"the plan has {one.method} {one.path[:200]}, and {why}{may}"
        return Finding(said, one.at, "style" if unsure else "breach", f"missing {one.method} {one.path}")

    def unplanned(self) -> Iterator[Finding]:
        """New routes that the plan does not have at their path, or not with their method."""
        if self.rule.unplanned == "ignore":
            return
        from pytest_agentcompliance.parsing.openapi.shapes import shape  # start-up time

        found = [one for one in self.standing.held.undocumented() if not self.sides.code[1].refuses(one[0])]
        needed = [one for one in self.standing.held.change.fresh if self.rule.needs_plan(one)]
        if found and len(needed) - len(found) < _SPOKEN * len(needed) and not self.standing.covers(self.rule.needs_plan):
            said = _some([f"{route.method} {route.path[:100]}" for route, _, _ in found])
            at = Place(found[0][0].at.path, found[0][0].at.line)
            yield Finding(f"the plan leaves out most of what the change built: {said}", at, "style", "unplanned most")
            return
        for route, part, how in found[:_MOST]:
            others = list(dict.fromkeys(one.method for one in part.after.beside.get(route, ())))
            what = f"has {_and(others)} there" if others else "has no such path"
            few = "; it leaves out most of this part of the code" if how != "all" else ""
            if not few and self.standing.speaks_of(route, part.after.beside.get(route, ())):
                few = "; it speaks of it, as far as can be read"
            if not few and self.standing.plan.unread_endpoints:
                few = f"; {self.path}:{self.standing.plan.unread_endpoints[0].line} could not be read"
            level: Level = "style" if few or self.rule.unplanned == "style" else "breach"
            method = "any method of" if route.method == "ANY" else route.method
            yield Finding(
                f"the code answers {method} {route.path[:200]}, and the plan {what}{few}",
                Place(route.at.path, route.at.line), level, f"unplanned {route.method} /{'/'.join(shape(route.path).segments)}",
            )  # fmt: skip

    def otherwise(self) -> Iterator[Finding]:
        """What planned endpoints have otherwise: their parameters, their success, their bodies, their errors."""
        from pytest_agentcompliance.parsing.plan.code import spelled

        if self.standing.codes and self.rule.errors != "ignore":
            self.sides.code[1].ask([each for code in self.standing.codes for each in (code, *spelled(code))])
        told: set[tuple[str, str]] = set()
        for one, endpoint in self.standing.documented():
            for finding in (*self._success(one, endpoint), *self._differ(one, endpoint)):
                if (finding.evidence, str(finding.at)) not in told:
                    told.add((finding.evidence, str(finding.at)))
                    yield finding

    def _success(self, one: "Match", endpoint: "PlanEndpoint") -> Iterator[Finding]:
        stated = self.standing.held.change.statuses(one.route)
        good = sorted(status for status in stated if 200 <= status < 300)
        listed = sorted(status for status in endpoint.statuses if 200 <= status < 400)
        if good and listed and not any(status in endpoint.statuses for status in one.route.statuses):
            said = (
                f"{one.route.method} {one.route.path[:200]} answers with {_and(good)}, and the plan ({one.operation.at}) has "
                f"{_and(listed)}"
            )
            at = Place(one.route.at.path, one.route.at.line)
            yield Finding(said, at, "breach", f"status {one.route.method} {one.route.path}")

    def _differ(self, one: "Match", endpoint: "PlanEndpoint") -> Iterator[Finding]:
        """Bodies and errors of one endpoint: what head has otherwise, and base had not."""
        from pytest_agentcompliance.parsing.openapi.change import key

        base, head = self.sides.code
        old = self.sides.before.get(key(one.route)) if one.route not in self.standing.held.change.fresh else None
        now = list(self._held(endpoint, one.route, head))
        if not now:
            return
        had = {each.evidence for each in self._held(endpoint, old, base)} if old is not None else set()
        yield from (each for each in now if each.evidence not in had)

    def _held(self, endpoint: "PlanEndpoint", route: "Route", code: "Code") -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.plan.differ import differences

        if self.rule.bodies == "ignore":
            endpoint = replace(endpoint, request=None, response=None)
        known = [one for one in endpoint.errors if not one.code or one.code in self.standing.codes]
        endpoint = replace(endpoint, errors=tuple(known) if self.rule.errors != "ignore" else ())
        levels: dict[str, Level] = {
            about: "breach" if asked == "breach" else "style"
            for about, asked in (("body", self.rule.bodies), ("error", self.rule.errors), ("remark", "style"))
        }
        for one in differences(self.path, endpoint, route, code):
            yield Finding(one.said, one.at, levels[one.about], one.evidence)

    def why(self, *, by_run: bool) -> str:
        """How the verdict came to be: what was held to what, and what could not be read."""
        planned, there, built = self.standing.counts()
        said = [f"{there} of {planned} planned endpoints are there, of which the change built {built}"]
        said += dict.fromkeys(text for part, spoken in self.standing.held.parts if spoken != "none" and (text := str(part.shift)))
        if unread := len(self.sides.after.unresolved):
            said.append(f"{unread} declaration{'s' if unread != 1 else ''} cannot be read without running the code")
        said += [f"{self.path}:{one.line}: {one.why}" for one in self.standing.plan.unread_endpoints[:3]]
        if by_run:
            said.append("base has no plan, so that the run is held to its own")
        return "; ".join(said)


def _said(document: Document) -> str | None:
    try:
        return document.text()
    except Unreadable:
        return None  # the ledger was told


def _added(changes: ChangeSet, path: str) -> frozenset[int]:
    change = changes.by_path.get(path)
    try:
        return frozenset(line.number for line in change.added) if change is not None else frozenset()
    except Unreadable:
        return frozenset()


def _some(names: list[str]) -> str:
    """The first three of several, and how many more there are."""
    return _and([*names[:3], f"{len(names) - 3} more"][: min(len(names), 4)])


def _and(items: Iterable[object]) -> str:
    names = [str(one) for one in items]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
