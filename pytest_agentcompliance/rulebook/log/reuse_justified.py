import re
from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, Chunk, ChunkLog, FileChange, Tree
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.claims import Paths

_LOG = (
    "## Chunk 1 — cart\n- Files changed:\n  - `packages/backend/cart/src/totals.ts` (NEW)\n- Reuse compliance:\n"
    "  - Reused: `@repo/logger`\n  - New: `totals.ts`\n  - Why new was necessary: no package adds up carts\n"
)
_BASE = {"packages/core/logger/package.json": '{"name": "@repo/logger"}\n'}
_NEW = {**_BASE, "packages/backend/cart/src/totals.ts": "export const totals = 1\n"}

_MODIFIED = re.compile(r"(?i)(?:modif|updat|edit|chang|fix|extend|refactor)")


class ReuseJustified(Rule):
    """Every new module stands under New with a reason, and what is said to be reused was there.

    Why: reuse comes first. A module that is new without a word has passed that question by; a thing that is
    "reused" and does not exist was never looked for.

    Blind spots: a New that speaks of its kind ("the handlers") covers every module of the chunk. Whether something
    that exists would have done is for a person. What is reused is looked up where it is marked as code or named as
    a package; a name counts as there when any file has it, prose left out.
    """

    modules: list[str] = Field(
        default=[
            "*.ts",
            "*.tsx",
            "*.mts",
            "*.cts",
            "*.js",
            "*.jsx",
            "*.mjs",
            "*.cjs",
            "*.py",
            "*.go",
            "*.rs",
            "*.java",
            "*.kt",
            "*.rb",
        ],
        description="Globs of files that are modules.",
    )
    exempt: list[str] = Field(
        default=["**/__tests__/**", "**/tests/**", "**/test/**", "*.test.*", "*.spec.*", "test_*.py", "*_test.*", "conftest.py",
                 "**/__init__.py", "index.ts", "index.js", "*.config.*", "*.d.ts", "**/migrations/**", "**/__mocks__/**",
                 "**/generated/**"],
        description="Globs of new files that need no reason: tests, barrels, configuration, what a tool writes.",
    )  # fmt: skip

    remedy = Remedy(
        "fix", "Say under New what is new and why nothing that exists would do; under Reused name what really was there."
    )
    examples = (
        Example(
            "A new module in a chunk that says nothing is new is reported at the field.",
            log=_LOG.replace("New: `totals.ts`", "New: none"), before=_BASE, after=_NEW, finds=("BACKEND-LOG.md:6",),
        ),
        Example(
            "A new module that New does not speak of is reported.",
            log=_LOG.replace("New: `totals.ts`", "New: the price list"), before=_BASE, after=_NEW, finds=("BACKEND-LOG.md:6",),
        ),
        Example(
            "A reason that says nothing is reported.",
            log=_LOG.replace("no package adds up carts", "it was needed"), before=_BASE, after=_NEW, finds=("BACKEND-LOG.md:7",),
        ),
        Example(
            "What is said to be reused and was nowhere is reported.",
            log=_LOG.replace("@repo/logger", "sumUp()"), before=_BASE, after=_NEW, finds=("BACKEND-LOG.md:5",),
        ),
        Example("New modules with a reason are kept.", log=_LOG, before=_BASE, after=_NEW),
        Example(
            "What an earlier chunk made may be reused.",
            log=_LOG + "\n## Chunk 2 — till\n- Reuse compliance:\n  - Reused: `totals`\n  - New: none\n",
            before=_BASE, after=_NEW,
        ),
        Example(
            "A new test needs no reason.",
            log=_LOG.replace("`totals.ts`", "none").replace("src/totals.ts", "src/totals.test.ts"),
            before=_BASE, after={**_BASE, "packages/backend/cart/src/totals.test.ts": "1\n"},
        ),
        Example(
            "A New that speaks of its kind covers the modules of the chunk.",
            log=_LOG.replace("`totals.ts`", "the functions of the core"), before=_BASE, after=_NEW,
        ),
        Example("A pattern that is told in words is not looked up.", log=_LOG.replace("`@repo/logger`", "the way carts are stored"),
                before=_BASE, after=_NEW),
    )  # fmt: skip

    def check(self, log: ChunkLog, changes: ChangeSet, tree: Tree) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing import claims  # start-up time: when there is a log

        if not log.chunks:
            raise NotJudged("the log has no chunks, so there is none that could say what is new")
        added = {change.path for change in changes if self.is_module(change)}
        paths, seen = claims.known(changes.paths), set[str]()
        for chunk in log.chunks:
            if chunk.new:
                yield from self._new(chunk, (added & _claimed(chunk, paths, adding=True)) - seen)
            seen |= _claimed(chunk, paths)  # what a later chunk goes on with is not new in it
        yield from self._reused(log, tree, [one for one in changes if one.path not in seen and not one.path.endswith(".md")])

    def is_module(self, change: FileChange) -> bool:
        """Whether a change adds a module that has to stand under New."""
        added = change.kind == "added" and change.renamed_from is None and matches(change.path, self.modules)
        return added and not (self.exempt and matches(change.path, self.exempt))

    def _new(self, chunk: Chunk, modules: set[str]) -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.reuse import BROAD, NOTHING, is_reason  # start-up time: when there is a log

        said, why = chunk.fields.get("new"), chunk.fields.get("why_new")
        whole = chunk.fields.get("reuse")
        if said is None and whole is not None and whole.text:
            said = whole  # told in prose, without its parts
        at = Place(chunk.at.path, said.line if said else chunk.at.line)
        if modules and (said is None or not said.text or NOTHING.match(said.text)):
            yield Finding(
                f"chunk {chunk.number} adds {_listed(modules)} and says that nothing is new", at, evidence=_listed(modules)
            )
            return
        if said is None or not said.text:
            return
        reused = chunk.fields.get("reused")
        words = _words(" ".join(one.text for one in (said, why, reused) if one is not None))
        broad = bool(BROAD.intersection(re.split(r"\W+", said.text.lower())))
        missing = set() if broad else {path for path in modules if not _names(path) & words}
        if missing:
            yield Finding(
                f"chunk {chunk.number} adds {_listed(missing)}, of which New does not speak", at, evidence=_listed(missing)
            )
        if why is not None and why.text and modules and not NOTHING.match(said.text) and not is_reason(why.text):
            yield Finding(
                f"chunk {chunk.number} gives no reason for what is new: {why.text[:60]!r}",
                Place(chunk.at.path, why.line),
                evidence=why.text,
            )

    def _reused(self, log: ChunkLog, tree: Tree, others: list[FileChange]) -> Iterator[Finding]:
        """What is said to be reused, held against the tree as the run found it.

        What an earlier chunk made, or somebody else in files that the log does not claim (``others``), was there as well.
        """
        from pytest_agentcompliance.parsing.reuse import NOTHING, reused

        asked = [
            (chunk, field, one)
            for chunk in log.new_chunks
            for field in [chunk.fields.get("reused")]
            if field is not None and not NOTHING.match(field.text)
            for one in reused(field.text)
        ]
        if not asked:
            return
        there = {one.name for _, _, one in asked if one.kind == "path" and _is_there(one.name, tree)}
        wanted = {one.name: _last(one.name) if one.kind == "path" else one.name for _, _, one in asked if one.name not in there}
        having = tree.base.having(wanted.values())
        missing = [entry for entry in asked if entry[2].name in wanted and wanted[entry[2].name] not in having]
        later = tree.head.having({one.name for _, _, one in missing})
        for chunk, field, one in missing:
            if one.name in later and (chunk is not log.chunks[0] or _has(others, one.name)):
                continue
            where = "it came with this chunk" if one.name in later else "nothing at base has that name"
            yield Finding(
                f"chunk {chunk.number} says that {one.name!r} was reused; {where}",
                Place(chunk.at.path, field.line),
                evidence=one.name,
            )


def _claimed(chunk: Chunk, paths: "Paths", *, adding: bool = False) -> set[str]:
    """The changed files that a chunk claims; ``adding``: those that it names one by one, and not as modified."""
    claims = [claim for claim in chunk.files if claim.changed and not (adding and _MODIFIED.match(claim.status))]
    found = (paths.find(claim.path) for claim in claims)
    hows = ("whole", "end") if adding else ("whole", "end", "folder", "glob")
    return {path for match in found if match.how in hows for path in match.paths}


def _has(changes: list[FileChange], name: str) -> bool:
    pattern = re.compile(rf"(?<!\w){re.escape(name)}(?!\w)")
    return any(change.is_text and change.after is not None and pattern.search(change.after.text()) for change in changes)


def _is_there(path: str, tree: Tree) -> bool:
    return any(found == path or found.endswith(f"/{path}") for found in tree.base.files)


def _last(path: str) -> str:
    return path.rpartition("/")[2].partition(".")[0] or path


def _words(text: str) -> frozenset[str]:
    """The beginnings of a text's words, names of code cut where their case changes: ``parse`` and ``parser`` are one."""
    cut = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", text[:20_000])
    return frozenset(word.removesuffix("s")[:5] for word in re.split(r"[^a-z0-9]+", cut.lower()) if len(word) > 2)


def _names(path: str) -> frozenset[str]:
    """The words of a module's name and of the folder that it lies in."""
    folder, _, name = path.rpartition("/")
    return _words(f"{folder.rpartition('/')[2]} {name.partition('.')[0]}") - {"src", "lib", "app", "index", "main", "core"}


def _listed(paths: set[str]) -> str:
    some = sorted(paths)
    return ", ".join(some[:4]) + (f" and {len(some) - 4} more" if len(some) > 4 else "")
