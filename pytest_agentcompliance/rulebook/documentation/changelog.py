"""documentation/changelog: the changelog and the version follow what a released package offers."""

import re
from collections.abc import Generator, Iterator
from posixpath import dirname
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, FileChange, History, Tree
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.made import BESIDE, GENERATED, MIGRATIONS
from pytest_agentcompliance.parsing.testcode import is_source
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:  # start-up time: packages are compared when one of their modules has changed
    from pytest_agentcompliance.parsing.surface.differences import Difference
    from pytest_agentcompliance.parsing.surface.offered import Package

ENDINGS = (".py", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
EXEMPT = [*(one for one in GENERATED if "d." not in one), *MIGRATIONS, *BESIDE]
TYPES = ["feat", "fix", "perf", "revert", "refactor", "deps"]
_VERSION = re.compile(r"v?(\d{1,9})\.(\d{1,9})(?:\.(\d{1,9}))?")
NODE = '{"name": "shop", "version": "1.2.0", "exports": {".": "./dist/index.js"}}\n'
CART = "export function total(cart: Cart) {\n  return 1\n}\n"
SCRIPT = {"package.json": NODE, "src/index.ts": "export * from './cart'\n", "src/cart.ts": CART, "CHANGELOG.md": "# Changes\n"}
MORE = {"src/cart.ts": CART + "\nexport function rows(cart: Cart) {\n  return []\n}\n"}
LESS = {"src/cart.ts": "export function sum(cart: Cart) {\n  return 1\n}\n"}
PROJECT = '[project]\nname = "shop"\nversion = "1.2.0"\n\n[build-system]\nrequires = ["hatchling"]\n'
SNAKE = {
    "pyproject.toml": PROJECT, "shop/__init__.py": "from .cart import total\n", "shop/cart.py": "def total(a): ...\n",
    "CHANGES.rst": "x\n",
}  # fmt: skip
HOME = re.compile(
    r"(?:^|/)(?:\.changeset|changelog\.d|newsfragments|\.changes|changes\.d|changes|news|CHANGES|changelogs/unreleased|docs?)$"
)


class Changelog(Rule):
    """The changelog and the version follow what a released package offers.

    Why: the changelog is all that a user of a package reads before an update, and the version is all that a tool reads.

    Where base has a changelog for a package, or changesets, a change that adds, removes or alters what the package exports
    (as in ``compat/public-api``) must add to it. Where a tool writes the changelog by itself (semantic-release, release-please,
    standard-version, commitizen, git-cliff, ...), a commit must have a type that it takes up. Where the change raises
    the version, one that breaks users must raise the first number, before 1.0 the second.

    Blind spots: what the entry says; behaviour that no signature shows; packages that are private, or whose entries mean no file of
    the tree; what is added to the ``__init__`` of an inner package of Python; whether a release is due.
    """

    types: list[str] = Field(default=TYPES, description="The types of commits that a tool takes up; any type with ! is one.")
    exempt: list[str] = Field(default=EXEMPT, description="Globs of files whose change is not looked at. Tests never are.")

    candidates: ClassVar[Candidates] = Candidates(
        contains=(b"export", b"def ", b"class ", b"import", b"function", b"__all__", rb"\(", rb"\?:", b'"version"', b"version ="),
        endings=(*ENDINGS, "package.json", "pyproject.toml"),
    )
    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Say in the changelog what was added, changed or removed, and what its users have to do."
    )
    examples = (
        Example(
            "A new export without an entry is reported at its line.",
            before=SCRIPT, after=SCRIPT | MORE, finds=("src/cart.ts:5",),
        ),
        Example(
            "So is one of Python.",
            before=SNAKE,
            after=SNAKE | {
                "shop/__init__.py": "from .cart import rows, total\n", "shop/cart.py": "def total(a): ...\ndef rows(): ...\n",
            },
            finds=("shop/cart.py:2",),
        ),
        Example(
            "Where changesets are used, one must be added.",
            before=SCRIPT | {".changeset/config.json": "{}\n"}, after=SCRIPT | MORE | {".changeset/config.json": "{}\n"},
            finds=("src/cart.ts:5",),
        ),
        Example(
            "A version that says less than what was done is reported.",
            before=SCRIPT,
            after=SCRIPT | LESS | {
                "CHANGELOG.md": "# Changes\n\n## 1.2.1\n\n- total is sum now\n", "package.json": NODE.replace("1.2.0", "1.2.1"),
            },
            finds=("package.json",),
        ),
        Example(
            "Where a tool writes the changelog, a commit of a type that it leaves out is reported.",
            before=SCRIPT | {".releaserc.json": "{}\n"}, commits=(MORE,), messages=("chore: tidy\n",), finds=("src/cart.ts:5",),
        ),
        Example(
            "An entry is enough, and a version that says as much.",
            before=SCRIPT,
            after=SCRIPT | LESS | {
                "CHANGELOG.md": "# Changes\n\n## 2.0.0\n\n- total is sum now\n", "package.json": NODE.replace("1.2.0", "2.0.0"),
            },
        ),
        Example(
            "So is a changeset, and a commit of a type that the tool takes up.",
            before=SCRIPT | {".releaserc.json": "{}\n"}, commits=(MORE,), messages=("feat(cart): list the rows\n",),
        ),
        Example(
            "What nobody can import, and a repository without a changelog, is kept.",
            before={**SCRIPT, "src/own.ts": "", "lib/package.json": NODE, "lib/index.ts": "export const a = 1\n"},
            after={
                **SCRIPT, "src/own.ts": "export const own = 1\n", "lib/package.json": NODE, "lib/index.ts": "export const a = 2\n",
            },
        ),
        Example(
            "Without a changelog at base nothing is asked.",
            before={path: text for path, text in SCRIPT.items() if path != "CHANGELOG.md"},
            after={path: text for path, text in (SCRIPT | MORE).items() if path != "CHANGELOG.md"},
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet, tree: Tree, commits: History | None) -> Generator[Finding, None, str]:
        mine = self._touched(changes)
        if not mine:
            return ""
        from pytest_agentcompliance.parsing.surface.differences import differences
        from pytest_agentcompliance.parsing.surface.notes import is_changelog

        logs = [path for path in tree.base.files if is_changelog(path) or path.endswith(".changeset/config.json")]
        if not logs:
            return "base has no changelog"
        bumped = any(one.path.endswith(("package.json", "pyproject.toml")) for one in changes)
        if not bumped and _written("", changes):
            return ""  # a changelog of all packages got a line
        found = differences([one.path for one in mine], tree.base.files, tree.head.files)
        each: dict[str, list[Difference]] = {}
        for one in found.differences:
            if one.change == "added" and one.package.language == "python" and one.name.count(".") > 1:
                continue  # what an inner package passes on is new to few
            each.setdefault(one.package.manifest, []).append(one)
        for manifest, several in sorted(each.items()):
            package = several[0].package
            near = [path for path in logs if _serves(path, package.folder)]
            if not near:
                continue
            if not _written(package.folder, changes) and (why := self._silence(package, near, tree, commits)):
                yield _unsaid(package, several, why)
            if finding := _too_small(package, several, changes, manifest):
                yield finding
        return ""

    def _touched(self, changes: ChangeSet) -> list[FileChange]:
        hit = {one.position for one in self.touched(changes)}
        return [
            one for one in changes
            if (one.position in hit or (one.kind == "deleted" and self.searched(one.path)))
            and is_source(one.path) and not matches(one.path, self.exempt)
        ]  # fmt: skip

    def _silence(self, package: "Package", near: list[str], tree: Tree, commits: History | None) -> str:
        """What says nothing of the change, and should; empty where a tool will."""
        sets = [path for path in near if path.endswith(".changeset/config.json")]
        if not sets and _by_tool(package, tree):
            if commits is None or any(self._takes_up(one.message) for one in commits):
                return ""
            return "no commit has a type that the tool takes up which writes the changelog"
        if sets:
            return f"no changeset was added to {dirname(sets[0])}"
        return f"{min(near, key=lambda path: (-len(dirname(path)), path))} says nothing of it"

    def _takes_up(self, message: str) -> bool:
        from pytest_agentcompliance.parsing.surface.notes import kind_of, says_breaking

        kind = kind_of(message)
        return kind.rstrip("!") in self.types or kind.endswith("!") or says_breaking(message)


def _written(folder: str, changes: ChangeSet) -> bool:
    """Whether a changelog of the package in a folder got a line."""
    from pytest_agentcompliance.parsing.surface.notes import is_changelog

    written = (one for one in changes if one.is_text and is_changelog(one.path) and _serves(one.path, folder))
    return any(one.added for one in changes.readable(written))


def _unsaid(package: "Package", several: "list[Difference]", why: str) -> Finding:
    first = next((one for one in several if one.at_head), several[0])
    at = Place(first.path, first.line if first.at_head else None)
    message = f"{package.name} changed what it offers ({_listed(several)}), and {why}"
    return Finding(message, at, evidence=f"changelog of {package.name}")


def _serves(path: str, folder: str) -> bool:
    """Whether a changelog is that of a package in a folder: it lies in it, or in one above."""
    home = HOME.sub("", dirname(path))
    return not home or folder == home or folder.startswith(f"{home}/")


def _by_tool(package: "Package", tree: Tree) -> bool:
    """Whether base has a tool that writes the changelog out of commits."""
    from pytest_agentcompliance.parsing.surface.notes import is_tool, told_by_tool
    from pytest_agentcompliance.parsing.surface.offered import text_of

    if any(is_tool(path) and _serves(path, package.folder) for path in tree.base.files):
        return True
    return told_by_tool(text_of(tree.base.files, path) for path in {package.manifest, "package.json", "pyproject.toml"})


def _too_small(package: "Package", several: "list[Difference]", changes: ChangeSet, manifest: str) -> Finding | None:
    """A finding where the version is raised by less than what a broken user is owed."""
    change = changes.by_path.get(manifest)
    lost = [one for one in several if one.change != "added"]
    if change is None or change.after is None or not lost:
        return None
    from pytest_agentcompliance.parsing.surface.offered import package_of

    beside = manifest if package.language == "script" else f"{dirname(manifest)}/x.py".lstrip("/")
    try:
        now = package_of(beside, {manifest: change.after})
    except Unreadable:
        return None
    old, new = _VERSION.match(package.version), _VERSION.match(now.version if now is not None else "")
    if not old or not new or now is None or package.version == now.version:
        return None
    part = 1 if old[1] != "0" else 2
    if int(new[1]) > int(old[1]) or (part == 2 and int(new[2]) > int(old[2])):
        return None
    message = f"{package.name} goes from {package.version} to {now.version}, and breaks its users ({_listed(lost)})"
    return Finding(message, Place(manifest), evidence=f"version of {package.name}")


def _listed(several: "list[Difference]") -> str:
    return ", ".join(_words(several[:4])) + (f" and {len(several) - 4} more" if len(several) > 4 else "")


def _words(several: "list[Difference]") -> Iterator[str]:
    for one in several:
        yield f"{one.name} {'was ' if one.change != 'changed' else ''}{one.change}"
