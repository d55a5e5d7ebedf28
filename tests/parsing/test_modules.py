"""What kind of thing a module is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.modules import kind_of, kinds, package_of


def rows(table: str) -> list[tuple[str, str]]:
    """Lines of a kind and modules that are of it; "none" is no kind."""
    lines = [line.strip().partition(": ") for line in table.strip().splitlines()]
    return [(module, kind.removeprefix("none")) for kind, _, modules in lines for module in modules.split()]


@pytest.mark.parametrize(
    ("module", "kind"),
    rows("""
    http framework: express fastify @nestjs/common next/server
    ui framework: next next/link react react-email
    transport: node:http http ws @trpc/server/adapters/express
    file system: node:fs/promises fs
    runtime: path node:something-new
    http client: axios
    file storage: @aws-sdk/client-s3 @vercel/blob
    cloud platform: @aws-sdk/client-kms aws-lambda @vercel/edge
    orm: drizzle-orm/pg-core @prisma/client/edge
    database driver: pg
    cache: redis
    queue: bullmq
    auth: passport-local
    validation: zod
    test runner: vitest
    types: @types/react
    payment: stripe
    model sdk: openai
    logging: pino
    cli: commander
    bundler: css-loader
    linter: eslint-plugin-unheard-of
    utility: lodash.get
    none: ./express ../pg /express unheard-of @/express
"""),
)
def test_modules_of_node(module: str, kind: str) -> None:
    assert kind_of(module, "node") == kind


@pytest.mark.parametrize(
    ("module", "kind"),
    rows("""
    http framework: fastapi fastapi.responses
    test runner: fastapi.testclient pytest
    orm: flask_sqlalchemy sqlalchemy.orm SQLAlchemy
    database driver: psycopg2 psycopg2-binary sqlite3
    media: PIL Pillow
    cloud platform: boto3 google.cloud.talent google-cloud-talent
    file storage: google.cloud.storage
    none: google .fastapi unheard_of
    transport: http.server
    runtime: http urllib.parse
    http client: urllib.request
    types: types-requests pandas-stubs
    configuration: python_dotenv
    queue: celery.app
    validation: pydantic
"""),
)
def test_modules_of_python(module: str, kind: str) -> None:
    assert kind_of(module, "python") == kind


@pytest.mark.parametrize(
    ("module", "kind"),
    rows("""
    transport: net/http
    http framework: github.com/gin-gonic/gin/binding
    orm: gorm.io/gorm
    database driver: database/sql
    cloud platform: github.com/aws/aws-sdk-go-v2/service/s3
    test runner: github.com/stretchr/testify/assert
    none: strings
"""),
)
def test_modules_of_go(module: str, kind: str) -> None:
    assert kind_of(module, "go") == kind


def test_an_empty_name_has_no_kind() -> None:
    assert kind_of("", "node") == ""


def test_an_ecosystem_that_the_table_lacks_has_no_kinds() -> None:
    assert kind_of("express", "rust") == ""


def test_the_table_has_the_kinds_that_rules_name() -> None:
    assert kinds() >= {
        "transport",
        "http framework",
        "http client",
        "graphql",
        "orm",
        "database driver",
        "queue",
        "cache",
        "auth",
        "validation",
        "test runner",
        "cloud platform",
        "file storage",
        "file system",
        "process",
        "runtime",
        "ui framework",
        "logging",
        "cli",
        "model sdk",
        "payment",
        "email",
        "messaging",
        "search",
        "monitoring",
        "bundler",
        "linter",
        "formatter",
        "compiler",
        "types",
        "configuration",
        "utility",
    }


@pytest.mark.parametrize(
    ("module", "ecosystem", "package"),
    [
        ("@a/b/c", "node", "@a/b"),
        ("a/b", "node", "a"),
        ("node:fs/promises", "node", "node:fs"),
        ("./a", "node", ""),
        ("@/a", "node", ""),
        ("a.b", "python", "a"),
        (".a", "python", ""),
        ("github.com/a/b/c", "go", "github.com/a/b"),
    ],
)
def test_the_package_of_a_module(module: str, ecosystem: str, package: str) -> None:
    assert package_of(module, ecosystem) == package


@given(st.text(max_size=80), st.sampled_from(["node", "python", "go"]))
def test_any_name_has_an_answer(module: str, ecosystem: str) -> None:
    assert kind_of(module, ecosystem) in {*kinds(), ""}
    assert isinstance(package_of(module, ecosystem), str)


@pytest.mark.parametrize("piece", ["a/", "a.", "@", "-", "a" * 50 + "/"])
def test_hostile_names_end(piece: str) -> None:
    for ecosystem in ("node", "python", "go"):
        kind_of(piece * 100_000, ecosystem)
        package_of(piece * 100_000, ecosystem)
