"""The form of the audit's JSON, from which its published JSON schema is made."""

import json
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from pytest_agentcompliance.reporters.json import SCHEMA_VERSION
from pytest_agentcompliance.verdict import Level, Outcome, RemedyKind, Severity

Count = Annotated[int, Field(ge=0)]
Path = Annotated[
    str | None, Field(description="In the audited tree, / between its parts; bytes that are not UTF-8 as \\xff. Null: no one file.")
]
PathBytes = Annotated[
    str, Field(description="The whole path in base64; there only where it is not UTF-8.", json_schema_extra={"format": "byte"})
]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class PolicyModel(_Part):
    """The policy in force."""

    source: str = Field(description="Where it was read.")
    digest: str = Field(description="SHA-256 of its bytes, in hex; empty where there is no file.")
    reviewed: bool = Field(description="Whether the merge base has it; false: first introduction.")


class RemedyModel(_Part):
    """What to do about a finding."""

    kind: RemedyKind = Field(description="Mend it, take it back, or ask a person who may decide it.")
    text: str = Field(description="What to do, in a sentence or two.")


class FindingModel(_Part):
    """One thing that a rule saw and its clause does not allow."""

    message: str = Field(description="What was seen, on one line; secrets are masked.")
    path: Path
    path_bytes: PathBytes = Field(default="")
    line: int | None = Field(description="Counted from 1; null: the whole file.")
    level: Level = Field(description="A style finding is shown and never breaks a clause.")
    remedy: RemedyModel | None
    fingerprint: str = Field(description="The same for the same finding whatever its line and severity.")


class ExcusedModel(FindingModel):
    """A finding that the policy lets pass."""

    excuse: str = Field(description="The waiver: its place, reason, who answers for it, until when; or: in the baseline.")


class VerdictModel(_Part):
    """What one rule says of one clause."""

    profile: str = Field(description="The profile that the clause is of.")
    clause: str = Field(description="The id of the clause.")
    section: str = Field(description="The heading of the spec under which the clause stands; empty where none is known.")
    says: str = Field(description="The clause in short.")
    rule: str = Field(description="group/name; empty where the clause needs a person.")
    severity: Severity = Field(description="What breaking it weighs: an error fails the audit, a warning with --fail-on warning.")
    outcome: Outcome = Field(description="What the verdict comes to.")
    why: str = Field(description="The reason of an outcome that no finding explains.")
    unread: list[str] = Field(description="The files that the rule needed and that could not be read.")
    findings: list[FindingModel]
    excused: list[ExcusedModel] = Field(description="What was found and the policy lets pass; it is not among the findings.")


class MeterModel(_Part):
    """What was and was not looked at."""

    files_changed: Count = Field(description="Files that differ between base and head.")
    files_read: Count = Field(description="Those of them that were read.")
    files_unaudited: Count = Field(description="Files that should have been read and could not be.")
    files_ignored: Count = Field(description="Files of the work tree that base's ignore files leave out.")
    lines: Count = Field(description="Added and removed ones.")
    commits: Count = Field(description="Commits of the run.")
    rules: Count = Field(description="Rules that were bound to clauses.")
    bytes_ignored: Count = Field(description="What the files that are left out come to.")
    ignored_complete: bool = Field(description="False: at least so many files and bytes were ignored; the rest was not counted.")


class UnauditedModel(_Part):
    """A file that could not be read."""

    path: str = Field(description="In the audited tree.")
    path_bytes: PathBytes = Field(default="")
    why: str = Field(description="The reason.")


class AuditModel(_Part):
    """All verdicts of a run."""

    schema_version: Literal[1] = Field(description="It grows when a reader of the version before could misread the document.")
    base: str = Field(description="What the run was compared with, and how that was found.")
    merge_base: str = Field(description="The id of the commit where the run left the base.")
    head: str = Field(description="The id of the run's last commit, or the work tree as it stands.")
    policy: PolicyModel
    verdicts: list[VerdictModel]
    meter: MeterModel
    notes: list[str] = Field(description="What is to be said of the audit itself: the policy, waivers, what was taken for what.")
    unaudited: list[UnauditedModel]


def schema() -> dict[str, Any]:
    """The JSON schema (draft 2020-12) of what ``reporters.json.dumps`` writes."""
    made = AuditModel.model_json_schema()
    made["title"] = f"An audit of pytest-agentcompliance, version {SCHEMA_VERSION}"
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **made}


def text() -> str:
    """The schema as it is published in ``docs/schemas/audit.schema.json``."""
    return json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"
