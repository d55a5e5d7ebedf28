"""The documents of a story, found by name at base and at head."""

from collections.abc import Iterator, Mapping
from typing import get_args

from pytest_agentcompliance.evidence import Content, Document, Documents
from pytest_agentcompliance.evidence.documents import DocumentName
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.sources import log_file
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository

NAMES: tuple[DocumentName, ...] = get_args(DocumentName)
MOST_LOGS = 20  # of other agents in one story


def read(repository: Repository, ends: Ends, globs: Mapping[str, tuple[str, ...]], log: str, notes: list[str]) -> Documents:
    """All documents at the places that the globs name, those of the folder that the log lies in first.

    ``notes`` is told what was read otherwise than expected.
    """
    home = log.rpartition("/")[0]

    def far(found: tuple[str, str, str]) -> int:
        folder = found[0].rpartition("/")[0]
        return 0 if folder == home or home.startswith(f"{folder}/") else 1

    places = {name: globs.get(name, ()) for name in NAMES}

    def side(tree: str) -> tuple[Document, ...]:
        found = [
            Document(name, Content(path, mode, oid, ends.changes.reader, ends.ledger))
            for name, wanted in places.items()
            for path, mode, oid in sorted(_matching(repository, tree, wanted), key=far)
        ]
        return tuple(found)

    logs = sorted(path for path, _, _ in _matching(repository, ends.head_tree, globs.get("logs", ())))
    others = [path for path in logs if not matches(path, globs.get("log", ()) or ("",))]
    if len(others) > MOST_LOGS:
        notes.append(f"{len(others)} logs of other agents; the first {MOST_LOGS} of them are read")
    return Documents(
        side(ends.base_tree), side(ends.head_tree), places,
        tuple(log_file.from_tree(repository, ends, path, notes) for path in others[:MOST_LOGS]),
    )


def _matching(repository: Repository, tree: str, globs: tuple[str, ...]) -> Iterator[tuple[str, str, str]]:
    """Path, mode and id of what a glob names. Most globs end in a plain name, which leaves few paths to be matched."""
    if not globs:
        return
    ends = [glob.rpartition("/")[2] for glob in globs]
    names = None if any(mark in end for end in ends for mark in "*?[\\") or "" in ends else tuple(end.encode() for end in ends)
    for raw, (mode, oid) in repository.listing(tree).items():
        if names is None or raw.endswith(names):
            path = raw.decode("utf-8", "surrogateescape")
            if matches(path, globs):
                yield path, mode, oid
