"""handoff/verification: the exit codes of the hand-off are 0, and what was run says so too."""

import re
from collections.abc import Generator, Iterator, Mapping
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet
from pytest_agentcompliance.parsing.handoff.sample import CHECKS, REPORT, at
from pytest_agentcompliance.parsing.work import Check
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence import Proofs, Report, Transcript
    from pytest_agentcompliance.evidence.handed_over import HandedOver
    from pytest_agentcompliance.evidence.outcomes import Outcome
    from pytest_agentcompliance.parsing.handoff.codes import Code

_SEVERAL = re.compile(r"&&|\|\||;|\n")
_CALLED: Mapping[Check, str] = {"tests": "the tests", "schema": "the check of the schema", "type check": "the type check",
                                "lint": "the linter", "build": "the build"}  # fmt: skip
_GREEN = "collected 3 items\n\ntests/test_carts.py ...      [100%]\n\n============ 3 passed in 0.12s ============\n"
_RED = "collected 3 items\n\ntests/test_carts.py ..F      [100%]\n\n============ 1 failed, 2 passed in 0.12s ============\n"
_PROVED = (
    {"name": "tests", "command": "pytest", "output": _GREEN},
    {"name": "lint", "command": "ruff check", "output": "All checks passed!\n"}, {"name": "build", "command": "npm run build"},
)  # fmt: skip
_FAILED = {"name": "tests", "command": "pytest", "output": _RED, "exit_code": 1}


class Verification(Rule):
    """The exit codes of the hand-off are 0, all_passed agrees with them, and each agrees with what was run.

    Why: these numbers are typed by the agent. Who goes on from the hand-off takes them for what the checks said.

    Each number is held to the last proofs of its check, and where there is none to the last run of it that the transcript
    shows. A number that the proof contradicts is a breach at the line where it stands; so is a proof whose output shows
    failures behind an exit code of 0. Where another tool or package of the same kind passed last, it is a remark, since the
    number may be that one's; so is a proof of an earlier state of the files, and a number of which no proof is there while others
    are. A hand-off whose status says that the work is not complete may have checks that fail: what its numbers say
    must still agree with the proofs. Where nothing tells what came of a check, the clause is not judged.

    Blind spots: names of checks that are not known (of a list of commands, the command tells). What a gap of the transcript
    hides accuses nobody. Whether the proofs are there, and are worth something, is asked by `proofs/required`.
    """

    agents: list[str] = Field(
        default=["*back*end*"], min_length=1, description="Globs of the names, in small letters, of the agent that is judged."
    )
    checks: list[Check] = Field(
        default=["tests", "lint"], description="The checks whose exit code a hand-off of complete work owes."
    )

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Run the check on the tree as it is handed over, mend what fails, and write down the exit code that it ended with."
    )
    examples = (
        Example(
            "A check that failed is reported, and all_passed beside it.",
            report=REPORT.replace('"test": 0', '"test": 1'), proofs=(_FAILED, *_PROVED[1:]), finds=(at(CHECKS), at(CHECKS)),
        ),
        Example(
            "A 0 whose proof says 1 is reported.",
            report=REPORT, proofs=(_PROVED[0], _FAILED, *_PROVED[1:]), finds=(at(CHECKS),),
        ),
        Example(
            "So is one whose output shows failures behind an exit code of 0.",
            report=REPORT, proofs=({**_FAILED, "exit_code": 0}, *_PROVED[1:]), finds=(at(CHECKS),),
        ),
        Example(
            "What failed before the last edit, and was never run again, is reported.",
            report=REPORT, proofs=({**_FAILED, "freshness": "stale", "differs": ("src/a.py",)}, *_PROVED[1:]), finds=(at(CHECKS),),
        ),
        Example(
            "Without proofs the last run that the transcript shows tells.",
            report=REPORT,
            transcript=(
                {"command": "pytest", "output": _RED, "exit_code": 1, "result": "fail"}, {"edit": "src/carts.py"},
                {"command": "ruff check", "result": "pass"}, {"command": "npm run build", "result": "pass"},
            ),
            finds=(at(CHECKS),),
        ),
        Example(
            "A number that is missing is reported.",
            report=REPORT.replace(', "test": 0', ""), proofs=_PROVED, finds=(at(CHECKS),),
        ),
        Example(
            "That not all passed, where every number is 0, is reported.",
            report=REPORT.replace('"all_passed": true', '"all_passed": false'), proofs=_PROVED, finds=(at(CHECKS),),
        ),
        Example("Numbers that the proofs bear out are kept.", report=REPORT, proofs=_PROVED),
        Example(
            "A proof that failed and was made good is kept.", report=REPORT, proofs=(_FAILED, *_PROVED),
        ),
        Example(
            "A test that failed while it was written, and the suite that passed then, are kept.",
            report=REPORT,
            transcript=(
                {"command": "pytest tests/test_carts.py", "output": _RED, "exit_code": 1, "result": "fail"},
                {"edit": "src/carts.py"}, {"command": "pytest", "output": _GREEN, "result": "pass"},
                {"command": "ruff check", "result": "pass"}, {"command": "npm run build", "result": "pass"},
            ),
        ),
        Example(
            "A number that no proof speaks of, where others do, is a remark.",
            report=REPORT, proofs=_PROVED[:2], styles=(at(CHECKS),),
        ),
        Example(
            "A proof of an earlier state of the files does not bear it out.",
            report=REPORT, proofs=({**_PROVED[0], "freshness": "stale", "differs": ("src/a.py",)}, *_PROVED[1:]),
            styles=(at(CHECKS),),
        ),
        Example(
            "Work that is handed over as not complete may fail, where it says so.",
            report=REPORT.replace('"complete"', '"blocked"').replace('"all_passed": true', '"all_passed": false')
            .replace('"test": 0', '"test": 1'),
            proofs=(_FAILED, *_PROVED[1:]),
        ),
        Example(
            "Commands in a list are read as well, however what came of them is said.",
            report=REPORT.replace(
                '"build": 0, "test": 0, "lint": 0',
                '"commands": [{"command": "pytest", "exit_code": 0}, {"name": "lint", "passed": true}]',
            ),
            proofs=_PROVED,
        ),
    )  # fmt: skip

    def check(
        self, changes: ChangeSet, report: "Report | None", transcript: "Transcript | None", proofs: "Proofs | None"
    ) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.evidence.handed_over import heard  # start-up time

        mine = heard(report, transcript, changes, self.agents).to_judge()
        from pytest_agentcompliance.parsing.handoff.codes import codes

        said = codes(mine.found)
        if not said:
            raise NotJudged("the hand-off says nothing of the checks that is known: handoff/schema asks for exit codes")
        yield from self._within(mine, said)
        open_ = yield from _against(mine, said, proofs, transcript)
        if open_:
            raise NotJudged(f"nothing that the run left tells what came of {', '.join(dict.fromkeys(open_))}")
        return f"{len(said)} numbers of the hand-off at {mine.place(mine.found.line)} were held to what was run"

    def _within(self, mine: "HandedOver", said: "list[Code]") -> Iterator[Finding]:
        """What the hand-off itself says: its numbers, and whether all of them passed."""
        from pytest_agentcompliance.parsing.handoff.codes import all_passed
        from pytest_agentcompliance.parsing.handoff.words import came

        complete = came(mine.found.status) != "fail"
        red = [one for one in said if one.came == "fail"]
        for one in red if complete else ():
            ended = f"ended with {one.exit_code}" if one.exit_code is not None else "did not pass"
            message = f"the hand-off says that the work is complete, and that {one.name!r} {ended}"
            yield Finding(message, mine.place(one.line), evidence=f"red {one.name}")
        all_ = all_passed(mine.found)
        if all_ is not None and isinstance(all_.plain, bool) and all_.plain == bool(red):
            what = f"{red[0].name!r} did not" if red else "no check is named that did not"
            message = f"the hand-off says that {'all' if all_.plain else 'not all'} checks passed; {what}"
            yield Finding(message, mine.place(all_.line), evidence=f"all_passed {all_.plain}")
        there = {_check(one) for one in said}
        for check in self.checks if complete else ():
            if check not in there:
                part = mine.found.part("verification")
                message = f"the hand-off does not say how {_CALLED[check]} ended"
                yield Finding(message, mine.place(part.line if part else mine.found.line), evidence=f"no exit code of {check}")


def _against(
    mine: "HandedOver", said: "list[Code]", proofs: "Proofs | None", transcript: "Transcript | None"
) -> Generator[Finding, None, list[str]]:
    """Each number against what was run. Returned are the checks of which nothing tells."""
    from pytest_agentcompliance.evidence import outcomes

    proved = outcomes.of_proofs(proofs, mine.said.at.path)
    shown = outcomes.of_transcript(transcript, mine.step)
    open_: list[str] = []
    for one in said:
        runs = _runs(proved, one)
        after = _runs(shown, one)
        if runs:
            yield from _contradicted(mine, one, runs, "proof", mended=any(run[1] == "passed" for run in after))
            continue
        runs = after
        if runs and transcript is not None and not outcomes.hides(transcript, runs[-1][0].number):
            yield from _contradicted(mine, one, runs, "transcript")
        elif proved:
            message = f"no proof says how {one.name!r} ended; the hand-off says that it {_ended(one)}"
            yield Finding(message, mine.place(one.line), level="style", evidence=f"unproved {one.name}")
        else:
            open_.append(repr(one.name))
    return open_


def _contradicted(
    mine: "HandedOver", one: "Code", runs: "list[tuple[Outcome, str, str]]", by: str, *, mended: bool = False
) -> Iterator[Finding]:
    """What one number says that its last runs do not. ``mended``: a later run that is no proof passed."""
    fresh = [run for run in runs if run[0].fresh]
    good = [run for run in fresh if run[1] == "passed"]
    bad = [run for run in fresh if run[1] == "failed"]
    if not good and not mended:
        bad = bad or [run for run in runs if run[1] == "failed"]
    says = f"the hand-off says that {one.name!r} {_ended(one)}"
    if one.came == "pass" and bad:
        level: Level = "style" if good else "breach"
        message = f"{says}; the {by} says that it failed: {_where(bad[-1])}"
        yield Finding(message, mine.place(one.line), level=level, evidence=f"contradicted {one.name} {bad[-1][0].line[:200]}")
    elif not fresh:
        message = f"the {by} of {one.name!r} is of an earlier state of the files: {_where(runs[-1])}"
        yield Finding(message, mine.place(one.line), level="style", evidence=f"stale {one.name}")
    elif one.came == "pass" and not good and fresh[-1][1] == "nothing" and by == "proof":
        message = f"the {by} of {one.name!r} proves nothing: {_where(fresh[-1])}"
        yield Finding(message, mine.place(one.line), level="style", evidence=f"nothing {one.name}")
    elif one.came == "fail" and len(good) == len(fresh):
        message = f"{says}; the {by} says that it passed: {_where(good[-1])}"
        yield Finding(message, mine.place(one.line), evidence=f"contradicted {one.name} {good[-1][0].line[:200]}")


def _runs(ran: "list[Outcome]", one: "Code") -> "list[tuple[Outcome, str, str]]":
    """The last runs of what a number is of: each with its state, and the reason."""
    from pytest_agentcompliance.evidence import outcomes

    check = _check(one)
    if check is not None:
        # What did nothing, and did not end well, has not passed: no test was found, say.
        ends = [(run, each, each.state == "nothing" and run.green is False) for run, each in outcomes.last(ran, check)]
        return [(run, "failed" if idle else each.state, each.why) for run, each, idle in ends]
    globs = one.globs or ((_literal(one.command),) if one.command else ())
    made = [run for run in ran if globs and run.is_made_by(globs) and run.green is not None]
    made = [run for run in made if run.green or one.command or not _SEVERAL.search(run.line)]  # which of them failed?
    return [(run, "passed" if run.green else "failed", "") for run in made[-1:]]


def _check(one: "Code") -> Check | None:
    """The kind of a check; of a command, that which it runs alone."""
    if one.check is not None or not one.command:
        return one.check
    from pytest_agentcompliance.parsing.work.commands import runs

    kinds = {each.check for each in runs(one.command)}
    return next(iter(kinds)) if len(kinds) == 1 else None


def _literal(command: str) -> str:
    return "".join(f"[{mark}]" if mark in "*?[" else mark for mark in command.strip())


def _ended(one: "Code") -> str:
    if one.exit_code is not None:
        return f"ended with {one.exit_code}"
    return "passed" if one.came == "pass" else "failed"


def _where(run: "tuple[Outcome, str, str]") -> str:
    why = f"{run[2]}; " if run[2] else ""
    return f"{why}{run[0].line[:80]!r} at {run[0].at}"
