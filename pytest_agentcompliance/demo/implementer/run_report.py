"""The second run: the code is sound, and what is said of it is not; nor was the task all that a task is to be."""

from pytest_agentcompliance.demo.implementer.sound import CODE as WORK
from pytest_agentcompliance.demo.implementer.sound import REPORTED, SOUND, TESTS_FIRST
from pytest_agentcompliance.demo.implementer.before import TASK
from pytest_agentcompliance.demo.tale import Breach, Step, Tale, line

REPORT = """\
# LEND-12: let a reader renew a loan

## Implementation Summary

`renew` keeps a loan for four more weeks, at most twice.

## Files Changed

- `lending/loans.py`, `lending/__init__.py`, `lending/api.py`
- `lending/store.py` (new): where loans are kept
- `tests/unit/test_loans.py`, `tests/integration/__init__.py`, `tests/integration/test_renewals.py`
- `README.md`, `CHANGELOG.md`, `pyproject.toml`
- `coverage/unit.xml` (new), `coverage/integration.xml` (new)

## API Documentation

`POST /loans/{number}/renew`

## Database Changes

None.

## Test Results

All tests pass, with 100 % coverage.

## Skills Used

pytest, cobol

## Acceptance Checklist

- [x] Changes limited to minimal necessary files and lines
- [x] All new public code documented with examples
- [x] Linting and type checks pass
- [ ] Input validation on all endpoints
"""
GIVEN = "tasks/LEND-13.md"
WHOLE_TASK = TASK.replace("LEND-12", "LEND-13")
HALF_TASK = WHOLE_TASK.partition("## Quality Gates")[0]
BROKEN = (
    Step(WORK.message, {**WORK.files, GIVEN: HALF_TASK}),
    Step(TESTS_FIRST.message, TESTS_FIRST.files),
    Step(REPORTED.message, {**REPORTED.files, "REPORT.md": REPORT}),
)
MENDED = (Step(SOUND[0].message, {**SOUND[0].files, GIVEN: WHOLE_TASK}), *SOUND[1:])
TOLD = Tale("report", "LEND-13", "to let a reader renew a loan", BROKEN, MENDED, ())
