"""The policy of the audited repository: which profiles apply where, what it changes of them, and what it excuses."""

import hashlib
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from pytest_agentcompliance import catalog
from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.parsing import globs, strict_yaml
from pytest_agentcompliance.parsing.strict_yaml import Lines, nearest, shown
from pytest_agentcompliance.parsing.wildcards import Texts, modest, path_value
from pytest_agentcompliance.profile import RULE_NAME, ClauseChange, Draft, Kind, rule_change
from pytest_agentcompliance.verdict import Finding, Severity

FILE = "agent-compliance.yaml"
FINGERPRINT = re.compile("[0-9a-f]{24}")
NO_REASON = frozenset({"true", "false", "yes", "no", "on", "off", "none", "null", "todo", "n/a", "tbd"})


def _reason(text: str) -> str:
    if not re.search(r"\w", text) or text.strip().lower() in NO_REASON or text.isdigit():
        raise ValueError(f"{shown(text)} is no reason; say in a few words why")
    return text


def _day(value: Any) -> Any:
    """pydantic would take a number for seconds since 1970."""
    if not isinstance(value, str) or not re.fullmatch(r"\d{4}-\d\d-\d\d", value):
        raise ValueError(f"{shown(value)} is no date; write the last day on which the waiver holds as 2027-01-31")
    try:
        return date.fromisoformat(value)
    except ValueError as wrong:
        raise ValueError(f"{shown(value)} is no day of the calendar ({wrong})") from wrong


def _globs(paths: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(modest(path) for path in paths)


def _who(text: str) -> str:
    if not re.search(r"\w", text):
        raise ValueError("nobody is named; say who answers for the waiver")
    return text


def _fingerprint(text: str) -> str:
    if not FINGERPRINT.fullmatch(text):
        raise ValueError(f"{shown(text)} is no fingerprint; copy the 24 characters that the audit shows with the finding")
    return text


def _rule(text: str) -> str:
    if not RULE_NAME.fullmatch(text):
        raise ValueError(f"{shown(text)} is no name of a rule; write group/name, as 'agent-compliance rules' lists them")
    return text


Reason = Annotated[str, AfterValidator(_reason)]
Glob = Annotated[str, AfterValidator(modest)]


class ClauseEntry(BaseModel):
    """What a policy says of one clause."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    severity: Severity | None = Field(None, description="What breaking the clause weighs here.")
    off: Reason = Field("", description="Why the clause does not hold here; every summary shows it.")
    rules: dict[str, dict[str, Any]] = Field(
        default={}, description="Rules of the clause by name; a parameter replaces the profile's value whole."
    )


class ProfileEntry(BaseModel):
    """A profile that holds here; every other key is one of its template values."""

    model_config = ConfigDict(
        frozen=True, extra="allow", defer_build=True,
        json_schema_extra={"additionalProperties": {"type": ["string", "number", "boolean"], "description": "A template value."}},
    )
    __pydantic_extra__: dict[str, str]

    name: str = Field(description="One of ours, an installed plugin's, or a file under .agent-compliance/profiles/.")
    clauses: dict[str, ClauseEntry] = Field({}, description="Changes to clauses, by id.")


class WaiverEntry(BaseModel):
    """Findings that are excused."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", defer_build=True,
        json_schema_extra={"oneOf": [{"required": ["finding"]}, {"required": ["rule", "path"]}]},
    )

    finding: Annotated[str, AfterValidator(_fingerprint)] = Field(
        "", description="The fingerprint of one finding; or else rule and path.",
        json_schema_extra={"pattern": f"^{FINGERPRINT.pattern}$"},
    )
    rule: Annotated[str, AfterValidator(_rule)] = Field(
        "", description="The rule whose findings are excused.", json_schema_extra={"pattern": f"^{RULE_NAME.pattern}$"}
    )
    path: Glob = Field("", description="A glob, as in .gitignore, of the places of the findings.")
    reason: Reason = Field(description="Why it may be so.")
    by: Annotated[str, AfterValidator(_who)] = Field(description="Who answers for it.")
    until: Annotated[date, BeforeValidator(_day), WithJsonSchema({"type": "string", "format": "date"})] = Field(
        description="The last day on which it holds."
    )

    @model_validator(mode="after")
    def _names_what_it_excuses(self) -> "WaiverEntry":
        if self.finding and (self.rule or self.path):
            raise ValueError("a waiver has 'finding', or else 'rule' and 'path'; give one of the two")
        if not self.finding and not (self.rule and self.path):
            raise ValueError("a waiver needs 'finding', or else 'rule' and 'path'; say what it excuses")
        return self


class PolicyFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, title="The policy of agent-compliance")

    profiles: Annotated[list[ProfileEntry], Field(min_length=1)] = Field(description="Which profiles hold here.")
    evidence: dict[Kind, Annotated[Texts, AfterValidator(_globs)]] = Field(
        {}, description="Where a run leaves what: a path or a glob, or several."
    )
    waivers: list[WaiverEntry] = Field([], description="Findings that are excused, each with a reason, a name and an end.")


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
        return bool(self.path) and rule == self.rule and finding.at is not None and globs.matches(finding.at.path, (self.path,))

    def expired(self, today: date) -> bool:
        return today > self.until


@dataclass(frozen=True, slots=True)
class Policy:
    """``source`` says where it was read, ``digest`` is the SHA-256 of its bytes in hexadecimal."""

    profiles: tuple[Chosen, ...]
    evidence: Mapping[str, tuple[str, ...]]
    waivers: tuple[Waiver, ...]
    source: str
    digest: str

    def check(self, drafts: Iterable[Draft]) -> None:
        """Hold the policy to the profiles that it names, and its waivers to their rules. Raises ``PolicyError``."""
        known = set(catalog.names())
        for draft in drafts:
            known.update(name for clause in draft.spelled.values() for name in clause.rule_names)
            for chosen in self.profiles:
                if chosen.name == draft.name:
                    chosen.check(draft)
        for waiver in self.waivers:
            if waiver.rule and waiver.rule not in known:
                hint = nearest(waiver.rule, sorted(known), "rule")
                raise PolicyError(f"{waiver.at}: there is no rule {shown(waiver.rule)}; {hint}")


def parse(text: str | bytes, source: str) -> Policy:
    """The policy that a file holds; ``source`` is how messages call the file. Raises ``PolicyError``."""
    page, lines = strict_yaml.checked(PolicyFile, text, source)
    chosen = tuple(_chosen(position, entry, source, lines) for position, entry in enumerate(page.profiles))
    first: dict[str, int] = {}
    for one in chosen:
        if first.setdefault(one.name, one.line) != one.line:
            also = f"is also chosen on line {first[one.name]}; make it one entry"
            raise PolicyError(f"{source}:{one.line}: the profile {one.name} {also}")
    waivers = tuple(
        Waiver(**waiver.model_dump(), at=f"{source}:{lines.of(('waivers', position))}")
        for position, waiver in enumerate(page.waivers)
    )
    data = text.encode("utf-8") if isinstance(text, str) else text
    evidence: dict[str, tuple[str, ...]] = dict(page.evidence.items())
    return Policy(chosen, evidence, waivers, source, hashlib.sha256(data).hexdigest())


def schema() -> dict[str, Any]:
    """The JSON schema of a policy."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **PolicyFile.model_json_schema()}


def _chosen(position: int, entry: ProfileEntry, source: str, lines: Lines) -> Chosen:
    path = ("profiles", position)
    values = dict(entry.__pydantic_extra__)
    for word, value in values.items():
        try:
            path_value(word, value)
        except PolicyError as wrong:
            raise PolicyError(f"{source}:{lines.of((*path, word))}: profiles[{position}].{wrong}") from wrong
    changes = {id: _change(id, clause, (*path, "clauses", id), source, lines) for id, clause in entry.clauses.items()}
    return Chosen(entry.name, values, changes, lines.of(path), source, {word: lines.of((*path, word)) for word in values})


def _change(id: str, clause: ClauseEntry, path: tuple[str | int, ...], source: str, lines: Lines) -> ClauseChange:
    def place(*rest: str) -> str:
        return f"{source}:{lines.of((*path, *rest))}"

    rules = {
        name: rule_change(parameters, lambda word, name=name: place("rules", name, word), place("rules", name))  # type: ignore[misc]
        for name, parameters in clause.rules.items()
    }
    return ClauseChange(clause.severity, clause.off, rules, place())
