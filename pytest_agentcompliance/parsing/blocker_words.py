"""The words of a BLOCKERS.md: which titles open a blocker, which labels its parts have, and what says that nothing blocks."""

import re
from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.log_labels import words
from pytest_agentcompliance.parsing.markdown import Line, visible, word_set

PartName = Literal["context", "decision_needed", "options", "recommendation", "blocked_steps"]
Standing = Literal["none", "partly-none", "resolved", "open"]

SPECIFIED: dict[PartName, str] = {  # how the template spells them
    "context": "Context", "decision_needed": "Decision Needed", "options": "Options Identified",
    "recommendation": "Recommendation", "blocked_steps": "Blocked Steps",
}  # fmt: skip
_PARTS: dict[PartName, str] = {
    "context": "context|background|situation|issue|problem|problem statement|description|what i was implementing"
    "|what was being implemented",
    "decision_needed": "decision needed|decision required|decisions needed|decisions required|needed decision|required decision"
    "|decision to be made|decision to make|what needs to be decided|architectural decision needed|question|open question",
    "options": "options identified|identified options|options|options considered|possible options|available options|choices"
    "|alternatives|alternatives considered|possible solutions|proposed options|proposed solutions|resolution options",
    "recommendation": "recommendation|recommendations|recommended|recommended option|recommended approach|my recommendation"
    "|suggestion|suggested option",
    "blocked_steps": "blocked steps|steps blocked|blocked step|blocked plan steps|plan steps blocked|blocked tasks|blocked acs"
    "|blocked criteria|blocked work|affected steps|affected plan steps|what is blocked",
}
PARTS: dict[str, PartName] = {key: name for name, keys in _PARTS.items() for key in keys.split("|")}
OF_A_DECISION = frozenset(  # labels that only a blocker about a decision has
    ("decision needed", "decision required", "decisions needed", "decisions required", "needed decision", "required decision",
     "decision to be made", "decision to make", "what needs to be decided", "architectural decision needed", "options identified",
     "identified options")
)  # fmt: skip
STATES = frozenset(("status", "state", "current status", "overall status", "blocker status"))
BLOCKS = frozenset(("blocked", "blocks", "blocking", "what is blocked"))
ANSWERS = word_set(
    "resolution|resolved|resolved by|resolved at|resolved on|resolution date|answer|answered by|user decision|user response"
    "|user answer|decision made|final decision|decision taken|confirmed|confirmed by|confirmed decision|approved by|decided by"
    "|cleared|cleared by|cleared on|outcome|selected|selected option|chosen|chosen option|closed|closed by|closed on|fixed by"
    "|unblocked by",
    "|",
)

_MARKS = late(r"[*_`#~>]+")
_LEAD = late(r"^[^\w(\[]+")
_NOTHING = r"(?:none|nothing|nil|empty|n/?a)"
_LATER = (
    r"(?:identified|finali[sz]ed|recorded|logged|yet|found|known|at|currently|so far|remaining|reported|open|active"
    r"|that|were|was|to report|are|blocking)"
)
_NO_SUCH = (
    r"(?:there (?:are|were|is) )?(?:currently )?(?:no|zero|0) (?:[a-z-]+ ){0,3}?"
    r"(?:blockers?|blocking (?:issues?|items?|concerns?|questions?|decisions?|tbds?|problems?)"
    r"|(?:issues?|concerns?)(?= (?:identified|found|remain)|$)|open (?:questions?|blockers?|issues?|items?))\b"
)
_NONE = late(rf"^(?:{_NOTHING}(?:$|[ .,;:(–—-]+{_LATER}\b|[ .;–—(-]*$|[.;])|{_NOTHING} [-–—]+ |{_NO_SUCH})")
_FREE = late(r"^(?:(?:the |this )?\w+ (?:is )?)?(?:unblocked|not blocked|clear|all clear)(?:$|[\s.,;:!–—-])")
_PARTLY = late(
    r"\b(?:for (?:story )?(?:generation|planning|elaboration|creation|synthesis|design|pm)\b|except|other than|besides|apart from"
    r"|but\b|however|aside from)"
)
_RESOLVED = late(
    r"^(?:all (?:\w+ )?(?:\w+ )?)?(?:resolved|closed|fixed|cleared|unblocked|answered|done|completed"
    r"|complete(?=$|\s*[.,;:!(–—-])|superseded|obsolete|accepted)\b"
)
_OPEN = late(
    r"^(?:blocks (?!nothing\b|no\b)|(?:blocked|blocking|open|active|unresolved|pending"
    r"|waiting|awaiting|escalated|critical|new|in progress|not resolved)\b)"
)
_PLACEHOLDER = late(
    r"^placeholder\b|^(?:to be|will be) (?:populated|filled|written|added|documented|determined)|^tbd$|^todo$"
    r"|\b(?:write|written) here\b"
    r"|\b(?:workers?|agents?|file|blockers?|entries|section|document)\b[^.]{0,40}?\b(?:will|may|should|is|are|can|to) (?:be )?"
    r"(?:writ\w+|populated|used|contain\w*|filled|added|documented|recorded|logged|listed)\b"
)
_METADATA = late(
    r"^(?:(?:document )?date|phase|story|story id|generated|created|updated|last updated|reviewed by|review date|author|agent"
    r"|reported by|run|iteration|feature|epic|version|story status|pm phase|owner|worker|branch|ticket|see)\b"
)
_DECISION = late(
    r"\bdecisions? (?:is |are )?(?:required|needed|pending|to be made|to be taken|blocker)\b"
    r"|\b(?:needs?|requires?|awaiting|pending) (?:an? |the |user |your )?(?:architect\w+ |design |technical )?decisions?\b"
)
NOT_YET = late(
    r"\b(?:not|un|to be|never|cannot be|partially|partly)[ -]?(?:yet )?(?:be )?(?:resolved|closed|fixed|answered|decided)\b"
)
_WAS_RESOLVED = late(
    r"(?:^|[.;:!] |[–—-] )(?:is |was |now )?(?:resolved|closed|fixed)(?:$|\s*[:.,;!(]|\s+(?:by|on|in|with|via|through|as of|\d))"
)
_RESOLVED_THEN = late(r"^(?:resolved|closed|fixed)(?: (?:on|at))? (?:\d{4}-\d|\d{1,2}[ ./])|^(?:now )?resolved\s*[:.]")
_OF_ALL = late(r"^(?:all|no) (?:\w+ )?blockers? (?:(?:were|are|have been|has been) )?(?:resolved|closed|cleared|remain\w*)\b")
_WANTED = late(r"\b(?:needed|needs|required|question|action|wanted)\b")
_CHOICE = late(
    r"\ban? (?:[a-z-]+ )?decision (?:on|about|before|whether|between|from|is)\b"
    r"|\bdecide (?:whether|which|between)\b|\bchoose between\b"
)
_CHOOSE = late(
    r"^(?:choose|pick|decide|select)\b|\bmust (?:explicitly )?(?:choose|decide|pick|select)\b"
    r"|\b(?:owner|user|founder|human) decision\b|\bneeds? (?:a |human |owner )?sign-?off\b"
)
_NO_ANSWER = late(
    r"^(?:tbd|pending|none|n/?a|open|awaiting|waiting|not\b|unresolved|unknown|to ?do|\?|no\b|needs?|must|should|wait|in progress"
    r"|-|—|…|\.\.\.)"
    r"|\b(?:must|needs? to|will be|should be|waiting|awaits?|awaiting|pending|tbd|to be decided|wait for|once .{1,60} (?:is|are))\b"
    r"|\?$|^\[.*\]$"
)
_EMPTY = frozenset(("", "tbd", "todo", "n/a", "na", "-", "—", "–", "...", "…", "?", "tba", "to be determined", "unknown"))


class Label(NamedTuple):
    """``**Context**: text``: as written, its words, what follows, whether it is bold."""

    written: str
    key: str
    rest: str
    bold: bool


def plain(text: str) -> str:
    """A text in lower case without marks of emphasis, lights and quotes; at most 400 characters of it."""
    text = _MARKS.sub("", visible(text[:400])).strip()
    text = _LEAD.sub("", text)
    return " ".join(text.strip("()[]\"'“” ").lower().split()) if text else ""


def label(line: Line) -> Label | None:
    """The label that a line of text begins with."""
    body = line.body.lstrip("> ")
    if body.startswith(("**", "__")):
        close = body.find(body[:2], 2, 90)
        if close < 0:
            return None
        inside, after = body[2:close].strip(), body[close + 2 :].strip()
        if inside.endswith(":") or after.startswith(":") or (not after and ": " not in inside):
            written = inside.rstrip(": ")
            return Label(written, words(written), after.lstrip(": ").strip(), True)
        head, colon, tail = inside.partition(":")
        return Label(head, words(head), f"{tail} {after}".strip(), True) if colon else None
    head, colon, rest = body[:90].partition(":")
    if not colon or not head.strip() or "`" in head or (rest and not rest[0].isspace()):
        return None
    written = _MARKS.sub("", head).strip()
    return Label(written, words(written), _MARKS.sub("", body[len(head) + 1 :]).strip(), False)


def part_name(key: str) -> str:
    """The words of a label as parts are known by them: "open question for the owner" is an open question."""
    stem, for_whom, _ = key.partition(" for ")
    return stem if for_whom and key not in PARTS and stem in ("question", "open question", "decision needed") else key


def says(text: str) -> Standing | None:
    """What a text says of the blockers as a whole, if it does."""
    said = plain(text)
    if _NONE.match(said) or (_FREE.match(said) and len(said) < 120):
        first = re.split(r"[.;!]\s", said, maxsplit=1)[0]
        return "partly-none" if _PARTLY.search(first) else "none"
    if _RESOLVED.match(said) and not NOT_YET.search(said):
        return "resolved"
    return "open" if _OPEN.match(said) else None


def is_placeholder(text: str) -> bool:
    """Whether a line only says what the file is for."""
    return len(text) < 240 and bool(_PLACEHOLDER.search(plain(text)))


def is_metadata(text: str) -> bool:
    return bool(_METADATA.match(plain(text)))


def is_empty(text: str, *, may_be_none: bool = False) -> bool:
    """Whether a part says nothing: no text, a stand-in, or the brackets of the template."""
    said = plain(text).strip(". ")
    raw = _MARKS.sub("", text).strip()
    bracketed = raw.startswith("[") and raw.endswith("]") and raw.count("[") == 1
    return said in _EMPTY or bracketed or (said in ("none", "nothing") and not may_be_none)


def answers(text: str) -> bool:
    """Whether a text is an answer to what was open, and not that one is awaited."""
    said = plain(text)
    return bool(said) and not is_empty(text) and not _NO_ANSWER.search(said)


def was_resolved(text: str) -> bool:
    """Whether a line of a list tells of its blocker that it was resolved, behind what the blocker was."""
    said = plain(text)
    return bool(_WAS_RESOLVED.search(said)) and not NOT_YET.search(said)


def resolved_then(text: str) -> bool:
    """Whether a line of a blocker says when it was resolved: ``Resolved 2026-01-02: the key was sent``."""
    return bool(_RESOLVED_THEN.match(plain(text)))


def is_verdict(text: str) -> bool:
    """Whether a line that says "resolved" says so of the file, and does not begin to tell of one thing that was."""
    said = plain(text)
    return said.startswith("all ") or len(said) < 60


def speaks_of_all(text: str) -> bool:
    """Whether a line is about all blockers of the file, wherever it stands."""
    return bool(_OF_ALL.match(plain(text)))


def is_answer(key: str) -> bool:
    """Whether a label is that of an answer: ``Decision taken for this run`` as well as ``Decision taken``."""
    return key in ANSWERS or key.startswith(("decision taken ", "decision made "))


def wants_choice(cell: str) -> bool:
    """Whether a cell of a row asks somebody to decide."""
    return bool(_CHOOSE.search(plain(cell)))


def asks(line: Line) -> bool:
    """Whether a labelled line of a blocker asks somebody for a decision."""
    found = label(line)
    if found is None or not found.bold or not _WANTED.search(found.key):
        return False
    return {"open", "question"} <= set(found.key.split()) or bool(_CHOICE.search(plain(found.rest)))


def calls_for_decision(text: str) -> bool:
    return bool(_DECISION.search(plain(text)))
