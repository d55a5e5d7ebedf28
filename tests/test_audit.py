"""How evidence becomes verdicts: kept, broken, waived, not judged, crashed; and what each means for the exit code."""

from collections.abc import Callable, Collection, Generator, Iterator
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from pytest_agentcompliance import workshop
from pytest_agentcompliance.audit import Excuses, audit, judge
from pytest_agentcompliance.errors import NotJudged, Unreadable
from pytest_agentcompliance.evidence import ChangeSet, ChunkLog, Run
from pytest_agentcompliance.place import Place
from pytest_agentcompliance.policy import Waiver
from pytest_agentcompliance.profile import BoundRule, Clause, Profile
from pytest_agentcompliance.rule import Example, Rule
from pytest_agentcompliance.verdict import Audit, Finding, Outcome, Remedy, Severity, Verdict, fingerprinted

RUN = workshop.run_of(Example("", before={"a.py": "a = 1\n"}, after={"a.py": "a = 2\n", "b.py": "b = 1\n"}))


FIX = Remedy("fix", "mend it")


class Keeps(Rule):
    """Finds nothing."""

    remedy = FIX

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        yield from ()


class Finds(Rule):
    """Finds each changed file."""

    remedy = FIX

    def check(self, changes: ChangeSet) -> Generator[Finding, None, str]:
        for change in changes:
            yield Finding("changed", Place(change.path, 1))
        return f"{len(changes)} files"


class NeedsLog(Rule):
    """Cannot do without a log."""

    remedy = FIX

    def check(self, log: ChunkLog) -> Iterator[Finding]:
        yield Finding("seen")


class MayHaveLog(Rule):
    """Breaks where there is no log."""

    remedy = FIX

    def check(self, log: ChunkLog | None) -> Iterator[Finding]:
        if log is None:
            yield Finding("no log")


class Gives(Rule):
    """Raises half-way, after one finding or none."""

    remedy = FIX

    first: bool = False
    error: Any = None

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        if self.first:
            yield Finding("before the end")
        raise self.error


class Panic(BaseException):
    """What a native extension may throw: no Exception."""


def verdict(rule: Rule | None, run: Run = RUN, severity: Severity = "error", **more: Any) -> Verdict:
    clause = Clause("X-1", "a sentence", severity, (), more.pop("person", ""), more.pop("off", ""))
    name = "" if clause.person else "test/rule"
    return judge("p", clause, BoundRule(name, rule, severity), run, Excuses(**more))


def test_no_finding_keeps_and_a_finding_breaks() -> None:
    assert verdict(Keeps()).outcome is Outcome.KEPT
    broken = verdict(Finds())
    assert (broken.outcome, broken.why, len(broken.findings)) == (Outcome.BROKEN, "2 files", 2)
    assert broken.name == "p::X-1[test/rule]"
    assert all(one.remedy == FIX and one.fingerprint for one in broken.findings)


def test_style_is_shown_and_never_breaks() -> None:
    class Styled(Rule):
        remedy = FIX

        def check(self, changes: ChangeSet) -> Iterator[Finding]:
            yield Finding("a matter of taste", level="style")

    kept = verdict(Styled())
    assert (kept.outcome, len(kept.findings)) == (Outcome.KEPT, 1)


def test_evidence_that_was_not_left_is_not_judged_unless_the_rule_decides() -> None:
    missing = verdict(NeedsLog(), replace(RUN, absent={"log": "the run left no log at X"}))
    assert (missing.outcome, missing.why) == (Outcome.NOT_JUDGED, "the run left no log at X")
    assert not missing.undecided
    assert verdict(MayHaveLog()).outcome is Outcome.BROKEN
    broken_log = replace(RUN, log=ChunkLog("LOG.md", problem="LOG.md is a folder"))
    assert verdict(NeedsLog(), broken_log).why == "LOG.md is a folder"


@pytest.mark.parametrize(("error", "said"), [(ValueError("boom"), "ValueError: boom"), (Panic("native"), "Panic: native")])
def test_a_rule_that_fails_is_a_verdict(error: BaseException, said: str) -> None:
    crashed = verdict(Gives(error=error))
    assert (crashed.outcome, crashed.undecided) == (Outcome.CRASHED, True)
    assert said in crashed.why
    assert verdict(Gives(first=True, error=error)).outcome is Outcome.BROKEN


def test_a_person_stops_the_audit_all_the_same() -> None:
    with pytest.raises(KeyboardInterrupt):
        verdict(Gives(error=KeyboardInterrupt()))


def test_a_rule_may_say_that_it_cannot_judge() -> None:
    assert verdict(Gives(error=NotJudged("two logs"))).why == "two logs"
    assert verdict(Gives(error=NotJudged("two logs"))).outcome is Outcome.NOT_JUDGED


def test_what_could_not_be_read_is_undecided_and_hides_no_finding() -> None:
    unread = verdict(Gives(error=Unreadable("a.py", "missing")))
    assert (unread.outcome, unread.unread, unread.undecided) == (Outcome.NOT_JUDGED, ("a.py",), True)
    assert "could not read a.py" in unread.why
    both = verdict(Gives(first=True, error=Unreadable("a.py", "missing")))
    assert (both.outcome, both.unread) == (Outcome.BROKEN, ("a.py",))


def test_a_file_that_only_another_rule_needed_troubles_nobody_else() -> None:
    verdict(Gives(error=Unreadable("a.py", "missing")))
    assert verdict(Keeps()).unread == ()


def test_a_clause_for_a_person_an_unbuilt_rule_and_one_that_is_off() -> None:
    assert verdict(None, person="taste").outcome is Outcome.NOT_CHECKABLE
    assert verdict(None).outcome is Outcome.NOT_BUILT
    off = verdict(Finds(), off="not ours")
    assert (off.outcome, off.why) == (Outcome.NOT_JUDGED, "switched off by the policy: not ours")


def waiver(**more: Any) -> Waiver:
    return Waiver(**{"reason": "legacy", "by": "Ada", "until": date(2026, 12, 31), **more})


def test_waivers_excuse_findings_until_their_day() -> None:
    day = date(2026, 6, 1)
    part = verdict(Finds(), waivers=[waiver(rule="test/rule", path="a.*")], day=day)
    assert part.outcome is Outcome.BROKEN
    assert [one.at and one.at.path for one in part.findings] == ["b.py"]
    assert "1 of 2 findings waived: legacy (Ada, until 2026-12-31)" in part.why
    whole = verdict(Finds(), waivers=[waiver(rule="test/rule", path="**")], day=day)
    assert (whole.outcome, len(whole.findings), len(whole.excused)) == (Outcome.WAIVED, 0, 2)
    exact = verdict(Finds(), waivers=[waiver(finding=whole.excused[0].fingerprint)], day=day)
    assert len(exact.findings) == 1
    late = verdict(Finds(), waivers=[waiver(rule="test/rule", path="**")], day=date(2027, 1, 1))
    assert (late.outcome, late.why) == (Outcome.BROKEN, "2 files\na waiver has expired: legacy (Ada, until 2026-12-31)")
    assert verdict(Finds(), waivers=[waiver(rule="other/rule", path="**")], day=day).outcome is Outcome.BROKEN


def test_what_a_fingerprint_excuses_is_held_against_the_whole_of_its_file() -> None:
    """A second finding that is equal to an excused one must not pass under its name."""
    (first, _) = verdict(Finds()).findings
    asked: list[tuple[list[str], list[str]]] = []

    def same(kinds: Collection[str], paths: Collection[str]) -> Run:
        asked.append((sorted(kinds), sorted(paths)))
        return RUN

    assert len(verdict(Finds(), known={first.fingerprint}, anew=same).excused) == 1
    assert asked == [(["changes"], ["a.py"])]

    class Twice(Rule):
        remedy = FIX

        def check(self, changes: ChangeSet) -> Iterator[Finding]:
            for change in changes:
                yield from [Finding("changed", Place(change.path, 1))] * (1 if len(changes) > 1 else 2)

    more = workshop.run_of(Example("", after={"a.py": "a = 2\n"}))
    crowded = verdict(Twice(), known={first.fingerprint}, anew=lambda kinds, paths: more)
    assert (crowded.outcome, len(crowded.excused), len(crowded.findings)) == (Outcome.BROKEN, 0, 2)

    def fails(kinds: Collection[str], paths: Collection[str]) -> Run:
        raise Panic("cannot look")

    assert verdict(Finds(), known={first.fingerprint}, anew=fails).excused == ()


def test_fingerprint_of_a_rule_that_looks_at_verdicts_needs_no_second_look() -> None:
    class Late(Rule):
        remedy = FIX

        def check(self, verdicts: tuple[Verdict, ...]) -> Iterator[Finding]:
            yield Finding("nothing was kept")

    run = replace(RUN, verdicts=())
    (one,) = verdict(Late(), run).findings

    def never(kinds: Collection[str], paths: Collection[str]) -> Run:
        raise AssertionError("it was asked")  # what fails excuses nothing

    assert verdict(Late(), run, waivers=[waiver(finding=one.fingerprint)], anew=never).outcome is Outcome.WAIVED


def test_fingerprints_survive_a_moved_line_and_tell_equal_findings_apart() -> None:
    def prints(*lines: int) -> list[str]:
        found = [Finding("m", Place("a", line), evidence="x  y\t z") for line in lines]
        return [one.fingerprint for one in fingerprinted("r", found)]

    assert prints(1, 9) == prints(4, 400)
    assert len(set(prints(1, 2))) == 2
    ((other,),) = ([one.fingerprint for one in fingerprinted("r", [Finding("m", Place("a", 1), evidence="x y z")])],)
    assert other == prints(1)[0]
    assert [one.fingerprint for one in fingerprinted("s", [Finding("m", Place("a", 1), evidence="x y z")])] != [other]
    hostile = list(fingerprinted("r", [Finding("\udcff", Place("\udcff\n"))]))
    assert hostile[0].fingerprint


def whole(*rules: tuple[str, Rule | None, Severity], run: Run = RUN) -> Audit:
    clauses = tuple(
        Clause(f"X-{k}", "says", severity, (BoundRule(name, rule, severity),)) for k, (name, rule, severity) in enumerate(rules)
    )
    return audit(Profile("p", "spec", clauses, {}, {}), run)


GONE = Gives(error=Unreadable("a.py", "missing"))


@pytest.mark.parametrize(
    ("rules", "code", "strict"),
    [
        ([("a/kept", Keeps(), "error"), ("a/none", None, "error"), ("a/log", NeedsLog(), "error")], 0, 0),
        ([("a/broken", Finds(), "error")], 1, 1),
        ([("a/broken", Finds(), "warning")], 0, 1),
        ([("a/gone", GONE, "error")], 3, 3),
        ([("a/gone", GONE, "warning")], 0, 3),
        ([("a/gone", GONE, "error"), ("a/broken", Finds(), "error")], 1, 1),
        ([("a/crash", Gives(error=ValueError()), "error")], 3, 3),
    ],
)
def test_exit_codes(rules: list[tuple[str, Rule | None, Severity]], code: int, strict: int) -> None:
    made = whole(*rules)
    assert (made.exit_code(), made.exit_code("warning")) == (code, strict)


def test_rules_that_name_the_verdicts_are_judged_last_and_stand_in_their_places() -> None:
    seen: list[Callable[[], Any]] = []

    class Late(Rule):
        remedy = FIX

        def check(self, verdicts: tuple[Verdict, ...]) -> Iterator[Finding]:
            seen.append(lambda: [one.rule for one in verdicts])
            yield from ()

    made = whole(("a/late", Late(), "error"), ("a/first", Finds(), "error"))
    assert [one.rule for one in made.verdicts] == ["a/late", "a/first"]
    assert seen[0]() == ["a/first"]


def test_the_meter_counts_what_was_and_was_not_read() -> None:
    class Reads(Rule):
        remedy = FIX

        def check(self, changes: ChangeSet) -> Iterator[Finding]:
            for change in changes.readable(change for change in changes if change.path == "a.py"):
                assert change.after is not None
                change.after.text()
            yield from ()

    run = workshop.run_of(Example("", before={"a.py": "a = 1\n"}, after={"a.py": "a = 2\n", "b.py": "b = 1\n"}))
    meter = whole(("a/reads", Reads(), "error"), ("a/none", None, "error"), run=run).meter
    assert (meter.files_changed, meter.files_read, meter.lines, meter.rules) == (2, 1, 3, 1)
