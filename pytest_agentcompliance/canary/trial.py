"""The canary itself: for each bound rule a breach is planted, audited from git to verdict, and its finding demanded."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from pytest_agentcompliance import engine, workshop
from pytest_agentcompliance.canary import ground, places, plant
from pytest_agentcompliance.canary.clone import Clone, cloned
from pytest_agentcompliance.canary.result import Canary, Row, State
from pytest_agentcompliance.engine import Bound, Options
from pytest_agentcompliance.errors import AgentComplianceError, EvidenceError
from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.profile import BoundRule, Clause
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.trees import GONE
from pytest_agentcompliance.verdict import Audit, Finding, Outcome, PolicyFacts, Verdict

MOST = 8  # breaches of one rule that are tried before it counts as silent
PAPERS = {
    path: "decisions: []\n" if path.endswith(".yaml") else f"# {kind}\n\nAC-1: the canary sings in `canary.txt`.\n"
    for kind, paths in workshop.DOCUMENTS.items() if kind != "blockers" for path in paths[:1]
}  # fmt: skip
CRASHED = f"the audit says {Outcome.CRASHED}"
ALONE = "only in a tree that has the policy alone: files of the repository stand in its way"
NOTHING = Example("Nothing changes.")
HARMLESS = Example("A harmless file, and all documents.", before=PAPERS, after={**PAPERS, "canary.txt": "It sings.\n"})

Key = tuple[str, str, str]  # profile, clause, rule


def run(options: Options, step: Callable[[str], None] = lambda _: None) -> Canary:
    """Plant and demand. ``step`` is told what is being done. Raises ``UsageError``, ``PolicyError``, ``EvidenceError``.

    Of the options repo, base, profiles and policy count: a canary has its own head, story and evidence.
    """
    step("reading the repository")
    with Repository(options.repo) as original:
        stands = ground.found(original, options)
        with cloned(original) as clone:
            return _Trial(clone, stands, options, step).run()


@dataclass(frozen=True, slots=True)
class _Made:
    """The audit of an example that was planted; of one that could not be made, why."""

    example: Example  # kept, since its id is its name
    audit: Audit | None
    why: str = ""

    def verdict(self, key: Key) -> Verdict | None:
        verdicts = self.audit.verdicts if self.audit is not None else ()
        return next((one for one in verdicts if (one.profile, one.clause, one.rule) == key), None)

    def quiet(self, key: Key) -> bool:
        """Whether something changed and the rule has no finding in it."""
        verdict = self.verdict(key)
        changed = self.audit is not None and self.audit.meter.files_changed > 0
        return changed and verdict is not None and not verdict.breaks and not verdict.undecided


@dataclass
class _Trial:
    clone: Clone
    stands: ground.Ground
    options: Options
    step: Callable[[str], None]
    made: dict[tuple[int, str, str], _Made] = field(default_factory=dict)  # by example, profile and tree
    named: frozenset[str] = frozenset()  # files of the law that the policy names

    def run(self) -> Canary:
        self.step("reading the policy")
        bound, facts = self._law()
        tree = self._cleared(self.stands.tree, bound)
        bare = self.clone.planted(self.clone.put(b"", "tree"), self._law_files())
        for one in bound:
            for clean in (NOTHING, HARMLESS):
                made = self._audited(clean, one, tree)
                if made.audit is None:
                    raise EvidenceError(f"the canary's repository cannot be audited: {made.why}")
        rows: list[Row] = []
        for one in bound:
            for clause in one.profile.clauses:
                for rule in clause.rules or (BoundRule("", None, clause.severity),):
                    self.step(f"planting {rule.name} ({clause.id})")
                    rows.append(self._row(one, clause, rule, (tree, bare)))
        return Canary(self.stands.commit, self.stands.said, facts, tuple(rows), len(self.made), self.stands.notes)

    def _law(self) -> tuple[tuple[Bound, ...], PolicyFacts]:
        """The profiles as an audit binds them, on the ground as it is."""
        start = plant.plant(self.clone, self.stands.tree, NOTHING, places.Places({}))
        with engine.opened(self._options(start, {})) as one:
            self.named = frozenset({one.policy.waivers_file, one.policy.baseline})
            return one.bound, one.facts

    def _options(self, planted: plant.Plant, evidence: Mapping[str, str]) -> Options:
        return replace(
            self.options, repo=self.clone.folder, base=planted.base, head=planted.head, story=places.STORY,
            log=None, evidence=evidence, environ={},
        )  # fmt: skip

    def _cleared(self, tree: str, bound: tuple[Bound, ...]) -> str:
        """The tree without the documents and logs that lie where those of a run are looked for: each example brings its own."""
        globs = tuple({glob for one in bound for globs in one.wanted.globs.values() for glob in globs})
        if not globs:
            return tree
        paths = (path.decode("utf-8", "surrogateescape") for path in self.clone.listing(tree))
        return self.clone.planted(tree, {path: GONE for path in paths if matches(path, globs) and not self._is_law(path)})

    def _law_files(self) -> dict[str, tuple[str, str]]:
        listing = self.clone.listing(self.stands.tree)
        files = {path.decode("utf-8", "surrogateescape"): entry for path, entry in listing.items()}
        return {path: entry for path, entry in files.items() if self._is_law(path)}

    def _is_law(self, path: str) -> bool:
        return ground.is_law(path) or path in self.named

    def _audited(self, example: Example, bound: Bound, tree: str) -> _Made:
        """The audit of an example that is planted for a profile on a tree; each is made once."""
        key = (id(example), bound.profile.name, tree)
        if key not in self.made:
            where = places.places(example, bound.wanted.globs, bound.profile.evidence)
            try:
                planted = plant.plant(self.clone, tree, example, where, self.named)
                self.made[key] = _Made(example, engine.audit(self._options(planted, where.evidence)))
            except AgentComplianceError as wrong:
                self.made[key] = _Made(example, None, str(wrong))
        return self.made[key]

    # One rule of one clause

    def _row(self, bound: Bound, clause: Clause, one: BoundRule, trees: tuple[str, str]) -> Row:
        row = Row(bound.profile.name, clause.id, clause.says, one.name, one.severity, State.FOUND)
        if clause.off:
            return replace(row, state=State.OFF, why=clause.off)
        if not one.name:
            return replace(row, state=State.PERSON, why=clause.person)
        if one.rule is None:
            return replace(row, state=State.NOT_BUILT)
        asked = _asked(one.rule)
        said: list[str] = []
        for tree in trees:
            for example, _ in asked[:MOST]:
                made = self._audited(example, bound, tree)
                verdict = made.verdict((bound.profile.name, clause.id, one.name))
                if verdict is not None and (finding := _finding(verdict, example)):
                    done = replace(row, example=example.title, at=str(finding.at or ""))
                    if tree != trees[0]:
                        done = replace(done, why=ALONE)
                    return self._discerning(done, bound, one.rule, tree)
                said.append(_unheard(made, verdict))
        crashed = [why for why in said if why.startswith(CRASHED)]
        if crashed or any(sure for _, sure in asked):
            return replace(row, state=State.SILENT, example=asked[0][0].title, why=[*crashed, *said][0])
        state, why = _nothing(one.rule)
        return replace(row, state=state, why=why)

    def _discerning(self, row: Row, bound: Bound, rule: Rule, tree: str) -> Row:
        """The row, unless the rule has findings in every audit that was made of some change: also where nothing breaks it."""
        key = (row.profile, row.clause, row.rule)
        if any(made.quiet(key) for made in self.made.values()):
            return row
        keepers = [one for one in rule.examples if not one.finds and not one.unread]
        # First those that the rule keeps as it is bound; where that makes a breach of whatever there is, the examples' own way.
        for example in sorted(keepers, key=lambda one: _broken(rule, one))[:MOST]:
            if self._audited(example, bound, tree).quiet(key):
                return row
        if any(not _broken(_with(rule, one), one) for one in keepers):
            return row
        return replace(row, state=State.INDISCRIMINATE, why="it has findings whatever is planted, also where nothing breaks it")


def _finding(verdict: Verdict, example: Example) -> Finding | None:
    """What answers a planted breach: a breach that no waiver excuses; of a file that cannot be read, that it is named."""
    if example.unread and verdict.undecided:
        return next(iter(verdict.findings), None)
    return next((one for one in verdict.findings if one.level == "breach"), None) if verdict.breaks else None


def _unheard(made: _Made, verdict: Verdict | None) -> str:
    if verdict is None:
        return f"no audit was made: {made.why}" if made.audit is None else "the audit has no verdict of it"
    if verdict.outcome is Outcome.KEPT:
        return "the audit found nothing"
    return f"the audit says {verdict.outcome}" + (f": {verdict.why}" if verdict.why else "")


def _nothing(rule: Rule) -> tuple[State, str]:
    """What a rule is that nothing breaks as it is bound: blind to its own examples too, or bound so that they break nothing."""
    own = [example for example in rule.examples if example.finds]
    if own and not any(_broken(_with(rule, example), example) for example in own):
        return State.SILENT, f"none of its {len(own)} examples of a breach breaks it, not even with the parameters of the example"
    return State.NOT_PLANTED, "nothing is known that breaks it with the parameters that it has here"


def _with(rule: Rule, example: Example) -> Rule:
    """The rule with the parameters of an example; as it is where they are none of its own."""
    try:
        return type(rule)(**example.given)
    except ValueError:
        return rule


def _asked(rule: Rule) -> list[tuple[Example, bool]]:
    """What may break a rule, and whether it does in memory: what surely does comes first."""
    try:
        examples = rule.canaries()
    except Exception:  # of a rule that a plugin brings; its examples may do
        examples = Rule.canaries(rule)
    told = [(one, bool(one.unread) or _broken(rule, one)) for one in examples]
    return sorted(told, key=lambda one: not one[1])


def _broken(rule: Rule, example: Example) -> bool:
    """Whether a rule has a breach in an example, made up in memory."""
    try:
        return any(one.level == "breach" for one in rule.findings_in(workshop.run_of(example)))
    except (KeyboardInterrupt, SystemExit, GeneratorExit):
        raise
    except BaseException:  # it will fail in the audit as well, which says how; ast-grep panics with one that is no Exception
        return False
