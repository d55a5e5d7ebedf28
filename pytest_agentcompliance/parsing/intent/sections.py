"""What the titles of an intent announce: promises, what never happens, what is none of its business."""

import re
from typing import Literal

from pytest_agentcompliance.parsing.intent.record import Kind

Topic = Kind | Literal["other", ""]  # the last: the title says nothing, and what stands around it counts

_NOT = re.compile(
    r"(?i)\b(?:non[- ]?(?:promises?|goals?|guarantees?)|no (?:promises?|guarantees?)"
    r"|(?:do not|don't|never|not) (?:promise|guarantee)"
    r"|out of scope|boundar(?:y|ies)|won't|rejected|open questions?|promises? to (?:avoid|revisit)|broken promises?)\b"
)
_DENIED = re.compile(
    r"(?i)\b(?:(?:do not|don['’]t|never|not|cannot|can['’]t|no) (?:promises?|guarantees?)(?! to)"
    r"|non[- ]?(?:promises?|guarantees?))\b"
)
_PROMISES = re.compile(
    r"(?i)\b(?:promises?|promised|guarantees?|guaranteed|commitments?|pledges?|rely on|count on|non[- ]?negotiables?"
    r"|must (?:do|always|have))\b"
)
_NEVER = re.compile(r"(?i)\b(?:anti[- ]?(?:promises?|behaviou?rs?)|must (?:not|never)(?: do)?|never(?: does| do)?|will not)\b")
_INVARIANT = re.compile(r"(?i)\binvariants?\b")
_CONTRACT = re.compile(r"(?i)\bbehaviou?ral contracts?\b")
_RETIRED = re.compile(r"(?i)\b(?:deprecated|retired|withdrawn|superseded|removed promises?|dropped)\b")
# Titles within such a section that sort what stands below them.
_GROUP = re.compile(
    r"(?i)^(?:core|important|nice[ _-]to[ _-]have|critical|must do|must not do|must|should|firm|primary|secondary|high|medium|low"
    r"|users?|functional|reliability|security|privacy|performance|data|general|technical|quality|new|existing|preserved|modified)\b"
    r"(?:\W+(?:promises?|guarantees?|commitments?|priority))?\W*$"
)
_FIELD = re.compile(
    r"(?i)^[*_`\s]*(?:criticality|priority|rationale|why|because|user[ _]expectation|acceptance[ _]criteria|criteria"
    r"|validation(?:[ _]strategy)?|verification|verified by|how (?:to|we) (?:test|verify|check)|measured? by|broken[ _]when"
    r"|implementing[ _]modules|modules?|evidence|status|confidence|automated|manual|monitoring|examples?"
    r"|exceptions?|notes?|tests?|target|metrics?|owner|source|files?|when|then|never)"
    r"[*_`\s]*:"
)


def topic(title: str) -> Topic:
    """What a title announces."""
    title = title[:300]
    if is_denied(title) or (is_out(title) and not _NEVER.search(title)):
        return "other"
    if _RETIRED.search(title):
        return "retired"
    if _INVARIANT.search(title):
        return "invariant"
    if _CONTRACT.search(title):
        return "contract"
    if _NEVER.search(title):
        return "never"
    if _PROMISES.search(title):
        return "promise"
    return "" if sorts(title) else "other"


def sorts(title: str) -> bool:
    """Whether a title only sorts the promises below it."""
    return _GROUP.match(title.strip("*_ :")[:100]) is not None


def is_field(text: str) -> bool:
    """Whether a line says something about the promise above it: ``Criticality: CORE``."""
    return _FIELD.match(text[:100]) is not None


def is_out(title: str) -> bool:
    """Whether a title says that what follows is promised to nobody."""
    return _NOT.search(title[:300]) is not None


def is_denied(title: str) -> bool:
    """Whether a title says that what follows is not promised, in so many words; a non-goal may well be kept to."""
    return _DENIED.search(title[:300]) is not None


def is_retired(text: str) -> bool:
    return "[deprecated" in text[:LONGEST].lower() or (text.lstrip().startswith("~~") and text.rstrip().endswith("~~"))


LONGEST = 4_000  # characters of a line that are looked at
