"""The hand-off that counts, of all that stand in what the run said: the last one that this agent filled in."""

import json
import re
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence.changes import ChangeSet
from pytest_agentcompliance.evidence.report import Report
from pytest_agentcompliance.evidence.spoken import ASIDE, LONGEST, Spoken, spoken
from pytest_agentcompliance.evidence.transcript import Transcript
from pytest_agentcompliance.parsing.handoff import HandOff, Value, read
from pytest_agentcompliance.parsing.handoff.reader import SIGNS
from pytest_agentcompliance.place import Place

AGENTS = ("*back*end*",)
HEARD = "in what the run said (its report, the messages of a transcript, papers that it wrote)"

_JSON = (".json", ".jsonc", ".json5")
# A paper of the run that hands something over, and none that says how it is done.
_NAMED = re.compile(r"(?i)hand[-_ ]?off|hand[-_ ]?over|report|summary|complet|(?:^|[-_.])(?:log|status|progress|result)s?\b")
_HOLLOW = re.compile(
    r"\s*(?:<[^<>]{1,80}>|\{\{?[^{}]{0,80}\}?\}|\[[A-Za-z][^\[\]]{1,80}\]|\.{3}|…|_{3,}|\w+(?:\s?\|\s?\w+){1,9})\s*"
)


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The hand-off that counts, and the text that it stands in. ``earlier`` counts those of this agent before it."""

    found: HandOff
    said: Spoken
    earlier: int = 0

    def place(self, line: int) -> Place:
        return self.said.place(line)

    @property
    def step(self) -> int:
        """The step of the transcript that says it; 0 where that is not known."""
        return self.said.step


@dataclass(frozen=True, slots=True)
class Heard:
    """What was found: the one that counts, and the names of other agents that hand over as well.

    ``mistaken`` is another's, where there is none of this agent, that hands over what this one makes.
    """

    mine: HandedOver | None = None
    strangers: tuple[str, ...] = ()
    mistaken: HandedOver | None = None

    @property
    def why(self) -> str:
        """Why there is none."""
        others = f"; there are those of {', '.join(self.strangers[:3])}" if self.strangers else ""
        return f"there is no hand-off of this agent {HEARD}{others}"

    def to_judge(self) -> HandedOver:
        """The one that counts, for a rule that holds it to what was done. Raises ``NotJudged`` where there is none to be read."""
        if self.mine is None:
            raise NotJudged(self.why)
        if self.mine.found.root is None:
            raise NotJudged(f"the hand-off at {self.mine.place(self.mine.found.line)} cannot be read: handoff/schema says why")
        return self.mine


def heard(
    report: Report | None, transcript: Transcript | None, changes: ChangeSet | None, agents: Sequence[str] = AGENTS
) -> Heard:
    """The last hand-off of the report; without one the last of the messages (first the main agent's), of the calls of tools, of
    the run's papers.

    ``agents`` are globs of the names, in small letters, under which this agent hands over; one that names nobody is its own.
    """
    said = [one for one in spoken(report, transcript, changes, SIGNS) if one.source != "report" or report is None or report.new]
    papers = [one for one in said if one.source == "paper" and _hands_over(one.at.path)]
    groups = (
        [one for one in said if one.source == "report"], [one for one in said if one.source == "message"],
        [*_of_others(transcript)], [*_calls(transcript)], [*papers, *_data(changes, {one.at.path for one in said})],
        [*_written(transcript)],
    )  # fmt: skip
    strangers: dict[str, None] = {}
    mistaken: HandedOver | None = None
    for number, group in enumerate(groups):
        mine = []
        for one in group:
            for found in read(one.text):
                if found.agent and not _is_mine(found.agent, agents):
                    strangers[found.agent] = None
                    if number < 2 and _is_backend(found) and not hollow(found):
                        mistaken = HandedOver(found, one)
                elif number == 0 or not (found.sketch or hollow(found)):
                    mine.append((found, one))
        filled = [one for one in mine if not (one[0].sketch or hollow(one[0]))] or mine
        if filled:
            seen = [one for one in filled if one[1] is filled[-1][1] and not _folded(*one)] or filled[-1:]
            return Heard(HandedOver(*seen[-1], len(filled) - 1), tuple(strangers))
    return Heard(None, tuple(strangers), mistaken)


def _folded(found: HandOff, where: Spoken) -> bool:
    """Whether a hand-off stands in a part that is shown only to who opens it."""
    if "<details" not in where.text.lower():
        return False
    before = "\n".join(where.text.split("\n")[: found.line]).lower()
    return before.count("<details") > before.count("</details")


def hollow(found: HandOff) -> tuple[Value, ...]:
    """The values that nobody filled in: ``<name>``, ``{name}``, ``...``, ``complete|partial``."""
    return tuple(_hollow(found.root)) if found.root is not None else ()


def _hollow(value: Value) -> Iterator[Value]:
    if isinstance(value.plain, str) and _HOLLOW.fullmatch(value.plain[:200]):
        yield value
    for inner in (*value.fields.values(), *value.items):
        yield from _hollow(inner)


def _is_backend(found: HandOff) -> bool:
    """Whether a hand-off speaks of endpoints and of a database, whoever it says hands over."""
    made, checks = found.part("deliverables"), found.part("verification")
    said = [made.get(name) for name in ("endpoints", "database")] if made is not None else []
    said += [checks.get("prisma_validate", "alembic_check")] if checks is not None else []
    return sum(one is not None and one.plain not in (None, "", [], {}) for one in said) > 1


def _is_mine(agent: str, agents: Sequence[str]) -> bool:
    return any(fnmatchcase(agent.lower()[:200], glob) for glob in agents)


def _hands_over(path: str) -> bool:
    """Whether a file, or its folder, is called as what hands over is."""
    return any(_NAMED.search(part) for part in path.split("/")[-2:]) and not ASIDE.search(path)


def _of_others(transcript: Transcript | None) -> Iterator[Spoken]:
    """What sub-agents said: where the main agent hands work out, the one that is judged may be one of them."""
    if transcript is None or transcript.problem:
        return
    for step in transcript.of("message"):
        if step.speaker == "agent" and step.agent and step.text.strip():
            yield Spoken(step.text, step.at, "message", step.number, whole=False)


def _calls(transcript: Transcript | None) -> Iterator[Spoken]:
    """What was given to a tool that records a hand-off."""
    if transcript is None or transcript.problem:
        return
    for step in transcript.of("call"):
        if "handoff" in step.text.lower().replace("_", "").replace("-", "") and step.result != "refused":
            texts = [one for one in step.arguments.values() if isinstance(one, str) and "{" in one]
            with suppress(TypeError, ValueError, RecursionError):
                texts.append(json.dumps(dict(step.arguments), indent=1))
            for text in texts:
                yield Spoken(text, step.at, "message", step.number, whole=False)


def _written(transcript: Transcript | None) -> Iterator[Spoken]:
    """What it wrote into files that are not among the changes: ignored ones, or some outside of the tree."""
    for step in transcript.of("edit") if transcript is not None and not transcript.problem else ():
        if step.after and step.result not in ("refused", "fail") and _hands_over(step.path):
            yield Spoken(step.after[:LONGEST], step.at, "paper", step.number, whole=False)


def _data(changes: ChangeSet | None, known: set[str]) -> Iterator[Spoken]:
    """The files of JSON by which the run hands over."""
    if changes is None:
        return
    for change in changes.readable(one for one in changes if one.path.lower().endswith(_JSON) and _hands_over(one.path)):
        if change.after is not None and change.is_text and change.path not in known and len(change.after.bytes()) <= LONGEST:
            yield Spoken(change.after.text(), Place(change.path, 1), "paper")
