"""Queries in TypeScript and JavaScript: Prisma, Drizzle, TypeORM, Sequelize, Mongoose, MongoDB, Knex, Supabase, and drivers."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from pytest_agentcompliance.parsing.comments import blanked
from pytest_agentcompliance.parsing.lines import Lines
from pytest_agentcompliance.parsing.queries import Kind, Query, declared, sql
from pytest_agentcompliance.parsing.queries.chains import Chain, Link, chains

# A file without one of these words has no query in it.
_SIGN = re.compile(
    r"(?i)prisma|\$\w{1,20}Raw|\bfind(?:Many|Unique|First|One|All|By|And|OrFail)|\.find\(|\.(?:query|execute|prepare|exec|raw|aggregate|insert|"
    r"select|delete|update|transaction|batch|save|from|count|create|run|all|get|unsafe)\s*[(<`]|\bsql\s*[`<]|knex|countDocuments|"
    r"QueryBuilder|\bget(?:Many|One|Raw|Count)|(?:update|delete|insert|replace)(?:One|Many)|bulk|destroy|upsert|rpc|distinct\("
)


def _kinds(reads: str, writes: str) -> dict[str, Kind]:
    table: dict[str, Kind] = dict.fromkeys(reads.split(), "read")
    return table | dict.fromkeys(writes.split(), "write")


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


_PRISMA = _kinds(
    "findUnique findUniqueOrThrow findFirst findFirstOrThrow findMany count aggregate groupBy",
    "create createMany createManyAndReturn update updateMany updateManyAndReturn upsert delete deleteMany",
)
_ONLY_PRISMA = _names("findUnique findUniqueOrThrow findFirst findFirstOrThrow findMany createManyAndReturn updateManyAndReturn")
_PRISMA_RAW = _names("$queryRaw $executeRaw $queryRawUnsafe $executeRawUnsafe $queryRawTyped $runCommandRaw")
_PRISMA_SAYS = re.compile(
    r"\(\s*\{\s*(?:where|data|select|include|by|orderBy|take|skip|_count|cursor|create|update)\b|\(\s*\w*\s*\)$"
)
_TYPEORM = _kinds(
    "find findBy findOne findOneBy findOneOrFail findOneByOrFail findAndCount findAndCountBy findByIds count countBy exist exists "
    "existsBy sum average minimum maximum preload findTrees",
    "save insert update upsert delete remove softDelete softRemove restore recover increment decrement clear",
)
_BUILT = _kinds("getMany getOne getOneOrFail getRawMany getRawOne getCount getManyAndCount getRawAndEntities getExists", "")
_SEQUELIZE = _kinds(
    "findAll findByPk findAndCountAll findOne count max min sum",
    "findOrCreate findCreateFind bulkCreate create update destroy upsert increment truncate",
)
_ONLY_SEQUELIZE = frozenset({"findByPk", "findAndCountAll", "findOrCreate", "bulkCreate"})
_MONGOOSE = _kinds(
    "find findOne findById countDocuments estimatedDocumentCount distinct aggregate exists",
    "findByIdAndUpdate findByIdAndDelete findByIdAndRemove findOneAndUpdate findOneAndDelete findOneAndReplace findOneAndRemove "
    "insertMany updateOne updateMany replaceOne deleteOne deleteMany bulkWrite create",
)
_ONLY_MONGOOSE = frozenset(_MONGOOSE) - {"find", "findOne", "distinct", "aggregate", "exists", "create"}
_MONGODB: dict[str, Kind] = {"insertOne": "write", **{name: _MONGOOSE[name] for name in _MONGOOSE if name != "create"}}
_KNEX = _kinds(
    "select first where count pluck max min sum join leftJoin", "insert update del delete increment decrement truncate"
)
_SUPABASE = _kinds("select", "insert update upsert delete")
_PREPARED = frozenset({"run", "get", "all", "iterate", "values", "pluck"})

_DB = re.compile(r"(?i)_*(?:db|database|orm|tx|trx|txn|conn|connection|drizzle\w{0,10}|\w{0,40}(?:db|database|drizzle))(?:\(\))?")
_CLIENT = re.compile(
    r"(?i)_*(?:\w{0,40}(?:pool|conn|connection|datasource|queryrunner|entitymanager|sqlite|postgres|mysql|pg|knex|sequelize)|db|"
    r"database|"
    r"client|\w{1,40}(?:db|database|dbclient|pgclient)|tx|trx|txn|t|manager|sql|executor)(?:\(\))?"
)
_MODEL = re.compile(r"[A-Z]\w{0,80}")
_ASKED = frozenset({
    "query", "execute", "exec", "run", "all", "get", "each", "unsafe", "one", "many", "none", "any", "oneOrNone", "manyOrNone",
})  # fmt: skip
_ALSO = frozenset({"get", "all", "each", "one", "many", "none", "any", "run"})  # names of other things too
_OF_SQL = re.compile(r"(?i)\w{0,40}(?:sql|query|stmt|statement|text)\w{0,10}$")
# What is called otherwise asks no library.
_ANY = frozenset(
    [*_PRISMA, *_PRISMA_RAW, *_TYPEORM, *_BUILT, *_SEQUELIZE, *_MONGOOSE, *_MONGODB, *_PREPARED, *_ASKED]
) | _names(
    "$transaction transaction startTransaction select selectDistinct selectDistinctOn insert update delete execute run all get "
    "values $count batch query raw rpc from prepare"
)
_REPOSITORY = re.compile(r"(?i)(?:repo|repository|manager)$")
_GETS = ("getRepository", "getTreeRepository", "getMongoRepository", "withRepository")
_NO_MODEL = ("Object", "Promise", "Array", "Map", "Set", "Math", "Types", "Schema", "DataTypes", "Number", "Buffer")
_ALL = re.compile(r"\(\s*(?:\)|\{\s*(?:where|include|order|attributes))")


class _Told(NamedTuple):
    """What a chain is: through which library, what it does, and the call that says so."""

    tool: str
    kind: Kind
    at: Link


class _Call(NamedTuple):
    """One call of a chain: what stands before it (``owner``), what that is, the arguments (``said``), what comes after."""

    one: Link
    owner: Link
    before: Link | None
    known: str | None
    said: str
    names: frozenset[str]
    after: tuple[Link, ...]
    file: declared.Names


def read(text: str, name: str) -> Iterator[Query]:
    """The queries of a text; ``name`` is that of its grammar."""
    if not _SIGN.search(text):
        return
    plain = blanked(text, "x.ts")
    file = declared.read(plain)
    line = Lines(text)
    for one in chains(text, plain, name):
        told = _told(one, file)
        if told is not None:
            yield Query(
                line(one.start), line(max(one.start, one.end - 1)), one.start, one.end, told.tool, told.kind, one.name,
                one.awaited, told.at.given, told.at.tagged,
            )  # fmt: skip


def _told(chain: Chain, file: declared.Names) -> _Told | None:
    links = chain.links[1:] if chain.links[0].name == "this" and len(chain.links) > 1 else chain.links
    links = links[:30]
    names = frozenset(one.name for one in links)
    for at, one in enumerate(links):
        if one.held is None:
            continue
        if at and not one.tagged and one.name not in _ANY:
            continue
        if one.tagged:
            told = _tagged(one, chain, file) if at <= 1 else None
        elif not at:
            told = _bare(links, file)
        else:
            owner, before = links[at - 1], links[at - 2] if at > 1 else None
            known = file.names.get(owner.name.removeprefix("#")) if owner.held is None else None
            said = file.text[one.held[0] : min(one.held[1], one.held[0] + 2000)]
            call = _Call(one, owner, before, known, said, names, links[at + 1 :], file)
            told = next((found for ask in _LIBRARIES if (found := ask(call)) is not None), None)
        if told is not None:
            return told
    return None


def _tagged(one: Link, chain: Chain, file: declared.Names) -> _Told | None:
    if one.name in _PRISMA_RAW:
        return _Told("prisma", "raw", one)
    sent = chain.awaited or "driver" in file.tools or file.names.get("sql") == "driver"
    if one.name != "sql" or one.held is None or not sent or "drizzle" in file.tools:
        return None
    return _Told("driver", "raw", one) if sql.begins(file.text[slice(*one.held)]) else None


def _bare(links: tuple[Link, ...], file: declared.Names) -> _Told | None:
    """``knex('users').where(...)``, ``db('users').insert(...)``."""
    first = links[0]
    is_knex = first.name == "knex" or file.names.get(first.name) == "knex"
    if first.given is None or not (is_knex or ("knex" in file.tools and first.name in ("db", "trx", "tx"))):
        return None
    kinds: list[Kind] = [_KNEX[one.name] for one in links[1:] if one.name in _KNEX and one.held is not None]
    return _Told("knex", "write" if "write" in kinds else "read", first) if kinds else None


def _prisma(call: _Call) -> _Told | None:
    name, client = call.one.name, call.before
    if name in _PRISMA_RAW:
        return _Told("prisma", "raw", call.one)
    is_client = call.known == "prisma" or "prisma" in call.owner.name.lower()
    if name == "$transaction" or (name == "transaction" and is_client):
        return _Told("prisma", "transaction", call.one)
    kind = _PRISMA.get(name)
    if kind is None or client is None or call.owner.held is not None or client.name == "query":
        return None
    if "prisma" in client.name.lower() or call.file.names.get(client.name) == "prisma":
        return _Told("prisma", kind, call.one)
    if not _DB.fullmatch(client.name) or call.file.tools & {"drizzle", "mongodb"}:
        return None
    return _Told("prisma", kind, call.one) if name in _ONLY_PRISMA or _PRISMA_SAYS.match(call.said) else None


def _drizzle(call: _Call) -> _Told | None:
    name, one = call.one.name, call.one
    later = {each.name for each in call.after if each.held is not None}
    imported = "drizzle" in call.file.tools or call.known == "drizzle"
    is_db = call.known == "drizzle" or _DB.fullmatch(call.owner.name) is not None
    if name in ("findMany", "findFirst") and call.before is not None and call.before.name == "query":
        return _Told("drizzle", "read", one)
    if name in ("select", "selectDistinct", "selectDistinctOn") and "from" in later:
        sure = is_db or imported or call.known == "knex" or call.owner.held is not None
        return _Told("knex" if "knex" in call.file.tools else "drizzle", "read", one) if sure else None
    if one.given is not None and ((name == "insert" and "values" in later) or (name == "update" and "set" in later)):
        return None if call.known == "typeorm" or "createQueryBuilder" in call.names else _Told("drizzle", "write", one)
    if not imported or not is_db:
        return None
    if name == "delete" and one.given is not None and not re.match(r"\(\s*[\"'`]", call.said):
        return _Told("drizzle", "write", one)
    if name in ("execute", "run", "all", "get", "values") and re.match(r"\(\s*(?:sql\b|[\"'`])", call.said):
        return _Told("drizzle", "raw", one)
    if name == "$count":
        return _Told("drizzle", "read", one)
    return _Told("drizzle", "transaction", one) if name in ("transaction", "batch") else None


def _typeorm(call: _Call) -> _Told | None:
    name, imported = call.one.name, "typeorm" in call.file.tools
    if name in _BUILT and (imported or "createQueryBuilder" in call.names):
        return _Told("typeorm", _BUILT[name], call.one)
    if name == "execute" and "createQueryBuilder" in call.names:
        return _Told("typeorm", "write", call.one)
    made = call.owner.held is not None and call.owner.name in _GETS
    if not (made or call.known == "typeorm" or (imported and _REPOSITORY.search(call.owner.name))):
        return None
    if name in _TYPEORM:
        return _Told("typeorm", _TYPEORM[name], call.one)
    if name == "query":
        return _Told("typeorm", "raw", call.one)
    return _Told("typeorm", "transaction", call.one) if name in ("transaction", "startTransaction") else None


def _sequelize(call: _Call) -> _Told | None:
    name, owner = call.one.name, call.owner
    if (call.known == "sequelize" or owner.name == "sequelize") and name in ("query", "transaction"):
        return _Told("sequelize", "raw" if name == "query" else "transaction", call.one)
    is_model = _MODEL.fullmatch(owner.name) is not None and owner.held is None and owner.name not in _NO_MODEL
    kind = _SEQUELIZE.get(name)
    if kind is None or not (is_model or call.known == "sequelize"):
        return None
    sure = name in _ONLY_SEQUELIZE or (name == "findAll" and _ALL.match(call.said)) or "sequelize" in call.file.tools
    if sure or (owner.name in call.file.models and re.match(r"\(\s*\{\s*where\b", call.said)):
        return _Told("sequelize", kind, call.one)
    return None


def _mongo(call: _Call) -> _Told | None:
    name, owner, tools = call.one.name, call.owner, call.file.tools
    if (owner.name == "collection" and owner.held is not None) or call.known == "mongodb":
        return _Told("mongodb", _MONGODB[name], call.one) if name in _MONGODB else None
    if name == "insertOne" or (name in _ONLY_MONGOOSE and "mongodb" in tools):
        return _Told("mongodb", _MONGODB.get(name, "write"), call.one)
    kind = _MONGOOSE.get(name)
    is_model = owner.held is None and _MODEL.fullmatch(owner.name) is not None and owner.name not in _NO_MODEL
    injected = call.known == "mongoose" or ("mongoose" in tools and owner.name.endswith("Model"))
    if kind is None or not (is_model or injected):
        return None
    known = injected or "mongoose" in tools or owner.name in call.file.models
    return _Told("mongoose", kind, call.one) if known or name in _ONLY_MONGOOSE else None


def _knex(call: _Call) -> _Told | None:
    imported = "knex" in call.file.tools and _DB.fullmatch(call.owner.name) is not None
    if not (imported or call.known == "knex" or call.owner.name == "knex") or call.one.name not in ("raw", "transaction"):
        return None
    return _Told("knex", "raw" if call.one.name == "raw" else "transaction", call.one)


def _supabase(call: _Call) -> _Told | None:
    is_client = call.known == "supabase" or "supabase" in call.owner.name.lower()
    if call.one.name == "rpc" and is_client:
        return _Told("supabase", "write", call.one)
    done = call.after[0] if call.after and call.after[0].held is not None else None
    if call.one.name != "from" or done is None or done.name not in _SUPABASE:
        return None
    named = _DB.fullmatch(call.owner.name) is not None and re.match(r"\(\s*[\"'`]\w+[\"'`]\s*\)$", call.said)
    return _Told("supabase", _SUPABASE[done.name], call.one) if is_client or named else None


def _driver(call: _Call) -> _Told | None:
    name, one = call.one.name, call.one
    if call.known == "prepared" and name in _PREPARED:
        return _Told("driver", "raw", Link(name, one.held))
    if one.given is None:
        return None
    given = call.file.text[slice(*one.given)][:2000]
    if name == "prepare":  # better-sqlite3, D1: what is prepared is run by the same chain, or later
        return _Told("driver", "raw", one) if sql.begins(given) else None
    if name not in _ASKED:
        return None
    is_client = call.known == "driver" or _CLIENT.fullmatch(call.owner.name) is not None
    if sql.begins(given):
        if name in _ALSO and not is_client:  # params.get('set password')
            return None
        return _Told("driver", "transaction" if sql.bounds(given) else "raw", one)
    if name not in ("query", "execute", "unsafe") or not is_client or given.startswith("{"):
        return None
    sure = "driver" in call.file.tools or call.known == "driver" or _OF_SQL.match(given)
    return _Told("driver", "raw", one) if sure else None


_LIBRARIES = (_prisma, _drizzle, _typeorm, _sequelize, _mongo, _knex, _supabase, _driver)
