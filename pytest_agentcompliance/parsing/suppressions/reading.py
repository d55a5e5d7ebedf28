"""The suppressions in a file, read from its comments."""

import re
from collections.abc import Iterator

from pytest_agentcompliance.parsing.comments import Comment, blanked, comments
from pytest_agentcompliance.parsing.languages import language_of
from pytest_agentcompliance.parsing.suppressions.kinds import STEMS, Kind, kinds, of_code
from pytest_agentcompliance.parsing.suppressions.record import Reach, Suppression

LONGEST = 2000  # characters of a comment's line that are read
_MOST = 2000  # suppressions of a file that are told apart
_LEADERS = re.compile(r"[\s\ufeff/*#;!<%{(\-\"']*+")
_HASHES = re.compile(r"[#]|//|/\*|<!--")  # where one comment may begin in another
_QUOTED = ("`", "'", '"', "\u2018", "\u201c", "\\")
_SPLIT = re.compile(r"[\s,\"'`]+")
_WORD = re.compile(r"[^\W\d_]{3,}")
_AFTER = re.compile(r"\A[\s:;,.\-\u2013\u2014(#/]+|[\s*/\-}>)]+\Z")
_CODE = frozenset(("java", "kotlin", "rust", "csharp", "python", "scala"))


def suppressions(text: str, path: str) -> tuple[Suppression, ...]:
    """What a file tells tools to overlook, in order. Strings, docstrings and prose about it are none."""
    # UTF-16 without its mark reads as text with a NUL after each letter.
    text = text.replace("\0", "")
    language = language_of(path, text)
    if language is None:
        return ()
    lines = text.split("\n")
    found: list[Suppression] = []
    for one in comments(text, path):
        if one.kind == "comment":
            found += _of_comment(one, lines)
            if len(found) > _MOST:
                return tuple(found)
    if language.name in _CODE:
        found += _of_code(text, path)
    return tuple(found)


def _of_comment(comment: Comment, lines: list[str]) -> Iterator[Suppression]:
    start = lines[comment.line - 1].lstrip() if comment.line <= len(lines) else ""
    alone = start.startswith(comment.text.split("\n", 1)[0][:200].rstrip()) or start.startswith(("{/*", "/*", "<!--"))
    for offset, whole in enumerate(comment.text.split("\n")):
        line = whole[:LONGEST]
        for kind, spot in spots(line):
            yield _made(kind, spot, line, comment.line + offset, lines, alone=alone)


def spots(line: str, most: int = 12) -> Iterator[tuple[Kind, re.Match[str]]]:
    """Where a comment's line has directives; ``most`` comments within it are looked at."""
    small = line.lower()
    if not any(stem in small for stem in STEMS):
        return
    taken: list[tuple[int, int]] = []
    starts = dict.fromkeys(_bodies(line, most))
    for kind in kinds():
        if kind.anywhere:
            found = [one for one in kind.pattern.finditer(line) if not line[: one.start()].endswith(_QUOTED)]
        else:
            found = [one for at in starts if (one := kind.pattern.match(line, at))]
        for spot in found:
            if not any(begin <= spot.start() < end for begin, end in taken):
                taken.append(spot.span())
                yield kind, spot


def _bodies(line: str, most: int) -> Iterator[int]:
    """Where a directive may begin: after the leaders of the comment, and of each comment within it."""
    for number, one in enumerate([None, *_HASHES.finditer(line)]):
        if number > most:
            return
        at = one.start() if one else 0
        if one and line[:at].endswith(_QUOTED):
            continue
        body = _LEADERS.match(line, at)
        if body is not None and not body[0].endswith(("'", '"')):
            yield body.end()


def _made(kind: Kind, spot: re.Match[str], line: str, number: int, lines: list[str], *, alone: bool) -> Suppression:
    raw = spot.groupdict().get("codes") or ""
    codes = frozenset(code for one in _SPLIT.split(raw) if (code := _code(kind, one)))
    if kind.family == "coverage":
        codes = frozenset()
    reach = kind.reach
    above = lines[: number - 1]
    if alone and kind.tool == "type: ignore" and all(not one.strip() or one.lstrip().startswith("#") for one in above):
        reach = "file"
    elif alone and kind.tool in ("pylint", "rubocop:disable") and reach == "line" and "-next" not in spot[0]:
        reach = "block"
    elif kind.family == "eslint" and reach == "block" and _nothing_before(lines, number):
        reach = "file"
    rest = _AFTER.sub("", line[spot.end() :])
    said = " ".join(spot[0].split())
    there = lines[number - 1] if number <= len(lines) else ""
    beside = lines[number] if alone and number < len(lines) else "" if alone else there.partition(line[:40])[0]
    code = " ".join(beside[:LONGEST].split())
    reason = rest if _WORD.search(rest) else ""
    return Suppression(kind.tool, kind.family, reach, codes, said, number, reason, kind.formatting, code)


def _nothing_before(lines: list[str], number: int) -> bool:
    """Whether no code stands above: what is disabled there is disabled for the whole file."""
    above = (one.strip() for one in lines[: min(number - 1, 60)])
    return all(not one or one.startswith(("/", "*", "#", "<!--", "{/*", "'use", '"use')) for one in above)


def _code(kind: Kind, text: str) -> str:
    """A code as it is compared: what linters of one family share is the last part, without its dress."""
    text = text.strip(".:[]()").lower()
    if kind.family == "eslint":
        return re.sub(r"[^a-z0-9]", "", text.rpartition("/")[2])
    return text


def _of_code(text: str, path: str) -> Iterator[Suppression]:
    if not re.search(r"@Suppress|allow\(|#pragma|no_type_check", text):
        return
    for number, line in enumerate(blanked(text, path).split("\n"), 1):
        for kind in of_code():
            if spot := kind.pattern.match(line[:LONGEST]):
                reach: Reach = kind.reach
                codes = frozenset(one.strip("\"'").lower() for one in _SPLIT.split(spot.groupdict().get("codes") or "") if one)
                yield Suppression(kind.tool, kind.family, reach, codes, " ".join(spot[0].split()), number)
