"""The face toward pytest, in a tree whose own pytest code works against it: no session ends in 0 against the verdicts."""

import pytest

from tests.faces import AWAKE, Judged, audit_of, stand_in, verdict


@pytest.fixture
def judged(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return stand_in(tmp_path_factory.mktemp("child"), monkeypatch)


UNREGISTER = """
    def pytest_{hook}:
        pluginmanager = {plugins}
        for name in list(dict(pluginmanager.list_name_plugin())):
            if "agent" in name and pluginmanager.has_plugin(name):
                pluginmanager.unregister(name=name)
                pluginmanager.set_blocked(name)
"""
ATTACKS = {
    "drop one": (
        "def pytest_collection_modifyitems(items): items[:] = [i for i in items if 'T-02' not in i.nodeid]", "never judged: T-02",
    ),
    "drop all": (
        "import pytest\n@pytest.hookimpl(trylast=True)\ndef pytest_collection_modifyitems(items): del items[:]",
        "never judged: T-01",
    ),
    "unregister at once": (UNREGISTER.format(hook="addoption(parser, pluginmanager)", plugins="pluginmanager"), "1 failed"),
    "unregister when configured": (
        UNREGISTER.format(hook="configure(config)", plugins="config.pluginmanager"), "there are no verdicts in this process",
    ),
    "unregister when started": (
        UNREGISTER.format(hook="sessionstart(session)", plugins="session.config.pluginmanager"), "its plugin was unregistered",
    ),
    "exit status": ("def pytest_sessionfinish(session): session.exitstatus = 0", "the exit code was 0, and these failed: T-02"),
    "exit status last": (
        "import pytest\n@pytest.hookimpl(trylast=True)\ndef pytest_sessionfinish(session): session.exitstatus = 0",
        "the exit code was 0, and these failed: T-02",
    ),
    "rewrite reports": (
        """
        import pytest
        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_makereport(item):
            report = yield
            report.outcome = "passed"
            return report
        """,
        "altered: T-02[log/rule] (broken, reported passed)",
    ),
    "skip reports": (
        """
        import pytest
        @pytest.hookimpl(wrapper=True)
        def pytest_runtest_makereport(item):
            report = yield
            report.outcome, report.longrepr = "skipped", ("a", 1, "b")
            return report
        """,
        "altered: T-01[log/rule] (kept, reported skipped) T-02[log/rule] (broken, reported skipped)",
    ),
    "xfail": (
        "import pytest\ndef pytest_itemcollected(item): item.add_marker(pytest.mark.xfail)",
        "altered: T-02[log/rule] (broken, reported skipped)",
    ),
    "another node id": (
        "def pytest_itemcollected(item):\n item._nodeid = 'x'\n if hasattr(item, '_id'): item._id = type(item._id).parse('x')",
        "never judged: T-01",
    ),
    "empty run": ("def pytest_runtestloop(): return True", "never judged: T-01"),
    "empty protocol": ("def pytest_runtest_protocol(): return True", "never judged: T-01"),
    "exit 0": ("import pytest\ndef pytest_collection_finish(): pytest.exit('done', returncode=0)", "never judged: T-01"),
    "system exit": ("import sys; sys.exit(0)", "a conftest ended the session"),
    "main": ("def pytest_cmdline_main(): return 0", "never judged: T-01"),
    "main exits": ("def pytest_cmdline_main(): raise SystemExit(0)", "never judged: T-01"),
    "options": (
        "def pytest_configure(config): config.option.agent_compliance = False; config.option.keyword = 'T-01'",
        "never judged: T-02",
    ),
}


@pytest.mark.parametrize("attack", ATTACKS)
def test_conftest_of_the_tree_cannot_end_in_0(pytester: pytest.Pytester, judged: Judged, attack: str) -> None:
    code, complaint = ATTACKS[attack]
    pytester.makeconftest(code)
    pytester.makepyfile(test_own="def test_own(): pass")
    judged()
    result = pytester.runpytest_inprocess(*AWAKE)
    assert result.ret != pytest.ExitCode.OK
    assert complaint in result.stdout.str() + result.stderr.str()


@pytest.mark.parametrize(
    "attack", ["drop one", "drop all", "unregister when started", "exit status", "rewrite reports", "xfail", "main", "options"]
)
def test_nor_with_xdist(pytester: pytest.Pytester, judged: Judged, attack: str) -> None:
    """The conftest works in the controller and in every worker; what stops it there may differ."""
    pytester.makeconftest(ATTACKS[attack][0])
    pytester.makepyfile(test_own="def test_own(): pass")
    judged()
    result = pytester.runpytest_inprocess(*AWAKE, "-n2")
    assert result.ret != pytest.ExitCode.OK
    assert "agent-compliance: " in result.stdout.str() + result.stderr.str()


WORKER = """
    import os, pytest
    if "PYTEST_XDIST_WORKER" in os.environ:
        {}
"""
LIARS = {
    "passes all": "def pytest_itemcollected(item): item.setup = item.runtest = lambda: None",
    "passes reports": "real = pytest.TestReport._to_json; pytest.TestReport._to_json = lambda r: real(r) | {'outcome': 'passed'}",
    "reports nothing": "def pytest_runtest_protocol(item): return True",
    "reports others": "def pytest_runtest_logstart(nodeid): os._exit(0)",
    "ends": "os._exit(0)",
    "other verdicts": (
        "def pytest_collection_modifyitems(items): items[:] = [one for one in items if 'T-02' not in one.nodeid]"
    ),
}


@pytest.mark.parametrize(
    ("liar", "dist"), [*((one, "load") for one in LIARS), *(("passes all", one) for one in ("loadfile", "worksteal", "each"))]
)
def test_worker_that_lies(pytester: pytest.Pytester, judged: Judged, liar: str, dist: str) -> None:
    pytester.makeconftest(WORKER.format(LIARS[liar]))
    pytester.makepyfile(test_own="def test_own(): pass")
    judged()
    tx = ("--dist=each", "--tx=2*popen") if dist == "each" else ("-n1", f"--dist={dist}")
    result = pytester.runpytest_inprocess(*AWAKE, *tx)
    assert result.ret != pytest.ExitCode.OK
    said = result.stdout.str() + result.stderr.str()
    assert ("crashed" if "_exit" in LIARS[liar] else "altered: T-02" if liar.startswith("passes") else "never judged: ") in said


@pytest.mark.parametrize(
    "addopts", ["-k T-01", "--deselect spec::T-02", "-m 'not agent_compliance'", "--co", "spec::T-01", "--fixtures"]
)
@pytest.mark.parametrize("where", ["ini", "environment"])
def test_addopts_choose_nothing(
    pytester: pytest.Pytester, judged: Judged, monkeypatch: pytest.MonkeyPatch, addopts: str, where: str
) -> None:
    if where == "ini":
        pytester.makeini(f"[pytest]\naddopts = {addopts}")
    else:
        monkeypatch.setenv("PYTEST_ADDOPTS", addopts)
    judged()
    result = pytester.runpytest_inprocess(*AWAKE)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "agent-compliance: never judged: " in result.stdout.str() + result.stderr.str()


def test_choice_of_items_is_no_leave_to_unregister(pytester: pytest.Pytester, judged: Judged) -> None:
    pytester.makeconftest(ATTACKS["unregister when started"][0])
    pytester.makepyfile(test_own="def test_own(): pass")
    judged()
    result = pytester.runpytest_inprocess(*AWAKE, "-k", "test_own")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stderr.fnmatch_lines(["agent-compliance: its plugin was unregistered during the session"])


def test_lost_items_are_named_twenty_at_most(pytester: pytest.Pytester, judged: Judged) -> None:
    judged(audit_of(*[verdict(f"T-{n:02}") for n in range(1, 26)]))
    pytester.makeconftest("def pytest_collection_modifyitems(items): del items[:]")
    result = pytester.runpytest_inprocess(*AWAKE)
    result.stdout.fnmatch_lines(["agent-compliance: never judged: T-01?log/rule? *T-20?log/rule? and 5 more"])
    assert result.ret == pytest.ExitCode.TESTS_FAILED
