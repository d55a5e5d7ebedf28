"""Where outputs go: links of the audited tree are not followed, and an output that is lost takes no verdict with it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from pytest_agentcompliance import bundle, outputs
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.errors import EvidenceError, UsageError
from pytest_agentcompliance.reporters import collected, formats
from pytest_agentcompliance.reporters.account import Account
from tests.conftest import GitRepo
from tests.parsing.test_proof_signatures import private

PROFILE = "spec: s\nclauses:\n  G-01: {says: No markers, rules: {content/todo: {}}}\n"
BASE = {"agent-compliance.yaml": "profiles: [{name: gate}]\n", ".agent-compliance/profiles/gate.yaml": PROFILE, "a.ts": "let a\n"}


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", BASE)
    repo.branch("agent")
    repo.commit("work", {"a.ts": "let a\n// TODO later\n"})
    return repo


def audit(run: GitRepo, *words: str) -> "tuple[int, str, str]":
    done = CliRunner().invoke(main, ["audit", "--repo", str(run.root), "--base", "main", *words])
    return done.exit_code, done.stdout, done.stderr


# Links


@pytest.mark.parametrize("option", ["--output=html:{}", "--output=json:{}", "--output=text:{}", "--bundle={}"])
def test_a_link_in_the_audited_tree_is_not_followed(run: GitRepo, tmp_path: Path, option: str) -> None:
    target = tmp_path / "outside"
    target.write_text("mine")
    (run.root / "report").symlink_to(target)
    (run.root / "reports").symlink_to(tmp_path)
    for name in ("report", "reports/new", "reports/../report", "./report"):
        code, told, said = audit(run, option.format(run.root / name))
        assert (code, told) == (2, ""), said
        assert "is a symbolic link in the audited repository" in said, "the link is named, and nothing is judged"
    assert target.read_text() == "mine"
    assert not (tmp_path / "new").exists()


def test_neither_is_one_that_leads_nowhere_or_round_in_a_circle(run: GitRepo, tmp_path: Path) -> None:
    (run.root / "gone").symlink_to(tmp_path / "planted")
    (run.root / "loop").symlink_to("loop")
    for name in ("gone", "loop", "loop/x"):
        assert audit(run, f"--output=json:{run.root / name}")[0] == 2
    assert not (tmp_path / "planted").exists()


def test_links_outside_of_the_tree_and_plain_files_in_it_are_the_caller_s_own(run: GitRepo, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "out")
    assert audit(run, f"--output=json:{tmp_path}/link/a.json", f"--output=sarif:{run.root}/a.sarif")[0] == 1
    assert json.loads((tmp_path / "out/a.json").read_text("utf-8"))["schema_version"] == 1
    assert (run.root / "a.sarif").is_file()


def test_a_repository_that_is_reached_by_a_link_is_the_same(run: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "other").symlink_to(run.root)
    (run.root / "report").symlink_to(tmp_path / "target")
    monkeypatch.chdir(tmp_path / "other")
    for name in ("report", str(tmp_path / "other" / "report")):
        with pytest.raises(UsageError, match="report is a symbolic link"):
            outputs.hold([("x", Path(name))], Path())
    outputs.hold([("x", Path("free"))], Path())


def test_pytest_follows_none_either(
    run: GitRepo, pytester: pytest.Pytester, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(run.root)
    (run.root / "report").symlink_to(tmp_path / "target")
    for option in ("output=html:report", "output=json:report", "bundle=report"):
        done = pytester.runpytest_subprocess("-p", "no:cov", "--agent-compliance-only", "--agent-compliance-base=main",
                                             f"--agent-compliance-{option}")  # fmt: skip
        assert done.ret == pytest.ExitCode.USAGE_ERROR
        done.stderr.fnmatch_lines(["*report is a symbolic link in the audited repository*"])
    assert not (tmp_path / "target").exists()


# Places


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("no/such/a", "No such file or directory: "), ("file/a", "is no folder"), ("folder", "it is a folder; name a file in it"),
        ("x" * 300, "File name too long"), ("twice", "goes to the same file"),
    ],
)  # fmt: skip
def test_what_cannot_be_written_is_told_before_anything_is_judged(run: GitRepo, tmp_path: Path, name: str, said: str) -> None:
    (tmp_path / "file").write_text("")
    (tmp_path / "folder").mkdir()
    code, told, why = audit(run, "--output=text", f"--output=json:{tmp_path}/twice", f"--output=html:{tmp_path}/{name}")
    assert (code, told) == (2, "")
    assert said in why
    assert f"--output html:{tmp_path}/{name}: " in why
    assert not (tmp_path / "twice").exists()


@pytest.mark.skipif(os.name != "posix" or os.geteuid() == 0, reason="root may write everywhere")
def test_place_that_is_closed(run: GitRepo, tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        code, _, why = audit(run, f"--output=json:{tmp_path}/a")
    finally:
        tmp_path.chmod(0o700)
    assert (code, "Permission denied" in why) == (2, True)


def test_what_is_no_file_may_be_written_twice() -> None:
    outputs.hold([("one", Path(os.devnull)), ("two", Path(os.devnull))], None)


# An output that is lost


@pytest.mark.parametrize("wrong", [TypeError("a defect\nof ours"), RecursionError("deep"), OSError(28, "No space left on device")])
def test_a_format_that_fails_takes_no_other_with_it(
    run: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: Exception
) -> None:
    def dumps(name: str, account: Account) -> str:
        if name == "html":
            raise wrong
        return ours(name, account)

    ours = formats.dumps
    monkeypatch.setattr(formats, "dumps", dumps)
    files = [f"--output={name}:{tmp_path}/a.{name}" for name in ("html", "json", "sarif")]
    code, told, why = audit(run, *files, "--output=text")
    assert code == 1, "the verdict is what it was"
    assert "a.ts:2" in told
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))
    assert json.loads((tmp_path / "a.sarif").read_text("utf-8"))
    first, last = why.splitlines()
    assert first.startswith(f"agent-compliance: --output html:{tmp_path}/a.html could not be made: ")
    assert last == "agent compliance: broken: 1 clause broken, 4 kept"


def test_what_is_kept_does_not_pass_without_its_report(run: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    run.commit("better", {"a.ts": "let a\nlet b\n"})
    monkeypatch.setattr(formats, "dumps", lambda *_: 1 / 0)
    code, _, why = audit(run, "--output=text", f"--output=html:{tmp_path}/a.html")
    assert (code, "ZeroDivisionError" in why, "agent compliance: kept" in why) == (3, True, True)


def test_evidence_that_cannot_be_shown_leaves_the_verdict(run: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def exhibits(*_: object) -> None:
        raise ValueError("year 10000 is out of range")

    monkeypatch.setattr(collected, "exhibits", exhibits)
    words = [f"--output={name}:{tmp_path}/{name}" for name in formats.RICH]
    code, told, why = audit(run, "--output=text", *words)
    assert (code, why) == (1, "")
    assert "a.ts:2" in told
    assert all((tmp_path / name).stat().st_size for name in formats.RICH)
    assert "year 10000 is out of range" in (tmp_path / "html").read_text("utf-8"), "what is not shown is said"


@pytest.mark.parametrize("wrong", [EvidenceError("it came out otherwise"), KeyError("a defect"), OSError(28, "No space")])
def test_a_bundle_that_cannot_be_made_leaves_the_verdict(
    run: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: Exception
) -> None:
    def packed(*_: object) -> bytes:
        raise wrong

    monkeypatch.setattr(bundle.archive, "packed", packed)
    code, told, why = audit(run, f"--bundle={tmp_path}/a.tar", f"--output=json:{tmp_path}/a.json", "--output=text")
    assert (code, f"--bundle {tmp_path}/a.tar: " in why) == (1, True)
    assert "a.ts:2" in told
    assert json.loads((tmp_path / "a.json").read_text("utf-8"))
    run.commit("better", {"a.ts": "let a\nlet b\n"})
    assert audit(run, f"--bundle={tmp_path}/a.tar")[0] == 3


@pytest.mark.skipif(os.name != "posix", reason="pipes")
@pytest.mark.parametrize(("content", "code"), [("// TODO later\n", 1), ("let b\n", 0)])
def test_a_reader_that_has_read_enough_changes_nothing(run: GitRepo, tmp_path: Path, content: str, code: int) -> None:
    run.commit("again", {"a.ts": f"let a\n{content}"})
    ours, theirs = os.pipe()
    os.close(ours)
    done = subprocess.run(
        [sys.executable, "-I", "-m", "pytest_agentcompliance", "audit", "--base=main", "--output=html",
         f"--output=json:{tmp_path}/a"], cwd=run.root, stdout=theirs, stderr=subprocess.PIPE, check=False,
    )  # fmt: skip
    os.close(theirs)
    assert (done.returncode, done.stderr) == (code, b"")
    assert json.loads((tmp_path / "a").read_text("utf-8"))


@pytest.mark.skipif(os.name != "posix", reason="terminals")
def test_a_page_for_a_browser_is_not_thrown_at_a_terminal(run: GitRepo) -> None:
    ours, theirs = os.openpty()
    done = subprocess.run(
        [sys.executable, "-I", "-m", "pytest_agentcompliance", "audit", "--base=main", "--output=html"],
        cwd=run.root, stdout=theirs, stderr=subprocess.PIPE, text=True, check=False,
    )  # fmt: skip
    os.close(theirs)
    os.close(ours)
    assert (done.returncode, "a terminal cannot show html; give it a file, as in html:audit.html" in done.stderr) == (2, True)


def test_whoever_signs_a_bundle_is_told_whose_word_it_is(run: GitRepo, tmp_path: Path) -> None:
    assert audit(run, f"--bundle={tmp_path}/run.tar")[0] == 1
    key = private(tmp_path, "ci")
    words = ["audit", f"--from-bundle={tmp_path}/run.tar", f"--output=svr:{tmp_path}/a.json", f"--sign-with={key}"]
    done = CliRunner().invoke(main, words)
    assert (done.exit_code, "sign only one that you made yourself" in done.stderr) == (1, True)


@pytest.mark.parametrize(("name", "kept", "broken"), [
    ("text", "agent compliance: kept", "agent compliance: broken"),
    ("markdown", "Agent compliance: kept", "Agent compliance: broken"),
    ("github", "agent compliance: kept", "agent compliance: broken"), ("html", "<h1>Kept</h1>", "<h1>Broken</h1>"),
])  # fmt: skip
def test_every_format_says_what_the_exit_code_says(repo: GitRepo, tmp_path: Path, name: str, kept: str, broken: str) -> None:
    repo.commit("start", {"agent-compliance.yaml": "profiles: [{name: gate}]\n", ".agent-compliance/profiles/gate.yaml":
        "spec: x\nclauses:\n  G-1: {says: No markers, severity: warning, rules: {content/todo: {}}}\n"})
    repo.branch("agent")
    repo.commit("work", {"a.py": "# TODO: later\n"})
    file = tmp_path / "out"
    for words, code, said, unsaid in ((["--fail-on", "error"], 0, kept, broken), (["--fail-on", "warning"], 1, broken, kept)):
        done = CliRunner().invoke(main, ["audit", "--repo", str(repo.root), "--base", "main", "--output", f"{name}:{file}", *words])
        assert done.exit_code == code, done.output
        told = file.read_text("utf-8")
        assert said in told
        assert unsaid not in told
