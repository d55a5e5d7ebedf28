"""Coverage reports of every format say the same of the same run; hostile ones are refused; names become paths or nothing."""

import json
from base64 import b64encode
from collections.abc import Mapping
from hashlib import md5
from typing import Any

import pytest

from pytest_agentcompliance.parsing import coverage
from pytest_agentcompliance.parsing.coverage import fit, gathered
from pytest_agentcompliance.parsing.coverage.merged import merged, total
from pytest_agentcompliance.parsing.coverage.paths import places
from pytest_agentcompliance.parsing.coverage.record import FileCoverage, Measured, Totals
from pytest_agentcompliance.parsing.coverage.said import said

# One run of src/sum.js: lines 3 and 7 ran, 4 and 11 did not; one of two branches was taken.
HITS = {3: 2, 4: 0, 7: 1, 11: 0}
KNOWN = frozenset(("src/sum.js", "test/sum.test.js", "README.md"))

LCOV = "TN:\nSF:src/sum.js\nFN:2,sum\nDA:3,2\nDA:4,0\nDA:7,1\nDA:11,0\nBRDA:3,0,0,0\nBRDA:3,0,1,1\nLF:4\nLH:2\nend_of_record\n"
COBERTURA = """<?xml version="1.0" ?>
<!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage lines-valid="4" lines-covered="2" line-rate="0.99" timestamp="1795265716000" version="0.1">
  <sources><source>/home/ci/build</source></sources>
  <packages><package name="src"><classes><class name="sum.js" filename="src/sum.js" line-rate="0.5">
    <methods><method name="sum" signature="()V"><lines><line number="2" hits="1"/></lines></method></methods>
    <lines><line number="3" hits="2" branch="true" condition-coverage="50% (1/2)"/><line number="4" hits="0"/>
    <line number="7" hits="1"/><line number="11" hits="0"/></lines>
  </class></classes></package></packages>
</coverage>
"""
CLOVER = """<?xml version="1.0" encoding="UTF-8"?>
<coverage generated="1795265716000" clover="3.2.0"><project timestamp="1795265716000" name="All files">
  <file name="sum.js" path="/home/ci/build/src/sum.js"><metrics statements="4"/>
    <line num="2" count="1" type="method"/>
    <line num="3" count="2" type="cond" truecount="1" falsecount="1"/><line num="4" count="0" type="stmt"/>
    <line num="7" count="1" type="stmt"/><line num="11" count="0" type="stmt"/>
  </file></project></coverage>
"""
JACOCO = """<?xml version="1.0"?>
<!DOCTYPE report PUBLIC "-//JACOCO//DTD Report 1.1//EN" "report.dtd">
<report name="shop"><sessioninfo id="a" start="1795265716000" dump="1795265716000"/><package name="src">
  <class name="src/Sum" sourcefilename="sum.js"/>
  <sourcefile name="sum.js"><line nr="3" mi="0" ci="2" mb="1" cb="1"/><line nr="4" mi="2" ci="0" mb="0" cb="0"/>
  <line nr="7" mi="0" ci="1" mb="0" cb="0"/><line nr="11" mi="3" ci="0" mb="0" cb="0"/></sourcefile>
</package></report>
"""


def _statement(line: int, column: int = 0) -> dict[str, Any]:
    return {"start": {"line": line, "column": column}, "end": {"line": line, "column": None}}


ISTANBUL = json.dumps({"/home/ci/build/src/sum.js": {
    "path": "/home/ci/build/src/sum.js", "hash": "c0ffee", "_coverageSchema": "1a1c01bbd47fc00a2c39e90264f33305004495a9",
    "statementMap": {"0": _statement(3), "1": _statement(3, 9), "2": _statement(4), "3": _statement(7), "4": _statement(11)},
    "s": {"0": 2, "1": 0, "2": 0, "3": 1, "4": 0}, "branchMap": {}, "b": {"0": [0, 1]}, "fnMap": {}, "f": {},
}})  # fmt: skip
SUMMARY = json.dumps({
    "total": {"lines": {"total": 4, "covered": 2, "skipped": 0, "pct": 99}},
    "/home/ci/build/src/sum.js": {"lines": {"total": 4, "covered": 2, "pct": 99}, "branches": {"total": 2, "covered": 1}},
})  # fmt: skip
PYTHON = json.dumps({
    "meta": {"format": 3, "version": "7.6.1", "timestamp": "2026-11-21T12:54:59.785018", "show_contexts": True},
    "files": {"src/sum.js": {
        "executed_lines": [3, 7], "missing_lines": [4, 11], "excluded_lines": [20], "contexts": {"3": ["test_a"]},
        "summary": {"covered_branches": 1, "num_branches": 2},
    }},
    "totals": {"percent_covered": 99},
})  # fmt: skip
FORMATS: Mapping[str, tuple[str, str]] = {
    "lcov": (LCOV, "lcov"), "cobertura": (COBERTURA, "Cobertura XML"), "clover": (CLOVER, "Clover XML"),
    "jacoco": (JACOCO, "JaCoCo XML"), "istanbul": (ISTANBUL, "Istanbul JSON"), "python": (PYTHON, "coverage.py JSON"),
}  # fmt: skip


def read(text: str | bytes, path: str = "coverage/report", known: frozenset[str] = KNOWN) -> Measured:
    found = coverage.read(path, text if isinstance(text, bytes) else text.encode(), known)
    assert found is not None
    return found


@pytest.mark.parametrize("name", FORMATS)
def test_every_format_says_the_same(name: str) -> None:
    text, called = FORMATS[name]
    found = read(text)
    assert (found.format, found.problem, found.unmatched, [*found.files]) == (called, "", 0, ["src/sum.js"])
    file = found.files["src/sum.js"]
    assert {line: count > 0 for line, count in file.hits.items()} == {line: count > 0 for line, count in HITS.items()}
    assert found.totals == Totals(2, 4, 1, 2)
    assert found.totals.percent == 50


def test_a_summary_has_totals_and_no_lines() -> None:
    found = read(SUMMARY)
    assert found.totals == Totals(2, 4, 1, 2)
    assert found.files["src/sum.js"].hits == {}


def test_times() -> None:
    assert {str(read(text).made) for text in (COBERTURA, CLOVER, JACOCO)} == {"2026-11-21 12:55:16+00:00"}
    assert str(read(COBERTURA.replace("1795265716000", "1795265716")).made) == "2026-11-21 12:55:16+00:00"
    made = read(PYTHON).made
    assert made is not None
    assert made.tzinfo is None
    assert read(LCOV).made is None


def test_excluded_lines() -> None:
    assert read(PYTHON).files["src/sum.js"].excluded == {20}


def test_go() -> None:
    text = "mode: set\ngithub.com/a/shop/cart/cart.go:3.20,5.16 2 1\ngithub.com/a/shop/cart/cart.go:5.16,7.3 1 0\n"
    again = "github.com/a/shop/cart/cart.go:5.16,7.3 1 1\n"
    found = read(text, "coverage.out", frozenset(("cart/cart.go",)))
    assert found.spans
    assert found.files["cart/cart.go"].hits == {3: 1, 4: 1, 5: 1, 6: 0, 7: 0}
    assert found.totals == Totals(2, 3)
    assert read(text + again, "coverage.out", frozenset(("cart/cart.go",))).totals == Totals(3, 3)
    assert "no block" in read(text + "cart.go: nonsense\n").problem
    assert "lines" in read("mode: set\na.go:1.1,9999999.1 1 1\n").problem


def test_a_file_that_stands_in_it_twice_counts_once_with_what_ran() -> None:
    found = read(LCOV + LCOV.replace("DA:4,0", "DA:4,5").replace("DA:3,2", "DA:3,0"))
    assert found.files["src/sum.js"].hits == {3: 2, 4: 5, 7: 1, 11: 0}


def test_several_classes_of_one_file_are_one() -> None:
    other = '<class name="Inner" filename="src/sum.js"><lines><line number="30" hits="4"/></lines></class></classes>'
    assert read(COBERTURA.replace("</classes>", other)).files["src/sum.js"].hits == {**HITS, 30: 4}


@pytest.mark.parametrize("text", [
    "", "a,b\n1,2\n", "<html><body/></html>", '<testsuites tests="1"/>', "{}", '{"name": "shop"}', "[1]", "null", "SF\nDA:1,1\n",
    '<coverage version="1"><file path="a.py"><lineToCover lineNumber="1" covered="true"/></file></coverage>',
])  # fmt: skip
def test_what_is_no_report(text: str) -> None:
    assert coverage.read("coverage/report", text.encode(), KNOWN) is None or read(text).problem


ENTITIES = "<!DOCTYPE coverage [<!ENTITY a 'aaaaaaaaaa'><!ENTITY b '&a;&a;&a;&a;&a;&a;'>]><coverage>&b;</coverage>"


@pytest.mark.parametrize(("text", "why"), [
    (ENTITIES, "document type"),
    ("<!DOCTYPE coverage [<!ENTITY x SYSTEM 'file:///etc/passwd'>]><coverage line-rate='1'>&x;</coverage>", "document type"),
    ("<!DOCTYPE coverage [<!ATTLIST coverage a CDATA 'b'>]><coverage/>", "document type"),
    ("<coverage><project>" + "<package>" * 200, "deeper"),
    ("<coverage><packages>", "no XML"),
    ("<report \x00", "no XML"),
    ('{"a": ' + "[" * 100_000, "JSON"),
    ('{"a": ' + "9" * 10_000 + "}", "JSON"),
    ("SQLite format 3\0", "not read"),
])  # fmt: skip
def test_hostile_reports_are_refused(text: str, why: str) -> None:
    found = read(text)
    assert why in found.problem or (why == "JSON" and "deep" in found.problem)
    assert found.files == {}


def test_more_than_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "not read" in read(b"SF:a\n" + b" " * coverage.LARGEST).problem
    monkeypatch.setattr(gathered, "MOST_LINES", 3)
    assert "more than 3 lines" in read(LCOV).problem
    monkeypatch.setattr(gathered, "MOST_FILES", 0)
    assert "more than 0 files" in read(COBERTURA).problem


@pytest.mark.parametrize("text", [
    LCOV.replace("DA:3,2", "DA:-3,2\nDA:x,y\nDA:3\nDA:99999999999999999999999,1\nDA:3,2"),
    COBERTURA.replace('<lines><line number="3"', '<lines><line/><line number="3" other="1"'),
    ISTANBUL.replace('"s": {', '"x": 1, "s": {"9": null, '),
    PYTHON.replace("[3, 7]", '[3, 7, null, true, "x", -1, 1e999, {}]'),
])  # fmt: skip
def test_odd_values_cost_themselves_alone(text: str) -> None:
    assert read(text).totals.total == 4


def test_marks_and_line_ends() -> None:
    assert read(b"\xef\xbb\xbf" + LCOV.replace("\n", "\r\n").encode()).files["src/sum.js"].hits == HITS
    assert read(b"\xef\xbb\xbf" + COBERTURA.encode()).totals.total == 4


# Names into paths


@pytest.mark.parametrize(("names", "report", "known", "expected"), [
    (["src/a.py"], "coverage.xml", ["src/a.py"], {"src/a.py": "src/a.py"}),
    (["./src/a.py"], "coverage.xml", ["src/a.py"], {"./src/a.py": "src/a.py"}),
    (["/home/me/repo/src/a.py"], "coverage.xml", ["src/a.py", "a.py"], {"/home/me/repo/src/a.py": "src/a.py"}),
    (["C:\\work\\repo\\src\\a.py"], "coverage.xml", ["src/a.py"], {"C:\\work\\repo\\src\\a.py": "src/a.py"}),
    (["src\\a.ts"], "coverage.xml", ["src/a.ts"], {"src\\a.ts": "src/a.ts"}),
    # relative to the package that the report lies in, though the root has such a file too
    (["src/a.ts"], "web/coverage/lcov.info", ["src/a.ts", "web/src/a.ts"], {"src/a.ts": "web/src/a.ts"}),
    (["../src/a.ts"], "web/coverage/lcov.info", ["web/src/a.ts"], {"../src/a.ts": "web/src/a.ts"}),
    # from outside of the tree: the end alone tells, where it is one alone
    (["a.ts"], "/tmp/lcov.info", ["web/src/a.ts"], {"a.ts": "web/src/a.ts"}),
    (["a.ts"], "/tmp/lcov.info", ["web/src/a.ts", "api/a.ts"], {}),
    # the other names of the report tell which of two is meant
    (["a.ts", "b.ts"], "/tmp/lcov.info", ["web/a.ts", "api/a.ts", "api/b.ts"], {"a.ts": "api/a.ts", "b.ts": "api/b.ts"}),
    (["com/x/A.java", "com/x/B.java"], "jacoco.xml", ["m/src/main/java/com/x/A.java", "n/src/main/java/com/x/B.java"],
     {"com/x/A.java": "m/src/main/java/com/x/A.java", "com/x/B.java": "n/src/main/java/com/x/B.java"}),
    (["/r/node_modules/x/index.js"], "coverage.xml", ["index.js"], {}),
    (["/usr/lib/a.py", "/repo/src/b.py"], "coverage.xml", ["src/b.py", "a.py"], {"/repo/src/b.py": "src/b.py"}),
    (["gone.py", "", "..", "/", "\0"], "coverage.xml", ["a.py"], {}),
])  # fmt: skip
def test_names(names: list[str], report: str, known: list[str], expected: dict[str, str]) -> None:
    assert places(names, report, frozenset(known)) == expected


def test_a_source_says_where_names_count_from() -> None:
    known = frozenset(("lib/one/a.py", "lib/two/b.py", "other/a.py"))
    found = places(["a.py", "b.py"], "/tmp/x/coverage.xml", known, ["/ci/repo/lib/one", "/ci/repo/lib/two"])
    assert found == {"a.py": "lib/one/a.py", "b.py": "lib/two/b.py"}


def test_what_the_tree_has_not_is_counted() -> None:
    found = read(LCOV + LCOV.replace("src/sum.js", "gone.js"))
    assert (found.unmatched, [*found.files]) == (1, ["src/sum.js"])
    assert found.totals.total == 8


# Whether it fits


def file(hits: Mapping[int, int], path: str = "a.py", **more: Any) -> FileCoverage:
    return FileCoverage(path, hits, **more)


CODE = "import os\n\n# adds\ndef f(a):\n    if a:\n        return 1\n    return 2\n"


@pytest.mark.parametrize(("one", "added", "why"), [
    (file({1: 1, 4: 1, 5: 1, 6: 0, 7: 1}), (), ""),
    (file({1: 1, 12: 1}), (), "counts line 12"),
    (file({1: 1, 2: 1}), (), "no code stands"),
    (file({3: 1}), (), "no code stands"),
    (file(dict.fromkeys(range(1, 8), 1), "a.ts"), (), ""),  # V8 counts every line
    (file({1: 1}), (4, 5, 6, 7), "knows none of the 4 statements"),
    (file({1: 1, 6: 1}), (4, 5, 6, 7), ""),
    (file({1: 1}, excluded=frozenset((4,))), (4, 5, 6, 7), ""),
    (file({1: 1, 99: 1}, "a.vue"), (), ""),
    (file({}), (4, 5, 6), ""),
    (file({1: 1}, sums={1: "bXcC2wHf6sSdaUCQYUPX5A"}), (), "checksum"),
])  # fmt: skip
def test_fit(one: FileCoverage, added: tuple[int, ...], why: str) -> None:
    found = fit.misfit(one, CODE, added)
    assert why in found
    assert bool(why) == bool(found)


def test_a_checksum_that_holds() -> None:
    sum_ = b64encode(md5(b"import os", usedforsecurity=False).digest()).decode().rstrip("=")
    assert fit.misfit(file({1: 1}, sums={1: sum_}), "import os\n") == ""
    assert fit.misfit(file({1: 1}, sums={1: sum_}), "import sys\n")


@pytest.mark.parametrize(
    ("path", "text", "tells"),
    [
        ("a.py", 'JS = """\nreturn 1\nif (a) {\nreturn 2\nimport a\n"""\n', False),
        ("a.py", "A = 1\nB = [\n    a\n    for a in b\n    if a\n    for c in a\n]\n", False),
        ("a.py", "A = '\\''  # \"\"\"\ndef f():\n    import a\n    for b in a:\n        return b\n", True),
        ("a.ts", "const a = `\nreturn 1\nif (a) {\nreturn 2\n`\n", False),
        ("a.ts", "const a = `b`\nfor (;;) {\n  if (a) {\n    return 2\n", True),
    ],
)
def test_code_in_a_string_is_no_statement_that_was_added(path: str, text: str, tells: bool) -> None:
    assert ("knows none" in fit.misfit(FileCoverage(path, {1: 1}), text, range(2, 8))) == tells


# Several reports, and what is said of them


def test_what_one_report_saw_run_ran() -> None:
    one, two = read(LCOV), read(LCOV.replace("DA:4,0", "DA:4,1").replace("DA:3,2", "DA:3,0"))
    files = merged([one, two, read(SUMMARY)])
    assert files["src/sum.js"].hits == {3: 2, 4: 1, 7: 1, 11: 0}
    assert total(files.values()) == Totals(3, 4, 1, 2)


@pytest.mark.parametrize(("line", "expected"), [
    ("Unit test coverage: 92%", (92, "unit")),
    ("- Overall coverage is **87.5 %**", (87.5, "")),
    ("| Integration coverage | 71% |", (71, "integration")),
    ("All tests pass with 94% line coverage.", (94, "")),
    ("Coverage >= 80%", None), ("coverage target: 80%", None), ("`cart.py` coverage: 100%", None), ("branch coverage: 90%", None),
    ("Coverage rose from 70% to 85%", None), ("100% coverage of the new module", None), ("src/a.ts coverage 99%", None),
    ("Acceptance criteria coverage: 100%", None), ("coverage: unknown", None), ("coverage 80% unit and 70% integration", None),
    ("Coverage 250%", None), ("coverage " + "9" * 400 + "%", None),
])  # fmt: skip
def test_said(line: str, expected: tuple[float, str] | None) -> None:
    assert [(one.percent, one.kind) for one in said(f"# Report\n\n{line}\n")] == ([expected] if expected else [])
