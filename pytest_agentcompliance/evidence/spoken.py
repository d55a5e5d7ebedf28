"""What the agent said, wherever the run kept it: its report, the messages of its transcript, papers that the run wrote."""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Literal

from pytest_agentcompliance.evidence.changes import ChangeSet
from pytest_agentcompliance.evidence.report import Report
from pytest_agentcompliance.evidence.transcript import Transcript
from pytest_agentcompliance.place import Place

_PROSE = (".md", ".mdx", ".markdown", ".txt")
# Definitions of agents, templates, examples: they say how it is done, and nothing was done.
ASIDE = re.compile(
    r"(?i)(?:^|/)(?:\.?agents?|prompts?|templates?|schemas?|examples?|samples?|fixtures?|__\w+__|tests?|skills?|commands?"
    r"|protocols?|constants|\.(?:claude|cursor|codex|github|opencode|gemini))/|template|protocol|example|schema"
)
LONGEST = 1024 * 1024  # characters of a paper that is read


@dataclass(frozen=True, slots=True)
class Spoken:
    """One text. ``at`` is where its first line lies; ``step`` is the number of the transcript's step, 0 where it stands in a file.

    ``whole``: line n of the text is line n of the place; a message of a transcript lies in one line of its file, whose number
    every line of the message has.
    """

    text: str
    at: Place
    source: Literal["message", "paper", "report"]
    step: int = 0
    whole: bool = True
    before: str = ""  # of a paper: what base had in its place

    def place(self, line: int) -> Place:
        """Where a line of the text (from 1) lies."""
        return Place(self.at.path, (self.at.line or 1) + line - 1) if self.whole else self.at


def spoken(
    report: Report | None, transcript: Transcript | None, changes: ChangeSet | None, signs: Collection[bytes]
) -> tuple[Spoken, ...]:
    """The messages of the main agent in order, then the papers that the run wrote, then the report, each text once.

    A paper is a file of prose whose patch has one of ``signs``, patterns of bytes. The report of a transcript is its last message.
    """
    found = []
    usable = transcript if transcript is not None and not transcript.problem else None
    if usable is not None:
        found += [
            Spoken(step.text, step.at, "message", step.number, whole=False)
            for step in usable.of("message")
            if step.speaker == "agent" and not step.agent and step.text.strip()
        ]
    named = report.path if report is not None and report.source == "file" else None
    if changes is not None:
        found += [one for one in _papers(changes, signs) if one.at.path != named]
    if report is not None and not report.problem and report.text.strip() and (report.source != "transcript" or usable is None):
        found.append(Spoken(report.text, Place(report.path, report.line), "report"))
    return tuple(found)


def _papers(changes: ChangeSet, signs: Collection[bytes]) -> Iterator[Spoken]:
    """Only what the run wrote is its word: a template that lay there before is none."""
    own = (one for one in changes if one.path.lower().endswith(_PROSE) and not ASIDE.search(one.path))
    prose = frozenset(one.position for one in own if one.is_text)
    hits = {one.position for sign in signs for one in changes.containing(re.compile(sign, re.DOTALL), prose)}
    for change in changes.readable(one for one in changes if one.position in hits):
        assert change.after is not None
        text = change.after.text()
        if text.strip() and len(text) <= LONGEST:
            before = change.before.text() if change.before is not None else ""
            yield Spoken(text, Place(change.path, 1), "paper", before=before if len(before) <= LONGEST else "")
