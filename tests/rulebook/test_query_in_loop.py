"""architecture/query-in-loop over real commits: what came, what moved, what was edited, what base had."""

import pytest

from pytest_agentcompliance.rulebook.architecture.query_in_loop import QueryInLoop
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo

LOOP = (
    "export async function all(ids: string[]) {\n  for (const id of ids) {\n"
    "    use(await prisma.a.findFirst({ where: { id } }))\n  }\n}\n"
)
FLAT = "export async function one(id: string) {\n  use(await prisma.a.findFirst({ where: { id } }))\n}\n"


def found(repo: GitRepo, before: dict[str, str | bytes | None], after: dict[str, str | bytes | None]) -> list[str]:
    base = repo.commit("base", before)
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), QueryInLoop.reads, Wanted())
        return [str(one.at) for one in QueryInLoop().findings_in(run) if one.level == "breach"]


def test_query_that_came_is_found_at_its_line(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": "export {}\n"}, {"a.ts": "export {}\n" + LOOP}) == ["a.ts:4"]


def test_loop_that_came_around_a_query_is_found(repo: GitRepo) -> None:
    before = "const id = ids[0]\nuse(await prisma.a.findFirst({ where: { id } }))\n"
    after = "for (const id of ids) {\n  use(await prisma.a.findFirst({ where: { id } }))\n}\n"
    assert found(repo, {"a.ts": before}, {"a.ts": after}) == ["a.ts:2"]


def test_loop_that_moved_to_another_file_is_not_new(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": LOOP}, {"a.ts": None, "b/c.ts": "import x from 'x'\n" + LOOP}) == []


def test_one_move_pays_for_one_copy_alone(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": LOOP}, {"a.ts": None, "b.ts": LOOP, "c.ts": LOOP + "\n"}) == ["b.ts:3"]


def test_query_of_base_that_was_edited_is_not_new(repo: GitRepo) -> None:
    after = LOOP.replace("{ where: { id } }", "{ where: { id, on: true } }").replace("  for", "    for")
    assert found(repo, {"a.ts": LOOP}, {"a.ts": after}) == []


def test_second_query_in_a_loop_of_base_is_new(repo: GitRepo) -> None:
    after = LOOP.replace("  }\n}", "    use(await prisma.b.findMany({ where: { id } }))\n  }\n}")
    assert found(repo, {"a.ts": LOOP}, {"a.ts": after}) == ["a.ts:4"]


def test_query_beside_a_loop_of_base_is_not_in_it(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": LOOP}, {"a.ts": LOOP + FLAT}) == []


@pytest.mark.parametrize(
    "path", ["src/a.test.ts", "prisma/seed.ts", "scripts/a.ts", "src/migrations/a.ts", "src/backfill-a.ts", "test_fixtures/a.ts"]
)
def test_files_of_others_tests_and_once_only_work_are_left_out(repo: GitRepo, path: str) -> None:
    assert found(repo, {"x.ts": "x\n"}, {path: LOOP}) == []


def test_file_that_a_glob_takes_in_again_is_judged(repo: GitRepo) -> None:
    base = repo.commit("base", {"x.ts": "x\n"})
    repo.commit("head", {"scripts/a.ts": LOOP})
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), QueryInLoop.reads, Wanted())
        rule = QueryInLoop(exempt=["**/scripts/**", "!scripts/a.ts"])
        assert [str(one.at) for one in rule.findings_in(run)] == ["scripts/a.ts:3"]


def test_comment_that_silences_changes_nothing(repo: GitRepo) -> None:
    after = LOOP.replace("    use(", "    // eslint-disable-next-line no-await-in-loop -- few\n    use(")
    assert found(repo, {"a.ts": "export {}\n"}, {"a.ts": after}) == ["a.ts:4"]


def test_message_names_the_query_and_the_loop(repo: GitRepo) -> None:
    base = repo.commit("base", {"x.ts": "x\n"})
    repo.commit("head", {"a.ts": LOOP})
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), QueryInLoop.reads, Wanted())
        (one,) = QueryInLoop().findings_in(run)
    assert one.message == "prisma.a.findFirst asks the database once for each id of ids"
    assert "3" not in (one.evidence or "")
