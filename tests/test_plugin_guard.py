"""A session that must fail is outlived by a process that loaded nothing of the tree: its code cannot end it in 0."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentcompliance.reporters import json
from tests.faces import AWAKE, BOTH, KEPT, Judged, audit_of, process, stand_in

pytestmark = pytest.mark.skipif(not hasattr(signal, "sigwaitinfo"), reason="the system cannot split a process as this needs it")

OUTLIVED = "agent-compliance: the session ended with exit code 0, and these fail: T-02[log/rule]"
FORGED = """
    import gc, os
    for one in gc.get_objects():
        if type(one).__name__ == "Record":
            one.verdicts.clear()
            one.chosen = True
            type(one).complaints = lambda self: []
            type(one).pytest_cmdline_main = lambda self: None
        if type(one).__name__ == "Items":
            type(one).pytest_collection_modifyitems = lambda self, session: None
    def pytest_sessionfinish(session):
        session.exitstatus = 0
"""
PATCHED = """
    import os, pluggy, subprocess, sys
    subprocess.run = subprocess.Popen = None
    pluggy.PluginManager.is_registered = lambda self, plugin: True
    for name, module in list(sys.modules.items()):
        if name.startswith("pytest_agentcompliance"):
            for one in list(vars(module)):
                if one.startswith("pytest_") or one in ("wake", "expected", "Record", "last_words", "_wait"):
                    setattr(module, one, lambda *args, **kwargs: os._exit(0))
"""
FORGET = "import os\ndef pytest_{hook}: os._exit(0)\n"
ATTACKS = {
    "when loaded": ("conftest.py", "import os; os._exit(0)"),
    "test module": ("test_own.py", "import os; os._exit(0)"),
    "test": ("test_own.py", "import os\ndef test_own(): os._exit(0)"),
    "fixture": ("conftest.py", "import os, pytest\n@pytest.fixture(autouse=True)\ndef end(): os._exit(0)"),
    "at exit": ("conftest.py", "import atexit, os; atexit.register(os._exit, 0)"),
    "thread": ("test_own.py", "import os, threading\ndef test_own(): threading.Thread(target=os._exit, args=(0,)).start()"),
    "another program": ("conftest.py", "import os; os.execv('/bin/true', ['true'])"),
    "streams closed": ("conftest.py", "import os; os.close(1); os.close(2); os._exit(0)"),
    "report": ("conftest.py", FORGET.format(hook="runtest_logreport(report)")),
    "status": ("conftest.py", FORGET.format(hook="report_teststatus(report)")),
    "exception": ("conftest.py", FORGET.format(hook="exception_interact(node)")),
    "warning": ("conftest.py", "import warnings; warnings.warn('w')\n" + FORGET.format(hook="warning_recorded(warning_message)")),
    "unconfigure": ("conftest.py", FORGET.format(hook="unconfigure(config)")),
    "patched": ("conftest.py", PATCHED),
    "forged": ("conftest.py", FORGED),
}


@pytest.fixture
def judged(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Judged:
    return stand_in(tmp_path_factory.mktemp("child"), monkeypatch)


def lay(pytester: pytest.Pytester, name: str, code: str) -> None:
    pytester.makepyfile(test_own="def test_own(): pass")
    pytester.makepyfile(**{Path(name).stem: code})


@pytest.mark.parametrize("attack", ATTACKS)
def test_code_of_the_tree_cannot_end_the_session_in_0(pytester: pytest.Pytester, judged: Judged, attack: str) -> None:
    lay(pytester, *ATTACKS[attack])
    judged()
    result = process(pytester, *AWAKE)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert OUTLIVED in result.stderr.str()


@pytest.mark.parametrize("attack", ["when loaded", "test module", "forged"])
def test_nor_with_xdist(pytester: pytest.Pytester, judged: Judged, attack: str) -> None:
    lay(pytester, *ATTACKS[attack])
    judged()
    assert process(pytester, *AWAKE, "-n2").ret != pytest.ExitCode.OK


@pytest.mark.parametrize(
    ("code", "status"),
    [
        ("os.kill(os.getpid(), signal.SIGTERM)", 128 + signal.SIGTERM),
        ("os.kill(os.getpid(), signal.SIGKILL)", 128 + signal.SIGKILL),
        ("os.kill(os.getppid(), signal.SIGKILL)", -signal.SIGKILL),
        ("os.kill(os.getppid(), signal.SIGTERM); signal.pause()", 128 + signal.SIGTERM),
        ("faulthandler.dump_traceback_later(0.01, exit=True); time.sleep(60)", 1),
        ("os._exit(7)", 7),
    ],
    ids=["end", "kill", "kill the other", "end the other", "faulthandler", "own code"],
)
def test_session_that_is_ended_is_no_success(pytester: pytest.Pytester, judged: Judged, code: str, status: int) -> None:
    pytester.makeconftest(f"import faulthandler, os, signal, time\n{code}")
    judged()
    assert process(pytester, *AWAKE).ret == status


def test_interrupt_reaches_the_session(pytester: pytest.Pytester, judged: Judged) -> None:
    """One that is sent to the process that waits, and nobody else."""
    pytester.makepyfile("import time\ndef test_own():\n open('started', 'w').close()\n time.sleep(60)")
    judged()
    started = [sys.executable, str(Path(sys.executable).parent / "pytest"), *AWAKE]
    running = subprocess.Popen(started, cwd=pytester.path, stdout=subprocess.PIPE, stderr=subprocess.PIPE)
    while not (pytester.path / "started").exists():
        assert running.poll() is None
        os.sched_yield()
    running.send_signal(signal.SIGINT)
    out, _ = running.communicate()
    assert running.returncode == pytest.ExitCode.INTERRUPTED
    assert b"KeyboardInterrupt" in out


def test_outputs_that_the_session_alters_are_put_back(pytester: pytest.Pytester, judged: Judged) -> None:
    (pytester.path / "other").write_text("mine")
    code = "import os\nfor one in 'abc': os.remove(f'{one}.json')\nopen('a.json', 'w').write('{}')\nos.symlink('other', 'b.json')"
    pytester.makeconftest(code)
    pytester.makepyfile(test_own="def test_own(): pass")
    judged()
    names = [f"{one}.json" for one in "abc"]
    result = process(pytester, *AWAKE, *(f"--agent-compliance-output=json:{one}" for one in names))
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert [json.loads((pytester.path / one).read_text("utf-8")) for one in names] == [BOTH] * 3
    assert (pytester.path / "other").read_text() == "mine"
    result.stderr.fnmatch_lines([f"agent-compliance: *{one} was altered during the session, and is put back" for one in names])


def test_output_that_is_no_file_is_left_alone(pytester: pytest.Pytester, judged: Judged) -> None:
    pytester.makepyfile(test_own="def test_own(): pass")
    judged()
    result = process(pytester, *AWAKE, "--agent-compliance-output=json:/dev/stdout")
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    assert "altered" not in result.stderr.str()


@pytest.mark.parametrize(
    ("args", "guarded"),
    [((), True), (("test_own.py",), True), (("-k", "test_own"), False), (("spec::T-01",), False), (("--co",), False)],
    ids=["all", "a file", "-k", "an item", "--co"],
)
def test_who_chooses_among_items_is_not_held_to_the_others(
    pytester: pytest.Pytester, judged: Judged, args: tuple[str, ...], guarded: bool
) -> None:
    pytester.makeconftest("import os\ndef pytest_unconfigure(): os._exit(0)")
    pytester.makepyfile(test_own="def test_own(): pass")
    judged()
    assert process(pytester, *AWAKE, *args).ret == (pytest.ExitCode.TESTS_FAILED if guarded else pytest.ExitCode.OK)


def test_session_that_may_pass_is_one_process(pytester: pytest.Pytester, judged: Judged) -> None:
    pytester.makeconftest("import os; open('parent', 'w').write(str(os.getppid()))")
    pytester.makepyfile(test_own="def test_own(): pass")
    judged(audit_of(KEPT))
    assert process(pytester, *AWAKE).ret == pytest.ExitCode.OK
    alone = (pytester.path / "parent").read_text()
    judged()
    assert process(pytester, *AWAKE).ret == pytest.ExitCode.TESTS_FAILED
    assert int(alone) == os.getpid() != int((pytester.path / "parent").read_text())
