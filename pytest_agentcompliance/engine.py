"""From options to an audit: what the faces toward the shell and toward pytest share, and nothing else does."""

import atexit
import os
from collections.abc import Callable, Collection, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from pytest_agentcompliance import audit as judge
from pytest_agentcompliance import policy as law
from pytest_agentcompliance import profile
from pytest_agentcompliance.errors import PolicyError, Unreadable, UsageError
from pytest_agentcompliance.evidence import ChangeSet, Detour, Ledger, Run
from pytest_agentcompliance.evidence.changes import is_file
from pytest_agentcompliance.parsing import templates
from pytest_agentcompliance.sources import ends, gather, services, story
from pytest_agentcompliance.sources.ends import Ends
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.session import Session, hold
from pytest_agentcompliance.sources.wanted import NOWHERE, Wanted
from pytest_agentcompliance.verdict import Audit, Outcome, PolicyFacts, Verdict

if TYPE_CHECKING:
    from pytest_agentcompliance.reporters.account import Account

FILE_LIMIT = 16 * 1024 * 1024  # bytes; what is read is held to limits of its own

PARSED = (".ts", ".tsx", ".js", ".jsx", ".mjs", ".cjs", ".mts", ".cts", ".py", ".go")
# What a rule may need that is held to a state on the way, and what it goes without there.
CHANGE_ALONE = frozenset({"changes", "documents"})
NEWER = (
    "the law at base itself is not that of the merge base, which is in force: the run started before it was changed, or "
    "went back behind it; merge base into the branch, or pass --policy"
)
SHOWN = frozenset({"commits", "log", "proofs"})  # the kinds of evidence that a report shows beside the verdicts
LACKING = frozenset({"commits", "custody", "verdicts"})
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
    session: Session | None = None  # of pytest's, where that asks
    reruns: Path | None = None  # what 'prove --rerun' wrote, outside of the tree


@dataclass(frozen=True, slots=True)
class Bound:
    """One profile that applies, with its template values filled in, and where its evidence is looked for."""

    profile: profile.Profile
    wanted: Wanted


@dataclass(frozen=True, slots=True)
class Case:
    """What is judged: the policy in force, the profiles that apply, the day that waivers are held to, a door to the evidence."""

    policy: law.Policy
    facts: PolicyFacts
    bound: tuple[Bound, ...]
    day: date

    def gather(self, bound: Bound, kinds: Collection[str]) -> Run:
        """The evidence of these kinds, as one of the profiles looks for it."""
        raise NotImplementedError

    def anew(self, wanted: Wanted, kinds: Collection[str], paths: Collection[str]) -> Run:
        """The run as it would be if these files were new at its end: with all that they hold, and not only what it changed."""
        raise NotImplementedError

    def passed(self, detour: Detour) -> Detour:
        """A state that the run did not end in, with what the bound rules say of it that look at a change and documents alone."""
        found: list[Verdict] = []
        for bound in self.bound:
            rules = profile.looking_at(bound.profile, CHANGE_ALONE, CHANGE_ALONE | LACKING | {"tree"})
            run = replace(self.gather(bound, rules.reads - LACKING), changes=detour.changes)
            found += self.judged(rules, run).verdicts
        return replace(detour, verdicts=tuple(found))

    def judged(self, applied: profile.Profile, run: Run, others: tuple[Verdict, ...] = ()) -> Audit:
        """The audit of one profile, or of a part of it, with the policy's waivers. ``others``: verdicts that were made before."""
        wanted = next((one.wanted for one in self.bound if one.profile.name == applied.name), NOWHERE)
        excuses = judge.Excuses(
            self.policy.waivers, self.policy.known, self.day, lambda kinds, paths: self.anew(wanted, kinds, paths)
        )
        return judge.audit(applied, run, excuses=excuses, policy=self.facts, others=others)

    def concluded(self, audits: list[Audit]) -> Audit:
        """The audits of all profiles as one, with what is to be said of the waivers that met nothing in any of them."""
        made = merged(audits)
        return replace(made, notes=(*made.notes, *self.policy.notes, *law.idle(self.policy.waivers, made.verdicts, self.day)))


@dataclass(frozen=True, slots=True)
class Opened(Case):
    """A case in a repository as long as it is open, and the ends of the run in it."""

    repository: Repository
    ends: Ends

    def gather(self, bound: Bound, kinds: Collection[str]) -> Run:
        return gather.gather(self.repository, self.ends, kinds, bound.wanted)

    def anew(self, wanted: Wanted, kinds: Collection[str], paths: Collection[str]) -> Run:
        from pytest_agentcompliance.sources import trees  # start-up time: asked where the policy excuses something

        gone = {path.encode("utf-8", "surrogateescape"): trees.GONE for path in paths if _is_path(path)}
        base, ledger = trees.written(self.repository, self.ends.head_tree, gone), Ledger()
        changes = self.repository.changes(base, self.ends.head_tree, ledger, self.ends.changes.as_of)
        return gather.gather(self.repository, replace(self.ends, base_tree=base, changes=changes, ledger=ledger), kinds, wanted)


@contextmanager
def opened(options: Options, step: Callable[[str], None] = lambda _: None) -> Iterator[Opened]:
    """What an audit starts from. ``step`` is told what is being done. Raises ``UsageError``, ``PolicyError``, ``EvidenceError``."""
    with Repository(options.repo) as repository:
        if options.reruns is not None:
            _hold_apart(options.reruns, repository)
        found, policy, facts = _read(options, repository, step)
        bound = tuple(_bound(options, repository, found, policy, reviewed=facts.reviewed))
        yield Opened(policy, facts, bound, _today(), repository, found)


def audit(options: Options, step: Callable[[str], None] = lambda _: None) -> Audit:
    """Make the audit. ``step`` is told what is being done. Raises ``UsageError``, ``PolicyError``, ``EvidenceError``."""
    with opened(options, step) as one:
        warm(one.ends.changes)
        return judged(one, step)


def account(options: Options, step: Callable[[str], None] = lambda _: None) -> "Account":
    """The audit, and what a format shows beside it. Raises as ``audit`` does."""
    with opened(options, step) as one:
        warm(one.ends.changes)
        return shown(one, judged(one, step), step)


def shown(one: Opened, made: Audit, step: Callable[[str], None]) -> "Account":
    """An audit with what a format shows beside it."""
    from pytest_agentcompliance.reporters import collected
    from pytest_agentcompliance.reporters.account import Account, Exhibits

    step("collecting what is shown beside")
    first = one.bound[0]
    try:
        exhibits = collected.exhibits(made, one.gather(first, SHOWN), judge.without_secrets)
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException as wrong:  # the verdicts stand without what is shown beside them
        why = f"{type(wrong).__name__}: {judge.without_secrets(str(wrong)[:300])}"
        exhibits = Exhibits(cut=(f"what stands beside the verdicts could not be collected, and none of it is shown ({why})",))
    found = one.ends
    # A work tree with nothing in it that is not committed is the commit.
    commit = found.span.head.partition("+")[0] if found.head_tree == found.committed_tree else ""
    account = Account(made, exhibits, story=first.wanted.story, made=datetime.now(UTC), commit=commit, tree=found.head_tree)
    return introduced(account)


def introduced(account: "Account") -> "Account":
    """An account with what we and its rules say of ourselves."""
    from importlib.metadata import version

    from pytest_agentcompliance.handbook import rule_page

    names = dict.fromkeys(one.rule for one in account.audit.verdicts if one.rule and one.outcome is not Outcome.NOT_BUILT)
    return replace(account, rules={name: rule_page.fact(name) for name in names}, version=version("pytest-agentcompliance"))


def warm(changes: ChangeSet) -> None:
    """Make ready what parses code, where much of it changed."""
    if sum(change.path.endswith(PARSED) for change in changes) >= MANY:
        from pytest_agentcompliance.parsing import grammar  # start-up time: in a small change there may be nothing to parse

        grammar.warm()


def judged(one: Case, step: Callable[[str], None] = lambda _: None) -> Audit:
    """All profiles of a case judged."""
    audits: list[Audit] = []
    for bound in one.bound:
        step(f"judging {bound.profile.name}")
        run = one.gather(bound, bound.profile.reads)
        if run.custody is not None:
            # What the run left behind on its way is held to the rules that are bound beside.
            passed = tuple(one.passed(detour) for detour in run.custody.detours)
            run = replace(run, custody=replace(run.custody, judged=passed))
        audits.append(one.judged(bound.profile, run, tuple(verdict for made in audits for verdict in made.verdicts)))
    return one.concluded(audits)


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
    if options.session is not None:
        hold(repository, found.base_tree, options.session)
    step("reading the policy")
    return found, *_policy(options, repository, found)


def _policy(options: Options, repository: Repository, found: Ends) -> tuple[law.Policy, PolicyFacts]:
    """The policy in force: the one that was passed, else the merge base's, else head's, which nobody has reviewed."""

    def at(tree: str) -> Callable[[str], bytes | None]:
        return lambda path: _file(repository, tree, path)

    base, head = at(found.base_tree), at(found.head_tree)
    if options.policy is not None:
        passed = options.policy
        policy = law.parse(_passed(passed, f"--policy {passed}"), str(passed))
        judged = repository.root is not None and passed.resolve().is_relative_to(repository.root)
        facts = PolicyFacts(f"--policy {passed}", policy.digest, reviewed=not judged)

        def beside(path: str) -> bytes | None:
            file = passed.parent / path
            return _passed(file, f"{file}, which --policy {passed} names") if file.exists() else None

        return _whole(policy, facts, beside, base if judged or not policy.baseline else beside)
    for read, where, reviewed in ((base, f"{law.FILE} at the merge base", True), (head, f"{law.FILE} at head", False)):
        if (text := read(law.FILE)) is not None:
            policy = law.parse(text, law.FILE)
            if reviewed and _is_newer(repository, found):
                policy = replace(policy, notes=(*policy.notes, NEWER))
            return _whole(policy, PolicyFacts(where, policy.digest, reviewed), read, base)
    if not options.profiles:
        raise UsageError(
            f"there is no {law.FILE}, neither at the merge base nor at head, and no --profile was passed; "
            "run 'agent-compliance init' to write one"
        )
    return _whole(law.Policy((), {}, (), "", ""), PolicyFacts("none: the profile's own defaults"), base, base)


def _is_newer(repository: Repository, found: Ends) -> bool:
    """Whether base's own policy, or its profiles, are not those of the merge base."""
    if found.tip_tree == found.base_tree:
        return False
    try:
        here, there = found.tip_tree, found.base_tree
        return any(repository.entry(here, one) != repository.entry(there, one) for one in (law.FILE, profile.FOLDER))
    except Unreadable:
        return True


def _whole(
    policy: law.Policy, facts: PolicyFacts, read: Callable[[str], bytes | None], known: Callable[[str], bytes | None]
) -> tuple[law.Policy, PolicyFacts]:
    """The policy with the waivers and the baseline that it names.

    ``read`` reads where the policy was read, ``known`` where a baseline counts: that of the merge base even where the policy is
    head's, since what a run is excused has been said before it.
    """
    also = []
    if not facts.reviewed and (policy.keys or policy.rerun):
        policy = replace(policy, keys={}, rerun=())
        also.append("keys of proofs, and commands to run again, count as the merge base has them; nobody has reviewed these")
    if policy.waivers_file:
        if (data := read(policy.waivers_file)) is None:
            place = f"{policy.source}:{policy.at['waivers_file']}"
            raise PolicyError(f"{place}: there is no {policy.waivers_file}; write it, or take 'waivers_file' out")
        before = len(policy.waivers)
        policy = policy.with_waivers(data, policy.waivers_file)
        also.append(f"the policy has {len(policy.waivers) - before} of its waivers in {policy.waivers_file}")
    named = policy.baseline or law.BASELINE
    if (data := known(named)) is not None:
        from pytest_agentcompliance import baseline  # start-up time: most repositories have none

        policy = replace(policy, known=frozenset(one.fingerprint for one in baseline.parse(data, named)))
        also.append(f"findings known from {named}: {len(policy.known)}")
    elif policy.baseline:
        also.append(f"there is no {named} yet, which the policy names as its baseline; 'agent-compliance baseline' writes it")
    return replace(policy, notes=(*policy.notes, *also)), facts


def _passed(file: Path, called: str) -> bytes:
    """A regular file of the disk. Raises ``UsageError``."""
    if file.exists() and not file.is_file():
        raise UsageError(f"{called}: it is no regular file")
    try:
        with file.open("rb") as stream:
            return stream.read(FILE_LIMIT + 1)
    except OSError as wrong:
        raise UsageError(f"{called}: {wrong.strerror}") from wrong


def _hold_apart(reruns: Path, repository: Repository) -> None:
    """Raises ``UsageError`` where the run could have written there itself what is to bear it out."""
    real = reruns.resolve()
    if repository.root is not None and real.is_relative_to(repository.root.resolve()):
        raise UsageError(
            f"--reruns {reruns}: it lies in the repository, where the run itself can write; give 'prove --rerun --to' and this "
            "a folder outside of it"
        )
    if not real.is_dir():
        raise UsageError(f"--reruns {reruns}: there is no such folder; 'agent-compliance prove --rerun --to DIR' makes it")


def _is_path(path: str) -> bool:
    """Whether it can be one of a tree: a rule may speak of a file that never was."""
    odd = any(0xD800 <= ord(one) < 0xDC80 or 0xDD00 <= ord(one) <= 0xDFFF for one in path)
    return not odd and "\0" not in path and all(part for part in path.split("/"))


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
            answer = _story(repository, found, draft, values, options)
            named = answer.name
            # A folder's name under audit is no glob.
            values["story"], unknown = templates.literally(answer.name) if answer.name else "*", answer.why
        bound = draft.bind(values, one.clauses)
        given = {kind: (glob,) for kind, glob in options.evidence.items()}
        globs = {**bound.evidence, **policy.evidence, **given}
        yield Bound(bound, Wanted(
            options.log, unknown, named, globs, frozenset(given), policy.keys, options.reruns, options.environ,
            _branch(repository, options) or "",
        ))  # fmt: skip


def _story(repository: Repository, found: Ends, draft: profile.Draft, values: Mapping[str, str], options: Options) -> story.Story:
    def paths() -> Iterator[str]:
        return (path.decode("utf-8", "surrogateescape") for path in repository.listing(found.head_tree))

    return story.find(draft.evidence.get("log", ()), values, found.changes, _branch(repository, options), paths)


def _branch(repository: Repository, options: Options) -> str | None:
    """A head that is asked for by its branch's name says more than the branch that happens to be checked out.

    CI checks out a commit, and says of which branch it is.
    """
    head = options.head
    return head if head and story.IN_BRANCH.search(head) else repository.branch or services.branch(options.environ) or None


def _today() -> date:
    return datetime.now(UTC).date()


def merged(audits: list[Audit]) -> Audit:
    """The audits of all profiles as one: their verdicts in order, their notes once."""
    first = audits[-1]
    return replace(
        first,
        verdicts=tuple(verdict for one in audits for verdict in one.verdicts),
        notes=tuple(dict.fromkeys(note for one in audits for note in one.notes)),
        meter=replace(first.meter, rules=sum(one.meter.rules for one in audits)),
    )
