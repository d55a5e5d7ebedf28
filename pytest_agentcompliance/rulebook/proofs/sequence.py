import json
from collections.abc import Generator, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from pydantic import BaseModel, ConfigDict, Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Proofs, Transcript, Tree
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.stack import ENDINGS, MANIFESTS, Stack, above, folders, lies_aside, nearest
from pytest_agentcompliance.parsing.work import Check
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.proofs.rounds import Event, Named, Round


class Step(BaseModel):
    """One step of a sequence: what makes it, and where it is owed."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(description="What the step is called.")
    check: Check | None = Field(default=None, description="The kind of check that it is; any tool of that kind will do.")
    commands: list[str] = Field(default=[], description="Globs of command lines that make it, `*` is anything.")
    files: list[str] = Field(default=[], description="It is owed where the project has one of these files,")
    words: list[str] = Field(default=[], description="or its manifest has one of these words; where neither is named, always.")


_TESTS: Mapping[Stack, list[str]] = {
    "node": ["*.test.*", "*.spec.*", "__tests__/**"], "python": ["test_*.py", "*_test.py", "conftest.py", "tests.py"],
}  # fmt: skip
_STEPS: dict[Stack, list[Step]] = {
    "node": [
        Step(name="type check", check="type check", files=["tsconfig*.json"], words=["typecheck", "type-check", "tsc"]),
        Step(name="lint", check="lint", files=["eslint.config.*", ".eslintrc*", "biome.json*", ".oxlintrc.json"], words=['"lint']),
        Step(name="build", check="build", words=['"build"']),
        Step(name="tests", check="tests", files=_TESTS["node"], words=['"test']),
        Step(name="prisma validate", commands=["*prisma validate*", "*prisma:validate*"], files=["*.prisma"]),
        Step(
            name="prisma generate", commands=["*prisma generate*", "*prisma:generate*", "* db:generate*"], files=["*.prisma"]
        ),
    ],
    "python": [
        Step(
            name="ruff", check="lint", files=["ruff.toml", ".ruff.toml", ".flake8", ".pylintrc"],
            words=["ruff", "flake8", "pylint"],
        ),
        Step(name="mypy", check="type check", files=["mypy.ini", ".mypy.ini", "pyrightconfig.json"], words=["mypy", "pyright"]),
        Step(name="pytest", check="tests", files=_TESTS["python"], words=["pytest", "unittest"]),
        Step(name="alembic check", commands=["*alembic check*"], files=["alembic.ini"]),
    ],
}  # fmt: skip
_COMPILED = frozenset(("cargo", "go", "gotestsum", "golangci-lint", "gofmt", "mvn", "gradle", "dotnet", "swift", "flutter", "rspec",
                       "rubocop", "phpunit", "ctest", "rustfmt", "clippy"))  # fmt: skip
# Tools that look at the code of other languages.
_FOREIGN: Mapping[Stack, frozenset[str]] = {
    "node": _COMPILED | {"pytest", "unittest", "mypy", "ruff", "flake8", "pylint", "black", "isort"},
    "python": _COMPILED | {"jest", "vitest", "mocha", "tsc", "vue-tsc", "eslint", "prettier", "biome", "oxlint", "stylelint"},
}
_ELSE = (".rs", ".go", ".java", ".kt", ".rb", ".swift", ".php", ".cs", ".c", ".cpp", ".h", ".dart")  # code of other languages
_SCRIPTS = 300  # of a package that are read
_DELEGATES = frozenset(("task", "agent", "dispatch_agent", "delegate", "spawn_agent"))
_PROSE = ["*.md", "*.mdx", "*.rst", "*.adoc", "*.txt", "*.log", "/.agent-compliance/proofs/**"]
_NODE = {
    "package.json": '{"scripts": {"lint": "eslint .", "build": "tsc -b", "test": "vitest run",'
    ' "verify": "tsc --noEmit && npm run lint && npm run build && npm test"}}\n',
    "tsconfig.json": "{}\n", "src/a.ts": "export const a = 1;\n",
}  # fmt: skip
_CHANGED = {**_NODE, "src/a.ts": "export const a = 2;\n"}
_PYTHON = {"pyproject.toml": '[tool.ruff]\nline-length = 100\n[tool.mypy]\nstrict = true\n', "src/a.py": "a = 1\n"}
_PRISMA = {"prisma/schema.prisma": "model A {\n  id Int @id\n}\n"}
_ORDER = ("npx tsc --noEmit", "npm run lint", "npm run build", "npm test")


def _proofs(*commands: str, trees: str = "aaaaaaaa") -> tuple[dict[str, str], ...]:
    return tuple({"name": "check", "command": command, "tree": tree} for command, tree in zip(commands, trees, strict=False))


def _session(*steps: str) -> tuple[dict[str, str], ...]:
    """Commands, and edits where a step is a path."""
    return tuple({"edit": one} if one.endswith((".ts", ".md")) else {"command": one, "result": "pass"} for one in steps)


@dataclass(frozen=True, slots=True)
class _Project:
    """A folder with a manifest in which files changed, and the steps that are owed there."""

    stack: Stack
    folder: str
    steps: tuple[Step, ...]
    owed: tuple[int, ...]
    scripts: Mapping[str, str]


class Sequence(Rule):
    """The verification sequence of the stack ran, in its order, on one tree.

    Why: the order is from cheap to dear, and each step rests on the one before: tests of code that does not compile, or a
    build behind the last edit of what was tested, say little of what is handed over.

    The last round is judged: what ran on the tree on which the last step ran. In it the steps must come one behind the other;
    others may stand between, and a step may be run again. A step is owed where the project has what it looks at. Proofs
    tell the order, and which tree each ran on; where they show less, a transcript does, in which every edit makes another tree.
    With neither the clause is not judged: that there are proofs is a rule of its own.

    Blind spots: whether a step passed is asked by `proofs/required`. What a script or a make target runs is known from
    package.json alone. Of what commands change in a transcript only the plain ways are seen (`sed -i`, a redirection). In a
    repository with several projects a step counts for each of them, wherever it ran.
    """

    stack: Literal["auto", "node", "python"] = Field(
        default="auto",
        description="Whose sequence is asked; auto: of each project (package.json, pyproject.toml) that has changed code.",
    )
    steps: dict[Stack, list[Step]] = Field(default=_STEPS, description="The steps of each stack, in their order.")
    prose: list[str] = Field(default=_PROSE, description="Globs of files whose edit makes no other tree.")

    remedy = Remedy(
        "fix",
        "Run all steps once more, in their order, on the tree as it is handed over: agent-compliance prove NAME -- COMMAND.",
    )
    examples = (
        Example(
            "Steps that were never run are named.",
            before=_NODE, after=_CHANGED, proofs=_proofs("npx tsc --noEmit", "npm test"),
            finds=(".agent-compliance/proofs/0002.json",),
        ),
        Example(
            "Tests before the build are out of order.",
            before=_NODE, after=_CHANGED, proofs=_proofs("npx tsc --noEmit", "npm run lint", "npm test", "npm run build"),
            finds=(".agent-compliance/proofs/0004.json",),
        ),
        Example(
            "A type check before the last edit is one of another tree.",
            before=_NODE, after=_CHANGED, proofs=_proofs(*_ORDER, trees="abbb"), finds=(".agent-compliance/proofs/0004.json",),
        ),
        Example(
            "A Prisma schema owes its two steps.",
            before=_NODE | _PRISMA, after=_CHANGED | _PRISMA, proofs=_proofs(*_ORDER),
            finds=(".agent-compliance/proofs/0004.json",),
        ),
        Example(
            "Python: pytest alone is not all of it.",
            before=_PYTHON, after={**_PYTHON, "src/a.py": "a = 2\n"}, proofs=_proofs("pytest"),
            finds=(".agent-compliance/proofs/0001.json",),
        ),
        Example(
            "Without proofs the commands of the transcript tell: here an edit came between.",
            before=_NODE, after=_CHANGED,
            transcript=_session("npx tsc --noEmit", "npm run lint", "src/a.ts", "npm run build", "npm test"),
            finds=("SESSION.jsonl:5",),
        ),
        Example("All of it in order, on one tree, is kept.", before=_NODE, after=_CHANGED, proofs=_proofs(*_ORDER)),
        Example(
            "The last round counts: what was out of order before it does not matter.",
            before=_NODE, after=_CHANGED, proofs=_proofs("npm test", "npm run lint", *_ORDER, "npm run lint", trees="aabbbbb"),
        ),
        Example(
            "One script that runs all of them in order is kept.",
            before=_NODE, after=_CHANGED, proofs=_proofs("npm run verify"),
        ),
        Example(
            "The log may be written between them.",
            before=_NODE, after=_CHANGED, transcript=_session(*_ORDER[:2], "LOG.md", *_ORDER[2:]),
        ),
        Example(
            "What the project has not is not owed.",
            before=_PYTHON | {"pyproject.toml": "[project]\nname = 'a'\n"},
            after={"pyproject.toml": "[project]\nname = 'a'\n", "src/a.py": "a = 2\n"},
            proofs=_proofs("pytest"),
        ),
    )  # fmt: skip

    def check(
        self, changes: ChangeSet, tree: Tree, proofs: Proofs | None, transcript: Transcript | None
    ) -> Generator[Finding, None, str]:
        if (proofs is None or not proofs.proofs) and (transcript is None or transcript.problem or not transcript.steps):
            raise NotJudged("the run left neither proofs nor a transcript, so nothing tells what ran in which order")
        projects = list(self._projects(changes, tree))
        if not projects:
            raise NotJudged("no project of Node or Python has code that changed; the parameter 'stack' says which one is asked")
        notes, doubts = [], []
        for one in projects:
            found = list(self._told(one, proofs, transcript))
            best = min(found, key=lambda told: told.round.faults)
            if best.doubt and best.round.missing:
                doubts.append(best.doubt)
                continue
            yield from _findings(one, best)
            order = ", ".join(one.steps[k].name for k in one.owed) or "nothing is owed"
            notes.append(f"{one.stack}{f' in {one.folder}' if one.folder else ''}, by the {best.by}: {order}")
        if doubts:
            raise NotJudged(doubts[0])
        return "\n".join(notes)

    # What is owed

    def _projects(self, changes: ChangeSet, tree: Tree) -> Iterator["_Project"]:
        """The projects that have changed code: the nearest manifest above it, as it is at the end of the run."""
        paths = [path for path in tree.head.files if not lies_aside(path)]
        stacks: list[Stack] = ["node", "python"] if self.stack == "auto" else [self.stack]
        for stack in stacks:
            there = folders(paths, stack)
            code = [one.path for one in changes if one.path.lower().endswith(ENDINGS[stack]) and not lies_aside(one.path)]
            homes = {nearest(path, there) for path in code}
            if self.stack != "auto" and not homes - {None}:
                homes = {""}
            for folder in sorted(one for one in homes if one is not None):
                # The manifests above it speak for it too: of a workspace, they have its tools.
                ways = [one for one in above(f"{folder}/x" if folder else "x") if one in there]
                texts = [text for way in ways for name in MANIFESTS[stack] if (text := _read(tree, way, name))]
                steps = tuple(self.steps.get(stack, []))
                below = [one for one in paths if nearest(one, there) == folder or one.rpartition("/")[0] in ways]
                owed = tuple(k for k, one in enumerate(steps) if _is_owed(one, below, texts))
                scripts = _scripts(texts) if stack == "node" else {}
                yield _Project(stack, folder, steps, owed, scripts)

    # What ran

    def _told(self, project: "_Project", proofs: Proofs | None, transcript: Transcript | None) -> Iterator["_Told"]:
        from pytest_agentcompliance.parsing.proofs import rounds  # start-up time: when there is something to read

        foreign = _FOREIGN[project.stack]
        named = [rounds.Named(one.name, one.check, tuple(one.commands), foreign) for one in project.steps]
        if proofs is not None and proofs.proofs:
            events: list[Event] = []
            for number, proof in enumerate(proofs.proofs):
                steps = rounds.steps_of(proof.line, named, project.scripts, proof.work)
                events += [rounds.Event(k, proof.tree, number) for k in steps]
            last = proofs.proofs[events[-1].number if events else -1].at
            yield _Told("proofs", rounds.judge(events, project.owed), last)
        if transcript is not None and transcript.steps:
            yield self._by_transcript(project, named, transcript)

    def _by_transcript(self, project: "_Project", named: list["Named"], transcript: Transcript) -> "_Told":
        from pytest_agentcompliance.parsing.proofs import rounds
        from pytest_agentcompliance.parsing.transcripts import shell_edits

        events: list[Event] = []
        last, edits = transcript.steps[-1].at, 0
        for step in transcript.of("command", "edit"):
            if step.result == "refused":
                continue
            if step.kind == "edit":
                edits += not (step.result == "fail" or self._is_aside(step.path, project.stack))
                continue
            steps = rounds.steps_of(step.text, named, project.scripts, step.work)
            events += [rounds.Event(k, str(edits), step.number) for k in steps]
            written = () if steps else shell_edits.touched(step.text)
            edits += any(not self._is_aside(path, project.stack) for path in written)
            last = step.at if steps else last
        doubt = ""
        if not transcript.complete:
            doubt = "the transcript is not complete: a step that it does not show may have been run"
        elif _delegated(transcript):
            doubt = "other agents worked whose steps the transcript does not show"
        return _Told("transcript", rounds.judge(events, project.owed), last, doubt)

    def _is_aside(self, path: str, stack: Stack) -> bool:
        """Whether a file's edit makes no other tree for a stack: it lies elsewhere, is prose, or code of another language."""
        if path.startswith(("/", "~", "../", "$")) or lies_aside(path) or matches(path, self.prose):
            return True
        return path.lower().endswith(_ELSE + ENDINGS["python" if stack == "node" else "node"])


@dataclass(frozen=True, slots=True)
class _Told:
    """What one kind of evidence says of a sequence. ``doubt``: why what it does not show may have been run all the same."""

    by: Literal["proofs", "transcript"]
    round: "Round"
    last: Place
    doubt: str = ""


def _findings(project: _Project, told: _Told) -> Iterator[Finding]:
    def names(steps: tuple[int, ...]) -> str:
        return ", ".join(project.steps[k].name for k in steps)

    where = f" ({project.folder})" if project.folder else ""
    made = told.round
    key = f"{project.stack} {project.folder}"
    if made.missing:
        message = f"the sequence{where} lacks what was never run: {names(made.missing)}"
        yield Finding(message, told.last, evidence=f"{key} missing {made.missing}")
    if made.elsewhere:
        what = "before the last edit" if told.by == "transcript" else "on another tree than the last step"
        yield Finding(
            f"the sequence{where} did not run on one tree: {names(made.elsewhere)} ran {what} alone", told.last,
            evidence=f"{key} elsewhere {made.elsewhere}",
        )  # fmt: skip
    if made.swapped:
        first, then = (project.steps[k].name for k in made.swapped)
        yield Finding(
            f"the sequence{where} ran out of order: {then} did not come behind {first}; the order is {names(project.owed)}",
            told.last, evidence=f"{key} swapped {made.swapped}",
        )  # fmt: skip


def _read(tree: Tree, folder: str, name: str) -> str:
    content = tree.head.at(f"{folder}/{name}" if folder else name)
    if content is None:
        return ""
    try:
        return content.text()[:400_000]
    except Unreadable:
        return ""


def _is_owed(step: Step, paths: list[str], manifests: list[str]) -> bool:
    if not step.files and not step.words:
        return True
    if any(word in text for word in step.words for text in manifests):
        return True
    return bool(step.files) and any(matches(path, step.files) for path in paths)


def _scripts(manifests: list[str]) -> dict[str, str]:
    """The scripts of package.json files, those of the nearest first."""
    found: dict[str, str] = {}
    for text in manifests:
        try:
            scripts = json.loads(text.removeprefix("\ufeff")).get("scripts")
        except (ValueError, AttributeError, RecursionError):
            continue
        for name, line in scripts.items() if isinstance(scripts, dict) else ():
            if isinstance(line, str) and len(found) < _SCRIPTS:
                found.setdefault(name, line)
    return found


def _delegated(transcript: Transcript) -> bool:
    """Whether other agents were called whose steps are not there."""
    calls = [one for one in transcript.of("call") if one.text.rpartition(".")[2].lower() in _DELEGATES and one.result != "refused"]
    return len({one.agent for one in transcript.steps if one.agent}) < len(calls)
