"""history/commit-message beyond its examples, over real commits."""

from pathlib import Path
from typing import Any

from pytest_agentcompliance.rulebook.history.commit_message import CommitMessage
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from pytest_agentcompliance.verdict import Finding
from tests.conftest import GitRepo, new_repo


def findings(repo: GitRepo, base: str, **given: Any) -> list[Finding]:
    rule = CommitMessage(**given)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), rule.reads, Wanted())
        return list(rule.findings_in(run))


def started(root: Path) -> tuple[GitRepo, str]:
    repo = new_repo(root / "repo")
    return repo, repo.commit("feat: begin", {"a.py": "x = 1\n"})


def test_a_finding_names_the_commit_and_stands_at_its_code(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    id = repo.commit("more fixes", {"README.md": "x\n", "src/b.py": "y = 1\n"})
    (one,) = findings(repo, base)
    assert str(one.at) == "src/b.py"
    assert one.message == f"commit {id[:9]} 'more fixes' says neither what was changed nor why"
    assert id[:7] not in one.evidence


def test_merges_are_not_read(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    repo.branch("side")
    repo.commit("feat: store the cart", {"b.py": "y = 1\n"})
    repo.git("checkout", "--quiet", "main")
    repo.commit("feat: tax of two items", {"c.py": "y = 1\n"})
    repo.git("merge", "--quiet", "--no-ff", "-m", "merge", "side")
    assert not findings(repo, base)


def test_a_commit_without_a_message_or_a_change_is_read(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    repo.git("commit", "--quiet", "--allow-empty", "--allow-empty-message", "-m", "")
    (one,) = findings(repo, base)
    assert one.at is None
    assert one.message.endswith("has no message")


def test_parameters_hold(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    repo.commit("Store the cart in the session of its user", {"b.py": "y = 1\n"})
    assert not findings(repo, base)
    assert [one.level for one in findings(repo, base, concise=30)] == ["style"]
    assert [one.level for one in findings(repo, base, longest=30, concise=20)] == ["breach"]
    (one,) = findings(repo, base, types=["feat", "fix"])
    assert one.message.endswith("begins with none of the types feat, fix")


def test_the_number_of_a_pull_request_is_not_counted(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    repo.commit(f"feat: {'x' * 74} (#1234)", {"b.py": "y = 1\n"})
    assert not findings(repo, base)


def test_a_squash_by_a_platform_lists_what_were_commits(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    repo.commit("feat: carts (#12)\n\n* feat: store the cart\n\n* fix: tax of two items\n", {"b.py": "y = 1\n"})
    assert not findings(repo, base)
    repo.commit("feat: tills\n\n* feat: open the till\n* fix: tax of two items\n", {"b.py": "y = 2\n"})
    (one,) = findings(repo, base)
    assert one.message.endswith("is feat and fix in one")
