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
