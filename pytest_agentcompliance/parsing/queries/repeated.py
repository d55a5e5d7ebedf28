"""Which queries a loop repeats that one query could do, and which are repeated on purpose."""

import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import takewhile
from typing import Literal

from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.queries import Query, queries
from pytest_agentcompliance.parsing.queries.loops import Loop, loops
from pytest_agentcompliance.parsing.remembered import remembered

Does = Literal["read", "insert", "delete", "update", "unknown", "other"]
Level = Literal["breach", "style"]

_NEAR = 4000  # characters of a loop that are looked at
_FEW = 24  # as often as that is no growth: a loop over so many at most was written with its number

_BATCH = re.compile(r"(?i)\b\w{0,40}(?:chunk|batch)\w{0,20}\b|(?<![a-z])(?:slice|window|shard|partition)s?\b(?!\()")
_STEP = re.compile(
    r"\+=\s?(?!1\s?\))\w|=\s?\w{1,40}\s?\+\s?(?!1\s?\))[\w.]|"
    r"\brange\([^,()]{0,200}(?:\([^()]{0,80}\)[^,()]{0,80})?,[^,]{1,200},[^,]{1,80}\)$"
)
_AGAIN = re.compile(r"(?i)attempt|retr(?:y|ies)|\btries\b|backoff")
_RANGE = re.compile(r"range\((?:\d{1,3}\s?,\s?)?(\d{1,3})\)")
_UP_TO = re.compile(r"<=?\s?(\d{1,3})\b")
_FIRST = re.compile(r"(?:\.slice\(0,\s?|\[:)(\d{1,2})[)\]]$")
_CONSTANT = re.compile(
    r"(?:Object\.(?:keys|values|entries)\(|(?:enumerate|sorted|reversed|list|set|tuple)\()?(?:\w{1,60}\.){0,3}_?[A-Z][A-Z0-9_]{2,60}"
    r"(?:\.(?:items|keys|values|entries)\(\))?\)?|Object\.(?:keys|values)\([A-Z]\w{1,60}\)|[A-Z][a-z]\w{1,60}"
)
_LITERAL = re.compile(
    r"(?:enumerate|sorted|Object\.entries|zip)?\(?[\[({]\s*[\[({]?\s*(?:[\"'`\d{]|\w{1,60}\s?[,:\]]|[A-Z]\w{0,60}\.)"
)
_BARE = re.compile(
    r"(?:enumerate\(|Object\.(?:keys|values|entries)\()?(\w{1,60})(?:\.(?:items|keys|values|entries)\(\))?\)?"
)
_NOT_LITERAL = re.compile(r"\.\.\.|\bfor\b|\[\]|\(\)")
_TAKES = re.compile(r"\.(?:shift|pop|popleft|dequeue)\(")
_OWN = re.compile(
    r"(?i)\$?transaction\(|\.begin(?:_nested)?\(|\bwith\s[^\n:]{0,80}(?:session|_db|get_db|connect|cursor|pool|uow)\w{0,30}\(|"
    r"session_scope|SessionLocal\(\)|\bget_session\(|\bnew_session\("
)
_LOCKS = re.compile(r"with_for_update|\bFOR UPDATE\b|\block:\s?\{|skip_locked|pessimistic", re.IGNORECASE)
_TOGETHER = re.compile(r"(?:\$transaction|\.batch)\(\s*(?:\[\s*)?(?:\.\.\.\s*)?$")
_SENT = re.compile(r"(?:\$transaction|\.batch|union(?:_all)?)\(\s*[\[*]*\s*(?:\.\.\.)?(?=(\w+))")
_ASSIGNED = re.compile(r"\b(\w{1,80})(?:\s?:[^=\n]{1,80})?\s?=\s?\(?\s*(?:await\s*)?\(?\s*(?:Promise\.all\(\s*)?$")
_PUSHED = re.compile(r"\b(\w{1,80})\.(?:push|append)\(\s*(?:await\s*)?$")
_SQL_VERB = re.compile(r"(?i)[^a-z]{0,40}(?:(?:sa|sql|f|r|_?text|sqlalchemy|dedent|textwrap)\b\W{0,40}){0,3}([a-z]+)")
_TABLE_NAMED = re.compile(
    r"(?i)\b(?:from|into|update|table|join|exists)\s+[\"'`\[]?(?:\w+\.)?[\"'`]?(?:\$\{|\{|\"\s?\+|'\s?\+|%s\b|\?)"
)
_FETCHED = re.compile(r"\s*(\w{1,80})\s?=\s?(?:await\s)?\w{1,40}\.fetch(?:one|all)\(\)")
_SCHEMA = re.compile(
    r"(?i)sqlite_master|sqlite_schema|information_schema|pragma_|\bpg_(?:catalog|indexes|tables|class|stat|extension)"
)
_PAGES = re.compile(r"(?i)\.offset\(|\boffset\s+[$:%?{\d]|\bskip\s?:|\.skip\(|\bcursor\s?:")
_WAITS = re.compile(r"(?i)\bsleep\(|setTimeout\(|\bdelay\(|\bwait\(")
_VERBS: dict[str, Does] = {
    "select": "read", "with": "read", "values": "read", "insert": "insert", "replace": "insert", "upsert": "insert",
    "delete": "delete", "update": "update", "merge": "update",
}  # fmt: skip
_BUILDS = re.compile(r"\.(?:query|filter|filter_by|join|outerjoin|order_by|where|options|select_from|with_entities|group_by)$")
_RUNS = r"\.(?:all|first|one|one_or_none|scalar|count|get|delete|update|exists|paginate|execute|limit\(\d+\)\.all)\("
_STAGES = re.compile(r"\bawait\b|\btry\b|\bexcept\b|\bcatch\b|\brequests\.|\bhttpx?\.|\bsleep\(")


@dataclass(frozen=True, slots=True)
class Repeated:
    """A query that runs once for each turn of a loop. ``text`` is it as it is written, without layout."""

    query: Query
    loop: Loop
    does: Does
    level: Level
    text: str

    @property
    def key(self) -> str:
        """What tells it from others of its file, however it is written."""
        return self.query.name

    @property
    def whole(self) -> str:
        """The same with what is handed in: what moved to another file has an equal one there."""
        return self.text[:400]


@remembered
def repeated(path: str, text: str) -> tuple[Repeated, ...]:
    """The queries of a file that a loop repeats and that one query could do, in order. Never fails."""
    asked = [one for one in queries(path, text) if one.kind != "transaction" and not one.staged]
    if not asked:
        return ()
    all_loops = loops(path, text)
    if not all_loops:
        return ()
    plain = blanked(text, "x.py" if path.endswith((".py", ".pyw", ".pyi")) else "x.ts")
    found = []
    for one, around in _looped(asked, all_loops):
        does = _does(one, plain)
        if does == "other" or not around or _is_unsent(one, around, plain):
            continue
        levels = [(level, loop) for loop in around if (level := _level(one, does, loop, plain, asked)) is not None]
        if levels:
            level, loop = min(levels, key=lambda pair: (pair[0] != "breach", -pair[1].whole))
            found.append(Repeated(one, loop, does, level, " ".join(plain[one.start : one.end].split())))
    return tuple(found)


def _looped(asked: list[Query], all_loops: tuple[Loop, ...]) -> Iterator[tuple[Query, list[Loop]]]:
    """Each query with the loops around it, both in order."""
    waiting = sorted(enumerate(all_loops), key=lambda pair: pair[1].start, reverse=True)
    opened: list[tuple[int, Loop]] = []
    for one in sorted(asked, key=lambda each: (each.start, each.end)):
        while waiting and waiting[-1][1].start <= one.start:
            opened.append(waiting.pop())
        opened = [pair for pair in opened if pair[1].end > one.start]
        yield one, [loop for _, loop in sorted(pair for pair in opened if one.end <= pair[1].end)]


def _does(one: Query, plain: str) -> Does:
    if one.kind == "read":
        return "other" if one.name.endswith(".refresh") else "read"
    if one.kind == "write":
        if re.search(r"(?i)delete|remove|destroy|\.del\b|\.clear\b|truncate", one.name):
            return "delete"
        if one.name.endswith((".flush", ".save")):
            return "update"
        given = plain[slice(*one.given)][:20] if one.given else ""
        if re.match(r"\w*\.?insert\(", given) or re.search(r"(?i)insert|\.create", one.name):
            return "insert"
        return "update"
    if one.given is None or one.name.endswith(".prepare"):
        return "unknown" if not one.name.endswith(".prepare") else "other"
    said = plain[slice(*one.given)][:_NEAR]
    if _TABLE_NAMED.search(said) or _SCHEMA.search(said):
        return "other"
    if re.fullmatch(r"[A-Za-z_]\w{0,60}", said):  # the SQL stands in a name: what was given to it last, above
        set_to = list(re.finditer(rf"\b{said}\s?=\s?(?=[^=])", plain[max(0, one.start - _NEAR) : one.start]))
        if not set_to:
            return "unknown"
        said = plain[max(0, one.start - _NEAR) + set_to[-1].end() :][:400]
        if _TABLE_NAMED.search(said):
            return "other"
    verb = _SQL_VERB.match(said)
    return _VERBS.get(verb[1].lower(), "other") if verb else "unknown"


def _is_unsent(one: Query, around: list[Loop], plain: str) -> bool:
    """Whether it is only made here: kept for one call that sends them all, or a part of another query."""
    before = plain[max(0, one.start - 120) : one.start]
    pushed, assigned = _PUSHED.search(before), _ASSIGNED.search(before)
    if pushed and not one.awaited and pushed[1] in _sent(plain):
        return True
    for loop in around:
        ahead = plain[max(0, loop.whole - 120) : loop.whole]
        held = _ASSIGNED.search(ahead)
        if _TOGETHER.search(ahead) or (held and held[1] in _sent(plain)):
            return True
    if not (one.tool == "sqlalchemy" and _BUILDS.search(one.name)):
        return False
    end = min(loop.end for loop in around)
    later = plain[one.end : end][:_NEAR]
    looped = re.search(r"\bin\s+$", before) is not None
    sent = assigned and re.search(rf"\b{assigned[1]}\b[\w.()\s]{{0,200}}{_RUNS}|\bin {assigned[1]}\b", later)
    return not looped and not sent


@lru_cache(maxsize=4)  # each query of a file asks
def _sent(plain: str) -> frozenset[str]:
    """The names that are handed to what sends many as one."""
    return frozenset(one[1] for one in _SENT.finditer(plain))


def _level(one: Query, does: Does, loop: Loop, plain: str, asked: list[Query]) -> Level | None:
    body = plain[loop.start : loop.end][:_NEAR]
    if _is_bounded(loop, plain) or (loop.kind == "while" and not _TAKES.search(body)):
        return None
    said = plain[one.start : one.end]
    if _PAGES.search(said) or (_is_counted(loop) and _WAITS.search(body)):
        return None
    each = re.escape(loop.name.removeprefix("async").strip("() ") or "?")
    asks, sets = "from|query|select|select_from|getRepository", "get|insert|update|delete"
    table = rf"\b(?:(?:{asks})\(\s*{each}\s*[,).]|(?:{sets})\(\s*{each}\s*[,)])"
    if one.tool not in ("typeorm", "mongodb", "mongoose") and one.name[-10:] != ".query.get" and re.search(table, said):
        return None  # another table each time
    before = plain[loop.start : one.start][-_NEAR:]
    if does in ("unknown", "update") or loop.kind == "while" or loop.name.startswith("await "):
        return "style"
    if _OWN.search(before) or _LOCKS.search(said) or _is_search(one, plain, loop):
        return "style"
    if plain[loop.whole : loop.whole + 9] == "async for" or _FIRST.search(loop.over.strip()):
        return "style"
    return "breach" if does == "read" or _is_only(one, loop, plain, asked) else "style"


def _is_counted(loop: Loop) -> bool:
    return loop.kind == "count" or loop.over.startswith("range(")


def _is_bounded(loop: Loop, plain: str) -> bool:
    """Whether how often it runs was known when it was written, or it goes over batches, or tries again."""
    over, name = " ".join(loop.over.split()), " ".join(loop.name.split())
    if loop.kind == "count" and re.search(r"\(\s?;\s?;", name):
        return True
    if _AGAIN.search(name) or _AGAIN.search(over) or _BATCH.search(name) or (_BATCH.search(over) and loop.kind != "call"):
        return True
    if _STEP.search(name if loop.kind == "count" else over):
        return True
    ranged = _RANGE.fullmatch(over) or (_UP_TO.search(name) if loop.kind == "count" else None)
    if ranged and int(ranged[1]) <= _FEW:
        return True
    if _CONSTANT.fullmatch(over) or (_LITERAL.match(over) and not _NOT_LITERAL.search(over)):
        return True
    bare = _BARE.fullmatch(over)
    if not bare:
        return False
    name, above = bare[1], plain[max(0, loop.whole - 4 * _NEAR) : loop.whole]
    made = list(re.finditer(rf"\b{name}\b(?:\s?:[^=\n]{{1,100}})?\s?=\s?(?=[\[({{])", above))
    if not made:
        return False
    rest = above[made[-1].end() :]
    grows = re.search(rf"\b{name}(?:\.(?:push|append|add|extend|unshift|set)\(|\[[^\]\n]{{1,80}}\]\s?=(?!=)|\s?\+=)", rest)
    return _LITERAL.match(rest) is not None and not _NOT_LITERAL.search(rest.partition("\n\n")[0][:200]) and grows is None


def _is_search(one: Query, plain: str, loop: Loop) -> bool:
    """Whether the loop ends with the first that is found."""
    before, rest = plain[max(0, one.start - 120) : one.start], plain[one.end : loop.end][:_NEAR]
    name = _ASSIGNED.search(before) or _FETCHED.match(rest)
    if name is None:
        asked = re.search(r"\bif\s*\(?\s*(?:await\s*)?$", before) is not None
        return asked and re.match(r"[^\n]{0,80}\n?\s*(?:return|break)\b", rest) is not None
    found = re.search(
        rf"^([ \t]*)(?:}}\s?)?if\s*\(?\s*{name[1]}(?:\s?is not None|\s?!==?\s?(?:null|undefined)|\.length|\?\.\w+)?\s*\)?\s*[:{{]?"
        r"(?!\s*(?:and|or|&&|\|\|))",
        rest, re.MULTILINE,
    )  # fmt: skip
    if found is None:
        return False
    for line in rest[found.end() :].split("\n")[:8]:  # the lines of what is done then
        if re.match(r"\s*(?:return|break)\b", line):
            return True
        indent = len(line) - len(line.lstrip())
        if line.strip() and indent <= len(found[1]) and line != rest[found.end() :].split("\n", 1)[0]:
            return False
    return False


def _is_only(one: Query, loop: Loop, plain: str, asked: list[Query]) -> bool:
    """Whether the loop does nothing else, so that one query could do it for all."""
    before, after = plain[loop.start : one.start], plain[one.end : loop.end]
    first = bisect_left(asked, loop.start, key=lambda each: each.start)
    inside = takewhile(lambda each: each.start <= loop.end, (asked[at] for at in range(first, len(asked))))
    if any(other is not one and other.end <= loop.end for other in inside):
        return False
    if not re.search(r"(?:^|[\n;{}(]|=>)\s*\(?\s*(?:return\s+)?(?:await\s*)?\(?\s*$", before):
        return False
    if re.search(r"\bsqlite3?\b|aiosqlite|better-sqlite3|bun:sqlite", plain) and one.tool == "driver":
        return False  # each statement costs a call of a function there
    return not _STAGES.search(re.sub(r"\bawait\s*\(?\s*$", "", before) + after)
