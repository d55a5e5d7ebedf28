"""The ports that code declares: servers that listen, defaults of variables, settings; and those that are a client's or none."""

import pytest

from pytest_agentcompliance.parsing.ports import declared


def told(text: str, path: str) -> list[str]:
    """The ports that are no client's."""
    return [one.port for one in declared(text, path) if one.port and not one.client]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("app.listen(3000)\n", ["3000"]),
        ("app.listen(3000, '0.0.0.0', () => {})\n", ["3000"]),
        ("app.listen(0)\n", []),
        ("const PORT = 3000\nserver.listen(PORT)\n", ["3000"]),
        ("const port = process.env.PORT ?? 3000\n", ["3000"]),
        ("const port = process.env.PORT || '3000'\n", ["3000"]),
        ("const port = parseInt(process.env['PORT'] ?? '3094', 10)\n", ["3094"]),
        ("const port = Number(process.env.PORT) || 3000\n", ["3000"]),
        ("const port = process.env.PORT ? parseInt(process.env.PORT) : 9103\n", ["9103"]),
        ("const port = isProd ? 80 : 3000\nlisten(port)\napp.listen(port)\n", ["80 or 3000"]),
        ("const port: number = 3000\napp.listen(port)\n", ["3000"]),
        ("function start(port = 3000) { app.listen(port) }\n", ["3000"]),
        ("serve({ fetch: app.fetch, port: 3001 })\n", ["3001"]),
        ("new WebSocketServer({ port: 8080 })\n", ["8080"]),
        ("await app.listen({ port: 4000, host: '::' })\n", ["4000"]),
        ("await app.listen(config.get<number>('APP_PORT', 3000))\n", ["3000"]),
        ("await app.listen(config.get('HTTP_PORT') ?? 3100)\n", ["3100"]),
        ("const e = z.object({\n PORT: z.coerce.number().int().min(1024).max(65535).default(3098),\n})\n", ["3098"]),
        ("export default { PORT: Joi.number().default(3000) }\n", ["3000"]),
        ("program.option('-p, --port <port>', 'where', '3000')\napp.listen(opts.port)\n", ["3000"]),
        ("export default { port: process.env.PORT || 3001, fetch: app.fetch }\n"
         "console.log(`http://localhost:${process.env.PORT || 3001}`)\n",
         ["3001"]),
        ("const port = 3000\nconst hmrPort = port + 1\nserver.listen(hmrPort)\n", ["3000", "3001"]),
        ("const port = number('WEB_PORT', 3000, { min: 1024, max: 65535 })\napp.listen(port)\n", ["3000"]),
        ("const port = Number(process.env.PORT ?? 3000, 10)\nif (tls) app.listen(4443)\n", ["3000", "4443"]),
    ],
)  # fmt: skip
def test_javascript(text: str, expected: list[str]) -> None:
    assert told(text, "src/main.ts") == expected


@pytest.mark.parametrize(
    "text",
    [
        "const pool = new Pool({ host, port: Number(process.env.POSTGRES_PORT ?? '5432') })\n",
        "const pool = new Pool({ host, port: 5432 })\n",
        "createClient({ socket: { port: 6380 } })\n",
        "const port = parseInt(url.port) || 5432\n",
        "const url = `http://localhost:${process.env.AGENT_PORT || '7777'}`\n",
        "const agentPort = process.env.AGENT_HTTP_PORT || config.port || '7777'\nconst u = `http://localhost:${agentPort}`\n",
        "const port = import.meta.env.VITE_API_PORT || '9000'\n",
        "const N = { DEFAULT_DAEMON_PORT: '7777' }\n",
        "const port = 49152 + Math.floor(Math.random() * 16383)\napp.listen(port)\n",
        "if (port === 3000 || port > 1024) stop()\n",
        "import { report, viewport } from './a100'\nconst timeout = 5000\nsetViewport({ width: 1920, height: 1080 })\n",
        "// app.listen(3000)\n/* port: 3000 */\nconst s = 'listen on port 3000'\n",
        "ingress: [{ fromPort: 80, toPort: 80 }]\n",
        "const kind = port >= 9000 ? 'backend' : 'frontend'\n",
        "waitForPort(port, 5000)\n",
    ],
)
def test_javascript_that_declares_none(text: str) -> None:
    assert told(text, "src/db.ts") == []


def test_frameworks() -> None:
    vite = (
        "export default defineConfig(({ mode }) => ({\n  server: {\n    port: 5174,\n    strictPort: true,\n"
        "    proxy: { '/a': 'http://x:9000' },\n"
        "    hmr: { port: 5175 },\n  },\n  preview: { port: Number(env.PREVIEW_PORT) || 4173 },\n}))\n"
    )
    assert told(vite, "apps/web/vite.config.ts") == ["5174", "5175", "4173"]
    assert [one.what for one in declared(vite, "vite.config.ts")][:1] == ["server.port"]
    playwright = (
        "export default { use: { baseURL: 'http://localhost:1' },\n"
        "  webServer: { command: 'pnpm dev --port 3002', port: 3002, timeout: 60000 } }\n"
    )
    assert told(playwright, "playwright.config.ts") == ["3002", "3002"]
    assert told("module.exports = { devServer: { port: 9000, hot: true } }\n", "webpack.config.js") == ["9000"]
    assert told("module.exports = { apps: [{ env: { PORT: 3000, DB_PORT: 5432 } }] }\n", "ecosystem.config.js") == ["3000"]
    assert told("export default { dbCredentials: { port: 5544 } }\n", "drizzle.config.ts") == []


def test_python() -> None:
    text = (
        "import os\n"
        "class Settings(BaseSettings):\n"
        "    '''Serves.\n\n    port: 1234\n    '''\n"
        "    port: int = 8000\n"
        "    redis_port: int = 6379\n"
        "    api_port: int = Field(8100, env='API_PORT')\n"
        "PORT = int(os.getenv('PORT', '8001'))\n"
        "DB = int(os.environ.get('DB_PORT', 5432))\n"
        "ws = os.environ.get('WS_PORT') or 8002\n"
        "parser.add_argument('--port', type=int, default=8003)\n"
        "uvicorn.run(app, host='0.0.0.0', port=8004)\n"
        "HTTPServer(('', 8005), Handler)\n"
        "TIMEOUT = 3000\n"
    )
    assert told(text, "app/main.py") == ["8000", "8100", "8001", "8002", "8003", "8004", "8005"]
    assert told("bind = '0.0.0.0:8000'\nworkers = 4\n", "gunicorn.conf.py") == ["8000"]
    assert told("class Cache:\n    port: int = 6379\n", "app/cache.py") == []


def test_go() -> None:
    text = (
        'const DefaultHTTPPort = "7777"\nv.SetDefault("http_port", 7778)\nport := os.Getenv("PORT")\n'
        'if port == "" {\n\tport = "8080"\n}\n'
        'http.ListenAndServe(":8081", nil)\nsrv := &http.Server{Addr: ":8082"}\nflag.Int("port", 8083, "where")\n'
        'net.Dial("tcp", "localhost:9999")\n'
    )
    assert told(text, "main.go") == ["7777", "7778", "8080", "8081", "8082", "8083"]


def test_a_name_from_another_file_is_told_as_such() -> None:
    text = "import { WEB_PORT } from './ports'\nimport { port } from './x'\napp.listen(WEB_PORT)\nserver.listen(port)\n"
    assert [(one.refers, one.port) for one in declared(text, "a.ts")] == [("WEB_PORT", "")]
    table = "const { read } = require('./ports.cjs')\nexport default { server: { port: read('WEB_PORT') } }\n"
    assert [one.refers for one in declared(table, "vite.config.ts")] == ["WEB_PORT"]


def test_a_key_stays_where_it_is_when_lines_move() -> None:
    short, long = "app.listen(3000)\n", "// more\n\nconst a = 1\napp.listen(3000)\n"
    assert [one.key for one in declared(short, "a.ts")] == [one.key for one in declared(long, "a.ts")]


@pytest.mark.walk
@pytest.mark.parametrize(
    "piece",
    ["port = ", "(", "{port: ", '"', "`", "'''", "import port ", "process.env.PORT ?? ", "port: 3000,\n", "listen(", "://a:${"],
)
def test_repeated_text_is_read_to_its_end(piece: str) -> None:
    assert isinstance(declared("port\n" + piece * 20_000, "a.ts"), tuple)
    assert isinstance(declared("port\n" + piece * 20_000, "a.py"), tuple)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("WEB_PORT = number_of('WEB_PORT', 8000, min_value=1024, max_value=65535)\n", ["8000"]),
        ("WEB_PORT = number_of('WEB_PORT', 8000, 1024, 65535)\n", ["8000"]),
        ("WEB_PORT = number_of('WEB_PORT', maximum=65535, fallback=8000)\n", ["8000"]),
        ("web_port = int(environ.get('WEB_PORT', 8000))\nif tls:\n"
         "    tls_port = int(environ.get('TLS_PORT', 8443))\n", ["8000", "8443"]),
        ("web_port = (\n    8000\n    if plain\n    else 8443\n)\nuvicorn.run(app)\n", ["8000 or 8443"]),
        ("if tls:\n    web_port = 8443\nelse:\n    web_port = 8000\nuvicorn.run(app)\n", ["8443", "8000"]),
    ],
)
def test_one_value_ends_where_the_next_begins(text: str, expected: list[str]) -> None:
    assert told(text, "app.py") == expected


@pytest.mark.parametrize("mark", ["`", '"', "'"])
def test_quotation_marks_that_nothing_closes_are_looked_at_once(mark: str) -> None:
    assert told(f"{mark}\\" * 50_000 + "\napp.listen(3000)\n", "a.js") == ["3000"]
