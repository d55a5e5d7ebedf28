"""The types of columns in one vocabulary, and the tables that translate what each tool calls them.

The words: string, text, uuid, integer, bigint, float, decimal, boolean, datetime, date, time, interval, json, bytes, enum;
number where a tool has one for all of them.
"""

_SAME = {
    "string": "string", "str": "string", "varchar": "string", "char": "string", "character": "string", "nvarchar": "string",
    "nchar": "string", "unicode": "string", "citext": "string", "autostring": "string", "email": "string", "character varying":
    "string", "varchar2": "string", "tinytext": "text", "varying character": "string", "url": "string", "uri": "string",
    "inet": "string", "cidr": "string", "macaddr": "string", "bpchar": "string", "xml": "text", "ltree": "string",
    "text": "text", "mediumtext": "text", "longtext": "text", "unicodetext": "text", "clob": "text", "simple-array": "text",
    "ntext": "text",
    "uuid": "uuid", "guid": "uuid", "uniqueidentifier": "uuid",
    "int": "integer", "integer": "integer", "smallint": "integer", "smallinteger": "integer", "tinyint": "integer",
    "mediumint": "integer", "serial": "integer", "smallserial": "integer", "int2": "integer", "int4": "integer",
    "int32": "integer", "long": "integer", "year": "integer",
    "bigint": "bigint", "biginteger": "bigint", "bigserial": "bigint", "int8": "bigint", "int64": "bigint",
    "float": "float", "real": "float", "double": "float", "double precision": "float", "doubleprecision": "float",
    "float4": "float", "float8": "float", "number": "float",
    "decimal": "decimal", "numeric": "decimal", "money": "decimal", "smallmoney": "decimal", "dec": "decimal",
    "boolean": "boolean", "bool": "boolean", "bit": "boolean",
    "datetime": "datetime", "timestamp": "datetime", "timestamptz": "datetime", "timestamp with time zone": "datetime",
    "timestamp without time zone": "datetime", "datetime2": "datetime", "date-time": "datetime", "smalldatetime": "datetime",
    "datetimeoffset": "datetime", "timestamp with local time zone": "datetime",
    "date": "date",
    "time": "time", "timetz": "time", "time with time zone": "time", "time without time zone": "time",
    "interval": "interval", "timedelta": "interval",
    "json": "json", "jsonb": "json", "hstore": "json", "simple-json": "json", "object": "json", "dict": "json", "array": "json",
    "mutabledict": "json", "mutablelist": "json",
    "bytes": "bytes", "bytea": "bytes", "blob": "bytes", "largebinary": "bytes", "binary": "bytes", "varbinary": "bytes",
    "longblob": "bytes", "mediumblob": "bytes", "tinyblob": "bytes", "image": "bytes", "long raw": "bytes", "raw": "bytes",
    "enum": "enum", "simple-enum": "enum", "set": "enum",
}  # fmt: skip

# Which words may stand for one another: what the contract says, and what a database holds that is no less.
_STANDS = {
    "string": {"text", "uuid"},
    "text": {"string"},
    "uuid": {"string"},  # as most write it who have no such type
    "integer": {"bigint", "number"},
    "bigint": {"integer", "number"},
    "float": {"decimal", "number"},
    "decimal": {"float", "number"},
    "json": {"text"},  # SQLite has no other
}


def kind_of(name: str) -> str:
    """The word for a type as some tool calls it; empty where it is not known."""
    return _SAME.get(" ".join(name.lower().split()), "")


def equal(said: str, is_: str) -> bool:
    """Whether a column of one kind is what the contract says; what is not known is never held against anybody."""
    return not said or not is_ or said == is_ or is_ in _STANDS.get(said, ())
