from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.evidence import ChangeSet, ChunkLog, Documents, Tree
from pytest_agentcompliance.parsing.defaults import CODE, EXEMPT, SCRIPTS
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy

if TYPE_CHECKING:
    from pytest_agentcompliance.parsing.log_pieces import Piece
    from pytest_agentcompliance.parsing.verifications import Shown

_CART = {
    "api/package.json": '{"name": "@shop/api", "scripts": {"check-types": "tsc --noEmit"}}',
    "api/tsconfig.json": "{}",
    "api/cart.ts": "export const cart = 1\n",
}
_FAILED = "`pnpm check-types --filter @shop/api` - FAILED, error TS2322"
_PASSED = "`pnpm check-types --filter @shop/api` - PASS"


def _log(*commands: str, notes: str = "None", number: int = 1) -> str:
    ran = "".join(f"  - {one}\n" for one in commands)
    return f"## Chunk {number} — cart\n- Files changed:\n  - api/cart.ts\n- Commands run:\n{ran}- Notes / Risks: {notes}\n"


class VerificationAttempts(Rule):
    """A type check that fails is mended within the attempts allowed, or the run is blocked and stops.

    Why: an agent that goes on trying spends its context on one error, and one that goes on without mending it builds
    on code that does not hold.

    Blind spots: attempts that the log does not tell of. Failures that the log says were there before the run are
    shown as style and not judged. In a log without chunks attempts are not counted, only whether the last check passed.
    A blocker is not read for what it is about.
    """

    attempts: int = Field(default=2, ge=1, description="How many failed type checks one chunk may show.")
    scripts: list[str] = Field(default=[*SCRIPTS], description="Names of scripts and tasks that type check.")
    builds: bool = Field(
        default=True,
        description="Whether a script of another name counts whose command in the manifest runs a type checker: build, with tsc.",
    )

    remedy = Remedy(
        "fix",
        "Mend the type errors and log a type check that passes. After the attempts allowed, write BLOCKERS.md,"
        " end the log with 'BLOCKED: <reason>' and stop.",
    )
    examples = (
        Example(
            "A failure that is neither fixed nor blocked is reported.",
            log=_log(_FAILED),
            after=_CART,
            finds=("BACKEND-LOG.md:5",),
        ),
        Example(
            "A third failed attempt is reported, though the fourth passes.",
            log=_log(_FAILED, _FAILED, _FAILED, _PASSED),
            after=_CART,
            finds=("BACKEND-LOG.md:7",),
        ),
        Example(
            "Attempts are counted in words too.",
            log=_log("None", notes="type check attempt 3 still failing with TS2345"),
            after=_CART,
            finds=("BACKEND-LOG.md:6",),
        ),
        Example(
            "Type errors that the notes tell of and nobody mends are reported.",
            log=_log("None", notes="src/cart.ts(3,5): error TS2322: Type 'string' is not assignable to type 'number'"),
            after=_CART,
            finds=("BACKEND-LOG.md:6",),
        ),
        Example(
            "A BLOCKERS.md that says there is none blocks nothing.",
            log=_log(_FAILED),
            after=_CART | {"BLOCKERS.md": "# Blockers\n\nNo blockers.\n"},
            finds=("BACKEND-LOG.md:5",),
        ),
        Example("One failure, and then a pass, is kept.", log=_log(_FAILED, _PASSED), after=_CART),
        Example("Two failures, and then a pass, are kept.", log=_log(_FAILED, _FAILED, _PASSED), after=_CART),
        Example("The chunk after it may mend it.", log=_log(_FAILED) + "\n" + _log(_PASSED, number=2), after=_CART),
        Example(
            "A run that blocks and stops is kept.",
            log=_log(_FAILED, _FAILED, _FAILED) + "\nBLOCKED: the types of the library do not fit\n",
            after=_CART,
        ),
        Example(
            "A blocker that is written down is kept.",
            log=_log(_FAILED, _FAILED, _FAILED),
            after=_CART | {"BLOCKERS.md": "# Blocked\n\nThe types of the library do not fit: error TS2345.\n"},
        ),
        Example(
            "Tests that fail, errors that were mended, and attempts of the product are none.",
            log=_log("`pnpm test` - 2 FAILED", notes="fixed the type errors; the client gives up after attempt 3"),
            after=_CART,
        ),
        Example(
            "Errors that are said to be older are a matter of style.",
            log=_log("`pnpm check-types --filter @shop/api` (pre-existing errors, no new errors)"),
            after=_CART,
            styles=("BACKEND-LOG.md:5",),
        ),
    )

    def check(self, log: ChunkLog, changes: ChangeSet, tree: Tree, documents: Documents | None) -> Generator[Finding, None, None]:
        from pytest_agentcompliance.parsing.log_pieces import Asked, pieces  # start-up time: when there is a log

        if not log.chunks and log.path not in tree.head.files:
            raise NotJudged("the log has no chunks, and its text is not in the tree at head")
        asked = Asked(self.scripts, CODE, EXEMPT, self.builds)
        found, _ = pieces(log, changes.paths, tree.base.files, tree.head.files, asked)
        blocked = _blocker(log, changes, documents)
        worded: list[tuple[Piece, int]] = []
        for piece, following in zip(found, [*found, None][1:], strict=True):
            stops = blocked or any(one.kind == "blocked" and (one.at.line or 0) > piece.line for one in log.signals)
            over = list(self._counted(log, piece)) if log.chunks and not stops else []
            if over:
                yield from over
                continue
            failed = _standing(piece, following)
            if isinstance(failed, int):
                worded += [(piece, failed)] if not stops else []
            elif failed and not stops:
                yield Finding(
                    f"the type check that failed under {piece.who} is neither passed by a later one nor blocked",
                    Place(log.path, failed.line),
                    evidence=f"unmended {piece.who}",
                )
        if worded:
            who = ", ".join(piece.who.removeprefix("chunk ") for piece, _ in worded[:30]) if log.chunks else "the log"
            tells = f"chunks {who} tell" if len(worded) > 1 else f"chunk {who} tells" if log.chunks else f"{who} tells"
            yield Finding(
                f"{tells} of type errors that no later type check passes, and the run is not blocked",
                Place(log.path, worded[0][1]),
                evidence=f"unmended {who}",
            )
        older = [one for piece in found for one in piece.shown if one.outcome == "older"]
        if older:
            yield Finding(
                "a type check failed for errors that the log says were there before; look whether they were",
                Place(log.path, older[0].line), "style", "older",
            )  # fmt: skip

    def _counted(self, log: ChunkLog, piece: "Piece") -> Iterator[Finding]:
        from pytest_agentcompliance.parsing.type_check_words import attempts

        ran = [one.line for one in piece.shown if one.command and one.outcome == "fail"]
        told, line = attempts(piece.text)
        count = max(len(ran), told)
        if count > self.attempts:
            at = ran[self.attempts] if len(ran) > self.attempts else piece.line + line
            yield Finding(
                f"{piece.who} shows {count} failed attempts at its type check; after {self.attempts} the run is blocked and stops",
                Place(log.path, at),
                evidence=f"attempts {piece.who}",
            )


def _standing(piece: "Piece", following: "Piece | None") -> "Shown | int | None":
    """The failed check of a piece that none passes, there or in the next piece; the line of words that tell of one."""
    from pytest_agentcompliance.parsing.type_check_words import troubles

    after = [one for one in following.shown if one.outcome in ("pass", "older")] if following else []
    passed = {one.covers for one in after}
    for one in reversed(piece.shown):
        if one.outcome in ("pass", "older"):
            passed.add(one.covers)
        elif one.outcome == "fail" and not any(not one.covers or not covers or one.covers <= covers for covers in passed):
            return one
    if any(one.outcome in ("pass", "older") for one in piece.shown):
        return None
    lines = troubles(piece.text)
    return piece.line + lines[0] if lines and not after else None


def _blocker(log: ChunkLog, changes: ChangeSet, documents: Documents | None) -> bool:
    """Whether the run wrote down a blocker, be it resolved by now; a file that says that there is none is none."""
    from pytest_agentcompliance.parsing import blockers

    written = {one.path: one for one in (documents.head("blockers") if documents else ()) if one.path in changes.paths}
    return any(blockers.read(written[path].text()).entries for path in blockers.of_the_run(written, log.path))
