"""No command that an audited repository brings along is run, through no door of ours; and each of them is one that git runs."""

import os
import shlex
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.conftest import GitRepo, new_repo

PROFILE = "dev-implement-backend-coder-v3"
LOG = "plans/wish/in-progress/WISH-1/_implementation/BACKEND-LOG.md"
ATTRIBUTES = "*.py diff=evil filter=evil merge=evil\n*.txt filter=slow\n"
MODULES = '[submodule "sub"]\n\tpath = sub\n\turl = ./sub\n\tignore = none\n\tupdate = checkout\n'
GONE = "the blob that only a remote would have\n"

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="the canaries are shell scripts")


@dataclass(frozen=True)
class Nest:
    """A repository whose run an audit looks at, and the folder in which a canary that was run leaves its name."""

    repo: GitRepo
    sung: Path

    def script(self, name: str, then: str = "cat") -> Path:
        """A program that leaves its name."""
        file = self.sung.parent / "canaries" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n: > {shlex.quote(str(self.sung / name))}\n{then}\n")
        file.chmod(0o755)
        return file

    def config(self, key: str, value: str) -> None:
        self.repo.git("config", "--file", str(self.repo.root / ".git/config"), key, value)

    def plain(self, *words: str, given: str = "", tty: bool = False) -> None:
        """git as it comes, with the repository's configuration; whether it succeeds is no matter."""
        env = {key: value for key, value in self.repo.env.items() if key != "GIT_TERMINAL_PROMPT"} | {"GIT_TERMINAL_PROMPT": "0"}
        if not tty:
            subprocess.run(
                ["git", *words], cwd=self.repo.root, env=env, input=given.encode(), capture_output=True, check=False, timeout=60
            )
            return
        ours, theirs = os.openpty()
        subprocess.run(
            ["git", *words], cwd=self.repo.root, env=env | {"TERM": "xterm"}, stdout=theirs, stderr=theirs, check=False, timeout=60
        )
        os.close(theirs)
        os.close(ours)

    @property
    def heard(self) -> set[str]:
        return {file.name for file in self.sung.iterdir()}


def nest(folder: Path) -> Nest:
    """A run with a submodule, a log, a merge to be made, and a blob that is nowhere; the attributes are base's own."""
    (folder / "sung").mkdir(parents=True)
    repo = new_repo(folder / "repo")
    sub = new_repo(repo.root / "sub")
    sub.commit("inside", {"s.py": "s = 1\n"})
    repo.commit("start", {"a.py": "a = 1\n", "t.txt": "t\n", ".gitattributes": ATTRIBUTES, ".gitmodules": MODULES})
    repo.branch("agent")
    repo.commit(
        "work", {"a.py": "a = 2\n", "b.py": "b = 1\n", "t.txt": "u\n", LOG: "# Backend log\n\n## Chunk 1 — b\n\nBACKEND COMPLETE\n"}
    )
    gone = repo.commit("gone", {"gone.md": GONE})
    oid = repo.git("rev-parse", f"{gone}:gone.md")
    (repo.root / ".git/objects" / oid[:2] / oid[2:]).unlink()
    signed = repo.git("cat-file", "commit", "HEAD").replace(
        "\n\n", "\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----\n\n", 1
    )
    done = subprocess.run(
        ["git", "hash-object", "-t", "commit", "-w", "--stdin"], cwd=repo.root, env=repo.env, input=f"{signed}\n".encode(),
        capture_output=True, check=True,
    )  # fmt: skip
    repo.git("update-ref", "refs/heads/agent", done.stdout.decode().strip())
    repo.git("branch", "other", "main")
    repo.write("a.py", "a = 3\n")
    repo.write("t.txt", "v\n")
    repo.write("new.py", "n = 1\n")
    repo.write("sub/s.py", "s = 2\n")
    return Nest(repo, folder / "sung")


@dataclass(frozen=True)
class Canary:
    """How it is set, and what makes git run it."""

    place: Callable[[Nest], None]
    wake: Callable[[Nest], None]


def setting(name: str, key: str, value: str, *words: str, then: str = "cat", given: str = "", tty: bool = False) -> Canary:
    """A setting whose value names the script as ``{}``."""
    return Canary(lambda at: at.config(key, value.format(at.script(name, then))), lambda at: at.plain(*words, given=given, tty=tty))


def hook(name: str, *words: str) -> Canary:
    """A hook that lies where hooks lie; ``core.hooksPath`` is a canary of its own."""

    def place(at: Nest) -> None:
        file = at.repo.root / ".git/hooks" / name
        file.parent.mkdir(exist_ok=True)
        file.symlink_to(at.script(name, "exit 0"))

    return Canary(place, lambda at: at.plain(*words))


def _hooks_path(at: Nest) -> None:
    folder = at.sung.parent / "hooks"
    folder.mkdir(exist_ok=True)
    for name in ("post-index-change", "reference-transaction", "post-checkout", "pre-commit", "pre-auto-gc", "fsmonitor-watchman"):
        (folder / name).symlink_to(at.script("hooksPath", "exit 0"))
    at.config("core.hooksPath", str(folder))


def _included(at: Nest) -> None:
    (at.sung.parent / "included").write_text(f"[core]\n\tfsmonitor = {at.script('include', 'exit 1')}\n")
    at.config("include.path", str(at.sung.parent / "included"))


def _info_attributes(at: Nest) -> None:
    (at.repo.root / ".git/info").mkdir(exist_ok=True)
    (at.repo.root / ".git/info/attributes").write_text("*.md diff=hidden\n")
    at.config("diff.hidden.textconv", str(at.script("info-attributes")))


def _submodules_own(at: Nest) -> None:
    at.repo.git("config", "--file", "sub/.git/config", "core.fsmonitor", str(at.script("submodules-own", "exit 1")))


def _submodule_update(at: Nest) -> None:
    at.config("submodule.sub.url", str(at.repo.root / "sub"))
    at.config("submodule.sub.active", "true")
    at.config("submodule.sub.update", f"!{at.script('submodule-update')}")


def _updated(at: Nest) -> None:
    at.repo.git("-C", "sub", "update-ref", "--no-deref", "HEAD", at.repo.git("-C", "sub", "commit-tree", "-m", "x", "HEAD^{tree}"))
    at.plain("submodule", "update")


def _promisor(at: Nest) -> None:
    at.config("core.repositoryFormatVersion", "1")
    at.config("extensions.partialClone", "lazy")
    at.config("remote.lazy.promisor", "true")
    at.config("remote.lazy.url", str(at.repo.root / "sub"))
    at.config("remote.lazy.uploadpack", str(at.script("lazy-fetch", "exit 1")))


def _ext(at: Nest) -> None:
    at.config("protocol.ext.allow", "always")
    at.config("remote.origin.url", f"ext::{at.script('ext', 'exit 1')} x")


def _alternate(at: Nest) -> None:
    folder = at.repo.root / ".git/objects/info"
    folder.mkdir(exist_ok=True)
    (folder / "alternates").write_text(str(at.repo.root / "sub/.git/objects") + "\n")
    at.config("core.alternateRefsCommand", str(at.script("alternateRefsCommand")))


def _merged(at: Nest) -> None:
    at.plain("checkout", "-q", "-f", "other")
    at.repo.write("a.py", "a = 9\n")
    at.plain("commit", "-q", "-am", "other")
    at.plain("merge", "-q", "-m", "x", "agent~1")


HTTPS = "protocol=https\nhost=example.org\n\n"
CANARIES: dict[str, Canary] = {
    "fsmonitor": setting("fsmonitor", "core.fsmonitor", "{}", "status", then="exit 1"),
    "external": setting("external", "diff.external", "{}", "diff", "main", "--", "a.py", then="exit 0"),
    "command": setting("command", "diff.evil.command", "{}", "diff", "main", "--", "a.py", then="exit 0"),
    "textconv": setting("textconv", "diff.evil.textconv", "{}", "diff", "main", "--", "a.py", then='cat "$1"'),
    "clean": setting("clean", "filter.evil.clean", "{}", "add", "a.py"),
    "smudge": setting("smudge", "filter.evil.smudge", "{}", "checkout", "-f", "main", "--", "a.py"),
    "process": setting("process", "filter.slow.process", "{}", "add", "t.txt", then="exit 1"),
    "driver": Canary(lambda at: at.config("merge.evil.driver", f"{at.script('driver', 'exit 1')} %A"), _merged),
    "pager": setting("pager", "core.pager", "{}", "log", "-1", tty=True),
    "ssh": setting("ssh", "core.sshCommand", "{}", "ls-remote", "ssh://example.invalid/x", then="exit 1"),
    "proxy": setting("proxy", "core.gitProxy", "{}", "ls-remote", "git://example.invalid/x", then="exit 1"),
    "alternateRefsCommand": Canary(_alternate, lambda at: at.plain("rev-list", "--alternate-refs", "HEAD")),
    "gpg": setting("gpg", "gpg.program", "{}", "log", "--show-signature", "-1", "agent", then="exit 1"),
    "credential": setting("credential", "credential.helper", "!{}", "credential", "fill", given=HTTPS),
    "askPass": setting("askPass", "core.askPass", "{}", "credential", "fill", given=HTTPS, then="echo x"),
    "editor": setting("editor", "core.editor", "{}", "commit", "--allow-empty", then="exit 1"),
    "trailer": setting("trailer", "trailer.sign.command", "{}", "interpret-trailers", given="x\n", then="echo x"),
    "submodule-update": Canary(_submodule_update, _updated),
    "submodules-own": Canary(_submodules_own, lambda at: at.plain("status")),
    "lazy-fetch": Canary(_promisor, lambda at: at.plain("cat-file", "-p", "agent:gone.md")),
    "ext": Canary(_ext, lambda at: at.plain("ls-remote", "origin")),
    "include": Canary(_included, lambda at: at.plain("status")),
    "info-attributes": Canary(_info_attributes, lambda at: at.plain("diff", "main", "--", LOG)),
    "hooksPath": Canary(_hooks_path, lambda at: at.plain("add", "new.py")),
    "post-index-change": hook("post-index-change", "add", "new.py"),
    "reference-transaction": hook("reference-transaction", "update-ref", "refs/heads/x", "HEAD"),
    "post-checkout": hook("post-checkout", "checkout", "-q", "-f", "other"),
    "pre-commit": hook("pre-commit", "commit", "-m", "x", "--allow-empty"),
}


@pytest.mark.parametrize("name", CANARIES)
def test_git_itself_runs_it(name: str, tmp_path: Path) -> None:
    """Without this the tests below could not fail."""
    at = nest(tmp_path)
    if name == "askPass":  # the helper that would be asked before it
        at.config("credential.helper", "")
    CANARIES[name].place(at)
    assert at.heard == set()
    CANARIES[name].wake(at)
    assert name in at.heard


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Nest:
    """All canaries in one repository, twice: lying in the hooks folder, and named by the configuration."""
    at = nest(tmp_path_factory.mktemp("canaries"))
    for canary in CANARIES.values():
        canary.place(at)
    return at


def run(at: Nest, *words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", *words], cwd=at.repo.root, env=at.repo.env | {"COLUMNS": "200"}, capture_output=True, text=True,
        timeout=120, check=False,
    )  # fmt: skip


OURS = ("-m", "pytest_agentcompliance")
DOORS: dict[str, tuple[tuple[str, ...], str]] = {
    "audit of commits": ((*OURS, "audit", "--base", "main", "--head", "agent", "--profile", PROFILE), "C3-"),
    "audit of the work tree": ((*OURS, "audit", "--base", "main", "--profile", PROFILE, "--output", "json"), '"verdicts"'),
    "log show": ((*OURS, "log", "show", LOG), "chunk 1"),
    "log next": ((*OURS, "log", "next", "--profile", PROFILE), ""),
    "log check": ((*OURS, "log", "check", "--profile", PROFILE), ""),
    "log check of a file": ((*OURS, "log", "check", LOG), ""),
    "log fix": ((*OURS, "log", "fix", LOG), "Chunk 1"),
    "init": ((*OURS, "init", "--print"), "profiles"),
    "baseline": ((*OURS, "baseline", "--base", "main", "--head", "agent", "--profile", PROFILE, "--print"), ""),
    "canary": ((*OURS, "canary", "--profile", PROFILE), ""),
    "pytest": (
        ("-m", "pytest", "-p", "no:cacheprovider", "-q", "--agent-compliance", "--agent-compliance-base", "main",
         "--agent-compliance-profile", PROFILE),
        "C3-",
    ),
}  # fmt: skip


@pytest.mark.parametrize("door", DOORS)
def test_no_door_of_ours_runs_one(door: str, full: Nest) -> None:
    words, said = DOORS[door]
    done = run(full, *words)
    assert done.returncode in (0, 1, 3), done.stderr
    assert said in done.stdout + done.stderr
    assert "Traceback" not in done.stderr
    assert "Usage:" not in done.stderr, done.stderr
    assert full.heard == set()
