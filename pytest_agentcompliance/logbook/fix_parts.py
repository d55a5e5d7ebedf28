"""A chunk taken apart: what stands under each of its labels, and what stands under none."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import groupby

from pytest_agentcompliance.logbook.fix_rows import UNDERLINE, lead
from pytest_agentcompliance.parsing import log_fields, log_labels
from pytest_agentcompliance.parsing.log_labels import PARENT, SPECIFIED, FileList, Label
from pytest_agentcompliance.parsing.markdown import Line

ORDER = {name: at for at, name in enumerate(SPECIFIED)}


@dataclass(slots=True)
class Part:
    """A label with the lines under it. ``name`` is the field that it is for; None for a label that the format does not know.

    ``beside`` are lists of lines that stand beside a sub-label and belong to its parent. ``loose`` are the lines from
    the first heading or break on: they stay as they are, and what follows them is a ``section`` of its own, over whose
    bounds nothing is moved.
    """

    line: Line
    label: Label
    name: str | None
    section: int
    rank: int
    lines: list[Line] = field(default_factory=list)
    beside: list[list[Line]] = field(default_factory=list)
    loose: list[Line] = field(default_factory=list)

    @property
    def inner(self) -> int:
        """The column at which the text of the label's list item begins."""
        return inner(self.line)

    @property
    def listed(self) -> FileList | None:
        return log_labels.files(self.label.key) if self.name == "files_changed" else None


@dataclass(slots=True)
class Content:
    """The lines before the first label, the parts, and the blank lines and breaks at the end."""

    prelude: list[Line] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    tail: list[Line] = field(default_factory=list)
    section: int = 0
    rank: int = -1

    def begin(self, line: Line, label: Label, name: str | None) -> None:
        if self.parts and self.parts[-1].loose:
            self.section, self.rank = self.section + 1, -1
        self.rank = ORDER[name] if name else self.rank
        self.parts.append(Part(line, label, name, self.section, self.rank))

    def add(self, line: Line, owner: str | None) -> None:
        if not self.parts:
            self.prelude.append(line)
            return
        part = self.parts[-1]
        if line.kind == "under" and line.number == part.line.number + 1 and UNDERLINE.match(line.text):
            return  # the rest of a label that is an underlined heading
        if part.loose or line.kind == "heading" or (line.kind == "rule" and lead(line.text)[0] < max(part.inner, 1)):
            part.loose.append(line)
            return
        if owner and not part.beside and owner == PARENT.get(part.name or ""):
            part.beside.append([])
        if part.beside and line.marker and lead(line.text)[0] <= lead(part.line.text)[0]:
            part.beside.append([])
        (part.beside[-1] if part.beside else part.lines).append(line)

    def opens(self, line: Line, label: Label) -> bool:
        """Whether an unknown label stands beside the known ones, and is not one among the lines under another."""
        if line.kind == "rule":
            return False
        if not self.parts or self.parts[-1].name is None:
            if log_labels.files(label.key) is not None and (label.colon or label.bold):
                return True
            other = self.parts[-1] if self.parts else None
            return other is not None and label.colon and (label.bold, *_dress(line)) == (other.label.bold, *_dress(other.line))
        return True


def take_apart(lines: Sequence[Line]) -> Content:
    """The content of a chunk, as the reader understands it; every line is in exactly one place."""
    end = len(lines)
    while end and lines[end - 1].kind in ("blank", "rule"):
        end -= 1
    content = Content(tail=list(lines[end:]))
    for line, (role, name) in zip(lines[:end], log_fields.read(list(lines)).taken, strict=False):
        label = log_labels.label(line) if role in ("label", "other") else None
        if label and (role == "label" or content.opens(line, label)):
            content.begin(line, label, name)
        else:
            content.add(line, name)
    return content


def inner(line: Line) -> int:
    """The column at which the text of a list item begins; 0 where the line is none."""
    return lead(line.text)[0] + len(line.marker) + 1 if line.marker else 0


def _dress(line: Line) -> tuple[str, bool, int]:
    return line.kind, bool(line.marker), lead(line.text)[0]


def in_order(parts: Sequence[Part]) -> list[Part]:
    """The parts as the format has them; a list of files that is no field stays behind the field it stands behind."""
    return [part for _, section in groupby(parts, lambda part: part.section) for part in sorted(section, key=lambda one: one.rank)]


def nested(part: Part, parts: Sequence[Part]) -> bool:
    """Whether a part is a sub-label of a label that its section has."""
    parent = PARENT.get(part.name or "")
    return parent is not None and any(other.name == parent and other.section == part.section for other in parts)
