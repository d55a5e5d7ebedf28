"""Audits made by hand, and a stand-in for the isolated child that says them: so every outcome there is can be tried."""

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import json
from pytest_agentcompliance.verdict import Audit, Finding, Meter, Outcome, PolicyFacts, Remedy, Severity, Verdict

AWAKE = ("--agent-compliance", "-p", "no:cacheprovider")
FIX = Remedy("fix", "put it right")

Judged = Callable[..., Path]


def verdict(
    clause: str, outcome: Outcome = Outcome.KEPT, severity: Severity = "error", *, found: int = 0, why: str = "", unread: str = ""
) -> Verdict:
    findings = tuple(Finding(f"wrong {n}", Place("src/a.py", n), remedy=FIX, fingerprint=f"{n:024x}") for n in range(1, found + 1))
    return Verdict(
        "spec", clause, f"{clause} is kept", "log/rule", severity, outcome, findings, why, tuple(filter(None, [unread]))
    )


def audit_of(*verdicts: Verdict) -> Audit:
    policy = PolicyFacts("agent-compliance.yaml at the merge base", "ab" * 32)
    return Audit("main", "1" * 40, "2" * 40, policy, verdicts, Meter(3, 2, 0, 0, 40, 1, len(verdicts)))


KEPT = verdict("T-01")
BROKEN = verdict("T-02", Outcome.BROKEN, found=2)
BOTH = audit_of(KEPT, BROKEN)


def outside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away what pytest tells its own children: a session of a test is nobody's worker, whoever runs the tests."""
    for name in ("PYTEST_XDIST_WORKER", "PYTEST_XDIST_WORKER_COUNT", "PYTEST_ADDOPTS"):
        monkeypatch.delenv(name, raising=False)


def process(pytester: pytest.Pytester, *args: str) -> pytest.RunResult:
    """A session in a process of its own, started as the command ``pytest`` is, with the child that ``stand_in`` made."""
    return pytester.run(sys.executable, Path(sys.executable).parent / "pytest", *args)


def stand_in(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Judged:
    """A function that lets the isolated child say an audit, and returns the folder where the child notes how it was called."""
    outside(monkeypatch)
    python = sys.executable

    def install(audit: Audit | str = BOTH, *, code: int | None = None, says: str = "") -> Path:
        (folder / "out").write_text(json.dumps(audit) if isinstance(audit, Audit) else audit, "utf-8")
        (folder / "err").write_text(says, "utf-8")
        exit_code = (audit.exit_code() if isinstance(audit, Audit) else 0) if code is None else code
        script = folder / "python"
        # Any other use of this name, such as xdist's for its workers, is the real interpreter's.
        script.write_text(
            f'#!/bin/sh\ncase "$*" in *"-m pytest_agentcompliance "*) ;; *) exec "{python}" "$@";; esac\n'
            f'cd "{folder}"\nprintf "%s\\n" "$@" > args\nenv > env\ncat > in\ncat out\ncat err >&2\nexit {exit_code}\n'
        )
        script.chmod(0o755)
        (folder / "pytest").write_text(
            f'import sys\nsys.path[0] = ""\nsys.executable = {str(script)!r}\nimport pytest\nsys.exit(pytest.main())\n', "utf-8"
        )
        monkeypatch.setattr(sys, "executable", str(script))
        return folder

    return install
