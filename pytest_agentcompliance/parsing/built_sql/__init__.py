"""SQL that is put together from strings: what is put into the text of a statement in place of being bound to it."""

import re
from dataclasses import dataclass
from typing import Literal

from pytest_agentcompliance.parsing.remembered import remembered
from pytest_agentcompliance.parsing.somewhere import Anywhere

Kind = Literal["value", "request", "name"]
# What some file says that has SQL in it: a cheap question before a grammar is asked.
_SQL = Anywhere(re.compile(
    r"(?i)\b(?:select\s|insert\s+(?:or|into|ignore)\b|update\s+\S+\s+set\b|delete\s+from\b|(?:alter|drop|create|truncate)\s+\w+\s|"
    r"pragma\s|rawsql|literal_column|sequelize|(?:from|import) sqlalchemy)|"
    r"raw\(|unsafe|where\(|\.extra\(|\.(?:query|execute)\(\s*req|order_by\(|having\("
), (
    "select", "insert", "update", "delete", "alter", "drop", "create", "truncate", "pragma", "rawsql", "literal_column",
    "sequelize", "from sqlalchemy", "import sqlalchemy", "raw(", "unsafe", "where(", ".extra(", ".query(", ".execute(", "order_by(",
    "having(",
))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Put:
    """What is put into a text: its line, how it is written, whether it is a value, of the request, or a name or piece of SQL."""

    line: int
    text: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Built:
    """A statement that is put together: its lines, the call that it goes to (empty: none is near), and what is put into it."""

    line: int
    last: int
    callee: str
    put: tuple[Put, ...]
    around: tuple[int, int]  # lines of the function


@remembered
def built(path: str, text: str) -> tuple[Built, ...]:
    """The statements of a file of Python, JavaScript or TypeScript that something is put into; never fails."""
    if not _SQL.found(text):
        return ()
    from pytest_agentcompliance.parsing.built_sql.calls import found
    from pytest_agentcompliance.parsing.built_sql.source import read

    source = read(path, text)
    return () if source is None else tuple(found(source))
