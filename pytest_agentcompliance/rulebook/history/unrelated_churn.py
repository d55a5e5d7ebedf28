"""history/unrelated-churn: nothing is renamed, moved, reformatted or commented anew that the work does not account for."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Literal

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, ChunkLog, Document, Documents, FileChange, History
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.evidence.documents import DocumentName
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Level, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.churn.accounts import Accounts
    from pytest_agentcompliance.parsing.churn.kinds import Churn
    from pytest_agentcompliance.parsing.churn.telling import Churned, Moved, Said

Kind = Literal["white space", "comments", "formatting", "imports", "moves", "keys", "renames"]

EXEMPT = [
    # documentation, plans
    "*.md", "*.mdx", "*.rst", "*.adoc", "*.txt", "!requirements*.txt", "!CMakeLists.txt", "docs/**", "plans/**",
    "**/_implementation/**",
    # what a tool writes
    "*-lock.json", "*-lock.yaml", "*.lock", "*.lockb", "npm-shrinkwrap.json", "go.sum", "go.work.sum", "*.snap",
    "**/__snapshots__/**", "**/generated/**", "**/__generated__/**", "*.generated.*", "*.gen.*", "*_pb2.py", "*_pb2_grpc.py",
    "*.pb.go", "*.min.js", "*.min.css", "*.map", "*.tsbuildinfo", "**/dist/**", "**/coverage/**", "**/htmlcov/**",
    "**/playwright-report/**", "**/test-results/**", "**/migrations/**/meta/**", "**/.openapi-generator/**",
    # other people's code
    "**/vendor/**", "**/third_party/**", "**/node_modules/**", "**/.yarn/**",
]  # fmt: skip
LEAST = 10  # lines of churn in a file that was changed for real, from which they are told
TELLING = 40  # bytes of a file that was moved, from which it is not taken for another
LONGEST = 4000  # characters of a comment in which names are looked for
MOST_NAMES = 50
MOST_FILES = 200  # between which moved declarations are looked for
_WRITTEN = re.compile(r"(?i)@generated|do not edit|auto-?generated|generated (?:by|from)|code generated")
_NAME = re.compile(r"[A-Za-z][a-z0-9]{0,60}[A-Z_]\w{1,100}|[A-Z]{2,12}-\d{1,9}")

_TILL = "import { tax } from './tax'\nimport { sum } from './sum'\n\nexport function pay(a: number) {\n  return tax(sum(a));\n}\n"
_SUM = "export function sum(rows: number[]) {\n  return rows.reduce((a, b) => a + b, 0)\n}\n"
_PLAN = "# Plan\n\n## Files to modify\n\n- `api/till.ts`\n"
_LOG = "## Chunk 1 — cart\n- Objective: store the cart\n- Files changed:\n  - api/cart.ts\n"


def _example(title: str, path: str, before: str, after: str, *, log: str = _LOG, finds: str = "", styles: str = "") -> Example:
    """One file that changes beside the one that the log names."""
    after_ = {"api/cart.ts": "1\n", path: after}
    return Example(title, before={path: before}, after=after_, log=log, finds=tuple(finds.split()), styles=tuple(styles.split()))


class UnrelatedChurn(Rule):
    """Nothing is renamed, moved, reformatted or commented anew that the work does not account for.

    Why: churn hides the change. Who reviews it reads a hundred lines to find the one that matters, who merges it meets
    conflicts with everybody else's work, and the blame of each line leads to a commit that did not mean it.

    A file is accounted for when the log claims or names it, when another agent's log of the story does, when the story, plan or
    scope means to change it, when it tests such a file, or when a line that speaks of a refactor (rename, move, format, comments)
    names it or its folder. Of the others are reported those in which nothing changed but white space, formatting (quotes,
    semicolons, trailing commas, line breaks), comments, the order of imports, of declarations or of JSON's keys; those that were
    only renamed or moved, their imports aside; declarations that went unchanged from one file to another; and those that were
    changed for real, where a formatter's lines outweigh that change. The whole run is looked at: what one commit churned and
    another took back is not reported, and what several commits left behind is reported once.

    Blind spots: what an account means is told by names alone; a file that it names for another reason is accounted for, and so is
    all that lies in a folder or package of the plan. What an unplanned change brought along is no less churn. A comment
    that shares a name with what the accounted files changed counts as their documentation. White space that means something
    (Python's nesting, the indentation of YAML and makefiles, heredocs, preformatted text) is never churn, not even where it
    happens to mean nothing. Declarations are known in JavaScript, TypeScript, Python and Go, formatting in the first three.
    The order of statements, or of rules of CSS, may mean something and is never churn. Comments that a tool obeys are code, and
    so are docstrings in a file with decorators. A few formatted lines in a file that was changed for real, and a file that was
    moved and changed or got another ending, are left to the reviewer. Of texts of more than a mebibyte the line ends alone are
    compared.
    """

    exempt: list[str] = Field(
        default=EXEMPT,
        description="Globs of files that are never reported: documentation, what tools write, other people's code; "
        "a later !glob takes files out again.",
    )
    own: list[str] = Field(default=[], description="Globs of the run's own papers, which nothing has to account for.")
    kinds: list[Kind] = Field(
        default=["white space", "comments", "formatting", "imports", "moves", "keys", "renames"],
        description="What is reported; a change of several kinds is where each of them is listed.",
    )

    remedy: ClassVar[Remedy] = Remedy(
        "revert", "Take this change back: it is no part of the work. If it is needed, it is a change of its own, asked for as one."
    )
    examples = (
        _example(
            "White space alone, in a file that nothing names, is reported at its first line.",
            "api/till.ts", _TILL, _TILL.replace("  return", "\treturn").replace("export", "\n\nexport"), finds="api/till.ts:4",
        ),
        _example(
            "A formatter's run is reported: quotes, semicolons, commas and line breaks.",
            "api/till.ts", _TILL, _TILL.replace("'", '"').replace(";", ""), finds="api/till.ts:1",
        ),
        _example(
            "So is another order of imports.",
            "api/till.ts", _TILL, "import { sum } from './sum'\n" + _TILL.replace("import { sum } from './sum'\n", ""),
            finds="api/till.ts:1",
        ),
        _example("So is a comment.", "api/till.ts", _TILL, "// Pays.\n" + _TILL, finds="api/till.ts:1"),
        _example(
            "So are functions that changed places.",
            "api/sum.py", "def a():\n    return 1\n\ndef b():\n    return 2\n",
            "def b():\n    return 2\n\ndef a():\n    return 1\n",
            finds="api/sum.py:1",
        ),
        Example(
            "A folder that was moved is one finding, whatever it holds.",
            before={"lib/a.ts": _TILL, "lib/b/c.ts": _SUM}, after={"api/cart.ts": "1\n", "libs/a.ts": _TILL, "libs/b/c.ts": _SUM},
            log=_LOG, finds=("libs/a.ts",),
        ),
        Example(
            "A function that went to another file unchanged is reported where it stood.",
            before={"lib/a.ts": _TILL + _SUM},
            after={"api/cart.ts": "1\n", "lib/a.ts": "import { sum as all } from './b'\n" + _TILL, "lib/b.ts": _SUM},
            log=_LOG, finds=("lib/a.ts",),
        ),
        Example(
            "A formatter that ran over a file of which two lines were to be changed is reported.",
            before={"lib/a.ts": "".join(f"const a{n} = '{n}';\n" for n in range(20))},
            after={"lib/a.ts": "".join(f'const a{n} = "{n if n > 1 else 9}"\n' for n in range(20)), "api/cart.ts": "1\n"},
            log=_LOG, finds=("lib/a.ts:3",),
        ),
        _example(
            "A blank line more is a matter of style.", "api/till.ts", _TILL, _TILL + "\n", styles="api/till.ts:7",
        ),
        _example(
            "A file that the log claims is kept, and so is one that a line about a refactor names.",
            "api/till.ts", _TILL, _TILL.replace("'", '"'), log=_LOG + "- Summary: ran prettier over the till\n",
        ),
        Example(
            "Without a log, the plan alone accounts: for a file that it means to change.",
            before={"IMPLEMENTATION-PLAN.md": _PLAN, "api/till.ts": _TILL, "b.ts": _SUM},
            after={"IMPLEMENTATION-PLAN.md": _PLAN, "api/till.ts": "\n" + _TILL, "b.ts": _SUM + "\n\n\n"},
            finds=("b.ts:4",),
        ),
        _example("A change of the code is kept: other rules ask whether it was planned.", "api/till.ts", _TILL, _TILL + "pay(1)\n"),
        _example(
            "Indentation that means something is kept.",
            "api/a.py", "if a:\n    b()\n    c()\n", "if a:\n    b()\nc()\n",
        ),
        _example("White space in a string is kept.", "api/a.ts", "log(`a  b`)\n", "log(`a b`)\n"),
        _example(
            "A comment that a tool obeys is kept.", "api/a.ts", "a()\n", "// eslint-disable-next-line no-undef\na()\n",
        ),
        Example(
            "Comments about what the accounted files changed are their documentation.",
            before={"api/cart.ts": "f()\n", "api/till.ts": "// Calls oldName.\ng()\n"},
            after={"api/cart.ts": "newName()\n", "api/till.ts": "// Calls newName.\ng()\n"}, log=_LOG,
        ),
        Example(
            "Statements in another order may mean something.",
            before={"api/a.ts": "use(auth)\nuse(routes)\n"}, log=_LOG,
            after={"api/a.ts": "use(routes)\nuse(auth)\n", "api/cart.ts": "1\n"},
        ),
        Example(
            "A file that gets another ending becomes another kind of file.",
            before={"api/pay_test.go.skip": _TILL}, after={"api/pay_test.go": _TILL, "api/cart.ts": "1\n"}, log=_LOG,
        ),
        _example("Documentation and what tools write are kept.", "docs/a.md", "a\n", "a\n\n\n\n\n"),
    )  # fmt: skip

    def check(
        self, changes: ChangeSet, log: ChunkLog | None, documents: Documents | None, commits: History | None
    ) -> Iterator[Finding]:
        accounts, papers = _accounts(changes, log, documents)
        ours = (change for change in changes if change.path not in changes.proofs and not self._is_exempt(change.path))
        unnamed = [change for change in ours if not _accounted(change, accounts)]
        nobody = f"{papers} say{'' if ' and ' in papers else 's'} nothing of it"
        judge = _Judge(frozenset(self.kinds), changes, accounts, commits, nobody)
        yield from judge.findings(unnamed, [one for one in unnamed if not self._is_exempt(one.renamed_from or "")])

    def _is_exempt(self, path: str) -> bool:
        return matches(path, self.exempt) or bool(self.own and matches(path, self.own))


_NOBODY = "nothing could account for a changed file, so that none can be told to be unrelated"


def _accounts(changes: ChangeSet, log: ChunkLog | None, documents: Documents | None) -> "tuple[Accounts, str]":
    """What names files, and what there is that does. Raises ``NotJudged`` where nothing names any."""
    if log is None and (documents is None or not (documents.logs or any(_papers(documents, "plan", "scope")))):
        raise NotJudged(f"there is no log, plan or scope: {_NOBODY}")
    from pytest_agentcompliance.parsing.churn.accounts import Accounts  # start-up time: when the rule is asked

    accounts = Accounts(changes.paths)
    there: list[str] = []
    for one in (log, *(documents.logs if documents is not None else ())):
        if one is not None:
            _read_log(one, accounts)
            there.append("the log")
    for name, document in _papers(documents, "plan", "scope"):
        if text := _text(document):
            accounts.plan(text, document.path, f"the {name}")
            there.append(f"the {name}")
    there = list(dict.fromkeys(there))
    if not accounts.named:
        why = f"{_and(there)} name{'s' * (len(there) == 1)} no file" if there else "log, plan and scope are empty"
        raise NotJudged(f"{why}: {_NOBODY}")
    for name, document in _papers(documents, "story", "decisions"):
        accounts.prose(_text(document), f"the {name}")
    return accounts, _and(there)


def _and(names: list[str]) -> str:
    return " and ".join([", ".join(names[:-1]), names[-1]] if len(names) > 1 else names)


def _papers(documents: Documents | None, *names: DocumentName) -> Iterator[tuple[DocumentName, Document]]:
    """The documents as the run was given them; those that it wrote itself where it was given none."""
    for name in names if documents is not None else ():
        assert documents is not None
        yield from ((name, document) for document in documents.base(name) or documents.head(name))


def _text(document: Document) -> str:
    try:
        return document.text()
    except Unreadable:
        return ""


def _read_log(log: ChunkLog, accounts: "Accounts") -> None:
    name = log.path.rpartition("/")[2]
    for _, claim in log.claims():
        if not claim.changed:
            accounts.leave(claim.path)
    for chunk, claim in log.claims():
        if claim.changed:
            accounts.claim(claim.path, f"chunk {chunk.number} of {name}" if chunk else name)
    for chunk in log.chunks:
        accounts.prose(chunk.text, f"chunk {chunk.number} of {name}")
    for written, _ in log.named:
        accounts.claim(written, name)


def _accounted(change: FileChange, accounts: "Accounts") -> bool:
    ends = [end for end in (change.path, change.renamed_from, change.renamed_to) if end]
    return any(end in accounts.found or accounts.beside(end) for end in ends)


@dataclass(frozen=True)
class _Judge:
    """Reads the files that nothing accounts for."""

    kinds: frozenset[str]
    changes: ChangeSet
    accounts: "Accounts"
    commits: History | None
    nobody: str

    def findings(self, unnamed: list[FileChange], renamed: list[FileChange]) -> Iterator[Finding]:
        """What went elsewhere; files of which nothing but the form changed; what a formatter did besides."""
        from pytest_agentcompliance.parsing.churn import telling  # start-up time: when there is such a file

        found: list[telling.Churned] = []
        real: list[FileChange] = []
        for change in self.changes.readable(change for change in unnamed if _is_text(change)):
            before, after = _sides(change)
            if change.kind != "modified":
                real.append(change)
            elif before is not None and after is not None:
                churn = self._churn(change, before, after)
                if churn is None:
                    real.append(change)
                elif churn.size:
                    found.append(churn)
        moved = [*self._renames(renamed), *self._moves(real)]
        stay = {one.source for one in moved if self.changes.by_path[one.source].after is not None}
        yield from map(self._finding, telling.moved(moved, stay))
        yield from map(self._finding, telling.churned(found))
        if "formatting" in self.kinds:
            yield from (self._finding(said) for change in real if change.path not in stay for said in self._besides(change))

    def _churn(self, change: FileChange, before: str, after: str) -> "Churned | None":
        """What kind of churn a change is, of no lines where it is not to be told; None where the code changed."""
        from pytest_agentcompliance.parsing.churn.kinds import churn
        from pytest_agentcompliance.parsing.churn.telling import Churned

        found = churn(before, after, change.path)
        if found is None:
            return None
        wanted = {*found.kinds} <= self.kinds and (bool(found.kinds) or "white space" in self.kinds)
        if not wanted or self._documents(found):
            return Churned(change.path, (), "", 1, 0)
        added, removed = change.added, change.removed
        line = min([one.number for one in added or removed], default=1)
        return Churned(change.path, found.kinds, found.space, min(line, after.count("\n") + 1), max(len(added) + len(removed), 1))

    def _documents(self, found: "Churn") -> bool:
        """Whether comments share a name with the accounted part of the change: they are its documentation."""
        names = sorted({name for comment in found.comments for name in _NAME.findall(comment[:LONGEST])})[:MOST_NAMES]
        if not names or found.kinds != ("comments",):
            return False
        each = b"|".join(re.escape(name.encode("utf-8", "replace")) for name in names)
        pattern = re.compile(rb"(?<!\w)(?:" + each + rb")(?!\w)")
        return any(_accounted(change, self.accounts) for change in self.changes.containing(pattern))

    def _renames(self, unnamed: list[FileChange]) -> "Iterator[Moved]":
        """Files that are what they were, elsewhere; one that says next to nothing may be another."""
        from pytest_agentcompliance.parsing.churn.telling import Moved

        asked = (change for change in unnamed if change.renamed_from and "renames" in self.kinds)
        # Another ending makes another kind of file of it: a test that runs, or does not.
        alike = (change for change in asked if _ending(change.path) == _ending(change.renamed_from or ""))
        for change in self.changes.readable(alike):
            if change.after is not None and change.renamed_from and len(change.after.bytes().strip()) >= TELLING:
                yield Moved(change.renamed_from, change.path)

    def _moves(self, real: list[FileChange]) -> "Iterator[Moved]":
        """Declarations, and files with other imports, that went elsewhere and stayed what they were."""
        from pytest_agentcompliance.parsing.churn import moves
        from pytest_agentcompliance.parsing.churn.telling import Moved

        files = {one.path: one for one in real if "moves" in self.kinds and moves.readable(one.path) and one.kind != "type-changed"}
        lost = {path: _lost(change) for path, change in files.items() if change.kind != "added"}
        likely = moves.likely(lost, {path: [line.text for line in change.added] for path, change in files.items()})
        ends = {path: _sides(change) for path, change in files.items() if path in likely}
        texts = {path: (before or "", after or "") for path, (before, after) in ends.items()}
        for old, new in list(moves.relocations(texts)):
            yield Moved(old, new, imports=True)
            del texts[old], texts[new]
        for one in moves.moved(dict(list(texts.items())[:MOST_FILES])):
            yield Moved(one.source, one.target, one.names, imports=True)

    def _besides(self, change: FileChange) -> "Iterator[Said]":
        """A file that was changed for real, and in which what a formatter did outweighs that."""
        from pytest_agentcompliance.parsing.churn.hunks import mixed, promising
        from pytest_agentcompliance.parsing.churn.telling import Said

        if change.kind != "modified" or promising(change.removed, change.added) < LEAST:  # before anything is parsed
            return
        before, after = _sides(change)
        if before is None or after is None:
            return
        told = mixed(before, after, change.path, [one.number for one in change.removed], [one.number for one in change.added])
        if told is not None and told.size >= LEAST and told.size > told.real:
            places = f"in {len(told.churned)} place{'s' * (len(told.churned) != 1)}"
            said = f"{told.size} lines were only formatted anew, {places}, beside {told.real} that were changed"
            yield Said(said, change.path, told.churned[0].new[0], "formatted besides")

    def _finding(self, said: "Said") -> Finding:
        level: Level = "style" if said.style else "breach"
        return Finding(f"{said.text}; {self.nobody}{self._by(said.path)}", Place(said.path, said.line), level, said.evidence)

    def _by(self, path: str) -> str:
        """Which commit it was, where several could be meant and one is."""
        if self.commits is None or len(self.commits) < 2:
            return ""
        try:
            found = [one for one in self.commits if len(one.parents) < 2 and path in one.changes.paths]
        except Unreadable:
            return ""
        return f" (commit {found[0].id[:9]} {found[0].message.partition(chr(10))[0][:50]!r})" if len(found) == 1 else ""


def _ending(path: str) -> str:
    return path.rpartition("/")[2].lstrip(".").partition(".")[2]


def _is_text(change: FileChange) -> bool:
    """Whether a change is one of regular files' contents, and neither end of a move."""
    sides = [side for side in (change.before, change.after) if side is not None]
    moved = change.renamed_from or change.renamed_to
    return not moved and all(is_file(side.mode) for side in sides) and len({side.oid for side in sides}) == len(sides)


def _sides(change: FileChange) -> tuple[str | None, str | None]:
    """The texts of both ends; None for one that is not there, is binary, or was written by a tool."""
    texts = [side.text() if side is not None else None for side in (change.before, change.after)]
    before, after = (None if text is None or "\0" in text or _WRITTEN.search(text[:1000]) else text for text in texts)
    return before, after


def _lost(change: FileChange) -> list[str]:
    """The lines that a file no longer has; git is not asked for those of one that was deleted."""
    if change.kind == "deleted" and change.before is not None:
        return change.before.text().split("\n")
    return [line.text for line in change.removed]
