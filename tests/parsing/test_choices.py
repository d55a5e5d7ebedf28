"""What a file chooses is told from what it only mentions, in every kind of file that chooses."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.choices import (
    Choice,
    Kind,
    dependencies,
    environment,
    folders,
    hosts,
    packages,
    schedules,
    services,
    targets,
)
from pytest_agentcompliance.parsing.choices.defaults import TESTS
from pytest_agentcompliance.parsing.choices.reader import CONTAINS, Reader

KINDS = ["dependency", "service", "infrastructure", "package", "environment", "host", "schedule", "folder", "target"]


def names(found: "list[Choice]") -> list[str]:
    return [one.name for one in found]


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.ts", "process.env.API_KEY ?? process.env['API_URL']", ["API_KEY", "API_URL"]),
        ("a.ts", "const { API_KEY, API_URL: url = 'x' } = process.env", ["API_KEY", "API_URL"]),
        ("a.ts", "import.meta.env.VITE_API_URL", ["VITE_API_URL"]),
        (
            "a.ts",
            "Deno.env.get('API_KEY'); requireEnv('API_URL'); configService.get<string>('API_PORT')",
            ["API_KEY", "API_URL", "API_PORT"],
        ),
        ("a.ts", "// process.env.TOLD\nconst s = env.SOME_NAME\n", ["SOME_NAME"]),
        ("a.ts", "z.object({\n  API_KEY: z.string(),\n}).parse(process.env)", ["API_KEY"]),
        ("src/env.ts", "export default Joi.object({\n  API_KEY: Joi.string(),\n})", ["API_KEY"]),
        ("a.ts", "const MAX_SIZE = { LIMIT: z.number() }; environments.PROD('X')", []),
        (
            "a.py",
            "os.environ['API_KEY'], os.getenv(\"API_URL\"), os.environ.get('API_PORT', '1')",
            ["API_KEY", "API_URL", "API_PORT"],
        ),
        (
            "a.py",
            "class Settings(BaseSettings):\n    model_config = C(env_prefix='app_')\n    api_key: str\n\nx: int\n",
            ["APP_API_KEY"],
        ),
        ("a.go", 'os.Getenv("API_KEY")\ntype C struct {\n  U string `env:"API_URL"`\n}\n', ["API_KEY", "API_URL"]),
        ("a.rs", 'env::var("API_KEY")', ["API_KEY"]),
        ("schema.prisma", 'url = env("DATABASE_URL")', ["DATABASE_URL"]),
        (".env.example", "# OLD=1\nAPI_KEY=\nexport API_URL=x\n", ["API_KEY", "API_URL"]),
        ("Dockerfile", "ARG X\nENV API_KEY=1\n", ["API_KEY"]),
        ("docker-compose.yml", "services:\n  a:\n    environment:\n      URL: ${API_URL:-x}\n", ["API_URL"]),
        (".github/workflows/ci.yml", "run: ${{ secrets.API_KEY }} ${{ vars.API_URL }} ${{ env.OTHER }}", ["API_KEY", "API_URL"]),
        ("a.md", "process.env.API_KEY", []),
        ("a.ts", "const { API_KEY }: Env = process.env\nconst url = (process.env as Env).API_URL", ["API_KEY", "API_URL"]),
        ("a.ts", "const e = process.env\ne.API_KEY; the.API_URL; e.LIST()\n", ["API_KEY"]),
        ("a.ts", "process['env'].API_KEY + process[\"env\"]['API_URL']", ["API_KEY", "API_URL"]),
        ("a.py", "if 'API_KEY' not in os.environ: pass\nif 'API_URL' in words: pass\n", ["API_KEY"]),
        ("a.py", "class S(BaseSettings):\n    key: str = Field(alias='API_KEY')\n    url: str\n", ["API_KEY", "URL"]),
        ("bin/run", "#!/usr/bin/env node\nprocess.env.API_KEY\n", ["API_KEY"]),
        ("a.ts", "process.env.API_KEY = 'x'\nprocess.env['API_URL'] = x\nprocess.env.API_PORT ??= '1'\n", []),
        ("a.ts", "(process.env as Env).API_KEY = 'x'\nconst e = process.env\ne.API_URL = 'x'\ndelete process.env.API_PORT\n", []),
        ("a.ts", "if (process.env.API_KEY === 'x' || process.env['API_URL'] == 'y') {}", ["API_KEY", "API_URL"]),
        ("a.ts", "process.env.API_KEY = process.env.API_URL\nenvs.map(() => process.env.API_PORT)\n", ["API_URL", "API_PORT"]),
        (
            "a.ts",
            "const { API_KEY = 'x', API_URL } = process.env\ndelete cache[process.env.API_PORT]\n",
            ["API_KEY", "API_URL", "API_PORT"],
        ),
        ("a.ts", "Deno.env.set('API_KEY', 'x'); setEnv(getEnv('API_URL'))", ["API_URL"]),
        ("a.py", "os.environ['API_KEY'] = '1'\nos.environ.setdefault('API_URL', 'x')\nenv.pop('API_PORT', None)\n", []),
        ("a.py", "env_config = {}\nenv_config[\"API_KEY\"] = str(path)\ndel os.environ['API_URL']\n", []),
        ("a.py", "url = os.environ.setdefault('API_URL', 'x')\nold = os.environ.pop('API_KEY')\n", ["API_URL", "API_KEY"]),
        ("a.py", "os.environ['API_KEY'] = '1'\nprint(os.environ['API_KEY'])\n", ["API_KEY"]),
        (
            "a.py",
            "class S(BaseSettings):\n    model_config = C(env_prefix='A_LONG_')\n    key: str | None = Field(\n"
            "        default=None)\n    size: int = 1\n",
            ["A_LONG_KEY", "A_LONG_SIZE"],
        ),
        ("a.go", 'os.Setenv("API_KEY", "x")\nos.Unsetenv("API_URL")\nos.Getenv("API_PORT")\n', ["API_PORT"]),
        ("a.rb", "ENV['API_KEY'] = 'x'\nENV['API_URL'] =~ /x/\n", ["API_URL"]),
    ],
)
def test_environment(path: str, text: str, found: list[str]) -> None:
    assert names(list(environment.taken("", text, path))) == found


def test_what_a_file_only_set_before_is_known() -> None:
    assert not names(list(environment.taken("env['OLD'] = '1'", "env['OLD'] = '1'\nprint(env['OLD'])", "a.py")))
    assert "OLD" in environment.names("env['OLD'] = '1'", "a.py")


@pytest.mark.parametrize(
    ("path", "text", "is_quoted"),
    [
        ("a.py", "for name in ['TILL_PATH']:\n    os.environ.get(name)\n", True),
        ("a.ts", "for (const name of ['TILL_PATH']) read(process.env[name])\n", True),
        ("a.py", "for name in ['TILL_PATH']:\n    print(name)\n", False),
        ("a.py", "# 'TILL_PATH'\nos.environ.get(name)\n", False),
        ("a.py", "x = 'MY_TILL_PATH'\nos.environ.get(x)\n", False),
    ],
)
def test_a_name_in_quotes_beside_the_environment(path: str, text: str, is_quoted: bool) -> None:
    assert environment.quotes("TILL_PATH", text, path) is is_quoted


def test_what_the_file_had_is_not_chosen_again() -> None:
    assert names(list(environment.taken("process.env.OLD", "process.env.OLD + process.env.NEW", "a.ts"))) == ["NEW"]


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.ts", "fetch('https://api.shipper.io/v1')", ["api.shipper.io"]),
        (
            "a.ts",
            "const URL = 'wss://live.shipper.io'\nconst db = 'postgres://u:p@db.shipper.io:5432/x'",
            ["live.shipper.io", "db.shipper.io"],
        ),
        ("a.ts", "const BASE =\n  'https://api.shipper.io'", ["api.shipper.io"]),
        ("a.ts", "const csp = \"connect-src 'self' https://api.shipper.io\"", ["api.shipper.io"]),
        ("a.py", "requests.get('https://api.shipper.io')", ["api.shipper.io"]),
        ("deploy.sh", "curl -fsSL https://get.shipper.io | sh", ["get.shipper.io"]),
        (".env", "SHIPPER=https://api.shipper.io", ["api.shipper.io"]),
        ("index.html", '<script src="https://cdn.shipper.io/x.js"></script><a href="https://told.io">x</a>', ["cdn.shipper.io"]),
        ("nginx.conf", "proxy_pass https://up.shipper.io;", ["up.shipper.io"]),
        ("docker-compose.yml", "x:\n  environment:\n    URL: https://api.shipper.io\n", ["api.shipper.io"]),
        ("a.ts", "// https://api.shipper.io\nthrow new Error('see https://told.io')\nconsole.log('https://told.io')", []),
        (
            "a.ts",
            "const a = 'Read https://told.io first'\nconst homepage = 'https://told.io'\nconst link = { href: 'https://told.io' }",
            [],
        ),
        (
            "a.ts",
            "fetch('http://localhost:3000'); fetch('https://api.example.com'); fetch('http://redis:6379'); fetch('https://x.test')",
            [],
        ),
        ("a.ts", "fetch(`https://${host}/x`); fetch(`https://api.${domain}`)", []),
        ("a.ts", "fetch('https://your-domain.com'); fetch('https://registry.npmjs.org/x'); fetch('https://github.com/a/b')", []),
        ("a.svg", '<svg xmlns="http://www.w3.org/2000/svg">', []),
        ("data.json", '{"url": "https://api.shipper.io"}', []),
        ("package.json", '{"homepage": "https://shipper.io"}', []),
        ("setup.sh", 'echo "curl https://told.io/install.sh | sh"', []),
        ("deploy.sh", "FRONTEND_URL=https://till.io", []),
        ("ca.ts", "const a = { urlPlaceholder: 'https://till.io', url: 'https://exemple.com' }", []),
        ("es.ts", "fetch('https://ejemplo.com'); fetch('https://api.exemplo.com.br'); fetch('https://beispiel.de')", []),
        ("a.ts", "fetch('https://exemplary.io')", ["exemplary.io"]),
        ("a.py", 'x = """<?xml version="1.0"?>\n<!DOCTYPE a PUBLIC "-//Till//DTD A 1.0//EN" "http://www.till.io/A">"""', []),
        ("a.py", "x = 'http://www.till.io/a/b.dtd'", []),
        ("a.py", "print_info('curl -fsSL https://told.io/install.sh | sh')\ninfo(\n  'curl https://told.io/install.sh')", []),
        ("a.py", "run('curl -fsSL https://get.shipper.io/install.sh | sh')", ["get.shipper.io"]),
        (
            "a.py",
            "log_url = 'https://logs.shipper.io'\nprint_job('https://print.shipper.io')",
            ["logs.shipper.io", "print.shipper.io"],
        ),
        (".github/workflows/ci.yml", "environment:\n  url: https://till.io\n", []),
        ("list.ts", "".join(f"fetch('https://api.shop{at}.io')\n" for at in range(40)), []),
    ],
)
def test_hosts(path: str, text: str, found: list[str]) -> None:
    assert names(list(hosts.taken("", text, path)) if hosts.is_for(path) else []) == found


@pytest.mark.parametrize(
    ("host", "domain"), [("api.shipper.io", "shipper.io"), ("shipper.io", "shipper.io"), ("a.b.shop.co.uk", "shop.co.uk")]
)
def test_registered(host: str, domain: str) -> None:
    assert hosts.registered(host) == domain


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("a.ts", "cron.schedule('*/5 * * * *', run)", ["*/5 * * * *"]),
        ("a.ts", "const schedule = process.env.X ?? '0 2 * * MON'", ["0 2 * * MON"]),
        ("a.ts", "const box = '0 0 24 24 1'; const t = '1 2 3 4 5'; const r = rate(5)", []),
        (
            "a.ts",
            "import { Queue } from 'bullmq'\nconst q = new Queue<Job>('mail', {})\nnew Worker(NAMES.MAIL, run)",
            ["mail", "NAMES.MAIL"],
        ),
        ("a.ts", "const q = new Queue('mail')", []),
        ("a.ts", "@Cron(CronExpression.EVERY_HOUR)\nrun() {}", ["CronExpression.EVERY_HOUR"]),
        ("a.py", "app.conf.beat_schedule = {'a': {'schedule': crontab(hour=7)}}", ["beat_schedule", "crontab"]),
        ("a.py", "scheduler.add_job(run, 'interval', minutes=5)", ["add_job interval"]),
        ("vercel.json", '{"crons": [{"path": "/api/x", "schedule": "0 5 * * *"}]}', ["0 5 * * *"]),
        (".github/workflows/a.yml", "on:\n  schedule:\n    - cron: '0 2 * * 1' # weekly\n", ["0 2 * * 1"]),
        ("serverless.yml", "events:\n  - schedule: rate(5 minutes)\n", ["rate(5 minutes)"]),
        ("notes/evidence.yaml", "schedule: rate(5 minutes)\n", []),
    ],
)
def test_schedules(path: str, text: str, found: list[str]) -> None:
    assert names(list(schedules.taken("", text, path)) if schedules.is_for(path) else []) == found


COMPOSE = "services:\n  cache:\n    image: docker.io/bitnami/redis:7@sha256:ab\n  api:\n    build: .\n  run:\n    image: node:22\n"


@pytest.mark.parametrize(
    ("path", "text", "found"),
    [
        ("compose.yml", COMPOSE, ["redis", "api", "run"]),
        ("docker-compose.dev.yaml", "services: [broken\n", []),
        (
            "a.tf",
            'resource "aws_sqs_queue" "mail" {}\nresource "aws_iam_role" "x" {}\n# resource "aws_s3_bucket" "y" {}\n',
            ["aws_sqs_queue"],
        ),
        (
            "serverless.yml",
            "Resources:\n  T:\n    Type: AWS::DynamoDB::Table\n  R:\n    Type: AWS::IAM::Role\n",
            ["AWS::DynamoDB::Table"],
        ),
        ("schema.prisma", 'generator a {\n provider = "x"\n}\ndatasource db {\n provider = "sqlite"\n}\n', ["sqlite"]),
        ("drizzle.config.ts", "export default { dialect: 'postgresql' }", ["postgresql"]),
        ("sst.config.ts", "new sst.aws.Bucket('Files'); new aws.iam.Role('x'); new Map('a')", ["sst.aws.Bucket"]),
        ("infra/stack.ts", "new sqs.Queue(this, 'Mail')", ["sqs.Queue"]),
    ],
)
def test_services(path: str, text: str, found: list[str]) -> None:
    assert services.is_for(path)
    assert names(list(services.taken("", text, path))) == found


@pytest.mark.parametrize(
    ("path", "name"),
    [
        ("api/Dockerfile", "api/Dockerfile"),
        ("Dockerfile.worker", "Dockerfile.worker"),
        (".github/workflows/ci.yml", ".github/workflows/ci.yml"),
        ("infra/net/main.tf", "infra/net"),
        ("vercel.json", "vercel.json"),
        ("k8s/api.yaml", "k8s"),
        ("api/railway.service.ts", None),
        ("src/compose.ts", None),
        ("docs/ci.yml", None),
    ],
)
def test_infrastructure(path: str, name: str | None) -> None:
    found = services.infrastructure(path)
    assert (found.name if found else None) == name


@pytest.mark.parametrize(
    ("path", "before", "after", "what"),
    [
        ("tsconfig.json", '{"target": "ES2020"}', '{"target": "ES2022"}', "compilerOptions.target was ES2020 and is ES2022"),
        ("tsconfig.json", '{"target": "ES2022"}', '{"target": "es2022" /* "target": "x" */}', ""),
        ("tsconfig.json", "{}", '{"target": "ES2022"}', ""),
        (
            "vite.config.ts",
            "build: { target: 'es2020' }",
            "build: { target: 'esnext' }",
            "the bundler's target was es2020 and is esnext",
        ),
        ("vite.config.ts", "target: 'http://a'", "target: 'http://b'", ""),
        ("package.json", '{"engines": {"node": ">=18"}}', '{"engines": {"node": ">=22"}}', "engines.node was >=18 and is >=22"),
        ("package.json", '{"packageManager": "npm@10"}', '{"packageManager": "pnpm@9"}', "the package manager was npm and is pnpm"),
        ("package.json", '{"packageManager": "pnpm@9.1"}', '{"packageManager": "pnpm@9.2"}', ""),
        ("pyproject.toml", 'requires-python = ">=3.9"', 'requires-python = ">=3.12"', "requires-python was >=3.9 and is >=3.12"),
        (".nvmrc", "v18.1.0\n", "22\n", "the pinned node was 18 and is 22"),
        (".nvmrc", "v18.1.0\n", "18.2.0\n", ""),
        ("go.mod", "go 1.21\n", "go 1.24\n", "go was 1.21 and is 1.24"),
    ],
)
def test_targets(path: str, before: str, after: str, what: str) -> None:
    assert targets.is_for(path)
    assert [one.what for one in targets.taken(before, after, path)] == ([what] if what else [])


def test_dependencies_are_told_with_what_makes_them_lesser() -> None:
    before = '{"dependencies": {"a": "^1.0.0", "b": "^1.0.0"}, "devDependencies": {"c": "^1.0.0"}}'
    after = (
        '{"dependencies": {"a": "^1.4.0", "b": "^2.0.0", "c": "^1.0.0", "ours": "workspace:*"},\n'
        '"devDependencies": {"@types/d": "^1.0.0", "e": "^1.0.0"}}'
    )
    found = {one.name: (one.what, bool(one.minor)) for one in dependencies.taken(before, after, "package.json", frozenset())}
    assert found == {
        "b": ("a dependency whose major version changed, from ^1.0.0 to ^2.0.0", True),
        "c": ("a dependency moved from devDependencies to dependencies", True),
        "ours": ("a new dependency", True),
        "@types/d": ("a new dependency in devDependencies", True),
        "e": ("a new dependency in devDependencies", False),
    }


def test_a_lower_part_of_the_version_below_one_is_major() -> None:
    found = dependencies.taken(
        '{"dependencies": {"a": "^0.3.1"}}', '{"dependencies": {"a": "^0.4.0"}}', "package.json", frozenset()
    )
    assert [bool(one.minor) for one in found] == [True]


@pytest.mark.parametrize(
    ("path", "text", "name"),
    [
        ("a/package.json", '{"author": {"name": "x"},\n "name": "@shop/a"}', "@shop/a"),
        ("a/pyproject.toml", '[project]\nname = "a"\n', "a"),
        ("a/go.mod", "module shop.io/a\n", "shop.io/a"),
        ("a/package.json", '{"private": true}', None),
        ("package.json", '{"name": "root"}', None),
    ],
)
def test_packages(path: str, text: str, name: str | None) -> None:
    found = packages.taken(text, path)
    assert (found.name if found else None) == name


def test_folders() -> None:
    found = list(folders.taken(["api/a.ts"], ["api/b.ts", "till/a.ts", "notes/a.md", ".husky/a", "top.ts"]))
    assert {one.name: bool(one.minor) for one in found} == {"till": False, "notes": True, ".husky": True}


@pytest.mark.parametrize(
    ("paths", "minor"),
    [
        (["playwright-report/a.js"], "it holds what tests report"),
        (["examples/a.ts"], "it holds examples"),
        (["patches/a.patch"], "it holds patches"),
        (["docs/a.ts"], "it holds documents"),
        (["assets/a.svg", "assets/b/c.png", "assets/d.ico", "assets/e.svg"], "it holds pictures alone"),
        (["assets/a.svg", "assets/main.ts"], ""),
        (["test-int/run.py", "test-int/x/data.json"], "it holds tests alone"),
        (["data/a.json", "data/b.csv", "data/c.yaml"], "it holds neither code nor infrastructure"),
        (["data/a.json", "data/b.csv", "data/c.yaml", "data/d.csv"], ""),
        (["till/package.json"], ""),
        (["till/Dockerfile"], ""),
        (["k8s/api.yaml"], ""),
        (["till/run"], ""),
        (["till/a.sql"], ""),
        (["contest/run.py"], ""),
    ],
)
def test_folders_that_decide_nothing(paths: list[str], minor: str) -> None:
    assert [one.minor for one in folders.taken(["api/a.ts"], paths, TESTS)] == [minor]


def test_a_file_is_read_for_the_kinds_that_are_wanted() -> None:
    assert Reader(["dependency"]).told_by("api/package.json") == {"dependency"}
    assert Reader(KINDS).told_by("api/package.json") == {"dependency", "target", "package"}  # type: ignore[arg-type]
    assert Reader(KINDS).told_by("api/a.ts") == set()  # type: ignore[arg-type]
    assert Reader(KINDS).told_by("infra/template.json") == {"service"}  # type: ignore[arg-type]
    assert set(CONTAINS) == {"environment", "host", "schedule", "service"}


@pytest.mark.parametrize(
    ("path", "kind", "is_searched"),
    [
        ("src/a.ts", "environment", True),
        ("bin/run", "host", True),
        ("docs/a.md", "environment", False),
        ("plans/story.yaml", "host", False),
        ("docker-compose.yml", "environment", True),
        ("deploy/stack.yaml", "service", True),
        ("vercel.json", "schedule", True),
        ("data/a.json", "host", False),
        ("config/a.json", "host", True),
    ],
)
def test_prose_and_data_are_not_searched(path: str, kind: Kind, is_searched: bool) -> None:
    assert Reader(KINDS).searched(path, kind) is is_searched  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("path", "before", "after", "found"),
    [
        ("package.json", '{"dependencies": {"a": "1"}}', '{"dependencies": {"a": "npm:b@1"}}', ["b"]),
        ("package.json", '{"dependencies": {"a": "1"}}', '{"dependencies": {"a": "git+https://git.io/x/b.git#c"}}', ["x/b"]),
        ("package.json", '{"dependencies": {"a": "1"}}', '{"dependencies": {"a": "x/b"}}', ["x/b"]),
        (
            "package.json",
            "{}",
            '{"overrides": {"a": "npm:b@1", "c": "2"}, "pnpm": {"overrides": {"d>e": "npm:@s/f@1"}}}',
            ["b", "@s/f"],
        ),
        ("package.json", "{}", '{"resolutions": {"a": "1.2.3", "b": "npm:b@2", "c": "$c"}}', []),
        ("pnpm-workspace.yaml", "packages:\n  - a/*\n", "packages:\n  - a/*\noverrides:\n  a: npm:b@1\ncatalog:\n  c: ^1\n", ["b"]),
        ("deploy/pins.txt", "", "# pins\nredis==5.0\nflask[async]>=3 ; python_version > '3'\n", ["redis", "flask"]),
        ("deploy/notes.txt", "", "redis==5.0 is what we use\nand flask\n", []),
        ("specs/requirements/login.txt", "", "The user must log in.\nA password is long\n", []),
        ("requirements/prod.txt", "", "redis\nflask>=3\n-r base.txt\n", ["redis", "flask"]),
    ],
)
def test_dependencies_that_become_others(path: str, before: str, after: str, found: list[str]) -> None:
    assert dependencies.is_for(path, after) or not found
    assert names([one for one in dependencies.taken(before, after, path, frozenset()) if not one.minor]) == found


def test_compose_is_known_by_its_services_whatever_its_file_is_called() -> None:
    text = "services:\n  cache:\n    image: redis:7\n"
    assert services.is_compose("deploy/stack.yml", text)
    assert names(list(services.taken("", text, "deploy/stack.yml"))) == ["redis"]
    assert not services.is_compose("ci.yml", "jobs:\n  a:\n    services:\n      cache:\n        image: redis:7\n")
    assert not services.is_compose("a.yml", "services:\n  cache: on\n")


def test_cron_of_the_database() -> None:
    text = "select cron.schedule('clean', '0 3 * * *', 'delete from old');\n"
    assert schedules.is_for("db/1.sql", text)
    assert names(list(schedules.taken("", text, "db/1.sql"))) == ["0 3 * * *"]
    assert not schedules.is_for("db/1.sql", "select '0 3 * * *';")


PATHS = [
    "a.ts",
    "a.py",
    "a.go",
    "package.json",
    "go.mod",
    "docker-compose.yml",
    ".env",
    "Dockerfile",
    "a.tf",
    "sst.config.ts",
    "tsconfig.json",
    "serverless.yml",
    ".github/workflows/a.yml",
    "vercel.json",
    "a/pyproject.toml",
    "requirements.txt",
    "index.html",
    "schema.prisma",
]
PIECES = [
    "process.env.",
    "A_B",
    "{",
    "}",
    "[",
    "]",
    "(",
    ")",
    "'",
    '"',
    "`",
    "https://",
    "a.b.io",
    "\n",
    " ",
    ":",
    "=",
    "env",
    "cron",
    "* ",
    "new Queue(",
    "services:",
    "\ud800",
    "\0",
    "//",
    "/*",
    "#",
    ",",
    "<link ",
    "BaseSettings",
    "class A(",
    "${",
    "secrets.",
]


@settings(deadline=None, max_examples=150)
@given(
    st.sampled_from(PATHS),
    st.lists(st.sampled_from(PIECES), max_size=60).map("".join),
    st.lists(st.sampled_from(PIECES), max_size=20),
)
def test_no_text_is_too_strange(path: str, after: str, before: list[str]) -> None:
    kinds = set(KINDS)
    for old in ("", "".join(before)):
        for one in Reader(KINDS).taken(old, after, path, kinds):  # type: ignore[arg-type]
            assert one.name
            assert one.line is None or 1 <= one.line <= after.count("\n") + 1
