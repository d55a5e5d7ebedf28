"""Which files of a change are proofs, or what a proved command printed: evidence of the run, and no part of its work."""

import hashlib
from collections.abc import Callable, Iterable, Iterator

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.parsing.proofs import chain, statement
from pytest_agentcompliance.parsing.proofs.record import FOLDER, Record

LIMIT = 4 * 1024 * 1024  # bytes of a proof
MOST = 2000  # proofs that are looked at
File = tuple[str, Callable[[], bytes]]  # a path, and what it holds


def proofs(files: Iterable[File]) -> frozenset[str]:
    """Those of the files that lie in the folder of proofs and parse as one, under its name; and the output that each names."""
    return frozenset(_proofs([one for one in files if one[0].startswith(f"{FOLDER}/")]))


def _proofs(files: list[File]) -> Iterator[str]:
    held = dict(files)
    for path, read in [one for one in files if one[0].endswith(".json")][:MOST]:
        try:
            data = read()
            if len(data) > LIMIT:
                continue
            found = statement.opened(data)
            link = chain.Link(path, found.digest, found.record)
        except (statement.Malformed, Unreadable):
            continue
        if path.count("/") == FOLDER.count("/") + 1 and not chain.misnamed(link):
            yield path
            output = f"{FOLDER}/{link.record.output.file}"
            if output in held and output.endswith(".txt") and _is_of(link.record, held[output]):
                yield output


def _is_of(record: Record, read: Callable[[], bytes]) -> bool:
    """Whether a file holds what the command printed, and nothing else under its name."""
    try:
        data = read()
    except Unreadable:
        return False
    return len(data) <= LIMIT and output_digest(record, data) == record.output.sha256


def output_digest(record: Record, data: bytes) -> str:
    """The SHA-256 of an output, with the line ends that it was recorded with where a checkout gave it others."""
    found = hashlib.sha256(data).hexdigest()
    return found if found == record.output.sha256 else hashlib.sha256(data.replace(b"\r\n", b"\n")).hexdigest()
