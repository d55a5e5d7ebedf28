"""Which ASCII character another character looks like: Unicode's confusables (TR39) and its compatibility forms."""

import json
import unicodedata
from functools import cache, lru_cache
from importlib.resources import files

# Small capitals and their kin, which TR39 gives as the prototypes of small Cyrillic and Greek letters.
_SMALL = {"\u1d1b": "t", "\u0299": "b", "\u029c": "h", "\u0138": "k", "\u1d0b": "k", "\u028d": "m", "\u1d0d": "m", "\u0274": "n"}


@lru_cache(maxsize=8192)
def latin(char: str) -> str:
    """The one ASCII character that a character looks like, in its own case; empty where it is ASCII or looks like none."""
    if char.isascii():
        return ""
    plain = unicodedata.normalize("NFKC", char)
    if len(plain) == 1 and plain.isascii():
        return plain
    found = _confusables().get(char, "")
    if found == "l" and char != (small := char.lower()) and len(small) == 1:
        # TR39 has one prototype for capital I and small l; the small letter tells which of them a capital is.
        return latin(small).upper() or found
    return found


@lru_cache(maxsize=8192)
def nearly(char: str) -> str:
    """As ``latin``, and small letters that look like small capitals too; the character itself where it looks like none."""
    if found := latin(char):
        return found
    small = _prototypes().get(char, char)
    if small in _SMALL:
        return _SMALL[small]
    name = unicodedata.name(small, "") if small != char or "\u0250" <= char <= "\u1dbf" else ""
    cut = name.removeprefix("LATIN LETTER SMALL CAPITAL ")
    return cut.lower() if len(cut) == 1 else char


@lru_cache(maxsize=8192)
def script(char: str) -> str:
    """The first word of a character's name, which for letters is the script, in capitals; empty where it has none."""
    return unicodedata.name(char, "").partition(" ")[0]


@cache
def _confusables() -> dict[str, str]:
    """Single characters to the one ASCII character that is their prototype."""
    read = ((char, [one["c"] for one in others if one["c"].isascii()]) for char, others in _data().items())
    return {char: plain[0] for char, plain in read if len(char) == 1 and not char.isascii() and plain and len(plain[0]) == 1}


@cache
def _prototypes() -> dict[str, str]:
    """Single characters to the small capital, or its kin, that they look like."""
    found: dict[str, str] = {}
    for small in _data():
        if small in _SMALL:
            found |= {one["c"]: small for one in _data()[small] if len(one["c"]) == 1 and not one["c"].isascii()}
    return found


@cache
def _data() -> dict[str, list[dict[str, str]]]:
    # The library's tables without its code: that reads them from where an environment variable says, and the audited
    # repository's environment decides nothing here.
    table: dict[str, list[dict[str, str]]] = json.loads(files("confusable_homoglyphs").joinpath("confusables.json").read_bytes())
    return table
