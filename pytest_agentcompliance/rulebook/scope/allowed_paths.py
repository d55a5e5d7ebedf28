"""scope/allowed-paths: what the run may touch, by path."""

from collections.abc import Iterator
from typing import ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, FileChange, Tree
from pytest_agentcompliance.evidence.changes import SUBMODULE, SYMLINK
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.links import OUTSIDE, Links, goals, is_absolute
from pytest_agentcompliance.parsing.lookalikes.paths import disguised, resolved
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

    Both ends of a move are files of the change, and each is judged. A symbolic link that leaves the allowed paths, as its text
    reads or through other links, is a breach, wherever it lies itself. A submodule is judged by its path. A path that only looks
    like a denied one, or is the same to some disk, is denied too; case alone counts unless base has files in a folder written
    like that. With dot segments or backslashes, a path must also be allowed where it leads.

    Blind spots: what an allowed file does to others when it runs (a script, a code generator, a test's set-up).
    A link of base that leads elsewhere since the run changed another one on its way: the changed one alone is judged.
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
            "A look-alike of what is denied is reported, and a path that leads out of what is allowed.",
            given={"allowed": ["apps/**"], "denied": ["apps/web/**"]},
            after={"apps/w\u0435b/a.ts": "1\n", "apps/Web/b.ts": "1\n", "apps/../libs/c.ts": "1\n"},
            links={"apps/api/link": "../WEB"},
            finds=("apps/../libs/c.ts", "apps/Web/b.ts", "apps/api/link", "apps/w\u0435b/a.ts"),
        ),
        Example(
            "A folder of base that differs from a denied one by case alone is the repository's own.",
            given={"allowed": ["apps/**"], "denied": ["apps/web/**"]},
            before={"apps/Web/a.ts": "1\n"},
            after={"apps/Web/a.ts": "2\n", "apps/Web/b.ts": "1\n"},
        ),
        Example(
            "A link that leaves the scope is reported, and so is an absolute one.",
            given={"allowed": ["api/**"]},
            links={"api/in": "lib/x", "api/out": "../web", "api/root": "/etc"},
            finds=("api/out", "api/root"),
        ),
        Example(
            "A link is followed through others: dots behind one go up from where that leads.",
            given={"allowed": ["api/**"]},
            links={"api/a/b/top": "../..", "api/a/b/web": "top/../web", "api/a/b/src": "top/src", "api/it": "me", "api/me": "it"},
            finds=("api/a/b/web",),
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

    def canaries(self) -> tuple[Example, ...]:
        from pytest_agentcompliance.parsing.glob_paths import path_in  # start-up time: only a canary asks

        thought = ("canary/outside.txt", "outside.canary", *(path_in([glob]) for glob in self.denied))
        path = next((one for one in thought if one and not self._allows(one) and not self._follows(one, [])), None)
        return (Example("A file outside of what is allowed.", after={path: "1\n"}, finds=(path,)),) if path else ()

    def check(self, changes: ChangeSet, tree: Tree | None = None) -> Iterator[Finding]:
        changed = [change.path for change in changes if self._allows(change.path)]
        links = Links(changes, tree.head if tree is not None else None)
        for change in (one for one in changes if one.path not in changes.proofs):
            if glob := self._like_denied(change.path, tree):
                said = f"the file {_done(change)}; it is a look-alike of what is denied by {glob}"
                yield Finding(said, Place(change.path), evidence="alike")
            elif not self._allows(change.path) and not self._follows(change.path, changed):
                yield Finding(self._message(change), Place(change.path), evidence=change.kind)
            elif reason := self._strays(change, links, tree):
                yield Finding(reason, Place(change.path), evidence="link")

    def _allows(self, path: str) -> bool:
        if not matches(path, self.allowed) or (self.denied and matches(path, self.denied)):
            return False
        goal = resolved(path)
        return goal == path or self._allows(goal)

    def _like_denied(self, path: str, tree: Tree | None) -> str:
        """The denied glob that an allowed path only seems not to match."""
        if not self.denied or not (glob := disguised(path, self.denied)) or not matches(path, self.allowed):
            return ""
        if disguised(path, [glob], case=False) or tree is None:
            return glob
        folder = path.rpartition("/")[0]
        own = path in tree.base or (bool(folder) and any(one.startswith(f"{folder}/") for one in tree.base.files))
        return "" if own else glob

    def _follows(self, path: str, changed: list[str]) -> bool:
        if self.denied and matches(path, self.denied):
            return False
        return any(
            matches(path, [derived]) and any(matches(one, sources) for one in changed) for derived, sources in self.derived.items()
        )

    def _message(self, change: FileChange) -> str:
        done = _done(change)
        if matches(change.path, self.allowed):
            return f"the file {done}; it is denied by {_short([glob for glob in self.denied if matches(change.path, [glob])])}"
        return f"the file {done}; allowed is {_short(self.allowed)}"

    def _strays(self, change: FileChange, links: Links, tree: Tree | None) -> str:
        """Why the head's link leads where the run may not work; empty when it does not, or cannot be read."""
        if change.after is None or change.after.mode != SYMLINK:
            return ""
        try:
            target = change.after.target or ""
        except Unreadable:
            return ""
        leads = f"a symbolic link leads to {target[:100]!r}"
        if is_absolute(target):
            return f"{leads}, which is absolute"
        for number, goal in enumerate(goals(change.path, target, links.at)):
            # A link to a folder is allowed where the files in that folder are.
            inside = f"{goal}/x" if goal else "x"
            named = "out of the tree" if goal == OUTSIDE else repr(goal or ".")
            there = f"{leads} (that is {named})" if number else leads
            if goal == OUTSIDE or not (self._allows(goal) or self._allows(inside)):
                return f"{there}, which is outside of what is allowed: {_short(self.allowed)}"
            if glob := self._like_denied(goal, tree) or self._like_denied(inside, tree):
                return f"{there}, which is a look-alike of what is denied by {glob}"
        return ""


def _done(change: FileChange) -> str:
    if change.renamed_from:
        return f"was moved here from {change.renamed_from}"
    if change.renamed_to:
        return f"was moved away to {change.renamed_to}"
    return "is a submodule that moved" if change.modes == {SUBMODULE} and change.kind == "modified" else _DONE[change.kind]


def _short(globs: list[str]) -> str:
    return ", ".join(globs[:6]) + (f" and {len(globs) - 6} more" if len(globs) > 6 else "")
