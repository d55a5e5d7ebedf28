"""architecture/injected-dependencies over real commits: what a service builds, and what is handed to it."""

import pytest

from pytest_agentcompliance.rulebook.architecture.injected_dependencies import InjectedDependencies
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo

Files = dict[str, str | bytes | None]
BUILDS = "export class OrderService {\n  private db = new PrismaClient()\n}\n"


def found(repo: GitRepo, before: Files, after: Files, level: str = "breach") -> list[str]:
    base = repo.commit("base", before)
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), InjectedDependencies.reads, Wanted())
        return [str(one.at) for one in InjectedDependencies().findings_in(run) if one.level == level]


def test_client_of_a_service_is_found_at_its_line(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": "1\n"}, {"src/order.ts": BUILDS}) == ["src/order.ts:2"]


def test_what_moved_or_was_edited_is_not_new(repo: GitRepo) -> None:
    edited = "// moved\n" + BUILDS.replace("PrismaClient()", "PrismaClient({ log: [] })")
    assert found(repo, {"src/order.ts": BUILDS}, {"src/order.ts": None, "src/orders/service.ts": edited}) == []


def test_second_one_in_the_same_class_is_new(repo: GitRepo) -> None:
    after = BUILDS.replace("}\n", "  private other = new PrismaClient()\n}\n")
    assert found(repo, {"src/order.ts": BUILDS}, {"src/order.ts": after}) == ["src/order.ts:3"]


def test_class_that_was_renamed_around_it_is_not_new(repo: GitRepo) -> None:
    assert found(repo, {"src/order.ts": BUILDS}, {"src/order.ts": BUILDS.replace("Order", "Orders")}) == []


@pytest.mark.parametrize(
    "path",
    ["src/services/order.test.ts", "src/order.module.ts", "scripts/order.service.ts", "src/services/index.ts", "src/container.ts"],
)
def test_where_programs_are_put_together_is_left_out(repo: GitRepo, path: str) -> None:
    assert found(repo, {"a.ts": "1\n"}, {path: BUILDS}) == []


def test_what_is_no_service_may_build(repo: GitRepo) -> None:
    after: Files = {
        "src/db.ts": "export const db = new PrismaClient()\nexport function close() {\n  const a = 1\n\n  b(a)\n  return db\n}\n",
        "src/routes.ts": "export class Routes {\n  db = new PrismaClient()\n}\n",
        "src/services/adapters.ts": "export class PrismaAdapter {\n  db = new PrismaClient()\n}\n",
    }
    assert found(repo, {"a.ts": "1\n"}, after) == []


def test_wrapper_of_one_client_leaves_a_remark(repo: GitRepo) -> None:
    after: Files = {"src/prisma.service.ts": "export class PrismaService {\n  db = new PrismaClient()\n}\n"}
    assert found(repo, {"a.ts": "1\n"}, after, "style") == ["src/prisma.service.ts:2"]


def test_repositories_out_of_what_was_handed_in_leave_a_remark(repo: GitRepo) -> None:
    code = (
        "from app.db import ARepository, BService\n\n\nclass AService:\n    def __init__(self, session):\n"
        "        repo = ARepository(session)\n        self.b = BService(repo)\n        self.c = BService(settings.URL)\n"
    )
    assert found(repo, {"a.ts": "1\n"}, {"app/a.py": code}, "style") == ["app/a.py:6"]
    assert found(repo, {"b.ts": "1\n"}, {"app/a.py": code + "# \n", "app/b.py": code}) == ["app/b.py:8"]


@pytest.mark.parametrize(
    ("service", "imports", "built", "level"),
    [
        ("SearchService", "{ Client } from '@elastic/elasticsearch'", "new Client({})", "breach"),
        ("ElasticsearchService", "{ Client } from '@elastic/elasticsearch'", "new Client({})", "style"),
        ("OrderService", "* as Minio from 'minio'", "new Minio.Client({})", "breach"),
        ("StorageService", "* as Minio from 'minio'", "new Minio.Client({})", "style"),
        ("SessionStoreService", "Redis from 'ioredis'", "new Redis(url)", "style"),
        ("HealthService", "Redis from 'ioredis'", "new Redis(url)", "style"),
        ("WhatsAppService", "twilio from 'twilio'", "twilio(id, token)", "style"),
        ("PrismaService", "{ Pool } from 'pg'", "new Pool({})", "style"),
        ("UserService", "{ Pool } from 'pg'", "new Pool({})", "breach"),
        ("FileService", "{ S3Client } from '@aws-sdk/client-s3'", "new S3Client({})", "style"),
        ("DatabaseService", "{ PostgresService } from './postgres.service'", "new PostgresService()", "style"),
        ("ReportService", "twilio from 'twilio'", "twilio(id, token)", "breach"),
        ("ProfileService", "{ S3Client } from '@aws-sdk/client-s3'", "new S3Client({})", "breach"),
        ("UploadService", "{ S3Client } from '@aws-sdk/client-s3'", "new S3Client({})", "style"),
    ],
)
def test_service_that_is_there_for_what_it_builds(repo: GitRepo, service: str, imports: str, built: str, level: str) -> None:
    code = f"import {imports}\n\nexport class {service} {{\n  private one = {built}\n}}\n"
    assert found(repo, {"a.ts": "1\n"}, {"src/a.service.ts": code}, level) == ["src/a.service.ts:4"]


def test_method_that_looks_whether_something_answers_leaves_a_remark(repo: GitRepo) -> None:
    code = (
        "import Redis from 'ioredis'\nclass OpsService {\n  async checkRedis() {\n    const c = new Redis(url)\n"
        "    await c.ping()\n  }\n}\n"
    )
    assert found(repo, {"a.ts": "1\n"}, {"src/ops.service.ts": code}, "style") == ["src/ops.service.ts:4"]


def test_connection_of_one_mail_leaves_a_remark_and_that_of_a_report_is_found(repo: GitRepo) -> None:
    code = "import boto3\nimport smtplib\n\n\ndef send():\n    smtplib.SMTP_SSL(host).send(a)\n    boto3.client('ses').send(a)\n"
    after: Files = {"app/services/email.py": code, "app/services/report.py": code}
    assert found(repo, {"a.ts": "1\n"}, after) == ["app/services/report.py:6", "app/services/report.py:7"]


def test_builder_that_others_ask_for_leaves_a_remark_and_one_of_its_own_is_found(repo: GitRepo) -> None:
    code = (
        "import { ExcelService } from './excel.service'\nclass ReportService {\n  makeExcel() {\n"
        "    return new ExcelService()\n  }\n  private mine() {\n    return new ExcelService()\n  }\n}\n"
    )
    assert found(repo, {"a.ts": "1\n"}, {"src/report.service.ts": code}) == ["src/report.service.ts:7"]
