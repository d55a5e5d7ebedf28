"""architecture/thin-routes: a route hands its work on, and asks no database itself."""

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.evidence.fresh import Things, deleted
from pytest_agentcompliance.parsing.defaults import ENDINGS
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.queries import SIGNS
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: the readers of code are imported when a file is a candidate
    from pytest_agentcompliance.parsing.handlers import Handler
    from pytest_agentcompliance.parsing.queries import Query

EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/third_party/**", "**/dist/**", "**/build/**", "**/generated/**", "*.d.ts",
    "**/middleware/**", "**/middlewares/**", "*middleware*", "**/guards/**", "**/hooks/**", "**/mocks/**", "**/__mocks__/**",
    "**/fixtures/**", "**/examples/**", "**/example/**", "**/scripts/**", "**/msw/**",
]  # fmt: skip
_HEALTH = re.compile(r"(?i)\bselect\s+(?:1|version\(\)|now\(\))")
_ROUTE_OF_HEALTH = re.compile(r"(?i)health|/ready|readiness|liveness|/ping\b|/live\b|heartbeat")
_GUARD = re.compile(  # what stands before handlers
    r"(?i)(?:require|ensure|authenticate|authorize|protect|is_?auth|check_?auth|verify_?(?:auth|token|session|api)|pre_?handler|"
    r"on_?request|rate_?limit)\w*|\w*(?:middleware|guard)"
)
_NAMED = 3  # queries that a message names


class ThinRoutes(Rule):
    """A route asks no database itself: what it does stands in a service.

    Why: work that stands in a route can be reached by a request alone. A job, a command and a test cannot use it, and the next
    route that needs it gets a copy.

    Routes are handlers of Express, Fastify, Hono, Koa and Next, methods of NestJS controllers, functions under the decorators of
    FastAPI and Flask, and views of Django and its classes, in the file where they stand; functions that take a request and a
    response are handlers wherever they are used. One that gets a query which base did not have there is reported, with all of
    them as one finding: through Prisma, Drizzle, TypeORM, Sequelize, Mongoose, MongoDB, Knex, Supabase, SQLAlchemy, SQLModel,
    Django or a driver. A handler that is new and longer than ``lines`` leaves a remark. Middleware, checks of health, what only
    commits, and a session or client that is handed on to a service are kept. What moved from handler to handler is not new.

    Blind spots: business logic that is short and asks no database; a helper beside the handler, in the same file, that asks
    it; handlers that take nothing by which they could be known; GraphQL, tRPC, server actions; other languages.
    """

    lines: int = Field(default=60, ge=0, description="Lines of code of a new handler from which it leaves a remark; 0: any number.")
    long: Level = Field(default="style", description="What a new handler is that is longer: a breach, or a remark.")
    exempt: list[str] = Field(
        default=EXEMPT, description="Globs of files that are left out, beside those of tests; a later !glob takes files out again."
    )

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    candidates: ClassVar[Candidates] = Candidates(
        endings=ENDINGS,
        contains=(
            *SIGNS, rb"\.add(?:_all)?\(", rb"@(?:Get|Post|Put|Patch|Delete|All)\(",
            # The sign first, which is found ten times as quickly as one of several words.
            rb"\.(?:(?<=app\.)|(?<=router\.)|(?<=Router\.)|(?<=server\.)|(?<=fastify\.)|(?<=api\.)|(?<=hono\.)|(?<=bp\.)|(?<=route\.)|"
            rb"(?<=routes\.))(?:get|post|put|patch|delete|route)\(",
            rb"req(?:uest)?\b[^\n]{0,60}, ?_?(?:res|reply)",
            rb"export [^\n]{0,30}(?:GET|POST|PUT|PATCH|DELETE)\b",
        ),
    )  # fmt: skip
    remedy: ClassVar[Remedy] = Remedy(
        "fix",
        "Move the work into a service (a function or class that knows no request), and let the route read its input, call it, and "
        "answer.",
    )
    examples = (
        Example(
            "A route that asks the database is reported, once: Express, NestJS, FastAPI, Flask, Next.",
            after={
                "app/a.py": "from sqlalchemy.orm import Session\n\n\n@router.get('/users')\ndef users(db: Session):\n"
                            "    total = db.query(User).count()\n    return {'total': total, 'users': db.query(User).all()}\n",
                "app/b.py": "@bp.route('/users')\ndef users():\n    return jsonify(User.query.all())\n",
                "src/a.ts": "router.get('/users', async (req, res) => {\n  res.json(await prisma.user.findMany())\n})\n",
                "src/app/api/b/route.ts": "export async function GET() {\n"
                                          "  return Response.json(await db.select().from(users))\n}\n",
                "src/c.controller.ts": "import { Repository } from 'typeorm'\n\n@Controller('users')\nexport class C {\n"
                                       "  constructor(private readonly users: Repository<User>) {}\n\n  @Get()\n  all() {\n"
                                       "    return this.users.find()\n  }\n}\n",
                "src/controllers/d.ts": "export const list = async (req: Request, res: Response) => {\n"
                                        "  const found = await pool.query('SELECT * FROM users')\n  res.json(found.rows)\n}\n",
            },
            finds=(
                "app/a.py:6", "app/b.py:3", "src/a.ts:2", "src/app/api/b/route.ts:2", "src/c.controller.ts:9",
                "src/controllers/d.ts:2",
            ),
        ),
        Example(
            "So is a query that is added to a route, and those that it had are not.",
            before={"src/a.ts": "app.get('/a', async (req, res) => {\n  const a = await prisma.a.findFirst()\n  res.json(a)\n})\n"},
            after={
                "src/a.ts": "app.get('/a', async (req, res) => {\n  const a = await prisma.a.findFirst({ where: { on: true } })\n"
                            "  const b = await prisma.b.findMany()\n  res.json({ a, b })\n})\n",
            },
            finds=("src/a.ts:3",),
        ),
        Example(
            "A new handler of many lines leaves a remark.",
            given={"lines": 5},
            after={
                "src/a.ts": "app.post('/a', async (req, res) => {\n  const a = f(req.body)\n  const b = g(a)\n  // so\n\n"
                            "  const c = h(b)\n  const d = i(c)\n  res.json(d)\n})\napp.get('/b', (req, res) => res.json(b()))\n",
            },
            styles=("src/a.ts:1",),
        ),
        Example("A route that hands its work on is kept, and so is a service that asks the database.", after={
            "src/a.ts": "router.get('/users', async (req, res) => {\n  res.json(await userService.list(req.query))\n})\n"
                        "export async function list() {\n  return prisma.user.findMany()\n}\n",
            "src/b.controller.ts": "@Controller('b')\nexport class B {\n  constructor(private readonly users: UsersService) {}\n\n"
                                   "  @Get(':id')\n  one(@Param('id') id: string) {\n    return this.users.findOne(id)\n  }\n}\n",
            "app/c.py": "from sqlalchemy.orm import Session\n\n\n@router.post('/users')\n"
                        "async def create(body: UserIn, db: Session = Depends(get_db)):\n"
                        "    user = users.create(db, body)\n    db.commit()\n    return user\n",
        }),
        Example("So are middleware, checks of health, and what only looks like a route.", after={
            "src/auth.ts": "export async function auth(req, res, next) {\n"
                           "  req.user = await prisma.user.findUnique({ where: { id: req.id } })\n  next()\n}\n",
            "src/session.ts": "export async function requireAuth(request, reply) {\n"
                              "  request.user = await prisma.user.findUnique({ where: { id: request.id } })\n}\n",
            "src/health.ts": "app.get('/health', async (req, res) => {\n  await prisma.$queryRaw`SELECT 1`\n  res.end()\n})\n",
            "src/cache.ts": "cache.get('/users', async () => prisma.user.findMany())\n",
            "src/domain.ts": "export async function remove(ctx: Context, id: string) {\n"
                             "  await db.user.delete({ where: { id } })\n}\n",
        }),
        Example(
            "What moved from handler to handler is kept, and so is what tests do.",
            before={"src/a.ts": "app.get('/a', async (req, res) => res.json(await prisma.a.findMany()))\nf()\n"},
            after={
                "src/a.ts": "f()\n",
                "src/a.controller.ts": "export const all = async (req, res) => res.json(await prisma.a.findMany())\n",
                "src/a.test.ts": "app.get('/a', async (req, res) => res.json(await prisma.a.findMany({})))\n",
            },
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.testcode import is_test  # start-up time: when a change is judged

        wanted = [one for one in self.touched(changes) if not matches(one.path, self.exempt) and not is_test(one.path)]
        found: list[tuple[FileChange, _Asked]] = []
        fresh: list[tuple[FileChange, Handler]] = []
        more: Counter[str] = Counter()
        had: Counter[str] = Counter()
        clean: list[FileChange] = []
        for change in changes.readable(wanted):
            if not (new := _read(change.after)).handlers:
                clean.append(change)
                continue
            old = _read(change.before)
            more.update(one.text for one in new.asked)
            more.subtract(one.text for one in old.asked)
            had += Counter(one.name for one in old.handlers) - Counter(one.name for one in new.handlers)
            found += ((change, one) for one in _QUERIES.added(change, old.asked, new.asked))
            names = {one.name for one in old.handlers}
            fresh += ((change, one) for one in new.handlers if one.name not in names)
        if found or fresh:  # what went from one file to another is counted off against where it was
            for change in changes.readable([*clean, *deleted(changes, wanted, self.searched)]):
                old = _read(change.before)
                more.subtract(one.text for one in old.asked)
                had.update(one.name for one in old.handlers)
        by_handler: dict[tuple[str, int], list[_Asked]] = {}
        for change, asked in found:
            if more[asked.text] > 0:
                more[asked.text] -= 1
                by_handler.setdefault((change.path, asked.handler.start), []).append(asked)
        for (path, _), all_of_it in by_handler.items():
            yield _finding(path, all_of_it)
        for change, one in fresh:
            if had[one.name] > 0:
                had[one.name] -= 1
            elif 0 < self.lines <= one.last - one.line and (change.path, one.start) not in by_handler and (
                (count := _count(change, one)) > self.lines
            ):
                says = f"the new handler {one.name or 'here'} has {count} lines of code, and the limit is {self.lines}"
                yield Finding(says, Place(change.path, one.line), self.long, evidence=f"long {one.name}")


@dataclass(frozen=True, slots=True)
class _Asked:
    """A query in a handler, and its text without layout."""

    query: "Query"
    handler: "Handler"
    text: str


_QUERIES: Things[_Asked] = Things(
    lambda one: one.text, lambda one: one.query.name, lambda one: range(one.query.line, one.query.last + 1)
)


@dataclass(frozen=True, slots=True)
class _Side:
    handlers: "tuple[Handler, ...]" = ()
    asked: tuple[_Asked, ...] = ()


def _read(side: Content | None) -> _Side:
    if side is None or not is_file(side.mode):
        return _Side()
    from pytest_agentcompliance.parsing.handlers import handlers
    from pytest_agentcompliance.parsing.queries import queries

    text = side.text()
    there = tuple(one for one in handlers(side.path, text) if not _GUARD.fullmatch(one.name))
    if not there:
        return _Side()
    asked: list[_Asked] = []
    for one in queries(side.path, text):
        handler = next((each for each in there if each.start <= one.start and one.end <= each.end), None)
        said = " ".join(text[one.start : one.end].split())[:400]
        if handler is not None and not _is_harmless(one, handler, said):
            asked.append(_Asked(one, handler, said))
    return _Side(there, tuple(asked))


def _is_harmless(one: "Query", handler: "Handler", said: str) -> bool:
    if one.kind == "transaction" or one.name.endswith((".refresh", ".flush", ".prepare")):
        return True
    return _HEALTH.search(said) is not None or (one.kind == "raw" and _ROUTE_OF_HEALTH.search(handler.name) is not None)


def _finding(path: str, all_of_it: list[_Asked]) -> Finding:
    handler = all_of_it[0].handler
    names = list(dict.fromkeys(one.query.name[:80] for one in all_of_it))
    rest = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    who = f"the handler {handler.name}" if handler.name else "this handler"
    says = f"{who} asks the database itself: {', '.join(names[:_NAMED])}{rest}"
    evidence = f"{handler.name}: {' '.join(sorted(names))}"
    return Finding(says, Place(path, all_of_it[0].query.line), evidence=evidence[:2000])


def _count(change: FileChange, one: "Handler") -> int:
    """The lines of a handler that have code on them."""
    from pytest_agentcompliance.parsing.comments import blanked

    assert change.after is not None
    lines = blanked(change.after.text(), change.path)[one.start : one.end].split("\n")
    return sum(1 for line in lines if line.strip(" \t\r(){}[];,"))
