"""The task of the show as it should have been done: tests first, then the code with its papers, then the report."""

from collections.abc import Mapping
from typing import Any

from pytest_agentcompliance.demo.implementer.before import API, CHANGELOG, INIT, LOANS, MANIFEST, MODELS, README, UNIT_TESTS
from pytest_agentcompliance.demo.tale import Step

NEW_INIT = INIT.replace("import Loan, days_late, lend", "import Loan, days_late, lend, renew").replace(
    '"days_late", "lend"]', '"days_late", "lend", "renew"]'
)
RENEW = '''

def renew(loan: Loan) -> Loan:
    """The loan for four more weeks. Raises ``ValueError`` the third time.

    >>> renew(lend("ada", "Emma", date(2026, 3, 2))).until
    datetime.date(2026, 4, 27)
    """
    if loan.renewals >= RENEWALS:
        raise ValueError(f"{loan.book} was renewed {RENEWALS} times; bring it back first")
    return replace(loan, until=loan.until + timedelta(days=DAYS), renewals=loan.renewals + 1)
'''
NEW_LOANS = (
    LOANS.replace("import dataclass\n", "import dataclass, replace\n")
    .replace("is lent for\n", "is lent for\nRENEWALS = 2  # that one loan may have\n")
    .replace("    until: date\n\n", "    until: date\n    renewals: int = 0\n\n", 1)
    + RENEW
)
RENEWALS = '    renewals: Mapped[int] = mapped_column(Integer(), server_default="0")\n'
NEW_MODELS = MODELS.replace("import Date, String", "import Date, Integer, String") + RENEWALS
SECOND_MIGRATION = '''\
"""How often a loan was renewed; 0 for those that are there."""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("loans", sa.Column("renewals", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("loans", "renewals")
'''
ENDPOINT = '''

class Renewal(BaseModel):
    """Which loan a reader wants to keep."""

    reader: str = Field(min_length=1)
    book: str = Field(min_length=1)
    until: date
    renewals: int = Field(ge=0)


@app.post("/loans/{number}/renew")
def post_renewal(number: int, wanted: Renewal) -> dict[str, str]:
    """Renew a loan, and say when it is due now; 409 where it was renewed too often."""
    try:
        loan = renew(Loan(wanted.reader, wanted.book, wanted.until, wanted.renewals))
    except ValueError as wrong:
        raise HTTPException(409, str(wrong)) from wrong
    log.info("renewed loan %d until %s", number, loan.until)
    return {"until": loan.until.isoformat()}
'''
NEW_API = (
    API.replace("import FastAPI", "import FastAPI, HTTPException").replace("import lend\n", "import Loan, lend, renew\n") + ENDPOINT
)
NEW_UNIT_TESTS = UNIT_TESTS.replace("days_late, lend\n", "days_late, lend, renew\n") + '''
    def test_loan_is_renewed_for_four_weeks(self) -> None:
        again = renew(Loan("ada", "Emma", date(2026, 3, 30)))
        self.assertEqual(again, Loan("ada", "Emma", date(2026, 4, 27), 1))

    def test_third_renewal_is_refused(self) -> None:
        with self.assertRaisesRegex(ValueError, "renewed 2 times"):
            renew(Loan("ada", "Emma", date(2026, 3, 30), 2))
'''
INTEGRATION_TESTS = '''\
"""Lending and renewing, one after the other."""

import unittest
from datetime import date

from lending import lend, renew


class Renewals(unittest.TestCase):
    def test_book_can_be_kept_for_twelve_weeks(self) -> None:
        loan = renew(renew(lend("ada", "Emma", date(2026, 3, 2))))
        self.assertEqual((loan.until, loan.renewals), (date(2026, 5, 25), 2))
'''
API_TESTS = '''\
"""Renewing over HTTP; what it answers is tried where FastAPI is there."""

import unittest
from datetime import date
from importlib.util import find_spec


@unittest.skipUnless(find_spec("fastapi"), "needs FastAPI")
class Endpoint(unittest.TestCase):
    def test_loan_is_renewed(self) -> None:
        from lending.api import Renewal, post_renewal

        wanted = Renewal(reader="ada", book="Emma", until=date(2026, 3, 30), renewals=0)
        self.assertEqual(post_renewal(7, wanted), {"until": "2026-04-27"})
'''
NEW_README = README.replace(
    "Lends books: `lend` makes a loan, `days_late` says how long it is overdue.",
    "Lends books: `lend` makes a loan, `renew` keeps it for four more weeks, twice, `days_late` says how long it is overdue.",
)
NEW_CHANGELOG = CHANGELOG.replace("# Changelog\n", """# Changelog

## [1.5.0] - 2026-03-02

### Added

- `renew`, and `POST /loans/{number}/renew`. `Loan` has a field `renewals`, 0 by default: nothing has to be migrated by hand.
""")
NEW_MANIFEST = MANIFEST.replace('"1.4.0"\nrequires', '"1.5.0"\nrequires')


def measured(name: str, lines: dict[str, dict[int, int]]) -> str:
    """A coverage report as coverage.py writes it: by file, how often each line ran."""
    classes = "".join(
        f'<class filename="{path}" name="{path.rpartition("/")[2]}" line-rate="{_rate(hits)}"><lines>'
        + "".join(f'<line number="{number}" hits="{count}"/>' for number, count in hits.items())
        + "</lines></class>\n"
        for path, hits in lines.items()
    )
    every = {(path, number): count for path, hits in lines.items() for number, count in hits.items()}
    ran = sum(map(bool, every.values()))
    return (
        f'<?xml version="1.0" ?>\n<coverage version="7.6.10" timestamp="1772445600000" lines-valid="{len(every)}" '
        f'lines-covered="{ran}" line-rate="{_rate(every)}" branches-covered="0" branches-valid="0" branch-rate="0" '
        f'complexity="0">\n<sources><source>.</source></sources>\n<packages><package name="{name}"><classes>\n{classes}'
        "</classes></package></packages>\n</coverage>\n"
    )


def _rate(hits: Mapping[Any, int]) -> str:
    return f"{sum(map(bool, hits.values())) / len(hits):.4g}"


def statements(text: str, missed: tuple[int, ...] = ()) -> dict[int, int]:
    """The lines of a module that hold a statement, and whether they ran, but for those that were missed."""
    found, quoted = {}, False
    for number, line in enumerate(text.split("\n"), 1):
        quotes = line.count('"""')
        if line.strip() and not quoted and not quotes and not line.lstrip().startswith(("#", ")", "}", "]")):
            found[number] = int(number not in missed)
        quoted ^= quotes % 2 == 1
    return found


CHECKLIST = """
- [x] Changes limited to minimal necessary files and lines
- [x] All new public code documented with examples
- [x] Inline comments exist for non-obvious logic explaining the why
- [x] Unit tests cover new code and edge cases; integration tests added when required
- [x] Linting and type checks pass
- [x] No existing behavior is broken; if breaking, changelog and migration notes included
- [x] Unit test coverage >= 80%
- [x] Integration test coverage >= 70%
- [x] All tests passing
- [x] Input validation on all endpoints
- [x] Secrets not hardcoded (environment variables)
- [x] No scope violations (non-goals respected)
"""
REPORT = """\
# LEND-12: let a reader renew a loan

## Implementation Summary

`renew` keeps a loan for four more weeks, at most twice. The tests came first.

## Files Changed

- `lending/loans.py`, `lending/__init__.py`: `renew`
- `lending/api.py`: the endpoint
- `lending/models.py`: the column
- `migrations/versions/0002_renewals.py` (new)
- `tests/unit/test_loans.py`
- `tests/integration/__init__.py`, `tests/integration/test_renewals.py`, `tests/integration/test_api.py` (all new)
- `README.md`, `CHANGELOG.md`, `pyproject.toml`
- `coverage/unit.xml` (new), `coverage/integration.xml` (new)

## API Documentation

`POST /loans/{number}/renew` takes `{reader, book, until, renewals}` and answers `{until}`, or 409 where it was renewed too often.

## Database Changes

`migrations/versions/0002_renewals.py` adds the column `loans.renewals`, 0 by default.

## Test Results

Seven tests, all passing; the one of the API needs FastAPI.

## Scope Compliance Confirmation

No non-goal work was performed: `lending/fines.py` is as it was.

## Skills Used

None.

## Acceptance Checklist
""" + CHECKLIST
UNIT, INTEGRATION = "coverage/unit.xml", "coverage/integration.xml"
TESTS_FIRST = Step("Test the renewal of loans\n\nLEND-12 asks for two renewals; these say what they are to do.\n", {
    "tests/unit/test_loans.py": NEW_UNIT_TESTS,
    "tests/integration/__init__.py": "",
    "tests/integration/test_renewals.py": INTEGRATION_TESTS,
    "tests/integration/test_api.py": API_TESTS,
})  # fmt: skip
CODE = Step("Let a reader renew a loan twice\n\nReaders had to bring a book back to borrow it again (LEND-12).\n", {
    "lending/__init__.py": NEW_INIT,
    "lending/loans.py": NEW_LOANS,
    "lending/api.py": NEW_API,
    "lending/models.py": NEW_MODELS,
    "migrations/versions/0002_renewals.py": SECOND_MIGRATION,
    "README.md": NEW_README,
    "CHANGELOG.md": NEW_CHANGELOG,
    "pyproject.toml": NEW_MANIFEST,
})  # fmt: skip
CHECKS = {
    "tests": ("python", "-m", "unittest", "discover", "-s", "tests", "-t", "."),
    "lint": ("ruff", "check", "--no-cache", "lending", "tests"),
    "types": ("mypy", "--cache-dir=/dev/null", "lending"),
}
REPORTED = Step("Report the renewal of loans\n\nWhat was done for LEND-12, and what the tests cover.\n", {
    "REPORT.md": REPORT,
    UNIT: measured("lending", {"lending/loans.py": statements(NEW_LOANS), "lending/__init__.py": statements(NEW_INIT)}),
    INTEGRATION: measured("lending", {
        "lending/loans.py": statements(NEW_LOANS, (26, 27)),
        "lending/__init__.py": statements(NEW_INIT),
        "lending/api.py": statements(NEW_API),
        "lending/models.py": statements(NEW_MODELS),
    }),
}, CHECKS)  # fmt: skip

SOUND = (TESTS_FIRST, CODE, REPORTED)
