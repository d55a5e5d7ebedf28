"""What a log says of a file that it names: the word for what was done to it, and whether it was changed at all."""

from collections.abc import Iterable

from pytest_agentcompliance.parsing.late import late

STATUS = late(
    r"(?i)\b(new|creat(?:e|ed|ion)|add(?:ed|ition|itions)?|modif(?:y|ied|ication|ications)|updat(?:e|ed|es)|edit(?:ed|s)?"
    r"|chang(?:ed|es)|delet(?:e|ed|ion)|remov(?:e|ed|al)|renam(?:e|ed)|moved?|(?:re|auto-)?generated|extend(?:ed)?"
    r"|refactor(?:ed)?|(?:auto-)?fix(?:ed|es)?|rewritten|rewrote|replaced?|implement(?:ed|s)?|export(?:ed)?s?|import(?:ed)?|wired"
    r"|registered|enhanced|migrated|converted|deprecated)\b"
)
# What may stand before the word of a status, and what behind one that stands alone.
_BEFORE = late(
    r"(?i)\W*(?:(?:files?|was|were|is|has|been|newly|already|also|verified|existing|and|fully|to be|status)\b\W*(?=\w))*"
)
_PARTS = late(r"[,;:()—–]| - ")
_ALONE = late(
    r"(?i)\s*(?:$|[,;:.(|/+✓✔✅–—-]|&"
    r"|\b(?:files?|and|with|in|as|by|via|from|to|for|following|extending|using|per|this)\b)"
)
_OF_THE_FILE = late(
    r"(?i)(?:create|update|modif|edit|change|delete|generate|regenerate|rewr|refactor|extend|fix|rename|move|migrate|enhance)"
)
_NEW_FILE = late(
    r"(?i)\s*(?:\w+ )?(?:files?|modules?|scripts?|packages?|folders?|director\w+|migrations?|test suites?|test files?)\b"
)
_LOOKED_AT = late(
    r"(?i)^(?:files?\s+|was\s+|were\s+|is\s+|has\s+|verified\s*[-:,(]?\s*)?(?:already\s+)?"
    r"(?:verified\b|unchanged\b|untouched\b|unmodified\b|no\s+(?:\w+\s+)?(?:changes?|modifications?|edits?|updates?)\b"
    r"|not\s+(?:modified|changed|touched|edited|updated)\b"
    r"|exist(?:s|ed)\b|already\b|pre-?existing\b|verification only\b|read[- ]?only\b|reviewed\b|audited\b"
    r"|checked only\b|pending\b|todo\b)"
)
_SAID_UNCHANGED = late(r"(?i)\b(?:no|not)\s+(?:\w+\s+)?(?:chang\w+|modif\w+|edit\w*|updat\w+)|\bunmodified\b|\bunchanged\b")


def judged(notes: Iterable[str], status: str, changed: bool) -> tuple[str, bool]:
    """The status word and whether the file is said to be changed, from the notes around a path.

    ``status`` is what the list says of all its files: a note that describes the change does not alter it, one
    that is a word of status does.
    """
    kept = [note for note in notes if note.strip()]
    word = next((word for note in kept if (word := _word(note, bool(status)))), "")
    looked_at = next((note for note in kept if _LOOKED_AT.match(note)), "")
    if looked_at and not word:  # "exists - modified for the cart"
        word = next((word for part in _PARTS.split(looked_at[:100])[1:4] if (word := _word(part, bool(status)))), "")
    if looked_at and not word:
        return _PARTS.split(looked_at[:60])[0].strip(), False
    if word and not changed and not looked_at:
        return word, status not in ("pending", "remaining", "planned", "todo", "to", "next", "needed")
    return word or status, changed


def _word(note: str, given: bool) -> str:
    """The status of the file that a note begins with; "Added a guard" and "routes added" speak of what is in it."""
    text = _SAID_UNCHANGED.sub(" ", note[:100])
    found = STATUS.match(text, _BEFORE.match(text).end())  # type: ignore[union-attr]  # it matches the empty text
    if found is None:
        return ""
    alone = _ALONE.match(text, found.end())
    if not alone and found[1].lower() == "new":
        return found[1] if _NEW_FILE.match(text, found.end()) else ""
    return found[1] if alone or (not given and _OF_THE_FILE.match(found[1])) else ""
