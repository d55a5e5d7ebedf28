"""The agent's final report: a file, the text of a pull request, or the last message of a transcript."""

import json
import os
import stat
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import Report, Transcript
from pytest_agentcompliance.evidence.transcript import Step
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.markdown import too_much
from pytest_agentcompliance.sources import paper
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted

REPORT_LIMIT = paper.LIMIT
EVENT_LIMIT = 8 * 1024 * 1024  # bytes of a payload of GitHub's, which says all about a repository
PULL_REQUEST, MERGE_REQUEST = "pull request", "merge request"


def read(
    repository: Repository, ends: Ends, wanted: Wanted, transcript: Callable[[], Transcript | None]
) -> tuple[Report | None, str]:
    """The report, or None and why there is none. ``transcript`` is asked only where nothing else holds it."""
    globs = wanted.globs.get("report", ())
    found = _matching(repository, ends, globs)
    if len(found) == 1:
        return _from_tree(repository, ends, found[0]), ""
    if found:
        some = ", ".join(found[:4]) + (" ..." if len(found) > 4 else "")
        return None, f"{len(found)} reports could be meant ({some}); pass --evidence report=PATH"
    if "report" in wanted.given and globs:
        return _from_disk(Path(globs[0])), ""
    asked = _from_request(wanted) or _last_words(transcript(), frozenset(one.path for one in ends.changes if one.after is not None))
    if asked is not None:
        return asked, ""
    where = f"no file at {' or '.join(globs)}, " if globs else ""
    return None, f"the run left no report: there is {where}no text of a pull request and no last message of a transcript"


def _matching(repository: Repository, ends: Ends, globs: tuple[str, ...]) -> list[str]:
    """The files of the run's end that a glob names: those that the run wrote, else those that were there before."""
    if not globs:
        return []
    written = [one.path for one in ends.changes if one.after is not None and matches(one.path, globs)]
    if written:
        return sorted(written)
    there = (path.decode("utf-8", "surrogateescape") for path in repository.listing(ends.head_tree))
    return sorted(path for path in there if matches(path, globs))


def _from_tree(repository: Repository, ends: Ends, path: str) -> Report:
    try:
        new = repository.entry(ends.base_tree, path) != repository.entry(ends.head_tree, path)
    except Unreadable as wrong:
        ends.ledger.unread[path] = wrong.reason
        return Report(path, problem=f"{path}: {wrong.reason}")
    found = paper.of_tree(repository, ends, ends.head_tree, path, "report")
    return Report(path, found.text, new=new, problem=found.problem)


def _from_disk(file: Path) -> Report:
    """A report outside of any tree. Raises ``UsageError`` where there is no such file."""
    found = paper.of_disk(file, "report")
    return Report(found.path, found.text, problem=found.problem)


def _from_request(wanted: Wanted) -> Report | None:
    """What the pull request, or the merge request, says of itself; None where there is none, or it says nothing."""
    name, text = PULL_REQUEST, _of_github(wanted.environ.get("GITHUB_EVENT_PATH", ""))
    if not text.strip():
        name, text = MERGE_REQUEST, wanted.environ.get("CI_MERGE_REQUEST_DESCRIPTION", "")
    if not text.strip():
        return None
    why = too_much(text) if len(text) <= REPORT_LIMIT else f"has {len(text):,} characters; more than {REPORT_LIMIT:,} are not read"
    return Report(name, "" if why else text, "pull request", problem=f"the text of the {name} {why}" if why else "")


def _of_github(path: str) -> str:
    """The body of the pull request of an event; nothing where the event is another one, or is none."""
    if not path:
        return ""
    try:
        with Path(path).open("rb") as stream:
            if not stat.S_ISREG(os.fstat(stream.fileno()).st_mode):
                return ""
            data = stream.read(EVENT_LIMIT + 1)
        event = json.loads(data) if len(data) <= EVENT_LIMIT else None
    except (OSError, ValueError, RecursionError):
        return ""
    request = event.get("pull_request") if isinstance(event, dict) else None
    body = request.get("body") if isinstance(request, dict) else None
    return body if isinstance(body, str) else ""


def _last_words(transcript: Transcript | None, changed: frozenset[str] = frozenset()) -> Report | None:
    """The last message of the main agent, with the pieces before it that no step of another kind stands between."""
    last = _last(transcript, changed) if transcript is not None and not transcript.problem else None
    if transcript is None or last is None:
        return None
    pieces = list(_joined(transcript, last))
    text = "\n\n".join(piece.text for piece in pieces)
    at, why = pieces[0].at, too_much(text)
    return Report(
        at.path, "" if why else text, "transcript", at.line or 1, problem=f"the last message of {at.path} {why}" if why else ""
    )


def _last(transcript: Transcript, changed: frozenset[str]) -> Step | None:
    """The last message, and not that of a session which was of another run."""
    strangers = transcript.strangers(changed)
    if not strangers:
        return transcript.last_word
    return replace(transcript, steps=tuple(one for one in transcript.steps if one.session not in strangers)).last_word


def _joined(transcript: Transcript, last: Step) -> Iterator[Step]:
    """The pieces of one message, in order: a transcript may give each block of it a line of its own."""
    whose = [one for one in transcript.steps if one.session == last.session and not one.agent]
    at = next(k for k, one in enumerate(whose) if one is last)
    first = at
    while first and whose[first - 1].kind == "message" and whose[first - 1].speaker == "agent":
        first -= 1
    return (one for one in whose[first : at + 1] if one.text.strip())
