"""The delegated task is found at base, on the disk or in the transcript; what the run wrote itself is said to be its own."""

import os
from pathlib import Path

import pytest

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.evidence import Step, Task, Transcript
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.sources import ends, paper, task
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo

TEXT = "id: T-1\nstrategy: tdd\n"


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", {"a.py": "a = 1\n", "docs/T-1.yaml": TEXT})
    repo.branch("agent")
    return repo


def read(repo: GitRepo, glob: str = "", *, given: bool = False, said: Transcript | None = None) -> tuple[Task | None, str]:
    wanted = Wanted(globs={"task": (glob,)} if glob else {}, given=frozenset({"task"} if given else ()))
    with Repository(repo.root) as repository:
        return task.read(repository, ends.find(repository, "main", "HEAD", {}), wanted, lambda: said)


def told(*steps: Step) -> Transcript:
    return Transcript(steps, ("S.jsonl",))


def person(text: str, line: int = 1, agent: str = "") -> Step:
    return Step("message", line, Place("S.jsonl", line), text, speaker="person", agent=agent)


def call(prompt: str, line: int = 1, whom: str = "backend-implementer", tool: str = "Task") -> Step:
    return Step("call", line, Place("S.jsonl", line), tool, arguments={"prompt": prompt, "subagent_type": whom})


def test_the_task_as_base_has_it_counts(run: GitRepo) -> None:
    run.commit("edit", {"docs/T-1.yaml": "id: T-2\nstrategy: flexible\n"})
    assert read(run, "docs/*.yaml") == (Task("docs/T-1.yaml", TEXT), "")


def test_a_task_that_only_the_run_has_is_its_own(run: GitRepo) -> None:
    run.commit("task", {"tasks/T-3.md": "# Task T-3: build\n"})
    assert read(run, "tasks/*.md") == (Task("tasks/T-3.md", "# Task T-3: build\n", given=False), "")


@pytest.mark.parametrize(
    ("branch", "path", "given"),
    [
        ("agent/lend-2-again", "tasks/LEND-2.md", True),
        ("agent/LEND-3", "tasks/LEND-3.md", False),
        ("agent/other", None, True),
        ("agent/LEND-4", None, True),
    ],
)
def test_of_several_tasks_it_is_the_one_that_the_branch_is_called_after(
    repo: GitRepo, branch: str, path: str | None, given: bool
) -> None:
    repo.commit("start", {"tasks/LEND-1.md": "# LEND-1\n", "tasks/LEND-2.md": "# LEND-2\n"})
    repo.branch("agent")
    repo.commit("work", {"a.py": "1\n", "tasks/LEND-3.md": "# LEND-3\n"})
    wanted = Wanted(globs={"task": ("tasks/*.md",)}, branch=branch)
    with Repository(repo.root) as repository:
        found, why = task.read(repository, ends.find(repository, "main", "HEAD", {}), wanted, lambda: None)
    assert (found and (found.path, found.given)) == (path and (path, given))
    assert ("2 tasks could be meant" in why) == (path is None)


def test_a_task_at_base_that_names_no_id_is_not_outdone_by_one_of_the_run(repo: GitRepo) -> None:
    repo.commit("start", {"TASK.md": "# LEND-1\n"})
    repo.branch("agent")
    repo.commit("work", {"tasks/LEND-3.md": "# LEND-3\n"})
    wanted = Wanted(globs={"task": ("TASK.md", "tasks/*.md")}, branch="agent/LEND-3")
    with Repository(repo.root) as repository:
        found, _ = task.read(repository, ends.find(repository, "main", "HEAD", {}), wanted, lambda: None)
    assert found == Task("TASK.md", "# LEND-1\n")


def test_several_tasks_are_none(run: GitRepo) -> None:
    run.git("checkout", "-q", "main")
    run.commit("more", {"docs/T-2.yaml": TEXT})
    run.git("checkout", "-q", "-b", "other")
    run.commit("work", {"a.py": "a = 2\n"})
    assert read(run, "docs/*.yaml") == (None, "2 tasks could be meant (docs/T-1.yaml, docs/T-2.yaml); pass --evidence task=PATH")


def test_a_file_outside_of_the_tree(run: GitRepo, tmp_path: Path) -> None:
    run.commit("work", {"a.py": "a = 2\n"})
    file = tmp_path / "task.yaml"
    file.write_text(TEXT)
    assert read(run, str(file), given=True) == (Task(file.as_posix(), TEXT), "")


def test_a_path_that_was_passed_and_lies_in_the_tree(run: GitRepo) -> None:
    run.commit("work", {"a.py": "a = 2\n"})
    assert read(run, "docs/T-1.yaml", given=True) == (Task("docs/T-1.yaml", TEXT), "")


def test_links_and_large_files_are_not_read(run: GitRepo, tmp_path: Path) -> None:
    run.commit("work", {"a.py": "a = 2\n"})
    link, large = tmp_path / "link", tmp_path / "large"
    os.symlink("/etc/passwd", link)
    large.write_bytes(b"x" * (paper.LIMIT + 1))
    for file, why in ((link, "is a symbolic link"), (large, "bytes"), (tmp_path, "is a folder")):
        found, _ = read(run, str(file), given=True)
        assert found is not None
        assert (found.text, why in found.problem) == ("", True)
    with pytest.raises(UsageError, match="--evidence task="):
        read(run, str(tmp_path / "none"), given=True)


def test_a_link_in_the_tree_is_not_followed(run: GitRepo) -> None:
    os.symlink("/etc/passwd", run.root / "T.md")
    run.commit("link", {"a.py": "a = 2\n"})
    found, _ = read(run, "T.md")
    assert found is not None
    assert (found.text, found.problem) == ("", "T.md is a symbolic link, which is not followed")


def test_the_first_message_of_a_person(run: GitRepo) -> None:
    run.commit("work", {"a.py": "a = 2\n"})
    said = told(person(TEXT, 3), person("id: T-9\nstrategy: tdd\n", 9))
    assert read(run, "tasks/*.md", said=said) == (Task("S.jsonl", TEXT, "transcript", 3), "")


def test_a_question_is_no_task(run: GitRepo) -> None:
    run.commit("work", {"a.py": "a = 2\n"})
    found, why = read(run, said=told(person("why is the cart slow?")))
    assert (found, why.startswith("no task was given")) == (None, True)
    assert read(run)[0] is None


def test_what_an_agent_told_another(run: GitRepo) -> None:
    run.commit("work", {"a.py": "a = 2\n"})
    steps = (person("build it"), call("look around", 2, "Explore"), call(TEXT, 4), call("Task T-1: check it\n", 5, "verify-app"))
    assert read(run, said=told(*steps)) == (Task("S.jsonl", TEXT, "transcript", 4), "")


def test_several_delegations_are_none(run: GitRepo) -> None:
    run.commit("work", {"a.py": "a = 2\n"})
    found, why = read(run, said=told(call(TEXT, 1), call("id: T-2\nstrategy: tdd\n", 2)))
    assert (found, why) == (None, "2 tasks were delegated in the transcript; pass the one to be judged as --evidence task=PATH")


def test_a_transcript_of_a_sub_agent_alone(run: GitRepo) -> None:
    run.commit("work", {"a.py": "a = 2\n"})
    found, _ = read(run, said=told(person(TEXT, 1, agent="7")))
    assert found is not None
    assert found.text == TEXT
