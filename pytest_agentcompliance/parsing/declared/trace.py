"""One choice against all entries: whether it traces, and where it does not, why, in words."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pytest_agentcompliance.parsing.choices import Choice
from pytest_agentcompliance.parsing.declared import Entry, Hit
from pytest_agentcompliance.parsing.declared.match import find
from pytest_agentcompliance.parsing.declared.names import job_words, names_of, near_of, roughly_of


@dataclass(frozen=True, slots=True)
class Untraced:
    """A choice that no entry of base names: why not, in words, and the entry that the run added for it, if there is one."""

    choice: Choice
    why: str
    own: Hit | None = None


def untraced(choice: Choice, entries: Sequence[Entry], own: Sequence[Entry]) -> Untraced | None:
    """None where an entry names the choice and counts; ``own`` are the entries that the run added, which do not."""
    names = names_of(choice)
    hit, refused = find(names, entries)
    if hit is not None:
        return None
    if choice.kind == "schedule" and find(job_words(choice), [one for one in entries if not one.common])[0] is not None:
        return None  # the story speaks of such a job
    roughly, _ = find(roughly_of(choice), entries)
    added, _ = find(names, own)
    after = f"; {added.entry.path}:{added.line} names it, and came with the run" if added else ""
    if roughly is not None and not choice.minor:
        lesser = replace(choice, minor=f"{roughly.told()} decides for what it belongs to")
        return Untraced(lesser, f"no entry names it itself{after}", added)
    return Untraced(choice, _why(choice, refused, entries) + after, added)


def _why(choice: Choice, refused: Hit | None, entries: Sequence[Entry]) -> str:
    if refused is not None:
        return f"{refused.told()} names it, but {refused.refused}"
    if not entries:
        return "no document of the story, and none of the stack or of decisions, was found at base that could name it"
    hit, beside = find(near_of(choice), entries)
    near = hit or beside
    return "no entry names it; " + (f"nearest: {near.told()}" if near else "nothing is near it")
