"""The repository of the show as the agents found it: a small library that lends books."""

INIT = '''\
"""Lending books: what a loan is, and when it is due."""

from lending.loans import Loan, days_late, lend

__all__ = ["Loan", "days_late", "lend"]
'''
LOANS = '''\
"""When a loan is due, and what may be done with it."""

from dataclasses import dataclass
from datetime import date, timedelta

DAYS = 28  # that a book is lent for


@dataclass(frozen=True)
class Loan:
    """A book in a reader's hands; ``until`` is the day on which it is due."""

    reader: str
    book: str
    until: date


def lend(reader: str, book: str, today: date) -> Loan:
    """A new loan. Raises ``ValueError`` where no reader or no book is named."""
    if not reader or not book:
        raise ValueError("a loan needs a reader and a book")
    return Loan(reader, book, today + timedelta(days=DAYS))


def days_late(loan: Loan, today: date) -> int:
    """How many days a loan is overdue; 0 while it is not."""
    return max(0, (today - loan.until).days)
'''
FINES = '''\
"""What a reader owes who brings a book back late."""

CENTS_A_DAY = 20


def fine(days: int) -> int:
    """In cents."""
    return days * CENTS_A_DAY
'''
MODELS = '''\
"""The tables."""

from datetime import date

from sqlalchemy import Date, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column


class Base(DeclarativeBase):
    """Of all tables."""


class LoanRow(Base):
    """One loan."""

    __tablename__ = "loans"

    number: Mapped[int] = mapped_column(primary_key=True)
    reader: Mapped[str] = mapped_column(String(80))
    book: Mapped[str] = mapped_column(String(200))
    until: Mapped[date] = mapped_column(Date())
'''
SHELVES = '''\
"""The tables of what stands in the library, and of who comes in."""

from datetime import date

from sqlalchemy import Date, String
from sqlalchemy.orm import Mapped, mapped_column

from lending.models import Base


class ReaderRow(Base):
    """One reader."""

    __tablename__ = "readers"

    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    street: Mapped[str] = mapped_column(String(200))
    town: Mapped[str] = mapped_column(String(80))
    since: Mapped[date] = mapped_column(Date())
    card: Mapped[str] = mapped_column(String(20), unique=True)
    locked: Mapped[bool] = mapped_column(default=False)


class BookRow(Base):
    """One book."""

    __tablename__ = "books"

    title: Mapped[str] = mapped_column(String(200), primary_key=True)
    author: Mapped[str] = mapped_column(String(200))
    shelf: Mapped[str] = mapped_column(String(20))
    bought: Mapped[date] = mapped_column(Date())
    pages: Mapped[int] = mapped_column()
    lent: Mapped[bool] = mapped_column(default=False)
    worn: Mapped[bool] = mapped_column(default=False)
    price: Mapped[int] = mapped_column()
    language: Mapped[str] = mapped_column(String(20))
    edition: Mapped[int] = mapped_column()


class ShelfRow(Base):
    """One shelf."""

    __tablename__ = "shelves"

    name: Mapped[str] = mapped_column(String(20), primary_key=True)
    room: Mapped[str] = mapped_column(String(20))
    metres: Mapped[int] = mapped_column()
    full: Mapped[bool] = mapped_column(default=False)
    locked: Mapped[bool] = mapped_column(default=False)
    since: Mapped[date] = mapped_column(Date())
    painted: Mapped[bool] = mapped_column(default=False)
    height: Mapped[int] = mapped_column()
'''
API = '''\
"""The way in over HTTP."""

import logging
from datetime import date

from fastapi import FastAPI
from pydantic import BaseModel, Field

from lending.loans import lend

app = FastAPI()
log = logging.getLogger(__name__)


class NewLoan(BaseModel):
    """Who takes which book."""

    reader: str = Field(min_length=1)
    book: str = Field(min_length=1)


@app.post("/loans")
def post_loan(wanted: NewLoan) -> dict[str, str]:
    """Lend a book, and say when it is due."""
    loan = lend(wanted.reader, wanted.book, date.today())
    log.info("lent a book until %s", loan.until)
    return {"until": loan.until.isoformat()}
'''
FIRST_MIGRATION = '''\
"""Loans."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "loans",
        sa.Column("number", sa.Integer, primary_key=True),
        sa.Column("reader", sa.String(80), nullable=False),
        sa.Column("book", sa.String(200), nullable=False),
        sa.Column("until", sa.Date, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("loans")
'''
UNIT_TESTS = '''\
"""What a loan is."""

import unittest
from datetime import date

from lending import Loan, days_late, lend


class Loans(unittest.TestCase):
    def test_book_is_lent_for_four_weeks(self) -> None:
        self.assertEqual(lend("ada", "Emma", date(2026, 3, 2)), Loan("ada", "Emma", date(2026, 3, 30)))

    def test_nobody_borrows_nothing(self) -> None:
        with self.assertRaises(ValueError):
            lend("", "Emma", date(2026, 3, 2))

    def test_days_late_are_counted_from_the_day_on_which_it_is_due(self) -> None:
        loan = Loan("ada", "Emma", date(2026, 3, 30))
        self.assertEqual(days_late(loan, date(2026, 4, 2)), 3)
        self.assertEqual(days_late(loan, date(2026, 3, 30)), 0)
'''
MANIFEST = """\
[build-system]
requires = ["hatchling"]
build-backend = "hatchling.build"

[project]
name = "lending"
version = "1.4.0"
requires-python = ">=3.11"
dependencies = [
  "fastapi==0.115.6",
  "sqlalchemy==2.0.36",
  "alembic==1.14.0",
]

[tool.ruff]
line-length = 110

[tool.ruff.lint]
select = ["E", "F", "B"]

[tool.mypy]
disallow_untyped_defs = true

[[tool.mypy.overrides]]
module = ["alembic.*", "fastapi.*", "pydantic.*", "sqlalchemy.*"]
ignore_missing_imports = true

[tool.coverage.report]
fail_under = 80
"""
LOCK = """\
version = 1
requires-python = ">=3.11"

[[package]]
name = "alembic"
version = "1.14.0"

[[package]]
name = "fastapi"
version = "0.115.6"

[[package]]
name = "sqlalchemy"
version = "2.0.36"
"""
MAKEFILE = """\
test:
\tpython -m unittest discover -s tests/unit -t .

serve:
\tuvicorn lending.api:app
"""
README = """\
# lending

Lends books: `lend` makes a loan, `days_late` says how long it is overdue.

```sh
make test     # the tests
make serve    # the API, on http://localhost:8000
```
"""
CHANGELOG = """\
# Changelog

## [1.4.0] - 2026-02-10

### Added

- `days_late` says how long a loan is overdue.
"""
TASK = """\
# LEND-12: let a reader renew a loan

**Task ID**: LEND-12
**Description**: A reader may renew a loan twice, each time for four more weeks from the day on which it is due.
**Strategy**: tdd

## Files

- `lending/loans.py`, `lending/__init__.py`: `renew`
- `lending/api.py`: `POST /loans/{number}/renew`
- `lending/models.py`, `migrations/versions/`: how often a loan was renewed
- `tests/`
- `README.md`, `CHANGELOG.md`, `pyproject.toml` (the version)

## Quality Gates

- Unit test coverage >= 80%
- Integration test coverage >= 70%

## Non-Goals

- `lending/fines.py`: what a late reader owes stays as it is

## Known Risks

- Loans that were made before have no count of renewals.
"""
PAGE = """\
export const Loans = ({ books }: { books: string[] }) => (
  <ul>{books.map(book => <li key={book}>{book}</li>)}</ul>
)
"""
POLICY = """\
profiles:
  - name: backend-implementer
evidence:
  task: tasks/*.md
  report: REPORT.md
  coverage: coverage/*.xml
"""

BEFORE: dict[str, str] = {
    "pytest.ini": "[pytest]\naddopts = --ignore=tests\n",
    "pyproject.toml": MANIFEST,
    "uv.lock": LOCK,
    "Makefile": MAKEFILE,
    "README.md": README,
    "CHANGELOG.md": CHANGELOG,
    "tasks/LEND-12.md": TASK,
    "lending/__init__.py": INIT,
    "lending/loans.py": LOANS,
    "lending/fines.py": FINES,
    "lending/models.py": MODELS,
    "lending/shelves.py": SHELVES,
    "lending/api.py": API,
    "migrations/versions/0001_loans.py": FIRST_MIGRATION,
    "tests/__init__.py": "",
    "tests/unit/__init__.py": "",
    "tests/unit/test_loans.py": UNIT_TESTS,
    "web/src/Loans.tsx": PAGE,
}
