"""The face toward pytest: every verdict is an item with its outcome, and nothing of ours is awake unasked."""

import json as plain_json
import re
import xml.etree.ElementTree as ET
from functools import partial

import pytest

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import json
from pytest_agentcompliance.verdict import Finding, Outcome, Verdict
from tests.faces import AWAKE, BOTH, BROKEN, KEPT, Judged, audit_of, process, stand_in, verdict


@pytest.fixture
def judged(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return stand_in(tmp_path_factory.mktemp("child"), monkeypatch)


@pytest.mark.parametrize(
    ("one", "outcome"),
    [
        (verdict("A"), {"passed": 1}),
        (verdict("A", Outcome.WAIVED, why="known"), {"passed": 1}),
        (verdict("A", Outcome.BROKEN, found=1), {"failed": 1}),
        (verdict("A", Outcome.BROKEN, "warning", found=1), {"passed": 1}),
        (verdict("A", Outcome.BROKEN, found=1, unread="b.py"), {"failed": 1}),
        (verdict("A", Outcome.NOT_JUDGED, why="the run left no log"), {"skipped": 1}),
        (verdict("A", Outcome.NOT_CHECKABLE, why="needs eyes"), {"skipped": 1}),
        (verdict("A", Outcome.NOT_BUILT, why="not yet"), {"skipped": 1}),
        (verdict("A", Outcome.CRASHED, why="KeyError: 3"), {"errors": 1}),
        (verdict("A", Outcome.CRASHED, "warning", why="KeyError: 3"), {"skipped": 1}),
        (verdict("A", Outcome.NOT_JUDGED, why="could not read b.py", unread="b.py"), {"errors": 1}),
        (verdict("A", Outcome.NOT_JUDGED, "warning", why="could not read b.py", unread="b.py"), {"skipped": 1}),
    ],
    ids=lambda one: f"{one.outcome} {one.severity} {len(one.unread)}" if isinstance(one, Verdict) else "",
)
def test_outcome_of_an_item(pytester: pytest.Pytester, judged: Judged, one: Verdict, outcome: dict[str, int]) -> None:
    judged(audit_of(one))
    result = pytester.runpytest_inprocess(*AWAKE, "-rs")
    result.assert_outcomes(**outcome)
    assert result.ret == (pytest.ExitCode.TESTS_FAILED if {"failed", "errors"} & outcome.keys() else pytest.ExitCode.OK)
    result.stdout.no_fnmatch_line("*never judged*")
    result.stdout.no_fnmatch_line("*altered*")
    if "skipped" in outcome:
        result.stdout.fnmatch_lines([f"SKIPPED*{one.why}"])


def test_node_ids_are_the_names_of_the_verdicts(pytester: pytest.Pytester, judged: Judged) -> None:
    person = Verdict("spec", "T-30", "a person looks", "", "error", Outcome.NOT_CHECKABLE, why="needs eyes")
    other = Verdict("other", "T-01", "the same id elsewhere", "scope/x", "error", Outcome.KEPT)
    judged(audit_of(KEPT, person, other))
    result = pytester.runpytest_inprocess(*AWAKE, "--co", "-q")
    assert result.outlines[:3] == ["spec::T-01[log/rule]", "spec::T-30", "other::T-01[scope/x]"]
    assert result.ret == pytest.ExitCode.OK


def test_failure_shows_places_and_each_remedy_once(pytester: pytest.Pytester, judged: Judged) -> None:
    judged(audit_of(BROKEN))
    result = pytester.runpytest_inprocess(*AWAKE)
    result.stdout.fnmatch_lines([
        "T-02 (log/rule): T-02 is kept", "  src/a.py:1: wrong 1", "  src/a.py:2: wrong 2", "  fix: put it right",
        "*= agent compliance =*", "broken", "  T-02 log/rule: 2 findings, first at src/a.py:1",
        "3 files changed, 2 read*", "agent compliance: broken: 1 clause broken",
        "FAILED spec::T-02?log/rule? - *T-02 (log/rule): T-02 is kept*",
    ])  # fmt: skip
    result.stdout.no_fnmatch_line("*Traceback*")
    assert result.outlines.count("  fix: put it right") == 1


@pytest.mark.parametrize("quiet", ["--tb=no", "--tb=line"])
def test_summary_tells_everything_where_the_failures_do_not(pytester: pytest.Pytester, judged: Judged, quiet: str) -> None:
    judged(audit_of(BROKEN))
    result = pytester.runpytest_inprocess(*AWAKE, quiet)
    result.stdout.fnmatch_lines(["broken", "  T-02: T-02 is kept", "    src/a.py:1: wrong 1", "    fix: put it right"])


@pytest.mark.parametrize(
    ("args", "outcome"),
    [
        (("-k", "T-01"), {"passed": 1, "deselected": 2}),
        (("-m", "agent_compliance"), {"passed": 1, "failed": 1, "deselected": 1}),
        (("-m", "not agent_compliance"), {"passed": 1, "deselected": 2}),
        (("--deselect", "spec::T-02[log/rule]"), {"passed": 2, "deselected": 1}),
        (("spec::T-01[log/rule]",), {"passed": 1, "deselected": 1}),
        (("spec::T-02",), {"failed": 1, "deselected": 1}),
        (("spec",), {"failed": 1, "passed": 1}),
        (("test_own.py", "spec::T-01"), {"passed": 2, "deselected": 1}),
        (("test_own.py",), {"passed": 2, "failed": 1}),
        (("-x",), {"passed": 2, "failed": 1}),
        (("--agent-compliance-only",), {"passed": 1, "failed": 1}),
        (("--agent-compliance-only", "spec::T-01"), {"passed": 1, "deselected": 1}),
        (("-n2",), {"passed": 2, "failed": 1}),
        (("-n2", "spec::T-01"), {"passed": 1}),
        (("-n2", "-k", "T-01"), {"passed": 1}),
    ],
    ids=" ".join,
)
def test_choosing_among_items(pytester: pytest.Pytester, judged: Judged, args: tuple[str, ...], outcome: dict[str, int]) -> None:
    pytester.makepyfile(test_own="def test_own(): pass")
    judged()
    # Where nothing of the tree is loaded, the session is another one, which ends the process.
    run = partial(process, pytester) if "--agent-compliance-only" in args else pytester.runpytest_inprocess
    result = run(*AWAKE, *args)
    result.assert_outcomes(**outcome)
    assert result.ret == (pytest.ExitCode.TESTS_FAILED if "failed" in outcome else pytest.ExitCode.OK)
    result.stdout.no_fnmatch_line("*never judged*")
    assert len([line for line in result.outlines if re.match("=+ agent compliance =+", line)]) == 1


def test_first_failure_stops_the_rest_without_a_complaint(pytester: pytest.Pytester, judged: Judged) -> None:
    judged(audit_of(BROKEN, KEPT))
    result = pytester.runpytest_inprocess(*AWAKE, "-x")
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*never judged*")


def test_last_failed_runs_the_broken_ones_alone(pytester: pytest.Pytester, judged: Judged) -> None:
    judged()
    pytester.runpytest_inprocess("--agent-compliance").assert_outcomes(passed=1, failed=1)
    result = pytester.runpytest_inprocess("--agent-compliance", "--lf")
    result.assert_outcomes(failed=1, deselected=1)
    result = pytester.runpytest_inprocess("--agent-compliance", "--ff", "-v")
    result.assert_outcomes(failed=1, passed=1)
    result.stdout.fnmatch_lines(["spec::T-02?log/rule? FAILED*", "spec::T-01?log/rule? PASSED*"])


@pytest.mark.parametrize("dist", [(), ("-n2",)], ids=["alone", "xdist"])
def test_junit_xml_has_the_facts(pytester: pytest.Pytester, judged: Judged, dist: tuple[str, ...]) -> None:
    many = audit_of(verdict("T-02", Outcome.BROKEN, found=60))
    judged(many)
    pytester.runpytest_inprocess(*AWAKE, "--junitxml=j.xml", *dist)
    case = ET.parse(pytester.path / "j.xml").find(".//testcase")
    assert case is not None
    facts = [(one.get("name"), one.get("value")) for one in case.iter("property")]
    assert facts[:4] == [("clause", "T-02"), ("rule", "log/rule"), ("severity", "error"), ("outcome", "broken")]
    assert facts[4:] == [("fingerprint", f"{n:024x}") for n in range(1, 51)]


@pytest.mark.parametrize("dist", [(), ("-n2",)], ids=["alone", "xdist"])
def test_hostile_text_is_shown_escaped_and_ends_no_session(
    pytester: pytest.Pytester, judged: Judged, dist: tuple[str, ...]
) -> None:
    path = "a\x1b[2Jb\n\u202ec\udcff.py"
    finding = Finding("says \x1b[31m\r\ngone\udc80", Place(path, 3), fingerprint="f")
    judged(audit_of(Verdict("spec", "T-01", "kept\x07", "log/rule", "error", Outcome.BROKEN, (finding,), unread=(path,))))
    result = pytester.runpytest_inprocess(*AWAKE, "--junitxml=j.xml", *dist)
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines([r"*a\x1b?2Jb\n\u202ec\xff.py:3: says \x1b?31m\r\ngone\x80"])
    assert not {"\x1b", "\x07", "\u202e"} & set(result.stdout.str())


@pytest.mark.parametrize("args", [(".",), ("-n2",), ("-c", "tox.ini"), ("--", ".")], ids=" ".join)
def test_only_loads_and_collects_nothing_of_the_tree(pytester: pytest.Pytester, judged: Judged, args: tuple[str, ...]) -> None:
    judged(audit_of(KEPT))
    pytester.makeconftest("raise Exception('loaded')")
    pytester.makepyfile(test_own="raise Exception('collected')")
    pytester.makeini("[pytest]\naddopts = --co\n")
    result = process(pytester, "--agent-compliance-only", "-p", "no:cacheprovider", *args)
    result.assert_outcomes(passed=1)
    assert result.ret == pytest.ExitCode.OK


def test_own_tests_fail_as_ever(pytester: pytest.Pytester, judged: Judged) -> None:
    judged(audit_of(KEPT))
    pytester.makepyfile(test_own="def test_own(): assert 0")
    result = pytester.runpytest_inprocess(*AWAKE)
    result.assert_outcomes(passed=1, failed=1)
    assert result.ret == pytest.ExitCode.TESTS_FAILED


def test_module_that_cannot_be_collected_hides_no_verdict(pytester: pytest.Pytester, judged: Judged) -> None:
    judged()
    pytester.makepyfile(test_own="raise Exception('no')")
    result = pytester.runpytest_inprocess(*AWAKE)
    assert result.ret == pytest.ExitCode.INTERRUPTED
    result.stdout.fnmatch_lines(["agent compliance: broken: 1 clause broken*"])


def test_what_the_child_is_told(pytester: pytest.Pytester, judged: Judged, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is isolated, hears the options, and gets none of the variables that load code."""
    pytester.makeini("[pytest]\nagent_compliance_story = T-7\nagent_compliance_base = unheard\nagent_compliance_log = L.md")
    for name in ("PYTHONPATH", "PYTEST_PLUGINS_NOT", "COV_CORE_SOURCE"):
        monkeypatch.setenv(name, str(pytester.path))
    monkeypatch.setenv("CI_SOMETHING", "kept")
    noted = judged(audit_of(KEPT))
    (pytester.path / "sub").mkdir()
    monkeypatch.chdir(pytester.path / "sub")
    options = ["base=b1", "head=-h", "profile=one", "profile=two", "policy=p.yaml"]
    result = pytester.runpytest_inprocess(*AWAKE, *(f"--agent-compliance-{one}" for one in options))
    assert result.ret == pytest.ExitCode.OK
    assert (noted / "args").read_text().split("\n") == [
        "-I", "-m", "pytest_agentcompliance", "audit", f"--repo={pytester.path / 'sub'}", "--output=json", "--base=b1", "--head=-h",
        "--profile=one", "--profile=two", "--story=T-7", f"--log={pytester.path / 'L.md'}",
        f"--policy={pytester.path / 'sub' / 'p.yaml'}", "",
    ]  # fmt: skip
    names = {line.partition("=")[0] for line in (noted / "env").read_text().splitlines()}
    assert "CI_SOMETHING" in names
    assert not [name for name in names if name.startswith(("PYTEST_", "PYTHON", "COV_"))]
    assert (noted / "in").read_text() == ""
    result.stdout.fnmatch_lines([f"set by pytest's configuration, not on the command line: story=T-7, log={pytester.path}/L.md"])


@pytest.mark.parametrize(
    ("out", "code", "says", "error"),
    [
        ("", 2, "agent-compliance: no profile 'x'\nsecond line", "ERROR: agent-compliance: no profile 'x'\nsecond line"),
        ("", 2, "agent-compliance: pass --base REV or --log-file", "pass --agent-compliance-base REV or --log-file"),
        ("", 2, "agent-compliance: pass one with --repo", "pass one with --rootdir"),
        ("", 3, "agent-compliance: no merge base", "ERROR: agent-compliance could not judge: no merge base"),
        ("", 1, "Boom", "ERROR: agent-compliance could not judge: Boom"),
        ("", 137, "", "could not judge: exit code 137, and no word"),
        ("", 0, "", "could not judge: exit code 0"),
        ("{}", 0, "", "could not judge: the audit's JSON: schema_version is missing"),
        ("\ud7ff not json", 0, "", "could not judge: the audit is not JSON"),
    ],
    ids=["usage", "option", "folder", "evidence", "crash", "killed", "silent", "empty", "noise"],
)
def test_child_without_an_audit_ends_the_session(
    pytester: pytest.Pytester, judged: Judged, *, out: str, code: int, says: str, error: str
) -> None:
    judged(out, code=code, says=says)
    pytester.makeconftest("raise Exception('a conftest was loaded')")
    result = pytester.runpytest_inprocess(*AWAKE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert error in result.stderr.str()


def test_audit_that_could_not_judge_is_shown(pytester: pytest.Pytester, judged: Judged) -> None:
    one = verdict("A", Outcome.NOT_JUDGED, why="could not read b.py", unread="b.py")
    assert audit_of(one).exit_code() == 3
    judged(audit_of(one))
    result = pytester.runpytest_inprocess(*AWAKE)
    result.stdout.fnmatch_lines(["A (log/rule): A is kept", "  could not be read: b.py", "agent compliance: could not judge: *"])
    result.assert_outcomes(errors=1)


def test_outputs(pytester: pytest.Pytester, judged: Judged) -> None:
    judged()
    files = ["--agent-compliance-output", "json:a.json", "--agent-compliance-output", "text:a.txt"]
    pytester.runpytest_inprocess(*AWAKE, *files, "-n2")
    assert json.loads((pytester.path / "a.json").read_text("utf-8")) == BOTH
    assert (pytester.path / "a.txt").read_text("utf-8").startswith("broken\n")
    result = pytester.runpytest_inprocess(*AWAKE, "--agent-compliance-output", "json")
    text = result.stdout.str()
    assert plain_json.loads(text[text.index("\n{\n") : text.index("\n}\n") + 3])["head"] == "2" * 40


@pytest.mark.parametrize(
    ("output", "error"),
    [("yaml:x", "no format 'yaml'; there are: text, json*"),
     ("json:no/such/folder", "json:*: No such file or directory: */no/such is not there")],
)  # fmt: skip
def test_output_that_cannot_be_written(pytester: pytest.Pytester, judged: Judged, output: str, error: str) -> None:
    judged()
    result = pytester.runpytest_inprocess(*AWAKE, f"--agent-compliance-output={output}")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"*{error}"])


@pytest.mark.parametrize("option", ["output=html:a.html", "output=html", "bundle=a.tar"])
@pytest.mark.parametrize("only", [(), ("--agent-compliance-only",)])
def test_output_that_is_lost_fails_the_session_and_no_verdict_is_lost_with_it(
    pytester: pytest.Pytester, judged: Judged, option: str, only: tuple[str, ...]
) -> None:
    judged(audit_of(KEPT))
    result = process(pytester, *AWAKE, *only, f"--agent-compliance-{option}", "--agent-compliance-output=json:a.json")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines(["*could not be made; 'agent-compliance audit' says why"])
    result.assert_outcomes(passed=1)
    assert json.loads((pytester.path / "a.json").read_text("utf-8")) == audit_of(KEPT)
    assert not list(pytester.path.glob("a.[!j]*"))


def test_process_that_only_looks_like_a_worker_is_refused(
    pytester: pytest.Pytester, judged: Judged, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTEST_XDIST_WORKER", "gw0")
    judged()
    result = pytester.runpytest_inprocess(*AWAKE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*there are no verdicts in this process*"])


@pytest.mark.parametrize("errand", ["--help", "--version", "--markers", "--fixtures"])
def test_other_errands_judge_nothing(pytester: pytest.Pytester, judged: Judged, errand: str) -> None:
    noted = judged()
    assert pytester.runpytest_inprocess(*AWAKE, errand).ret == pytest.ExitCode.OK
    assert not (noted / "args").exists()


OURS_AWAKE = (
    "pydantic", "git", "unidiff", "yaml", "click", "rich", "pytest_agentcompliance.collection",
    "pytest_agentcompliance.reporters", "pytest_agentcompliance.verdict", "pytest_agentcompliance.errors",
)  # fmt: skip


def test_asleep_it_imports_nothing_of_ours(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(test_own="def test_own(): pass")
    pytester.makeconftest(f"""
        import sys
        def pytest_unconfigure():
            print("plugin", "pytest_agentcompliance.plugin" in sys.modules)
            print("awake", [name for name in {OURS_AWAKE!r} if name in sys.modules])
    """)
    result = pytester.runpytest_subprocess("-p", "no:cov")
    result.stdout.fnmatch_lines(["plugin True", "awake []"])
