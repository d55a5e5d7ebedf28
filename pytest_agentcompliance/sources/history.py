"""The commits of a range, oldest first, each with its own change; nothing is read before it is asked for."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from pytest_agentcompliance.errors import EvidenceError, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Commit, History, Ledger
from pytest_agentcompliance.evidence.commits import Person
from pytest_agentcompliance.sources import diff
from pytest_agentcompliance.sources.repository import RAW_ONLY, Repository

PERSON = re.compile(r"\A(?P<name>.*?) ?<(?P<email>[^>]*)>(?: (?P<when>-?\d{1,12}) (?P<zone>[+-]\d{4}))?")
TRAILER = re.compile(r"\A(?P<key>[A-Za-z0-9][A-Za-z0-9-]*)[ \t]*:[ \t]*(?P<value>.*)\Z")


def history(repository: Repository, commits: list[str], ledger: Ledger) -> History:
    return History(lambda: tuple(_commit(repository, id, ledger) for id in commits))


def _commit(repository: Repository, id: str, ledger: Ledger) -> Commit:
    try:
        data = repository.blobs.read(id, "commit")
    except Unreadable as wrong:
        raise EvidenceError(f"commit {id} could not be read: {wrong.reason}") from wrong
    head, _, body = data.partition(b"\n\n")
    headers: dict[str, list[str]] = {}
    encoding = re.search(rb"^encoding (\S+)$", head, re.MULTILINE)
    codec = encoding[1].decode("ascii", "replace") if encoding else "utf-8"
    for line in head.split(b"\n"):  # git's own words are ASCII, whatever the encoding says
        name, _, value = line.partition(b" ")
        if name:  # a continuation line, of a signature, starts with the space
            headers.setdefault(name.decode("ascii", "replace"), []).append(
                _decoded(value, codec if name in (b"author", b"committer") else "utf-8")
            )
    message = _decoded(body, codec)
    tree, parents = headers.get("tree", [""])[0], tuple(headers.get("parent", []))

    def changes() -> ChangeSet:
        return _changes(repository, tree, parents, ledger, committer.when)

    author, committer = (_person(headers.get(role, [""])[0]) for role in ("author", "committer"))
    return Commit(id, parents, author, committer, message, trailers(message), changes)


def _changes(repository: Repository, tree: str, parents: tuple[str, ...], ledger: Ledger, when: datetime) -> ChangeSet:
    """The commit's own change: against its parent, or the empty tree, or what differs from every parent of a merge."""
    trees = [repository.tree_of(parent) for parent in parents] or [repository.put(b"", "tree")]
    first = repository.changes(trees[0], tree, ledger, when)
    if len(trees) == 1:
        return first
    common = set(first.paths)
    for other in trees[1:]:
        raw, _ = diff.records(repository.shadow.output(*RAW_ONLY, other, tree))
        common &= {one.path.decode("utf-8", "surrogateescape") for one in raw}
    files = tuple(change for change in first if change.path in common)
    return ChangeSet(files, first.reader, ledger, when, sum(len(one.added) + len(one.removed) for one in files))


def _person(text: str) -> Person:
    found = PERSON.match(text)
    if not found:
        return Person(text, "", datetime.fromtimestamp(0, UTC))
    zone = found["zone"] or "+0000"
    offset = timedelta(minutes=(int(zone[1:3]) * 60 + int(zone[3:])) * (-1 if zone[0] == "-" else 1))
    try:
        when = datetime.fromtimestamp(int(found["when"] or 0), timezone(offset))
    except (ValueError, OverflowError, OSError):  # a date that an adversary made up
        when = datetime.fromtimestamp(0, UTC)
    return Person(found["name"], found["email"], when)


def trailers(message: str) -> tuple[tuple[str, str], ...]:
    """The ``Key: value`` lines of the message's last paragraph, as git-interpret-trailers has them.

    The paragraph must not be the first, and at least every fourth of its lines must be a trailer.
    """
    paragraphs = [part for part in re.split(r"\n[ \t]*\n", message.strip("\n")) if part.strip()]
    if len(paragraphs) < 2:
        return ()
    lines = paragraphs[-1].split("\n")
    found = list(_trailers(lines))
    return tuple(found) if len(found) * 4 >= len(lines) else ()


def _trailers(lines: list[str]) -> Iterator[tuple[str, str]]:
    key, value = "", ""
    for line in lines:
        if key and line[:1] in (" ", "\t"):
            value += " " + line.strip()
            continue
        if key:
            yield key, value
        found = TRAILER.match(line)
        key, value = (found["key"], found["value"].strip()) if found else ("", "")
    if key:
        yield key, value


def _decoded(data: bytes, codec: str) -> str:
    try:
        return data.decode(codec, "surrogateescape")
    except (LookupError, ValueError):
        return data.decode("utf-8", "surrogateescape")
