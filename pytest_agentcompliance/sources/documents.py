"""The documents of a story, found by name at base and at head."""

import re
from collections.abc import Mapping
from fnmatch import translate
from typing import get_args

from pytest_agentcompliance.evidence import Content, Document, Documents
from pytest_agentcompliance.evidence.documents import DocumentName
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.markdown import Bounds
from pytest_agentcompliance.sources import log_file
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository

NAMES: tuple[DocumentName, ...] = get_args(DocumentName)
Found = tuple[str, str, str]  # path, mode, id
MOST_LOGS = 20  # of other agents in one story


def read(repository: Repository, ends: Ends, globs: Mapping[str, tuple[str, ...]], log: str, notes: list[str]) -> Documents:
    """All documents at the places that the globs name, those of the folder that the log lies in first.

    ``notes`` is told what was read otherwise than expected.
    """
    home = log.rpartition("/")[0]

    def far(found: Found) -> int:
        folder = found[0].rpartition("/")[0]
        return 0 if folder == home or home.startswith(f"{folder}/") else 1

    places = {name: globs.get(name, ()) for name in NAMES}

    def side(found: Mapping[str, list[Found]]) -> tuple[Document, ...]:
        return tuple(
            Document(name, Content(path, mode, oid, ends.changes.reader, ends.ledger))
            for name in NAMES
            for path, mode, oid in sorted(found[name], key=far)
        )

    wanted = {str(name): where for name, where in places.items()}
    base = _matching(repository.listing(ends.base_tree), wanted)
    head = _matching(repository.listing(ends.head_tree), {**wanted, "logs": globs.get("logs", ())})
    others = sorted(path for path, _, _ in head["logs"] if not matches(path, globs.get("log") or ("",)))
    if len(others) > MOST_LOGS:
        notes.append(f"{len(others)} logs of other agents; the first {MOST_LOGS} of them are read")
    bounds = Bounds()
    logs = tuple(log_file.from_tree(repository, ends, path, notes, bounds) for path in others[:MOST_LOGS])
    return Documents(side(base), side(head), places, logs)


def _matching(listing: Mapping[bytes, tuple[str, str]], wanted: Mapping[str, tuple[str, ...]]) -> dict[str, list[Found]]:
    """What the globs of each kind name, in one pass: a path whose last part no glob ends in is not matched at all."""
    patterns = {kind: "|".join(map(_end, globs)).encode("utf-8", "surrogateescape") for kind, globs in wanted.items() if globs}
    asked = {kind: re.compile(pattern) for kind, pattern in patterns.items()}
    found: dict[str, list[Found]] = {kind: [] for kind in wanted}
    if not asked:
        return found
    some = re.compile(b"|".join(patterns.values()))
    for raw, (mode, oid) in listing.items():
        name = raw.rpartition(b"/")[2]
        if not some.match(name):
            continue
        path = raw.decode("utf-8", "surrogateescape")
        for kind, end in asked.items():
            if end.match(name) and matches(path, wanted[kind]):
                found[kind].append((path, mode, oid))
    return found


def _end(glob: str) -> str:
    """The last part of a glob as a pattern; of one that ends in a slash, or escapes a character, anything."""
    last = glob.rpartition("/")[2]
    return translate("*" if not last or "\\" in last else last)
