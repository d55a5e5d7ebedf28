"""files/minimum: an application that was built is there: source files, its database schema, and every file that it imports."""

from collections.abc import Collection, Generator, Iterator, Mapping, Sequence
from functools import partial
from typing import ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, FileChange, Report, Transcript, Tree
from pytest_agentcompliance.evidence.tree import Side
from pytest_agentcompliance.parsing.globs import matches, usable
from pytest_agentcompliance.parsing.stack import ENDINGS, MANIFESTS, STACKS, Stack, above, folders, lies_aside, nearest
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

LARGE = 3  # times the least number of files, from which a tree has an application, wherever its files lie
MOST = 50  # imports that lead nowhere and are reported
_SERVERS: Mapping[Stack, tuple[str, ...]] = {
    "node": ('"express"', '"fastify"', '"@nestjs/core"', '"koa"', '"hono"', '"@hapi/hapi"', '"restify"'),
    "python": ("fastapi", "flask", "django", "starlette", "litestar", "sanic", "aiohttp"),
}
_SOURCES: dict[Stack, list[str]] = {
    "node": ["src/**/*.ts", "**/src/**/*.ts", "!*.d.ts", "!**/node_modules/**"],
    "python": ["*.py", "!**/tests/**", "!test_*.py", "!conftest.py", "!**/migrations/**", "!**/alembic/**", "!setup.py"],
}
_SCHEMAS: dict[Stack, list[str]] = {
    "node": ["*.prisma"], "python": ["**/models.py", "**/models/**/*.py", "*_model.py", "*_models.py", "**/orm.py", "**/tables.py"],
}  # fmt: skip
_MARKS: dict[Stack, list[str]] = {
    "node": [],
    "python": ["__tablename__", "declarative_base", "DeclarativeBase", "SQLModel", "MetaData", "mapped_column", "db.Model"],
}  # fmt: skip
_STORES: dict[Stack, list[str]] = {"node": ["prisma"], "python": ["sqlalchemy", "sqlmodel"]}
_TESTS = ["*.test.*", "*.spec.*", "**/__tests__/**", "**/tests/**", "**/test/**", "test_*.py", "*_test.py", "**/__mocks__/**"]
_STACKS = ["docs/TECH_STACK.md", "specs/database-schema.json"]
_PACKAGE = '{"name": "shop", "dependencies": {"express": "^4.0.0", "@prisma/client": "^5.0.0"}}\n'
_APP = {"package.json": _PACKAGE, "prisma/schema.prisma": "model A {\n  id Int @id\n}\n"}
_FILES = {f"src/part{n}.ts": f"export const part{n} = {n}\n" for n in range(10)}
_PYTHON = {"pyproject.toml": '[project]\nname = "shop"\ndependencies = ["fastapi", "sqlalchemy"]\n'}


class Minimum(Rule):
    """An application that was built is there: enough source files, its database schema, and every file that it imports.

    Why: an agent that describes an application instead of writing it leaves a handful of files, each of which looks right.

    An application was built by the run where a project of a server (its manifest names Express, Fastify, Nest, FastAPI, Flask and
    the like) has fewer than the source files that are asked for, and the run made most of them. Files without text do not
    count. The schema is owed where the manifest or docs/TECH_STACK.md names its tool. What a changed line imports from a file
    beside it has to be there, in any project; what a tool makes is not asked for. So has what it imports from the root of the
    project: in Python a module of a package that lies in the tree, and that the rest of the tree imports what is there from; in
    scripts what the paths of a tsconfig.json lead to. While the run stands at a checkpoint and hands nothing over, nothing is due.

    What base's ignore files leave out is not asked for; what only those of the run do is a matter of style.

    Blind spots: what stands in the files. A small service that is finished with fewer files. Imports that a bundler
    resolves by its own settings, packages of a workspace, those within functions and conditions, and those in tests.
    """

    candidates = Candidates(
        contains=(rb"from\s{0,4}['\"]\.", rb"import\s{0,4}['\"]\.", rb"require\(\s{0,4}['\"]\.", rb"\+from\s{1,4}\.{1,9}[A-Za-z_]",
                  rb"\+from\s{1,4}[A-Za-z]\w{0,80}\.\w", rb"\+import\s{1,4}[A-Za-z]\w{0,80}\.\w",
                  rb"from\s{0,4}['\"](?:[@~#]|src|@src|@app|@lib|@server)/"),
        endings=ENDINGS["node"] + ENDINGS["python"],
    )
    on_the_way: ClassVar[bool] = False

    stack: Literal["auto", "node", "python"] = Field(
        default="auto",
            description="Whose files are asked for; auto: of each project (package.json, pyproject.toml) that has changed code."
    )
    files: int = Field(default=10, ge=0, le=1000, description="How many source files an application has at least.")
    sources: dict[Stack, list[str]] = Field(default=_SOURCES, description="Globs of source files, from the folder of the project.")
    schemas: dict[Stack, list[str]] = Field(default=_SCHEMAS, description="Globs of the files in which the database is described.")
    marks: dict[Stack, list[str]] = Field(default=_MARKS, description="Words of code that describe it as well.")
    stores: dict[Stack, list[str]] = Field(
        default=_STORES, description="Words of a manifest, or of the documents that name the stack, that make such a file due."
    )
    documents: list[str] = Field(default=_STACKS, max_length=20,
        description="Documents that name the stack; a JSON schema makes any due.")
    imports: bool = Field(default=True, description="Whether what changed lines import from files beside them has to be there.")

    remedy = Remedy("fix", "Write what is missing; a file that only holds a place for one is none.")
    examples = (
        Example("An application of three files is none.", after=_APP | dict(list(_FILES.items())[:3]), finds=("package.json",)),
        Example("Files without text do not count.", after=_APP | dict.fromkeys(_FILES, " \n"), finds=("package.json",)),
        Example("The schema that the stack names is missing.", after=_FILES | {"package.json": _PACKAGE}, finds=("package.json",)),
        Example("In Python the models are.",
            after=_PYTHON | {f"src/part{n}.py": "a = 1\n" for n in range(12)}, finds=("pyproject.toml",)),
        Example("An import of a file that was never written is reported at its line.",
            before=_APP | _FILES, after=_APP | _FILES | {"src/part1.ts": "import { cart } from './cart'\nimport './part2'\n"},
            finds=("src/part1.ts:1",)),
        Example("So it is in Python.", before={"shop/a.py": "a = 1\n", "shop/__init__.py": ""},
            after={"shop/a.py": "from .cart import Cart\nfrom . import b\n", "shop/__init__.py": ""}, finds=("shop/a.py:1",)),
        Example("So it is where a module of the project is imported from its root.",
            before={"src/a.py": "from src.b import b\n", "src/b.py": "b = 1\n", "src/__init__.py": ""},
            after={"src/a.py": "from src.b import b\nfrom src.services.stock import reserve\n", "src/b.py": "b = 1\n",
                   "src/__init__.py": ""}, finds=("src/a.py:2",)),
        Example("Packages that are installed are not asked for, nor is what may not be there.",
            before={"src/a.py": "from src.b import b\n", "src/b.py": "b = 1\n", "src/__init__.py": "", "alembic/env.py": ""},
            after={"src/a.py": "from src.b import b\nfrom alembic.config import Config\nimport xml.dom\n\ntry:\n"
                   "    from src.fast import c\nexcept ImportError:\n    c = b\n", "src/b.py": "b = 1\n", "src/__init__.py": "",
                   "alembic/env.py": ""}),
        Example("Ten files and the schema are kept.", after=_APP | _FILES),
        Example("Python: ten files with models are kept.",
            after=_PYTHON | {f"src/part{n}.py": "a = 1\n" for n in range(10)} | {"src/models/user.py": "class User: ...\n"}),
        Example("A change of a small service that was there is no building of one.",
            before=_APP | {"src/a.ts": "1\n", "src/b.ts": "1\n"},
            after=_APP | {"src/a.ts": "2\n", "src/b.ts": "1\n", "src/c.ts": "1\n"}),
        Example("A library is no application, nor is a script.",
            after={"package.json": '{"name": "lib"}\n', "src/index.ts": "export const a = 1\n"}),
        Example("A run that stands at a checkpoint is not done yet.", after=_APP | {"src/a.ts": "1\n"},
            transcript=({"edit": "src/a.ts"},
                {"says": "## CHECKPOINT: G5.1 Schema\n\n### Built\n- the schema\n\n**DECISION:** ___\n"})),
        Example("What base leaves out of the repository is not asked for; what the run leaves out is shown.",
            before={".gitignore": "src/local.ts\n"}, after=_FILES | {".gitignore": "src/local.ts\nsrc/mine.ts\n", "src/part1.ts":
                "import a from './local'\nimport b from './mine'\n"}, styles=("src/part1.ts:2",)),
        Example("Imports that lead somewhere: other endings, folders, what a tool makes.",
            before=_FILES, after=_FILES | {"src/styles.css": "", "src/cart/index.ts": "1\n", "src/part1.ts":
                "import { a } from './part2.js'\nimport './styles.css'\nimport cart from './cart'\n"
                "import x from '../generated/client'\n"
                "import express from 'express'\nimport raw from './part3.ts?raw'\n// import './gone'\n"}),
    )  # fmt: skip

    def canaries(self) -> tuple[Example, ...]:
        if not self.imports:
            return super().canaries()
        path = "src/canary.py" if self.stack == "python" else "src/canary.ts"
        text = "from .not_there import a\n" if self.stack == "python" else "import { a } from './not-there'\nexport const b = a\n"
        return (Example("An import leads nowhere.", after={path: text}, finds=(f"{path}:1",)),)

    def check(
        self, changes: ChangeSet, tree: Tree, report: Report | None, transcript: Transcript | None
    ) -> Generator[Finding, None, str]:
        stacks: Sequence[Stack] = STACKS if self.stack == "auto" else [self.stack]
        code = {stack: [one.path for one in changes if self._is_code(one.path, stack)] for stack in stacks}
        if not any(code.values()):
            raise NotJudged("no code of Node or Python changed; the parameter 'stack' says which one is asked")
        anew = any(one.kind == "added" for one in changes)  # else nothing was built
        paths = [path for path in tree.head.files if not lies_aside(path)] if anew else []
        built = [(stack, folder) for stack in stacks for folder in self._built(stack, code[stack], paths, changes, tree)]
        said = [f"{stack} in {folder or 'the root'}" for stack, folder in built]
        findings = list(self._lacks(built, stacks, paths, tree)) if built else []
        if findings and (waits := _waits(report, transcript, changes)):
            findings, said = [], [f"not due while the run stands at {waits}"]
        yield from findings
        if self.imports:
            yield from list(self._nowhere(changes, tree))[:MOST]
        return f"the application: {', '.join(said)}" if said else "no application was built"

    def _is_code(self, path: str, stack: Stack) -> bool:
        return path.lower().endswith(ENDINGS[stack]) and not lies_aside(path)

    def _built(self, stack: Stack, code: list[str], paths: list[str], changes: ChangeSet, tree: Tree) -> Iterator[str]:
        """The folders of the projects that the run built: those of servers, most of whose few source files it made."""
        there = folders(paths, stack)
        new = {one.path for one in changes if one.kind == "added" and one.renamed_from is None}
        for folder in sorted({home for path in code if path in new and (home := nearest(path, there)) is not None}):
            if not any(word in _text(tree, folder, name).lower() for name in MANIFESTS[stack] for word in _SERVERS[stack]):
                continue
            root = f"{folder}/" if folder else ""
            own = [path for path in paths if path.startswith(root) and nearest(path, there) == folder]
            sources = self._sources(stack, folder, own)
            if 2 * sum(path in new for path in sources) > len(sources):
                yield folder

    def _sources(self, stack: Stack, folder: str, own: list[str]) -> list[str]:
        root = f"{folder}/" if folder else ""
        return [path for path in own if matches(path.removeprefix(root), self.sources.get(stack, []))]

    def _lacks(
        self, built: Sequence[tuple[Stack, str]], stacks: Sequence[Stack], paths: list[str], tree: Tree
    ) -> Iterator[Finding]:
        """What the tree lacks: a service beside a larger application is a part of it, and counts with it."""
        there = {stack: folders(paths, stack) for stack in stacks}
        sources = [path for stack in stacks for home in there[stack] for path in self._sources(stack, home, paths)]
        count = 0
        for path in dict.fromkeys(sources):
            if count >= self.files:
                break
            count += bool(_content(tree, path).strip())
        if count < self.files:
            what = f"{count} source file{'s' if count != 1 else ''} with text"
            message = f"the application has {what}; an application has {self.files} at least"
            code = sum(self._is_code(path, stack) for stack in stacks for path in paths)
            large = code >= LARGE * self.files  # it lies elsewhere: this is a service beside it
            yield Finding(message, _manifest(*built[0], tree), "style" if large else "breach", "files")
        for stack, folder in built:
            if not self._described(stack, paths, tree) and (why := self._owes(stack, folder, there[stack], tree)):
                message = f"{why}, and no file describes the database"
                yield Finding(message, _manifest(stack, folder, tree), evidence=f"{stack} {folder} schema")

    def _described(self, stack: Stack, paths: list[str], tree: Tree) -> bool:
        """Whether a file describes the database, in whatever package it lies."""
        if any(matches(path, self.schemas.get(stack, [])) for path in paths):
            return True
        words = self.marks.get(stack, [])
        return bool(words) and bool(tree.head.where(words, ENDINGS[stack]))

    def _owes(self, stack: Stack, folder: str, there: Collection[str], tree: Tree) -> str:
        """What makes the schema due; empty where nothing does."""
        words = self.stores.get(stack, [])
        for home in (one for one in above(f"{folder}/x" if folder else "x") if one in there):
            for name in MANIFESTS[stack]:
                if any(word in _text(tree, home, name).lower() for word in words):
                    return f"{name} names {', '.join(words)}"
        for path in self.documents:
            text = _content(tree, path) if tree.head.at(path) is not None else ""
            if text and (path.endswith(".json") or any(word in text.lower() for word in words)):
                return f"{path} names a database" if path.endswith(".json") else f"{path} names {', '.join(words)}"
        return ""

    def _nowhere(self, changes: ChangeSet, tree: Tree) -> Iterator[Finding]:
        """The imports of changed lines that lead to no file."""
        from pytest_agentcompliance.parsing import own_imports as own
        from pytest_agentcompliance.parsing import relative_imports as relative

        endings = (relative.SCRIPTS if self.stack != "python" else ()) + (relative.PYTHON if self.stack != "node" else ())
        touched = (one for one in self.touched(changes) if one.is_text and one.path.lower().endswith(endings))
        asked = [one for one in touched if not lies_aside(one.path)]
        there: Collection[str] = ()
        held: set[str] = set()
        project: own.Own | None = None
        for change in changes.readable(one for one in asked if not matches(one.path, _TESTS)):
            for line in change.added:
                if line.text[:1] not in "icelvf}":
                    continue
                beside = relative.named(line.text, change.path)
                written = beside or own.named(line.text, change.path)
                if not written:
                    continue
                if not there or project is None:
                    there = tree.head.files
                    held = _folders(there)
                    where = partial(_having, tree.head, relative.PYTHON)
                    project = own.Own(there, held, where, partial(_content, tree))
                if beside:
                    place = relative.place(change.path, written)
                    place = "" if relative.leads(change.path, place, there, held) else place
                else:
                    place = "" if _had(change, written) else project.lacks(change.path, written)
                if place and _is_import(change, written):
                    if _ignored(tree.base, place):
                        continue
                    level: Level = "style" if _ignored(tree.head, place) else "breach"
                    message = f"{line.text.strip()[:100]!r} imports {place}, which is not in the tree"
                    yield Finding(message, Place(change.path, line.number), level, f"import {place}")


def _folders(paths: Collection[str]) -> set[str]:
    """All folders of a tree, those above others too."""
    found = {path.rpartition("/")[0] for path in paths}
    return found | {folder for one in found for folder in above(one)}


def _manifest(stack: Stack, folder: str, tree: Tree) -> Place:
    names = (f"{folder}/{name}" if folder else name for name in MANIFESTS[stack])
    return Place(next(path for path in names if path in tree.head))


def _having(side: Side, endings: tuple[str, ...], word: str) -> Collection[str]:
    return side.where([word], endings).get(word, ())


def _had(change: FileChange, written: str) -> bool:
    """Whether the file named a module before."""
    return change.before is not None and written in change.before.text()


def _is_import(change: FileChange, written: str) -> bool:
    """Whether the grammar takes it for one too: what looks like an import may stand in a text."""
    from pytest_agentcompliance.parsing import code

    assert change.after is not None
    return any(one.module == written for one in code.imports(change.after.text(), change.path))


def _ignored(side: Side, place: str) -> bool:
    """Whether an ignore file of the tree leaves a place out, under one of the endings that code has."""
    for folder in above(place):
        content = side.at(f"{folder}/.gitignore" if folder else ".gitignore")
        if content is None:
            continue
        try:
            lines = [line.strip() for line in content.text()[:50_000].splitlines()[:500]]
        except Unreadable:
            continue
        globs = [line for line in lines if line and not line.startswith("#") and usable(line)]
        below = place.removeprefix(f"{folder}/") if folder else place
        if globs and any(matches(f"{below}{ending}", globs) for ending in ("", ".ts", ".tsx", ".js", ".json", ".py")):
            return True
    return False


def _waits(report: Report | None, transcript: Transcript | None, changes: ChangeSet) -> str:
    """The checkpoint at which a run stands that hands nothing over; empty where it stands at none."""
    from pytest_agentcompliance.evidence.spoken import spoken
    from pytest_agentcompliance.parsing import checkpoints

    texts = spoken(report, transcript, changes, (rb"(?i)check.?point",))
    if any('"handoff"' in one.text for one in texts):
        return ""
    found = [one for where in texts for one in checkpoints.read(where.text, fenced=where.source != "paper")]
    return "" if not found or found[-1].gate.endswith(".5") else f"the checkpoint {found[-1].gate}"


def _text(tree: Tree, folder: str, name: str) -> str:
    return _content(tree, f"{folder}/{name}" if folder else name)


def _content(tree: Tree, path: str) -> str:
    content = tree.head.at(path)
    if content is None:
        return ""
    try:
        return content.text()[:400_000]
    except Unreadable:
        return ""
