"""Random work trees and random histories, held to a model that knows neither git nor our reader."""

import os
import stat
import subprocess
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pytest_agentcompliance.sources import ends
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo, new_repo
from tests.sources.test_model import Tree, commits, kind, laid, quoted, text, whole

NAMES = st.sampled_from([
    b"a", b"A", b"b.py", b"a b", b"new\nline", b"latin\xe9", unicodedata.normalize("NFC", "é").encode(),
    unicodedata.normalize("NFD", "é").encode(), b"x.ign", b"keep.ign", b":x", b"-x", b"*", b"out",
])  # fmt: skip
FOLDERS = st.sampled_from([b"d", b"D", b"out", b"d d", b"nest"])
PATHS = st.builds(lambda folders, name: b"/".join([*folders, name]), st.lists(FOLDERS, max_size=2), NAMES)
TEXTS = st.sampled_from([b"", b"one\n", b"two\n", b"one\r\ntwo", b"\0\xff", b"one\ntwo\nthree\n"])
FILES = st.tuples(st.sampled_from(["100644", "100755"]), TEXTS) | st.tuples(
    st.just("120000"), st.sampled_from([b"a", b"../x", b"\xe9"])
)
TREES = st.dictionaries(PATHS, FILES, max_size=8)
RULES = st.lists(st.sampled_from([b"*.ign", b"out/", b"!keep.ign", b"/a", b"b.py"]), max_size=4)
IGNORE = b".gitignore"
SETTINGS = settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck), database=None)


@dataclass
class Scene:
    """What lies where. ``disk`` is the work tree without its git directories; ``index`` has what is staged beyond head."""

    base: Tree
    head: Tree
    disk: Tree
    index: Tree
    assumed: set[bytes] = field(default_factory=set)
    skipped: set[bytes] = field(default_factory=set)
    exclude: list[bytes] = field(default_factory=list)
    nested: set[bytes] = field(default_factory=set)


@st.composite
def scenes(draw: st.DrawFn) -> Scene:
    rules = draw(RULES)
    base = whole(draw(TREES) | {IGNORE: ("100644", b"\n".join(rules))})
    head = {path: file for path, file in base.items() if draw(st.integers(0, 5))}
    head = whole(draw(st.dictionaries(PATHS, FILES, max_size=3)) | head)
    disk = dict(head)
    for path in head:
        match draw(st.sampled_from(["keep", "keep", "edit", "mode", "drop"])):
            case "edit":
                disk[path] = draw(FILES) if path != IGNORE else ("100644", b"\n".join(draw(RULES)))
            case "mode" if head[path][0] != "120000":
                disk[path] = ("100755" if head[path][0] == "100644" else "100644", head[path][1])
            case "drop":
                del disk[path]
    disk = whole(disk | {path: file for path, file in draw(TREES).items() if path not in disk})
    index = dict(head)
    for path in draw(st.lists(PATHS, max_size=2)):
        if path not in index and whole({**index, path: ("100644", b"")}).keys() == {*index, path}:
            index[path] = ("100644", draw(TEXTS))
    some = st.sets(st.sampled_from(sorted(index)), max_size=3) if index else st.just(set[bytes]())
    scene = Scene(base, head, disk, index, draw(some), draw(some), draw(RULES))
    folders = sorted({path.rpartition(b"/")[0] for path in disk} - {b""})
    nested = draw(st.sets(st.sampled_from(folders), max_size=2)) if folders else set[bytes]()
    scene.nested = {one for one in nested if not left_out([rules], one + b"/any")}
    return scene


def said(rules: list[bytes], path: bytes, *, folder: bool) -> bool | None:
    """What a few simple rules say of one path: the last one that matches."""
    found, name = None, path.rpartition(b"/")[2]
    for rule in rules:
        body = rule.removeprefix(b"!")
        hit = {b"*.ign": name.endswith(b".ign"), b"out/": folder and name == b"out", b"/a": path == b"a"}.get(body, name == body)
        found = not rule.startswith(b"!") if hit else found
    return found


def left_out(lists: list[list[bytes]], path: bytes) -> bool:
    """Whether a file or a folder above it is ignored; of the lists the first one that says anything counts."""
    parts = path.split(b"/")
    for depth in range(1, len(parts) + 1):
        answers = [said(rules, b"/".join(parts[:depth]), folder=depth < len(parts)) for rules in lists]
        if next((one for one in answers if one is not None), False):
            return True
    return False


def rules_of(tree: Tree) -> list[bytes]:
    mode, content = tree.get(IGNORE, ("", b""))
    return content.split(b"\n") if mode.startswith("100") else []


def expected(scene: Scene) -> tuple[Tree, int, dict[str, str], dict[str, str]]:
    """The end tree; how many files are left out; bits and hidden paths that are to be told."""
    rules = rules_of(scene.base)
    known = scene.head.keys() | scene.index.keys()
    end = {path: file for path, file in scene.disk.items() if path in known or not left_out([rules], path)}
    ignored = len(scene.disk) - len(end)
    bits = {}
    for path in scene.assumed | scene.skipped:
        if scene.disk.get(path) != scene.index[path]:
            bits[text(path)] = "assume-unchanged" if path in scene.assumed else "skip-worktree"
        taken = any(other.startswith(path + b"/") for other in end)  # a folder lies in its place
        if path in scene.skipped and path not in scene.disk and path in scene.head and not taken:
            end[path] = scene.head[path]  # it is not said to be gone
    now = rules_of(scene.disk)
    hidden = {}
    for path, file in end.items():
        if path not in scene.index and scene.head.get(path) != file and left_out([now, scene.exclude], path):
            by_file = left_out([now], path)
            hidden[text(path)] = (
                (".gitignore, which the run changed" if IGNORE in scene.base else ".gitignore, which base has not")
                if by_file
                else ".git/info/exclude"
            )
    return end, ignored, bits, hidden


def build(repo: GitRepo, scene: Scene) -> str:
    base, head = commits(repo, scene.base, scene.head)
    (repo.root / ".git/HEAD").write_text(f"{head}\n")
    repo.git("read-tree", "HEAD")
    staged = []
    for path in scene.index.keys() - scene.head.keys():
        oid = subprocess.run(
            ["git", "hash-object", "-w", "--stdin"],
            cwd=repo.root,
            env=repo.env,
            input=scene.index[path][1],
            capture_output=True,
            check=True,
        ).stdout.strip()
        staged.append(b"100644 %s\t%s\0" % (oid, path))
    feed(repo, b"".join(staged), "update-index", "-z", "--index-info")
    for flag, paths in (("--assume-unchanged", scene.assumed), ("--skip-worktree", scene.skipped)):
        feed(repo, b"".join(path + b"\0" for path in sorted(paths)), "update-index", flag, "-z", "--stdin")
    (repo.root / ".git/info").mkdir(exist_ok=True)
    (repo.root / ".git/info/exclude").write_bytes(b"\n".join(scene.exclude))
    laid(repo.root, scene.disk)
    for folder in scene.nested:
        inner = os.path.join(os.fsencode(repo.root), folder, b".git")
        os.makedirs(os.path.join(inner, b"objects"))
        with open(os.path.join(inner, b"HEAD"), "wb") as file:
            file.write(b"ref: refs/heads/main\n")
    return base


def feed(repo: GitRepo, given: bytes, *words: str) -> None:
    subprocess.run(["git", *words], cwd=repo.root, env=repo.env, input=given, capture_output=True, check=True)


def differing(before: Tree, after: Tree) -> dict[str, str]:
    return {
        text(path): kind(before.get(path), after.get(path)) for path in {*before, *after} if before.get(path) != after.get(path)
    }


def test_a_work_tree_is_read_as_it_lies(tmp_path_factory: pytest.TempPathFactory) -> None:
    @SETTINGS
    @given(scenes())
    def try_one(scene: Scene) -> None:
        repo = new_repo(tmp_path_factory.mktemp("model") / "repo")
        base = build(repo, scene)
        end, ignored, bits, hidden = expected(scene)
        with Repository(repo.root) as repository:
            found = ends.find(repository, base, None, {})
            captured = found.captured
            assert captured is not None
            assert {one.path: one.kind for one in found.changes} == differing(scene.base, end)
            for one in found.changes:
                for side, tree in ((one.before, scene.base), (one.after, end)):
                    assert (side and (side.mode, side.bytes())) == tree.get(one.path.encode("utf-8", "surrogateescape"))
            assert not found.ledger.unread
            assert captured.ignored.files == ignored
            assert captured.ignored.bytes == sum(len(scene.disk[path][1]) for path in scene.disk.keys() - end.keys())
            assert captured.bits == bits
            assert captured.hidden == hidden
            walked = {path.rpartition(b"/")[0] for path in end if path in scene.disk}
            seen = {one for one in scene.nested if any(folder == one or folder.startswith(one + b"/") for folder in walked)}
            told = {path.encode("utf-8", "surrogateescape") for path in captured.nested}
            assert seen <= told
            assert told <= scene.nested
            assert set(captured.staged) == set(map(text, scene.index))
            assert not captured.unreadable

    try_one()


# Histories


@dataclass
class Node:
    """A commit of the model: where it comes from, and its whole tree."""

    parents: list[int]
    tree: Tree


@st.composite
def histories(draw: st.DrawFn) -> list[Node]:
    """Up to eight commits, each on up to three of those before it, with a tree made of its parents' and of new files."""
    nodes: list[Node] = []
    small = st.dictionaries(st.sampled_from([b"a", b"b", b"d/a", b"d/b", b"e/f/g"]), FILES, max_size=3)
    for _ in range(draw(st.integers(2, 8))):
        parents = draw(st.lists(st.integers(0, len(nodes) - 1), max_size=3, unique=True)) if nodes else []
        tree: Tree = {}
        for parent in parents:
            tree |= nodes[parent].tree
        for path in draw(st.lists(st.sampled_from(sorted(tree)), max_size=2)) if tree else ():
            tree.pop(path, None)
        nodes.append(Node(parents, whole(tree | draw(small))))
    return nodes


def written(repo: GitRepo, nodes: list[Node], dates: list[int]) -> list[str]:
    stream = []
    for number, node in enumerate(nodes, 1):
        stream.append(b"reset refs/heads/n%d\ncommit refs/heads/n%d\nmark :%d\n" % (number, number, number))
        stream.append(b"committer A <a@b> %d +0000\ndata 2\n%02d\n" % (dates[number - 1], number))
        for place, parent in enumerate(node.parents):
            stream.append(b"%s :%d\n" % (b"merge" if place else b"from", parent + 1))
        stream.append(b"deleteall\n")
        for path, (mode, content) in node.tree.items():
            stream.append(b"M %s inline %s\ndata %d\n%s\n" % (mode.encode(), quoted(path), len(content), content))
    stream += [b"get-mark :%d\n" % number for number in range(1, len(nodes) + 1)]
    done = subprocess.run(
        ["git", "fast-import", "--quiet"], cwd=repo.root, env=repo.env, input=b"".join(stream), capture_output=True, check=True
    )
    return done.stdout.decode().split()


def above(nodes: list[Node], start: int) -> set[int]:
    """A commit and all that it descends from."""
    found, pending = set[int](), [start]
    while pending:
        one = pending.pop()
        if one not in found:
            found.add(one)
            pending += nodes[one].parents
    return found


def own(nodes: list[Node], number: int) -> Mapping[str, str]:
    """What a commit itself changed: against its parent, or where it differs from every parent."""
    node = nodes[number]
    parents = [nodes[one].tree for one in node.parents] or [{}]
    first = differing(parents[0], node.tree)
    return {path: what for path, what in first.items() if all(path in differing(one, node.tree) for one in parents)}


def test_a_history_is_read_as_it_was_made(tmp_path_factory: pytest.TempPathFactory) -> None:
    @SETTINGS
    @given(histories(), st.lists(st.sampled_from([1, 10**9, 2 * 10**9]), min_size=8, max_size=8), st.booleans())
    def try_one(nodes: list[Node], dates: list[int], honest: bool) -> None:
        repo = new_repo(tmp_path_factory.mktemp("model") / "repo")
        ids = written(repo, nodes, list(range(1, 9)) if honest else dates)
        base, head = len(nodes) - 2, len(nodes) - 1
        theirs, ours = above(nodes, base), above(nodes, head)
        common = theirs & ours
        best = {one for one in common if not any(one != other and one in above(nodes, other) for other in common)}
        with Repository(repo.root) as repository:
            found, commits_found = repository.between(ids[base], ids[head])
            if honest:
                assert {*found} == {ids[one] for one in best}
                assert {*commits_found} == {ids[one] for one in ours - theirs}
            else:  # a clock that is wrong may make the run larger, and never smaller
                assert {*found} <= {ids[one] for one in common}
                assert {*commits_found} >= {ids[one] for one in ours - theirs}
            if not best:
                return
            run = ends.find(repository, ids[base], ids[head], {})
            assert {one.path: one.kind for one in run.changes} == differing(
                nodes[ids.index(run.span.merge_base)].tree, nodes[head].tree
            )
            for commit in run.history:
                number = ids.index(commit.id)
                assert list(commit.parents) == [ids[one] for one in nodes[number].parents]
                assert {one.path: one.kind for one in commit.changes} == own(nodes, number)

    try_one()


def test_modes_of_the_disk_are_those_of_the_model(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The model lays files with modes; without that the tests above would hold of an empty folder too."""
    root = tmp_path_factory.mktemp("model")
    laid(root, {b"a": ("100755", b"x"), b"d/b": ("120000", b"a")})
    assert stat.S_IMODE((root / "a").stat().st_mode) & stat.S_IXUSR
    assert os.readlink(root / "d/b") == "a"
