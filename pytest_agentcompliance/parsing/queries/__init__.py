"""The calls of a file that go to a database, through which library, and what they do there."""

from dataclasses import dataclass
from typing import Literal

from pytest_agentcompliance.parsing.languages import SCRIPTS, language_of
from pytest_agentcompliance.parsing.remembered import remembered

Kind = Literal["read", "write", "raw", "transaction"]

LONGEST = 1_000_000  # characters of a file that is read
MOST = 5000  # queries of one file
# By one of these the bytes of a patch that adds a query are known.
SIGNS = (
    rb"\.query\b", rb"\.execute", rb"\.find[A-Z_(]", rb"\.select[(D]", rb"\.insert", rb"\.delete[(MO]", rb"\.count", rb"\.scalar",
    rb"\.up(?:date|sert)[(MOA]", rb"\.objects\.", rb"queryRaw", rb"QueryRaw",
    rb"\.save\(", rb"\.fetch[(rv]", rb"sql(?<!\wsql)[`<]", rb"\.get\([A-Z]",
    rb"\.exec\(", rb"\.create[(MA]", rb"\.get(?:One|Many|Raw|Count)", rb"\.exists?[(B]", rb"\.aggregate\(", rb"\.from\(",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Query:
    """One call, with all that is chained to it. Lines count from 1, offsets are of the text as it was given.

    ``tool`` is the library: prisma, drizzle, typeorm, sequelize, mongoose, mongodb, knex, supabase, sqlalchemy, sqlmodel, django,
    asyncpg, or driver where only SQL tells it. ``kind`` raw is SQL in the program's text, whatever it does.
    ``name`` is the chain without what is handed in: ``prisma.user.findMany``. ``given`` is where the first argument stands, or the
    text of a tagged template (``tagged``). ``staged``: it goes to the database with a later call (``session.add``).
    """

    line: int
    last: int
    start: int
    end: int
    tool: str
    kind: Kind
    name: str
    awaited: bool = False
    given: tuple[int, int] | None = None
    tagged: bool = False
    staged: bool = False


@remembered  # several rules ask about one file
def queries(path: str, text: str) -> tuple[Query, ...]:
    """The queries of a file of Python, TypeScript or JavaScript in order; none of another. Never fails.

    They are told by their names: what is called, on what, with what, and what the file imports and declares. A method that a
    project wrote itself (``userRepository.find`` where TypeORM is not imported) is none.
    """
    language = language_of(path, text)
    name = language.grammar if language is not None else ""
    if (name not in SCRIPTS and name != "python") or len(text) > LONGEST:
        return ()
    from pytest_agentcompliance.parsing.queries import python, scripts  # start-up time

    found = python.read(text) if name == "python" else scripts.read(text, name)
    return tuple(sorted(found, key=lambda one: (one.start, one.end))[:MOST])
