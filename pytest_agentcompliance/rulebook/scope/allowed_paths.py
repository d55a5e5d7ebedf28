"""scope/allowed-paths: what the run may touch, by path."""

import posixpath
from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, FileChange
from pytest_agentcompliance.evidence.changes import SUBMODULE, SYMLINK
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

_NODE = ["package.json", "pnpm-workspace.yaml"]
_PYTHON = ["pyproject.toml", "requirements*.in", "requirements*.txt"]
LOCKFILES: dict[str, list[str]] = {
    "pnpm-lock.yaml": _NODE, "package-lock.json": _NODE, "npm-shrinkwrap.json": _NODE, "yarn.lock": _NODE,
    "bun.lock": _NODE, "bun.lockb": _NODE, "poetry.lock": _PYTHON, "uv.lock": _PYTHON, "pdm.lock": _PYTHON,
    "Pipfile.lock": ["Pipfile"], "Cargo.lock": ["Cargo.toml"], "go.sum": ["go.mod"], "go.work.sum": ["go.mod", "go.work"],
}
_DONE = {"added": "was added", "modified": "was changed", "deleted": "was deleted", "type-changed": "changed its type"}


class AllowedPaths(Rule):
    """Only files under the allowed paths change.

    Why: the scope says where the work may happen. A change outside it was not asked for, is not reviewed by
    those who own that place, and is where an agent does the most damage by good intentions.

    Both ends of a move are files of the change, and each is judged. A symbolic link that leaves the allowed
    paths is a breach, wherever it lies itself. A submodule is judged by its path.

    Blind spots: what an allowed file does to others when it runs (a script, a code generator, a test's set-up).
    A link that passes through another link is judged by its written target.
    """

    allowed: list[str] = Field(min_length=1, description="Globs of the files that may change, in .gitignore's notation.")
    denied: list[str] = Field(default=[], description="Globs of files that may not change although an allowed glob covers them.")
    derived: dict[str, list[str]] = Field(
        default=LOCKFILES,
        description="Files that follow from others: glob of the file, globs of what it follows from. Such a file may change "
        "where an allowed file of those globs changed in the same run.",
    )

    remedy: ClassVar[Remedy] = Remedy(
        "revert", "Take the change of this file back. If the story cannot be done without it, stop and ask who owns the scope."
    )
    examples = (
        Example(
            "A file elsewhere is reported.",
            given={"allowed": ["apps/api/**"]},
            after={"apps/api/a.ts": "1\n", "apps/web/b.ts": "1\n"},
            finds=("apps/web/b.ts",),
        ),
        Example(
            "A move out of the scope is reported at both ends that lie outside.",
            given={"allowed": ["apps/api/**"]},
            before={"apps/web/a.ts": "one\n", "apps/api/b.ts": "two\n"},
            after={"libs/a.ts": "one\n", "libs/b.ts": "two\n"},
            finds=("apps/web/a.ts", "libs/a.ts", "libs/b.ts"),
        ),
        Example(
            "What is denied is taken out of what is allowed.",
            given={"allowed": ["apps/**"], "denied": ["apps/web/**"]},
            after={"apps/api/a.ts": "1\n", "apps/web/a.ts": "1\n"},
            finds=("apps/web/a.ts",),
        ),
        Example(
            "A link that leaves the scope is reported, and so is an absolute one.",
            given={"allowed": ["api/**"]},
            links={"api/in": "lib/x", "api/out": "../web", "api/root": "/etc"},
            finds=("api/out", "api/root"),
        ),
        Example(
            "A lockfile without a manifest that may change is reported.",
            given={"allowed": ["api/**"]},
            after={"pnpm-lock.yaml": "a\n", "web/package.json": "{}\n"},
            finds=("pnpm-lock.yaml", "web/package.json"),
        ),
        Example("A lockfile that follows from an allowed manifest is kept.", given={"allowed": ["api/**"]}, after={
            "pnpm-lock.yaml": "a\n", "api/package.json": "{}\n",
        }),
        Example("Files under the allowed paths are kept, whatever their names.", given={"allowed": ["api/**", "*.sql"]}, after={
            "api/[id].ts": "1\n", "api/a b/ü.ts": "1\n", "db/migrations/1.sql": "--\n",
        }),
    )

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        changed = [change.path for change in changes if self._allows(change.path)]
        for change in changes:
            if not self._allows(change.path) and not self._follows(change.path, changed):
                yield Finding(self._message(change), Place(change.path), evidence=change.kind)
            elif reason := self._strays(change):
                yield Finding(reason, Place(change.path), evidence="link")

    def _allows(self, path: str) -> bool:
        return matches(path, self.allowed) and not (self.denied and matches(path, self.denied))

    def _follows(self, path: str, changed: list[str]) -> bool:
        if self.denied and matches(path, self.denied):
            return False
        return any(
            matches(path, [derived]) and any(matches(one, sources) for one in changed) for derived, sources in self.derived.items()
        )

    def _message(self, change: FileChange) -> str:
        done = "is a submodule that moved" if change.modes == {SUBMODULE} and change.kind == "modified" else _DONE[change.kind]
        if change.renamed_from:
            done = f"was moved here from {change.renamed_from}"
        elif change.renamed_to:
            done = f"was moved away to {change.renamed_to}"
        if matches(change.path, self.allowed):
            return f"the file {done}; it is denied by {_short([glob for glob in self.denied if matches(change.path, [glob])])}"
        return f"the file {done}; allowed is {_short(self.allowed)}"

    def _strays(self, change: FileChange) -> str:
        """Why the head's link leads where the run may not work; empty when it does not, or cannot be read."""
        if change.after is None or change.after.mode != SYMLINK:
            return ""
        try:
            target = change.after.target or ""
        except Unreadable:
            return ""
        shown = target[:100]
        if target.startswith(("/", "\\", "~")) or target[1:3] in (":\\", ":/"):
            return f"a symbolic link leads to {shown!r}, which is absolute"
        goal = posixpath.normpath(posixpath.join(posixpath.dirname(change.path), target))
        # A link to a folder is allowed where the files in that folder are.
        if goal == ".." or goal.startswith("../") or not (self._allows(goal) or self._allows(f"{goal}/x")):
            return f"a symbolic link leads to {shown!r}, which is outside of what is allowed: {_short(self.allowed)}"
        return ""


def _short(globs: list[str]) -> str:
    return ", ".join(globs[:6]) + (f" and {len(globs) - 6} more" if len(globs) > 6 else "")
