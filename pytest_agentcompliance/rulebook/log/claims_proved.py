import re
from collections.abc import Iterator

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import Chunk, ChunkLog
from pytest_agentcompliance.evidence.log import Command
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

_CHUNK = "## Chunk 1 — cart\n- Commands run:\n  - `pnpm test` - {}\n- Notes / Risks: {}\n\nBACKEND COMPLETE\n"


class ClaimsProved(Rule):
    """What the log says of its checks agrees with the commands that it shows.

    Why: "all tests pass" is the sentence that a reviewer relies on. Where the same log shows no such command, or one
    that failed, the sentence was not read off any screen.

    Blind spots: only contradictions within the log are seen; whether a command ran at all needs a proof or a
    transcript. A failure that the log calls known or unrelated is taken at its word.
    """

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
    )  # fmt: skip

    def check(self, log: ChunkLog) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing import log_results

        if not log.chunks:
            raise NotJudged("the log has no chunks, so there are no commands to be held against what it says")
        ran = [(chunk, command) for chunk in log.chunks for command in chunk.commands]
        kinds = {kind for _, command in ran if (kind := log_results.kind(command.command))}
        kinds |= {kind for command in log.unchunked_commands if (kind := log_results.kind(command.command))}
        if log.signal.kind == "complete":
            yield from self._failed_last(log, ran)
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

    def _failed_last(self, log: ChunkLog, ran: list[tuple[Chunk, Command]]) -> Iterator[Finding]:
        """The last stated outcome of each kind of check, where it is a failure that nothing excuses."""
        from pytest_agentcompliance.parsing import log_results

        last: dict[str, tuple[Chunk, Command]] = {}
        for chunk, command in ran:
            check = log_results.kind(command.command)
            if check and command.outcome:
                last[check] = chunk, command
        later = {log_results.kind(one.command) for one in log.unchunked_commands if one.outcome == "pass"}
        for kind, (chunk, command) in last.items():
            if command.outcome != "fail" or not chunk.new or kind in later or self._excused(chunk, command):
                continue
            yield Finding(
                f"the log ends complete (line {log.signal.at.line}); "
                f"the last {kind} that it shows failed: {command.command[:80]!r}",
                command.at, evidence=f"{kind} {command.command}",
            )  # fmt: skip

    def _excused(self, chunk: Chunk, command: Command) -> bool:
        """Whether the command's own lines, or a note of the chunk, say that the failure is not this work's."""
        from pytest_agentcompliance.parsing import log_results

        rows = chunk.text.split("\n")
        at = (command.at.line or 0) - (chunk.at.line or 0)
        notes = chunk.fields.get("notes")
        return log_results.excused(" ".join(rows[at : at + 3])) or (notes is not None and log_results.excused(notes.text))


_NONE = re.compile(r"(?i)^\W*(?:none|n/?a|nothing|no commands?|not run|-+)\b")
