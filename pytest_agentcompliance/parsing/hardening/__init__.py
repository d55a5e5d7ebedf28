"""What code leaves open: passwords that are hashed cheaply, tokens that never expire, answers that any origin may read."""

import re
from dataclasses import dataclass
from typing import Literal

from pytest_agentcompliance.parsing.remembered import remembered
from pytest_agentcompliance.parsing.somewhere import may_say

# What some file says that has such a place: a cheap question before a grammar is asked.
_SAYS = re.compile(
    r"(?i)bcrypt|gensalt|CryptContext|createHash|hashlib|jwt|\bcors\b|CORSMiddleware|enableCors|CORS_|Access-Control-Allow-Origin|"
    r"\bexpress\(|FastAPI\(|Flask\(|fastify\(|NestFactory"
)
_WORDS = (  # one of these stands in each match, in small letters
    "bcrypt", "gensalt", "cryptcontext", "createhash", "hashlib", "jwt", "cors", "access-control-allow-origin", "express(",
    "fastapi(", "flask(", "fastify(", "nestfactory",
)  # fmt: skip
Kind = Literal["password", "token", "origin", "application"]


@dataclass(frozen=True, slots=True)
class Open:
    """One place: its lines, what it is about, what is wrong with it, and its text on one line.

    ``cost`` is the cost of bcrypt where that is what it is about; ``mild``: it is said for development alone. An "application"
    is no fault: it is where a server is made.
    """

    line: int
    last: int
    kind: Kind
    what: str
    text: str
    cost: int | None = None
    mild: bool = False


@remembered
def left_open(path: str, text: str) -> tuple[Open, ...]:
    """All places of a file of Python, JavaScript or TypeScript, in order; never fails."""
    if not may_say(text, _WORDS) or not _SAYS.search(text):
        return ()
    from pytest_agentcompliance.parsing.built_sql.source import read
    from pytest_agentcompliance.parsing.hardening import applications, hashes, origins, tokens

    source = read(path, text)
    if source is None:
        return ()
    found = [*hashes.found(source), *tokens.found(source), *origins.found(source), *applications.found(source)]
    return tuple(sorted(found, key=lambda one: (one.line, one.kind, one.what)))
