"""Transcripts where they lie: in the tree of the run's end, or where a person says, of any size."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentcompliance.evidence.transcript import Transcript
from pytest_agentcompliance.parsing.transcripts import happened
from pytest_agentcompliance.sources import ends, transcript, worktree
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo
from tests.parsing.transcripts import samples

SESSION = samples.ALL["claude session"]
GLOBS = {"transcript": ("sessions/*.jsonl",)}
INSIDE = Wanted(globs=GLOBS)


def given(*places: str) -> Wanted:
    return Wanted(globs={"transcript": places}, given=frozenset(("transcript",)))


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", {"docs/story.md": "The story\n", "sessions/old.jsonl": SESSION})
    repo.branch("agent")
    return repo


def found(repo: GitRepo, wanted: Wanted = INSIDE, head: str | None = "HEAD") -> tuple[Transcript | None, str]:
    with Repository(repo.root) as repository:
        return transcript.read(repository, ends.find(repository, "main", head, {}), wanted)


def read(repo: GitRepo, wanted: Wanted = INSIDE, head: str | None = "HEAD") -> Transcript:
    one, why = found(repo, wanted, head)
    assert one is not None, why
    return one


@pytest.mark.parametrize("head", ["HEAD", None], ids=["commit", "work tree"])
def test_a_transcript_that_the_run_wrote_is_read(run: GitRepo, head: str | None) -> None:
    run.write("sessions/new.jsonl", SESSION)
    if head:
        run.commit("session")
    one = read(run, head=head)
    assert (one.paths, one.outside, one.complete) == (("sessions/new.jsonl",), False, True)
    assert len(one.steps) == 11
    assert [step.path for step in one.of("read")] == ["docs/story.md", "docs/plan.md"]


def test_one_that_base_has_is_of_another_run(run: GitRepo) -> None:
    run.commit("work", {"a.py": "a\n"})
    one, why = found(run)
    assert one is None
    assert why == "the run left no transcript at sessions/*.jsonl; base has 1 there already, which are of other runs"


def test_without_a_place_there_is_none(run: GitRepo) -> None:
    assert found(run, Wanted()) == (None, "the run left no transcript")


def test_one_that_a_person_passes_lies_outside(run: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "elsewhere"
    (folder / "deep").mkdir(parents=True)
    (folder / "deep" / "main.jsonl").write_bytes(SESSION)
    (folder / "readme.md").write_text("no transcript")
    (folder / "trajectory.traj").write_bytes(samples.ALL["swe-agent"])
    one = read(run, given(str(folder / "deep" / "main.jsonl")))
    assert (one.outside, len(one.steps), one.problem) == (True, 11, "")
    assert set(read(run, given(str(folder))).formats) == {"claude session", "swe-agent"}
    assert len(read(run, given(str(folder / "**" / "*.jsonl"))).paths) == 1
    monkeypatch.chdir(folder)
    assert len(read(run, given("deep/main.jsonl")).steps) == 11


def test_one_in_the_work_tree_is_not_outside_wherever_it_is_named(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(run.root)
    assert not read(run, given("sessions/old.jsonl")).outside


def test_a_place_with_nothing_there_is_said(run: GitRepo, tmp_path: Path) -> None:
    assert found(run, given(str(tmp_path / "none.jsonl"))) == (None, f"there is no transcript at {tmp_path}/none.jsonl")
    assert found(run, given("a\0b"))[0] is None


def test_a_link_in_the_tree_is_not_followed(run: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    outside = tmp_path / "secret.jsonl"
    outside.write_bytes(SESSION)
    (run.root / "sessions" / "link.jsonl").symlink_to(outside)
    assert found(run, head=None)[0] is None
    monkeypatch.chdir(run.root)
    one = read(run, given("sessions/link.jsonl"))
    assert not one.steps
    assert one.problem == f"{Path('sessions/link.jsonl')}: it is a symbolic link, which is not followed"


def test_a_folder_in_a_transcripts_place_is_a_problem(run: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "x.jsonl").mkdir()
    assert found(run, given(str(tmp_path / "x.jsonl")))[0] is None


def test_a_file_too_large_for_the_shadow_is_streamed_off_the_disk(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worktree, "FILE_LIMIT", 1000)
    run.write("sessions/new.jsonl", SESSION)
    one = read(run, head=None)
    assert len(one.steps) == 11
    assert not one.problem


def test_a_forged_blob_is_a_problem(run: GitRepo) -> None:
    run.commit("session", {"sessions/new.jsonl": SESSION})
    real = run.git("rev-parse", "HEAD:sessions/new.jsonl")
    other = run.git("hash-object", "-w", str(run.write("other.txt", SESSION.replace(b"pytest", b"unused"))))
    objects = run.root / ".git" / "objects"
    target = objects / real[:2] / real[2:]
    target.chmod(0o644)
    target.write_bytes((objects / other[:2] / other[2:]).read_bytes())
    one = read(run)
    assert not one.complete
    assert "forged" in (one.problem or "".join(one.notes))


OLD = "the transcript ends before the commit was made that the run starts from: it may be of another run"


@pytest.mark.parametrize(("year", "notes"), [("2020", (OLD,)), ("2100", ("the transcript has times in the future",)), ("none", ())])
def test_what_the_clock_says_is_said(run: GitRepo, year: str, notes: tuple[str, ...]) -> None:
    run.commit("session", {"sessions/new.jsonl": SESSION.replace(b"2026-01-15", f"{year}-01-15".encode())})
    assert read(run).notes == notes


def test_what_was_read_once_is_kept(run: GitRepo) -> None:
    run.commit("session", {"sessions/new.jsonl": SESSION})
    with Repository(run.root) as repository:
        both = ends.find(repository, "main", "HEAD", {})
        assert transcript.read(repository, both, INSIDE)[0] is transcript.read(repository, both, INSIDE)[0]
        assert transcript.read(repository, both, Wanted())[0] is None


def test_what_is_too_much_is_left_out_and_said(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(happened, "STEPS", 6)
    run.commit("session", {"sessions/new.jsonl": SESSION})
    one = read(run)
    assert len(one.steps) == 7
    assert one.last_word is not None
    assert one.last_word.text == "The cart is built."
    assert not one.complete
    assert one.notes[0] == "the transcript may lack steps: 5 steps over 6 were left out"


def test_of_too_many_texts_the_latest_are_kept(run: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(happened, "TOTAL", 60)
    monkeypatch.setattr(happened, "EDIT", 10)
    run.commit("session", {"sessions/new.jsonl": SESSION})
    one = read(run)
    assert [step.after for step in one.of("edit")] == [None, "2"]
    assert [step.text for step in one.of("message")] == ["", "", "The cart is built."]
    assert [step.text for step in one.of("command")] == ["pytest -q", "make lint", "rm -rf /"]
    assert one.notes[0].startswith(
        "the transcript was too long to be kept whole; shortened or left out: edits, texts of early steps ("
    )


CHILD = """
import json, resource, sys
from pytest_agentcompliance.parsing import work
from pytest_agentcompliance.sources.transcript import File, read_files
from tests.parsing.transcripts.samples import claude, jsonl, turn

work.read("pytest", "1 passed in 0.1s")
peak = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
fed = 0

def parts():
    global fed
    picture = [{"type": "image", "source": {"type": "base64", "data": "QUJD" * 100_000}}]
    def made():
        yield b'{"type": "assistant", "uuid": "x", "message": {"content": "'
        for _ in range(60):
            yield b"QUJD" * (1 << 18)
        yield b'"}}\\n'
        for number in range(0, 6000, 2):
            yield jsonl(*turn(number, "Bash", f"line {number}\\n" * 1500, command=f"echo {number}"))
            if number % 40 == 0:
                yield jsonl(claude("user", picture, number))
        yield jsonl(claude("assistant", [{"type": "text", "text": "The end."}], 9999)) + b'{"type": "assis'
    for part in made():
        fed += len(part)
        yield part

before = peak()
found = read_files([File("big.jsonl", parts)])
print(json.dumps([fed >> 20, peak() - before, len(found.steps), found.last_word.text, dict(found.unread), found.complete]))
"""


@pytest.mark.walk
@pytest.mark.skipif(sys.platform == "win32", reason="no peak of memory is told there")
def test_a_large_transcript_is_read_in_little_memory() -> None:
    root = Path(__file__).parent.parent.parent
    done = subprocess.run([sys.executable, "-c", CHILD], capture_output=True, check=True, text=True, cwd=root)
    fed, grown, steps, last, unread, complete = json.loads(done.stdout)
    assert fed > 160
    assert grown < 120
    assert (steps, last, complete) == (3001, "The end.", False)
    assert unread == {"a line of more than 32 MiB": 1, "a line that is broken off": 1}
