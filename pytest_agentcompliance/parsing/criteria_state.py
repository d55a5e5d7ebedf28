"""Whether a criterion of a story is still asked for: struck out, deferred, optional or open."""

from typing import Literal

from pytest_agentcompliance.parsing.late import late

State = Literal["open", "optional", "deferred", "struck"]

MARKS = "*_~`>[]() \t"  # dress around the words of a line
_OUT = late(
    r"(?i)\b(?:non-?\s?goals?|out[- ]of[- ]scope|not in scope|deferred|future (?:work|stor|enhancement|scope)\w*|won['’]t)\b"
)
_GONE = (
    r"(?:deferred|descoped|de-scoped|out[- ]of[- ]scope|not in scope|removed|withdrawn|superseded|obsolete|dropped|cancell?ed"
    r"|gated|moved to (?:[A-Z]+-\w|another|an? |the next|follow)|post-mvp|future (?:story|work)|not applicable|n/a)(?![A-Za-z])"
)
_DEFERRED = late(rf"(?i)(?:^|[-–—;:])\s{{0,3}}{_GONE}")
# The text of a criterion that is none any more: "DEFERRED to SHOP-9".
_STARTS = late(rf"(?i){_GONE}(?:\s{{0,3}}(?:$|[:.;,(–—-])|\s{{1,3}}(?:to|by|from scope|until)\b)")
_OPTIONAL = late(r"(?i)\b(?:optional|nice[- ]to[- ]have|stretch goal|stretch|bonus|if applicable|if time)\b")
_OPTIONAL_END = late(r"(?i)\b(?:nice[- ]to[- ]have|stretch|bonus|if applicable|if time)\b")
_ASIDES = late(r"^[\s*_~`:.–—-]{0,8}[(\[]([^()\[\]]{1,160})[)\]]")
_AT_END = late(r"[(\[]([^()\[\]]{1,80})[)\]][*_~.\s]{0,4}$")


def state(body: str, rest: str, under: tuple[str, ...]) -> State:
    """Whether the run is to meet a criterion: from its line, from what follows its id there, and from the headings of its group."""
    if body.lstrip("*_>[] \t").startswith("~~") or rest.lstrip("*_:. \t").startswith("~~"):
        return "struck"
    aside, end = _ASIDES.match(rest), _AT_END.search(rest[-90:])
    first, last, starts = aside[1] if aside else "", end[1] if end else "", rest.lstrip(MARKS + ":.–—-")
    if _DEFERRED.search(first) or _DEFERRED.search(last) or _STARTS.match(starts) or any(_OUT.search(one) for one in under):
        return "deferred"
    if _OPTIONAL.search(first) or _OPTIONAL_END.search(last) or _OPTIONAL.match(starts) or any(map(_OPTIONAL.search, under)):
        return "optional"
    return "open"
