"""Whether a report can speak of a file as it is: its checksums, its lines, and the lines that were added."""

import re
from collections.abc import Collection

from pytest_agentcompliance.parsing.coverage.record import FileCoverage

READ = (".py", ".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".go")  # of which blank lines and comments are known
DENSE = 0.9  # of all lines: a report that counts nearly all of them counts blank ones too, as V8's does
LEAST = 3  # lines that begin a statement, from which it tells something that the report has none of them
ODD = 2  # blank lines that a report counts, from which they tell something; Python's counts none
# What begins a statement that every tool counts.
_PYTHON = re.compile(
    r"(?:return|raise|assert|import|def|class)\b|from[ \t]+\S+[ \t]+import\b|(?:for|while|if|with)\b[^\n]*[:(][ \t]*(?:#|$)"
)
_SCRIPT = re.compile(r"(?:return|throw)\b.|(?:for|while|if|switch)\s*\(")
_GO = re.compile(r"return\b|(?:for|if|switch)\s")
# Strings and comments: what stands in one that is longer than a line may look like code, and is none.
_SINGLE = r"\"(?:[^\"\\\n]|\\.)*+\"?|'(?:[^'\\\n]|\\.)*+'?"
_IN_PYTHON = re.compile(r"#[^\n]*|\"\"\"(?s:.*?)(?:\"\"\"|\Z)|\'\'\'(?s:.*?)(?:\'\'\'|\Z)|" + _SINGLE)
_IN_OTHERS = re.compile(r"//[^\n]*|/\*(?s:.*?)(?:\*/|\Z)|`(?:[^`\\]|\\(?s:.|\Z))*+(?:`|\Z)|" + _SINGLE)


def misfit(one: FileCoverage, text: str, added: Collection[int] = (), *, spans: bool = False) -> str:
    """Why a file's lines cannot be those of the text, empty where they can. ``added`` are the lines of it that a change added."""
    lines = text.split("\n")
    if (why := _sums(one, lines)) or not one.path.lower().endswith(READ) or not one.hits:
        return why
    last = max(one.hits)
    if last > len(lines) + 1:  # some count the end of the file as a line
        return f"it counts line {last} of {one.path}, which has {len(lines) - (not lines[-1])}"
    dense = not one.path.endswith(".py") and len(one.hits) >= DENSE * (len(lines) - 1)
    if not (dense or spans):
        empty = [number for number in one.hits if number <= len(lines) and _is_empty(lines[number - 1], one.path)]
        if len(empty) >= (1 if one.path.endswith(".py") else ODD):
            return f"it counts line {min(empty)} of {one.path}, on which no code stands"
    return _unknown(one, lines, added)


def _unknown(one: FileCoverage, lines: list[str], added: Collection[int]) -> str:
    """A report of the file as it is knows some of the statements that were added to it."""
    begins = _PYTHON if one.path.endswith(".py") else _GO if one.path.endswith(".go") else _SCRIPT
    mine = [number for number in added if number <= len(lines) and begins.match(lines[number - 1].lstrip())]
    if len(mine) >= LEAST:
        quoted = _quoted("\n".join(lines), _IN_PYTHON if one.path.endswith(".py") else _IN_OTHERS)
        mine = [number for number in mine if number not in quoted]
    if len(mine) >= LEAST and not any(number in one.hits or number in one.excluded for number in mine):
        return f"it knows none of the {len(mine)} statements that were added to {one.path}, the first in line {min(mine)}"
    return ""


def _quoted(text: str, texts: re.Pattern[str]) -> set[int]:
    """The lines that begin within a string or a comment."""
    found: set[int] = set()
    at, line = 0, 1
    for one in texts.finditer(text):
        line += text.count("\n", at, one.start())
        last = line + text.count("\n", one.start(), one.end())
        found.update(range(line + 1, last + 1))
        at, line = one.end(), last
    return found


def _sums(one: FileCoverage, lines: list[str]) -> str:
    if not one.sums:
        return ""
    from base64 import b64encode
    from hashlib import md5

    for number, said in one.sums.items():
        # Of a line, without its end; in Base64 without padding.
        line = lines[number - 1].removesuffix("\r") if number <= len(lines) else ""
        sum_ = b64encode(md5(line.encode("utf-8", "surrogateescape"), usedforsecurity=False).digest()).decode().rstrip("=")
        if said.rstrip("=") != sum_:
            return f"the checksum that it has of line {number} of {one.path} is another one's"
    return ""


def _is_empty(line: str, path: str) -> bool:
    line = line.strip()
    return not line or line.startswith("#" if path.endswith(".py") else "//")
