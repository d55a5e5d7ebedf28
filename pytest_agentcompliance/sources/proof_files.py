"""The files of a folder of proofs, out of a tree: what lies there, and what lies in a proof's place and is none."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_agentcompliance.errors import EvidenceError, Unreadable
from pytest_agentcompliance.evidence.changes import FOLDER, SUBMODULE, SYMLINK, is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.proofs import statement
from pytest_agentcompliance.parsing.proofs.record import FOLDER as PROOFS
from pytest_agentcompliance.parsing.proofs.record import Record
from pytest_agentcompliance.sources.repository import Repository

PROOF_LIMIT = 4 * 1024 * 1024  # bytes of one proof
OUTPUT_LIMIT = 2 * 1024 * 1024  # bytes of the output beside it
# What people and tools put into a folder so that it is kept, explained, or left alone; and what one that was killed left.
BESIDE = re.compile(r"\.gitkeep|\.keep|\.gitattributes|\.gitignore|README(?:\.md)?|\.lock|\.\d+-\d{4,12}-[^/]*\.(?:json|txt)")
WHAT = {SYMLINK: "a symbolic link, which is not followed", FOLDER: "a folder", SUBMODULE: "a submodule"}
Entry = tuple[str, str]  # mode and id


@dataclass(frozen=True, slots=True)
class Read:
    """A file that says what a proof says: its statement, and the envelope around it."""

    path: str
    record: Record
    digest: str
    envelope: Mapping[str, object] | None
    bytes: int = 0

    @property
    def file(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def output(self) -> str:
        """The path of what the command printed; empty where nothing is kept."""
        name = self.record.output.file
        return f"{self.path.rpartition('/')[0]}/{name}" if name else ""


class Refusal(Exception):
    """What lies in a proof's place does not count; the text is why, as a clause."""


def listed(repository: Repository, tree: str, globs: tuple[str, ...] = ()) -> dict[str, Entry]:
    """What lies in the folder of proofs of a tree, and where else the globs name some. Raises ``Unreadable``."""
    found = dict(_below(repository, tree))
    if globs:
        for raw, entry in repository.listing(tree).items():
            path = raw.decode("utf-8", "surrogateescape")
            if matches(path, globs):
                found[path] = entry
    return dict(sorted(found.items()))


def _below(repository: Repository, tree: str) -> Iterator[tuple[str, Entry]]:
    above = folder = ""
    for part in PROOFS.split("/"):
        above = f"{above}/{part}" if above else part
        entry = repository.entry(tree, above)
        if entry is None:
            return
        if entry[0] != FOLDER:  # a link on the way leads elsewhere
            yield above, entry
            return
        folder = entry[1]
    for mode, name, oid in repository.blobs.tree(folder):
        yield f"{PROOFS}/{name.decode('utf-8', 'surrogateescape')}", (mode, oid)


def read(repository: Repository, path: str, entry: Entry) -> Read:
    """The proof that lies at a path. Raises ``Refusal``, or ``Unreadable`` where its blob is missing."""
    if not is_file(entry[0]):
        raise Refusal(f"it is {WHAT.get(entry[0], 'no regular file')}")
    data = repository.blobs.read(entry[1])
    if len(data) > PROOF_LIMIT:
        raise Refusal(f"it has {len(data):,} bytes; a proof of more than {PROOF_LIMIT:,} is not read")
    try:
        found = statement.opened(data)
        return Read(path, found.record, found.digest, found.envelope, len(data))
    except statement.Malformed as wrong:
        raise Refusal(f"it is no proof: {wrong}") from wrong


class Elders:
    """The proofs that were there before the run: of base, and of the trees that the run's proofs say they started from."""

    def __init__(self, repository: Repository, base_tree: str, globs: tuple[str, ...]) -> None:
        self._repository, self._base, self._globs = repository, base_tree, globs
        self._folders: dict[str, dict[str, Entry]] = {}

    def at(self, digest: str, tree: str = "") -> Read | None:
        """The proof with this digest in base's tree, or in another one; None where it has none, or cannot be read."""
        tree = tree or self._base
        for path, entry in self._folder(tree).items():
            if path.endswith(f"-{digest[:8]}.json"):
                try:
                    found = read(self._repository, path, entry)
                except (Refusal, Unreadable):
                    continue
                if found.digest == digest:
                    return found
        return None

    def _folder(self, tree: str) -> dict[str, Entry]:
        if tree not in self._folders:
            try:
                # Another tree than base's is one that a proof names: its folder alone is looked at, if it is there at all.
                self._folders[tree] = listed(self._repository, tree, self._globs if tree == self._base else ())
            except EvidenceError:
                self._folders[tree] = {}
        return self._folders[tree]
