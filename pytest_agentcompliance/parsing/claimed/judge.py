"""What is claimed of checks, held against the runs that are known of: each way in which the two disagree."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Literal

from pytest_agentcompliance.parsing.claimed import covers, ran, words
from pytest_agentcompliance.parsing.claimed.ran import Ran
from pytest_agentcompliance.parsing.work import Check
from pytest_agentcompliance.place import Place

CHECKS: dict[Check, str] = {
    "tests": "tests", "type check": "type check", "lint": "lint", "build": "build", "schema": "schema check",
}  # fmt: skip
_ALL = re.compile(r"(?i)\b(?:all|every|full|whole|entire|complete|suite)\b")
_FULL = re.compile(r"(?i)\b(?:full|whole|entire|complete) (?:\w{1,16} ){0,2}?(?:test[- ]?suite|suite|tests|test run)\b")
_SENTENCE = re.compile(r"[.!?;](?:\s|$)")
_ONE_FILE = re.compile(r"(?i)[\w-]\.(?:test|spec)\.\w|\btest_\w+\.py|_test\.\w+\b|\b(?:related|relevant|new|these|those) ")
_NOTHING = re.compile(r"(?i)\b(?:0|no|zero) (?:\w{1,12} )?tests?\b|\bnone written\b|\bskipped\b")
QUOTED = 100  # characters of a claim that are shown


@dataclass(frozen=True, slots=True)
class Claim:
    """One thing that is said of a check. ``outcome``: what it says came of it; empty where it says only that it was run.

    ``files`` are those that its chunk lists; ``last``: nothing is claimed of this check after it, in the log or the report.
    ``excused``: what stands beside it says of a failure that it is known, or not this work's. ``general``: a sentence, and not a
    command that names what it runs.
    """

    check: Check
    text: str
    at: Place
    who: str  # the log, the report, the final message ...
    outcome: Literal["pass", "fail", ""] = "pass"
    count: int | None = None
    files: tuple[str, ...] = ()
    excused: bool = False
    last: bool = True
    command: str = ""  # where it is a command, and no sentence
    pasted: bool = False  # the output of a tool, which is true by itself where a run printed it

    def evidence(self, kind: str) -> str:
        """What makes a finding this one: its check, its kind and the words of the claim."""
        return f"{self.check} {kind}: {self.text}"

    @property
    def shown(self) -> str:
        one = " ".join(self.text.split())
        return f"{self.who} says {one[: QUOTED - 3] + '...' if len(one) > QUOTED else one!r}"


@dataclass(frozen=True, slots=True)
class Edit:
    """An edit of a file of the repository, where the transcript has it."""

    path: str
    at: Place
    number: int


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known to have run. ``whole``: no step is missing that could have run a check. ``blind`` is the last step behind
    which something else worked that is not shown; 0: none. ``opaque`` are checks that a command may have run without its name."""

    runs: tuple[Ran, ...] = ()
    proofs: tuple[Ran, ...] = ()
    edits: tuple[Edit, ...] = ()
    steps: int = 0
    transcript: bool = False
    proved: bool = False
    whole: bool = False
    blind: int = 0
    opaque: frozenset[Check] = frozenset()
    folders: frozenset[str] = frozenset()
    apart: bool = False  # no step writes a file of the change: of another run, it seems, or of its end alone

    def of(self, check: Check) -> list[Ran]:
        return sorted((one for one in self.runs if one.check == check), key=lambda one: one.number)

    def proofs_of(self, check: Check) -> list[Ran]:
        return sorted((one for one in self.proofs if one.check == check), key=lambda one: one.number)


@dataclass(frozen=True, slots=True)
class Found:
    """One disagreement over a check."""

    kind: Literal["never run", "failed", "edited since", "count", "not mentioned", "idle", "not proved", "done", "in part"]
    check: Check
    message: str
    at: Place
    evidence: str


@dataclass(slots=True)
class Judged:
    """The disagreements, and how many of the claims of what passed something bears out."""

    found: list[Found] = field(default_factory=list)
    claims: int = 0
    proved: int = 0
    trust: set[int] = field(default_factory=set)
    seen: int = 0
    accused: int = 0

    def why(self, known: Known) -> str:
        """How many claims something bears out, and at which level they stand."""
        levels = "/".join(f"L{one}" for one in sorted(self.trust))
        by = [f"{self.proved} borne out by proofs ({levels})"] if self.proved else []
        by += [f"{self.seen} by the transcript"] if self.seen else []
        told = f"{self.claims} claim{'s' * (self.claims != 1)} that a check passed" + (f": {', '.join(by)}" if by else "")
        rest = self.claims - self.proved - self.seen - self.accused
        if rest:
            told += f"; {rest} stand{'s' * (rest == 1)} at L0, the agent's word"
        if known.apart:
            told += "; no step of the transcript writes a file of the change: it bears out nothing, and accuses nobody"
        elif known.transcript and not known.whole:
            told += "; the transcript does not cover the whole run, so that what it lacks accuses nobody"
        return told

    def add(self, found: Found) -> None:
        if found.kind == "count" or all((one.kind, one.check) != (found.kind, found.check) for one in self.found):
            self.found.append(found)


def judge(claims: Sequence[Claim], known: Known, told: Callable[[Ran], bool]) -> Judged:
    """All disagreements. ``told``: whether a failed run is spoken of, or nothing is said of the work at all."""
    made = Judged()
    accused = set[Check]()
    shown = {" ".join(one.command.split()) for one in claims if one.outcome == "fail"}
    failing, of_one, of_all = _failing(known), _failing(known, strict=True), _failing(known, whole=True, strict=True)
    for claim in claims:
        if claim.outcome == "fail":
            continue
        made.claims += claim.outcome == "pass"
        against = of_all if _of_all(claim) else of_one
        if claim.command:  # what the log shows as failed itself is not held against another command
            against = [one for one in against if " ".join(one.command.split()) not in shown]
        found = list(_of(claim, known, against))
        kinds = {one.kind for one in found}
        for one in found[:1] if "failed" in kinds or "never run" in kinds else found:
            made.add(one)
            accused.add(claim.check)
        made.accused += bool(kinds) and claim.outcome == "pass"
        if not kinds and claim.outcome == "pass":
            _borne_out(claim, known, made)
    for run in failing:
        if run.check not in accused and run.started and not told(run):
            made.add(_hidden(run))
    return made


def unfounded(done: str, at: Place, who: str, known: Known, first_edit: int) -> Found | None:
    """That the work is said to be done, where a check failed after the first edit and none passed in the whole run."""
    after = [one for one in (*known.runs, *known.proofs) if one.number > first_edit]
    failing = [one for one in _failing(known) if one in after]
    if not failing or not known.whole or any(one.came != "fail" for one in after):
        return None
    last = failing[-1]
    shown = Claim(last.check, done, at, who).shown
    return Found(
        "done", last.check, f"{shown}; no check bears it out: each that was run failed, the {CHECKS[last.check]} last "
        f"at {last.at} ({last.why}: {last.shown})", at, f"{last.check} done: {done}",
    )  # fmt: skip


def with_last(claims: Sequence[Claim]) -> list[Claim]:
    """The claims, each with whether it is the last word on its check: those of the last text that has one, in their place."""
    last = {one.check: (one.who, one.files, one.at.path) for one in claims}
    return [replace(one, last=(one.who, one.files, one.at.path) == last[one.check]) for one in claims]


def _of_all(claim: Claim) -> bool:
    """Whether a sentence speaks of all tests, and not of those of one file."""
    return not claim.command and bool(_ALL.search(claim.text)) and not _ONE_FILE.search(claim.text)


def _failing(known: Known, *, whole: bool = False, strict: bool = False) -> list[Ran]:
    """The failed runs that nothing later makes good, as far as that can be told; proofs speak for themselves."""
    failed = [one for one in ran.standing(known.proofs, known.folders, whole=whole, strict=strict) if not _later(one, known)]
    if known.whole or known.blind:
        failed += [
            one
            for one in ran.standing(known.runs, known.folders, whole=whole, strict=strict)
            if one.number > known.blind and not _proved_since(one, known)
        ]
    return failed


def _later(failed: Ran, known: Known) -> bool:
    """Whether the transcript shows a passing run of what a proof says failed; either may be the later one."""
    return any(one.check == failed.check and one.came in ("pass", "unknown") and not one.strange for one in known.runs)


def _proved_since(failed: Ran, known: Known) -> bool:
    return any(one.check == failed.check and one.came == "pass" and not one.stale for one in known.proofs)


def _of(claim: Claim, known: Known, failing: Sequence[Ran]) -> Iterator[Found]:
    runs, proofs = known.of(claim.check), known.proofs_of(claim.check)
    name = CHECKS[claim.check]
    if not runs and not proofs:
        if known.transcript and known.whole and not known.blind and claim.check not in known.opaque:
            yield Found(
                "never run", claim.check, f"{claim.shown}; the transcript has {known.steps} steps, and none of them ran the {name}"
                + (", nor is there a proof of it" if known.proved else ""), claim.at, claim.evidence("never run"),
            )  # fmt: skip
        elif known.proved and not known.transcript and claim.outcome == "pass":
            yield Found(
                "not proved",
                claim.check,
                f"{claim.shown}; there are proofs, and none is of the {name}",
                claim.at,
                claim.evidence("not proved"),
            )
        return
    if claim.outcome != "pass" or (claim.pasted and _printed(claim, [*runs, *proofs])):
        return
    if failed := _failed(claim, runs, proofs, failing, known):
        yield Found(
            "failed",
            claim.check,
            f"{claim.shown}; {_which(failed, runs, proofs)} failed at {failed.at} ({failed.why}: {failed.shown})",
            claim.at,
            claim.evidence("failed"),
        )
        return
    yield from _in_part(claim, runs, proofs, known)
    if not _NOTHING.search(claim.text):
        yield from _idle(claim, runs, proofs, known)
    yield from _edited(claim, runs, proofs, known)
    yield from _counted(claim, known)


def _printed(claim: Claim, runs: Sequence[Ran]) -> bool:
    """Whether a run printed the numbers that the claim shows."""
    return any(work.passed == claim.count and not work.failing for one in runs for work in one.works)


def _which(failed: Ran, runs: Sequence[Ran], proofs: Sequence[Ran]) -> str:
    every = proofs if failed.trust else runs
    name = CHECKS[failed.check]
    if len(every) > 1 and all(one.came == "fail" for one in every):
        return f"all {len(every)} runs of the {name} failed; the last"
    if any(one.came == "pass" and one.number > failed.number for one in every):
        return f"since then only some of the {name} passed; the last run of all"
    return f"the last run of the {name}"


def _failed(claim: Claim, runs: Sequence[Ran], proofs: Sequence[Ran], failing: Sequence[Ran], known: Known) -> Ran | None:
    """The run that says otherwise: one that stands at the end, or any where none ever passed."""
    if claim.excused:
        return None
    stands = [one for one in failing if one.check == claim.check]
    if not stands:
        return None
    never = all(one.came == "fail" or one.strange for one in (*runs, *proofs))
    if not never and not claim.last:
        return None
    named = [one for one in stands if not _elsewhere(claim, one, known)]
    return named[-1] if named else None


def _elsewhere(claim: Claim, failed: Ran, known: Known) -> bool:
    """Whether a claim names a folder at the top of the repository, and the run that failed was in another."""
    said = {folder for folder in known.folders if folder.lower() in claim.text.lower()}
    here = covers.placed(failed.folder, known.folders).partition("/")[0]
    return bool(said) and bool(here) and here not in said


def _in_part(claim: Claim, runs: Sequence[Ran], proofs: Sequence[Ran], known: Known) -> Iterator[Found]:
    """That the full suite is said to pass, and each run left something out."""
    every = [*runs, *proofs]
    if claim.check != "tests" or claim.command or claim.excused or "tests" in known.opaque or not _in_full(claim.text):
        return
    if known.transcript and known.whole and not known.blind and all(one.narrow for one in every):
        last = every[-1]
        yield Found(
            "in part",
            claim.check,
            f"{claim.shown}; each run of the tests left something out, the last at {last.at} ({last.shown})",
            claim.at,
            claim.evidence("in part"),
        )


def _in_full(text: str) -> bool:
    """Whether a sentence of the text says that the full suite passed; another may say that it is to be run."""
    for part in _SENTENCE.split(text):
        found = _FULL.search(part)
        if found and not words.open_question(part[: found.start()]) and any(one[0] == "tests" for one in words.passes(part)):
            return True
    return False


def _idle(claim: Claim, runs: Sequence[Ran], proofs: Sequence[Ran], known: Known) -> Iterator[Found]:
    if claim.check != "tests" or (runs and not known.whole):
        return
    every = [*runs, *proofs]
    idle = [one for one in every if one.came == "idle"]
    if idle and all(one.came in ("idle", "fail") for one in every):
        one = idle[-1]
        yield Found(
            "idle",
            claim.check,
            f"{claim.shown}; the run at {one.at} ended well and did nothing: {one.why} ({one.shown})",
            claim.at,
            claim.evidence("idle"),
        )


def _edited(claim: Claim, runs: Sequence[Ran], proofs: Sequence[Ran], known: Known) -> Iterator[Found]:
    """Files that a passing run does not speak for any longer."""
    if claim.excused:
        return
    fresh = [one for one in proofs if one.came == "pass" and not one.stale]
    if fresh or any(one.came == "unknown" for one in proofs):
        return
    passing = [one for one in runs if one.came == "pass"]
    if runs and known.whole and passing:
        last = passing[-1]
        later = [one for one in runs if one.number > last.number and one.came != "fail"]
        edits = [] if later else [one for one in known.edits if one.number > last.number and _speaks(claim, last, one.path, known)]
        if edits and all(one.number > known.blind for one in edits):
            paths = list(dict.fromkeys(one.path for one in edits))
            were = "was" if len(paths) == 1 else "were"
            yield Found(
                "edited since",
                claim.check,
                f"{claim.shown}; the {CHECKS[claim.check]} last passed at {last.at} ({last.shown}), and {_some(paths)} "
                f"{were} edited after that, last at {edits[-1].at}",
                claim.at,
                claim.evidence("edited since"),
            )
        return
    if not runs and (stale := [one for one in proofs if one.came == "pass"]):
        last = stale[-1]
        paths = [path for path in last.stale if covers.is_code(path) and _speaks(claim, last, path, known)]
        if paths:
            yield Found(
                "edited since", claim.check, f"{claim.shown}; the proof at {last.at} ({last.shown}) is stale: {_some(paths)} "
                f"{'is' if len(paths) == 1 else 'are'} no longer what it was run over", claim.at, claim.evidence("edited since"),
            )  # fmt: skip


def _speaks(claim: Claim, run: Ran, path: str, known: Known) -> bool:
    """Whether a run speaks for a file, and the claim does: a chunk's only for the files that it lists."""
    own = not claim.files or any(path == one or path.endswith("/" + one) or one.endswith("/" + path) for one in claim.files)
    return own and covers.speaks_for(run.check, run.tool, run.folder, path, known.folders)


def _counted(claim: Claim, known: Known) -> Iterator[Found]:
    if claim.check != "tests" or claim.count is None or claim.excused:
        return
    if (known.runs and not known.whole) or known.blind or claim.check in known.opaque:
        return
    runs = [*known.of("tests"), *known.proofs_of("tests")]
    best = ran.most(runs)
    if best is None or claim.count <= best:
        return
    if any(str(claim.count) in one.text for one in runs):
        return
    last = next((one for one in reversed(runs) if one.works), None)
    if last is None:  # they failed, and counted nothing
        return
    yield Found(
        "count",
        claim.check,
        f"{claim.shown}; no output shows more than {best}: {last.works[-1].said}, at {last.at} ({last.shown})",
        claim.at,
        claim.evidence("count"),
    )


def _hidden(run: Ran) -> Found:
    what = "a proof" if run.trust else "the last run"
    return Found(
        "not mentioned",
        run.check,
        f"{what} of the {CHECKS[run.check]} failed ({run.why}: {run.shown}), and neither the log nor the report says so",
        run.at,
        f"{run.check} not mentioned {run.command}",
    )


def _borne_out(claim: Claim, known: Known, made: Judged) -> None:
    passing = [one for one in known.proofs_of(claim.check) if one.came == "pass" and not one.stale]
    if passing:
        made.proved += 1
        made.trust.add(max(one.trust for one in passing))
    elif not known.apart and any(one.came == "pass" for one in known.of(claim.check)):
        made.seen += 1


def _some(paths: Sequence[str]) -> str:
    return ", ".join(paths[:3]) + (f" and {len(paths) - 3} more" if len(paths) > 3 else "")
