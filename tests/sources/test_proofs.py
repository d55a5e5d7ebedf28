"""The proofs of a run: which are its own, which do not count and why, and what is said where one cannot be read."""

import json
import os
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from pytest_agentcompliance.parsing.proofs import counts, statement
from pytest_agentcompliance.parsing.proofs.record import FOLDER
from pytest_agentcompliance.parsing.work import Work
from pytest_agentcompliance.sources import ends, proof_files, proofs
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo, new_repo
from tests.sources.proving import GREEN, WANTED, prove, read, record, written


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("base", {"a.py": "a = 1\n"})
    repo.branch("feature")
    repo.write("a.py", "a = 2\n")
    return repo


def refused(repo: GitRepo, head: str | None = None) -> dict[str, str]:
    found = read(repo, head)
    assert found is not None
    return {one.at.path: one.why for one in found.refused}


def proved(repo: GitRepo, head: str | None = None) -> list[str]:
    found = read(repo, head)
    return [] if found is None else [one.at.path for one in found.proofs]


def test_no_file_is_no_evidence(run: GitRepo) -> None:
    with Repository(run.root) as repository:
        assert proofs.read(repository, ends.find(repository, "main", None, {}), WANTED) == (None, "the run left no proof")


def test_proofs_that_ignore_files_leave_out_are_spoken_of(repo: GitRepo) -> None:
    repo.commit("base", {".gitignore": "/.agent-compliance/\n"})
    repo.branch("feature")
    repo.write("a.py", "a = 2\n")
    prove(repo)
    found = read(repo, None)
    assert found is not None
    assert (found.proofs, found.notes) == ((), (proofs.HIDDEN,))
    repo.git("add", "a.py")
    repo.git("commit", "--quiet", "-m", "work")
    assert read(repo, "HEAD") is None


def test_what_a_proof_says_is_read(run: GitRepo) -> None:
    path = prove(run, folder="api", exit_code=1, output="boom\n")
    found = read(run, None)
    assert found is not None
    (one,) = found.proofs
    assert (one.name, one.line, one.folder, one.exit_code, one.ended) == ("tests", "pytest", "api", 1, "exit")
    assert (one.at.path, one.output, one.sequence, one.trust, one.new) == (path, "boom\n", 1, 1, True)
    assert found.refused == ()


def test_a_commit_and_the_work_tree_say_the_same(run: GitRepo) -> None:
    path = prove(run)
    assert proved(run) == [path]
    run.commit("all")
    assert proved(run, "HEAD") == proved(run) == [path]


def test_those_of_base_are_followed_and_not_shown(run: GitRepo) -> None:
    run.commit("first", {"a.py": "a = 2\n"})
    prove(run)
    run.commit("proof")
    run.git("checkout", "--quiet", "main")
    run.git("merge", "--quiet", "feature")
    run.git("checkout", "--quiet", "-b", "second")
    assert read(run, None) is None
    run.write("a.py", "a = 3\n")
    path = prove(run, "lint", "ruff check", "All checks passed!\n")
    assert proved(run) == [path]
    assert refused(run) == {}


def test_those_that_base_has_lost_since_are_followed_in_the_base_that_was(run: GitRepo) -> None:
    run.commit("first", {"a.py": "a = 2\n"})
    old = prove(run)
    kept = [one.relative_to(run.root).as_posix() for one in (run.root / FOLDER).iterdir()]
    run.commit("proof")
    run.git("checkout", "--quiet", "main")
    run.git("merge", "--quiet", "feature")
    run.git("checkout", "--quiet", "-b", "second")
    run.write("b.py", "b = 3\n")
    path = prove(run, "lint", "ruff check", "All checks passed!\n")
    run.commit("second")
    run.git("checkout", "--quiet", "main")
    run.commit("tidied", dict.fromkeys(kept))
    run.git("checkout", "--quiet", "second")
    run.git("rebase", "--quiet", "main")
    assert old in kept
    assert proved(run, "HEAD") == [path]
    assert refused(run, "HEAD") == {}


def test_so_many_bytes_of_proofs_are_read_and_no_more(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = prove(run), prove(run, "lint", "ruff check", "All checks passed!\n")
    monkeypatch.setattr(proofs, "MOST_BYTES", 100)
    assert proved(run) == [first]
    assert refused(run) == {second: "the proofs before it have 100 bytes; no more are read"}


def test_a_proof_edited_by_hand_is_refused(run: GitRepo) -> None:
    path = prove(run, exit_code=1)
    file = run.root / path
    file.write_text(file.read_text().replace('"exit_code": 1', '"exit_code": 0'))
    assert list(refused(run)) == [path]


def test_the_last_proof_is_held_by_its_name(run: GitRepo) -> None:
    path = prove(run, "lint", "ruff check", "All checks passed!\n", exit_code=1)
    file = run.root / path
    file.write_text(file.read_text().replace('"exit_code": 1', '"exit_code": 0'))
    assert "it was altered: its digest begins with" in refused(run)[path]


def test_line_ends_and_indentation_are_no_edit(run: GitRepo) -> None:
    path = prove(run)
    file = run.root / path
    file.write_bytes(json.dumps(json.loads(file.read_bytes()), indent=4).replace("\n", "\r\n").encode())
    assert refused(run) == {}


def test_an_output_that_was_altered_is_refused(run: GitRepo) -> None:
    path = prove(run)
    (output,) = (run.root / FOLDER).glob("*.txt")
    output.write_text(GREEN.replace("3 passed", "9 passed"))
    assert f"its output, {output.name}, was altered" in refused(run)[path]


def test_an_output_that_is_gone_is_refused(run: GitRepo) -> None:
    path = prove(run)
    (output,) = (run.root / FOLDER).glob("*.txt")
    output.unlink()
    assert refused(run) == {path: f"its output, {output.name}, is not there"}


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_an_output_that_is_a_link_is_refused(run: GitRepo) -> None:
    path = prove(run)
    (output,) = (run.root / FOLDER).glob("*.txt")
    output.unlink()
    output.symlink_to("/dev/zero")
    assert refused(run) == {path: "its output is a symbolic link, which is not followed"}


def test_the_output_of_a_proof_that_was_taken_away_shows(run: GitRepo) -> None:
    path = prove(run)
    (run.root / path).unlink()
    (output,) = (run.root / FOLDER).glob("*.txt")
    assert refused(run) == {f"{FOLDER}/{output.name}": "it is the output of a proof that is not there: that was taken away"}


def test_counts_that_the_output_does_not_bear_out_are_refused(run: GitRepo) -> None:
    path = prove(run, work=(Work("pytest", "tests", passed=300),), version=counts.version())
    assert "its counts are not those of its output" in refused(run)[path]


def test_counts_of_another_version_are_read_again(run: GitRepo) -> None:
    prove(run, work=(Work("pytest", "tests", passed=300),), version="0.0.1")
    found = read(run, None)
    assert found is not None
    assert found.refused == ()
    assert all(one.passed != 300 for one in found.proofs[0].work)


def test_a_replayed_proof_is_refused(run: GitRepo) -> None:
    first = prove(run)
    made = statement.from_statement((run.root / first).read_bytes())
    again = prove(run, started=made.started, seconds=made.seconds)
    assert refused(run) == {again: f"it is replayed: {first.rpartition('/')[2]} records the same run of the command"}


def test_a_proof_from_another_repository_is_foreign(run: GitRepo, tmp_path: Path) -> None:
    other = new_repo(tmp_path / "other")
    other.commit("base", {"a.py": "a = 1\n", "x.py": "x = 1\n"})
    other.branch("feature")
    other.write("a.py", "a = 2\n")
    path = prove(other)
    for file in (other.root / FOLDER).iterdir():
        run.write(f"{FOLDER}/{file.name}", file.read_bytes())
    base = other.git("rev-parse", "main")[:12]
    assert refused(run) == {path: f"it is foreign: commit {base}, on which it was made, is no part of this history"}


def test_a_proof_from_a_sibling_branch_is_stale_and_not_foreign(run: GitRepo) -> None:
    run.git("stash", "--quiet")
    run.git("checkout", "--quiet", "-b", "sibling", "main")
    run.write("a.py", "a = 9\n")
    prove(run)
    run.git("checkout", "--quiet", "--force", "feature")
    run.git("stash", "pop", "--quiet")
    found = read(run, None)
    assert found is not None
    assert [(one.freshness, one.differs) for one in found.proofs] == [("stale", ("a.py",))]
    assert found.refused == ()


def test_what_was_proved_on_commits_that_were_squashed_away_since_is_foreign_until_it_is_proved_again(run: GitRepo) -> None:
    """A branch on a branch: the lower one is squashed into main, the upper one goes onto that."""
    run.commit("lower", {"low.py": "low = 1\n"})
    run.git("checkout", "--quiet", "-b", "upper")
    run.write("up.py", "up = 1\n")
    lower = run.git("rev-parse", "HEAD")
    tree = run.git("rev-parse", "HEAD^{tree}")
    made = record(run)
    files = {"up.py": made.files["up.py"]} if made.files else {}
    prove(run, base=lower, base_tree=tree, files=files)
    run.commit("upper")
    run.git("checkout", "--quiet", "main")
    run.git("merge", "--quiet", "--squash", "feature")
    run.git("commit", "--quiet", "-m", "squashed")
    run.commit("more", {"more.py": "m = 1\n"})
    run.git("checkout", "--quiet", "upper")
    run.git("rebase", "--quiet", "--onto", "main", lower)
    assert [why.partition(":")[0] for why in refused(run, "HEAD").values()] == ["it is foreign"]
    again = prove(run)
    run.commit("proved again")
    found = read(run)
    assert found is not None
    assert found.refused == ()
    assert [(one.at.path == again, one.freshness) for one in found.proofs] == [(False, "rebased"), (True, "exact")]


def test_a_proof_from_another_repository_is_foreign_in_an_equal_tree_too(run: GitRepo, tmp_path: Path) -> None:
    other = new_repo(tmp_path / "other")
    other.commit("another base", {"a.py": "a = 1\n"})
    other.branch("feature")
    other.write("a.py", "a = 2\n")
    path = prove(other)
    for file in (other.root / FOLDER).iterdir():
        run.write(f"{FOLDER}/{file.name}", file.read_bytes())
    assert [(one, why.partition(":")[0]) for one, why in refused(run).items()] == [(path, "it is foreign")]


def test_line_ends_of_a_checkout_are_no_edit_of_an_output(run: GitRepo) -> None:
    prove(run)
    (output,) = (run.root / FOLDER).glob("*.txt")
    output.write_bytes(GREEN.replace("\n", "\r\n").encode())
    assert refused(run) == {}


def test_a_start_that_has_not_come_yet_is_refused(run: GitRepo) -> None:
    path = prove(run, started=datetime.now(UTC) + timedelta(days=400))
    assert "has not come yet" in refused(run)[path]
    assert proved(run) == []


def test_a_clock_that_goes_a_little_before_is_none(run: GitRepo) -> None:
    prove(run, started=datetime.now(UTC) + timedelta(minutes=2))
    assert refused(run) == {}


def test_what_is_no_proof_says_why(run: GitRepo) -> None:
    prove(run)
    run.write(f"{FOLDER}/0002-a-00000000.json", "{}")
    run.write(f"{FOLDER}/0003-b-00000000.json", "no json")
    run.write(f"{FOLDER}/0004-c-00000000.json", " " * (proof_files.PROOF_LIMIT + 1))
    run.write(f"{FOLDER}/helper.ts", "export {}\n")
    run.write(f"{FOLDER}/deep/0001-x-00000000.json", "{}")
    run.write(f"{FOLDER}/.gitkeep", "")
    found = refused(run)
    assert list(found) == [f"{FOLDER}/{name}" for name in (
        "0002-a-00000000.json", "0003-b-00000000.json", "0004-c-00000000.json", "deep", "helper.ts",
    )]  # fmt: skip
    assert found[f"{FOLDER}/0003-b-00000000.json"] == "it is no proof: it is no JSON"
    assert "is not read" in found[f"{FOLDER}/0004-c-00000000.json"]
    assert found[f"{FOLDER}/helper.ts"] == "it lies among the proofs, and is none"


def test_a_folder_in_a_proofs_place_is_refused(run: GitRepo) -> None:
    run.write(f"{FOLDER}/0001-x-00000000.json/inside", "{}")
    assert refused(run) == {f"{FOLDER}/0001-x-00000000.json": "it is a folder"}


@pytest.mark.skipif(os.name == "nt", reason="links need a privilege there")
def test_links_are_refused_in_the_place_of_a_proof_and_of_the_folder(run: GitRepo) -> None:
    (run.root / FOLDER).mkdir(parents=True)
    (run.root / FOLDER / "0001-x-00000000.json").symlink_to("/dev/zero")
    assert refused(run) == {f"{FOLDER}/0001-x-00000000.json": "it is a symbolic link, which is not followed"}
    (run.root / FOLDER / "0001-x-00000000.json").unlink()
    (run.root / FOLDER).rmdir()
    (run.root / FOLDER).symlink_to("/tmp")
    assert refused(run) == {FOLDER: "it is a symbolic link, which is not followed"}


def test_a_flood_of_proofs_is_no_way_out(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "MOST", 2)
    paths = [prove(run, started=datetime.now(UTC) - timedelta(minutes=9 - k)) for k in range(3)]
    assert refused(run) == {paths[2]: "there are 3 proofs; no more than 2 of a run are read"}


def test_a_proof_whose_blob_is_missing_is_said_to_be_unread(run: GitRepo) -> None:
    path = prove(run)
    run.commit("all")
    oid = run.git("rev-parse", f"HEAD:{path}")
    file = run.root / ".git" / "objects" / oid[:2] / oid[2:]
    file.chmod(0o600)
    file.unlink()
    with Repository(run.root) as repository:
        found = ends.find(repository, "main", "HEAD", {})
        read_, _ = proofs.read(repository, found, WANTED)
    assert read_ is not None
    assert read_.proofs == ()
    assert read_.problem.startswith(f"{path}: ")
    assert path in found.ledger.unread


def test_a_policy_may_name_another_folder(run: GitRepo) -> None:
    path = prove(run)
    (run.root / "evidence").mkdir()
    for file in (run.root / FOLDER).iterdir():
        file.rename(run.root / "evidence" / file.name)
    elsewhere = Wanted(globs={"proofs": ("evidence/*.json",)})
    found = read(run, None, elsewhere)
    assert found is not None
    assert [(one.at.path, one.freshness) for one in found.proofs] == [(f"evidence/{path.rpartition('/')[2]}", "equivalent")]
    assert found.refused == ()
    assert found.folder == "evidence"


def test_objects_that_a_proof_names_need_not_be_there(run: GitRepo) -> None:
    made = record(run, base_tree="ab" * 20, base="")
    path = written(run, made)
    found = read(run, None)
    assert found is not None
    assert [(one.at.path, one.freshness) for one in found.proofs] == [(path, "exact")]
    run.write("a.py", "a = 3\n")
    found = read(run, None)
    assert found is not None
    assert [(one.freshness, one.differs) for one in found.proofs] == [("stale", ("a.py",))]


def again(run: GitRepo, path: str, folder: Path, **other: Any) -> Wanted:
    """What a CI wrote when it ran the command of a proof again, and where an audit is told to look for it."""
    plain = (run.root / path).read_bytes()
    made = statement.from_statement(plain)
    rerun = replace(made, rerun_of=statement.digest(plain), sequence=1, previous="", started=datetime.now(UTC), **other)
    folder.mkdir()
    (folder / "0001-tests-00000000.json").write_bytes(statement.text(statement.to_statement(rerun)))
    (folder / made.output.file).write_bytes((run.root / FOLDER / made.output.file).read_bytes())
    return Wanted(globs=WANTED.globs, reruns=folder)


def test_what_a_ci_ran_again_bears_a_proof_out(run: GitRepo, tmp_path: Path) -> None:
    path = prove(run)
    found = read(run, None, again(run, path, tmp_path / "reruns"))
    assert found is not None
    assert [(one.trust, one.note) for one in found.proofs] == [(3, "")]


def test_what_failed_when_a_ci_ran_it_again_is_refused(run: GitRepo, tmp_path: Path) -> None:
    path = prove(run)
    found = read(run, None, again(run, path, tmp_path / "reruns", exit_code=1))
    assert found is not None
    assert [one.why.partition(",")[0] for one in found.refused] == ["run again"]
    assert found.proofs == ()


def test_a_run_again_over_another_tree_bears_nothing_out(run: GitRepo, tmp_path: Path) -> None:
    path = prove(run)
    found = read(run, None, again(run, path, tmp_path / "reruns", tree="ab" * 20, files={}))
    assert found is not None
    assert [one.trust for one in found.proofs] == [1]
    assert "another tree" in found.proofs[0].note
