"""report/files-match-diff: the report's list of files and the change name the same files, and say the same of them."""

import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, FileChange, Report
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.claims import Match, Paths
    from pytest_agentcompliance.parsing.log_files import Named

_LIST = "## Files Changed\n\n"
_SHOWN = 5
_MOST_FOLDERS = 20  # times that one folder is taken for its files
_SAID = {
    "added": re.compile(r"(?i)^(?:new|creat(?:e|ed|ion)|add(?:ed)?)$"),
    "deleted": re.compile(r"(?i)^(?:delet(?:e|ed|ion)|remov(?:e|ed|al))$"),
    "modified": re.compile(r"(?i)^(?:modif(?:y|ied)|updat(?:e|ed|es)|edit(?:ed|s)?|changed|extended|refactored|fixed)$"),
}
_CHANGE = re.compile(r"(?i)[\s`*|):–—-]{0,20}(?:updat|modif|chang|extend|refactor|rewr|fix|replac|edit|now\b|bump|remov)")
_DONE = {"added": "created", "modified": "changed", "deleted": "deleted", "type-changed": "changed"}


class FilesMatchDiff(Rule):
    """The report lists the files of the change: none left out, none invented, each with what was done to it.

    Why: a reviewer goes by the list. What is not on it is not looked at; a file that was overwritten and is called new hides
    what was there before.

    The list is read wherever it stands: lists, tables and trees under headings and labels such as "Files changed" or "Created". A
    folder or a glob covers what is below it. Paths of the agent's own machine, and from a package, are taken for those that they
    end in. Lock files, generated files, proofs, the report itself and transcripts need not be listed.

    Blind spots: what a description of a file says, beyond whether it was created, changed or deleted. A file that the run changed
    and changed back is listed and not in the change. A report without a list is for the rule of the report's parts.
    """

    exempt: list[str] = Field(
        default=["**/*.jsonl", ".claude-sessions/**", ".claude/**", ".trd-state/**"],
        description="Globs of what harnesses write: the report need not list it; where it does, it may be gone.",
    )
    lockfiles: list[str] = Field(
        default=[
            "pnpm-lock.yaml", "package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "bun.lock", "bun.lockb", "deno.lock",
            "poetry.lock", "uv.lock", "Pipfile.lock", "Cargo.lock", "Gemfile.lock", "composer.lock", "go.sum", "go.work.sum",
            "mix.lock", "pubspec.lock", "Podfile.lock", "gradle.lockfile", "packages.lock.json",
        ],
        description="Globs of lock files: they follow from what is listed.",
    )  # fmt: skip
    generated: list[str] = Field(
        default=[
            "**/dist/**", "**/build/**", "**/coverage/**", "**/node_modules/**", "**/__snapshots__/**", "**/__generated__/**",
            "**/generated/**", "**/*.generated.*", "**/*.gen.*", "**/*.min.js", "**/*.map", "**/*.pb.go", "**/*_pb2.py",
            "**/*_pb2_grpc.py", "**/*.tsbuildinfo", "**/__pycache__/**", "**/.next/**",
        ],
        description="Globs of generated files: they need not be listed, and may be without being committed.",
    )  # fmt: skip
    uncommitted: list[str] = Field(
        default=["**/.env", "**/.env.local", "**/.env.*.local"],
        description="Globs of files that are never committed: the report may list them, and the change cannot show them.",
    )

    remedy = Remedy("fix", "Make the report tell what was done: list each changed file once, with what was done to it.")
    examples = (
        Example(
            "A changed file that is not listed is reported at the file.",
            report=_LIST + "- `api/cart.ts`\n",
            after={"api/cart.ts": "1\n", "api/till.ts": "1\n"},
            finds=("api/till.ts",),
        ),
        Example(
            "A listed file that was not changed is reported at its line.",
            report="### Files created\n\n| File | Description |\n|---|---|\n| `api/cart.ts` | cart |\n| `api/till.ts` | till |\n",
            after={"api/cart.ts": "1\n"},
            finds=("REPORT.md:6",),
        ),
        Example(
            "A file that is called new and was there, and one that is called deleted and is there, are reported.",
            report="**Files Created:**\n- `api/cart.ts`\n\n**Files Deleted:**\n- `api/till.ts`\n",
            before={"api/cart.ts": "1\n", "api/till.ts": "1\n"},
            after={"api/cart.ts": "2\n", "api/till.ts": "2\n"},
            finds=("REPORT.md:2", "REPORT.md:5"),
        ),
        Example(
            "A list that names no file is one finding.",
            report=_LIST + "Several files of the cart.\n",
            after={"api/cart.ts": "1\n", "api/till.ts": "1\n"},
            finds=("REPORT.md:1",),
        ),
        Example(
            "A folder at the root that has several parts accounts for none of them.",
            report=_LIST + "- `packages/`\n",
            after={"packages/cart/a.ts": "1\n", "packages/till/a.ts": "1\n"},
            finds=("packages/cart/a.ts", "packages/till/a.ts"),
        ),
        Example(
            "The same files are kept, in groups, with descriptions, whatever is said of what is in them.",
            report=(
                "## 2. Files Changed (3)\n\n**Source:**\n- `api/cart.ts` (new) - the cart\n- api/till.ts: added a guard\n\n"
                "**Tests:**\n- `api/cart.test.ts` - 4 tests\n"
            ),
            before={"api/till.ts": "1\n"},
            after={"api/cart.ts": "1\n", "api/till.ts": "2\n", "api/cart.test.ts": "1\n", "package-lock.json": "{}\n"},
        ),
        Example(
            "Paths of the agent's own machine are those of the repository, at its root too.",
            report="### Files Created\n\n- `/home/ada/shop/package.json` - manifest\n- `/home/ada/shop/api/cart.ts` - cart\n",
            after={"package.json": "{}\n", "api/cart.ts": "1\n"},
            styles=("REPORT.md:3",),
        ),
        Example(
            "A folder and a glob cover their files; a file that nobody commits may be listed.",
            report=_LIST + "- `api/seeds/` - data\n- `api/tests/*.test.ts` (2 suites)\n- `api/.env`\n",
            after={"api/seeds/a.sql": "1\n", "api/tests/a.test.ts": "1\n", "api/tests/b.test.ts": "1\n"},
        ),
        Example(
            "JSON is read as well.",
            report=(
                '{"files_changed": [\n  {"path": "api/cart.ts", "status": "modified"},\n'
                '  {"path": "api/till.ts", "status": "created"}]}\n'
            ),
            before={"api/cart.ts": "1\n"},
            after={"api/cart.ts": "2\n", "api/till.ts": "1\n"},
        ),
        Example(
            "A file that is new and is called modified is a remark.",
            report="## Files Modified\n\n- api/cart.ts\n",
            after={"api/cart.ts": "1\n"},
            styles=("REPORT.md:3",),
        ),
        Example(
            "A file that the report names elsewhere, and does not list, is a remark.",
            report=_LIST + "- api/cart.ts\n\n## Notes\n\nThe sum of `api/till.ts` was wrong.\n",
            after={"api/cart.ts": "1\n", "api/till.ts": "1\n"},
            styles=("api/till.ts",),
        ),
        Example(
            "A file that is struck through is listed where it was deleted, and only there.",
            report=_LIST + "- ~~`api/cart.ts`~~\n- ~~api/till.ts~~ (deleted)\n- `api/sum.ts`\n- ~~api/tax.ts~~ not needed\n",
            before={"api/till.ts": "till\n"},
            after={"api/cart.ts": "1\n", "api/sum.ts": "1\n"},
            finds=("api/cart.ts",),
        ),
        Example("Either end of a rename accounts for both.",
            report=_LIST + "- `api/basket.ts` - renamed\n",
            before={"api/cart.ts": "const cart = []\n"},
            after={"api/basket.ts": "const cart = []\n"},
        ),
    )  # fmt: skip

    def check(self, report: Report, changes: ChangeSet) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.parsing import claims  # start-up time: where there is a report
        from pytest_agentcompliance.parsing.reports import deliverables

        if not report.new:
            raise NotJudged("the report was there before the run")
        listed = deliverables.files_changed(report.text)
        if listed is None:
            raise NotJudged("the report has no list of files")
        needed = [change for change in changes if not self._exempt(change.path, report, changes)]
        if not listed:
            if needed:
                part = deliverables.section(report.text, "files")
                message = f"the report lists no file, and the run changed {len(needed)}: {_some([one.path for one in needed])}"
                yield Finding(message, _at(report, part.line if part else 1), evidence="none")
            return ""
        paths = claims.known(changes.paths)
        gone = {change.path for change in changes if change.kind == "deleted" or change.renamed_to}
        # A name that is struck through says that the file was deleted, or that it is on the list no longer.
        struck = {one for one in listed if one.status == deliverables.STRUCK}
        crossed = {one for one in struck if not gone.issuperset(paths.find(one.path).paths or ("",))}
        books = _Books(paths, tuple(one for one in listed if one not in crossed))
        told = ((paths.find(name), line) for name, line in deliverables.in_passing(report.text))
        passing = {match.paths[0]: line for match, line in told if len(match.paths) == 1 and match.how in ("whole", "end")}
        for change in needed:
            partner = change.renamed_from or change.renamed_to or change.path
            if change.path in books.by_path or partner in books.by_path:
                continue
            if change.path in passing and change.path not in books.looked_at:
                message = "the report names this file in passing, and does not list it"
                yield Finding(f"{message}: line {passing[change.path]}", Place(change.path), "style", "in passing")
                continue
            yield _unlisted(change, books)
        yield from self._listed(report, changes, books)
        return f"{len(books.by_path)} of {len(needed)} files are listed"

    def _exempt(self, path: str, report: Report, changes: ChangeSet) -> bool:
        own = path == report.path or path in changes.proofs
        return own or matches(path, (*self.exempt, *self.lockfiles, *self.generated))

    def _listed(self, report: Report, changes: ChangeSet, books: "_Books") -> Iterator[Finding]:
        """What the list says and the change does not show; and what it says otherwise than the change does."""
        told: set[str] = set()
        absent = (*self.exempt, *self.generated, *self.uncommitted, *self.lockfiles)
        for one, match in books.entries:
            if not one.changed or one.path in told:
                continue
            told.add(one.path)
            if match.how == "none":
                itself = one.path.endswith(report.path) or matches(one.path.lstrip("/"), absent)
                if not itself:
                    yield Finding(f"{one.path!r} is listed, and is not in the change", _at(report, one.line), evidence=one.path)
            elif match.how in ("whole", "end") and len(match.paths) == 1:
                yield from self._described(report, one, changes.by_path[match.paths[0]])
        if books.inexact:
            first, count = books.inexact[0], len(books.inexact)
            message = f"{count} path{'s are' if count > 1 else ' is'} not written from the root of the repository: {first.path!r}"
            yield Finding(message, _at(report, first.line), "style", "inexact")

    def _described(self, report: Report, one: "Named", change: FileChange) -> Iterator[Finding]:
        said = next((kind for kind, words in _SAID.items() if words.match(one.status)), "")
        moved = change.renamed_from or change.renamed_to
        if not said or moved or said == change.kind or (said == "modified" and change.kind == "type-changed"):
            return
        if said == "added" and self._updated(report, one):
            return  # its own words say otherwise than the heading over it
        message = f"{one.path!r} is said to be {_DONE[said]}; it was {_DONE[change.kind]}"
        slight = said == "modified" and change.kind == "added"  # new in this run, and changed again in it
        yield Finding(message, _at(report, one.line), "style" if slight else "breach", f"{said} {one.path}")

    def _updated(self, report: Report, one: "Named") -> bool:
        """Whether what follows the path on its line begins with a word for a change."""
        from pytest_agentcompliance.parsing.reports import deliverables

        row = next((line.text for line in deliverables.lines(report.text) if line.number == one.line), "")
        return _CHANGE.match(row.partition(one.path)[2][:400]) is not None


@dataclass(slots=True)
class _Books:
    """Which entry of the list accounts for which changed file."""

    paths: "Paths"
    listed: "tuple[Named, ...]"
    entries: "list[tuple[Named, Match]]" = field(default_factory=list)
    by_path: dict[str, int] = field(default_factory=dict)
    looked_at: "dict[str, Named]" = field(default_factory=dict)
    unclear: "dict[str, Named]" = field(default_factory=dict)
    inexact: "list[Named]" = field(default_factory=list)

    def __post_init__(self) -> None:
        found = self.paths.together(one.path for one in self.listed)
        self.entries = [(one, found[one.path]) for one in self.listed]
        exact = {path for _, match in self.entries if match.how in ("whole", "end") for path in match.paths}
        homes = {path[:at] for path in exact for at, char in enumerate(path) if char == "/"}
        times: dict[str, int] = {}
        for one, match in self.entries:
            if not one.changed:
                self.looked_at.update((path, one) for path in match.paths[:1])
            elif match.how == "ambiguous":
                self._one_of(one, match, homes)
            elif len(match.paths) > 1 or match.how == "folder":
                times[one.path] = times.get(one.path, 0) + 1
                beside = match.how == "folder" and any(path in exact for path in match.paths)
                if not beside and not _is_vague(one.path, match.paths) and times[one.path] <= _MOST_FOLDERS:
                    self._account(one, match.paths)
            else:
                self._account(one, match.paths)
                if match.how == "end":
                    self.inexact.append(one)

    def _one_of(self, one: "Named", match: "Match", homes: set[str]) -> None:
        meant = [path for path in match.paths if path[: -len(one.path)].rstrip("/") in homes]
        if len(meant) == 1:
            self._account(one, (meant[0],))
            self.inexact.append(one)
        else:
            self.unclear.update((path, one) for path in match.paths)

    def _account(self, one: "Named", paths: tuple[str, ...]) -> None:
        for path in paths:
            self.by_path.setdefault(path, one.line)


def _unlisted(change: FileChange, books: _Books) -> Finding:
    if one := books.looked_at.get(change.path):
        message = f"the report says that this file was not changed, line {one.line}; it was"
        return Finding(message, Place(change.path), evidence="looked at")
    one = books.unclear.get(change.path)
    aside = f"; {one.path!r}, line {one.line}, could be this file or another" if one else ""
    message = f"the report does not list this file, which was {_DONE[change.kind]}{aside}"
    return Finding(message, Place(change.path), evidence="unlisted")


def _is_vague(claimed: str, paths: tuple[str, ...]) -> bool:
    """Whether an entry is a folder of the root, or a glob below one, that stands for files of several of its parts."""
    fixed = re.split(r"[*?\[{]", claimed.strip("/"), maxsplit=1)[0].rstrip("/")
    below = {path.removeprefix(f"{fixed}/").split("/")[0] for path in paths if path.startswith(f"{fixed}/") and path.count("/") > 1}
    return "/" not in fixed and len(below) > 1


def _some(paths: list[str]) -> str:
    return ", ".join(paths[:_SHOWN]) + (f" and {len(paths) - _SHOWN} more" if len(paths) > _SHOWN else "")


def _at(report: Report, line: int) -> Place:
    """A line of the report; a message of a transcript stands in one line of that, however many it has itself."""
    return Place(report.path, report.line if report.source == "transcript" else report.line + line - 1)
