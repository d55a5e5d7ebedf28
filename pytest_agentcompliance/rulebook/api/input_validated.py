"""api/input-validated: a new endpoint checks what it reads of a request."""

from collections import Counter
from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: endpoints are read when a file is a candidate
    from pytest_agentcompliance.parsing.endpoints import Endpoint

_SAYS = {"body": "reads the body of the request", "query": "reads the query of the request", "path": "passes a parameter of its "
    "path on"}
EXEMPT = ["**/examples/**", "**/mocks/**", "**/__mocks__/**", "**/fixtures/**", "**/msw/**", "**/.storybook/**"]


class InputValidated(Rule):
    """A new endpoint has a declared request model or a call that checks what it reads.

    Why: what comes from outside is not what the code expects. Where nothing checks it at the boundary, each function behind
    it has to, and one that does not is a crash or a hole.

    Endpoints that base does not have are read with the language's grammar: Express, Fastify, Koa, Hono, NestJS, route files
    of Next, handlers of Lambda; FastAPI, Flask, Django REST. One that reads the body has to declare its model (pydantic, a
    DTO, a schema) or to check what it reads: a call of zod, joi, yup, ajv, class-validator, express-validator, celebrate,
    marshmallow, a serializer, a function or middleware whose name says so, in this file or another, or a check of its own
    that answers with 400 or 422. The query, or a parameter of the path, that is passed on unchecked is a matter of style.

    Blind spots: whether what is checked is what is read, and whether a DTO has any decorators; handlers of other files; a
    request that is handed on as a whole to a function of another file, which may check it; middleware of other files that no
    name gives away; GraphQL, tRPC, gRPC, message queues; Go.
    """

    exempt: list[str] = Field(default=EXEMPT, description="Globs of files whose endpoints nobody from outside calls.")

    query: Level = Field(
        default="style", description="What an endpoint is that reads the query alone, and checks nothing: a breach, or a matter "
                                     "of style."
    )

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    remedy: ClassVar[Remedy] = Remedy("fix", "Declare a model of the request, or check what is read with a schema before it is "
                                             "used, and answer 400 or 422.")
    candidates = Candidates(
        contains=(
            rb"\.(?:post|put|patch|delete|get|all|route|api_route)\(", rb"@(?:Post|Put|Patch|Delete|Get|All)\(", rb"export [^\n]"
                rb"{0,30}(?:GET|POST|PUT|PATCH|DELETE|handler)\b",
            rb"APIView", rb"ViewSet",
        ),
        endings=(".py", ".js", ".mjs", ".cjs", ".ts", ".mts", ".cts", ".tsx", ".jsx"),
    )  # fmt: skip
    examples = (
        Example(
            "An endpoint that reads the body and checks nothing is reported; one that reads the query is a matter of style.",
            after={
                "src/a.ts": "router.post('/users', async (req, res) => {\n  const user = await db.create(req.body)\n"
                            "  res.json(user)\n})\n"
                            "app.get('/find', (req, res) => res.json(find(req.query.q)))\n",
                "app/b.py": "@app.post('/users')\nasync def create(request: Request):\n    data = await request.json()\n    "
                            "return save(data)\n",
                "app/c.py": "@bp.route('/users', methods=['POST'])\ndef create():\n    return save(request.get_json())\n",
                "src/d.controller.ts": "@Controller('x')\nexport class D {\n  @Post()\n  create(@Body() body: any) "
                                       "{\n    return this.s.create(body)\n  }\n}\n",
                "src/app/api/e/route.ts": "export async function POST(req: Request) "
                                          "{\n  const body = await req.json()\n  return Response.json(save(body))\n}\n",
            },
            finds=("app/b.py:1", "app/c.py:1", "src/a.ts:1", "src/app/api/e/route.ts:1", "src/d.controller.ts:4"),
            styles=("src/a.ts:5",),
        ),
        Example(
            "So is one beside others that base has, and those are not.",
            before={"src/a.ts": "app.post('/old', (req, res) => save(req.body))\n"},
            after={"src/a.ts": "app.post('/old', (req, res) => save(req.body))\napp.put('/new', (req, res) => save(req.body))\n"},
            finds=("src/a.ts:2",),
        ),
        Example("A parameter of the path alone is a matter of style.",
            after={"src/a.ts": "app.delete('/users/:id', (req, res) => "
                               "res.json(remove(req.params.id)))\n"}, styles=("src/a.ts:1",)),
        Example("One that declares its model, or checks what it reads, is kept.", after={
            "src/a.ts": "app.post('/a', validateBody(UserSchema), (req, res) => save(req.body))\n"
                        "app.post('/b', (req, res) => {\n  const user = User.parse(req.body)\n  save(user)\n})\n"
                        "app.post('/c', (req, res) => {\n  if (!req.body.name) return res.status(400).end()\n  save(req.body)\n})\n"
                        "app.post('/d', zValidator('json', s), async (c) => save(await c.req.json()))\n"
                        "fastify.post('/e', { schema: { body: s } }, async (req) => save(req.body))\n",
            "src/b.controller.ts": "@Controller('b')\nexport class B {\n  @Post()\n  create(@Body() dto: CreateDto) "
                                   "{\n    return this.s.create(dto)\n  }\n}\n",
            "app/b.py": "@app.post('/users')\ndef create(user: UserIn, q: Annotated[str, Query()]):\n    return save(user)\n\n\n"
                        "@app.get('/page')\ndef page():\n    return show(request.args.get('page', 1, type=int))\n\n\n"
                        "@app.post('/load')\ndef load():\n    return save(UserSchema().load(request.get_json()))\n",
        }),
        Example("One that reads nothing is kept, and so is a client's call.", after={
            "src/a.ts": "app.get('/health', (_req, res) => res.json({ ok: true }))\napi.post('/users', "
                        "{ body: JSON.stringify(user) })\n"
                        "const r = await api.get('/users')\nmap.get('/x')\n",
            "app/b.py": "@app.get('/health')\ndef health():\n    return {'ok': True}\n",
        }),
        Example("One whose helper checks is kept.", after={
            "src/a.ts": "function toUser(raw: unknown) {\n  return UserSchema.parse(raw)\n}\napp.post('/a', (req, res) => "
                        "save(toUser(req.body)))\n",
        }),
        Example("One whose body is told to be unknown, or fills a model, is kept.", after={
            "src/app/api/c/route.ts": "export async function POST(request) {\n  const body = await request.json()\n"
                                      "  if (!body.kind) {\n    throw new AppError('Unknown kind.')\n  }\n  return save(body)\n}\n",
            "src/app/api/b/route.ts": "export async function POST(request) {\n  await request.json()\n  return done()\n}\n",
            "src/a.ts": "app.post('/in', async (req, res) => {\n  const body = req.body as { name?: unknown }\n"
                        "  res.json(await service.login(body.name))\n})\n",
            "app/b.py": "@app.post('/say')\nasync def say(request: Request):\n    body = await request.json()\n"
                        "    return save(SayModel(text=body.get('text', '')))\n\n\n"
                        "@app.get('/diff')\nasync def diff(path: str, s: Any = Depends(store)):\n    return diff_of(path)\n",
        }),
        Example("One of NestJS is read below decorators of several lines.", after={
            "src/a.controller.ts": "@Controller('a')\nexport class A {\n  @Post('x')\n  @ApiHeader({\n    name: 'x',\n  })\n"
                                   "  async x(@Body() body: { name?: string }) {\n    return this.s.x(body.name)\n  }\n}\n",
        }, finds=("src/a.controller.ts:7",)),
        Example("One that hands a call of a webhook on with its headers, by which it is checked, is kept.", after={
            "src/a.ts": "app.post('/webhooks/:id', async (req, res) => {\n  res.json(await run(req.body, req.headers))\n})\n",
        }),
        Example("One that moved to another file is kept.",
            before={"src/a.ts": "app.post('/old', (req, res) => save(req.body))\nf()\n"},
            after={"src/a.ts": "f()\n", "src/b.ts": "app.post('/old', (req, res) => save(req.body))\n"}),
    )  # fmt: skip

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.testcode import is_test

        fresh: list[tuple[FileChange, Endpoint]] = []
        gone: Counter[str] = Counter()
        mine = (one for one in self.touched(changes) if not is_test(one.path) and not matches(one.path, self.exempt))
        for change in changes.readable(mine):
            had = Counter(one.name for one in self._read(change.before))
            gone += had
            for one in self._read(change.after):
                if had[one.name]:
                    had[one.name] -= 1
                    gone[one.name] -= 1
                else:
                    fresh.append((change, one))
        if any(one.unchecked for _, one in fresh):
            deleted = [one for one in changes if one.kind == "deleted" and self.searched(one.path) and not is_test(one.path)]
            gone += Counter(one.name for change in changes.readable(deleted) for one in self._read(change.before))
        for change, one in fresh:
            if gone[one.name] > 0:
                gone[one.name] -= 1
            elif one.unchecked:
                level: Level = {"body": "breach", "query": self.query}.get(one.unchecked, "style")
                says = f"the new endpoint {one.name} {_SAYS[one.unchecked]}, and nothing checks it"
                yield Finding(says, Place(change.path, one.line), level, f"{one.name} {one.unchecked}")

    def _read(self, content: Content | None) -> "tuple[Endpoint, ...]":
        from pytest_agentcompliance.parsing.endpoints import endpoints

        if content is None or not is_file(content.mode):
            return ()
        return endpoints(content.path, content.text().replace("\0", ""))
