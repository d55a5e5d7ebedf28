"""The files that a log names outside of its chunks: under headings, labels and lead-ins, and in its prose."""

import re
from dataclasses import dataclass, field

from pytest_agentcompliance.parsing import log_labels
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.log_chunks import Outline
from pytest_agentcompliance.parsing.log_files import Named, Reader, expanded, judged, named
from pytest_agentcompliance.parsing.log_labels import FileList, Label
from pytest_agentcompliance.parsing.markdown import Line, stripped, unticked, word_set

_VERB = late(
    r"(?i)^(?:\w+ly )?(?:added|created|updated|modified|removed|deleted|changed|extended|refactored|renamed|replaced|fixed"
    r"|introduced|moved|implemented|rewrote|wrote|wired|exported|converted|migrated|registered)\b"
)
_LEAD_IN = late(r"(?i)\b(?:added|created|updated|modified|removed|deleted|changed|extended|refactored|touched)\b.*:\**$")
_BORROWED = late(
    r"(?i)\b(?:from|following|follows|like|per|see|using|pattern|mirrors?|matching|match|via|by|based on|than|instead of|not)\s+$"
)
_UNCHANGED = late(r"^(?:no|not) (?:\w+ ){0,2}(?:chang|modif|edit|updat)\w*")
_LEFT = late(
    r"(?i)^(?:no (?:\w+ )?(?:changes?|modifications?)|unchanged|not (?:changed|modified)|(?:\w+ )?already\b|exists?\b|none\b)"
)
LONGEST_LEAD_IN = 400  # characters
_NUMBERED = late(r"^\d{1,4}[.)]\s+")
_STEP = late(
    r"(?i)^(?:(?:step|phase|task|fix|issue|part|change|file)s? \d[\d.]*(?:\s*[-–—&,]\s*\d[\d.]*)?\s*[:.)–—-]+\s*"
    r"|\d{1,4}[.)]\s+)"
)
_TO_THE_FILE = late(
    r"(?i)^(created?|generated?|updated?|modif(?:ied|y)|extended?|refactored|rewrote|renamed|deleted?|wired|migrated)\b"
)
_FILE_LABELS = word_set("file,files,path,paths,file path,location", ",")
_SAYS_STATUS = word_set("status,action,change,operation,result,outcome", ",")

_MARKED = late(r"`([^`\s]{1,300}\.[A-Za-z][A-Za-z0-9]{0,9})`|\*\*([^*\s]{1,300}\.[A-Za-z][A-Za-z0-9]{0,9})\*\*")


@dataclass(slots=True)
class _Section:
    level: int
    listed: FileList | None
    left: bool = False  # what stands in it is still to be done, or was left as it is
    verb: str = ""  # that the heading begins with: "Created the port"


@dataclass(slots=True)
class _Walk:
    """The state of the walk through the lines outside of the chunks."""

    prose: bool  # whether prose counts: only in a log without chunks
    found: list[Named] = field(default_factory=list)
    sections: list[_Section] = field(default_factory=list)
    reader: Reader | None = None
    group: int | None = None  # where in `found` the files of the last label over files begin

    @property
    def listed(self) -> FileList | None:
        return self.sections[-1].listed if self.sections else None

    def heading(self, line: Line) -> None:
        while self.sections and self.sections[-1].level >= line.level:
            self.sections.pop()
        self.group = None
        above = self.listed
        text = _NUMBERED.sub("", unticked(line.body))
        left = self._left
        paths = named(text, strict=True)
        if paths and "/" in paths[0].path:
            changed = (above.changed if above else True) and not left
            reader = Reader(above.status if above else "", changed, strict=True, found=self.found)
            self.group = len(self.found)
            reader.take(line, text)
            self.sections.append(_Section(line.level, None))
            self.reader = None
            return
        key = log_labels.words(text)
        listed = log_labels.files(key)
        if listed is None and above is not None:
            listed = log_labels.files(f"{key} files") or above
        listed = log_labels.within(listed, above)
        if listed and left and not listed.status:
            listed = FileList("", False, False)
        planned = log_labels.planned(line.body) or bool(_UNCHANGED.match(key))
        verb = _TO_THE_FILE.match(_STEP.sub("", text))
        self.sections.append(_Section(line.level, listed, planned, verb[1] if verb else ""))
        self.reader = self._under(listed)

    def line(self, line: Line, following: Line | None) -> None:
        label = log_labels.label(line)
        listed = log_labels.files(label.key) if label else None
        if label and listed and (label.colon or label.bold):
            self._labelled(line, label, listed)
        elif label and label.rest and self.group is not None and label.key in _SAYS_STATUS:
            self._amend(label.rest)
        elif log_labels.leads_to_plans(line):
            self.reader = Reader("", changed=False, strict=True, found=self.found)
        elif label and label.bold and not line.marker and not label.rest:
            group = log_labels.files(f"{label.key} files") if self.listed else None
            self.reader = self._under(log_labels.within(group, self.listed))
            if self.reader and not group:
                self.reader.strict = True
        elif (
            label
            and label.rest
            and (group := log_labels.files(f"{label.key} files"))
            and group.status
            and named(label.rest, strict=True)
        ):
            Reader(group.status, group.changed, strict=True, found=self.found).take(line, label.rest)
        elif label and self.listed and not label.rest and (group := log_labels.files(f"{label.key} files")):
            self.reader = self._under(log_labels.within(group, self.listed))
        elif line.kind == "text" and not line.marker and self._leads_in(line):
            self._prose(line)
            verb = _TO_THE_FILE.match(stripped(unticked(line.body)))
            self.reader = Reader(verb[1].lower() if verb else "", strict=True, found=self.found)
        else:
            named_here = self.reader.take(line, following=following) if self.reader else 0
            if not named_here and self.prose:
                self._prose(line)

    def _labelled(self, line: Line, label: Label, listed: FileList) -> None:
        changed = listed.changed and (bool(listed.status) or not self._only_looked_at())
        status = listed.status
        if label.key in _FILE_LABELS and changed:
            over = next((section.listed for section in reversed(self.sections) if section.listed), None)
            status = (over.status if over and over.changed else "") or (self.sections[-1].verb if self.sections else "")
        self.group = len(self.found)
        self.reader = Reader(status, changed, found=self.found)
        if self.reader.take(line, label.rest):
            below = self.listed if label.key in ("file", "path", "file path") else FileList(status, changed, field=True)
            self.reader = self._under(below)
            if self.reader:
                self.reader.strict = True

    def _amend(self, said: str) -> None:
        """ "Status: no changes needed" under "File: x": what is said of the files of the last label."""
        said = stripped(unticked(said))
        for at in range(self.group or 0, len(self.found)):
            one = self.found[at]
            if _LEFT.match(said):
                self.found[at] = one._replace(changed=False, aside=True)
            elif not one.status and one.changed and _TO_THE_FILE.match(said):
                self.found[at] = one._replace(status=judged((said,), "", changed=True)[0])
        self.group = None

    def _leads_in(self, line: Line) -> bool:
        return self.prose and not self.listed and len(line.body) < LONGEST_LEAD_IN and bool(_LEAD_IN.search(line.body))

    @property
    def _left(self) -> bool:
        return any(section.left for section in self.sections)

    def _only_looked_at(self) -> bool:
        """Whether the nearest headings speak of what is verified, or of what is still to do."""
        return self._left or any(section.listed and not section.listed.changed for section in self.sections)

    def _under(self, listed: FileList | None) -> Reader | None:
        return Reader(listed.status, listed.changed, found=self.found) if listed else None

    def _prose(self, line: Line) -> None:
        """ "Added x to `path`": the file of a sentence that begins with what was done to it."""
        if line.kind != "text" or len(line.body) > 2000:
            return
        verb = _VERB.match(stripped(unticked(line.body)))
        if verb is None:
            return
        paths = [one for one in named(line.body) if "/" in one.path and re.search(r"\.\w+$", one.path)]
        if not paths or paths[0].path.startswith((".", "/api/")) or f"`{paths[0].path}`" not in line.body:
            return
        before = line.body[: line.body.find(paths[0].path)].rstrip("`")
        if ":" in before or _BORROWED.search(before) or re.search(r"(?i)\b(?:import|imports) (?:from|of)\b", before):
            return
        status = stripped(unticked(line.body)).split()[0].lower()
        self.found.extend(Named(path, status, True, line.number) for one in paths for path in expanded(one.path))


def claims(lines: list[Line], outline: Outline, *, prose: bool = True) -> list[Named]:
    """The files that are named outside of the chunks, in the order of their lines; without chunks in sentences too (``prose``)."""
    walk = _Walk(prose=prose and not outline.heads)
    spans = iter([(head.first - 1, head.end) for head in outline.heads])
    span = next(spans, None)
    for at, line in enumerate(lines):
        while span and at >= span[1]:
            span = next(spans, None)
            walk.reader = None
        if span and at >= span[0]:
            if line.kind == "heading" and at == span[0]:
                walk.sections, walk.reader = [], None
            continue
        if line.kind == "heading":
            walk.heading(line)
        elif line.kind not in ("blank", "hidden", "fence", "under"):
            walk.line(line, lines[at + 1] if at + 1 < len(lines) else None)
    return walk.found


def in_passing(lines: list[Line]) -> list[tuple[str, int]]:
    """Every name of a file that stands in marks of code or in bold, with the line where it stands first."""
    found: dict[str, int] = {}
    for line in lines:
        if line.kind == "text":
            for mark in _MARKED.finditer(line.body[:4000]):
                found.setdefault(mark[1] or mark[2], line.number)
    return list(found.items())
