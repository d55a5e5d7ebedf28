"""The files that a program within a shell command writes: Python or JavaScript in a here-document or behind ``-c`` and ``-e``."""

import re
from collections.abc import Iterator

LONGEST = 200_000  # characters of a command that are looked through
MOST = 200  # files of one command
_PROGRAM = re.compile(r"\b(?:python[\d.]{0,5}|node|bun|deno|ruby)\b")
_TEXT = r"[rbf]{0,2}[\"'`]([^\"'`\n]{1,300})[\"'`]"
# A file that is named where it is written.
_DIRECT = re.compile(
    rf"\b(?:open|File\.open)\(\s{{0,9}}{_TEXT}\s{{0,9}},\s{{0,9}}(?:mode=)?[\"'][wax]"
    rf"|\bPath\(\s{{0,9}}{_TEXT}\s{{0,9}}\)\.write_(?:text|bytes)\(|\b(?:writeFile|writeFileSync|Bun\.write)\(\s{{0,9}}{_TEXT}"
)
_NAMED = re.compile(rf"(?:^|[;\s])(\w{{1,60}})\s{{0,9}}=\s{{0,9}}(?:[\w.]{{0,40}}Path\(\s{{0,9}})?{_TEXT}")
_WRITTEN = re.compile(
    r"\bopen\(\s{0,9}(\w{1,60})\s{0,9},\s{0,9}(?:mode=)?[\"'][wax]|\b(\w{1,60})\.write_(?:text|bytes)\("
    r"|\b(\w{1,60})\.open\(\s{0,9}(?:mode=)?[\"'][wax]|\b(?:writeFile|writeFileSync|Bun\.write)\(\s{0,9}(\w{1,60})\b"
)


def written(command: str) -> Iterator[str]:
    """The paths that a program in a command writes, named in the call or in a variable that the call takes."""
    text = command[:LONGEST]
    if ("write" not in text and "open(" not in text) or _PROGRAM.search(text) is None:
        return
    found: dict[str, None] = {}
    for hit in _DIRECT.finditer(text):
        found[next(filter(None, hit.groups()))] = None
    names = {name for hit in _WRITTEN.finditer(text) for name in hit.groups() if name}
    if names:
        found.update((hit[2], None) for hit in _NAMED.finditer(text) if hit[1] in names)
    yield from list(found)[:MOST]
