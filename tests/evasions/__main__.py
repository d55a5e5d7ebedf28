"""``python -m tests.evasions [WORD ...]``: every case, or those whose name or family has one of the words, and what is reported."""

import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from pytest_agentcompliance.reporters.text import shown
from tests.evasions.harness import ATTACKS, CONTROLS, Attack, Control, Report, Stage, load, prepare, staged, tried


def main(words: list[str]) -> int:
    """Print the table; 1 where a case does not hold."""
    load()
    lost = 0
    with tempfile.TemporaryDirectory() as folder:
        prepared = Path(folder) / "prepared" / "repo"
        base = prepare(prepared)
        for family, case in _cases(words):
            state, told = _tried(case, staged(prepared, base, Path(folder) / case.name))
            lost += state == "LOST" and not case.unfinished
            about = "attack" if isinstance(case, Attack) else "honest"
            print(f"{state:8}{family:14}{about:8}{case.name:48}{told}".encode("ascii", "backslashreplace").decode())
    print(f"{lost} do not hold" if lost else "all hold")
    return bool(lost)


def _cases(words: list[str]) -> Iterator[tuple[str, Attack | Control]]:
    everything: list[tuple[str, Attack | Control]] = [(one.family, one) for one in ATTACKS.values()]
    everything += [(ATTACKS[one.twin].family, one) for one in CONTROLS.values()]
    return ((family, one) for family, one in everything if not words or any(word in (family, one.name) for word in words))


def _tried(case: Attack | Control, stage: Stage) -> tuple[str, str]:
    try:
        held, report = tried(case, stage)
    except pytest.skip.Exception as wrong:
        return "skipped", shown(str(wrong))
    except Exception as wrong:  # one case that fails is no reason to hide the others
        return "LOST", shown(f"{type(wrong).__name__}: {wrong}")
    return "holds" if held else "LOST", _told(report, stage)


def _told(report: Report, stage: Stage) -> str:
    """A report on one line."""
    said = dict.fromkeys(f"{one.rule} {one.path}".strip() for one in report.findings)
    said |= dict.fromkeys(f"unread {path}" for path, _ in report.unread)
    said |= dict.fromkeys([*(f"crashed {one}" for one in report.crashed), *(f"RAN {one}" for one in stage.sung)])
    told = ", ".join(said) or report.words.strip().partition("\n")[0] or "nothing"
    return shown(f"exit {report.exit}: {told}")  # a path may hold what moves the cursor


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
