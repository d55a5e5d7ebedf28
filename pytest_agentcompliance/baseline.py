"""The baseline as a file: the findings that were known when a repository began to be audited, one on a line.

The file has a line ``# 3f`` for each two digits that a fingerprint can begin with, and the fingerprints between them: lines that
two branches add or take out seldom touch, so that git merges them by itself, also where no merge driver is asked.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from urllib.parse import quote, unquote_to_bytes

from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.parsing.strict_yaml import shown
from pytest_agentcompliance.profile import RULE_NAME

LIMIT = 16 * 1024 * 1024  # bytes
LINE = re.compile(r"([0-9a-f]{24})  ([^ ]{1,200})  ([^ ]{1,20000})")
CONFLICT = ("<<<<<<<", "=======", ">>>>>>>", "|||||||")
HEAD = (
    "# Findings that were known before. 'agent-compliance baseline' takes out those that are gone, --add puts new ones in.",
    "# An audit reads this file at its merge base. The lines of two digits let git merge what two branches did to it.",
)
NO_PATH = "-"
SAFE = "/[](){}@+,=:!$&'*~"  # beside letters, digits and ``_.-``: what stands in a path as it is


@dataclass(frozen=True, slots=True, order=True)
class Known:
    """A finding of the baseline. Rule and path are for people: the fingerprint has them in it. ``line`` is where it was read."""

    fingerprint: str
    rule: str
    path: str  # empty where the finding is of no one file
    line: int = field(default=0, compare=False)

    def __str__(self) -> str:
        return f"{self.fingerprint}  {self.rule}  {_escaped(self.path)}"


def parse(data: bytes, source: str) -> tuple[Known, ...]:
    """The findings of a file, each once, whatever their order. Raises ``PolicyError``, which names the line and what to do."""
    if len(data) > LIMIT:
        raise PolicyError(f"{source}: it has more than {LIMIT >> 20} MiB; that is no baseline")
    found: dict[str, Known] = {}
    for number, raw in enumerate(data.split(b"\n"), 1):
        text = raw.decode("utf-8", "backslashreplace").removesuffix("\r").rstrip(" ")
        if not text or text.startswith("#"):
            continue
        place = f"{source}:{number}"
        if text.startswith(CONFLICT):
            raise PolicyError(
                f"{place}: it is the mark of a merge conflict; keep the lines of both sides, take out the marks, "
                "and run 'agent-compliance baseline'"
            )
        line = LINE.fullmatch(text)
        if line is None or not RULE_NAME.fullmatch(line[2]):
            raise PolicyError(
                f"{place}: {shown(text)} is no line of a baseline (fingerprint, rule, path); take it out, "
                "and run 'agent-compliance baseline'"
            )
        found.setdefault(line[1], Known(line[1], line[2], _plain(line[3]), number))
    return tuple(sorted(found.values()))


def text(known: Iterable[Known]) -> str:
    """The file: the same findings give the same bytes."""
    return "".join(f"{line}\n" for line in (*HEAD, *_lines(known)))


def attributes(name: str, there: str | None) -> str | None:
    """The ``.gitattributes`` beside a baseline, by which git keeps what both sides of a merge added; None: leave it as it is."""
    line = f"{name} merge=union"
    if not re.fullmatch(r"[\w.-]+", name) or (there is not None and line in there.splitlines()):
        return None
    above = there or ""
    return f"{above}{'' if not above or above.endswith(chr(10)) else chr(10)}{line}\n"


def _lines(known: Iterable[Known]) -> Iterator[str]:
    groups: dict[str, list[str]] = {f"{digits:02x}": [] for digits in range(256)}
    for one in sorted(set(known)):
        groups[one.fingerprint[:2]].append(str(one))
    for digits, lines in groups.items():
        yield f"# {digits}"
        yield from lines


def _escaped(path: str) -> str:
    if path in ("", NO_PATH):
        return "%2D" if path else NO_PATH
    try:
        raw = path.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:  # no path of git has such a surrogate
        raw = path.encode("utf-8", "surrogatepass")
    return quote(raw, safe=SAFE)


def _plain(text: str) -> str:
    return "" if text == NO_PATH else unquote_to_bytes(text).decode("utf-8", "surrogateescape")
