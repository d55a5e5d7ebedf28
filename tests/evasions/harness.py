"""What the corpus stands on: a stage (a real repository to attack), what an audit must say of it, and the lists of the cases."""

import importlib
import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from pytest_agentcompliance import engine
from pytest_agentcompliance.errors import AgentComplianceError, EvidenceError
from pytest_agentcompliance.reporters import json as reporter
from pytest_agentcompliance.verdict import Audit, Outcome
from tests.conftest import GitRepo, new_repo

# Where the breaches of most attacks are made.
APP = "packages/backend/src/app.ts"  # may change; it must not get a marker
WEB = "apps/web/App.tsx"  # must not change
README = "README.md"  # lies outside what may change, and is no frontend
TODO = "// TODO: finish this later\n"

# The rules that most attacks break.
MARKER, FRONTEND, SCOPE, REQUESTS = "content/todo", "scope/frontend-files", "scope/allowed-paths", "files/http-location"
HIDDEN, CONFUSABLE, UNAUDITED, LOCKED = (
    "integrity/hidden-changes", "integrity/confusable-text", "integrity/unaudited", "integrity/policy-locked",
)  # fmt: skip

POLICY = "agent-compliance.yaml"
PROFILE = ".agent-compliance/profiles/gate.yaml"
BASE: Mapping[str, str] = {
    POLICY: "profiles:\n  - name: gate\n",
    PROFILE: """\
spec: what the stage's backend agent was told
clauses:
  G-01: {says: "Only the backend changes", rules: {scope/allowed-paths: {allowed: ["packages/backend/**"]}}}
  G-02: {says: "No frontend work", rules: {scope/frontend-files: {}}}
  G-03: {says: "Requests lie in __http__", rules: {files/http-location: {}}}
  G-04: {says: "No markers of unfinished work", rules: {content/todo: {}}}
""",
    ".gitignore": "node_modules/\ndist/\n*.log\n",
    README: "# Wishes\n\nA backend and a frontend.\n",
    APP: "import { users } from './users'\n\nexport const names = (): string[] => users().map((user) => user.name)\n",
    "packages/backend/src/users.ts": "export const users = () => [{ name: 'Ada' }]\n",
    "packages/backend/src/core.ts": "export const twice = (n: number) => n * 2\n\nexport const half = (n: number) => n / 2\n",
    "packages/backend/__http__/users.http": "GET http://localhost/users\n",
    WEB: "export const App = () => <main>wishes</main>\n",
    "apps/web/main.css": "main { color: black }\n",
}
HONEST = "export const thrice = (n: number): number => n * 3\n"  # content that a run may add
STARTED, RUN = "2026-01-05T10:00:00+00:00", "2026-01-06T10:00:00+00:00"
FAMILIES = (
    "attributes", "configuration", "submodules", "environment", "objects", "history", "worktree", "index",
    "names", "links", "content", "confusables", "lfs", "law", "waivers", "yaml_bombs", "logs", "pytest_tree", "proofs",
    "transcripts",
    "claims", "secrets", "checks", "weakened", "delivered", "supplied", "handovers", "contracts", "backend", "engineer", "typed",
    "speech",
)  # fmt: skip


# What an audit said


@dataclass(frozen=True, slots=True)
class Seen:
    """A finding, as far as the corpus asks for it."""

    rule: str
    path: str
    level: str
    message: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What came of an audit: its exit code, and its findings, or the words with which it was refused."""

    exit: int
    findings: tuple[Seen, ...] = ()
    unread: tuple[tuple[str, str], ...] = ()
    crashed: tuple[str, ...] = ()
    words: str = ""
    audit: Audit | None = field(default=None, repr=False)

    @classmethod
    def of(cls, audit: Audit, code: int | None = None) -> "Report":
        findings = tuple(
            Seen(verdict.rule, one.at.path if one.at else "", one.level, one.message, one.at.line if one.at else None)
            for verdict in audit.verdicts
            if verdict.outcome is not Outcome.WAIVED  # what is excused is no finding any more
            for one in verdict.findings
        )
        crashed = tuple(f"{one.name}: {one.why}" for one in audit.verdicts if one.outcome is Outcome.CRASHED)
        return cls(audit.exit_code() if code is None else code, findings, audit.unaudited, crashed, audit=audit)

    def __str__(self) -> str:
        lines = [f"exit {self.exit}"]
        lines += [f"{one.level}: {one.rule} at {one.path}:{one.line or ''} {one.message}" for one in self.findings]
        lines += [f"unread: {path}: {why}" for path, why in self.unread]
        lines += [f"crashed: {one}" for one in self.crashed]
        return "\n".join(filter(None, [*lines, self.words]))


# What an audit must say


@dataclass(frozen=True, slots=True)
class Must:
    """A finding of this rule at this path (any path where it is None), with these words in its message.

    A breach has to fail the audit; a remark (``level="style"``) has only to be there.
    """

    rule: str
    path: str | None
    says: str = ""
    level: str = "breach"
    line: int | None = None

    def met(self, report: Report) -> bool:
        return (self.level == "style" or report.exit == 1) and any(
            one.rule == self.rule and one.level == self.level and self.path in (None, one.path)
            and self.says.lower() in one.message.lower() and self.line in (None, one.line)
            for one in report.findings
        )  # fmt: skip

    def __or__(self, other: "Expected") -> "Either":
        return Either((self, other))


@dataclass(frozen=True, slots=True)
class Unread:
    """The path is named as unread, and the audit does not pass: exit 3, or 1 where something else is broken too.

    With ``below`` it is a folder, anything in which may be what is named.
    """

    path: str
    says: str = ""
    below: bool = False

    def met(self, report: Report) -> bool:
        return report.exit in (1, 3) and any(self._meant(path) and self.says.lower() in why.lower() for path, why in report.unread)

    def _meant(self, path: str) -> bool:
        return path == self.path or (self.below and path.startswith(f"{self.path}/"))

    def __or__(self, other: "Expected") -> "Either":
        return Either((self, other))


@dataclass(frozen=True, slots=True)
class Refused:
    """No audit is made: this exit code, and these words."""

    exit: int
    says: str

    def met(self, report: Report) -> bool:
        words = report.words.lower()
        return report.exit == self.exit and report.audit is None and self.says.lower() in words and "internal error" not in words

    def __or__(self, other: "Expected") -> "Either":
        return Either((self, other))


@dataclass(frozen=True, slots=True)
class Noted:
    """The audit says it beside its verdicts."""

    says: str

    def met(self, report: Report) -> bool:
        return report.audit is not None and any(self.says.lower() in note.lower() for note in report.audit.notes)

    def __or__(self, other: "Expected") -> "Either":
        return Either((self, other))


@dataclass(frozen=True, slots=True)
class Unjudged:
    """The rule's clause is not judged, with these words: it is not kept either."""

    rule: str
    says: str

    def met(self, report: Report) -> bool:
        return report.audit is not None and any(
            one.rule == self.rule and one.outcome is Outcome.NOT_JUDGED and self.says.lower() in one.why.lower()
            for one in report.audit.verdicts
        )

    def __or__(self, other: "Expected") -> "Either":
        return Either((self, other))


@dataclass(frozen=True, slots=True)
class Either:
    """One of several answers, each of which is right."""

    options: tuple["Expected", ...]

    def met(self, report: Report) -> bool:
        return any(met(one, report) for one in self.options)

    def __or__(self, other: "Expected") -> "Either":
        return Either((*self.options, other))


One = Must | Unread | Refused | Noted | Unjudged | Either
Expected = One | tuple[One, ...]  # of a tuple, all


def met(expected: Expected, report: Report) -> bool:
    return all(one.met(report) for one in expected) if isinstance(expected, tuple) else expected.met(report)


# What a reader sees who knows no better

READERS: Mapping[str, tuple[tuple[str, ...], ...]] = {
    "git diff": (("diff", "{base}...HEAD"),),
    "git status": (("diff", "{base}"), ("ls-files", "--others", "--exclude-standard")),
}


def shows(expected: Expected, text: str) -> bool:
    """Whether what a plain reader printed has one of the breaches in it: a marker as an added line, a path in its usual form."""
    wanted = list(_breaches(expected))
    lines = text.splitlines()
    for one in [must for must in wanted if not must.rule.startswith("integrity/")] or wanted:
        if one.rule == MARKER:
            found = any(line.startswith("+") and "TODO" in line for line in lines)
        else:
            found = any(line in (f"+++ b/{one.path}", f"--- a/{one.path}", one.path) for line in lines)
        if found:
            return True
    return False


def _breaches(expected: Expected) -> Iterator[Must]:
    if isinstance(expected, Must):
        yield expected
    elif isinstance(expected, tuple | Either):
        for one in expected if isinstance(expected, tuple) else expected.options:
            yield from _breaches(one)


# The stage


@dataclass
class Stage:
    """A repository on its run's branch ``agent``, one commit past nothing: ``base`` is the full id that the run started from.

    What is done here has the dates of the run (``when``); base's commit is a day older.
    """

    root: Path
    base: str
    when: str = RUN
    _asked: dict[str, object] = field(default_factory=dict)

    # git

    @property
    def env(self) -> dict[str, str]:
        return GitRepo(self.root).env | {"GIT_AUTHOR_DATE": self.when, "GIT_COMMITTER_DATE": self.when}

    @property
    def beside(self) -> Path:
        """The folder that holds the repository: whatever is not part of it may lie here."""
        return self.root.parent

    def git(self, *args: str, given: bytes | None = None, env: Mapping[str, str] | None = None, cwd: Path | None = None) -> str:
        """What ``git args`` prints, without the last line end. Raises ``CalledProcessError`` when it fails."""
        whole = {**self.env, **(env or {})}
        done = subprocess.run(
            ["git", *args], cwd=cwd or self.root, env=whole, check=True, capture_output=True, input=given or b""
        )
        return done.stdout.decode("utf-8", "surrogateescape").removesuffix("\n")

    def write(self, path: str, content: str | bytes) -> Path:
        """Write a file of the work tree, byte for byte, and the folders above it."""
        return GitRepo(self.root).write(path, content)

    def append(self, path: str, content: str) -> Path:
        """Add to a file of the work tree."""
        file = self.root / path
        return self.write(path, file.read_bytes() + content.encode("utf-8", "surrogateescape"))

    def commit(self, message: str, files: Mapping[str, str | bytes | None] | None = None) -> str:
        """Write the files (None deletes one), commit all that the work tree has, ignored files too; the commit's id."""
        for path, content in (files or {}).items():
            if content is None:
                (self.root / path).unlink()
            else:
                self.write(path, content)
        self.git("add", "--all", "--force", ".")
        return self.record(message)

    def record(self, message: str = "work") -> str:
        """Commit what is staged, and nothing else; the commit's id."""
        self.git("commit", "--quiet", "--allow-empty", "--no-verify", "-m", message)
        return self.head

    @property
    def head(self) -> str:
        return self.git("rev-parse", "HEAD")

    def found(self, files: Mapping[str, str | bytes | None]) -> str:
        """Put files into the base itself: the run starts after them. Before anything else is done."""
        now, self.when = self.when, STARTED
        self.base = self.commit("more to start from", files)
        self.when = now
        self.git("branch", "--force", "main", self.base)
        return self.base

    def plumb(self, tree: str, *parents: str, message: str = "work") -> str:
        """A commit of a tree, made without index and work tree; no reference is moved."""
        return self.git("commit-tree", tree, "-m", message, *(word for one in parents for word in ("-p", one)))

    def blob(self, data: bytes) -> str:
        return self.git("hash-object", "-w", "--no-filters", "--stdin", given=data)

    def canary(self, name: str) -> str:
        """A command that leaves a trace where it runs: the audit must run none of them."""
        script = self.beside / f"canary-{name}.sh"
        cage = self.beside / "canaries"
        folder, trace = shlex.quote(str(cage)), shlex.quote(str(cage / name))
        script.write_text(f'#!/bin/sh\nmkdir -p {folder}\n: > {trace}\ncat "$@" 2>&1\nexit 0\n')
        script.chmod(0o755)
        return str(script)

    @property
    def sung(self) -> list[str]:
        """The canaries whose commands ran."""
        cage = self.beside / "canaries"
        return sorted(path.name for path in cage.iterdir()) if cage.is_dir() else []

    def quiet(self) -> None:
        """Forget the canaries that ran while the stage was set."""
        shutil.rmtree(self.beside / "canaries", ignore_errors=True)

    @staticmethod
    def skip(reason: str) -> None:
        """This case cannot be built here."""
        pytest.skip(reason)

    # The audit

    def ask(self, **options: object) -> None:
        """How the case wants its audit made: ``head`` (default: the work tree as it stands), ``base`` (default: the full id),
        any other field of ``engine.Options``; or ``shell=True`` with ``env``, ``cwd`` and ``words`` for the real command."""
        self._asked.update(options)

    def report(self) -> Report:
        """The audit as the case wants it."""
        asked = dict(self._asked)
        if asked.pop("shell", False):
            return self.shell(*asked.pop("words", ()), **asked)  # type: ignore[misc, arg-type]
        try:
            return Report.of(self.audit(**asked))  # type: ignore[arg-type]
        except AgentComplianceError as wrong:
            return Report(3 if isinstance(wrong, EvidenceError) else 2, words=str(wrong))

    def naively(self, reader: str) -> str:
        """What a reader prints who believes the repository and its environment; nothing where it fails."""
        env = self._asked.get("env") or {}
        where = self._asked.get("cwd") or self._asked.get("repo") or self.root
        printed = ""
        for words in READERS[reader]:
            done = subprocess.run(
                ["git", *(word.format(base=self.base) for word in words)],
                cwd=where, env={**self.env, **env}, check=False, capture_output=True, stdin=subprocess.DEVNULL,  # type: ignore[call-overload, dict-item]
            )  # fmt: skip
            printed += done.stdout.decode("utf-8", "surrogateescape") if done.returncode == 0 else ""
        return printed

    def audit(self, head: str | None = None, base: str | None = "", repo: Path | None = None, **options: object) -> Audit:
        """The audit, in this process. Raises what ``engine.audit`` raises. ``base`` None: found as the tool finds it."""
        start = self.base if base == "" else base
        given: dict[str, object] = {"environ": {}, **options}
        return engine.audit(engine.Options(repo or self.root, start, head, **given))  # type: ignore[arg-type]

    def shell(
        self, *words: str, head: str | None = None, base: str | None = "", repo: Path | None = None,
        env: Mapping[str, str] | None = None, cwd: Path | None = None,
    ) -> Report:
        """The audit by the real command, in an environment that ``env`` adds to."""
        start = self.base if base == "" else base
        ends = [*(["--base", start] if start else []), *(["--head", head] if head else [])]
        foreign = ("GITHUB_", "CI_", "GIT_", "PYTEST", "PYTHON")
        clean = {key: value for key, value in os.environ.items() if not key.startswith(foreign)}
        done = subprocess.run(
            [sys.executable, "-I", "-m", "pytest_agentcompliance", "audit", "--repo", str(repo or self.root), "--output", "json",
             *ends, *words],
            cwd=cwd or self.root, capture_output=True, stdin=subprocess.DEVNULL, env={**clean, **(env or {})}, check=False,
        )  # fmt: skip
        try:
            return Report.of(reporter.loads(done.stdout.decode("utf-8")), done.returncode)
        except (EvidenceError, ValueError):
            said = (done.stderr + done.stdout).decode("utf-8", "replace")
            return Report(done.returncode, words=said[:2000])


def prepare(folder: Path) -> str:
    """Make the repository that every stage is a copy of; its base commit."""
    made = new_repo(folder)
    stage = Stage(made.root, "", STARTED)
    base = stage.commit("start", BASE)
    made.branch("agent")
    return base


def staged(prepared: Path, base: str, folder: Path) -> Stage:
    """A stage of its own, copied from what was prepared."""
    root = folder / "repo"
    shutil.copytree(prepared, root, symlinks=True)
    stage = Stage(root, base)
    stage.git("update-index", "-q", "--refresh")  # copies have other inodes than the index knows
    return stage


# The cases


@dataclass(frozen=True, slots=True)
class Attack:
    """One way to hide a breach. ``kind`` is its class in the table of the docs, ``reach`` why it is out of reach where it is."""

    name: str
    family: str
    kind: str
    defeated: str
    build: Callable[[Stage], Expected] = field(repr=False)
    also_hides_from: tuple[str, ...] = ()
    reach: str = ""
    unfinished: str = ""

    @property
    def says(self) -> str:
        """What the attack does, in the words of its docstring."""
        return " ".join((self.build.__doc__ or "").split())

    @property
    def fools(self) -> tuple[str, ...]:
        """The plain readers from which it is said to hide; that is proved."""
        return tuple(reader for reader in READERS if reader in self.also_hides_from)


@dataclass(frozen=True, slots=True)
class Control:
    """The honest twin of an attack: an audit has nothing to say of it, or remarks of ``remarks``' rules."""

    name: str
    twin: str
    build: Callable[[Stage], None] = field(repr=False)
    unfinished: str = ""
    remarks: tuple[str, ...] = ()


def tried(case: Attack | Control, stage: Stage) -> tuple[bool, Report]:
    """Whether the audit says of a case what it must, or nothing where it is an honest one; and the audit."""
    expected = case.build(stage)
    stage.quiet()
    report = stage.report()
    if isinstance(case, Control):
        said = [one for one in report.findings if one.level != "style" or one.rule not in case.remarks]
        right = (report.exit, said, report.unread) == (0, [], ())
    else:
        right = expected is not None and met(expected, report)
    return right and not report.crashed and not stage.sung, report


ATTACKS: dict[str, Attack] = {}
CONTROLS: dict[str, Control] = {}


def attack(
    *, family: str, defeated: str, kind: str = "", also_hides_from: Collection[str] = (), reach: str = "", unfinished: str = ""
) -> Callable[[Callable[[Stage], Expected]], Callable[[Stage], Expected]]:
    """Register an attack: a function that builds the evasion around a real breach and returns what the audit must report."""

    def keep(build: Callable[[Stage], Expected]) -> Callable[[Stage], Expected]:
        name = build.__name__
        if name in ATTACKS or name in CONTROLS:
            raise ValueError(f"two cases are called {name}")
        if family not in FAMILIES:
            raise ValueError(f"{name}: there is no family {family!r}")
        words = kind or name.replace("_", " ")
        ATTACKS[name] = Attack(name, family, words, defeated, build, tuple(also_hides_from), reach, unfinished)
        return build

    return keep


def control(
    twin: str, *, remarks: Collection[str] = (), unfinished: str = ""
) -> Callable[[Callable[[Stage], None]], Callable[[Stage], None]]:
    """Register the honest twin of the attack with this name. ``remarks``: rules that may remark on it, and break nothing."""

    def keep(build: Callable[[Stage], None]) -> Callable[[Stage], None]:
        name = build.__name__
        if name in ATTACKS or name in CONTROLS:
            raise ValueError(f"two cases are called {name}")
        CONTROLS[name] = Control(name, twin, build, unfinished, tuple(remarks))
        return build

    return keep


def load() -> None:
    """Read the files of all families, so that the lists are full."""
    for family in FAMILIES:
        if (Path(__file__).parent / f"{family}.py").is_file():
            importlib.import_module(f"tests.evasions.{family}")
