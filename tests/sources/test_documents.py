"""The documents of a story: found by name at both ends, read when asked for, hostile ones refused."""

from pathlib import Path

import pytest

from pytest_agentcompliance import engine
from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import Documents, Run
from pytest_agentcompliance.evidence import documents as limits
from tests.conftest import GitRepo

HOME = "plans/shop/in-progress/WISH-1"
IMPL = f"{HOME}/_implementation"
LOG = "## Chunk 1 — cart\n- Files changed:\n  - api/cart.ts\n"


@pytest.fixture
def shop(repo: GitRepo) -> GitRepo:
    repo.commit("start", {
        f"{HOME}/WISH-1.md": "# Cart\n\n- AC-1: a cart\n", f"{IMPL}/SCOPE.md": "given\n", f"{IMPL}/SCOPE.yaml": "a: 1\n",
        "plans/shop/in-progress/WISH-2/WISH-2.md": "another\n",
    })  # fmt: skip
    repo.branch("agent")
    return repo


def gathered(repo: GitRepo, story: str | None = "WISH-1") -> Run:
    options = engine.Options(Path(repo.root), "main", "HEAD", ("dev-implement-backend-coder-v3",), story, environ={})
    return engine.evidence(options, {"documents", "log"})


def documents(repo: GitRepo) -> Documents:
    found = gathered(repo).documents
    assert found is not None
    return found


def test_documents_are_read_at_both_ends(shop: GitRepo) -> None:
    shop.commit("work", {f"{IMPL}/SCOPE.md": "written\n", f"{IMPL}/BLOCKERS.md": "none\n", f"{IMPL}/BACKEND-LOG.md": LOG})
    found = documents(shop)
    assert [(one.name, one.path) for one in found.at_base] == [
        ("story", f"{HOME}/WISH-1.md"), ("scope", f"{IMPL}/SCOPE.md"), ("scope", f"{IMPL}/SCOPE.yaml"),
    ]  # fmt: skip
    assert [one.text() for one in found.base("scope")] == ["given\n", "a: 1\n"]
    assert [one.text() for one in found.head("scope")] == ["written\n", "a: 1\n"]
    assert [one.text() for one in found.head("blockers")] == ["none\n"]
    assert not found.base("blockers")
    assert found.globs("scope") == ("**/*/WISH-1/_implementation/SCOPE.md", "**/*/WISH-1/_implementation/SCOPE.yaml")


def test_other_agents_logs_are_read_and_the_runs_own_is_none_of_them(shop: GitRepo) -> None:
    shop.commit("work", {f"{IMPL}/BACKEND-LOG.md": LOG, f"{IMPL}/FRONTEND-LOG.md": LOG, f"{IMPL}/TOKEN-LOG.md": LOG})
    assert [log.path for log in documents(shop).logs] == [f"{IMPL}/FRONTEND-LOG.md"]


def test_the_document_beside_the_log_comes_first(shop: GitRepo) -> None:
    shop.commit("copy", {"plans/shop/done/WISH-1/WISH-1.md": "old\n", f"{IMPL}/BACKEND-LOG.md": LOG})
    assert [one.path for one in documents(shop).head("story")] == [f"{HOME}/WISH-1.md", "plans/shop/done/WISH-1/WISH-1.md"]


def test_without_a_story_there_are_no_documents(shop: GitRepo) -> None:
    shop.commit("work", {"api/cart.ts": "1\n"})
    run = gathered(shop, None)
    assert run.documents is None
    assert "pass --story" in run.problem("documents")


def test_what_is_no_regular_file_or_too_long_is_refused(shop: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    (shop.root / IMPL / "SCOPE.md").unlink()
    (shop.root / IMPL / "SCOPE.md").symlink_to("/etc/passwd")
    shop.commit("link", {f"{IMPL}/SCOPE.yaml": "a: 12345\n"})
    monkeypatch.setattr(limits, "LIMIT", 8)
    link, long = documents(shop).head("scope")
    with pytest.raises(Unreadable, match="no regular file"):
        link.text()
    with pytest.raises(Unreadable, match="9 bytes"):
        long.text()
    assert set(link.content.ledger.take()) == {f"{IMPL}/SCOPE.md", f"{IMPL}/SCOPE.yaml"}


def test_a_story_with_characters_of_globs_is_found_by_its_name_alone(shop: GitRepo) -> None:
    odd = "plans/shop/in-progress/WISH[1]"
    shop.commit("work", {f"{odd}/WISH[1].md": "odd\n", f"{odd}/_implementation/SCOPE.md": "odd\n"})
    found = gathered(shop, "WISH[1]").documents
    assert found is not None
    assert [one.path for one in found.at_head] == [f"{odd}/WISH[1].md", f"{odd}/_implementation/SCOPE.md"]
