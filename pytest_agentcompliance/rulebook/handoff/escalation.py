"""handoff/escalation: who gives up says what went wrong, what was tried, why, and what there is to choose from."""

from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, Report, Transcript
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence.spoken import Spoken
    from pytest_agentcompliance.parsing.checkpoints import Escalation as Said

SIGNS = (rb"(?i)self.?healing.{0,12}escalation", rb"(?i)escalation.{0,4}self.?healing")
MOST = 50
_PARTS = ["Error", "Attempt History", "Root Cause", "Options", "DECISION"]
_ROWS = (
    "| # | Error Type | Fix Tried | Result |\n|---|---|---|---|\n| 1 | P2002 | added a unique constraint | another error |\n"
    "| 2 | P2003 | mended the foreign key | same error |\n| 3 | P2003 | made the relation anew | same error |\n"
)
_RED = {"command": "npm run build", "output": "a.ts(1,1): error TS2322: no", "result": "fail", "exit_code": 1}
_EDIT = {"edit": "src/a.ts"}
_FULL = (
    "## SELF-HEALING ESCALATION\n\n**Error:** the migration fails\n\n### Attempt History\n"
    + _ROWS
    + "\n### Root Cause\nThe seed breaks the key.\n\n### Options\nA) Drop the seed\nB) Make the key nullable\n\n**DECISION:** ___\n"
)


class Escalation(Rule):
    """Who gives up says what went wrong, what was tried three times, why it failed, and what there is to choose from.

    Why: the person who has to decide was not there. Without the attempts they try them again; without options there is
    nothing to decide, and without a cause nobody knows whether the fourth attempt would have worked.

    An escalation is a heading, or a line of its own, that says so, in a message of the agent, in a paper that the run wrote, or in
    its report. Each part says something, the table has a row for each of the attempts, and the decision is left to the person.
    It is owed where a whole transcript ends with checks that failed on as many states of the files in a row, with no person
    between them, and the agent's last word is no escalation.

    Blind spots: whether what it says is true: `handoff/self-healing` counts the attempts that were made. An escalation that was
    owed where the transcript does not show the failures. An escalation at once, which some protocols allow for secrets or
    architecture, has no attempts either.
    """

    on_the_way: ClassVar[bool] = False

    parts: list[str] = Field(default=_PARTS, description="The parts that an escalation has.")
    attempts: int = Field(default=3, ge=0, le=20, description="How many attempts the table has.")
    options: int = Field(default=2, ge=0, le=10, description="How many options it offers at least, each with a letter or a number.")

    remedy = Remedy("fix",
        "Write the escalation again with all of its parts; every attempt has its row, and the decision stays open.")
    examples = (
        Example("What is missing, and what is as the template has it.",
            transcript=({"says": "## SELF-HEALING ESCALATION\n\n**Error:** [Brief description]\n\n### Options\nA) [1]\nB) [2]\n"},),
            finds=("SESSION.jsonl:1",)),
        Example("Two attempts in the table are not three.",
            report="# Report\n\n" + _FULL.replace("| 3 | P2003 | made the relation anew | same error |\n", ""),
                finds=("REPORT.md:3",)),
        Example("One option is no choice.", report=_FULL.replace("B) Make the key nullable\n", ""), finds=("REPORT.md:1",)),
        Example("The agent does not decide for the person.", transcript=({"says": _FULL.replace("___", "A")},),
            finds=("SESSION.jsonl:1",)),
        Example("A run that gives up behind three failures, and asks nobody.", after={"src/a.ts": "1\n"},
            transcript=(_EDIT, _RED, _EDIT, _RED, _EDIT, _RED, {"says": "I could not get the build to pass."}),
            finds=("SESSION.jsonl:7",)),
        Example("What was red before anything was done is not given up.", after={"src/a.ts": "1\n"},
            transcript=(_RED, _EDIT, _RED, _EDIT, _RED, _EDIT, _RED, {"says": "The build was red before, and is."})),
        Example("The template, filled in, is kept, also in a fence.",
            transcript=({"says": f"I give up.\n\n```markdown\n{_FULL}```\n"},)),
        Example("Other names for its parts are a matter of style.",
            report=_FULL.replace("**Error:** the", "### Error Summary\nthe").replace("Root Cause", "Root Cause Analysis")
            .replace("A) Drop", "1. Drop").replace("B) Make", "2. Make"), styles=("REPORT.md:1",)),
        Example("Words about escalations are none; what base had is not judged again.",
            before={"docs/E.md": "## Self-Healing Escalation\n\nSee below.\n"},
            after={"docs/E.md": "## Self-Healing Escalation\n\nSee below.\n\nMore.\n"},
            report="# Report\n\nNo self-healing escalation was needed.\n- Self-healing escalation: none\n"),
    )  # fmt: skip

    def check(
        self, changes: ChangeSet | None, report: Report | None, transcript: Transcript | None
    ) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.evidence.spoken import spoken  # start-up time: when the rule is asked
        from pytest_agentcompliance.parsing import checkpoints

        texts = spoken(report, transcript, changes, SIGNS)
        if not texts:
            raise NotJudged("the run left no transcript, no report and no paper that could have an escalation")
        told: set[str] = set()
        findings: list[Finding] = []
        for where in texts:
            told |= {one.text for one in checkpoints.escalations(where.before, fenced=False)}
            for one in checkpoints.escalations(where.text, fenced=where.source != "paper"):
                if one.text not in told:
                    told.add(one.text)
                    findings += self._judged(one, where)
        if not told and (owed := self._owed(transcript)) is not None:
            findings.append(owed)
        yield from findings[:MOST]
        return f"{len(told)} escalation{'s' if len(told) != 1 else ''}" if told else "nothing that the run said is an escalation"

    def _owed(self, transcript: Transcript | None) -> Finding | None:
        """That a run gave up, by its transcript, and never said it as it should."""
        if transcript is None or transcript.problem or not transcript.complete or transcript.gaps or not self.attempts:
            return None
        said = transcript.last_word
        if said is None or said.speaker != "agent" or said.number != transcript.steps[-1].number:
            return None  # it was broken off, or a person spoke last
        from pytest_agentcompliance.evidence import outcomes

        if outcomes.hides(transcript, 0):
            return None
        asked = max((one.number for one in transcript.of("message") if one.speaker == "person" and one.text.strip()), default=0)
        row: dict[str, str] = {}
        for one in outcomes.of_transcript(transcript):
            whole = [each for each in one.dones if not each.part] if one.number > asked else []
            failed = any(each.state == "failed" and not each.part for each in one.dones)
            if failed and one.tree == "0":
                return None  # it failed before anything was done
            if failed and whole:
                row[one.tree] = one.line
            elif whole and any(each.state == "passed" for each in whole):
                row = {}
        if len(row) < self.attempts:
            return None
        line = next(reversed(row.values()))
        message = f"the checks failed on the last {len(row)} states of the files, and nobody was asked: {line[:80]!r}"
        return Finding(message, said.at, evidence=f"no escalation {line[:200]}")

    def _judged(self, one: "Said", where: "Spoken") -> Iterator[Finding]:
        more = []
        if "Attempt History" in self.parts and "Attempt History" in one.parts and len(one.attempts) != self.attempts:
            more.append(f"has {len(one.attempts)} rows of attempts, and not {self.attempts}")
        wrong = one.faults(self.parts, self.options, more, said=where.source == "message")
        place = where.place(one.line)
        if wrong:
            yield Finding(f"the escalation {', and '.join(wrong)}", place, evidence=f"{one.text[:2000]} {'; '.join(wrong)}")
        if other := one.other_names(self.parts):
            yield Finding(f"the escalation names its parts otherwise: {', '.join(other)}", place, "style",
                f"dress {one.text[:2000]}")
