"""The traceability matrix: each clause of the spec under its heading, with its rules, their evidence and what they came to."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pytest_agentcompliance.reporters.account import Account
from pytest_agentcompliance.reporters.html.findings import Several
from pytest_agentcompliance.reporters.html.words import counted, name, told
from pytest_agentcompliance.verdict import Outcome, Verdict

WHYS = 20  # lines of a reason that are shown
# What a clause can come to, the worst first: the filter has them in this order.
WORDS = {
    "broken": "broken", "warned": "broken, warning", "crashed": "crashed", "undecided": "undecided", "not-judged": "not judged",
    "waived": "waived", "not-checkable": "for a person", "not-built": "not built", "kept": "kept",
}  # fmt: skip
SAID_AT_ONCE = (Outcome.NOT_JUDGED, Outcome.NOT_CHECKABLE, Outcome.NOT_BUILT, Outcome.CRASHED, Outcome.WAIVED)


@dataclass(frozen=True, slots=True)
class Judged:
    """What one rule says of a clause. ``said`` is its reason where that is what one wants to know; ``why`` what lies behind it."""

    rule: str
    rule_number: int
    soft: bool
    state: str
    word: str
    undecided: bool
    said: str
    why: tuple[str, ...]
    evidence: str
    links: tuple[tuple[int, str], ...]  # the number of a group of findings, how many it has


@dataclass(frozen=True, slots=True)
class Clause:
    """A clause and all its rules. ``states`` are the keys of ``WORDS`` that it has."""

    number: int
    id: str
    says: str
    states: tuple[str, ...]
    rules: tuple[Judged, ...]


@dataclass(frozen=True, slots=True)
class Group:
    """The clauses of one profile under one heading of its spec."""

    profile: str
    section: str
    clauses: tuple[Clause, ...]


Key = tuple[str, str]  # a profile, and a clause or a heading in it
Sections = dict[Key, dict[Key, list[tuple[int, Verdict]]]]


def sections(account: Account) -> Sections:
    """The clauses by the heading that they stand under, each with its verdicts and their places among all."""
    found: Sections = {}
    first: dict[Key, str] = {}
    for k, verdict in enumerate(account.audit.verdicts):
        key = verdict.profile, verdict.clause
        section = first.setdefault(key, verdict.section)  # a clause stands under one heading
        found.setdefault((verdict.profile, section), {}).setdefault(key, []).append((k, verdict))
    return found


def numbers(headed: Sections) -> dict[Key, int]:
    """The number of each clause, in the order of the page."""
    return {key: k for k, key in enumerate((key for clauses in headed.values() for key in clauses), 1)}


def groups(account: Account, headed: Sections, rules: Mapping[str, int], found: list[tuple[int, Several]]) -> list[Group]:
    """The matrix, in the order in which the profiles have their headings."""
    links: dict[int, list[Several]] = {}
    for k, one in found:
        links.setdefault(k, []).append(one)
    number = numbers(headed)
    return [
        Group(name(profile), name(section), tuple(
            Clause(
                number[key], name(key[1]), told(several[0][1].says),
                tuple(dict.fromkeys(state for _, verdict in several for state in states(verdict))),
                tuple(_judged(verdict, account, rules, links.get(k, [])) for k, verdict in several),
            )
            for key, several in clauses.items()
        ))
        for (profile, section), clauses in headed.items()
    ]  # fmt: skip


def states(verdict: Verdict) -> Iterator[str]:
    """The keys of ``WORDS`` that a verdict has."""
    yield "warned" if verdict.breaks and verdict.severity != "error" else str(verdict.outcome)
    if verdict.undecided and verdict.outcome is not Outcome.CRASHED:
        yield "undecided"


def _judged(verdict: Verdict, account: Account, rules: Mapping[str, int], found: list[Several]) -> Judged:
    fact, state = account.rules.get(verdict.rule), next(states(verdict))
    lines = [told(line) for line in verdict.why.split("\n")[: WHYS + 1] if line]
    unread = [f"could not read {name(path)}" for path in verdict.unread[:WHYS]]
    rest = ["and more that could not be read"] if len(verdict.unread) > WHYS else []
    said = lines.pop(0) if lines and verdict.outcome in SAID_AT_ONCE else ""
    return Judged(
        name(verdict.rule), rules.get(verdict.rule, 0), verdict.severity == "warning", state, WORDS[state].partition(",")[0],
        verdict.undecided and verdict.outcome is not Outcome.CRASHED, said,
        (*lines[:WHYS], *(["..."] if len(lines) > WHYS else []), *unread, *rest),
        ", ".join(map(name, fact.reads)) if fact else "", tuple((one.number, _count(one)) for one in found),
    )  # fmt: skip


def _count(one: Several) -> str:
    if one.state == "excused":
        return f"{one.total:,} excused"
    return counted(one.total, "remark" if one.state == "style" else "finding")
