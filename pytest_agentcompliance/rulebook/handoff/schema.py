"""handoff/schema: the hand-off is JSON of the agreed form, with all that the next agent reads in it."""

import re
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet
from pytest_agentcompliance.parsing.handoff.sample import FINAL, HEAD, OPENS, REPORT, at
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence import Report, Transcript
    from pytest_agentcompliance.evidence.handed_over import HandedOver

_QUOTED = 60  # characters of a value that a message shows
_HANDS = re.compile(
    r"(?i)\bhand-?\s?off (?:is )?(?:complete|done)\b|^\W{0,6}next agent\W{1,6}\w|[.!] next agent: \w"
    r"|\b(?:backend|implementation|everything) is (?:now )?(?:fully )?(?:complete|done|implemented|finished)\b",
    re.MULTILINE,
)
_PAUSES = re.compile(r"(?i)\bcheckpoint\b|\bescalation\b|\bdecision:|\bG5\.[1-5]\b")  # a run that waits for an answer is not over


class Schema(Rule):
    """The hand-off is valid: agent, status, phase, deliverables, verification, self_healing_log, api, next_agent.

    Why: the next agent, and the gate, read it by program. A field that is missing is a question that nobody asks, and a block
    that is no JSON is no hand-off at all.

    It is found in the report, in what the agent said, in the calls of a tool that records hand-offs, and in papers and
    JSON files of the run that hand something over; in a fence or bare. Of several the last of this agent counts: earlier attempts,
    other agents' hand-offs and templates that nobody filled in do not. The form is published as
    docs/schemas/handoff.schema.json; more fields are allowed everywhere. Comments, and a comma behind the last value, are
    read and remarked on.

    That there is none is a breach where the whole transcript is there and its last word says that the work is done; else the
    clause is not judged.

    Blind spots: a hand-off in YAML, in prose, or in a quotation (`> {`). Whether the values are true is asked by other rules.
    """

    agents: list[str] = Field(
        default=["*back*end*"], min_length=1, description="Globs of the names, in small letters, of the agent that is judged."
    )
    required: bool = Field(
        default=True, description="Whether a run whose whole transcript ends in saying that all is done owes a hand-off."
    )

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Give the hand-off again as one block of valid JSON with every field of docs/schemas/handoff.schema.json, filled in."
    )
    examples = (
        Example(
            "A field that is missing is reported where its object begins.",
            report=REPORT.replace('  "api": { "base_url": "/api/v1", "auth_method": "JWT Bearer" },\n', ""), finds=(at(OPENS),),
        ),
        Example(
            "An exit code is a number, and a number is no text.",
            report=REPORT.replace('"build": 0', '"build": "passed"').replace('"attempt": 1', '"attempt": "1"'),
            finds=(at(13), at(16)),
        ),
        Example(
            "What is no JSON is reported where it ends to be some.",
            report=REPORT.replace('"success"\n  }', "success\n  }"), finds=(at(FINAL),),
        ),
        Example(
            "A name that stands twice is reported: readers take different ones.",
            report=REPORT.replace('"test": 0', '"test": 1, "test": 0'), finds=(at(13),),
        ),
        Example(
            "A template that nobody filled in is reported.",
            report=REPORT.replace('"complete"', '"complete|partial|blocked"'), finds=(at(HEAD),),
        ),
        Example(
            "A run whose transcript ends in saying that it is done owes one.",
            transcript=(
                {"edit": "src/carts.ts"}, {"command": "npm test", "result": "pass"},
                {"says": "I have implemented the carts. All tests pass."},
            ),
            finds=("SESSION.jsonl:3",),
        ),
        Example(
            "Another agent's name over endpoints and a database, and no hand-off of this one.",
            report=REPORT.replace("Backend Developer", "Frontend Developer"), finds=(at(OPENS),),
        ),
        Example("What has every field is kept.", report=REPORT),
        Example("An exit code may stand in an object that says more.",
            report=REPORT.replace('"build": 0', '"build": { "exit_code": 0 }')),
        Example(
            "Comments, and a comma behind the last value, are a matter of style.",
            report=REPORT.replace('"lint": 0 },', '"lint": 0, }, // all green'), styles=(at(13), at(13)),
        ),
        Example(
            "More fields are kept, counts in a list, several next agents, and attempts with exit codes.",
            report=REPORT.replace('"phase": "development"', '"phase": "development", "project": "shop"')
            .replace('{ "total": 2, "carts": 2 }', '["GET /carts", "POST /carts"]')
            .replace('"QA Engineer"', '["QA Engineer", "DevOps Engineer"]').replace('"status": "failed"', '"exit_code": 2'),
        ),
        Example(
            "The last one counts, not an earlier attempt; and not another agent's.",
            report=REPORT.replace('"QA Engineer"', "null") + REPORT
            + REPORT.replace("Backend Developer", "Frontend Developer").replace('"QA Engineer"', "null"),
        ),
        Example(
            "The template in a prompt that the run edited is none; the one that the agent said is.",
            before={"agents/backend-dev.md": "# Backend\n"},
            after={"agents/backend-dev.md": "# Backend\n" + REPORT.replace('"QA Engineer"', "null")},
            transcript=({"says": REPORT},),
        ),
    )  # fmt: skip

    def check(
        self, changes: ChangeSet, report: "Report | None", transcript: "Transcript | None"
    ) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.evidence.handed_over import heard  # start-up time

        found = heard(report, transcript, changes, self.agents)
        if found.mine is None and found.mistaken is not None:
            other = found.mistaken
            message = f"the hand-off names {other.found.agent[:_QUOTED]!r}, and hands over endpoints and a database"
            yield Finding(message, other.place(other.found.line), evidence=f"agent {other.found.agent[:200]}")
            return ""
        if found.mine is None:
            done = _done(transcript) if self.required else None
            if done is None:
                raise NotJudged(found.why)
            yield Finding(f"the run says that it is done, and {found.why}", done, evidence="no hand-off")
            return ""
        yield from _judged(found.mine)
        earlier = f"; {found.mine.earlier} of it before do not count" if found.mine.earlier else ""
        others = f"; those of {', '.join(found.strangers[:3])} do not count" if found.strangers else ""
        return f"judged by the hand-off at {found.mine.place(found.mine.found.line)}{earlier}{others}"


def _judged(mine: "HandedOver") -> Iterator[Finding]:
    found = mine.found
    if found.problem is not None:
        message = f"the hand-off is no valid JSON: {found.problem.text}"
        yield Finding(message, mine.place(found.problem.line), evidence=found.problem.text)
        return
    from pytest_agentcompliance.evidence.handed_over import hollow
    from pytest_agentcompliance.parsing.handoff.form import faults

    for fault in faults(found):
        yield Finding(f"the hand-off is not of the agreed form: {fault.text}", mine.place(fault.line), evidence=fault.text)
    for twice in found.twice:
        message = f"the hand-off has {twice.text[:_QUOTED]!r} twice in one object; readers take different ones"
        yield Finding(message, mine.place(twice.line), evidence=f"twice {twice.text[:200]}")
    for value in hollow(found):
        message = f"the hand-off has a value that nobody filled in: {value.text[:_QUOTED]!r}"
        yield Finding(message, mine.place(value.line), evidence=f"hollow {value.text[:200]}")
    for quirk in found.quirks:
        message = f"the hand-off has {quirk.text}, which JSON does not allow"
        yield Finding(message, mine.place(quirk.line), level="style", evidence=quirk.text)


def _done(transcript: "Transcript | None") -> Place | None:
    """Where a run, of which every step is known, ends in saying that its work is done."""
    if transcript is None or transcript.problem or not transcript.complete or transcript.gaps:
        return None
    from pytest_agentcompliance.parsing.claimed import sentences

    said = transcript.last_word
    if said is None or transcript.first_edit is None or _PAUSES.search(said.text):
        return None
    return said.at if sentences.done(said.text) is not None or _HANDS.search(said.text[-2000:]) else None
