"""What the harness wrote down while the agent worked: its commands, reads, edits, calls of tools and messages, in order."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Literal

from pytest_agentcompliance.parsing.work import Work
from pytest_agentcompliance.place import Place

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.transcripts.replay import Replayed

StepKind = Literal["command", "read", "edit", "call", "message"]
Result = Literal["pass", "fail", "refused", ""]  # refused: the person, or a permission, did not let it happen
Speaker = Literal["agent", "person", "system"]


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happened. What does not belong to its kind is empty.

    command: ``text`` is the command line, ``folder`` where it ran as far as known, ``exit_code`` and ``result`` what came of it,
    ``output`` the end of what it printed, ``work`` what the tools in it say. ``result`` is what the harness says, and
    "fail" where a tool in the output does.
    read, edit: ``path`` is relative to the repository where it lies in it, else as written. A read has ``lines`` (first, last)
    where only a part was asked for. An edit has ``after`` (the whole file, or with ``before`` the piece that took its place;
    ``everywhere``: all of such pieces); None where only the path is known, or the text was too long to be kept. ``gone``: deleted.
    call: ``text`` is the tool's name, ``arguments`` its input, ``output`` its answer.
    message: ``text`` is what ``speaker`` said.
    """

    kind: StepKind
    number: int
    at: Place
    text: str = ""
    path: str = ""
    folder: str = ""
    exit_code: int | None = None
    result: Result = ""
    output: str = ""
    work: tuple[Work, ...] = ()
    lines: tuple[int, int] | None = None
    before: str | None = None
    after: str | None = None
    everywhere: bool = False
    gone: bool = False
    arguments: Mapping[str, object] = field(default_factory=dict)
    speaker: Speaker = "agent"
    session: str = ""
    agent: str = ""  # of a sub-agent; empty for the main one
    when: datetime | None = None
    background: bool = False  # a command whose end the step does not show


@dataclass(frozen=True)
class Transcript:
    """All steps that could be read. ``outside``: it was passed by who audits, and does not lie in the tree that the run wrote.

    ``unread`` counts what could not be read, by what it was; ``complete``: nothing of it speaks for a step that is missing.
    ``gaps`` are the numbers of the steps after which some may be missing, or whose own end is; 0 is before the first.
    """

    steps: tuple[Step, ...] = ()
    paths: tuple[str, ...] = ()
    formats: tuple[str, ...] = ()
    outside: bool = False
    unread: Mapping[str, int] = field(default_factory=dict)
    complete: bool = True
    gaps: tuple[int, ...] = ()
    notes: tuple[str, ...] = ()
    problem: str = ""

    def of(self, *kinds: StepKind) -> Iterator[Step]:
        """The steps of these kinds, in order."""
        return (step for step in self.steps if step.kind in kinds)

    @property
    def first_edit(self) -> Step | None:
        """The first edit that was not refused."""
        return next((step for step in self.of("edit") if step.result != "refused"), None)

    @property
    def last_word(self) -> Step | None:
        """The last message of the main agent."""
        said = [step for step in self.of("message") if step.speaker == "agent" and not step.agent and step.text.strip()]
        return said[-1] if said else None

    def replayed(self, start: Mapping[str, str] | None = None) -> "Replayed":
        """The files as its edits left them, over those that there were (``start``, path to text): for checks written by hand."""
        from pytest_agentcompliance.parsing.transcripts.replay import replay  # start-up time

        return replay(self.steps, start)

    def strangers(self, paths: Collection[str]) -> frozenset[str]:
        """The sessions that edit files and touch none of these, where another session edits one: of another run, it seems.

        A file may hold the runs of a benchmark beside one another.
        """
        if len({step.session for step in self.steps}) < 2:
            return frozenset()
        edits = [step for step in self.of("edit") if step.result != "refused"]
        own = {step.session for step in edits if step.path in paths}
        others = {step.session for step in edits} - own if own else set()
        if not others:
            return frozenset()
        near = {step.session for step in self.of("read") if step.path in paths}
        near |= {
            step.session
            for step in self.of("command")
            if step.session in others and any(path in step.text for path in list(paths)[:200])
        }
        return frozenset(others - near)
