"""States of a run that its end does not show, and names that no checkout can have."""

from collections.abc import Iterator

import pytest

from pytest_agentcompliance.evidence import Custody, Detour
from pytest_agentcompliance.sources import custody, detours, ends
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("base", {"api/a.py": "a = 1\n", "web/b.tsx": "b\n"})
    repo.branch("agent")
    return repo


@pytest.fixture
def opened(run: GitRepo) -> Iterator[Repository]:
    with Repository(run.root) as repository:
        yield repository


def passed(repository: Repository, head: str | None = "agent") -> list[dict[str, str]]:
    """What each detour changes: path and how, where."""
    found = detours.found(repository, ends.find(repository, "main", head, {}))
    return [{f"{change.kind} {change.path}": one.where[change.path] for change in one.changes} for one in found]


def beside(repository: Repository, head: str | None = "agent") -> list[tuple[str, str]]:
    made: Custody = custody.custody(repository, ends.find(repository, "main", head, {}))
    return [(one.kind, one.path) for one in made.oddities]


def test_one_commit_is_its_own_end(run: GitRepo, opened: Repository) -> None:
    run.commit("work", {"api/a.py": "a = 2\n"})
    assert passed(opened) == []


def test_what_was_added_and_taken_away_is_a_detour(run: GitRepo, opened: Repository) -> None:
    first = run.commit("more", {"web/c.tsx": "c\n", "api/a.py": "a = 2\n"})
    second = run.commit("edit", {"web/b.tsx": "b2\n"})
    run.commit("back", {"web/c.tsx": None, "web/b.tsx": "b\n", "api/a.py": "a = 3\n"})
    was = {"added web/c.tsx": f"commit {first[:12]}", "modified web/b.tsx": f"commit {second[:12]}"}
    assert passed(opened) == [was | {"modified api/a.py": f"commit {first[:12]}"}]


def test_each_version_is_a_layer(run: GitRepo, opened: Repository) -> None:
    ids = [run.commit(str(n), {"web/c.tsx": f"{n}\n"}) for n in range(3)]
    run.commit("back", {"web/c.tsx": None})
    assert passed(opened) == [{"added web/c.tsx": f"commit {id[:12]}"} for id in reversed(ids)]


def test_versions_beyond_the_bound_are_said_to_be_unread(
    run: GitRepo, opened: Repository, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(detours, "MOST_VERSIONS", 2)
    for n in range(3):
        run.commit(str(n), {"web/c.tsx": f"{n}\n"})
    run.commit("back", {"web/c.tsx": None})
    both = ends.find(opened, "main", "agent", {})
    assert len(detours.found(opened, both)) == 2
    assert both.ledger.unread == {"web/c.tsx": "commits held 3 versions of it that its end has not; 2 were judged"}


def test_paths_beyond_the_bound_are_said_to_be_unread(run: GitRepo, opened: Repository, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detours, "MOST_PATHS", 1)
    run.commit("more", {"web/c.tsx": "c\n", "web/d.tsx": "d\n"})
    run.commit("back", {"web/c.tsx": None, "web/d.tsx": None})
    both = ends.find(opened, "main", "agent", {})
    found: tuple[Detour, ...] = detours.found(opened, both)
    assert [len(one.changes) + len(both.ledger.unread) for one in found] == [2]


def test_an_evil_merge_whose_work_is_taken_back_is_a_detour(run: GitRepo, opened: Repository) -> None:
    run.commit("work", {"api/a.py": "a = 2\n"})
    run.git("checkout", "-q", "-b", "side", "main")
    run.commit("side", {"api/side.py": "s = 1\n"})
    run.git("checkout", "-q", "agent")
    run.git("merge", "-q", "--no-commit", "--no-ff", "side")
    merge = run.commit("merge", {"web/evil.tsx": "e\n"})
    run.commit("back", {"web/evil.tsx": None})
    assert passed(opened) == [{"added web/evil.tsx": f"commit {merge[:12]}"}]


def test_merging_main_is_none_and_deleting_for_a_while_is_one(run: GitRepo, opened: Repository) -> None:
    without = run.commit("work", {"api/a.py": "a = 2\n", "web/b.tsx": None})
    run.git("checkout", "-q", "main")
    run.commit("theirs", {"web/theirs.tsx": "t\n"})
    run.git("checkout", "-q", "agent")
    run.git("merge", "-q", "-m", "merge main", "main")
    run.commit("restored", {"web/b.tsx": "b\n"})
    assert passed(opened) == [{"deleted web/b.tsx": f"commit {without[:12]}"}]


def test_names_of_a_tree_that_no_checkout_can_have(run: GitRepo, opened: Repository) -> None:
    def tree(*entries: tuple[str, str, str]) -> str:
        raw = b"".join(f"{mode} {name}".encode() + b"\0" + bytes.fromhex(id) for mode, name, id in entries)
        (run.root / "raw").write_bytes(raw)
        return run.git("hash-object", "-t", "tree", "-w", "--literally", "raw")

    blob = run.git("rev-parse", "main:api/a.py")
    inner = tree(*[("100644", name, blob) for name in ("..", ".Git", "a/b", "twice", "twice")])
    top = tree(("40000", "x", inner))
    commit = run.git("commit-tree", top, "-p", "main", "-m", "odd")
    found = beside(opened, commit)
    assert {("tree-entry", f"x/{name}") for name in ("..", ".Git", "a/b", "twice")} == set(found)


def test_names_that_one_file_system_takes_for_another(run: GitRepo, opened: Repository) -> None:
    composed, apart = "api/caf\u00e9.py", "api/cafe\u0301.py"
    run.commit("names", {"api/A.py": "a\n", "Web/c.tsx": "c\n", composed: "1\n", apart: "2\n", "api/other.py": "3\n"})
    found = {path for kind, path in beside(opened) if kind == "collision"}
    assert found == {"api/A.py", "Web", composed, apart}


def test_a_name_that_only_changes_its_case_collides_with_none(run: GitRepo, opened: Repository) -> None:
    run.commit("case", {"api/a.py": None, "api/A.py": "a = 1\n"})
    assert beside(opened) == []


@pytest.mark.parametrize("packed", [False, True])
def test_replacements_and_grafts_are_named(run: GitRepo, packed: bool) -> None:
    head = run.commit("work", {"api/a.py": "a = 2\n"})
    run.git("replace", head, run.git("commit-tree", "main^{tree}", "-p", "main", "-m", "nothing"))
    (run.root / ".git" / "info").mkdir(exist_ok=True)
    (run.root / ".git" / "info" / "grafts").write_text(f"{head}\n")
    if packed:
        run.git("pack-refs", "--all")
    with Repository(run.root) as opened:
        assert beside(opened, head) == [("replace-ref", f"refs/replace/{head}"), ("graft", ".git/info/grafts")]


def test_what_is_staged_and_not_in_the_work_tree_is_a_detour(run: GitRepo) -> None:
    run.write("web/c.tsx", "bad\n")
    run.write("api/a.py", "a = 2\n")
    run.git("add", "--all")
    (run.root / "web/c.tsx").unlink()
    run.write("api/a.py", "a = 3\n")
    run.write("api/meant.py", "later\n")
    run.git("add", "--intent-to-add", "api/meant.py")
    with Repository(run.root) as opened:
        assert passed(opened, None) == [{"modified api/a.py": "the index", "added web/c.tsx": "the index"}]


def test_what_is_taken_out_of_the_index_alone_is_a_detour(run: GitRepo) -> None:
    run.git("rm", "-q", "--cached", "web/b.tsx")
    with Repository(run.root) as opened:
        assert passed(opened, None) == [{"deleted web/b.tsx": "the index"}]


def test_a_late_parent_line_makes_no_merge(run: GitRepo, opened: Repository) -> None:
    run.commit("more", {"web/c.tsx": "c\n"})
    data = run.git("cat-file", "commit", "HEAD").replace("\n\n", f"\nparent {run.git('rev-parse', 'HEAD')}\n\n", 1)
    (run.root / "raw").write_text(data + "\n")
    odd = run.git("hash-object", "-t", "commit", "-w", "--literally", "raw")
    (run.root / "raw").unlink()
    end = run.git("commit-tree", "main^{tree}", "-p", odd, "-m", "back")
    found = detours.found(opened, ends.find(opened, "main", end, {}))
    assert [[change.path for change in one.changes] for one in found] == [["web/c.tsx"]]


def test_what_is_staged_as_it_lies_there_or_is_committed_is_none(run: GitRepo) -> None:
    run.write("api/a.py", "a = 2\n")
    run.git("add", "--all")
    run.write("web/b.tsx", "edited, not staged\n")
    with Repository(run.root) as opened:
        assert passed(opened, None) == []


def test_a_commit_that_the_work_tree_takes_back_is_a_detour(run: GitRepo) -> None:
    commit = run.commit("work", {"web/c.tsx": "c\n"})
    (run.root / "web/c.tsx").unlink()
    with Repository(run.root) as opened:
        assert passed(opened, None) == [{"added web/c.tsx": f"commit {commit[:12]}"}]


def test_work_that_is_put_aside_is_named(run: GitRepo) -> None:
    run.commit("work", {"api/a.py": "a = 2\n"})
    run.git("checkout", "-q", "-b", "parked")
    run.commit("apart", {"web/c.tsx": "c\n"})
    run.git("checkout", "-q", "agent")
    run.write("web/b.tsx", "stashed\n")
    run.git("stash")
    run.git("update-ref", "refs/x/kept", "parked")
    with Repository(run.root) as opened:
        assert beside(opened, None) == [("parked", "refs/stash"), ("parked", "refs/heads/parked")]
    (run.root / ".git/logs/refs/stash").unlink()
    run.git("branch", "-D", "parked")
    with Repository(run.root) as opened:
        assert beside(opened, None) == [("parked", "refs/stash"), ("parked", "refs/x/kept")]


def test_branches_and_stashes_of_others_are_not_named(run: GitRepo) -> None:
    run.git("checkout", "-q", "main")
    run.write("web/b.tsx", "stashed before\n")
    run.git("stash")
    run.git("checkout", "-q", "-b", "other")
    run.commit("other work", {"web/c.tsx": "c\n"})
    run.git("checkout", "-q", "agent")
    run.commit("work", {"api/a.py": "a = 2\n"})
    run.git("branch", "same")
    with Repository(run.root) as opened:
        assert beside(opened, None) == []


def test_bits_of_the_index_count_where_they_hide_something(run: GitRepo) -> None:
    run.git("update-index", "--assume-unchanged", "api/a.py")
    run.git("update-index", "--skip-worktree", "web/b.tsx")
    with Repository(run.root) as opened:
        assert beside(opened, None) == []
    run.write("web/b.tsx", "hidden\n")
    with Repository(run.root) as opened:
        assert beside(opened, None) == [("index-bit", "web/b.tsx")]


def test_what_only_a_rule_of_the_runs_own_hides_is_named(run: GitRepo) -> None:
    run.write("secret/x.py", "x\n")
    run.write(".gitignore", "secret/\n")
    with Repository(run.root) as opened:
        assert beside(opened, None) == [("ignore-rule", "secret/x.py")]


def test_settings_that_lead_git_elsewhere_are_named(run: GitRepo) -> None:
    run.git("config", "core.worktree", str(run.root))
    with Repository(run.root) as opened:
        assert beside(opened, None) == []
    run.git("config", "core.worktree", str(run.root.parent))
    run.git("config", "core.bare", "true")
    with Repository(run.root) as opened:
        assert beside(opened, None) == [("work-tree-setting", "core.worktree"), ("work-tree-setting", "core.bare")]


def test_a_linked_work_tree_of_a_bare_repository_is_common(run: GitRepo) -> None:
    bare = run.root.parent / "bare.git"
    run.git("clone", "-q", "--bare", str(run.root), str(bare))
    run.git("--git-dir", str(bare), "worktree", "add", "-q", str(run.root.parent / "linked"), "agent")
    with Repository(run.root.parent / "linked") as opened:
        assert beside(opened, None) == []


def test_work_that_was_merged_into_a_base_of_ones_own_is_named(run: GitRepo) -> None:
    run.git("update-ref", "refs/remotes/origin/main", "main")
    run.commit("work", {"web/c.tsx": "c\n"})
    with Repository(run.root) as opened:
        assert beside(opened) == []
    run.git("branch", "-f", "main", "agent")
    run.commit("more", {"api/a.py": "a = 2\n"})
    with Repository(run.root) as opened:
        assert beside(opened) == [("base-ahead", "refs/heads/main")]
