"""Where a run starts and ends: every way to find the base, and every way in which there is none."""

import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_agentcompliance.errors import EvidenceError, UsageError
from pytest_agentcompliance.sources import ends
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo, new_repo


@contextmanager
def reading(
    root: Path, base: str | None = None, head: str | None = None, env: Mapping[str, str] | None = None
) -> Iterator[Ends]:
    with Repository(root) as repository:
        yield ends.find(repository, base, head, env or {})


def span(
    root: Path, base: str | None = None, head: str | None = None, env: Mapping[str, str] | None = None
) -> tuple[str, str, str]:
    with reading(root, base, head, env) as found:
        return found.span.base, found.span.merge_base, found.span.head


def error(root: Path, base: str | None = None, head: str | None = None, env: Mapping[str, str] | None = None) -> str:
    with pytest.raises((UsageError, EvidenceError)) as wrong, reading(root, base, head, env):
        pass
    return f"{type(wrong.value).__name__}: {wrong.value}"


@pytest.fixture
def run(repo: GitRepo) -> tuple[GitRepo, str, str]:
    """main with one commit, a branch with another; main then goes on by itself."""
    first = repo.commit("start", {"a.py": "a = 1\n"})
    repo.branch("agent")
    second = repo.commit("work", {"b.py": "b = 1\n"})
    repo.git("checkout", "-q", "main")
    repo.commit("meanwhile", {"c.py": "c = 1\n"})
    repo.git("checkout", "-q", "agent")
    return repo, first, second


def clone(repo: GitRepo, *options: str) -> GitRepo:
    copy = repo.root.parent / "clone"
    subprocess.run(
        ["git", "clone", "-q", *options, repo.root.as_uri(), str(copy)], env=repo.env, check=True, capture_output=True
    )
    return GitRepo(copy)


def test_base_that_was_passed_is_taken_and_its_merge_base_compared(run: tuple[GitRepo, str, str]) -> None:
    repo, first, second = run
    assert span(repo.root, "main", "agent") == ("main", first, second)
    with reading(repo.root, "main", "agent") as found:
        assert [change.path for change in found.changes] == ["b.py"]


def test_local_main_is_the_last_resort(run: tuple[GitRepo, str, str]) -> None:
    repo, first, second = run
    assert span(repo.root) == ("main", first, f"{second}+worktree")


def test_on_main_itself_there_is_no_base_to_guess(run: tuple[GitRepo, str, str]) -> None:
    repo, _, _ = run
    repo.git("checkout", "-q", "main")
    assert "UsageError: the run's base is unknown" in error(repo.root)
    assert "this is main itself; check out the branch that the agent worked on, or pass --base REV" in error(repo.root)
    assert "run: git fetch" not in error(repo.root)


def test_origins_head_branch_comes_before_local_main(run: tuple[GitRepo, str, str]) -> None:
    repo, first, second = run
    repo.git("checkout", "-q", "main")
    copy = clone(repo)
    copy.git("checkout", "-q", "agent")
    assert span(copy.root) == ("origin/HEAD", first, f"{second}+worktree")


def test_upstream_counts_unless_it_is_the_branchs_own_copy(run: tuple[GitRepo, str, str]) -> None:
    repo, first, second = run
    copy = clone(repo)  # of agent: it follows origin/agent, its own copy, and origin/HEAD is that too
    copy.git("branch", "-q", "fix", "--track", "origin/main")
    copy.git("checkout", "-q", "fix")
    assert span(copy.root)[0] == "origin/main"
    copy.git("checkout", "-q", "agent")
    copy.git("remote", "set-head", "origin", "main")
    assert span(copy.root) == ("origin/HEAD", first, f"{second}+worktree")


def test_detached_head_is_read(run: tuple[GitRepo, str, str]) -> None:
    repo, first, second = run
    repo.git("checkout", "-q", "--detach")
    assert span(repo.root) == ("main", first, f"{second}+worktree")


def event(tmp_path: Path, payload: object) -> dict[str, str]:
    file = tmp_path / "event.json"
    file.write_text(json.dumps(payload))
    return {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": str(file)}


def test_github_says_the_base(run: tuple[GitRepo, str, str], tmp_path: Path) -> None:
    repo, first, second = run
    tip = repo.git("rev-parse", "main")
    env = event(tmp_path, {"pull_request": {"base": {"sha": tip}}})
    assert span(repo.root, env=env) == (f"GitHub's event payload: {tip[:12]}", first, f"{second}+worktree")
    env = event(tmp_path, {"merge_group": {"base_sha": first}})
    assert span(repo.root, env=env)[0] == f"GitHub's event payload: {first[:12]}"


@pytest.mark.parametrize("payload", [{}, [], "x", {"pull_request": None}, {"pull_request": {"base": {"sha": "main"}}}])
def test_githubs_base_ref_stands_in_for_a_payload_that_says_nothing(
    run: tuple[GitRepo, str, str], tmp_path: Path, payload: object
) -> None:
    repo, first, _ = run
    env = {**event(tmp_path, payload), "GITHUB_BASE_REF": "main"}
    assert span(repo.root, env=env)[:2] == ("GITHUB_BASE_REF: main", first)


def test_gitlab_says_the_base(run: tuple[GitRepo, str, str]) -> None:
    repo, first, _ = run
    assert span(repo.root, env={"CI_MERGE_REQUEST_DIFF_BASE_SHA": first})[:2] == (
        f"CI_MERGE_REQUEST_DIFF_BASE_SHA: {first[:12]}", first,
    )


def test_what_was_passed_beats_ci(run: tuple[GitRepo, str, str]) -> None:
    repo, first, _ = run
    assert span(repo.root, "main", env={"CI_MERGE_REQUEST_DIFF_BASE_SHA": "0" * 40})[1] == first


def test_shallow_clone_without_the_base_prints_the_fetch_command(run: tuple[GitRepo, str, str]) -> None:
    repo, first, _ = run
    copy = clone(repo, "--depth=1", "--branch=agent")
    said = error(copy.root, env={"CI_MERGE_REQUEST_DIFF_BASE_SHA": first})
    assert said.startswith("EvidenceError: CI_MERGE_REQUEST_DIFF_BASE_SHA names")
    assert "run: git fetch --unshallow origin" in said
    command = said.rpartition("run: ")[2].partition("  (")[0]
    subprocess.run(command, shell=True, cwd=copy.root, env=copy.env, check=True, capture_output=True)
    assert span(copy.root, env={"CI_MERGE_REQUEST_DIFF_BASE_SHA": first})[1] == first


def test_shallow_clone_without_a_merge_base_is_never_a_two_dot_diff(run: tuple[GitRepo, str, str]) -> None:
    repo, first, _ = run
    copy = clone(repo, "--depth=1", "--no-single-branch", "--branch=agent")
    said = error(copy.root, "origin/main")
    assert "have no merge base: this clone is shallow" in said
    subprocess.run(said.rpartition("run: ")[2], shell=True, cwd=copy.root, env=copy.env, check=True, capture_output=True)
    assert span(copy.root, "origin/main")[1] == first


def test_single_branch_clone_prints_the_fetch_command(run: tuple[GitRepo, str, str]) -> None:
    repo, first, _ = run
    copy = clone(repo, "--single-branch", "--branch=agent")
    said = error(copy.root, env={"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "main"})
    command = said.partition("run: ")[2].partition("  (")[0]
    subprocess.run(command, shell=True, cwd=copy.root, env=copy.env, check=True, capture_output=True)
    assert span(copy.root, env={"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "main"})[1] == first


@pytest.mark.parametrize("base", [None, "origin/main"])
def test_a_clone_that_lacks_the_base_prints_the_fetch_command_without_ci(run: tuple[GitRepo, str, str], base: str | None) -> None:
    repo, first, _ = run
    copy = clone(repo, "--depth=1", "--branch=agent")
    said = error(copy.root, base)
    assert said.startswith("UsageError")
    subprocess.run(said.rpartition("run: ")[2], shell=True, cwd=copy.root, env=copy.env, check=True, capture_output=True)
    assert span(copy.root, "origin/main")[1] == first


def test_githubs_base_ref_in_a_shallow_clone_takes_one_command(run: tuple[GitRepo, str, str]) -> None:
    repo, first, _ = run
    copy = clone(repo, "--depth=1", "--branch=agent")
    env = {"GITHUB_ACTIONS": "true", "GITHUB_BASE_REF": "main"}
    command = error(copy.root, env=env).partition("run: ")[2].partition("  (")[0]
    subprocess.run(command, shell=True, cwd=copy.root, env=copy.env, check=True, capture_output=True)
    assert span(copy.root, env=env)[1] == first


def test_unrelated_histories_have_no_merge_base(repo: GitRepo) -> None:
    repo.commit("one", {"a": "1"})
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit("two", {"b": "2"})
    assert "EvidenceError: main" in error(repo.root, "main")
    assert "no common commit" in error(repo.root, "main")


def test_unknown_revision_names_the_nearest(run: tuple[GitRepo, str, str]) -> None:
    repo, _, _ = run
    assert "UsageError: unknown revision 'maim'" in error(repo.root, "maim")
    assert "did you mean 'main'?" in error(repo.root, "maim")
    assert "is no revision" in error(repo.root, "--output=x")


def test_a_branch_and_a_tag_of_one_name_are_not_guessed_at(run: tuple[GitRepo, str, str]) -> None:
    repo, first, second = run
    repo.git("tag", "main", second)
    assert "'main' is ambiguous: pass one of refs/heads/main, refs/tags/main" in error(repo.root, "main")
    assert span(repo.root, "refs/heads/main", "HEAD")[1] == first


def test_a_base_that_was_found_is_not_shadowed_by_a_tag_of_its_name(run: tuple[GitRepo, str, str]) -> None:
    repo, first, second = run
    repo.git("tag", "main", second)
    repo.git("tag", "heads/main", second)
    repo.git("tag", "HEAD", first)
    (repo.root / ".git" / "main").write_text(second + "\n")
    assert span(repo.root) == ("main", first, f"{second}+worktree")


def test_revisions_with_suffixes_and_short_ids(run: tuple[GitRepo, str, str]) -> None:
    repo, first, second = run
    assert span(repo.root, "HEAD~1", "HEAD") == ("HEAD~1", first, second)
    assert span(repo.root, "agent^", second[:10])[1:] == (first, second)
    repo.git("tag", "-a", "-m", "annotated", "v1", first)
    assert span(repo.root, "v1", "HEAD")[1] == first


def test_not_a_repository(tmp_path: Path) -> None:
    assert "is not in a git repository; pass one with --repo" in error(tmp_path)
    assert "UsageError" in error(tmp_path / "nowhere")


def test_unborn_head(repo: GitRepo) -> None:
    repo.write("a.py", "a = 1\n")
    assert "HEAD has no commit yet" in error(repo.root)


def test_bare_repository_needs_both_ends(run: tuple[GitRepo, str, str]) -> None:
    repo, first, second = run
    bare = repo.root.parent / "bare.git"
    subprocess.run(["git", "clone", "-q", "--bare", str(repo.root), str(bare)], env=repo.env, check=True, capture_output=True)
    assert "is a bare repository, which has no work tree; pass --base and --head" in error(bare)
    assert span(bare, "main", "agent") == ("main", first, second)


def test_linked_work_tree_and_a_folder_inside_it(run: tuple[GitRepo, str, str]) -> None:
    repo, first, second = run
    repo.git("worktree", "add", "-q", "-b", "linked", "../linked", "agent")
    linked = GitRepo(repo.root.parent / "linked")
    linked.write("deep/down/d.py", "d = 1\n")
    with reading(linked.root / "deep" / "down", "main") as found:
        assert found.span.merge_base == first
        assert [change.path for change in found.changes] == ["b.py", "deep/down/d.py"]
        assert found.span.head == f"{second}+worktree"


def test_sha256_repository(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "wide")
    repo.git("init", "-q", "--object-format=sha256", "../wide256")
    wide = GitRepo(tmp_path / "wide256")
    wide.git("checkout", "-q", "-b", "main")
    first = wide.commit("start", {"a.py": "a = 1\n"})
    wide.branch("agent")
    wide.commit("work", {"b.py": "b = 1\n"})
    wide.write("c.py", "c = 1\n")
    with reading(wide.root, "main") as found:
        assert found.span.merge_base == first
        assert [(change.path, [line.text for line in change.added]) for change in found.changes] == [
            ("b.py", ["b = 1"]), ("c.py", ["c = 1"]),
        ]


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root can give a repository away")
def test_repository_of_another_user_is_read(run: tuple[GitRepo, str, str]) -> None:
    repo, first, second = run
    for folder, _, files in os.walk(repo.root):
        for name in ["", *files]:
            os.lchown(os.path.join(folder, name), 12345, 12345)
    assert subprocess.run(["git", "status"], cwd=repo.root, env=repo.env, capture_output=True, check=False).returncode != 0
    assert span(repo.root, "main") == ("main", first, f"{second}+worktree")


def test_an_empty_run_is_said_to_be_empty(run: tuple[GitRepo, str, str]) -> None:
    repo, _, _ = run
    with reading(repo.root, "agent", "agent") as found:
        assert len(found.changes) == 0
        assert "the run changed nothing: base and head have the same tree" in found.span.notes


def test_merging_main_accuses_nobody(run: tuple[GitRepo, str, str]) -> None:
    repo, _, _ = run
    repo.git("merge", "-q", "--no-edit", "main")
    with reading(repo.root, "main", "agent") as found:
        assert [change.path for change in found.changes] == ["b.py"]
        assert len(found.commits) == 2


def test_reading_leaves_no_trace(run: tuple[GitRepo, str, str]) -> None:
    repo, _, _ = run
    repo.write("new.py", "n = 1\n")
    repo.write("a.py", "a = 2\n")

    def state() -> dict[str, tuple[float, bytes]]:
        return {
            str(file): (file.stat().st_mtime_ns, file.read_bytes())
            for file in sorted(repo.root.rglob("*")) if file.is_file()
        }

    before = state()
    with reading(repo.root, "main") as found:
        assert len(found.changes) == 3
        shadow = found.changes.reader
    assert state() == before
    assert shadow is not None


@pytest.mark.parametrize("written", ["gitdir: a\0b\n", "gitdir: loop\n", "gitdir: nowhere\n"])
def test_a_git_file_that_points_nowhere(tmp_path: Path, written: str) -> None:
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / ".git").write_text(written)
    assert "which is no git directory" in error(tmp_path, "main")
    assert error(tmp_path / "loop", "main").startswith("UsageError")


@pytest.mark.parametrize("written", ["a\0b", "nowhere"])
def test_a_git_directory_whose_common_one_is_missing(run: tuple[GitRepo, str, str], written: str) -> None:
    (run[0].root / ".git" / "commondir").write_text(written)
    assert "which is no git directory" in error(run[0].root, "main")


@pytest.mark.parametrize("written", [b"", b"ref: refs/heads/a\0b\n", b"ref: refs/heads/../../x\n", b"\xff\n"])
def test_a_head_that_is_no_name(run: tuple[GitRepo, str, str], written: bytes) -> None:
    repo, first, second = run
    (repo.root / ".git" / "HEAD").write_bytes(written)
    assert "HEAD has no commit yet" in error(repo.root, "main")
    assert span(repo.root, first, second) == (first, first, second)


def test_a_head_whose_commit_is_missing_is_not_called_unborn(run: tuple[GitRepo, str, str]) -> None:
    repo, _, second = run
    (repo.root / ".git" / "objects" / second[:2] / second[2:]).unlink()
    assert "missing or broken" in error(repo.root, "main")


def test_references_in_a_reftable_are_said_not_to_be_read(run: tuple[GitRepo, str, str]) -> None:
    repo, first, second = run
    (repo.root / ".git" / "reftable").mkdir()
    (repo.root / ".git" / "HEAD").write_text("ref: refs/heads/.invalid\n")
    assert "reftable" in error(repo.root, first)
    assert span(repo.root, first, second) == (first, first, second)


def test_a_tag_of_a_blob_is_no_commit(run: tuple[GitRepo, str, str]) -> None:
    run[0].git("tag", "blob", "HEAD:a.py")
    assert "'blob'" in (said := error(run[0].root, "blob"))
    assert "is no commit" in said


def test_a_date_that_no_calendar_has(run: tuple[GitRepo, str, str]) -> None:
    repo, first, _ = run
    tree = repo.git("rev-parse", "HEAD^{tree}")
    people = "author A <a> 1 +0000\ncommitter A <a> 999999999999 +0000"
    (repo.root.parent / "body").write_text(f"tree {tree}\nparent {first}\n{people}\n\nm\n")
    head = repo.git("hash-object", "-t", "commit", "-w", "--literally", str(repo.root.parent / "body"))
    with reading(repo.root, "main", head) as found:
        assert found.changes.as_of.year == 1970


def test_more_complaints_of_git_than_a_pipe_holds(run: tuple[GitRepo, str, str]) -> None:
    repo, first, second = run
    (repo.root / ".git" / "objects" / "info").mkdir(exist_ok=True)
    lines = "".join(f"/nowhere/{'x' * 200}{k}\n" for k in range(1000))
    (repo.root / ".git" / "objects" / "info" / "alternates").write_text(lines)
    assert span(repo.root, first, second) == (first, first, second)


def test_a_payload_that_never_ends_is_not_read(run: tuple[GitRepo, str, str]) -> None:
    env = {"GITHUB_ACTIONS": "true", "GITHUB_EVENT_PATH": "/dev/zero", "GITHUB_BASE_REF": "gone; rm x"}
    assert "'+refs/heads/gone; rm x:refs/remotes/origin/gone; rm x'" in error(run[0].root, env=env)
