"""spec/openapi-endpoints: the endpoints of the code are those of the OpenAPI document, by path, method and parameters."""

import re
from collections.abc import Generator, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.evidence.tree import Side, Texts
from pytest_agentcompliance.parsing.defaults import BESIDE, ENDINGS, PROJECTS, UNSERVED
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: the readers of routes and documents are imported when a route may have changed
    from pytest_agentcompliance.parsing.openapi import Document, Operation
    from pytest_agentcompliance.parsing.openapi.held import Held
    from pytest_agentcompliance.parsing.openapi.matching import Match, Shift
    from pytest_agentcompliance.parsing.openapi.pages import Pages
    from pytest_agentcompliance.parsing.routes import Route, Routes

DOCUMENTS = [
    "specs/**/openapi*.yaml", "specs/**/openapi*.yml", "specs/**/openapi*.json", "openapi.yaml", "openapi.yml", "openapi.json",
    "swagger.yaml", "swagger.yml", "swagger.json", "!**/node_modules/**", "!**/vendor/**", "!**/fixtures/**", "!**/__fixtures__/**",
    "!**/testdata/**", "!**/tests/**", "!**/test/**", "!**/examples/**", "!**/dist/**", "!**/__snapshots__/**",
]  # fmt: skip
# What the lines say by which endpoints come, go, or are called otherwise. Paths begin with a slash, or are empty.
# Each begins with a letter or two that are always the same: such patterns are by far the quickest.
_VERBS = rb"(?:get|post|put|patch|delete|all|head|options|api_route|on)(?:<[^<>]{0,80}>)?\("
_DECLARES = (
    rb"\." + _VERBS + rb"[\s+]{0,60}(?:\[|[frb]?[\"'`](?:[/*\"'`]|$))",
    rb"\.(?:(?<=pp\.)|(?<=outer\.)|(?<=erver\.)|(?<=pi\.)|(?<=astify\.)|(?<=outes\.)|(?<=bp\.)|(?<=lueprint\.))" + _VERBS,
    rb"\.(?:route|use|register|mount|nest|basePath|group|resource|setGlobalPrefix)\(",
    rb"@(?:Get|Post|Put|Patch|Delete|All|Head|Controller|HttpCode|Module|Version)\b",
    rb"include_router", rb"add_(?:url_rule|api_route|resource)", rb"APIRouter", rb"MethodView", rb"lueprint",
    rb"refix", rb"REFIX", rb"ase_?[Pp]ath", rb"oot_?[Pp]ath", rb"ethods?\b.{0,9}[:=\[]",
    rb"export .{0,40}\b(?:GET|POST|PUT|PATCH|DELETE)\b", rb"export (?:default|const (?:config|onRequest))", rb"module\.exports",
    rb"status(?:_code|Code)?\b.{0,9}\d{3}", rb"HTTP(?:_\d{3}|Exception)|HttpStatus", rb"sendStatus", rb"abort\(",
    rb"(?m)^[+-]?[ \t]{0,80}[frb]?[\"'`]/[^\"'`\s]{0,200}[\"'`],?[ \t\r]{0,9}$",
)  # fmt: skip
_MOUNT = re.compile(r"(?i)prefix|base_?path|root_?path")
_PREFIX = re.compile(r"api|rest|v\d{1,3}")
_BUILT = 0.5  # of the operations that a run which wrote the first routes answers, from which it has to answer all
_MOST = 20  # findings about missing endpoints of one document at one time

_SPEC = (
    "openapi: 3.0.3\nservers:\n  - url: /api\npaths:\n  /orders:\n    get:\n      responses: {'200': {description: all}}\n"
    "    post:\n      responses: {'201': {description: made}}\n"
    "  /orders/{id}:\n    get:\n      responses: {'200': {description: one}}\n"
)
_PART = "from fastapi import APIRouter\n\nrouter = APIRouter(prefix='/api/orders')\n\n\n"
_ALL = "@router.get('')\ndef listed():\n    return []\n\n\n"
_NEW = "@router.post('', status_code=201)\ndef made():\n    return {}\n\n\n"
_ONE = "@router.get('/{id}')\ndef one(id: str):\n    return {}\n\n\n"
_APP = "from fastapi import FastAPI\n\nfrom app.orders import router\n\napp = FastAPI()\napp.include_router(router)\n"
_REFUND = "@router.post('/{id}/refund')\ndef refund(id: str):\n    return {}\n"
_PAPERS = {"specs/openapi.yaml": _SPEC, "app/__init__.py": "", "app/main.py": _APP}


def _example(title: str, before: str, after: str, *, finds: str = "", styles: str = "", **more: Mapping[str, str]) -> Example:
    """An application of which one module of routes changes; ``more`` are files that it has besides, at both ends or at head."""
    both, head = more.get("both", {}), more.get("head", {})
    old = {**_PAPERS, **both, **({"app/orders.py": _PART + before} if before else {})}
    new = {**_PAPERS, **both, "app/orders.py": _PART + after, **head}
    return Example(title, before=old, after=new, finds=tuple(finds.split()), styles=tuple(styles.split()))


class OpenapiEndpoints(Rule):
    """The endpoints of the code are those of the OpenAPI document, by path, method and path parameters.

    Why: the document is what clients are built from. An endpoint that it does not have is one that nobody agreed to and nobody
    tests from outside; one that it has and the code has not is a call that fails.

    The routes of Express, Fastify, NestJS, Hono, Next and Vercel, FastAPI and Flask are read out of the whole tree at both ends of
    the run and compared, so that a route that moved is none that changed. A new one has to be in a document as base has it; what
    the run wrote into the document itself confirms nothing. Documents that only the run wrote count where base has none, and the
    verdict says so. Paths are the same whatever their parameters are called; base paths of the servers may or may not be in
    the code, and where the code has a prefix that the document does not know, or the other way round, the one that explains most
    is taken, as base had it, and said. Reported are: routes that no document has, a method that the document does not have at that
    path, parameters with other names, success with another status code than those in the document, and operations that the change
    took away, or that nothing answers after a run that wrote the first endpoints of the document and half of all. Other status
    codes that the document does not list are remarks, and so are routes that answer with a page for people, and those in a part of
    the repository of which the documents leave out most.

    Blind spots: routes that only running the code would tell, which are counted and said; what a gateway adds; the shapes of
    requests and responses; operations that base already lacked. A document that describes no endpoint of the code is taken for
    somebody else's, and a part of the tree that answers what another part answers too for one that only hands on to it; a new
    part none of whose endpoints are documented is taken for another application. Health, documentation and static files
    (``exempt``) need no document, whatever answers there.
    """

    candidates: ClassVar[Candidates] = Candidates(contains=_DECLARES, endings=ENDINGS)

    documents: list[str] = Field(default=DOCUMENTS, description="Globs of the documents; a later !glob takes files out again.")
    whole: bool = Field(
        default=False, description="Whether all of the code at head is held to the documents, and not only what the change did."
    )
    within_change: list[str] = Field(
        default=[], description="Globs of documents that the change may extend itself, so that what it adds to them counts."
    )
    exempt: list[str] = Field(
        default=BESIDE,
        description="Globs of paths of endpoints that need no document, with or without /api and a version before them.",
    )
    exempt_files: list[str] = Field(
        default=UNSERVED, description="Globs of files whose routes nobody calls, beside those of tests."
    )
    elsewhere: list[str] = Field(
        default=[], description="Globs of documented paths that other code or a gateway answers, so that none is missing here."
    )
    statuses: Literal["breach", "style", "ignore"] = Field(
        default="breach", description="What a route is that answers with a success which the document does not list."
    )

    remedy: ClassVar[Remedy] = Remedy(
        "fix",
        "Serve what the document says: its paths, methods, parameters and status codes. Where it is wrong, ask whoever owns it.",
    )
    examples = (
        _example("An endpoint that the document does not have is reported.", _ALL, _ALL + _REFUND, finds="app/orders.py:11"),
        _example(
            "So is one that the run wrote into the document itself.", _ALL, _ALL + _REFUND, finds="app/orders.py:11",
            head={"specs/openapi.yaml": _SPEC + "  /orders/{id}/refund:\n    post:\n      responses: {'200': {}}\n"},
        ),
        _example(
            "So is one that the framework is told to leave out of its own document.", _ALL,
            _ALL + "@router.get('/inside', include_in_schema=False)\ndef inside():\n    return 1\n", finds="app/orders.py:11",
        ),
        _example(
            "So is a method that the document does not have at that path.", _ALL, _ALL + _ONE.replace(".get", ".put"),
            finds="app/orders.py:11",
        ),
        _example(
            "So is a path parameter with another name.", _ALL, _ALL + _ONE.replace("{id}", "{number}"), finds="app/orders.py:11",
        ),
        _example(
            "So is another success than the document's.", _ALL, _ALL + _NEW.replace("201", "202"), finds="app/orders.py:11",
        ),
        _example(
            "An endpoint that the change took away is reported in the document.", _ALL + _NEW, _ALL, finds="specs/openapi.yaml:8",
        ),
        _example(
            "A run that built the application has to have built all of it.", "", _ALL + _NEW, finds="specs/openapi.yaml:11",
        ),
        _example("One that wrote the first of many is told what is left.", "", _ALL, styles="specs/openapi.yaml:8"),
        Example(
            "The whole tree is held to the document where the parameter says so.", given={"whole": True},
            before={**_PAPERS, "app/orders.py": _PART + _ALL + _NEW}, after={**_PAPERS, "app/orders.py": _PART + _ALL + _NEW},
            finds=("specs/openapi.yaml:11",),
        ),
        _example(
            "A page for people is a remark.", _ALL,
            _ALL + "@router.get('/page', response_class=HTMLResponse)\ndef page():\n    return '<p>'\n", styles="app/orders.py:11",
        ),
        _example("Endpoints as the document has them are kept.", _ALL, _ALL + _NEW + _ONE),
        _example(
            "So are those that moved to another file, as long as they answer at the same paths.", _ALL + _REFUND, _ALL,
            both={"app/more.py": ""},
            head={
                "app/more.py": _PART + _REFUND,
                "app/main.py": "from app.more import router as more\n" + _APP + "app.include_router(more)\n",
            },
        ),
        _example(
            "Health, documentation and static files need no document.", _ALL, _ALL,
            head={"app/main.py": _APP + "\n\n@app.get('/health')\ndef health():\n    return 'ok'\n"},
        ),
        _example("What base already served without a document accuses nobody.", _ALL + _REFUND, _ALL + _REFUND + _ONE),
        Example(
            "A prefix that the code mounts and the document leaves out is taken from what base has.",
            before={
                "specs/openapi.yaml": _SPEC.replace("/api\n", "/\n"), "app/__init__.py": "", "app/main.py": _APP,
                "app/orders.py": _PART.replace("/api/", "/shop/v2/") + _ALL + _ONE,
            },
            after={
                "specs/openapi.yaml": _SPEC.replace("/api\n", "/\n"), "app/__init__.py": "", "app/main.py": _APP,
                "app/orders.py": _PART.replace("/api/", "/shop/v2/") + _ALL + _ONE + _NEW,
            },
        ),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        named = [one for one in self.documents if not one.startswith("!") and not set(one) & set("*?[")]
        there = [one for one in ("specs/openapi-canary.yaml", *named) if matches(one, self.documents)]
        if not there:
            return ()
        planted = "from fastapi import FastAPI\n\napp = FastAPI()\n\n\n@app.get('/canary/a')\ndef a():\n    return 1\n"
        documented = "openapi: 3.0.3\npaths:\n  /canary/a: {get: {}}\n"
        before = {there[0]: documented, "canary/pyproject.toml": "", "canary/app.py": planted}
        after = {**before, "canary/app.py": planted + "\n\n@app.get('/canary/b')\ndef b():\n    return 1\n"}
        return (Example("An endpoint that the document does not have.", before=before, after=after, finds=("canary/app.py:11",)),)

    def check(self, changes: ChangeSet, tree: Tree) -> Generator[Finding, None, str]:
        if not self.whole and not self._touches(changes):
            return "the change touches nothing that declares an endpoint"
        documents, by_run = self._documents(tree)
        operations = [operation for one in documents for operation in one.operations]
        if not operations:
            raise NotJudged(_useless(documents, "no operation that could be read"))
        before, after = self._routes(tree)
        held = self._held(operations, before, after, changes, tree)
        if not held.speaks:
            count = len(after.routes)
            none = f"none of the {count} endpoint{'s' if count != 1 else ''} that the code has"
            raise NotJudged(_useless(documents, none if count else "endpoints, and none could be read of the code"))
        findings = _Findings(self, changes, tree, documents, held)
        yield from findings.undocumented()
        yield from findings.otherwise()
        yield from findings.missing()
        return findings.why(by_run=by_run)

    def _routes(self, tree: Tree) -> "tuple[Routes, Routes]":
        """The routes of base and of head."""
        from pytest_agentcompliance.parsing import routes  # start-up time: when a route may have changed

        def wanted(path: str) -> bool:
            return routes.is_setting(path) or self._is_code(path)

        head = Texts(tree.head, wanted)
        with routes.kept():
            after = routes.read(head)
            return (routes.Routes() if self.whole else routes.read(Texts(tree.base, wanted, like=head))), after

    def _held(self, operations: "list[Operation]", before: "Routes", after: "Routes", changes: ChangeSet, tree: Tree) -> "Held":
        from pytest_agentcompliance.parsing.openapi.held import Held
        from pytest_agentcompliance.parsing.packages import Homes

        home = Homes(tree.head.files, PROJECTS).of
        return Held(operations, before, after, self.needs_document, lambda path: _added(changes, path), home, self.whole)

    def _touches(self, changes: ChangeSet) -> bool:
        """Whether the change may touch an endpoint: a file that declares or mounts some, or a prefix that stands elsewhere."""
        from pytest_agentcompliance.parsing.routes import is_candidate  # start-up time

        for change in changes.readable(one for one in self.touched(changes) if self._is_code(one.path)):
            sides = [_text(side) for side in (change.before, change.after) if side is not None and is_file(side.mode)]
            if any(is_candidate(change.path, text) for text in sides) or any(_MOUNT.search(line) for line in _lines(change)):
                return True
        return False

    def _is_code(self, path: str) -> bool:
        from pytest_agentcompliance.parsing.testcode import is_test  # start-up time

        return path.endswith(ENDINGS) and not is_test(path) and not matches(path, self.exempt_files)

    def needs_document(self, route: "Route") -> bool:
        """Whether a route is one that a document has to have."""
        from pytest_agentcompliance.parsing.openapi.matching import UNASKED

        if route.method in UNASKED:
            return False
        parts = [one for one in route.path.split("/") if one]
        while parts and _PREFIX.fullmatch(parts[0]):
            del parts[0]
        # A root has no name that a glob could match.
        return not (matches("/".join(parts), self._exempt) if parts else "/" in self.exempt)

    @property
    def _exempt(self) -> list[str]:
        return [one if one.startswith(("/", "!", "*")) else f"/{one}" for one in self.exempt]

    def _documents(self, tree: Tree) -> "tuple[list[Document], bool]":
        """The documents that bind, and whether only the run wrote them."""
        there = dict.fromkeys(self._paths(tree.base), tree.base)
        there |= {path: tree.head for path in self._paths(tree.head) if self._may(path)} if self.within_change else {}
        for sides, by_run in ((there, False), (dict.fromkeys(self._paths(tree.head), tree.head), True)):
            found = [one for path, side in sorted(sides.items()) if (one := _read(path, side)) is not None]
            if found:
                return found, by_run
        raise NotJudged(f"there is no OpenAPI document at {' or '.join(one for one in self.documents[:3] if one[0] != '!')}")

    def _may(self, path: str) -> bool:
        return matches(path, self.within_change)

    def _paths(self, side: Side) -> list[str]:
        return sorted(path for path in side.files if path.endswith((".yaml", ".yml", ".json")) and matches(path, self.documents))


@dataclass(frozen=True)
class _Findings:
    """What is said of the endpoints of the tree, as they were held to the documents."""

    rule: OpenapiEndpoints
    changes: ChangeSet
    tree: Tree
    documents: "list[Document]"
    held: "Held"

    @cached_property
    def pages(self) -> "Pages":
        from pytest_agentcompliance.parsing.openapi.pages import Pages

        return Pages(self._text_of)

    def _text_of(self, path: str) -> str:
        there = self.tree.head.files.get(path)
        return _text(there) if there is not None and is_file(there.mode) else ""

    def undocumented(self) -> Iterator[Finding]:
        """New routes that no document has at their path, or not with their method."""
        from pytest_agentcompliance.parsing.openapi.shapes import shape

        for route, part, spoken in self.held.undocumented():
            has = "has" if len(self.documents) == 1 else "have"
            others = list(dict.fromkeys(one.method for one in part.after.beside.get(route, ())))
            what = f"{has} {_and(others)} there" if others else f"{has} no such path"
            own = "; the run wrote it into the document itself, which confirms nothing" if self._own(route, part.shift) else ""
            few = "" if spoken == "all" else "; it leaves out most of this part"
            few = few or ("; it answers with a page for people" if self.pages.has(route, part) else "")
            level: Level = "style" if few else "breach"
            method = "any method of" if route.method == "ANY" else route.method
            evidence = f"undocumented {route.method} /{'/'.join(shape(route.path).segments)}"
            said = f"the code answers {method} {route.path[:200]}, and {_named(self.documents)} {what}{own}{few}"
            yield Finding(said, Place(route.at.path, route.at.line), level, evidence)

    def otherwise(self) -> Iterator[Finding]:
        """Documented routes whose parameters have other names, or that answer with another success."""
        for one in self.held.documented():
            if one.names and self.held.change.renamed(one):
                yield _names(one)
            if self.rule.statuses != "ignore" and (stated := self.held.change.statuses(one.route)):
                yield from _statuses(one, stated, self.rule.statuses)

    def missing(self) -> Iterator[Finding]:
        """Operations that the change took away; all that nothing answers, where the run built most of what the document has."""
        change, missing = self.held.change, self.held.missing(self._is_elsewhere)
        gone, built = missing.gone, missing.built
        if built and gone and not self.rule.whole and missing.owed - missing.left < _BUILT * missing.owed:
            yield self._begun(missing.owed - missing.left, missing.owed, gone)
            return
        for operation in gone[:_MOST]:
            unsure = change.hangs(operation) or (bool(self.held.new.unresolved) if built else change.darker)
            why = "nothing in the code answers it" if built else "the change took away what answered it"
            may = ", as far as can be read without running it" if unsure else ""
            yield Finding(
                f"the document has {operation.method} {operation.path[:200]}, and {why}{may}", operation.at,
                "style" if unsure else "breach", f"missing {operation.method} {operation.path}",
            )  # fmt: skip
        if len(gone) > _MOST:
            said = f"the documents have {len(gone) - _MOST} more operations that nothing in the code answers"
            yield Finding(said, Place(self.documents[0].path), "style", "missing more")

    def _is_elsewhere(self, operation: "Operation") -> bool:
        return operation.elsewhere or matches(operation.path.lstrip("/"), self.rule.elsewhere)

    @staticmethod
    def _begun(count: int, owed: int, gone: "list[Operation]") -> Finding:
        """What a run that wrote the first few of many endpoints is told: others may be another run's."""
        named = _and([*(f"{one.method} {one.path[:100]}" for one in gone[:3]), f"{len(gone) - 3} more"][: min(len(gone), 4)])
        said = f"the run wrote {count} of {owed} endpoints of the document; nothing answers {named}"
        return Finding(said, gone[0].at, "style", "begun")

    def _own(self, route: "Route", shift: "Shift") -> bool:
        """Whether the documents as the run left them have a route."""
        from pytest_agentcompliance.parsing.openapi.matching import match

        return bool(self._of_head) and bool(match(self._of_head, [route], shift).pairs)

    @cached_property
    def _of_head(self) -> "list[Operation]":
        changed = [one for one in self.documents if any(path in self.changes.by_path for path in one.files)]
        read = (_read(one.path, self.tree.head) for one in changed)
        return [operation for one in read if one is not None for operation in one.operations]

    def why(self, *, by_run: bool) -> str:
        """How the verdict came to be: what was held to what, and what could not be read."""
        spoken = [part for part, how in self.held.parts if how != "none"]
        paired = len({one.route for part in spoken for one in part.after.pairs})
        said = [f"{paired} of {sum(len(part.new) for part in spoken)} endpoints are in {_named(self.documents)}"]
        said += dict.fromkeys(text for part in spoken if (text := str(part.shift)))
        if unread := len(self.held.new.unresolved):
            said.append(f"{unread} declaration{'s' if unread != 1 else ''} cannot be read without running the code")
        if problems := [one for each in self.documents for one in each.problems]:
            things = f"{len(problems)} things" if len(problems) != 1 else "a thing"
            said.append(f"{things} in the documents cannot be read ({problems[0].at}: {problems[0].why})")
        if by_run:
            said.append("base has no document, so that the run is held to its own")
        return "; ".join(said)


def _read(path: str, side: Side) -> "Document | None":
    from pytest_agentcompliance.parsing import openapi  # start-up time

    def text_of(asked: str) -> str | None:
        there = side.files.get(asked)
        return _text(there) if there is not None and is_file(there.mode) else None

    return openapi.read(path, text_of)


def _added(changes: ChangeSet, path: str) -> frozenset[int]:
    change = changes.by_path.get(path)
    try:
        return frozenset(line.number for line in change.added) if change is not None else frozenset()
    except Unreadable:
        return frozenset()


def _text(content: Content) -> str:
    try:
        return content.text()
    except Unreadable:
        return ""  # that it could not be read is in the ledger


def _lines(change: FileChange) -> list[str]:
    """The lines that a change wrote or took away; none where they cannot be had."""
    try:
        return [line.text for line in (*change.added, *change.removed)]
    except Unreadable:
        return []


def _names(one: "Match") -> Finding:
    from pytest_agentcompliance.parsing.openapi.shapes import plain

    told = _and(f"{{{ours}}} for {{{theirs}}}"[:200] for theirs, ours in one.names)
    level: Level = "style" if all(plain(ours) == plain(theirs) for theirs, ours in one.names) else "breach"
    route = one.route
    return Finding(
        f"{route.method} {route.path[:200]} names its parameters otherwise than the document ({one.operation.at}): {told}",
        Place(route.at.path, route.at.line), level, f"names {route.method} {route.path} {one.operation.path}",
    )  # fmt: skip


def _statuses(one: "Match", stated: frozenset[int], success: Literal["breach", "style"]) -> Iterator[Finding]:
    route, operation = one.route, one.operation
    good = sorted(status for status in stated if 200 <= status < 300)
    listed = sorted(status for status in operation.statuses if 200 <= status < 300)
    place = Place(route.at.path, route.at.line)
    unlisted = [status for status in sorted(stated) if status >= 300 and not operation.answers(status)]
    known = any(operation.answers(status) for status in route.statuses if status < 300)
    if listed and good and not known and 2 not in operation.ranges:
        yield Finding(
            f"{route.method} {route.path[:200]} answers with {_and(good)}, and the document ({operation.at}) has {_and(listed)}",
            place, success, f"status {route.method} {route.path} {' '.join(map(str, good))}",
        )  # fmt: skip
    if unlisted and not operation.default and (operation.statuses or operation.ranges):
        said = f"{route.method} {route.path[:200]} answers with {_and(unlisted)} too; the document ({operation.at}) does not"
        yield Finding(said, place, "style", f"status {route.method} {route.path} {' '.join(map(str, unlisted))}")


def _useless(documents: "list[Document]", what: str) -> str:
    """Why the documents judge nothing."""
    problems = "".join(f"; {one.at}: {one.why}" for each in documents for one in each.problems[:3])
    return f"{_named(documents)} {'has' if len(documents) == 1 else 'have'} {what}{problems}"


def _named(documents: "list[Document]") -> str:
    more = f" and {len(documents) - 1} more" if len(documents) > 1 else ""
    return documents[0].path + more


def _and(items: Iterable[object]) -> str:
    names = [str(one) for one in items]
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)
