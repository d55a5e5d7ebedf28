"""What ``prove`` really wrote, audited after what becomes of branches: commits, rebases, merges, edits, and hands that tamper."""

import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentcompliance.parsing.proofs.record import FOLDER
from tests.conftest import GitRepo, new_repo
from tests.sources.proving import freshness, read

CHECK = "import cart; assert cart.total([1, 2]) == 3; print('checked')"
CART = "def total(items):\n    return sum(items)\n"


def prove(repo: GitRepo, name: str = "check", *command: str) -> Path:
    """Run ``agent-compliance prove`` in the root of the repository; the proof that it wrote."""
    words = command or (sys.executable, "-c", CHECK)
    before = set((repo.root / FOLDER).glob("*.json"))
    env = {**repo.env, "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-m", "pytest_agentcompliance", "prove", "--quiet", name, "--", *words], cwd=repo.root, env=env,
        capture_output=True, check=False, timeout=120,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (made,) = set((repo.root / FOLDER).glob("*.json")) - before
    return made


@pytest.fixture
def proved(repo: GitRepo) -> GitRepo:
    """A branch whose change is committed together with two proofs of it."""
    repo.commit("base", {"README.md": "shop\n", ".agent-compliance/notes.md": "n\n"})
    repo.branch("feature")
    repo.write("cart.py", CART)
    prove(repo)
    prove(repo, "again")
    repo.commit("cart")
    return repo


def on_moved_base(repo: GitRepo) -> None:
    repo.git("checkout", "--quiet", "main")
    repo.commit("meanwhile", {"other.py": "x = 1\n"})
    repo.git("checkout", "--quiet", "feature")
    repo.git("rebase", "--quiet", "main")


def test_commit_and_work_tree_are_exact(proved: GitRepo) -> None:
    assert freshness(proved) == freshness(proved, None) == [("exact", ())] * 2


def test_the_log_leaves_them_equivalent(proved: GitRepo) -> None:
    proved.write("LOG.md", "## Chunk 1 - cart\n")
    assert freshness(proved, None) == [("equivalent", ())] * 2


def test_a_rebase_leaves_them_rebased(proved: GitRepo) -> None:
    on_moved_base(proved)
    assert freshness(proved) == [("rebased", ())] * 2
    prove(proved, "third")
    assert [grade for grade, _ in freshness(proved, None)] == ["rebased", "rebased", "exact"]


def test_white_space_behind_a_rebase_makes_them_stale(proved: GitRepo) -> None:
    on_moved_base(proved)
    proved.commit("space", {"cart.py": CART.replace("return ", "return  ")})
    assert freshness(proved) == [("stale", ("cart.py",))] * 2


def test_an_edit_makes_them_stale(proved: GitRepo) -> None:
    proved.commit("edit", {"cart.py": CART + "x = 1\n"})
    assert freshness(proved) == [("stale", ("cart.py",))] * 2


def test_base_that_is_merged_in_is_not_exact(proved: GitRepo) -> None:
    proved.git("checkout", "--quiet", "main")
    proved.commit("meanwhile", {"other.py": "x = 1\n"})
    proved.git("checkout", "--quiet", "feature")
    proved.git("merge", "--quiet", "--no-edit", "main")
    assert freshness(proved) == [("rebased", ())] * 2


def test_amend_and_squash_are_exact(proved: GitRepo) -> None:
    proved.git("commit", "--quiet", "--amend", "--no-verify", "-m", "other words")
    assert freshness(proved) == [("exact", ())] * 2
    proved.git("checkout", "--quiet", "-b", "squashed", "main")
    proved.git("merge", "--quiet", "--squash", "feature")
    proved.commit("all of it")
    assert freshness(proved) == [("exact", ())] * 2


def test_a_command_that_changes_what_it_checks_is_stale_by_itself(proved: GitRepo) -> None:
    prove(proved, "format", sys.executable, "-c", "open('cart.py', 'a').write('# formatted\\n')")
    found = read(proved, None)
    assert found is not None
    last = found.proofs[-1]
    assert (last.freshness, last.differs, last.changed) == ("stale", ("cart.py",), ("cart.py",))


def test_tampered_replayed_and_foreign_ones_are_refused(proved: GitRepo, tmp_path: Path) -> None:
    first, second = sorted((proved.root / FOLDER).glob("*.json"))
    text = first.read_text("utf-8")
    first.write_text(text.replace('"exit_code": 0', '"exit_code": 1'), "utf-8")
    found = read(proved, None)
    assert found is not None
    assert [(Path(one.at.path).name, one.why.partition(":")[0]) for one in found.refused] == [
        (first.name, "it was altered"), (second.name, "the chain is broken"),
    ]  # fmt: skip
    first.write_text(text, "utf-8")

    copy = first.with_name(first.name.replace("0001-check", "0003-check"))
    copy.write_text(text, "utf-8")
    found = read(proved, None)
    assert found is not None
    assert [Path(one.at.path).name for one in found.refused] == [copy.name]
    copy.unlink()

    other = new_repo(tmp_path / "other")
    other.commit("base", {"README.md": "another\n"})
    other.branch("feature")
    other.write("cart.py", CART + "other = 1\n")
    foreign = prove(other)
    for file in (proved.root / FOLDER).iterdir():
        file.unlink()
    for file in foreign.parent.iterdir():
        proved.write(f"{FOLDER}/{file.name}", file.read_bytes())
    found = read(proved, None)
    assert found is not None
    assert [one.why.partition(":")[0] for one in found.refused] == ["it is foreign"]
    assert found.proofs == ()
