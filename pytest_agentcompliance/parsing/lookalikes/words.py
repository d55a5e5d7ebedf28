"""Words that read as Latin and are not: look-alike letters among Latin ones, full-width and mathematical letters."""

import re
import unicodedata
from collections.abc import Iterator
from functools import cached_property, lru_cache
from itertools import islice

from pytest_agentcompliance.parsing.lookalikes.oddity import MOST, Kind, Level, Oddity, named
from pytest_agentcompliance.parsing.lookalikes.tables import latin, script

_NEAR = 40  # characters on either side in which words of the same script are looked for
_LONG = 200  # letters of a word that are shown and compared
# Of one script alone: at home where the file has other words of that script.
WHOLE = "a word of look-alike letters"
MIXED = "look-alike letters in a Latin word"

# Words end where a script without spaces begins.
_WORD = re.compile("[^\\W\u2e80-\u9fff\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\uff66-\uffdc\U00020000-\U0003ffff]+")
# Letters that may look like Latin ones, or are another form of them: all others are what they seem.
LETTERS = re.compile(
    "[\u017f\u01c0\u01c3\u0250-\u02af\u0370-\u058f\u10a0-\u10ff\u13a0-\u167f\u16a0-\u16ff\u1c80-\u1c8f\u1d00-\u1d2b"
    "\u1f00-\u1fff\u2102-\u2188\u2c60-\u2dff\ua4d0-\ua4ff\ua640-\ua69f\ua720-\ua7ff\uab30-\uabbf\ufb00-\ufb06"
    "\uff21-\uff3a\uff41-\uff5a\U00010280-\U000104ff\U000118a0-\U000118ff\U00016f00-\U00016f9f\U0001d400-\U0001d7cb]"
)
_WIDE_NEAR = re.compile("[\u2e80-\u9fff\uac00-\ud7ff\uf900-\ufaff\uff61-\uffdc\U00020000-\U0003ffff]")
_PHONETIC = re.compile("[\u0250\u0252-\u0260\u0262-\u02ff]")
_SIGNS = frozenset("\u2102\u210e\u210f\u2113\u2115\u2119\u211a\u211d\u2124\u2139")  # meant as they are
_MATHEMATICAL = ("MATHEMATICAL", "DOUBLE-STRUCK", "SCRIPT", "BLACK-LETTER", "KELVIN")
# Greek letters that nobody tells from Latin ones; the others that TR39 names (alpha, nu, rho, sigma) stand in formulas.
_SAME = frozenset(
    "\u0391\u0392\u0395\u0396\u0397\u0399\u039a\u039c\u039d\u039f\u03a1\u03a4\u03a5\u03a7\u03bf\u037f\u03f3\u03f2\u03f9"
)
_AS_CYRILLIC = frozenset("aceopxyijABCEHIJKMOPSTXY")
_ESCAPE = re.compile(r"\\[A-Za-z]|%[a-z@]")  # the letter of an escape or of a format, which is no part of the word after it
# What stands between the words of a sentence, and not between those of code.
_SENTENCE = re.compile(r"[\w\s,.;!?()\u00ab\u00bb\u201c\u201d\u201e\u2018\u2019\u2026\u2013\u2014-]*")

_FORMULAIC = ("SCRIPT", "FRAKTUR", "STRUCK", "BLACK-LETTER", "ITALIC", "BOLD")  # nobody takes one of these for the plain letter
_GREEK = re.compile("[\u0370-\u03ff]")
# Capitals of one script before a word of the other: an acronym that is made longer, in texts of that language.
_JOINT = re.compile("(?:[\u0400-\u052f]{2,}(?=[A-Z])[A-Za-z0-9]*|[A-Z](?=[\u0400-\u042f])[\u0400-\u052f]{2,})\\Z")

Judged = tuple[str, Level, str]


def oddities(line: str, kind: Kind) -> Iterator[Oddity]:
    """The words of a line that are not what they look like, in their order; of a long row the beginning."""
    if not LETTERS.search(line):
        return
    told = {"breach": 0, "style": 0}
    for written in _WORD.finditer(line):
        if written[0].isascii() or not _may_be_odd(written[0]):
            continue
        escape = written.start() and _ESCAPE.match(line, written.start() - 1)
        match = _WORD.match(line, written.start() + 1) if escape else written
        if match is not None and (found := _judged(line, match, kind)):
            sort, level, said = found
            if told["breach"] == MOST:
                return
            told[level] += 1
            if told[level] <= MOST:
                yield Oddity(sort, level, match.start(), match[0][:_LONG], f"{said} in {match[0][:60]!a}")


def _may_be_odd(word: str) -> bool:
    """Whether a word has a letter that looks like a Latin one or is another form of it; the same words come again and again."""
    return _has_odd(word) if len(word) <= 40 else LETTERS.search(word) is not None


@lru_cache(maxsize=16384)
def _has_odd(word: str) -> bool:
    return any(_is_form(char) or latin(char) for char in LETTERS.findall(word))


class Surroundings:
    """The text that words stand in, which tells whether some of them are at home there."""

    def __init__(self, text: str) -> None:
        self._text = text

    @cached_property
    def _scripts(self) -> frozenset[str]:
        """The scripts of letters that look like no Latin ones: what the text is written in."""
        return frozenset(script(char) for char in set(LETTERS.findall(self._text)) if not latin(char))

    @cached_property
    def _greek(self) -> tuple[str, ...]:
        """The first two words that have Greek letters."""
        words = (match[0] for match in _WORD.finditer(self._text) if _GREEK.search(match[0])) if _GREEK.search(self._text) else ()
        return tuple(islice(dict.fromkeys(words), 2))

    def judged(self, one: Oddity) -> Oddity | None:
        """What an oddity is here: words of look-alikes are at home in texts of their language, Greek among other formulas."""
        scripts = {script(char) for char in one.key if not char.isascii()}
        if one.sort == WHOLE and scripts & self._scripts:
            return None
        mild = one.sort == MIXED and (
            (scripts == {"GREEK"} and not _SAME.intersection(one.key) and any(word != one.key for word in self._greek))
            or (_JOINT.match(one.key) is not None and scripts <= self._scripts)
        )
        return one._replace(level="style") if mild else one


def _judged(line: str, match: re.Match[str], kind: Kind) -> Judged | None:
    word = match[0]
    odd = [char for char in word if LETTERS.match(char) and char not in _SIGNS]
    plain = sum(char.isascii() and char.isalpha() for char in word)
    forms = [char for char in odd if _is_form(char)]
    if forms:
        return _as_form(line, match, kind, forms, plain)
    letters = [char for char in odd if char.isalpha()]
    phonetic = [char for char in letters if script(char) == "LATIN"]
    foreign = [char for char in letters if script(char) != "LATIN"]
    if foreign:
        return _as_foreign(line, match, kind, foreign, plain + sum(script(char) == "LATIN" for char in word if not char.isascii()))
    return _as_phonetic(line, match, kind, phonetic, plain) if phonetic else None


def _is_form(char: str) -> bool:
    name = script(char)
    return name == "FULLWIDTH" or name.startswith(_MATHEMATICAL) or char == "\u017f" or "\ufb00" <= char <= "\ufb06"


def _as_form(line: str, match: re.Match[str], kind: Kind, forms: list[str], plain: int) -> Judged | None:
    """Full-width letters at home beside ideographs, mathematical ones alone, ligatures in prose."""
    mild: Level = "style" if kind == "prose" else "breach"
    first = forms[0]
    if script(first) == "FULLWIDTH":
        if len(forms) + plain < 2 or _WIDE_NEAR.search(line, max(0, match.start() - _NEAR), match.end() + _NEAR):
            return None
    elif "\ufb00" <= first <= "\ufb06":
        if kind == "prose" or plain < 2:
            return None
        mild = "style"
    elif len(forms) < 3 and (plain < 2 or any(name in unicodedata.name(first, "") for name in _FORMULAIC)):
        return None
    return "another form of Latin letters", mild, f"{named(first)}, which reads as {_read(match[0])},"


def _as_foreign(line: str, match: re.Match[str], kind: Kind, foreign: list[str], plain: int) -> Judged | None:
    """Letters of another script: look-alikes where all of them look Latin, so that the word reads as a Latin one."""
    word, start, end = match[0], match.start(), match.end()
    look = [char for char in foreign if latin(char).isalpha()]
    if not look or (len(word) <= 4 and line[start - 1 : start] == "-" == line[end : end + 1]):
        return None  # a-zA-Z and letters of another alphabet, in the range of a pattern
    said = f"{named(look[0])}, which reads as {_read(word)},"
    scripts = {script(char) for char in foreign}
    if plain and len(look) < len(foreign):
        few = plain <= 2 and len(foreign) >= 3 and scripts == {"CYRILLIC"}
        like = few and _AS_CYRILLIC.issuperset(char for char in word if char.isascii() and char.isalpha())
        inside = like and "".join(char for char in word[1:] if char.isalpha()).islower()
        return ("a Latin letter in a word of another script", "style", "a Latin letter among Cyrillic ones") if inside else None
    if plain:
        if scripts == {"GREEK"} and not _SAME.intersection(look) and (plain < 4 or not _flanked(word)):
            return None
        near = _in_sentence(line, start, end, scripts)
        return MIXED, "style" if near else "breach", said
    if len(look) < len(foreign) or len(look) < 2 or (scripts == {"GREEK"} and (len(look) < 3 or not _SAME.issuperset(look))):
        return None
    return WHOLE, "style" if kind == "prose" else "breach", said


def _as_phonetic(line: str, match: re.Match[str], kind: Kind, phonetic: list[str], plain: int) -> Judged | None:
    """Letters of the phonetic alphabet, at home in transcriptions; and the click that looks like an exclamation mark."""
    word, start, end = match[0], match.start(), match.end()
    mild: Level = "style" if kind == "prose" else "breach"
    look = [char for char in phonetic if latin(char)]
    if plain < 2 or len(look) < len(phonetic) or any(not char.isascii() and char not in look for char in word):
        return None
    near = line[max(0, start - _NEAR) : start] + line[end : end + _NEAR]
    if line[max(0, start - 1) : start] in ("/", "[") or _PHONETIC.search(near):
        return None
    return MIXED, mild, f"{named(look[0])}, which reads as {_read(word)},"


def _flanked(word: str) -> bool:
    """Whether a letter that is not ASCII stands between two that are."""
    return any(
        not char.isascii() and before.isascii() and before.isalpha() and after.isascii() and after.isalpha()
        for before, char, after in zip(word, word[1:], word[2:], strict=False)
    )


def _in_sentence(line: str, start: int, end: int, scripts: set[str]) -> bool:
    """Whether a word stands in a sentence of a language of these scripts, and not in code beside one."""
    after = _SENTENCE.match(line, end, end + _NEAR)
    before = _SENTENCE.match(line[max(0, start - _NEAR) : start][::-1])
    near = (after[0] if after else "") + (before[0] if before else "")
    return any(script(char) in scripts and not latin(char) for char in near if not char.isascii())


def _read(word: str) -> str:
    return repr("".join(latin(char) or char for char in word[:60]))
