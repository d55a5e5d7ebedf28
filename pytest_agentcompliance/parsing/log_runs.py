"""The commands that a log names outside of its chunks: where it speaks of commands, checks and their results."""

from dataclasses import dataclass, field

from pytest_agentcompliance.parsing import log_commands, log_labels
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.parsing.log_chunks import Outline
from pytest_agentcompliance.parsing.log_commands import Ran
from pytest_agentcompliance.parsing.log_labels import TOP, Label
from pytest_agentcompliance.parsing.markdown import Line, unticked

_OVER = late(
    r"\b(?:commands?|verification|verify|verified|tests? (?:results?|runs?|execution|summary|status|output)|tests|test|testing"
    r"|quality gates?|type ?checks?|type ?checking|check types|builds?|lint|linting|checks|validation|coverage|compilation)\b"
)
_NOT_OVER = late(
    r"\b(?:to run|how to|instructions?|usage|reproduce|manual|available|useful|setup|set up|prerequisites?|files?|plan)\b"
)
_ASKED_FOR = late(
    r"(?i)^(?:please |then |first )?(?:re-?)?"
    r"(?:run|execute|use|try|start|to|should|need|must|install|verify|check|if|when)\b"
)


@dataclass(slots=True)
class _Walk:
    """The state of the walk through the lines outside of the chunks."""

    sections: list[tuple[int, bool, bool]] = field(default_factory=list)  # level, over commands, still to be done
    held: list[tuple[Line, str]] = field(default_factory=list)
    found: list[Ran] = field(default_factory=list)
    label: int | None = None  # the indentation of a label over commands
    table: bool = False  # within a table that has a column of commands

    def heading(self, line: Line) -> None:
        self.close()
        while self.sections and self.sections[-1][0] >= line.level:
            self.sections.pop()
        over, left = self.sections[-1][1:] if self.sections else (False, False)
        left = left or log_labels.planned(line.body)
        self.sections.append((line.level, (over or _speaks(log_labels.words(unticked(line.body)))) and not left, left))

    def line(self, line: Line, following: Line | None) -> None:
        if self.sections and self.sections[-1][2]:
            return
        over = bool(self.sections) and self.sections[-1][1]
        body = unticked(line.body)
        if body.startswith("|"):
            self.table = self.table or (following is not None and _delimits(following.body) and _has_commands(body))
            if self.table or over:
                self.held.append((line, body))
            return
        self.table = False
        label = log_labels.label(line)
        if label is not None and self._begins(label, line):
            self.label = line.indent
            body = label.rest
        elif self.label is not None and (line.kind == "rule" or (label is not None and label.colon and line.indent <= self.label)):
            self.label = None
        if (over or self.label is not None) and not _ASKED_FOR.match(body):
            self.held.append((line, body))

    def close(self) -> None:
        self.found.extend(ran for ran in log_commands.commands(self.held) if log_commands.is_command(ran.command))
        self.held, self.label, self.table = [], None, False

    def _begins(self, label: Label, line: Line) -> bool:
        if not label.colon or log_labels.planned(label.written):
            return False
        return TOP.get(label.key) == "commands" or ((label.bold or bool(line.marker)) and _speaks(label.key))


def runs(lines: list[Line], outline: Outline) -> list[Ran]:
    """The commands that stand outside of the chunks, in the order of their lines."""
    walk = _Walk()
    spans = iter([(head.first - 1, head.end) for head in outline.heads])
    span = next(spans, None)
    for at, line in enumerate(lines):
        while span and at >= span[1]:
            span = next(spans, None)
        if span and at >= span[0]:
            if at == span[0]:
                walk.close()
                walk.sections = []
        elif line.kind == "heading":
            walk.heading(line)
        elif line.kind not in ("blank", "hidden", "under"):
            walk.line(line, lines[at + 1] if at + 1 < len(lines) else None)
    walk.close()
    return walk.found


def _speaks(key: str) -> bool:
    """Whether the words of a heading or label speak of commands that were run, or of what came of them."""
    return len(key.split()) <= 8 and bool(_OVER.search(key)) and not _NOT_OVER.search(key)


def _has_commands(row: str) -> bool:
    return any(log_labels.words(cell) in ("command", "commands", "command run") for cell in row[:2000].split("|"))


def _delimits(row: str) -> bool:
    return "-" in row and not row.strip("|:- \t")
