"""How much of a proof holds: after a commit, an amend, a squash, a rebase, a merge, an edit, and a line in the log."""

import pytest

from pytest_agentcompliance.parsing.proofs.record import FOLDER
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo
from tests.sources.proving import freshness, prove, read

CART = "def add(a, b):\n    return a + b\n"
FAR = "".join(f"line {k}\n" for k in range(40))


@pytest.fixture
def work(repo: GitRepo) -> GitRepo:
    """A branch with a change, and the proof of it that was made before anything was committed."""
    repo.commit("base", {"cart.py": CART, "far.txt": FAR, "README.md": "shop\n"})
    repo.branch("feature")
    repo.write("cart.py", CART + "\n\ndef total(items):\n    return sum(items)\n")
    repo.write("tests/test_cart.py", "def test_add():\n    assert True\n")
    prove(repo)
    return repo


def move_base(repo: GitRepo, path: str = "other.py", text: str = "x = 1\n") -> None:
    repo.git("checkout", "--quiet", "main")
    repo.commit("meanwhile", {path: text})
    repo.git("checkout", "--quiet", "feature")


def test_in_the_work_tree_that_it_proves_it_is_exact(work: GitRepo) -> None:
    assert freshness(work, None) == [("exact", ())]


def test_a_commit_changes_nothing(work: GitRepo) -> None:
    work.commit("cart")
    assert freshness(work) == [("exact", ())]
    assert freshness(work, None) == [("exact", ())]


def test_an_amended_message_changes_nothing(work: GitRepo) -> None:
    work.commit("cart")
    work.git("commit", "--quiet", "--amend", "--no-verify", "-m", "better words")
    assert freshness(work) == [("exact", ())]


def test_a_squash_changes_nothing(work: GitRepo) -> None:
    work.commit("cart")
    work.git("checkout", "--quiet", "-b", "squashed", "main")
    work.git("merge", "--quiet", "--squash", "feature")
    work.commit("all of it")
    assert freshness(work) == [("exact", ())]


def test_several_proofs_of_one_state_are_all_exact(work: GitRepo) -> None:
    prove(work, "lint", "ruff check", "All checks passed!\n")
    work.commit("cart")
    assert freshness(work) == [("exact", ()), ("exact", ())]


def test_the_log_that_is_written_afterwards_leaves_it_equivalent(work: GitRepo) -> None:
    work.write("LOG.md", "## Chunk 1 - cart\n- Commands run: `pytest` - PASS\n")
    assert freshness(work, None) == [("equivalent", ())]
    work.commit("cart")
    assert freshness(work) == [("equivalent", ())]


def test_what_is_no_evidence_of_the_run_makes_it_stale(work: GitRepo) -> None:
    work.write("LOG.md", "## Chunk 1\n")
    work.commit("cart")
    assert freshness(work, wanted=Wanted()) == [("stale", ("LOG.md",))]


def test_an_edit_makes_it_stale_and_is_named(work: GitRepo) -> None:
    work.commit("cart", {"cart.py": CART + "\n\ndef total(items):\n    return 0\n", "new.py": "y = 1\n"})
    assert freshness(work) == [("stale", ("cart.py", "new.py"))]


def test_an_edit_that_is_taken_back_leaves_it_exact(work: GitRepo) -> None:
    work.commit("cart")
    work.commit("try", {"cart.py": "broken\n"})
    work.git("revert", "--no-edit", "HEAD")
    assert freshness(work) == [("exact", ())]


@pytest.mark.parametrize("gone", ["tests/test_cart.py", "README.md"])
def test_a_file_that_goes_makes_it_stale(work: GitRepo, gone: str) -> None:
    work.commit("cart", {gone: None})
    assert freshness(work) == [("stale", (gone,))]


def test_a_mode_makes_it_stale(work: GitRepo) -> None:
    work.commit("cart")
    work.git("update-index", "--chmod=+x", "cart.py")
    work.git("commit", "--quiet", "-m", "mode")
    assert freshness(work) == [("stale", ("cart.py",))]


def test_a_rebase_onto_a_moved_base_leaves_it_rebased(work: GitRepo) -> None:
    work.commit("cart")
    move_base(work)
    work.git("rebase", "--quiet", "main")
    assert freshness(work) == [("rebased", ())]


def test_a_rebase_over_a_change_elsewhere_in_the_same_file(work: GitRepo) -> None:
    work.commit("far", {"far.txt": FAR.replace("line 30\n", "line thirty\n")})
    prove(work)
    work.commit("proof")
    move_base(work, "far.txt", "one more\n" + FAR)
    work.git("rebase", "--quiet", "main")
    assert freshness(work) == [("stale", ("far.txt",)), ("rebased", ())]


def test_a_rebase_and_a_log_leave_it_rebased(work: GitRepo) -> None:
    work.commit("cart")
    move_base(work)
    work.git("rebase", "--quiet", "main")
    work.commit("log", {"LOG.md": "## Chunk 1\n"})
    assert freshness(work) == [("rebased", ())]


def test_white_space_after_a_rebase_makes_it_stale(work: GitRepo) -> None:
    work.commit("cart")
    move_base(work)
    work.git("rebase", "--quiet", "main")
    work.commit("space", {"cart.py": CART + "\n\ndef total(items):\n    return  sum(items)\n"})
    assert freshness(work) == [("stale", ("cart.py",))]


def test_base_that_is_merged_into_the_branch_is_never_exact(work: GitRepo) -> None:
    work.commit("cart")
    move_base(work)
    work.git("merge", "--quiet", "--no-edit", "main")
    assert freshness(work) == [("rebased", ())]


def test_a_conflict_that_was_solved_makes_it_stale(work: GitRepo) -> None:
    work.commit("cart")
    move_base(work, "cart.py", CART.replace("a + b", "b + a"))
    work.git("merge", "--quiet", "--no-commit", "-s", "ours", "main")
    work.commit("merged", {"cart.py": CART.replace("a + b", "b + a") + "\n\ndef total(items):\n    return sum(items)\n"})
    assert freshness(work) == [("stale", ("cart.py",))]


def test_base_that_moves_on_without_the_branch_changes_nothing(work: GitRepo) -> None:
    work.commit("cart")
    move_base(work)
    assert freshness(work) == [("exact", ())]


def test_an_ignore_file_of_the_run_leaves_out_what_was_not_committed(repo: GitRepo) -> None:
    repo.commit("base", {"cart.py": CART})
    repo.branch("feature")
    repo.write(".gitignore", "dist/\n")
    repo.write("dist/out.js", "built\n")
    repo.write("cart.py", CART + "# done\n")
    prove(repo)
    repo.git("add", "--all", ".")
    repo.git("commit", "--quiet", "-m", "cart")
    assert freshness(repo) == [("equivalent", ())]


def test_a_new_file_that_was_left_out_by_nobody_makes_it_stale(work: GitRepo) -> None:
    work.git("add", "cart.py", FOLDER)
    work.git("commit", "--quiet", "-m", "half of it")
    assert freshness(work) == [("stale", ("tests/test_cart.py",))]


def test_another_base_than_the_one_that_was_proved_against(work: GitRepo) -> None:
    """Audited from the middle of the branch on, the proof still holds for all of it."""
    work.commit("cart")
    work.git("branch", "middle")
    prove(work, "lint", "ruff check", "All checks passed!\n")
    work.commit("log", {"LOG.md": "## Chunk 1\n"})
    found = read(work, base="middle")
    assert found is not None
    assert [(one.name, one.freshness) for one in found.proofs] == [("lint", "equivalent")]


def test_line_ends_that_a_checkout_made_are_no_change(repo: GitRepo) -> None:
    repo.commit("base", {"cart.py": CART, "far.txt": FAR, "picture.bin": "a\0\n"})
    repo.branch("feature")
    repo.write("cart.py", (CART + "\nx = 1\n").replace("\n", "\r\n"))
    repo.write("far.txt", FAR.replace("\n", "\r\n"))
    prove(repo)
    repo.write("cart.py", CART + "\nx = 1\n")
    repo.write("far.txt", FAR)
    repo.commit("as it is committed")
    assert freshness(repo) == [("equivalent", ())]
    repo.write("far.txt", FAR.replace("\n", "\r\n"))
    assert freshness(repo, None) == [("equivalent", ())]
    repo.write("cart.py", CART + "\r\nx = 2\r\n")
    repo.write("picture.bin", "a\0\r\n")
    assert freshness(repo, None) == [("stale", ("cart.py", "picture.bin"))]
