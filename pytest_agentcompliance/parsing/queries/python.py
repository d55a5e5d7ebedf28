"""Queries in Python: SQLAlchemy, SQLModel, Django, asyncpg, MongoDB, and drivers with a cursor."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.queries import Kind, Query, sql
from pytest_agentcompliance.parsing.queries.chains import Chain, Link, chains

# A file without one of these words has no query in it.
_SIGN = re.compile(
    r"\.(?:execute\w{0,20}|executemany|query|scalars?|exec|objects|fetch\w{0,5}|session|add|commit|get|merge|paginate|refresh|flush|"
    r"insert_\w{1,20}|update_\w{1,20}|delete_\w{1,20}|find_one\w{0,20}|count_documents|bulk_\w{1,20}|stream\w{0,10})\b"
)
_ORM = re.compile(r"\b(?:sqlalchemy|sqlmodel|AsyncSession|SessionLocal|flask_sqlalchemy|Session\b|db\.session)")
_DRIVER = re.compile(
    r"\b(?:sqlite3|aiosqlite|psycopg2?|asyncpg|MySQLdb|pymysql|aiomysql|duckdb|mysql\.connector|cx_Oracle|oracledb|pyodbc|libsql\w*)\b"
)
_SESSION = re.compile(r"(?i)_{0,2}(?:\w{0,40}session|db|sess|s|database|\w{1,30}_db|db_\w{1,30}|uow|tx)(?:\(\))?")
_CONNECTION = re.compile(
    r"(?i)_{0,2}(?:\w{0,40}(?:conn|connection|cursor|cur|engine|session|pool|database|sqlite|postgres|duckdb)|c|con|db|\w{1,30}_db|"
    r"db_\w{1,30}|tx|sess|s|txn)(?:\(\))?"
)
_READS = frozenset({"scalars", "scalar", "stream", "stream_scalars", "scalar_one", "scalar_one_or_none", "paginate"})

def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_STAGED = frozenset({"add", "add_all", "delete", "merge", "expunge"})
_SENT: dict[str, Kind] = {
    "flush": "write", "bulk_save_objects": "write", "bulk_insert_mappings": "write", "bulk_update_mappings": "write",
    "refresh": "read", "commit": "transaction", "begin": "transaction", "begin_nested": "transaction", "rollback": "transaction",
}  # fmt: skip
_OF_SESSION = _READS | _STAGED | _SENT.keys() | _names("query get get_one get_or_404 exec")
_ASKED = _names(
    "query select_from filter filter_by get get_or_404 first_or_404 one_or_404 order_by all first count join options paginate "
    "where one one_or_none limit offset outerjoin distinct with_entities delete update group_by scalar exists"
)
_CHANGES = frozenset({"delete", "update"})
_DJANGO_WRITES = _names(
    "create acreate bulk_create bulk_update update aupdate delete adelete get_or_create aget_or_create update_or_create "
    "aupdate_or_create abulk_create abulk_update"
)
_MONGO_READS = frozenset({"find_one", "count_documents", "estimated_document_count"})
_MONGO_WRITES = _names(
    "insert_one insert_many update_one update_many replace_one delete_one delete_many find_one_and_update find_one_and_delete "
    "find_one_and_replace bulk_write"
)
_EXECUTED = _names(
    "execute executemany executescript exec_driver_sql execute_sql fetch fetchrow fetchval fetch_one fetch_all execute_fetchall "
    "read_sql"
)
_WRITES = re.compile(
    r"(?:sa\.|sqlalchemy\.)?(?:pg_|sqlite_|postgresql\.)?(?:insert|update|delete|upsert)\(|\w{1,60}\.(?:insert|update|delete)\(\)"
)
_SELECTS = re.compile(r"(?:sa\.|sqlalchemy\.|sqlmodel\.)?(?:select|exists|with_only_columns)\(|\w{1,60}\.select\(\)")
_TEXT = re.compile(r"(?:sa\.|sqlalchemy\.)?\w{0,20}text\(")
_TEXTUAL = re.compile(r"(?i)(?:\w{0,60}_)?(?:sql|ddl|query_text|schema_sql)(?:_\w{1,40})?$|f?\"\"\"|\"|'|f\"|f'")
_CHANGING = re.compile(r"(?i)\w{0,40}(?:insert|update|delete|upsert)")  # the name of a statement
_CLASS = re.compile(r"(?:\w{1,60}\.)?[A-Z]\w{0,80}")
_MADE = re.compile(
    r"\b(\w{1,60}+)\s?=\s?(?:await\s)?(?:\w{1,40}\.){0,2}(?:cursor|connect|acquire|get_connection|create_pool|Connection)\(|"
    r"\bwith\s[^\n:]{0,200}?\b(?:cursor|connect|acquire|connection|begin|get_db|get_connection)\([^\n]{0,200}?\)\s?as\s(\w{1,60})"
)
_TYPED = re.compile(
    r"\b(\w{1,60}+)\s?:\s?(?:Annotated\[\s?)?[\"']?(?:\w{1,40}\.)?(?:Async|Scoped)?(?:Session|SessionDep|DbSession|DBSession|SessionLocal)\b"
)
_MAKERS = ("cursor(", "connect(", "acquire(", "connection(", "pool(", "Connection(", "begin(", "get_db(")
_DRIVERS = (
    "sqlite", "psycopg", "asyncpg", "MySQLdb", "pymysql", "aiomysql", "duckdb", "mysql.connector", "cx_Oracle", "oracledb",
    "pyodbc", "libsql",
)  # fmt: skip
_MODEL = re.compile(r"(?:self\.)?_?model\w{0,20}")
_NAME = re.compile(r"[a-z_]\w{0,60}")
_NEAR = 4000  # characters above a call in which a name that it is given is looked for


class _File(NamedTuple):
    """What a chain is judged by."""

    text: str
    orm: bool
    driver: bool
    exec: bool
    sessions: frozenset[str]
    connections: frozenset[str]


class _Told(NamedTuple):
    tool: str
    kind: Kind
    at: Link
    staged: bool = False


def read(text: str) -> Iterator[Query]:
    """The queries of a text."""
    if not _SIGN.search(text):
        return
    plain = blanked(text, "x.py")
    # A word is found much quicker than a pattern: each match has one of them.
    made = {one[1] or one[2] for one in _MADE.finditer(plain)} if any(word in plain for word in _MAKERS) else set()
    driver = any(word in plain for word in _DRIVERS) and _DRIVER.search(plain) is not None
    typed = _TYPED.findall(plain) if "Session" in plain else ()
    orm = _ORM.search(plain) is not None
    file = _File(plain, orm, driver, "sqlmodel" in plain, frozenset(typed), frozenset(made))
    line = Lines(text)
    for one in chains(text, plain, "python"):
        told = _told(one, file)
        if told is not None:
            yield Query(
                line(one.start), line(max(one.start, one.end - 1)), one.start, one.end, told.tool, told.kind, one.name,
                one.awaited, told.at.given, False, told.staged,
            )  # fmt: skip


def _told(chain: Chain, file: _File) -> _Told | None:
    links = chain.links[1:] if chain.links[0].name in ("self", "cls") and len(chain.links) > 1 else chain.links
    links = links[:30]
    for at, one in enumerate(links):
        if one.held is None or at == 0:
            continue
        owner = links[at - 1]
        for ask in (_django, _model_query, _session, _execute, _mongo):
            told = ask(links, at, owner, file)
            if told is not None:
                return told
    return None


def _given(one: Link, file: _File) -> str:
    """The first argument; of a name that a statement was given to above it, that statement."""
    if one.given is None:
        return ""
    said = file.text[slice(*one.given)][:2000]
    if not _NAME.fullmatch(said):
        return said
    above = file.text[max(0, one.given[0] - _NEAR) : one.given[0]]
    # The name first, which is found quicker than what must not stand before it.
    given = re.finditer(rf"{said}(?<![\w.]{said})\s?(?::[^=\n]{{1,80}})?=\s?\(?\s{{0,80}}(?=\w+[.(])", above)
    at = max((found.end() for found in given), default=-1)
    held = above[at : at + 200] if at >= 0 else ""
    return held if _WRITES.match(held) or _SELECTS.match(held) or _TEXT.match(held) else said


def _is_session(owner: Link, file: _File) -> bool:
    return owner.name in file.sessions or (file.orm and _SESSION.fullmatch(owner.name) is not None)


def _asks(owner: Link, one: Link, given: str) -> bool:
    """Whether a session whose library another file imports is asked: no other one has these methods."""
    name = owner.name.lower()
    if one.name == "query" and name.endswith(("session", "db")):
        return _CLASS.match(given) is not None
    return name.endswith("session") and one.name in ("execute", "scalars", "scalar")


def _django(links: tuple[Link, ...], at: int, owner: Link, file: _File) -> _Told | None:
    if at < 2 or owner.name != "objects" or owner.held is not None or not _CLASS.fullmatch(links[at - 2].name):
        return None
    names = {one.name for one in links[at:] if one.held is not None}
    if links[at].name == "raw":
        return _Told("django", "raw", links[at])
    return _Told("django", "write" if names & _DJANGO_WRITES else "read", links[at])


def _model_query(links: tuple[Link, ...], at: int, owner: Link, file: _File) -> _Told | None:
    """``User.query.filter_by(...)`` of Flask-SQLAlchemy."""
    if at < 2 or owner.name != "query" or owner.held is not None or links[at].name not in _ASKED:
        return None
    if not _CLASS.fullmatch(links[at - 2].name):
        return None
    return _Told("sqlalchemy", "write" if _CHANGES & {one.name for one in links[at + 1 :]} else "read", links[at])


def _session(links: tuple[Link, ...], at: int, owner: Link, file: _File) -> _Told | None:
    one = links[at]
    if one.name not in _OF_SESSION:
        return None
    given = _given(one, file)
    if not _is_session(owner, file) and not _asks(owner, one, given):
        return None
    if one.name == "query" and one.given is not None:
        if sql.begins(given):
            return _Told("driver", "raw", one)
        changes = _CHANGES & {each.name for each in links[at + 1 :] if each.held is not None}
        return _Told("sqlalchemy", "write" if changes else "read", one)
    if one.name in _READS and one.given is not None:
        return _Told("sqlalchemy", "raw" if _TEXT.match(given) or sql.begins(given) else "read", one)
    if one.name in ("get", "get_one", "get_or_404") and one.given is not None:
        return _Told("sqlalchemy", "read", one) if _CLASS.fullmatch(given) or _MODEL.fullmatch(given) else None
    if one.name == "exec" and file.exec and one.given is not None:
        return _Told("sqlmodel", "raw" if _TEXT.match(given) else "write" if _WRITES.match(given) else "read", one)
    if one.name in _STAGED and one.given is not None and re.match(r"[\w.\[({*]", given) and owner.name != "s":
        if one.name == "delete" and sql.begins(given):
            return None
        return _Told("sqlalchemy", "write", one, staged=True)
    return _Told("sqlalchemy", _SENT[one.name], one) if one.name in _SENT else None


def _execute(links: tuple[Link, ...], at: int, owner: Link, file: _File) -> _Told | None:
    one = links[at]
    if one.given is None or one.name not in _EXECUTED:
        return None
    given = _given(one, file)
    known = owner.name in file.connections or owner.name in file.sessions
    is_connection = known or _CONNECTION.fullmatch(owner.name) is not None or (owner.name == "cursor" and owner.held is not None)
    fetches = one.name in ("fetch", "fetchrow", "fetchval")
    tool = "asyncpg" if fetches else "sqlalchemy" if file.orm and not file.driver else "driver"
    if _TEXT.match(given) or (sql.begins(given) and not _SELECTS.match(given)):
        return _Told("sqlalchemy" if _TEXT.match(given) else tool, "transaction" if sql.bounds(given) else "raw", one)
    if not is_connection:
        return None
    if _WRITES.match(given) or _SELECTS.match(given):
        return _Told("sqlalchemy", "write" if _WRITES.match(given) else "read", one)
    if not one.name.startswith("exec") and not known and not file.driver:
        return None
    if file.orm and not _TEXTUAL.match(given):
        return _Told("sqlalchemy", "write" if _CHANGING.match(given) else "read", one)
    return _Told(tool, "raw", one) if file.driver or file.orm or known or _TEXTUAL.match(given) else None


def _mongo(links: tuple[Link, ...], at: int, owner: Link, file: _File) -> _Told | None:
    one = links[at]
    if one.given is None:
        return None
    if one.name in _MONGO_READS:
        return _Told("mongodb", "read", one)
    return _Told("mongodb", "write", one) if one.name in _MONGO_WRITES else None
