"""What a title, a label, a key or the words around a name say of it: to be changed, only looked at, or left alone."""

import re
from bisect import bisect_right
from collections.abc import Sequence
from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.planned import Mood
from pytest_agentcompliance.parsing.planned.names import Found

Title = Literal["planned", "looked-at", "excluded", "used"]  # used: files in it are planned, folders and packages are not

_CHANGE = (
    r"(?:creat|add|modif|updat|extend|edit|implement|writ|mov|renam|delet|remov|refactor|migrat|chang|touch|affect|replac|introduc"
    r"|generat|rewrit|rework|build|scaffold|regist|wir|port|split|extract|convert|fix|insert|append|bump|instal|alter|adjust|enhanc|reorgani[sz]|restructur|consolidat|optimi[sz]|simplif)"
    r"(?:e|es|ed|ing|s|y|ies|ied|ation|ations|ten|te|d|ds)?"
)
_NOT = r"(?:not|never|cannot|(?:do|does|must|should|wo|will|can|may|is|are)n['’]?t)"
_EXCLUDED_TITLE = late(
    r"\b(?:out of scope|non ?goals?|not in scope|off limits|untouched|unchanged|unaffected|forbidden|protected"
    r"|exclu(?:de|ded|des|ding|sions?)|no (?:\w+ )?(?:changes?|modifications?|edits?|touch)|deferred|future|later|avoid"
    r"|leave alone|hands off"
    r"|(?:not?|never|don t|won t|doesn t|aren t) (?:to )?(?:be )?(?:being )?"
    r"(?:touch|chang|modif|edit|alter|affect|do|includ|creat|delet|migrat|rewrit)\w*)\b"
)
_LOOKED_TITLE = late(
    r"\b(?:re ?us\w+|referenc\w*|patterns?|read|canonical|prior art|related|see also|imports?|inspiration|examples?|existing"
    r"|commands?|verif\w+|sources?|background|research|context|similar|depends on|blocked by|blocks)\b"
)
_USED_TITLE = late(r"\b(?:depend\w*|prerequisites?|risks?|notes?|architecture|rationale|assumptions?|findings?)\b")
_PLANNED_TITLE = late(
    rf"\b(?:files?|scope|packages?|globs?|paths?|deliverables?|steps?|phases?|tasks?|surfaces?|artifacts?|outputs?|new|{_CHANGE})\b"
)
_TO_FILES = late(rf"\b(?:new|{_CHANGE})\b")

# Behind a negation, what it is that is not done; "not typed" and "does not exist" say nothing of a change.
_DONE = (
    r"(?:touch|chang|modif|edit|alter|rewrit|updat|refactor|includ|mov|delet|remov|add|creat|affect|implement|migrat|extend|break|need"
    r"|rework|write|expand|go(?:es|ing)?\b)\w*"
)
_BEFORE = late(
    rf"(?i)\b(?:(?:{_NOT}|without|avoid(?:s|ing)?|no)\s+(?!yet\b|already\b|only\b|just\b)(?:[\w-]+\s+){{0,2}}?{_DONE}"
    r"|out[- ]of[- ]scope|not\s+in\s+scope|exclud(?:e|es|ed|ing)|excluding"
    r"|(?:leave|keep)s?|everything\s+(?:but|except)|except(?:\s+for)?"
    r"|nothing\s+(?:in|under|else\s+in)|off[- ]limits)\b"
)
_NOTHING = late(r"(?i)\b(?:nothing|no\s+(?:other\s+)?(?:files?|code|folders?|packages?|paths?))\b")
_KEPT = late(r"(?i)\b(?:unchanged|untouched|alone|as[- ]is|intact|unmodified|as\s+(?:it|they)\s+(?:is|are))\b")
_DIRECTLY = late(r"(?i)\b(?:not|nor|never)\s+(?:(?:in|to|the|under|for|a|any)\s+){0,2}[(`\"'*]*$")
_INSTEAD = late(r"(?i)\b(?:instead\s+of|rather\s+than)\s+(?:the\s+)?[(`\"'*]*$")
_FLIPS = late(
    r"(?i)\b(?:except(?:\s+for)?|other\s+than|outside(?:\s+of)?|besides|beyond|apart\s+from|but|instead|rather|only|however|then)\b"
)
_TURNS = late(
    r"(?i),\s*(?:(?:so|then|and|we|must|should|need\s+to)\s+){0,3}(?:add|updat|extend|modif|creat|chang|edit|writ|mov)\w*\b"
)
_OUTSIDE = late(r"(?i)\b(?:except(?:\s+for)?|other\s+than|outside(?:\s+of)?|besides|beyond|apart\s+from|but)\b")
_BEHIND = late(
    r"(?i)^[`\"'*)\]]*\W{0,4}(?:(?:is|are|was|were|will|must|should|shall|can|may|stays?|remains?|has|have|needs?|itself|files?|package"
    r"|folder|already|all|code|be|kept|left|requires?|and)\s+){0,4}\W{0,3}"
    rf"(?:(?:{_NOT})\s+(?:to\s+)?(?:be\s+)?(?:being\s+)?(?:part\s+of|in\s+scope|{_DONE})"
    r"|no\s+(?:[\w-]+\s+){0,2}?(?:changes?|modifications?|edits?|updates?)\b|unchanged\b|untouched\b|unmodified\b|as[- ]is\b"
    r"|read[- ]only\b|out[- ]of[- ]scope|off[- ]limits|excluded\b|protected\b)"
)
_LOOK = late(
    r"(?i)(?:\b(?:patterns?|examples?|style|conventions?|template|precedent|modell?ed)\s+(?:is\s+)?(?:from|in|of|at|on|used\s+in|as)"
    r"|\b(?:structure|approach)\s+(?:is\s+)?(?:from|of|as|used\s+in)"
    r"|\b(?:follow(?:s|ing)?|see|like|as\s+in|same\s+(?:pattern\s+)?as|similar\s+to|based\s+on|mirror(?:s|ing)?|referenc(?:e|es|ing)"
    r"|refer\s+to|cf|copied\s+from|consult|per|imported\s+from|import\s+from|re-?us(?:e|es|ing))\b)"
    r"\W{0,3}(?:(?:the|existing|pattern|patterns|in|from|of|structure|by)\s+){0,3}[(`\"'*\[]*$"
)
_USE = late(
    r"(?i)\b(?:us(?:e|es|ing|ed)|via|from|import(?:s|ed|ing)?|with|through|by|against|re-?us(?:e|es|ed|ing)|follow(?:s|ing)?|existing|like"
    r"|see|depends?\s+on|calls?|consumes?|located\s+(?:at|in)|lives?\s+(?:at|in))\b[^\w]{0,3}(?:(?:the|existing|only)\s+){0,2}[(`\"'*\[]*$"
)
_CHANGES = late(rf"(?i)\b(?:new|under|inside|within|in\s+scope|{_CHANGE})\b")
_CLAUSES = late(r"[;。]|[.!?](?=\s|$)|\s[—–]\s|\s-{1,2}\s")
_JOINED = late(r"\b(?:and|or)\b")
_CODE = late(r"`[^`]*`|\"[^\"]{1,300}\"")


def of_title(text: str) -> Title | None:
    """What a heading, a label or a key says of what stands below it; None where it says nothing."""
    words = " ".join(re.findall(r"[a-z0-9]+", text[:200].lower()))
    if _EXCLUDED_TITLE.search(words):
        return "excluded"
    looked = _LOOKED_TITLE.search(words)
    if looked and not _TO_FILES.search(words):
        return "looked-at"
    if _PLANNED_TITLE.search(words):
        return "planned"
    return "used" if _USED_TITLE.search(words) else None


class Around(NamedTuple):
    """The text that a line goes on from, and the text that goes on from it, where a sentence is broken over several."""

    before: str = ""
    behind: str = ""


NOTHING = Around()


def of_names(
    line: str, found: Sequence[Found], title: Title | None, around: Around = NOTHING, *, lead: int = -1, whole: bool = False
) -> list[Mood]:
    """What a line says of each of its names, below a title.

    ``lead``: the line is an item or begins with a label, and what stands from there on without other words is what it is about;
    ``whole``: it is about all of its names.
    """
    before = f"{around.before[-300:]} " if around.before else ""
    text = f"{before}{line} {around.behind[:150]}"
    blank = list(line)
    for one in found:
        blank[one.start : one.end] = " " * (one.end - one.start)
    plain = _JOINED.sub(" ", "".join(blank))
    bounds = _bounds(text)
    made = []
    for one in found:
        leads = whole or (lead >= 0 and not re.search(r"\w", plain[lead : one.start]))
        there = one._replace(start=one.start + len(before), end=one.end + len(before))
        made.append(_mood(text, there, bounds, title, leading=leads, item=whole or lead >= 0))
    return made


def _bounds(line: str) -> list[int]:
    """Where the clauses of a line end, marks in code left out."""
    blank = _CODE.sub(lambda code: "x" * len(code[0]), line)
    return [0, *(mark.end() for mark in _CLAUSES.finditer(blank)), len(line) + 1]


def _mood(line: str, one: Found, bounds: list[int], title: Title | None, *, leading: bool, item: bool) -> Mood:
    at = bisect_right(bounds, one.start)
    first, last = bounds[at - 1], bounds[at]
    before, behind = line[max(first, one.start - 300) : one.start], line[one.end : one.end + 120]
    if _is_excluded(before, behind):
        return "excluded"
    if title == "excluded":
        return "planned" if _allowed(before) else "excluded"
    if title == "looked-at" or _INSTEAD.search(before) or _LOOK.search(before):
        return "looked-at"
    if one.kind in ("path", "name", "glob"):
        return "planned"
    if leading:
        return "planned" if title == "planned" or (title is None and one.kind == "folder") else "looked-at"
    if _USE.search(before):
        return "looked-at"
    if item and one.kind == "folder" and title != "used":
        return "planned"
    return (
        "planned" if _CHANGES.search(_CODE.sub(" ", line[max(first, one.start - 300) : min(last, one.end + 300)])) else "looked-at"
    )


def _is_excluded(before: str, behind: str) -> bool:
    if _BEHIND.match(behind) or _DIRECTLY.search(before):
        return True
    said = list(_BEFORE.finditer(before))
    if not said:
        return False
    last = said[-1]
    word, rest = last[0].lower(), before[last.end() :]
    if word.startswith(("leave", "keep")):
        return bool(_KEPT.search(behind[:40]))
    if word.startswith("except"):  # "nothing but a, except b": behind a negation it takes in
        return not (_BEFORE.search(before, 0, last.start()) or _NOTHING.search(before, 0, last.start()))
    return not _FLIPS.search(rest) and (" or " in rest or not _TURNS.search(rest))


def _allowed(before: str) -> bool:
    """Whether the words before a name in a list of what is left out take it in again: "nothing but", "outside of"."""
    return bool(_OUTSIDE.search(before))
