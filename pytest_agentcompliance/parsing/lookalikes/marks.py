"""Characters that nobody sees, that turn the direction of text or move a cursor: where they are at home, and where not."""

import re
import unicodedata
from collections.abc import Iterator

from pytest_agentcompliance.parsing.lookalikes.oddity import MOST, Kind, Level, Oddity, around, named

_NEAR = 80  # characters on either side in which text from right to left is looked for
_LONG = 4  # so many invisible characters in a row carry a message of their own

_UNSEEN = (
    "\xad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0"
    "\ufff9-\ufffb\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
)
INVISIBLE = re.compile(f"[{_UNSEEN}]")
SUSPECTS = re.compile(f"[\x01-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u2028\u2029\u037e{_UNSEEN}]|\r(?=[^\r])")
_RUN = re.compile(f"[{_UNSEEN}]{{{_LONG}}}")
# A flag of a part of a country: the black flag, its letters as tags, the tag that ends them.
_FLAG = re.compile("\U0001f3f4[\U000e0030-\U000e0039\U000e0061-\U000e007a]{2,7}\U000e007f")

_OVERRIDES = "\u202d\u202e"
_TURNS = "\u202a\u202b\u202c\u2066\u2067\u2068\u2069"
_MARKS = "\u200e\u200f\u061c"
_LINE_ENDS = "\u2028\u2029\x85"
_RIGHT_TO_LEFT = re.compile("[\u05be-\u05ff\u0620-\u08ff\ufb1d-\ufdff\ufe70-\ufefc\U00010800-\U00010fff\U0001e800-\U0001efff]")
_JOINED = re.compile(  # scripts whose letters are joined or kept apart by U+200C and U+200D
    "[\u0590-\u05ff\u0620-\u109f\u1700-\u180a\u1810-\u18af\u1900-\u1c7f\ua800-\ua8ff\ua930-\uabff\ufb1d-\ufdff\ufe70-\ufefc"
    "\U00010a00-\U00010fff\U00011000-\U00011fff]"
)
_UNSPACED = re.compile("[\u0e00-\u109f\u1780-\u17ff\u1950-\u1aaf\ua9e0-\uaadf]")  # scripts that break lines at U+200B
_FILLERS = "\u115f\u1160\u3164\uffa0"
_HANGUL = re.compile("[\u1100-\u115e\u1161-\u11ff\u3131-\u3163\u3165-\u318e\ua960-\ua97f\uac00-\ud7ff\uffa1-\uffdc]")
_AT_HOME = (  # where one of the characters stands beside one of the others
    (re.compile("[\u200c\u200d]"), _JOINED),
    (re.compile("[\u200b\u2060]"), _UNSPACED),
    (re.compile("[\u180b-\u180f]"), re.compile("[\u1800-\u18af]")),
    (re.compile("[\u17b4\u17b5]"), re.compile("[\u1780-\u17ff]")),
    (re.compile("\u037e"), re.compile("[\u0370-\u037d\u037f-\u03ff\u1f00-\u1fff\\s]")),
)  # fmt: skip
_IDEOGRAPH = re.compile("[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]")
_MOJIBAKE = re.compile("[\xc2-\xf4\x80-\x9f]")  # UTF-8 that was read as Latin-1 has one of these before its controls
_MOVING = "\r\x08\x0b\x0c\x1b\x7f\x85\x9b"  # what moves a terminal's cursor
_COLOUR = re.compile(r"\x1b\[(?!0*8[;m])[0-9;:]*m")  # and not what conceals (ECMA-48, SGR 8)
_BROKEN = re.compile("[\udc80-\udcff]")
_BEGINNING, _ENDING = re.compile(r"\w+"), re.compile(r"\w+\Z")
_SOFT_WORD = re.compile("[^\\W\\d_\xad]{2}\xad[^\\W\\d_]{2}")


def oddities(line: str, kind: Kind) -> Iterator[Oddity]:
    """The characters of a line that are not where they belong, in their order; of a long row the beginning."""
    line = line.rstrip("\r")
    told = {"breach": 0, "style": 0}
    foreign = kind == "prose" and _BROKEN.search(line) is not None  # of another encoding: its controls say nothing
    for match in SUSPECTS.finditer(line):
        at, char = match.start(), match[0]
        level = None if foreign and char < "\xa0" else _level(line, at, char, kind)
        if level is not None:
            if told["breach"] == MOST:
                return
            told[level] += 1
            if told[level] <= MOST:
                name = named(char)
                yield Oddity(_sort(char), level, at, f"{name} in {_context(line, at)}", f"{name} in {around(line, at)}")


def _sort(char: str) -> str:
    """What a person calls it."""
    if char == "\r":
        return "a lone carriage return, which hides a line within a line"
    if char in _LINE_ENDS:
        return "a line end that few tools show"
    if char < "\xa0" and char != "\xad":
        return "a control character"
    if char in _OVERRIDES or char in _TURNS or char in _MARKS:
        return "a character that turns the direction of text"
    if char == "\u037e":
        return "a Greek question mark, which looks like a semicolon"
    return "an invisible character"


def _level(line: str, at: int, char: str, kind: Kind) -> Level | None:
    """What one suspect is; None where it is at home."""
    before, after = line[at - 1 : at] if at else "", line[at + 1 : at + 2]
    mild: Level = "style" if kind == "prose" else "breach"
    if "\ufe00" <= char <= "\ufe0f":
        return _variation(line, at, before, after)
    if char > "\uffff":
        return _far(line, at, char, before)
    turning = char in _OVERRIDES or char in _TURNS or char in _MARKS
    about = _NEAR if kind == "code" else _NEAR * 10
    near = turning and _RIGHT_TO_LEFT.search(line, max(0, at - about), at + about) is not None
    if _RUN.search(line, max(0, at - _LONG + 1), at + _LONG):
        return "style" if near and kind == "prose" else "breach"
    if char == "\u200d" and (_is_emoji(before) or _is_emoji(after)):
        return None
    if any(these.match(char) and (beside.match(before) or beside.match(after)) for these, beside in _AT_HOME):
        return None
    if char in _FILLERS and _HANGUL.search(line, max(0, at - 6), at + 7):
        return None
    if char in _OVERRIDES:
        return "style" if near and kind == "prose" and _RIGHT_TO_LEFT.match(after) else "breach"
    if turning:
        if near and (kind == "prose" or char in _MARKS):
            return None
        return mild if char in _MARKS else "breach"
    if char < "\xa0" or char == "\xad":
        return _control(line, at, char, before, kind)
    if char == "\u034f" and (unicodedata.combining(before or " ") or unicodedata.combining(after or " ")):
        return None
    return mild


def _control(line: str, at: int, char: str, before: str, kind: Kind) -> Level | None:
    mild: Level = "style" if kind == "prose" else "breach"
    if char == "\xad":
        inside = _SOFT_WORD.match(line, at - 2) if at >= 2 else None
        # A German word that may be broken, and no identifier that a search shall not find.
        return None if inside and kind == "prose" else "style" if inside and len(_word(line, at)) >= 12 else mild
    if char in "\x0b\x0c" and not line[:at].strip():
        return None  # the page breaks of old sources stand alone
    if "\x80" <= char <= "\x9f" and _MOJIBAKE.match(before):
        return "style"
    if char == "\x1b" and _COLOUR.match(line, at):
        return None  # recorded output
    if char in _MOVING or (before.isalpha() and line[at + 1 : at + 2].isalpha()):
        return mild
    return "style"


def _variation(line: str, at: int, before: str, after: str) -> Level | None:
    """A selector of how the character before it looks: text or emoji, or one of the forms of a symbol or a letter."""
    char = line[at]
    if not before or INVISIBLE.match(before):
        return "breach" if before and "\ufe00" <= before <= "\ufe0f" else "style"
    if after == "\u20e3" and before in "0123456789#*":
        return None
    if not before.isascii() and (unicodedata.category(before)[0] in "SP" or before in "\u2139\U0001f1e6" or before > "\U0001efff"):
        return None
    if char < "\ufe0e" and not before.isascii():
        return None  # forms of ideographs, of mathematical signs, of Mongolian and Myanmar letters
    return "breach" if _in_word(before) and _in_word(after) and before.isascii() and after.isascii() else "style"


def _far(line: str, at: int, char: str, before: str) -> Level | None:
    """Tags, the further variation selectors, and the controls of music and shorthand."""
    if "\U000e0020" <= char <= "\U000e007f":
        flag = next((one for one in _FLAG.finditer(line, max(0, at - 9), at + 9) if one.start() <= at < one.end()), None)
        return None if flag else "breach"
    if "\U000e0100" <= char <= "\U000e01ef" and _IDEOGRAPH.match(before):
        return None
    return "breach"


def _is_emoji(char: str) -> bool:
    return bool(char) and (char > "\U0001efff" or char in "\ufe0f\u20e3" or unicodedata.category(char) in ("So", "Sk"))


def _in_word(char: str) -> bool:
    return char.isalnum() or char == "_"


def _word(line: str, at: int) -> str:
    """The letters around a soft hyphen, other soft hyphens among them."""
    start = end = at
    while start and start > at - 60 and (line[start - 1].isalpha() or line[start - 1] == "\xad"):
        start -= 1
    while end < len(line) and end < at + 60 and (line[end].isalpha() or line[end] == "\xad"):
        end += 1
    return line[start:end].replace("\xad", "")


def _context(line: str, at: int) -> str:
    """The letters on both sides of a character: they tell two of them apart, and an edit beside them changes nothing."""
    before, after = _ENDING.search(line[max(0, at - 12) : at]), _BEGINNING.match(line[at + 1 : at + 13])
    return f"{before[0] if before else ''}|{after[0] if after else ''}"
