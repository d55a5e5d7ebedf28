"""What is read of a change: paths byte for byte, modes, kinds, links, submodules, hunks; and what cannot be read is said."""

import os
import re
import subprocess
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, FileChange
from pytest_agentcompliance.sources import diff, ends
from pytest_agentcompliance.sources.repository import SMALL, Repository
from tests.conftest import GitRepo

ODD = [
    "with space.py", 'quo"te.py', "apostrophe'.py", "new\nline.py", "tab\there.py", "back\\slash.py", "[id].ts", "a b/c b/d.py",
    unicodedata.normalize("NFC", "né.py"), unicodedata.normalize("NFD", "ñandú.py"), "-dash.py", ":colon.py",
    "x\ndiff --git a/y b/y",
    "latin\udce9.py", "*glob?.py", "trailing ", "emoji🙂.py", "\x1b[31mred.py",
]


@contextmanager
def changed(repo: GitRepo, base: str = "main", head: str | None = "HEAD") -> Iterator[ChangeSet]:
    with Repository(repo.root) as repository:
        yield ends.find(repository, base, head, {}).changes


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", {"a.py": "a = 1\n", "keep.txt": "kept\n"})
    repo.branch("agent")
    return repo


def texts(change: FileChange) -> tuple[list[tuple[int, str]], list[tuple[int, str]]]:
    return [(one.number, one.text) for one in change.added], [(one.number, one.text) for one in change.removed]


@pytest.mark.parametrize("head", ["HEAD", None], ids=["commit", "work tree"])
def test_odd_paths_come_through_byte_for_byte(run: GitRepo, head: str | None) -> None:
    for k, path in enumerate(ODD):
        run.write(path, f"n = {k}\n")
    if head:
        run.commit("odd")
    with changed(run, head=head) as found:
        assert {change.path: texts(change)[0] for change in found} == {path: [(1, f"n = {k}")] for k, path in enumerate(ODD)}
        assert {change.path: change.after and change.after.text() for change in found} == {
            path: f"n = {k}\n" for k, path in enumerate(ODD)
        }


def test_kinds_modes_and_both_ends_of_a_rename(run: GitRepo) -> None:
    (run.root / "a.py").chmod(0o755)
    (run.root / "keep.txt").rename(run.root / "moved.txt")
    run.commit("modes", {"new.py": "n = 1\n"})
    with changed(run) as found:
        assert [(one.path, one.kind, sorted(one.modes), one.renamed_from, one.renamed_to) for one in found] == [
            ("a.py", "modified", ["100644", "100755"], None, None),
            ("keep.txt", "deleted", ["100644"], None, "moved.txt"),
            ("moved.txt", "added", ["100644"], "keep.txt", None),
            ("new.py", "added", ["100644"], None, None),
        ]
        mode_only = found.by_path["a.py"]
        assert texts(mode_only) == ([], [])
        gone = found.by_path["keep.txt"]
        assert gone.before is not None
        assert gone.before.text() == "kept\n"


def test_a_file_that_becomes_a_link_is_one_type_change(run: GitRepo) -> None:
    (run.root / "a.py").unlink()
    (run.root / "a.py").symlink_to("../outside")
    run.commit("link", {"z.py": "z = 1\n"})
    with changed(run) as found:
        link = found.by_path["a.py"]
        assert link.kind == "type-changed"
        assert link.after is not None
        assert link.after.target == "../outside"
        assert not link.is_text
        assert texts(link)[0] == [(1, "../outside")]
        assert texts(found.by_path["z.py"])[0] == [(1, "z = 1")]


def test_a_submodule_move_is_a_change_whatever_gitmodules_says(run: GitRepo) -> None:
    commit = run.git("rev-parse", "HEAD")
    run.write(".gitmodules", '[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n\tignore = all\n')
    run.git("update-index", "--add", "--cacheinfo", f"160000,{commit},sub")
    run.git("add", ".gitmodules")
    run.git("commit", "-q", "-m", "submodule")
    with changed(run) as found:
        sub = found.by_path["sub"]
        assert sub.modes == {"160000"}
        assert sub.after is not None
        assert (sub.after.oid, sub.after.bytes()) == (commit, b"")
        assert len(list(found.readable(found))) == 2


def test_lines_are_split_at_newlines_alone(run: GitRepo) -> None:
    run.commit("lines", {"a.py": "a = 1\nform\ffeed\nsep\u2028arator\x1c\x85\nlone\rreturn\ncrlf\r\n++ b/evil\n-- old\nno end"})
    with changed(run) as found:
        assert [one.text for one in found.by_path["a.py"].added] == [
            "form\ffeed", "sep\u2028arator\x1c\x85", "lone\rreturn", "crlf\r", "++ b/evil", "-- old", "no end",
        ]


def test_a_patch_that_unidiff_refuses_is_read_by_its_hunk_headers() -> None:
    chunk = b"diff --git a/f b/f\n--- a/f\n+++ b/f\n@@ -1 +1,9 @@\n-a\n+b\n+c\n\\ Strange words about the file\n"
    added, removed = diff.hunks(chunk)
    assert ([line.text for line in added], [line.text for line in removed]) == (["b", "c"], ["a"])


def test_text_that_git_calls_binary_is_read(run: GitRepo) -> None:
    run.write(".gitattributes", "*.py -diff binary\n*.txt diff=evil\n")
    run.commit("bytes", {"a.py": "a = 1\nb = 2\n", "nul.py": b"x\0y\nTODO\n", "wide.py": "# TODO\n".encode("utf-16")})
    with changed(run) as found:
        assert texts(found.by_path["a.py"])[0] == [(2, "b = 2")]
        assert found.by_path["wide.py"].after is not None
        assert found.by_path["wide.py"].after.text() == "# TODO\n"
        hits = {change.path for change in found.containing(re.compile(b"TODO"))}
        assert hits == {"nul.py", "wide.py"}


def test_search_leaves_each_file_at_its_first_hit_and_names_the_right_one(run: GitRepo) -> None:
    run.commit("many", {f"f{k}.py": ("hit\n" * 3 if k % 3 == 0 else "miss\n") for k in range(20)})
    with changed(run) as found:
        assert {change.path for change in found.containing(re.compile(b"hit"))} == {f"f{k}.py" for k in range(0, 20, 3)}
        assert found.lines == sum(3 if k % 3 == 0 else 1 for k in range(20))


def object_file(repo: GitRepo, oid: str) -> Path:
    return repo.root / ".git" / "objects" / oid[:2] / oid[2:]


def test_missing_blobs_cost_their_own_files_alone(run: GitRepo) -> None:
    run.commit("work", {"a.py": "a = 2\n", "gone.py": "g = 1\n", "there.py": "t = 1\n"})
    object_file(run, run.git("rev-parse", "HEAD:gone.py")).unlink()
    object_file(run, run.git("rev-parse", "main:a.py")).unlink()
    with Repository(run.root) as repository:
        found = ends.find(repository, "main", "HEAD", {})
        changes = found.changes
        assert [change.path for change in changes] == ["a.py", "gone.py", "there.py"]
        assert set(found.ledger.unread) == {"a.py", "gone.py"}
        assert [change.path for change in changes.readable(changes)] == ["there.py"]
        with pytest.raises(Unreadable, match=r"gone.py: object [0-9a-f]{40} is missing"):
            changes.by_path["gone.py"].added  # noqa: B018
        assert {change.path for change in changes.containing(re.compile(b"nowhere"))} == {"a.py", "gone.py"}


def test_a_broken_blob_is_unread_and_the_next_one_is_read(run: GitRepo) -> None:
    # So large that it is not kept from when it was held against its id.
    run.commit("work", {"a.py": "a = 2\n", "bad.py": "b" * SMALL + "\n", "good.py": "g = 1\n"})
    with Repository(run.root) as repository:
        changes = ends.find(repository, "main", "HEAD", {}).changes
        bad = object_file(run, run.git("rev-parse", "HEAD:bad.py"))
        bad.chmod(0o644)
        bad.write_bytes(b"rubbish")
        assert [change.path for change in changes.readable(changes)] == ["a.py", "good.py"]


def test_what_was_held_against_its_id_is_not_read_again(run: GitRepo) -> None:
    run.commit("work", {"a.py": "a = 2\n", "there.py": "t = 1\n"})
    with Repository(run.root) as repository:
        changes = ends.find(repository, "main", "HEAD", {}).changes
        object_file(run, run.git("rev-parse", "HEAD:there.py")).unlink()
        after = changes.by_path["there.py"].after
        assert after is not None
        assert after.bytes() == b"t = 1\n"


def test_of_many_contents_as_many_are_kept_as_there_is_room_for(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pytest_agentcompliance.sources.repository.KEPT", 40)
    files = {f"{name}.py": f"{name} = {'x' * 20}\n" for name in "bcdefg"}
    run.commit("work", files)
    with Repository(run.root) as repository:
        changes = ends.find(repository, "main", "HEAD", {}).changes
        assert {change.path: change.after.text() for change in changes if change.after is not None} == files
        assert 2 <= len(repository._contents) < len(files)


def test_what_something_stands_in_for_is_never_taken_for_it(run: GitRepo) -> None:
    run.commit("work", {"a.py": "a = 2\n"})
    with Repository(run.root) as repository:
        changes = ends.find(repository, "main", "HEAD", {}).changes
        after = changes.by_path["a.py"].after
        assert after is not None
        repository.stand_in(after.oid, "it is gone")
        with pytest.raises(Unreadable, match="it is gone"):
            after.bytes()


HOOKS = {
    "core.fsmonitor": "touch {canary}; true",
    "diff.external": "touch {canary}; true",
    "diff.evil.textconv": "touch {canary}; cat",
    "diff.evil.command": "touch {canary}; true",
    "filter.evil.clean": "touch {canary}; cat",
    "filter.evil.smudge": "touch {canary}; cat",
    "filter.evil.process": "touch {canary}; true",
    "merge.evil.driver": "touch {canary}; true",
    "core.pager": "touch {canary}; cat",
    "core.sshCommand": "touch {canary}; true",
    "core.alternateRefsCommand": "touch {canary}; true",
    "gpg.program": "{script}",
    "credential.helper": "!touch {canary}",
    "log.showSignature": "true",
    "diff.noprefix": "true",
    "diff.renames": "copies",
    "diff.relative": "true",
    "diff.orderFile": "nowhere",
    "core.quotePath": "true",
    "core.bigFileThreshold": "1",
    "color.ui": "rubbish",
    "diff.algorithm": "rubbish",
    "core.worktree": "/nonexistent",
    "submodule.recurse": "true",
}


def test_the_repositorys_own_configuration_decides_nothing_and_runs_nothing(run: GitRepo, tmp_path: Path) -> None:
    canary, hooks = tmp_path / "canary", tmp_path / "hooks"
    hooks.mkdir()
    script = hooks / "post-index-change"
    for name in ("post-index-change", "reference-transaction", "post-checkout", "fsmonitor-watchman", "pre-commit"):
        (hooks / name).write_text(f"#!/bin/sh\ntouch {canary}\n")
        (hooks / name).chmod(0o755)
    run.commit("work", {"a.py": "a = 2\n", "b.txt": "b\n", ".gitattributes": "* diff=evil filter=evil merge=evil\n"})
    config = run.root / ".git" / "config"
    for key, value in (HOOKS | {"core.hooksPath": str(hooks)}).items():
        run.git("config", "--file", str(config), key, value.format(canary=canary, script=script))
    run.write("untracked.py", "u = 1\n")
    with changed(run, head=None) as found:
        assert [change.path for change in found] == [".gitattributes", "a.py", "b.txt", "untracked.py"]
        assert texts(found.by_path["a.py"]) == ([(1, "a = 2")], [(1, "a = 1")])
    assert not canary.exists()


def test_the_callers_environment_decides_nothing(run: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run.commit("work", {"b.py": "b = 1\n"})
    evil = run.root / "bin"
    evil.mkdir()
    (evil / "git").write_text(f"#!/bin/sh\ntouch {tmp_path}/canary\n")
    (evil / "git").chmod(0o755)
    monkeypatch.setenv("PATH", f"{evil}{os.pathsep}{os.environ['PATH']}")
    for name, value in {
        "GIT_DIR": "/nonexistent", "GIT_INDEX_FILE": "/nonexistent", "GIT_EXTERNAL_DIFF": "/bin/false", "GIT_CONFIG_COUNT": "1",
        "GIT_CONFIG_KEY_0": "diff.noprefix", "GIT_CONFIG_VALUE_0": "true", "GIT_DIFF_OPTS": "-u9", "GIT_NAMESPACE": "x",
        "GIT_OBJECT_DIRECTORY": "/nonexistent", "GIT_GLOB_PATHSPECS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    with Repository(run.root) as repository:
        assert not repository.shadow.executable.startswith(str(run.root))
        found = ends.find(repository, "main", "HEAD", {}).changes
        assert [change.path for change in found] == ["b.py"]
    assert not (tmp_path / "canary").exists()
    assert os.environ["GIT_DIR"] == "/nonexistent"


def test_replace_refs_and_grafts_hide_nothing(run: GitRepo) -> None:
    evil = run.commit("evil", {"evil.py": "e = 1\n"})
    run.git("checkout", "-q", "--detach", "main")
    good = run.commit("good", {"good.py": "g = 1\n"})
    run.git("checkout", "-q", "agent")
    run.git("replace", evil, good)
    (run.root / ".git" / "info").mkdir(exist_ok=True)
    (run.root / ".git" / "info" / "grafts").write_text(f"{evil}\n")
    with changed(run, "main", "agent") as found:
        assert [change.path for change in found] == ["evil.py"]


def test_a_shadow_is_removed_when_the_repository_is_closed(run: GitRepo) -> None:
    with Repository(run.root) as repository:
        folder = repository.shadow.dir
        assert folder.is_dir()
    assert not folder.exists()


def test_blobs_are_read_by_one_process(run: GitRepo) -> None:
    run.commit("many", {f"f{k}.py": f"n = {k}\n" for k in range(50)})
    with Repository(run.root) as repository:
        found = ends.find(repository, "main", "HEAD", {}).changes
        started: list[tuple[str, ...]] = []
        real = repository.shadow.start
        repository.shadow.start = lambda *words: started.append(words) or real(*words)  # type: ignore[method-assign,func-returns-value]
        assert len([change.after.text() for change in found.readable(found) if change.after]) == 50
        assert len(started) <= 1


def test_a_packed_repository_reads_like_a_loose_one(run: GitRepo) -> None:
    run.commit("work", {"b.py": "b = 1\n"})
    run.git("gc", "-q")
    run.git("pack-refs", "--all")
    with changed(run) as found:
        assert texts(found.by_path["b.py"])[0] == [(1, "b = 1")]


def test_numbers_of_lines_agree_with_git(run: GitRepo) -> None:
    run.commit("long", {"a.py": "".join(f"x{k} = {k}\n" for k in range(300))})
    run.git("checkout", "-q", "-b", "later")
    lines = [f"x{k} = {k * (2 if k % 7 == 0 else 1)}\n" for k in range(300) if k % 11]
    run.commit("edit", {"a.py": "".join(lines)})
    shown = subprocess.run(
        ["git", "diff", "--numstat", "agent", "later"], cwd=run.root, env=run.env, check=True, capture_output=True, text=True
    ).stdout.split()
    with changed(run, "agent", "later") as found:
        added, removed = texts(found.by_path["a.py"])
        assert (len(added), len(removed)) == (int(shown[0]), int(shown[1]))
        assert all(lines[number - 1] == text + "\n" for number, text in added)


def test_a_file_that_lacks_both_of_its_blobs(run: GitRepo) -> None:
    run.commit("work", {"a.py": "a = 2\n", "b.py": "b = 1\n"})
    for revision in ("main:a.py", "HEAD:a.py"):
        oid = run.git("rev-parse", revision)
        (run.root / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    with changed(run) as found:
        assert [change.path for change in found] == ["a.py", "b.py"]
        assert set(found.ledger.unread) == {"a.py"}
        assert texts(found.by_path["b.py"])[0] == [(1, "b = 1")]
