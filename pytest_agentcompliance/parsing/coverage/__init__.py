"""Coverage reports of the usual tools, each format in a file."""

from collections.abc import Collection

from pytest_agentcompliance.parsing.coverage.record import Measured

LARGEST = 48 * 1024 * 1024  # bytes of one report


def read(path: str, data: bytes, known: Collection[str] = ()) -> Measured | None:
    """What a report says; None where the file is none. ``known`` are the paths of the tree that it may speak of.

    Never fails: a report that is broken, too large, or more than it says has a ``problem``. What it is is told by its content.
    """
    head = data[:4096].removeprefix(b"\xef\xbb\xbf").lstrip()
    if len(data) > LARGEST:
        return Measured("coverage report", problem=f"it has {len(data):,} bytes; more than {LARGEST:,} are not read")
    if head.startswith(b"SQLite format 3"):
        why = "it is coverage.py's own data, which is not read: write a report of it (coverage xml, coverage json)"
        return Measured("coverage.py data", problem=why)
    from pytest_agentcompliance.parsing.coverage import go, lcov, objects, xml  # start-up time: when there is a report
    from pytest_agentcompliance.parsing.coverage.gathered import Gathered, Strange

    gathered = Gathered()
    try:
        if head.startswith(b"<"):
            found = xml.read(data, gathered)
        elif head.startswith(b"{"):
            found = objects.read(data, gathered)
        elif head.startswith(b"mode:"):
            found = go.read(data, gathered)
        else:
            found = lcov.read(data, gathered)
    except Strange as wrong:
        return Measured(gathered.format or "coverage report", problem=str(wrong))
    if not found:
        return None
    return gathered.measured(path, known if isinstance(known, frozenset) else frozenset(known))
