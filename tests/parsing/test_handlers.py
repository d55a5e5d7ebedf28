"""The functions of code that answer requests: which they are, and what they are called."""

import pytest

from pytest_agentcompliance.parsing.handlers import handlers


def named(text: str, path: str = "a.ts") -> list[str]:
    return [one.name for one in handlers(path, text)]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("app.get('/a', (req, res) => res.send(a))", "GET /a"),
        ("router.post<Body>('/a', guard, wrap(async (req, res) => res.send(a)))", "POST /a"),
        ("router.route('/a').put(async function (req, res) { res.send(a) })", "PUT ?"),
        ("fastify.get('/a', { schema }, async () => a())", "GET /a"),
        ("app.delete('/a/:id', (c) => c.json(a))", "DELETE /a/:id"),
        ("exports.list = async (req, res) => res.send(a)", "list"),
        ("export const list = wrap(async (req: Request, res: Response) => res.send(a))", "list"),
        ("class A {\n  async list(req: Request, res: Response): Promise<void> {\n    res.send(a)\n  }\n}", "list"),
        ("async function list(_req: Request<{ id: string }>, res) {\n  res.send(a)\n}", "list"),
        ("@Controller('a')\nexport class A {\n  @Get()\n  list() {\n    return a\n  }\n}", "list"),
        ("@Controller({ path: 'a' })\nclass A {\n  constructor() {}\n  list() {\n    return a\n  }\n}", "list"),
        ("import { Context } from 'hono'\nexport const list = (c: Context) => c.json(a)", "list"),
    ],
)
def test_handlers_of_scripts(code: str, name: str) -> None:
    assert named(code + "\n") == [name]


@pytest.mark.parametrize(
    "code",
    [
        "cache.get('/a', () => a())", "http.get('https://a.example', (res) => a(res))",
        "export function list(db, id) {\n  return db.a(id)\n}",
        "function guard(req, res, next) {\n  next()\n}", "@Injectable()\nexport class A {\n  list() {\n    return a\n  }\n}",
        "export async function list(ctx: Context, id: string) {\n  return a\n}", "export async function GET() {\n  return a\n}",
        "emitter.on('a', (req) => a(req))", "app.use((req, res, next) => {\n  log(req)\n  next()\n})",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_handler_of_scripts(code: str) -> None:
    assert named(code + "\n") == []


def test_route_files_of_next_answer_by_the_names_of_methods() -> None:
    text = "export async function GET() {\n  return a\n}\nexport const POST = wrap(async () => b)\nexport const dynamic = 'force'\n"
    assert named(text, "src/app/api/a/route.ts") == ["GET", "POST"]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("@app.get('/a')\nasync def list_a():\n    return a\n", "GET /a"),
        ("@router.post(\n    '/a/{id}', status_code=201\n)\n@limit(5)\ndef add(id: int):\n    return a\n", "POST /a/{id}"),
        ("@bp.route('/a', methods=['POST'])\ndef add():\n    return a\n", "/a"),
        ("class A(MethodView):\n    def get(self):\n        return a\n    def helper(self):\n        return b\n", "get"),
        ("from django.http import HttpResponse\n\n\ndef list_a(request):\n    return a\n", "list_a"),
    ],
)
def test_handlers_of_python(code: str, name: str) -> None:
    assert named(code, "a.py") == [name]


@pytest.mark.parametrize(
    "code",
    [
        "@mock.patch('a.b')\ndef run(a):\n    return a\n", "@app.task\ndef run():\n    return a\n",
        "def send(request):\n    return a\n",
        "class A(Base):\n    def get(self):\n        return a\n", "@app.get\ndef run():\n    return a\n",
    ],
)  # fmt: skip
def test_what_only_looks_like_a_handler_of_python(code: str) -> None:
    assert named(code, "a.py") == []


def test_handler_has_its_lines_and_one_within_another_is_a_part_of_it() -> None:
    text = "f()\napp.get('/a', async (req, res) => {\n  const b = (req, res) => res.send(req)\n  b(req, res)\n})\n"
    (one,) = handlers("a.ts", text)
    assert (one.line, one.last) == (2, 5)
    assert text[one.start : one.end].startswith("('/a'")


@pytest.mark.parametrize("path", ["a.ts", "a.py", "a.go", "app/route.ts"])
@pytest.mark.parametrize(
    "text", ["", "\0request", "app.get('/a', (req, res) => {", "@app.get('/a')\n" * 500, "app" + ".get('/')" * 2000]
)
def test_any_text_is_read(path: str, text: str) -> None:
    assert len(handlers(path, text)) <= 1
