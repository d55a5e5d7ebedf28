"""The changed files, folder by folder, each with what was found of it, and whether the spec lets it change."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from pytest_agentcompliance.reporters.account import Account, FileFact
from pytest_agentcompliance.reporters.html.words import name
from pytest_agentcompliance.verdict import Outcome

GROUP = "scope/"  # the group of rules that say whether a file may change at all
JUDGED = (Outcome.KEPT, Outcome.BROKEN, Outcome.WAIVED)
FILES = 3000  # that are shown, those that may not change first
OPEN = 30  # folders that are opened at once where nothing is wrong with them


@dataclass(frozen=True, slots=True)
class Leaf:
    """A changed file. ``outside`` names the rules of scope that say it may not change, and ``tone`` colours that:
    broken, warned, or excused where the policy lets it pass. ``found`` counts all that was found of it.
    """

    name: str
    path: str
    kind: str
    added: int
    removed: int
    outside: str
    tone: str
    found: int
    was: str
    readable: bool


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder, and the changed files that lie in it and not deeper. ``above`` is what its path has in common with the last one."""

    above: str
    path: str
    leaves: tuple[Leaf, ...]
    outside: int
    added: int
    removed: int
    is_open: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """All folders with changed files, in their order; ``held`` are the rules of scope that judged; ``left`` files are not shown."""

    folders: tuple[Folder, ...]
    held: tuple[str, ...]
    files: int
    outside: int
    excused: int
    left: int


def scope(account: Account) -> Scope:
    """The map, by the findings of the rules of scope and by nothing else."""
    tones: dict[str, str] = {}
    rules: dict[str, dict[str, None]] = {}
    found = Counter(
        one.at.path for verdict in account.audit.verdicts for one in (*verdict.findings, *verdict.excused) if one.at is not None
    )
    for path, rule, tone in _breaches(account):
        if rule.startswith(GROUP):
            tones.setdefault(path, tone)
            rules.setdefault(path, {})[rule] = None
    files = account.exhibits.files
    kept = {one.path for one in sorted(files, key=lambda one: one.path not in tones)[:FILES]}
    parted = sorted((*one.path.rpartition("/")[::2], k) for k, one in enumerate(files) if one.path in kept)
    folders: list[Folder] = []
    few, last = len({path for path, _, _ in parted}) <= OPEN, ""
    for path, several in groupby(parted, key=lambda one: one[0]):
        leaves = tuple(_leaf(files[k], file, tones, rules, found[files[k].path]) for _, file, k in several)
        wrong = sum(leaf.tone in ("broken", "warned") for leaf in leaves)
        above = _shared(last, path)
        folders.append(Folder(
            name(above), name(path[len(above):]) + "/" if path else "the root", leaves, wrong,
            sum(leaf.added for leaf in leaves), sum(leaf.removed for leaf in leaves), bool(wrong) or few,
        ))  # fmt: skip
        last = path
    held = dict.fromkeys(one.rule for one in account.audit.verdicts if one.rule.startswith(GROUP) and one.outcome in JUDGED)
    there = [tones[one.path] for one in files if one.path in tones]
    excused = there.count("excused")
    return Scope(tuple(folders), tuple(map(name, held)), len(files), len(there) - excused, excused, len(files) - len(kept))


def _breaches(account: Account) -> Iterator[tuple[str, str, str]]:
    """Each breach that stands and each that is excused: its path, its rule, its tone. The worst of a file come first."""
    found = []
    for verdict in account.audit.verdicts:
        tone = "broken" if verdict.severity == "error" else "warned"
        standing = [(one, tone) for one in verdict.findings if verdict.breaks and one.level == "breach"]
        found += [(one, verdict.rule, tone) for one, tone in [*standing, *((one, "excused") for one in verdict.excused)]]
    order = ("broken", "warned", "excused")
    for one, rule, tone in sorted(found, key=lambda one: order.index(one[2])):
        if one.at is not None:
            yield one.at.path, rule, tone


def _leaf(one: FileFact, file: str, tones: dict[str, str], rules: dict[str, dict[str, None]], found: int) -> Leaf:
    outside = ", ".join(rule.removeprefix(GROUP) for rule in rules.get(one.path, ()))
    return Leaf(
        name(file), name(one.path), one.kind, one.added, one.removed, name(outside), tones.get(one.path, ""),
        found, name(one.renamed_from), one.readable,
    )  # fmt: skip


def _shared(last: str, path: str) -> str:
    """The folders that two paths have in common, with the slash behind them."""
    shared = ""
    for one, other in zip(last.split("/"), path.split("/")[:-1], strict=False):
        if one != other:
            break
        shared += one + "/"
    return shared
