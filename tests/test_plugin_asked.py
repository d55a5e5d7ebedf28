"""Who may say what is compared and which law holds: the command line, and files of the tree that the run left alone."""

from collections.abc import Mapping

import pytest

from tests.conftest import GitRepo
from tests.faces import AWAKE, outside

POLICY = "profiles: [{name: dev-implement-backend-coder-v3}]\n"
CLAUSE = "dev-implement-backend-coder-v3::C3-21"
LOG = "plans/stories/in-progress/T-1/_implementation/BACKEND-LOG.md"
NAMED = "dev-implement-backend-coder-v3"
PAGE = "[tool.pytest.ini_options]\n"

Files = Mapping[str, str | None]


@pytest.fixture
def outer(repo: GitRepo, monkeypatch: pytest.MonkeyPatch, pytester: pytest.Pytester) -> GitRepo:
    outside(monkeypatch)
    monkeypatch.chdir(repo.root)
    return repo


def lay(repo: GitRepo, base: Files, run: Files) -> None:
    """A run that breaks C3-21, between a base and a head that have these files besides."""
    repo.commit("base", {"agent-compliance.yaml": POLICY, "weak/test_none.py": "", **base})
    repo.branch("t-1")
    repo.commit("work", {LOG: "## Chunk 1 — add\n\n## Chunk 3 — test\n", **run})


def ini(lines: str) -> dict[str, str | None]:
    return {"pytest.ini": f"[pytest]\n{lines}\n"}


CHANGED = "was changed by the run that it would judge; pass it on the command line"
REFUSED: Mapping[str, tuple[Files, Files, tuple[str, ...], str]] = {
    "base": (
        {}, ini("agent_compliance_base = HEAD"), (),
        "pytest.ini sets base=HEAD, and is not to decide that; pass --agent-compliance-base on the command line",
    ),
    "base at base": (ini("agent_compliance_base = HEAD"), {}, (), "pytest.ini sets base=HEAD"),
    "base and head in addopts": (
        ini("addopts = --agent-compliance-base=HEAD --agent-compliance-head HEAD"), {}, (),
        "base=HEAD, head=HEAD, and is not to decide that; pass --agent-compliance-base --agent-compliance-head on the command line",
    ),
    "base overridden in addopts": (ini("addopts = -o agent_compliance_base=HEAD"), {}, (), "pytest.ini sets base=HEAD"),
    "profile": (
        {}, ini("agent_compliance_profile = integrity"), (),
        f"pytest.ini, which sets agent_compliance_profile = integrity, {CHANGED}",
    ),
    "addopts": (
        {}, ini("addopts = --agent-compliance-profile integrity -q"), (),
        f"pytest.ini, which sets addopts = --agent-compliance-profile integrity, {CHANGED}",
    ),
    "a file in addopts": (
        ini("addopts = @more"), {"more": "--agent-compliance-profile=integrity"}, (), "pytest.ini with a file in its addopts sets",
    ),
    "policy": ({}, ini("agent_compliance_policy = mine.yaml") | {"mine.yaml": POLICY}, (), "agent_compliance_policy = mine.yaml"),
    "only": ({}, ini("addopts = --agent-compliance-only"), (), f"addopts = --agent-compliance-only, {CHANGED}"),
    "output": ({}, ini("agent_compliance_output = json:../over.json"), (), "agent_compliance_output = "),
    "taken out": (ini(f"agent_compliance_profile = {NAMED}"), ini(""), (), f"sets agent_compliance_profile = {NAMED}, {CHANGED}"),
    "deleted": (ini(f"agent_compliance_profile = {NAMED}"), {"pytest.ini": None}, (), "pytest.ini, which sets agent_compliance_"),
    "pushed aside": (
        {"pyproject.toml": f"{PAGE}agent_compliance_profile = ['{NAMED}']\n"}, ini(""), (),
        "pytest.ini, which takes the place of pyproject.toml, which sets agent_compliance_profile",
    ),
    "in a folder below": (
        {}, {"weak/pytest.ini": "[pytest]\nagent_compliance_profile = integrity\n"}, ("weak",), "weak/pytest.ini, which sets",
    ),
    "chosen by -c": (
        {}, {"mine.ini": "[pytest]\nagent_compliance_profile = integrity\n"}, ("-c", "mine.ini"), "mine.ini, which sets",
    ),
    "link": (
        {"other/pytest.ini": "[pytest]\nagent_compliance_profile = integrity\n"}, {}, ("-c", "../link.ini"), "link.ini, which sets",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_file_that_is_not_to_decide_is_refused(outer: GitRepo, pytester: pytest.Pytester, case: str) -> None:
    base, run, args, words = REFUSED[case]
    lay(outer, base, run)
    (outer.root.parent / "link.ini").symlink_to(outer.root / "other/pytest.ini")
    result = pytester.runpytest_inprocess(*AWAKE, *args)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert words in result.stderr.str()


HEARD: Mapping[str, tuple[Files, Files, tuple[str, ...]]] = {
    "nothing said": ({}, ini("log_level = INFO"), ()),
    "left alone": (ini(f"agent_compliance_profile = {NAMED}"), {}, ()),
    "another line changed": (
        {"pyproject.toml": f"{PAGE}agent_compliance_profile = ['{NAMED}']\naddopts = '-q --agent-compliance-story=T-1'\n"},
        {"pyproject.toml": f"{PAGE}addopts = '--agent-compliance-story=T-1'\nagent_compliance_profile = ['{NAMED}']\n[x]\n"}, (),
    ),
    "only woken": ({}, ini("addopts = --agent-compliance"), ()),
    "on the command line": ({}, ini("agent_compliance_profile = integrity"), (f"--agent-compliance-profile={NAMED}",)),
    "overridden on the command line": ({}, ini("agent_compliance_profile = integrity"), (f"-oagent_compliance_profile={NAMED}",)),
    "base on the command line": ({}, ini("agent_compliance_base = HEAD"), ("--agent-compliance-base=main",)),
    "file outside": ({}, {"../ours.ini": f"[pytest]\nagent_compliance_profile = {NAMED}\n"}, ("-c", "../ours.ini")),
    "line ends": (
        ini(f"agent_compliance_profile = {NAMED}"), {"pytest.ini": f"[pytest]\r\nagent_compliance_profile = {NAMED}\r\n"}, (),
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", HEARD)
def test_what_the_run_left_alone_is_heard(outer: GitRepo, pytester: pytest.Pytester, case: str) -> None:
    base, run, args = HEARD[case]
    lay(outer, base, run)
    result = pytester.runpytest_inprocess(*AWAKE, *args, CLAUSE)
    result.stdout.fnmatch_lines(["FAILED *C3-21*"])


@pytest.mark.parametrize(
    ("addopts", "words"),
    [
        ("--agent-compliance-base=HEAD", "PYTEST_ADDOPTS sets base=HEAD, and is not to decide that; pass --agent-"),
        ("--agent-compliance-profile=integrity", "PYTEST_ADDOPTS sets profile=integrity, "),
        ("-o agent_compliance_profile=integrity", "PYTEST_ADDOPTS sets profile=integrity"),
        ("-c weak.ini", "PYTEST_ADDOPTS says which ini file counts; pass -c on the command line"),
    ],
)
def test_environment_decides_nothing(
    outer: GitRepo, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, addopts: str, words: str
) -> None:
    lay(outer, {"weak.ini": "[pytest]\nagent_compliance_profile = integrity\n"}, {})
    monkeypatch.setenv("PYTEST_ADDOPTS", addopts)
    result = pytester.runpytest_inprocess(*AWAKE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert words in result.stderr.str()


@pytest.mark.parametrize("addopts", ["--rootdir={other}", "{other}", "-p no:cacheprovider", "--confcutdir=/"])
def test_audit_stays_where_pytest_was_started(
    outer: GitRepo, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, addopts: str
) -> None:
    lay(outer, {}, {})
    other = outer.root.parent / "other"
    (other / ".git").mkdir(parents=True)
    monkeypatch.setenv("PYTEST_ADDOPTS", addopts.format(other=other))
    pytester.runpytest_inprocess(*AWAKE, CLAUSE).stdout.fnmatch_lines(["FAILED *C3-21*"])


@pytest.mark.parametrize("way", ["--rootdir={}", "{}"])
def test_command_line_leads_the_audit_elsewhere(
    outer: GitRepo, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    lay(outer, {}, {})
    monkeypatch.chdir(outer.root.parent)
    pytester.runpytest_inprocess(*AWAKE, way.format(outer.root), CLAUSE).stdout.fnmatch_lines(["FAILED *C3-21*"])


def test_file_above_the_repository_is_refused(outer: GitRepo, pytester: pytest.Pytester) -> None:
    lay(outer, {}, {"../pytest.ini": "[pytest]\nagent_compliance_profile = integrity\n"})
    result = pytester.runpytest_inprocess(*AWAKE)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*pytest.ini sets profile=integrity, and lies where nothing says who changed it; *"])


def test_hand_written_check_takes_no_base_from_a_file(outer: GitRepo, pytester: pytest.Pytester) -> None:
    lay(outer, {}, ini("agent_compliance_base = HEAD") | {"test_hand.py": "def test_changes(agent_changes): pass\n"})
    result = pytester.runpytest_inprocess("-p", "no:cacheprovider", "test_hand.py")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*pytest.ini sets base=HEAD*pass --agent-compliance-base on the command line*"])
