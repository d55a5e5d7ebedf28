"""What a heading of a BLOCKERS.md opens: a blocker, a list of them, those of the past, or something beside them."""

from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing.blocker_words import NOT_YET, PARTS, STATES, calls_for_decision, plain, says
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.log_labels import words
from pytest_agentcompliance.parsing.markdown import visible

_BLOCKER = late(
    r"^(?:(?:implementation|hard|critical|active|open|new|current|execution) )?blocker(?: \d+| [a-z])?(?=$|[\s:.(–—-])"
    r"(?! (?:assessment|log|list|summary|checklist|report|overview|details|status|register|analysis)\b)"
    r"|^blocked\b(?! (?:steps|acs)\b)|^(?:b|blk|blocker)[-_ ]?\d+\b"
)
_CONTAINER = late(
    r"\bblockers\b|\bblocking (?:issues|items)\b|\b(?:open|action) (?:\w+ )?(?:items|issues|decisions|questions)\b"
    r"|^blocker (?:assessment|log|list|checklist|summary|details|register)\b|^(?:active|current|open)$"
    r"|^(?:still )?(?:awaiting|waiting (?:on|for)|needed from)\b|^needs? .{0,60}\b(?:attention|input)\b"
)
_STRONG_CONTAINER = late(r"^(?:active|current|open|known|outstanding|unresolved|hard)\b")
_PLAIN_CONTAINER = late(
    r"^(?:(?:active|current|open|known|identified|outstanding) )?(?:blockers?|blocking issues)"
    r"(?: (?:log|list|assessment|summary))?$"
)
_ASIDE = late(
    r"^(?:decisions? (?:made|tier)|pm decisions|non[- ]?blocking|soft\b|potential|possible blockers|warnings?\b|notes?\b"
    r"|additional notes|deferred|dependenc\w*\b(?! blockers)|validation|verification|conclusion|verdict|summary|overview|token"
    r"|work (?:remaining|completed)|next steps|related|references?|questions for|story (?:is )?|pre-?implementation|checklist"
    r"|history|items? (?:explicitly|requiring)|out of scope|completed|progress|timeline|implementation notes"
    r"|risks?\b(?! blockers)|known (?:issues?|limitations?|gaps?)|cost notes?|standing (?:constraints|rules)"
    r"|(?:agent|human) rules?$|gate status|what (?:is|are|was|still) (?:\w+ )?(?:working|done|complete)"
    r"|buyer|minor optional|starter|tips\b|common blockers|blocker (?:severity|metrics?|ids?|format|template|levels?|categor"
    r"|convention|resolution|types?"
    r"|rules?|process|policy|tracking)"
    r"|escalation|appendix|environment|current status|about|purpose|how to|legend|template|instructions)"
    r"|non[- ]?blocking|\(not blockers?\)|not blocking|\bnot an? (?:\w+ )?blocker\b|\bsummary of\b"
)
_PAST = late(
    r"^(?:resolved|closed|past|previous|previously|former|cleared|answered|fixed)\b"
    r"|(?<!not )(?<!be )(?<!yet )(?<!until )\bresolved\)?$"
)
_ENDED = late(
    r"[(\[](?:[^()\[\]]{0,20}\s)?(?:resolved|closed|fixed|unblocked|cleared|answered|decided|superseded|obsolete|withdrawn|done)\b"
    r"[^()\[\]]{0,60}[)\]]"
    r"|^(?:resolved|closed|fixed|answered)\s*[:–—-]"
    r"|[:–—-][\s✅☑✔✓]*(?:resolved|closed|fixed|answered|unblocked|dropped|withdrawn|superseded|obsolete)\W*$"
    r"|[:–—-]\s*already (?:set|done|there|configured|fixed|resolved)\b"
)
_TROUBLE = late(
    r"\b(?:issues?|errors?|missing|fail\w*|cannot|can't|unable|unresolved|conflict\w*|problems?|needs?|required|unclear|block\w*"
    r"|broken|unavailable|undecided|ambigu\w+|contradict\w+|mismatch|not (?:available|found|working|defined|specified))\b"
)


_OVER = late(r"^(?:resolved|closed|fixed|done|cleared|removed|answered)\b")
_DATED = late(r"^(?:created|(?:last )?updated|date|generated|reviewed)\b.{0,12}\d")
_GROUP = late(r"\b(?:blockers|issues|items|decisions|questions)\b")
_STRUCK = late(r"^(?:\d{1,3}[.)]\s*)?~~[^~]+~~(.*)$")


class Title(NamedTuple):
    """What a heading is: ``kind`` and, of one that holds blockers, whether those beyond doubt are open."""

    kind: Literal["blocker", "container", "none", "status", "past", "aside", "part", "other"]
    sure: bool = False
    whole: bool = False  # a container of all blockers, not those of one phase
    key: str = ""  # the words of a part


def ended(title: str) -> bool:
    """Whether a title says that its blocker is no more."""
    shown = visible(title[:400]).strip().strip("*# ")
    said = plain(title)
    if NOT_YET.search(said):
        return False
    struck = _STRUCK.match(shown)
    # What stands behind the struck words may say that something is left: "~~key~~ (one step remains)".
    if struck and (len(rest := plain(struck[1])) < 3 or _OVER.match(rest)):
        return True
    return shown.startswith(("✅", "☑", "✔")) or bool(_ENDED.search(shown.lower()))


def is_date(title: str) -> bool:
    """Whether a heading only says when the file was written."""
    return bool(_DATED.match(plain(title)))


def names_one(title: str) -> bool:
    """Whether a title is that of one blocker that is no more, and not of a list of those: ``5. Login: RESOLVED``."""
    return ended(title) and bool(_PAST.search(said := plain(title))) and not _GROUP.search(said) and len(said.split()) > 2


def troubled(title: str) -> bool:
    return bool(_TROUBLE.search(plain(title)))


def title(text: str) -> Title:
    """What a heading opens."""
    said = plain(text).rstrip(":")
    head, colon, value = said.partition(":")
    if colon and head.strip() in STATES:
        standing = says(value)
        return Title("none" if standing in ("none", "partly-none") else "status")
    if (key := words(said)) in PARTS:
        return Title("part", key=key)
    if said in STATES or said == "resolution status":
        return Title("status")
    if says(text) in ("none", "partly-none"):
        return Title("none")
    if calls_for_decision(said):
        return Title("blocker", sure=True)
    if _PAST.search(said) and not _BLOCKER.match(said):
        return Title("past")
    if _ASIDE.search(said):
        return Title("aside")
    if _BLOCKER.match(said):
        return Title("blocker", sure=True)
    if _CONTAINER.search(said):
        return Title("container", sure=bool(_STRONG_CONTAINER.match(said)), whole=bool(_PLAIN_CONTAINER.match(said)))
    return Title("other")
