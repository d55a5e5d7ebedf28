"""``agent-compliance prove --regression``: a test that fails without the fix and passes with it, with a real pytest."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentcompliance.rulebook.testing.strategy import AFTER, BEFORE, Strategy
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo
from tests.proving import PATIENCE, PROVE, environ, records

pytestmark = pytest.mark.walk

COMMAND = json.dumps([sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "{test}"])
POLICY = f"profiles: [{{name: dev-implement-backend-coder-v3}}]\nproofs:\n  regression: {{command: {COMMAND}}}\n"
BUG = "def tax(sum):\n    return sum * 0.19\n"
FIXED = "def tax(sum):\n    return round(sum * 0.19, 2)\n"
TEST = "from till import tax\n\n\ndef test_cents():\n    assert tax(0.5) == 0.1\n"


def regression(repo: GitRepo, test: str, *options: str) -> "subprocess.CompletedProcess[bytes]":
    return subprocess.run(
        [*PROVE, "--regression", test, "--base", "main", *options], cwd=repo.root, env=environ(repo), check=False,
        capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE,
    )  # fmt: skip


@pytest.fixture
def fixed(repo: GitRepo) -> GitRepo:
    repo.commit("base", {"agent-compliance.yaml": POLICY, "src/till.py": BUG, "conftest.py": "", "README.md": "x\n"})
    repo.branch("agent")
    repo.commit("fix: round the tax to cents", {"src/till.py": FIXED, "tests/test_till.py": TEST})
    return repo


def test_a_test_that_shows_the_fix_is_proved(fixed: GitRepo) -> None:
    fixed.write("conftest.py", "import sys\nsys.path.insert(0, 'src')\n")
    fixed.commit("test: find the sources")
    done = regression(fixed, "tests/test_till.py::test_cents")
    assert done.returncode == 0, done.stderr.decode()
    assert b"proved: the test fails without the fix and passes with it" in done.stderr
    before, after = records(fixed)
    assert (before.name, after.name) == (BEFORE, AFTER)
    assert before.exit_code == 1
    assert before.files is not None
    assert set(before.files) == {"conftest.py", "tests/test_till.py"}
    assert after.exit_code == 0
    assert after.previous


def test_the_strategy_takes_it_for_the_test(fixed: GitRepo) -> None:
    fixed.commit("test: find the sources", {"conftest.py": "import sys\nsys.path.insert(0, 'src')\n"})
    assert regression(fixed, "tests/test_till.py").returncode == 0
    with Repository(fixed.root) as repository:
        found = ends.find(repository, "main", None, {})
        rule = Strategy(strategy="bug-fix")
        run = gather.gather(repository, found, rule.reads, Wanted())
        assert run.changes is not None
        assert run.tree is not None
        said = rule.check(run.changes, run.tree, None, run.commits, run.proofs)
        with pytest.raises(StopIteration) as end:
            next(said)
    assert "fail without the fix" in end.value.value


def test_a_test_that_passes_on_base_shows_nothing(fixed: GitRepo) -> None:
    fixed.commit("test", {"tests/test_till.py": "def test_one():\n    assert 1\n"})
    done = regression(fixed, "tests/test_till.py")
    assert done.returncode == 1
    assert b"passes without the fix" in done.stderr
    assert [one.name for one in records(fixed)] == [BEFORE]


def test_a_test_that_fails_with_the_fix_shows_nothing(fixed: GitRepo) -> None:
    fixed.commit("test", {"tests/test_till.py": "def test_one():\n    assert 0\n"})
    done = regression(fixed, "tests/test_till.py")
    assert done.returncode == 1
    assert b"fails with the fix" in done.stderr


def test_a_name_that_no_test_has_shows_nothing(fixed: GitRepo) -> None:
    done = regression(fixed, "tests/test_till.py::test_nothing")
    assert done.returncode == 1
    assert b"no test ran" in done.stderr


@pytest.mark.parametrize(
    ("test", "why"),
    [
        ("tests/none.py", "there is no such file"),
        ("../repo/README.md", "there is no such file"),
        ("/etc/passwd", "there is no such file"),
        ("--version", "that is no test"),
        ("a\nb", "that is no test"),
        ("link.py", "there is no such file"),
    ],
)
def test_what_is_no_test_of_the_repository_is_refused(fixed: GitRepo, test: str, why: str) -> None:
    (fixed.root / "link.py").symlink_to("/etc/passwd")
    done = regression(fixed, test)
    assert done.returncode == 2
    assert why in done.stderr.decode()
    assert not records(fixed)


def test_a_shell_reads_nothing_of_it(fixed: GitRepo) -> None:
    fixed.commit("test", {"tests/test_$(touch pwned).py": TEST})
    assert regression(fixed, "tests/test_$(touch pwned).py").returncode == 1
    assert not (fixed.root / "pwned").exists()


def test_only_base_says_what_runs(fixed: GitRepo) -> None:
    fixed.commit("policy", {"agent-compliance.yaml": POLICY.replace(COMMAND, '["touch", "{test}.ran"]')})
    regression(fixed, "tests/test_till.py")
    assert not (fixed.root / "tests/test_till.py.ran").exists()


def test_base_has_to_allow_it(fixed: GitRepo, tmp_path: Path) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY.partition("proofs:")[0])
    done = regression(fixed, "tests/test_till.py", "--policy", str(policy))
    assert done.returncode == 2
    assert b"base's policy has no command for it" in done.stderr


def test_a_change_of_tests_alone_has_no_fix(repo: GitRepo) -> None:
    repo.commit("base", {"agent-compliance.yaml": POLICY, "till.py": FIXED})
    repo.branch("agent")
    repo.commit("test", {"tests/test_till.py": TEST})
    done = regression(repo, "tests/test_till.py")
    assert done.returncode == 2
    assert b"nothing but tests differs from base" in done.stderr


def test_what_is_installed_is_there_without_the_fix(repo: GitRepo) -> None:
    command = json.dumps(["sh", "{test}"])
    repo.commit("base", {
        "agent-compliance.yaml": POLICY.replace(COMMAND, command), "web/package.json": "{}", "till.js": "1\n",
        ".gitignore": "node_modules\n",
    })  # fmt: skip
    repo.write("web/node_modules/dep.txt", "dep\n")
    repo.write("node_modules/root.txt", "root\n")
    repo.branch("agent")
    script = (
        "cat web/node_modules/dep.txt node_modules/root.txt\n"
        "grep -q 2 till.js && echo '1 passed in 0.1s' || { echo '1 failed in 0.1s'; exit 1; }\n"
    )
    repo.commit("fix", {"till.js": "2\n", "tests/run.sh": script})
    regression(repo, "tests/run.sh")
    before = records(repo)[0]
    kept = (repo.root / ".agent-compliance/proofs" / before.output.file).read_text()
    assert kept.startswith("dep\nroot\n1 failed")


def workspaces(repo: GitRepo, script: str) -> None:
    """A repository of npm's workspaces: its packages are links in node_modules, beside one that was installed."""
    command = json.dumps(["sh", "{test}"])
    repo.commit("base", {
        "agent-compliance.yaml": POLICY.replace(COMMAND, command), "package.json": "{}", "packages/tax/index.js": "1\n",
        ".gitignore": "node_modules\ndist\n",
    })  # fmt: skip
    repo.write("node_modules/@shop/far/index.js", "far\n")
    for name in ("tax", "new"):
        (repo.root / "node_modules/@shop" / name).symlink_to(f"../../packages/{name}")
    repo.branch("agent")
    end = "&& echo '1 passed in 0.1s' || { echo '1 failed in 0.1s'; exit 1; }\n"
    repo.commit("fix", {"packages/tax/index.js": "2\n", "packages/new/index.js": "", "tests/run.sh": script.rstrip("\n") + end})


def test_a_package_that_is_a_link_into_the_work_tree_is_bases_own(repo: GitRepo) -> None:
    workspaces(repo, "cat node_modules/@shop/far/index.js; grep -q 2 node_modules/@shop/tax/index.js ")
    done = regression(repo, "tests/run.sh")
    assert done.returncode == 0, done.stderr.decode()
    kept = [(repo.root / ".agent-compliance/proofs" / one.output.file).read_text() for one in records(repo)]
    assert [one.splitlines() for one in kept] == [["far", "1 failed in 0.1s"], ["far", "1 passed in 0.1s"]]


def test_a_package_that_base_does_not_have_is_not_there(repo: GitRepo) -> None:
    workspaces(repo, "test -e node_modules/@shop/new/index.js ")
    assert regression(repo, "tests/run.sh").returncode == 0


def test_what_fails_of_the_folder_alone_shows_nothing(repo: GitRepo) -> None:
    workspaces(repo, "grep -q 2 packages/tax/dist/index.js ")
    repo.write("packages/tax/dist/index.js", "2\n")
    done = regression(repo, "tests/run.sh")
    assert done.returncode == 1
    assert b"cannot be told: in a folder of its own it fails with the fix too" in done.stderr
    assert [one.name for one in records(repo)] == [BEFORE]


def test_modules_are_not_taken_from_the_work_tree(repo: GitRepo) -> None:
    repo.commit("base", {"agent-compliance.yaml": POLICY, "packages/shop/src/till.py": BUG, ".gitignore": ".venv\n"})
    repo.write(".venv/lib/python3/site-packages/shop.pth", f"import os\n{repo.root}/packages/shop/src\n/usr\n")
    repo.branch("agent")
    repo.commit("fix", {"packages/shop/src/till.py": FIXED, "tests/test_till.py": TEST})
    given = {"PYTHONPATH": str(repo.root / "packages/shop/src")}  # as the environment has it
    done = subprocess.run(
        [*PROVE, "--regression", "tests/test_till.py", "--base", "main"], cwd=repo.root, env=environ(repo, given), check=False,
        capture_output=True, stdin=subprocess.DEVNULL, timeout=PATIENCE,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.parametrize(
    "command", ['"pytest -q"', '"pytest {test} {test}"', '"{test}"', '"pytest {test}; rm x"', "[pytest, -q]"]
)
def test_a_command_needs_one_place_for_the_test(fixed: GitRepo, tmp_path: Path, command: str) -> None:
    policy = tmp_path / "policy.yaml"
    policy.write_text(POLICY.replace(COMMAND, command))
    assert regression(fixed, "tests/test_till.py", "--policy", str(policy)).returncode == 2
