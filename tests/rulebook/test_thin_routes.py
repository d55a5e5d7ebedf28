"""architecture/thin-routes over real commits: what came into a route, what moved, what base had."""

import pytest

from pytest_agentcompliance.rulebook.architecture.thin_routes import ThinRoutes
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from pytest_agentcompliance.verdict import Finding
from tests.conftest import GitRepo

ROUTE = "app.get('/a', async (req, res) => {\n  const a = await prisma.a.findMany()\n  res.json(a)\n})\n"
SERVICE = "export async function all() {\n  return prisma.a.findMany()\n}\n"


def findings(
    repo: GitRepo, before: dict[str, str | bytes | None], after: dict[str, str | bytes | None], rule: ThinRoutes | None = None
) -> list[Finding]:
    base = repo.commit("base", before)
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), ThinRoutes.reads, Wanted())
        return list((rule or ThinRoutes()).findings_in(run))


def found(repo: GitRepo, before: dict[str, str | bytes | None], after: dict[str, str | bytes | None]) -> list[str]:
    return [str(one.at) for one in findings(repo, before, after) if one.level == "breach"]


def test_route_that_came_is_found_at_its_first_query(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": "f()\n"}, {"a.ts": "f()\n" + ROUTE}) == ["a.ts:3"]


def test_all_queries_of_a_handler_are_one_finding(repo: GitRepo) -> None:
    after = ROUTE.replace("  res", "  await prisma.b.create({ data })\n  await prisma.c.count()\n  await prisma.d.count()\n  res")
    (one,) = findings(repo, {"a.ts": "f()\n"}, {"a.ts": after})
    names = "prisma.a.findMany, prisma.b.create, prisma.c.count and 1 more"
    assert one.message == f"the handler GET /a asks the database itself: {names}"


def test_query_that_moved_from_a_service_into_a_route_is_found(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": SERVICE}, {"a.ts": ROUTE}) == ["a.ts:2"]


def test_route_that_lost_its_query_to_a_service_is_kept(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": ROUTE}, {"a.ts": ROUTE.replace("prisma.a.findMany()", "all()"), "a.service.ts": SERVICE}) == []


def test_handler_that_moved_to_another_file_is_not_new(repo: GitRepo) -> None:
    moved = "export const listed = async (req, res) => {\n  const a = await prisma.a.findMany()\n  res.json(a)\n}\n"
    assert found(repo, {"a.ts": ROUTE}, {"a.ts": None, "src/a.controller.ts": moved}) == []


def test_query_of_base_that_was_edited_is_not_new(repo: GitRepo) -> None:
    after = ROUTE.replace("findMany()", "findMany({ take: 5 })").replace("/a", "/b")
    assert found(repo, {"a.ts": ROUTE}, {"a.ts": after}) == []


@pytest.mark.parametrize(
    "path", ["src/a.test.ts", "tests/a.ts", "src/middleware/a.ts", "src/a.middleware.ts", "examples/a.ts", "dist/a.js"]
)
def test_tests_middleware_and_files_of_others_are_left_out(repo: GitRepo, path: str) -> None:
    assert found(repo, {"x.ts": "x\n"}, {path: ROUTE}) == []


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("a.ts", "app.get('/ready', async (req, res) => {\n  await pool.query('SELECT now()')\n  res.end()\n})\n"),
        ("a.ts", "app.get('/health', async (req, res) => {\n  await pool.query('SELECT id FROM jobs LIMIT 1')\n  res.end()\n})\n"),
        ("a.py", "@app.get('/a')\ndef a(db: Session):\n    b = service.b(db)\n    db.commit()\n    db.refresh(b)\n    return b\n"),
        ("a.py", "@app.get('/a')\ndef a(db: Session):\n    return b(db)\n\n\ndef b(db: Session):\n    return db.query(A).all()\n"),
    ],
)
def test_health_and_commits_and_what_is_handed_on_are_kept(repo: GitRepo, path: str, text: str) -> None:
    assert found(repo, {"x.ts": "x\n"}, {path: text}) == []


def test_length_is_asked_of_new_handlers_alone(repo: GitRepo) -> None:
    long = "app.get('/a', (req, res) => {\n" + "".join(f"  f({i})\n" for i in range(8)) + "})\n"
    rule = ThinRoutes(lines=6, long="breach")
    assert [str(one.at) for one in findings(repo, {"b.ts": long}, {"a.ts": long, "b.ts": None}, rule)] == []
    (one,) = findings(repo, {"c.ts": "x\n"}, {"c.ts": long.replace("/a", "/c")}, rule)
    assert (one.level, one.message) == ("breach", "the new handler GET /c has 9 lines of code, and the limit is 6")


def test_length_of_nothing_is_no_limit(repo: GitRepo) -> None:
    long = "app.get('/a', (req, res) => {\n" + "".join(f"  f({i})\n" for i in range(100)) + "})\n"
    assert findings(repo, {"x.ts": "x\n"}, {"a.ts": long}, ThinRoutes(lines=0)) == []
    assert [one.level for one in findings(repo, {"y.ts": "x\n"}, {"b.ts": long.replace("/a", "/b")})] == ["style"]
