"""content/suppression: no comment is added that tells a tool to look away."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, Content, FileChange
from pytest_agentcompliance.evidence.changes import SUBMODULE, SYMLINK
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.made import GENERATED
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:  # start-up time: the readers of code are imported when a file is a candidate
    from pytest_agentcompliance.parsing.suppressions.compared import More
    from pytest_agentcompliance.parsing.suppressions.record import Suppression as Said

Kind = Literal["lint", "types", "coverage", "security"]
_TYPES = ("types", "ts")
_SECURITY = ("nosec", "semgrep", "secrets", "scanner", "sonar")
_NEVER_RUN = ("if TYPE_CHECKING", "if typing.TYPE_CHECKING", "if __name__", "@overload", "@abstractmethod")
_OF_TYPES = ("*.test-d.ts", "*.test-d.tsx", "*.type-test.ts", "*.types.test.ts", "**/dtslint/**", "**/type-tests/**")


class Suppression(Rule):
    """No comment is added that tells a linter, a type checker, a scanner or the coverage to look away.

    Why: a check that is silenced at the place where it complains has passed, and the report says so. Nobody who reads the
    report learns that the complaint is still true.

    Only real comments are read, told from strings by the language's grammar; the words are those that the tools obey:
    noqa, type: ignore, pyright, mypy, pylint, nosec, pragma: no cover, eslint-disable, ts-ignore, ts-expect-error, ts-nocheck,
    biome-ignore, deno-lint-ignore, istanbul, c8 and v8 ignore, nolint, rubocop, NOSONAR, shellcheck, hadolint, semgrep, gitleaks
    and allowlist secret, some thirty more, Java's @SuppressWarnings and Rust's allow attribute. What counts is head minus base over
    the whole change: one that moved is not new, one that lost codes is none, one that got wider is shown with what it was.
    Remarks on style are those about layout alone (fmt: off, prettier-ignore), those of coverage in tests and where nothing can run
    (if TYPE_CHECKING), and in a test a ts-expect-error that says what is wrong on purpose.

    Blind spots: casts that silence a checker (``as any``), a suppression of which only the code below it was exchanged, an
    eslint-enable that was taken away, settings of tools (config/checks-loosened reads those), languages that are not known.
    """

    kinds: list[Kind] = Field(default=["lint", "types", "coverage", "security"], description="Which of them are reported.")
    allow: list[str] = Field(
        default=[],
        description="Suppressions that may be added: tools, or codes of them (noqa, F401, no-console). One needs all of its codes.",
    )
    reasons: Literal["report", "excuse"] = Field(
        default="report", description="Whether one with a reason beside it is reported all the same, or excused."
    )
    type_tests: list[str] = Field(
        default=list(_OF_TYPES), description="Globs of tests of types, in which ts-expect-error is the assertion."
    )
    exempt: list[str] = Field(
        default=[*GENERATED, "**/third_party/**", "**/third-party/**", "**/vendored/**"],
        description="Globs of files that tools write, or that others have written; they are left out.",
    )

    on_the_way: ClassVar[bool] = False  # what was mended again was not delivered
    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Do what the check asks for, and take the comment out. Where the check is wrong, ask who owns its settings."
    )
    candidates: ClassVar[Candidates] = Candidates()
    examples = (
        Example(
            "An added suppression is reported at its line, with codes or without.",
            before={"a.py": "import os\n"},
            after={"a.py": "import os  # noqa: F401\nx = f()  # type: ignore\n", "b.ts": "// @ts-ignore\nf()\n"},
            finds=("a.py:1", "a.py:2", "b.ts:1"),
        ),
        Example(
            "Each tool has its words.",
            after={
                "a.py": "# ruff: noqa\nf()  # nosec B603\nif x:  # pragma: no cover\n    g()  # pylint: disable=foo-bar\n",
                "b.tsx": "/* eslint-disable */\nconst a = <p>{/* eslint-disable-next-line no-alert -- why */}</p>\n"
                         "/* istanbul ignore next */\nf() // biome-ignore lint/a/b: c\n",
                "c.go": "f() //nolint:errcheck\ng() // #nosec G104\n",
                "d.rb": "f # rubocop:disable Style/A\n",
                "e.sh": "# shellcheck disable=SC2086\necho $a\n",
            },
            finds=("a.py:1", "a.py:2", "a.py:3", "a.py:4", "b.tsx:1", "b.tsx:2", "b.tsx:3", "b.tsx:4", "c.go:1", "c.go:2", "d.rb:1",
                   "e.sh:1"),
        ),
        Example(
            "One that got wider is reported.",
            before={"a.py": "import a  # noqa: F401\n", "b.ts": "// eslint-disable-next-line no-console\nf()\n"},
            after={"a.py": "import a  # noqa\n", "b.ts": "/* eslint-disable no-console */\nf()\n"},
            finds=("a.py:1", "b.ts:1"),
        ),
        Example(
            "A reason does not make it another one.",
            after={"a.ts": "// eslint-disable-next-line no-console -- the only way to tell\nf()\n"},
            finds=("a.ts:1",),
        ),
        Example(
            "Comments about layout are remarks on style.",
            after={"a.py": "# fmt: off\nx = [1,\n     2]\n"},
            styles=("a.py:1",),
        ),
        Example(
            "What hides nothing of the product is a remark on style.",
            after={"a.py": "if TYPE_CHECKING:  # pragma: no cover\n    import os\n",
                   "tests/test_a.py": "def never():  # pragma: no cover\n    f()\n",
                   "a.test.ts": "// @ts-expect-error - testing that it is read-only\nCONSTANT.a = 1\n"},
            styles=("a.py:1", "a.test.ts:1", "tests/test_a.py:1"),
        ),
        Example(
            "One that moved is not new, and one that lost codes is none.",
            before={"a.py": "import a  # noqa: F401\nimport b  # noqa\nf()  # type: ignore\n"},
            after={"b.py": "import a  # noqa: F401\n", "a.py": "import b  # noqa: F401, E402\nf()  # type: ignore[arg-type]\n"},
        ),
        Example(
            "A stricter word for the same thing is none.",
            before={"a.ts": "// @ts-ignore\nf()\n// eslint-disable-next-line @typescript-eslint/no-explicit-any\nlet a: any\n"},
            after={"a.ts": "// @ts-expect-error\nf()\n// biome-ignore lint/suspicious/noExplicitAny: a\nlet a: any\n"},
        ),
        Example(
            "Strings, docstrings, prose and what is quoted are none.",
            after={"a.py": 'x = "# noqa"\n\n\ndef f():\n    """Adds # type: ignore."""\n    # Lines with `# noqa` count.\n',
                   "b.ts": "const a = '// @ts-ignore'\n// scans for eslint-disable comments\n"},
        ),
        Example(
            "In a test of types ts-expect-error is the assertion.",
            after={"a.test-d.ts": "// @ts-expect-error\nf('a')\n"},
        ),
        Example(
            "What a tool has written is left out, and what the parameters allow.",
            given={"allow": ["F401"]},
            after={"api.gen.ts": "/* eslint-disable */\n", "a.py": "import a  # noqa: F401\n"},
        ),
        Example(
            "One with a reason may be excused.",
            given={"reasons": "excuse"},
            after={"a.py": "f()  # nosec B603 - the command is a constant\ng()  # nosec\n"},
            finds=("a.py:2",),
        ),
    )  # fmt: skip

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        files = {
            change.path: (self._read(change.before), self._read(change.after))
            for change in changes.readable(self._asked(changes))
        }
        if not files:
            return
        if any(after for _, after in files.values()):
            files |= {path: (before, ()) for path, before in self._deleted(changes)}
        from pytest_agentcompliance.parsing.suppressions.compared import more

        for one in more(files):
            if self._counts(one):
                yield self._finding(one)

    def searched(self, path: str) -> bool:
        """Prose has no comments that tools obey."""
        from pytest_agentcompliance.parsing.languages import language_of

        return "." not in path.rpartition("/")[2] or language_of(path) is not None

    def wanted(self) -> Candidates:
        """What a suppression is made of in bytes."""
        from pytest_agentcompliance.parsing.suppressions.kinds import HINTS

        return Candidates(contains=HINTS)

    def _asked(self, changes: ChangeSet) -> Iterator[FileChange]:
        for change in self.touched(changes):
            if change.after is not None and not self._left_out(change.path) and change.renamed_from is None:
                yield change

    def _left_out(self, path: str) -> bool:
        return bool(self.exempt) and matches(path, self.exempt)

    def _deleted(self, changes: ChangeSet) -> "Iterator[tuple[str, tuple[Said, ...]]]":
        """Those of the deleted files: git prints no patch of them, so that no search finds them."""
        from pytest_agentcompliance.parsing.suppressions.kinds import HINTS

        patterns = Candidates(contains=HINTS).patterns()
        gone = (
            change for change in changes
            if change.kind == "deleted" and change.renamed_to is None
            and self.searched(change.path) and not self._left_out(change.path)
        )  # fmt: skip
        for change in changes.readable(gone):
            if change.before is not None and any(one.search(change.before.bytes()) for one in patterns):
                yield change.path, self._read(change.before)

    def _read(self, content: Content | None) -> "tuple[Said, ...]":
        if content is None or content.mode in (SYMLINK, SUBMODULE):
            return ()
        from pytest_agentcompliance.parsing.suppressions import suppressions

        return suppressions(content.text(), content.path)

    def _counts(self, one: "More") -> bool:
        now = one.now
        if not now.formatting and _kind(now) not in self.kinds:
            return False
        if self.reasons == "excuse" and now.reason:
            return False
        if now.tool == "@ts-expect-error" and matches(one.path, self.type_tests):
            return False
        allowed = {name.lower() for name in self.allow}
        return now.tool.lower() not in allowed and not (now.codes and now.codes <= allowed | {_folded(name) for name in allowed})

    def _finding(self, one: "More") -> Finding:
        now = one.now
        far = {"line": "", "block": " for what follows it", "file": " for the whole file"}[now.reach]
        what = f"`{now.shown}`{far} was added"
        if one.was is not None:
            what = f"`{one.was.shown}` was widened to `{now.shown}`{far}"
        level: Level = "style" if now.formatting or _idle(one) else "breach"
        said = f": it keeps {_WHOM[_kind(now)]} from complaining" if not now.formatting else ""
        return Finding(what + said, Place(one.path, now.line), level, evidence=now.text)


_WHOM = {"lint": "the linter", "types": "the type checker", "coverage": "the coverage", "security": "the scanner"}


def _idle(one: "More") -> bool:
    """Whether it hides nothing of the product: what no test can run, the coverage of tests, a wrong type that a test asks for."""
    from pytest_agentcompliance.parsing.testcode import is_test

    now = one.now
    if now.family == "coverage":
        return now.code.startswith(_NEVER_RUN) or (is_test(one.path) and now.reach == "line")
    return now.tool == "@ts-expect-error" and bool(now.reason) and is_test(one.path)


def _kind(one: "Said") -> Kind:
    if one.family in _TYPES:
        return "types"
    if one.family == "coverage":
        return "coverage"
    return "security" if one.family in _SECURITY else "lint"


def _folded(name: str) -> str:
    return "".join(letter for letter in name.rpartition("/")[2] if letter.isalnum())
