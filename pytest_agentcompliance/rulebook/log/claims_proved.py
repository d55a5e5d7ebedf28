from collections.abc import Generator, Iterable, Iterator
from contextlib import suppress
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Chunk, ChunkLog
from pytest_agentcompliance.evidence.log import Command
from pytest_agentcompliance.parsing.late import late
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence import Proofs, Report, Step, Transcript
    from pytest_agentcompliance.parsing.claimed.judge import Claim, Edit, Known
    from pytest_agentcompliance.parsing.claimed.ran import Ran
    from pytest_agentcompliance.parsing.claimed.sentences import Said
    from pytest_agentcompliance.parsing.work import Check

_CHUNK = "## Chunk 1 — cart\n- Commands run:\n  - `pnpm test` - {}\n- Notes / Risks: {}\n\nBACKEND COMPLETE\n"

_EDIT = {"edit": "api/cart.ts"}
_PASSING = "      Tests  20 passed (20)\n   Duration  1.02s\n"
_FAILING = "      Tests  2 failed | 18 passed (20)\n   Duration  1.02s\n"
_NONE_RAN = "===== 20 deselected in 0.10s =====\n"
_LINTED = "\n✖ 1 problem (1 error, 0 warnings)\n"
_GREEN = {"command": "npx vitest run", "exit_code": 0, "result": "pass", "output": _PASSING}
_RED = {"command": "npx vitest run", "exit_code": 1, "result": "fail", "output": _FAILING}
_LINT = {"command": "npx eslint api", "exit_code": 1, "result": "fail", "output": _LINTED}
_EMPTY = {"command": "python -m pytest -k cart", "exit_code": 0, "result": "pass", "output": _NONE_RAN}
_CTEST = {"command": "ctest", "exit_code": 0, "result": "pass", "output": "100% tests passed, 0 tests failed out of 9\n"}
_SAID = "# Done\n\nThe cart is in. All tests pass.\n"
_MAKE = {"command": "cd core && make", "exit_code": 2, "result": "fail", "output": "make: *** [Makefile:19: build] Error 2\n"}
_PROVED = {"name": "tests", "command": "npx vitest run", "output": _PASSING}
_FAILED = {"name": "tests", "command": "npx vitest run", "exit_code": 1, "output": _FAILING}


class ClaimsProved(Rule):
    """What the log and the report say of the checks agrees with what ran.

    Why: "all tests pass" is the sentence that a reviewer relies on. Where no such command ran, or it failed, or the code
    was edited after it, the sentence was not read off any screen.

    Blind spots: a transcript that does not cover the whole run accuses nobody; where steps may be missing, only what came
    after them does. A run of some tests counts for the tests, save where all had failed, and a script that is named after
    nothing may have run any check. That a command was run from another folder by its absolute path is not seen. A failure
    that is called known or unrelated is taken at its word. Claims are read in English, and not out of quotations; of fenced
    output only the end of a run of tests is, where no run printed it, and of indented output nothing. A text that tells of a
    failing check anywhere is not accused of that check. A script that prints the sentence may be the tests. Of a pipe only what
    it printed counts. A transcript that writes no file of the change bears out nothing and accuses nobody; when
    it was made is not asked, since a rebase makes base younger than an honest session. Without proofs and transcript only what
    the log itself contradicts is seen.
    """

    unproved: Literal["style", "breach"] = Field(
        default="style", description="What a claim is that no proof bears out, where the run left proofs and no transcript"
    )
    remedy = Remedy("fix", "Run the check again, log the command with its outcome, and correct in a new chunk what was said of it.")
    examples = (
        Example(
            "Complete, and the last run of the tests failed: reported at the command.",
            log=_CHUNK.format("FAILED (2 of 20)", "none"),
            finds=("BACKEND-LOG.md:3",),
        ),
        Example(
            "Checks that passed where no command was run are reported at the sentence.",
            log=_CHUNK.format("x", "Type check passed, all tests passing").replace(":\n  - `pnpm test` - x", ": none"),
            finds=("BACKEND-LOG.md:3", "BACKEND-LOG.md:3"),
        ),
        Example("An outcome that is claimed and shown is kept.", log=_CHUNK.format("20 tests PASSED", "all tests passing")),
        Example(
            "A failure that a later run made good is kept.",
            log="## Chunk 1 — cart\n- Commands run:\n  - `pnpm test` - FAILED\n  - `pnpm test` - PASSED\n\nBACKEND COMPLETE\n",
        ),
        Example(
            "A failure that was there before is said to be so.",
            log=_CHUNK.format("57 PASS, 1 pre-existing FAIL", "none"),
        ),
        Example(
            "What another chunk ran may be spoken of here.",
            log=_CHUNK.format("20 tests PASSED", "none")
            + "\n## Chunk 2 — till\n- Commands run: none\n- Notes / Risks: tests passed in chunk 1\n",
        ),
        Example(
            "What should pass is not said to have passed.",
            log="## Chunk 1 — cart\n- Commands run: none\n- Notes / Risks: tests should pass\n",
        ),
        Example(
            "A log that does not say that it is complete may end with a failure.",
            log=_CHUNK.format("FAILED", "none").replace("BACKEND COMPLETE", "BLOCKED: the tests need a database"),
        ),
        # Claimed and never run
        Example(
            "Tests that the report says pass, and no step of the transcript ran.",
            report=_SAID, transcript=(_EDIT, {"command": "git status", "exit_code": 0}), finds=("REPORT.md:3",),
        ),
        Example(
            "A type check that the log shows as passed, and no step of the transcript ran.",
            log="## Chunk 1 — cart\n- Commands run:\n  - `pnpm test` - PASSED\n  - `pnpm check-types` - PASSED\n",
            transcript=(_EDIT, _GREEN, {"command": "git diff --stat", "exit_code": 0}), finds=("BACKEND-LOG.md:4",),
        ),
        Example(
            "What a script ran is not known: it may have been the tests.",
            report=_SAID, transcript=(_EDIT, {"command": "./scripts/ci.sh", "exit_code": 0}),
        ),
        Example(
            "A sub-agent whose steps are not there may have run them.",
            report=_SAID, transcript=(_EDIT, {"call": "Task", "arguments": {"prompt": "Run the tests."}, "output": "20 passed"}),
        ),
        Example("The commands of a sub-agent count.", report=_SAID, transcript=(_EDIT, {**_GREEN, "agent": "a1"})),
        Example("A talk that was written down shows no step.", report=_SAID, transcript=({"says": "All tests pass."},)),
        Example(
            "What a reader is to run, what should pass and what somebody asked for is no claim.",
            report="# Cart\n\n## How to test\n\n- Run `pnpm test`: all tests pass\n\n## Notes\n\nTests should pass in CI. "
            "Make sure the build passes.\n- [ ] All tests pass\n> all tests pass\n",
            transcript=(_EDIT,),
        ),
        # Claimed passed, and failed
        Example(
            "The last run of the tests failed: reported at the sentence.",
            report=_SAID, transcript=(_EDIT, _GREEN, _EDIT, _RED), finds=("REPORT.md:3",),
        ),
        Example(
            "The proof of what the log shows as passed failed.",
            log=_CHUNK.format("PASSED", "none"), proofs=(_FAILED,), finds=("BACKEND-LOG.md:3",),
        ),
        Example(
            "A failure that a later run of the transcript made good is kept.",
            report=_SAID, transcript=(_EDIT, _RED, _EDIT, _GREEN),
        ),
        Example("A proof that failed and was made again is kept.", log=_CHUNK.format("PASSED", "none"), proofs=(_FAILED, _PROVED)),
        Example(
            "The report says itself how many fail: who reads it is not misled.",
            report="# Done\n\nThe 14 new tests pass. Full suite: 18 pass, 2 fail.\n", transcript=(_EDIT, _RED),
        ),
        Example(
            "A run whose end is hidden by a pipe, or goes on behind, accuses nobody.",
            report=_SAID,
            transcript=(
                _EDIT, {"command": "npx vitest run | tail -1", "exit_code": 0, "output": "\n"},
                {"command": "npx vitest run", "background": True},
            ),
        ),
        Example(
            "The tests passed and a threshold of coverage failed: the tests are not said to have failed.",
            report=_SAID, transcript=(_EDIT, {**_GREEN, "command": "npx vitest run --coverage", "exit_code": 1, "result": "fail"}),
        ),
        Example(
            "A run on another state of the code says nothing of this one.",
            report=_SAID, transcript=(_EDIT, _GREEN, {**_RED, "command": "git stash && npx vitest run"}),
        ),
        Example(
            "A filter that finds nothing ends with 1: of a pipe only what it printed counts.",
            report="# Done\n\nAll tests pass, the type check passes.\n",
            transcript=(
                _EDIT, _GREEN, {"command": "npx vitest run | grep FAIL", "exit_code": 1, "result": "fail"},
                {"command": "npx tsc --noEmit | grep -c error", "exit_code": 1, "result": "fail", "output": "0\n"},
            ),
        ),
        Example(
            "A sentence beside the claim tells of the failure.",
            report="# Done\n\nUnit tests pass. The e2e tests fail since no browser is installed.\n",
            transcript=(_EDIT, _GREEN, {**_RED, "command": "npx playwright test", "output": "  1 failed\n  2 passed (5s)\n"}),
        ),
        Example(
            "A failed type check that tests, which read no types, do not make good.",
            report="# Done\n\nTests pass, the type check passes.\n",
            transcript=(_EDIT, {**_LINT, "command": "npx tsc --noEmit", "output": "a.ts(1,5): error TS2322: Type x\n"}, _GREEN),
            finds=("REPORT.md:3",),
        ),
        Example(
            "The full suite, of which one file ran.",
            report="# Done\n\nThe full test suite passes.\n",
            transcript=(_EDIT, {**_GREEN, "command": "npx vitest run cart.test.ts"}), finds=("REPORT.md:3",),
        ),
        Example(
            "A fence that shows the end of a run which no run printed.",
            report="# Test results\n\n```\n      Tests  20 passed (20)\n```\n", transcript=(_EDIT, _RED), finds=("REPORT.md:4",),
        ),
        Example(
            "A fence that shows what a run printed, and one that shows what is expected.",
            report="# Test results\n\n```\n      Tests  20 passed (20)\n```\n\nExpected on CI:\n\n"
            "```\n      Tests  25 passed (25)\n```\n",
            transcript=(_EDIT, _GREEN),
        ),
        Example(
            "All failed, and since then one file passed.",
            report=_SAID, transcript=(_EDIT, _RED, _EDIT, {**_GREEN, "command": "npx vitest run cart.test.ts"}),
            finds=("REPORT.md:3",),
        ),
        Example(
            "The same, where the report speaks of that file alone.",
            report="# Done\n\nThe 20 tests of the cart pass. The others need a database and were not able to run.\n",
            transcript=(_EDIT, _RED, _EDIT, {**_GREEN, "command": "npx vitest run cart.test.ts"}),
        ),
        Example(
            "The log shows one file that fails, and another that passes.",
            log="## Chunk 1 — x\n- Commands run:\n  - `npx vitest run till.test.ts` - PASSED\n"
            "  - `npx vitest run cart.test.ts` - FAILED\n",
            transcript=(
                _EDIT, {**_GREEN, "command": "npx vitest run till.test.ts"}, {**_RED, "command": "npx vitest run cart.test.ts"},
            ),
        ),
        # Run before the last edit
        Example(
            "The code was edited after the last run of the tests.",
            report=_SAID, transcript=(_EDIT, _GREEN, _EDIT), finds=("REPORT.md:3",),
        ),
        Example(
            "A command of the shell edited it.",
            after={"api/cart.ts": "a\n"}, report=_SAID,
            transcript=(_EDIT, _GREEN, {"command": "sed -i 's/1/2/' api/cart.ts", "exit_code": 0}), finds=("REPORT.md:3",),
        ),
        Example(
            "A formatter, and what git brought back, leave the code what it was.",
            after={"api/cart.ts": "a\n"}, report=_SAID,
            transcript=(
                _EDIT, _GREEN, {"command": "npx prettier --write api/cart.ts", "exit_code": 0},
                {"command": "git checkout -- api/cart.ts", "exit_code": 0},
            ),
        ),
        Example(
            "A proof is stale, and the code is what differs.",
            report=_SAID, proofs=({**_PROVED, "freshness": "stale", "differs": ("api/cart.ts",)},), finds=("REPORT.md:3",),
        ),
        Example(
            "Only a document was edited since, or a comment.",
            report=_SAID,
            transcript=(
                _EDIT, _GREEN, {"edit": "docs/cart.md"}, {**_EDIT, "before": "// old\nf();", "after": "// new\nf();"},
            ),
        ),
        Example(
            "What was edited since is another package's, and not of the tests' language.",
            report=_SAID, transcript=(_EDIT, {**_GREEN, "folder": "api"}, {"edit": "web/app.ts"}, {"edit": "api/seed.py"}),
        ),
        Example(
            "A proof is stale by a document alone.",
            report=_SAID, proofs=({**_PROVED, "freshness": "stale", "differs": ("README.md",)},),
        ),
        Example(
            "An edit after the run that a chunk's claim does not speak for.",
            log="## Chunk 1 — cart\n- Files changed: `api/cart.ts`\n- Commands run:\n  - `npx vitest run` - PASSED\n",
            transcript=(_EDIT, _GREEN, {"edit": "api/till.ts"}),
        ),
        # Counts
        Example(
            "More tests than any output shows.",
            report="# Done\n\nAll 25 tests pass.\n", transcript=(_EDIT, _GREEN), finds=("REPORT.md:3",),
        ),
        Example(
            "More tests than the proof shows.",
            log=_CHUNK.format("31 tests PASSED", "none"), proofs=(_PROVED,), finds=("BACKEND-LOG.md:3",),
        ),
        Example(
            "The tests of two packages together, and those of one file.",
            report="# Done\n\n- All 40 tests pass\n- 3 new tests pass\n",
            transcript=(_EDIT, {**_GREEN, "folder": "api"}, {**_GREEN, "folder": "web"}),
        ),
        # Not mentioned
        Example(
            "The last lint failed, and nobody says so: reported at the step.",
            report=_SAID,
            transcript=(_EDIT, _LINT, _GREEN),
            finds=("SESSION.jsonl:2",),
        ),
        Example(
            "A failed proof that the log does not mention.",
            log="## Chunk 1 — cart\n- Commands run:\n  - `git status`\n\nBACKEND COMPLETE\n", proofs=(_FAILED,),
            finds=(".agent-compliance/proofs/0001.json",),
        ),
        Example(
            "A failure that the report speaks of, and one that the agent spoke of on the way.",
            report="# Done\n\nThe cart is in. Lint still fails in the old code.\n",
            transcript=(
                _EDIT, _LINT, _RED,
                {"says": "Two tests fail; they are unrelated to the cart."},
            ),
        ),
        Example(
            "A check that could not be started did not fail.",
            report="# Done\n\nThe cart is in.\n",
            transcript=(_EDIT, {"command": "npm run lint", "exit_code": 1, "output": "npm error Missing script: \"lint\"\n"}),
        ),
        # Runs that did nothing
        Example(
            "The tests that the report speaks of were none.",
            report=_SAID,
            transcript=(_EDIT, _EMPTY),
            finds=("REPORT.md:3",),
        ),
        Example(
            "The proof of the tests has only skipped ones.",
            report=_SAID, proofs=({"command": "python -m pytest", "output": "===== 20 skipped in 0.10s =====\n"},),
            finds=("REPORT.md:3",),
        ),
        Example(
            "The report says itself that there are no tests.",
            report="# Done\n\nTest suite: runs clean (0 tests, none written yet).\n",
            transcript=(_EDIT, _EMPTY),
        ),
        # Done, and nothing bears it out
        Example(
            "The bug is said to be fixed, and every build failed.",
            report="# Result\n\nThe crash of the parser has been fixed. However, the build was not successful.\n",
            transcript=({"edit": "core/parser.c"}, _MAKE, _MAKE), finds=("REPORT.md:3",),
        ),
        Example(
            "The same, where the log says that the run is complete.",
            log="## Chunk 1 — parser\n- Commands run: the build did not succeed\n\nBACKEND COMPLETE\n",
            transcript=({"edit": "core/parser.c"}, _MAKE), finds=("BACKEND-LOG.md:4",),
        ),
        Example(
            "The agent says that it is not done.",
            report="# Result\n\nThe fix of the parser has not been verified: the build fails.\n",
            transcript=({"edit": "core/parser.c"}, _MAKE),
        ),
        Example(
            "One check passed.",
            report="# Result\n\nThe crash of the parser has been fixed. The build fails here: it needs LLVM.\n",
            transcript=({"edit": "core/parser.c"}, _MAKE, _CTEST),
        ),
        # Proofs, and none of that kind
        Example(
            "Proofs are there, and none of the build: shown.",
            report="# Done\n\nThe build passes.\n", proofs=(_PROVED,), styles=("REPORT.md:3",),
        ),
        Example(
            "The same, where the policy wants each claim proved.",
            given={"unproved": "breach"}, report="# Done\n\nThe build passes.\n", proofs=(_PROVED,), finds=("REPORT.md:3",),
        ),
        Example("What proofs bear out is kept.", report="# Done\n\nAll 20 tests pass.\n", proofs=(_PROVED,)),
        # Words that were taken for claims
        Example(
            "What is handed on, what is to be done and what passed in part are no claims.",
            report="# Done\n\nThe password tests pass the token to the server.\n\nTODO: make tests pass\n\n"
            "2 of 3 tests pass, one fails.\n",
            transcript=(_EDIT, _RED),
        ),
        Example(
            "Numbers of other things, quoted words and another agent's are no claims.",
            report="# Done\n\nI completed most of task 60 with tests passing.\n\n"
            'Line 9: change from "342 tests passing" to "420 tests passing, type check clean, lint clean".\n',
            transcript=(_EDIT, _GREEN),
        ),
        # The files
        Example(
            "A file that the transcript shows edited and the change has not, and one the other way round: shown.",
            after={"api/cart.ts": "a\n", "api/till.ts": "b\n"}, report="# Done\n",
            transcript=(_EDIT, {"edit": "api/gone.ts"}), styles=("SESSION.jsonl:2", "api/till.ts"),
        ),
        Example(
            "Files that a command wrote or undid, lockfiles and what is generated are not asked for.",
            after={"api/cart.ts": "a\n", "api/till.ts": "b\n", "pnpm-lock.yaml": "c\n", "dist/cart.js": "d\n"}, report="# Done\n",
            transcript=(
                _EDIT, {"edit": "api/gone.ts"}, {"edit": "dist/x.js"}, {"command": "rm api/gone.ts", "exit_code": 0},
                {"command": "cat > api/till.ts <<'E'\nb\nE", "exit_code": 0},
            ),
        ),
    )  # fmt: skip

    def check(
        self, log: ChunkLog | None, report: "Report | None", proofs: "Proofs | None", transcript: "Transcript | None",
        changes: ChangeSet,
    ) -> Generator[Finding, None, str]:  # fmt: skip
        problems = [one.problem for one in (log, report, proofs, transcript) if one is not None and one.problem]
        log = None if log is not None and log.problem else log
        report = None if report is not None and report.problem else report
        if log is None and report is None:
            raise NotJudged("; ".join(problems) or "the run left neither a log nor a report, so that nothing is claimed")
        if log is not None:
            yield from _within(log)
        if proofs is not None and proofs.problem:
            proofs = None
        if transcript is not None and transcript.problem:
            transcript = None
        why = "the run left neither proofs nor a transcript: what is claimed stands at L0, the agent's word"
        if proofs is not None or transcript is not None:
            why = yield from self._held(log, report, proofs, transcript, changes)
        if problems:
            raise NotJudged("; ".join(problems))
        if log is not None and not log.chunks and report is None and proofs is None and transcript is None:
            raise NotJudged("the log has no chunks, so there are no commands to be held against what it says")
        return why

    def _held(
        self, log: ChunkLog | None, report: "Report | None", proofs: "Proofs | None", transcript: "Transcript | None",
        changes: ChangeSet,
    ) -> Generator[Finding, None, str]:  # fmt: skip
        """What is claimed, held against proofs and transcript."""
        from pytest_agentcompliance.parsing.claimed import judge, sentences
        from pytest_agentcompliance.parsing.proofs import mentioned

        claims = [*_of_log(log), *_of_report(report)]
        known = _known(proofs, transcript, changes, _written_at(transcript, log, report))
        texts = [*_told(log, changes), *([report.text] if report is not None else [])]
        failed = {one.check for one in claims if one.outcome == "fail"}

        @cache
        def spoken_of(check: "Check") -> bool:
            return mentioned.tells(texts, check) or any(sentences.admits(text, check) for text in texts)

        whole = log is not None or (report is not None and report.source != "transcript")

        def told(run: "Ran") -> bool:
            """Whether something says that a run failed; a last message that does not say that anything is done is no report."""
            later = [one.text for one in _said_after(transcript, run)]
            return (
                run.check in failed
                or spoken_of(run.check)
                or mentioned.tells(later, run.check)
                or not (whole or any(sentences.speaks(text) for text in later))
            )

        made = judge.judge(judge.with_last(claims), known, told)
        for one in made.found:
            breach = one.kind != "not proved" or self.unproved == "breach"
            yield Finding(one.message, one.at, level="breach" if breach else "style", evidence=one.evidence)
        if not made.found and (done := _done(log, report)) is not None:
            edited = transcript.first_edit if transcript is not None else None
            empty = judge.unfounded(*done, known, edited.number if edited is not None else 0)
            if empty is not None:
                yield Finding(empty.message, empty.at, evidence=empty.evidence)
        if transcript is not None:
            yield from _files(known, transcript, changes, _exempt(log, report, proofs, transcript))
        return made.why(known)


# What is claimed


def _of_log(log: ChunkLog | None) -> Iterator["Claim"]:
    from pytest_agentcompliance.parsing.claimed.judge import Claim

    for chunk in log.new_chunks if log is not None else ():
        files = tuple(one.path for one in chunk.files if one.changed)
        rows = chunk.text.split("\n")
        first = chunk.at.line or 1
        said = {(one.check, first + one.row): one for one in _sentences(chunk.text)}
        for command in chunk.commands:
            excused = _excused(chunk, command)
            for check in _checks(command.command):
                beside = said.pop((check, command.at.line or 0), None)
                yield Claim(
                    check, beside.text if beside else command.command, command.at, "the log", _came(command),
                    beside.many if beside else None, files, excused, command=command.command,
                )  # fmt: skip
        for (check, line), one in said.items():
            excused = _is_excused(" ".join(rows[one.row : one.row + 2]))
            yield Claim(check, one.text, Place(chunk.at.path, line), "the log", "pass", one.many, files, excused)
    for command in log.unchunked_commands if log is not None else ():
        for check in _checks(command.command):
            yield Claim(check, command.command, command.at, "the log", _came(command), command=command.command)


def _came(command: Command) -> Literal["pass", "fail", ""]:
    return "pass" if command.outcome == "pass" else "fail" if command.outcome == "fail" else ""


def _of_report(report: "Report | None") -> Iterator["Claim"]:
    from pytest_agentcompliance.parsing.claimed import sentences
    from pytest_agentcompliance.parsing.claimed.judge import Claim

    if report is None:
        return
    text, rows = report.text, report.text.split("\n")

    @cache
    def admitted(check: "Check") -> bool:
        return sentences.admits(text, check)

    said = _sentences(text, report.is_json)
    for one in said if report.is_json else chain(said, sentences.pasted(text)):
        excused = (not one.pasted and _is_excused(" ".join(rows[one.row : one.row + 2]))) or admitted(one.check)
        yield Claim(one.check, one.text, _at(report, one.row), _who(report), "pass", one.many, (), excused, pasted=one.pasted)


def _who(report: "Report") -> str:
    return {"file": "the report", "pull request": f"the text of the {report.path}", "transcript": "the last message"}[report.source]


def _at(report: "Report", row: int) -> Place:
    """A line of a file, or of the pull request's text; a message of a transcript is one line there."""
    return Place(report.path, report.line if report.source == "transcript" else report.line + row)


def _sentences(text: str, is_json: bool = False) -> "Iterator[Said]":
    from pytest_agentcompliance.parsing.claimed import sentences

    return sentences.of_json(text) if is_json else sentences.passed(text)


def _checks(command: str) -> "Iterator[Check]":
    from pytest_agentcompliance.parsing.work import commands

    return iter(dict.fromkeys(one.check for one in commands.runs(command)))


def _said_after(transcript: "Transcript | None", run: "Ran") -> "Iterator[Step]":
    """What the agent said after a step of its transcript."""
    if transcript is not None and not run.trust:
        yield from (one for one in transcript.of("message") if one.speaker == "agent" and one.number > run.number)


def _done(log: ChunkLog | None, report: "Report | None") -> tuple[str, Place, str] | None:
    """Where the run says that its work is done."""
    from pytest_agentcompliance.parsing.claimed import sentences

    if report is not None and not report.is_json and (told := sentences.done(report.text)):
        return told.text, _at(report, told.row), _who(report)
    if log is not None and log.signal.kind == "complete":
        return log.signal.text or "complete", log.signal.at, "the log"
    return None


def _told(log: ChunkLog | None, changes: ChangeSet) -> Iterator[str]:
    """The texts of the log: the whole file, where the change has it."""
    if log is None:
        return
    yield from (chunk.text for chunk in log.chunks)
    yield log.signal.reason
    change = changes.by_path.get(log.path)
    if change is not None and change.after is not None:
        with suppress(Unreadable):
            yield change.after.text()


# What is known to have run


def _written_at(transcript: "Transcript | None", log: ChunkLog | None, report: "Report | None") -> int | None:
    """The last step that wrote what is claimed; what lies behind it cannot bear it out. None where no step is known for it."""
    if transcript is None:
        return None
    if report is not None and report.source == "transcript":
        last = transcript.last_word
        return last.number if last is not None and log is None else None
    named = {one.path for one in (log, report) if one is not None}
    written = {one.path: one.number for one in transcript.of("edit") if one.path in named and one.result not in ("refused", "fail")}
    return max(written.values()) if written.keys() == named else None


def _known(proofs: "Proofs | None", transcript: "Transcript | None", changes: ChangeSet, until: int | None = None) -> "Known":
    from pytest_agentcompliance.parsing.claimed import covers, judge, reading

    paths = changes.paths
    edits = [*_edits(transcript, paths), *_by_shell(transcript, paths)] if transcript is not None else []
    edits.sort(key=lambda one: one.number)
    shown = [one for one in transcript.of("command") if one.result != "refused"] if transcript is not None else []
    # What another run's session did bears out nothing, makes nothing good, and accuses nobody.
    strangers = transcript.strangers(paths) if transcript is not None else frozenset()
    runs = [
        reading.Line(
            one.text, one.at, one.number, one.folder, one.exit_code, one.result, one.work, one.output, one.background,
            strange=one.session in strangers,
        )
        for one in shown
    ]  # fmt: skip
    proved = [
        reading.Line(
            one.line, one.at, one.sequence, one.folder, one.exit_code if one.ended == "exit" else one.exit_code or -1,
            "pass" if one.green else "fail", one.work, one.output, trust=one.trust, fresh=one.freshness != "stale",
            stale=one.differs if one.freshness == "stale" else (),
        )
        for one in (proofs.proofs if proofs is not None else ())
    ]  # fmt: skip
    code = {path for path in paths if covers.is_code(path) and not covers.made_by_tools(path)}
    wrote = {one.path for one in edits} | {path for one in shown for path in _touched(one.text)}
    partial = len(code - wrote) * 2 > len(code)
    apart = bool(code) and transcript is not None and len(_unwritten(transcript, code)) == len(code)
    # A gap excuses what may have been done in it, and nothing that was claimed before.
    gaps = [one for one in transcript.gaps if until is None or one < until] if transcript is not None else []
    hidden = max([_hidden(transcript), *(max(one, 1) for one in gaps)])
    # What has messages alone is a talk that was written down, and no transcript of what was done.
    whole = transcript is not None and (transcript.complete or bool(transcript.gaps))
    whole = whole and transcript is not None and any(one.kind != "message" for one in transcript.steps)
    steps = len(transcript.steps) if transcript is not None else 0
    return judge.Known(
        tuple(chain.from_iterable(map(reading.runs, runs))), tuple(chain.from_iterable(map(reading.runs, proved))),
        tuple(one for one in edits if one.path in paths or not paths), steps,
        transcript is not None, proofs is not None, whole and not partial, hidden,
        frozenset(check for one in shown for check in reading.may_run(one.text)) | _asked(transcript),
        frozenset(path.partition("/")[0] for path in {*paths, *(one.path for one in edits)} if "/" in path), apart,
    )  # fmt: skip


def _edits(transcript: "Transcript", paths: frozenset[str]) -> Iterator["Edit"]:
    """The edits of files in the repository that changed more than comments."""
    from pytest_agentcompliance.parsing.claimed import covers
    from pytest_agentcompliance.parsing.claimed.judge import Edit

    for one in transcript.of("edit"):
        if one.result not in ("refused", "fail") and covers.is_inside(one.path) and not covers.comments_only(one.before, one.after):
            yield Edit(one.path, one.at, one.number)


def _by_shell(transcript: "Transcript", paths: frozenset[str]) -> Iterator["Edit"]:
    """The files of the change that commands wrote; what formats code, and what git brings back, leaves it what it was."""
    from pytest_agentcompliance.parsing.claimed.judge import Edit

    for one in transcript.of("command"):
        if one.result in ("refused", "fail") or one.exit_code or _FORMATS.search(one.text[:4000]):
            continue
        for path in _touched(one.text):
            inside = f"{one.folder}/{path}" if one.folder and not path.startswith(("/", "~")) else path
            if (whole := next((name for name in (inside, path) if name in paths), None)) is not None:
                yield Edit(whole, one.at, one.number)


def _touched(line: str) -> tuple[str, ...]:
    from pytest_agentcompliance.parsing.transcripts import shell_edits

    return tuple(path.removeprefix("./") for path in shell_edits.touched(line))


def _hidden(transcript: "Transcript | None") -> int:
    """The last step behind which another agent worked whose steps are not there; 0 where there is none."""
    if transcript is None:
        return 0
    asked = [one for one in transcript.of("call") if one.text.rpartition(".")[2].lower() in _DELEGATES and one.result != "refused"]
    agents = {one.agent for one in transcript.steps if one.agent}
    return asked[-1].number if len(agents) < len(asked) else 0


def _asked(transcript: "Transcript | None") -> "frozenset[Check]":
    """The checks that a tool other than the shell may have made."""
    from pytest_agentcompliance.parsing.claimed.judge import CHECKS

    calls = transcript.of("call") if transcript is not None else ()
    return frozenset(CHECKS) if any(_RUNS.search(one.text) for one in calls) else frozenset()


# The files


def _files(known: "Known", transcript: "Transcript", changes: ChangeSet, exempt: frozenset[str]) -> Iterator[Finding]:
    from pytest_agentcompliance.parsing.claimed import covers, files

    if not changes.paths or not transcript.complete or known.blind:
        return
    lines = [(one.number, one.text) for one in transcript.of("command") if one.result != "refused"]
    touched = {path for _, line in lines for path in _touched(line)}
    edits = list(_edits(transcript, changes.paths))
    gone = files.absent(edits, changes.paths, touched | exempt, lines)
    if gone:
        names = ", ".join(one.path for one in gone[:5])
        yield Finding(
            f"{len(gone)} file{'s' * (len(gone) > 1)} that the transcript shows edited {'are' if len(gone) > 1 else 'is'}"
            f" not in the change: "
            f"{names}{' ...' if len(gone) > 5 else ''}",
            gone[0].at, level="style", evidence="edited, and not in the change",
        )  # fmt: skip
    changed = [one.path for one in changes if one.path not in exempt and covers.is_code(one.path)]
    strange = _unwritten(transcript, changed)
    if strange:
        names = ", ".join(strange[:5])
        yield Finding(
            f"no step of the transcript writes {len(strange)} file{'s' * (len(strange) > 1)} of the change: "
            f"{names}{' ...' if len(strange) > 5 else ''}",
            Place(strange[0]), level="style", evidence="in the change, and not written",
        )  # fmt: skip


def _unwritten(transcript: "Transcript", paths: Iterable[str]) -> list[str]:
    """Those of the paths that no step wrote, or may have."""
    from pytest_agentcompliance.parsing.claimed import files

    lines = [one.text for one in transcript.of("command") if one.result != "refused"]
    touched = {path for line in lines for path in _touched(line)}
    calls = [str(one.arguments)[:20_000] for one in transcript.of("call")]
    return files.unwritten(paths, {one.path for one in transcript.of("edit")}, touched, lines, calls)


def _exempt(log: ChunkLog | None, report: "Report | None", proofs: "Proofs | None", transcript: "Transcript") -> frozenset[str]:
    """What the run leaves as evidence."""
    own = [log.path if log is not None else "", report.path if report is not None else "", *transcript.paths]
    return frozenset([*own, *(one.at.path for one in (proofs.proofs if proofs is not None else ()))])


# Contradictions within the log


def _within(log: ChunkLog) -> Iterator[Finding]:
    """What the log says passed where it shows no such command, or one that failed."""
    from pytest_agentcompliance.parsing import log_results

    ran = [(chunk, command) for chunk in log.chunks for command in chunk.commands]
    kinds = {kind for _, command in ran if (kind := log_results.kind(command.command))}
    kinds |= {kind for command in log.unchunked_commands if (kind := log_results.kind(command.command))}
    if log.signal.kind == "complete":
        yield from _failed_last(log, ran)
    for chunk in log.new_chunks:
        said = chunk.fields.get("commands")
        if chunk.commands or said is None or not _NONE.match(said.text):
            continue
        told = set[str]()
        for one in log_results.passed(chunk.text):
            if one.check not in kinds and one.check not in told:
                told.add(one.check)
                yield Finding(
                    f"chunk {chunk.number} says of the {one.check}: {one.text[:80]!r}; "
                    "it ran no command, and the log shows none of that kind",
                    Place(log.path, (chunk.at.line or 1) + one.row), evidence=f"{chunk.number} {one.check}",
                )  # fmt: skip


def _failed_last(log: ChunkLog, ran: list[tuple[Chunk, Command]]) -> Iterator[Finding]:
    """The last stated outcome of each kind of check, where it is a failure that nothing excuses."""
    from pytest_agentcompliance.parsing import log_results

    last: dict[str, tuple[Chunk, Command]] = {}
    for chunk, command in ran:
        check = log_results.kind(command.command)
        if check and command.outcome:
            last[check] = chunk, command
    later = {log_results.kind(one.command) for one in log.unchunked_commands if one.outcome == "pass"}
    for kind, (chunk, command) in last.items():
        if command.outcome != "fail" or not chunk.new or kind in later or _excused(chunk, command):
            continue
        yield Finding(
            f"the log ends complete (line {log.signal.at.line}); "
            f"the last {kind} that it shows failed: {command.command[:80]!r}",
            command.at, evidence=f"{kind} {command.command}",
        )  # fmt: skip


def _excused(chunk: Chunk, command: Command) -> bool:
    """Whether the command's own lines, or a note of the chunk, say that the failure is not this work's."""
    rows = chunk.text.split("\n")
    at = (command.at.line or 0) - (chunk.at.line or 0)
    notes = chunk.fields.get("notes")
    return _is_excused(" ".join(rows[at : at + 3])) or (notes is not None and _is_excused(notes.text))


def _is_excused(text: str) -> bool:
    from pytest_agentcompliance.parsing import log_results

    return log_results.excused(text)


_NONE = late(r"(?i)^\W*(?:none|n/?a|nothing|no commands?|not run|-+)\b")
_DELEGATES = frozenset(("task", "agent", "dispatch_agent", "delegate", "spawn_agent", "subagent", "delegate_task"))
_FORMATS = late(r"(?i)--write|--fix\b|\bgofmt|\bformat\b|\bfmt\b|\bblack\b|\bisort\b|\bgit\b")
_RUNS = late(r"(?i)test|lint|build|compile|diagnostic|execut|run_|jupyter|notebook|ipython|terminal|shell|python")
