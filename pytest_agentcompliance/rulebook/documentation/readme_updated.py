"""documentation/readme-updated: what the documents tell people to type still works."""

from collections.abc import Collection, Generator, Iterator, Mapping
from dataclasses import dataclass
from posixpath import basename, dirname, join
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange, Tree
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:  # start-up time: documents are read when a manifest has changed
    from pytest_agentcompliance.parsing.instructions.given import Kind
    from pytest_agentcompliance.parsing.instructions.stale import Stale

EXEMPT = [
    "**/node_modules/**", "**/vendor/**", "**/fixtures/**", "**/*-fixtures/**", "**/__fixtures__/**", "**/test/**", "**/tests/**",
    "**/archive/**", "**/_archive/**", "**/examples/**", "**/templates/**", "CHANGELOG*",
]  # fmt: skip
MOST_DOCUMENTS = 500
RUNNABLE = (".sh", ".py", ".ts", ".js", ".mjs", ".cjs", ".txt", ".yml", ".yaml", ".toml", ".env", ".example", ".bash")
NODE = '{"name": "shop", "scripts": {"dev": "vite", "check": "tsc"}, "engines": {"node": ">=18"}}\n'
README = "# Shop\n\nNode.js 18+ is needed.\n\n```bash\nnpm install\nnpm run dev\n```\n"
SEED = README + "\nRun `bash scripts/seed.sh`.\n"
PROSE = "To make test data, run it.\n\n```ts\nnpm run check\n```\n"
TELLS = "Type `make test` first, then `docker compose up db`.\n"
MAKE = "run:\n\tpython -m shop\n\ntest:\n\tpytest\n"


class ReadmeUpdated(Rule):
    """What the documents tell people to type still works.

    Why: the first thing that a newcomer does is to follow them, and the first failure costs a morning.

    Looked for is what the change takes away: scripts of ``package.json``, targets of a Makefile, recipes of a justfile, commands
    and tasks of ``pyproject.toml``, services of compose, files that are run, the package manager (by its lockfile), and a version
    of Node or Python that was enough. Each line of a README, of CONTRIBUTING, or of another document for who begins
    (``documents``) that still tells it at head is reported.

    Blind spots: new steps that no document tells; commands whose meaning changed; documents of other names; sentences without
    code; lines that go to another folder or name another package first, and names that another manifest of the tree has too.
    """

    documents: list[str] = Field(default=[], description="Globs of further documents that tell how to build, test or run.")
    exempt: list[str] = Field(default=EXEMPT, description="Globs of manifests and documents that are left out.")
    most_each: int = Field(default=3, ge=1, description="Findings of one document for one thing that is gone.")

    candidates: ClassVar[Candidates] = Candidates(paths=(
        "package.json", "pyproject.toml", "Makefile", "makefile", "GNUmakefile", "justfile", "Justfile", ".justfile", ".nvmrc",
        ".node-version", ".python-version", "docker-compose*.y*ml", "compose*.y*ml", "*lock*", "bun.lockb", "npm-shrinkwrap.json",
    ))  # fmt: skip
    remedy: ClassVar[Remedy] = Remedy("fix", "Say in the document what to type now.")
    examples = (
        Example(
            "A script that a README still tells is reported at its line.",
            before={"package.json": NODE, "README.md": README},
            after={"package.json": NODE.replace('"dev"', '"serve"'), "README.md": README}, finds=("README.md:7",),
        ),
        Example(
            "So are targets of a Makefile, commands of Python and services.",
            before={
                "Makefile": MAKE, "CONTRIBUTING.md": TELLS,
                "pyproject.toml": '[project]\nname = "shop"\n[project.scripts]\nshopctl = "shop:main"\n',
                "README.md": "```\nuv run shopctl list\n```\n",
                "compose.yaml": "services:\n  db:\n    image: postgres\n  web:\n    build: .\n",
            },
            after={
                "Makefile": MAKE.replace("test:", "check:"), "CONTRIBUTING.md": TELLS,
                "pyproject.toml": '[project]\nname = "shop"\n[project.scripts]\nshop = "shop:main"\n',
                "README.md": "```\nuv run shopctl list\n```\n", "compose.yaml": "services:\n  web:\n    build: .\n",
            },
            finds=("CONTRIBUTING.md:1", "CONTRIBUTING.md:1", "README.md:2"),
        ),
        Example(
            "So are another package manager, a newer Node, and a file that is gone.",
            before={"package.json": NODE, "README.md": SEED, "package-lock.json": "{}\n", "scripts/seed.sh": "x\n"},
            after={"package.json": NODE.replace(">=18", ">=20"), "README.md": SEED, "pnpm-lock.yaml": "lockfileVersion: '9.0'\n"},
            finds=("README.md:3", "README.md:6", "README.md:7", "README.md:10"),
        ),
        Example(
            "A file of the same name that lies beside the document is kept.",
            before={"all.txt": "x\n", "api/all.txt": "x\n", "api/README.md": "`pip install -r all.txt`\n"},
            after={"api/all.txt": "x\n", "api/README.md": "`pip install -r all.txt`\n"},
        ),
        Example(
            "A document that was brought up to date is kept.",
            before={"package.json": NODE, "README.md": README},
            after={"package.json": NODE.replace('"dev"', '"serve"'), "README.md": README.replace("run dev", "run serve")},
        ),
        Example(
            "What another package still has, or another folder is meant for, is kept.",
            before={
                "package.json": NODE, "web/package.json": NODE, "api/package.json": NODE.replace("check", "lint"),
                "README.md": README + "\n`pnpm --filter api lint`\n\n```\ncd api\nnpm run lint\n```\n",
            },
            after={
                "package.json": NODE.replace('"dev"', '"serve"'), "web/package.json": NODE, "api/package.json": NODE,
                "README.md": README + "\n`pnpm --filter api lint`\n\n```\ncd api\nnpm run lint\n```\n",
            },
        ),
        Example(
            "Code of other languages, prose, and changes of what a script does are kept.",
            before={"package.json": NODE, "README.md": PROSE, "Makefile": MAKE},
            after={
                "package.json": NODE.replace(', "check": "tsc"', "").replace("vite", "vite --port 1"), "README.md": PROSE,
                "Makefile": MAKE.replace("test:", "check:"),
            },
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet, tree: Tree) -> Generator[Finding, None, str]:
        gone = list(self._gone(changes, tree))
        if not gone:
            return ""
        from pytest_agentcompliance.parsing.instructions.stale import files, managers, versions
        from pytest_agentcompliance.parsing.instructions.stale import gone as told
        from pytest_agentcompliance.parsing.instructions.told import commands

        documents = self._documents(tree)
        for path, content in documents[:MOST_DOCUMENTS]:
            text = _text(content)
            lines = list(commands(text)) if text else []
            for one in gone:
                if not _is_for(path, one.folder) or (one.kind in ("version", "manager") and _nearer(path, one, tree)):
                    continue
                found: Iterator[Stale]
                if one.kind == "file":
                    found = files(lines, path, one.names, tree.head.files)
                elif one.kind == "manager":
                    found = managers(lines, min(one.names))
                elif one.kind == "version":
                    found = versions(text, min(one.names), *one.versions)
                else:
                    found = told(lines, one.kind, one.names)
                yield from self._findings(path, one, found)
        return f"{len(documents) - MOST_DOCUMENTS} documents were not read" if len(documents) > MOST_DOCUMENTS else ""

    def _findings(self, path: str, gone: "_Gone", found: "Iterator[Stale]") -> Iterator[Finding]:
        seen: set[tuple[int, str]] = set()
        for one in found:
            if (one.line, one.name) in seen:
                continue
            seen.add((one.line, one.name))
            if len(seen) > self.most_each:
                return
            message = f"`{one.command}` is told here still, and {gone.why(one.name)}"
            yield Finding(message, Place(path, one.line), evidence=one.command)

    def _documents(self, tree: Tree) -> list[tuple[str, Content]]:
        """The documents at head, those that lie high first."""
        from pytest_agentcompliance.parsing.instructions.told import is_onboarding

        paths = (path for path in tree.head.files if is_onboarding(path) or (self.documents and matches(path, self.documents)))
        kept = [path for path in paths if not matches(path, self.exempt)]
        return [(path, tree.head.files[path]) for path in sorted(kept, key=lambda path: (path.count("/"), path))]

    def _gone(self, changes: ChangeSet, tree: Tree) -> Iterator["_Gone"]:
        """What the change takes away."""
        from pytest_agentcompliance.parsing.instructions.given import LOCKS, is_manifest, read

        mine = [one for one in self.touched(changes) if not matches(one.path, self.exempt)]
        elsewhere: dict[Kind, set[str]] | None = None
        for change in changes.readable(one for one in mine if is_manifest(one.path) and one.before is not None):
            before, after = read(change.path, _text(change.before)), read(change.path, _text(change.after))
            for kind, names in before.names.items():
                lost = names - after.names.get(kind, frozenset())
                if lost:
                    elsewhere = _given(tree.head.files, self.exempt) if elsewhere is None else elsewhere
                    lost -= elsewhere.get(kind, set())
                if lost:
                    yield _Gone(kind, dirname(change.path), change.path, lost)
            for language, old in before.least.items():
                new = after.least.get(language, old)
                if new > old:
                    yield _Gone("version", dirname(change.path), change.path, frozenset((language,)), (old, new))
        for change in mine:
            manager = LOCKS.get(basename(change.path))
            if change.kind == "deleted" and manager and (now := _manager(change, tree, LOCKS, manager)):
                yield _Gone("manager", dirname(change.path), now, frozenset((manager,)))
        deleted = (one for one in changes if one.kind == "deleted" and one.path.lower().endswith(RUNNABLE))
        if files := frozenset(one.path for one in deleted if not matches(one.path, self.exempt)):
            yield _Gone("file", "", "", files)


@dataclass(frozen=True, slots=True)
class _Gone:
    """Names of one kind that the manifest of a folder does not give any more; ``at`` is what says so."""

    kind: "Kind | Literal['file', 'manager', 'version']"
    folder: str
    at: str
    names: Collection[str]
    versions: tuple[tuple[int, int], tuple[int, int]] = ((0, 0), (0, 0))

    def why(self, name: str) -> str:
        """What became of it, in words."""
        if self.kind == "file":
            return f"{name} is gone"
        if self.kind == "manager":
            return f"{self.at} says that another package manager is used now"
        if self.kind == "version":
            return f"{self.at} asks for {'.'.join(map(str, self.versions[1])).removesuffix('.0')} now"
        return f"{self.at} has no {self.kind} {name} any more"


def _manager(change: FileChange, tree: Tree, locks: Mapping[str, str], old: str) -> str:
    """The lockfile that came instead of another, in the same folder; empty where the old manager has another left."""
    folder = dirname(change.path)
    there = {name: join(folder, name) for name in locks if join(folder, name) in tree.head.files}
    if not there or any(locks[name] == old for name in there):
        return ""
    family = {"npm", "pnpm", "yarn", "bun"}
    return next((path for name, path in there.items() if (locks[name] in family) == (old in family)), "")


def _given(files: Mapping[str, Content], exempt: list[str]) -> "dict[Kind, set[str]]":
    """What any manifest of the tree still gives, by kind."""
    from pytest_agentcompliance.parsing.instructions.given import is_manifest, read

    found: dict[Kind, set[str]] = {}
    for path in [path for path in files if is_manifest(path) and not matches(path, exempt)][:1000]:
        for kind, names in read(path, _text(files[path])).names.items():
            found.setdefault(kind, set()).update(names)
    return found


def _is_for(document: str, folder: str) -> bool:
    """Whether a document speaks of what lies in a folder: it lies there or below, or in the docs of the root."""
    home = dirname(document)
    return not folder or home == folder or home.startswith(f"{folder}/")


def _nearer(document: str, gone: "_Gone", tree: Tree) -> bool:
    """Whether a document lies with another manifest of the same name, nearer than the one that has changed."""
    home, name = dirname(document), basename(gone.at)
    while home != gone.folder and home:
        if join(home, name) in tree.head.files:
            return True
        home = dirname(home)
    return False


def _text(content: Content | None) -> str:
    if content is None or not content.mode.startswith("100"):
        return ""
    try:
        return content.text()
    except Unreadable:
        return ""
