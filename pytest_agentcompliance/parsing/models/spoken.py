"""What a change does to tables, and whether a text speaks of one: by its model, its table, its delegate, however it is written."""

import re
from collections.abc import Iterator
from functools import lru_cache

from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.made import BESIDE, GENERATED, MIGRATIONS, SCRIPTS
from pytest_agentcompliance.parsing.models import ENDINGS, Field, Model, Models
from pytest_agentcompliance.parsing.models.differences import plain, singular

_NO_TABLES = [*GENERATED, *MIGRATIONS, *BESIDE, *SCRIPTS]
_SIGNS = ("__tablename__", "mapped_column", "Column", "SQLModel", "Table(", "@Entity")
SAME = 0.6  # of the fields of a table that went, by which one with another name is known for it
_LONG = 8  # letters from which a name is known without the ends of its words: OAuthToken is oauth_token
_PART = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")
_DRESSED = re.compile(r"(?<=[a-z])(?:Model|Entity|Table|Schema|Record|Row|ORM|Orm|DB|Db)$|^(?:DB|Db|db_|tbl_)(?=[A-Za-z])")
_USUAL = re.compile(
    r"id|uuid|(?:created|updated|deleted|modified|added|joined|assigned|granted)(?:at|on|by)?|position|sort(?:order)?"
)


def may_hold(path: str) -> bool:
    """Whether a file may declare tables of the product."""
    from pytest_agentcompliance.parsing.testcode import is_test  # start-up time

    return path.endswith(ENDINGS) and not is_test(path) and not matches(path, _NO_TABLES)


def has_tables(path: str, text: str) -> bool:
    """Whether a file says that it has models."""
    return path.endswith(".prisma") or any(sign in text for sign in _SIGNS)


def endpoints(path: str, text: str) -> list[str]:
    """The squeezed paths of the endpoints of a file, without their parameters."""
    from pytest_agentcompliance.parsing import routes  # start-up time

    if not routes.is_candidate(path, text):
        return []
    read = routes.read({path: text})
    said = (squeezed(re.sub(r"\{[^{}/]*\}", " ", route.path)) for route in (*read.routes, *read.loose))
    return [one for one in said if one.strip()]


def squeezed(text: str) -> str:
    """A text as words in small letters, each in the singular, a blank around each: createOrderItems is " create order item "."""
    return f" {' '.join(_word(one) for one in _PART.findall(text))} "


@lru_cache(maxsize=16384)
def _word(part: str) -> str:
    low = part.lower()
    return singular(low) if len(low) > 2 else low


def speaks(text: str, said: str) -> bool:
    """Whether a squeezed text has a name."""
    name = squeezed(said)
    if not name.strip():
        return True  # nothing by which it could be known
    last = name.split(" ")
    if len(last) >= 5 and f" {' '.join(last[-3:])}" in text:  # the end of a long one: messagingSessionMappings
        return True
    return name in text or (len(name.replace(" ", "")) >= _LONG and name.replace(" ", "") in text.replace(" ", ""))


def names(one: Model) -> list[str]:
    """What a table may be called in code: its model and its table, without what says only that they are such."""
    both = (one.name, one.table.rpartition(".")[2])
    return list(dict.fromkeys(_DRESSED.sub("", each) or each for each in both if each))


def fresh(before: Models, after: Models) -> Iterator[Model]:
    """The tables that are new: those that moved, or have another name now, are not, nor are those that only join two."""
    had = {plain(each) for one in before.models for each in (one.name, one.table) if each}
    has = {plain(each) for one in after.models for each in (one.name, one.table) if each}
    gone = [_fields(one) for one in before.models if plain(one.name) not in has and plain(one.table) not in has]
    for one in after.models:
        if plain(one.name) in had or (one.table and plain(one.table) in had) or joins(one) or not one.fields:
            continue
        mine = _fields(one)
        if not any(mine and len(mine & each) >= SAME * max(len(mine), len(each)) for each in gone):
            yield one


def grown(before: Models, after: Models) -> Iterator[tuple[Model, list[Field]]]:
    """The tables that were there, each with the fields that are new in it."""
    old: dict[str, set[str]] = {}
    for one in before.models:
        for name in filter(None, (plain(one.name), plain(one.table))):
            old.setdefault(name, set()).update(plain(each.name) for each in one.fields)
    for one in after.models:
        known = old.get(plain(one.name), set()) | old.get(plain(one.table), set())
        added = [each for each in one.fields if plain(each.name) not in known and not _USUAL.fullmatch(plain(each.name))]
        if known and added:
            yield one, added


def joins(one: Model) -> bool:
    """Whether a table only joins others: it has two foreign keys, and nothing that is its own."""
    keys = {name for each in one.relations for name in each.key} | {each.name for each in one.fields if each.reference is not None}
    ends = {plain(each.name) for each in one.fields if one.tool == "prisma" and not each.type}  # models of other files
    keys |= {each.name for each in one.fields if plain(each.name) in ends | {f"{end}id" for end in ends}}
    own = [each for each in one.fields if each.name not in keys and not _USUAL.fullmatch(plain(each.name))]
    return len(keys) >= 2 and not own


def _fields(one: Model) -> frozenset[str]:
    return frozenset(plain(each.name) for each in one.fields)
