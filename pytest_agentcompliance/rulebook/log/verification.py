import re
from collections.abc import Generator, Iterable, Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, ChunkLog, Tree
from pytest_agentcompliance.parsing.defaults import CODE, EXEMPT, SCRIPTS
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.log_pieces import Piece
    from pytest_agentcompliance.parsing.packages import Package
    from pytest_agentcompliance.parsing.verifications import Shown

_CART = {
    "api/package.json": '{"name": "@shop/api", "scripts": {"check-types": "tsc --noEmit", "build": "tsc -p ."}}',
    "api/tsconfig.json": "{}",
    "web/package.json": '{"name": "@shop/web", "scripts": {"check-types": "tsc --noEmit", "build": "vite build"}}',
}
_API = _CART | {"api/cart.ts": "export const cart = 1\n"}
_BOTH = _API | {"web/cart.ts": "export const cart = 1\n"}
_MASKED = re.compile(r"(?:\|\||;)\s*(?:true|:|exit 0)\s*\)?\s*$")


def _log(*commands: str, files: str = "api/cart.ts", number: int = 1) -> str:
    listed = "".join(f"  - {path}\n" for path in files.split())
    return f"## Chunk {number} — cart\n- Files changed:\n{listed}- Commands run:\n" + "".join(f"  - {one}\n" for one in commands)


class Verification(Rule):
    """Each chunk shows a type check of every package whose code it changed.

    Why: a type error that is met in the chunk that made it is cheap. One check at the end of the run, or of
    another package, says nothing of the chunks before.

    Blind spots: whether the command really ran, and whether it passed, which is for ``log/verification-attempts``.
    What a script does that has the name of a type check. A check of some files of a package counts for all of it. A
    package without a script or a configuration for a type checker needs none, nor does JavaScript. Code that no chunk
    lists is for ``log/files-match-diff``. A log without chunks is judged as one chunk.
    """

    scripts: list[str] = Field(default=[*SCRIPTS], description="Names of scripts and tasks that type check.")
    builds: bool = Field(
        default=True,
        description="Whether a script of another name counts whose command in the manifest runs a type checker: build, with tsc.",
    )
    code: list[str] = Field(default=[*CODE], description="Globs of the files that a type checker reads.")
    exempt: list[str] = Field(default=[*EXEMPT], description="Globs of code that needs no type check: the configuration of tools.")

    remedy = Remedy(
        "fix", "Run the type check of each named package now, mend what it reports, and log the command and its outcome in a chunk."
    )
    examples = (
        Example(
            "A chunk of code without a type check is reported.",
            log=_log("`pnpm test` - PASS"),
            before=_CART,
            after=_API,
            finds=("BACKEND-LOG.md:1",),
        ),
        Example(
            "A check of another package is none of this one.",
            log=_log("`pnpm check-types --filter @shop/api` - PASS", files="api/cart.ts web/cart.ts"),
            before=_CART,
            after=_BOTH,
            finds=("BACKEND-LOG.md:1",),
        ),
        Example(
            "Two chunks with the same gap are one finding.",
            log=_log("None") + "\n" + _log("None", number=2),
            before=_CART,
            after=_API,
            finds=("BACKEND-LOG.md:1",),
        ),
        Example(
            "A type check at the end of the log was not run after each chunk.",
            before=_CART,
            after=_API | {"BACKEND-LOG.md": _log("None") + "\n## Verification\n- `pnpm --filter @shop/api check-types` - PASS\n"},
            finds=("BACKEND-LOG.md:1",),
        ),
        Example(
            "A type check that failed is shown; that it is mended is for log/verification-attempts.",
            log=_log("`pnpm check-types --filter @shop/api` - FAILED, error TS2322"),
            before=_CART,
            after=_API,
        ),
        Example(
            "A type check that does not say of which of two packages it is counts for neither.",
            log=_log("`pnpm exec tsc --noEmit` - PASS", files="api/cart.ts web/cart.ts"),
            before=_CART,
            after=_BOTH,
            finds=("BACKEND-LOG.md:1",),
        ),
        Example(
            "The command of the spec is kept.", log=_log("`pnpm check-types --filter @shop/api` - PASS"), before=_CART, after=_API
        ),
        Example(
            "A bare checker is of the chunk's only package.",
            log=_log("`pnpm exec tsc --noEmit` (in package dir) -> PASS"),
            before=_CART,
            after=_API,
        ),
        Example(
            "A build that runs the type checker counts, by what the manifest says.",
            log=_log("`pnpm --filter ./api build` - SUCCESS"),
            before=_CART,
            after=_API,
        ),
        Example(
            "One run over all packages counts for both.",
            log=_log("`pnpm -r check-types` ✓", files="api/cart.ts web/cart.ts"),
            before=_CART,
            after=_BOTH,
        ),
        Example(
            "A failure that the chunk or the next one passes is kept.",
            log=_log("`pnpm -F api check-types` - FAILED") + "\n" + _log("`cd api && npx tsc --noEmit` - PASS", number=2),
            before=_CART,
            after=_API,
        ),
        Example(
            "Requests, documents and configuration need no type check.",
            log=_log("None", files="__http__/cart.http api/README.md api/vitest.config.ts"),
            before=_CART,
            after=_CART
            | {"__http__/cart.http": "GET /\n", "api/README.md": "# Api\n", "api/vitest.config.ts": "export default {}\n"},
        ),
        Example(
            "A package with nothing to type check needs none.",
            log=_log("None", files="jobs/cart.ts"),
            after={"jobs/package.json": '{"name": "jobs"}', "jobs/cart.ts": "1\n"},
        ),
        Example(
            "A check without its outcome, or in words alone, is a matter of style.",
            log=_log("`pnpm check-types --filter=@shop/api`") + "\n" + _log("None\n- Notes: type check passed", number=2),
            before=_CART,
            after=_API,
            styles=("BACKEND-LOG.md:5", "BACKEND-LOG.md:12"),
        ),
    )

    def check(self, log: ChunkLog, changes: ChangeSet, tree: Tree) -> Generator[Finding, None, str]:
        from pytest_agentcompliance.parsing.log_pieces import Asked, pieces  # start-up time: when there is a log

        asked = Asked(self.scripts, self.code, self.exempt, self.builds)
        found, outside = pieces(log, changes.paths, tree.base.files, tree.head.files, asked)
        if not log.chunks and log.path not in tree.head.files:
            raise NotJudged("the log has no chunks, and its text is not in the tree at head")
        if found and not any(log.claims(new_only=True)) and any(matches(path, self.code) for path in changes.paths):
            raise NotJudged("the log lists no file, so it is not known which packages it worked on")
        yield from self._missing(log, found, outside)
        yield from self._unstated(log, found)
        return "\n".join(f"{piece.who}: {_all(piece.packages)}" for piece in found if piece.packages)

    def _missing(self, log: ChunkLog, found: "list[Piece]", outside: "list[Shown]") -> Iterator[Finding]:
        """Packages of which the same chunks show no check, as one finding."""
        lacking: dict[Package, list[Piece]] = {}
        for piece in found:
            for package in sorted(piece.packages, key=_name):
                if not piece.of(package):
                    lacking.setdefault(package, []).append(piece)
        gaps: dict[tuple[int, ...], set[Package]] = {}
        for package, where in lacking.items():
            gaps.setdefault(tuple(piece.line for piece in where), set()).add(package)
        for lines, gap in gaps.items():
            where = [piece for piece in found if piece.line in lines]
            numbers = ", ".join(piece.who.removeprefix("chunk ") for piece in where[:30]) + (" ..." if len(where) > 30 else "")
            who = ("chunks " if len(where) > 1 else "chunk ") + numbers if log.chunks else "the log"
            yield Finding(
                f"{who} {'show' if len(where) > 1 else 'shows'} no type check of {_all(gap)}{_note(gap, where, found, outside)}",
                Place(log.path, lines[0]),
                evidence=f"missing {_all(gap)} {numbers if log.chunks else 'the log'}",
            )

    def _unstated(self, log: ChunkLog, found: "list[Piece]") -> Iterator[Finding]:
        """Checks of which the log does not say what came, and those that it tells of without the command."""
        silent = [
            one
            for piece in found
            for package in piece.packages
            if not any(shown.outcome for shown in piece.of(package))
            for one in piece.of(package)[-1:]
        ]
        if silent:
            yield self._style(log, silent, "do not say what came of them", "does not say what came of it")
        worded = [
            one
            for piece in found
            for package in piece.packages
            if piece.of(package) and not any(shown.command for shown in piece.of(package))
            for one in piece.of(package)[-1:]
        ]
        if worded:
            yield self._style(log, worded, "are told in words, without the command", "is told in words, without the command")
        masked = [one for piece in found for one in piece.shown if one.covers and _MASKED.search(one.command)]
        if masked:
            yield self._style(log, masked, "throw their exit codes away", "throws its exit code away")

    def _style(self, log: ChunkLog, shown: "list[Shown]", many: str, one: str) -> Finding:
        count = len({check.line for check in shown})
        text = f"{count} type checks {many}" if count > 1 else f"a type check {one}"
        return Finding(text, Place(log.path, min(check.line for check in shown)), "style", one)


def _name(package: "Package") -> str:
    return package.name or package.folder or "the package at the root"


def _all(packages: "Iterable[Package]") -> str:
    return ", ".join(sorted(map(_name, packages)))


def _note(gap: "set[Package]", where: "list[Piece]", found: "list[Piece]", outside: "list[Shown]") -> str:
    """Where else a check stands that could be meant, and why it does not count."""
    if vague := next((one for piece in where for one in piece.shown if not one.placed), None):
        return f"; the one in line {vague.line} does not say of which package it is"
    later = [(piece.who, one) for piece in found if piece.line > where[-1].line for one in piece.shown if gap <= one.covers]
    if later:
        return f"; {later[0][0]} shows one in line {later[0][1].line}, which says nothing of what was before"
    if one := next((one for one in outside if gap <= one.covers), None):
        return f"; line {one.line} shows one outside the chunks, which says nothing of each chunk"
    return ""
