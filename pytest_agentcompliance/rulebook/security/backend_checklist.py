"""security/backend-checklist: guarded routes, slow hashes of passwords, tokens that expire, limits, origins that are named."""

import re
from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Tree
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy, unformatted

if TYPE_CHECKING:  # start-up time: code is read when a file is a candidate
    from pytest_agentcompliance.parsing.hardening import Open
    from pytest_agentcompliance.parsing.routes import Route

Check = Literal["passwords", "tokens", "origins", "limits", "routes"]
_CODE = (".py", ".js", ".jsx", ".mjs", ".cjs", ".ts", ".tsx", ".mts", ".cts")
EXEMPT = [
    "**/examples/**", "**/example/**", "**/demo/**", "**/scripts/**", "**/mocks/**", "**/__mocks__/**", "**/fixtures/**",
    "**/seeds/**", "**/seed.*", "**/*seed*.*", "**/.storybook/**", "**/vite.config.*", "**/webpack.config.*", "**/templates/**",
]  # fmt: skip
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
    r"access|owner|tenant|require|credential"
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
    "ThrottlerModule", "throttler", "throttle", "limit_req", "rate", "fastapi_limiter", "arcjet", "ratelimiter", "RateLimitPlugin",
)  # fmt: skip
_SERVERS = ("FastAPI", "Flask", "express", "fastify", "NestFactory", "Hono", "Koa")
_SIGN_IN = re.compile(rb"(?i)[\"'/](?:log-?in|sign-?in|register|sign-?up|auth)[\"'/]|(?:verify|check|hash)_?password|bcrypt")
_PLENTY = 2  # guarded siblings that show what a route should have


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
    - routes: a new route without a guard, where at least two of its kind (reading, writing) in the same file, and three of four,
      have one, and its handler asks nobody who is there.

    Blind spots: costs and options that are set in another file, ``JwtService`` of NestJS, guards of a gateway, whether a guard does
    what its name says, authorization on a resource, files in which no route is guarded, limits that are there but not for this
    route, what an OpenAPI document says of security.
    """

    bcrypt_cost: int = Field(default=12, ge=4, le=31, description="The least cost of bcrypt.")
    checks: list[Check] = Field(
        default=["passwords", "tokens", "origins", "limits", "routes"], description="What is asked about."
    )
    public: str = Field(default=PUBLIC, description="A regular expression of the paths of routes that need no guard.")
    exempt: list[str] = Field(default=EXEMPT, description="Globs of files that serve nobody from outside.")

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    remedy: ClassVar[Remedy] = Remedy(
        "fix",
        "Guard the route as its siblings are, raise the cost, give the token an expiry, name the origins, limit the requests.",
    )
    candidates = Candidates(
        contains=(
            rb"bcrypt", rb"gen[sS]alt", rb"CryptContext", rb"createHash", rb"hashlib", rb"jwt\.", rb"SignJWT", rb"[cC]ors",
            rb"CORS", rb"Access-Control-Allow-Origin", rb"express\(", rb"FastAPI\(", rb"Flask\(", rb"astify\(", rb"NestFactory",
            rb"ROUNDS",
            rb"\.(?:get|post|put|patch|delete|route)\(", rb"@(?:Get|Post|Put|Patch|Delete)\(",
        ),
        endings=_CODE,
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
            "So is a new route without the guard that those beside it have.",
            before={"src/users.js": "const router = require('express').Router()\nrouter.get('/users', requireAuth, list)\n"
                                    "router.get('/users/:id', requireAuth, one)\nmodule.exports = router\n"},
            after={"src/users.js": "const router = require('express').Router()\nrouter.get('/users', requireAuth, list)\n"
                                   "router.get('/users/:id', requireAuth, one)\nrouter.get('/users/:id/orders', orders)\n"
                                   "module.exports = router\n"},
            finds=("src/users.js:4",),
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
            for change in changes.readable(touched):
                yield from self._unguarded(change)

    def _left_open(self, changes: ChangeSet, tree: Tree, touched: list[FileChange]) -> Iterator[Finding]:
        fresh: list[tuple[FileChange, Open]] = []
        gone: Counter[str] = Counter()
        clean = {one.position for one in touched}
        for change in changes.readable(touched):
            if not (found := self._read(change.after)):
                continue
            had = Counter(_key(one) for one in self._read(change.before))
            gone += had
            clean.discard(change.position)
            added = frozenset(line.number for line in change.added)
            # Of two alike the one on an added line is new.
            for one in sorted(found, key=lambda one: not added.isdisjoint(range(one.line, one.last + 1))):
                if had[_key(one)]:
                    had[_key(one)] -= 1
                    gone[_key(one)] -= 1
                else:
                    fresh.append((change, one))
        if fresh:  # what stood in a file that is gone, or has none any more, may have moved
            deleted = {one.position for one in changes if one.kind == "deleted" and self.searched(one.path)}
            others = [one for one in changes if one.position in clean | deleted and self._is_served(one.path)]
            for change in changes.readable(others):
                gone.update(_key(one) for one in self._read(change.before))
        for change, one in sorted(fresh, key=lambda pair: (pair[0].position, pair[1].line)):
            if gone[_key(one)] > 0:
                gone[_key(one)] -= 1
            elif one.kind != "application" or _is_first(changes, tree):
                level: Level = "style" if one.mild else "breach"
                least = f", and the least is {self.bcrypt_cost}" if one.cost is not None else ""
                yield Finding(f"{one.what}{least}: {one.text[:80]}", Place(change.path, one.line), level, _key(one))

    def _read(self, content: Content | None) -> "list[Open]":
        from pytest_agentcompliance.parsing.hardening import left_open

        if content is None or not is_file(content.mode):
            return []
        asked = {one[:-1] for one in self.checks}
        found = left_open(content.path, content.text().replace("\0", ""))
        return [
            one for one in found
            if (one.kind if one.kind != "application" else "limit") in asked and (one.cost is None or one.cost < self.bcrypt_cost)
        ]  # fmt: skip

    def _is_served(self, path: str) -> bool:
        from pytest_agentcompliance.parsing.testcode import is_test

        return not is_test(path) and not matches(path, self.exempt)

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
        had = Counter((one.method, one.path) for one in _routes(change.path, change.before.text() if change.before else ""))
        public, lines = re.compile(self.public), blanked(text, change.path).split("\n")
        for one in routes:
            fresh = had[one.method, one.path] == 0 and not added.isdisjoint(range(one.at.line, one.at.last + 1))
            if not fresh or _is_guarded(one) or public.search(one.path) or _asks(one, lines):
                continue
            beside = [each for each in routes if each is not one and (each.method in _READS) == (one.method in _READS)]
            beside = [each for each in beside if not public.search(each.path)]
            guarded = [each for each in beside if _is_guarded(each)]
            if len(guarded) >= _PLENTY and len(guarded) * 4 >= len(beside) * 3:
                names = ", ".join(dict.fromkeys(name for each in guarded for name in each.guards if _guards(name)))[:100]
                said = f"{one.method} {one.path[:100]} has no guard, and {len(guarded)} routes beside it have ({names})"
                yield Finding(said, Place(change.path, one.at.line), evidence=f"{one.method} {one.path}")


def _routes(path: str, text: str) -> "list[Route]":
    from pytest_agentcompliance.parsing.routes import read

    if not text:
        return []
    found = read({path: text})
    return sorted({*found.routes, *found.loose}, key=lambda one: (one.at.line, one.method, one.path))


def _guards(name: str) -> bool:
    return _GUARD.search(name) is not None and _NO_GUARD.search(name) is None


def _is_guarded(route: "Route") -> bool:
    return any(_guards(name) for name in route.guards)


def _asks(route: "Route", lines: list[str]) -> bool:
    """Whether its declaration or its handler, as far as it stands in this file, asks who is there."""
    spans = [one for one in (route.at, route.handler) if one is not None and one.path == route.at.path]
    text = "\n".join("\n".join(lines[one.line - 1 : min(one.last, one.line + 300)]) for one in spans)
    return _CHECKS.search(text[:40_000]) is not None


def _is_first(changes: ChangeSet, tree: Tree) -> bool:
    """Whether a change makes the first server of a repository, one that signs people in, with nothing that limits it."""
    if tree.base.having(_SERVERS) or tree.head.having(_LIMITS):
        return False
    for change in changes.readable(one for one in changes if one.is_text and one.path.endswith(_CODE)):
        try:
            if change.after is not None and _SIGN_IN.search(change.after.bytes()):
                return True
        except Unreadable:
            continue
    return False


def _key(one: "Open") -> str:
    return unformatted(f"{one.kind} {one.text[:120]}")
