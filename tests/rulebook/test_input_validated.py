"""api/input-validated: endpoints of many frameworks, what they read, and what checks it."""

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.parsing.endpoints import endpoints
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.api.input_validated import InputValidated


def read(path: str, text: str) -> list[tuple[str, str]]:
    return [(one.name, one.unchecked) for one in endpoints(path, text)]


def places(**example: object) -> tuple[str, ...]:
    return workshop.places(InputValidated, Example("x", **example))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "text", "wanted"),
    [
        ("a.ts", "app.post('/a', (req, res) => save(req.body))", ("POST /a", "body")),
        ("a.js", "router.patch('/a', async function (req, res) { await save(req.body.x) })", ("PATCH /a", "body")),
        ("a.ts", "userRouter.get('/a', (req, res) => find(req.query))", ("GET /a", "query")),
        ("a.ts", "app.get('/a/:id', (req, res) => find(req.params.id))", ("GET /a/:id", "path")),
        ("a.ts", "const create = async (req, res) => { save(req.body) }\napp.post('/a', create)", ("POST /a", "body")),
        ("a.ts", "app.post('/a', async (c) => save(await c.req.json()))", ("POST /a", "body")),
        ("a.ts", "router.post('/a', async (ctx) => save(ctx.request.body))", ("POST /a", "body")),
        ("a.ts", "app.post('/a', requireAuth, (req, res) => save(parseInt(req.body.n)))", ("POST /a", "body")),
        ("app/x/route.ts", "export async function PUT(req: Request) { save(await req.json()) }", ("PUT", "body")),
        ("h.ts", "export const handler = async (event) => save(JSON.parse(event.body))", ("handler", "body")),
        ("pages/api/a.ts", "export default function handler(req, res) { save(req.body) }", ("handler", "body")),
        ("a.ts", "class A {\n  @Post('x')\n  create(@Body() dto: { a: string }) { return dto }\n}", ("create", "body")),
        ("a.py", "@app.post('/a')\nasync def a(data: dict):\n    return save(data)\n", ("post /a", "body")),
        ("a.py", "@router.put('/a')\nasync def a(request: Request):\n    return save(await request.json())\n", ("put /a", "body")),
        ("a.py", "@bp.route('/a', methods=['POST'])\ndef a():\n    return save(request.form['x'])\n", ("/a a", "body")),
        ("a.py", "@app.route('/a')\ndef a():\n    return find(request.args['q'])\n", ("/a a", "query")),
        ("a.py", "class A(APIView):\n    def post(self, request):\n        return save(request.data)\n", ("post", "body")),
    ],
)
def test_unchecked(path: str, text: str, wanted: tuple[str, str]) -> None:
    assert read(path, text) == [wanted]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", "app.post('/a', validate(schema), (req, res) => save(req.body))"),
        ("a.ts", "app.post('/a', body('x').isEmail(), (req, res) => save(req.body))"),
        ("a.ts", "app.post('/a', celebrate({ body: x }), (req, res) => save(req.body))"),
        ("a.ts", "app.post('/a', (req, res) => { const r = S.safeParse(req.body); save(r) })"),
        ("a.ts", "app.post('/a', (req, res) => { if (typeof req.body.x !== 'string') return bad(res); save(req.body) })"),
        ("a.ts", "app.post('/a', (req, res) => { if (!req.body.x) return res.status(400).end(); save(req.body) })"),
        ("a.ts", "fastify.post('/a', { schema }, async (req) => save(req.body))"),
        ("a.ts", "const toA = (x) => schema.parse(x)\napp.post('/a', (req, res) => save(toA(req.body)))"),
        ("a.ts", "app.use(OpenApiValidator.middleware({}))\napp.post('/a', (req, res) => save(req.body))"),
        ("a.ts", "app.get('/health', (req, res) => res.json({ ok: true }))"),
        ("a.ts", "app.get('/a', (req, res) => list(req.query.all === '1'))"),
        ("a.ts", "class A {\n  @Post()\n  create(@Body() dto: CreateDto) { return dto }\n}"),
        ("a.ts", "class A {\n  @Post()\n  create(@Body(new ZodPipe(s)) dto: any) { return dto }\n}"),
        ("a.ts", "class A {\n  @Post()\n  @UsePipes(new P())\n  create(@Body() dto: any) { return dto }\n}"),
        ("app/x/route.ts", "export async function POST(req: Request) { save(S.parse(await req.json())) }"),
        ("a.py", "@app.post('/a')\ndef a(user: UserIn):\n    return save(user)\n"),
        ("a.py", "@app.post('/a')\ndef a(request: UserIn):\n    return save(request.data)\n"),
        ("a.py", "@app.post('/a')\nasync def a(request: Request):\n    return save(UserIn(**await request.json()))\n"),
        ("a.py", "@app.post('/a')\nasync def a(request: Request):\n    return save(UserIn.model_validate(await request.json()))\n"),
        ("a.py", "@bp.route('/a', methods=['POST'])\ndef a():\n    x = request.json\n    if 'a' not in x:\n        return {}, "
                 "400\n    return save(x)\n"),
        ("a.py", "@bp.route('/a')\n@use_args(S)\ndef a(args):\n    return save(request.json)\n"),
        ("a.py", "def check(x):\n    if not isinstance(x, dict):\n        raise E\n\n\n@app.post('/a')\ndef a():\n    return "
                 "save(check(request.json))\n"),
        ("a.py", "@app.api_route('/{path:path}')\nasync def proxy(request: Request):\n    return send(await request.body())\n"),
        ("a.py", "class A(APIView):\n    def post(self, request):\n        s = S(data=request.data)\n        s.is_valid()\n"),
    ],
)
def test_checked(path: str, text: str) -> None:
    assert {unchecked for _, unchecked in read(path, text)} <= {""}
    assert read(path, text)


def test_view_that_names_its_serializer_is_none() -> None:
    assert read("a.py", "class A(APIView):\n    serializer_class = S\n\n    def post(self, request):\n        return "
                        "save(request.data)\n") == []


@pytest.mark.parametrize("text", ["api.get('/users')", "api.post('/users', { body: x })", "map.get('x')", "cache.delete(key"
    ")", "x.all([a, b])"])
def test_call_of_a_client_is_no_endpoint(text: str) -> None:
    assert not any(unchecked for _, unchecked in read("a.ts", text))


def test_changed_endpoint_is_not_new() -> None:
    before = "app.post('/a', (req, res) => save(req.body))\n"
    assert places(before={"a.ts": before}, after={"a.ts": before.replace("save", "store")}) == ()


def test_two_of_one_name_are_two() -> None:
    text = "app.post('/a', (req, res) => save(req.body))\n"
    assert places(before={"a.ts": text}, after={"a.ts": text + text}) == ("a.ts:2",)


def test_tests_and_mocks_are_left_out() -> None:
    text = "app.post('/a', (req, res) => save(req.body))\n"
    assert places(after={"tests/a.ts": text, "src/mocks/handlers.ts": text, "src/a.test.ts": text}) == ()


@pytest.mark.parametrize("text", ["app.post('/a', (req) => {" * 3000, "@app.post('/a')\n" * 3000, "class A {\n@Post()"
    "\n" * 2000, "app.post(" + "(" * 20_000])
def test_no_text_is_too_much(text: str) -> None:
    for path in ("a.ts", "a.py"):
        endpoints(path, text)
