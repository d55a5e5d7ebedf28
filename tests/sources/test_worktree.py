"""The work tree as it stands: what is committed, staged, unstaged, untracked; what is ignored, and by whose rules."""

import hashlib
import os
import subprocess
import tempfile
from pathlib import Path

import pytest

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.sources import ends, worktree
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.worktree import Captured
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


def captured(repo: GitRepo) -> Captured:
    with Repository(repo.root) as repository:
        found = ends.find(repository, "main", None, {}).captured
        assert found is not None
        _ = found.hidden  # as long as it is open
        return found


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
    assert captured(run).ignored.files == 4


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


def test_of_a_folder_that_is_left_out_nothing_comes_back(repo: GitRepo) -> None:
    """As git has it: a file whose folder is excluded cannot be re-included, though something tracked lies beside it."""
    repo.commit("start", {".gitignore": "out/\n!keep.ign\n*.ign\n!/top.ign\n", "deep/.gitignore": "!out/\n"})
    repo.write("out/a", "1\n")
    repo.git("add", "--force", "out/a")
    repo.git("commit", "-qm", "one in an ignored folder")
    repo.branch("agent")
    for path in ("out/keep.ign", "out/deep/keep.ign", "deep/out/x", "deep/out/keep.ign", "top.ign", "deep/top.ign"):
        repo.write(path, "2\n")
    untracked = repo.git("ls-files", "--others", "--exclude-standard").split()
    assert sorted(seen(repo)) == sorted(untracked) == ["deep/out/x", "top.ign"]


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


TAG = "Signature: 8a477f597d28d172789f06886806bc55\n# made by a tool\n"


def test_what_tools_leave_behind_is_left_out_and_counted(run: GitRepo) -> None:
    run.write("__pycache__/a.cpython-311.pyc", b"x")
    for tool in (".pytest_cache", ".mypy_cache"):
        run.write(f"{tool}/.gitignore", "# Created by a tool\n*\n")
        run.write(f"{tool}/CACHEDIR.TAG", TAG)
        run.write(f"{tool}/deep/file.json", "{}\n")
    run.write(".hypothesis/.gitignore", "*\n")
    run.write(".venv/.gitignore", "*\n")
    run.write(".venv/pyvenv.cfg", "home = /usr/bin\n")
    run.write(".venv/lib/six.py", "x\n")
    assert seen(run) == {}
    left = captured(run).ignored
    sizes = 1 + 2 * (len("# Created by a tool\n*\n") + len(TAG) + 3) + 2 + 2 + len("home = /usr/bin\n") + 2
    assert (left.files, left.bytes, left.complete) == (11, sizes, True)


def test_a_folder_that_ignores_itself_hides_nothing(run: GitRepo) -> None:
    """The name of a tool without its mark, the mark without the name, and what no cache holds."""
    run.write("packages/evil/.gitignore", "*\n")
    run.write("packages/evil/a.ts", "a\n")
    run.write("packages/tagged/.gitignore", "*\n")
    run.write("packages/tagged/CACHEDIR.TAG", TAG)
    run.write("packages/tagged/b.ts", "b\n")
    run.write(".ruff_cache/.gitignore", "*\n")
    run.write(".ruff_cache/CACHEDIR.TAG", "Signature: made up\n")
    run.write(".ruff_cache/c", "c\n")
    run.write(".mypy_cache/CACHEDIR.TAG", TAG)
    run.write(".mypy_cache/d", "d\n")
    run.write(".pytest_cache/.gitignore", "*\n")
    run.write(".pytest_cache/CACHEDIR.TAG", TAG)
    run.write(".pytest_cache/v/evil.TS", "e\n")
    run.write(".pytest_cache/v/data", "kept out\n")
    run.write("venv/.gitignore", "*\n")
    run.write("venv/f.py", "f\n")
    assert set(seen(run)) == {
        "packages/evil/.gitignore", "packages/evil/a.ts",
        "packages/tagged/.gitignore", "packages/tagged/CACHEDIR.TAG", "packages/tagged/b.ts",
        ".ruff_cache/.gitignore", ".ruff_cache/CACHEDIR.TAG", ".ruff_cache/c", ".mypy_cache/CACHEDIR.TAG", ".mypy_cache/d",
        ".pytest_cache/v/evil.TS", "venv/.gitignore", "venv/f.py",
    }  # fmt: skip
    assert captured(run).hidden == {
        "packages/evil/.gitignore": "packages/evil/.gitignore, which base has not",
        "packages/evil/a.ts": "packages/evil/.gitignore, which base has not",
        "packages/tagged/.gitignore": "packages/tagged/.gitignore, which base has not",
        "packages/tagged/CACHEDIR.TAG": "packages/tagged/.gitignore, which base has not",
        "packages/tagged/b.ts": "packages/tagged/.gitignore, which base has not",
        ".ruff_cache/.gitignore": ".ruff_cache/.gitignore, which base has not",
        ".ruff_cache/CACHEDIR.TAG": ".ruff_cache/.gitignore, which base has not",
        ".ruff_cache/c": ".ruff_cache/.gitignore, which base has not",
        ".pytest_cache/v/evil.TS": ".pytest_cache/.gitignore, which base has not",
        "venv/.gitignore": "venv/.gitignore, which base has not",
        "venv/f.py": "venv/.gitignore, which base has not",
    }  # fmt: skip


def test_only_bytecode_is_left_out_beside_bytecode(run: GitRepo) -> None:
    run.write("old/__pycache__/a.cpython-311.pyc", b"x")
    run.write("old/__pycache__/a.cpython-311.pyc.140213", b"x")
    run.write("old/__pycache__/evil.py", "e\n")
    run.write("old/__pycache__/deep/evil.ts", "e\n")
    (run.root / "old/__pycache__/link.pyc").symlink_to("evil.py")
    assert set(seen(run)) == {"old/__pycache__/evil.py", "old/__pycache__/deep/evil.ts", "old/__pycache__/link.pyc"}
    assert captured(run).ignored.files == 2


def test_what_is_left_out_is_counted_in_files_and_bytes_up_to_a_bound(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    for k in range(30):
        run.write(f"build/{k % 3}/{k}.js", "x" * k)
    run.write("one.tmp", "12345")
    assert captured(run).ignored == worktree.Ignored(31, sum(range(30)) + 5, complete=True)
    monkeypatch.setattr(worktree, "COUNTED", 10)
    left = captured(run).ignored
    assert left.files < 31
    assert not left.complete
    with Repository(run.root) as repository:
        span = ends.find(repository, "main", None, {}).span
        assert (span.ignored, span.ignored_bytes, span.ignored_complete) == (left.files, left.bytes, False)


def test_only_a_real_git_directory_is_passed_over(run: GitRepo) -> None:
    run.write("packages/x/.git/evil.ts", "e\n")
    run.write("packages/y/.git", "not a git file\n")
    run.write("packages/z/.git", "gitdir: nowhere\n")
    new_repo(run.root / "packages/w").commit("inside", {"hidden.py": "x\n"})
    (run.root / "packages/v").mkdir()
    (run.root / "packages/v/.git").symlink_to("../w/.git")
    run.write("packages/v/also.py", "x\n")
    assert set(seen(run)) == {
        "packages/x/.git/evil.ts", "packages/y/.git", "packages/z/.git", "packages/w/hidden.py", "packages/v/.git",
        "packages/v/also.py",
    }  # fmt: skip
    assert captured(run).nested == {"packages/w", "packages/v"}


def test_what_is_staged_and_in_conflict_is_told(run: GitRepo) -> None:
    run.write("staged.py", "1\n")
    run.git("add", "staged.py")
    staged = run.git("rev-parse", ":staged.py")
    (run.root / "staged.py").unlink()
    lines = "".join(f"100644 {run.git('rev-parse', 'HEAD:b.py')} {stage}\tfight.py\n" for stage in (1, 2, 3))
    subprocess.run(["git", "update-index", "--index-info"], cwd=run.root, env=run.env, input=lines.encode(), check=True)
    found = captured(run)
    assert found.staged["staged.py"] == ("100644", staged)
    assert found.staged["a.py"] == ("100644", run.git("rev-parse", "HEAD:a.py"))
    assert found.conflicts == {"fight.py"}
    assert "fight.py" not in found.staged
    assert seen(run) == {}


def test_a_split_index_is_read(run: GitRepo) -> None:
    run.git("update-index", "--split-index")
    assert list((run.root / ".git").glob("sharedindex.*"))
    run.write("forced.tmp", "x\n")
    run.git("add", "--force", "forced.tmp")
    assert seen(run) == {"forced.tmp": "added"}
    assert "a.py" in captured(run).staged
    assert captured(run).unreadable == {}


def test_index_bits_on_what_changed_are_told(run: GitRepo) -> None:
    run.git("update-index", "--assume-unchanged", "a.py", "old/c.py", ".gitignore")
    run.git("update-index", "--skip-worktree", "b.py", "deep/.gitignore")
    run.write("a.py", "a = 2\n")
    run.write("b.py", "b = 2\n")
    (run.root / "old/c.py").unlink()
    (run.root / "deep/.gitignore").unlink()
    assert captured(run).bits == {
        "a.py": "assume-unchanged", "old/c.py": "assume-unchanged", "b.py": "skip-worktree", "deep/.gitignore": "skip-worktree",
    }  # fmt: skip


def test_a_sparse_checkout_is_said_and_hides_nothing_that_is_there(run: GitRepo) -> None:
    run.git("sparse-checkout", "set", "--no-cone", "/*", "!/old/", "!/deep/")
    assert captured(run).bits == {}
    assert captured(run).sparse == 2
    with Repository(run.root) as repository:
        assert any("sparse checkout: 2 files" in note for note in ends.find(repository, "main", None, {}).span.notes)
    run.write("old/c.py", "c = 2\n")
    assert seen(run) == {"old/c.py": "modified"}
    assert captured(run).bits == {"old/c.py": "skip-worktree"}


def test_who_hides_what_is_seen_all_the_same(run: GitRepo) -> None:
    run.write(".gitignore", "*.tmp\n/build/\n!kept.tmp\nsneaky.py\n")
    run.write("new/.gitignore", "inner/\n!inner/kept.py\n")
    run.write("new/inner/kept.py", "x\n")
    run.write(".git/info/exclude", "excluded.py\n")
    run.write("excludes", "global.py\n")
    run.git("config", "core.excludesFile", str(run.root / "excludes"))
    for path in ("sneaky.py", "excluded.py", "deep/global.py", "plain.py", ":(top)x/sneaky.py"):
        run.write(path, "x\n")
    run.write("staged.py/sneaky.py", "x\n")
    run.git("add", "--force", "staged.py/sneaky.py")
    found = captured(run).hidden
    assert found == {
        "sneaky.py": ".gitignore, which the run changed",
        ":(top)x/sneaky.py": ".gitignore, which the run changed",
        "new/inner/kept.py": "new/.gitignore, which base has not",
        "excluded.py": ".git/info/exclude",
        "deep/global.py": f"core.excludesFile ({run.root / 'excludes'})",
    }
    assert {*found, "plain.py", "staged.py/sneaky.py"} <= set(seen(run))
    listed = run.git("ls-files", "-z", "--others", "--ignored", "--exclude-standard").split("\0")
    assert set(found) == {path for path in listed if path}


def test_an_ignore_file_that_is_a_pipe_is_not_waited_for(run: GitRepo) -> None:
    os.mkfifo(run.root / "old/.gitignore")
    run.write("old/new.py", "x\n")
    assert captured(run).hidden == {}
    assert seen(run) == {"old/new.py": "added"}


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
    repo.commit("start", {".gitignore": "\ufefffirst\n?\nb\t\n[z-a]\n\\\ntrailing \nà\nc\r\nx\x0cy\nq[[]r\n"})
    repo.branch("agent")
    for path in ("first", "é", "à", "b", "c", "y", "x\x0cy", "xx", "trailing", "[z-a]", "d/à", "d/é", "q[r", "qr"):
        repo.write(path, "x\n")
    listed = repo.git("ls-files", "-z", "--others", "--exclude-standard").split("\0")
    assert set(seen(repo)) == {path for path in listed if path}


def test_a_submodule_that_is_not_checked_out_has_not_moved(run: GitRepo) -> None:
    run.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    run.git("commit", "-qm", "submodule")
    (run.root / "sub").mkdir()
    assert seen(run) == {"sub": "added"}
    assert captured(run).submodules == {}


@pytest.mark.parametrize("target", ["nowhere", "a\0b", "loop"])
def test_a_submodule_that_points_nowhere_is_just_files(run: GitRepo, target: str) -> None:
    run.git("update-index", "--add", "--cacheinfo", f"160000,{'1' * 40},sub")
    run.git("commit", "-qm", "submodule")
    run.write("sub/.git", f"gitdir: {target}\n")
    run.write("sub/evil.py", "e\n")
    (run.root / "sub" / "loop").symlink_to("loop")
    assert set(seen(run)) == {"sub/.git", "sub/evil.py", "sub/loop"}


def test_a_submodule_whose_files_are_not_its_commits_is_told(run: GitRepo) -> None:
    other = new_repo(run.root.parent / "other")
    first = other.commit("first", {"s.py": "1\n", "t.py": "1\n", ".gitignore": "*.log\n"})
    run.git("-c", "protocol.file.allow=always", "submodule", "--quiet", "add", str(other.root), "sub")
    run.commit("submodule")
    assert captured(run).submodules == {}
    run.write("sub/out.log", "x\n")
    assert captured(run).submodules == {}
    run.write("sub/s.py", "evil\n")
    run.git("-C", "sub", "update-index", "--assume-unchanged", "s.py")
    run.write("sub/new.py", "evil\n")
    said = f"its files are not part of this audit, and 2 are not as its commit {first[:12]} has them: new.py, s.py"
    assert captured(run).submodules == {"sub": said}
    assert captured(run).nested == frozenset()
    assert set(seen(run)) == {".gitmodules", "sub"}


def test_a_submodule_that_cannot_be_compared_is_told(run: GitRepo) -> None:
    nested = new_repo(run.root / "sub")
    nested.commit("inside", {"s.py": "1\n"})
    run.git("add", "sub")
    run.git("commit", "-qm", "gitlink")
    assert captured(run).submodules == {}
    for oid in (nested.git("rev-parse", "HEAD^{tree}"), nested.git("rev-parse", "HEAD")):
        (nested.root / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
        assert "could not be compared" in captured(run).submodules["sub"]


def test_an_index_that_cannot_be_read_is_said(run: GitRepo) -> None:
    run.write("a.py", "a = 2\n")
    (run.root / ".git" / "index").write_bytes(b"junk")
    with Repository(run.root) as repository:
        found = ends.find(repository, "main", None, {})
        assert [change.path for change in found.changes] == ["a.py"]
        assert found.ledger.unread == {".git/index": "what is staged could not be read"}
