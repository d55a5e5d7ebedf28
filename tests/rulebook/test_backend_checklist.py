"""security/backend-checklist: what code leaves open, and which of it the change did."""

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.parsing.hardening import left_open
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.security.backend_checklist import BackendChecklist

NODE = "import bcrypt, { hash } from 'bcrypt'\nimport cors from 'cors'\nimport jwt from 'jsonwebtoken'\n"
PYTHON = "import bcrypt\nimport hashlib\nimport jwt\nfrom flask_cors import CORS\n"


def found(path: str, text: str) -> list[tuple[str, int | None]]:
    return [(one.kind, one.cost) for one in left_open(path, (PYTHON if path.endswith(".py") else NODE) + text)]


def places(**example: object) -> tuple[str, ...]:
    """The breaches, a route that differs from those beside it among them."""
    given = {"siblings": "breach", **(example.pop("given", None) or {})}  # type: ignore[dict-item]
    return workshop.places(BackendChecklist, Example("x", given=given, **example))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "text", "cost"),
    [
        ("a.ts", "bcrypt.hash(password, 10)", 10),
        ("a.ts", "bcrypt.hashSync(password, 4)", 4),
        ("a.ts", "bcrypt.genSalt()", 10),
        ("a.ts", "bcrypt.genSaltSync(8)", 8),
        ("a.ts", "hash(password, 9)", 9),
        ("a.ts", "const ROUNDS = 10\nbcrypt.hash(password, ROUNDS)", 10),
        ("a.ts", "bcrypt.hash(password, parseInt(process.env.ROUNDS || '10', 10))", 10),
        ("a.ts", "bcrypt.hash(password, Number(process.env.ROUNDS ?? 6))", 6),
        ("a.ts", "bcrypt.hash(password, this.config.get('ROUNDS', 10))", 10),
        ("a.ts", "class A { static ROUNDS = 8 }\nbcrypt.hash(password, 13)", 13),
        ("a.py", "bcrypt.gensalt(10)", 10),
        ("a.py", "bcrypt.gensalt(rounds=int(os.getenv('ROUNDS', '10')))", 10),
        ("a.py", "CryptContext(schemes=['bcrypt'], bcrypt__rounds=8)", 8),
        ("a.py", "bcrypt.using(rounds=11).hash(password)", 11),
    ],
)
def test_cost_of_bcrypt(path: str, text: str, cost: int) -> None:
    assert found(path, text) == [("password", cost)]


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", "bcrypt.hash(password, config.rounds)"),
        ("a.ts", "bcrypt.hash(password, await salt())"),
        ("a.ts", "bcrypt.compare(password, 10)"),
        ("a.ts", "map.hash(password, 10)"),
        ("a.py", "bcrypt.hashpw(password, bcrypt.gensalt())"),
        ("a.py", "hashlib.sha256(token.encode())"),
        ("a.py", "hashlib.sha256(password_reset_token.encode())"),
        ("a.ts", "jwt.sign({ id }, KEY, { expiresIn: '1h' })"),
        ("a.ts", "jwt.sign({ id, exp: soon }, KEY)"),
        ("a.ts", "const payload = { exp: soon }\njwt.sign(payload, KEY)"),
        ("a.ts", "jwt.sign(payload, KEY, options)"),
        ("a.ts", "jwt.sign({ id }, KEY, { ...options })"),
        ("a.ts", "const options = { expiresIn: '1h' }\njwt.sign({ id }, KEY, options)"),
        ("a.ts", "jwt.verify(token, KEY)"),
        ("a.ts", "wallet.sign(message, KEY)"),
        ("a.ts", "new SignJWT({ id }).setProtectedHeader({ alg }).setExpirationTime('1h').sign(KEY)"),
        ("a.py", "def f():\n    claims = {'sub': 1}\n    claims['exp'] = soon()\n    return jwt.encode(claims, KEY)"),
        ("a.py", "def f(claims):\n    return jwt.encode(claims, KEY)\n\n\ndef g():\n    return f({'exp': soon()})"),
        ("a.ts", "app.use(cors({ origin: ['https://a.example'] }))"),
        ("a.ts", "app.use(cors({ origin: process.env.ORIGIN }))"),
        ("a.ts", "app.use(cors(options))"),
        ("a.ts", "app.use(cors({ origin: (origin, done) => done(null, ALLOWED.includes(origin)) }))"),
        ("a.ts", "// res.setHeader('Access-Control-Allow-Origin', '*')"),
        ("a.ts", "res.setHeader('Content-Type', 'text/javascript')\nres.setHeader('Access-Control-Allow-Origin', '*')"),
        ("a.py", "CORS(app, origins=settings.ORIGINS)"),
        ("a.py", "app.add_middleware(CORSMiddleware, allow_origins=settings.origins)"),
    ],
)
def test_kept(path: str, text: str) -> None:
    assert found(path, text) == []


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("a.ts", "jwt.sign({ id }, KEY)", "token"),
        ("a.ts", "jwt.sign({ id }, KEY, { algorithm: 'HS256' })", "token"),
        ("a.ts", "const options = { algorithm: 'HS256' }\njwt.sign({ id }, KEY, options)", "token"),
        ("a.ts", "new SignJWT({ id }).setProtectedHeader({ alg }).sign(KEY)", "token"),
        ("a.py", "jwt.encode({'sub': 1}, KEY, algorithm='HS256')", "token"),
        ("a.py", "def f():\n    claims = {'sub': 1}\n    return jwt.encode(claims, KEY)", "token"),
        ("a.ts", "app.use(cors())", "origin"),
        ("a.ts", "app.use(cors({ credentials: true }))", "origin"),
        ("a.ts", "app.use(cors({ origin: '*' }))", "origin"),
        ("a.ts", "app.use(cors({ origin: true, credentials: true }))", "origin"),
        ("a.ts", "app.use(cors({ origin: (origin, done) => done(null, true) }))", "origin"),
        ("a.ts", "app.use(cors({ origin: process.env.ORIGIN || '*' }))", "origin"),
        ("a.ts", "const options = { origin: '*' }\napp.use(cors(options))", "origin"),
        ("a.ts", "app.enableCors()", "origin"),
        ("a.ts", "app.register(cors, { origin: true })", "origin"),
        ("a.ts", "new Server(http, { cors: { origin: '*' } })", "origin"),
        ("a.ts", "res.setHeader('Access-Control-Allow-Origin', '*')", "origin"),
        ("a.py", "CORS(app)", "origin"),
        ("a.py", "CORS(app, resources={'/api/*': {'origins': '*'}})", "origin"),
        ("a.py", "some = os.getenv('ORIGINS', '*').split(',')\napp.add_middleware(CORSMiddleware, allow_origins=some)", "origin"),
        ("a.py", "response.headers['Access-Control-Allow-Origin'] = '*'", "origin"),
        ("settings.py", "CORS_ALLOW_ALL_ORIGINS = True", "origin"),
    ],
)
def test_left_open(path: str, text: str, kind: str) -> None:
    assert found(path, text) == [(kind, None)]


def test_what_a_comment_says_excuses_nothing() -> None:
    assert found("a.ts", "// javascript, development\nres.setHeader('Access-Control-Allow-Origin', '*')") == [("origin", None)]
    assert found("a.ts", "jwt.sign({ id }, KEY /* expiresIn: '1h' */)") == [("token", None)]


def test_a_quick_hash_of_a_password() -> None:
    text = "import hashlib\n\n\ndef f(password):\n    return hashlib.sha256((SALT + password).encode()).hexdigest()\n"
    assert [one.kind for one in left_open("a.py", text)] == ["password"]
    text = "export const f = (password) => createHash('md5').update(password).digest('hex')\n"
    assert [one.kind for one in left_open("a.js", text)] == ["password"]


FASTAPI = "from fastapi import APIRouter, Depends\n\nrouter = APIRouter()\n\n\n"


def route(method: str, path: str, parameters: str = "user=Depends(current_user)", body: str = "return one()") -> str:
    return f"@router.{method}('{path}')\ndef {method}_{len(path)}({parameters}):\n    {body}\n\n\n"


GUARDED = FASTAPI + route("get", "/orders") + route("get", "/orders/{id}") + route("post", "/orders")


def test_a_route_is_held_to_those_of_its_kind_beside_it() -> None:
    assert places(before={"a.py": GUARDED}, after={"a.py": GUARDED + route("get", "/bills", "")}) == ("a.py:21",)
    # One guarded route that writes says nothing of a second.
    assert places(before={"a.py": GUARDED}, after={"a.py": GUARDED + route("post", "/bills", "")}) == ()
    nest = (
        "import { Controller, Get, UseGuards } from '@nestjs/common'\n\n@Controller('bills')\nexport class Bills {\n"
        "  @Get('a')\n  @UseGuards(JwtAuthGuard)\n  a() { return 1 }\n\n"
        "  @Get('b')\n  @UseGuards(JwtAuthGuard)\n  b() { return 1 }\n"
        "\n  @Get('c')\n  c() { return 1 }\n}\n"
    )
    assert places(after={"a.ts": nest}) == ("a.ts:13",)


@pytest.mark.parametrize(
    "more",
    [
        route("get", "/health", ""),
        route("get", "/public/bills", ""),
        route("get", "/bills", "user: CurrentUser"),
        route("get", "/bills", "", "return one(request.state.session)"),
        route("get", "/bills", "key=Depends(require_api_key)"),
    ],
)
def test_routes_that_need_no_guard_or_have_one(more: str) -> None:
    assert places(before={"a.py": GUARDED}, after={"a.py": GUARDED + more}) == ()


def test_a_route_that_base_had_accuses_nobody() -> None:
    bills = route("get", "/bills", "")
    before = GUARDED + bills
    assert places(before={"a.py": before}, after={"a.py": before.replace("return one()", "return two()")}) == ()


def test_limits_are_asked_of_the_first_server_alone() -> None:
    login = "@app.post('/login')\ndef login(body):\n    return check(body)\n"
    served = {"main.py": "app = FastAPI()\n\n\n" + login}
    assert places(after=served) == ("main.py:1",)
    assert places(before={"old.py": "app = Flask(__name__)\n"}, after={"old.py": "app = Flask(__name__)\n", **served}) == ()
    assert places(after={**served, "limits.py": "from slowapi import Limiter\n"}) == ()
    assert places(after={"main.py": "app = FastAPI()\n\n\n@app.get('/goods')\ndef goods():\n    return []\n"}) == ()


def test_parameters() -> None:
    after = {"a.ts": NODE + "bcrypt.hash(password, 10)\napp.use(cors())\n"}
    assert places(after=after) == ("a.ts:4", "a.ts:5")
    assert places(given={"bcrypt_cost": 10}, after=after) == ("a.ts:5",)
    assert places(given={"checks": ["passwords"]}, after=after) == ("a.ts:4",)


@pytest.mark.parametrize(
    "text", ["cors(" * 4000, "app.use(cors({ origin: " + "(" * 9000, "jwt.encode(" + "{" * 9000, "\0bcrypt.hash(\ud800"]
)
def test_hostile_text_is_read_in_time(text: str) -> None:
    for path in ("a.py", "a.ts"):
        assert isinstance(left_open(path, text), tuple)
