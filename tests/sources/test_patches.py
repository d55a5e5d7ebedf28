"""Digests of patches: what survives a rebase, what does not, and that they are git's own patch-id as a whole."""

import os
import subprocess

import pytest

from pytest_agentcompliance.sources import patches
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo

LINES = "".join(f"line {k}\n" for k in range(40))


def read(repo: GitRepo, old: str, new: str) -> patches.Patched:
    with Repository(repo.root) as opened:
        trees = [opened.tree_of(opened.commit(one)) for one in (old, new)]
        return patches.read(opened, *trees)


def of_git(repo: GitRepo, old: str, new: str) -> str:
    """What ``git patch-id --stable`` says of the same range."""
    diff = subprocess.run(
        ["git", "diff-tree", "-p", "--full-index", "--no-renames", old, new], cwd=repo.root, env=repo.env, check=True,
        capture_output=True,
    ).stdout  # fmt: skip
    said = subprocess.run(["git", "patch-id", "--stable"], input=diff, cwd=repo.root, env=repo.env, check=True, capture_output=True)
    return said.stdout.split()[0].decode() if said.stdout else ""


@pytest.fixture
def ranged(repo: GitRepo) -> GitRepo:
    """Of ``base`` and ``agent``: every kind of change that git knows."""
    repo.commit("base", {
        "a.txt": LINES, "mode.sh": "x\n", "gone.txt": "one\ntwo\n", "type": "text\n", "bin": b"\0\1\2", "empty-gone": "",
        "ü\n.txt": "a\n", ".agent-compliance/proofs/0001-x-00000000.json": "{}\n",
    })  # fmt: skip
    repo.git("tag", "base")
    repo.branch("agent")
    (repo.root / "type").unlink()
    os.symlink("a.txt", repo.root / "type")
    (repo.root / "mode.sh").chmod(0o755)
    repo.commit("work", {
        "a.txt": LINES.replace("line 20\n", "line twenty\n"), "gone.txt": None, "bin": b"\0\3", "new.txt": "no end", "empty": "",
        "empty-gone": None, "ü\n.txt": "b\n", ".agent-compliance/proofs/0002-x-00000000.json": "{}\n",
    })  # fmt: skip
    return repo


def test_every_path_has_a_digest_and_the_whole_has_gits(ranged: GitRepo) -> None:
    found = read(ranged, "base", "agent")
    assert {path: state.mode for path, state in found.files.items()} == {
        "a.txt": "100644", "mode.sh": "100755", "gone.txt": "0", "type": "120000", "bin": "100644", "new.txt": "100644",
        "empty": "100644", "empty-gone": "0", "ü\n.txt": "100644",
    }  # fmt: skip
    assert len({state.patch for state in found.files.values()}) == len(found.files)
    assert found.files["a.txt"].oid == ranged.git("rev-parse", "agent:a.txt")
    ranged.git("rm", "-rq", ".agent-compliance")
    ranged.commit("no proofs")
    bare = ranged.git("commit-tree", "-m", "x", _tree_without(ranged, "base"))
    assert found.patch_id == of_git(ranged, bare, "HEAD")


def _tree_without(repo: GitRepo, revision: str) -> str:
    with Repository(repo.root) as opened:
        expected = patches.without_proofs(opened, opened.tree_of(opened.commit(revision)))
    repo.git("read-tree", revision)
    repo.git("rm", "-rq", "--cached", ".agent-compliance")
    made = repo.git("write-tree")
    repo.git("reset", "-q")
    assert made == expected
    return made


def test_a_rebase_leaves_the_digests_as_they_were(ranged: GitRepo) -> None:
    before = read(ranged, "base", "agent")
    ranged.git("checkout", "-q", "--detach", "base")
    ranged.commit("base moves", {"a.txt": "a new head\n" * 5 + LINES, "other.txt": "x\n"})
    ranged.git("tag", "moved")
    ranged.git("checkout", "-q", "agent")
    ranged.git("rebase", "-q", "moved")
    after = read(ranged, "moved", "agent")
    assert {path: one.patch for path, one in after.files.items()} == {path: one.patch for path, one in before.files.items()}
    assert after.files["a.txt"].oid != before.files["a.txt"].oid
    assert after.patch_id == before.patch_id


@pytest.mark.parametrize("text", ["line  twenty\n", "line twenty \n", "\tline twenty\n", "line twenty\r\n", "line 21\n"])
def test_white_space_counts(repo: GitRepo, text: str) -> None:
    repo.commit("base", {"a.txt": LINES})
    one, two = (repo.commit("work", {"a.txt": LINES.replace("line 20\n", made)}) for made in ("line twenty\n", text))
    assert read(repo, "HEAD~2", one).files["a.txt"].patch != read(repo, "HEAD~2", two).files["a.txt"].patch


def test_attributes_and_configuration_have_no_say(ranged: GitRepo) -> None:
    before = read(ranged, "base", "agent")
    ranged.git("config", "diff.noprefix", "true")
    ranged.git("config", "diff.context", "0")
    ranged.git("config", "diff.algorithm", "patience")
    (ranged.root / ".git" / "info").mkdir(exist_ok=True)
    (ranged.root / ".git" / "info" / "attributes").write_text("*.txt -diff\n")
    assert read(ranged, "base", "agent") == before


def test_what_cannot_be_read_stands_for_itself_by_its_ids(ranged: GitRepo) -> None:
    whole = read(ranged, "base", "agent")
    oid = ranged.git("rev-parse", "agent:a.txt")
    (ranged.root / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    found = read(ranged, "base", "agent")
    assert found.files["a.txt"].oid == oid
    assert found.files["a.txt"].patch != whole.files["a.txt"].patch
    assert found.files["new.txt"] == whole.files["new.txt"]
    assert found.patch_id == ""


def test_two_trees_that_differ_in_proofs_alone_do_not_differ(repo: GitRepo) -> None:
    one = repo.commit("one", {"a": "a\n"})
    two = repo.commit("two", {".agent-compliance/proofs/0001-x-00000000.json": "{}\n"})
    three = repo.commit("three", {".agent-compliance/baseline": "x\n"})
    assert read(repo, one, two) == patches.Patched({}, "")
    assert read(repo, one, three).files.keys() == {".agent-compliance/baseline"}
