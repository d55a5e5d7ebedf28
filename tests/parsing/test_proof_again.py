"""A second run held against the first: which differences count."""

from typing import Literal

import pytest

from pytest_agentcompliance.evidence.proofs import Proof
from pytest_agentcompliance.parsing.proofs.again import differences
from pytest_agentcompliance.parsing.work import Work
from pytest_agentcompliance.place import Place

GREEN = Work("pytest", "tests", passed=5)
TYPES = Work("tsc", "type check", errors=0)


def ran(
    *work: Work, code: int | None = 0, ended: Literal["exit", "signal", "timeout", "not started"] = "exit"
) -> Proof:
    return Proof("tests", ("pytest",), Place(".agent-compliance/proofs/0001.json"), exit_code=code, ended=ended, work=work)


@pytest.mark.parametrize(
    ("recorded", "again", "said"),
    [
        (ran(GREEN), ran(GREEN), ()),
        (ran(), ran(), ()),
        (ran(GREEN, code=1), ran(GREEN, code=1), ()),
        (ran(GREEN, TYPES), ran(TYPES, GREEN), ()),
        (ran(GREEN), ran(Work("pytest", "tests", passed=5, warnings=3, skipped=0, collected=5)), ()),
        (ran(Work("pytest", "tests", passed=2), Work("pytest", "tests", passed=3)), ran(GREEN), ()),
        (ran(), ran(code=2), ("ended with exit code 2 instead of with exit code 0",)),
        (ran(), ran(code=-9, ended="signal"), ("ended by the signal 9 instead of with exit code 0",)),
        (ran(), ran(code=-9, ended="timeout"), ("ended by its timeout instead of with exit code 0",)),
        (ran(), ran(code=None, ended="not started"), ("ended without having started instead of with exit code 0",)),
        (ran(GREEN), ran(Work("pytest", "tests", passed=4, failed=1), code=1),
         ("ended with exit code 1 instead of with exit code 0", "counted pytest: 4 passed, 1 failed instead of pytest: 5 passed")),
        (ran(GREEN), ran(Work("pytest", "tests", passed=4, skipped=1)),
         ("counted pytest: 4 passed, 1 skipped instead of pytest: 5 passed",)),
        (ran(GREEN), ran(), ("counted nothing of pytest instead of pytest: 5 passed",)),
        (ran(), ran(GREEN), ("counted pytest: 5 passed instead of nothing of pytest",)),
        (ran(TYPES), ran(Work("tsc", "type check", errors=2)), ("counted tsc: 2 errors instead of tsc: nothing",)),
    ],
)  # fmt: skip
def test_differences(recorded: Proof, again: Proof, said: tuple[str, ...]) -> None:
    assert differences(recorded, again) == said
