"""The commits of a range, oldest first, each with its own change; nothing is read before it is asked for."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, timezone
from functools import partial

from pytest_agentcompliance.errors import EvidenceError, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Commit, History, Ledger
from pytest_agentcompliance.evidence.changes import SUBMODULE
from pytest_agentcompliance.evidence.commits import Person
from pytest_agentcompliance.sources import diff
from pytest_agentcompliance.sources.blobs import links
from pytest_agentcompliance.sources.repository import Repository

Pair = tuple[str, str]  # the trees before and after
TOGETHER = 50  # commits whose patches are read at once
PERSON = re.compile(r"\A(?P<name>.*?) ?<(?P<email>[^>]*)>(?: (?P<when>-?\d{1,12}) (?P<zone>[+-]\d{4}))?")
TRAILER = re.compile(r"\A(?P<key>[A-Za-z0-9][A-Za-z0-9-]*)[ \t]*:[ \t]*(?P<value>.*)\Z")


def history(repository: Repository, commits: list[str], ledger: Ledger) -> History:
    return History(lambda: tuple(_commits(repository, commits, ledger)))


def _commits(repository: Repository, ids: list[str], ledger: Ledger) -> Iterator[Commit]:
    """All commits, with the paths that each changed from one process; their patches are read when one is asked for."""
    heads = list(_heads(repository, ids))
    known = {head.id: head.tree for head in heads}
    before = {head.id: list(_before(repository, head, known)) for head in heads}
    read = _differences(repository, [(tree, head.tree) for head in heads for tree in before[head.id]])
    late = _Late(repository, [(before[head.id][0], head.tree) for head in heads if before[head.id]], read, ledger)
    for head in heads:
        against = [(tree, head.tree) for tree in before[head.id]]
        changes = partial(_changes, late, head, against, read, ledger)
        yield Commit(head.id, head.parents, head.author, head.committer, head.message, trailers(head.message), changes)


def _before(repository: Repository, head: "_Head", known: Mapping[str, str]) -> Iterator[str]:
    """The trees of a commit's parents; the empty one of a root; none where a shallow clone has not all of them."""
    if not head.parents:
        yield repository.put(b"", "tree")
    with suppress(EvidenceError):
        yield from [known.get(parent) or repository.tree_of(parent) for parent in head.parents]


def _differences(repository: Repository, pairs: list[Pair]) -> dict[Pair, list[diff.Record]]:
    """What differs between the trees of each pair; a tree that is missing costs its own commits alone."""
    try:
        return dict(zip(pairs, repository.differences(pairs), strict=True))
    except EvidenceError:
        found = {}
        for pair in pairs:
            with suppress(EvidenceError):
                found[pair] = repository.differences([pair])[0]
        return found


@dataclass(frozen=True, slots=True)
class _Head:
    """What a commit object says."""

    id: str
    tree: str
    parents: tuple[str, ...]
    author: Person
    committer: Person
    message: str


def _heads(repository: Repository, ids: list[str]) -> Iterator[_Head]:
    read = {one.id: one for one in repository.blobs.sweep(ids)}
    for id in ids:
        if why := read[id].problem or ("" if read[id].kind == "commit" else f"object {id} is a {read[id].kind}, not a commit"):
            raise EvidenceError(f"commit {id} could not be read: {why}")
        yield _head(id, read[id].data)


def _head(id: str, data: bytes) -> _Head:
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
    author, committer = (_person(headers.get(role, [""])[0]) for role in ("author", "committer"))
    return _Head(id, *links(data), author, committer, _decoded(body, codec))


class _Late:
    """Patches and contents of the commits: a rule that asks for those of one mostly asks for those of the others too."""

    def __init__(
        self, repository: Repository, pairs: list[Pair], records: Mapping[Pair, list[diff.Record]], ledger: Ledger
    ) -> None:
        self._repository, self._pairs, self._records, self._ledger = repository, pairs, records, ledger
        self._places = {pair: number for number, pair in enumerate(pairs)}
        self._asked: set[Pair] = set()
        self._next, self._many = 0, 1  # the commit behind those whose patches were read last, and how many they were
        self._patches: dict[Pair, diff.Patches] = {}
        self._contents: dict[str, bytes] = {}
        self._groups: dict[str, int] = {}  # each blob with the group of the first commit that has it
        self._first: list[list[str]] = []  # and the other way round, as far as they were not read yet
        self._wrong: set[str] = set()  # of the blobs that were read

    def patches(self, pair: Pair) -> diff.Patches:
        """The patches of one commit. Raises ``EvidenceError``."""
        if pair not in self._asked:
            first = self._places[pair]
            # Who asks for one behind the other is given more and more of them; who asks here and there is not.
            self._many = min(2 * self._many, TOGETHER) if 0 <= first - self._next <= self._many else 1
            self._next = first + self._many
            some = [one for one in self._pairs[first : self._next] if one not in self._asked]
            self._asked.update(some)
            with suppress(EvidenceError, Unreadable):  # each is asked for alone then
                self._patches |= self._repository.patched_each(some)
        found = self._patches.pop(pair, None)
        return found if found is not None else self._repository.patched(*pair, self._ledger)[1]

    def content(self, oid: str) -> bytes:
        """The bytes of a blob; what one commit leaves is what the next one finds. Raises ``Unreadable``."""
        if oid not in self._contents:
            self._look(oid)
        if oid not in self._contents:
            self._contents[oid] = self._repository.blobs.read(oid)
        return self._contents[oid]

    def whole(self, pair: Pair) -> bool:
        """Whether each blob of one commit's change can be read."""
        blobs = set(_blobs(self._records.get(pair, ())))
        for oid in blobs:
            self._look(oid)
        return not self._wrong & blobs

    def _look(self, oid: str) -> None:
        """Read the blobs of a group of commits when the first of them is asked for."""
        if not self._first:
            for number, pair in enumerate(self._pairs):
                if number % TOGETHER == 0:
                    self._first.append([])
                for one in _blobs(self._records.get(pair, ())):
                    if one not in self._groups:
                        self._groups[one] = number // TOGETHER
                        self._first[-1].append(one)
        if (group := self._groups.get(oid)) is not None and (fresh := self._first[group]):
            self._first[group] = []
            blobs = self._repository.blobs
            blobs.hold(fresh)
            for read in blobs.sweep(fresh, keep=False):  # those that are held come with their bytes
                if read.problem or read.kind != "blob":
                    self._wrong.add(read.id)
                elif read.data:
                    self._contents[read.id] = read.data


class _Patches(diff.LatePatches):
    """The patches of one commit; ``whole``: whether all that they are made of can be read."""

    def __init__(self, late: _Late, pair: Pair) -> None:
        super().__init__(late.content, lambda: late.patches(pair))
        self._late, self._pair = late, pair

    @property
    def whole(self) -> bool:
        return self._late.whole(self._pair)


def _blobs(records: Iterable[diff.Record]) -> Iterator[str]:
    for one in records:
        for mode, oid in ((one.old_mode, one.old), (one.new_mode, one.new)):
            if mode not in ("000000", SUBMODULE):
                yield oid


def _changes(
    late: _Late, head: "_Head", against: list[Pair], read: Mapping[Pair, list[diff.Record]], ledger: Ledger
) -> ChangeSet:
    """The commit's own change: against its parent, or the empty tree, or what differs from every parent of a merge."""
    if not against or any(pair not in read for pair in against):
        ledger.note_unread(f"commit {head.id}", "a parent of it, or a tree, is missing from the repository")
        raise Unreadable(f"commit {head.id}", "a parent of it, or a tree, is missing from the repository")

    first = diff.change_set(read[against[0]], _Patches(late, against[0]), ledger, as_of=head.committer.when)
    if len(against) == 1:
        return first
    common = set.intersection(*({one.path for one in read[pair]} for pair in against))
    files = tuple(change for change in first if change.path.encode("utf-8", "surrogateescape") in common)
    return ChangeSet(files, first.reader, ledger, first.as_of)


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
