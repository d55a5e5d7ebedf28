"""Before a push: real pushes by git, with the hook in its place by hand and by pre-commit."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from click.testing import CliRunner, Result

from pytest_agentcompliance.cli import main
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.hooks import pre_push
from tests.conftest import GitRepo, new_repo
from tests.integrations.harness import BROKEN, KEPT, PAGE
from tests.logbook import shop

pytestmark = pytest.mark.walk

ROOT = Path(__file__).parents[2]
ZERO = "0" * 40
HOOK = '#!/bin/sh\nexec agent-compliance hook pre-push "$@"\n'


class Clone(GitRepo):
    """A clone in which an agent works, with a remote to push to, and our command on the PATH."""

    @property
    def env(self) -> dict[str, str]:
        found = super().env
        found["PATH"] = f"{self.root.parent / 'bin'}{os.pathsep}{found['PATH']}"
        return found | {"PRE_COMMIT_HOME": str(self.root.parent / "pre-commit"), "PYTHONDONTWRITEBYTECODE": "1"}

    def push(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return self.run("git", "push", *words)

    def run(self, *words: str) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(words, cwd=self.root, env=self.env, capture_output=True, text=True, check=False)

    @property
    def remote(self) -> dict[str, str]:
        """The branches of the remote."""
        lines = self.git("ls-remote", "--heads", "origin").splitlines()
        return {name.removeprefix("refs/heads/"): oid for oid, name in (line.split("\t") for line in lines)}


def command(folder: Path) -> None:
    folder.mkdir()
    file = folder / "agent-compliance"
    file.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m pytest_agentcompliance "$@"\n')
    file.chmod(0o755)


def cloned(tmp_path: Path, **files: str) -> Clone:
    command(tmp_path / "bin")
    origin = new_repo(tmp_path / "origin")
    origin.commit("start", {**shop.START, **files})
    origin.git("checkout", "-q", "--detach")
    words = ["git", "clone", "-q", str(origin.root), str(tmp_path / "clone")]
    subprocess.run(words, env=origin.env, check=True, capture_output=True)
    clone = Clone(tmp_path / "clone")
    clone.git("checkout", "-q", "-B", "main", "origin/main")
    clone.branch("agent/SHOP-7")
    return clone


@pytest.fixture
def clone(tmp_path: Path) -> Clone:
    """With the hook that docs/guides/hooks.md has for git alone."""
    made = cloned(tmp_path)
    hook = made.root / ".git" / "hooks" / "pre-push"
    hook.parent.mkdir(exist_ok=True)
    hook.write_text(HOOK)
    hook.chmod(0o755)
    return made


def test_git_pushes_a_run_that_kept_to_its_spec_and_no_other(clone: Clone) -> None:
    clone.commit("work", KEPT)
    done = clone.push("-u", "origin", "agent/SHOP-7")
    assert done.returncode == 0, done.stdout + done.stderr
    clone.commit("a page", {PAGE: "export const Page = () => <p>1</p>\n"})
    refused = clone.push("origin", "agent/SHOP-7")
    assert refused.returncode != 0
    assert "C3-03" in refused.stdout
    assert clone.remote["agent/SHOP-7"] == clone.git("rev-parse", "HEAD~1")


def test_a_second_push_is_held_to_the_whole_run(clone: Clone) -> None:
    """What slipped through the first time is still a part of it, and the law is what main says, not what was pushed."""
    clone.commit("work", BROKEN)
    assert clone.push("--no-verify", "origin", "agent/SHOP-7").returncode == 0
    clone.commit("more", {"packages/backend/cart/docs/cart.md": "# Carts\n"})
    refused = clone.push("origin", "agent/SHOP-7")
    assert refused.returncode != 0
    assert "base: origin/" in refused.stdout
    assert PAGE in refused.stdout


def test_what_is_no_run_is_pushed_unasked(clone: Clone) -> None:
    clone.commit("work", BROKEN)
    clone.git("tag", "v1")
    assert clone.push("origin", "v1").returncode == 0
    assert clone.push("origin", "main:refs/heads/copy").returncode == 0, "nothing changed"
    assert clone.push("origin", ":copy").returncode == 0, "nothing to look at any more"
    assert "copy" not in clone.remote


def pushed(clone: Clone, stdin: str, *options: str, env: dict[str, str] | None = None) -> Result:
    """The command itself, as git calls it in the clone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(clone.root)
        for name in ("GITHUB_ACTIONS", "GITLAB_CI", "PRE_COMMIT"):
            patch.delenv(name, raising=False)
        return CliRunner().invoke(main, ["hook", "pre-push", *options, "origin", "file:///x"], input=stdin, env=env)


def test_one_of_several_that_is_broken_is_enough_and_only_those_that_are_asked_for_are_judged(clone: Clone) -> None:
    clone.commit("work", BROKEN)
    head = clone.git("rev-parse", "HEAD")
    first = clone.git("rev-parse", "main")
    lines = f"refs/heads/main {first} refs/heads/main {first}\nHEAD@{{1 day ago}} {head} refs/heads/agent/SHOP-7 {ZERO}\n"
    done = pushed(clone, lines)
    assert done.exit_code == 1, done.output
    assert done.stdout.startswith("agent/SHOP-7:\n")
    assert pushed(clone, lines, "--only", "agent/**").exit_code == 1
    assert pushed(clone, lines, "--only", "bot/**").exit_code == 0


def test_what_is_pushed_for_review_is_a_run(clone: Clone) -> None:
    """Gerrit takes runs at refs/for/, and so do Gitea and Forgejo: the branch is the local one, where it has a name."""
    clone.commit("work", BROKEN)
    head = clone.git("rev-parse", "HEAD")
    mine = "refs/heads/agent/SHOP-7"
    for local, only, code in ((mine, "agent/**", 1), (mine, "bot/**", 0), ("HEAD", "bot/**", 1)):
        assert pushed(clone, f"{local} {head} refs/for/main%topic=x {ZERO}\n", "--only", only).exit_code == code, local
    assert pushed(clone, f"refs/notes/commits {head} refs/notes/commits {ZERO}\n").exit_code == 0
    asked = {"PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_BRANCH": "refs/for/main", "PRE_COMMIT_LOCAL_BRANCH": mine}
    assert pushed(clone, "", "--only", "agent/**", env=asked).exit_code == 1


def test_pre_commit_names_both_ends_or_one_or_none(clone: Clone) -> None:
    clone.commit("work", BROKEN)
    head, first = clone.git("rev-parse", "HEAD"), clone.git("rev-parse", "main")
    clone.git("checkout", "-q", "main")
    asked = {"PRE_COMMIT": "1", "PRE_COMMIT_REMOTE_BRANCH": "refs/heads/agent/SHOP-7"}
    assert pushed(clone, "", env={**asked, "PRE_COMMIT_FROM_REF": first, "PRE_COMMIT_TO_REF": head}).exit_code == 1
    assert pushed(clone, "", env={**asked, "PRE_COMMIT_LOCAL_BRANCH": "refs/heads/agent/SHOP-7"}).exit_code == 1
    tag = {**asked, "PRE_COMMIT_REMOTE_BRANCH": "refs/tags/v1", "PRE_COMMIT_FROM_REF": first, "PRE_COMMIT_TO_REF": head}
    assert pushed(clone, "", env=tag).exit_code == 0
    assert pushed(clone, "", env={"PRE_COMMIT": "1"}).exit_code == 0, "the work tree is main's own"


def test_what_the_remote_has_is_the_base_where_nothing_else_is_known(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "alone")
    first = repo.commit("start", {**shop.START})
    repo.git("branch", "-q", "-m", "trunk")
    head = repo.commit("work", BROKEN)
    clone = Clone(repo.root)
    done = pushed(clone, f"refs/heads/trunk {head} refs/heads/trunk {first}\n")
    assert done.exit_code == 1, done.output
    assert f"base: PRE_COMMIT_FROM_REF: {first[:12]}" in done.stdout
    assert pushed(clone, f"refs/heads/trunk {head} refs/heads/trunk {ZERO}\n").exit_code == 2, "a new branch has no base to go by"


@pytest.mark.parametrize(
    "text", ["x", "refs/heads/a b refs/heads/a c", f"a {ZERO} b", f"a {ZERO} b {ZERO} c", f"a\x1b {ZERO}x b {ZERO}"]
)
def test_what_git_would_never_say_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match="is no line of git's to a pre-push hook"):
        list(pre_push.of_git(text))
    with pytest.raises(UsageError, match="more than"):
        list(pre_push.of_git("x" * 2_000_000))


def hooks(tmp_path: Path) -> tuple[Path, str]:
    """Our own .pre-commit-hooks.yaml in a repository of its own, without the environment that would have to be installed."""
    (manifest,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    assert manifest["language"] == "python"
    made = new_repo(tmp_path / "hooks")
    rev = made.commit("hook", {".pre-commit-hooks.yaml": yaml.safe_dump([{**manifest, "language": "system"}])})
    return made.root, rev


def test_pre_commit_really_runs_it_before_a_push_and_by_hand(tmp_path: Path) -> None:
    where, rev = hooks(tmp_path)
    config = {"repos": [{"repo": str(where), "rev": rev, "hooks": [{"id": "agent-compliance"}]}]}
    clone = cloned(tmp_path, **{".pre-commit-config.yaml": yaml.safe_dump(config)})
    commit = [sys.executable, "-m", "pre_commit"]
    done = clone.run(*commit, "install", "--hook-type", "pre-push")
    assert done.returncode == 0, done.stdout + done.stderr
    clone.commit("work", KEPT)
    kept = clone.push("-u", "origin", "agent/SHOP-7")
    assert kept.returncode == 0, kept.stdout + kept.stderr
    assert "agent compliance" in kept.stdout
    assert "Passed" in kept.stdout
    shop.work(clone, {PAGE: "export const Page = () => <p>1</p>\n"})
    by_hand = clone.run(*commit, "run", "--hook-stage", "manual", "--all-files", "agent-compliance")
    assert by_hand.returncode == 1, by_hand.stdout + by_hand.stderr
    assert PAGE in by_hand.stdout
    clone.commit("a page")
    refused = clone.push("origin", "agent/SHOP-7")
    assert refused.returncode != 0
    assert "Failed" in refused.stdout
    assert "base: origin/" in refused.stdout
    assert clone.remote["agent/SHOP-7"] == clone.git("rev-parse", "HEAD~1")
