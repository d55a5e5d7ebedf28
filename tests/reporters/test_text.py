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
        ("red", "    x/one (p)"),
        ("", "    a.py:1: wrong 1"),
        ("", "    a.py:2: wrong 2"),
        ("red", "    x/two (p)"),
        ("", "    nowhere in particular"),
        ("dim", "    by looking"),
        ("", "    fix: write it"),
        ("", ""),
        ("yellow", "broken, at severity warning"),
        ("bold", "  W-1: says W-1"),
        ("yellow", "    x/warned (p)"),
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
    assert any("a/b" in line and "b...b" in line and "/c.ts:7: message" in line for line in lines)
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
