"""All the evidence that the verdicts of an audit rest on, in one file; and the audit again out of that file alone."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path
from typing import Any, Literal

from pytest_agentcompliance import engine
from pytest_agentcompliance.audit import without_secrets
from pytest_agentcompliance.bundle import archive, codec, formed, law
from pytest_agentcompliance.bundle.masking import Masks, masked, texts
from pytest_agentcompliance.bundle.recorder import Memory, Recorded
from pytest_agentcompliance.bundle.seal import FORMAT, Manifest, Seal, checked, differing, digest, hold, sealed_by
from pytest_agentcompliance.bundle.stored import Replayed, Store
from pytest_agentcompliance.bundle.tape import CarriedVerdict, ChangeTape, Law, Outcome, Tape
from pytest_agentcompliance.errors import AgentComplianceError, EvidenceError, UsageError
from pytest_agentcompliance.reporters import json
from pytest_agentcompliance.reporters.account import Account
from pytest_agentcompliance.sources.blobs import object_id
from pytest_agentcompliance.verdict import Audit, Verdict

WHY = {
    "": "",
    "masked": "because of text that is masked in it",
    "unsure": "because a second judgement came out otherwise, though nothing of the evidence is masked (please report it)",
}
ROUNDS = 4  # in which what the masked evidence makes a rule ask for is added
NOTHING: Callable[[str], None] = lambda _: None  # noqa: E731 - a default that is named once


@dataclass(frozen=True, slots=True)
class Replay:
    """An audit out of a bundle, or into one. ``said`` is to be told to who asked for it.

    ``lost``: the audit was made, and the bundle could not be.
    """

    account: Account
    said: tuple[str, ...] = ()
    lost: bool = False


def write(options: engine.Options, file: Path, step: Callable[[str], None] = NOTHING) -> Replay:
    """Make the audit, and write what it rests on into a file. Raises as ``engine.audit`` does.

    Where the audit is made and the bundle cannot be, the verdict stands, and what is said says why there is no bundle.
    """
    with engine.opened(options, step) as one:
        engine.warm(one.ends.changes)
        case = Recorded.of(one)
        account = engine.shown(one, engine.judged(case, step), step)
        try:
            return Replay(account, tuple(_said(_written(case, account, file, step))))
        except Exception as wrong:
            known = wrong.strerror if isinstance(wrong, OSError) else str(wrong) if isinstance(wrong, AgentComplianceError) else ""
            why = known or f"it could not be made: {type(wrong).__name__}: {without_secrets(str(wrong)[:300])}; please report it"
            return Replay(account, (f"--bundle {file}: {why}",), lost=True)


def _written(case: Recorded, account: Account, file: Path, step: Callable[[str], None]) -> Manifest:
    taken = law.taken(case)
    for _ in range(ROUNDS):
        step("masking secrets")
        members, hidden = _members(case.memory, taken, account.audit)
        step("judging the bundle once more")
        outcome, silent = _outcome(account, members)
        # A rule that finds its secret masked may go on and ask what it did not ask for before.
        if not silent or not case.learnt(silent):
            break
    members["outcome.json"] = codec.dumps(outcome, Outcome)
    members["audit.json"] = json.dumps(account.audit).encode()
    names = [rule.name for one in taken.profiles for clause in one.clauses for rule in clause.rules if rule.built]
    digests = {name: digest(data) for name, data in sorted(members.items())}
    manifest = Manifest(FORMAT, sealed_by(names), digests, tuple(sorted(hidden)), *_carried(outcome, masked=bool(hidden)))
    whole = {**members, "manifest.json": codec.dumps(manifest, Manifest)}
    whole["digest"] = digest(whole["manifest.json"]).encode()
    data = archive.packed(whole, file.name)
    if archive.members(data) != whole:
        raise EvidenceError("the bundle could not be read again, and was not written")
    file.write_bytes(data)
    return manifest


def read(file: Path, step: Callable[[str], None] = NOTHING) -> Replay:
    """The audit again. Raises ``UsageError`` for the bundle of another version, ``EvidenceError`` for one that is damaged."""
    step("reading the bundle")
    members = archive.read(file)
    manifest = _manifest(members.pop("manifest.json", None), members.pop("digest", b""))
    hold(manifest.made_by)
    checked(manifest, members)
    for name, data in members.items():
        kind, _, oid = name.partition("/")
        if kind == "blobs" and name not in manifest.masked and object_id(data, "blob", len(oid)) != oid:
            raise EvidenceError(f"the bundle is damaged: {name} has not the content that its id says")
    outcome: Outcome = codec.loads(_part(members, "outcome.json"), Outcome, "outcome.json")
    formed.hold(outcome)
    if (manifest.carried, manifest.why_carried) != _carried(outcome, masked=bool(manifest.masked)):
        raise EvidenceError("the bundle is damaged: it does not carry the verdicts that its manifest names")
    whole = _overlaid(_judged(members, step), outcome)
    formed.hold_audit(whole)
    if json.dumps(whole).encode() != _part(members, "audit.json"):
        raise EvidenceError(_disagreement(whole, _part(members, "audit.json"), manifest.made_by))
    return Replay(engine.introduced(replace(outcome.account, audit=whole)), tuple(_said(manifest)))


def _manifest(data: bytes | None, known: bytes) -> Manifest:
    if data is None:
        raise EvidenceError("this is no bundle of ours: it has no manifest.json")
    if digest(data).encode() != known:
        raise EvidenceError("the bundle is damaged: manifest.json does not have the digest that stands beside it")
    found = codec.untyped(data, "manifest.json")
    if isinstance(found, dict) and type(found.get("format")) is int and found["format"] != FORMAT:
        raise UsageError(f"the bundle has format {found['format']}; this version of agent-compliance reads format {FORMAT}")
    made: Manifest = codec.typed(found, Manifest, "manifest.json")
    return made


def _part(members: Mapping[str, bytes], name: str) -> bytes:
    if name not in members:
        raise EvidenceError(f"the bundle is damaged: it has no {name}")
    return members[name]


def _said(manifest: Manifest) -> Iterator[str]:
    if manifest.carried:
        names, why = ", ".join(manifest.carried), WHY[manifest.why_carried]
        some = "one part of the audit is" if len(manifest.carried) == 1 else f"{len(manifest.carried)} parts of the audit are"
        yield f"{some} in the bundle as made, and not judged anew, {why}: {names}"


def _carried(outcome: Outcome, *, masked: bool) -> tuple[tuple[str, ...], Literal["", "masked", "unsure"]]:
    """What a bundle names as taken as it was made, and why it is."""
    names = [one.verdict.name for one in outcome.carried]
    facts = {"what was read": outcome.meter, "the notes": outcome.notes, "what could not be read": outcome.unaudited}
    names += [name for name, value in facts.items() if value is not None]
    return tuple(names), ("masked" if masked else "unsure") if names else ""


# The members


def _members(memory: Memory, taken: Law, made: Audit) -> tuple[dict[str, bytes], set[str]]:
    """All evidence, masked; and the names of the members in which something is masked."""
    plain: dict[str, Any] = {"law.json": codec.plain(taken, Law), "asked.json": codec.plain(memory.tape(), Tape)}
    raw: dict[str, bytes] = {f"blobs/{oid}": data for oid, data in memory.blobs.items()}
    paths = {made.base, made.merge_base, made.head, made.policy.source, made.policy.digest}  # every format shows these
    for one in memory.changes:
        taped = one.tape()
        paths.update(file.path for file in taped.files)
        plain[f"changes/{one.number}.json"] = codec.plain(taped, ChangeTape)
    raw |= {f"patches/{number}": stream for stream, number in memory.patches.items()}
    for side in memory.sides:
        paths.update(path for path, _, _ in side.tape().files or ())
    masks = Masks(frozenset(paths))
    for kind, values in memory.kept.items():
        plain.update({f"kept/{kind}{number}.json": codec.untyped(data, kind) for data, number in values.items()})
    for text in chain.from_iterable(map(texts, plain.values())):
        masks.learn(text)
    for data in raw.values():
        masks.learn_data(data)
    found = {name: codec.packed(masked(value, masks)) for name, value in plain.items()}
    found |= {name: masks.data(data, patch=name.startswith("patches/")) for name, data in raw.items()}
    hidden = {name for name, data in raw.items() if found[name] != data}
    hidden |= {name for name, value in plain.items() if found[name] != codec.packed(value)}
    return found, hidden


def _outcome(account: Account, members: Mapping[str, bytes]) -> tuple[Outcome, set[str]]:
    """What is carried as it was made: what the bundle's own evidence says otherwise. And the contents that it had to do without."""
    made = account.audit
    silent: set[str] = set()
    try:
        again = _judged(members, NOTHING, silent)
        pairs = list(zip(made.verdicts, again.verdicts, strict=True))
    except (AgentComplianceError, ValueError) as wrong:
        raise EvidenceError(f"the bundle could not be judged again, and was not written: {wrong}") from wrong
    outcome = Outcome(
        replace(account, audit=replace(made, verdicts=(), notes=(), unaudited=()), rules={}, version=""),
        tuple(CarriedVerdict(k, _bare(one)) for k, (one, other) in enumerate(pairs) if _bare(one) != _bare(other)),
        meter=None if again.meter == made.meter else made.meter,
        notes=None if again.notes == made.notes else made.notes,
        unaudited=None if again.unaudited == made.unaudited else made.unaudited,
    )
    if json.dumps(_overlaid(again, outcome)) != json.dumps(made):
        raise EvidenceError("the bundle does not lead to the same audit, and was not written; please report it")
    return outcome, silent


def _bare(verdict: Verdict) -> Verdict:
    """A verdict without the evidence of its findings, which no format shows and which may hold what is masked."""
    findings, excused = (tuple(replace(one, evidence="") for one in some) for some in (verdict.findings, verdict.excused))
    return replace(verdict, findings=findings, excused=excused)


# The audit again


def _judged(members: Mapping[str, bytes], step: Callable[[str], None], silent: set[str] | None = None) -> Audit:
    """The audit as the evidence of a bundle has it; ``silent`` takes the ids of the contents that it has not."""
    taken: Law = codec.loads(_part(members, "law.json"), Law, "law.json")
    tape: Tape = codec.loads(_part(members, "asked.json"), Tape, "asked.json")
    store = Store(tape, members)
    case = Replayed(law.policy(taken), taken.facts, law.bound(taken), taken.day, store)
    if not case.bound or not tape.runs:
        raise EvidenceError("the bundle is damaged: it has no profile, or no evidence")
    engine.warm(store.change(0, store.ledger))
    made = engine.judged(case, step)
    if silent is not None:
        silent |= store.silent
    return made


def _overlaid(made: Audit, outcome: Outcome) -> Audit:
    """The audit with what is carried in its place."""
    verdicts = list(made.verdicts)
    for one in outcome.carried:
        if not 0 <= one.number < len(verdicts):
            raise EvidenceError(f"the bundle is damaged: it carries a verdict {one.number} of {len(verdicts)}")
        verdicts[one.number] = one.verdict
    return replace(
        made, verdicts=tuple(verdicts),
        meter=made.meter if outcome.meter is None else outcome.meter,
        notes=made.notes if outcome.notes is None else outcome.notes,
        unaudited=made.unaudited if outcome.unaudited is None else outcome.unaudited,
    )


def _disagreement(whole: Audit, said: bytes, made_by: Seal) -> str:
    """What is to be said where the evidence does not bear out the audit that lies beside it."""
    try:
        other = json.loads(said.decode("utf-8", "replace")).verdicts
    except EvidenceError:
        other = ()
    here = json.loads(json.dumps(whole)).verdicts
    names = [one.name for one, two in zip(here, other, strict=False) if one != two]
    which = f" ({', '.join(names[:5])}{' ...' if len(names) > 5 else ''})" if names else ""
    why = differing(made_by)
    return (
        f"judged again, the evidence of the bundle does not bear out the audit that it holds{which}: "
        f"{why or 'it was altered, or a rule does not always come to the same'}; nothing was judged"
    )
