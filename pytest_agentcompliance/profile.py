"""A profile: the clauses of one agent spec, each with the rules that enforce it, from YAML to bound rules."""

import re
from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, field, replace
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from pytest_agentcompliance import catalog
from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.parsing import strict_yaml, templates, wildcards
from pytest_agentcompliance.parsing.strict_yaml import Lines, nearest, shown
from pytest_agentcompliance.parsing.wildcards import Texts
from pytest_agentcompliance.rule import Rule
from pytest_agentcompliance.verdict import Severity

INTEGRITY = "integrity"  # bound beside every other profile
FOLDER = ".agent-compliance/profiles"  # of a project's own profiles
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,99}")
RULE_NAME = re.compile(r"[a-z0-9_-]+/[a-z0-9_-]+")
MAX_EXTENDS = 8

# Evidence that lies in a file; ``logs`` are those of the other agents of a story, ``story`` to ``intent`` its documents.
Kind = Literal[
    "log", "logs", "story", "plan", "scope", "decisions", "blockers", "intent", "proofs", "report", "transcript", "task",
    "coverage",
]  # fmt: skip


class ClauseEntry(BaseModel):
    """A clause as a profile's file spells it."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True)

    says: str | None = Field(None, description="What the spec's sentence asks, in our words.")
    section: str | None = Field(None, description="The heading of the spec under which the sentence stands.")
    severity: Severity | None = Field(None, description="What breaking it weighs; error where nothing is said.")
    rules: dict[str, dict[str, Any] | None] = Field(
        default={}, description="Rules by name, each with its parameters, and a severity of its own where it has one."
    )
    person: str | None = Field(None, description="Why only a person can judge it.")
    partly: str | None = Field(None, description="What of the sentence its rules do not see; where they see all of it, nothing.")
    not_built: tuple[str, ...] = Field((), description="Rules that the clause needs and that do not exist yet.")


class ProfileFile(BaseModel):
    """A profile's whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid", defer_build=True, title="A profile of agent-compliance")

    spec: str = Field("", description="The agent spec that the clauses come from.")
    extends: str = Field("", description="The profile that this one adds to, changes and takes from.")
    values: dict[str, str] = Field({}, description="The template values and their defaults: {name} in any text below.")
    evidence: dict[Kind, Texts] = Field({}, description="Where a run leaves what: a path or a glob, or several.")
    clauses: dict[str, ClauseEntry | None] = Field({}, description="The clauses by id; null drops one of the extended profile.")


@dataclass(frozen=True, slots=True)
class BoundRule:
    """A rule of a clause with its parameters; ``rule`` is None while it is not built."""

    name: str
    rule: Rule | None
    severity: Severity


@dataclass(frozen=True, slots=True)
class Clause:
    """One sentence of a spec, and the rules that hold a run to it.

    ``person`` says why only a person can judge it, ``off`` why the policy switched it off, ``partly`` what its rules do not see.
    """

    id: str
    says: str
    severity: Severity
    rules: tuple[BoundRule, ...]
    person: str = ""
    off: str = ""
    section: str = ""
    partly: str = ""


@dataclass(frozen=True, slots=True)
class Profile:
    """A profile with its rules bound. ``evidence`` has globs by kind, ``differences`` what it changes of what it extends."""

    name: str
    spec: str
    clauses: tuple[Clause, ...]
    evidence: Mapping[str, tuple[str, ...]]
    values: Mapping[str, str]
    differences: tuple[str, ...] = ()

    @property
    def reads(self) -> frozenset[str]:
        """All kinds of evidence that its rules name; clauses that are off need none."""
        rules = (bound.rule for clause in self.clauses if not clause.off for bound in clause.rules)
        return frozenset(kind for rule in rules if rule is not None for kind in rule.reads)


def looking_at(applied: Profile, needed: Set[str], read: Set[str]) -> Profile:
    """The part of a profile whose rules need a change and no more than these kinds of evidence, and read no more than those."""
    found = []
    for clause in applied.clauses:
        rules = tuple(one for one in clause.rules if one.rule is not None and _is_within(one.rule, needed, read))
        if rules and not clause.off:
            found.append(replace(clause, rules=rules))
    return replace(applied, clauses=tuple(found))


def _is_within(rule: Rule, needed: Set[str], read: Set[str]) -> bool:
    return rule.on_the_way and "changes" in rule.needs and rule.needs <= needed and rule.reads <= read


@dataclass(frozen=True, slots=True)
class RuleChange:
    """What is said of one rule. ``at`` has the place of each parameter as file:line, and under "" that of the rule."""

    severity: Severity | None
    parameters: Mapping[str, Any]
    at: Mapping[str, str] = field(default_factory=dict, compare=False)

    def over(self, other: "RuleChange") -> "RuleChange":
        """This one on top of another: each value that is given replaces the other's whole."""
        severity = self.severity or other.severity
        return RuleChange(severity, {**other.parameters, **self.parameters}, {**other.at, **self.at})


@dataclass(frozen=True, slots=True)
class ClauseChange:
    """What a policy says of one clause; ``at`` is where, as file:line."""

    severity: Severity | None = None
    off: str = ""
    rules: Mapping[str, RuleChange] = field(default_factory=dict)
    at: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class Spelled:
    """A clause as its file spells it."""

    says: str
    severity: Severity
    rules: Mapping[str, RuleChange]
    not_built: tuple[str, ...]
    person: str
    at: str
    section: str = ""
    partly: str = ""

    @property
    def rule_names(self) -> list[str]:
        return [*self.rules, *self.not_built]


@dataclass(frozen=True, slots=True)
class Draft:
    """A profile as it is spelled, before its template values are known."""

    name: str
    spec: str
    values: Mapping[str, str]
    evidence: Mapping[str, tuple[str, ...]]
    spelled: Mapping[str, Spelled]
    differences: tuple[str, ...] = ()
    source: str = ""

    def bind(self, values: Mapping[str, str] | None = None, changes: Mapping[str, ClauseChange] | None = None) -> Profile:
        """The profile with these values in its templates and these changes to its clauses.

        A value that comes from the evidence goes through ``templates.literally`` first. A story that is not
        known is ``*``, and so is ``auto``. Raises ``PolicyError``, which names the nearest valid word.
        """
        changes = changes or {}
        known = self._values(values or {})
        for id, change in changes.items():
            if id not in self.spelled:
                hint = nearest(id, list(self.spelled), "clause")
                raise PolicyError(f"{change.at or self.source}: the profile {self.name} has no clause {shown(id)}; {hint}")
        return Profile(
            self.name, self.spec,
            tuple(self._bound(id, one, changes.get(id, ClauseChange()), known) for id, one in self.spelled.items()),
            {kind: tuple(self._filled(paths, known, f"{self.source}: evidence.{kind}")) for kind, paths in self.evidence.items()},
            known, self.differences,
        )

    def _values(self, given: Mapping[str, str]) -> dict[str, str]:
        for name, value in given.items():
            if name not in self.values:
                hint = nearest(name, list(self.values), "template value")
                raise PolicyError(f"{self.source}: the profile {self.name} has no template value {shown(name)}; {hint}")
            wildcards.path_value(name, value)
        known = {name: wildcards.path_value(name, value) for name, value in {**self.values, **given}.items()}
        return {name: "*" if name == "story" and value == "auto" else value for name, value in known.items()}

    def _filled(self, value: Any, known: Mapping[str, str], where: str) -> Any:
        for name in templates.names(value):
            if name not in known:
                hint = nearest(name, list(known), "template value")
                raise PolicyError(f"{where}: {{{name}}} is no template value of the profile {self.name}; {hint}")
        return templates.filled(value, known)

    def _bound(self, id: str, one: Spelled, change: ClauseChange, known: Mapping[str, str]) -> Clause:
        severity = change.severity or one.severity
        for name, wanted in change.rules.items():
            if name not in one.rule_names:
                place = wanted.at.get("") or change.at or self.source
                raise PolicyError(f"{place}: the clause {id} has no rule {shown(name)}; {nearest(name, one.rule_names, 'rule')}")
        nothing = RuleChange(None, {})
        bound = []
        for name in one.rule_names:
            said, wanted = one.rules.get(name, nothing), change.rules.get(name, nothing)
            # A severity for the clause is meant for all of its rules; only the policy itself may then except one.
            weight = wanted.severity or change.severity or said.severity or one.severity
            rule = None if name in one.not_built else self._rule(id, name, wanted.over(said), known)
            bound.append(BoundRule(name, rule, weight))
        return Clause(id, one.says, severity, tuple(bound), one.person, change.off, one.section, one.partly)

    def _rule(self, id: str, name: str, said: RuleChange, known: Mapping[str, str]) -> Rule:
        def place(path: tuple[str | int, ...]) -> str:
            word = str(path[0]) if path else ""
            return f"{said.at.get(word) or said.at.get('') or self.source}: clause {id}, {name}"

        try:
            kind = catalog.find(name)
        except PolicyError as wrong:
            raise PolicyError(f"{said.at.get('') or self.source}: clause {id}: {wrong}") from wrong
        parameters = {}
        for word, value in said.parameters.items():
            parameters[word] = self._filled(value, known, place((word,)))
            try:
                wildcards.modest_within(parameters[word])
            except ValueError as wrong:
                raise PolicyError(f"{place((word,))}: {word}: {wrong}") from wrong
        try:
            return strict_yaml.fit(kind, parameters)
        except ValidationError as wrong:
            raise PolicyError("\n".join(strict_yaml.mistakes(kind, wrong, place, "parameter"))) from wrong


def names() -> list[str]:
    """The profiles that can be asked for by name: ours and those of installed plugins, sorted."""
    ours = {page.name.removesuffix(".yaml") for page in shelf().iterdir() if page.name.endswith(".yaml")}
    return sorted(ours.union(catalog.installed_profiles()) - {INTEGRITY})


def load(name: str) -> Profile:
    """A profile with the defaults of all its template values."""
    return read(name).bind()


def read(name: str, project: Callable[[str], str | bytes | None] | None = None) -> Draft:
    """A profile as it is spelled: one of ours, an installed plugin's, or the project's.

    ``project`` gives the content of ``.agent-compliance/profiles/<name>.yaml`` as the merge base has it, or None.
    Raises ``PolicyError``.
    """
    return _read(name, project or (lambda name: None), ())


def shelf() -> Traversable:
    """Where our own profiles lie: beside the code in a wheel, in rules/ in a checkout."""
    home = files("pytest_agentcompliance")
    packed = home / "profiles"
    return packed if packed.is_dir() else home / ".." / "rules"


def schema() -> dict[str, Any]:
    """The JSON schema of a profile."""
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", **ProfileFile.model_json_schema()}


def _read(name: str, project: Callable[[str], str | bytes | None], asked: tuple[str, ...]) -> Draft:
    if not NAME.fullmatch(name) or ".." in name:
        raise PolicyError(f"{shown(name)} cannot be the name of a profile; use letters, digits, '.', '-' and '_'")
    if name in asked or len(asked) == MAX_EXTENDS:
        raise PolicyError(f"the profile {asked[0]} extends itself: {' -> '.join([*asked, name])}; end the chain")
    text, source = _text(name, project)
    page, lines = strict_yaml.checked(ProfileFile, text, source)
    parent = _read(page.extends, project, (*asked, name)) if page.extends else None
    return _draft(name, page, parent, source, lines)


def _text(name: str, project: Callable[[str], str | bytes | None]) -> tuple[str | bytes, str]:
    found: list[tuple[str | bytes, str]] = []
    ours = shelf() / f"{name}.yaml"
    if ours.is_file():
        found.append((ours.read_bytes(), f"{name}.yaml"))
    # Ours are found without a look into every installed distribution, and an installed plugin cannot take their names.
    if not found and (path := catalog.installed_profiles().get(name)):
        try:
            found.append((Path(path).read_bytes(), path))
        except OSError as wrong:
            raise PolicyError(f"the profile {name} of an installed plugin cannot be read: {wrong}") from wrong
    own = project(name)
    if own is not None:
        found.append((own, f"{FOLDER}/{name}.yaml"))
    if len(found) > 1:
        raise PolicyError(
            f"two profiles are called {name}: {found[0][1]} and {found[1][1]}; give the second another name, and 'extends: {name}'"
        )
    if not found:
        hint = nearest(name, names(), "profile")
        raise PolicyError(f"there is no profile {shown(name)}, nor a file {FOLDER}/{name}.yaml at the merge base; {hint}")
    return found[0]


def _draft(name: str, page: ProfileFile, parent: Draft | None, source: str, lines: Lines) -> Draft:
    spelled = dict(parent.spelled) if parent else {}
    differences: list[str] = []
    for id, clause in page.clauses.items():
        at = f"{source}:{lines.of(('clauses', id))}"
        old = spelled.get(id)
        if clause is None:
            if parent is None or old is None:
                hint = nearest(id, list(spelled), "clause") if parent else "only a profile that extends another can drop one"
                raise PolicyError(f"{at}: there is no clause {shown(id)} to drop; {hint}")
            del spelled[id]
            differences.append(f"{id} is dropped")
            continue
        new = spelled[id] = _spelled(id, clause, old, lambda *path: f"{source}:{lines.of(path)}")
        if old is not None:
            differences += _differences(id, old, new)
        elif parent is not None:
            differences.append(f"{id} is added: {new.says}")
    if not spelled:
        raise PolicyError(f"{source}:{lines.of(('clauses',))}: the profile has no clause; add one under 'clauses'")
    values: dict[str, str] = {**(parent.values if parent else {}), **page.values}
    evidence: dict[str, tuple[str, ...]] = {**(parent.evidence if parent else {})}
    evidence.update(page.evidence.items())
    if parent is not None:
        differences += [f"{word} is {value!r}" for word, value in page.values.items() if parent.values.get(word) != value]
        differences += [f"evidence {kind} is {' '.join(globs)}" for kind, globs in page.evidence.items()]
        differences = [f"{name} differs from {parent.name}: {one}" for one in differences]
    return Draft(
        name, page.spec or (parent.spec if parent else ""), values, evidence, spelled,
        (*(parent.differences if parent else ()), *differences), source,
    )


def _spelled(id: str, clause: ClauseEntry, old: Spelled | None, place: Callable[..., str]) -> Spelled:
    """A clause, on top of the one that it changes."""
    at = place("clauses", id)
    says = clause.says or (old.says if old else "")
    if not says.strip():
        raise PolicyError(f"{at}: clauses.{id}: the key 'says' is missing; say what the clause asks")
    rules = dict(old.rules) if old else {}
    not_built = list(old.not_built) if old else []
    for name, parameters in clause.rules.items():
        where = place("clauses", id, "rules", name)
        if parameters is not None:
            new = rule_change(parameters, lambda word, name=name: place("clauses", id, "rules", name, word), where)  # type: ignore[misc]
            rules[name] = new.over(rules[name]) if name in rules else new
        elif name in rules:
            del rules[name]
        elif name in not_built:
            not_built.remove(name)
        else:
            raise PolicyError(f"{where}: clauses.{id}.rules: {name!r} has no parameters; write {{}} where none are needed")
    not_built = [*(name for name in not_built if name not in rules), *clause.not_built]
    if double := sorted(name for name in {*rules, *not_built} if [*rules, *not_built].count(name) > 1):
        raise PolicyError(f"{at}: clauses.{id}: {double[0]!r} stands under 'rules' and 'not_built', or twice; keep one")
    person = clause.person if clause.person is not None else (old.person if old and not (clause.rules or clause.not_built) else "")
    if bool(person) == bool(rules or not_built):
        raise PolicyError(f"{at}: clauses.{id}: a clause has 'rules' or 'not_built', or else 'person' with the reason; give one")
    severity = clause.severity or (old.severity if old else "error")
    section = clause.section if clause.section is not None else (old.section if old else "")
    if person and clause.partly:
        raise PolicyError(f"{at}: clauses.{id}: 'partly' says what rules do not see, and the clause has none; leave it out")
    partly = "" if person else clause.partly if clause.partly is not None else (old.partly if old else "")
    return Spelled(says, severity, rules, tuple(not_built), person, at, section, partly)


def rule_change(parameters: Mapping[str, Any], place: Callable[[str], str], at: str) -> RuleChange:
    """Parameters as written, with the severity that may stand among them. Raises ``PolicyError``."""
    rest = dict(parameters)
    severity = rest.pop("severity", None)
    if severity not in (None, "error", "warning"):
        raise PolicyError(f"{place('severity')}: severity: {shown(severity)} is not possible; write error or warning")
    return RuleChange(severity, rest, {"": at, **{word: place(word) for word in rest}})


def _differences(id: str, old: Spelled, new: Spelled) -> Iterator[str]:
    if new.says != old.says:
        yield f"{id} says: {new.says}"
    if new.severity != old.severity:
        yield f"{id} is {new.severity} instead of {old.severity}"
    if new.person != old.person and new.person:
        yield f"{id} is left to a person: {new.person}"
    for name in [name for name in old.rule_names if name not in new.rule_names]:
        yield f"{id} loses the rule {name}"
    for name in new.rule_names:
        if name not in old.rule_names:
            yield f"{id} gains the rule {name}"
        before, now = old.rules.get(name, RuleChange(None, {})), new.rules.get(name, RuleChange(None, {}))
        if now.severity != before.severity:
            yield f"{id} weighs {name} as {now.severity}"
        for word, value in now.parameters.items():
            if name in old.rule_names and before.parameters.get(word) != value:
                yield f"{id} sets {word} of {name} to {value!r}"
