"""The states on the way that are asked for together are what each of them is by itself."""

import hashlib
import zlib

import pytest

from pytest_agentcompliance.evidence import Detour
from pytest_agentcompliance.sources import detours, ends
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo

Told = list[tuple[str, str, str, tuple[object, ...], tuple[object, ...]]]


def told(repo: GitRepo) -> tuple[list[tuple[Told, dict[str, str]]], dict[str, str], bool]:
    """All that the detours say, what could not be read, and whether they were asked for together."""
    with Repository(repo.root) as repository:
        found = ends.find(repository, "main", "agent", {})
        asked: list[bool] = []
        together = detours._together

        def listening(*given: object) -> object:
            asked.append(bool(answer := together(*given)))  # type: ignore[arg-type]
            return answer

        with pytest.MonkeyPatch.context() as patched:
            patched.setattr(detours, "_together", listening)
            said = [(files(one), dict(one.where)) for one in detours.found(repository, found)]
        return said, dict(found.ledger.unread), asked == [True]


def alone(repo: GitRepo) -> tuple[list[tuple[Told, dict[str, str]]], dict[str, str]]:
    """The same, each from trees of its own."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(detours, "_together", lambda *_: [])
        return told(repo)[:2]


def files(one: Detour) -> Told:
    return [
        (change.kind, change.path, f"{change.before and change.before.mode} {change.after and change.after.oid}",
         change.added, change.removed)
        for change in one.changes if change.path not in one.changes.ledger.unread
    ]  # fmt: skip


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("base", {"api/a.py": "a = 1\n", "api/b/c.py": "c = 1\n", "a.b": "1\n", "web/x.ts": "x\n", "f": "f\n"})
    repo.branch("agent")
    return repo


STEPS = {
    "edits": [{"api/a.py": "a = 2\n"}, {"api/a.py": "a = 3\n", "web/x.ts": "y\n"}, {"api/a.py": "a = 4\n", "web/x.ts": "x\n"}],
    "files that come and go": [
        {"a/z.py": "z\n", "a.b": None, "a-b": "-\n"}, {"a/z.py": None, "a-b": "+\n"}, {"a.b": "1\n", "a-b": None},
    ],
    "no text": [{"p.bin": b"\0\xff", "odd \"n\xe4me\"\n": "1\n"}, {"p.bin": b"\0", "odd \"n\xe4me\"\n": "2\n"}, {"p.bin": None}],
    "no line end": [{"f": "f"}, {"f": ""}, {"f": "f\n"}],
}  # fmt: skip
CLASHES = {
    "a folder in a file's place": [{"f": None, "f/g.py": "g\n"}, {"f/g.py": None, "f": "f\n"}],
    "a file in a folder's place": [{"web/x.ts": None, "web": "w\n"}, {"web": None, "web/x.ts": "x\n"}],
    "both on the way": [{"n": "n\n", "web/x.ts": "2\n"}, {"n": None, "n/m": "m\n"}, {"n/m": None, "web/x.ts": "x\n"}],
}


@pytest.mark.parametrize("steps", [*STEPS.values(), *CLASHES.values()], ids=[*STEPS, *CLASHES])
def test_together_they_are_what_they_are_alone(run: GitRepo, steps: list[dict[str, str | bytes | None]]) -> None:
    for number, step in enumerate(steps):
        for path in [path for path, content in step.items() if content is None]:
            run.git("rm", "-q", "--", path)
        run.commit(str(number), {path: content for path, content in step.items() if content is not None})
    said, unread, together = told(run)
    assert said
    assert (said, unread) == alone(run)
    assert together == (steps in STEPS.values())


def test_modes_links_and_submodules(run: GitRepo) -> None:
    one = run.git("rev-parse", "HEAD")
    blob = run.git("rev-parse", "HEAD:f")
    for mode, oid, path in (("100755", blob, "f"), ("120000", blob, "api/a.py"), ("160000", one, "sub")):
        run.git("update-index", "--add", "--cacheinfo", f"{mode},{oid},{path}")
    run.git("commit", "-q", "-m", "odd")
    run.git("reset", "-q", "--hard")
    run.git("rm", "-q", "--cached", "sub")
    run.git("rm", "-q", "api/a.py")
    run.commit("back", {"f": "f2\n", "api/a.py": "a = 1\n"})
    said, _, together = told(run)
    assert {kind for kind, *_ in said[0][0]} == {"modified", "type-changed", "added"}
    assert together
    assert (said, {}) == alone(run)


@pytest.mark.parametrize("what", ["gone", "forged"])
def test_what_cannot_be_read_costs_its_own_file(run: GitRepo, what: str) -> None:
    run.commit("one", {"api/a.py": "a = 2\n", "web/x.ts": "secret\n"})
    oid = run.git("rev-parse", "HEAD:web/x.ts")
    run.commit("two", {"api/a.py": "a = 1\n", "web/x.ts": "x\n"})
    file = run.root / ".git/objects" / oid[:2] / oid[2:]
    file.chmod(0o644)
    file.unlink()
    if what == "forged":
        file.write_bytes(zlib.compress(b"blob 2\0x\n"))
    said, unread, together = told(run)
    assert not together
    assert [path for _, path, *_ in said[0][0]] == ["api/a.py"]
    assert list(unread) == ["web/x.ts"]
    assert (said, unread) == alone(run)


def test_a_name_that_is_there_twice_is_told_by_trees(run: GitRepo) -> None:
    one, two = (run.git("rev-parse", f"HEAD:{path}") for path in ("f", "a.b"))
    data = b"".join(b"100644 twice\0" + bytes.fromhex(oid) for oid in (one, two))
    oid = hashlib.sha1(b"tree %d\0" % len(data) + data).hexdigest()
    file = run.root / ".git/objects" / oid[:2] / oid[2:]
    file.parent.mkdir(exist_ok=True)
    file.write_bytes(zlib.compress(b"tree %d\0" % len(data) + data))
    odd = run.git("commit-tree", "-m", "odd", oid)
    run.git("update-ref", "refs/heads/main", odd)
    run.git("reset", "-q", "--hard", odd)
    run.commit("a", {"twice": "3\n"})
    run.commit("b", {"twice": "4\n"})
    said, unread, together = told(run)
    assert not together
    assert (said, unread) == alone(run)
