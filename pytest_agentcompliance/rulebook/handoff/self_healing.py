"""handoff/self-healing: every attempt is logged, at most three of them, and what the log says is what was run."""

import re
from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet
from pytest_agentcompliance.parsing.handoff.sample import FINAL, FIRST, REPORT, SECOND, at
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence import Proofs, Report, Transcript
    from pytest_agentcompliance.evidence.handed_over import HandedOver
    from pytest_agentcompliance.evidence.outcomes import Outcome
    from pytest_agentcompliance.parsing.handoff.healing import Attempt, Log
    from pytest_agentcompliance.parsing.work import Check

_GREEN = "collected 3 items\n\ntests/test_carts.py ...      [100%]\n\n============ 3 passed in 0.12s ============\n"
_RED = "collected 3 items\n\ntests/test_carts.py ..F      [100%]\n\n============ 1 failed, 2 passed in 0.12s ============\n"
_LINT = {"name": "lint", "command": "ruff check"}
_ATTEMPTS = """\
      { "attempt": 1, "status": "failed", "error": "TS2345 in carts.ts" },
      { "attempt": 2, "status": "success", "fix": "Typed the cart" }
"""
_AT_ONCE = REPORT.replace(_ATTEMPTS, '      { "attempt": 1, "status": "success" }\n')
_ESCALATES = re.compile(r"(?i)\bescalat(?:ion|ed|ing)\b")
_LOG = 14  # the line of self_healing_log


def _run(tree: str, *, red: bool = False) -> dict[str, object]:
    ended = {"output": _RED, "exit_code": 1} if red else {"output": _GREEN}
    return {"name": "tests", "command": "pytest", "tree": tree, **ended}


def _logged(*statuses: str, final: str = "success") -> str:
    rows = ",\n".join(
        f'      {{ "attempt": {n}, "status": "{one}", "error": "TS2345", "fix": "typed" }}' for n, one in enumerate(statuses, 1)
    )
    return REPORT.replace(_ATTEMPTS, f"{rows}\n").replace('"final_status": "success"', f'"final_status": "{final}"')


class SelfHealing(Rule):
    """Self-healing stops after three attempts; every attempt is logged, numbered, and the statuses agree with what was run.

    Why: the log tells fragile code from robust code. One that shows a success at the first attempt, where two came before
    that failed, hides what the reviewer should look at.

    The attempts count from 1; a loop that begins again with 1 behind a success is another one, and each may have three. The
    final status is that of the last attempt, and a hand-off that is complete has not failed. Proofs, and where there are
    none the commands of the transcript, tell how often the checks failed: failures on the same state of the files are one
    attempt; a run of one test or file, and one before anything was done, is none. Of a transcript fewer logged failures than
    shown ones are a breach where two are missing, or one check failed more often in a row than failures are logged, else a
    remark: in it a check may be run on the way.
    More than three states of the files in a row on which a check failed are a breach where no escalation is told. An
    attempt that failed without an error, or passed behind a failure without a fix, is a remark.

    Blind spots: attempts that nothing shows may be made up. What a gap of the transcript hides accuses nobody.
    """

    agents: list[str] = Field(
        default=["*back*end*"], min_length=1, description="Globs of the names, in small letters, of the agent that is judged."
    )
    attempts: int = Field(default=3, ge=1, description="How many attempts a loop may have.")

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Log every round of the checks as it was, the failed ones with their error and the fix; after three ask a person."
    )
    examples = (
        Example(
            "A success at the first attempt, where two proofs failed before, is reported.",
            report=_AT_ONCE, proofs=(_run("a", red=True), _run("b", red=True), _run("c")), finds=(at(FIRST),),
        ),
        Example(
            "One logged failure of three is reported.",
            report=REPORT, proofs=(_run("a", red=True), _run("b", red=True), _run("c", red=True), _run("d")), finds=(at(_LOG),),
        ),
        Example(
            "A final success over checks that failed last is reported.",
            report=REPORT, proofs=(_run("a", red=True),), finds=(at(FINAL),),
        ),
        Example(
            "Four attempts are reported at the fourth.",
            report=_logged("failed", "failed", "failed", "success"), proofs=(_run("a"),), finds=("REPORT.md:19",),
        ),
        Example(
            "Numbers that leave one out are reported.",
            report=REPORT.replace('"attempt": 2', '"attempt": 3'), proofs=(_run("a"),), finds=(at(SECOND),),
        ),
        Example(
            "A final status that is not that of the last attempt is reported.",
            report=_logged("failed", "failed"), proofs=(_run("a"),), finds=("REPORT.md:19",),
        ),
        Example(
            "Work that is complete has not failed.",
            report=_logged("failed", "failed", "failed", final="escalated"), proofs=(_run("a"),), finds=("REPORT.md:20",),
        ),
        Example(
            "Two failures that the transcript shows, and none that is logged, are reported.",
            report=_AT_ONCE,
            transcript=(
                {"edit": "src/carts.py"}, {"command": "pytest", "output": _RED, "result": "fail", "exit_code": 1},
                {"edit": "src/carts.py"}, {"command": "pytest", "output": _RED, "result": "fail", "exit_code": 1},
                {"edit": "src/carts.py"}, {"command": "pytest", "output": _GREEN, "result": "pass"},
            ),
            finds=(at(FIRST),),
        ),
        Example(
            "One logged failure, where the transcript shows two in a row, is reported.",
            report=REPORT,
            transcript=(
                {"edit": "src/carts.py"}, {"command": "pytest", "output": _RED, "result": "fail", "exit_code": 1},
                {"edit": "src/carts.py"}, {"command": "pytest", "output": _RED, "result": "fail", "exit_code": 1},
                {"edit": "src/carts.py"}, {"command": "pytest", "output": _GREEN, "result": "pass"},
            ),
            finds=(at(_LOG),),
        ),
        Example("A failure and its fix, as proofs show them, are kept.", report=REPORT, proofs=(_run("a", red=True), _run("b"))),
        Example(
            "Two checks that fail on the same files are one attempt.",
            report=REPORT,
            proofs=(
                _run("a", red=True), {**_LINT, "output": "Found 2 errors.\n", "exit_code": 1, "tree": "a"},
                {**_LINT, "output": "All checks passed!\n", "tree": "b"}, _run("b"),
            ),
        ),
        Example(
            "A test that fails while it is written is no attempt.",
            report=_AT_ONCE,
            proofs=({**_run("a", red=True), "command": "pytest tests/test_carts.py::test_total"}, _run("b")),
        ),
        Example(
            "What failed before anything was done is no attempt.",
            report=_AT_ONCE, proofs=({**_run("a", red=True), "untouched": True}, _run("b")),
        ),
        Example(
            "Each module may have its loop.",
            report=REPORT.replace(
                _ATTEMPTS, _ATTEMPTS.rstrip() + ",\n" + _ATTEMPTS.replace("2345", "2322").replace("cart", "user")
            ),
            proofs=(_run("a"),),
        ),
        Example(
            "Three failures and an escalation are kept.",
            report=_logged("failed", "failed", "failed", final="escalated").replace('"complete"', '"blocked"'),
            proofs=(_run("a", red=True), _run("b", red=True), _run("c", red=True)),
        ),
        Example(
            "A failure without an error, and one without its fix, are remarks.",
            report=REPORT.replace(', "error": "TS2345 in carts.ts"', "").replace(', "fix": "Typed the cart"', ""),
            proofs=(_run("a", red=True), _run("b")), styles=(at(FIRST), at(SECOND)),
        ),
    )  # fmt: skip

    def check(
        self, changes: ChangeSet, report: "Report | None", transcript: "Transcript | None", proofs: "Proofs | None"
    ) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.evidence.handed_over import heard  # start-up time

        mine = heard(report, transcript, changes, self.agents).to_judge()
        from pytest_agentcompliance.evidence import outcomes
        from pytest_agentcompliance.parsing.handoff.healing import log

        logged = log(mine.found)
        if logged is None or logged.attempts is None:
            what = "self_healing_log" if logged is None else "list of attempts in its self_healing_log"
            line = mine.found.line if logged is None else logged.line
            yield Finding(f"the hand-off has no {what}", mine.place(line), evidence=f"no {what}")
            return ""
        yield from self._numbered(mine, logged)
        yield from _ended(mine, logged)
        proved = outcomes.of_proofs(proofs, mine.said.at.path)
        if any(one.dones for one in proved):
            shown = outcomes.of_transcript(transcript, mine.step)
            yield from self._against(mine, logged, proved, "proofs", shown)
            if logged.final != "fail" and not _asked(report, transcript):
                yield from self._went_on(proved)
            return f"{len(logged.attempts)} attempts of the hand-off were held to {len(proved)} proofs"
        shown = outcomes.of_transcript(transcript, mine.step)
        if transcript is None or not any(one.dones for one in shown):
            raise NotJudged("nothing that the run left, no proof and no transcript, tells how often the checks failed")
        first = transcript.first_edit
        began = first.number if first is not None else 0
        shown = [one for one in shown if one.number > began]
        if shown and outcomes.hides(transcript, shown[0].number):
            raise NotJudged("steps of the transcript are missing, so that it does not tell how often the checks failed")
        yield from self._against(mine, logged, shown, "transcript")
        return f"{len(logged.attempts)} attempts of the hand-off were held to the commands of the transcript"

    def _numbered(self, mine: "HandedOver", logged: "Log") -> Iterator[Finding]:
        if not logged.attempts:
            yield Finding("the self_healing_log has no attempt", mine.place(logged.line), level="style", evidence="no attempt")
        for loop in logged.loops:
            for at_, one in enumerate(loop, 1):
                if one.number != at_:
                    is_ = f"has the number {one.number}" if one.number is not None else "has no number"
                    message = f"attempt {at_} of the self_healing_log {is_}; attempts are numbered from 1, and none is left out"
                    yield Finding(message, mine.place(one.line), evidence=f"number {at_} {one.number}")
                    break
            if len(loop) > self.attempts:
                message = f"the self_healing_log has {len(loop)} attempts; after {self.attempts} a person is asked"
                yield Finding(message, mine.place(loop[self.attempts].line), evidence=f"{len(loop)} attempts")
            for before, one in zip([None, *loop], loop, strict=False):
                yield from _told(mine, before, one)

    def _against(
        self, mine: "HandedOver", logged: "Log", ran: "list[Outcome]", by: str, also: "Sequence[Outcome]" = ()
    ) -> Iterator[Finding]:
        """The failures that were logged, and those that were run. ``also`` are runs that are no proofs."""
        from pytest_agentcompliance.evidence import outcomes

        failures = [one for one in logged.attempts or () if one.came == "fail" or one.error]
        red = [(one, each) for one, each in outcomes.reds(ran)]
        states = list(dict.fromkeys(one.tree for one, _ in red))
        if len(failures) < len(states):
            at_once = not failures and bool(logged.attempts)
            where = logged.attempts[0].line if at_once and logged.attempts else logged.line
            count = f"{len(failures)} attempt{'s' * (len(failures) != 1)} that failed"
            said = "a success at the first attempt" if at_once else count
            some = "; ".join(f"{each.why} ({one.at})" for one, each in red[:2])
            count = f"{len(states)} state{'s' * (len(states) > 1)} of the files"
            message = f"the self_healing_log shows {said}; by the {by} the checks failed on {count}: {some}"
            in_a_row = _longest(ran)
            weak = by == "transcript" and len(states) - len(failures) < 2 and in_a_row <= max(len(failures), 1)
            yield Finding(message, mine.place(where), level="style" if weak else "breach", evidence=f"hidden {len(states)} of {by}")
        if logged.final == "pass" and (bad := _bad_end(ran, also)):
            one, why = bad
            message = f"the self_healing_log ends with {logged.final_said!r}; by the {by} {why}: {one.line[:80]!r} at {one.at}"
            yield Finding(message, mine.place(logged.final_line), evidence=f"red end {one.line[:200]}")

    def _went_on(self, ran: "list[Outcome]") -> Iterator[Finding]:
        """A check that failed on more states of the files in a row than may be tried."""
        rows: dict[Check, dict[str, None]] = {}
        for one in ran:
            for each in one.dones if not one.untouched else ():
                if each.state == "failed" and not each.part:
                    row = rows.setdefault(each.check, {})
                    row[one.tree] = None
                    if len(row) == self.attempts + 1:
                        message = f"the {each.check} failed {len(row)} times in a row, and nobody was asked: {one.line[:80]!r}"
                        yield Finding(message, one.at, evidence=f"went on {each.check}")
                elif each.state == "passed" and not each.part:
                    rows.pop(each.check, None)


def _longest(ran: "list[Outcome]") -> int:
    """On how many states of the files in a row, at most, a check failed before what had failed passed."""
    failing: set[Check] = set()
    lines: set[str] = set()
    states: set[str] = set()
    longest = 0
    for one in ran:
        whole = [each for each in one.dones if not each.part] if not one.untouched else []
        failing -= {each.check for each in whole if each.state == "passed"}
        if not failing or (one.green and one.line in lines):
            failing, lines, states = set(), set(), set()
        if red := {each.check for each in whole if each.state == "failed"}:
            failing |= red
            lines.add(one.line)
            states.add(one.tree)
            longest = max(longest, len(states))
    return longest


def _told(mine: "HandedOver", before: "Attempt | None", one: "Attempt") -> Iterator[Finding]:
    """What an attempt does not tell."""
    if not one.came:
        said = f"{one.said!r} says neither" if one.said else "nothing says"
        message = f"attempt {one.number or '?'}: {said} whether it failed or passed"
        yield Finding(message, mine.place(one.line), level="style", evidence=f"unclear {one.number} {one.said}")
    elif one.came == "fail" and not one.error:
        message = f"attempt {one.number or '?'} failed, and the log does not say of what"
        yield Finding(message, mine.place(one.line), level="style", evidence=f"no error {one.number}")
    elif one.came == "pass" and before is not None and before.came == "fail" and not (one.fix or before.fix):
        message = f"attempt {one.number or '?'} passed, and the log does not say by which fix"
        yield Finding(message, mine.place(one.line), level="style", evidence=f"no fix {one.number}")


def _ended(mine: "HandedOver", logged: "Log") -> Iterator[Finding]:
    """Whether the final status is that of the last attempt, and the hand-off's."""
    from pytest_agentcompliance.parsing.handoff.words import came

    final = mine.place(logged.final_line)
    for loop in logged.loops[-1:]:
        if logged.final and loop[-1].came and loop[-1].came != logged.final:
            message = f"the self_healing_log ends with {logged.final_said!r}; its last attempt is {loop[-1].said!r}"
            yield Finding(message, final, evidence=f"final {logged.final_said} last {loop[-1].said}")
    if logged.final == "fail" and came(mine.found.status) == "pass":
        message = f"the self_healing_log ends with {logged.final_said!r}, and the hand-off says {mine.found.status!r}"
        yield Finding(message, final, evidence=f"final {logged.final_said} of {mine.found.status}")


def _asked(report: "Report | None", transcript: "Transcript | None") -> bool:
    """Whether the run told a person that it could not mend it."""
    texts = [report.text] if report is not None else []
    texts += [one.text for one in transcript.of("message") if one.speaker == "agent"] if transcript is not None else []
    return any(_ESCALATES.search(text) for text in texts)


def _bad_end(ran: "list[Outcome]", also: "Sequence[Outcome]") -> "tuple[Outcome, str] | None":
    """A check whose every last run failed, also where it is no proof."""
    from pytest_agentcompliance.evidence import outcomes

    for check in dict.fromkeys(each.check for one in ran for each in one.dones):
        ends = [(one, each) for one, each in outcomes.last(ran, check) if each.state != "nothing"]
        mended = any(each.state == "passed" for _, each in outcomes.last(list(also), check))
        if ends and not mended and all(each.state == "failed" and not each.part for _, each in ends):
            return ends[-1][0], f"the {check} failed last"
    return None
