"""The audit for people: what is broken first, what was not judged and why, nothing hidden and nothing that moves the cursor."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import text
from pytest_agentcompliance.verdict import BASELINE, Audit, Finding, Level, Meter, Outcome, PolicyFacts, Remedy, Severity, Verdict

FIX = Remedy("fix", "write it")


def finding(n: int, level: Level = "breach") -> Finding:
    return Finding(f"wrong {n}", Place("a.py", n), level, remedy=FIX)


def verdict(
    clause: str, rule: str, outcome: Outcome, severity: Severity = "error", *findings: Finding, why: str = "", unread: str = ""
) -> Verdict:
    return Verdict("p", clause, f"says {clause}", rule, severity, outcome, findings, why, tuple(filter(None, [unread])))


def audit_of(*verdicts: Verdict) -> Audit:
    return Audit("main", "1" * 40, "2" * 40, PolicyFacts("the policy"), verdicts, Meter(2, 1, 0, 3, 40, 1, 9))


EVERYTHING = replace(
    audit_of(
        verdict("K-1", "x/kept", Outcome.KEPT, "error", finding(9, "style")),
        verdict("B-1", "x/one", Outcome.BROKEN, "error", finding(1), finding(2), finding(3, "style")),
        verdict("W-1", "x/warned", Outcome.BROKEN, "warning", finding(4)),
        verdict("B-1", "x/two", Outcome.BROKEN, "error", Finding("nowhere in particular", remedy=FIX), why="by looking"),
        verdict("V-1", "x/waived", Outcome.WAIVED, why="1 of 1 findings waived: known"),
        verdict("N-1", "x/log", Outcome.NOT_JUDGED, why="the run left no log"),
        verdict("C-1", "x/crashed", Outcome.CRASHED, why="KeyError: 3"),
        verdict("U-1", "x/unread", Outcome.NOT_JUDGED, why="could not read b.py", unread="b.py"),
        verdict("N-2", "y/log", Outcome.NOT_JUDGED, why="the run left no log"),
        verdict("P-1", "", Outcome.NOT_CHECKABLE, why="needs eyes"),
        verdict("X-1", "x/later", Outcome.NOT_BUILT, why="not yet"),
        verdict("X-1", "x/even-later", Outcome.NOT_BUILT, why="not yet"),
    ),
    policy=PolicyFacts("agent-compliance.yaml at head", "ab" * 32, reviewed=False),
    notes=("merge commits were left out",),
    unaudited=(("b.py", "its blob is missing"),),
)


def test_everything_in_its_order() -> None:
    assert list(text.lines(EVERYTHING)) == [
        ("red", "broken"),
        ("bold", "  B-1: says B-1"),
        ("red", "    x/one"),
        ("", "    a.py:1: wrong 1"),
        ("", "    a.py:2: wrong 2"),
        ("red", "    x/two"),
        ("", "    nowhere in particular"),
        ("dim", "    note: by looking"),
        ("", "    fix: write it"),
        ("", ""),
        ("yellow", "broken, at severity warning"),
        ("bold", "  W-1: says W-1"),
        ("yellow", "    x/warned"),
        ("", "    a.py:4: wrong 4"),
        ("", "    fix: write it"),
        ("", ""),
        ("bold", "style, which breaks nothing"),
        ("dim", "  K-1 x/kept: a.py:9: wrong 9"),
        ("dim", "  B-1 x/one: a.py:3: wrong 3"),
        ("", ""),
        ("bold", "waived by the policy"),
        ("", "  1 of 1 findings waived: known"),
        ("dim", "    V-1 x/waived"),
        ("", ""),
        ("yellow", "not judged, and why"),
        ("red", "  crashed: C-1 x/crashed: KeyError: 3"),
        ("red", "  U-1 x/unread could not read: b.py"),
        ("yellow", "  b.py: its blob is missing"),
        ("", "  the run left no log"),
        ("dim", "    N-1 x/log, N-2 y/log"),
        ("", ""),
        ("", "for a person to check: 1 (P-1)"),
        ("", "not built yet: 2 rules of 1 clause (X-1)"),
        ("", "profile: p"),
        ("", "base: main"),
        ("", "merge base: " + "1" * 40),
        ("", "head: " + "2" * 40),
        ("", "policy: agent-compliance.yaml at head (sha256 abababababab)"),
        ("yellow", "policy unreviewed: first introduction"),
        ("yellow", "note: merge commits were left out"),
        ("", "2 files changed, 1 read, 0 unaudited, 3 ignored; 40 lines, 1 commit, 9 rules"),
        (
            "red",
            "agent compliance: broken: 1 clause broken, 1 at severity warning, 1 crashed, 3 not judged, 1 waived, "
            "1 for a person, 2 not built, 1 kept, 1 undecided",
        ),
    ]


def test_what_the_policy_excuses_is_counted() -> None:
    known, waived = replace(finding(1), excuse=BASELINE), replace(finding(2), excuse="p.yaml:3: agreed (Ada, until 2027-01-31)")
    one = replace(verdict("A", "x/a", Outcome.BROKEN, "error", finding(3)), excused=(known, waived))
    told = list(text.lines(audit_of(one, replace(one, outcome=Outcome.WAIVED, findings=(), excused=(known,)))))
    assert ("", "excused: 1 finding by waivers, 2 in the baseline") in told
    assert not any("wrong 1" in line or "wrong 2" in line for _, line in told)


@pytest.mark.parametrize(
    ("verdicts", "closing"),
    [
        ([verdict("A", "x/a", Outcome.KEPT)], ("green", "agent compliance: kept: nothing broken, 1 kept")),
        (
            [verdict("A", "x/a", Outcome.BROKEN, "warning", finding(1))],
            ("yellow", "agent compliance: kept: nothing broken, 1 at severity warning"),
        ),
        ([verdict("A", "x/a", Outcome.CRASHED)], ("red", "agent compliance: could not judge: nothing broken, 1 crashed")),
        (
            [verdict("A", "x/a", Outcome.BROKEN), verdict("A", "x/b", Outcome.BROKEN), verdict("B", "x/b", Outcome.CRASHED)],
            ("red", "agent compliance: broken: 1 clause broken, 1 crashed"),
        ),
    ],
)
def test_closing_line(verdicts: list[Verdict], closing: text.Line) -> None:
    assert text.closing(audit_of(*verdicts)) == closing
    assert list(text.lines(audit_of(*verdicts)))[-1] == closing


def test_long_lists_are_cut_unless_all_is_asked_for() -> None:
    many = verdict("B", "x/b", Outcome.BROKEN, "error", *(finding(n) for n in range(1, 26)), *(finding(n, "style") for n in (1, 2)))
    audit = replace(audit_of(many), unaudited=tuple((f"{n}.py", "gone") for n in range(23)))
    short = [line for _, line in text.lines(audit)]
    assert "    a.py:20: wrong 20" in short
    assert "    a.py:21: wrong 21" not in short
    assert "    ... and 5 more (see --output json)" in short
    assert "  ... and 3 more files that could not be read (see --output json)" in short
    assert "  B x/b: a.py:1: wrong 1 (and 1 more)" in short
    whole = [line for _, line in text.lines(audit, verbose=True)]
    assert "    a.py:25: wrong 25" in whole
    assert "  22.py: gone" in whole
    assert not [line for line in whole if "more" in line]


def test_verbose_names_what_was_kept() -> None:
    audit = audit_of(verdict("K-1", "x/a", Outcome.KEPT), verdict("K-2", "x/a", Outcome.KEPT))
    assert ("", "kept: 2 (K-1, K-2)") in list(text.lines(audit, verbose=True))
    assert not [line for _, line in text.lines(audit) if "K-1" in line]


def test_long_lists_of_names_are_folded() -> None:
    audit = audit_of(*(verdict(f"C3-{n:02}", "x/a", Outcome.NOT_BUILT) for n in range(40)))
    named = [line for _, line in text.lines(audit, width=60) if "C3-" in line]
    assert len(named) > 3
    assert max(map(len, named)) <= 60
    assert named[0].startswith("not built yet: 40 (C3-00, C3-01,")


@pytest.mark.parametrize(
    ("raw", "shown"),
    [
        ("plain é 漢 ok", "plain é 漢 ok"),
        ("\x1b[31mred", r"\x1b[31mred"),
        ("a\nb\r\tc", r"a\nb\r\tc"),
        ("\u202eevil\u2066", r"\u202eevil\u2066"),
        ("zero\u200bwidth\ufeff", r"zero\u200bwidth\ufeff"),
        ("odd\xa0space\u2028line", r"odd\xa0space\u2028line"),
        ("byte\udcff lone\ud800", r"byte\xff lone\ud800"),
        ("\U000e0041tag", r"\U000e0041tag"),
        ("e\u0301", "e\u0301"),  # a name in NFD stays one
    ],
)
def test_shown(raw: str, shown: str) -> None:
    assert text.shown(raw) == shown


@given(st.text(st.characters()) | st.binary().map(lambda raw: raw.decode("utf-8", "surrogateescape")))
def test_whatever_is_audited_every_line_is_one_printable_line(raw: str) -> None:
    found = Finding(raw, Place(raw, 1), remedy=Remedy("fix", raw))
    one = Verdict(raw, raw, raw, raw, "error", Outcome.BROKEN, (found,), raw, (raw,))
    outcomes = (replace(one, outcome=outcome) for outcome in Outcome)
    style = replace(one, findings=(Finding(raw, Place(raw), "style"),))
    audit = Audit(raw, raw, raw, PolicyFacts(raw, raw), (one, style, *outcomes), notes=(raw,), unaudited=((raw, raw),))
    for verbose in (False, True):
        for _, line in text.lines(audit, verbose=verbose):
            assert line.isprintable()
            line.encode("utf-8")
    assert all(line.isprintable() for line in text.explain(one).split("\n"))


def test_long_messages_are_cut() -> None:
    long = verdict("B", "x/b", Outcome.BROKEN, "error", Finding("x" * 10**6, Place("a.py", 1)))
    shown = max((line for _, line in text.lines(audit_of(long))), key=len)
    assert len(shown) < text.LONGEST + 50
    assert shown.endswith("...")


def test_a_long_path_keeps_its_two_ends() -> None:
    path = "a/" + "b" * 8000 + "/c.ts"
    one = Finding("message", Place(path, 7))
    found = Verdict("p", "C-1", "says", "group/name", "error", Outcome.BROKEN, (one,), unread=(path,))
    made = Audit("base", "1" * 40, "2" * 40, PolicyFacts("none"), (found,), unaudited=((path, "why"),))
    lines = [line for _, line in text.lines(made, verbose=True)]
    assert all(len(line) < 500 for line in lines)
    at = next(k for k, line in enumerate(lines) if "a/b" in line and "b...b" in line and line.endswith("/c.ts:7:"))
    assert lines[at + 1] == "      message"
    assert all(len(line) < 500 for line in text.explain(found).split("\n"))


def test_explain() -> None:
    found = [*(finding(n) for n in range(1, 23)), finding(99, "style")]
    one = verdict("B-1", "x/one", Outcome.BROKEN, "error", *found, why="by looking")
    lines = text.explain(one).split("\n")
    assert lines[:2] == ["B-1 (x/one): says B-1", "  a.py:1: wrong 1"]
    assert lines[20:] == ["  a.py:20: wrong 20", "  ... and 2 more (see --output json)", "  fix: write it", "  by looking"]


def test_explain_of_what_could_not_be_decided() -> None:
    crashed = verdict("C-1", "x/c", Outcome.CRASHED, "error", why="KeyError: 3")
    assert text.explain(crashed) == "C-1 (x/c): says C-1\n  crashed: KeyError: 3"
    unread = replace(crashed, outcome=Outcome.NOT_JUDGED, why="", unread=tuple(f"{n}.py" for n in range(22)))
    lines = text.explain(unread).split("\n")
    assert lines[1] == "  could not be read: 0.py"
    assert lines[-1] == "  ... and 2 more that could not be read"
    assert text.explain(verdict("P-1", "", Outcome.NOT_CHECKABLE)) == "P-1: says P-1"


def test_summary_has_one_line_for_each_broken_rule_and_hides_nothing_of_the_rest() -> None:
    assert list(text.summary(EVERYTHING)) == [
        ("red", "broken"),
        ("", "  B-1 x/one: 2 findings, first at a.py:1"),
        ("", "  B-1 x/two: 1 finding"),
        ("", ""),
        ("yellow", "broken, at severity warning"),
        ("", "  W-1 x/warned: 1 finding, first at a.py:4"),
        ("", ""),
        ("red", "could not be judged: C-1 x/crashed, U-1 x/unread"),
        ("yellow", "policy unreviewed: first introduction"),
        ("", "2 files changed, 1 read, 0 unaudited, 3 ignored; 40 lines, 1 commit, 9 rules"),
        text.closing(EVERYTHING),
    ]


def test_heading_of_the_spec_stands_once_above_its_clauses() -> None:
    broken = [replace(verdict(f"B-{n}", "x/one", Outcome.BROKEN, "error", finding(n)), section=title)
              for n, title in enumerate(["Mission", "Mission", "Scope\x1b[2J", ""], 1)]  # fmt: skip
    told = [line for _, line in text.lines(audit_of(*broken)) if line.startswith(("  #", "  B-"))]
    assert told == [
        "  # Mission", "  B-1: says B-1", "  B-2: says B-2", "  # Scope\\x1b[2J", "  B-3: says B-3", "  B-4: says B-4",
    ]  # fmt: skip


def test_message_is_folded_and_its_place_is_not() -> None:
    at = Place("a folder with spaces in its name/and a file.py", 7)
    long = Finding("word " * 30, at)
    told = [line for _, line in text.lines(audit_of(verdict("B-1", "x/one", Outcome.BROKEN, "error", long)), width=80)]
    first = next(k for k, line in enumerate(told) if "and a file.py:7: word" in line)
    assert told[first].startswith(f"    {at}: word")
    assert told[first + 1].startswith("      word")
    assert max(map(len, told)) <= 80


def test_message_stands_below_a_place_that_leaves_it_no_room() -> None:
    at = Place("packages/backend/" + "x" * 50 + ".py", 7)
    found = (Finding("word " * 10, at), Finding("a remark " * 12, at, "style"))
    told = [line for _, line in text.lines(audit_of(verdict("B-1", "x/one", Outcome.BROKEN, "error", *found)))]
    first = told.index(f"    {at}:")
    assert told[first + 1] == "      " + "word " * 9 + "word"
    remark = told.index(f"  B-1 x/one: {at}:")
    assert told[remark + 1].startswith("      a remark a remark")
    assert max(map(len, told[: remark] + told[remark + 1 :])) <= 80


def test_each_rule_of_a_clause_has_its_remedy_and_a_shared_one_is_told_once() -> None:
    one = verdict("B-1", "x/one", Outcome.BROKEN, "error", finding(1))
    two = verdict("B-1", "x/two", Outcome.BROKEN, "error", Finding("else", Place("b.py", 2), remedy=Remedy("revert", "undo it")))
    told = [line.strip() for _, line in text.lines(audit_of(one, two))]
    assert told[2:8] == ["x/one", "a.py:1: wrong 1", "fix: write it", "x/two", "b.py:2: else", "revert: undo it"]
    told = [line.strip() for _, line in text.lines(audit_of(one, replace(one, rule="x/two")))]
    assert told[2:7] == ["x/one", "a.py:1: wrong 1", "x/two", "a.py:1: wrong 1", "fix: write it"]


def test_rules_name_their_profile_where_several_are_broken() -> None:
    one = verdict("B-1", "x/one", Outcome.BROKEN, "error", finding(1))
    kept = replace(verdict("I-1", "i/one", Outcome.KEPT), profile="integrity")
    assert "    x/one" in [line for _, line in text.lines(audit_of(one, kept))]
    both = [line for _, line in text.lines(audit_of(one, replace(one, profile="q")))]
    assert [line for line in both if "x/one" in line] == ["    x/one (p)", "    x/one (q)"]
    assert "profiles: p, q" in both


@pytest.mark.parametrize(
    ("said", "told"),
    [
        ("::error::all is well", r"\x3a:error::all is well"),
        ("a ::stop-commands::x b", r"a \x3a:stop-commands::x b"),
        ("::warning file=a.py,line=1::b", r"\x3a:warning file=a.py,line=1::b"),
        ("x ##vso[task.complete]", r"x \x23#vso[task.complete]"),
        ("##[error]b", r"\x23#[error]b"),
        ("std::move(a::b::c)", "std::move(a::b::c)"),
        ("::std is C++ and ## a heading", "::std is C++ and ## a heading"),
    ],
)
def test_nothing_shown_is_obeyed_by_a_ci(said: str, told: str) -> None:
    assert text.shown(said) == told
