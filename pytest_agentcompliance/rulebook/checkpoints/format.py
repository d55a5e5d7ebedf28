"""checkpoints/format: the checkpoints of a phase come in their order, and each says what a person needs to decide."""

from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, Report, Transcript
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence.spoken import Spoken
    from pytest_agentcompliance.parsing.checkpoints import Checkpoint

GATES = ["G5.1", "G5.2", "G5.3", "G5.4", "G5.5"]
SIGNS = (rb"(?i)check.?point",)
MOST = 100  # findings; a run with more of them has said enough
_PARTS = ["Project", "Built", "Key Decisions", "Files Created", "Test It", "Options", "DECISION"]
_BODY = (
    "\n\n**Project:** shop\n\n### Built\n- the cart\n\n### Key Decisions\n- carts in Postgres, as the orders are\n\n"
    "### Files Created\n- `src/cart.ts`\n\n### Test It\n`curl http://localhost:8000/health`\n\n"
    "**Options:** A) Approve | B) Changes | C) Pause | D) Skip\n\n**DECISION:** ___\n"
)
_CODE = {"src/cart.ts": "export const cart = []\n"}


def _gate(name: str, body: str = _BODY) -> dict[str, str]:
    return {"says": f"## CHECKPOINT: {name}{body}"}


_YES = {"says": "approved", "speaker": "person"}


class Format(Rule):
    """The checkpoints of a phase come in their order, and each says what a person needs to decide.

    Why: whoever approves did not do the work. A checkpoint without what was built, what was decided on the way and how to
    try it is approved unread; one that is left out takes a decision from the person whose decision it was.

    A checkpoint is a heading, or a line of its own, that says so and names a gate, in any message of the agent; where the
    transcript has none, in the papers that the run wrote and in its report. A gate may come several times. Those behind the last
    are owed only where the agent hands the work over as complete. Parts by other names are a matter of style.

    Blind spots: whether what a checkpoint says is true. Checkpoints of sub-agents. That one was presented by a tool and not
    in words. A run that speaks of no checkpoint and hands nothing over is not judged.
    """

    on_the_way: ClassVar[bool] = False

    gates: list[str] = Field(default=GATES, min_length=1, max_length=30, description="The gates, in their order.")
    parts: list[str] = Field(default=_PARTS, description="The parts that each checkpoint has.")
    options: int = Field(default=2, ge=0, le=10, description="How many options it offers at least, each with a letter or a number.")

    remedy = Remedy("fix",
        "Present the checkpoint again with all of its parts, as the template of the spec has it, and wait for the answer.")
    examples = (
        Example(
            "A checkpoint that lacks parts, and one that leaves them as the template has them.",
            after=_CODE,
            transcript=(
                _gate("G5.1 Schema", "\n\n### Built\n- the cart\n\n**DECISION:** ___\n"),
                _YES,
                _gate("G5.2 Services", _BODY.replace("- the cart", "- {item 1}\n- {item 2}")),
            ),
            finds=("SESSION.jsonl:1", "SESSION.jsonl:3"),
        ),
        Example(
            "A checkpoint that was left out is reported at the next one.",
            after=_CODE,
            transcript=(_gate("G5.1 Schema"), _YES, _gate("G5.3 Carts"), _YES),
            finds=("SESSION.jsonl:3",),
        ),
        Example(
            "One for several gates is not one for each.",
            after=_CODE,
            transcript=(_gate("G5.1-G5.2 Schema and services"),),
            finds=("SESSION.jsonl:1",),
        ),
        Example(
            "A gate that comes back after a later one is out of order.",
            after=_CODE,
            transcript=(_gate("G5.1 Schema"), _YES, _gate("G5.2 Services"), _YES, _gate("G5.1 Schema")),
            styles=("SESSION.jsonl:5",),
        ),
        Example(
            "The agent does not decide for the person.",
            after=_CODE,
            transcript=(_gate("G5.1 Schema", _BODY.replace("___", "A) Approve")),),
            finds=("SESSION.jsonl:1",),
        ),
        Example(
            "Work that is handed over as complete owes all of them.",
            after=_CODE,
            transcript=(
                _gate("G5.1 Schema"),
                _YES,
                {"says": '```json\n{"handoff": {"agent": "Backend Developer", "status": "complete"}}\n```'},
            ),
            finds=("SESSION.jsonl:3",),
        ),
        Example(
            "In order, with all parts, a module a time; a run that waits in the middle is kept.",
            after=_CODE,
            transcript=(
                _gate("G5.1 Schema"),
                _YES,
                _gate("G5.2: Services"),
                _YES,
                _gate("G5.3 Carts"),
                _YES,
                _gate("G5.3 Users"),
            ),
        ),
        Example(
            "Another dress is a matter of style.",
            after=_CODE,
            transcript=(
                {
                    "says": "**🚦 CHECKPOINT: G5.1 - Foundation**"
                    + _BODY.replace("### Built", "### What Was Built").replace("A) Approve | B) Changes",
                        "\nA) Approve\nB) Changes\n")
                },
            ),
            styles=("SESSION.jsonl:1",),
        ),
        Example(
            "A table of the parts is another dress, and so are pictures and quote marks before the labels.",
            after=_CODE,
            transcript=(
                {
                    "says": "## CHECKPOINT: G5.1 Schema\n\n| Part | Details |\n|---|---|\n| **Project** | shop |\n"
                    "| **Built** | the cart |\n| **Key Decisions** | decimals |\n| **Files Created** | `src/cart.ts` |\n"
                    "| **Test It** | `npm test` |\n\n🎯 **Options:** A) Approve | B) Changes\n\n> **DECISION:** ___\n"
                },
            ),
        ),
        Example(
            "Words about a checkpoint are none: a plan, a list, a thanks for its approval.",
            after=_CODE,
            transcript=(
                {"says": "My plan:\n- CHECKPOINT: G5.1 schema\n- CHECKPOINT: G5.3 carts\n\nCHECKPOINT: G5.2 approved, thanks."},
                _gate("G5.1 Schema"),
            ),
        ),
        Example(
            "Without a transcript, the papers that the run wrote tell.",
            after={"docs/PROGRESS.md": f"# Progress\n\n## CHECKPOINT: G5.1 Schema{_BODY}\n## CHECKPOINT: G5.2 Services\n\nDone.\n"},
            finds=("docs/PROGRESS.md:23",),
        ),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        says = f"## CHECKPOINT: {self.gates[-1]}\n\nDone.\n"
        bare = Example("A checkpoint says nothing.", after=_CODE, transcript=({"says": says},), finds=("SESSION.jsonl:1",))
        return (bare,) if self.parts or len(self.gates) > 1 else super().canaries()

    def check(
        self, changes: ChangeSet, report: Report | None, transcript: Transcript | None
    ) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.evidence.spoken import spoken  # start-up time: when the rule is asked

        texts = spoken(report, transcript, changes, SIGNS)
        if not texts:
            raise NotJudged("the run left no transcript, no report and no paper that could have a checkpoint")
        found = _presented(texts, self.gates)
        complete = next((one for one in reversed(texts) if _is_handed_over(one.text)), None)
        if not found and complete is None:
            raise NotJudged("nothing that the run said is a checkpoint, and it handed nothing over as complete")
        if not found and (transcript is None or transcript.problem):
            raise NotJudged("nothing that the run said is a checkpoint, and without its transcript nobody knows what it said")
        findings = [*self._order(found, complete, transcript)]
        for one, where in found:
            findings += self._judged(one, where)
        yield from findings[:MOST]
        names = ", ".join(one.gate for one, _ in found[:20])
        return f"{len(found)} checkpoint{'s' if len(found) != 1 else ''}: {names}" if found else "no checkpoint"

    def _order(
        self, found: "Sequence[tuple[Checkpoint, Spoken]]", complete: "Spoken | None", transcript: Transcript | None
    ) -> Iterator[Finding]:
        gap = "the transcript is not complete: a checkpoint may stand in what is missing"
        whole = transcript is None or bool(transcript.problem) or transcript.complete
        seen: set[str] = set()
        last = -1
        for one, where in found:
            own = [self.gates.index(gate) for gate in one.gates if gate in self.gates]
            if len(own) > 1:
                message = f"one checkpoint stands for {', '.join(one.gates[:6])}; each gate has its own"
                yield Finding(message, where.place(one.line), evidence=f"together {' '.join(one.gates)}")
            skipped = [gate for gate in self.gates[: min(own)] if gate not in seen]
            if skipped:
                if not whole:
                    raise NotJudged(gap)
                message = f"{one.gate} is presented, and {', '.join(skipped)} never was"
                yield Finding(message, where.place(one.line), evidence=f"before {one.gate} {' '.join(skipped)}")
            elif max(own) < last:
                message = f"{one.gate} is presented once more, after {self.gates[last]}"
                yield Finding(message, where.place(one.line), "style", f"again {one.gate}")
            last = max(last, *own)
            seen |= {self.gates[at] for at in range(max(own) + 1)}
        missing = [gate for gate in self.gates if gate not in seen]
        if complete is not None and missing and (found or (transcript is not None and not transcript.problem)):
            if not whole:
                raise NotJudged(gap)
            were = "was" if len(missing) == 1 else "were"
            message = f"the work is handed over as complete, and {', '.join(missing)} {were} never presented"
            yield Finding(message, complete.place(1), evidence=f"missing {' '.join(missing)}")

    def _judged(self, one: "Checkpoint", where: "Spoken") -> Iterator[Finding]:
        wrong = one.faults(self.parts, self.options, said=where.source == "message")
        place = where.place(one.line)
        if wrong:
            yield Finding(f"the checkpoint {one.gate} {', and '.join(wrong)}", place, evidence=f"{one.gate} {'; '.join(wrong)}")
        if other := one.other_names(self.parts):
            yield Finding(f"the checkpoint {one.gate} names its parts otherwise: {', '.join(other)}", place, "style",
                f"dress {one.gate}")


def _presented(texts: "Sequence[Spoken]", gates: list[str]) -> "list[tuple[Checkpoint, Spoken]]":
    """The checkpoints of the messages; where they have none, those of the papers and of the report."""
    from pytest_agentcompliance.parsing import checkpoints

    found = []
    for where in texts:
        old = {one.text for one in checkpoints.read(where.before, fenced=False)}
        new = (one for one in checkpoints.read(where.text, fenced=where.source != "paper") if one.text not in old)
        found += [(one, where) for one in new if any(gate in gates for gate in one.gates)]
    return [pair for pair in found if pair[1].source == "message"] or found


def _is_handed_over(text: str) -> bool:
    """Whether a text has the JSON of a hand-off that says that the work is complete."""
    at = text.find('"handoff"')
    while at >= 0:
        near = "".join(text[at : at + 600].split()).lower()
        if '"status":"complete"' in near or '"status":"completed"' in near:
            return True
        at = text.find('"handoff"', at + 1)
    return False
