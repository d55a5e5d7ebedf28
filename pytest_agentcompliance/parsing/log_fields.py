"""The content of one chunk: its labelled fields, the files it claims, the commands it ran."""

import re
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import NamedTuple

from pytest_agentcompliance.parsing import log_commands, log_labels
from pytest_agentcompliance.parsing.log_commands import Ran
from pytest_agentcompliance.parsing.log_files import Named, Reader
from pytest_agentcompliance.parsing.log_labels import PARENT, SPECIFIED, SUB, TOP, FileList, Label
from pytest_agentcompliance.parsing.markdown import Line, stripped


@dataclass(slots=True)
class Field:
    """A labelled part: its label as written, the label's line, and its lines of text."""

    label: str
    line: int
    rows: list[str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """What stands under the label; empty where that has no letter and no digit."""
        text = "\n".join(row for row in self.rows if row)
        return text if re.search(r"[^\W_]", text) else ""


@dataclass(slots=True)
class Content:
    """What one chunk says. ``dresses`` are (what, line) of labels written otherwise than specified."""

    fields: dict[str, Field] = field(default_factory=dict)
    files: list[Named] = field(default_factory=list)
    commands: list[Ran] = field(default_factory=list)
    dresses: list[tuple[str, int]] = field(default_factory=list)


_EXACT = frozenset(map(log_labels.words, SPECIFIED.values()))


class _Shape(NamedTuple):
    """How the first label of a chunk is dressed; a word such as "Notes" is a label only where it looks like that."""

    bold: bool
    marked: bool
    indent: int


def read(lines: list[Line]) -> Content:
    """The content of a chunk, from the lines under its heading."""
    content = Content()
    shape: _Shape | None = None
    current: str | None = None
    indents: dict[str, int] = {}
    files: Reader | None = None
    ran: list[tuple[Line, str]] = []
    for line, following in zip_longest(lines, lines[1:]):
        label = log_labels.label(line)
        name, listed = _meaning(label, line, current, shape)
        if label and (name or listed):
            shape = shape or _Shape(label.bold, bool(line.marker), line.indent)
            files = None
            current = name
            if listed:
                files = Reader(listed.status, listed.changed, found=content.files)
                files.take(line, label.rest)
            if name:
                indents.setdefault(name, line.indent)
                entry = content.fields.setdefault(name, Field(label.written, line.number))
                entry.rows.append(stripped(label.rest))
                content.dresses.extend((what, line.number) for what in _dress(label, line, name, indents))
                if name == "commands":
                    ran.append((line, label.rest))
            continue
        if files is not None:
            _list(files, line, label, following)
        if current is not None:
            _add(content.fields[current], line)
            if current == "commands":
                ran.append((line, line.body))
    content.commands = list(log_commands.commands(ran))
    return content


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


def _list(files: Reader, line: Line, label: Label | None, following: Line | None) -> None:
    """One line of a list of files; a label such as "New:" or "Backend:" in it stands for a part of the list."""
    if line.kind == "heading":
        files.strict = True
    grouped = label and (label.key in ("new", "created", "modified") or log_labels.files(f"{label.key} files"))
    if label and grouped:
        listed = log_labels.files(f"{label.key} files")
        if listed and (listed.status or label.key not in ("", "other")):
            files.status, files.changed = label.written if listed.status else "", listed.changed
        if label.rest:
            files.take(line, label.rest)
        return
    named = files.take(line, following=following)
    if label and label.bold and not line.marker and not named:
        files.strict = True


def _add(entry: Field, line: Line) -> None:
    if line.kind in ("text", "html", "indented", "heading"):
        entry.rows.append(stripped(line.body))
    elif line.kind == "code":
        entry.rows.append(line.text.strip())


def _dress(label: Label, line: Line, name: str, indents: dict[str, int]) -> list[str]:
    dresses = []
    specified = SPECIFIED[name]
    written = re.sub(r"\s*\([^()]*\)\s*$", "", label.written).strip(" :")
    if log_labels.words(written) != log_labels.words(specified) or (written.lower() != specified.lower() and name == "notes"):
        dresses.append(f"label {written[:60]!r} for {specified!r}")
    if line.kind == "heading":
        dresses.append("labels as headings")
    else:
        if label.bold:
            dresses.append("labels in bold")
        if not line.marker:
            dresses.append("labels without a list marker")
        elif line.marker[0].isdigit():
            dresses.append("numbered labels")
        if not label.colon:
            dresses.append("labels without a colon")
    parent = PARENT.get(name)
    if parent in indents and line.indent <= indents[parent]:
        dresses.append("sub-labels not indented")
    return dresses
