"""An example as real commits: its tree at base on top of the ground, then the run that it tells of, step by step."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from pytest_agentcompliance import workshop
from pytest_agentcompliance.canary.clone import Clone
from pytest_agentcompliance.canary.ground import is_law
from pytest_agentcompliance.canary.places import Places
from pytest_agentcompliance.evidence.changes import FOLDER, SYMLINK
from pytest_agentcompliance.parsing.proofs.record import FOLDER as PROOFS
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.sources.trees import GONE, Entry

FILE = "100644"
State = dict[str, Entry]  # by path; a path that is not there is GONE


@dataclass(frozen=True, slots=True)
class Plant:
    """The ends of a run that was made up, as commit ids."""

    base: str
    head: str


def plant(clone: Clone, tree: str, example: Example, places: Places, named: frozenset[str] = frozenset()) -> Plant:
    """Replay an example on a tree. Each of its paths is at base as the example has it, whatever the tree has there.

    The law alone, with the files that the policy has ``named``, stays as it is at base: an example that changes it does so
    on top of it.
    """
    before, *steps = [_moved(state, places) for state in _states(clone, example, places)]
    paths = sorted({path for state in (before, *steps) for path in state})
    start = dict(_in_the_way(clone, tree, paths))
    if example.proofs:
        start |= dict.fromkeys(_below(clone, tree, PROOFS), GONE)  # a chain that was there before would have to go on
    start |= {path: before.get(path, GONE) for path in paths if not is_law(path) and path not in named}
    base_tree = clone.planted(tree, start)
    commit = base = clone.committed(base_tree)
    now, was = base_tree, before
    for number, state in enumerate(steps, 1):
        now = clone.planted(now, {path: state.get(path, GONE) for path in paths if state.get(path) != was.get(path)})
        if example.proofs and number == len(steps):
            now = clone.planted(now, _proofs(clone, example, (base, base_tree, now)))
        message = example.messages[number - 1] if number <= len(example.messages) else ""
        commit, was = clone.committed(now, commit, number=number, message=message), state
    return Plant(base, commit)


def _in_the_way(clone: Clone, tree: str, paths: list[str]) -> Iterator[tuple[str, Entry]]:
    """Files of the tree where the example has folders, and all in folders of it where the example has files: gone from base."""
    for path in paths:
        for above in PurePosixPath(path).parents[:-1]:
            yield str(above), GONE  # of a folder nothing is taken
        entry = clone.entry(tree, path)
        if entry is not None and entry[0] == FOLDER:
            yield from ((below, GONE) for below in _below(clone, tree, path))


def _below(clone: Clone, tree: str, folder: str) -> Iterator[str]:
    start = f"{folder}/".encode("utf-8", "surrogateescape")
    return (one.decode("utf-8", "surrogateescape") for one in clone.listing(tree) if one.startswith(start))


def _proofs(clone: Clone, example: Example, ends: tuple[str, str, str]) -> State:
    from pytest_agentcompliance.canary import left  # start-up time: of few examples

    return {path: (FILE, clone.put(data)) for path, data in left.proofs(clone, example, *ends).items()}


def _moved(state: Mapping[str, Entry], places: Places) -> State:
    return {places[path]: entry for path, entry in state.items()}


def _states(clone: Clone, example: Example, places: Places) -> list[State]:
    """The paths of an example at base, and after each of its commits."""

    def files(texts: Mapping[str, str | None]) -> State:
        return {path: (FILE, _kept(clone, path, text, example)) for path, text in texts.items() if text is not None}

    before = files(example.before)
    states = [dict(before)]
    for step in example.commits:
        states.append({path: one for path, one in (states[-1] | files(step)).items() if step.get(path, "") is not None})
    if not example.commits:
        states.append(files(example.after))
    last = states[-1]
    last |= {path: (SYMLINK, clone.put(target.encode("utf-8", "surrogateescape"))) for path, target in example.links.items()}
    last |= files({path: "" for path in example.unread if path not in last})
    if example.log_before is not None or example.task is not None:
        given = files({workshop.LOG_PATH: example.log_before, workshop.TASK_PATH: example.task})
        states = [given | state for state in states]
        last = states[-1]
    if example.log is not None:
        last |= files({workshop.LOG_PATH: example.log})
    if example.report is not None:
        last |= files({workshop.REPORT_PATH: example.report})
    last |= files(example.coverage)
    if example.transcript:
        from pytest_agentcompliance.canary import left

        last |= files({workshop.TRANSCRIPT_PATH: left.transcript(example, places.__getitem__)})
    return states


def _kept(clone: Clone, path: str, text: str, example: Example) -> str:
    """The id of a file's content; of one that the example calls unreadable, an id that no object has."""
    data = text.encode("utf-8", "surrogateescape")
    if path in example.unread:
        return clone.object_id(b"missing on purpose: " + path.encode("utf-8", "surrogateescape") + data)
    return clone.put(data)
