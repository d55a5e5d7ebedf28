"""The final report is found in the tree, on the disk, in the request's text or in the transcript, and nothing in it is trusted."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import pytest

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.evidence import Report, Step, Transcript
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.sources import ends, report
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", {"a.py": "a = 1\n", "docs/OLD.md": "old\n"})
    repo.branch("agent")
    return repo


def read(
    repo: GitRepo, glob: str = "", *, given: bool = False, environ: Mapping[str, str] | None = None, said: Transcript | None = None
) -> tuple[Report | None, str]:
    globs = {"report": (glob,)} if glob else {}
    wanted = Wanted(globs=globs, given=frozenset({"report"} if given else ()), environ=environ or {})
    with Repository(repo.root) as repository:
        return report.read(repository, ends.find(repository, "main", "HEAD", {}), wanted, lambda: said)


def found(*args: object, **kwargs: object) -> Report:
    one, why = read(*args, **kwargs)  # type: ignore[arg-type]
    assert one is not None, why
    assert why == ""
    return one


def words(*steps: tuple[str, str]) -> Transcript:
    """A transcript of messages (speaker, text) and, where the speaker is ``$``, commands."""
    made = []
    for number, (who, text) in enumerate(steps, 1):
        at = Place("S.jsonl", number)
        if who == "$":
            made.append(Step("command", number, at, text))
        else:
            made.append(
                Step("message", number, at, text, speaker="person" if who == "person" else "agent", agent="7" * (who == "sub"))
            )
    return Transcript(tuple(made), ("S.jsonl",))


def test_a_file_of_the_run(run: GitRepo) -> None:
    run.commit("report", {"out/REPORT.md": "All done.\n"})
    assert found(run, "out/*.md") == Report("out/REPORT.md", "All done.\n", "file", 1, new=True)


def test_a_file_that_was_there_before_is_not_new(run: GitRepo) -> None:
    run.commit("change", {"a.py": "a = 2\n"})
    assert found(run, "docs/*.md") == Report("docs/OLD.md", "old\n", "file", 1, new=False)


def test_what_the_run_wrote_goes_before_what_was_there(run: GitRepo) -> None:
    run.commit("report", {"docs/NEW.md": "new\n"})
    assert found(run, "docs/*.md").path == "docs/NEW.md"


def test_of_two_that_could_be_meant_none_is_taken(run: GitRepo) -> None:
    run.commit("reports", {"docs/A.md": "a\n", "docs/B.md": "b\n"})
    one, why = read(run, "docs/*.md", environ={"CI_MERGE_REQUEST_DESCRIPTION": "text"})
    assert one is None
    assert why == "2 reports could be meant (docs/A.md, docs/B.md); pass --evidence report=PATH"


def test_json_is_known_for_what_it_is(run: GitRepo) -> None:
    run.commit("reports", {"r.json": '{"tests": "passed"}\n', "r.md": "[x] tests passed\n"})
    assert found(run, "r.json").is_json
    assert not found(run, "r.md").is_json


def test_on_the_disk_only_where_a_person_passed_it(run: GitRepo, tmp_path: Path) -> None:
    file = tmp_path / "final.md"
    file.write_text("Done.\n")
    assert found(run, file.as_posix(), given=True) == Report(file.as_posix(), "Done.\n")
    assert read(run, file.as_posix())[0] is None


def test_in_the_tree_a_passed_path_is_that_of_the_run_s_end(run: GitRepo) -> None:
    run.commit("report", {"REPORT.md": "committed\n"})
    run.write("REPORT.md", "since then\n")
    assert found(run, "REPORT.md", given=True).text == "committed\n"


def test_what_is_passed_and_not_there_is_a_wrong_question(run: GitRepo, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no-such"):
        read(run, (tmp_path / "no-such.md").as_posix(), given=True)


def test_links_are_not_followed(run: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("secret\n")
    link = tmp_path / "link.md"
    link.symlink_to(tmp_path / "secret")
    assert found(run, link.as_posix(), given=True).problem == f"{link.as_posix()} is a symbolic link, which is not followed"
    (run.root / "REPORT.md").symlink_to(tmp_path / "secret")
    run.commit("link")
    assert found(run, "REPORT.md").problem == "REPORT.md is a symbolic link, which is not followed"


def test_a_folder_is_no_report(run: GitRepo, tmp_path: Path) -> None:
    assert found(run, tmp_path.as_posix(), given=True).problem.endswith("is a folder")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no pipes with a name here")
def test_a_pipe_is_no_report(run: GitRepo, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert found(run, pipe.as_posix(), given=True).problem.endswith("is no regular file")


def test_a_report_is_bounded_in_bytes_and_in_lines(run: GitRepo, tmp_path: Path) -> None:
    run.commit("large", {"R.md": "x" * (report.REPORT_LIMIT + 1), "L.md": "- x\n" * 60_000})
    assert "is not read" in found(run, "R.md").problem
    assert "are not read" in found(run, "L.md").problem
    outside = tmp_path / "R.md"
    outside.write_text("x" * (report.REPORT_LIMIT + 1))
    one = found(run, outside.as_posix(), given=True)
    assert "is not read" in one.problem
    assert one.text == ""


def test_bytes_that_are_no_text_are_kept(run: GitRepo) -> None:
    run.commit("odd", {"R.md": b"tests \xff\x00 passed\n"})
    assert found(run, "R.md").text == "tests \udcff\0 passed\n"


def event(folder: Path, payload: object) -> dict[str, str]:
    file = folder / "event.json"
    file.write_text(payload if isinstance(payload, str) else json.dumps(payload))
    return {"GITHUB_EVENT_PATH": file.as_posix()}


def test_the_text_of_a_pull_request(run: GitRepo, tmp_path: Path) -> None:
    environ = event(tmp_path, {"pull_request": {"body": "All tests pass.\r\n"}})
    assert found(run, environ=environ) == Report("pull request", "All tests pass.\r\n", "pull request")


def test_the_text_of_a_merge_request(run: GitRepo) -> None:
    assert found(run, environ={"CI_MERGE_REQUEST_DESCRIPTION": "Done."}) == Report("merge request", "Done.", "pull request")


def test_a_file_goes_before_the_request_s_text(run: GitRepo, tmp_path: Path) -> None:
    run.commit("report", {"REPORT.md": "file\n"})
    assert found(run, "REPORT.md", environ=event(tmp_path, {"pull_request": {"body": "text"}})).source == "file"


@pytest.mark.parametrize(
    "payload",
    [
        "",
        "no json",
        "[]",
        "{}",
        '{"pull_request": 1}',
        '{"pull_request": {"body": null}}',
        '{"pull_request": {"body": " "}}',
        "[" * 100_000,
    ],
)
def test_an_event_that_has_no_text_is_none(run: GitRepo, tmp_path: Path, payload: str) -> None:
    one, why = read(run, environ=event(tmp_path, payload))
    assert one is None
    assert why.startswith("the run left no report")


def test_an_event_that_is_not_there_is_none(run: GitRepo, tmp_path: Path) -> None:
    assert read(run, environ={"GITHUB_EVENT_PATH": (tmp_path / "none").as_posix()})[0] is None
    assert read(run, environ={"GITHUB_EVENT_PATH": tmp_path.as_posix()})[0] is None


def test_a_request_s_text_is_bounded(run: GitRepo) -> None:
    assert "are not read" in found(run, environ={"CI_MERGE_REQUEST_DESCRIPTION": "x" * (report.REPORT_LIMIT + 1)}).problem


def test_the_last_message_is_joined_where_it_is_split(run: GitRepo) -> None:
    said = words(("person", "Do it."), ("agent", "First."), ("$", "pnpm test"), ("agent", "Done."), ("agent", "All tests pass."))
    assert found(run, said=said) == Report("S.jsonl", "Done.\n\nAll tests pass.", "transcript", 4)


def test_the_last_message_is_that_of_the_main_agent(run: GitRepo) -> None:
    said = words(("agent", "Done."), ("sub", "All tests pass."), ("person", "Thanks."))
    assert found(run, said=said).text == "Done."


def test_the_last_message_is_that_of_a_session_which_touched_the_change(run: GitRepo) -> None:
    run.commit("change", {"a.py": "a = 2\n"})

    def said(path: str, other: str) -> Transcript:
        steps = (
            Step("edit", 1, Place("S.jsonl", 1), path=path, session="1"),
            Step("message", 2, Place("S.jsonl", 2), "Mine.", session="1"),
            Step("edit", 3, Place("S.jsonl", 3), path=other, session="2"),
            Step("message", 4, Place("S.jsonl", 4), "Another's.", session="2"),
        )
        return Transcript(steps, ("S.jsonl",))

    assert found(run, said=said("a.py", "b.py")).text == "Mine."
    assert found(run, said=said("a.py", "a.py")).text == "Another's."
    assert found(run, said=said("c.py", "b.py")).text == "Another's."


def test_where_a_report_was_looked_for_is_said(run: GitRepo) -> None:
    run.commit("change", {"a.py": "a = 2\n"})
    assert read(run, "out/*.md")[1] == (
        "the run left no report: there is no file at out/*.md, no text of a pull request and no last message of a transcript"
    )
    assert read(run)[1] == "the run left no report: there is no text of a pull request and no last message of a transcript"


def test_a_transcript_without_a_word_is_no_report(run: GitRepo) -> None:
    assert read(run, said=words(("person", "Do it."), ("$", "ls")))[0] is None
    assert read(run, said=Transcript(problem="it could not be read"))[0] is None


def test_the_transcript_is_not_asked_where_a_file_holds_it(run: GitRepo) -> None:
    run.commit("report", {"REPORT.md": "file\n"})

    def asked() -> Transcript | None:
        raise AssertionError

    with Repository(run.root) as repository:
        wanted = Wanted(globs={"report": ("REPORT.md",)})
        assert report.read(repository, ends.find(repository, "main", "HEAD", {}), wanted, asked)[1] == ""
