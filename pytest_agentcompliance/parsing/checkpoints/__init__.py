"""The checkpoints at which a run waits for a person, and the escalations with which it gives up, out of what was said."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from pytest_agentcompliance.parsing.blocker_options import Option, options_in
from pytest_agentcompliance.parsing.checkpoints.blocks import Block, Part, blocks, says
from pytest_agentcompliance.parsing.markdown import Line

__all__ = ["ESCALATION", "PARTS", "Checkpoint", "Escalation", "Part", "escalations", "options", "read"]

# The parts of a checkpoint, each by the name that the template has, and others that are met.
PARTS: Mapping[str, tuple[str, ...]] = {
    "Project": ("Project", "Project Name"),
    "Built": ("Built", "What Was Built", "What I Built", "What's Built", "Completed", "What Was Completed", "What Was Done",
        "What We Built", "What Is Built", "Implemented", "What Was Implemented", "What Is Done", "What's Done", "Done"),
    "Key Decisions": ("Key Decisions", "Decisions", "Key Decisions Made", "Decisions Made", "Design Decisions",
        "Key Technical Decisions", "Technical Decisions", "Key Design Decisions", "Important Decisions", "Decisions and Rationale",
        "Key Choices", "Architectural Decisions", "Key Architectural Decisions"),
    "Files Created": (
        "Files Created", "Files", "Files Created/Modified", "Files Created / Modified", "Files Created or Modified",
        "Files Created & Modified", "Files Created and Modified", "Files Modified", "Files Changed", "New Files", "Created Files",
        "Files Added", "Files Touched", "Files Created and Updated", "Files Created / Updated", "Files Created/Updated",
    ),
    "Test It": (
        "Test It", "Testing", "How to Test", "How to Test It", "Try It", "Try It Out", "Verify", "Verify It", "Preview", "Test",
        "Want to See It", "Verification", "Test It Out", "Test It Yourself", "Try It Yourself", "How to Try It", "How to Verify",
        "How to Verify It", "How to Test This", "Test This", "Test Commands",
    ),
    "Options": ("Options", "Your Options", "Option"),
    "DECISION": ("DECISION", "Your Decision", "Decision Needed", "Decision Required", "Your Choice", "Awaiting Decision"),
}  # fmt: skip
# The same of an escalation.
ESCALATION: Mapping[str, tuple[str, ...]] = {
    "Error": ("Error", "Error Summary", "Errors", "Problem", "Issue"),
    "Attempt History": ("Attempt History", "Attempts History", "History", "History of Attempts", "Attempt Log"),
    "Root Cause": ("Root Cause", "Root Cause Analysis", "Cause", "Analysis"),
    "Options": ("Options", "Recommended Options", "Your Options", "Proposed Options"),
    "DECISION": ("DECISION", "Your Decision", "Decision Needed", "Decision Required", "Your Choice", "Awaiting Decision"),
}  # fmt: skip
_WORD = re.compile(r"(?i)\bcheck[\s-]?point\b")
_GATE = re.compile(r"(?<![\w.])([A-Z]{1,3}\d{1,2}(?:\.\d{1,2})?)(?!\w|\.\w)")
_FIRST = re.compile(
    r"(?i)^\W*(?:[\w-]{1,20}\W{1,4}){0,2}?check[\s-]?point\b\W{0,6}(?:(?:gate|reached|ready|time|review)\b\W{0,3}){0,2}(?=[A-Z]{1,3}\d)"
    r"|^\W*[A-Z]{1,3}\d{1,2}(?:\.\d{1,2})?\W{0,4}(?:\w{1,20}\W{1,3}){0,3}check[\s-]?point\b"
)
# What is said of a checkpoint that was there already.
_SAID_OF = re.compile(
    r"(?i)\b(?:approved|passed|accepted|confirmed|skipped|pending|rejected|resolved|summary of|history|status|response|approval|"
    r"feedback|next)\b|✅"
)
_ESCALATES = re.compile(
    r"(?i)^\W*(?:self[\s-]?healing\W{0,3}(?:protocol\W{0,3})?escalation\b|escalation\W{0,4}self[\s-]?healing\b)"
)
_BOLD_MARK = re.compile(r"\*\*([A-H1-9])\*\*(?=\s+[^\W_])")  # "**A** Approve | **B** Changes"
_CHOICE = re.compile(
    r"(?i)^\W*(?:(?:option\s{1,3})?[A-H1-9](?:[).:](?=\s|$)|\W{0,3}$|\s[-–—]\s)"
    r"|(?:approved?|proceed(?:ing)?|continu(?:e|ing)|skip(?:ped)?|yes|accepted)\b(?!\s{0,3}(?:[/|]|or\b)))"
)
_NUMBER = re.compile(r"\d{1,3}")


@dataclass(frozen=True, slots=True)
class Presented:
    """What is put before a person to decide: its title, where it stands, and its parts by name."""

    title: str
    line: int
    last: int
    parts: Mapping[str, Part]

    @property
    def text(self) -> str:
        """Its title and its parts: what is the same where the same stands again."""
        return "\n".join([self.title, *(part.text for part in self.parts.values())])

    @property
    def options(self) -> tuple[Option, ...]:
        return options(self.parts.get("Options"))

    @property
    def decided(self) -> str:
        """What was chosen behind DECISION; empty where it was left open."""
        return _chosen(self.parts.get("DECISION"))

    def faults(self, wanted: Sequence[str], least: int, more: Sequence[str] = (), *, said: bool) -> list[str]:
        """What is wrong with the parts that are ``wanted``: missing, empty, fewer options than the ``least``.

        ``more`` is what else is wrong. ``said``: it is the agent's own message, in which nobody can have decided yet.
        """
        missing = [name for name in wanted if name not in self.parts]
        empty = [name for name in wanted if name in self.parts and name != "DECISION" and not self.parts[name].filled]
        wrong = [f"lacks {', '.join(missing)}"] if missing else []
        wrong += [f"leaves {', '.join(empty)} empty"] if empty else []
        wrong += more
        marked = [option for option in self.options if option.kind != "unmarked"]
        if "Options" in wanted and "Options" not in [*missing, *empty] and len(marked) < least:
            wrong.append(f"offers {len(marked)} options that can be named, and not {least}")
        if said and "DECISION" in wanted and self.decided:
            wrong.append(f"fills DECISION in itself: {self.decided[:40]!r}")
        return wrong

    def other_names(self, wanted: Sequence[str]) -> list[str]:
        """The labels that are written otherwise than the template has them."""
        named = {name: self.parts[name].label for name in wanted if name in self.parts}
        return [f"{label!r} for {name}" for name, label in named.items() if label.strip(" :").lower() != name.lower()]


@dataclass(frozen=True, slots=True)
class Checkpoint(Presented):
    """One checkpoint, with its gates: ``G5.1``; several where it is one for all of them."""

    gates: tuple[str, ...]

    @property
    def gate(self) -> str:
        return self.gates[0]


@dataclass(frozen=True, slots=True)
class Escalation(Presented):
    """One escalation, with the rows of its table of attempts, cell by cell."""

    attempts: tuple[tuple[str, ...], ...]


@lru_cache(maxsize=64)  # several rules read the same texts
def read(text: str, *, fenced: bool = True) -> tuple[Checkpoint, ...]:
    """The checkpoints of a text in order; never fails, in linear time. ``fenced``: those that are shown within a fence too.

    A line in a list or a table speaks of a checkpoint, and so does one that says that it was approved: neither is one.
    """
    if not _WORD.search(text):
        return ()
    found = []
    for block in blocks(text, _opens, PARTS, fenced=fenced):
        gates = tuple(dict.fromkeys(_GATE.findall(block.title)))
        spoken_of = _SAID_OF.search(block.title) or block.kind == "plain"
        if gates and not (spoken_of and not _stands(block)):
            found.append(Checkpoint(block.title, block.line, block.last, block.parts, gates))
    return tuple(found)


@lru_cache(maxsize=64)
def escalations(text: str, *, fenced: bool = True) -> tuple[Escalation, ...]:
    """The escalations of a text in order; never fails, in linear time. A mention without any part is none."""
    if "scalation" not in text.lower():
        return ()
    found = []
    for block in blocks(text, _escalates, ESCALATION, fenced=fenced):
        if block.parts or block.kind == "heading":
            table = block.parts.get("Attempt History")
            found.append(Escalation(block.title, block.line, block.last, block.parts, tuple(_rows(table)) if table else ()))
    return tuple(found)


def options(part: Part | None) -> tuple[Option, ...]:
    """The options that a part lists, on its own line or one a line."""
    if part is None:
        return ()
    lines = [replace(line, body=_BOLD_MARK.sub(r"\1)", line.body)) if "**" in line.body else line for line in part.lines]
    return options_in(lines)


def _opens(title: str) -> bool:
    return _FIRST.match(title) is not None


def _escalates(title: str) -> bool:
    return _ESCALATES.match(title) is not None


def _stands(block: Block) -> bool:
    """Whether a block is more than a mention: two of its parts are there."""
    return len(block.parts) > 1


def _chosen(part: Part | None) -> str:
    """The choice that a decision makes: a blank, a request to decide and a list of what there is to choose from are none."""
    if part is None or not part.filled or "__" in part.text:
        return ""
    first = next((line.body for line in part.lines if line.kind == "text" and says(line.body)), "")
    return first[:200] if _CHOICE.match(first) else ""


def _rows(table: Part) -> list[tuple[str, ...]]:
    """The rows of a table of attempts that say something, without its head; or the items of a list."""
    rows = [line for line in table.lines if line.kind == "text" and line.body.startswith("|")]
    cells = [tuple(cell.strip() for cell in line.body.strip("|").split("|")) for line in rows[:200]]
    ruled = next((at for at, row in enumerate(cells) if all(set(cell) <= set(":- ") and cell for cell in row)), None)
    body = cells if ruled is None else cells[ruled + 1 :]
    if not rows:
        body = [_item(line) for line in table.lines if line.marker[:1].isdigit() or _NUMBER.match(line.body.lstrip("*# "))][:200]
    return [row for row in body if any(says(cell) for cell in (row[1:] or row))]


def _item(line: Line) -> tuple[str, ...]:
    return (line.marker or line.body[:3], line.body)
