"""The counts of a proof, held against the output that they were read from."""

import shlex
from functools import cache

from pytest_agentcompliance.parsing import work as works
from pytest_agentcompliance.parsing.proofs.record import Record
from pytest_agentcompliance.parsing.work import Work


def read(record: Record, output: str, *, whole: bool = True) -> tuple[tuple[Work, ...], str]:
    """What the output says by what we know today, and why the proof cannot stand beside it; empty where it can.

    Another version of ours may have read more, or less, in the same words. The counts that hold are those of today.
    ``whole``: the output was not cut before it came here.
    """
    if not output and record.work:
        return (), "its counts rest on no output"
    found = works.read(shlex.join(record.command), output)
    if whole and record.version == version() and found != record.work:
        return found, f"its counts are not those of its output: it says {_said(record.work)}; the output says {_said(found)}"
    return found, ""


@cache
def version() -> str:
    """Of this package, as it is installed."""
    from importlib import metadata

    try:
        return metadata.version("pytest-agentcompliance")
    except metadata.PackageNotFoundError:  # out of a checkout
        return ""


def _said(work: tuple[Work, ...]) -> str:
    return ", ".join(one.said for one in work) or "nothing"
