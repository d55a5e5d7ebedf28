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
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,59}")
QUOTED = re.compile(r"'[^']*'|\"[^\"$`\\]*\"")
SHELLS = re.compile(r"&&|\|\||[|&;<>()$`*?~{}\[\]#\\!\n]")
PLACE, STAND_IN = "{test}", "test-stands-here"
LONGEST = 86_400  # seconds that a command may be given
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


def _name(text: str) -> str:
    if not NAME.fullmatch(text):
        raise ValueError(f"{shown(text)} is no name; write letters, digits and . _ -, at most 60 of them")
    return text


def _public(text: str) -> str:
    from pytest_agentcompliance.parsing.proofs import keys  # start-up time: most policies have none

    keys.public(text)
    return text


def _command(value: Any) -> Any:
    """A text is taken apart as a shell does it, but nothing is expanded: where a shell would do more, a list has to say so."""
    if not isinstance(value, str):
        return value
    import shlex

    if found := SHELLS.search(QUOTED.sub("", value)):
        raise ValueError(
            f"no shell reads it, which {shown(found[0])} is for; quote it, or write a list of words, as [sh, -c, \"...\"]"
        )
    try:
        return shlex.split(value)
    except ValueError as wrong:
        raise ValueError(f"a quote is not closed in {shown(value)}") from wrong


def _words(words: tuple[str, ...]) -> tuple[str, ...]:
    if not words or not words[0].strip():
        raise ValueError("the command is empty; write what is to be run")
    if re.match(r"\w+=", words[0]):
        raise ValueError(f"no shell reads it, and {shown(words[0])} is no command; put 'env' before it")
    return words


def _placed(value: Any) -> Any:
    """Braces are a shell's, but for those of the test's place."""
    if not isinstance(value, str):
        return value
    words = _command(value.replace(PLACE, STAND_IN))
    return [word.replace(STAND_IN, PLACE) for word in words]


def _one_test(words: tuple[str, ...]) -> tuple[str, ...]:
    if sum(word.count(PLACE) for word in words) != 1 or PLACE in words[0]:
        raise ValueError(f"it has to have {PLACE} in one place behind the first word, where the test is put")
    return words


def _folder(path: str) -> str:
    within = path.removeprefix("./").rstrip("/")
    if within in ("", "."):
        return ""
    if path.startswith("/") or ".." in within.split("/"):
        raise ValueError(f"{shown(path)} leaves the repository; give a folder from its root")
    return _file(within)


def _seconds(value: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= LONGEST:
        raise ValueError(f"{shown(value)} is no time; write whole seconds, from 1 to {LONGEST}")
    return value


Reason = Annotated[str, AfterValidator(_reason)]
Name = Annotated[str, AfterValidator(_name)]
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


class RerunEntry(BaseModel):
    """A command that CI runs again."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    name: Name = Field(description="How it is called, as in 'agent-compliance prove --rerun NAME'.")
    command: Annotated[tuple[str, ...], BeforeValidator(_command), AfterValidator(_words), WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    )] = Field(description="The command: a text, or its words as a list. No shell reads it.")  # fmt: skip
    folder: Annotated[str, AfterValidator(_folder)] = Field("", description="Where it runs, from the root on; the root itself.")
    timeout: Annotated[
        int, BeforeValidator(_seconds), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": LONGEST})
    ] = Field(0, description="Seconds after which it is ended; it has all the time where none is said.")


class RegressionEntry(BaseModel):
    """The command that runs one test, for ``agent-compliance prove --regression TEST``."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    command: Annotated[tuple[str, ...], BeforeValidator(_placed), AfterValidator(_words), AfterValidator(_one_test), WithJsonSchema(
        {"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}, "minItems": 1}]}
    )] = Field(description="The command, with {test} where the test is put: a text, or its words as a list.")  # fmt: skip
    folder: Annotated[str, AfterValidator(_folder)] = Field("", description="Where it runs, from the root on; the root itself.")
    timeout: Annotated[
        int, BeforeValidator(_seconds), WithJsonSchema({"type": "integer", "minimum": 1, "maximum": LONGEST})
    ] = Field(0, description="Seconds after which it is ended; it has all the time where none is said.")


class ProofsEntry(BaseModel):
    """Who may sign proofs, and which commands are run again."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    keys: dict[str, Annotated[str, AfterValidator(_public)]] = Field(
        {}, description="Keys whose signatures count, by a name for each: ed25519, as 'openssl pkey -pubout' prints it."
    )
    rerun: tuple[RerunEntry, ...] = Field((), description="Commands that 'agent-compliance prove --rerun' runs afresh.")
    regression: RegressionEntry | None = Field(None, description="What 'agent-compliance prove --regression' runs one test with.")


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
    proofs: ProofsEntry | None = Field(None, description="Whose signatures count on proofs of commands, and what is run again.")
