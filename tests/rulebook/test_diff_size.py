"""scope/diff-size over real commits: what counts, and how it is told."""

from typing import Any

import pytest

from pytest_agentcompliance.rulebook.scope.diff_size import DiffSize
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo

Files = dict[str, str | bytes | None]
ROWS = "".join(f"row_{n} = {n}\n" for n in range(30))


def told(repo: GitRepo, before: Files, after: Files, **given: Any) -> list[str]:
    base = repo.commit("base", before)
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), DiffSize.reads, Wanted())
        return [one.message for one in DiffSize(**given).findings_in(run)]


def test_message_has_the_count_the_limits_and_the_largest(repo: GitRepo) -> None:
    assert told(repo, {"a.py": "a = 1\n"}, {"a.py": "a = 1\n" + ROWS, "b.py": "b = 1\n"}, max_lines=20) == [
        "31 new lines, and 1 files with 4 or more; one task may have 20, and 20. The largest: a.py +30, b.py +1"
    ]


def test_a_limit_is_kept_up_to_its_last_line(repo: GitRepo) -> None:
    assert told(repo, {}, {"a.py": ROWS}, max_lines=30) == []


def test_lines_that_moved_between_files_and_within_one_are_not_new(repo: GitRepo) -> None:
    moved: Files = {"a.py": "b = 2\n" + "".join(reversed(ROWS.splitlines(keepends=True)[:20])),
        "c.py": "".join(ROWS.splitlines(True)[20:])}
    assert told(repo, {"a.py": ROWS}, moved, max_lines=5) == []


def test_lines_that_only_went_into_a_block_are_not_new(repo: GitRepo) -> None:
    assert told(repo, {"a.py": ROWS}, {"a.py": "if a:\n" + ROWS.replace("row", "    row")}, max_lines=5) == []


def test_copy_is_new(repo: GitRepo) -> None:
    assert len(told(repo, {"a.py": ROWS}, {"b.py": ROWS}, max_lines=5)) == 1


def test_one_move_pays_for_one_copy_alone(repo: GitRepo) -> None:
    assert len(told(repo, {"a.py": ROWS}, {"a.py": None, "b.py": "b = 1\n" + ROWS, "c.py": "c = 1\n" + ROWS}, max_lines=20)) == 1


@pytest.mark.parametrize(
    "path",
    ["pnpm-lock.yaml", "docs/a.html", "a.md", "src/generated/a.ts", "a.test.ts", "tests/a.py", ".claude/agents/a.yaml", "go.sum"]
)
def test_file_does_not_count(repo: GitRepo, path: str) -> None:
    assert told(repo, {}, {path: ROWS}, max_lines=5) == []


def test_requirements_count_though_other_texts_do_not(repo: GitRepo) -> None:
    assert len(told(repo, {}, {"requirements.txt": ROWS, "notes.txt": ROWS}, max_lines=5)) == 1


def test_deletion_of_everything_is_small(repo: GitRepo) -> None:
    assert told(repo, {"a.py": ROWS, "b.py": ROWS}, {"a.py": None, "b.py": None}, max_lines=1, max_files=1) == []
