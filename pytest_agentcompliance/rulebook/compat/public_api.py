"""compat/public-api: what a released package offers goes on working, or its users are told."""

from collections.abc import Generator
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, FileChange, History, Tree
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.made import BESIDE, GENERATED, MIGRATIONS
from pytest_agentcompliance.parsing.testcode import is_source
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:  # start-up time: packages are compared when one of their modules has changed
    from pytest_agentcompliance.parsing.surface.differences import Difference

ENDINGS = (".py", ".ts", ".tsx", ".mts", ".cts", ".js", ".jsx", ".mjs", ".cjs")
EXEMPT = [*(one for one in GENERATED if "d." not in one), *MIGRATIONS, *BESIDE]
NODE = '{"name": "shop", "version": "1.2.0", "exports": {".": "./dist/index.js"}}\n'
PYTHON = '[project]\nname = "shop"\nversion = "1.2.0"\n\n[build-system]\nrequires = ["hatchling"]\n'
BARREL = "export * from './cart'\nexport { rows as lines } from './rows'\n"
CART = (
    "export function total(cart: Cart, tax?: number): number {\n  return 1\n}\n"
    "export interface Cart {\n  id: string\n  note?: string\n}\n"
)
HIDDEN = NODE.replace("{", '{"private": true, ', 1)
ROWS = "export const rows = (cart: string | null) => []\n"
SCRIPT = {"package.json": NODE, "src/index.ts": BARREL, "src/cart.ts": CART, "src/rows.ts": ROWS}
MODULE = "def total(cart, tax=0):\n    return 1\n\n\nclass Cart:\n    def add(self, row):\n        self.rows.append(row)\n"
SNAKE = {"pyproject.toml": PYTHON, "src/shop/__init__.py": "from shop.cart import Cart, total\n", "src/shop/cart.py": MODULE}


class PublicApi(Rule):
    """What a released package offers goes on working, or its users are told.

    Why: whoever depends on it finds out at the next update, and has nothing but the old text to tell what to do.

    A package of TypeScript or JavaScript offers what the entries of its ``package.json`` export, through the modules that they
    pass on; one of Python what its ``__init__.py`` import from within, and what an ``__all__`` lists. Both ends are compared: a
    name that is gone, a parameter that was removed, moved, or must be given now, a member or method that is gone, a type that
    takes less, a promise where there was a value. A deprecated alias keeps the name. Whoever changes a changelog, adds a
    changeset or a guide that names the thing or says what to do instead, has told; so has, where base has no changelog, a
    commit that is marked as breaking.

    Blind spots: behaviour; private packages (but ``private``); modules of Python that no ``__init__`` names; defaults, fields,
    overloads, schemas, and types beyond plain ones; endpoints and commands; other languages. Entries that mean no file of the
    tree are named in the verdict's reason.
    """

    private: bool = Field(default=False, description="Whether packages that are not released, of a workspace, are held to it too.")
    most_each: int = Field(default=10, ge=1, description="Findings of one package; the others are counted in the last of them.")
    exempt: list[str] = Field(default=EXEMPT, description="Globs of files whose change is not looked at. Tests never are.")

    candidates: ClassVar[Candidates] = Candidates(
        contains=(b"export", b"def ", b"class ", b"import", b"function", b"__all__", rb"\(", rb"\?:"), endings=ENDINGS
    )
    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Keep the old name or shape as a deprecated one; where it must go, say so in the changelog, and what to do instead."
    )
    examples = (
        Example(
            "An export that is gone is reported, through what the entry passes on.",
            before=SCRIPT, after=SCRIPT | {"src/rows.ts": "const rows = () => []\n", "src/index.ts": "export * from './cart'\n"},
            finds=("src/rows.ts",),
        ),
        Example(
            "So is a parameter that must be given now, and a member that is gone.",
            before=SCRIPT,
            after=SCRIPT | {"src/cart.ts": CART.replace("tax?:", "tax:").replace("  note?: string\n", "")},
            finds=("src/cart.ts:1", "src/cart.ts:4"),
        ),
        Example(
            "Python counts as well.",
            before=SNAKE,
            after=SNAKE | {"src/shop/cart.py": MODULE.replace("cart, tax=0", "tax, cart").replace("self, row", "self, row, n")},
            finds=("src/shop/cart.py:1", "src/shop/cart.py:6"),
        ),
        Example(
            "A name of Python that cannot be imported any more is reported.",
            before=SNAKE, after=SNAKE | {"src/shop/__init__.py": "from shop.cart import Cart\n"}, finds=("src/shop/cart.py",),
        ),
        Example(
            "What moved, what was added, and what nobody can import is kept.",
            before=SCRIPT | {"src/own.ts": "export const own = () => 1\n"},
            after={
                "package.json": NODE, "src/index.ts": "export * from './cart'\nexport { rows as lines } from './lib/rows'\n",
                "src/lib/rows.ts": ROWS, "src/cart.ts": CART.replace("tax?: number", "tax?: number, more = 1"), "src/own.ts": "",
            },
        ),
        Example(
            "A changelog that tells what to do is enough.",
            before=SCRIPT | {"CHANGELOG.md": "# Changes\n"},
            after=SCRIPT | {
                "src/index.ts": "export * from './cart'\n",
                "CHANGELOG.md": "# Changes\n\n## 2.0.0\n- `lines` was removed, use `total`.\n",
            },
        ),
        Example(
            "So is a deprecated alias.",
            before=SNAKE,
            after=SNAKE | {
                "src/shop/cart.py": MODULE.replace("total", "sum_up")
                + "\n\n@deprecated('use sum_up')\ndef total(cart, tax=0):\n    return 1\n",
            },
        ),
        Example(
            "A private package, an application and tests are kept.",
            before=SCRIPT | {"package.json": HIDDEN, "app/main.py": MODULE, "tests/a.py": MODULE},
            after=SCRIPT | {"package.json": HIDDEN, "src/cart.ts": "", "app/main.py": "", "tests/a.py": ""},
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet, tree: Tree, commits: History | None) -> Generator[Finding, None, str]:
        mine = [one for one in self._touched(changes) if one.before is not None]
        if not mine:
            return ""
        from pytest_agentcompliance.parsing.surface.differences import differences

        found = differences([one.path for one in mine], tree.base.files, tree.head.files, released=not self.private)
        lost = [one for one in found.differences if one.change != "added"]
        notes = _notes(changes) if lost else ""
        marked = bool(lost) and _marked(commits, tree)
        each: dict[str, list[Difference]] = {}
        for one in lost:
            if not marked and not _told(notes, one):
                each.setdefault(one.package.manifest, []).append(one)
        for several in each.values():
            shown = several[: self.most_each]
            for number, one in enumerate(shown, 1):
                rest = len(several) - len(shown) if number == len(shown) else 0
                more = f"; {rest} more are like it" if rest else ""
                what = f"{one.what}, and no changelog or guide tells its users{more}"
                yield Finding(what, Place(one.path, one.line if one.at_head else None), evidence=one.what)
        unresolved = sorted(set(found.unresolved))
        others = f" and {len(unresolved) - 5} more" if len(unresolved) > 5 else ""
        return f"not compared: {', '.join(unresolved[:5])}{others}" if unresolved else ""

    def _touched(self, changes: ChangeSet) -> list[FileChange]:
        """The modules that may have lost something; of a deleted file git prints no patch."""
        hit = {one.position for one in self.touched(changes)}
        return [
            one for one in changes
            if (one.position in hit or (one.kind == "deleted" and self.searched(one.path)))
            and is_source(one.path) and not matches(one.path, self.exempt)
        ]  # fmt: skip


def _notes(changes: ChangeSet) -> str:
    """What the change adds to changelogs and guides."""
    from pytest_agentcompliance.parsing.surface.notes import is_changelog, is_guide

    files = (one for one in changes if one.is_text and (is_changelog(one.path) or is_guide(one.path)))
    return "\n".join(line.text for one in changes.readable(files) for line in one.added)


def _told(notes: str, one: "Difference") -> bool:
    from pytest_agentcompliance.parsing.surface.notes import helps

    return bool(notes.strip()) and helps(notes, one.name)


def _marked(commits: History | None, tree: Tree) -> bool:
    """Whether a commit is marked as breaking, where base has no changelog that could say it."""
    from pytest_agentcompliance.parsing.surface.notes import is_changelog, says_breaking

    if commits is None or not any(says_breaking(one.message) for one in commits):
        return False
    return not any(is_changelog(path) for path in tree.base.files)
