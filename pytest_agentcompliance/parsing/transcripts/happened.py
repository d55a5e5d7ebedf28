"""What happened in a session, before it is known which repository it happened in; and the tape that holds it within bounds."""

from collections import Counter, deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from pytest_agentcompliance.parsing.transcripts.hidden import broke, checks, found_nothing, hidden
from pytest_agentcompliance.parsing.transcripts.texts import clean, plain, weight
from pytest_agentcompliance.parsing.work import Work

Kind = Literal["command", "read", "edit", "call", "message"]
Result = Literal["pass", "fail", "refused", ""]
Speaker = Literal["agent", "person", "system"]

STEPS = 200_000  # that are kept
OUTPUT, MESSAGE, EDIT, COMMAND = 8 * 1024, 32 * 1024, 256 * 1024, 64 * 1024  # characters of one text that are kept
TOTAL = 64 * 1024 * 1024  # characters of all edits' texts that are kept, and as many of all other texts
EARLY = 1000  # answers that may wait for their calls
FACTS: Mapping[str, tuple[str, ...]] = {"command": ("exit_code", "background"), "read": ("lines",), "call": ("arguments",)}
READ_FOR_WORK = 32 * 1024  # characters at the end of an output in which tools are asked what they did


@dataclass(slots=True)
class Happened:
    """One step; its fields are those of ``evidence.transcript.Step``. Paths are as written; ``cwd`` is where it happened."""

    kind: Kind
    line: int
    text: str = ""
    path: str = ""
    cwd: str = ""
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
    agent: str = ""
    when: datetime | None = None
    background: bool = False
    file: int = 0


class Tape:
    """The steps of one or more files, in the order in which they were read.

    ``unread`` counts what could not be read, by what it was; ``gaps`` say why steps may be missing; ``cut`` counts texts that
    were shortened or left out. What comes twice (the same id) is kept once.
    """

    def __init__(self) -> None:
        self.steps: list[Happened] = []
        self.unread: Counter[str] = Counter()
        self.gaps: Counter[str] = Counter()
        self.gap_after: list[Happened | None] = []  # the steps after which some may be missing; None: before the first
        self.cut: Counter[str] = Counter()
        self.formats: dict[str, None] = {}
        self.folders: dict[str, dict[str, None]] = {}  # the folders that each session was in
        self.file = 0
        self.dropped = 0
        self._known: set[str] = set()
        self._waiting: dict[str, list[Happened]] = {}
        self._early: dict[str, tuple[str, Result, Mapping[str, object]]] = {}  # answers that came before their calls
        self._used: set[str] = set()
        self._edits, self._lines, self._texts = _Budget("edits"), _Budget("commands"), _Budget("texts of early steps")
        self._last: Happened | None = None

    def gap(self, why: str) -> None:
        """After the last step that was read some may be missing, and why."""
        self.gaps[why] += 1
        self.gap_after.append(self.steps[-1] if self.steps else None)

    def has(self, ref: str) -> bool:
        """Whether something with this id was met before; now it was."""
        if not ref or ref in self._known:
            return bool(ref)
        if len(self.steps) < STEPS:
            self._known.add(ref)
        return False

    def add(self, step: Happened, ref: str = "") -> Happened:
        """Keep a step. Its answer comes under ``ref``; without one nothing more is expected."""
        step.file = self.file
        self._clip(step)
        if step.cwd:
            self.folders.setdefault(step.session, {}).setdefault(step.cwd)
        if len(self.steps) >= STEPS:
            self.dropped += 1
            if step.kind == "message" and step.speaker == "agent" and not step.agent:
                self._last = step  # the last word is worth more than any other
            return step
        self.steps.append(step)
        self._pay(step)
        if ref in self._early:  # calls that go side by side are written down when they end
            self._used.add(ref)
            self._answered(step, *self._early[ref])
        elif ref:
            self._waiting.setdefault(ref, []).append(step)
        return step

    def say(self, step: Happened, more: str) -> None:
        """More of the same message."""
        step.text = clean(f"{step.text}\n\n{more}", MESSAGE)

    def answer(self, ref: str, output: str, result: Result, **facts: object) -> list[Happened]:
        """What came of the steps of an id; they are no more waited for. ``facts`` are fields that are now known."""
        steps = self._waiting.pop(ref, [])
        if not steps and ref not in self._known and len(self.steps) < STEPS:
            if len(self._early) < EARLY:
                self._early[ref] = clean(output, OUTPUT, tail=True), result, facts
            else:
                self.unread["an answer to nothing"] += 1
        for step in steps:
            self._answered(step, output, result, facts)
        return steps

    def _answered(self, step: Happened, output: str, result: Result, facts: Mapping[str, object]) -> None:
        for name, value in facts.items():
            if name in FACTS.get(step.kind, ()):
                setattr(step, name, value)
        self.end(step, output, result)

    def kind_of(self, ref: str) -> str:
        """What waits for an answer under an id."""
        steps = self._waiting.get(ref)
        return steps[0].kind if steps else ""

    def moved(self, ref: str, folder: str) -> None:
        """The command that waits under an id went from a folder that nobody knew to this one."""
        for step in self._waiting.get(ref, ()):
            step.cwd = step.cwd or clean(folder, 4096)

    def settle(self, ref: str, step: Happened, output: str, result: Result) -> None:
        """What came of one step of an id, told by something that comes before or after its answer."""
        self.end(step, output, result)
        if ref in self._waiting:
            self._waiting[ref] = [one for one in self._waiting[ref] if one is not step]
            if not self._waiting[ref]:
                del self._waiting[ref]
                self._known.add(ref)

    def end(self, step: Happened, output: str, result: Result) -> None:
        """What came of a step, with what the tools in its output say themselves."""
        step.result = result
        if step.kind == "command":
            if len(output) > OUTPUT:
                self.cut["outputs"] += 1
            step.output = clean(output, OUTPUT, tail=True)
            if result in ("pass", "fail") or (not result and not step.background):
                from pytest_agentcompliance.parsing.work import reading

                told = clean(output, READ_FOR_WORK, tail=True)
                if not reading.is_noise(told) and checks(step.text):
                    step.work = reading.read(step.text, told)
                if any(one.failing for one in step.work):
                    step.result = "fail"
                elif not step.work and (
                    (result == "pass" and hidden(step.text)) or (result == "fail" and found_nothing(step.text, step.exit_code))
                ):
                    step.result = "fail" if broke(output) else ""
        elif step.kind == "call" or result in ("fail", "refused"):
            step.output = clean(output, OUTPUT, tail=True)
        self._texts.take(step, "output", len(step.output), self.cut)

    def finish(self) -> None:
        """No more is to come."""
        if orphans := len(self._early) - len(self._used):
            self.unread["an answer to nothing"] += orphans
        if self._last is not None:
            self.steps.append(self._last)
        if self.dropped:
            self.gap(f"{self.dropped:,} steps over {STEPS:,} were left out")
        waiting = [steps[0] for steps in self._waiting.values() if not all(step.background for step in steps)]
        if waiting:
            self.gaps[f"{len(waiting):,} calls have no answer"] += 1
            self.gap_after += waiting
        if self.cut["commands"]:
            self.gap("commands were too long to be kept")

    def _clip(self, step: Happened) -> None:
        limit = MESSAGE if step.kind == "message" else COMMAND
        if len(step.text) > limit and step.speaker == "agent":  # of what it is told, the beginning is enough
            self.cut["messages" if step.kind == "message" else "commands"] += 1
        step.text = clean(step.text, limit)
        step.path, step.cwd = clean(step.path, 4096), clean(step.cwd, 4096)
        step.session, step.agent = clean(step.session, 200), clean(step.agent, 200)
        step.arguments = plain(step.arguments) if step.arguments else {}
        if max(len(step.before or ""), len(step.after or "")) > EDIT:
            self.cut["edits"] += 1
            step.before = step.after = None
        step.before, step.after = (text if text is None else clean(text, EDIT) for text in (step.before, step.after))

    def _pay(self, step: Happened) -> None:
        if step.kind == "edit":
            self._edits.take(step, "after", len(step.before or "") + len(step.after or ""), self.cut)
        elif step.kind == "message":
            self._texts.take(step, "text", len(step.text), self.cut)
        else:
            self._lines.take(step, "text", len(step.text), self.cut)
            self._texts.take(step, "arguments", weight(step.arguments), self.cut)


class _Budget:
    """How much text is kept in all: where it is spent, the oldest texts go."""

    def __init__(self, name: str) -> None:
        self._left, self._name = TOTAL, name
        self._held: deque[tuple[Happened, str, int]] = deque()

    def take(self, step: Happened, field: str, size: int, cut: Counter[str]) -> None:
        if not size:
            return
        self._held.append((step, field, size))
        self._left -= size
        while self._left < 0 and len(self._held) > 1:
            old, name, size = self._held.popleft()
            self._left += size
            if name == "after":
                old.before = old.after = None
            else:
                setattr(old, name, {} if name == "arguments" else "")
            cut[self._name] += 1


def moment(value: object) -> datetime | None:
    """A time as harnesses write it: ISO 8601, or seconds or milliseconds since 1970. One without a zone is taken for UTC."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool):
            found = datetime.fromtimestamp(value / 1000 if value > 1e11 else value, UTC)
        elif isinstance(value, str) and len(value) < 60:
            found = datetime.fromisoformat(value)
        else:
            return None
        found = found.replace(tzinfo=found.tzinfo or UTC).astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return None
    return found if 1990 <= found.year <= 2200 else None
