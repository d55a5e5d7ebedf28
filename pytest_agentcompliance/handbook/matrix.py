"""The traceability matrix: each clause of a profile, what holds a run to it, and what does not; nothing is run for it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pytest_agentcompliance import policy as law
from pytest_agentcompliance import profile
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.handbook.standing import STATES, State, by_section, standing
from pytest_agentcompliance.profile import BoundRule, Clause, Profile
from pytest_agentcompliance.sources import location
from pytest_agentcompliance.verdict import Severity

SCHEMA_VERSION = 1  # of the JSON; grows when a reader of the version before could misread it
SPELLED: dict[State, str] = {"a person": "person", "not built": "not-built"}  # the states, where a program reads them
LIMIT = 16 * 1024 * 1024  # bytes of a policy or a profile; what is read is held to limits of its own


@dataclass(frozen=True, slots=True)
class HeldBy:
    """A rule of a clause, and the evidence that it reads: ``needs`` must be there, ``also`` is read if it was left."""

    rule: str
    severity: Severity
    title: str = ""
    needs: tuple[str, ...] = ()
    also: tuple[str, ...] = ()
    built: bool = True


@dataclass(frozen=True, slots=True)
class Row:
    """A clause. ``why`` says what its rules do not see, why a person judges it, or why the policy switched it off."""

    clause: str
    section: str
    says: str
    severity: Severity
    state: State
    rules: tuple[HeldBy, ...]
    why: str = ""


@dataclass(frozen=True, slots=True)
class Matrix:
    """A profile's rows. ``differences`` are what it changes of the one that it extends."""

    profile: str
    spec: str
    rows: tuple[Row, ...]
    differences: tuple[str, ...] = ()

    @property
    def sections(self) -> list[tuple[str, list[Row]]]:
        return by_section(self.rows, lambda row: row.section)

    @property
    def rules(self) -> int:
        """How many rules that are built hold its clauses; one counts once, whatever number of clauses it holds."""
        return len({one.rule for row in self.rows for one in row.rules if one.built and row.state != "off"})


@dataclass(frozen=True, slots=True)
class Trace:
    """The matrices that were asked for; ``policy`` says which one changed them, empty where none did.

    ``short``: nobody asked for a profile and no policy names one, so that these are all that there are.
    """

    matrices: tuple[Matrix, ...]
    policy: str = ""
    short: bool = False


def trace(repo: Path, names: Sequence[str] = (), policy: Path | None = None) -> Trace:
    """The matrices of these profiles, or of those that the policy names; of all of ours where there is none.

    The policy and the project's own profiles are those of the work tree: there is no run whose base could say otherwise.
    Raises ``UsageError`` and ``PolicyError``.
    """
    root = _root(repo)
    passed = policy is not None
    file = policy if policy is not None else root / law.FILE
    text = _read(file, "--policy " if passed else "")
    if passed and text is None:
        raise UsageError(f"--policy {file}: there is no such file")
    source = (str(file) if passed else law.FILE) if text is not None else ""
    found = law.parse(text, source) if text is not None else law.Policy((), {}, (), "", "")
    chosen = {one.name: one for one in found.profiles}
    asked = tuple(dict.fromkeys(names or chosen))
    if not asked:
        return Trace(tuple(matrix(profile.load(name)) for name in (*profile.names(), profile.INTEGRITY)), source, short=True)
    # Integrity is bound in every audit; whoever names a profile asks for that one alone.
    every = asked if names else tuple(dict.fromkeys((*asked, profile.INTEGRITY)))
    drafts = [profile.read(name, lambda name: _read(root / profile.FOLDER / f"{name}.yaml")) for name in every]
    found.check(drafts)
    made = []
    for draft in drafts:
        one = chosen.get(draft.name) or law.Chosen(draft.name, {}, {}, 0)
        made.append(matrix(draft.bind({**draft.values, **one.values}, one.clauses)))
    return Trace(tuple(made), source if chosen.keys() & set(every) else "")


def matrix(applied: Profile) -> Matrix:
    """The matrix of a profile with its rules bound."""
    return Matrix(applied.name, applied.spec, tuple(map(_row, applied.clauses)), applied.differences)


def counted(rows: Sequence[Row]) -> dict[State, int]:
    """How many rows are in each state that any of them is in, in the order of the states."""
    counts = Counter(row.state for row in rows)
    return {state: counts[state] for state in (*STATES, "off") if counts[state]}


def as_json(made: Trace) -> dict[str, Any]:
    """The document of ``trace --output json``."""
    return {
        "schema_version": SCHEMA_VERSION,
        "policy": made.policy,
        "profiles": [
            {
                "profile": one.profile,
                "spec": one.spec,
                "differences": list(one.differences),
                "totals": _totals(one.rows),
                "sections": [{"section": name, "totals": _totals(rows)} for name, rows in one.sections],
                "clauses": [_clause(row) for row in one.rows],
            }
            for one in made.matrices
        ],
    }


def _totals(rows: Sequence[Row]) -> Mapping[str, int]:
    counts = counted(rows)
    return {"clauses": len(rows), **{SPELLED.get(state, state): counts.get(state, 0) for state in (*STATES, "off")}}


def _clause(row: Row) -> dict[str, Any]:
    rules = [
        {"rule": one.rule, "severity": one.severity, "built": one.built, "needs": list(one.needs), "also_reads": list(one.also)}
        for one in row.rules
    ]
    return {
        "clause": row.clause, "section": row.section, "says": row.says, "severity": row.severity,
        "state": SPELLED.get(row.state, row.state), "why": row.why, "rules": rules,
    }  # fmt: skip


def _row(clause: Clause) -> Row:
    built = sum(one.rule is not None for one in clause.rules)
    state = "off" if clause.off else standing(built, len(clause.rules) - built, clause.partly)
    why = clause.off or clause.person or clause.partly
    return Row(clause.id, clause.section, clause.says, clause.severity, state, tuple(map(_held_by, clause.rules)), why)


def _held_by(bound: BoundRule) -> HeldBy:
    if bound.rule is None:
        return HeldBy(bound.name, bound.severity, built=False)
    needs, reads = bound.rule.needs, bound.rule.reads
    return HeldBy(bound.name, bound.severity, bound.rule.title(), tuple(sorted(needs)), tuple(sorted(reads - needs)))


def _root(repo: Path) -> Path:
    """The top of the work tree; the folder itself where it lies in none, since nothing of git is asked."""
    if not repo.is_dir():
        raise UsageError(f"--repo {repo}: there is no such folder")
    try:
        return location.locate(repo).root or repo
    except UsageError:
        return repo


def _read(file: Path, called: str = "") -> bytes | None:
    """A regular file; None where nothing lies there. A link is none, as it is none in an audit. Raises ``UsageError``."""
    if not file.exists() and not file.is_symlink():
        return None
    if not file.is_file() or (file.is_symlink() and not called):
        raise UsageError(f"{called}{file}: it is no regular file")
    try:
        with file.open("rb") as stream:
            return stream.read(LIMIT + 1)
    except OSError as wrong:
        raise UsageError(f"{called}{file}: {wrong.strerror}") from wrong
