"""A blocker of a BLOCKERS.md as it grows line by line, with the parts that were begun."""

from dataclasses import dataclass, field

from pytest_agentcompliance.parsing import blocker_words as say
from pytest_agentcompliance.parsing.blocker_options import options_in
from pytest_agentcompliance.parsing.blocker_words import PartName
from pytest_agentcompliance.parsing.log_labels import words
from pytest_agentcompliance.parsing.markdown import Line


@dataclass(slots=True)
class Entry:
    """A blocker as it grows. ``rank``: 3 beyond doubt, 2 listed among blockers, 1 sounds like one, 0 any other heading."""

    title: str
    line: int
    level: int
    rank: int
    resolved: bool = False
    standing: str = ""
    parts: dict[PartName, "RawPart"] = field(default_factory=dict)
    keys: set[str] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)
    part: "RawPart | None" = None
    answer: str | None = None  # the label of an answer waits for its text
    proposed: bool = False  # only a part named "Resolution" answers, which may as well say what is to be done
    asks: bool = False  # a decision has to be made: it stands in a list of those, or asks for one in its text


@dataclass(slots=True)
class RawPart:
    label: str
    line: int
    dress: str
    level: int  # of the heading that it is, 0 of a label
    first: str
    lines: list[Line] = field(default_factory=list)


def heading_within(entry: Entry, line: Line) -> None:
    """A heading within a blocker that does not begin a part."""
    key = words(line.body.partition(":")[0])
    entry.lines.append(line)
    if key in say.STATES:
        entry.standing = say.says(line.body.partition(":")[2]) or entry.standing
    elif key in say.ANSWERS:
        rest = line.body.partition(":")[2]
        answered(entry, key, rest)
        entry.answer, entry.part = (None if rest.strip() else key), None
    elif entry.part is not None and (line.level > entry.part.level > 0 or options_in([line])):
        entry.part.lines.append(line)
    else:
        entry.part = None


def answered(entry: Entry, key: str, text: str) -> None:
    """Note the answer that a label of the blocker, or the text behind it, gives."""
    if say.answers(text):
        entry.proposed = key == "resolution" and (entry.proposed or not entry.resolved)
        entry.resolved = True


def part_of(name: PartName, label: say.Label, line: Line) -> RawPart:
    """The part that a label or a heading begins, with what makes it differ from the template."""
    heading = line.kind == "heading"
    kinds = ["heading" if heading else "" if label.bold else "not bold", "list item" if line.marker else ""]
    kinds.append("" if label.written.strip(" :").lower() == say.SPECIFIED[name].lower() else "other words")
    return RawPart(label.written, line.number, ", ".join(filter(None, kinds)), line.level if heading else 0, label.rest)
