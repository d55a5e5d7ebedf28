"""coverage.py's own JSON (``coverage json``)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pytest_agentcompliance.parsing.coverage.gathered import Gathered, whole


def read(said: Mapping[str, Any], into: Gathered) -> bool:
    """Whether it is one. Contexts may stand in it (``--show-contexts``) and are not needed."""
    meta, files = said.get("meta"), said.get("files")
    if not isinstance(meta, dict) or not isinstance(files, dict) or "totals" not in said:
        return False
    into.format = "coverage.py JSON"
    into.made = _time(meta.get("timestamp"))
    for name, one in files.items():
        if not isinstance(one, dict):
            continue
        entry = into.file(name)
        for line in _numbers(one.get("missing_lines")):
            into.hit(entry, line, 0)
        for line in _numbers(one.get("executed_lines")):
            into.hit(entry, line, 1)
        entry.excluded.update(_numbers(one.get("excluded_lines")))
        summary = one.get("summary")
        if isinstance(summary, dict):
            entry.branches[:] = whole(summary.get("covered_branches")), whole(summary.get("num_branches"))
    return True


def _numbers(value: object) -> list[int]:
    return [one for one in map(whole, value) if one] if isinstance(value, list) else []


def _time(value: object) -> datetime | None:
    """Without a zone it is the clock of the machine that wrote it, which nobody knows here: it stays without one."""
    try:
        return datetime.fromisoformat(value) if isinstance(value, str) else None
    except ValueError:
        return None
