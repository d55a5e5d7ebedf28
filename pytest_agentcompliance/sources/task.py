"""The task that was delegated to the agent: a file, or what the transcript says that it was told."""

import re
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import Step, Task, Transcript
from pytest_agentcompliance.parsing import task
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.sources import paper
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.story import IN_BRANCH
from pytest_agentcompliance.sources.wanted import Wanted

MOST = 50  # messages and calls that are looked at
_DELEGATES = re.compile(r"(?i)^(?:\w+__)?(?:task|agent|delegate|spawn_agent|dispatch_agent|run_subagent)$")
_BUILDS = re.compile(r"(?i)implement|backend|coder|develop|engineer|build")


def read(
    repository: Repository, ends: Ends, wanted: Wanted, transcript: Callable[[], Transcript | None]
) -> tuple[Task | None, str]:
    """The task, or None and why there is none. ``transcript`` is asked only where no file holds it."""
    globs = wanted.globs.get("task", ())
    if globs and "task" in wanted.given and not _within(repository, ends, globs):
        found = paper.of_disk(Path(globs[0]), "task")
        return Task(found.path, found.text, problem=found.problem), ""
    if globs:
        one, why = _from_tree(repository, ends, globs, wanted.branch)
        if one is not None or why:
            return one, why
    told, why = _told(transcript(), frozenset(one.path for one in ends.changes if one.after is not None))
    if told is not None or why:
        return told, why
    where = f"no file at {' or '.join(globs)}, and " if globs else ""
    return None, f"no task was given: there is {where}no message of a transcript with the id or the strategy of a task"


def _within(repository: Repository, ends: Ends, globs: tuple[str, ...]) -> bool:
    return any(matches(one.path, globs) for one in ends.changes) or bool(paper.listed(repository, ends.base_tree, globs))


def _from_tree(repository: Repository, ends: Ends, globs: tuple[str, ...], branch: str) -> tuple[Task | None, str]:
    """The task as base has it; only where base has none what the run wrote itself, which is then said.

    Of several it is the one that the branch is called after, by the id in its name.
    """
    try:
        base, head = (paper.listed(repository, tree, globs) for tree in (ends.base_tree, ends.head_tree))
        for paths, tree, given in (
            (_called_after(base, branch) or [path for path in base if not _ids(path)], ends.base_tree, True),
            (_called_after(head, branch), ends.head_tree, False),
            (base, ends.base_tree, True),
            (head, ends.head_tree, False),
        ):
            found = list(paths)
            if len(found) > 1:
                some = ", ".join(found[:4]) + (" ..." if len(found) > 4 else "")
                return None, f"{len(found)} tasks could be meant ({some}); pass --evidence task=PATH"
            if found:
                one = paper.of_tree(repository, ends, tree, found[0], "task")
                return Task(one.path, one.text, given=given, problem=one.problem), ""
    except Unreadable as wrong:
        ends.ledger.unread[wrong.path] = wrong.reason
        return None, f"the task could not be looked for: {wrong.reason}"
    return None, ""


def _called_after(paths: Sequence[str], branch: str) -> list[str]:
    """The files that have an id in their names which the branch has in its own."""
    return [path for path in paths if _ids(path) & _ids(branch.replace("/", " "))]


def _ids(path: str) -> set[str]:
    return {one.casefold() for one in IN_BRANCH.findall(path.rpartition("/")[2])}


def _told(transcript: Transcript | None, changed: frozenset[str]) -> tuple[Task | None, str]:
    """What a person, or another agent, told the agent to do; nothing where it names neither an id nor a strategy."""
    if transcript is None or transcript.problem:
        return None, ""
    strangers = transcript.strangers(changed)
    steps = [one for one in transcript.steps if one.session not in strangers]
    main = [one for one in steps if not one.agent] or steps  # a sub-agent's own transcript has no other
    people = (one for one in main if one.kind == "message" and one.speaker == "person" and one.text.strip())
    said = next(people, None)
    if said is not None and task.read(said.text).is_task:
        return _of(said, said.text), ""
    found = list(_delegated(steps))
    builders = [(step, text) for step, text in found if _BUILDS.search(_whom(step))] or found
    if len({text for _, text in builders}) > 1:
        return None, f"{len(builders)} tasks were delegated in the transcript; pass the one to be judged as --evidence task=PATH"
    return (_of(*builders[0]), "") if builders else (None, "")


def _delegated(steps: list[Step]) -> Iterator[tuple[Step, str]]:
    """The calls that gave another agent a task, with what they told it."""
    calls = [one for one in steps if one.kind == "call" and one.result != "refused" and _DELEGATES.match(one.text.strip())]
    for step in calls[:MOST]:
        prompt = step.arguments.get("prompt") or step.arguments.get("task") or step.arguments.get("message")
        if isinstance(prompt, str) and task.read(prompt).is_task:
            yield step, prompt


def _whom(step: Step) -> str:
    """The kind of agent that a call asks for."""
    words = ("subagent_type", "agent_type", "agentType", "agent", "agent_name")
    return " ".join(value for word in words if isinstance(value := step.arguments.get(word), str))


def _of(step: Step, text: str) -> Task:
    return Task(step.at.path, text, "transcript", step.at.line or 1)
