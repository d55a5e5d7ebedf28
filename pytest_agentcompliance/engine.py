"""From options to an audit: what the faces toward the shell and toward pytest share, and nothing else does."""

import atexit
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path

from pytest_agentcompliance import audit as judge
from pytest_agentcompliance import policy as law
from pytest_agentcompliance import profile
from pytest_agentcompliance.errors import Unreadable, UsageError
from pytest_agentcompliance.evidence import Run
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing import templates
from pytest_agentcompliance.sources import ends, gather, story
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.verdict import Audit, PolicyFacts

POLICY_LIMIT = 1024 * 1024  # bytes


PARSED = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".py", ".go")
MANY = 12  # changed files of code; among so many there is always one that some rule wants parsed


@dataclass(frozen=True, slots=True)
class Options:
    """What a person asked for. ``head`` None is the work tree as it stands; ``evidence`` maps a kind to where it lies."""

    repo: Path
    base: str | None = None
    head: str | None = None
    profiles: tuple[str, ...] = ()
    story: str | None = None
    feature_dir: str | None = None
    log: Path | None = None
    policy: Path | None = None
    evidence: Mapping[str, str] = field(default_factory=dict)
    environ: Mapping[str, str] = field(default_factory=lambda: dict(os.environ))


@dataclass(frozen=True, slots=True)
class Bound:
    """One profile that applies, with its template values filled in, and where its evidence is looked for."""

    profile: profile.Profile
    wanted: gather.Wanted


@dataclass(frozen=True, slots=True)
class Opened:
    """A repository as long as it is open: the ends of the run in it, the policy in force, the profiles that apply."""

    repository: Repository
    ends: Ends
    policy: law.Policy
    facts: PolicyFacts
    bound: tuple[Bound, ...]

    def gather(self, bound: Bound, kinds: Collection[str]) -> Run:
        return gather.gather(self.repository, self.ends, kinds, bound.wanted)

    def judged(self, applied: profile.Profile, run: Run) -> Audit:
        """The audit of one profile, or of a part of it, with the policy's waivers."""
        today = datetime.now(UTC).date()
        return judge.audit(applied, run, waivers=self.policy.waivers, policy=self.facts, today=today)


@contextmanager
def opened(options: Options, step: Callable[[str], None] = lambda _: None) -> Iterator[Opened]:
    """What an audit starts from. ``step`` is told what is being done. Raises ``UsageError``, ``PolicyError``, ``EvidenceError``."""
    with Repository(options.repo) as repository:
        found, policy, facts = _read(options, repository, step)
        yield Opened(repository, found, policy, facts, tuple(_bound(options, repository, found, policy, reviewed=facts.reviewed)))


def audit(options: Options, step: Callable[[str], None] = lambda _: None) -> Audit:
    """Make the audit. ``step`` is told what is being done. Raises ``UsageError``, ``PolicyError``, ``EvidenceError``."""
    with opened(options, step) as one:
        if sum(change.path.endswith(PARSED) for change in one.ends.changes) >= MANY:
            from pytest_agentcompliance.parsing import grammar  # start-up time: in a small change there may be nothing to parse

            grammar.warm()
        audits = []
        for bound in one.bound:
            step(f"judging {bound.profile.name}")
            audits.append(one.judged(bound.profile, one.gather(bound, bound.profile.reads)))
    return merged(audits)


def evidence(options: Options, kinds: Collection[str]) -> Run:
    """The evidence alone, for checks written by hand. It is read as it is asked for, until the process ends."""
    with ExitStack() as stack:
        one = stack.enter_context(opened(options))
        run = one.gather(one.bound[0], kinds)
        atexit.register(stack.pop_all().close)  # it stays open for what is read late; what raised above has closed it
    return run


def _read(options: Options, repository: Repository, step: Callable[[str], None]) -> tuple[Ends, law.Policy, PolicyFacts]:
    step("reading the repository")
    found = ends.find(repository, options.base, options.head, options.environ)
    step("reading the policy")
    return found, *_policy(options, repository, found)


def _policy(options: Options, repository: Repository, found: Ends) -> tuple[law.Policy, PolicyFacts]:
    """The policy in force: the one that was passed, else the merge base's, else head's, which nobody has reviewed."""
    if options.policy is not None:
        if options.policy.exists() and not options.policy.is_file():
            raise UsageError(f"--policy {options.policy}: it is no regular file")
        try:
            with options.policy.open("rb") as file:
                data = file.read(POLICY_LIMIT + 1)
        except OSError as wrong:
            raise UsageError(f"--policy {options.policy}: {wrong.strerror}") from wrong
        policy = law.parse(data, str(options.policy))
        judged = repository.root is not None and options.policy.resolve().is_relative_to(repository.root)
        return policy, PolicyFacts(f"--policy {options.policy}", policy.digest, reviewed=not judged)
    for tree, where, reviewed in (
        (found.base_tree, f"{law.FILE} at the merge base", True),
        (found.head_tree, f"{law.FILE} at head", False),
    ):
        if (text := _file(repository, tree, law.FILE)) is not None:
            policy = law.parse(text, law.FILE)
            return policy, PolicyFacts(where, policy.digest, reviewed)
    if not options.profiles:
        raise UsageError(
            f"there is no {law.FILE}, neither at the merge base nor at head, and no --profile was passed; "
            "run 'agent-compliance init' to write one"
        )
    return law.Policy((), {}, (), "", ""), PolicyFacts("none: the profile's own defaults")


def _file(repository: Repository, tree: str, path: str) -> bytes | None:
    """A regular file of a tree. Raises ``UsageError`` where something else lies in its place."""
    try:
        entry = repository.entry(tree, path)
        if entry is None:
            return None
        if not is_file(entry[0]):
            raise UsageError(f"{path} is no regular file (mode {entry[0]}); it must be one")
        return repository.blobs.read(entry[1])
    except Unreadable as wrong:
        raise UsageError(f"{path} could not be read: {wrong.reason}") from wrong


def _bound(options: Options, repository: Repository, found: Ends, policy: law.Policy, *, reviewed: bool) -> Iterator[Bound]:
    """The profiles that apply, and integrity, which always does, each with its template values filled in."""
    chosen = {one.name: one for one in policy.profiles}
    asked = options.profiles or tuple(chosen)

    # A profile of the project counts where its policy was read: at the merge base, or at head on first introduction.
    tree = found.base_tree if reviewed else found.head_tree

    def project(name: str) -> bytes | None:
        return _file(repository, tree, f"{profile.FOLDER}/{name}.yaml")

    drafts = [profile.read(name, project) for name in dict.fromkeys([*asked, profile.INTEGRITY])]
    policy.check(drafts)
    for draft in drafts:
        one = chosen.get(draft.name) or law.Chosen(draft.name, {}, {}, 0)
        values = {**draft.values, **one.values}
        if options.feature_dir is not None and "feature_dir" in values:
            values["feature_dir"] = options.feature_dir
        unknown, named = "", values.get("story", "").replace("*", "")
        if options.story is not None and "story" in values:
            named = options.story
            values["story"] = templates.literally(named)
        elif values.get("story") == "auto":
            answer = _story(repository, found, draft, values, options.head)
            named = answer.name
            # A folder's name under audit is no glob.
            values["story"], unknown = templates.literally(answer.name) if answer.name else "*", answer.why
        bound = draft.bind(values, one.clauses)
        given = {kind: (glob,) for kind, glob in options.evidence.items()}
        globs = {**bound.evidence, **policy.evidence, **given}
        yield Bound(bound, gather.Wanted(options.log, unknown, named, globs))


def _story(repository: Repository, found: Ends, draft: profile.Draft, values: Mapping[str, str], head: str | None) -> story.Story:
    def paths() -> Iterator[str]:
        return (path.decode("utf-8", "surrogateescape") for path in repository.listing(found.head_tree))

    # A head that is asked for by its branch's name says more than the branch that happens to be checked out.
    branch = head if head and story.IN_BRANCH.search(head) else repository.branch
    return story.find(draft.evidence.get("log", ()), values, found.changes, branch, paths)


def merged(audits: list[Audit]) -> Audit:
    """The audits of all profiles as one: their verdicts in order, their notes once."""
    first = audits[-1]
    return replace(
        first,
        verdicts=tuple(verdict for one in audits for verdict in one.verdicts),
        notes=tuple(dict.fromkeys(note for one in audits for note in one.notes)),
        meter=replace(first.meter, rules=sum(one.meter.rules for one in audits)),
    )
