"""How many lines of code a function has: without blank lines, comments, docstrings, data, and the functions inside of it."""

import re
from collections.abc import Sequence

from pytest_agentcompliance.parsing.comments import comments
from pytest_agentcompliance.parsing.outline.symbol import Symbol

_TEXT = re.compile(r"\"[^\"\n]*\"|'[^'\n]*'|`[^`\n]*`")
_KEY = re.compile(r"(?<![\w$.])[\w$-]{1,80}\s?:(?=\s{0,3}[\w\"'`\[{(+-])")
_WORD = re.compile(r"[^\s\[\]{}(),;:+-]+")
_VALUES = frozenset("true false True False null None undefined 0".split())  # noqa: SIM905 - a table of words
_NUMBER = re.compile(r"[\d._]+")
_BRACE = re.compile(r"[{}\n]")
_HOLDER = re.compile(r"\s*(?:export\s+|default\s+|declare\s+|abstract\s+)*(?:class|interface|enum|namespace|type|module)\b")
_LONGEST = 400  # characters of a line that may be data
_TAG = re.compile(r"</\w|/>")


class Lengths:
    """The lines of one file, and the functions in it."""

    def __init__(self, text: str, path: str, found: Sequence[Symbol]) -> None:
        self._lines = text.split("\n")
        self._functions = [one for one in found if one.is_function]
        for one in comments(text, path):
            last = one.line + one.text.count("\n")
            alone = self._lines[one.line - 1].lstrip().startswith(one.text[:3])
            for number in range(one.line, last + 1):
                if alone or one.line < number < last:
                    self._lines[number - 1] = ""

    def of(self, one: Symbol) -> int:
        """How many of its lines say what is done."""
        skipped: set[int] = set()
        for each in self._functions:
            if each.start > one.start and each.stop <= one.stop:
                skipped.update(range(each.line + 1, each.end + 1))
        count, quote = 0, ""
        for number in range(one.line, min(one.end, len(self._lines)) + 1):
            text, within = self._lines[number - 1], quote
            quote = _open(text, quote)
            count += not (number in skipped or within or not text.strip() or is_data(text))
        return count

    def draws(self, one: Symbol) -> bool:
        """Whether it has tags: what a component shows is as long as its page."""
        return any(_TAG.search(text) for text in self._lines[one.line - 1 : one.end])


def may_be_long(text: str, path: str, most: int) -> bool:
    """Whether some function may have more lines, by indentation or brackets alone: no grammar is asked where none can."""
    return _deep(text, most) if path.endswith(".py") else _wide(text, most)


def _deep(text: str, most: int) -> bool:
    """Whether a ``def`` of Python is followed by so many lines that are indented more."""
    opened: list[tuple[int, int]] = []  # indentation and line of each that is open
    last = 0
    for number, line in enumerate(text.split("\n"), 1):
        bare = line.lstrip()
        last = number if bare else last
        if not bare or bare[0] in "#)]}\"'":
            continue
        indent = len(line) - len(bare)
        while opened and indent <= opened[-1][0]:
            if number - opened.pop()[1] > most:
                return True
        if bare.startswith(("def ", "async def ", "async  def")):
            opened.append((indent, number))
    return any(last + 1 - line > most for _, line in opened)


def _wide(text: str, most: int) -> bool:
    """Whether a bracket that opens no class closes so many lines later; true where they do not fit together."""
    opened: list[tuple[int, bool]] = []
    number, start = 1, 0
    for found in _BRACE.finditer(text):
        sign, at = found[0], found.start()
        if sign == "\n":
            number, start = number + 1, at + 1
        elif sign == "{":
            opened.append((number, _HOLDER.match(text, start, min(at, start + 200)) is not None))
        elif not opened:
            return True
        else:
            line, holds = opened.pop()
            if number - line >= most and not holds:
                return True
    return bool(opened)


def is_data(line: str) -> bool:
    """Whether a line has nothing but values and brackets: a row of a table, a key with a plain value, the text of a string."""
    if len(line) > _LONGEST:
        return False
    rest = _TEXT.sub(" 0 ", line)
    return all(word in _VALUES or _NUMBER.fullmatch(word) for word in _WORD.findall(_KEY.sub(" 0 ", rest)))


def _open(line: str, quote: str) -> str:
    """The mark of the text over several lines that is open when a line ends; it was ``quote`` when the line began."""
    for mark in [quote] if quote else ['"""', "'''", "`"]:
        if line.count(mark) % 2:
            return "" if quote else mark
    return quote
