"""SQL that is put together from strings: what is put into the text of a statement in place of being bound to it."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

Kind = Literal["value", "request", "name"]
# What some file says that has SQL in it: a cheap question before a grammar is asked.
_SQL = re.compile(
    r"(?i)\b(?:select\s|insert\s+(?:or|into|ignore)\b|update\s+\S+\s+set\b|delete\s+from\b|(?:alter|drop|create|truncate)\s+\w+\s|"
    r"pragma\s|rawsql|literal_column|sequelize|(?:from|import) sqlalchemy)|"
    r"raw\(|unsafe|where\(|\.extra\(|\.(?:query|execute)\(\s*req|order_by\(|having\("
)


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


@lru_cache(maxsize=128)
def built(path: str, text: str) -> tuple[Built, ...]:
    """The statements of a file of Python, JavaScript or TypeScript that something is put into; never fails."""
    if not _SQL.search(text):
        return ()
    from pytest_agentcompliance.parsing.built_sql.calls import found
    from pytest_agentcompliance.parsing.built_sql.source import read

    source = read(path, text)
    return () if source is None else tuple(found(source))
