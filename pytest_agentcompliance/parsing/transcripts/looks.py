"""Which files a step of a transcript looks at, and which it edits: by a tool, a command of the shell, a call that takes a path."""

import re
from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from functools import lru_cache
from posixpath import normpath
from typing import NamedTuple, Protocol

from pytest_agentcompliance.parsing import claims
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.shell import scripts
from pytest_agentcompliance.parsing.transcripts import shell_edits

_WORD = re.compile(r"[A-Z]?[a-z]+")
_READING = frozenset(("read", "view", "open", "cat", "show"))
_SEARCHING = frozenset(("grep", "search", "find"))
_SEARCHERS = ("grep", "egrep", "rg", "ag", "ack")
_WRITING = frozenset(
    ("write", "edit", "create", "replace", "insert", "append", "delete", "remove", "patch", "update", "move", "rename")
)
_ERRANDS = frozenset(("Task", "Agent", "dispatch_agent", "spawn_agent", "delegate", "new_task"))
_PATHS = ("file_path", "path", "filepath", "file", "filename", "relative_path", "target_file", "notebook_path", "uri", "paths")
_COPYING = frozenset(("cp", "mv", "ln", "install", "Copy-Item", "Move-Item"))
_ABSENT = ("no such file", "cannot open", "can't open", "can't read", "does not exist")


class Did(Protocol):
    """What is asked of a step; its fields are those of ``evidence.transcript.Step``."""

    @property
    def kind(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def path(self) -> str: ...
    @property
    def folder(self) -> str: ...
    @property
    def lines(self) -> tuple[int, int] | None: ...
    @property
    def result(self) -> str: ...
    @property
    def output(self) -> str: ...
    @property
    def arguments(self) -> Mapping[str, object]: ...
    @property
    def agent(self) -> str: ...


class Gapped(Protocol):
    """What is asked of a transcript; its fields are those of ``evidence.transcript.Transcript``."""

    @property
    def complete(self) -> bool: ...
    @property
    def gaps(self) -> tuple[int, ...]: ...


class Look(NamedTuple):
    """A file that was shown. ``lines`` (first, last) where it is told; ``part`` and no lines: what matched, or nobody knows.

    ``wild``: the path is a glob of the shell, which may stand for several.
    """

    path: str
    lines: tuple[int, int] | None = None
    part: bool = False
    wild: bool = False


def looks(step: Did) -> Iterator[Look]:
    """The files that a step shows; none where it did not happen."""
    if step.result == "refused":
        return
    if step.kind == "read" and step.result != "fail":
        yield Look(tidy(step.path), step.lines, step.lines is not None)
    elif step.kind == "command":
        if step.result == "fail" and any(word in step.output.lower() for word in _ABSENT):
            return
        for one in shell_edits.shown(step.text):
            yield Look(_placed(step.folder, one.path), one.lines, one.part, one.wild)
    elif step.kind == "call" and step.result != "fail" and _READING & _words(step.text):
        yield from (Look(tidy(path)) for path in _arguments(step))


def prints(step: Did) -> bool:
    """Whether what a step answers is what the agent went for: a tool that knows documents chooses itself what it tells of them."""
    return step.kind == "command" or (step.kind == "call" and (_is_errand(step) or bool((_READING | {"grep"}) & _words(step.text))))


def searches(step: Did) -> bool:
    """Whether a step is a search through files, by a tool or by a command, that answered something."""
    if step.result == "refused" or not step.output:
        return False
    if step.kind == "call":
        return bool(_SEARCHING & _words(step.text))
    if step.kind != "command" or not any(name in step.text for name in _SEARCHERS):
        return False
    found = [(one.name, one.words[1].text if len(one.words) > 1 else "") for one in scripts.commands(step.text)]
    return any(name in _SEARCHERS or (name, first) == ("git", "grep") for name, first in found)


def copies(step: Did) -> Iterator[tuple[str, str]]:
    """The files that a command copies, moves or links, each with the path under which it can be read then."""
    if step.kind != "command" or step.result == "refused":
        return
    for one in scripts.commands(step.text):
        words = [word for word in one.words[1:] if not word.text.startswith("-")]
        if one.name in _COPYING and len(words) > 1:
            *sources, target = map(one.at, words)
            for source in filter(None, sources if target else ()):
                below = f"{target}/{source.rpartition('/')[2]}"
                yield _placed(step.folder, source), _placed(step.folder, target)
                yield _placed(step.folder, source), _placed(step.folder, below)
        elif one.name in shell_edits.PRINTERS and one.into:
            for source in filter(None, map(one.at, [*words, *one.out_of])):
                yield from (
                    (_placed(step.folder, source), _placed(step.folder, path)) for word in one.into if (path := one.at(word))
                )


def edits(step: Did) -> Iterator[str]:
    """The files that a step writes or deletes; none where it was refused. A command that failed may have written all the same."""
    if step.result == "refused":
        return
    if step.kind == "edit" and step.result != "fail":
        yield tidy(step.path)
    elif step.kind == "command":
        yield from (_placed(step.folder, path) for path in _touched(step.text))
    elif step.kind == "call" and step.result != "fail" and _WRITING & _words(step.text):
        yield from (tidy(path) for path in _arguments(step))


def edited(step: Did, changed: frozenset[str], globs: list[str]) -> str:
    """The file of those that the run changed which a step edits, as far as the globs name it; empty where it edits none."""
    for path in edits(step):
        found = claims.known(changed).find(path)
        if found.how in ("whole", "end") and matches(found.paths[0], globs):
            return found.paths[0]
    return ""


def gap(given: Gapped, start: int, end: int) -> str:
    """That steps may be missing between two, counted from 0, the second of which is the first that cannot matter any more.

    A line that is broken after it excuses nothing that came before.
    """
    within = not given.gaps or any(start <= number <= end for number in given.gaps)
    return "the transcript is not complete" if not given.complete and within else ""


def lacks(steps: Sequence[Did], before: int | None = None) -> str:
    """Why steps may be missing that nothing else speaks for: of sub-agents that were sent out; empty where all were seen.

    ``before``: only those that were sent out before the step with this number, counted from 0.
    """
    seen = {step.agent for step in steps}
    sent = sum(step.kind == "call" and step.result not in ("fail", "refused") and _is_errand(step) for step in steps[:before])
    unseen = sent - len(seen - {""})
    return f"it sent out {sent} sub-agents, and shows the steps of {sent - unseen}" if unseen > 0 else ""


@lru_cache(maxsize=4096)  # several rules ask of the same commands
def _touched(command: str) -> tuple[str, ...]:
    return shell_edits.touched(command)


def _is_errand(step: Did) -> bool:
    return plain_name(step.text) in _ERRANDS and not step.arguments.get("resume")


def plain_name(tool: str) -> str:
    """A tool's name without the server that brings it: ``mcp__guard__check`` and ``guard.check`` are ``check``."""
    return re.split(r"__|[./:]", tool.strip())[-1] or tool


def tidy(path: str) -> str:
    """A path with plain slashes, and no steps that lead nowhere."""
    path = path.replace("\\", "/").removeprefix("file://")
    return normpath(path) if path else ""


def is_outside(path: str) -> bool:
    """Whether a path does not start at the root of the repository."""
    return path.startswith("../") or _is_absolute(path)


def means(look: Look, known: str) -> bool:
    """Whether the path of a look is a known one: the same, or on somebody's machine, with folders in front."""
    path = look.path
    if path == known or (is_outside(path) and path.endswith(f"/{known}")):
        return True  # a glob that names nothing else is taken as it stands: app/[id]/route.ts
    if not look.wild:
        return False
    written, parts = path.split("/"), known.split("/")
    if len(written) < len(parts) or (len(written) > len(parts) and not is_outside(path)):
        return False
    try:
        return all(fnmatchcase(part, glob) for part, glob in zip(reversed(parts), reversed(written), strict=False))
    except re.error:  # a glob that is none
        return False


def _is_absolute(path: str) -> bool:
    return path.startswith(("/", "~")) or re.match("[A-Za-z]:/", path) is not None


def _placed(folder: str, path: str) -> str:
    path = path.replace("\\", "/")
    return tidy(path if not folder or _is_absolute(path) else f"{folder}/{path}")


def _words(tool: str) -> set[str]:
    return {word.lower() for word in _WORD.findall(plain_name(tool)[:200])}


def _arguments(step: Did) -> Iterator[str]:
    for word in _PATHS:
        value = step.arguments.get(word)
        found = [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str) and one and "\n" not in one]
        if found:
            yield from found
            return
