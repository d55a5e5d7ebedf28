"""Where the files of an example go: its documents and logs to the places where the bound profile looks for them."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from pytest_agentcompliance import workshop
from pytest_agentcompliance.parsing.glob_paths import path_in
from pytest_agentcompliance.rule import Example

STORY = "CANARY-1"
HOME = f"canary/{STORY}"  # of documents for which the profile names no place
KINDS: Mapping[str, str] = {path: str(kind) for kind, paths in workshop.DOCUMENTS.items() for path in paths} | {
    workshop.LOG_PATH: "log", workshop.OTHER_LOG: "logs", workshop.REPORT_PATH: "report", workshop.TRANSCRIPT_PATH: "transcript",
    workshop.TASK_PATH: "task",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Places:
    """``moved`` has the new path of each document and log of an example. ``evidence``: places that no profile names."""

    moved: Mapping[str, str]
    evidence: Mapping[str, str] = field(default_factory=dict)

    def __getitem__(self, path: str) -> str:
        return self.moved.get(path, path)


def places(example: Example, globs: Mapping[str, tuple[str, ...]], own: Mapping[str, tuple[str, ...]]) -> Places:
    """Where an example is planted for a profile whose evidence is looked for at ``globs``.

    ``own`` are those of the profile itself, which its rules speak of: a policy may have it looked for elsewhere.
    """
    moved, evidence = {}, {}
    for path in sorted(_written(example) & KINDS.keys()):
        kind = KINDS[path]
        if kind not in globs:
            moved[path] = evidence[kind] = f"{HOME}/{path}"
        elif (found := _place(path, globs[kind], own.get(kind, ()))) is not None:
            moved[path] = found
    if example.coverage:  # its form lies in its name, so that it keeps that
        moved |= {path: f"{HOME}/coverage/{path}" for path in example.coverage}
        evidence["coverage"] = f"{HOME}/coverage/**"
    return Places(moved, evidence)


def _place(path: str, globs: tuple[str, ...], own: tuple[str, ...]) -> str | None:
    """A path that the globs name, first of those that end as the example's file does: SCOPE.yaml is no SCOPE.md."""
    ending = PurePosixPath(path).suffix
    for some in (own, globs):
        for glob in sorted(some, key=lambda glob: not glob.endswith(ending)):
            if (found := path_in([glob], ending, also=globs)) is not None:
                return found
    return None


def _written(example: Example) -> set[str]:
    logs = {workshop.LOG_PATH} if example.log is not None or example.log_before is not None else set()
    logs |= {workshop.REPORT_PATH} if example.report is not None else set()
    logs |= {workshop.TASK_PATH} if example.task is not None else set()
    logs |= {workshop.TRANSCRIPT_PATH} if example.transcript else set()
    stepped = {path for step in example.commits for path in step}
    return {*example.before, *example.after, *example.links, *example.unread} | stepped | logs
