"""The models of a Prisma schema, line by line."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.schema import Fact

_OPEN = re.compile(r"\s*(model|enum|view|type|datasource|generator)\s+(\w{1,100})\s*\{")
_FIELD = re.compile(r"\s*(\w{1,100})\s+(\w{1,100}(?:\([^()\n]{0,100}\))?)(\[\])?(\?)?(.*)")
_MODEL = re.compile(r"^\s*(?:model|view)\s+(\w{1,100})\s*\{", re.MULTILINE)
_UNCHANGED = re.compile(r"@(?:updatedAt\b|ignore\b|default\((?:cuid|uuid|nanoid|ulid)\([^()\n]{0,20}\)\))")  # the client does it


def read(text: str) -> Iterator[Fact]:
    """Each column, index and value; none of a database without migrations."""
    if re.search(r"provider\s*=\s*\"mongodb\"", text):
        return
    models = set(_MODEL.findall(text))
    kind = table = ""
    for number, row in enumerate(text.split("\n"), 1):
        line = row[:2000].partition("//")[0].rstrip()
        if (found := _OPEN.match(line)) is not None:
            kind, table = found[1], found[2]
        elif line.strip().startswith("}"):
            kind = ""
        elif not line.strip():
            continue
        elif kind == "enum":
            yield Fact("prisma", table, line.split()[0], "value", number)
        elif kind == "model":
            yield from _column(line, table, number, models)


def _column(line: str, table: str, number: int, models: set[str]) -> Iterator[Fact]:
    said = line.strip()
    if said.startswith("@@"):
        if not said.startswith(("@@ignore", "@@schema")):
            yield Fact("prisma", table, "", " ".join(said.split()), number)
        return
    found = _FIELD.match(line)
    if found is None or found[2] in models:
        return  # the other side of a relation has no column
    rest = " ".join(_UNCHANGED.sub("", found[5]).split())
    yield Fact("prisma", table, found[1], f"{found[2]}{found[3] or ''}{found[4] or ''} {rest}".strip(), number)
