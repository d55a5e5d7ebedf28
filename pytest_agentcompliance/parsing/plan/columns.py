"""The columns of a planned table, in any of the ways that plans write one: as SQL does, in lists, behind its name, drawn."""

import re

from pytest_agentcompliance.parsing.markdown import word_set
from pytest_agentcompliance.parsing.models import Field
from pytest_agentcompliance.parsing.models.kinds import kind_of
from pytest_agentcompliance.parsing.plan import sql
from pytest_agentcompliance.parsing.plan.units import Unit, plain

_ITEM_COLUMN = re.compile(r"[`*]{0,3}([a-z_]\w{0,60})[`*]{0,3}\s*(?:\(([^()]{1,80})\)|[:—–-]\s*`?([^`\n]{1,160}))?", re.DOTALL)
_SQL_COLUMN = re.compile(r"`?([a-z_]\w{0,60})\s+([A-Za-z]\w{2,30}(?:\([\d, ]{1,10}\))?(?:\[\])?)(?:\s|`|$|,)")
WORDS = re.compile(r"[A-Za-z_]\w{0,60}")
# Words of code and of prose that no column is called.
_NO_COLUMN = word_set(
    "from import class def return if else elif for while with async await raise export const let var type interface enum public "
    "private the a an and or of to in on by as is are be not optional e g i"
)
_SAID_OF_COLUMN = word_set(
    "unique pk fk key primary foreign nullable optional null not required index indexed default references auto increment"
)
_LONGEST = 4000  # characters of a line of columns


def of_item(unit: Unit) -> list[Field]:
    """The columns of an item: usually one, several where each stands in code as SQL writes it."""
    codes = re.findall(r"`([^`\n]{1,200})`", unit.text)
    if len(codes) > 1 and all(_SQL_COLUMN.match(one) for one in codes):
        found = [_column(one, unit.line) for one in codes[:60]]
        return [one for one in found if one is not None]
    one = _column(unit.text, unit.line)
    return [one] if one is not None else []


def _column(text: str, line: int) -> Field | None:
    """A column with its type, in any of the ways that plans write one."""
    bare = text.replace("**", "").strip()
    sql_like = _SQL_COLUMN.match(bare)
    if sql_like is not None and kind_of(sql_like[2].partition("(")[0].rstrip("[]")):
        return sql.column(bare.replace("`", "").partition(" -- ")[0].partition(" — ")[0], line)
    found = _ITEM_COLUMN.match(bare)
    if found is None or not (found[2] or found[3] or bare.strip("` ") == found[1]):
        return None
    said = found[2] or found[3] or ""
    typed = kind(said)
    if not typed and not bare.startswith("`"):
        return None
    return made(found[1], said, bare[found.end() :], line)


def kind(said: str) -> str:
    """The word for the first type that a text names."""
    words = WORDS.findall(said)[:4]
    for size in (4, 3, 2, 1):
        if found := kind_of(" ".join(words[:size])):
            return found
    return "json" if said.strip().endswith("[]") else ""


def made(name: str, typed: str, more: str, line: int) -> Field:
    said = f"{typed} {more}".lower()
    primary = re.search(r"\bpk\b|\bprimary(?: key)?\b", said) is not None
    optional = re.search(r"\bnull(?:able)?\b|\boptional\b|\?", said) is not None and "not null" not in said
    required = re.search(r"\bnot null\b|\brequired\b|\bnon-null", said) is not None
    length = re.search(r"char\w*\s*\((\d{1,6})\)", typed, re.IGNORECASE)
    words = WORDS.findall(typed)
    return Field(
        name, name, kind(typed), typed.strip()[:80], line,
        nullable=False if primary or required else True if optional else None,
        unique=re.search(r"\bunique\b", said) is not None, primary=primary, list="[]" in typed and bool(words),
        length=int(length[1]) if length else None,
        reference=sql.reference(f"{typed} {more}") if "references" in said else None,
    )  # fmt: skip


def inline(said: str, line: int) -> list[Field]:
    """Columns that stand after a table's name: ``users: id (uuid), email, created_at``."""
    bare = plain(said[:_LONGEST]).strip().strip("():—–- ")
    if not bare or bare.count(",") < 1:
        return []
    found = []
    for part in re.split(r",(?![^()]*\))", bare)[:100] if bare.count("(") < 200 else []:
        words = part.split()
        if not words or not re.fullmatch(r"[a-z_]\w{0,60}\??", words[0]) or len(words) > 6 or words[0] in _NO_COLUMN:
            return []  # prose
        known = {one.strip("()").lower() for one in words} & _SAID_OF_COLUMN
        if len(words) > 1 and not known and not kind(part.partition(words[0])[2]):
            return []
        found.append(made(words[0].rstrip("?"), " ".join(words[1:]).strip("() "), "", line))
    return found


def listed(unit: Unit) -> list[Field]:
    """The columns of a fence that draws one table."""
    found: dict[str, Field] = {}
    for at, row in enumerate(unit.text.split("\n")[:400]):
        one = drawn(row, unit.line + at)
        if one is not None:
            found.setdefault(one.name, one)
            if one.type:
                found[one.name] = one
    return list(found.values()) if any(one.type for one in found.values()) else []


def drawn(row: str, line: int) -> Field | None:
    said = row.partition("#")[0].partition("//")[0].strip().strip("│├└─|+- ").rstrip(",;")
    found = re.fullmatch(r"([a-z_]\w{0,60})\??\s*(?::\s*|\s+)([A-Za-z][^\n]{0,200})", said)
    if found is None or found[1] in _NO_COLUMN or not kind(found[2]):
        return None
    return made(found[1], found[2], "", line)
