"""scope/diff-size: a change is as small as one task needs."""

from collections import Counter
from collections.abc import Iterator
from typing import Annotated, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, FileChange
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

EXEMPT = [
    # documentation, plans, the papers of the run
    "*.md", "*.mdx", "*.rst", "*.adoc", "*.txt", "!requirements*.txt", "docs/**", "plans/**", "**/_implementation/**",
    ".claude/**", ".codex/**", ".cursor/**", ".planning/**", ".agent-compliance/**", "*.jsonl", "*.log",
    # what a tool writes
    "*-lock.json", "*-lock.yaml", "*.lock", "*.lockb", "npm-shrinkwrap.json", "go.sum", "go.work.sum", "*.snap",
    "**/__snapshots__/**", "**/generated/**", "**/__generated__/**", "*.generated.*", "*.gen.*", "*_pb2.py", "*_pb2_grpc.py",
    "*.pb.go", "*.min.js", "*.min.css", "*.map", "*.tsbuildinfo", "**/dist/**", "**/coverage/**", "**/htmlcov/**",
    "**/playwright-report/**", "**/test-results/**", "**/migrations/**/meta/**", "**/.openapi-generator/**",
    # other people's code
    "**/vendor/**", "**/third_party/**", "**/node_modules/**", "**/.yarn/**",
]  # fmt: skip
_LARGEST = 5  # files that the message names
_EVIDENCE = "more than one task needs"


class DiffSize(Rule):
    """A change is as small as one task needs: so many files and so many new lines, and no more.

    Why: what is too large is not reviewed. Whoever reads forty files for one feature waves the last thirty through, and
    what was not asked for hides among what was.

    New lines count that are not blank, and files with a few of them. What was only moved or renamed, within a file or between
    files, is not new; what was taken away does not count, and neither do tests, documentation, lock files, snapshots, generated
    code and other people's. The default limits are those that about nineteen of twenty commits of agents in real
    repositories keep.

    Blind spots: how much a task needs is not known, so that a small task may be done in far too many lines; a generator whose
    output has an unusual name counts as written by hand. Lines that are equal to ones that were taken away elsewhere
    count as moved. A file that cannot be read counts as a file without lines.
    """

    max_files: Annotated[int, Field(ge=1)] = Field(default=20, description="How many files the change may add to.")
    max_lines: Annotated[int, Field(ge=1)] = Field(default=1500, description="How many new lines they may have together.")
    least: Annotated[int, Field(ge=1)] = Field(
        default=4, description="How many new lines make a file count as one: what follows a renamed symbol has fewer."
    )
    tests: bool = Field(default=False, description="Whether files of tests count too.")
    exempt: list[str] = Field(
        default=EXEMPT,
        description="Globs of files that do not count: documentation, what tools write, other people's code; "
        "a later !glob takes files out again.",
    )

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Take out what the task did not ask for, and deliver what is left in steps that can be reviewed one by one."
    )
    examples = (
        Example(
            "More files than one task needs are one finding, at the largest of them.",
            given={"max_files": 2, "least": 1}, after={"a.ts": "1\n", "b.ts": "1\n2\n3\n", "c.ts": "1\n"}, finds=("b.ts",),
        ),
        Example(
            "So are more lines; blank ones do not count.",
            given={"max_lines": 10},
            before={"src/a.py": "a = 1\n"},
            after={"src/a.py": "a = 1\n" + "".join(f"a += {n}\n\n" for n in range(8)), "src/b.py": "b = 1\nc = 2\nd = 3\n"},
            finds=("src/a.py",),
        ),
        Example(
            "With the tests counted, they are held to the same limits.",
            given={"max_files": 1, "tests": True}, after={"a.ts": "1\n" * 4, "a.test.ts": "1\n2\n" * 4}, finds=("a.test.ts",),
        ),
        Example("A small change is kept.", after={"src/a.py": "a = 1\n", "src/b.py": "b = 1\n"}),
        Example(
            "A line or two in many files follow a renamed symbol, and do not count as files.",
            given={"max_files": 2}, after={f"{name}.ts": "1\n" for name in "abcde"},
        ),
        Example(
            "Tests, documentation and what tools write do not count.",
            given={"max_files": 1, "max_lines": 5},
            after={
                "a.ts": "1\n", "a.test.ts": "x\n" * 9, "README.md": "x\n" * 9, "pnpm-lock.yaml": "x: 1\n" * 9,
                "src/__snapshots__/a.snap": "x\n" * 9, "api/generated/b.ts": "x\n" * 9,
            },
        ),
        Example(
            "What was only moved, renamed or deleted does not count.",
            given={"max_files": 1, "max_lines": 3, "least": 1},
            before={"a.ts": "1\n2\n3\n4\n", "b.ts": "5\n6\n7\n8\n", "c.ts": "9\n"},
            after={"src/a.ts": "1\n2\n3\n4\n", "src/b.ts": "// moved\n5\n6\n7\n8\n"},
        ),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        after = {f"canary/part_{n}.py": f"part = {n}\n" * self.least for n in range(self.max_files + 1)}
        after["canary/part_0.py"] += "whole = 1\n"
        return (Example("More files than one task needs.", after=after, finds=("canary/part_0.py",)),)

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        counted = [one for one in changes if self._counts(one)]
        if len(counted) <= self.max_files and changes.lines <= self.max_lines:
            return
        moved = _gone(changes)
        sizes: Counter[str] = Counter()
        for one in changes.readable(counted):
            sizes[one.path] = _new(one, moved)
        files, lines = sum(size >= self.least for size in sizes.values()), sizes.total()
        if files <= self.max_files and lines <= self.max_lines:
            return
        largest = sorted(sizes.items(), key=lambda one: (-one[1], one[0]))[:_LARGEST]
        told = ", ".join(f"{path} +{size:,}" for path, size in largest if size)
        yield Finding(
            f"{lines:,} new lines, and {files:,} files with {self.least} or more; "
            f"one task may have {self.max_lines:,}, and {self.max_files:,}. "
            f"The largest: {told}",
            Place(largest[0][0]),
            evidence=_EVIDENCE,
        )

    def _counts(self, change: FileChange) -> bool:
        from pytest_agentcompliance.parsing.testcode import is_test  # start-up time: when a change is judged

        if change.after is None or not is_file(change.after.mode) or change.renamed_from or matches(change.path, self.exempt):
            return False
        return self.tests or not is_test(change.path)


def _gone(changes: ChangeSet) -> Counter[str]:
    """The lines that base had and head has no more, each as often as it was taken away."""
    gone: Counter[str] = Counter()
    for one in changes.readable(one for one in changes if one.before is not None and is_file(one.before.mode)):
        if one.renamed_to:
            continue
        if one.kind == "deleted" and one.before is not None:
            gone.update(_said(one.before.text().split("\n")))
            continue
        try:
            gone.update(_said(line.text for line in one.removed))
        except Unreadable:  # the ledger is told
            continue
    gone.pop("", None)
    return gone


def _new(change: FileChange, gone: Counter[str]) -> int:
    """How many lines of a file are new; those that stood elsewhere are taken off what is gone."""
    count = 0
    try:
        added = change.added
    except Unreadable:
        return 0
    for said in _said(line.text for line in added):
        if gone[said] > 0:
            gone[said] -= 1
        elif said:
            count += 1
    return count


def _said(lines: "Iterator[str] | list[str]") -> Iterator[str]:
    return (line.strip() for line in lines)
