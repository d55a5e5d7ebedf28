"""What a person's answer comes to: it approves, refuses, wants changes, is unclear, or says something else."""

import re
import unicodedata
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Literal, NamedTuple

Language = Literal["en", "de", "fr", "es"]
Kind = Literal["approves", "refuses", "changes", "unclear", "other"]
LANGUAGES: tuple[Language, ...] = ("en", "de", "fr", "es")
LONGEST = 4_000  # characters of an answer that are read
MANY = 60  # words from which an answer is more than one
_ENGLISH = re.compile(r"(?i)\b(?:the|to|and|is|it|you|this|that|for|of|with|we|i|my|but|not|please|yes|lets|go|dont|should)\b")
_TAG = re.compile(r"<([A-Za-z][\w-]{0,40})(?:\s[^<>]{0,300})?>")
_REQUEST = re.compile(r"(?im)^#{1,3} *my request(?: for [\w ]{1,30})?:?\s*$")
_INTERRUPTED = re.compile(r"^\[Request interrupted by user[^\]\n]{0,40}\]$")
_LETTER = re.compile(
    r"^\W*(?:(?:i(?:['’]?ll)? (?:choose|pick|select|take|go (?:with|for))|(?:let['’]?s )?go (?:with|for)|(?:my )?(?:choice|"
    r"decision|answer|antwort|wahl|choix|elijo)(?: is)?|option|opción|opcion|number)\W{1,3}){0,3}"
    r"(?P<mark>[A-Ha-h]|[1-9])(?:\W{0,2}$|[).:\]]+(?=\s|$)|\s*[-–—,]\s*"
    r"|\s+(?=(?:please|approve|thanks|and|then|it is|is fine|works|looks)\b))(?P<rest>[\s\S]*)$",
    re.IGNORECASE,
)
_GOES_ON = re.compile(
    r"\b(?:approve\w*|continue|proceed|skip|ship|accept\w*|go ahead|freigeben|genehmigen|weiter|approuver|continuer|aprobar"
    r"|continuar)\b"
)
_NAMED = re.compile(r"(?i)\boption\s+(?P<mark>[a-h]|[1-9])\b")
_CLAUSE = re.compile(r"[!;\n,…]+|\?+|\s[-–—]\s|\.{2,}|[.:](?=\s|$)")
_WORD = re.compile(r"[^\W_]+")
_LINK = re.compile(r"\bhttps?://\S{1,2000}")


class Phrases(NamedTuple):
    """The phrases of the languages that are read, as patterns."""

    starts: Mapping[str, re.Pattern[str]]
    anywhere: Mapping[str, re.Pattern[str]]
    but: re.Pattern[str]
    asks: re.Pattern[str]
    wonders: re.Pattern[str]
    alone: re.Pattern[str]
    leads: re.Pattern[str]
    explicit: frozenset[str]
    soft: frozenset[str]
    fillers: frozenset[str]
    no: frozenset[str]


def judge(
    text: str,
    options: Mapping[str, str] | None = None,
    languages: Collection[Language] = LANGUAGES,
    more: Mapping[Literal["approves", "refuses", "unclear"], Sequence[str]] | None = None,
) -> Kind:
    """What an answer says, in linear time. ``options``: those of the checkpoint, letter to text; ``more``: phrases of a project."""
    words = tuple(sorted((kind, tuple(phrases)) for kind, phrases in (more or {}).items()))
    own = said(text)[:LONGEST]
    # "comment" is a question to one and a word to another: where a text is plainly English, the other tables are not asked.
    read: tuple[Language, ...] = ("en",) if "en" in languages and _ENGLISH.search(own) else tuple(languages)
    return _judge(own, options or {}, _phrases(read, words))


def said(text: str) -> str:
    """A person's own words: without what the harness puts around them, quotes and code."""
    if found := list(_REQUEST.finditer(text)):
        text = text[found[-1].end() :]
    text = _untagged(text[: 8 * LONGEST])
    kept, fenced = [], False
    for line in text.split("\n"):
        if line.lstrip().startswith(("```", "~~~")):
            fenced = not fenced
        elif not fenced and not line.lstrip().startswith(">"):
            kept.append(line)
    return "\n".join(kept).strip() or text.strip()


def _untagged(text: str) -> str:
    """A text without elements such as ``<system-reminder>...</system-reminder>``."""
    found, at = [], 0
    closing: dict[str, int] = {}
    for tag in _TAG.finditer(text):
        if tag.start() < at:
            continue
        end = f"</{tag[1]}>"
        if closing.get(end, 0) < 0:
            continue
        close = closing[end] = text.find(end, tag.end())
        if close < 0:
            continue
        found.append(text[at : tag.start()])
        at = close + len(end)
    return "".join([*found, text[at:]])


def _judge(text: str, options: Mapping[str, str], phrases: Phrases) -> Kind:
    whole, text = text, _LINK.sub("", text).strip()
    if not text and whole:
        return "other"  # an address alone
    if not _WORD.search(text):
        return "unclear"  # nothing, or a sign
    if _INTERRUPTED.match(text):
        return "refuses"
    if chosen := _chosen(text, options, phrases):
        return chosen
    if len(_WORD.findall(text)) > MANY:
        return _long(text, phrases)
    kinds, asked, conditional, rest = [], False, False, 0
    clauses = list(_clauses(text, phrases))
    for clause, question in clauses:
        plain = _plain(clause)
        if not plain:
            continue
        kind, left = _of(plain, phrases)
        conditional = conditional or phrases.but.search(plain) is not None
        bare = _bare(plain, phrases)
        if kind in (None, "unclear") and phrases.wonders.match(bare):
            asked = True
            continue
        if kind in (None, "unclear") and question and bare:
            favour = phrases.asks.search(bare) is not None
            asked, rest = asked or not favour, rest + favour
            continue
        if question and kind in ("approves", "soft", "explicit") and len(plain.split()) < 4:
            asked = True  # "all good?"
            continue
        if kind is not None:
            kinds.append(kind)
        rest += left
    if not kinds and not rest and not asked and _foreign(text):
        return "other"
    return _summed(kinds, asked=asked, conditional=conditional, rest=rest)


def _summed(kinds: Sequence[str], *, asked: bool, conditional: bool, rest: int) -> Kind:
    """One answer out of what its clauses say; ``rest`` counts those that say something that no phrase covers."""
    if "bare no" in kinds and "explicit" in kinds and "refuses" not in kinds:
        return "approves"  # "any changes?" "No, go ahead."
    if {"refuses", "bare no"} & set(kinds):
        return "changes" if rest or {"approves", "explicit"} & set(kinds) else "refuses"
    if "explicit" in kinds:
        return "approves"
    if "approves" in kinds:
        return "changes" if conditional and rest else "approves"
    if asked:
        return "unclear" if rest < 2 else "other"
    if "soft" in kinds:
        return "other" if rest else "approves"
    if rest:
        return "changes" if conditional else "other"
    return "unclear" if kinds or asked else "other"


def _long(text: str, phrases: Phrases) -> Kind:
    """A long answer is more than a yes or a no: what it begins with, where that is plain, and else something of its own."""
    plain = _plain(text[:200].partition("\n")[0])
    kind, _ = _of(plain, phrases)
    if kind == "explicit":
        return "approves"
    if kind == "refuses" or phrases.anywhere["refuses"].search(_plain(text)):
        return "changes"
    return "other"


def _chosen(text: str, options: Mapping[str, str], phrases: Phrases) -> Kind | None:
    """What the choice of an option comes to."""
    if len(text) < 200 and (plain := _plain(text)):
        for offered in options.values():  # the words of an option, as where the harness let choose
            if plain == _plain(offered):
                return "approves" if _option(offered, phrases) == "approves" else "refuses"
    found = _LETTER.match(text[:LONGEST])
    named = None if found else _NAMED.search(text[:200])
    mark = (found or named or {"mark": ""})["mark"].upper()
    if not mark or (named and len(_WORD.findall(text)) > 12):
        return None
    if found and found["mark"] == "a" and found["rest"][:1].isalpha() and not re.match(r"^\W*a\s*[).:\],-]", text):
        return None  # the article
    offered = options.get(mark, "")
    if not offered and options and mark not in options:
        return None if mark.isdigit() else "unclear"
    meant = _option(offered, phrases) if offered else {"A": "approves", "B": "refuses", "C": "refuses", "D": "approves"}.get(mark)
    if meant is None:
        return None if mark.isdigit() else "unclear"
    rest = (found["rest"] if found else "").strip(" .!,:;)-–—")
    if meant == "refuses":
        return "changes" if len(_WORD.findall(rest)) > 1 and rest.lower() not in offered.lower() else "refuses"
    behind = _judge(rest, {}, phrases) if rest and rest.lower() != offered.strip().lower() else "approves"
    return "changes" if behind in ("refuses", "changes") else "approves"


def _option(offered: str, phrases: Phrases) -> Kind:
    """What an option of a checkpoint means: to go on, or not to."""
    plain = _plain(offered)
    return "approves" if _GOES_ON.search(plain) and not phrases.anywhere["refuses"].search(plain) else "refuses"


def _clauses(text: str, phrases: Phrases) -> Iterator[tuple[str, bool]]:
    """The clauses of a text, each with whether it ends in a question mark."""
    at = 0
    for mark in _CLAUSE.finditer(text):
        yield text[at : mark.start()], "?" in mark[0]
        at = mark.end()
    yield text[at:], False


def _bare(plain: str, phrases: Phrases) -> str:
    """A clause without the words that lead up to what it says: "ok so", "but"."""
    for _ in range(4):
        hit = phrases.leads.match(plain) or phrases.starts["unclear"].match(plain)
        if hit is None or hit.end() == len(plain):
            break
        plain = plain[hit.end() :].strip()
    return plain


def _of(plain: str, phrases: Phrases) -> tuple[str | None, int]:
    """What a clause says, and 1 where it goes on to say something that no phrase covers."""
    if phrases.anywhere["refuses"].search(plain):
        return "refuses", int(len(plain.split()) > 5)
    kind, rest = None, plain
    if phrases.alone.fullmatch(plain):
        return "approves", 0
    if plain in phrases.no:
        return "bare no", 0
    for _ in range(6):  # "ok yes please go ahead"
        lead = phrases.leads.match(rest)
        hits = [(name, hit) for name, pattern in phrases.starts.items() if (hit := pattern.match(rest))]
        if not hits:
            if lead is None:
                break
            rest = rest[lead.end() :].strip()
            continue
        name, hit = max(hits, key=lambda one: (len(one[1][0]), one[0] == "refuses"))
        if name != "unclear" or kind is None:
            kind = name if kind in (None, "unclear") or name == "refuses" else kind
        if name == "approves":
            kind = "explicit" if hit[0] in phrases.explicit else "soft" if hit[0] in phrases.soft and kind != name else name
        rest = rest[hit.end() :].strip()
        if kind == "refuses":
            break
    if kind in (None, "unclear") and phrases.anywhere["approves"].search(rest):
        return "explicit", 0
    but = phrases.but.match(rest)
    words = [word for word in rest.split() if word not in phrases.fillers]
    if kind == "explicit" and but is not None:
        kind = "approves"  # "approve once the tests pass"
    few = 0 if kind in (None, "unclear") else 2 if kind == "refuses" else 1  # words that add nothing to it
    left = int(len(words) > few or but is not None)
    return kind, left


def _foreign(text: str) -> bool:
    """Whether most letters of a text are of a script that no table is for."""
    letters = [char for char in text if char.isalpha()]
    return sum(ord(char) > 0x24F for char in letters) * 2 >= max(len(letters), 1) and bool(letters)


@lru_cache(maxsize=512)
def _plain(text: str) -> str:
    """Words alone, in small letters, without accents and apostrophes."""
    folded = unicodedata.normalize("NFD", text.lower().replace("'", "").replace("’", "").replace("ß", "ss"))
    return " ".join(_WORD.findall("".join(char for char in folded if not unicodedata.combining(char))))


@lru_cache(maxsize=8)
def _phrases(languages: tuple[Language, ...], more: tuple[tuple[str, tuple[str, ...]], ...]) -> Phrases:
    from pytest_agentcompliance.parsing import strict_yaml  # start-up time: where somebody was asked

    table, _ = strict_yaml.read((Path(__file__).parent / "phrases.yaml").read_text("utf-8"), "phrases.yaml")
    told: dict[str, list[str]] = {}
    for language in languages:
        for kind, phrases in table[language].items():
            told.setdefault(kind, []).extend(map(str, phrases))
    for kind, extra in more:
        told[kind] = [*told.get(kind, []), *(_plain(one) for one in extra)]
    starts = {kind: _pattern(told[kind]) for kind in ("approves", "refuses", "unclear")}
    anywhere = {kind: _pattern(told[f"{kind}_anywhere"]) for kind in ("approves", "refuses")}
    whole = {kind: _pattern(told[kind]) for kind in ("but", "asks", "wonders", "alone", "leads")}
    return Phrases(starts, anywhere, **whole, **{kind: frozenset(told[kind]) for kind in ("explicit", "soft", "fillers", "no")})  # type: ignore[arg-type]


def _pattern(phrases: Sequence[str]) -> re.Pattern[str]:
    """One pattern for all phrases, the longest first; each as whole words."""
    each = sorted(dict.fromkeys(re.escape(one) for one in phrases if one), key=len, reverse=True)
    return re.compile(rf"\b(?:{'|'.join(each)})(?!\w)")
