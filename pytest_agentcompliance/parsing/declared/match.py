"""Which entry names a choice, and which is nearest to it where none does."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import islice

from pytest_agentcompliance.parsing.declared import Entry, Hit
from pytest_agentcompliance.parsing.declared.names import Names
from pytest_agentcompliance.parsing.late import late

LONGEST_QUOTE = 80
WIDEST = 2000  # characters of a line on either side of a name
MOST_LOOKED = 2000  # places in one entry that may be a name
MOST_HITS = 200  # of one choice in one entry that are looked at
_SUFFIXES = frozenset({
    "based", "backed", "compatible", "powered", "style", "like", "specific", "only", "driven", "first", "side", "aware", "related",
    "protected", "cache", "caching", "managed", "hosted",
})  # fmt: skip
_AGAINST = late(
    r"(?i)(?:\b(?:no|not|never|without|avoid\w*|instead of|rather than|reject\w*|remov\w*|drop(?:s|ped|ping)?|replac\w*|deprecat\w*"
    r"|migrat\w* from|away from|forbid\w*|prohibit\w*|exclud\w*|over|versus|vs)\b\.?|n't\b)([^.;:\n]{0,40})$"
)
_EXAMPLE = late(r"(?i)\[(?:e\.g\.|for example|such as|like)[^\]\n]{0,80}$")
# What goes on from a negation without turning it: not to be used with, no need to use.
_STILL = late(
    r"(?i)\s*(?:(?:need|plan|want|have)s?\s+)?(?:to\s+)?(?:be\s+)?(?:us(?:e|es|ed|ing)|add(?:ed|ing)?|introduc(?:e|ed|ing)|adopt(?:ed|ing)?)\b"
)
_BEHIND = late(
    r"(?i)[`\"'*)\]]{0,4}\s+(?:(?:is|are|was|were|will|must|should|shall|may|can|be|has|have|been)\s+){0,3}"
    r"(?:(?:must|should|shall|may|can|is|are|will)?(?:\s?not|n['\u2019]t|\s?never)\s+(?:to\s+)?(?:be\s+(?:used|added|introduced|adopted|installed)"
    r"|allowed|permitted|an\s+option|in\s+scope)|forbidden|rejected|prohibited|banned|ruled\s+out|out\s+of\s+scope|off\s+limits)\b"
)
# A label or a key of YAML before what is not to be: "Out of scope: Redis".
_LABELLED = late(
    r"(?i)[\s\"'*_>+-]{0,20}(?:non[ _-]?goals?|out[ _-]of[ _-]scope|not[ _-]in[ _-]scope|excluded|forbidden"
    r"|not included|rejected|do[ _]not[ _]use)\b"
    r"[\"'*_ ]{0,4}:"
)
_GONE = late(r"(?i)\W{0,10}(?:removed|deprecated|retired|obsolete)(?:[ \t]\w{1,30})?\W{0,10}")
_FOR_AFTER_ALL = late(r"(?i)\b(?:with|by|but|to|use|using|only)\b")
_SET_ASIDE = late(
    r"(?i)\b(?:alternatives?|rejected|not chosen|non[ _-]?goals?|out[ _-]of[ _-]scope|considered|discarded"
    r"|future (?:work|considerations?)|forbidden|anti-?patterns?|do[ _]not[ _]use|not included|excluded)\b"
)
_HEADING = late(r"^(?:#{1,6}[ \t]+(.{1,200})|\*\*([^*\n]{1,100})\*\*:?[ \t]*|([\w ]{3,60}):[ \t]*)\r?$", re.MULTILINE)
_MARKS = " \t*_`'\"-+|#>[](){}<>,.;:0123456789~^"


def find(names: Names, entries: Sequence[Entry]) -> tuple[Hit | None, Hit | None]:
    """The first entry that names it and counts, and the first that names it and does not."""
    refused: Hit | None = None
    if not names:
        return None, None
    for entry in entries:
        for hit in hits(names, entry):
            if not hit.refused:
                return hit, refused
            refused = refused or hit
    return None, refused


def hits(names: Names, entry: Entry) -> Iterator[Hit]:
    """Where an entry names it, each with the reason why it does not count, if there is one."""
    for start, end in islice(_places(names, entry.text), MOST_HITS):
        line_start, line_end = _row(entry.text, start, end)
        row = entry.text[line_start:line_end]
        refused = entry.refused
        against = _AGAINST.search(entry.text[max(line_start, start - 80) : start])
        if not refused and against and not _FOR_AFTER_ALL.search(_STILL.sub("", against[1], count=1)):
            refused = "it speaks against it"
        if not refused and (_BEHIND.match(entry.text, end, end + 120) or (entry.whole and _LABELLED.match(row))):
            refused = "it speaks against it"
        if not refused and entry.whole and any(begin <= start < stop for begin, stop in _asides(entry.text)):
            refused = "it is among what was not chosen"
        if not refused and _EXAMPLE.search(entry.text[max(line_start, start - 80) : start]):
            refused = "it is an example in a form that nobody filled in"
        line = entry.line + entry.text.count("\n", 0, start) if entry.whole else entry.line
        yield Hit(entry, line, _quoted(row, start - line_start), refused)
    if entry.ruled_out and not entry.refused and next(_places(names, entry.ruled_out), None):
        yield Hit(entry, entry.line, _quoted(entry.text, 0), "its question names it, and its answer does not")


def _places(names: Names, text: str) -> Iterator[tuple[int, int]]:
    """Where the names stand as names; of ``pg`` not the start of ``pg-boss``, of ``next`` not the English word."""
    pattern = _pattern(names)
    if pattern is None:
        return
    for one in islice(pattern.finditer(text), MOST_LOOKED):
        if not _stands_alone(text, one.start(), one.end()):
            continue
        if one["marked"] is not None and not _is_marked(text, one.start(), one.end()):
            continue
        yield one.start(), one.end()


@lru_cache(maxsize=512)
def _pattern(names: Names) -> "re.Pattern[str] | None":
    parts = []
    if names.plain:
        parts.append(f"(?i:{_any(names.plain)})")
    if names.proper:
        parts.append(_any(names.proper))
    parts.append(f"(?P<marked>(?i:{_any(names.marked)}))" if names.marked else "(?P<marked>(?!))")
    # A folder, apps/, is named by every path that begins with it.
    return re.compile(rf"(?<![\w@$.-])(?:{'|'.join(parts)})(?:(?<=/)|(?![\w$]))") if names else None


def _any(names: tuple[str, ...]) -> str:
    longest_first = sorted(names, key=lambda name: (-len(name), name))
    return "|".join(
        re.sub(r"(?:\\-|_|\\ )", r"[-_ ]?", re.escape(name))
        if name.islower() and name[0] != "@" and "/" not in name
        else re.escape(name)
        for name in longest_first
    )


def _row(text: str, start: int, end: int) -> tuple[int, int]:
    """Where the line of a place begins and ends; of a very long line the part around it."""
    first, last = max(0, start - WIDEST), min(len(text), end + WIDEST)
    line_end = text.find("\n", end, last)
    return max(text.rfind("\n", first, start) + 1, first), line_end if line_end >= 0 else last


def _stands_alone(text: str, start: int, end: int) -> bool:
    if text[start:end].endswith("/"):
        return not re.search(r"[\w)\]*]/$", text[max(0, start - 3) : start])  # not a folder within another
    if text[start - 1 : start] == "/" and start > 1:
        before = re.search(r"@?[\w.-]{0,100}/$", text[max(0, start - 102) : start])
        if before and before[0].startswith("@"):
            return False  # the package of a scope
        if text[end : end + 1] in ("/", ".") and text[end + 1 : end + 2].isalnum() and not text[end:].startswith((".js", ".io")):
            return False  # a part of a path
    following = text[end : end + 1]
    if following == "-":
        suffix = re.match(r"-([A-Za-z]{1,20})", text[end : end + 22])
        return suffix is None or suffix[1].lower() in _SUFFIXES
    if following == ".":
        return not text[end + 1 : end + 2].isalnum() or text[end + 1 : end + 3].lower() in ("js", "io")
    return True


def _is_marked(text: str, start: int, end: int) -> bool:
    """Whether a word is marked as a name: in quotes or code, with a version, or all that its line, item or cell says."""
    before, after = text[start - 1 : start] if start else "", text[end : end + 1]
    if (before and before in "`'\"") or (after and after in "`'\"@"):
        return True
    line_start, line_end = _row(text, start, end)
    row, at = text[line_start:line_end], start - line_start
    if row[:at].count("`") % 2 and "`" in row[at:]:
        return True
    if re.match(
        r"(?i)(?:\.js)?\s(?:js|npm|package|library|framework|module|dependency|middleware|plugin|driver|client)\b",
        text[end : end + 30],
    ):
        return True
    left = max(row.rfind(mark, 0, at) for mark in "|,:")
    right = min((one for one in (row.find(mark, at) for mark in "|,") if one >= 0), default=len(row))
    return not row[left + 1 : at].strip(_MARKS) and not row[at + (end - start) : right].strip(_MARKS)


@lru_cache(maxsize=64)
def _asides(text: str) -> tuple[tuple[int, int], ...]:
    """The stretches of a document that tell what was not chosen: from a heading that says so to the one that closes it."""
    found: list[tuple[int, int]] = []
    begun, depth = -1, 0
    at = text.find("<!--")
    while at >= 0 and (end := text.find("-->", at)) >= 0:  # what nobody sees who reads the document
        found.append((at, end))
        at = text.find("<!--", end)
    for one in _HEADING.finditer(text):
        level = len(one[0]) - len(one[0].lstrip("#"))
        if begun >= 0 and (depth == 0 or 0 < level <= depth):
            found.append((begun, one.start()))
            begun = -1
        if begun < 0 and (_SET_ASIDE.search(one[0]) or _GONE.fullmatch(one[0])):
            begun, depth = one.end(), level
    return (*found, (begun, len(text))) if begun >= 0 else tuple(found)


def _quoted(row: str, at: int) -> str:
    """The words of a line around a place, short."""
    said = re.sub(r"\s+", " ", row[max(0, at - 200) : at + 200]).strip(" \t*-|#>")
    if len(said) <= LONGEST_QUOTE:
        return said
    middle = max(0, min(at, 200) - 30)
    cut = re.sub(r"\s+", " ", row[max(0, at - 200) : at + 200])[middle : middle + LONGEST_QUOTE - 6].strip()
    return f"... {cut} ..." if middle else f"{cut} ..."
