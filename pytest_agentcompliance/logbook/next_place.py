"""Where the next chunk goes in a log, and where a log that is not there yet is made."""

import os
import re
import stat
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.evidence import ChunkLog
from pytest_agentcompliance.parsing import log_chunks, markdown
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.log_chunks import Outline
from pytest_agentcompliance.parsing.markdown import NEWLINE, Line
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.sources import log as reader

_LITERAL = re.compile(r"\\(.)|\[(.)\]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Put:
    """A log with the chunk in it, as text and as it is read, and the line of the chunk's heading."""

    chunk: str
    text: str
    line: int
    log: ChunkLog

    @property
    def signal(self) -> str:
        """The line behind the chunk that says that the work is complete."""
        later = (one for one in self.log.signals if (one.at.line or 0) > self.line and one.kind == "complete")
        return next((one.text for one in later), "")


def put(text: str, chunk: str, before: ChunkLog) -> Put:
    """The chunk behind all others, and before a signal and a token summary that end the log; ``before`` is the text, read.

    No other line changes, and none of the other chunks gains or loses a line. Raises ``UsageError`` where no place does that.
    """
    lines = markdown.read(text)
    outline = log_chunks.outline(lines)
    starts = [0, *(found.end() for found in NEWLINE.finditer(text))]
    end = "\r\n" if text.count("\r\n") * 2 > text.count("\n") else "\n"
    for at in dict.fromkeys([_behind(lines, outline), len(lines)]):
        cut = starts[at] if at < len(lines) else len(text)
        above, below = text[:cut], text[cut:]
        if above and not above.endswith(("\n", "\r")):
            above += end
        if above and at and lines[at - 1].text.strip():
            above += end
        line = len(NEWLINE.findall(above)) + 1
        made = above + chunk.replace("\n", end) + end + (end if below and lines[at].text.strip() else "") + below
        after = reader.parse(made, before.path, before=text)
        if _alike(before, after, chunk, line):
            return Put(chunk, made, line, after)
    raise UsageError(f"{before.path}: a chunk at its end would not be read as one; is a code fence or a comment left open?")


def _behind(lines: list[Line], outline: Outline) -> int:
    """The line that a new chunk goes before: that of the signal or token summary behind the last chunk, else none."""
    last = outline.heads[-1].end if outline.heads else 1  # the title stays where it is
    ends = [number - 1 for number, _ in outline.signals] + [first for first, _ in outline.token_spans]
    at = min((end for end in ends if end >= last), default=len(lines))
    if at < len(lines):
        for above in range(at - 1, last - 1, -1):
            if lines[above].kind in ("heading", "rule"):
                at = above  # what is over the signal goes with it
            elif lines[above].kind not in ("blank", "under"):
                break
    return at


def _alike(before: ChunkLog, after: ChunkLog, chunk: str, line: int) -> bool:
    """Whether the log says what it said, and the chunk beside."""
    mine = [one for one in after.chunks if one.at.line == line]
    return (
        [one.text.splitlines() for one in mine] == [chunk.splitlines()]
        and [one.text for one in after.chunks if one.at.line != line] == [one.text for one in before.chunks]
        and [one.text for one in after.signals] == [one.text for one in before.signals]
        and [(one.input, one.output) for one in after.tokens] == [(one.input, one.output) for one in before.tokens]
    )


def place(globs: Iterable[str], paths: Iterable[str]) -> str:
    """The path of a log that is to be made: in the folder that is there and that a glob of logs names.

    Raises ``UsageError`` where there is none, or more than one.
    """
    globs, folders = tuple(globs), set[str]()
    logs = set[str]()
    for path in paths:
        if matches(path, globs):
            logs.add(path)
        while (path := path.rpartition("/")[0]) and path not in folders:
            folders.add(path)
    if len(logs) > 1:
        raise UsageError(f"{len(logs)} logs could be meant ({_some(logs)}); pass --story or --log")
    for glob in globs:
        parts = glob.strip("/").split("/")
        kept = next((at for at in range(len(parts), 0, -1) if _is_wild(parts[at - 1])), 0)
        for at in range(len(parts) - 1, max(kept, 1) - 1, -1):
            if found := _matching(parts[:at], folders):
                if len(found) > 1:
                    raise UsageError(
                        f"{len(found)} folders could be meant ({_some(found)}); put an empty {parts[-1]} into the one that is"
                    )
                return "/".join([found.pop(), *map(_literal, parts[at:])])
        if not kept:
            return "/".join(map(_literal, parts))
    raise UsageError(
        f"no folder is there for a log at {' or '.join(globs)}; pass --story or --feature-dir, or make the story's folder"
    )


def _matching(parts: list[str], folders: set[str]) -> set[str]:
    """The folders that a glob names, without those that lie in another of them."""
    last = "" if _is_wild(parts[-1]) else _literal(parts[-1])
    named = (folder for folder in folders if not last or folder.rpartition("/")[2] == last)
    found = {folder for folder in named if matches(folder, ["/" + "/".join(parts)])}
    return {folder for folder in found if not any(folder.startswith(f"{other}/") for other in found)}


def _is_wild(part: str) -> bool:
    return any(mark in _LITERAL.sub("", part) for mark in "*?[")


def _literal(part: str) -> str:
    return _LITERAL.sub(lambda match: match[1] or match[2], part)


def _some(paths: set[str]) -> str:
    return ", ".join(sorted(paths)[:4]) + (" ..." if len(paths) > 4 else "")


def create(file: Path, path: str, text: str) -> None:
    """Make a log where nothing is, whole or not at all. ``path`` is how it is called, from the root. Raises ``UsageError``."""
    folders = [*reversed(file.parents[: path.count("/")])]
    draft, drawn = file.with_name(f".{file.name}.{os.getpid()}"), False
    try:
        for folder in folders:
            if not os.path.lexists(folder):
                folder.mkdir()
            elif not stat.S_ISDIR(folder.lstat().st_mode):
                raise UsageError(f"{path}: {folder.name} is no folder, and no link is followed")
        if os.path.lexists(file):
            raise UsageError(f"{path} is there, and git does not see it as the run's log: a link, or ignored; it was left as it is")
        with open(draft, "xb") as stream:
            drawn = True
            stream.write(text.encode("utf-8"))
            stream.flush()
            os.fsync(stream.fileno())
        _move(draft, file)
    except OSError as wrong:
        raise UsageError(f"{shown(path)}: {wrong.strerror}; no log was made") from wrong
    finally:
        if drawn:
            draft.unlink(missing_ok=True)


def _move(draft: Path, file: Path) -> None:
    """Give the draft its name unless another program has taken it in the meantime."""
    if os.name == "nt":
        draft.rename(file)  # refuses to replace
        return
    try:
        os.link(draft, file, follow_symlinks=False)
    except FileExistsError:
        raise
    except OSError:  # a file system without hard links
        draft.rename(file)
