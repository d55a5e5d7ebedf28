"""The files that a transcript shows edited, held against those that the change has."""

import re
from collections.abc import Collection, Iterable, Sequence

from pytest_agentcompliance.parsing.claimed import covers
from pytest_agentcompliance.parsing.claimed.judge import Edit

LONGEST = 4000  # characters of a command that are looked at
MOST = 4_000_000  # characters of all of them in which a name is looked for

# Commands that may write files which they do not name.
_MAKERS = re.compile(
    r"(?i)(?:^|[\s;&|(])(?:git +(?:-\S+ +){0,4}(?:checkout|restore|reset|stash|apply|am|merge|rebase|cherry-pick|pull"
    r"|revert|clean|switch|clone)"
    r"|unzip|tar|rsync|patch|cp +-\w*[rRa]|mv|perl|python3?|node|ruby|deno|tsx|ts-node|make|just|docker|bash|sh|\./)\b"
    r"|--write|--fix\b|\bformat\b|\bfmt\b|\bcreate[- ]|\binit\b|generat|codegen|scaffold|migrat|\bnew\b|cookiecutter|-w\b"
    r"|sed +-\w*i|xargs"
)


def absent(
    edits: Iterable[Edit], changed: Collection[str], touched: Collection[str], lines: Sequence[tuple[int, str]]
) -> list[Edit]:
    """The last edits of files that the change has not, where nothing later may have undone them."""
    last: dict[str, Edit] = {}
    for one in edits:
        if one.path not in changed and one.path not in touched and not covers.made_by_tools(one.path):
            last[one.path] = one
    undone = max((number for number, line in lines if _MAKERS.search(line[:LONGEST])), default=0)
    return [
        one for one in last.values() if one.number > undone and not any(part.startswith(".") for part in one.path.split("/")[:-1])
    ]


def unwritten(
    changed: Iterable[str], edited: Collection[str], touched: Collection[str], lines: Iterable[str], calls: Iterable[str]
) -> list[str]:
    """The files of the change that no step wrote, and no command may have."""
    texts = [line[:LONGEST] for line in lines]
    if any(_MAKERS.search(text) for text in texts):
        return []
    named = "\n".join([*texts, *calls])
    if len(named) > MOST:
        return []
    return [
        path for path in changed
        if path not in edited and path not in touched and not covers.made_by_tools(path) and path.rpartition("/")[2] not in named
    ]  # fmt: skip
