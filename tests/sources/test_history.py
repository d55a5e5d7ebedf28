"""The commits of a range: in order, each with its own change, its people, its message and trailers."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import Commit, Ledger
from pytest_agentcompliance.sources import ends, history
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo, new_repo


def commits(repo: GitRepo, base: str = "main") -> list[tuple[Commit, list[str]]]:
    with Repository(repo.root) as repository:
        found = ends.find(repository, base, "HEAD", {})
        return [(one, [change.path for change in one.changes])
                for one in history.history(repository, list(found.commits), found.ledger)]


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", {"a.py": "a = 1\n"})
    repo.branch("agent")
    return repo


def test_commits_come_oldest_first_each_with_its_own_change(run: GitRepo) -> None:
    run.commit("one", {"one.py": "1\n", "gone.py": "g\n"})
    run.commit("two", {"two.py": "2\n", "gone.py": None})
    found = commits(run)
    assert [(one.message, paths) for one, paths in found] == [("one\n", ["gone.py", "one.py"]), ("two\n", ["gone.py", "two.py"])]


def test_people_dates_and_trailers(run: GitRepo) -> None:
    run.git(
        "-c", "user.name=Committer <x", "commit", "-q", "--allow-empty", "--author=Ágnes <agnes@example.org>",
        "--date=2026-02-03T04:05:06+0130", "-m", "Subject\n\nBody: not a trailer, the text goes on\nand on\nand on\nand on\n",
        "-m", "Co-authored-by: Agent <agent@example.org>\nRefs: WISH-1\n and more",
    )
    ((one, _),) = commits(run)
    assert (one.author.name, one.author.email) == ("Ágnes", "agnes@example.org")
    assert one.author.when.utcoffset() == timedelta(hours=1, minutes=30)
    assert one.author.when.astimezone(UTC) == datetime(2026, 2, 3, 2, 35, 6, tzinfo=UTC)
    assert one.trailers == (("Co-authored-by", "Agent <agent@example.org>"), ("Refs", "WISH-1 and more"))


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("Fix: this is a subject", ()),
        ("Subject\n\nKey: value", (("Key", "value"),)),
        ("Subject\n\nprose\nprose\nprose\nprose\nKey: value", ()),
        ("Subject\n\nKey:\nOther: x\n\n\n", (("Key", ""), ("Other", "x"))),
        ("", ()),
    ],
)
def test_trailers_are_the_last_paragraph(message: str, expected: tuple[tuple[str, str], ...]) -> None:
    assert history.trailers(message) == expected


def test_a_merges_own_change_is_what_differs_from_all_its_parents(run: GitRepo) -> None:
    run.commit("mine", {"mine.py": "m\n"})
    run.git("checkout", "-q", "main")
    run.commit("theirs", {"theirs.py": "t\n"})
    run.git("checkout", "-q", "agent")
    run.git("merge", "-q", "--no-commit", "--no-ff", "main")
    run.write("evil.py", "e\n")
    run.git("add", "evil.py")
    run.git("commit", "-q", "-m", "merge")
    run.git("branch", "-q", "-f", "main", "main~1")
    found = {one.message.strip(): paths for one, paths in commits(run)}
    assert found["merge"] == ["evil.py"]
    assert found["mine"] == ["mine.py"]


def test_a_root_commit_adds_everything(run: GitRepo) -> None:
    run.git("checkout", "-q", "--orphan", "fresh")
    run.commit("root", {"r.py": "r\n"})
    run.git("merge", "-q", "--allow-unrelated-histories", "--no-edit", "agent")
    found = {one.message.strip(): paths for one, paths in commits(run)}
    assert found["root"] == ["a.py", "r.py"]


def test_a_commit_that_lies_about_its_date_and_encoding_is_read(run: GitRepo) -> None:
    tree, parent = run.git("rev-parse", "HEAD^{tree}"), run.git("rev-parse", "HEAD")
    raw = (
        f"tree {tree}\nparent {parent}\nauthor Nobody <> 99999999999999 +9999\ncommitter <only@mail> -5 -0000\n"
        "encoding latin-9000\ngpgsig -----BEGIN\n tree forged\n -----END\n\n"
    ).encode() + b"caf\xe9 \x1b[31m\n"
    file = run.root / "raw"
    file.write_bytes(raw)
    forged = run.git("hash-object", "-w", "-t", "commit", "--literally", str(file))
    file.unlink()
    run.git("update-ref", "refs/heads/agent", forged)
    ((one, paths),) = commits(run)
    assert paths == []
    assert one.author.when == datetime(1970, 1, 1, tzinfo=UTC)
    assert one.committer.email == "only@mail"
    assert one.message == "caf\udce9 \x1b[31m\n"


def test_a_latin_1_message_is_decoded(run: GitRepo) -> None:
    run.git("-c", "i18n.commitEncoding=ISO-8859-1", "commit", "-q", "--allow-empty", "-F", str(run.write("../msg", b"caf\xe9\n")))
    ((one, _),) = commits(run)
    assert one.message == "café\n"


def test_an_encoding_that_a_commit_claims_hides_no_parent(run: GitRepo) -> None:
    parent = run.git("rev-parse", "HEAD")
    tree = run.git("rev-parse", run.commit("work", {"b.py": "b\n"}) + "^{tree}")
    person = "A <a@b> 1 +0000"
    body = f"tree {tree}\nparent {parent}\nauthor {person}\ncommitter {person}\nencoding utf-16\n\nm\n"
    (run.root.parent / "body").write_text(body)
    run.git("reset", "-q", "--soft", run.git("hash-object", "-t", "commit", "-w", "--literally", str(run.root.parent / "body")))
    ((one, paths),) = commits(run)
    assert (one.parents, paths) == ((parent,), ["b.py"])


def test_commit_whose_parent_a_shallow_clone_lacks_is_unreadable_and_the_others_are_not(run: GitRepo, tmp_path: Path) -> None:
    for name in ("one", "two", "three"):
        run.commit(name, {f"{name}.py": "1\n"})
    shallow = new_repo(tmp_path / "shallow")
    shallow.git("fetch", "-q", "--depth=2", f"file://{run.root}", "agent:agent")
    ids = shallow.git("rev-list", "--reverse", "agent").split()
    ledger = Ledger()
    with Repository(shallow.root) as repository:
        second, third = history.history(repository, ids, ledger)
        assert [change.path for change in third.changes] == ["three.py"]
        with pytest.raises(Unreadable, match="a parent of it, or a tree, is missing"):
            len(second.changes)
    assert list(ledger.unread) == [f"commit {ids[0]}"]


def lines(one: Commit) -> list[tuple[list[str], list[str]]]:
    return [([line.text for line in change.removed], [line.text for line in change.added]) for change in one.changes]


def test_patches_are_the_same_in_whichever_order_they_are_asked_for(run: GitRepo) -> None:
    for number in range(12):
        run.commit(str(number), {"a.py": f"a = {number}\n", f"{number % 3}.py": f"{number}\n"})
    found: list[dict[str, list[tuple[list[str], list[str]]]]] = []
    for order in (range(12), range(11, -1, -1), (7, 0, 1, 9, 2, 3, 5, 4, 11, 8, 6, 10), (*range(0, 12, 2), *range(1, 12, 2))):
        with Repository(run.root) as repository:
            ids = list(ends.find(repository, "main", "HEAD", {}).commits)
            each = list(history.history(repository, ids, Ledger()))
            found.append({each[k].id: lines(each[k]) for k in order})
    assert found[0][ids[3]] == [(["0"], ["3"]), (["a = 2"], ["a = 3"])]
    assert all(one == found[0] for one in found)


def test_a_commit_is_whole_where_each_of_its_blobs_can_be_read(run: GitRepo) -> None:
    run.commit("one", {"b.py": "b\n", "README.md": "gone\n"})
    oid = run.git("rev-parse", "HEAD:README.md")
    run.commit("two", {"b.py": "c\n", "empty.py": ""})
    run.commit("three", {"README.md": None})
    file = run.root / ".git/objects" / oid[:2] / oid[2:]
    file.unlink()
    with Repository(run.root) as repository:
        ledger = Ledger()
        ids = list(ends.find(repository, "main", "HEAD", {}).commits)
        assert [one.whole for one in history.history(repository, ids, ledger)] == [False, True, False]
        assert ledger.unread == {}
