"""How each rule did on real ranges: docs/records.yaml, which people fill in, and its section of a rule's page."""

from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from pytest_agentcompliance.parsing import strict_yaml
from pytest_agentcompliance.reporters.markup import table

FILE = "records.yaml"
NONE = "No record yet: nobody has written down how this rule did on real ranges.\n"


class Tried(BaseModel):
    """One set of ranges that a rule was tried on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    repository: str = Field(description="The public repository, as owner/name.")
    what: str = Field("", description="Which of its ranges: how they were chosen.")
    ranges: int = Field(ge=0, description="How many ranges were audited.")
    findings: int = Field(ge=0, description="How many findings the rule had in them.")
    judged: int = Field(0, ge=0, description="How many of the findings a person read beside the code.")
    right: int = Field(0, ge=0, description="How many of those were right.")
    notes: str = Field("", description="What the reading showed: the kinds of false alarm, what was changed after it.")

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.judged > self.findings or self.right > self.judged:
            found = f"{self.right} right of {self.judged} judged of {self.findings} findings"
            raise ValueError(f"{found}; a part cannot be larger than its whole")
        return self


class Record(BaseModel):
    """What is known of a rule from real ranges."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    ranges: tuple[Tried, ...] = Field((), description="The sets of ranges, one by one.")
    searched: str = Field("", description="How breaches that the rule missed were searched for, and what was found.")


class _RecordsYaml(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", title="How the rules did on real ranges")

    rules: dict[str, Record] = Field({}, description="The records by the rule's name.")


def parse(text: str | bytes, source: str = FILE) -> dict[str, Record]:
    """The records of a file by rule. Raises ``PolicyError``, which names the line and the key."""
    return strict_yaml.checked(_RecordsYaml, text, source)[0].rules


def section(record: Record | None) -> str:
    """The section of the rule's page."""
    if record is None or not (record.ranges or record.searched):
        return NONE
    rows = [
        (one.repository, one.what, str(one.ranges), str(one.findings), str(one.judged), _share(one), one.notes)
        for one in record.ranges
    ]
    text = table(("repository", "what", "ranges", "findings", "read", "right", "notes"), rows) if rows else ""
    return text + (f"\nWhat it missed: {record.searched}\n" if record.searched else "")


def _share(one: Tried) -> str:
    return f"{one.right} of {one.judged}" if one.judged else "not read"
