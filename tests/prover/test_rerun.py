"""``prove --rerun``: base's commands and no others, in the tree as it is, held against what the run recorded."""

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from pytest_agentcompliance import engine
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.evidence import Proof
from pytest_agentcompliance.parsing.proofs import statement
from pytest_agentcompliance.parsing.proofs.record import FOLDER
from pytest_agentcompliance.sources.freshness import Grader
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.reruns import Reruns
from tests.conftest import GitRepo

PASSES = "import sys; print('== 3 passed in 0.01s =='); sys.exit(0)\n"
FAILS = "import sys; print('== 1 failed, 2 passed in 0.01s =='); sys.exit(1)\n"
Files = Mapping[str, str | bytes | None]


def listing(*entries: str) -> str:
    return "profiles: [{name: integrity}]\nproofs:\n  rerun:\n" + "".join(f"    - {one}\n" for one in entries)


def command(script: str) -> str:
    return json.dumps([sys.executable, "-B", script])


CHECK = f"{{name: check, command: {command('check.py')}}}"


def lay(repo: GitRepo, policy: str = "", files: Files | None = None) -> GitRepo:
    """A base with a check, and a branch for the run, whose check passes."""
    repo.commit("base", {"agent-compliance.yaml": policy or listing(CHECK), "check.py": FAILS, "api/a.py": "", **(files or {})})
    repo.branch("agent")
    repo.write("check.py", PASSES)
    return repo


@pytest.fixture
def run(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> GitRepo:
    for name in ("GITHUB_ACTIONS", "GITHUB_EVENT_PATH", "CI_MERGE_REQUEST_DIFF_BASE_SHA", "AGENT_COMPLIANCE_KEY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(repo.root)
    return repo


def prove(repo: GitRepo, name: str, *words: str) -> int:
    done = CliRunner().invoke(main, ["prove", name, "--base", "main", "--repo", str(repo.root), "--", *words])
    assert any((repo.root / FOLDER).glob("*.json")), done.output
    return done.exit_code


def check(repo: GitRepo, name: str = "check") -> int:
    return prove(repo, name, sys.executable, "-B", "check.py")


def rerun(repo: GitRepo, *words: str, to: str = "reruns") -> Result:
    asked = ["prove", "--rerun", *words, "--base", "main", "--repo", str(repo.root), "--to", str(repo.root.parent / to)]
    return CliRunner().invoke(main, asked)


def row(done: Result, name: str) -> str:
    """The line of one command, with its blanks as one, and what is said below it."""
    lines = [" ".join(line.split()) for line in done.stdout.splitlines()]
    [start] = [k for k, line in enumerate(lines) if line.startswith(f"{name} ")]
    end = start + 1
    whole = done.stdout.splitlines()
    while end < len(whole) and whole[end].startswith(" "):
        end += 1
    return "; ".join(lines[start:end])


def made(repo: GitRepo, to: str = "reruns") -> list[Path]:
    return sorted((repo.root.parent / to).glob("*.json"))


def test_what_the_run_recorded_is_borne_out(run: GitRepo) -> None:
    lay(run)
    check(run)
    run.commit("work")
    done = rerun(run)
    assert done.exit_code == 0, done.output
    assert row(done, "check").startswith("check same ")
    [file] = made(run)
    [own] = (run.root / FOLDER).glob("*.json")
    record = statement.from_statement(file.read_bytes())
    assert record.rerun_of == statement.digest(own.read_bytes())
    assert (record.sequence, record.previous, record.exit_code) == (1, "", 0)
    assert run.git("status", "--porcelain") == ""


def test_what_ends_otherwise_differs(run: GitRepo) -> None:
    lay(run)
    check(run)
    run.write("check.py", FAILS)
    run.commit("work")
    done = rerun(run)
    assert done.exit_code == 1
    said = row(done, "check")
    assert "ended with exit code 1 instead of with exit code 0" in said
    assert "the run recorded it over another tree: check.py" in said


def test_evidence_that_was_written_after_it_does_not_differ(run: GitRepo) -> None:
    lay(run, f"{listing(CHECK)}evidence: {{log: LOG.md}}\n")
    check(run)
    run.write("LOG.md", "## Chunk 1\n")
    run.commit("work")
    assert rerun(run).exit_code == 0


def test_command_of_base_runs_and_not_that_of_the_record(run: GitRepo, tmp_path: Path) -> None:
    """The record has the name of a listed command, and is of another one; and the run has changed the list."""
    lay(run)
    trace = tmp_path / "trace"
    assert prove(run, "check", "touch", str(trace)) == 0
    assert prove(run, "other", "touch", str(trace)) == 0
    trace.unlink()
    own = (f"{{name: {name}, command: touch {trace}}}" for name in ("check", "other"))
    run.write("agent-compliance.yaml", listing(*own))
    run.commit("work")
    done = rerun(run)
    assert done.exit_code == 1
    assert f"the run recorded another command: touch {trace}" in row(done, "check")
    assert row(done, "other").startswith("other not listed by base")
    assert not trace.exists()
    assert [statement.from_statement(one.read_bytes()).command[-1] for one in made(run)] == ["check.py"]


def test_what_was_never_recorded_is_not_run(run: GitRepo, tmp_path: Path) -> None:
    lay(run, listing(CHECK, f"{{name: never, command: touch {tmp_path / 'trace'}}}"))
    check(run)
    run.commit("work")
    done = rerun(run)
    assert (done.exit_code, (tmp_path / "trace").exists()) == (0, False)
    assert row(done, "never").startswith("never never recorded touch ")


def test_only_what_is_named_runs(run: GitRepo) -> None:
    lay(run, listing(CHECK, "{name: more, command: echo}"))
    check(run)
    prove(run, "more", "echo")
    prove(run, "own", "echo", "x")
    run.commit("work")
    assert "check" not in rerun(run, "more").stdout
    assert len(made(run)) == 1
    assert rerun(run, "more", "check", to="both").exit_code == 0
    assert len(made(run, "both")) == 2
    done = rerun(run, "own", to="none")
    assert done.exit_code == 2
    assert "--rerun own: base's policy does not list it; it lists check, more" in done.output


def test_the_last_record_counts(run: GitRepo) -> None:
    lay(run)
    run.write("check.py", FAILS)
    assert check(run) == 1
    run.write("check.py", PASSES)
    assert check(run) == 0
    run.commit("work")
    assert rerun(run).exit_code == 0


def test_command_runs_in_its_folder_and_ends_in_its_time(run: GitRepo) -> None:
    where = json.dumps([sys.executable, "-c", "import os; print(os.path.basename(os.getcwd()))"])
    slow = json.dumps([sys.executable, "-c", "import time; time.sleep(60)"])
    lay(run, listing(f"{{name: where, command: {where}, folder: api}}", f"{{name: slow, command: {slow}, timeout: 1}}"))
    here = ["prove", "where", "--base", "main", "--repo", str(run.root), "--", *json.loads(where)]
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(run.root / "api")
        CliRunner().invoke(main, here)
    prove(run, "slow", "true")
    run.commit("work")
    done = rerun(run)
    assert row(done, "where").startswith("where same")
    assert "ended by its timeout instead of with exit code 0" in row(done, "slow")
    text = next(one for one in (run.root.parent / "reruns").glob("*-where-*.txt"))
    assert text.read_text() == "api\n"


def test_what_cannot_run_is_told_and_is_3(run: GitRepo) -> None:
    lay(run, listing("{name: gone, command: no-such-command-here}", "{name: away, command: echo, folder: api}"))
    prove(run, "gone", "echo")
    prove(run, "away", "echo")
    (run.root / "api" / "a.py").unlink()
    (run.root / "api").rmdir()
    (run.root / "api").symlink_to(run.root.parent)
    run.commit("work")
    done = rerun(run)
    assert done.exit_code == 3, done.output
    assert "gone could not run" in row(done, "gone")
    assert "command not found" in row(done, "gone")
    assert "away could not run" in row(done, "away")
    assert "api is a link, and leads elsewhere" in row(done, "away")


def test_folder_that_became_a_link_within_the_tree_bears_nothing_out(run: GitRepo) -> None:
    """The run keeps its own easy tests elsewhere, and leads base's command there."""
    lay(run, listing(CHECK.replace("}", ", folder: api}")), {"api/check.py": FAILS})
    run.write("easy/check.py", PASSES)
    for one in ("a.py", "check.py"):
        (run.root / "api" / one).unlink()
    (run.root / "api").rmdir()
    (run.root / "api").symlink_to("easy")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(run.root / "api")
        assert check(run) == 0
    run.commit("work")
    done = rerun(run)
    assert done.exit_code == 3, done.output
    assert "api is a link, and leads elsewhere" in row(done, "check")
    assert made(run) == []


def test_a_command_that_changes_the_tree_is_told(run: GitRepo) -> None:
    writes = json.dumps([sys.executable, "-c", "open('made.txt', 'w')"])
    lay(run, listing(f"{{name: first, command: {writes}}}", CHECK))
    prove(run, "first", *json.loads(writes))
    (run.root / "made.txt").unlink()
    check(run)
    run.commit("work")
    done = rerun(run)
    assert done.exit_code == 1
    assert "a command that ran before it changed the tree: made.txt" in row(done, "check")


def test_where_nothing_is_listed_nothing_runs(run: GitRepo) -> None:
    lay(run, "profiles: [{name: integrity}]\n")
    run.commit("work")
    done = rerun(run)
    assert done.exit_code == 0
    assert "nothing was run" in done.output
    assert (run.root.parent / "reruns").is_dir()


def test_list_that_only_the_run_has_runs_nothing(run: GitRepo, tmp_path: Path) -> None:
    run.commit("base", {"a.py": ""})
    run.branch("agent")
    run.write("agent-compliance.yaml", listing(f"{{name: check, command: touch {tmp_path / 'trace'}}}"))
    prove(run, "check", "touch", str(tmp_path / "trace"))
    (tmp_path / "trace").unlink()
    run.commit("work")
    done = rerun(run)
    assert done.exit_code == 0
    assert row(done, "check").startswith("check not listed by base")
    assert not (tmp_path / "trace").exists()


@pytest.mark.skipif(sys.platform == "win32", reason="no such signals there")
def test_person_who_interrupts_ends_it_all(run: GitRepo) -> None:
    stops = json.dumps([sys.executable, "-c", "import os, signal; signal.signal(2, signal.SIG_DFL); os.kill(os.getpid(), 2)"])
    lay(run, listing(f"{{name: first, command: {stops}}}", CHECK))
    prove(run, "first", "true")
    check(run)
    run.commit("work")
    done = rerun(run)
    assert done.exit_code == 130
    assert "interrupted" in done.output
    assert len(made(run)) == 1


@pytest.mark.parametrize("within", ["reruns", ".git/reruns", "api"])
def test_folder_in_the_repository_is_refused(run: GitRepo, within: str) -> None:
    lay(run)
    run.commit("work")
    done = rerun(run, to=f"repo/{within}")
    assert done.exit_code == 2
    assert "it lies in the repository" in done.output


def test_folder_that_has_something_is_refused(run: GitRepo) -> None:
    lay(run)
    run.commit("work")
    (run.root.parent / "reruns").mkdir()
    (run.root.parent / "reruns" / "old.json").write_text("{}")
    done = rerun(run)
    assert done.exit_code == 2
    assert "the folder is not empty" in done.output


def test_command_that_reaches_into_the_folder_is_noticed(run: GitRepo) -> None:
    lay(run)
    to = run.root.parent / "reruns"
    run.write("check.py", f"import os\nif os.path.isdir({str(to)!r}):\n    open({str(to / 'x.json')!r}, 'w')\n")
    check(run)
    run.commit("work")
    done = rerun(run)
    assert done.exit_code == 1
    assert "while commands ran something else wrote there: x.json" in row(done, "the folder")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--rerun"], "--rerun needs --to DIR"),
        (["--rerun", "--to", "x", "--timeout", "3"], "takes no --junit, --timeout or --print"),
        ([], "Missing argument 'NAME'"),
        (["tests", "--to", "x", "--", "true"], "--to and --policy go with --rerun"),
    ],
)
def test_options_that_do_not_go_together(run: GitRepo, words: list[str], says: str) -> None:
    done = CliRunner().invoke(main, ["prove", *words])
    assert (done.exit_code, says in done.output) == (2, True), done.output


def test_wrong_key_is_told_before_anything_runs(run: GitRepo, tmp_path: Path) -> None:
    lay(run, listing(f"{{name: check, command: touch {tmp_path / 'trace'}}}"))
    prove(run, "check", "touch", str(tmp_path / "trace"))
    (tmp_path / "trace").unlink()
    run.commit("work")
    assert rerun(run, "--key", str(tmp_path / "no.pem")).exit_code == 2
    assert not (tmp_path / "trace").exists()


# What an audit makes of the folder


def answers(repo: GitRepo, to: str = "reruns") -> tuple[list[tuple[bool, str, str]], list[str]]:
    """What the reruns say of each proof of the run."""
    with engine.opened(engine.Options(repo.root, "main", environ={})) as one, Repository(repo.root) as repository:
        found = Reruns(repo.root.parent / to, {}, Grader(repository, one.ends, ()).grade)
        records = [statement.from_statement(file.read_bytes()) for file in sorted((repo.root / FOLDER).glob("*.json"))]
        said = [found.of(record, statement.digest(statement.to_statement(record))) for record in records]
        return [(answer.borne_out, answer.note, answer.refused) for answer in said], found.notes


def test_audit_takes_what_is_borne_out(run: GitRepo) -> None:
    lay(run)
    check(run)
    prove(run, "other", "true")
    run.commit("work")
    rerun(run)
    assert answers(run) == ([(True, "", ""), (False, "", "")], [])


def test_audit_refuses_what_is_contradicted(run: GitRepo) -> None:
    """The proof says that it went well; the check ends otherwise where the run cannot reach."""
    lay(run)
    where = run.root.parent / "ci"
    run.write("check.py", f"import os, sys; sys.exit(os.path.exists({str(where)!r}))\n")
    check(run)
    run.commit("work")
    where.mkdir()
    rerun(run)
    assert answers(run) == ([(False, "", "run again, it ended with exit code 1 instead of with exit code 0")], [])


def test_rerun_over_another_tree_bears_nothing_out(run: GitRepo) -> None:
    lay(run)
    check(run)
    run.commit("work")
    rerun(run)
    run.commit("more", {"api/a.py": "x = 1\n"})
    assert answers(run) == ([(False, "it was run again over another tree: api/a.py", "")], [])


def test_what_is_no_rerun_is_told_and_nothing_dies(run: GitRepo) -> None:
    lay(run)
    check(run)
    run.commit("work")
    rerun(run)
    folder = run.root.parent / "reruns"
    [good] = folder.glob("*.json")
    [own] = (run.root / FOLDER).glob("*.json")
    (folder / "a.json").write_text("{")
    (folder / "b.json").symlink_to(good)
    (folder / "c.json").mkdir()
    (folder / "d.json").write_bytes(own.read_bytes())
    (folder / "e.json").write_text('{"a":' * 100_000)
    said, notes = answers(run)
    assert said == [(True, "", "")]
    assert [Path(note.partition(" says nothing")[0]).name for note in notes] == ["a.json", "b.json", "c.json", "d.json", "e.json"]
    next(folder.glob("*.txt")).write_text("== 9 passed in 0.01s ==\n")
    said, notes = answers(run)
    assert said == [(False, "", "")]
    assert any("its output was altered" in note for note in notes)
    assert answers(run, "nowhere") == ([(False, "", "")], [f"{run.root.parent / 'nowhere'}: No such file or directory"])


def test_proof_has_what_is_compared() -> None:
    assert {"exit_code", "ended", "work"} <= set(Proof.__dataclass_fields__)
