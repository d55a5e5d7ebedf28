import re
from collections.abc import Generator, Iterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from pydantic import Field

from pytest_agentcompliance.evidence import ChangeSet, Chunk, ChunkLog, Documents
from pytest_agentcompliance.evidence.log import Claim
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.claims import Match


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


_MANIFESTS = _words(
    "package.json pyproject.toml cargo.toml gemfile composer.json go.mod pipfile build.gradle pom.xml deno.json mix.exs"
    " pubspec.yaml flake.nix podfile package.swift pnpm-workspace.yaml"
)
_LOCKFILES = _words(
    "pnpm-lock.yaml package-lock.json npm-shrinkwrap.json yarn.lock bun.lock bun.lockb deno.lock poetry.lock uv.lock Pipfile.lock"
    " Cargo.lock Gemfile.lock composer.lock go.sum go.work.sum gradle.lockfile packages.lock.json mix.lock pubspec.lock flake.lock"
    " Podfile.lock Package.resolved"
)
_LOG = "## Chunk 1 — cart\n- Files changed:\n"


class FilesMatchDiff(Rule):
    """The log and the change name the same files: none left out, none invented.

    Why: the log is the proof of scope. A file that it leaves out was changed without a word; one that it
    invents makes the reviewer look for work that was not done.

    Blind spots: a folder or a glob that is claimed without its files accounts for everything below it, where it is more than
    a folder of the root. A file that
    the run changed and changed back is claimed and not in the change. That a claim is true is not seen,
    only that the file was changed. What another agent's log of the same story claims is accounted for.
    """

    exempt: list[str] = Field(
        default=[],
        description="Globs of the run's own documents: the log need not list them; where it does, they may have moved on.",
    )
    lockfiles: list[str] = Field(
        default=sorted(_LOCKFILES), description="Globs of lockfiles: exempt when the log claims a manifest that they follow from."
    )

    uncommitted: list[str] = Field(
        default=[".env", ".env.local", ".env.*.local"],
        description="Globs of files that are never committed: the log may list them, and the change cannot show them.",
    )

    own: list[str] = Field(
        default=[], description="Globs of files of this log's own side: no log of the other side accounts for them."
    )
    other_side: list[str] = Field(
        default=["FRONTEND-LOG.md", "PLAYWRIGHT-LOG.md"], description="Globs of the logs of agents that work on the other side."
    )

    remedy = Remedy(
        "fix", "Make the log tell what was done: list each changed file in a chunk; where a claim is wrong, say so in the next."
    )
    examples = (
        Example(
            "A changed file that no chunk lists is reported at the file.",
            log=_LOG + "  - api/cart.ts\n",
            after={"api/cart.ts": "1\n", "api/till.ts": "1\n"},
            finds=("api/till.ts",),
        ),
        Example(
            "A listed file that was not changed is reported at the line of the claim.",
            log=_LOG + "  - api/cart.ts\n  - api/till.ts (NEW)\n",
            after={"api/cart.ts": "1\n"},
            finds=("BACKEND-LOG.md:4",),
        ),
        Example(
            "A document of the story that has moved to another stage is no invention.",
            given={"exempt": ["**/*/S-1/**"]},
            log=_LOG + "  - api/cart.ts\n  - plans/shop/in-progress/S-1/_implementation/NOTES.md\n",
            after={"api/cart.ts": "1\n", "plans/shop/done/S-1/_implementation/NOTES.md": "1\n"},
        ),
        Example(
            "A file that nobody commits may be listed.",
            log=_LOG + "  - api/cart.ts\n  - api/.env.local\n",
            after={"api/cart.ts": "1\n"},
        ),
        Example(
            "A log that claims nothing is one finding.",
            log="# Log\n\nAll done.\n",
            after={"api/cart.ts": "1\n", "api/till.ts": "1\n", "api/tax.ts": "1\n"},
            finds=("BACKEND-LOG.md",),
        ),
        Example(
            "A file that is said to be unchanged and was changed is reported.",
            log=_LOG + "  - api/cart.ts\n  - api/till.ts (no changes)\n",
            after={"api/cart.ts": "1\n", "api/till.ts": "1\n"},
            finds=("api/till.ts",),
        ),
        Example("The same files on both sides are kept.", log=_LOG + "  - `api/cart.ts` (NEW)\n", after={"api/cart.ts": "1\n"}),
        Example(
            "A file that was only looked at is not invented.",
            log=_LOG + "  - api/cart.ts\n  - api/till.ts (already exists)\n",
            before={"api/till.ts": "1\n"},
            after={"api/cart.ts": "1\n", "api/till.ts": "1\n"},
        ),
        Example(
            "A path of the agent's own machine, or from the package, is a matter of style.",
            log=_LOG + "  - /home/agent/shop/api/src/cart.ts\n  - src/till.ts\n",
            after={"api/src/cart.ts": "1\n", "api/src/till.ts": "1\n"},
            styles=("BACKEND-LOG.md:3",),
        ),
        Example(
            "So is one of a file at the root, which the other paths tell.",
            log=_LOG + "  - /home/agent/shop/api/cart.ts\n  - /home/agent/shop/package.json\n",
            after={"api/cart.ts": "1\n", "package.json": "{}\n"},
            styles=("BACKEND-LOG.md:3",),
        ),
        Example(
            "A path that could be two is that of the package whose other files the chunk lists.",
            log=_LOG + "  - `api/cart/package.json`\n  - updated `src/index.ts`\n",
            after={"api/cart/package.json": "{}\n", "api/cart/src/index.ts": "1\n", "api/till/src/index.ts": "1\n"},
            finds=("api/till/src/index.ts",),
            styles=("BACKEND-LOG.md:4",),
        ),
        Example(
            "A folder covers what is below it; brackets in a path are no glob.",
            log=_LOG + "  - `api/seeds/` - sample data\n  - `api/carts/[id].ts`\n",
            after={"api/seeds/a.sql": "1\n", "api/carts/[id].ts": "1\n"},
        ),
        Example(
            "A folder whose files are listed covers these alone.",
            log=_LOG + "  - `api/seeds/`\n  - `api/seeds/a.sql`\n",
            after={"api/seeds/a.sql": "1\n", "api/seeds/b.sql": "1\n"},
            finds=("api/seeds/b.sql",),
        ),
        Example(
            "Either end of a rename accounts for both.",
            log=_LOG + "  - `api/basket.ts` - renamed\n",
            before={"api/cart.ts": "const cart = []\n"},
            after={"api/basket.ts": "const cart = []\n"},
        ),
        Example(
            "A lockfile follows its manifest.",
            log=_LOG + "  - package.json\n",
            after={"package.json": "{}\n", "pnpm-lock.yaml": "a: 1\n"},
        ),
        Example(
            "A file that another agent's log claims is accounted for; what that log invents is for its own audit.",
            log=_LOG + "  - api/cart.ts\n",
            after={
                "api/cart.ts": "1\n",
                "web/cart.tsx": "1\n",
                "FRONTEND-LOG.md": _LOG + "  - web/cart.tsx\n  - web/never.tsx\n",
            },
        ),
        Example(
            "The log of the other side accounts for no file of this side.",
            given={"own": ["api/**"]},
            log=_LOG + "  - api/cart.ts\n",
            after={"api/cart.ts": "1\n", "api/till.ts": "1\n", "FRONTEND-LOG.md": _LOG + "  - api/till.ts\n"},
            finds=("api/till.ts",),
        ),
        Example(
            "A folder at the root that has several parts accounts for none of them: it names no work.",
            log=_LOG + "  - `packages/`\n",
            after={"packages/cart/a.ts": "1\n", "packages/till/a.ts": "1\n"},
            finds=("packages/cart/a.ts", "packages/till/a.ts"),
        ),
        Example(
            "A log without chunks that names a file in passing is told to list it.",
            log="# Fix\n\nOne sum stood in `cart.ts` and `till.ts`. Both call the new one.\n\n## Files Created\n\n- `api/sum.ts`\n",
            after={"api/cart.ts": "1\n", "api/till.ts": "1\n", "api/sum.ts": "1\n"},
            styles=("api/cart.ts", "api/till.ts"),
        ),
        Example(
            "A log without chunks is read through its lists.",
            log="# Log\n\n## Files Modified\n\n| File | Change |\n|---|---|\n| `api/cart.ts` | added a route |\n",
            after={"api/cart.ts": "1\n"},
        ),
        Example(
            "What an old chunk claims is not looked for in this change.",
            log_before=_LOG + "  - api/cart.ts\n",
            log=_LOG + "  - api/cart.ts\n\n## Chunk 2 — till\n- Files changed:\n  - api/till.ts\n",
            after={"api/till.ts": "1\n"},
        ),
    )

    def check(self, log: ChunkLog, changes: ChangeSet, documents: Documents | None) -> Generator[Finding, None, str]:
        books, others, needed = self._opened(log, changes, documents)
        if not books.claims:
            if needed:
                yield Finding(
                    f"the log claims no file, and the run changed {len(needed)}: {_listed(needed)}",
                    Place(log.path),
                    evidence="none",
                )
            return ""
        passing = _in_passing(log, changes)
        for path in self._unlisted(needed, changes, books, others):
            yield self._unclaimed(path, books, passing.get(path))
        yield from self._invented(log, books)
        if books.inexact:
            first = min(books.inexact, key=lambda claim: claim.at.line or 0)
            count = len(books.inexact)
            yield Finding(
                f"{count} path{'s are' if count > 1 else ' is'} not written from the root of the repository: {first.path!r}",
                first.at,
                "style",
                "inexact",
            )
        told: dict[str, list[str]] = {}
        for change in changes:
            who = next((one.who(change.path) for one in (books, others) if one.accounts(change.path)), None)
            if who is not None:
                told.setdefault(who, []).append(change.path)
        return "\n".join(f"{who} accounts for {', '.join(names)}" for who, names in told.items())

    def needed(self, log: ChunkLog, changes: ChangeSet, documents: Documents | None) -> list[str]:
        """The changed files that a log has to list, whether it does or not."""
        return self._opened(log, changes, documents)[2]

    def unlisted(self, log: ChunkLog, changes: ChangeSet, documents: Documents | None) -> list[str]:
        """Those of them that neither the log nor another agent's accounts for."""
        books, others, needed = self._opened(log, changes, documents)
        return list(self._unlisted(needed, changes, books, others))

    def _opened(self, log: ChunkLog, changes: ChangeSet, documents: Documents | None) -> "tuple[_Books, _Books, list[str]]":
        from pytest_agentcompliance.parsing import claims  # start-up time: when there is a log

        paths = claims.known(changes.paths)
        books, others = _Books(), _Books()
        for other in documents.logs if documents is not None else ():
            name, index = other.path.rpartition("/")[2], paths
            if self.own and self.other_side and matches(other.path, self.other_side):
                index = claims.known(frozenset(path for path in changes.paths if not matches(path, self.own)))
            for _, claim in other.claims():
                others.enter(None, claim, index.find(claim.path), name)
        claimed = list(log.claims())
        meant = paths.together(claim.path for _, claim in claimed)
        for chunk, claim in claimed:
            books.enter(chunk, claim, meant[claim.path])
        logs = {log.path, *(other.path for other in documents.logs)} if documents is not None else {log.path}
        own = logs | changes.proofs
        return books, others, [change.path for change in changes if not self._exempt(change.path, own, books)]

    def _unlisted(self, needed: list[str], changes: ChangeSet, books: "_Books", others: "_Books") -> Iterator[str]:
        for path in needed:
            partner = changes.by_path[path].renamed_from or changes.by_path[path].renamed_to or path
            if not any(one.accounts(end) for one in (books, others) for end in (path, partner)):
                yield path

    def _exempt(self, path: str, logs: set[str], books: "_Books") -> bool:
        if path in logs or (self.exempt and matches(path, self.exempt)):
            return True
        return books.manifest and bool(self.lockfiles) and matches(path, self.lockfiles)

    def _unclaimed(self, path: str, books: "_Books", passing: Place | None) -> Finding:
        if path in books.looked_at:
            chunk, claim = books.looked_at[path]
            said = f" ({claim.status})" if claim.status else ""
            return Finding(
                f"{_by(chunk)} says that this file was not changed{said}, line {claim.at.line}; it was",
                Place(path),
                evidence="looked at",
            )
        if passing is not None:
            said = f"the log names this file in passing, line {passing.line}, and does not list it as changed"
            return Finding(said, Place(path), "style", "in passing")
        unclear = (
            f"; {books.unclear[path].path!r}, line {books.unclear[path].at.line}, could be this file or another"
            if path in books.unclear
            else ""
        )
        return Finding(f"the log does not list this file{unclear}", Place(path), evidence="unlisted")

    def _invented(self, log: ChunkLog, books: "_Books") -> Iterator[Finding]:
        told: set[str] = set()
        for chunk, claim, match in books.claims:
            new = chunk.new if chunk is not None else claim.new
            itself = (
                log.path == claim.path.lstrip("/") or log.path.endswith("/" + claim.path) or claim.path.endswith("/" + log.path)
            )
            # A story's folder moves from stage to stage: its documents stand in the log where they once lay.
            itself = itself or matches(claim.path.lstrip("/"), (*self.exempt, *self.uncommitted))
            if not claim.changed or match.how != "none" or not new or itself or claim.path in told:
                continue
            told.add(claim.path)
            yield Finding(
                f"{_by(chunk)} says that {claim.path!r} was changed; it is not in the change", claim.at, evidence=claim.path
            )


@dataclass(slots=True)
class _Books:
    """Which claim accounts for which changed file."""

    claims: list[tuple[Chunk | None, Claim, "Match"]] = field(default_factory=list)
    by_path: dict[str, dict[str, None]] = field(default_factory=dict)
    folders: list[tuple[Chunk | None, Claim, "Match"]] = field(default_factory=list)
    looked_at: dict[str, tuple[Chunk | None, Claim]] = field(default_factory=dict)
    unclear: dict[str, Claim] = field(default_factory=dict)
    inexact: list[Claim] = field(default_factory=list)
    manifest: bool = False
    name: str = "the log"
    _settled: bool = False

    def enter(self, chunk: Chunk | None, claim: Claim, match: "Match", name: str = "the log") -> None:
        """``name`` is that of the log, for what stands outside its chunks."""
        self.name = name
        self.claims.append((chunk, claim, match))
        if not claim.changed:
            self.looked_at.update((path, (chunk, claim)) for path in match.paths[:1])
            return
        self.manifest = self.manifest or claim.path.rsplit("/", 1)[-1].lower() in _MANIFESTS
        if match.how == "ambiguous":
            self.unclear.update((path, claim) for path in match.paths)
        elif len(match.paths) > 1 or match.how == "folder":
            self.folders.append((chunk, claim, match))
        else:
            self._account(chunk, match.paths)
        if match.how == "end":
            self.inexact.append(claim)

    def accounts(self, path: str) -> bool:
        self._settle()
        return path in self.by_path

    def who(self, path: str) -> str:
        return ", ".join(self.by_path[path])

    def _account(self, chunk: Chunk | None, paths: tuple[str, ...]) -> None:
        for path in paths:
            self.by_path.setdefault(path, {})[_by(chunk, self.name)] = None

    def _settle(self) -> None:
        """Decide what needs the other claims: folders whose files are listed beside them, ends that fit several paths."""
        if self._settled:
            return
        self._settled = True
        listed = {(_by(chunk), path) for chunk, _, match in self.claims if match.how in ("whole", "end") for path in match.paths}
        homes = {(chunk, folder) for chunk, path in listed for folder in _folders(path)}
        entered: dict[int, int] = {}
        for chunk, claim, match in self.folders:
            if _is_vague(claim.path, match.paths):
                continue
            times = entered[id(match.paths)] = entered.get(id(match.paths), 0) + 1
            if times <= 20 and (match.how == "glob" or not any((_by(chunk), path) in listed for path in match.paths)):
                self._account(chunk, match.paths)
        for chunk, claim, match in self.claims:
            if match.how == "ambiguous" and claim.changed:
                meant = [path for path in match.paths if (_by(chunk), path[: -len(claim.path)].rstrip("/")) in homes]
                if len(meant) == 1:
                    self._account(chunk, (meant[0],))
                    self.inexact.append(claim)


def _is_vague(claimed: str, paths: tuple[str, ...]) -> bool:
    """Whether a claim is a folder of the root, or a glob below one, that stands for files of several of its parts."""
    fixed = re.split(r"[*?\[{]", claimed.strip("/"), maxsplit=1)[0].rstrip("/")
    below = {path.removeprefix(f"{fixed}/").split("/")[0] for path in paths if path.startswith(f"{fixed}/") and path.count("/") > 1}
    return "/" not in fixed and len(below) > 1


def _in_passing(log: ChunkLog, changes: ChangeSet) -> dict[str, Place]:
    """The changed files that a log without chunks names somewhere, each by a name that no other changed file has."""
    if not log.named:
        return {}
    from pytest_agentcompliance.parsing import claims

    paths = claims.known(changes.paths)
    return {match.paths[0]: at for name, at in log.named for match in [paths.find(name)] if len(match.paths) == 1}


def _folders(path: str) -> Iterator[str]:
    return (path[:at] for at, char in enumerate(path) if char == "/")


def _by(chunk: Chunk | None, log: str = "the log") -> str:
    return f"chunk {chunk.number}" if chunk is not None else log


def _listed(paths: list[str]) -> str:
    return ", ".join(paths[:5]) + (f" and {len(paths) - 5} more" if len(paths) > 5 else "")
