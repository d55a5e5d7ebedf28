"""security/backend-checklist: guarded routes, slow hashes of passwords, tokens that expire, limits, origins that are named."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, FileChange, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.evidence.fresh import Keyed
from pytest_agentcompliance.evidence.tree import Texts
from pytest_agentcompliance.parsing.defaults import ENDINGS
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy, unformatted

if TYPE_CHECKING:  # start-up time: code is read when a file is a candidate
    from pytest_agentcompliance.parsing.hardening import Open
    from pytest_agentcompliance.parsing.routes import Route, Routes

Check = Literal["passwords", "tokens", "origins", "limits", "routes"]
EXEMPT = [
    "**/examples/**", "**/example/**", "**/demo/**", "**/scripts/**", "**/mocks/**", "**/__mocks__/**", "**/fixtures/**",
    "**/seeds/**", "**/seed.*", "**/*seed*.*", "**/.storybook/**", "**/vite.config.*", "**/webpack.config.*", "**/templates/**",
    "**/node_modules/**", "**/site-packages/**", "**/vendor/**", "**/third_party/**", "**/*.min.*",
]  # fmt: skip
DOCUMENTS = [
    "specs/**/openapi*.yaml", "specs/**/openapi*.yml", "specs/**/openapi*.json", "openapi.yaml", "openapi.yml", "openapi.json",
    "!**/node_modules/**", "!**/vendor/**", "!**/fixtures/**", "!**/testdata/**", "!**/tests/**", "!**/test/**", "!**/examples/**",
]  # fmt: skip
_PAPERS = (".yaml", ".yml", ".json")
# What may guard all routes of a tree from outside of them.
_GATES = (
    "APP_GUARD", "useGlobalGuards", "AuthMiddleware", "authMiddleware", "AuthenticationMiddleware", "clerkMiddleware", "withAuth",
    "BaseHTTPMiddleware", "before_request", "login_manager", "auth_request", "forwardAuth", "oauth2-proxy",
)  # fmt: skip
_GATE = re.compile(r"(?:^|/)(?:middleware|proxy|hooks\.server)\.[jt]s$")
PUBLIC = (
    r"(?i)(?:^|[/_\-.{:])(?:log-?in|log-?out|sign-?(?:in|up|out)|register|registration|refresh|forgot|reset|recover|confirm|"
    r"activat\w*|health\w*|ready|readyz|live|livez|ping|status|version|metrics|info|docs|openapi|redoc|swagger|webhooks?|hooks?|"
    r"callback|oauth2?|sso|saml|oidc|public|well-known|token|tokens|csrf|captcha|otp|mfa|2fa|invit\w*|unsubscribe|contact|share\w*|"
    r"config|manifest|favicon|robots|sitemap|static|assets|embed|auth|session|challenge|nonce|verify\w*|preview|stripe|cron|return|"
    r"redirect|ipn)"
    r"(?:$|[/_\-.}:])"
)
_GUARD = re.compile(
    r"(?i)auth|jwt|guard|protect|login|logged|session|token|permission|role|user|verify|admin|api_?key|secure|principal|identity|"
    r"access|owner|tenant|require|credential|current|employee|staff|member"
)
_NO_GUARD = re.compile(r"(?i)optional|public|skip|no_?auth|throttl|rate_?limit|valid|parse|upload|user_?service|user_?repo|get_?db")
_CHECKS = re.compile(
    r"(?i)auth|(?:current|session|req(?:uest)?)[._]?user|\bsession\b|permission|\btoken\b|signature|secret|api_?key|jwt|principal|"
    r"forbidden|credential|\b40[13]\b|is_?admin|webhook"
)
_DECLARES = re.compile(r"(?i)(?:get|post|put|patch|delete|all|route|api_route|add_url_rule|path|url)\s?[(<:]|export")
_READS = frozenset({"GET", "HEAD"})
_LIMITS = (
    "slowapi", "flask_limiter", "Limiter", "limiter", "rateLimit", "rate_limit", "RateLimit", "ratelimit", "RATE_LIMIT",
    "rateLimiter", "rate_limiter", "RateLimiter", "RateLimiterMemory", "RateLimiterRedis", "RateLimitMiddleware",
    "ThrottlerModule", "throttler", "limit_req", "rate-limit", "rate-limiter", "rate-limiter-flexible", "express-rate-limit",
    "express-slow-down", "hono-rate-limiter", "fastapi_limiter", "arcjet", "ratelimiter", "RateLimitPlugin",
)  # fmt: skip
_LIMITED = (*ENDINGS, ".conf", ".yaml", ".yml", ".toml", ".template", "package.json", "requirements.txt", "Caddyfile")
_PACKAGES = ("package.json", "pyproject.toml", "requirements.txt", "setup.py", "Pipfile")
_SERVERS = ("FastAPI", "Flask", "express", "fastify", "NestFactory", "Hono", "Koa")
_SIGN_IN = re.compile(rb"(?i)[\"'/](?:log-?in|sign-?in|register|sign-?up|auth)[\"'/]|(?:verify|check|hash)_?password|bcrypt")
# What answers with a list of its own words alone tells nobody's secrets: calls that give nothing away, and members of an enum.
_HARMLESS = frozenset(
    """
    append bool capitalize copy debug dict entries enumerate filter float freeze int isoformat items join json jsonify
    keys len list lower map max min range replace Response JSONResponse NextResponse reverse reversed send set slice sort sorted
    split status str strip sum title toISOString toLowerCase toString toUpperCase trim tuple upper utcnow now value values name
    zip for if in return else and or not info log warn warning ok success
    """.split()  # noqa: SIM905 - a list of so many words is read by nobody
)
_CALLED, _MEMBER = re.compile(r"([A-Za-z_$][\w$]*)\s{0,9}\("), re.compile(r"[\w$)\]]\s{0,9}\.\s{0,9}([A-Za-z_$][\w$]*)")
_CATALOGUE = re.compile(r"(?i)(?:^|[/_-])(?:types|kinds|enums?|options|constants|available|supported|capabilities)/?$")
_PLENTY = 2  # guarded siblings that show what a route should have


_SERVER = "from fastapi import Depends, FastAPI\n\napp = FastAPI()\n"
_SECURED = (
    "openapi: 3.0.3\nsecurity:\n  - bearer: []\npaths:\n  /orders:\n    get:\n      responses: {'200': {}}\n"
    "  /plans:\n    get:\n      security: []\n      responses: {'200': {}}\n"
)
_GUARDED = (
    "const router = require('express').Router()\nmodule.exports = router\nrouter.get('/users', requireAuth, list)\n"
    "router.get('/users/:id', requireAuth, one)\n"
)


class BackendChecklist(Rule):
    """Routes are guarded as their siblings, passwords hashed slowly, tokens expire, origins are named, servers have limits.

    Why: each of these is a line that nobody misses until somebody else finds it missing.

    Read with the language's grammar, in Python, JavaScript and TypeScript, as far as the change made them:

    - passwords: bcrypt's cost (``hash``, ``genSalt``, ``gensalt``, passlib, flask-bcrypt), also where a name of the file or the
      default of a setting has it, and passwords that go through a hash made to be quick (MD5, SHA-2);
    - tokens: ``jwt.sign``, ``SignJWT``, ``jwt.encode`` without an expiry in payload or options;
    - origins: CORS that lets every origin read answers, by ``*``, by a default that nobody changed, or by answering each origin
      with its own name; said for development alone it is a matter of style;
    - limits: the first server of a repository that signs people in, while nothing in the tree limits how often it is asked;
    - routes: a new route that no guard stands before, while its operation in an OpenAPI document of base has ``security``; and, as
      a remark, one where at least two of its kind (reading, writing) in the same file, and three of four, have a guard, and its
      handler asks nobody who is there.

    Blind spots: costs and options that are set in another file, ``JwtService`` of NestJS, guards of a gateway, whether a guard does
    what its name says, authorization on a resource, files in which no route is guarded, limits that are there but not for this
    route.
    """

    bcrypt_cost: int = Field(default=12, ge=4, le=31, description="The least cost of bcrypt.")
    checks: list[Check] = Field(
        default=["passwords", "tokens", "origins", "limits", "routes"], description="What is asked about."
    )
    public: str = Field(default=PUBLIC, description="A regular expression of the paths of routes that need no guard.")
    siblings: Level = Field(
        default="style", description="How to take a route that has no guard where those beside it have one: often it is public."
    )
    documents: list[str] = Field(default=DOCUMENTS, description="Globs of the OpenAPI documents that say who may call.")
    exempt: list[str] = Field(default=EXEMPT, description="Globs of files that serve nobody from outside.")

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    remedy: ClassVar[Remedy] = Remedy(
        "fix",
        "Guard the route as its siblings are, raise the cost, give the token an expiry, name the origins, limit the requests.",
    )
    candidates = Candidates(
        contains=(
            rb"bcrypt", rb"gen[sS]alt", rb"CryptContext", rb"createHash", rb"hashlib", rb"jwt\.", rb"SignJWT", rb"cors", rb"Cors",
            rb"CORS", rb"Access-Control-Allow-Origin", rb"express\(", rb"FastAPI\(", rb"Flask\(", rb"astify\(", rb"NestFactory",
            rb"ROUNDS",
            rb"\.(?:get|post|put|patch|delete|route)\(", rb"@(?:Get|Post|Put|Patch|Delete)\(",
        ),
        endings=ENDINGS,
    )  # fmt: skip
    examples = (
        Example(
            "A cheap hash, a token without an end and an open origin are reported.",
            after={
                "src/a.ts": "import bcrypt from 'bcrypt'\nimport jwt from 'jsonwebtoken'\nconst ROUNDS = 10\n"
                            "export const hash = (password: string) => bcrypt.hash(password, ROUNDS)\n"
                            "export const sign = (id: string) => jwt.sign({ id }, SECRET)\n",
                "src/b.ts": "import cors from 'cors'\napp.use(cors())\n",
                "app/c.py": "app.add_middleware(CORSMiddleware, allow_origins=['*'])\n\n\ndef f(password):\n"
                            "    return hashlib.sha256(password.encode()).hexdigest()\n\n\ndef g(id):\n"
                            "    return jwt.encode({'sub': id}, KEY)\n",
            },
            finds=("app/c.py:1", "app/c.py:5", "app/c.py:9", "src/a.ts:4", "src/a.ts:5", "src/b.ts:2"),
        ),
        Example(
            "A new route without the guard that those beside it have is a matter of style.",
            before={"src/users.js": _GUARDED}, after={"src/users.js": _GUARDED + "router.get('/users/:id/orders', orders)\n"},
            styles=("src/users.js:5",),
        ),
        Example(
            "It is a breach where that is asked for.",
            given={"siblings": "breach"},
            before={"src/users.js": _GUARDED}, after={"src/users.js": _GUARDED + "router.get('/users/:id/orders', orders)\n"},
            finds=("src/users.js:5",),
        ),
        Example(
            "So is one that lets everybody in, while its operation in the document of base asks who calls.",
            before={"specs/openapi.yaml": _SECURED, "app/main.py": _SERVER},
            after={"specs/openapi.yaml": _SECURED,
                   "app/main.py": _SERVER + "\n\n@app.get('/orders')\ndef listed():\n    return rows()\n\n\n"
                                  "@app.get('/plans')\ndef plans():\n    return rows()\n"},
            finds=("app/main.py:6",),
        ),
        Example(
            "One that asks in its own way is kept, and so are those that the document leaves open.",
            before={"specs/openapi.yaml": _SECURED, "app/main.py": _SERVER},
            after={"specs/openapi.yaml": _SECURED,
                   "app/main.py": _SERVER + "\n\n@app.get('/orders')\ndef listed(me=Depends(caller)):\n    return rows(me)\n"
                                  "\n\n@app.get('/plans')\ndef plans():\n    return rows()\n"},
        ),
        Example(
            "So is a first server that signs people in without any limit.",
            after={"app/main.py": "app = FastAPI()\n\n\n@app.post('/login')\ndef login(body: User):\n    return check(body)\n"},
            finds=("app/main.py:1",),
        ),
        Example("An origin that is open in development alone is a matter of style.", after={
            "src/a.ts": "import cors from 'cors'\nif (isDev) app.use(cors({ origin: '*' }))\n"}, styles=("src/a.ts:2",)),
        Example("A sound cost, an expiry, named origins and settings are kept.", after={
            "src/a.ts": "import bcrypt from 'bcrypt'\nimport cors from 'cors'\nimport jwt from 'jsonwebtoken'\n"
                        "app.use(cors({ origin: process.env.ORIGIN, credentials: true }))\n"
                        "bcrypt.hash(password, Number(process.env.ROUNDS ?? 12))\nbcrypt.hash(password, config.rounds)\n"
                        "jwt.sign({ id }, SECRET, { expiresIn: '15m' })\njwt.sign({ id, exp: soon() }, SECRET)\n"
                        "jwt.sign(payload, SECRET, options)\n",
            "app/b.py": "bcrypt.hashpw(password, bcrypt.gensalt())\nCORS(app, origins=ORIGINS)\n\n\ndef g(data):\n"
                        "    claims = data.copy()\n    claims.update({'exp': soon()})\n    return jwt.encode(claims, KEY)\n",
        }),
        Example("Public routes are kept, those that ask in their handler, and files where few are guarded.",
            after={
                "src/users.js": "const router = require('express').Router()\nrouter.post('/users', requireAuth, make)\n"
                                "router.post('/teams', requireAuth, team)\nrouter.post('/login', login)\n"
                                "router.get('/plans', plans)\n"
                                "router.post('/pay', (req, res) => { if (!req.user) return res.status(401).end() })\n"
                                "module.exports = router\n",
                "src/shop.js": "const router = require('express').Router()\nrouter.get('/me', requireAuth, me)\n"
                               "router.get('/goods', goods)\nrouter.get('/prices', prices)\nmodule.exports = router\n",
            }),
        Example("What gives words of the code back is kept, and the password of an account that nobody signs in to by one.", after={
            "app/flows.py": "from fastapi import APIRouter, Depends\n\nrouter = APIRouter()\n\n\n"
                            "@router.get('/flows')\ndef flows(user=Depends(get_current_user)):\n    return found(user)\n\n\n"
                            "@router.get('/runs')\ndef runs(user=Depends(get_current_user)):\n    return ran(user)\n\n\n"
                            "@router.get('/step-types')\ndef step_types():\n    logger.info('asked')\n"
                            "    return ok([{'type': one.value, 'says': one.value.replace('_', ' ').title()} for one in Steps])\n"
                            "\n\n@router.get('/usage')\ndef usage(by=Depends(get_current_employee)):\n    return used(by)\n",
            "src/a.ts": "import bcrypt from 'bcrypt'\nexport const nobody = () => bcrypt.hash(randomUUID(), 10)\n",
        }, styles=("src/a.ts:2",)),
        Example("A limit of another thing is none, and nor is a server of another package.",
            before={"web/package.json": "{}", "web/src/server.ts": "import express from 'express'\nconst app = express()\n",
                    "web/src/sales.ts": "export const rate = (won: number, all: number) => won / all\n"},
            after={"web/package.json": "{}", "web/src/server.ts": "import express from 'express'\nconst app = express()\n",
                   "web/src/sales.ts": "export const rate = (won: number, all: number) => won / all\n",
                   "api/package.json": "{}",
                   "api/src/main.ts": "import { NestFactory } from '@nestjs/core'\n"
                                      "const app = await NestFactory.create(AppModule)\n",
                   "api/src/auth.ts": "import bcrypt from 'bcrypt'\nexport const same = (a, b) => bcrypt.compare(a, b)\n"},
            finds=("api/src/main.ts:2",),
        ),
        Example("A server with a limit is kept, and so is what was there, or only moved.",
            before={"src/a.ts": "import cors from 'cors'\napp.use(cors())\n",
                    "src/b.ts": "import cors from 'cors'\napi.use(cors())\n"},
            after={"src/a.ts": "import cors from 'cors'\n\napp.use(cors())\n",
                   "src/c.ts": "import cors from 'cors'\napi.use(cors())\n",
                   "app/main.py": "app = FastAPI()\napp.include_router(auth, prefix='/auth')\n",
                   "app/limits.py": "limiter = Limiter(key_func=address)\n"}),
    )  # fmt: skip

    def check(self, changes: ChangeSet, tree: Tree) -> Iterator[Finding]:
        touched = [one for one in self.touched(changes) if self._is_served(one.path)]
        yield from self._left_open(changes, tree, touched)
        if "routes" in self.checks:
            asked = list(self._let_in(changes, tree, touched))
            yield from asked
            said = {one.at for one in asked}
            for change in changes.readable(touched):
                yield from (one for one in self._unguarded(change) if one.at not in said)

    def _left_open(self, changes: ChangeSet, tree: Tree, touched: list[FileChange]) -> Iterator[Finding]:
        things: Keyed[Open] = Keyed(self._read, _key, lambda one: range(one.line, one.last + 1))
        for change, one in things.new(changes, touched, lambda path: self.searched(path) and self._is_served(path)):
            if one.kind != "application" or _is_first(change.path, changes, tree):
                level: Level = "style" if one.mild else "breach"
                least = f", and the least is {self.bcrypt_cost}" if one.cost is not None else ""
                yield Finding(f"{one.what}{least}: {one.text[:80]}", Place(change.path, one.line), level, _key(one))

    def _read(self, path: str, text: str) -> "list[Open]":
        from pytest_agentcompliance.parsing.hardening import left_open

        asked = {one[:-1] for one in self.checks}
        found = left_open(path, text.replace("\0", ""))
        return [
            one for one in found
            if (one.kind if one.kind != "application" else "limit") in asked and (one.cost is None or one.cost < self.bcrypt_cost)
        ]  # fmt: skip

    def _is_served(self, path: str) -> bool:
        from pytest_agentcompliance.parsing.testcode import is_test

        return not is_test(path) and not matches(path, self.exempt)

    def _let_in(self, changes: ChangeSet, tree: Tree, touched: list[FileChange]) -> Iterator[Finding]:
        """The new routes that let everybody in, though the documents of base ask who calls."""
        from pytest_agentcompliance.parsing import openapi, routes
        from pytest_agentcompliance.parsing.comments import blanked

        def text_of(path: str) -> str | None:
            try:
                there = tree.base.at(path)
                return there.text() if there is not None and is_file(there.mode) else None
            except Unreadable:
                return None

        papers = sorted(path for path in tree.base.files if path.endswith(_PAPERS) and matches(path, self.documents))
        if not papers or not any(_declares_open(one) for one in changes.readable(touched)):
            return
        found = [one for path in papers if (one := openapi.read(path, text_of)) is not None]
        operations = [each for one in found for each in one.operations]
        if not any(one.secured for one in operations):
            return
        from pytest_agentcompliance.parsing.openapi import guarded

        def wanted(path: str) -> bool:
            return routes.is_setting(path) or (path.endswith(ENDINGS) and self._is_served(path))

        def asks(route: "Route") -> bool:
            spans = [one for one in (route.at, route.handler) if one is not None]
            return any(_asks(replace(route, at=one), blanked(head.get(one.path, ""), one.path).split("\n")) for one in spans)

        def added(path: str) -> frozenset[int]:
            change = changes.by_path.get(path)
            return frozenset(line.number for line in change.added) if change is not None else frozenset()

        def before() -> "Routes":
            return routes.read(Texts(tree.base, wanted, like=head))

        def elsewhere() -> bool:
            return bool(tree.head.having(_GATES)) or any(_GATE.search(path) for path in tree.head.files)

        head = Texts(tree.head, wanted)
        public = re.compile(self.public)
        with routes.kept():
            after = routes.read(head)
            open_ones = list(guarded.lacking(operations, after, before, added, asks=asks, elsewhere=elsewhere))
        for operation, route in open_ones:
            if not public.search(route.path) and route.at.path in {one.path for one in touched}:
                said = f"{route.method} {route.path[:100]} lets everybody in, and {operation.at.path} asks who calls it"
                yield Finding(said, Place(route.at.path, route.at.line), evidence=f"{route.method} {route.path}")

    def _unguarded(self, change: FileChange) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.comments import blanked
        from pytest_agentcompliance.parsing.routes import is_candidate

        if change.after is None or not is_file(change.after.mode) or not any(_DECLARES.search(line.text) for line in change.added):
            return
        if not is_candidate(change.path, text := change.after.text()):
            return
        routes = _routes(change.path, text)
        added = frozenset(line.number for line in change.added)
        if not any(one.at.line in added for one in routes) or not any(_is_guarded(one) for one in routes):
            return
        public, lines = re.compile(self.public), blanked(text, change.path).split("\n")
        asked = [
            one for one in routes
            if not added.isdisjoint(range(one.at.line, one.at.last + 1))
            and not (_is_guarded(one) or public.search(one.path) or _asks(one, lines) or _is_constant(one, text))
        ]  # fmt: skip
        if not asked:
            return
        had = Counter((one.method, one.path) for one in _routes(change.path, change.before.text() if change.before else ""))
        for one in asked:
            if had[one.method, one.path]:
                continue
            beside = [each for each in routes if each is not one and (each.method in _READS) == (one.method in _READS)]
            beside = [each for each in beside if not public.search(each.path)]
            guarded = [each for each in beside if _is_guarded(each)]
            if len(guarded) >= _PLENTY and len(guarded) * 4 >= len(beside) * 3:
                names = ", ".join(dict.fromkeys(name for each in guarded for name in each.guards if _guards(name)))[:100]
                said = f"{one.method} {one.path[:100]} has no guard, and {len(guarded)} routes beside it have ({names})"
                yield Finding(said, Place(change.path, one.at.line), self.siblings, evidence=f"{one.method} {one.path}")


def _routes(path: str, text: str) -> "list[Route]":
    from pytest_agentcompliance.parsing.routes import read

    if not text:
        return []
    found = read({path: text})
    return sorted({*found.routes, *found.loose}, key=lambda one: (one.at.line, one.method, one.path))


def _declares_open(change: FileChange) -> bool:
    """Whether a file has a new route that it puts no guard before, as far as it can be told of the file alone."""
    from pytest_agentcompliance.parsing.comments import blanked
    from pytest_agentcompliance.parsing.openapi.guarded import is_guarded
    from pytest_agentcompliance.parsing.routes import is_candidate

    if change.after is None or not is_file(change.after.mode) or not any(_DECLARES.search(line.text) for line in change.added):
        return False
    if not is_candidate(change.path, text := change.after.text()):
        return False
    added = frozenset(line.number for line in change.added)
    fresh = [one for one in _routes(change.path, text) if not added.isdisjoint(range(one.at.line, one.at.last + 1))]
    lines = blanked(text, change.path).split("\n") if fresh else []
    return any(not is_guarded(one) and not _asks(one, lines) for one in fresh)


def _guards(name: str) -> bool:
    return _GUARD.search(name) is not None and _NO_GUARD.search(name) is None


def _is_guarded(route: "Route") -> bool:
    return any(_guards(name) for name in route.guards)


def _asks(route: "Route", lines: list[str]) -> bool:
    """Whether its declaration or its handler, as far as it stands in this file, asks who is there."""
    spans = [one for one in (route.at, route.handler) if one is not None and one.path == route.at.path]
    text = "\n".join("\n".join(lines[one.line - 1 : min(one.last, one.line + 300)]) for one in spans)
    return _CHECKS.search(text[:40_000]) is not None


def _is_constant(route: "Route", text: str) -> bool:
    """Whether a handler that stands in the file reads nothing: it gives words of the code back, the kinds that there are."""
    there = route.handler
    if route.method not in _READS or route.parameters or there is None or there.path != route.at.path:
        return False
    lines = [one for one in text.split("\n")[there.line - 1 : there.last] if not one.lstrip().startswith("@")]
    said = re.sub(r"[\"'`][^\"'`\n]*[\"'`]", "''", "\n".join(lines))
    if "await " in said or len(lines) < 2:
        return False
    # The first is the function's own name, or that of the call that declares it.
    called = {one[1] for one in _CALLED.finditer(said) if one.start() > said.find("(")}
    members = {one[1] for one in _MEMBER.finditer(said) if one.start() > said.find("(")}
    if not members <= _HARMLESS:
        return False
    return called <= _HARMLESS or (_CATALOGUE.search(route.path) is not None and called <= _HARMLESS | _plain(said))


def _plain(said: str) -> frozenset[str]:
    """The functions that are called by their names alone."""
    return frozenset(one[1] for one in _CALLED.finditer(said) if said[: one.start()].rstrip()[-1:] != ".")


def _is_first(path: str, changes: ChangeSet, tree: Tree) -> bool:
    """Whether a change makes the first server of a package, one that signs people in, with nothing that limits it."""
    package = _package(path, tree)
    served = tree.base.where(_SERVERS, ENDINGS).values()
    if any(one.startswith(package) for paths in served for one in paths) or tree.head.where(_LIMITS, _LIMITED):
        return False
    inside = (one for one in changes if one.is_text and one.path.endswith(ENDINGS) and one.path.startswith(package))
    for change in changes.readable(inside):
        try:
            if change.after is not None and _SIGN_IN.search(change.after.bytes()):
                return True
        except Unreadable:
            continue
    return False


def _package(path: str, tree: Tree) -> str:
    """The folder, with its slash, that a manifest makes the package of a path; empty for the whole repository."""
    folder = path.rpartition("/")[0]
    while folder and not any(f"{folder}/{name}" in tree.head for name in _PACKAGES):
        folder = folder.rpartition("/")[0]
    return folder + "/" if folder else ""


def _key(one: "Open") -> str:
    return unformatted(f"{one.kind} {one.text[:120]}")
