"""What ``agent-compliance baseline`` writes: the findings that were known, without those that are gone, and new ones if asked."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from pytest_agentcompliance import baseline, engine
from pytest_agentcompliance import policy as law
from pytest_agentcompliance.baseline import Known
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.profile import Profile
from pytest_agentcompliance.reporters.text import Line, shown
from pytest_agentcompliance.verdict import BASELINE, INTEGRITY, Outcome, Verdict

JUDGED = frozenset({Outcome.KEPT, Outcome.BROKEN, Outcome.WAIVED})


@dataclass(frozen=True, slots=True)
class Renewal:
    """A baseline as it is to be. ``there`` None: there was no file. ``unjudged`` are lines of which this audit says nothing."""

    file: Path
    name: str
    there: tuple[Known, ...] | None
    added: tuple[Known, ...]
    gone: tuple[Known, ...]
    unjudged: tuple[Known, ...]
    new: tuple[Known, ...]  # found, and not added because nobody asked for it

    @property
    def known(self) -> tuple[Known, ...]:
        return tuple(sorted({*(self.there or ()), *self.added} - set(self.gone)))


def propose(options: "engine.Options", *, add: bool = False, step: Callable[[str], None] = lambda _: None) -> Renewal:
    """Judge the run, and hold the baseline of the work tree to what was found. Raises what an audit raises."""
    with engine.opened(options, step) as one:
        name = one.policy.baseline or law.BASELINE
        file = _file(one, name, options.policy)
        there = _read(file, name)
        verdicts: list[Verdict] = []
        for bound in one.bound:
            step(f"judging {bound.profile.name}")
            part = _part(bound.profile, lambda rule: not rule.startswith(INTEGRITY))
            verdicts += one.judged(part, one.gather(bound, part.reads)).verdicts
        found = {known for verdict in verdicts for known in _found(verdict)}
        missing = [known for known in there or () if known.fingerprint not in {one.fingerprint for one in found}]
        judged, _ = _judged(verdicts)
        asked = [known for known in missing if known.rule in judged]
        gone = _gone(one, asked, step) if asked else set()
    known = {one.fingerprint for one in there or ()}
    new = tuple(sorted(one for one in found if one.fingerprint not in known))
    added = new if add or there is None else ()
    unjudged = tuple(one for one in missing if one.rule not in judged)
    return Renewal(file, name, there, added, tuple(sorted(gone)), unjudged, () if added else new)


def write(renewal: Renewal) -> None:
    """Write the file, and beside it what lets git merge it, where they are not so already. Raises ``UsageError``."""
    file, data = renewal.file, baseline.text(renewal.known).encode()
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        if renewal.there is None or file.read_bytes() != data:
            file.write_bytes(data)
        beside = file.with_name(".gitattributes")
        if beside.is_symlink():
            return
        there = beside.read_text("utf-8", errors="surrogateescape") if beside.is_file() else None
        if (text := baseline.attributes(file.name, there)) is not None:
            beside.write_text(text, "utf-8", errors="surrogateescape")
    except OSError as wrong:
        raise UsageError(f"{wrong.filename or file}: {wrong.strerror}") from wrong


def lines(renewal: Renewal) -> Iterator[Line]:
    """What was done, a line for each finding that came or went, the count last."""
    yield from (("yellow", f"added: {_said(one)}") for one in renewal.added)
    yield from (("green", f"gone: {_said(one)}") for one in renewal.gone)
    yield from (("", f"new, and not added: {_said(one)}") for one in renewal.new)
    if renewal.new:
        yield "", "new findings are to be mended; 'agent-compliance baseline --add' puts them into the baseline"
    if renewal.unjudged:
        rules = ", ".join(sorted({one.rule for one in renewal.unjudged}))
        yield "", f"kept, and not judged here: {len(renewal.unjudged)} of {shown(rules)}"
    count = len(renewal.known)
    yield "bold", (
        f"{shown(renewal.name)}: {count} finding{'' if count == 1 else 's'} "
        f"({len(renewal.added)} added, {len(renewal.gone)} gone)"
    )
    if renewal.added:
        yield "", "an audit excuses them once its merge base has this file: have it reviewed, and merged before the run"


def _said(one: Known) -> str:
    return shown(f"{one.fingerprint} {one.rule} {one.path}".rstrip())


def _file(one: "engine.Opened", name: str, passed: Path | None) -> Path:
    """Where the baseline lies on the disk: in the work tree, or beside a policy outside of it that names it."""
    root = one.repository.root
    if root is None:
        raise UsageError("a bare repository has no work tree in which a baseline could lie; run it in a clone")
    beside = passed is not None and one.policy.baseline and not passed.resolve().is_relative_to(root.resolve())
    folder = passed.parent if passed is not None and beside else root
    # A link in the audited tree must not lead the pen elsewhere.
    if (folder / name).resolve() != folder.resolve() / name:
        raise UsageError(f"{name}: a link leads out of its place; it must be a regular file in a folder of its own")
    return folder / name


def _read(file: Path, name: str) -> tuple[Known, ...] | None:
    if file.exists() and not file.is_file():
        raise UsageError(f"{name}: it is no regular file; it must be one")
    try:
        return baseline.parse(file.read_bytes(), name) if file.exists() else None
    except OSError as wrong:
        raise UsageError(f"{file}: {wrong.strerror}") from wrong


def _part(profile: Profile, wanted: Callable[[str], bool]) -> Profile:
    kept = [replace(clause, rules=tuple(one for one in clause.rules if wanted(one.name))) for clause in profile.clauses]
    return replace(profile, clauses=tuple(clause for clause in kept if clause.rules))


def _found(verdict: Verdict) -> Iterator[Known]:
    """The breaches of a verdict that no waiver excuses."""
    known = [one for one in verdict.excused if one.excuse == BASELINE]
    for one in (*(one for one in verdict.findings if one.level == "breach"), *known):
        yield Known(one.fingerprint, verdict.rule, one.at.path if one.at else "")


def _judged(verdicts: Collection[Verdict]) -> tuple[frozenset[str], frozenset[str]]:
    """The rules that were judged in every clause that has them, and those that were not."""
    open_ones = frozenset(one.rule for one in verdicts if one.outcome not in JUDGED or one.undecided)
    return frozenset(one.rule for one in verdicts) - open_ones, open_ones


def _gone(one: "engine.Opened", missing: Collection[Known], step: Callable[[str], None]) -> set[Known]:
    """Those that nothing holds any more: this change does not, and nor does the whole of their files.

    A change shows only what it touches: what a file held before it is looked for in a run in which these files are new.
    """
    step("looking for what is gone")
    rules, paths = {known.rule for known in missing}, {known.path for known in missing}
    bare = replace(one, policy=replace(one.policy, waivers=(), known=frozenset()))
    verdicts: list[Verdict] = []
    for bound in bare.bound:
        part = _part(bound.profile, lambda rule: rule in rules)
        verdicts += bare.judged(part, bare.anew(bound.wanted, part.reads, paths)).verdicts
    still = {known.fingerprint for verdict in verdicts for known in _found(verdict)}
    judged, _ = _judged(verdicts)
    return {known for known in missing if known.rule in judged and known.fingerprint not in still}
