"""Planting: an example becomes real commits in a throw-away clone, and nothing else changes."""

import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_agentcompliance.canary.clone import Clone, cloned
from pytest_agentcompliance.canary.places import Places, places
from pytest_agentcompliance.canary.plant import plant
from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo

MINE = {"README.md": "hello\n", "a.ts": "mine\n", "lib": "a file\n", "agent-compliance.yaml": "profiles:\n  - name: x\n"}
V3 = {
    "log": ("**/*/CANARY-1/_implementation/BACKEND-LOG.md",),
    "scope": ("**/*/CANARY-1/_implementation/SCOPE.md", "**/*/CANARY-1/_implementation/SCOPE.yaml"),
}


@pytest.fixture
def clone(repo: GitRepo) -> Iterator[Clone]:
    repo.commit("start", MINE)
    with Repository(repo.root) as original, cloned(original) as made:
        yield made


def tree(clone: Clone, repo: GitRepo) -> str:
    return clone.tree_of(repo.git("rev-parse", "HEAD"))


def files(clone: Clone, commit: str) -> dict[str, str]:
    """What git itself reads in the clone, by path: mode and content."""
    git = GitRepo(clone.folder)
    listed = [line.split("\t") for line in git.git("ls-tree", "-r", commit).splitlines()]
    return {path: f"{entry[:6]} {git.git('cat-file', 'blob', entry.split()[2])}" for entry, path in listed}


def test_a_run_step_by_step(clone: Clone, repo: GitRepo) -> None:
    example = Example(
        "Steps.", before={"b.ts": "0\n"}, commits=({"b.ts": "1\n", "lib/c.ts": "1\n"}, {"b.ts": None}), links={"l": "b.ts"},
        log_before="## Chunk 1\n", log="## Chunk 1\n\n## Chunk 2\n",
    )  # fmt: skip
    where = places(example, V3, V3)
    log = where["BACKEND-LOG.md"]
    assert log == "canary/canary/CANARY-1/_implementation/BACKEND-LOG.md"
    made = plant(clone, tree(clone, repo), example, where)
    git = GitRepo(clone.folder)
    first, second = git.git("rev-list", "--reverse", f"{made.base}..{made.head}").split()
    mine = {path: f"100644 {text[:-1]}" for path, text in MINE.items()}
    without = {path: text for path, text in mine.items() if path != "lib"}
    assert files(clone, made.base) == without | {"b.ts": "100644 0", log: "100644 ## Chunk 1"}
    assert files(clone, first) == without | {"b.ts": "100644 1", "lib/c.ts": "100644 1", log: "100644 ## Chunk 1"}
    assert files(clone, second) == without | {
        "lib/c.ts": "100644 1", "l": "120000 b.ts", log: "100644 ## Chunk 1\n\n## Chunk 2",
    }  # fmt: skip
    assert second == made.head
    git.git("fsck", "--strict", "--no-dangling", made.head)


def test_paths_are_at_base_as_the_example_has_them_and_the_law_as_it_is(clone: Clone, repo: GitRepo) -> None:
    law = "agent-compliance.yaml"
    example = Example(
        "New files.", before={law: "a\n", "README.md": "hi\n"}, after={law: "b\n", "README.md": "hi\n", "a.ts": "x\n"}
    )
    made = plant(clone, tree(clone, repo), example, Places({}))
    base, head = files(clone, made.base), files(clone, made.head)
    assert base == {"README.md": "100644 hi", "lib": "100644 a file", law: "100644 profiles:\n  - name: x"}
    assert head == base | {law: "100644 b", "a.ts": "100644 x"}


def test_what_could_not_be_read_has_no_object(clone: Clone, repo: GitRepo) -> None:
    made = plant(clone, tree(clone, repo), Example("x", after={"x": "1\n"}, unread={"x": "missing", "d/y": "missing"}), Places({}))
    for path in ("x", "d/y"):
        entry = clone.entry(clone.tree_of(made.head), path)
        assert entry is not None
        with pytest.raises(Unreadable, match="missing from the repository"):
            clone.blobs.read(entry[1])


def test_documents_go_where_the_profile_looks_for_them_and_those_of_no_place_are_passed() -> None:
    example = Example("x", before={"SCOPE.yaml": "a: 1\n", "INTENT.md": "x\n"}, after={"api/STORY.md": "no document of a story\n"})
    found = places(example, V3, V3)
    assert found.moved == {
        "SCOPE.yaml": "canary/canary/CANARY-1/_implementation/SCOPE.yaml",
        "INTENT.md": "canary/CANARY-1/INTENT.md",
    }
    assert found.evidence == {"intent": "canary/CANARY-1/INTENT.md"}


def test_the_original_stays_as_it_is_and_the_clone_is_gone(repo: GitRepo) -> None:
    repo.commit("start", MINE)
    before = {file: file.read_bytes() for file in repo.root.rglob("*") if file.is_file()}
    with Repository(repo.root) as original, cloned(original) as clone:
        folder: Path = clone.folder
        made = plant(clone, tree(clone, repo), Example("x", after={"x": "1\n"}), Places({}))
        assert files(clone, made.head)["x"] == "100644 1"
    assert not folder.exists()
    assert {file: file.read_bytes() for file in repo.root.rglob("*") if file.is_file()} == before
    with pytest.raises(subprocess.CalledProcessError):
        repo.git("cat-file", "-e", made.head)
