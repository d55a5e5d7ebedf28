"""checkpoints/files-exist: what a checkpoint says that it created is in the tree."""

import re
from collections.abc import Generator, Iterator
from contextlib import suppress
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, History, Report, Transcript, Tree
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence.spoken import Spoken
    from pytest_agentcompliance.parsing.checkpoints import Checkpoint
    from pytest_agentcompliance.parsing.log_files import Named

SIGNS = (rb"(?i)check.?point",)
MOST = 100  # findings
_GONE = re.compile(r"(?i)\b(?:delet|remov|drop|renam|moved|planned|later|todo|next)")
_UNCOMMITTED = [
    ".env", ".env.*", "!.env.example", "!.env.sample", "!.env.template", "**/node_modules/**", "**/dist/**", "**/build/**",
    "**/.next/**", "**/coverage/**", "**/__pycache__/**", "**/.venv/**", "**/generated/**", "*.db", "*.sqlite", "*.sqlite3",
    "*.log",
]  # fmt: skip
_CODE = {"src/config/env.ts": "1\n", "prisma/schema.prisma": "model A {\n  id Int @id\n}\n"}


def _gate(*files: str, name: str = "G5.1 Schema") -> dict[str, str]:
    listed = "\n".join(f"- {one}" for one in files)
    return {"says": f"## CHECKPOINT: {name}\n\n### Built\n- the config\n\n### Files Created\n{listed}\n\n**DECISION:** ___\n"}


class FilesExist(Rule):
    """What a checkpoint says that it created is in the tree.

    Why: a person approves what is listed. A file that was described and never written is found by whoever needs it next.

    Each path in the part "Files Created" of each checkpoint is looked for at the end of the run: as it is written, or as the
    end of one path of the tree, as agents write it that work in a folder of it. One that the run created and took away again,
    or moved, is a matter of style; so is a folder that is there as another one.

    Blind spots: what stands in the files. Files that are named in sentences, outside of that part. Whether a file was there
    before. What ignore files leave out, such as `.env`, is not asked for.
    """

    on_the_way: ClassVar[bool] = False

    gates: list[str] = Field(
        default=["G5.1", "G5.2", "G5.3", "G5.4", "G5.5"], min_length=1, max_length=30, description="The gates whose lists are read."
    )
    exempt: list[str] = Field(default=_UNCOMMITTED, description="Globs of files that are not kept in a repository.")

    remedy = Remedy("fix", "Write the file, or present the checkpoint again with what there is.")
    examples = (
        Example("A file that is not there is reported at the checkpoint.", after=_CODE,
            transcript=(_gate("`src/config/env.ts`", "`src/services/cart.ts` - the cart"),), finds=("SESSION.jsonl:1",)),
        Example("So it is in a paper that the run wrote, at its line.",
            after={**_CODE,
                "docs/G5.md": "# Log\n\n**CHECKPOINT: G5.2 Services**\n\n**Files Created:**\n- src/cart.ts\n\n**Built:** all\n"},
            finds=("docs/G5.md:6",)),
        Example("So it is in a table of the parts.", after=_CODE,
            transcript=({"says": "## CHECKPOINT: G5.1 Schema\n\n| | |\n|---|---|\n| Built | the config |\n"
                "| Key Decisions | decimals |\n| Files Created | `src/config/env.ts`, `src/cart.ts` |\n"},),
            finds=("SESSION.jsonl:1",)),
        Example("One that was written and taken away again is a matter of style.",
            commits=({**_CODE, "src/cart.ts": "1\n"}, {"src/cart.ts": None}), transcript=(_gate("src/cart.ts"),),
                styles=("SESSION.jsonl:1",)),
        Example("Files that are there, from the root or from the folder of a package, are kept.",
            after={**_CODE, "apps/api/src/cart.ts": "1\n"},
            transcript=(_gate("`src/config/env.ts` (new)", "**prisma/schema.prisma**", "`src/cart.ts`",
                "/home/me/shop/src/config/env.ts"),)),
        Example("What is not committed, what is said to be deleted, folders that are there, and braces are kept.",
            after={**_CODE, "src/models/a.ts": "1\n", "src/models/b.ts": "1\n"},
            transcript=(_gate("`.env`", "`src/old.ts` (deleted)", "`src/config/`", "src/models/{a,b}.ts", "None"),)),
        Example("Words that are no paths are kept.", after=_CODE,
            transcript=(_gate("Express app with middleware", "Node.js setup"),)),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        step = _gate("`src/canary-that-is-not-there.ts`", name=f"{self.gates[0]} Canary")
        return (Example("A file is not there.", after=_CODE, transcript=(step,), finds=("SESSION.jsonl:1",)),)

    def check(
        self, changes: ChangeSet, tree: Tree, commits: History | None, report: Report | None, transcript: Transcript | None
    ) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.evidence.spoken import spoken  # start-up time: when the rule is asked
        from pytest_agentcompliance.parsing import checkpoints

        found = []
        for where in spoken(report, transcript, changes, SIGNS):
            old = {one.text for one in checkpoints.read(where.before, fenced=False)}
            new = (one for one in checkpoints.read(where.text, fenced=where.source != "paper") if one.text not in old)
            found += [(one, where) for one in new if any(gate in self.gates for gate in one.gates)]
        if not found:
            raise NotJudged("nothing that the run said is a checkpoint of these gates")
        listed = [(one, where, name) for one, where in found for name in _files(one)]
        yield from list(self._absent(listed, tree, commits, transcript))[:MOST]
        return f"{len(listed)} paths of {len(found)} checkpoints"

    def _absent(
        self, listed: "list[tuple[Checkpoint, Spoken, Named]]", tree: Tree, commits: History | None, transcript: Transcript | None
    ) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing import claims

        there = claims.Paths(tree.head.files)
        match = there.together(name.path for _, _, name in listed)
        absent = [one for one in listed if match[one[2].path].how == "none" and not self._is_exempt(one[2])]
        was = claims.Paths(_once(commits, transcript)) if absent else None
        told: set[str] = set()
        for one, where, name in absent:
            if name.path in told:
                continue
            told.add(name.path)
            before = was is not None and was.find(name.path).how in ("whole", "end")
            message = f"the checkpoint {one.gate} lists {name.path!r}, which is not in the tree"
            ends = f"{message} any more: the run took it away again" if before else message
            yield Finding(ends, where.place(name.line), "style" if before else "breach", f"{one.gate} {name.path}")

    def _is_exempt(self, name: "Named") -> bool:
        return not name.changed or _GONE.search(name.status) is not None or matches(name.path.lstrip("/"), self.exempt)


def _files(one: "Checkpoint") -> "list[Named]":
    """The paths in the part with the files."""
    from pytest_agentcompliance.parsing.log_files import Reader

    part = one.parts.get("Files Created")
    if part is None:
        return []
    reader = Reader(strict=True)
    for line, following in zip(part.lines, [*part.lines[1:], None], strict=False):
        if line.kind in ("text", "code", "indented", "html"):
            reader.take(line, following=following)
    return [name for name in reader.found if not name.aside]


def _once(commits: History | None, transcript: Transcript | None) -> set[str]:
    """What lay in the tree once in the run: what a commit of it added or took away, what a step wrote."""
    found: set[str] = set()
    if transcript is not None and not transcript.problem:
        found |= {step.path for step in transcript.of("edit") if step.result not in ("fail", "refused") and step.path}
    if commits is not None:
        with suppress(Unreadable):
            found |= {change.path for commit in commits.commits for change in commit.changes}
    return found
