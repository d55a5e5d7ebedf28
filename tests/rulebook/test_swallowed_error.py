"""content/swallowed-error over real commits: what moved, what was edited, what base had."""

import pytest

from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.content.swallowed_error import SwallowedError
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo
from tests.rulebook.said import messages

EMPTY = "export async function send(a: Mail) {\n  try {\n    await post(a)\n  } catch {}\n}\n"


def found(repo: GitRepo, before: dict[str, str | bytes | None], after: dict[str, str | bytes | None]) -> list[str]:
    base = repo.commit("base", before)
    repo.commit("head", after)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), SwallowedError.reads, Wanted())
        return [str(one.at) for one in SwallowedError().findings_in(run) if one.level == "breach"]


def test_handler_that_came_is_found_at_its_line(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": "export {}\n"}, {"a.ts": "export {}\n" + EMPTY}) == ["a.ts:5"]


def test_handler_that_moved_to_another_file_is_not_new(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": EMPTY}, {"a.ts": None, "b/c.ts": "import x from 'x'\n" + EMPTY}) == []


def test_one_move_pays_for_one_copy_alone(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": EMPTY}, {"a.ts": None, "b.ts": EMPTY, "c.ts": EMPTY + "\n"}) == ["b.ts:4"]


def test_handler_is_not_new_where_what_it_guards_was_edited(repo: GitRepo) -> None:
    assert found(repo, {"a.ts": EMPTY}, {"a.ts": EMPTY.replace("post(a)", "post(a, now)").replace("  try", "    try")}) == []


def test_handler_that_lost_its_body_is_new(repo: GitRepo) -> None:
    before = "try:\n    send()\nexcept Exception:\n    log.exception('send')\n"
    assert found(repo, {"a.py": before}, {"a.py": before.replace("log.exception('send')", "pass")}) == ["a.py:3"]


def test_type_that_became_broad_is_new(repo: GitRepo) -> None:
    before = "try:\n    send()\nexcept OSError:\n    pass\n"
    assert found(repo, {"a.py": before}, {"a.py": before.replace("OSError", "Exception")}) == ["a.py:3"]


@pytest.mark.parametrize("path", ["tests/a.py", "test_a.py", "src/__tests__/a.ts", "vendor/a.py", "dist/a.js"])
def test_tests_and_what_others_wrote_are_left_out(repo: GitRepo, path: str) -> None:
    text = "try:\n    a()\nexcept:\n    pass\n" if path.endswith(".py") else EMPTY
    assert found(repo, {"README.md": "x\n"}, {path: text}) == []


def test_message_says_what_is_lost() -> None:
    run = Example("x",
        after={"a.py": "def f():\n    try:\n        g()\n    except Exception:\n        return None\n", "b.ts": EMPTY})
    assert messages(SwallowedError(), run) == [
        "except Exception swallows the error and does no more than return None", "an empty catch",
    ]  # fmt: skip


def test_odd_contents_stop_nothing(repo: GitRepo) -> None:
    odd: dict[str, str | bytes | None] = {"a.py": b"\xff\xfe\0except:", "b.ts": b"catch {" * 500, "c.go": b"\0if err != nil"}
    assert found(repo, {"README.md": "x\n"}, {**odd, "d.ts": EMPTY}) == ["d.ts:4"]
