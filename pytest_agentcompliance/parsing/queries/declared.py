"""What a file of TypeScript or JavaScript imports and declares that goes to a database."""

import re
from typing import NamedTuple

_MODULE = re.compile(r"""(?:\bfrom\s*|\brequire\(\s*|\bimport\(\s*|\bimport\s+)["']([^"'\n]{1,200})["']""")
_TOOL_OF = {
    "drizzle-orm": "drizzle", "typeorm": "typeorm", "@nestjs/typeorm": "typeorm", "sequelize": "sequelize",
    "sequelize-typescript": "sequelize", "@nestjs/sequelize": "sequelize", "mongoose": "mongoose", "@nestjs/mongoose": "mongoose",
    "knex": "knex", "objection": "knex", "@prisma/client": "prisma", "mongodb": "mongodb", "@supabase/supabase-js": "supabase",
}  # fmt: skip
_DRIVERS = frozenset({
    "pg", "mysql", "mysql2", "mysql2/promise", "better-sqlite3", "sqlite3", "sqlite", "postgres", "pg-promise", "bun:sqlite",
    "node:sqlite", "@libsql/client", "@neondatabase/serverless", "@vercel/postgres", "@planetscale/database", "mssql", "slonik",
    "duckdb", "tedious", "oracledb",
})  # fmt: skip

_TYPED = re.compile(
    r"\b(\w{1,80}+)\s?[?!]?\s?:\s?(?:Readonly<)?(?:typeorm\.|Prisma\.|pg\.|mongoose\.|mysql\.)?"
    r"(PrismaService|PrismaClient|TransactionClient|Repository|TreeRepository|MongoRepository|EntityManager|DataSource|QueryRunner|"
    r"SelectQueryBuilder|Model|Knex|Pool|PoolClient|PoolConnection|ClientBase|NodePgDatabase|PostgresJsDatabase|BetterSQLite3Database|"
    r"LibSQLDatabase|MySql2Database|DrizzleD1Database|NeonHttpDatabase|D1Database|Db|Collection|"
    r"Sequelize|SupabaseClient|DbPool|ModelCtor)\b(?![.(])"
)
_MADE = re.compile(
    r"(?<![\w$])#?(\w{1,80}+)\s?=\s?(?:await\s)?(?:new\s)?(?:\w{1,40}\.)?"
    r"(PrismaClient|Pool|Client|Database|DatabaseSync|DataSource|Sequelize|drizzle|knex|createPool|createConnection|getRepository|"
    r"getCustomRepository|createQueryRunner|createQueryBuilder|postgres|neon|getConnection|connect|collection|model|prepare)(?=\s?[(<])"
)
_TYPES = (
    "Prisma", "TransactionClient", "Repository", "EntityManager", "DataSource", "QueryRunner", "QueryBuilder", "Model", "Knex",
    "Pool", "ClientBase", "Database", "Db", "Collection", "Sequelize", "Supabase",
)  # fmt: skip
_MAKERS = (
    "PrismaClient", "Pool", "Client", "Database", "DataSource", "Sequelize", "drizzle", "knex", "create", "Connection",
    "Repository", "postgres", "neon", "connect", "collection", "model", "prepare",
)  # fmt: skip
_NAMES = {
    "PrismaService": "prisma", "PrismaClient": "prisma", "TransactionClient": "prisma", "Repository": "typeorm",
    "TreeRepository": "typeorm", "MongoRepository": "typeorm", "EntityManager": "typeorm", "DataSource": "typeorm",
    "QueryRunner": "typeorm", "SelectQueryBuilder": "typeorm", "createQueryRunner": "typeorm", "createQueryBuilder": "typeorm",
    "getRepository": "typeorm", "getCustomRepository": "typeorm", "Model": "mongoose", "model": "mongoose",
    "Knex": "knex", "knex": "knex",
    "Db": "mongodb", "Collection": "mongodb", "collection": "mongodb", "Sequelize": "sequelize", "ModelCtor": "sequelize",
    "SupabaseClient": "supabase", "drizzle": "drizzle", "prepare": "prepared",
}  # fmt: skip


_MODEL = re.compile(r"[A-Z]\w{0,80}")
_IMPORTED = re.compile(
    r"\bimport\s+([^;\"']{1,400}?)\s+from\s*[\"']([^\"'\n]{1,200})[\"']|"
    r"\b(?:const|let|var)\s+(\{[^{}=]{1,300}\}|\w{1,80})\s*=\s*require\(\s*[\"']([^\"'\n]{1,200})[\"']"
)
_OF_MODELS = re.compile(r"(?i)(?:^|/)(?:models?|schemas?|entit(?:y|ies)|db|database)(?:/|$)|\.(?:model|schema|entity)(?:\.js)?$")
_DEFINED = re.compile(r"\b([A-Z]\w{0,80})\s?=\s?(?:mongoose|sequelize)\.(?:model|models?\.\w{1,80}\s?\|\||define)")
_NEED_IMPORT = ("connect", "Client", "collection", "Database", "Pool", "Connection", "model")  # names of other things too


class Names(NamedTuple):
    """The text, which libraries it imports, which of its names stand for what, and which are models of other files."""

    text: str
    tools: frozenset[str]
    names: dict[str, str]
    models: frozenset[str]


def read(plain: str) -> Names:
    """The names of a text without comments."""
    modules = set(_MODULE.findall(plain))
    tools = {_TOOL_OF[one] for one in modules if one in _TOOL_OF} | {"driver" for one in modules if one in _DRIVERS}
    tools |= {"drizzle" for one in modules if one.startswith("drizzle-orm/")}
    tools |= {"prisma" for one in modules if "prisma" in one.lower()}
    names: dict[str, str] = {}
    # A word is found much quicker than a pattern: each match has one of them.
    said = [pattern for pattern, words in ((_TYPED, _TYPES), (_MADE, _MAKERS)) if any(word in plain for word in words)]
    for found in (pattern.finditer(plain) for pattern in said):
        for one in found:
            tool = _NAMES.get(one[2], "drizzle" if one[2].endswith("Database") else "driver")
            if (tool == "mongoose" and "mongoose" not in tools) or (one[2] in _NEED_IMPORT and not tools):
                continue
            names.setdefault(one[1], tool)
    models = set(_DEFINED.findall(plain)) if "mongoose" in plain or "sequelize" in plain else set()
    for one in _IMPORTED.finditer(plain):
        if _OF_MODELS.search(one[2] or one[4]):
            models |= set(_MODEL.findall(one[1] or one[3]))
    return Names(plain, frozenset(tools), names, frozenset(models))
