"""history/whitespace-mixed beyond its examples, over real commits."""

from pathlib import Path
from typing import Any

import pytest

from pytest_agentcompliance.rulebook.history.whitespace_mixed import WhitespaceMixed
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from pytest_agentcompliance.verdict import Finding
from tests.conftest import GitRepo, new_repo

ROWS = "".join(f"const row{n} = 'row {n}'\n" for n in range(30))
OTHER = ROWS.replace("'", '"')


def findings(repo: GitRepo, base: str, **given: Any) -> list[Finding]:
    rule = WhitespaceMixed(**given)
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), rule.reads, Wanted())
        return list(rule.findings_in(run))


def started(root: Path, **files: str) -> tuple[GitRepo, str]:
    repo = new_repo(root / "repo")
    return repo, repo.commit("begin", {"a.ts": ROWS, "b.ts": "pay()\n", **files})


def test_a_finding_names_the_commit_and_says_how_much(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    id = repo.commit("fix: pay twice", {"a.ts": OTHER, "b.ts": "pay()\npay()\n"})
    (one,) = findings(repo, base)
    said = "changes 60 lines in nothing but form (formatting in a.ts) beside 1 that change the code"
    assert one.message == f"commit {id[:9]} 'fix: pay twice' {said}"
    assert str(one.at) == "a.ts:1"
    assert id[:7] not in one.evidence


def test_the_line_is_left_out_where_the_run_went_on(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    repo.commit("fix: pay twice", {"a.ts": OTHER, "b.ts": "pay()\npay()\n"})
    repo.commit("feat: more", {"a.ts": OTHER + "export {}\n"})
    (one,) = findings(repo, base)
    assert str(one.at) == "a.ts"


def test_each_commit_is_judged_by_itself(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    repo.commit("style: quotes", {"a.ts": OTHER})
    repo.commit("fix: pay twice", {"b.ts": "pay()\npay()\n"})
    assert not findings(repo, base)


def test_what_a_commit_took_back_again_is_still_reported(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    repo.commit("fix: pay twice", {"a.ts": OTHER, "b.ts": "pay()\npay()\n"})
    repo.commit("style: quotes", {"a.ts": ROWS})
    assert len(findings(repo, base)) == 1


def test_merges_are_not_read(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    repo.branch("side")
    repo.commit("style: quotes", {"a.ts": OTHER})
    repo.git("checkout", "--quiet", "main")
    repo.commit("fix: pay twice", {"b.ts": "pay()\npay()\n"})
    repo.git("merge", "--quiet", "--no-ff", "-m", "merge", "side")
    assert not findings(repo, base)


def test_parameters_hold(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    repo.commit("fix", {"a.ts": OTHER, "b.ts": "pay()\n" * 40})
    assert findings(repo, base)
    assert not findings(repo, base, least=61)
    assert not findings(repo, base, share=2.0)
    assert not findings(repo, base, exempt=["a.ts"])


def test_generated_and_binary_files_are_left_out(tmp_path: Path) -> None:
    repo, base = started(tmp_path, **{"gen.ts": f"// @generated\n{ROWS}", "c.bin": "\0" + ROWS})
    repo.commit("fix", {"gen.ts": f"// @generated\n{OTHER}", "c.bin": "\0" + OTHER, "b.ts": "pay(1)\n"})
    assert not findings(repo, base)


def test_a_file_that_was_moved_is_no_work(tmp_path: Path) -> None:
    repo, base = started(tmp_path, **{"old.ts": "x()\n" * 50})
    repo.commit("style", {"a.ts": OTHER, "old.ts": None, "new.ts": "x()\n" * 50})
    assert not findings(repo, base)


def test_what_a_commit_holds_that_cannot_be_read_is_said_of_files_that_nobody_looks_at_too(tmp_path: Path) -> None:
    """Contents that tell of no form do not keep git from saying what its patch is without."""
    repo, base = started(tmp_path)
    repo.commit("one", {"b.ts": "pay(1)\n", "notes.md": "gone\n"})
    oid = repo.git("rev-parse", "HEAD:notes.md")
    repo.commit("two", {"b.ts": "pay(2)\n", "notes.md": "here\n"})
    (repo.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    rule = WhitespaceMixed()
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), rule.reads, Wanted())
        assert list(rule.findings_in(run)) == []
        assert list(run.ledger.unread) == ["notes.md"]


def test_patches_are_asked_for_where_contents_leave_a_doubt(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    repo, base = started(tmp_path)
    for number in range(3):
        repo.commit(f"feat: pay {number}", {"b.ts": f"pay({number})\n"})
    repo.commit("fix: pay twice", {"a.ts": OTHER, "b.ts": "pay()\npay()\n"})
    asked: list[int] = []
    each = Repository.patched_each

    def listening(self: Repository, pairs: Any) -> Any:
        asked.append(len(pairs))
        return each(self, pairs)

    monkeypatch.setattr(Repository, "patched_each", listening)
    assert len(findings(repo, base)) == 1
    assert asked == [1]
