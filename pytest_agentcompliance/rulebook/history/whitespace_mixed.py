"""history/whitespace-mixed: no commit that changes behaviour reformats code besides."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, ClassVar

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, Commit, FileChange, History
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.churn.sizes import Sizes

EXEMPT = [
    # documentation, in which lines are wrapped anew with every word
    "*.md", "*.mdx", "*.rst", "*.adoc", "*.txt",
    # what a tool writes
    "*-lock.json", "*-lock.yaml", "*.lock", "*.lockb", "npm-shrinkwrap.json", "go.sum", "go.work.sum", "*.snap",
    "**/__snapshots__/**", "**/generated/**", "**/__generated__/**", "*.generated.*", "*.gen.*", "*_pb2.py", "*_pb2_grpc.py",
    "*.pb.go", "*.min.js", "*.min.css", "*.map", "*.tsbuildinfo", "**/dist/**", "**/coverage/**", "**/htmlcov/**",
    "**/migrations/**/meta/**", "**/.*/**",
    # what says how code is to look, and comes with the formatting
    "**/.*", "biome.json*", "eslint.config.*", "prettier.config.*", "dprint.json*", "rustfmt.toml", "ruff.toml",
    # other people's code
    "**/vendor/**", "**/third_party/**", "**/node_modules/**", "**/.yarn/**",
]  # fmt: skip
TOLD = 3  # files that a finding names
_WIDTH = re.compile(r"\d+")
_WRITTEN = re.compile(r"(?i)@generated|do not edit|auto-?generated|generated (?:by|from)|code generated")

_ROWS = "".join(f"const row{n} = 'row {n}'\n" for n in range(30))
_NEST = "".join(f"  if (a > {n}) {{\n    use({n})\n  }}\n" for n in range(12))
_RUN = f"export function run(a) {{\n{_NEST}}}\n"
_MORE = "export const tax = 0.19\nexport const sum = (a, b) => a + b\n"
_UNION = "type Held<M extends One<string> | undefined =\n  undefined> = M\n"
_UNION_BROKEN = "type Held<M extends\n  | One<string>\n  | undefined = undefined> = M\n"
_KEYS = "".join(f'\t"number{n}": 1,\n' for n in range(10)) + '\t"total":   1,\n' * 9


def _nested(text: str) -> str:
    return "".join(f"  {line}\n" for line in text.splitlines())


class WhitespaceMixed(Rule):
    """No commit that changes behaviour reformats code besides.

    Why: who reviews a commit of three changed lines among three hundred that were only indented anew does not find the three,
    and whoever works on the same code meets conflicts that mean nothing. Formatting is a commit of its own.

    Each commit is looked at by itself, merges aside. Form alone is another width of indentation, tabs for blanks, other line ends,
    blanks at the ends of lines, empty lines that come or go by themselves, and what a formatter chooses: line breaks, quotes,
    semicolons, trailing commas. A block that stands deeper because something was put around it is no formatting, and neither is
    white space that means something. What a commit reformats is reported where it is many lines, and no small part beside the
    lines that change the code; a commit of formatting alone is kept. What was only put elsewhere in a file changes nothing.

    Blind spots: formatting is known in JavaScript, TypeScript, Python and Go, white space in most languages, but not in YAML,
    Markdown and those that are not known, of which line ends alone are compared. What a commit of the same run reformatted just
    before is not asked about. Files that were renamed and changed count as changed for real.
    """

    least: int = Field(default=30, ge=1, description="Lines of form alone, old and new ones, from which a commit is reported.")
    share: float = Field(
        default=0.25, ge=0, description="Lines of form alone, at least, to each line of the commit that changes the code."
    )
    exempt: list[str] = Field(default=EXEMPT, description="Globs of files that are not looked at; a later !glob takes files out.")

    remedy: ClassVar[Remedy] = Remedy(
        "fix", "Split the commit before it is merged: the formatting in one of its own, if it is wanted at all, or taken back."
    )
    examples = (
        Example(
            "A formatter that ran over a file in which one line was to be changed is reported.",
            before={"a.ts": _ROWS}, commits=({"a.ts": _ROWS.replace("'", '"').replace('"row 7"', '"row 8"')},), finds=("a.ts:1",),
        ),
        Example(
            "So is one that ran over another file of the commit.",
            before={"a.ts": _ROWS, "b.ts": _MORE},
            commits=({"a.ts": _ROWS.replace("'", '"'), "b.ts": _MORE + "export const fee = 1\n"},), finds=("a.ts:1",),
        ),
        Example(
            "So is another width of indentation.",
            before={"a.ts": _RUN},
            commits=({"a.ts": re.sub(r"^( +)", r"\1\1", _RUN, flags=re.MULTILINE).replace("use(3)", "use(4)")},), finds=("a.ts:2",),
        ),
        Example(
            "So are tabs for blanks.",
            before={"a.py": "def f(a):\n" + "".join(f"    use({n})\n" for n in range(20))},
            commits=({"a.py": "def f(a):\n" + "".join(f"\tuse({n})\n" for n in range(20)) + "\tuse(99)\n"},), finds=("a.py:2",),
        ),
        Example(
            "So are other line ends.",
            before={"a.go": _MORE * 10}, commits=({"a.go": (_MORE * 10).replace("\n", "\r\n") + "x := 1\r\n"},), finds=("a.go:1",),
        ),
        Example(
            "Of several commits the one is reported that mixes.",
            before={"a.ts": _ROWS, "b.ts": _ROWS},
            commits=({"a.ts": _ROWS.replace("'", '"')}, {"b.ts": _ROWS.replace("'", '"') + "export {}\n"}), finds=("b.ts:1",),
        ),
        Example("Formatting in a commit of its own is kept.", before={"a.ts": _ROWS, "b.ts": _MORE},
                commits=({"a.ts": _ROWS.replace("'", '"')}, {"b.ts": _MORE + "export const fee = 1\n"})),
        Example(
            "So is one that sorts imports and breaks types, with the formatter's own configuration.",
            before={"a.ts": _ROWS + f"import {{\n  b,\n  a,\n}} from 'm'\n{_UNION}", "biome.json": "{}\n"},
            commits=({"a.ts": _ROWS.replace("'", '"') + f'import {{\n  a,\n  b,\n}} from "m"\n{_UNION_BROKEN}',
                      "biome.json": '{"a": 1}\n'},),
        ),
        Example("A block that stands deeper, since something was put around it, is kept.", before={"a.ts": _RUN},
                commits=({"a.ts": f"try {{\n{_nested(_RUN)}}} catch (e) {{\n  log(e)\n}}\n"},)),
        Example("So is one of Python's.", before={"a.py": "def f():\n" + "".join(f"    use({n})\n\n" for n in range(20))},
                commits=({"a.py": "def f():\n    with lock:\n" + "".join(f"        use({n})\n\n" for n in range(20))},)),
        Example("So are lines that gofmt lines up with a new one.", before={"a.go": f"var a = map[string]int{{\n{_KEYS}}}\n"},
                commits=({"a.go": f'var a = map[string]int{{\n{_KEYS.replace(": ", ":  ")}\t"number10": 1,\n}}\n'},)),
        Example("A few lines of white space beside a change are kept.", before={"a.ts": _ROWS},
                commits=({"a.ts": _ROWS.replace("row1 = ", "row1  = ") + "\n\nexport {}\n"},)),
        Example("Documents that are wrapped anew are kept.", before={"a.md": "one two three\n" * 30, "b.ts": "a()\n"},
                commits=({"a.md": "one\ntwo three\n" * 30, "b.ts": "b()\n"},)),
        Example("White space that means something is kept.", before={"a.yaml": "a:\n" + "  - b\n" * 30, "b.ts": "a()\n"},
                commits=({"a.yaml": "a:\n" + "    - b\n" * 30, "b.ts": "b()\n"},)),
    )  # fmt: skip

    def check(self, commits: History, changes: ChangeSet) -> Iterator[Finding]:
        own = [commit for commit in commits if len(commit.parents) < 2]
        exempt = cache(partial(matches, globs=self.exempt))  # most commits change what others changed
        for commit in own:
            try:
                # The change of a run of one commit is that commit's, and its patches are there for every rule.
                change = changes if len(commits) == 1 and commit.changes.paths == changes.paths else commit.changes
            except Unreadable as wrong:
                raise NotJudged(f"the change of {wrong.path} cannot be told: {wrong.reason}") from wrong
            yield from self._judged(commit, change, changes, exempt)

    def _judged(
        self, commit: Commit, change: ChangeSet, run: ChangeSet, exempt: Callable[[str], bool]
    ) -> Iterator[Finding]:
        """What one commit reformats beside its work."""
        found: list[_Told] = []
        real = 0
        ours = [one for one in change if one.path not in change.proofs and not exempt(one.path) and _is_text(one)]
        modified = [one for one in ours if one.kind == "modified"]
        if not modified or (change is commit.changes and commit.whole and self._few(change.readable(modified))):
            return
        if self._likely(change.readable(modified)) < self.least:
            return
        bounds = [(one, *self._bounds(one)) for one in change.readable(ours)]
        # Most of the rest are done with here: to parse a file takes a hundred times as long as to count its lines.
        if sum(most for _, most, _ in bounds) < max(self.least, self.share * sum(said.real for *_, said in bounds if said)):
            return
        for one, _, known in bounds:
            said = known or self._sizes(one)
            real += said.real
            if said.form:
                found.append(_Told(one, said))
        form = sum(one.said.form for one in found)
        if form >= self.least and real and form >= self.share * real:
            yield _finding(commit, found, form, real, run)

    def _few(self, modified: Iterator[FileChange]) -> bool:
        """Whether contents alone tell that there are fewer lines of form than are reported: most patches are never asked for."""
        from pytest_agentcompliance.parsing.churn.contents import few

        return few(((one.before.bytes(), one.after.bytes()) for one in modified if one.before and one.after), self.least)

    def _likely(self, modified: Iterator[FileChange]) -> int:
        """As many lines of form alone as there can be, or enough of them: most commits are done with here."""
        from pytest_agentcompliance.parsing.churn.sizes import likely

        total = 0
        for one in modified:
            if one.before is not None and one.after is not None:
                # Of the texts only their line ends are asked for, which are all alike without a carriage return.
                bare = not any(b"\r" in side.bytes() for side in (one.before, one.after))
                texts = ("", "") if bare else (one.before.text(), one.after.text())
                total += likely(*texts, one.removed, one.added)
            if total >= self.least:
                break
        return total

    def _bounds(self, change: FileChange) -> "tuple[int, Sizes | None]":
        """How many lines of form alone there can be, and what there is where that needs no parsing."""
        from pytest_agentcompliance.parsing.churn.sizes import Sizes, bounds  # start-up time: when a commit changed code

        before, after = (side.text() if side is not None else None for side in (change.before, change.after))
        if before is None or after is None:
            text = before if before is not None else after or ""
            return 0, Sizes(0, 0 if change.renamed_from or change.renamed_to or "\0" in text else text.count("\n") + 1)
        if "\0" in before or "\0" in after or _WRITTEN.search(before[:1000]) or _WRITTEN.search(after[:1000]):
            return 0, Sizes(0, 0)
        return bounds(before, after, change.path, change.removed, change.added)

    def _sizes(self, change: FileChange) -> "Sizes":
        from pytest_agentcompliance.parsing.churn.sizes import sizes

        assert change.before is not None
        assert change.after is not None
        return sizes(change.before.text(), change.after.text(), change.path, change.removed, change.added)


@dataclass(frozen=True, slots=True)
class _Told:
    change: FileChange
    said: "Sizes"


def _is_text(change: FileChange) -> bool:
    return all(is_file(side.mode) for side in (change.before, change.after) if side is not None)


def _finding(commit: Commit, found: list[_Told], form: int, real: int, run: ChangeSet) -> Finding:
    """One for a commit, at the file that it reformatted most; the line is said where that file is so at the end of the run."""
    found = sorted(found, key=lambda one: (-one.said.form, one.change.path))
    worst = found[0]
    ends = [there.after for there in (worst.change, run.by_path.get(worst.change.path)) if there is not None]
    same = len({end.oid for end in ends if end is not None}) == 1 and len(ends) == 2
    names = ", ".join(one.change.path.rpartition("/")[2] for one in found[:TOLD])
    more = f" and {len(found) - TOLD} more" if len(found) > TOLD else ""
    subject = commit.message.partition("\n")[0][:50]
    said = (
        f"commit {commit.id[:9]} {subject!r} changes {form} lines in nothing but form ({worst.said.what} in {names}{more}) "
        f"beside {real} that change the code"
    )
    kind = _WIDTH.sub("", worst.said.what)  # of the same kind whatever the widths are
    evidence = " ".join([kind, *sorted(one.change.path for one in found)])
    return Finding(said, Place(worst.change.path, worst.said.line if same else None), evidence=evidence)
