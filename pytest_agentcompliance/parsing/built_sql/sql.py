"""What a text says of the place that a value is put into: whether it is SQL, and what may stand there."""

import re
from typing import Literal

Position = Literal["bound", "quoted", "value", "number", "name"]

# A statement that nothing but SQL begins with.
_STRONG = re.compile(
    r"(?is)(?:SELECT\s(?=.{0,4000}?\sFROM\b)|INSERT\s+(?:OR\s+\w+\s+|IGNORE\s+)?INTO\b|REPLACE\s+INTO\b|"
    r"UPDATE\s+\S+\s+(?:\w+\s+)?SET\b|DELETE\s+FROM\b|WITH\s+(?:RECURSIVE\s+)?\w+\s*(?:\([^()]{0,300}\)\s*)?AS\s*\w*\s*\()"
)
# Enough where the text goes to a database anyway.
_ANY = re.compile(
    r"(?i)(?:SELECT|INSERT|REPLACE\s+INTO|UPDATE|DELETE|WITH|CREATE|ALTER|DROP|TRUNCATE|PRAGMA|COPY|GRANT|REVOKE|MERGE|VACUUM|"
    r"ANALYZE|EXPLAIN|ATTACH|CALL|EXEC|SET|SHOW|DESCRIBE|LOCK|REINDEX|REFRESH|NOTIFY|LISTEN|UNLISTEN|DECLARE)\s"
)
_INSIDE = re.compile(r"(?i)\b(?:VALUES|IN)\b")
_COMMENT = re.compile(r"--[^\n]*|/\*[^*]{0,2000}\*/")
_BOUND = re.compile(r"(?:\$|(?<!:):|@|%\()\Z")  # the number or name of a bound parameter: $1, :name
_NUMBER = re.compile(
    r"(?i)\b(?:(?:LIMIT|OFFSET|TOP|FETCH\s(?:FIRST|NEXT)|INTERVAL)\s{0,9}\(?|PRAGMA\s[\w.]{1,60}\s?=\s?|INTERVAL\s{1,9}'[-+]?|"
    r"SET\s(?:LOCAL\s|SESSION\s)?\w{0,40}timeout\s{0,9}(?:=|TO)\s{0,9}'?)\s{0,9}\Z"
)
_VALUE = re.compile(r"(?i)(?:[<>=~]|\|\||\b(?:LIKE|ILIKE|IN|ANY|ALL|THEN|ELSE|MATCH|REGEXP|RLIKE|GLOB|BETWEEN(?:\s\S{1,60}\sAND)?))"
                    r"\s{0,40}(?:\(\s{0,40})?\"?\Z")  # fmt: skip
_LISTS = re.compile(r"(?i)\b(?:VALUES|IN)\s{0,40}\Z|\)\s{0,40},\s{0,40}\Z")


def is_statement(text: str, *, surely: bool = False) -> bool:
    """Whether a text is a statement of SQL; ``surely``: one that nothing else looks like."""
    text = text[:8000].lstrip("( \t\r\n")
    for _ in range(20):
        if not text.startswith("--"):
            break
        text = text.partition("\n")[2].lstrip("( \t\r\n")
    return (_STRONG if surely else _ANY).match(text + " ") is not None


def position(before: str) -> Position:
    """What stands where the text breaks off: a value, a number, a parameter's name, else a name or a piece of SQL."""
    before = _COMMENT.sub(" ", before[-8000:]).replace("\\'", "'")
    tail = before[-200:]
    if _BOUND.search(tail):
        return "bound"
    if _NUMBER.search(tail):
        return "number"
    if before.count("'") % 2:
        return "quoted"
    if _VALUE.search(tail) or _is_listed(before):
        return "value"
    return "name"


def _is_listed(before: str) -> bool:
    """Whether the text breaks off inside of the brackets of VALUES or IN, where a value begins."""
    if not before.rstrip().endswith(("(", ",")):
        return False
    depth = 0
    for at in range(len(before) - 1, -1, -1):
        if before[at] == ")":
            depth += 1
        elif before[at] == "(":
            depth -= 1
            if depth < 0:
                listed = _LISTS.search(before[max(0, at - 100) : at]) is not None
                return listed and _INSIDE.search(before[:at]) is not None
    return False
