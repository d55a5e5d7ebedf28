"""Istanbul's JSON, which jest, vitest, nyc and c8 write: coverage-final.json and coverage-summary.json."""

from collections.abc import Mapping
from typing import Any

from pytest_agentcompliance.parsing.coverage.gathered import Entry, Gathered, whole
from pytest_agentcompliance.parsing.coverage.record import Totals


def read(said: Mapping[str, Any], into: Gathered) -> bool:
    """Whether it is one of the two. A line is counted as Istanbul counts it: by the statements that begin on it."""
    total = said.get("total")
    if isinstance(total, dict) and isinstance(total.get("lines"), dict):
        return _summary(said, into)
    found = False
    for name, one in said.items():
        if not isinstance(one, dict) or not isinstance(one.get("statementMap"), dict) or not isinstance(one.get("s"), dict):
            continue
        found, into.format = True, "Istanbul JSON"
        path = one.get("path")
        _file(one, into, into.file(path if isinstance(path, str) and path else name))
    return found


def _file(one: Mapping[str, Any], into: Gathered, entry: Entry) -> None:
    counts = one["s"]
    for key, span in one["statementMap"].items():
        start = span.get("start") if isinstance(span, dict) else None
        if isinstance(start, dict):
            into.hit(entry, whole(start.get("line")), whole(counts.get(key)))
    branches = one.get("b")
    for taken in branches.values() if isinstance(branches, dict) else ():
        if isinstance(taken, list):
            entry.branches[0] += sum(whole(count) > 0 for count in taken)
            entry.branches[1] += len(taken)


def _summary(said: Mapping[str, Any], into: Gathered) -> bool:
    into.format = "Istanbul summary"
    into.claimed = _totals(said["total"])
    for name, one in said.items():
        if name != "total" and isinstance(one, dict):
            into.file(name).claimed = _totals(one)
    return True


def _totals(one: Mapping[str, Any]) -> Totals:
    lines, branches = ({} if not isinstance(one.get(key), dict) else one[key] for key in ("lines", "branches"))
    total, all_branches = whole(lines.get("total")), whole(branches.get("total"))
    return Totals(
        min(whole(lines.get("covered")), total), total, min(whole(branches.get("covered")), all_branches), all_branches
    )
