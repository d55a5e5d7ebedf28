"""Where SQL goes: the calls that hand a text to a database, and statements that are put together with no such call near."""

import re
from bisect import bisect_left
from collections.abc import Iterator

from pytest_agentcompliance.parsing.built_sql import Built, Kind, Put
from pytest_agentcompliance.parsing.built_sql.flow import Choice, Flow, Hole, Text
from pytest_agentcompliance.parsing.built_sql.source import Call, Source, Spot
from pytest_agentcompliance.parsing.built_sql.sql import is_statement, position
from pytest_agentcompliance.parsing.built_sql.tame import REQUEST, UNQUOTED
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.somewhere import Anywhere

# Calls whose text must begin as a statement does, and those whose text is a piece of one.
_WHOLE = re.compile(
    r"(?:execute|executemany|executescript|exec_driver_sql|fetch|fetchrow|fetchval|fetch_all|fetch_one|fetch_val|iterate|raw|"
    r"read_sql|read_sql_query|query_raw|query_first|execute_raw|sql|query|cursor|mogrify|prepare|copy_expert|scalar|scalars|"
    r"stream|\$queryRawUnsafe|\$executeRawUnsafe|\$queryRaw|\$executeRaw|unsafe|exec|run|get|all|each|any|one|none|oneOrNone|many|"
    r"manyOrNone|batch|queryOne|querySingle|_?(?:run|exec|execute|fetch|db)_?(?:sql|query)|_?(?:sql|query)_?(?:all|one)|"
    r"_?execute_\w{1,30}|_?query_\w{1,30}|_?fetch_\w{1,30})\Z"
)
_PIECE = re.compile(
    r"(?:text|RawSQL|extra|literal(?:_column)?|(?:where|andWhere|orWhere|having|orderBy|groupBy|join|select|from)Raw)\Z"
)
_BUILDER = re.compile(r"(?:where|andWhere|orWhere|having|andHaving|orHaving|filter|order_by|group_by|distinct|orderBy|addOrderBy|"
                      r"groupBy|addSelect)\Z")  # fmt: skip
_BUILDS = re.compile(r"(?i)sqlalchemy|typeorm|session\.(?:query|execute)\(|\.query\.(?:filter|join|order_by)\(|createQueryBuilder")
_BUILDING = (
    "sqlalchemy", "typeorm", "session.query(", "session.execute(", ".query.filter(", ".query.join(", ".query.order_by(",
    "createquerybuilder",
)  # fmt: skip
_RAW = re.compile(r"(?:sql|Prisma|knex|db|Sequelize|sequelize)\.(?:raw|unsafe|literal)\Z|\bsql\.SQL\Z|\ASQL\Z")
_OTHER = re.compile(r"(?:axios|fetcher|https?|requests|app|router|\bre|\bos|subprocess|child_process|api|redis|cache)\.\w+\Z")
_BARE = re.compile(r"(?:text|RawSQL|literal_column|_?(?:execute|query|run|exec|fetch|db|sql)\w*)\Z")
_CONNECTS = re.compile(r"[\w.]*(?:conn|cur|db|session|client|pool|self)\w*\Z")
_DATABASE = re.compile(r"(?i)(?:db|conn\w*|cur|cursor|pool|knex|sequelize|prisma|engine)\.(?:execute|query|raw|\$\w+Unsafe)\Z")
_KEYWORD = re.compile(r"(?:sql|query|statement|stmt|text|where|operation)\s*=(?!=)")
_FIELD = re.compile(r"(?:sql|text|query)\s*:")
_VERB = Anywhere(re.compile(r"(?i)SELECT|INSERT|UPDATE|DELETE|WITH"), ("select", "insert", "update", "delete", "with"))
_HELPERS = ("execute_", "_execute", "query_", "fetch_", "_run", "run_")
_ROUTE = re.compile(r"(?m)^[ \t]*@[\w.]+\.(?:get|post|put|patch|delete|route|api_route|websocket)\(")
_MOST_HOLES = 60
_LONGEST = 20_000


def found(source: Source) -> Iterator[Built]:
    """Each statement that something is put into, the calls first."""
    flow, line = Flow(source), Lines(source.text)
    told: set[Spot] = set()
    small = source.text.casefold()
    alchemy = any(word in small for word in _BUILDING) and _BUILDS.search(source.text) is not None
    rows: list[tuple[int, Built]] = []
    for call in source.calls:
        if (spot := _given(source, call, alchemy)) is None:
            continue
        if flow.is_whole(*spot):
            continue
        name = source[call.callee].rpartition(".")[2].strip()
        text = flow.text(*spot)
        piece = _PIECE.match(name) or _BUILDER.match(name) or _RAW.search(source[call.callee])
        if not (piece or is_statement("".join(_starts(text))) or _is_request_whole(source, text, source[call.callee])):
            continue
        if _BUILDER.match(name) and not _says(text):
            continue
        holes = [one for one in _holes(source, text, piece=bool(piece)) if one[0] not in told]
        if holes:
            told |= {spot for spot, _ in holes}
            rows.append((call.start, _built(source, line, (spot[0], spot[1]), call, holes)))
    for start, end in _loose(source):
        if flow.is_whole(start, end):
            continue
        text = flow.text(start, end)
        if not is_statement("".join(_starts(text)), surely=True):
            continue
        holes = [one for one in _holes(source, text, piece=False) if one[0] not in told and one[1] != "name"]
        holes = [one for one in holes if start <= one[0][0] < end]
        if holes:
            told |= {spot for spot, _ in holes}
            rows.append((start, _built(source, line, (start, end), None, holes)))
    yield from (one for _, one in sorted(rows, key=lambda row: row[0]))


def _says(text: Text) -> bool:
    """Whether what a query builder was given is a text that something is put into."""
    return any(isinstance(one, str) and one.strip() for one in text)


def _given(source: Source, call: Call, alchemy: bool) -> Spot | None:
    """Where the text stands that a call hands to a database; None where it does not hand one."""
    callee = source[call.callee]
    if len(callee) > 2000:
        return None
    name = callee.rpartition(".")[2].strip()
    raw = _RAW.search(callee)
    if name == "text" and (source.script or not re.fullmatch(r"(?:(?:sa|sqlalchemy|db|sql)\.)?text", callee)):
        return None
    if not (_WHOLE.match(name) or _PIECE.match(name) or raw or (alchemy and _BUILDER.match(name))):
        return None
    if _OTHER.search(callee) or ("." not in callee and not (raw or _BARE.match(name))):
        return None
    given = source.split(call.arguments[0] + 1, call.arguments[1] - 1)
    if not given:
        return None
    if not source.script:
        for one in given:
            if named := _KEYWORD.match(source.code, *one):
                return source.trim(named.end(), one[1])
    first = given[0]
    if source.script and source.code[first[0]] == "{":
        fields = ((field, _FIELD.match(source.code, *field)) for field in source.split(first[0] + 1, first[1] - 1))
        return next((source.trim(named.end(), field[1]) for field, named in fields if named), None)
    if not source.script and re.compile(r"\w+\s*=(?!=)").match(source.code, *first):
        return None
    # pd.read_sql(query, connection), but execute_values(cursor, query).
    if len(given) > 1 and name.startswith(_HELPERS) and _CONNECTS.match(source[first]):
        return given[1]
    return first


def _loose(source: Source) -> Iterator[Spot]:
    """What is assigned or returned and has a word of SQL in it, though no call near takes it."""
    spots = {(one.start, one.end) for values in source.values.values() for one in values if one.how in ("=", "+=")}
    said = _VERB.places(source.text)
    for spot in sorted([*spots, *source.returns]):
        near = bisect_left(said, spot[0])
        if near == len(said) or said[near] >= spot[1] + 400:
            continue
        start, end = source.trim(*spot)
        wrapped = source.code[start : start + 1] == "(" and source.pairs.get(start) == end - 1
        if end - start <= _LONGEST:  # a statement and its parameters
            start, end = next(iter(source.split(start + wrapped, end - wrapped)), (start, end))
        if end - start > _LONGEST or '"' not in source.code[start : start + 400]:
            continue
        if re.search(r"(?i)\b(?:SELECT|INSERT|UPDATE|DELETE|WITH)\b", source.text[start : start + 400]):
            yield start, end - source.code.endswith(";", start, end)


def _starts(text: Text) -> Iterator[str]:
    """The text as far as it is known, holes as a letter; of a choice the first."""
    for one in text:
        if isinstance(one, str):
            yield one
        elif isinstance(one, Hole):
            yield "x"
        else:
            yield from _starts(next((each for each in one.texts if each), ()))


def _is_request_whole(source: Source, text: Text, callee: str) -> bool:
    """A whole statement that comes out of the request."""
    if not _DATABASE.search(callee):
        return False
    return len(text) == 1 and isinstance(text[0], Hole) and _kind(source, text[0]) == "request"


def _holes(source: Source, text: Text, *, piece: bool) -> list[tuple[Spot, Kind]]:
    """What is put into a text and could break out of it, in order."""
    found: dict[Spot, Kind] = {}
    _walk(source, text, "WHERE " if piece and not is_statement("".join(_starts(text))) else "", found)
    return list(found.items())[:_MOST_HOLES]


def _walk(source: Source, text: Text, before: str, found: dict[Spot, Kind]) -> str:
    for one in text:
        if isinstance(one, str):
            before += one
        elif isinstance(one, Choice):
            ends = [_walk(source, each, before, found) for each in one.texts]
            before = max(ends, key=len, default=before)
        else:
            where = position(before)
            kind = _kind(source, one)
            if not one.tame and where != "bound":
                written = source.code[slice(*one.shown)]
                if kind == "request" or where == "quoted" or (where == "value" and not UNQUOTED.search(written)):
                    found[one.shown] = kind
                elif where in ("name", "value") and before.strip() not in ("", "WHERE"):
                    found.setdefault(one.shown, "name")
            before += "x"
        before = before[-_LONGEST:]
    return before


def _kind(source: Source, hole: Hole) -> Kind:
    for spot in (hole.origin, hole.shown):
        if REQUEST.search(source.text[spot[0] : min(spot[1], spot[0] + 300)]):
            return "request"
    name = source.code[slice(*hole.origin)]
    if not source.script and re.fullmatch(r"\w+", name):
        for start, _, parameters in source.around(hole.origin[0])[:1]:
            # A parameter's own name: what it is declared to be (user: User) is none.
            own = rf"(?:\A|[(,])\s{{0,99}}{name}\s{{0,9}}(?:[:=][^,]{{0,300}})?(?:[,)]|\Z)"
            given = re.search(own, source.code[slice(*parameters)])
            head = source.text[max(0, start - 800) : start].rpartition("\n\n")[2]
            if given and _ROUTE.search(head) and not re.search(r"Depends|Session|Enum|Request|Connection", given[0]):
                return "request"
    return "value"


def _built(source: Source, line: Lines, spot: Spot, call: Call | None, holes: list[tuple[Spot, Kind]]) -> Built:
    around = source.around(spot[0])
    put = tuple(Put(line(at[0]), " ".join(source[at].split())[:200], kind) for at, kind in holes)
    callee = " ".join(source[call.callee].split())[-60:] if call else ""
    first = line(call.callee[1] - 1) if call else line(spot[0])
    last = line(call.end - 1) if call else line(spot[1] - 1)
    low, high = (around[0][0], around[0][1]) if around else (spot[0], spot[1])
    return Built(first, last, callee, put, (line(low), line(high)))
