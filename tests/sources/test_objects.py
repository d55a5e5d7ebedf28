"""Objects that are not what their ids say, wherever the audit meets them; histories and trees that are made to mislead."""

import hashlib
import os
import stat
import subprocess
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_agentcompliance.errors import AgentComplianceError, EvidenceError, Unreadable, UsageError
from pytest_agentcompliance.evidence import Ledger
from pytest_agentcompliance.sources import descent, ends
from pytest_agentcompliance.sources import repository as repositories
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.shadow import find_git
from tests.conftest import GitRepo, new_repo


def place(repo: GitRepo, oid: str, kind: str, data: bytes, store: Path | None = None) -> None:
    """Put any bytes where an object of this id is looked for."""
    file = (store or repo.root / ".git" / "objects") / oid[:2] / oid[2:]
    file.parent.mkdir(parents=True, exist_ok=True)
    file.unlink(missing_ok=True)
    file.write_bytes(zlib.compress(b"%s %d\0" % (kind.encode(), len(data)) + data))


def forge(repo: GitRepo, what: str, instead: str) -> str:
    """Let the object that a revision names be read as another one. The id of the first."""
    oid, other = repo.git("rev-parse", what), repo.git("rev-parse", instead)
    kind = repo.git("cat-file", "-t", oid)
    data = subprocess.run(["git", "cat-file", kind, other], cwd=repo.root, env=repo.env, check=True, capture_output=True).stdout
    place(repo, oid, kind, data)
    return oid


def plain(repo: GitRepo, *words: str) -> str:
    """What git itself shows of the run."""
    return repo.git("diff", *words, "main...agent")


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", {"src/a.py": "a = 1\n", "web/page.ts": "page\n", "b.py": "b = 1\n"})
    repo.branch("agent")
    repo.commit("evil", {"web/evil.ts": "evil\n", "src/a.py": "a = 2\n"})
    return repo


def read(repo: GitRepo, head: str | None = "agent", base: str = "main") -> tuple[set[str], dict[str, str]]:
    with Repository(repo.root) as repository:
        found = ends.find(repository, base, head, {})
        return {change.path for change in found.changes}, dict(found.ledger.unread)


@pytest.mark.parametrize("head", ["agent", None], ids=["commits", "work tree"])
@pytest.mark.parametrize(
    ("what", "instead"),
    [
        ("agent:web", "main:web"), ("agent^{tree}", "main^{tree}"), ("main:web", "agent:web"), ("main^{tree}", "agent^{tree}"),
    ],
    ids=["a tree of head", "head's tree", "a tree of base", "base's tree"],
)  # fmt: skip
def test_a_forged_tree_or_commit_ends_the_audit(run: GitRepo, what: str, instead: str, head: str | None) -> None:
    assert "evil.ts" in plain(run, "--name-only")
    forged = forge(run, what, instead)
    assert "evil.ts" not in plain(run, "--name-only")
    with pytest.raises(EvidenceError, match=f"object {forged} is forged: what lies in its place has the id "):
        read(run, head)


def test_a_tree_that_both_ends_have_is_checked_where_the_work_tree_is_read(run: GitRepo) -> None:
    """It never differs, so no diff reads it; but what is on the disk is held against what it says."""
    run.write("web/page.ts", "evil\n")
    run.git("checkout", "-q", "-B", "agent", "main")
    run.write("web/page.ts", "evil\n")
    evil = run.git("hash-object", "-w", "web/page.ts")
    web = run.git("rev-parse", "main:web")
    place(run, web, "tree", b"100644 page.ts\0" + bytes.fromhex(evil))
    with pytest.raises(EvidenceError, match=f"object {web} is forged"):
        read(run, None)


@pytest.mark.parametrize("side", ["main", "agent"])
@pytest.mark.parametrize("many", [1, 0], ids=["all", "loose ones alone"])
def test_a_forged_blob_costs_its_own_file_alone(run: GitRepo, side: str, many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(repositories, "PACKED", 1000 * many)
    other = "agent" if side == "main" else "main"
    forged = forge(run, f"{side}:src/a.py", f"{other}:src/a.py")
    assert "a = " not in plain(run, "--", "src")
    paths, unread = read(run)
    assert paths == {"src/a.py", "web/evil.ts"}
    assert unread == {
        "src/a.py": f"object {forged} is forged: what lies in its place has the id {run.git('rev-parse', f'{other}:src/a.py')}"
    }


def test_a_forged_blob_is_not_believed_when_a_rule_reads_it(run: GitRepo) -> None:
    forge(run, "agent:web/page.ts", "agent:b.py")
    with Repository(run.root) as repository:
        end = ends.find(repository, "main", "agent", {})
        whole = repository.tree(end.base_tree, end.head_tree, end.changes, Ledger())
        with pytest.raises(Unreadable, match="is forged"):
            whole.base.files["web/page.ts"].bytes()


@pytest.mark.parametrize("where", ["loose", "packed"])
def test_forged_history_moves_no_merge_base(repo: GitRepo, where: str) -> None:
    """main goes on after the run began; a commit of main's, or one below the merge base, is said to descend from the run."""
    repo.commit("start", {"a.py": "a = 1\n"})
    first = repo.commit("second", {"a.py": "a = 2\n"})
    repo.branch("agent")
    evil = repo.commit("evil", {"evil.py": "e\n"})
    repo.commit("good", {"good.py": "g\n"})
    repo.git("checkout", "-q", "main")
    repo.commit("meanwhile", {"b.py": "b = 1\n"})
    assert read(repo)[0] == {"evil.py", "good.py"}
    for victim in ("main", first):
        oid = repo.git("rev-parse", victim)
        body = subprocess.run(
            ["git", "cat-file", "commit", oid], cwd=repo.root, env=repo.env, check=True, capture_output=True
        ).stdout
        honest = (repo.root / ".git/objects" / oid[:2] / oid[2:]).read_bytes()
        lied = body.replace(b"\nauthor", f"\nparent {evil}\nauthor".encode(), 1)
        place(repo, oid, "commit", lied)
        if where == "packed":
            pack(repo, {oid: ("commit", lied)})
            (repo.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
        with pytest.raises(EvidenceError, match=f"object {oid} is forged"):
            read(repo)
        file = repo.root / ".git/objects" / oid[:2] / oid[2:]
        file.unlink(missing_ok=True)
        file.write_bytes(honest)
        for one in (repo.root / ".git/objects/pack").glob("*"):
            one.unlink()
    assert read(repo)[0] == {"evil.py", "good.py"}


def pack(repo: GitRepo, objects: dict[str, tuple[str, bytes]]) -> None:
    """A pack whose index gives its objects these ids, right or wrong: all its checksums are right (gitformat-pack)."""
    kinds = {"commit": 1, "tree": 2, "blob": 3}
    data, at = b"PACK" + (2).to_bytes(4, "big") + len(objects).to_bytes(4, "big"), {}
    crcs = {}
    for oid, (kind, content) in objects.items():
        at[oid], size, head = len(data), len(content), []
        head.append(kinds[kind] << 4 | size & 15)
        size >>= 4
        while size:
            head[-1] |= 128
            head.append(size & 127)
            size >>= 7
        part = bytes(head) + zlib.compress(content)
        crcs[oid] = zlib.crc32(part)
        data += part
    trailer = hashlib.sha1(data).digest()
    ids = sorted(objects)
    index = b"\xfftOc\0\0\0\2"
    index += b"".join(sum(oid <= f"{first:02x}" + "f" * 38 for oid in ids).to_bytes(4, "big") for first in range(256))
    index += b"".join(map(bytes.fromhex, ids)) + b"".join(crcs[oid].to_bytes(4, "big") for oid in ids)
    index += b"".join(at[oid].to_bytes(4, "big") for oid in ids) + trailer
    folder = repo.root / ".git/objects/pack"
    folder.mkdir(exist_ok=True)
    (folder / f"pack-{trailer.hex()}.pack").write_bytes(data + trailer)
    (folder / f"pack-{trailer.hex()}.idx").write_bytes(index + hashlib.sha1(index).digest())


@pytest.mark.parametrize(("what", "instead"), [("agent^{tree}", "main^{tree}"), ("agent:src/a.py", "main:src/a.py")])
def test_a_forged_pack_is_not_believed(run: GitRepo, what: str, instead: str) -> None:
    oid, other = run.git("rev-parse", what), run.git("rev-parse", instead)
    kind = run.git("cat-file", "-t", other)
    raw = subprocess.run(["git", "cat-file", kind, other], cwd=run.root, env=run.env, check=True, capture_output=True).stdout
    pack(run, {oid: (kind, raw)})
    if kind == "blob":
        assert "a = 2" not in plain(run)
        assert set(read(run)[1]) == {"src/a.py"}
    else:
        assert plain(run) == ""
        with pytest.raises(EvidenceError, match=f"object {oid} is forged"):
            read(run)


def test_a_forged_object_behind_alternates_is_found(run: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Alternates of alternates, a relative one among them, and one whose name git prints in quotes."""
    monkeypatch.setattr(repositories, "PACKED", 0)
    store, far = tmp_path / 'st"ore', tmp_path / "far"
    for one in (store, far):
        (one / "info").mkdir(parents=True)
    oid = run.git("rev-parse", "agent:src/a.py")
    (run.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    place(run, oid, "blob", b"a = 1\n", far)
    quoted = str(store).replace('"', '\\"')
    (run.root / ".git/objects/info").mkdir(exist_ok=True)
    (run.root / ".git/objects/info/alternates").write_text(f'# comment\n/nowhere\n"{quoted}"\n')
    (store / "info/alternates").write_text("../far\n")
    assert "a = 1" in run.git("cat-file", "blob", oid)
    assert set(read(run)[1]) == {"src/a.py"}


def test_a_relative_alternate_is_followed(repo: GitRepo) -> None:
    main = repo.commit("start", {"a.py": "a = 1\n"})
    (repo.root / ".git/objects").rename(repo.root / ".git/elsewhere")
    (repo.root / ".git/objects/info").mkdir(parents=True)
    (repo.root / ".git/objects/info/alternates").write_text("../elsewhere\n")
    repo.write("b.py", "b\n")
    assert read(repo, None, main)[0] == {"b.py"}


def test_a_shallow_file_that_no_clone_wrote_cuts_nothing_off(run: GitRepo) -> None:
    run.commit("more", {"more.py": "m\n"})
    (run.root / ".git/shallow").write_text(run.git("rev-parse", "HEAD~1") + "\n")
    assert plain(run, "--name-only").splitlines() != ["more.py", "src/a.py", "web/evil.ts"] if _bases(run) else True
    assert read(run)[0] == {"more.py", "src/a.py", "web/evil.ts"}


def _bases(repo: GitRepo) -> bool:
    return not subprocess.run(
        ["git", "merge-base", "main", "agent"], cwd=repo.root, env=repo.env, capture_output=True, check=False
    ).returncode


def test_dates_that_lie_move_no_merge_base(repo: GitRepo) -> None:
    def commit(name: str, when: int) -> str:
        repo.write(f"{name}.py", "x\n")
        repo.git("add", "--all")
        tree = repo.git("write-tree")
        head = subprocess.run(
            ["git", "rev-parse", "-q", "--verify", "HEAD"], cwd=repo.root, env=repo.env, capture_output=True, check=False
        )
        parent = f"parent {head.stdout.decode().strip()}\n" if head.stdout else ""
        body = f"tree {tree}\n{parent}author A <a> {when} +0000\ncommitter A <a> {when} +0000\n\n{name}\n"
        done = subprocess.run(
            ["git", "hash-object", "-t", "commit", "-w", "--stdin"],
            cwd=repo.root,
            env=repo.env,
            input=body.encode(),
            capture_output=True,
            check=True,
        )
        repo.git("reset", "-q", "--soft", done.stdout.decode().strip())
        return done.stdout.decode().strip()

    for k in range(60):
        start = commit(f"old{k}", 1_600_000_000 - k * 10_000)
    repo.branch("agent")
    ours = [commit(f"new{k}", 9 if k % 2 else 4_000_000_000) for k in range(60)]
    repo.git("checkout", "-q", "main")
    commit("meanwhile", 77)
    with Repository(repo.root) as repository:
        found = ends.find(repository, "main", "agent", {})
        assert (found.span.merge_base, list(found.commits)) == (start, ours)


def test_every_shape_of_history_reads_as_git_reads_it(repo: GitRepo) -> None:
    """Criss-cross merges, octopuses, roots: merge bases and ranges are those of git, in its order of time."""
    repo.commit("root", {"r": "r\n"})
    repo.git("checkout", "-q", "-b", "a")
    repo.commit("a1", {"a1": "1\n"})
    repo.git("checkout", "-q", "-b", "b", "main")
    repo.commit("b1", {"b1": "1\n"})
    repo.git("merge", "-q", "--no-edit", "a")
    repo.git("checkout", "-q", "a")
    repo.git("merge", "-q", "--no-edit", "b~1")
    repo.commit("a2", {"a2": "2\n"})
    repo.git("checkout", "-q", "-b", "c", "main")
    repo.commit("c1", {"c1": "1\n"})
    repo.git("merge", "-q", "--no-edit", "a", "b")
    repo.git("checkout", "-q", "--orphan", "other")
    repo.commit("another root", {"o": "o\n"})
    repo.git("checkout", "-q", "main")
    repo.git("merge", "-q", "--no-edit", "--allow-unrelated-histories", "other")
    names = ["main", "a", "a~1", "b", "b~1", "c", "other", "main~1"]
    with Repository(repo.root) as repository:
        ids = {name: repository.commit(name) for name in names}
        assert ids == {name: repo.git("rev-parse", name) for name in names}
        for base in names:
            for head in names:
                found, own = repository.between(ids[base], ids[head])
                asked = subprocess.run(
                    ["git", "merge-base", "--all", base, head], cwd=repo.root, env=repo.env, capture_output=True, check=False
                )
                assert sorted(found) == sorted(asked.stdout.decode().split()), (base, head)
                listed = repo.git("rev-list", head, f"^{base}").split()
                assert sorted(own) == sorted(listed)
                places = {one: place for place, one in enumerate(own)}
                for one in own:
                    parents = repo.git("rev-parse", f"{one}^@").split()
                    assert all(places[parent] < places[one] for parent in parents if parent in places)


def test_a_commit_that_no_shallow_clone_explains_is_missing(run: GitRepo) -> None:
    run.commit("more", {"more.py": "m\n"})
    gone = run.git("rev-parse", "HEAD~1")
    (run.root / ".git/objects" / gone[:2] / gone[2:]).unlink()
    with pytest.raises(EvidenceError, match=f"commit {gone}, a parent of [0-9a-f]+, is missing"):
        read(run)


def test_the_way_to_a_revision_is_checked_too(run: GitRepo) -> None:
    """``main~1`` where main is forged; a tag that is."""
    run.git("checkout", "-q", "main")
    run.commit("meanwhile", {"m.py": "m\n"})
    run.git("tag", "-a", "-m", "x", "v1", "main~1")
    assert read(run, "agent", "v1")[0] == read(run, "agent", "main~1")[0] == {"src/a.py", "web/evil.ts"}
    tag = run.git("rev-parse", "refs/tags/v1")
    body = run.git("cat-file", "tag", tag).replace(run.git("rev-parse", "main~1"), run.git("rev-parse", "agent"), 1)
    place(run, tag, "tag", body.encode())
    with pytest.raises(EvidenceError, match=f"object {tag} is forged"):
        read(run, "agent", "v1")
    tip = run.git("rev-parse", "main")
    text = run.git("cat-file", "commit", tip).replace(run.git("rev-parse", "main~1"), run.git("rev-parse", "agent"), 1)
    place(run, tip, "commit", text.encode())
    with pytest.raises(EvidenceError, match=f"object {tip} is forged"):
        read(run, "agent", "main~1")


def test_a_branch_that_is_called_like_a_short_id_is_not_guessed_at(run: GitRepo) -> None:
    short = run.git("rev-parse", "--short=9", "main")
    assert read(run, "agent", short)[0] == {"src/a.py", "web/evil.ts"}
    run.git("branch", short, "agent")
    with pytest.raises(UsageError, match=f"'{short}' is ambiguous"):
        read(run, "agent", short)
    run.git("branch", run.git("rev-parse", "main"), "agent")
    assert read(run, "agent", run.git("rev-parse", "main"))[0] == {"src/a.py", "web/evil.ts"}


# Trees that no tool writes


def tree(repo: GitRepo, *entries: tuple[str, bytes, str]) -> str:
    """A tree of just these entries, in this order, whatever they are."""
    data = b"".join(b"%s %s\0%s" % (mode.encode(), name, bytes.fromhex(oid)) for mode, name, oid in entries)
    oid = hashlib.sha1(b"tree %d\0" % len(data) + data).hexdigest()
    place(repo, oid, "tree", data)
    return oid


def head_of(repo: GitRepo, oid: str) -> str:
    return repo.git("commit-tree", "-m", "odd", "-p", "main", oid)


def blob(repo: GitRepo, text: str) -> str:
    done = subprocess.run(
        ["git", "hash-object", "-w", "--stdin"], cwd=repo.root, env=repo.env, input=text.encode(), capture_output=True, check=True
    )
    return done.stdout.decode().strip()


def test_names_that_no_checkout_can_have_are_read_as_they_are(run: GitRepo) -> None:
    one, two = blob(run, "one\n"), blob(run, "two\n")
    inner = tree(run, ("100644", b"x.py", one))
    odd = tree(
        run, ("40000", b"..", inner), ("100644", b".git", one), ("100644", b"a/b.py", one), ("100644", b"dup.py", one),
        ("100644", b"dup.py", two), ("40000", b"twice", inner), ("40000", b"twice", tree(run, ("100644", b"y.py", two))),
    )  # fmt: skip
    with Repository(run.root) as repository:
        found = ends.find(repository, "main", head_of(run, odd), {})
        added = [change.path for change in found.changes if change.kind == "added"]
        assert added == ["../x.py", ".git", "a/b.py", "dup.py", "dup.py", "twice/x.py", "twice/y.py"]
        assert set(repository.listing(found.head_tree)) == {
            b"../x.py", b".git", b"a/b.py", b"dup.py", b"twice/x.py", b"twice/y.py",
        }  # fmt: skip
        assert repository.listing(found.head_tree)[b"dup.py"] == ("100644", two)


def test_names_in_no_order_end_the_audit(run: GitRepo) -> None:
    one = blob(run, "one\n")
    odd = tree(run, ("100644", b"z.py", one), ("100644", b"a.py", one))
    with pytest.raises(EvidenceError, match=f"tree {odd} is broken: its names are in no order"):
        read(run, head_of(run, odd))


@pytest.mark.parametrize("data", [b"100644 a", b"100644 a\0short", b"rubbish", b"100644 \0" + b"x" * 20, b"\0" * 50])
def test_a_tree_that_is_none_ends_the_audit(run: GitRepo, data: bytes) -> None:
    oid = hashlib.sha1(b"tree %d\0" % len(data) + data).hexdigest()
    place(run, oid, "tree", data)
    with pytest.raises(EvidenceError, match=f"tree {oid} is broken"):
        read(run, head_of_raw(run, oid))


def head_of_raw(repo: GitRepo, oid: str) -> str:
    body = f"tree {oid}\nparent {repo.git('rev-parse', 'main')}\nauthor A <a> 1 +0000\ncommitter A <a> 1 +0000\n\nodd\n".encode()
    made = hashlib.sha1(b"commit %d\0" % len(body) + body).hexdigest()
    place(repo, made, "commit", body)
    return made


def bomb(repo: GitRepo, levels: int, width: int = 10) -> str:
    made = tree(repo, ("100644", b"f", blob(repo, "x\n")))
    for _ in range(levels):
        made = tree(repo, *(("40000", b"%02d" % k, made) for k in range(width)))
    return made


@pytest.mark.parametrize(("levels", "width", "why"), [(12, 10, "1,000,000 that are read"), (3000, 1, "folders in one another")])
def test_a_tree_of_trees_of_trees_is_refused(run: GitRepo, levels: int, width: int, why: str) -> None:
    odd = head_of_raw(run, bomb(run, levels, width))
    with pytest.raises(EvidenceError, match=why):
        read(run, odd)
    with Repository(run.root) as repository, pytest.raises(EvidenceError, match="too many to read"):
        repository.listing(repository.tree_of(odd))


def test_a_tree_with_as_many_paths_as_are_read(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    odd = head_of(run, bomb(run, 2))
    for most, fits in ((103, True), (102, False)):  # and the three of main that are gone
        monkeypatch.setattr(descent, "MOST", most)
        if fits:
            assert len(read(run, odd)[0]) == 103
        else:
            with pytest.raises(EvidenceError, match="103 files"):
                read(run, odd)


def test_trees_that_are_forgotten_are_read_again(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder of many files has another tree after each commit: so many are not held at once, and nothing is lost by that."""
    for number in range(40):
        run.commit(f"{number}", {f"src/{number % 7}/{number}.py": f"a = {number}\n"})
    trees = [run.git("rev-parse", f"HEAD~{back}^{{tree}}") for back in range(40)]
    pairs = list(zip(trees[1:], trees, strict=False))
    with Repository(run.root) as repository:
        whole = repository.differences(pairs)
        assert len(repository._descent._trees) > len(pairs)
    monkeypatch.setattr(descent, "KEPT", 0)
    with Repository(run.root) as repository:
        assert repository.differences(pairs) == whole
        assert list(repository._descent._trees) == [""]
    assert [[one.path for one in found] for found in whole] == [[f"src/{n % 7}/{n}.py".encode()] for n in range(39, 0, -1)]


# Broken ones


@pytest.mark.parametrize("data", [b"rubbish", b"", zlib.compress(b"blob 6\0a = 2\n")[:-5], zlib.compress(b"blob 600\0a")])
def test_a_broken_blob_costs_its_own_file_alone(run: GitRepo, data: bytes) -> None:
    oid = run.git("rev-parse", "agent:src/a.py")
    file = run.root / ".git/objects" / oid[:2] / oid[2:]
    file.chmod(0o644)
    file.write_bytes(data)
    paths, unread = read(run)
    assert paths == {"src/a.py", "web/evil.ts"}
    assert unread == {"src/a.py": f"object {oid} could not be read: it is broken"}


def test_after_a_broken_object_the_others_are_read(run: GitRepo) -> None:
    with Repository(run.root) as repository:
        ids = [blob(run, f"{k}\n") for k in range(100)]
        for k in (0, 31, 32, 99):
            file = run.root / ".git/objects" / ids[k][:2] / ids[k][2:]
            file.chmod(0o644)
            file.write_bytes(b"rubbish")
        (run.root / ".git/objects" / ids[50][:2] / ids[50][2:]).unlink()
        for keep in (True, False):
            found = {one.id: one for one in repository.blobs.sweep(ids, keep=keep)}
            assert [k for k, oid in enumerate(ids) if found[oid].problem] == [0, 31, 32, 50, 99]
            assert found[ids[50]].missing
            assert found[ids[7]].data == (b"7\n" if keep else b"")


def test_an_object_of_many_parts_is_read_whole(run: GitRepo) -> None:
    big = os.urandom(3 * 1024 * 1024 + 17)
    run.commit("big", {"big.bin": big, "empty": b""})
    with Repository(run.root) as repository:
        found = ends.find(repository, "main", "agent", {}).changes
        after = found.by_path["big.bin"].after
        empty = found.by_path["empty"].after
        assert after is not None
        assert empty is not None
        assert (after.bytes(), empty.bytes()) == (big, b"")


# git itself


def program(folder: Path, canary: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    found = folder / "git"
    found.write_text(f"#!/bin/sh\ntouch '{canary}'\nexit 1\n")
    found.chmod(found.stat().st_mode | stat.S_IXUSR)
    return found


def _inside(run: GitRepo, canary: Path) -> str:
    return str(program(run.root / "bin", canary).parent)


def _relative(run: GitRepo, canary: Path) -> str:
    program(run.root / "bin", canary)
    return "bin"


def _empty(run: GitRepo, canary: Path) -> str:
    program(run.root, canary)
    return ""


def _link_to_folder(run: GitRepo, canary: Path) -> str:
    program(run.root / "bin", canary)
    (run.root.parent / "outside").symlink_to(run.root / "bin")
    return str(run.root.parent / "outside")


def _link_to_file(run: GitRepo, canary: Path) -> str:
    (run.root.parent / "outside").mkdir()
    (run.root.parent / "outside" / "git").symlink_to(program(run.root / "bin", canary))
    return str(run.root.parent / "outside")


def _link_inside(run: GitRepo, canary: Path) -> str:
    """What the link means today lies outside; the link itself is the judged's."""
    (run.root / "bin").mkdir()
    (run.root / "bin" / "git").symlink_to(program(run.root.parent / "outside", canary))
    return str(run.root / "bin")


def _dotted(run: GitRepo, canary: Path) -> str:
    program(run.root / "bin", canary)
    return f"{run.root.parent}/nobody/../{run.root.name}/bin/."


def _git_dir(run: GitRepo, canary: Path) -> str:
    return str(program(run.root / ".git" / "bin", canary).parent)


@pytest.mark.parametrize("laid", [_inside, _relative, _empty, _link_to_folder, _link_to_file, _link_inside, _dotted, _git_dir])
def test_a_git_of_the_audited_tree_is_never_run(
    run: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, laid: Callable[[GitRepo, Path], str]
) -> None:
    canary = tmp_path / "canary"
    (run.root.parent / "nobody").mkdir()
    monkeypatch.chdir(run.root)
    monkeypatch.setenv("PATH", laid(run, canary) + os.pathsep + os.environ["PATH"])
    assert {"src/a.py", "web/evil.ts"} <= read(run, None)[0]
    assert not canary.exists()


def test_a_git_of_the_tree_that_a_linked_one_belongs_to_is_never_run(
    run: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run.git("worktree", "add", "-q", "-b", "linked", "../linked", "agent")
    folder = _inside(run, tmp_path / "canary")
    monkeypatch.setenv("PATH", folder + os.pathsep + os.environ["PATH"])
    assert "web/evil.ts" in read(GitRepo(run.root.parent / "linked"), None)[0]
    assert not (tmp_path / "canary").exists()


def test_without_a_git_outside_there_is_none(run: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", _inside(run, tmp_path / "canary"))
    with pytest.raises(UsageError, match="outside the audited repository"):
        find_git(run.root)


# Where the repository lies


def test_a_git_file_that_leads_into_the_tree_is_followed_and_hides_nothing(run: GitRepo) -> None:
    """A decoy that says the evil file was always there: with the base by its id the real one is not found, and said so."""
    base = run.git("rev-parse", "main")
    decoy = new_repo(run.root / "decoy")
    decoy.commit("as if nothing had been", {"web/evil.ts": "evil\n"})
    (run.root / ".git").rename(run.root.parent / "moved")
    (decoy.root / ".git").rename(run.root / "decoy" / "git")
    (run.root / ".git").write_text("gitdir: decoy/git\n")
    with pytest.raises(AgentComplianceError, match=f"'{base}'|{base}"):
        read(run, None, base)
    with Repository(run.root) as repository:
        found = ends.find(repository, "HEAD", None, {})
        assert any("decoy/git" in note for note in found.span.notes)
        assert "decoy/git/HEAD" in found.changes.paths


def test_a_work_tree_that_the_configuration_names_is_not_looked_for(run: GitRepo, tmp_path: Path) -> None:
    run.write("new.py", "n\n")
    for name, value in (("core.worktree", str(tmp_path)), ("core.bare", "true")):
        run.git("config", "--file", ".git/config", name, value)
        assert "new.py" in read(run, None)[0]


def test_a_missing_blob_among_many_costs_its_own_file_alone(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    """Above a thousand blobs those in packs are taken on trust, until git says that something is wrong."""
    monkeypatch.setattr(repositories, "PACKED", 0)
    run.commit("work", {"gone.txt": "gone\n", "there.txt": "there\n"})
    blob = run.git("rev-parse", "HEAD:gone.txt")
    (run.root / ".git/objects" / blob[:2] / blob[2:]).unlink()
    with Repository(run.root) as repository:
        found = ends.find(repository, "main", "HEAD", {})
        assert {change.path for change in found.changes} >= {"gone.txt", "there.txt"}
        assert [line.text for line in found.changes.by_path["there.txt"].added] == ["there"]
        assert [*found.ledger.unread] == ["gone.txt"]


@pytest.mark.skipif(os.name == "nt", reason="there are no named pipes among files")
@pytest.mark.parametrize("name", ["refs/heads/pipe", "objects/info/alternates", "packed-refs"])
def test_a_named_pipe_in_gits_own_files_is_refused(run: GitRepo, name: str) -> None:
    file = run.root / ".git" / name
    file.parent.mkdir(exist_ok=True)
    file.unlink(missing_ok=True)
    os.mkfifo(file)
    with pytest.raises(EvidenceError, match="is no regular file: git would wait for it"):
        Repository(run.root)


@pytest.mark.skipif(os.name == "nt", reason="there are no named pipes among files")
def test_a_named_pipe_for_a_configuration_is_not_read(run: GitRepo) -> None:
    (run.root / ".git/config").unlink()
    os.mkfifo(run.root / ".git/config")
    with Repository(run.root) as repository:
        assert len(repository.commit("agent")) == 40
