"""Documents into entries: a register decision by decision, a decision record with its status, any other document whole."""

from collections.abc import Collection, Iterator
from posixpath import basename

from pytest_agentcompliance.parsing import decisions
from pytest_agentcompliance.parsing.declared import Entry
from pytest_agentcompliance.parsing.late import late

LONGEST = 2_000_000  # characters of one document
_RECORD = late(r"(?i)\badrs?\b|\d{3,5}-|decision")
_STATUS = late(
    r"(?im)^(?:[ \t>*+-]{0,6}\*{0,2}status\*{0,2}[ \t]*:[ \t]*\*{0,2}[ \t]*|\|[ \t]*\*{0,2}status\*{0,2}[ \t]*\|[ \t]*"
    r"|#{1,6}[ \t]+status[ \t]*\r?\n(?:[ \t]*\r?\n){0,3}[ \t>*_-]{0,6})([^\n|]{1,80})"
)
_OPEN = late(
    r"(?i)^\W*(?:proposed|proposal|draft|pending|open|rfc|in[ -](?:review|discussion|progress)|under (?:review|discussion)"
    r"|tbd|todo)\b"
)
_GONE = late(r"(?i)^\W*(?:rejected|superseded|deprecated|withdrawn|obsolete|replaced|declined|cancell?ed)\b")


def register(text: str, path: str, agents: Collection[str], *, common: bool = False) -> Iterator[Entry]:
    """The decisions of ARCHITECTURAL-DECISIONS.yaml, those too that nobody confirmed."""
    for one in decisions.read(text).decisions:
        said = " · ".join(filter(None, (one.answer, one.names)))
        asked = decisions.agreed(one)
        label = one.id or "a decision without an id"
        yield Entry(
            label, f"{said} · {one.question}" if asked else said, path, one.line, _standing(one, agents),
            ruled_out="" if asked else one.question, common=common,
        )  # fmt: skip


def document(text: str, path: str, *, open_counts: bool = False, common: bool = False) -> Entry:
    """A document as one entry: a plan, a list of the stack, a decision record. One that is open or rejected confirms nothing."""
    text = text[:LONGEST]
    refused = ""
    if _RECORD.search(path) and (status := _STATUS.search(text[:20_000])):
        said = status[1].strip(" *_\r")
        if _GONE.match(said) or (_OPEN.match(said) and not open_counts):
            refused = f"its status is {said[:40]!r}"
    return Entry(basename(path), text, path, 1, refused, whole=True, common=common)


def _standing(one: decisions.Decision, agents: Collection[str]) -> str:
    """Why a decision confirms nothing; empty where it does."""
    if one.standing == "dropped":
        return f"it is {one.status[:40]!r}"
    if one.standing != "confirmed":
        return "it is not confirmed" + (f" ({one.status[:40]})" if one.status else "")
    if decisions.is_agent(one.by, agents):
        return f"it was confirmed by {one.by[:60]!r}, an agent"
    return "" if one.answer else "it does not say what was decided"
