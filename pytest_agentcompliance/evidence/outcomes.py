"""What came of each check that was run: as proofs say it, or the commands of a transcript, in order."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from fnmatch import fnmatchcase

from pytest_agentcompliance.evidence.proofs import Proof, Proofs
from pytest_agentcompliance.evidence.transcript import Transcript
from pytest_agentcompliance.parsing.proofs.checks import Done, done
from pytest_agentcompliance.parsing.work import Check, Work
from pytest_agentcompliance.place import Place

_PROSE = (".md", ".mdx", ".markdown", ".txt", ".rst", ".adoc", ".log")
_MOST = 300  # runs of one check that are held against one another
_DELEGATES = frozenset(("task", "agent", "dispatch_agent", "delegate", "spawn_agent"))


@dataclass(frozen=True, slots=True)
class Outcome:
    """One run of a command. ``tree`` names the state of the files that it ran on; ``number`` is its place in the order.

    ``green`` says that it ended well as a whole; None where nobody says. ``fresh``: it speaks for the end of the run.
    """

    at: Place
    line: str
    name: str
    number: int
    tree: str
    dones: tuple[Done, ...]
    green: bool | None
    fresh: bool = True
    untouched: bool = False  # nothing of the run's work was there yet
    proof: bool = False

    def is_made_by(self, globs: tuple[str, ...]) -> bool:
        return any(fnmatchcase(self.line, glob) for glob in globs)


def of_proofs(proofs: Proofs | None, paper: str = "") -> list[Outcome]:
    """The proofs that count, as outcomes. Prose that was written since, and ``paper``, leave them what they were."""
    return [
        Outcome(
            one.at, one.line, one.name, one.sequence, one.tree or str(one.at), tuple(_dones(one)), one.green,
            one.freshness != "stale" or (bool(one.differs) and all(_is_prose(path, paper) for path in one.differs)), one.untouched,
            proof=True,
        )
        for one in (proofs.proofs if proofs is not None else ())
    ]  # fmt: skip


def of_transcript(transcript: Transcript | None, until: int = 0) -> list[Outcome]:
    """The commands before the step ``until`` (0: all), each on the files that the edits before it left."""
    if transcript is None or transcript.problem:
        return []
    found: list[Outcome] = []
    edits = 0
    for step in transcript.of("command", "edit"):
        if step.result == "refused" or (until and step.number > until):
            continue
        if step.kind == "edit":
            edits += step.result != "fail" and not _is_prose(step.path)
            continue
        well = None if step.background or not step.result else step.result == "pass"
        how = f"it ended with exit code {step.exit_code}" if step.exit_code else ""
        each = done(step.text, step.folder, step.work, well=well, how=how)
        said = () if step.background else tuple(_told(_built(each, step.text, well, how), step.work))
        found.append(Outcome(step.at, step.text, "", step.number, str(edits), said, well))
    return found


def last(ran: list[Outcome], check: Check) -> list[tuple[Outcome, Done]]:
    """The last word on a check of each tool, folder and package: what no later run speaks for as well.

    The same line, run again and ended well, speaks for all that failed in it: a checker may be silent where all is well.
    """
    said = [(one, each) for one in ran for each in one.dones if each.check == check][-_MOST:]
    green = {one.line: one.number for one in ran if one.green}
    return [
        (one, each)
        for at, (one, each) in enumerate(said)
        if not (each.state == "failed" and green.get(one.line, 0) > one.number)
        and not any(_speaks(*later, each) for later in said[at + 1 :])
    ]


def reds(ran: list[Outcome]) -> Iterator[tuple[Outcome, Done]]:
    """The checks that failed, whole ones alone: one test that fails while it is being written is no round of checks.

    What failed before anything was done is none either.
    """
    return ((one, each) for one in ran if not one.untouched for each in one.dones if each.state == "failed" and not each.part)


def hides(transcript: Transcript, after: int) -> bool:
    """Whether steps behind this one may be missing: gaps, or other agents whose steps are not there."""
    if not transcript.complete and not transcript.gaps:
        return True
    if any(gap >= after for gap in transcript.gaps):
        return True
    calls = [one for one in transcript.of("call") if one.text.rpartition(".")[2].lower() in _DELEGATES and one.result != "refused"]
    behind = [one for one in calls if one.number >= after]
    return bool(behind) and len({one.agent for one in transcript.steps if one.agent}) < len(calls)


def _is_prose(path: str, paper: str = "") -> bool:
    return path.lower().endswith(_PROSE) or path == paper


def _dones(proof: Proof) -> Iterator[Done]:
    well = proof.ended == "exit" and proof.exit_code == 0
    if proof.ended == "not started" or proof.exit_code is None:
        return  # what was never run failed nothing
    each = done(proof.line, proof.folder, proof.work, well=well, how=_how(proof))
    yield from _told(_built(each, proof.line, well, _how(proof)), proof.work)


def _built(dones: Iterable[Done], line: str, well: bool | None, how: str) -> Iterator[Done]:
    """A build that a type checker broke off is a failed build as well."""
    said = list(dones)
    yield from said
    if well is not False or not said or any(one.check == "build" for one in said):
        return
    from pytest_agentcompliance.parsing.work.commands import runs

    if {one.check for one in runs(line)} == {"build"}:
        failed = next((one for one in said if one.state == "failed" and not one.part), None)
        if failed is not None:
            yield replace(failed, check="build", tools=frozenset(), why=failed.why or how, unsure=True)


def _told(dones: Iterable[Done], work: Iterable[Work]) -> Iterator[Done]:
    """A line that ends well whatever becomes of the check (``npm test | tail``) passed where its tool says so."""
    said = list(work)
    for one in dones:
        mine = [each for each in said if each.check == one.check]
        good = bool(mine) and all(not each.failing and not each.idle for each in mine)
        counted = any(each.passed or each.errors == 0 for each in mine)
        yield replace(one, state="passed", why="") if one.state == "nothing" and good and counted else one


def _how(proof: Proof) -> str:
    if proof.ended == "timeout":
        return f"it was ended after {proof.seconds:.0f} seconds"
    if proof.exit_code is not None and proof.exit_code < 0:
        return f"it was ended by signal {-proof.exit_code}"
    return f"it ended with exit code {proof.exit_code}"


def _speaks(run: Outcome, later: Done, one: Done) -> bool:
    """Whether a later run takes the place of an earlier one. A step whose end nobody saw may have made a failure good."""
    unseen = later.state == "nothing" and one.state == "failed" and run.green is not False and not run.proof
    if not later.mends(one) or (later.state == "nothing" and not unseen):
        return False
    return one.state == "failed" or not later.part or bool(one.part)
