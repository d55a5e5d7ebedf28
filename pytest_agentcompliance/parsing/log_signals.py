"""The lines of a log that say how the run ended, and those that count its tokens."""

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.log_labels import words
from pytest_agentcompliance.parsing.markdown import Line, visible, word_set

Ending = Literal["complete", "blocked", "partial", "in-progress"]


class Said(NamedTuple):
    """How a line says that the run ended; ``text`` is the line without its dress."""

    kind: Ending
    dress: str
    reason: str
    text: str


# What a line of ASCII has, whatever its dress, that says how the run ended: most lines are done with here.
_ENDS = late(r"(?i)complet|done|blocked|partial|status|signal|result|current")
_SPELLED = late(r"^BACKEND[_-]+(?=COMPLETE)")
_SIGNS = late(r"[*_`#]")
_MARKS = late(r"[\s.!:]")
_EDGE = late(r"^[^\w(\[]+|[^\w)\]]+$")
_COMPLETE = late(r"^(?:(BACKEND COMPLETED?)|((?:(?:[A-Z]+|\d+) ){1,4}COMPLETED?|WORK DONE))(?=$|\s*[-–—:(.!|])(.*)$")
_TITLE = late(
    r"(?i)^(?:(?:all )?(?:backend|implementation|work|story|fix(?:es)?|chunks|tasks)"
    r"(?: work| phase| implementation| cycle \d+| iteration \d+)*"
    r" (?:is )?completed?)$"
)
_BLOCKED = late(r"^BLOCKED(?=$|\s*[-–—:(.!])[\s:–—*-]*(.*)$")
_BY_NOTHING = late(r"(?i)^\W*(?:no|none|nothing|n/?a|not applicable|no blockers?)\W*$")
_PARTIAL = late(r"^PARTIAL(?:LY)? (?:EXECUTION|COMPLETE|COMPLETION|IMPLEMENTATION)\b(.*)$")
_STATUS = word_set(
    "status|overall status|final status|implementation status|backend status|story status|current status|completion status"
    "|completion signal|signal|final signal|result|current|run status|completion",
    "|",
)
_STEP = late(r"(?i)^(?:step|phase|task|ac|fix|issue|chunk|test|item|bug|req|priority|arch)\b|^\d+[.)\s]|^[A-Z]{2,}-\w")
_PART = late(r"(?i)^(?:step|phase|task|ac|chunk|test|item|req|iteration|cycle|priority)\b")
_VALUES: tuple[tuple[Ending, re.Pattern[str]], ...] = (
    ("partial", late(r"(?i)^(?:partial(?:ly)?|incomplete)\b")),
    ("in-progress", late(r"(?i)^(?:in[ -]?progress|running|ongoing|pending|not started|wip|paused|started|to ?do)\b")),
    ("blocked", late(r"(?i)^blocked\b(?! by nothing)")),
    (
        "complete",
        late(r"(?i)^(?:implementation |backend |fully |all )?(?:complete|completed|done|finished)(?=$|[\s.!,;:(–—-])"),
    ),
)
# "Complete, tests needed" is not complete; "complete, nothing remaining" is.
_BUT = late(
    r"(?i)\b(?:needed|remain(?:s|ing)?|pending|todo|to do|except(?:ing|ion)?|but|outstanding|deferred|missing|not yet"
    r"|incomplete|blocked|still to)\b(?!:? (?:none|nothing|0)\b)"
)
_NO_REST = late(
    r"(?i)\b(?:no|nothing|none|zero|0)\b(?: \w+){0,2} (?:needed|remain\w*|pending|outstanding|deferred|missing|blocked)\b"
)
_TOKENS = late(r"(?i)\btokens?\b.*\b(?:summary|log|usage|counts?|tracking|estimates?|totals?)\b|^tokens?$")
_NUMBER = late(r"~?\s*(\d[\d,._]{0,20})\s*(k|m|thousand|million)?\b\s*(kb|mb|bytes|b\b|files?\b|tests?\b)?", re.IGNORECASE)
_SIDE = late(
    r"(?i)^(?:total |estimated |worker )?(input|output)s?(?: tokens?| total)?(?: \(est\w*\))?$|^tokens? (?:in )?(in|out)(?:put)?$"
)


def signal(line: Line, heading: str, heading_level: int) -> Said | None:
    """How a line says that the run ended, if it does; ``heading`` and its level are what the line stands under."""
    if line.kind not in ("text", "heading") or not line.body or len(line.body) > 600 or line.text.lstrip().startswith((">", "|")):
        return None
    if not _may_end(line.body):
        return None
    plain = _bare(line.body)
    spelled = _SPELLED.sub("BACKEND ", plain)
    respelled, bare, plain = spelled != plain, plain, spelled
    if found := _COMPLETE.match(plain):
        dress = "punctuation" if respelled else _dress(line, bare)
        if found[1] is None and (line.marker or _PART.match(plain)):
            return None
        if found[1] is None and _but(found[3]):
            return Said("partial", ", ".join(filter(None, [dress, "other words"])), found[3].strip(" *_-–—:,(."), plain)
        more = "" if not found[3].strip(" .!-–—:✅") else "words after it"
        other = "" if found[1] else "other words"
        return Said("complete", ", ".join(filter(None, [dress, other, more])), "", plain)
    if (line.kind == "heading" or line.body.startswith("**")) and not line.marker and _TITLE.match(plain):
        return Said("complete", ", ".join(filter(None, [_dress(line, bare), "other words"])), "", plain)
    if not line.marker and (found := _BLOCKED.match(plain)):
        if (line.kind == "heading" and not found[1]) or _BY_NOTHING.match(found[1]):
            return None
        return Said("blocked", _dress(line, bare), found[1].strip(" *_"), plain)
    if not line.marker and (found := _PARTIAL.match(plain)):
        return Said("partial", _dress(line, bare), found[1].strip(" *_-–—:"), plain)
    return _status(line, plain, heading, heading_level)


@lru_cache(maxsize=8192)  # the versions of a log have most of their lines in common
def _may_end(body: str) -> bool:
    """Whether a line has a word without which it says nothing of an end; of what is not ASCII that is not asked."""
    return not body.isascii() or "\0" in body or bool(_ENDS.search(body.replace("**", "").replace("__", "")))


def counts_tokens(line: Line) -> bool:
    """Whether a line heads a token summary."""
    heads = line.kind == "heading" or (line.kind == "text" and line.body.startswith("**") and line.body.rstrip(":").endswith("**"))
    return heads and len(line.body) < 120 and bool(_TOKENS.search(line.body.strip("*: ")))


def tokens(line: Line) -> tuple[str, int | None] | None:
    """``input`` or ``output`` and the number that a line gives for it, None where it gives none."""
    body = line.body.replace("**", "").replace("`", "")
    if body.startswith("|"):
        cells = [cell.strip() for cell in body.strip("|").split("|")]
        side = _SIDE.match(cells[0]) if cells and len(cells[0]) < 60 else None
        numbers = [number for cell in cells[1:] if (number := _count(cell)) is not None]
        return ((side[1] or side[2] + "put").lower(), numbers[-1] if numbers else None) if side else None
    head, colon, rest = body[:400].partition(":")
    side = _SIDE.match(head.strip()) if colon else None
    return ((side[1] or side[2] + "put").lower(), _count(rest)) if side else None


def _but(text: str) -> bool:
    return bool(_BUT.search(_NO_REST.sub(" ", text[:200])))


def _count(text: str) -> int | None:
    for found in _NUMBER.finditer(text):
        if found[3]:
            continue
        digits, scale = found[1].rstrip("._,"), (found[2] or "").lower()[:1]
        digits = digits.replace("_", "").replace(",", "")
        if re.fullmatch(r"\d{1,3}(?:\.\d{3})+", digits) and not scale:
            digits = digits.replace(".", "")
        if not re.fullmatch(r"\d{1,15}(?:\.\d{1,6})?", digits):
            return None
        return int(float(digits) * {"k": 1e3, "t": 1e3, "m": 1e6}.get(scale, 1))
    return None


def _bare(body: str) -> str:
    """A line without emphasis, quotes, code marks, and emoji at its ends."""
    text = visible(body).replace("**", "").replace("__", "").strip("*_ ")
    previous = None
    while text != previous:
        previous, text = text, text.strip("`\"'“”*_ ")
        text = _EDGE.sub("", text)
    return text


def _dress(line: Line, plain: str) -> str:
    body = line.body
    kinds = [
        "heading" if line.kind == "heading" else "",
        "list item" if line.marker else "",
        "bold" if body.startswith(("**", "__")) else "italic" if body.startswith(("*", "_")) else "",
        "code" if body.startswith("`") else "",
    ]
    rest = _SIGNS.sub("", body).strip()
    if rest != plain and _MARKS.sub("", rest.replace(plain, "", 1)):
        kinds.append("emoji")
    elif rest != plain and rest.rstrip(":") != plain:
        kinds.append("punctuation")
    return ", ".join(filter(None, kinds))


def _status(line: Line, plain: str, heading: str, heading_level: int) -> Said | None:
    label, colon, value = plain.partition(":")
    if not colon or words(label) not in _STATUS or len(label) > 40 or line.indent > 3:
        return None
    value = _bare(value)
    if value.upper().startswith("BACKEND COMPLETE"):
        return Said("complete", "status line" if "BACKEND COMPLETE" in value else "status line, letter case", "", value)
    if line.kind != "heading" and (heading_level > 2 or _STEP.match(heading)):
        return None
    for kind, pattern in _VALUES:
        if found := pattern.match(value):
            rest = value[found.end() :]
            if kind == "complete" and _but(rest):
                return Said("partial", "status line, other words", rest.strip(" :,-–—()."), value)
            reason = value[found.end() :].strip(" :-–—()") if kind != "complete" else ""
            dress = "status line, other words" if kind == "complete" else "status line"
            return Said(kind, dress, reason, value)
    return None
