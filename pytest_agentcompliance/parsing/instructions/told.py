"""What the documents of a project tell people to type: the lines of its code blocks, and the code within its sentences."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from posixpath import basename

LONGEST = 1_000_000  # characters of a document
_DOCUMENT = re.compile(
    r"(?i)^(?:readme|contributing|development|developing|developer|hacking|install|installation|installing|setup|getting[-_]?started"
    r"|quick[-_]?start|onboarding|building|running|testing|claude|agents|copilot-instructions|local[-_]?development|usage|run)"
    r"(?:[-_.][\w.-]{0,40})?\.(?:md|mdx|rst|txt)$|^readme$"
)
_FENCE = re.compile(r"\s*(`{3,}|~{3,})\s*([\w-]*)")
_CODE = re.compile(r"`([^`\n]{1,300})`")
_PROMPT = re.compile(r"^\s*(?:[$>%#]\s+)?")
_OTHER = frozenset(
    """typescript ts tsx javascript js jsx python py go rust json jsonc yaml yml toml sql html css mermaid diff http graphql
    dockerfile makefile ini xml env dotenv java markdown md""".split()  # noqa: SIM905 - a table of words
)


@dataclass(frozen=True, slots=True)
class Line:
    """One piece of code in a document, with its line; ``here``: nothing before it in its block went to another folder."""

    text: str
    line: int
    here: bool = True


def is_onboarding(path: str) -> bool:
    """Whether a file tells people how to build, test and run."""
    return _DOCUMENT.match(basename(path)) is not None


def commands(text: str) -> Iterator[Line]:
    """The code of a document that may be commands, in order."""
    fence, language, here = "", "", True
    for number, line in enumerate(text[:LONGEST].split("\n"), 1):
        mark = _FENCE.match(line[:200])
        if mark and (not fence or (mark[1][0] == fence[0] and len(mark[1]) >= len(fence) and not mark[2])):
            fence, language, here = ("", "", True) if fence else (mark[1], mark[2].lower(), True)
        elif fence:
            if language not in _OTHER:
                code = _PROMPT.sub("", line[:1000], count=1)
                here = here and not re.match(r"\s*(?:cd|pushd)\s", code)
                yield Line(code, number, here)
        else:
            yield from (Line(one[1], number) for one in _CODE.finditer(line[:5000]))
