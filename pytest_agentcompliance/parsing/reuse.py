"""What the reuse part of a chunk says: the names that it claims to reuse, and whether a reason is one."""

import re
from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.markdown import word_set

MOST_NAMES = 200  # of one field; more than that is no list that anybody checks

NOTHING = late(r"(?i)^\W*(?:n/?a|not applicable|none|nothing|no new\b.*|-+|—)\W*(?:$|[-–—(:.,;])")
_CODE = late(r"`([^`\n]{2,200})`")
_PACKAGE = late(r"(?<![\w`/@.-])(@[a-z0-9][\w.-]*/[a-z0-9][\w.-]*(?:/[\w.\[\]-]+)*)", re.IGNORECASE)
_IDENTIFIER = late(r"[A-Za-z_$][\w$]{2,}(?:\.[A-Za-z_$][\w$]*)*(?:\([^()]{0,60}\))?")
_PATH = late(r"(?:@?[\w.\[\]()$+~-]+/)*[\w.\[\]()$+~-]+")
_HOLLOW = word_set(
    "a an the it is was were be been are this that new needed required necessary need needs because for as by story spec per of to"
    " in see above below same yes code file files module implementation feature functionality tbd todo requirement requirements"
    " it's its not exist exists existed didn't did before"
)
# Kinds of module: a text that speaks of one covers all modules of its chunk.
BROAD = word_set(
    "handler handlers package packages module modules schema schemas type types function functions service services repository"
    " repositories migration migrations script scripts component components helper helpers util utils utility utilities export"
    " exports logic file files implementation implementations adapter adapters middleware route routes router endpoint endpoints"
    " seed seeds interface interfaces port ports error errors config configuration client everything all class classes model models"
)
_EXTENSIONS = word_set("ts tsx js jsx mjs cjs mts cts py pyi sql prisma json yaml yml toml md http go rs java kt rb sh css html")


class Reused(NamedTuple):
    """A name that is said to be reused: a path, the name of a package, or a symbol of code."""

    name: str
    kind: Literal["path", "package", "symbol"]
    row: int  # the line of the field's text that it stands in, counted from 0


def reused(text: str) -> list[Reused]:
    """The names in the text of a field, as far as they are marked as code or are plainly those of a package."""
    found: dict[str, Reused] = {}
    for row, line in enumerate(text.split("\n")):
        spans = [one.strip() for one in _CODE.findall(line[:4000])]
        for name in [*spans, *_PACKAGE.findall(_CODE.sub(" ", line[:4000]))]:
            one = _named(name.rstrip(".,;:"), row)
            if one is not None and len(found) < MOST_NAMES:
                found.setdefault(one.name, one)
    return list(found.values())


def _named(name: str, row: int) -> Reused | None:
    if name.startswith("@") and "/" in name:
        return Reused("/".join(name.split("/")[:2]), "package", row) if _PATH.fullmatch(name) else None
    if name.startswith(("node:", "./", "../")) or name.isdigit():
        return None
    if "/" in name:
        last = name.rstrip("/").rpartition("/")[2]
        return Reused(name, "path" if "." in last.strip(".") else "package", row) if _PATH.fullmatch(name) else None
    if re.fullmatch(r"[\w.\[\]-]+\.[A-Za-z][A-Za-z0-9]{0,9}", name) and not name.endswith(")"):
        known = name.rpartition(".")[2].lower() in _EXTENSIONS
        if known:
            return Reused(name, "path", row)
    if _IDENTIFIER.fullmatch(name):
        return Reused(name.partition("(")[0].rpartition(".")[2], "symbol", row)
    if re.fullmatch(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)+", name):
        return Reused(name, "package", row)
    return None


def is_reason(text: str) -> bool:
    """Whether a reason says anything beside that there is one."""
    words = re.findall(r"[^\W_][\w'’-]*", text[:4000].lower())
    return len([word for word in words if word not in _HOLLOW]) >= 2
