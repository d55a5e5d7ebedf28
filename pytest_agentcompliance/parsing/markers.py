"""Markers of unfinished work in the text of a comment: which words are markers, and which only talk about them."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from pytest_agentcompliance.parsing.lookalikes.folding import folded

_NEAR = 240  # characters before and after a word that decide: the cost of a long line stays linear
# What may stand between the start of a comment's line and a marker: leaders, bullets, boxes, numbers, quotes of a docstring.
_LEADERS = re.compile(
    r"""[\s/*#;!%<>{}(\[|~=+:.\-\u2013\u2014\u2022\u2192\u26A0\uFE0F'"]*(?:--|rem\b|dnl\b|[*+-])?\s*"""
    r"""(?:\[[ xX]?\]|\(?\d{1,3}[.)])?\s*[(\[*_@]*""",
    re.IGNORECASE,
)
_LEAD = frozenset("/*#;!%<>{}()[]|~=+:.-_@'\"\u2013\u2014\u2022\u2192\u26a0\ufe0f")  # what such a leader may end with
_CALLED = re.compile(r"\s?:(?![:=])|\([\w@]")
_ENTITY = re.compile(r"&(?:#|[A-Za-z])")
_QUOTES = ("'", '"', "`", "\u2018", "\u201c")
# "no TODO: comments", "scans for TODO: ...": the word before says that the marker is talked about.
_TALK_BEFORE = frozenset({
    "no", "any", "for", "with", "without", "contains", "containing", "contain", "like", "as", "scan", "scans", "find",
    "finds", "detect", "detects", "remove", "removes", "add", "adds", "the", "a", "an", "or", "of", "zero", "each",
    "every", "new", "old", "existing", "stale", "introduce", "introduces", "leave", "leaving", "left", "ban", "bans",
    "forbid", "forbids", "reject", "rejects", "word", "marker",
})
_TALK_AFTER = re.compile(
    r"[ \t]*(?:,|\||/|&|=|\+|(?:-?style|lists?|items?|apps?|applications?|comments?|markers?|entry|entries|counter|trackers?|tags?|"
    r"detection|detector|and|or|is|are|was|were)\b(?![ \t]*:))",
    re.IGNORECASE,
)
_SENTENCE_END = re.compile(r"(?:[.;!?,\u2014\u2013]|\s-{1,2}|\bfor now|[)\]])\s*$", re.IGNORECASE)
_LAST_WORD = re.compile(r"([A-Za-z.]+)[\s:]*$")
_CLOSERS = ("*/", "-->", "--!>", "*)", "#>", "%>", "}}", "-}", '"""', "'''")
_CASES = "\u0130\u0131\u017f\u212a"  # the characters beyond ASCII that a letter of ASCII matches where case makes no difference
_MOST = 20  # markers of one line that are told apart: a longer row says nothing more
_LINE_END = re.compile(r"\r\n?|\n")
# What is drawn over, under or around a letter that has no such form; white capitals in a ring or a box, which have no plain one.
_DRAWN = re.compile("(?<=[A-Za-z])[\u0300-\u036f\u0483-\u0489\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20f0\ufe20-\ufe2f]+")
_BOXED = re.compile("[\U0001f150-\U0001f169\U0001f170-\U0001f189]")


@dataclass(frozen=True, slots=True)
class Marker:
    """One marker: its word in capitals, its text from there to the end of the line, and how many newlines precede it."""

    word: str
    text: str
    offset: int

    @property
    def key(self) -> str:
        """What makes two markers the same one, wherever they stand."""
        return " ".join(self.text.split())


def markers(text: str, words: Iterable[str], *, docstring: bool = False) -> Iterator[Marker]:
    """The markers in the text of one comment, in order."""
    pattern = _pattern(tuple(words))
    plain = text.isascii()
    if plain and "&" not in text and not pattern.search(text):
        return
    newlines = at = 0
    for end in [*_LINE_END.finditer(text), None]:
        line = text[at : end.start() if end else len(text)]
        for word, rest in _in_line(line if plain and "&" not in line else _seen(line), pattern, first=at == 0 or not docstring):
            yield Marker(word, rest, newlines)
        if end:
            newlines += "\n" in end[0]
            at = end.end()


def may_hold(text: str, words: Iterable[str]) -> bool:
    """Whether some comment of a file's text may have a marker: where none may, no grammar need tell its comments."""
    asked = tuple(words)
    pattern = _pattern(asked)
    if _has_letters(text, asked) and any(_may_be(text, found) for found in pattern.finditer(text)):
        return True
    if text.isascii() and "&" not in text:
        return False
    strange = (line for line in _LINE_END.split(text) if not line.isascii() or _ENTITY.search(line))
    return any(pattern.search(seen) for line in strange if (seen := _seen(line)) != line)


def _has_letters(text: str, words: tuple[str, ...]) -> bool:
    """Whether the letters of a word stand in a text in any case: looked for a hundred times as fast as the word itself."""
    if not all(map(str.isascii, words)) or any(one in text for one in _CASES):
        return True
    small = text.lower()
    return any(word.lower() in small for word in words)


def _may_be(text: str, found: re.Match[str]) -> bool:
    """Whether a word may be a marker where a comment begins before it: what is surely quoted, or a name in code, is none."""
    before = text[max(0, found.start() - 3) : found.start()]
    if before.endswith(_QUOTES) and not before.endswith(('"""', "'''")):
        return False
    if found[0] == found[0].upper():
        return True
    if not before.endswith("@") and not _CALLED.match(text, found.end()):
        return False
    line = _LINE_END.split(text[max(0, found.start() - _NEAR) : found.start()])[-1]
    rest = line.rstrip(" \t")
    return not rest or rest[-1] in _LEAD or rest[-3:].lower() in ("rem", "dnl")


def _seen(line: str) -> str:
    """A line as a reader sees it, who looks past strokes and rings."""
    text = folded(line)
    if text.isascii():
        return text
    return _DRAWN.sub("", _BOXED.sub(lambda found: chr(ord("A") + (ord(found[0]) - 0x1F150) % 32), text))


@cache
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """The words and their combinations (TODO/FIXME), in any case; which case may stand where is decided later."""
    each = "|".join(map(re.escape, words)) or r"(?!)"
    return re.compile(rf"(?<![\w$\\])(?<!\w[.\-/#])(?:{each})(?:/(?:{each}))*(?![\w=/]|[.\-]\w|-[(\[])", re.IGNORECASE)


def _in_line(line: str, pattern: re.Pattern[str], *, first: bool) -> Iterator[tuple[str, str]]:
    told = 0
    for found in pattern.finditer(line):
        before = line[max(0, found.start() - _NEAR) : found.start()]
        after = line[found.end() : found.end() + _NEAR]
        if _is_marker(found[0], before, after, first=first):
            text = line[found.start() : found.start() + 2 * _NEAR].rstrip()
            closer = next((one for one in _CLOSERS if text.endswith(one)), "")
            yield found[0].partition("/")[0].upper(), text.removesuffix(closer).rstrip("* \t") if closer else text
            told += 1
            if told == _MOST:
                return


def _is_marker(word: str, before: str, after: str, *, first: bool) -> bool:
    if before.endswith(_QUOTES) and not before.endswith(('"""', "'''")):
        return False
    at_start = len(before) < _NEAR and bool(_LEADERS.fullmatch(before))
    called = bool(_CALLED.match(after))  # TODO: ..., TODO(anna)
    if word != word.upper():
        # A capital alone (Todo:) is as good as none; a tag (@todo) needs no colon.
        tag = before.endswith("@") and not before.endswith("@@") and not after.startswith(("/", ".", "("))
        return at_start and word.upper() != "XXX" and (tag or (called and first))
    if word == "XXX" and re.match(r"\)?[ \-]?(?:X{2,}|\d)", after):
        return False
    if at_start:
        return called or not _TALK_AFTER.match(after)
    if (talk := _LAST_WORD.search(before[-40:])) and talk[1].lower().strip(".") in _TALK_BEFORE:
        return False
    if called:
        return True
    if before.endswith("(") and after.startswith(")"):
        return word != "XXX"
    return bool(_SENTENCE_END.search(before[-12:])) and not before.endswith(("e.g. ", "i.e. ")) and not _TALK_AFTER.match(after)
