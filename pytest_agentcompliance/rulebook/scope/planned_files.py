"""scope/planned-files: no work beyond what the plan and the scope name."""

from collections.abc import Generator, Iterable
from typing import TYPE_CHECKING

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Document, Documents, FileChange, Tree
from pytest_agentcompliance.evidence.documents import DocumentName
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.lookalikes.paths import canonical
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.evidence import Coverage, Report, Task
    from pytest_agentcompliance.parsing.packages import Packages
    from pytest_agentcompliance.parsing.planned.beside import Beside
    from pytest_agentcompliance.parsing.planned.cover import Cover, Entry

_NODE = ["package.json", "pnpm-workspace.yaml"]
_PYTHON = ["pyproject.toml", "requirements*.in", "requirements*.txt"]
_DONE = {"added": "was added", "modified": "was changed", "deleted": "was deleted", "type-changed": "changed its type"}
_PLAN = (
    "# Plan\n\n## Files to touch\n\n- `apps/api/cart/totals.ts` - add them up\n- `schema.sql`\n\n"
    "## Patterns to follow\n\n- `apps/api/list/totals.ts`\n"
)
_SCOPE = "touched_paths_globs:\n  - apps/api/**\nnon_goals:\n  - Changing apps/api/auth/\n"


class PlannedFiles(Rule):
    """Every changed file is named, or covered by a folder, a glob or a package, in the plan or the scope.

    Why: the plan is what was agreed. A file that it does not name was changed without being asked for: nobody expects
    the change, and nobody looks for it in review.

    Paths count from the root and by their end, names of files wherever they lie, a package for its folder. What a document
    only looks at (patterns, reuse) or leaves out (non-goals, "do not touch") is not planned, and a glob that means next to
    everything, such as ``**``, names nothing. The documents count as base has them; where base has none that names a
    file, those that the run wrote itself do, and the verdict says so. Of a task that was delegated counts only one that lists
    paths. Changes of the documents are another rule's matter.

    Blind spots: what is done inside of a planned file or folder. A name without a folder (``index.ts``) covers every file
    of that name. Prose that names a file in passing plans it.
    """

    documents: list[DocumentName] = Field(default=["plan", "scope"], min_length=1, description="The documents that name files.")
    by_task: bool = Field(default=False, description="Whether the task that was delegated counts beside the documents.")
    tests: list[str] = Field(
        default=[
            "**/__tests__/**", "**/__mocks__/**", "**/__fixtures__/**", "**/tests/**", "**/test/**", "*.test.*", "*.spec.*",
            "test_*.py", "*_test.*", "conftest.py",
        ],
        description="Globs of tests: one that lies beside a planned file, or has its name, is covered by it.",
    )  # fmt: skip
    generated: list[str] = Field(
        default=[
            "*.snap", "**/__snapshots__/**", "**/generated/**", "**/migrations/**/meta/**", "*.generated.*", "*_pb2.py",
            "*.tsbuildinfo",
        ],
        description="Globs of files that a tool writes; they are covered.",
    )  # fmt: skip
    derived: dict[str, list[str]] = Field(
        default={
            "pnpm-lock.yaml": _NODE, "package-lock.json": _NODE, "npm-shrinkwrap.json": _NODE, "yarn.lock": _NODE,
            "bun.lock": _NODE, "bun.lockb": _NODE, "poetry.lock": _PYTHON, "uv.lock": _PYTHON, "pdm.lock": _PYTHON,
            "Pipfile.lock": ["Pipfile"], "Cargo.lock": ["Cargo.toml"], "go.sum": ["go.mod"], "go.work.sum": ["go.mod", "go.work"],
        },
        description="Files that follow from others: glob of the file, globs of what it follows from. Such a file is covered "
        "where one of those changed in the same run; that one is judged itself.",
    )  # fmt: skip
    exempt: list[str] = Field(default=[], description="Globs of the run's own papers, which no plan names.")

    remedy = Remedy(
        "revert", "Take the change of this file back. If the story cannot be done without it, stop and ask who made the plan."
    )
    examples = (
        Example(
            "A file that the plan does not name is reported, and so is one that it only looks at.",
            before={"IMPLEMENTATION-PLAN.md": _PLAN, "apps/api/list/totals.ts": "1\n"},
            after={"IMPLEMENTATION-PLAN.md": _PLAN, "apps/api/list/totals.ts": "2\n", "apps/web/page.ts": "1\n"},
            finds=("apps/api/list/totals.ts", "apps/web/page.ts"),
        ),
        Example(
            "A file outside of the globs is reported, and one inside of them that is left out.",
            before={"SCOPE.yaml": _SCOPE},
            after={"SCOPE.yaml": _SCOPE, "apps/api/a.ts": "1\n", "apps/api/auth/b.ts": "1\n", "libs/c.ts": "1\n"},
            finds=("apps/api/auth/b.ts", "libs/c.ts"),
        ),
        Example(
            "A scope that the run widened counts as base has it.",
            before={"SCOPE.yaml": _SCOPE},
            after={"SCOPE.yaml": _SCOPE.replace("apps/api/**", "'**/*.ts'"), "libs/c.ts": "1\n"},
            finds=("libs/c.ts",),
        ),
        Example(
            "A lockfile alone follows from nothing.",
            before={"SCOPE.yaml": _SCOPE},
            after={"SCOPE.yaml": _SCOPE, "pnpm-lock.yaml": "a\n"},
            finds=("pnpm-lock.yaml",),
        ),
        Example(
            "A package that is only used is not planned.",
            before={"SCOPE.md": "Extend `@repo/cart`, logging with `@repo/logger`.\n",
                    "libs/cart/package.json": '{"name": "@repo/cart"}\n', "libs/logger/package.json": '{"name": "@repo/logger"}\n'},
            after={"SCOPE.md": "Extend `@repo/cart`, logging with `@repo/logger`.\n",
                   "libs/cart/a.ts": "1\n", "libs/logger/a.ts": "1\n",
                   "libs/cart/package.json": '{"name": "@repo/cart"}\n', "libs/logger/package.json": '{"name": "@repo/logger"}\n'},
            finds=("libs/logger/a.ts",),
        ),
        Example(
            "What the plan names is kept, with its tests and what a tool writes.",
            before={"IMPLEMENTATION-PLAN.md": _PLAN},
            after={"IMPLEMENTATION-PLAN.md": _PLAN, "apps/api/cart/totals.ts": "1\n",
                   "apps/api/cart/__tests__/totals.test.ts": "1\n",
                   "db/schema.sql": "--\n", "apps/api/cart/__tests__/__snapshots__/totals.test.ts.snap": "1\n"},
        ),
        Example(
            "Files of a drawn folder are kept, and those of a plan that the run wrote itself.",
            after={"IMPLEMENTATION-PLAN.md": "# Plan\n\n```\napps/api/cart/\n├── index.ts\n└── src/\n    └── add.ts\n```\n",
                   "apps/api/cart/index.ts": "1\n", "apps/api/cart/src/add.ts": "1\n"},
        ),
        Example(
            "A lockfile follows from a manifest, and a table of files plans them.",
            before={"SCOPE.md": "| File | Action |\n|---|---|\n| `libs/cart/package.json` | modify |\n"},
            after={"SCOPE.md": "| File | Action |\n|---|---|\n| `libs/cart/package.json` | modify |\n",
                   "libs/cart/package.json": "{}\n", "pnpm-lock.yaml": "a\n"},
        ),
        Example(
            "Nothing but a folder may change: files in that folder are kept.",
            before={"SCOPE.md": "Do not touch anything outside `libs/cart/`.\n"},
            after={"SCOPE.md": "Do not touch anything outside `libs/cart/`.\n", "libs/cart/a.ts": "1\n"},
        ),
        Example(
            "A migration whose number was taken has another one.",
            before={"SCOPE.md": "- New: `db/migrations/0007_carts.sql`\n"},
            after={"SCOPE.md": "- New: `db/migrations/0007_carts.sql`\n", "db/migrations/0009_carts.sql": "--\n"},
        ),
        Example(
            "The files that a delegated task names are those of the change; another one is reported.",
            given={"by_task": True},
            task="# TASK-7\n\nFiles:\n- `apps/api/cart/totals.ts`\n- `apps/api/cart/index.ts`\n",
            after={"apps/api/cart/totals.ts": "1\n", "apps/api/cart/totals.test.ts": "1\n", "apps/api/list/totals.py": "1\n"},
            finds=("apps/api/list/totals.py",),
        ),
        Example(
            "What the run reports, and what its tests cover, needs no plan.",
            before={"SCOPE.yaml": _SCOPE},
            after={"SCOPE.yaml": _SCOPE, "REPORT.md": "Done.\n", "lcov.info": "SF:a.ts\nDA:1,1\nend_of_record\n"},
            report="Done.\n",
            coverage={"lcov.info": "SF:a.ts\nDA:1,1\nend_of_record\n"},
        ),
        Example(
            "The run's own papers are kept.",
            given={"exempt": ["/proofs/**"]},
            before={"SCOPE.yaml": _SCOPE},
            after={"SCOPE.yaml": _SCOPE, "proofs/build.txt": "ok\n"},
        ),
    )  # fmt: skip

    def check(
        self, changes: ChangeSet, documents: Documents, tree: Tree, *,
        task: "Task | None" = None, report: "Report | None" = None, coverage: "Coverage | None" = None,
    ) -> Generator[Finding, None, str]:  # fmt: skip
        from pytest_agentcompliance.parsing.planned.beside import Beside  # start-up time: when there are documents
        from pytest_agentcompliance.parsing.planned.cover import Cover

        given, why = self._given(documents, task if self.by_task else None)
        there = {*tree.base.files, *changes.paths}  # all paths of both ends
        folders = _Folders(tree)
        planned = Cover((one for one in given if one.named.mood == "planned"), there, folders.of)
        if not planned:
            raise NotJudged(f"{_listed(given)} names nothing of the repository that is to be changed")
        left_out = [one for one in given if one.named.mood == "excluded" and one.named.kind != "name"]
        excluded = Cover(left_out, there, folders.of)
        looked_at = [one for one in given if one.named.mood == "looked-at" and one.named.kind in ("path", "name")]
        looked = Cover(looked_at, there, folders.of)
        papers = {one.path for one in (*documents.at_base, *documents.at_head)}
        papers |= {one.path for one in (task, report, *(coverage.reports if coverage is not None else ())) if one is not None}
        unplanned: list[tuple[FileChange, Entry | None]] = []
        covered = [*planned.files]
        for change in changes:
            if change.path in papers or change.path in changes.proofs or (self.exempt and matches(change.path, self.exempt)):
                continue
            alike = canonical(change.path)
            hit, left = planned.of(change.path), excluded.of(change.path)
            if left is None and alike != change.path.lower():  # what only looks like a file that is left out
                left = excluded.of(alike)
            if hit is not None and not (left and _is_within(left, hit)):
                covered.append(change.path)
            else:
                unplanned.append((change, left))
        beside = Beside(covered)
        for change, left in unplanned:
            if left is not None or not self._goes_along(change.path, changes, beside):
                yield Finding(_message(change, planned, looked, left), Place(change.path), evidence=change.kind)
        return why

    def _goes_along(self, path: str, changes: ChangeSet, beside: "Beside") -> bool:
        """Whether a file follows from others: a tool writes it, it is a test of one, or a lockfile of a manifest."""
        if matches(path, self.generated) or (matches(path, self.tests) and beside.has(path)):
            return True
        if not matches(path, tuple(self.derived)):
            return False
        sources = [glob for derived, globs in self.derived.items() if matches(path, [derived]) for glob in globs]
        return bool(sources) and any(matches(one, sources) for one in changes.paths)

    def _given(self, documents: Documents, task: "Task | None") -> "tuple[list[Entry], str]":
        """All names that count: those that were given; where nothing given has any, those that the run wrote itself."""
        names = dict.fromkeys(self.documents)
        base = [one for name in names for one in documents.base(name)]
        head = [one for name in names for one in documents.head(name)]
        told = [] if task is None or task.problem else _listed_by(task)
        if not (base or head or task):
            which = " and no ".join([*names, *(["delegated task"] if self.by_task else [])])
            raise NotJudged(f"there is no {which}, neither at base nor at head")
        by_hand = task is not None and task.given
        given = [*(told if by_hand else ()), *_entries(one for one in base if task is None or one.path != task.path)]
        if any(one.named.mood == "planned" for one in given):
            own = sorted({one.path for one in head if not documents.base(one.name)})
            return (
                given,
                f"{' and '.join(own)} does not count: the run wrote it itself, and base has {_listed(given)}" if own else "",
            )
        written = [*_entries(head), *(() if by_hand else told)]
        if any(one.named.mood == "planned" for one in written):
            return written, f"judged by what the run wrote itself, {_listed(written)}: base has nothing that names a file"
        if not (given or written):
            papers = {one.path for one in base or head} | ({task.path} if task is not None else set())
            lists = "lists" if task is not None and task.path in papers else "names"
            raise NotJudged(f"{' and '.join(sorted(papers))} {lists} no file, folder, glob or package")
        return given or written, ""


class _Folders:
    """The folders of packages by their names, at head or, where a package is gone, at base."""

    def __init__(self, tree: Tree) -> None:
        self._sides = (tree.head, tree.base)
        self._packages: list[Packages] = []

    def of(self, name: str) -> str | None:
        from pytest_agentcompliance.parsing.packages import Packages  # start-up time: when a package is named

        if not self._packages:
            self._packages = [Packages(side.files) for side in self._sides]
        ending = f"{name.rpartition('/')[2]}/package.json"
        for side, packages in zip(self._sides, self._packages, strict=True):
            for path in side.files:  # most folders are called as their packages are, and then one manifest is read
                if path.endswith(ending) and (found := packages.at(path.rpartition("/")[0], "node")) and found.name == name:
                    return found.folder
            if (found := packages.by_name.get(name)) and found.name == name:
                return found.folder
        return None


def _named(text: str, path: str) -> "list[Entry]":
    from pytest_agentcompliance.parsing.planned import read
    from pytest_agentcompliance.parsing.planned.cover import Entry

    return [Entry(one, path) for one in read(text, path)]


def _listed_by(task: "Task") -> "list[Entry]":
    """What a task names where it lists files: one that only speaks of a file leaves open what else is to be changed."""
    from pytest_agentcompliance.parsing.planned import lists_files

    return _named(task.text, task.path) if lists_files(task.text, task.path) else []


def _entries(documents: Iterable[Document]) -> "list[Entry]":
    made: list[Entry] = []
    for document in documents:
        try:
            made += _named(document.text(), document.path)
        except Unreadable:
            continue  # the ledger was told; the verdict names the file
    return made


def _is_within(left: "Entry", hit: "Entry") -> bool:
    """Whether what is left out is a part of what is planned, which is then planned without it."""
    return hit.named.kind not in ("path", "name") and len(left.named.text.rstrip("*/")) > len(hit.named.text.rstrip("*/"))


def _message(change: FileChange, planned: "Cover", looked: "Cover", left: "Entry | None") -> str:
    done = _DONE[change.kind]
    if change.renamed_from:
        done = f"was moved here from {change.renamed_from}"
    elif change.renamed_to:
        done = f"was moved away to {change.renamed_to}"
    if left:
        return f"the file {done}; {left.named.text} is left out by {left.where}"
    if seen := looked.of(change.path):
        return f"the file {done}; {seen.where} names it only as something to look at or to use"
    if near := planned.nearest(change.path):
        return f"the file {done} and is not planned; the nearest that is: {near.named.text} ({near.where})"
    texts = sorted(dict.fromkeys(one.named.text for one in planned.meant), key=lambda text: "/" not in text)
    more = f" and {len(texts) - 3} more" if len(texts) > 3 else ""
    return f"the file {done} and is not planned; planned is {', '.join(texts[:3])}{more} ({planned.meant[0].where})"


def _listed(entries: "Iterable[Entry]") -> str:
    return " and ".join(sorted({one.document for one in entries}))
