"""A command under ``prove``: what it sees, what is seen of it, and what is written down."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from pytest_agentcompliance.parsing.proofs import statement
from pytest_agentcompliance.parsing.proofs.record import FOLDER
from tests.conftest import GitRepo, new_repo
from tests.proving import PATIENCE, PROVE, PYTHON, environ, files, output, prove, record, records, snapshot

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="processes as POSIX has them")


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    """A run on a branch, with a file changed and one that is new."""
    repo.commit("base", {"a.py": "a = 1\n", "b/c.txt": "c\n", ".gitignore": "build/\n"})
    repo.branch("agent")
    repo.commit("work", {"a.py": "a = 2\n"})
    repo.write("b/new.txt", "new\n")
    return repo


# What passes through


@pytest.mark.parametrize(("command", "status", "code", "ended"), [
    (("true",), 0, 0, "exit"), (("sh", "-c", "exit 3"), 3, 3, "exit"), (("sh", "-c", "exit 255"), 255, 255, "exit"),
    (("sh", "-c", "kill -9 $$"), 137, -9, "signal"), (("sh", "-c", "kill -TERM $$"), 143, -15, "signal"),
    (("no-such-command",), 127, None, "not started"), (("./none",), 127, None, "not started"),
    (("./a.py",), 126, None, "not started"), (("./b",), 126, None, "not started"),
])  # fmt: skip
def test_the_exit_code_is_the_commands(run: GitRepo, command: tuple[str, ...], status: int, code: int | None, ended: str) -> None:
    done = prove(run, "it", *command)
    assert (done.returncode, done.stdout) == (status, b"")
    assert (record(run).exit_code, record(run).ended, record(run).command) == (code, ended, command)


def test_both_streams_pass_byte_for_byte_and_are_kept_in_their_order(run: GitRepo) -> None:
    script = (
        "import os, time\n"
        "for k in range(5):\n"
        "    os.write(1, b'out %d\\n' % k); time.sleep(.05); os.write(2, b'err %d\\n' % k); time.sleep(.05)\n"
        "os.write(1, b'\\xff\\0no end')"
    )
    done = prove(run, "it", *PYTHON, script, options=("-q",))
    assert done.stdout == b"".join(b"out %d\n" % k for k in range(5)) + b"\xff\0no end"
    assert done.stderr == b"".join(b"err %d\n" % k for k in range(5))
    assert output(run) == "".join(f"out {k}\nerr {k}\n" for k in range(5)) + "\\xff\\x00no end\n"
    assert record(run).output.bytes == len(done.stdout) + len(done.stderr)


def test_a_line_is_not_torn_by_the_other_stream(run: GitRepo) -> None:
    script = (
        "import os, time\n"
        "for part in (1, b'1 pas'), (2, b'warning\\n'), (1, b'sed\\n'): os.write(*part); time.sleep(.05)"
    )
    prove(run, "it", *PYTHON, script)
    assert output(run) == "warning\n1 passed\n"


def test_input_passes(run: GitRepo) -> None:
    assert prove(run, "it", "cat", input=b"a\0b\n").stdout == b"a\0b\n"


ABOUT = (
    "import json, os, sys, signal, resource\n"
    "print(json.dumps([sys.argv[1:], os.getcwd(), dict(os.environ), sorted(os.listdir('/dev/fd')), "
    "[int(signal.getsignal(n) or 0) if isinstance(signal.getsignal(n), int) else 9 for n in (1, 2, 3, 10, 13, 15, 17)], "
    "sorted(signal.pthread_sigmask(signal.SIG_BLOCK, []))]))"
)


@pytest.mark.parametrize("more", [
    {}, {"LC_ALL": "C", "LC_CTYPE": "C"}, {"AN_ODD": "ü\udcff\n=x", "PYDANTIC_DISABLE_PLUGINS": "mine"}, {"GIT_DIR": "elsewhere"},
])  # fmt: skip
def test_the_command_sees_what_it_would_see_without_us(run: GitRepo, more: dict[str, str]) -> None:
    env = environ(run, more)
    if "LC_CTYPE" not in more:
        env.pop("LC_ALL")  # then Python would choose one for itself, and hand it on
    words = ("-I", "-c", ABOUT, "a b", "*", "--", "-q", "ü", "\udcff", "")
    reading, writing = os.pipe()
    bare = subprocess.run(
        [sys.executable, *words], cwd=run.root / "b", env=env, capture_output=True, check=True, stdin=subprocess.DEVNULL,
        pass_fds=(reading,),
    )  # fmt: skip
    proved = prove(run, "it", sys.executable, *words, folder="b", env=env, pass_fds=(reading,))
    os.close(reading)
    os.close(writing)
    assert json.loads(proved.stdout) == json.loads(bare.stdout)
    assert record(run).command == (sys.executable, *words)
    assert record(run).folder == "b"


def test_what_is_ignored_stays_ignored(run: GitRepo) -> None:
    """``nohup`` has its command ignore a hang-up."""
    script = "import signal; print(signal.getsignal(signal.SIGHUP) is signal.SIG_IGN)"
    words = ["sh", "-c", 'trap "" HUP; exec "$@"', "sh", *PROVE, "it", "--", *PYTHON, script]
    done = subprocess.run(words, cwd=run.root, env=environ(run), capture_output=True, check=True, timeout=PATIENCE)
    assert done.stdout == b"True\n"


def test_who_reads_no_more_ends_the_command_as_without_us(run: GitRepo) -> None:
    script = "import os, signal; signal.signal(signal.SIGPIPE, signal.SIG_DFL)\nwhile True: os.write(1, b'y' * 1000)"
    line = '"$@" | head -c 10; exit ${PIPESTATUS[0]}'
    done = subprocess.run(
        ["bash", "-c", line, "bash", *PROVE, "it", "-q", "--", *PYTHON, script], cwd=run.root, env=environ(run),
        capture_output=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert (done.returncode, done.stdout) == (141, b"y" * 10)
    assert (record(run).exit_code, record(run).ended) == (-13, "signal")


@pytest.mark.parametrize("closed", ["<&-", ">&-", "2>&-", "<&- >&- 2>&-"])
def test_a_stream_that_is_closed_is_no_reason_to_fail(run: GitRepo, closed: str) -> None:
    line = f'"$@" {closed}'
    done = subprocess.run(
        ["bash", "-c", line, "bash", *PROVE, "it", "--", "sh", "-c", "echo hello; exit 5"],
        cwd=run.root, env=environ(run), capture_output=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 5
    assert output(run) == "hello\n"


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_reach_the_command_and_a_proof_is_written(run: GitRepo, number: signal.Signals) -> None:
    script = (
        "import os, signal, sys, time\n"
        "def caught(*_): os.write(1, b'caught\\n'); os._exit(7)\n"
        "for one in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP): signal.signal(one, caught)\n"
        "os.write(1, b'ready\\n'); time.sleep(100)"
    )
    started = subprocess.Popen(
        [*PROVE, "it", "--", *PYTHON, script], cwd=run.root, env=environ(run), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        stdin=subprocess.DEVNULL, start_new_session=True,
    )  # fmt: skip
    assert started.stdout is not None
    assert started.stdout.readline() == b"ready\n"
    os.kill(started.pid, number)
    out, err = started.communicate(timeout=PATIENCE)
    assert (started.returncode, out) == (7, b"caught\n"), err
    assert (record(run).exit_code, output(run)) == (7, "ready\ncaught\n")


def test_a_signal_that_the_command_dies_of_is_its_end(run: GitRepo) -> None:
    started = subprocess.Popen(
        [*PROVE, "it", "--", "sh", "-c", "echo ready; exec sleep 60"], cwd=run.root, env=environ(run), stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    assert started.stdout is not None
    started.stdout.readline()
    os.kill(started.pid, signal.SIGINT)
    _, err = started.communicate(timeout=PATIENCE)
    assert started.returncode == 130
    assert b"killed by SIGINT" in err
    assert record(run).ended == "signal"


# Its end


def alive(pid: int) -> bool:
    with contextlib.suppress(ProcessLookupError, FileNotFoundError):
        os.kill(pid, 0)
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z" if sys.platform == "linux" else True
    return False


def gone(pid: int) -> bool:
    until = time.monotonic() + PATIENCE
    while alive(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not alive(pid)


def test_time_that_is_up_ends_the_whole_group(run: GitRepo) -> None:
    done = prove(run, "it", "sh", "-c", "sleep 300 & echo $!; wait", options=("--timeout", "1"))
    assert done.returncode == 124
    assert (record(run).exit_code, record(run).ended) == (-15, "timeout")
    assert gone(int(done.stdout))


def test_what_does_not_end_when_it_is_asked_is_ended(run: GitRepo) -> None:
    script = "trap '' TERM; (trap '' TERM; while :; do sleep 0.1; done) & echo $!; while :; do sleep 0.1; done"
    words = (
        "import sys; from pytest_agentcompliance.prover import child; child.GRACE = 0.3; "
        "from pytest_agentcompliance.__main__ import run; sys.argv[0] = 'x'; run()"
    )
    done = subprocess.run(
        [*PYTHON, words, "prove", "it", "--timeout", "0.5", "--", "bash", "-c", script], cwd=run.root, env=environ(run),
        capture_output=True, check=False, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 124, done.stderr
    assert record(run).exit_code == -9
    assert gone(int(done.stdout))


def test_what_ends_when_it_is_asked_has_the_time_to(run: GitRepo) -> None:
    script = "(trap 'sleep 0.5; echo tidied; exit' TERM; while :; do sleep 0.05; done) & wait"
    done = prove(run, "it", "bash", "-c", script, options=("--timeout", "1"))
    assert (done.returncode, done.stdout) == (124, b"tidied\n")


def test_a_process_that_outlives_the_command_is_not_waited_for(run: GitRepo) -> None:
    done = prove(run, "it", "sh", "-c", "sleep 300 & echo $!")
    os.kill(int(done.stdout), signal.SIGKILL)
    assert done.returncode == 0
    assert b"still prints" in done.stderr


# Over what


def test_nothing_changes_but_the_folder_of_proofs(run: GitRepo) -> None:
    os.symlink("a.py", run.root / "link")
    run.write("build/x", "ignored\n")
    run.git("add", "b/new.txt")
    before = snapshot(run.root)
    prove(run, "it", "true")
    prove(run, "it", "true", folder="b")
    assert snapshot(run.root) == before
    assert run.git("status", "--porcelain") == "A  b/new.txt\n?? .agent-compliance/\n?? link"


def tree_of_git(repo: GitRepo) -> str:
    """The work tree's id as git itself has it, over an index of its own."""
    env = {**repo.env, "GIT_INDEX_FILE": str(repo.root.parent / "an-index")}

    def git(*words: str) -> str:
        return subprocess.run(["git", *words], cwd=repo.root, env=env, check=True, capture_output=True, text=True).stdout.strip()

    git("add", "-A", ".")
    git("rm", "-rq", "--cached", "--ignore-unmatch", FOLDER)
    return git("write-tree")


def test_the_tree_is_the_work_tree_without_proofs(run: GitRepo) -> None:
    run.write("build/x", "ignored\n")
    (run.root / "b" / "c.txt").unlink()
    for _ in range(2):
        prove(run, "it", "true")
        assert record(run).tree == tree_of_git(run)
    (run.root / "build" / "x").unlink()
    run.commit("with proofs")
    prove(run, "it", "true")
    assert len({one.tree for one in records(run)}) == 1
    one = record(run)
    assert (one.base, one.base_tree) == (run.git("rev-parse", "main"), run.git("rev-parse", "main^{tree}"))
    assert one.files is not None
    assert {path: (state.mode, state.oid) for path, state in one.files.items()} == {
        "a.py": ("100644", run.git("hash-object", "a.py")), "b/new.txt": ("100644", run.git("hash-object", "b/new.txt")),
        "b/c.txt": ("0", ""),
    }  # fmt: skip
    assert len({one.patch_id for one in records(run)}) == 1


def test_without_a_base_the_proof_has_none_and_it_is_said(repo: GitRepo) -> None:
    repo.commit("one", {"a": "a\n"})
    done = prove(repo, "it", "true")
    assert done.returncode == 0
    assert b"the proof has no base" in done.stderr
    assert (record(repo).base, record(repo).files, record(repo).patch_id) == ("", None, "")


def test_before_the_first_commit_there_is_a_tree(repo: GitRepo) -> None:
    repo.write("a", "a\n")
    assert prove(repo, "it", "true").returncode == 0
    assert record(repo).tree == tree_of_git(repo)


def test_a_base_that_was_passed_counts(run: GitRepo) -> None:
    prove(run, "it", "true", options=("--base", "HEAD"))
    assert record(run).base == run.git("rev-parse", "HEAD")
    assert set(record(run).files or ()) == {"b/new.txt"}


def test_what_the_command_changes_is_written_down(run: GitRepo) -> None:
    script = (
        "echo x > a.py; rm b/c.txt; mkdir -p build d; echo y > build/y; echo z > d/z; touch b/new.txt; "
        "mkdir -p .agent-compliance/proofs; echo > .agent-compliance/proofs/x; chmod +x .gitignore"
    )
    prove(run, "it", "sh", "-c", script)
    assert record(run).changed == (".gitignore", "a.py", "b/c.txt", "d/z")


def test_a_change_that_keeps_size_and_time_is_one(run: GitRepo) -> None:
    prove(run, "it", "sh", "-c", "touch -r a.py ../stamp; printf 'a = 3\\n' > a.py; touch -r ../stamp a.py; rm ../stamp")
    assert record(run).changed == ("a.py",)


def test_a_command_that_takes_the_repository_away_has_its_exit_code(run: GitRepo) -> None:
    done = prove(run, "it", "sh", "-c", 'rm -rf "$PWD"; exit 4')
    assert done.returncode == 4
    assert b"NO PROOF of it was written" in done.stderr


# The folder


def test_proofs_follow_one_another(run: GitRepo) -> None:
    for name in ("one", "two words", "drei/ü"):
        prove(run, name, "true")
    found = records(run)
    assert [one.sequence for one in found] == [1, 2, 3]
    digests = [statement.digest(file.read_bytes()) for file in files(run)]
    assert [one.previous for one in found] == ["", *digests[:2]]
    assert [file.name[:-14] for file in files(run)] == ["0001-one", "0002-two-words", "0003-drei"]


def test_proofs_that_are_made_at_once_follow_one_another_too(run: GitRepo) -> None:
    running = [
        subprocess.Popen([*PROVE, "it", "-q", "--", "echo", str(k)], cwd=run.root, env=environ(run), stdout=subprocess.DEVNULL)
        for k in range(8)
    ]  # fmt: skip
    assert [one.wait(PATIENCE) for one in running] == [0] * 8
    found, digests = records(run), [statement.digest(file.read_bytes()) for file in files(run)]
    assert [one.sequence for one in found] == list(range(1, 9))
    assert [one.previous for one in found] == ["", *digests[:7]]
    assert {path.suffix for path in (run.root / FOLDER).iterdir()} == {".json", ".txt"}
    assert len({one.tree for one in found}) == 1


def test_what_lies_there_and_is_no_proof_is_passed_over(run: GitRepo) -> None:
    prove(run, "it", "true")
    run.write(f"{FOLDER}/0007-it-00000000.json", "{}")
    run.write(f"{FOLDER}/0008-it-00000000.json", b"\xff")
    run.write(f"{FOLDER}/README.md", "x")
    prove(run, "it", "true")
    last = statement.from_statement(next((run.root / FOLDER).glob("0002-*")).read_bytes())
    assert (last.sequence, last.previous[:8]) == (2, files(run)[0].name[-13:-5])


@pytest.mark.parametrize("spoil", ["file", "link", "proofs"])
def test_a_folder_that_cannot_be_written_costs_the_proof_alone(run: GitRepo, tmp_path: Path, spoil: str) -> None:
    if spoil == "file":
        run.write(".agent-compliance", "x")
    elif spoil == "link":
        (tmp_path / "elsewhere").mkdir()
        os.symlink(tmp_path / "elsewhere", run.root / ".agent-compliance")
    else:
        run.write(FOLDER, "x")
    done = prove(run, "it", "sh", "-c", "echo hello; exit 3", options=("--quiet",))
    assert (done.returncode, done.stdout) == (3, b"hello\n")
    assert b"NO PROOF of it was written" in done.stderr
    assert not list(tmp_path.glob("elsewhere/*"))


# What is said


def test_the_last_line_says_what_came_of_it(run: GitRepo) -> None:
    done = prove(run, "types", "sh", "-c", "echo hello >&2; exit 2")
    assert done.stderr.startswith(b"hello\nagent-compliance: types: exit code 2 after ")
    assert done.stderr.endswith(f"; {FOLDER}/{files(run)[0].name}\n".encode())
    assert prove(run, "types", "true", options=("--quiet",)).stderr == b""


def test_print_writes_nothing(run: GitRepo) -> None:
    done = prove(run, "it", "echo", "hello", options=("--print",))
    assert done.stdout == b"hello\n"
    assert statement.from_statement(done.stderr[: done.stderr.rindex(b"}") + 1]).command == ("echo", "hello")
    assert not (run.root / ".agent-compliance").exists()


@pytest.mark.parametrize(("words", "said"), [
    (("it",), b"there is no command"), (("it", "--"), b"there is no command"), (("", "--", "true"), b"is no name"),
    (("a\nb", "--", "true"), b"is no name"), (("x" * 200, "--", "true"), b"has 200 characters"),
    (("it", "python", "-m", "pytest"), b"behind two dashes"), (("it", "--no-such", "--", "true"), b"No such option '--no-such'"),
    (("it", "--base", "nothing", "--", "touch", "x"), b"unknown revision"),
    (("it", "--timeout", "0", "--", "touch", "x"), b"--timeout"), (("it", "--timeout", "nan", "--", "touch", "x"), b"--timeout"),
    (("it", "--repo", "..", "--", "touch", "x"), b"not in a git repository"),
    (("it", "--key", "../none", "--", "touch", "x"), b"--key"),
])  # fmt: skip
def test_what_cannot_be_asked_is_said_before_anything_runs(run: GitRepo, words: tuple[str, ...], said: bytes) -> None:
    done = subprocess.run(
        [*PROVE, *words], cwd=run.root, env=environ(run), capture_output=True, check=False, timeout=PATIENCE
    )
    assert done.returncode == 2
    assert said in done.stderr
    assert not (run.root / "x").exists()


def test_it_runs_inside_of_what_it_proves(run: GitRepo, tmp_path: Path) -> None:
    other = new_repo(tmp_path / "other")
    done = prove(run, "it", "true", options=("--repo", str(other.root)))
    assert done.returncode == 2
    assert b"change into it" in done.stderr


def test_a_bare_repository_has_nothing_to_prove(run: GitRepo, tmp_path: Path) -> None:
    run.git("clone", "--quiet", "--bare", ".", str(tmp_path / "bare.git"))
    done = prove(run, "it", "touch", "x", folder=str(tmp_path / "bare.git"))
    assert (done.returncode, done.stdout) == (2, b"")
    assert b"bare.git is a bare repository" in done.stderr


def test_no_policy_is_read(run: GitRepo) -> None:
    run.write("agent-compliance.yaml", "]: no policy {")
    assert prove(run, "it", "true").returncode == 0


def test_options_of_the_command_are_its_own(run: GitRepo) -> None:
    done = prove(run, "it", "echo", "--", "-q", "--quiet", "--help")
    assert done.stdout == b"-- -q --quiet --help\n"


# Secrets

TOKEN = "ghp_" + "aB3dE5fG7hJ9kL1mN3pQ5rS7tU9vW1xY3zA5"


def test_secrets_are_masked_in_what_is_kept_and_nowhere_else(run: GitRepo) -> None:
    script = f"import os, time; os.write(1, b'x {TOKEN[:10]}'); time.sleep(.1); os.write(1, b'{TOKEN[10:]} y\\n')"
    done = prove(run, "it", *PYTHON, script, "--token", TOKEN)
    assert done.stdout == f"x {TOKEN} y\n".encode()
    assert output(run) == "x [masked: GitHub token] y\n"
    assert record(run).output.masked == 1
    assert record(run).command[-2:] == ("--token", "[masked: GitHub token]")
    assert TOKEN.encode() not in b"".join(file.read_bytes() for file in (run.root / FOLDER).iterdir())


def test_a_value_that_the_word_before_it_names_is_masked(run: GitRepo) -> None:
    prove(run, "it", "true", "--password", "hX7#kQ2!vB9z", "--name", "hX7#kQ2!vB9z", "--api-key=hX7kQ2vB9zLm3")
    assert record(run).command == (
        "true", "--password", "[masked: secret]", "--name", "hX7#kQ2!vB9z", "--api-key=[masked: secret]",
    )  # fmt: skip


def test_what_the_environment_holds_as_a_secret_is_masked(run: GitRepo) -> None:
    held = {
        "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/EXAMPLE", "DB_PASSWORD": "Abc12345", "X_TOKEN": "ünicode-ünicode",
        "KEY_FILE": "/etc/hosts", "API_KEY": "deselected", "A_SECRET": "1 failed", "B_KEY": "short", "OTHER": "visible-12345",
    }  # fmt: skip
    done = prove(run, "it", "echo", *held.values(), env=environ(run, held))
    masked = ("[masked: AWS_SECRET_ACCESS_KEY]", "[masked: DB_PASSWORD]", "[masked: X_TOKEN]")
    said = " ".join([*masked, "/etc/hosts deselected 1 failed short visible-12345"])
    assert done.stdout.decode() == " ".join(held.values()) + "\n"
    assert (output(run), record(run).output.masked) == (said + "\n", 3)
    assert record(run).command[1:4] == masked


# Much


def test_a_flood_passes_whole_and_is_cut_in_the_middle(run: GitRepo, tmp_path: Path) -> None:
    script = "import os\nfor k in range(40): os.write(1, b''.join(b'line %08d\\n' % (k * 65536 + n) for n in range(65536)))"
    with (tmp_path / "out").open("wb") as opened:
        prove(run, "it", *PYTHON, script, capture_output=False, stdout=opened, stderr=subprocess.DEVNULL)
    size = 40 * 65536 * 14
    assert (tmp_path / "out").stat().st_size == size
    lines = output(run).splitlines()
    one = record(run).output
    (mark,) = [k for k, line in enumerate(lines) if not line.startswith("line ")]
    assert lines[mark] == f"[agent-compliance: {one.cut:,} bytes left out]"
    assert (one.bytes, one.cut) == (size, size - 14 * (len(lines) - 1))
    assert (lines[0], lines[-1]) == ("line 00000000", f"line {40 * 65536 - 1:08}")
    assert (mark, len(lines) - mark - 1) == ((256 * 1024) // 14, (768 * 1024) // 14)


def test_what_nobody_ends_with_a_newline_is_kept(run: GitRepo) -> None:
    prove(run, "it", *PYTHON, "import os\nfor _ in range(30): os.write(1, b'.' * 10_000)")
    assert output(run) == "." * 300_000 + "\n"


def test_hooks_that_trim_files_find_nothing_to_trim(run: GitRepo) -> None:
    prove(run, "it", "printf", "\n  a \t\n\n \n  b  \n\n\n")
    assert output(run) == "\n  a\n\n\n  b\n"
    assert record(run).output.bytes == 18
