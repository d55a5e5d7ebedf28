"""How a policy is spelled: the models that stand at the door of ``agent-compliance.yaml``."""

import re
from datetime import date
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema, model_validator

from pytest_agentcompliance.parsing.strict_yaml import shown
from pytest_agentcompliance.parsing.wildcards import Texts, modest
from pytest_agentcompliance.profile import RULE_NAME, Kind
from pytest_agentcompliance.verdict import INTEGRITY, Severity

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
        raise ValueError(f"{shown(text)} is no fingerprint; copy the 24 characters that '--output json' shows with the finding")
    return text


def _rule(text: str) -> str:
    if not RULE_NAME.fullmatch(text):
        raise ValueError(f"{shown(text)} is no name of a rule; write group/name, as 'agent-compliance rules' lists them")
    return text


def _file(path: str) -> str:
    if any(part in ("", ".", "..") for part in path.split("/")) or not path.isprintable():
        raise ValueError(f"{shown(path)} is no path of a file; write it from the policy's folder on, as .agent-compliance/x.yaml")
    return path


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
        if self.rule.startswith(INTEGRITY):
            raise ValueError(
                f"findings of {self.rule} are not waived by a path; name each one by its fingerprint, as 'finding', "
                "which '--output json' shows with it"
            )
        return self


class WaiversFile(BaseModel):
    """A file that holds waivers alone."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    waivers: list[WaiverEntry] = Field(description="Findings that are excused, each with a reason, a name and an end.")


class PolicyFile(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, title="The policy of agent-compliance")

    profiles: Annotated[list[ProfileEntry], Field(min_length=1)] = Field(description="Which profiles hold here.")
    evidence: dict[Kind, Annotated[Texts, AfterValidator(_globs)]] = Field(
        {}, description="Where a run leaves what: a path or a glob, or several."
    )
    waivers: list[WaiverEntry] = Field([], description="Findings that are excused, each with a reason, a name and an end.")
    waivers_file: Annotated[str, AfterValidator(_file)] = Field(
        "", description="A file with more waivers, read where this file is read."
    )
    baseline: Annotated[str, AfterValidator(_file)] = Field(
        "", description="The file of 'agent-compliance baseline'; .agent-compliance/baseline where none is named."
    )
