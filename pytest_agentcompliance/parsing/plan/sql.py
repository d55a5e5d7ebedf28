"""CREATE TABLE and CREATE INDEX of a plan, and columns that are written as SQL writes them."""

import re
from collections.abc import Iterator
from dataclasses import replace

from pytest_agentcompliance.parsing.models import Field, Index, Model, Reference
from pytest_agentcompliance.parsing.models.kinds import kind_of

_NAME = r"(?:[\w\"`\[\]]{1,100}\.)?[\"`\[]?(\w{1,100})[\"`\]]?"
_CREATE = re.compile(rf"\bcreate\s+table\s+(?:if\s+not\s+exists\s+)?{_NAME}\s*\(", re.IGNORECASE)
_ALTER = re.compile(
    rf"\balter\s+table\s+(?:if\s+exists\s+)?(?:only\s+)?{_NAME}\s+add\s+(?:column\s+)?(?:if\s+not\s+exists\s+)?",
    re.IGNORECASE,
)
_INDEX = re.compile(
    rf"\bcreate\s+(unique\s+)?index\s+(?:concurrently\s+)?(?:if\s+not\s+exists\s+)?(?:\w{{1,100}}\s+)?on\s+(?:only\s+)?{_NAME}"
    r"\s*(?:using\s+\w{1,40}\s*)?\(",
    re.IGNORECASE,
)
_COLUMN = re.compile(r"\s*[\"`\[]?(\w{1,100})[\"`\]]?\s+(.*)", re.DOTALL)
_TYPE = re.compile(
    r"(timestamp\s+with(?:out)?\s+time\s+zone|double\s+precision|character\s+varying|[A-Za-z_][\w]{0,60})"
    r"\s*(?:\(\s*(\d{1,6})?[^()]{0,200}\))?(\s*\[\])?",
    re.IGNORECASE,
)
_TABLE_LEVEL = re.compile(
    r"\s*(?:constraint\s+[\"`\w]{1,100}\s+)?(primary\s+key|unique|foreign\s+key|check|exclude|index|key|fulltext)\b",
    re.IGNORECASE,
)
_REFERENCES = re.compile(rf"\breferences\s+{_NAME}\s*(?:\(([^()]{{0,200}})\))?", re.IGNORECASE)
_ON_DELETE = re.compile(r"\bon\s+delete\s+(cascade|restrict|set\s+null|set\s+default|no\s+action)", re.IGNORECASE)
_DEFAULT = re.compile(r"\bdefault\s+('[^']{0,100}'|[^\s,]{1,100})", re.IGNORECASE)
_COMMENT = re.compile(r"--[^\n]*|/\*.{0,4000}?\*/|(?m:^\s*#[^\n]*)", re.DOTALL)
_WORD = re.compile(r"\w{1,100}")
MOST = 2000  # columns of a table


def tables(text: str, line: int, path: str) -> list[Model]:
    """The tables that a piece of SQL makes, its first line being ``line``; never fails."""
    text = _COMMENT.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), text)
    made: dict[str, Model] = {}
    lines = _Lines(text, line)
    for found in _CREATE.finditer(text):
        made[found[1].lower()] = _table(found[1], text, found.end(), lines, path)
    for found in _ALTER.finditer(text):
        old = made.get(found[1].lower()) or Model(found[1], found[1], path, lines.of(found.start()), "json", partial=True)
        said = text[found.end() : found.end() + 400].partition(";")[0].partition("\n")[0].rstrip(",")
        if (one := column(said, lines.of(found.start()))) is not None and not _TABLE_LEVEL.match(said):
            made[found[1].lower()] = replace(old, fields=(*old.fields, one))
    for found in _INDEX.finditer(text):
        columns = columns_of(_within(text, found.end()))
        if columns:
            name = found[2]
            old = made.get(name.lower()) or Model(name, name, path, lines.of(found.start()), "json", partial=True)
            index = Index(columns, bool(found[1]), lines.of(found.start()))
            made[name.lower()] = replace(old, indexes=(*old.indexes, index))
    return list(made.values())


def _table(name: str, text: str, start: int, lines: "_Lines", path: str) -> Model:
    fields: list[Field] = []
    indexes: list[Index] = []
    primary: tuple[str, ...] = ()
    for offset, part in _parts(text, start):
        at = lines.of(offset + len(part) - len(part.lstrip()))
        level = _TABLE_LEVEL.match(part)
        if level is None:
            if (one := column(part, at)) is not None:
                fields.append(one)
            continue
        kind = " ".join(level[1].lower().split())
        names = columns_of(_within(part, part.find("(", level.end()) + 1)) if "(" in part[level.end() :] else ()
        if kind == "primary key":
            primary = names
        elif kind in ("unique", "index", "key") and names:
            indexes.append(Index(names, kind == "unique", at))
        elif kind == "foreign key" and len(names) == 1 and (pointed := reference(part)) is not None:
            fields = [replace(one, reference=pointed) if one.name == names[0] else one for one in fields]
    fields = [replace(one, primary=True, nullable=False) if one.name in primary else one for one in fields]
    primary = primary or tuple(one.name for one in fields if one.primary)
    return Model(name, name, path, lines.of(start), "json", tuple(fields), tuple(indexes), (), primary)


def column(said: str, line: int) -> Field | None:
    """A column as SQL writes it: ``email text not null unique``; None where it has no type that is known."""
    found = _COLUMN.match(said.strip().rstrip(",;"))
    if found is None:
        return None
    typed = _TYPE.match(found[2])
    if typed is None:
        return None
    written = " ".join(typed[0].split())
    rest = found[2][typed.end() :].lower()
    kind = "json" if typed[3] else kind_of(typed[1])
    primary = "primary key" in rest or re.search(r"\bpk\b", rest) is not None
    default = _DEFAULT.search(found[2])
    return Field(
        found[1], found[1], kind, written, line,
        nullable=not (primary or "not null" in rest or typed[1].lower().endswith("serial")),
        unique=re.search(r"\bunique\b", rest) is not None, primary=primary, list=bool(typed[3]),
        default=default[1] if default else "", length=int(typed[2]) if typed[2] and kind == "string" else None,
        reference=reference(found[2]),
    )  # fmt: skip


def constraint(said: str, line: int) -> Index | tuple[str, ...] | None:
    """What a line that is no column says of several: an index, or the columns of the primary key."""
    level = _TABLE_LEVEL.match(said)
    if level is None:
        return None
    names = columns_of(_within(said, said.find("(", level.end()) + 1)) if "(" in said[level.end() :] else ()
    kind = " ".join(level[1].lower().split())
    if kind == "primary key":
        return names
    return Index(names, kind == "unique", line) if kind in ("unique", "index", "key") and names else ()


def reference(said: str) -> Reference | None:
    """What a foreign key points at."""
    found = _REFERENCES.search(said)
    if found is None:
        return None
    deleted = _ON_DELETE.search(said)
    return Reference(found[1], columns_of(found[2] or ""), " ".join(deleted[1].lower().split()) if deleted else "")


def columns_of(said: str) -> tuple[str, ...]:
    """The columns of an index or a key: their order and what they are wrapped in say nothing of their names."""
    found = []
    for part in said.split(",")[:60]:
        words = _WORD.findall(part)
        if words and "(" not in part:
            found.append(words[0])
        elif len(words) > 1:
            found.append(words[1])  # lower(email)
    return tuple(found)


def _within(text: str, start: int) -> str:
    """What stands between brackets that were opened before."""
    depth = 1
    for at in range(start, min(len(text), start + 2000)):
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        if not depth:
            return text[start:at]
    return ""


def _parts(text: str, start: int) -> Iterator[tuple[int, str]]:
    """What stands between the commas of a bracket that was opened before, with its offset."""
    depth, begun, quoted = 1, start, ""
    for at in range(start, len(text)):
        char = text[at]
        if quoted:
            quoted = "" if char == quoted else quoted
        elif char in "'\"`":
            quoted = char
        elif char == "(":
            depth += 1
        elif char == ")":
            depth -= 1
        if not quoted and ((char == "," and depth == 1) or not depth):
            if text[begun:at].strip():
                yield begun, text[begun:at]
            begun = at + 1
        if not depth:
            return
    if text[begun:].strip():
        yield begun, text[begun:]


class _Lines:
    """The line of an offset."""

    def __init__(self, text: str, first: int) -> None:
        from pytest_agentcompliance.parsing.lines import Lines

        self._line, self._first = Lines(text), first

    def of(self, offset: int) -> int:
        """Counted as the plan counts them."""
        return self._line(offset) + self._first - 1
