"""Coverage reports of the usual tools, each format in a file."""

from collections.abc import Collection

from pytest_agentcompliance.parsing.coverage.record import Measured


def read(path: str, data: bytes, known: Collection[str] = ()) -> Measured | None:
    """What a report says; None where the file is none. ``known`` are the paths of the tree that it may speak of."""
    return None
