"""The output of a command as lines to read: bounded, without colours and progress, and apart by the package that printed them."""

import re
from typing import NamedTuple

from pytest_agentcompliance.parsing.work import terminal

FIRST, LAST = 64_000, 256_000  # characters of the beginning and of the end that are read
_LONGEST = 1000  # of a line
_GROUPS = 200
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_CUT = re.compile(
    r"(?i)^[\s.…\[(<-]*(?:\d[\d,]* (?:characters|chars|lines|bytes|tokens)\b.{0,40}\b(?:truncated|omitted|cut|left out|elided)"
    r"|(?:observation|output|response) (?:was )?(?:truncated|clipped)|omitted \d+ of \d+ lines|truncated)"
)
# Every line that a reader looks for has a digit or one of these; the others are left out, since most of an output is noise.
_TELLING = re.compile(
    r"[0-9*]|pass|PASS|[Ff]ail|FAIL|[Ee]rr|ERR|[Tt]est|TEST|\bOK\b|\bok\b|[Ss]uccess|SUCCESS|[Ff]ound|ompile|[Bb]uil[dt]|BUILD|valid|upgrade"
    r"|issue|ELIFECYCLE|RUN|Configuring|No module|ESLint|Prettier|skip|queued"
)
_TIMES = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?Z ")
# What runs the scripts of many packages puts before each line that one of them prints.
_PREFIXES = (  # each with what stands in every such line
    (":", re.compile(r"((?:@[\w.-]{1,80}/)?[\w.-]{1,80}:[\w.-]{1,40}(?::[\w.-]{1,40})?): ?(.*)")),  # turbo: `@shop/api:test: `
    (": ", re.compile(r"((?:@|\.{0,2}/)?[\w./-]{1,120} [\w.:-]{1,40}): (.*)")),  # pnpm -r: `packages/api test: `
    ("│", re.compile(r"(│) (.*)")),
    ("[", re.compile(r"\[([^\]\n]{1,80})\]:? (.*)")),  # concurrently, yarn workspaces foreach
    ("|", re.compile(r"([\w.-]{1,80}) {1,40}\| (.*)")),  # docker compose
    (": ", re.compile(r"((?:@[\w.-]{1,80}/)?[\w.-]{1,80}): (.*)")),  # lerna
)


class Printed(NamedTuple):
    """The lines that could be a summary. ``cut``: a part of the output is missing, because it was long or whoever kept it cut it.

    Each is (number of the line, text); ``groups`` are those that bear the name of a package, without it.
    """

    lines: list[tuple[int, str]]
    groups: list[list[tuple[int, str]]]
    cut: bool


def printed(output: str) -> Printed:
    """The lines of an output; of one that is too long the first and the last."""
    cut = len(output) > FIRST + LAST
    parts = [output[:FIRST], output[-LAST:]] if cut else [output]
    lines = [line for part in parts for line in terminal.lines(part)]
    cut = cut or any(_CUT.match(line) for line in lines)
    shown = [(at, _shown(line)) for at, line in enumerate(lines) if _TELLING.search(line)]
    return Printed(shown, _groups(shown), cut)


def _shown(line: str) -> str:
    line = line[:_LONGEST]
    line = (line if line.isprintable() else _CONTROLS.sub("", line)).rstrip()
    times = _TIMES.match(line) if line[:1].isdigit() else None
    return line[times.end() :] if times else line


def _groups(lines: list[tuple[int, str]]) -> list[list[tuple[int, str]]]:
    groups: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for at, line in lines:
        for kind, (sign, pattern) in enumerate(_PREFIXES):
            found = pattern.match(line) if sign in line else None
            if not found:
                continue
            key = (kind, found[1])
            if key in groups or len(groups) < _GROUPS:
                groups.setdefault(key, []).append((at, found[2]))
            break
    return [group for group in groups.values() if len(group) > 1]
