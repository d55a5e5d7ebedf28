"""What the page shows, ready to be written down: every text harmless, every order decided."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from pytest_agentcompliance.reporters.account import Account, RuleFact
from pytest_agentcompliance.reporters.html import matrix
from pytest_agentcompliance.reporters.html.findings import STATES, Several, several
from pytest_agentcompliance.reporters.html.scope import Scope, scope
from pytest_agentcompliance.reporters.html.timeline import WORDS, Timeline, timeline
from pytest_agentcompliance.reporters.html.words import brief, name, told
from pytest_agentcompliance.reporters.text import closing, meter, shown

SAID = {0: ("kept", "Kept"), 1: ("broken", "Broken"), 3: ("undecided", "Could not judge")}
PILLS = 40  # clauses that the top of the page names
NOTES, UNREAD = 200, 1000
PARAGRAPH = 4000  # characters of what a rule says of itself


@dataclass(frozen=True, slots=True)
class Count:
    """How often something is there: its key, its word, its number, and where its part of the bar begins."""

    key: str
    word: str
    number: int
    before: int = 0


@dataclass(frozen=True, slots=True)
class Commit:
    """A commit, and as many of the files that it changed as are shown."""

    id: str
    subject: str
    author: str
    when: str
    merge: bool
    files: int
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof of a run of a command."""

    name: str
    command: str
    ended: str
    green: bool
    freshness: str
    trust: str
    path: str
    note: str
    when: str


@dataclass(frozen=True, slots=True)
class Page:
    """The whole page."""

    state: str
    verdict: str
    story: str
    closing: str
    bar: tuple[Count, ...]
    pills: tuple[Several, ...]
    facts: tuple[tuple[str, str], ...]
    unreviewed: bool
    outcomes: tuple[Count, ...]
    groups: tuple[matrix.Group, ...]
    verdicts: int
    found: tuple[Several, ...]
    findings: int
    left: int
    states: tuple[Count, ...]
    rules: tuple[RuleFact, ...]
    timeline: Timeline | None
    words: dict[str, str]
    log: str
    scope: Scope
    commits: tuple[Commit, ...]
    proofs: tuple[Proof, ...]
    notes: tuple[str, ...]
    unaudited: tuple[tuple[str, str], ...]
    ids: tuple[tuple[str, str], ...]
    version: str
    made: str


def page(account: Account) -> Page:
    """The page of an account."""
    audit, exhibits = account.audit, account.exhibits
    names = list(dict.fromkeys(one.rule for one in audit.verdicts if one.rule))
    rules = {rule: k for k, rule in enumerate(names, 1)}
    headed = matrix.sections(account)
    placed = several(account, matrix.numbers(headed), rules)
    found = tuple(one for _, one in placed)
    groups = matrix.groups(account, headed, rules, placed)
    clauses = [clause for group in groups for clause in group.clauses]
    state, verdict = SAID[audit.exit_code(account.fail_on)]
    made = account.made
    return Page(
        state=state,
        verdict=verdict,
        story=name(account.story),
        closing=closing(audit, account.fail_on)[1].removeprefix("agent compliance: ").partition(": ")[2],
        bar=tuple(_bar(account)),
        pills=tuple(one for one in found if one.state in ("error", "warned"))[:PILLS],
        facts=tuple(_facts(account)),
        unreviewed=not audit.policy.reviewed,
        outcomes=tuple(
            Count(key, word, n) for key, word in matrix.WORDS.items() if (n := sum(key in one.states for one in clauses))
        ),
        groups=tuple(groups),
        verdicts=len(audit.verdicts),
        found=tuple(one for one in found if one.findings),
        findings=sum(one.total for one in found),
        left=sum(one.total - len(one.findings) for one in found),
        states=tuple(
            Count(key, word, n)
            for key, word in STATES.items()
            if (n := sum(len(one.findings) for one in found if one.state == key))
        ),
        rules=tuple(_fact(account.rules.get(rule, RuleFact(rule, ""))) for rule in names),
        timeline=timeline(account),
        words=WORDS,
        log=name(exhibits.log),
        scope=scope(account),
        commits=tuple(
            Commit(
                brief(one.id), told(one.subject), name(one.author), _when(one.when), one.merge, one.files,
                tuple(map(name, one.paths)),
            )
            for one in exhibits.commits
        ),
        proofs=tuple(
            Proof(
                name(one.name), told(one.command), name(one.ended), one.green, name(one.freshness), f"L{one.trust}", name(one.path),
                told(one.note), _when(one.when) if one.when else "",
            )
            for one in exhibits.proofs
        ),
        notes=tuple(_notes(account)),
        unaudited=tuple((name(path), told(why)) for path, why in audit.unaudited[:UNREAD]),
        ids=tuple(
            (word, name(id)) for word, id in (
                ("merge base", audit.merge_base), ("head", audit.head), ("tree that was judged", account.tree),
                ("policy (SHA-256)", audit.policy.digest),
            ) if id
        ),
        version=name(account.version),
        made=f"{_when(made)} {made.tzname() or ''}".strip() if made is not None else "",
    )  # fmt: skip


def _bar(account: Account) -> Iterator[Count]:
    """How many verdicts came to what, the worst first."""
    every = [next(matrix.states(one)) for one in account.audit.verdicts]
    before = 0
    for key, word in matrix.WORDS.items():
        if n := every.count(key):
            yield Count(key, word, n, before)
            before += n


def _facts(account: Account) -> Iterator[tuple[str, str]]:
    audit = account.audit
    yield "base", name(audit.base) or "not named"
    yield "range", f"{brief(audit.merge_base) or 'none'} to {brief(audit.head) or 'the work tree'}"
    yield "policy", name(audit.policy.source) or "none"
    yield "read", meter(audit)


def _notes(account: Account) -> Iterator[str]:
    every = [*account.audit.notes, *account.exhibits.cut]
    yield from map(told, every[:NOTES])
    if len(every) > NOTES:
        yield f"{len(every) - NOTES} more notes are not shown"
    if len(account.audit.unaudited) > UNREAD:
        yield f"{len(account.audit.unaudited) - UNREAD} more files could not be read"


def _fact(fact: RuleFact) -> RuleFact:
    return RuleFact(name(fact.name), told(fact.title), _paragraph(fact.why), _paragraph(fact.blind), tuple(map(name, fact.reads)))


def _paragraph(text: str) -> str:
    return shown(" ".join(text.replace("``", "").split())[:PARAGRAPH])


def _when(when: datetime) -> str:
    return when.strftime("%Y-%m-%d %H:%M")
