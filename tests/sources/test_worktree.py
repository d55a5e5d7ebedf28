"""The work tree as it stands: what is committed, staged, unstaged, untracked; what is ignored, and by whose rules."""

import hashlib
import os
import tempfile
from pathlib import Path

import pytest

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.sources import ends, worktree
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo, new_repo


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", {
        "a.py": "a = 1\n", "b.py": "b = 1\n", "old/c.py": "c = 1\n", ".gitignore": "*.tmp\n/build/\n!kept.tmp\n",
        "deep/.gitignore": "/local.txt\n*.log\n!deep/*.log\n",
    })
    repo.branch("agent")
    return repo


def seen(repo: GitRepo) -> dict[str, str]:
    with Repository(repo.root) as repository:
        return {change.path: change.kind for change in ends.find(repository, "main", None, {}).changes}


def ignored(repo: GitRepo) -> int:
    with Repository(repo.root) as repository:
        return ends.find(repository, "main", None, {}).span.ignored


def test_an_untouched_work_tree_changes_nothing(run: GitRepo) -> None:
    assert seen(run) == {}


def test_committed_staged_unstaged_and_untracked_are_one_change(run: GitRepo) -> None:
    run.commit("one", {"committed.py": "1\n"})
    run.write("staged.py", "2\n")
    run.git("add", "staged.py")
    run.write("a.py", "a = 2\n")
    run.write("new/untracked.py", "3\n")
    (run.root / "b.py").unlink()
    assert seen(run) == {
        "committed.py": "added", "staged.py": "added", "a.py": "modified", "new/untracked.py": "added", "b.py": "deleted",
    }


def test_base_ignores_are_obeyed_and_counted(run: GitRepo) -> None:
    for path in ("x.tmp", "build/out.py", "deep/local.txt", "deep/down/x.log", "kept.tmp", "deep/deep/y.log"):
        run.write(path, "x\n")
    assert set(seen(run)) == {"kept.tmp", "deep/deep/y.log"}
    assert ignored(run) == 4


def test_what_git_status_lists_is_what_is_seen(run: GitRepo) -> None:
    for path in (
        "x.tmp", "build/a/b.py", "src/build/c.py", "deep/local.txt", "deep/x/local.txt", "deep/z.log", "n e w.py", "sub/x.tmp",
    ):
        run.write(path, "x\n")
    listed = run.git("ls-files", "-z", "--others", "--exclude-standard").split("\0")
    assert set(seen(run)) == {path for path in listed if path}


def test_ignore_rules_that_the_run_or_the_machine_added_hide_nothing(run: GitRepo) -> None:
    run.write(".gitignore", "*.tmp\nsneaky.py\n")
    (run.root / ".git" / "info").mkdir(exist_ok=True)
    (run.root / ".git" / "info" / "exclude").write_text("excluded.py\n")
    run.git("config", "core.excludesFile", str(run.write("excludes", "global.py\n")))
    for path in ("sneaky.py", "excluded.py", "global.py"):
        run.write(path, "x\n")
    assert {"sneaky.py", "excluded.py", "global.py"} <= set(seen(run))


def test_index_bits_and_forged_times_hide_nothing(run: GitRepo) -> None:
    status = (run.root / "a.py").stat()
    run.git("update-index", "--assume-unchanged", "a.py")
    run.git("update-index", "--skip-worktree", "b.py")
    run.write("a.py", "a = 2\n")
    run.write("b.py", "b = 2\n")
    os.utime(run.root / "a.py", ns=(status.st_atime_ns, status.st_mtime_ns))
    assert seen(run) == {"a.py": "modified", "b.py": "modified"}


def test_a_sparse_checkout_deletes_nothing(run: GitRepo) -> None:
    run.git("sparse-checkout", "set", "--no-cone", "/*", "!/old/")
    assert not (run.root / "old").exists()
    assert seen(run) == {}


def test_a_staged_file_is_seen_though_it_is_ignored(run: GitRepo) -> None:
    run.write("forced.tmp", "x\n")
    run.git("add", "--force", "forced.tmp")
    assert seen(run) == {"forced.tmp": "added"}


def test_tracked_files_in_an_ignored_folder_are_seen(repo: GitRepo) -> None:
    repo.commit("start", {".gitignore": "node_modules/\n", "node_modules/kept/a.js": "1\n"})
    repo.branch("agent")
    repo.write("node_modules/kept/a.js", "2\n")
    repo.write("node_modules/other/b.js", "2\n")
    assert seen(repo) == {"node_modules/kept/a.js": "modified"}


def test_modes_and_links_come_from_the_disk(run: GitRepo) -> None:
    run.git("config", "core.fileMode", "false")
    run.git("config", "core.symlinks", "false")
    (run.root / "a.py").chmod(0o755)
    (run.root / "link").symlink_to("/etc/passwd")
    (run.root / "folder").symlink_to("old")
    with Repository(run.root) as repository:
        found = ends.find(repository, "main", None, {}).changes
        assert {one.path: (one.kind, one.after and one.after.mode) for one in found} == {
            "a.py": ("modified", "100755"), "link": ("added", "120000"), "folder": ("added", "120000"),
        }
        link = found.by_path["link"].after
        assert link is not None
        assert link.target == "/etc/passwd"


def test_a_file_becomes_a_folder_and_a_folder_a_file(run: GitRepo) -> None:
    (run.root / "a.py").unlink()
    run.write("a.py/inside.py", "x\n")
    (run.root / "old" / "c.py").unlink()
    (run.root / "old").rmdir()
    run.write("old", "now a file\n")
    assert seen(run) == {"a.py": "deleted", "a.py/inside.py": "added", "old": "added", "old/c.py": "deleted"}


def test_special_files_and_unreadable_ones(run: GitRepo) -> None:
    os.mkfifo(run.root / "pipe")
    assert seen(run) == {}


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root reads everything")
def test_what_cannot_be_read_is_said(run: GitRepo) -> None:
    (run.root / "a.py").chmod(0)
    with Repository(run.root) as repository:
        assert set(ends.find(repository, "main", None, {}).ledger.unread) == {"a.py"}


def test_a_nested_repository_is_just_files(run: GitRepo) -> None:
    nested = new_repo(run.root / "nested")
    nested.commit("inside", {"hidden.py": "x\n"})
    assert seen(run) == {"nested/hidden.py": "added"}


def test_a_submodule_that_moved_is_seen(run: GitRepo) -> None:
    other = new_repo(run.root.parent / "other")
    first = other.commit("first", {"s.py": "1\n"})
    run.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "sub")
    run.commit("submodule")
    assert set(seen(run)) == {".gitmodules", "sub"}
    run.git("checkout", "-q", "-B", "main")
    run.branch("later")
    assert seen(run) == {}
    other.commit("second", {"s.py": "2\n"})
    inside = GitRepo(run.root / "sub")
    inside.git("-c", "protocol.file.allow=always", "pull", "-q")
    assert inside.git("rev-parse", "HEAD") != first
    assert seen(run) == {"sub": "modified"}


def test_line_ends_that_attributes_convert_are_no_change(repo: GitRepo) -> None:
    repo.commit("start", {".gitattributes": "*.txt text eol=crlf\n", "t.txt": "one\ntwo\n", "p.py": "one\n"})
    repo.branch("agent")
    repo.write("t.txt", "one\r\ntwo\r\n")
    assert seen(repo) == {}
    repo.write("t.txt", "one\r\nTWO\r\n")
    with Repository(repo.root) as repository:
        (change,) = ends.find(repository, "main", None, {}).changes
        assert [line.text for line in change.added] == ["TWO"]


def test_line_ends_that_nothing_converts_are_a_change(run: GitRepo) -> None:
    run.write("a.py", "a = 1\r\n")
    assert seen(run) == {"a.py": "modified"}


def test_large_files_stand_for_their_pointers(repo: GitRepo) -> None:
    big = b"big" * 1000
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{hashlib.sha256(big).hexdigest()}\nsize {len(big)}\n"
    repo.commit("start", {".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "x.bin": pointer})
    repo.branch("agent")
    repo.write("x.bin", big)
    assert seen(repo) == {}
    repo.write("x.bin", big + b"!")
    assert seen(repo) == {"x.bin": "modified"}


def test_what_tools_leave_behind_is_left_out(run: GitRepo) -> None:
    run.write("__pycache__/a.cpython-311.pyc", b"x")
    run.write(".cache/.gitignore", "# made by a tool\n*\n")
    run.write(".cache/deep/file", "x\n")
    assert seen(run) == {}
    assert ignored(run) == 2


def test_from_inside_a_folder_the_whole_tree_is_read(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    run.write("a.py", "a = 2\n")
    monkeypatch.chdir(run.root / "old")
    with Repository(Path()) as repository:
        assert [change.path for change in ends.find(repository, "main", None, {}).changes] == ["a.py"]


def test_a_thousand_files_and_a_long_name(run: GitRepo) -> None:
    for k in range(40):
        for n in range(25):
            run.write(f"many/{k}/{n}.txt", "x\n")
    run.write("d" * 100 + "/" + "f" * 200, "x\n")
    assert len(seen(run)) == 1001


def test_head_tree_is_what_git_would_write(run: GitRepo) -> None:
    run.write("a.py", "a = 2\n")
    run.write("new/x y.py", "n = 1\n")
    (run.root / "b.py").unlink()
    with Repository(run.root) as repository:
        tree = ends.find(repository, "main", None, {}).span.tree
    run.git("add", "--all")
    assert tree == run.git("write-tree")


def test_names_that_gits_index_refuses_are_seen(run: GitRepo) -> None:
    run.write(".GIT/hidden.py", "x\n")
    run.write("old/.Git", "x\n")
    (run.root / ".gitmodules").symlink_to("a.py")
    assert seen(run) == {".GIT/hidden.py": "added", "old/.Git": "added", ".gitmodules": "added"}


def test_what_we_write_for_ourselves_is_no_change(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    (run.root / "scratch").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(run.root / "scratch"))
    assert seen(run) == {}


def test_a_file_too_large_to_read_is_seen_and_said(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worktree, "FILE_LIMIT", 1000)
    big = b"big" * 1000
    pointer = f"version https://git-lfs.github.com/spec/v1\noid sha256:{hashlib.sha256(big).hexdigest()}\nsize {len(big)}\n"
    repo.commit("start", {".gitattributes": "*.bin filter=lfs diff=lfs merge=lfs -text\n", "x.bin": pointer, "y.bin": pointer})
    repo.branch("agent")
    repo.write("x.bin", big)
    repo.write("y.bin", big + b"!")
    repo.write("new.txt", big)
    with Repository(repo.root) as repository:
        found = ends.find(repository, "main", None, {})
        assert {change.path: change.kind for change in found.changes} == {"new.txt": "added", "y.bin": "modified"}
        assert found.ledger.unread == dict.fromkeys(["new.txt", "y.bin"], "it has more than 1,000 bytes")
        with pytest.raises(Unreadable, match="more than 1,000 bytes"):
            _ = found.changes.by_path["new.txt"].added


def test_ignore_patterns_are_matched_as_git_matches_them(repo: GitRepo) -> None:
    repo.commit("start", {".gitignore": "\ufefffirst\n?\nb\t\n[z-a]\n\\\ntrailing \nà\nc\r\nx\x0cy\n"})
    repo.branch("agent")
    for path in ("first", "é", "à", "b", "c", "y", "x\x0cy", "xx", "trailing", "[z-a]", "d/à", "d/é"):
        repo.write(path, "x\n")
    listed = repo.git("ls-files", "-z", "--others", "--exclude-standard").split("\0")
    assert set(seen(repo)) == {path for path in listed if path}


@pytest.mark.parametrize("target", ["nowhere", "a\0b", "loop"])
def test_a_submodule_that_points_nowhere_has_not_moved(run: GitRepo, target: str) -> None:
    run.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    run.git("commit", "-qm", "submodule")
    run.write("sub/.git", f"gitdir: {target}\n")
    (run.root / "sub" / "loop").symlink_to("loop")
    assert seen(run) == {"sub": "added"}


def test_an_index_that_cannot_be_read_is_said(run: GitRepo) -> None:
    run.write("a.py", "a = 2\n")
    (run.root / ".git" / "index").write_bytes(b"junk")
    with Repository(run.root) as repository:
        found = ends.find(repository, "main", None, {})
        assert [change.path for change in found.changes] == ["a.py"]
        assert found.ledger.unread == {".git/index": "what is staged could not be read"}
