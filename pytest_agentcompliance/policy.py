"""The policy of the audited repository: which profiles apply where, what it changes of them, and what it excuses."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING, Any

from pytest_agentcompliance import catalog
from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.parsing import globs, strict_yaml
from pytest_agentcompliance.parsing.strict_yaml import Lines, nearest, shown
from pytest_agentcompliance.parsing.wildcards import path_value
from pytest_agentcompliance.profile import ClauseChange, Draft, rule_change
from pytest_agentcompliance.verdict import INTEGRITY, Finding, Verdict

if TYPE_CHECKING:
    from pytest_agentcompliance.policy_file import ClauseEntry, ProfileEntry, ProofsEntry, WaiverEntry

FILE = "agent-compliance.yaml"
BASELINE = ".agent-compliance/baseline"  # where it lies unless the policy says otherwise


@dataclass(frozen=True, slots=True)
class Chosen:
    """A profile that the policy asks for. ``values`` are its template values as written; ``line`` is that of its entry."""

    name: str
    values: Mapping[str, str]
    clauses: Mapping[str, ClauseChange]
    line: int
    source: str = FILE
    lines: Mapping[str, int] = field(default_factory=dict, compare=False)  # of each template value

    def check(self, draft: Draft) -> None:
        """Raises ``PolicyError`` for a key that is no template value of the profile, with the nearest that is."""
        valid = ["name", "clauses", *draft.values]
        for word in self.values:
            if word not in draft.values:
                place = f"{self.source}:{self.lines.get(word, self.line)}"
                raise PolicyError(f"{place}: unknown key {shown(word)} for the profile {self.name}; {nearest(word, valid, 'key')}")


@dataclass(frozen=True, slots=True)
class Waiver:
    """Excuses one finding by its fingerprint, or a rule's findings by their place, up to and with the day ``until``."""

    reason: str
    by: str
    until: date
    rule: str = ""
    path: str = ""
    finding: str = ""
    at: str = field(default="", compare=False)

    def excuses(self, rule: str, finding: Finding) -> bool:
        """Whether it is meant for this finding of this rule, whatever the day."""
        if self.finding:
            return finding.fingerprint == self.finding
        if not self.path or rule != self.rule or rule.startswith(INTEGRITY):
            return False
        return finding.at is not None and globs.matches(finding.at.path, (self.path,))

    def expired(self, today: date) -> bool:
        return today > self.until

    @property
    def said(self) -> str:
        return f"{self.reason} ({self.by}, until {self.until})"


def idle(waivers: Iterable[Waiver], verdicts: Sequence[Verdict], today: date) -> list[str]:
    """What is to be said of the waivers that meet nothing in an audit."""
    met = [(verdict.rule, one) for verdict in verdicts for one in (*verdict.findings, *verdict.excused) if one.level == "breach"]
    unmet = [waiver for waiver in waivers if not any(waiver.excuses(rule, one) for rule, one in met)]
    late = [f"{one.at}: {one.said}" for one in unmet if one.expired(today)]
    rest = [one.at for one in unmet if not one.expired(today)]
    told = []
    if late:
        told.append(f"{_count(late)} expired and excused nothing anyway; take it out: {'; '.join(late)}")
    if rest:
        told.append(f"{_count(rest)} excused nothing in this run: {', '.join(rest)}")
    return told


def _count(waivers: Sequence[str]) -> str:
    return f"{len(waivers)} waiver{'' if len(waivers) == 1 else 's'}"


@dataclass(frozen=True, slots=True)
class Rerun:
    """A command that ``agent-compliance prove --rerun`` runs afresh; ``timeout`` in seconds, 0 for none."""

    name: str
    command: tuple[str, ...]
    folder: str = ""
    timeout: int = 0


PLACE = "{test}"  # in the command of a regression, where the test is put


@dataclass(frozen=True, slots=True)
class Regression:
    """The command that ``agent-compliance prove --regression`` runs one test with."""

    command: tuple[str, ...]
    folder: str = ""
    timeout: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """``source`` says where it was read, ``digest`` is the SHA-256 of its bytes in hexadecimal.

    ``waivers_file`` and ``baseline`` are the files that it names, with the line where it does; ``known`` are the fingerprints
    of the baseline that is in force, ``notes`` what is to be said of all these.
    """

    profiles: tuple[Chosen, ...]
    evidence: Mapping[str, tuple[str, ...]]
    waivers: tuple[Waiver, ...]
    source: str
    digest: str
    waivers_file: str = ""
    baseline: str = ""
    at: Mapping[str, int] = field(default_factory=dict, compare=False)
    known: frozenset[str] = frozenset()
    keys: Mapping[str, str] = field(default_factory=dict)  # that proofs may be signed with, name to public key
    rerun: tuple[Rerun, ...] = ()
    regression: Regression | None = None
    notes: tuple[str, ...] = ()

    def with_waivers(self, text: str | bytes, source: str) -> "Policy":
        """The policy with the waivers of the file that it names. Raises ``PolicyError``."""
        from pytest_agentcompliance.policy_file import WaiversFile

        page, lines = strict_yaml.checked(WaiversFile, text, source)
        return replace(self, waivers=(*self.waivers, *_waivers(page.waivers, source, lines)))

    def check(self, drafts: Sequence[Draft]) -> None:
        """Hold the policy to the profiles that it names, and its waivers to their rules. Raises ``PolicyError``."""
        for draft in drafts:
            for chosen in self.profiles:
                if chosen.name == draft.name:
                    chosen.check(draft)
        if not self.waivers:
            return
        known = {name for draft in drafts for clause in draft.spelled.values() for name in clause.rule_names}
        known.update(catalog.names())
        for waiver in self.waivers:
            if waiver.rule and waiver.rule not in known:
                hint = nearest(waiver.rule, sorted(known), "rule")
                raise PolicyError(f"{waiver.at}: there is no rule {shown(waiver.rule)}; {hint}")


def parse(text: str | bytes, source: str) -> Policy:
    """The policy that a file holds; ``source`` is how messages call the file. Raises ``PolicyError``."""
    from pytest_agentcompliance.policy_file import PolicyFile  # start-up time: its models, when there is a policy

    data = text.encode("utf-8", "replace") if isinstance(text, str) else text
    _refuse_private_keys(data, source)
    page, lines = strict_yaml.checked(PolicyFile, text, source)
    chosen = tuple(_chosen(position, entry, source, lines) for position, entry in enumerate(page.profiles))
    first: dict[str, int] = {}
    for one in chosen:
        if first.setdefault(one.name, one.line) != one.line:
            also = f"is also chosen on line {first[one.name]}; make it one entry"
            raise PolicyError(f"{source}:{one.line}: the profile {one.name} {also}")
    evidence: dict[str, tuple[str, ...]] = dict(page.evidence.items())
    at = {key: lines.of((key,)) for key in ("waivers_file", "baseline")}
    waivers = _waivers(page.waivers, source, lines)
    policy = Policy(chosen, evidence, waivers, source, hashlib.sha256(data).hexdigest(), page.waivers_file, page.baseline, at)
    return policy if page.proofs is None else _with_proofs(policy, page.proofs, lines)


def _with_proofs(policy: Policy, said: "ProofsEntry", lines: Lines) -> Policy:
    """The policy with who may sign, and what is run again; each name and each key once."""
    from pytest_agentcompliance.parsing.proofs import keys  # start-up time
    from pytest_agentcompliance.policy_file import NAME

    first: dict[bytes, str] = {}
    for name, text in said.keys.items():
        place = f"{policy.source}:{lines.of(('proofs', 'keys', name))}: proofs.keys"
        if not NAME.fullmatch(name):
            raise PolicyError(f"{place}: {shown(name)} is no name; write letters, digits and . _ -, at most 60 of them")
        if (other := first.setdefault(keys.public(text), name)) != name:
            raise PolicyError(f"{place}: {name} is the same key as {other}; keep one of them")
    called: set[str] = set()
    for position, one in enumerate(said.rerun):
        if one.name in called:
            place = f"{policy.source}:{lines.of(('proofs', 'rerun', position))}: proofs.rerun[{position}]"
            raise PolicyError(f"{place}: another command is called {one.name}; give each a name of its own")
        called.add(one.name)
    reruns = tuple(Rerun(one.name, one.command, one.folder, one.timeout) for one in said.rerun)
    asked = said.regression
    regression = None if asked is None else Regression(asked.command, asked.folder, asked.timeout)
    return replace(policy, keys=dict(said.keys), rerun=reruns, regression=regression)


def _refuse_private_keys(data: bytes, source: str) -> None:
    """Before anything is read, so that no other message repeats a part of one."""
    if b"KEY-----" not in data and b"MC4CAQAw" not in data:
        return
    from pytest_agentcompliance.parsing.proofs import keys  # start-up time: when there is a key

    if line := keys.private_at(data):
        raise PolicyError(
            f"{source}:{line}: a PRIVATE KEY stands here, and whoever has read this file can sign with it: take it out, never use "
            "it again, make a new pair, and write its public key here, as 'openssl pkey -in FILE -pubout' prints it"
        )


def _waivers(entries: "Sequence[WaiverEntry]", source: str, lines: Lines) -> tuple[Waiver, ...]:
    return tuple(
        Waiver(**entry.model_dump(), at=f"{source}:{lines.of(('waivers', position))}") for position, entry in enumerate(entries)
    )


def schema() -> dict[str, Any]:
    """The JSON schema of a policy."""
    from pytest_agentcompliance.policy_file import PolicyFile

    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **PolicyFile.model_json_schema()}


def _chosen(position: int, entry: "ProfileEntry", source: str, lines: Lines) -> Chosen:
    path = ("profiles", position)
    values = dict(entry.__pydantic_extra__)
    for word, value in values.items():
        try:
            path_value(word, value)
        except PolicyError as wrong:
            raise PolicyError(f"{source}:{lines.of((*path, word))}: profiles[{position}].{wrong}") from wrong
    changes = {id: _change(id, clause, (*path, "clauses", id), source, lines) for id, clause in entry.clauses.items()}
    return Chosen(entry.name, values, changes, lines.of(path), source, {word: lines.of((*path, word)) for word in values})


def _change(id: str, clause: "ClauseEntry", path: tuple[str | int, ...], source: str, lines: Lines) -> ClauseChange:
    def place(*rest: str) -> str:
        return f"{source}:{lines.of((*path, *rest))}"

    rules = {
        name: rule_change(parameters, lambda word, name=name: place("rules", name, word), place("rules", name))  # type: ignore[misc]
        for name, parameters in clause.rules.items()
    }
    return ClauseChange(clause.severity, clause.off, rules, place())
