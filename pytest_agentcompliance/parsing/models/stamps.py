"""When the rows of a table came and changed, whether they are only marked as deleted, and which tables need neither."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from pytest_agentcompliance.parsing.models import Field, Model
from pytest_agentcompliance.parsing.models.differences import plain

_WHEN = r"(?:at|on|time|date|stamp|ts|utc|ms|epoch)*+"  # nothing of it is tried twice
_CREATED = re.compile(rf"(?:date|time|ts|gmt)?_?(?:created?|creation|inserted|ctime){_WHEN}")
_UPDATED = re.compile(rf"(?:date|time|ts|gmt|last)?_?(?:updated?|modified|modification|modify|changed|edited|mtime){_WHEN}")
_TIMES = re.compile(f"(?:{_CREATED.pattern})|(?:{_UPDATED.pattern})")
_ENDS_CREATED = ("createdat", "createdon", "createdate", "createtime", "createddate", "createdtime", "creationdate")
_ENDS_UPDATED = ("updatedat", "modifiedat", "updatedon", "modifiedon", "updatetime", "lastmodified", "lastupdated")
_NOW = re.compile(r"(?i)now|current_?timestamp|today|unixepoch")
_TIMED = re.compile(r"(?:.*[a-z_](?:_at|At|_on|_time|Time|_date|Date|_ts))|timestamp|time|date|ts|at|when")
# What a tool writes by itself, as a line of the code has it.
_BY_TOOL = {
    "created": re.compile(r"@CreateDateColumn\b|@CreatedAt\b"),
    "updated": re.compile(
        r"@updatedAt\b|@UpdateDateColumn\b|@UpdatedAt\b|\bonupdate\s*=|\bserver_onupdate\s*=|\$onUpdate|\.onUpdateNow\b"
    ),
}
_NO_TIME = frozenset({"boolean", "uuid", "bytes", "enum", "json"})  # whatever a column of these is called
_DELETED = re.compile(
    r"(?:is)?(?:soft)?deleted(?:at|on|time|date|datetime|timestamp|ts|flag)?|(?:is)?archived(?:at|on)?|removedat|deletion(?:date|time)"
    r"|deletedate|deletetime|datedeleted|isremoved|tombstone(?:d|dat)?|discardedat|trashedat"
)
_SOFT_TOOL = re.compile(r"@DeleteDateColumn\b|@DeletedAt\b")
# What is written again after the row was made, by its name: with a default, or empty at first.
_STATE = re.compile(r"(?:.*_)?(?:status|state|stage|phase|progress)", re.IGNORECASE)
# A state that a row has from the start and keeps.
_FINAL = re.compile(r"(?i)(?:.*[._])?[\"']?(?:success\w*|ok|completed?|done|sent|recorded|logged|final\w*|info)[\"']?")
_COUNTER = re.compile(
    r"(?:.*_)?(?:attempts?|retries|balance|remaining|uses|(?:retry|use|used|hit|view|attempt)_?count)", re.IGNORECASE
)
_FLAG = re.compile(
    r"(?:is_?)?(?:used|revoked|consumed|read|processed|delivered|active|enabled|applied|handled|resolved|verified|acknowledged|seen"
    r"|claimed|redeemed|expired|deleted|notified|locked|blocked|archived|published|approved|paid|closed|done|completed)",
    re.IGNORECASE,
)
_LAST = re.compile(r"last(?:_|[A-Z]).*")
_DONE = re.compile(r".*ed(?:_at|At|_on|On|_time|Time)")
_WORDS = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|[0-9]+")
_REACH = 8  # lines of one column
_WIDEST = 400  # characters of a line
# Tables whose columns a library prescribes (Auth.js, WebAuthn, Alembic, LangGraph, connect-pg-simple) have all names of a set.
_PRESCRIBED = (
    frozenset({"identifier", "token", "expires"}), frozenset({"sessiontoken", "userid", "expires"}),
    frozenset({"provider", "provideraccountid"}), frozenset({"credentialid", "credentialpublickey", "counter"}),
    frozenset({"versionnum"}), frozenset({"threadid", "checkpointns", "channel"}),
    frozenset({"threadid", "checkpointns", "checkpointid"}), frozenset({"sid", "sess", "expire"}),
    frozenset({"sid", "sess", "expired"}),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stamps:
    """The fields that say when a row was made and when it was changed; ``instead``: another that is filled with the time."""

    created: str = ""
    updated: str = ""
    instead: str = ""
    timed: bool = False  # some column is a time


def stamps(model: Model, code: str) -> Stamps:
    """What a model has. ``code`` is its file, by which columns are known that a tool fills in."""
    created = updated = instead = ""
    timed = False
    for field, text in _with_lines(model, code):
        names = [plain(one.rpartition(".")[2]) for one in (field.name, field.column)]
        if field.type in _NO_TIME and not field.list:
            continue
        if not created and _is(names, _CREATED, _ENDS_CREATED):
            created = field.name
        elif not updated and _is(names, _UPDATED, _ENDS_UPDATED):
            updated = field.name
        elif not created and _BY_TOOL["created"].search(text):
            created = field.name
        elif not updated and _BY_TOOL["updated"].search(text) and field.type in ("datetime", "date", "bigint", "integer"):
            updated = field.name
        elif not instead and _NOW.search(field.default):
            instead = field.name
        timed = timed or field.type in ("datetime", "date") or _TIMED.fullmatch(field.name) is not None
    return Stamps(created, updated, instead, timed)


def is_created(name: str) -> bool:
    """Whether a column of that name is the time at which a row was made."""
    return _is([plain(name)], _CREATED, _ENDS_CREATED)


def is_updated(name: str) -> bool:
    """Whether a column of that name is the time at which a row was changed."""
    return _is([plain(name)], _UPDATED, _ENDS_UPDATED)


def is_soft(name: str) -> bool:
    """Whether a column of that name marks a row as deleted."""
    return _DELETED.fullmatch(plain(name)) is not None


def soft(model: Model, code: str) -> str:
    """The field that marks a row as deleted; empty where there is none."""
    for field, text in _with_lines(model, code):
        names = (plain(one.rpartition(".")[2]) for one in (field.name, field.column))
        if any(map(is_soft, names)) or _SOFT_TOOL.search(text):
            return field.name
    return ""


def changing(model: Model) -> bool:
    """Whether some column is one that is written again after the row was made: a state, a counter, a time that is empty first."""
    return any(_is_changing(one) for one in model.fields)


def _is_changing(one: Field) -> bool:
    if _LAST.fullmatch(one.name):
        return True
    if one.default and (_COUNTER.fullmatch(one.name) or (one.type == "boolean" and _FLAG.fullmatch(one.name))):
        return True
    if one.default and _STATE.fullmatch(one.name) and not _FINAL.fullmatch(one.default):
        return True
    late = bool(one.nullable) and one.type in ("datetime", "date") and _DONE.fullmatch(one.name) is not None
    return late and not (is_created(one.name) or is_updated(one.name) or one.default)


def joins(model: Model) -> bool:
    """Whether a table only joins others: all of its key, or all of its columns beside times and a key, point at them.

    So does one that is all key: a list of what something has. One more column, as a position or a role, is no matter where two
    are foreign keys and nothing is written again.
    """
    key = [one for one in model.fields if one.primary or one.name in model.primary]
    if len(key) > 1 and (all(map(_points, key)) or (len(key) == len(model.fields) and any(map(_points, key)))):
        return True
    rest = [one for one in model.fields if not (one.primary and one.reference is None) and one.type not in ("datetime", "date")]
    rest = [one for one in rest if not _is([plain(one.name), plain(one.column)], _TIMES, ())]
    other = [one for one in rest if not _points(one)]
    keys = sum(one.reference is not None for one in rest)
    if not other or len(rest) < 2:
        return len(rest) > 1
    return keys > 1 and len(other) == 1 and not (changing(model) or (other[0].type == "boolean" and other[0].default))


def prescribed(model: Model) -> bool:
    """Whether a library says which columns the table has: sessions, accounts and tokens of a login, the state of migrations."""
    names = {plain(name) for one in model.fields for name in (one.name, one.column)}
    return any(one <= names for one in _PRESCRIBED)


def words(model: Model) -> frozenset[str]:
    """The words of the names of a model and its table, in small letters, of one and of many."""
    said = {one.lower() for name in (model.name, model.table) for one in _WORDS.findall(name)}
    return frozenset(said | {one.removesuffix("s") for one in said} | {one[:-3] + "y" for one in said if one.endswith("ies")})


def _is(names: Sequence[str], whole: re.Pattern[str], ends: tuple[str, ...]) -> bool:
    return any(whole.fullmatch(one) or one.endswith(ends) for one in names)


def _points(field: Field) -> bool:
    return field.reference is not None or field.name.endswith(("_id", "Id", "ID", "_uuid", "_fk"))


def _with_lines(model: Model, code: str) -> Iterator[tuple[Field, str]]:
    """Each field with its lines, where they are among those of the file: a column of a class above may lie elsewhere."""
    rows = _rows(code)
    lines = sorted({one.line for one in model.fields})
    following = dict(pairwise(lines))
    for field in model.fields:
        one = model.tool in ("prisma", "typeorm", "sequelize", "mongoose")  # what stands below is another field's
        end = field.line + 1 if one else min(following.get(field.line, field.line + _REACH), field.line + _REACH)
        text = "\n".join(rows[field.line - 1 : max(end - 1, field.line)]).partition("\n\n")[0]
        above = _decorators(rows[max(0, field.line - _REACH) : field.line - 1]) if model.tool in ("typeorm", "sequelize") else ""
        yield field, above + text if field.name.rpartition(".")[2] in text else ""


@lru_cache(maxsize=64)
def _rows(code: str) -> tuple[str, ...]:
    """The lines of a file, each up to a length: a file of one line has its columns in it."""
    return tuple(one[:_WIDEST] for one in code.split("\n"))


def _decorators(above: Sequence[str]) -> str:
    """The lines right above a property that are its decorators."""
    found: list[str] = []
    open_ = 0  # brackets of a decorator of several lines, from below
    for row in reversed(above):
        open_ += row.count(")") - row.count("(")
        if open_ <= 0 and not row.lstrip().startswith("@"):
            break
        found.append(row)
    return "\n".join(found) + "\n"
