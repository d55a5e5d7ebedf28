"""The content of one chunk: its labelled fields, the files it claims, the commands it ran."""

from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Literal, NamedTuple

from pytest_agentcompliance.parsing import log_commands, log_dresses, log_labels
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.log_commands import Ran
from pytest_agentcompliance.parsing.log_files import Named, Reader, named
from pytest_agentcompliance.parsing.log_labels import LOOSE, PARENT, SPECIFIED, SUB, TOP, FileList, Label
from pytest_agentcompliance.parsing.markdown import Line, stripped

Role = Literal["label", "text", "other", "blank", "hidden"]


@dataclass(slots=True)
class Field:
    """A labelled part: its label as written, the label's line, and its lines of text with their numbers."""

    label: str
    line: int
    rows: list[str] = field(default_factory=list)
    at: list[int] = field(default_factory=list)
    filled: bool = False  # a letter or a digit stands in it

    @property
    def text(self) -> str:
        """What stands under the label; empty where that has no letter and no digit."""
        return "\n".join(row for row in self.rows if row) if self.filled else ""

    def add(self, row: str, line: int) -> None:
        self.filled = self.filled or bool(_WORD.search(row))
        self.rows.append(row)
        self.at.append(line)


@dataclass(slots=True)
class Content:
    """What one chunk says. ``dresses`` are (what, line) of labels written otherwise than specified.

    ``taken`` says of each line in turn what it was read as, and of which field it is.
    """

    fields: dict[str, Field] = field(default_factory=dict)
    files: list[Named] = field(default_factory=list)
    commands: list[Ran] = field(default_factory=list)
    dresses: list[tuple[str, int]] = field(default_factory=list)
    taken: list[tuple[Role, str | None]] = field(default_factory=list)


class _Shape(NamedTuple):
    """How the first label of a chunk is dressed; a word such as "Notes" is a label only where it looks like that."""

    bold: bool
    marked: bool
    indent: int
    numbered: bool = False
    level: int = 0  # of a heading


@dataclass(slots=True)
class _Under:
    """A sub-label whose siblings in the list may belong to its parent."""

    indent: int
    filled: bool  # it says something on its own line, or in lines indented below it
    flat: bool = False  # what it says stands at its own level


_WORD = late(r"[^\W_]")
_EXACT = frozenset(map(log_labels.words, SPECIFIED.values()))
_OF_A_COMMAND = frozenset(("result", "results", "output", "outcome", "status", "exit code"))
_LONGEST_KEY = 6  # words of an unknown label


def read(lines: list[Line]) -> Content:
    """The content of a chunk, from the lines under its heading."""
    reading = _Reading()
    for line, following in zip_longest(lines, lines[1:]):
        reading.take(line, following)
    return reading.done(lines[0].number if lines else 0)


@dataclass(slots=True)
class _Reading:
    """The state of the walk through the lines of a chunk."""

    content: Content = field(default_factory=Content)
    shape: _Shape | None = None
    current: str | None = None
    indents: dict[str, int] = field(default_factory=dict)
    files: Reader | None = None
    base: FileList | None = None
    ran: list[tuple[Line, str]] = field(default_factory=list)
    under: _Under | None = None
    divided: bool = False  # the current field begins with labels of its own, dressed as the chunk's are
    flat: bool = False  # what the current field says stands at the level of its label
    loose: dict[str, list[tuple[int, str]]] = field(default_factory=dict)

    def take(self, line: Line, following: Line | None) -> None:
        label = log_labels.label(line)
        name, listed = _meaning(label, line, self.current, self.shape)
        if label and (name or listed):
            self._begin(label, line, name, listed)
            self.content.taken.append(("label", name) if name else ("other", None))
            return
        if label and self._foreign(label, line):
            self.current = self.files = self.under = None
        if self.files is not None and line.kind not in ("hidden", "under", "fence"):
            _list(self.files, self.base, line, label, following)
        if self.current is not None:
            self._add(line)
        self.content.taken.append(_role(line, self.current))

    def done(self, first: int) -> Content:
        self.content.commands = list(log_commands.commands(self.ran))
        for name, labels in self.loose.items():
            other = "adapters" if name == "core" else "core"
            if other not in self.content.fields and name in self.content.fields:
                self._into_parent(name, dict(labels), first)
        return self.content

    def _begin(self, label: Label, line: Line, name: str | None, listed: FileList | None) -> None:
        if self.shape is None:
            marker = line.marker[:1]
            self.shape = _Shape(label.bold, bool(marker), line.indent, marker.isdigit(), line.level)
        self.files = self.under = None
        self.current, self.divided, self.flat = name, False, False
        if listed:
            self.base = listed
            self.files = Reader(listed.status, listed.changed, found=self.content.files)
            self.files.take(line, label.rest)
        if name is None:
            return
        self.indents.setdefault(name, line.indent)
        known = self.content.fields.get(name)
        entry = self.content.fields.setdefault(name, Field(label.written, line.number))
        entry.add(stripped(label.rest), line.number)
        self.content.dresses.extend((what, line.number) for what in log_dresses.of_label(label, line, name, self.indents))
        if label.key in LOOSE and (known is None or name in self.loose):
            self.loose.setdefault(name, []).append((line.number, stripped(line.body)))
        else:
            self.loose.pop(name, None)
        if name in PARENT and line.marker:
            self.under = _Under(line.indent, bool(label.rest))
        if name == "commands":
            self.ran.append((line, label.rest))

    def _add(self, line: Line) -> None:
        """One more line of the current field."""
        if self.under is not None and line.marker:
            if line.indent > self.under.indent:
                self.under.filled = True
            elif line.indent == self.under.indent and self.under.filled and not self.under.flat:
                parent = PARENT.get(self.current or "")
                self.current = parent if parent in self.content.fields else self.current
                self.under = None
            else:
                self.under.flat = True
        if self.shape is not None and self.shape.marked and line.marker and line.indent <= self.shape.indent:
            self.flat = True
        assert self.current is not None
        entry = self.content.fields[self.current]
        if line.kind in ("text", "html", "indented", "heading"):
            entry.add(stripped(line.body), line.number)
        elif line.kind == "code":
            entry.add(line.text.strip(), line.number)
        if self.current == "commands":
            self.ran.append((line, line.body))

    def _foreign(self, label: Label, line: Line) -> bool:
        """Whether an unknown label stands beside the chunk's own: what follows is no part of the field before it."""
        shape = self.shape
        if (self.current is None and self.files is None) or shape is None or self.divided:
            return False
        if line.kind == "heading" or shape.level:
            beside = line.kind == "heading" and 0 < line.level <= shape.level
        else:
            dressed = _Shape(shape.bold, bool(line.marker), line.indent, line.marker[:1].isdigit())
            strong = label.bold or (bool(line.marker) and not shape.bold)
            beside = label.colon and dressed == shape and strong and not self.flat
        if not beside or len(label.key.split()) > _LONGEST_KEY or named(label.written, strict=True):
            return False
        if self.files is not None and log_labels.files(f"{label.key} files"):
            return False
        if self.current == "commands" and (label.key in _OF_A_COMMAND or list(log_commands.commands([(line, label.rest)]))):
            return False
        if self.current is not None and not self.content.fields[self.current].filled:
            self.divided = True  # without them the field would say nothing
            return False
        return True

    def _into_parent(self, name: str, labels: dict[int, str], first: int) -> None:
        """ "Core layer: x" without the other half is a sentence of the note that it stands in."""
        entry = self.content.fields.pop(name)
        fresh = PARENT[name] not in self.content.fields
        parent = self.content.fields.setdefault(PARENT[name], Field(entry.label, entry.line))
        rows = [*zip(parent.at, parent.rows, strict=True)]
        rows += [(at, labels.get(at, row)) for at, row in zip(entry.at, entry.rows, strict=True)]
        rows.sort(key=lambda row: row[0])
        parent.at, parent.rows, parent.filled = [at for at, _ in rows], [row for _, row in rows], True
        if not fresh:  # a sentence is dressed as it likes
            self.content.dresses = [one for one in self.content.dresses if one[1] not in labels]
        for at in entry.at:
            self.content.taken[at - first] = ("label" if fresh and at == entry.line else "text", PARENT[name])


def _role(line: Line, current: str | None) -> tuple[Role, str | None]:
    if line.kind == "blank" or (line.kind in ("text", "html", "indented") and not line.body and not line.marker):
        return "blank", None
    if line.kind == "hidden":
        return "hidden", None
    return ("text", current) if current is not None and line.kind != "rule" else ("other", None)


def _meaning(label: Label | None, line: Line, current: str | None, shape: _Shape | None) -> tuple[str | None, FileList | None]:
    """The field that a label names, and what it says of files where it is over a list of them."""
    if label is None:
        return None, None
    strong = line.kind == "heading" or (label.key in TOP and " " in label.key) or log_labels.over_changes(label.key)
    if strong and shape and line.kind != "heading" and line.indent > shape.indent + 1:
        strong = label.key in _EXACT  # within the text of another field only the specified words are a label
    if label.key in SUB:
        name = SUB[label.key]
        at_home = current is not None and PARENT.get(current, current) == PARENT[name]
        if at_home or label.key.count(" ") > 1:
            return name, None
    if not strong and not _alike(label, line, shape):
        return None, None
    if label.key in TOP:
        return TOP[label.key], None
    if listed := log_labels.files(label.key):
        if not strong and current == "files_changed":
            return None, None
        return ("files_changed" if listed.field else None), listed
    return None, None


def _alike(label: Label, line: Line, shape: _Shape | None) -> bool:
    if shape is None:
        return label.colon or label.bold or bool(line.marker)
    if line.indent > shape.indent + 1:
        return False
    return label.bold or (not shape.bold and bool(line.marker) == shape.marked and (label.colon or shape.marked))


def _list(files: Reader, base: FileList | None, line: Line, label: Label | None, following: Line | None) -> None:
    """One line of a list of files; a label such as "New:" or "Backend:" in it stands for a part of the list."""
    if line.kind == "heading":
        files.strict = True
    if log_labels.leads_to_plans(line):
        files.status, files.changed = "", False
        return
    grouped = label and (label.key in ("new", "created", "modified") or log_labels.files(f"{label.key} files"))
    if label and grouped:
        listed = log_labels.files(f"{label.key} files")
        part = log_labels.within(listed, base)
        if listed and part and (listed.status or label.key not in ("", "other")):
            files.status, files.changed = label.written if listed.status else part.status, part.changed
        if label.rest:
            files.take(line, label.rest)
        return
    found = files.take(line, following=following)
    if label and label.bold and not line.marker and not found:
        files.strict = True
