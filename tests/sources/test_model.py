"""Random histories, written with git's own plumbing, read by us and by a model that knows neither git nor our reader."""

import os
import stat
import subprocess
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.evidence import ChangeSet, Line
from pytest_agentcompliance.sources import ends
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo, new_repo

Tree = dict[bytes, tuple[str, bytes]]  # path: mode and content

ODD = [
    b"a", b"b", b"A", b"a.py", b"a b", b" b", b'"q"', b"new\nline", b"tab\t", b"back\\", b"latin\xe9", b"-x", b":x", b"*", b".GIT",
    b"\xcc\x81", b".gitmodules",
]  # fmt: skip
NAMES = st.sampled_from(ODD) | st.binary(min_size=1, max_size=4).map(
    lambda name: b"n" + name.replace(b"/", b"_").replace(b"\0", b"_")
)
PATHS = st.lists(NAMES, min_size=1, max_size=3).map(b"/".join)
LINES = st.sampled_from([
    b"", b"one", b"two", b"-- minus", b"++ plus", b"@@ -1 +1 @@", b"diff --git a/x b/x", b"\\ No newline at end of file",
    b"cr\r", b"lone\rcr", b"nul\0", b"\xff\xfet\0", b"form\x0cfeed", "line\u2028sep".encode(), "\x85".encode(), b"\xe9",
])  # fmt: skip
TEXTS = st.builds(lambda lines, end: b"\n".join(lines) + end, st.lists(LINES, max_size=6), st.sampled_from([b"", b"\n"]))
FILES = st.tuples(st.sampled_from(["100644", "100755"]), TEXTS) | st.tuples(
    st.just("120000"), st.sampled_from([b"a", b"../x", b"/etc/passwd", b"no\nwhere", b"\xe9"])
)
TREES = st.dictionaries(PATHS, FILES, max_size=6)


def whole(tree: Tree) -> Tree:
    """Without the files in whose place a folder lies."""
    folders = {b"/".join(path.split(b"/")[:k]) for path in tree for k in range(1, path.count(b"/") + 1)}
    return {path: file for path, file in tree.items() if path not in folders}


def edited(draw: st.DrawFn, what: str, mode: str, content: bytes) -> tuple[str, bytes]:
    if what == "type":
        return draw(FILES)
    if what == "mode" and mode != "120000":
        return "100755" if mode == "100644" else "100644", content
    if what == "edit" and mode != "120000":
        lines = content.split(b"\n")
        for _ in range(draw(st.integers(1, 2))):
            at = draw(st.integers(0, len(lines)))
            lines[at : at + draw(st.integers(0, 1))] = draw(st.lists(LINES, max_size=2))
        return mode, b"\n".join(lines)
    return mode, content


@st.composite
def runs(draw: st.DrawFn) -> tuple[Tree, Tree]:
    """A tree, and another one made of it: files kept, edited, taken away, moved, added."""
    base = whole(draw(TREES))
    head: Tree = {}
    for path, file in base.items():
        what = draw(st.sampled_from(["keep", "edit", "mode", "type", "drop", "move"]))
        if what != "drop":
            head[draw(PATHS) if what == "move" else path] = edited(draw, what, *file)
    return base, whole(draw(TREES) | head if draw(st.booleans()) else head)


def commits(repo: GitRepo, *trees: Tree) -> list[str]:
    """The trees as commits on one another, through fast-import: it takes any name and any content."""
    stream = []
    for number, tree in enumerate(trees, 1):
        stream.append(b"commit refs/heads/run\nmark :%d\ncommitter A <a@b> %d +0000\ndata 0\n" % (number, number))
        stream.append(b"from :%d\n" % (number - 1) if number > 1 else b"")
        stream.append(b"deleteall\n")
        for path, (mode, content) in tree.items():
            stream.append(b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), quoted(path), len(content), content))
    stream += [b"get-mark :%d\n" % number for number in range(1, len(trees) + 1)]
    done = subprocess.run(
        ["git", "fast-import", "--quiet"], cwd=repo.root, env=repo.env, input=b"".join(stream), capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode("utf-8", "replace")
    return done.stdout.decode().split()


def quoted(path: bytes) -> bytes:
    return b'"' + b"".join(b"\\%03o" % byte if byte < 32 or byte in b'"\\' else bytes([byte]) for byte in path) + b'"'


def text(path: bytes) -> str:
    return path.decode("utf-8", "surrogateescape")


def kind(old: tuple[str, bytes] | None, new: tuple[str, bytes] | None) -> str:
    if old is None or new is None:
        return "added" if old is None else "deleted"
    return "type-changed" if old[0][:3] != new[0][:3] else "modified"


def applied(base: bytes, removed: Sequence[Line], added: Iterable[Line]) -> list[str]:
    """The lines of base without those taken away, with those added put where their numbers say."""
    lines = split(base)
    for line in sorted(removed, key=lambda one: -one.number):
        assert lines.pop(line.number - 1) == line.text
    for line in added:
        lines.insert(line.number - 1, line.text)
    return lines


def split(content: bytes) -> list[str]:
    lines = text(content).split("\n")
    return lines[:-1] if not lines[-1] else lines


def check(found: ChangeSet, base: Tree, head: Tree) -> None:
    touched = sorted(path for path in {*base, *head} if base.get(path) != head.get(path))
    assert [change.path for change in found] == [text(path) for path in touched]
    for path, change in zip(touched, found, strict=True):
        old, new = base.get(path), head.get(path)
        assert change.kind == kind(old, new)
        for side, file in ((change.before, old), (change.after, new)):
            assert (side and (side.mode, side.bytes())) == file
        if old is None and new is not None:
            assert [(one.number, one.text) for one in change.added] == list(enumerate(split(new[1]), 1))
        elif old and new and change.kind == "modified":
            assert applied(old[1], change.removed, change.added) == split(new[1])
        if change.renamed_from is not None:
            moved = base[change.renamed_from.encode("utf-8", "surrogateescape")]
            assert new is not None
            assert moved[1] == new[1]
    assert not found.ledger.unread


def laid(root: Path, tree: Mapping[bytes, tuple[str, bytes]]) -> None:
    """The tree as files."""
    for path, (mode, content) in tree.items():
        file = os.path.join(os.fsencode(root), path)
        os.makedirs(os.path.dirname(file), exist_ok=True)
        if mode == "120000":
            os.symlink(content, file)
        else:
            Path(os.fsdecode(file)).write_bytes(content)
            os.chmod(file, stat.S_IMODE(int(mode, 8)))


@pytest.mark.parametrize("end", ["commit", "work tree"])
def test_what_is_read_is_what_was_written(end: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    @settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck), database=None)
    @given(runs())
    def try_one(run: tuple[Tree, Tree]) -> None:
        base, head = run
        repo = new_repo(tmp_path_factory.mktemp("model") / "repo")
        if end == "commit":
            first, last = commits(repo, base, head)
        else:
            (first,) = commits(repo, base)
            (repo.root / ".git" / "HEAD").write_text(f"{first}\n")
            laid(repo.root, head)
        with Repository(repo.root) as repository:
            check(ends.find(repository, first, last if end == "commit" else None, {}).changes, base, head)

    try_one()
