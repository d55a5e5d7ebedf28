"""The log as evidence: found where it belongs, or the reason why not; whatever lies in its place."""

from dataclasses import replace
from pathlib import Path

import pytest

from pytest_agentcompliance import engine
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.evidence import Run
from pytest_agentcompliance.sources import ends
from pytest_agentcompliance.sources.gather import gather
from pytest_agentcompliance.sources.log_file import LOG_LIMIT
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo

STORY = "plans/wish/in-progress/WISH-1/_implementation/BACKEND-LOG.md"
GLOBS = Wanted(globs={"log": ("**/*/*/_implementation/BACKEND-LOG.md",)})
LOG = "## Chunk 1 — add the route\n- Objective: AC-1\n"


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", {"a.py": "a = 1\n"})
    repo.branch("agent")
    return repo


def gathered(repo: GitRepo, wanted: Wanted = GLOBS, head: str | None = "HEAD") -> Run:
    with Repository(repo.root) as repository:
        return gather(repository, ends.find(repository, "main", head, {}), {"changes", "log"}, wanted)


@pytest.mark.parametrize("head", ["HEAD", None], ids=["commit", "work tree"])
def test_the_log_of_the_change_is_read(run: GitRepo, head: str | None) -> None:
    run.write(STORY, LOG)
    if head:
        run.commit("log")
    log = gathered(run, head=head).log
    assert log is not None
    assert (log.path, [chunk.number for chunk in log.chunks]) == (STORY, ["1"])


def test_chunks_that_base_had_are_not_new(run: GitRepo) -> None:
    run.commit("first", {STORY: LOG})
    run.git("branch", "-q", "-f", "main")
    run.commit("second", {STORY: LOG + "\n## Chunk 2 — test it\n- Objective: AC-2\n"})
    log = gathered(run).log
    assert log is not None
    assert [(chunk.number, chunk.new) for chunk in log.chunks] == [("1", False), ("2", True)]


def test_no_log_has_its_reason(run: GitRepo) -> None:
    run.commit("work", {"b.py": "b\n"})
    assert gathered(run).problem("log") == "the run left no log at **/*/*/_implementation/BACKEND-LOG.md"
    unknown = Wanted(globs=GLOBS.globs, unknown="no story was found")
    assert gathered(run, unknown).problem("log").endswith("; no story was found")


def test_two_logs_are_named_and_neither_is_chosen(run: GitRepo) -> None:
    run.commit("work", {STORY: LOG, STORY.replace("WISH-1", "WISH-2"): LOG})
    found = gathered(run)
    assert found.problem("log").startswith("2 logs could be meant (plans/wish/in-progress/WISH-1/")
    assert set(found.ledger.unread) == {STORY, STORY.replace("WISH-1", "WISH-2")}


def test_who_writes_a_second_log_gains_nothing(run: GitRepo) -> None:
    run.commit("work", {STORY: LOG, STORY.replace("WISH-1", "WISH-2"): LOG})
    options = engine.Options(run.root, "main", "HEAD", ("dev-implement-backend-coder-v3",), environ={})
    made = engine.audit(options)
    assert any("pass --story" in why for _, why in made.unaudited)
    assert any(one.undecided for one in made.verdicts)
    assert engine.audit(replace(options, story="WISH-1")).unaudited == ()


def test_logs_that_only_moved_or_were_formatted_are_none_that_the_run_wrote(run: GitRepo) -> None:
    second, third = (STORY.replace("WISH-1", name) for name in ("WISH-2", "WISH-3"))
    moved = second.replace("in-progress", "done")
    run.commit("before", {second: LOG, third: LOG})
    run.git("branch", "-q", "-f", "main")
    run.commit("work", {second: None, moved: LOG, third: LOG.replace("- ", "*   ")})
    assert gathered(run).problem("log").startswith("2 logs could be meant")
    assert not gathered(run).ledger.unread
    run.commit("log", {STORY: LOG})
    log = gathered(run).log
    assert log is not None
    assert log.path == STORY


def test_copies_of_one_log_are_read_once(run: GitRepo) -> None:
    known = Wanted(globs={"log": ("**/*/WISH-1/_implementation/BACKEND-LOG.md",)}, story="WISH-1")
    copy = STORY.replace("in-progress", "done")
    run.commit("work", {STORY: LOG, copy: LOG})
    found = gathered(run, known)
    assert found.log is not None
    assert found.log.path == copy
    assert found.notes == (f"2 copies of one log lie in several folders; {copy} was read",)
    run.commit("decoy", {copy: "# Log\n"})
    assert gathered(run, known).log is None


def test_a_log_that_the_run_did_not_touch_is_read_as_nothing_new(run: GitRepo) -> None:
    run.commit("first", {STORY: LOG})
    run.git("branch", "-q", "-f", "main")
    run.commit("second", {"b.py": "b\n"})
    log = gathered(run).log
    assert log is not None
    assert [chunk.new for chunk in log.chunks] == [False]


def test_a_link_a_folder_or_a_huge_file_in_the_logs_place(run: GitRepo) -> None:
    place = run.root / STORY
    place.parent.mkdir(parents=True)
    place.symlink_to("/etc/passwd")
    assert gathered(run, head=None).problem("log") == f"{STORY} is a symbolic link, which is not followed"
    place.unlink()
    run.write(STORY + "/part.md", LOG)
    assert gathered(run, head=None).problem("log") == f"{STORY} is a folder"
    (place / "part.md").unlink()
    place.rmdir()
    run.write(STORY, b"x" * (LOG_LIMIT + 1))
    assert gathered(run, head=None).problem("log") == f"{STORY} has 1,048,577 bytes; a log of more than 1,048,576 is not read"
    run.write(STORY, "* * * a\n" * 30_000)
    said = f"{STORY}: it has 120,000 lines and marks of lists and quotes; more than 60,000 are not read"
    assert gathered(run, head=None).problem("log") == said


@pytest.mark.parametrize(
    "data",
    [b"", b"\n\n", b"\xff\xfe", b"\xef\xbb\xbf", b"\0" * 99, b"\xe9t\xe9\n## Chunk 1 - caf\xe9\n", LOG.encode("utf-16")],
)
def test_strange_bytes_are_read(run: GitRepo, data: bytes) -> None:
    run.write(STORY, data)
    found = gathered(run, head=None)
    assert found.log is not None
    assert found.problem("log") == ""
    assert bool(found.notes) == (b"\xe9" in data)


def test_crlf_changes_nothing(run: GitRepo) -> None:
    run.write(STORY, LOG.replace("\n", "\r\n"))
    log = gathered(run, head=None).log
    assert log is not None
    assert [(chunk.name, chunk.at.line) for chunk in log.chunks] == [("add the route", 1)]


def test_a_log_that_was_named(run: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run.commit("log", {"notes/LOG.md": LOG})
    run.write("notes/LOG.md", LOG + "## Chunk 2 — not committed\n")
    inside = gathered(run, Wanted(log_file=run.root / "notes" / "LOG.md")).log
    assert inside is not None
    assert (inside.path, len(inside.chunks)) == ("notes/LOG.md", 1)
    monkeypatch.chdir(run.root / "notes")
    relative = gathered(run, Wanted(log_file=Path("LOG.md")), head=None).log
    assert relative is not None
    assert (relative.path, len(relative.chunks)) == ("notes/LOG.md", 2)
    (tmp_path / "elsewhere.md").write_text(LOG)
    outside = gathered(run, Wanted(log_file=tmp_path / "elsewhere.md")).log
    assert outside is not None
    assert len(outside.chunks) == 1
    with pytest.raises(UsageError, match=r"nowhere.md: No such file or directory"):
        gathered(run, Wanted(log_file=tmp_path / "nowhere.md"))
    assert gathered(run, Wanted(log_file=tmp_path)).problem("log").endswith("is a folder")
    (tmp_path / "link.md").symlink_to(tmp_path / "elsewhere.md")
    assert "is a symbolic link" in gathered(run, Wanted(log_file=tmp_path / "link.md")).problem("log")


def test_a_log_whose_blob_is_missing_is_unread(run: GitRepo) -> None:
    run.commit("log", {STORY: LOG})
    oid = run.git("rev-parse", f"HEAD:{STORY}")
    (run.root / ".git" / "objects" / oid[:2] / oid[2:]).unlink()
    found = gathered(run)
    assert "is missing from the repository" in found.problem("log")
    assert set(found.ledger.unread) == {STORY}


def test_log_in_another_storys_folder_is_read_where_it_names_its_story(repo: GitRepo) -> None:
    repo.commit("start", {"api/a.ts": "1\n"})
    repo.branch("agent")
    repo.commit("work", {"api/b.ts": "1\n", "plans/x/WISH-9/_implementation/BACKEND-LOG.md": "# Log of WISH-1\n\n## Chunk 1 — b\n"})
    options = engine.Options(repo.root, "main", "HEAD", ("dev-implement-backend-coder-v3",), environ={})
    stray = engine.evidence(replace(options, story="WISH-1"), {"log"})
    assert stray.log is not None
    assert stray.log.path == "plans/x/WISH-9/_implementation/BACKEND-LOG.md"
    assert stray.log.stray
    assert any("not where it belongs" in note for note in stray.notes)
    assert engine.evidence(replace(options, story="WISH-11"), {"log"}).log is None
    assert engine.evidence(replace(options, story="ISH-1"), {"log"}).log is None


def test_defect_of_the_reader_takes_no_audit_down_and_is_no_pass(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: object, **__: object) -> None:
        raise RecursionError("too deep")

    run.commit("work", {STORY: LOG})
    monkeypatch.setattr("pytest_agentcompliance.sources.log.parse", fails)
    made = engine.audit(engine.Options(run.root, "main", "HEAD", ("dev-implement-backend-coder-v3",), "WISH-1", environ={}))
    said = {one.rule: (one.outcome, one.why or one.findings[0].message) for one in made.verdicts if one.rule.startswith("log/")}
    assert said["log/present"][0] == "broken"
    assert said["log/chunk-heading"][0] == "not-judged"
    assert all("the reader failed (RecursionError: too deep)" in why for _, why in said.values())
