"""The names that a module seems to export, read with patterns: which files are worth a parse."""

import re
from collections.abc import Iterable

from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.late import late

# Patterns that begin with a letter are searched several times quicker than those that begin at the edge of a word.
_DECLARED = late(
    r"export(?<!\wexport)\s+(?:default\s+)?(?:async\s+)?(?:abstract\s+)?"
    r"(?:function\b\s*\*?|class\b|const\s+enum\b|enum\b|const\b|let\b|var\b|interface\b|type\b)\s*([A-Za-z_$][\w$]*)"
)
_LIST = late(r"export(?<!\wexport)\s*(?:type\s*)?\{([^{}]*+)\}(?!\s*from\b)")
_COMMON = late(r"exports(?<!\wexports)\.([A-Za-z_$][\w$]*)\s*=(?!=)")
_COMMON_LIST = late(r"module(?<!\wmodule)\.exports\s*=\s*\{([^}]*+)")
_WORD = late(r"[A-Za-z_$][\w$]*")
_PYTHON = late(r"^(?:async[ \t]+)?(?:def|class)[ \t]+([A-Za-z]\w*)", re.MULTILINE)
_GO = late(r"^(?:func[ \t]+|type[ \t]+|[ \t]+(?=[A-Z]\w*[ \t]+(?:struct|interface)\b))([A-Z]\w*)", re.MULTILINE)

_ENDINGS = {
    "script": (".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs"), "python": (".py",), "go": (".go",),
}  # fmt: skip
_FAMILIES = {"javascript": "script", "typescript": "script", "tsx": "script", "python": "python", "go": "go"}


def family(path: str) -> str:
    """The languages that can import one another: script, python or go; empty for every other."""
    language = language_of(path)
    return _FAMILIES.get(language.name, "") if language is not None else ""


def endings(families: Iterable[str]) -> tuple[str, ...]:
    """How the files of such languages end: a tree is searched much quicker when it is told."""
    return tuple(ending for one in families for ending in _ENDINGS[one])


def names(text: str, path: str) -> frozenset[str]:
    """The names that a module may export. It takes in too many (a word of a comment) rather than too few."""
    kind = family(path)
    if kind == "python":
        return frozenset(_PYTHON.findall(text))
    if kind == "go":
        return frozenset(_GO.findall(text))
    if kind != "script" or "export" not in text:
        return frozenset()
    listed = _last_words(_LIST.findall(text)) | _first_words(_COMMON_LIST.findall(text))
    return frozenset([*_DECLARED.findall(text), *_COMMON.findall(text)]) | listed


def _last_words(lists: list[str]) -> set[str]:
    """Of ``a as b`` the b."""
    return {words[-1] for one in lists for entry in one.split(",") if (words := _WORD.findall(entry))}


def _first_words(lists: list[str]) -> set[str]:
    """Of ``a: b`` the a."""
    return {words[0] for one in lists for entry in one.split(",") if (words := _WORD.findall(entry))}
