"""transcript/announced: what the run made, ran and decided is told, and not left to be found."""

import re
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, ChunkLog, FileChange, Report, Transcript
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.work import Check
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.manifests import Dependency
    from pytest_agentcompliance.parsing.named import Named

# What speaks of a kind of check, whichever tool does it.
_SPOKEN: dict[Check, re.Pattern[str]] = {
    "tests": re.compile(r"(?i)\b(?:tests?|tested|testing|specs?|coverage|suites?)\b"),
    "type check": re.compile(r"(?i)\b(?:type-?\s?check\w*|check-types|tsc|typescript|mypy|pyright|types?|compil\w+|build\w*)\b"),
    "lint": re.compile(r"(?i)\b(?:\w*lint\w*|ruff|biome|prettier|format\w*|style|checks?)\b"),
    "build": re.compile(r"(?i)\b(?:build\w*|built|compil\w+|bundl\w+)\b"),
    "schema": re.compile(r"(?i)\b(?:schemas?|prisma|migrat\w+|alembic|database|db)\b"),
}
_TELLING = frozenset(("decision", "decisions", "progress", "announce", "log", "record", "note", "notes", "memory", "todo"))
_FILES = {"src/cart-service.ts": "export const cart = []\n", "src/till.ts": "export const till = 1\n"}
_PACKAGE = '{\n  "name": "shop",\n  "dependencies": {\n    "zod": "^3.0.0"\n  }\n}\n'
_MORE = _PACKAGE.replace('"zod": "^3.0.0"', '"bullmq": "^5.0.0",\n    "zod": "^3.0.0"')


class Announced(Rule):
    """Each file that the run made, each check that it ran and each package that it took in is told of somewhere.

    Why: who works beside an agent steers by what it says. A file that nobody heard of is reviewed by nobody, and a dependency
    that slips in with it stays.

    It may be told in the log, in the report, or in any message of the agent: by its path, its name, a folder that is not the
    root's, a glob. With a transcript, a file counts as made by the agent where a step of it wrote the file; what a generator
    wrote goes by the command. An empty file, a lock file, the dependencies of a package that is new as a whole,
    and a check of whose kind anything is said are announced enough.

    Blind spots: a decision that leaves no package behind. That a file was named only after it was made, or in another context.
    Commands that are no check. A name that is a common word counts only with its ending.
    """

    kinds: list[Literal["files", "checks", "packages"]] = Field(
        default=["files", "checks", "packages"], min_length=1, description="What has to be told of."
    )
    files: list[str] = Field(
        default=["**", "!*.snap", "!.agent-compliance/**", "!**/node_modules/**", "!**/__pycache__/**"],
        description="Globs of the new files that have to be told of.",
    )

    remedy = Remedy("fix", "Say in the log or the report what was made, run or taken in, and what it is for.")
    examples = (
        Example(
            "A file that no message, log or report names is reported.",
            after=_FILES,
            transcript=(
                {"says": "I write the cart-service now."},
                {"edit": "src/cart-service.ts"},
                {"edit": "src/till.ts"},
                {"says": "Done, all works."},
            ),
            finds=("src/till.ts",),
        ),
        Example(
            "A new dependency that nobody heard of is reported at its line.",
            before={"package.json": _PACKAGE},
            after={"package.json": _MORE},
            report="The cart is stored.\n",
            finds=("package.json:4",),
        ),
        Example(
            "A check that was run in silence is reported.",
            {"kinds": ["checks"]},
            after=_FILES,
            transcript=(
                {"says": "The cart is done."},
                {"command": "npx eslint src"},
            ),
            finds=("SESSION.jsonl:2",),
        ),
        Example(
            "Files that a message or the report names are kept, in any way of naming.",
            after={
                **_FILES,
                "src/routes/cart.ts": "1\n",
                "src/routes/till.ts": "2\n",
                "Dockerfile": "FROM node\n",
                "src/models/Cart.ts": "3\n",
            },
            transcript=(
                {"says": "Creating `src/cart-service.ts`."},
                {"edit": "src/cart-service.ts"},
                {"edit": "src/till.ts"},
            ),
            report="- till.ts\n- src/routes/\n- Dockerfile\n- src/{models,types}/Cart.ts\n",
        ),
        Example(
            "Those that the log claims are kept.",
            after=_FILES,
            log=("## Chunk 1 — cart\n- Files changed:\n  - src/cart-service.ts (NEW)\n  - src/till.ts\n- Commands run: none\n"),
        ),
        Example(
            "What a generator wrote goes by its command; an empty file needs no word.",
            after={
                "prisma/migrations/1_init/migration.sql": "create table a ();\n",
                "src/__init__.py": "",
            },
            transcript=(
                {"says": "I create the migration for the new schema."},
                {"command": "npx prisma migrate dev"},
                {"edit": "src/__init__.py"},
            ),
        ),
        Example(
            "A check whose kind is spoken of, and a command that is no check, are kept.",
            {"kinds": ["checks"]},
            transcript=(
                {"command": "pnpm test"},
                {"command": "git status && ls"},
                {"says": "All 12 tests pass."},
            ),
        ),
        Example(
            "A package that a tool for decisions was told of is announced.",
            before={"package.json": _PACKAGE},
            after={"package.json": _MORE},
            transcript=({"call": "mcp__guard__record_tracked_decision", "arguments": {"decision": "bullmq for the queue"}},),
        ),
        Example(
            "A file that only moved is not new.",
            before={"till.ts": _FILES["src/till.ts"]},
            after={"src/till.ts": _FILES["src/till.ts"]},
            report="Done.\n",
        ),
    )

    def canaries(self) -> tuple[Example, ...]:
        return tuple(one for one in super().canaries() if one.transcript or one.report)

    def check(
        self, changes: ChangeSet, log: ChunkLog | None, report: Report | None, transcript: Transcript | None
    ) -> Generator[Finding, None, str]:
        if log is None and report is None and transcript is None:
            raise NotJudged("the run left no log, no report and no transcript in which something could be announced")
        from pytest_agentcompliance.parsing import named  # start-up time: where there is something to look in

        texts = [*_of_log(log), *([report.text] if report is not None else ()), *_of_transcript(transcript)]
        told = named.Named(texts)
        findings = list[Finding]()
        if "files" in self.kinds:
            findings += self._files(changes, told, transcript, {one.path for one in (log, report) if one is not None})
        if "packages" in self.kinds:
            findings += _packages(changes, told)
        if "checks" in self.kinds and transcript is not None:
            findings += _checks(transcript, texts)
        if findings and transcript is not None:
            from pytest_agentcompliance.parsing.transcripts import looks

            if lack := "the transcript is not complete" if not transcript.complete else looks.lacks(transcript.steps):
                raise NotJudged(f"{lack}; it may have been announced in what is missing")
        yield from findings
        where = [word for word, one in (("log", log), ("report", report), ("transcript", transcript)) if one is not None]
        return f"looked for in the {' and the '.join(where)}"

    def _files(self, changes: ChangeSet, told: "Named", transcript: Transcript | None, own: set[str]) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.manifests import is_lockfile

        own |= set(transcript.paths) if transcript is not None else set()
        new = [one for one in changes if one.kind == "added" and one.renamed_from is None and one.is_text and one.path not in own]
        made = _written(transcript, frozenset(one.path for one in new)) if transcript is not None else None
        asked = [
            one for one in new if matches(one.path, self.files) and not is_lockfile(one.path) and (made is None or one.path in made)
        ]
        named = told.among(one.path for one in asked)
        for change in changes.readable(one for one in asked if one.path not in named):
            if change.after is not None and change.after.bytes().strip():
                yield Finding(
                    "the run made this file, and neither log nor report nor any message names it",
                    Place(change.path),
                    evidence="file",
                )


def _written(transcript: Transcript, new: frozenset[str]) -> set[str]:
    """The new files that a step wrote."""
    from pytest_agentcompliance.parsing.transcripts import looks

    return {looks.edited(step, new, ["**"]) for step in transcript.of("edit", "command", "call")}


def _packages(changes: ChangeSet, told: "Named") -> Iterator[Finding]:
    """Dependencies that no manifest had before and one that was there already has now; those of a new one go with it."""
    from pytest_agentcompliance.parsing import manifests

    touched = list(changes.readable(one for one in changes if manifests.is_manifest(one.path)))
    before = {one.key for change in touched for one in _depends(change, old=True)}
    seen = set(before)
    for change in (one for one in touched if one.before is not None):
        for one in _depends(change, old=False):
            if one.key in seen or one.internal or one.group == "indirect" or one.name.startswith(("@types/", "types-")):
                continue
            seen.add(one.key)
            if not any(told.has(name) for name in (one.name, one.key, one.package)):
                message = f"the run took in {one.name[:100]}, and neither log nor report nor any message names it"
                yield Finding(message, Place(change.path, one.line), evidence=f"package {one.key}")


def _depends(change: FileChange, *, old: bool) -> "tuple[Dependency, ...]":
    from pytest_agentcompliance.parsing import manifests

    side = change.before if old else change.after
    return manifests.dependencies(side.text(), change.path) if side is not None and (old or change.is_text) else ()


def _checks(transcript: Transcript, texts: list[str]) -> Iterator[Finding]:
    """The first command of each kind of check that nothing speaks of."""
    from pytest_agentcompliance.parsing.work import commands

    silent: set[Check] = set()
    spoken = {check for check, words in _SPOKEN.items() if any(words.search(text) for text in texts)}
    for step in transcript.of("command"):
        if step.result == "refused":
            continue
        for ran in commands.runs(step.text):
            if ran.check not in spoken | silent:
                silent.add(ran.check)
                yield Finding(
                    f"{' '.join(ran.words)[:80]!r} was run; no log, report or message speaks of {_ARTICLES[ran.check]}",
                    step.at,
                    evidence=f"check {ran.check}",
                )


_ARTICLES: dict[Check, str] = {
    "tests": "tests",
    "type check": "a type check",
    "lint": "linting",
    "build": "a build",
    "schema": "the schema",
}


def _of_log(log: ChunkLog | None) -> Iterator[str]:
    """What the log says, chunk by chunk, and outside of them what it claims."""
    if log is None:
        return
    yield from (f"{chunk.name}\n{chunk.text}" for chunk in log.chunks)
    yield "\n".join([*(claim.path for _, claim in log.claims()), *(name for name, _ in log.named)])
    yield "\n".join(
        command.command for command in (*log.unchunked_commands, *(one for chunk in log.chunks for one in chunk.commands))
    )


def _of_transcript(transcript: Transcript | None) -> Iterator[str]:
    """What the agent said, and what it told the tools that keep such things."""
    for step in transcript.steps if transcript is not None else ():
        if step.kind == "message" and step.speaker == "agent":
            yield step.text
        elif step.kind == "call" and _TELLING & {word.lower() for word in re.findall(r"[A-Z]?[a-z]+", step.text[:200])}:
            yield str(step.arguments)
