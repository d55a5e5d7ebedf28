"""The work tree before a command and after it: what changed in it, whatever the system says of the files."""

import os
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.errors import EvidenceError
from pytest_agentcompliance.sources import standing
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo, new_repo

FILES = {
    "a": "a\n",
    "b/c": "c\n",
    "b/d/e": "e\n",
    "b/d/f": "f\n",
    "g/h": "h\n",
    ".gitignore": "build/\n*.log\n",
    "crlf.txt": "x\ny\n",
    ".gitattributes": "*.txt text\n",
}


def changed(repo: GitRepo, change: Callable[[Path], object]) -> tuple[str, ...]:
    with Repository(repo.root) as opened:
        before = standing.capture(opened, None, {})
        change(repo.root)
        return before.changed(before.again())


@pytest.fixture
def full(repo: GitRepo) -> GitRepo:
    repo.commit("base", FILES)
    os.symlink("a", repo.root / "link")
    repo.write("build/x", "x\n")
    repo.write("untracked/y", "y\n")
    return repo


def write(path: str, text: str = "new\n") -> Callable[[Path], object]:
    def do(root: Path) -> None:
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)

    return do


def relinked(root: Path) -> None:
    (root / "link").unlink()
    os.symlink("b", root / "link")


def replaced(root: Path) -> None:
    shutil.rmtree(root / "b" / "d")
    (root / "b" / "d").write_text("a file now\n")


def folder_for_file(root: Path) -> None:
    (root / "a").unlink()
    write("a/b/c")(root)


def same_again(root: Path) -> None:
    (root / "a").unlink()
    write("a", "a\n")(root)


@pytest.mark.parametrize(
    ("change", "wanted"),
    [
        (lambda _: None, ()),
        (write("a"), ("a",)),
        (write("a", "A\n"), ("a",)),
        (same_again, ()),
        (write("b/new/deep/x"), ("b/new/deep/x",)),
        (write("build/z"), ()),
        (write("b/x.log"), ()),
        (write(".agent-compliance/proofs/x"), ()),
        (write("new/x"), ("new/x",)),
        (lambda root: shutil.rmtree(root / "b"), ("b/c", "b/d/e", "b/d/f")),
        (relinked, ("link",)),
        (replaced, ("b/d", "b/d/e", "b/d/f")),
        (folder_for_file, ("a", "a/b/c")),
        (lambda root: (root / "a").chmod(0o755), ("a",)),
        (lambda root: os.utime(root / "a", (5, 5)), ()),
        (lambda root: (root / "b").rename(root / "z"), ("b/c", "b/d/e", "b/d/f", "z/c", "z/d/e", "z/d/f")),
        (write("crlf.txt", "x\r\ny\r\n"), ("crlf.txt",)),
        (lambda root: shutil.rmtree(root / "untracked"), ("untracked/y",)),
    ],
)
def test_what_changed_is_told(full: GitRepo, change: Callable[[Path], object], wanted: tuple[str, ...]) -> None:
    assert changed(full, change) == wanted


def test_a_work_tree_that_is_gone_is_said(full: GitRepo) -> None:
    with pytest.raises(EvidenceError, match="not there any more"):
        changed(full, shutil.rmtree)


PATHS = st.sampled_from(["a", "b", "b/c", "b/d", "b/d/e", "g", "g/h", "n", "n/m", "n/m/o", "build/q", "k.log"])
STEPS = st.lists(
    st.tuples(st.sampled_from(["write", "touch", "remove", "folder"]), PATHS, st.sampled_from(["1", "22", "c\n"])), max_size=6
)


def step(root: Path, what: str, path: str, text: str) -> None:
    at = root / path
    if any(one.is_file() for one in list(at.parents)[: path.count("/")]):
        return
    if what == "remove" or (at.is_dir() and what == "write"):
        shutil.rmtree(at) if at.is_dir() else at.unlink(missing_ok=True)
    if what == "write":
        write(path, text)(root)
    elif what == "folder" and not at.exists():
        at.mkdir(parents=True)
    elif what == "touch" and at.exists():
        os.utime(at)


def held(root: Path) -> dict[str, bytes]:
    found = (one for one in root.rglob("*") if one.is_file() and ".git" not in one.relative_to(root).parts)
    paths = {one.relative_to(root).as_posix(): one.read_bytes() for one in found}
    return {path: data for path, data in paths.items() if not path.startswith("build/") and not path.endswith(".log")}


@given(STEPS)
def test_it_is_what_a_comparison_of_all_files_says(
    tmp_path_factory: pytest.TempPathFactory, steps: list[tuple[str, str, str]]
) -> None:
    repo = new_repo(tmp_path_factory.mktemp("standing") / "repo")
    repo.commit("base", {"a": "a\n", "b/c": "c\n", "b/d/e": "e\n", "g/h": "h\n", ".gitignore": "build/\n*.log\n"})
    before = held(repo.root)

    def change(root: Path) -> None:
        for one in steps:
            step(root, *one)

    found = changed(repo, change)
    after = held(repo.root)
    assert set(found) == {path for path in before.keys() | after.keys() if before.get(path) != after.get(path)}
