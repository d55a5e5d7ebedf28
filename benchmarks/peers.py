"""What other tools take for the same range, whole processes, start-up and all: ratios to ``git diff``, never seconds.

    python benchmarks/peers.py [--lines N] [--pairs N] [--place DIR] [--peer NAME ...]
    python benchmarks/peers.py --repo REPO --base REV --head REV

Each peer is installed from the package registry into an environment of its own below ``--place`` (a folder that is thrown away
where none is given), and run in a clone with head checked out, since most read the work tree. It is set up before the clock
runs. What a peer looks for differs: a row says what it did, and a peer that could not be installed or run says why.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from measuring import Command, Failed, clean, middle, rounds
from workloads import Workload, git, mixed

V3 = "dev-implement-backend-coder-v3"
TODO = r"""rules:
  - id: todo
    languages: [generic]
    severity: WARNING
    message: unfinished work
    pattern-regex: "(?://|#|--).*\\b(TODO|FIXME|XXX|HACK)\\b"
"""


@dataclass(frozen=True)
class Range:
    """A clone with head checked out, and the two ends."""

    folder: Path
    base: str
    head: str


@dataclass(frozen=True)
class Peer:
    """A tool: what is installed, what is done before the clock runs, what is run, and how its findings are counted."""

    name: str
    packages: tuple[str, ...]
    does: str
    words: Callable[[Range], tuple[str, ...]]
    count: Callable[[str], str]
    setup: Callable[[Range, Path], None] = lambda _range, _scripts: None


def _length(*keys: str) -> Callable[[str], str]:
    """How many there are below these keys of a JSON object; ``*`` takes all that one or a list holds."""
    def count(text: str) -> str:
        found: list[Any] = [json.loads(text)]
        for key in keys:
            found = [one for value in found for one in (_all(value) if key == "*" else [value[key]])]
        return f"{sum(len(one) for one in found)} findings"

    return count


def _all(value: Any) -> list[Any]:
    return list(value.values()) if isinstance(value, dict) else list(value)


def _guards(text: str) -> str:
    guards = json.loads(text)["guards"]
    return f"{sum(one['status'] == 'FAIL' for one in guards)} of {len(guards)} guards fail"


def _written(*files: tuple[str, str]) -> Callable[[Range, Path], None]:
    def setup(span: Range, _scripts: Path) -> None:
        for name, text in files:
            (span.folder / name).write_text(text)

    return setup


def _asked(*words: str) -> Callable[[Range, Path], None]:
    def setup(span: Range, scripts: Path) -> None:
        subprocess.run([scripts / words[0], *words[1:]], cwd=span.folder, check=True, capture_output=True)

    return setup


def _compiled(span: Range, scripts: Path) -> None:
    _written(("CLAUDE.md", "# Rules\n"), (".claude-compiler.yaml", "extends:\n  - default\n  - strict\n"))(span, scripts)
    _asked("cldc", "compile", ".")(span, scripts)


def _changed(span: Range) -> tuple[str, ...]:
    return tuple(git(span.folder, "diff", "--name-only", "--diff-filter=AM", span.base, span.head).splitlines())


PEERS = (
    Peer("agentdiff", ("agentdiff-cli",), "`agentdiff review`: secrets, dependencies, markers in added lines",
         lambda span: ("agentdiff", "review", "--since", span.base, "--json"), _length("findings")),
    Peer("ai-code-guardrails", ("ai-code-guardrails",), "all of its guards, with no settings",
         lambda span: ("ai-code-guardrails", "check", "--base", span.base, "--head", span.head, "--format", "json"), _guards),
    Peer("scopeproof", ("scopeproof",), "its starter settings",
         lambda span: ("scopeproof", "check", "--base", span.base, "--head", span.head, "--format", "json"),
         _length("results", "*", "issues"), _asked("scopeproof", "init")),
    Peer("claude-md-compiler", ("claude-md-compiler",), "`cldc ci` with its presets default and strict, which ask for paths alone",
         lambda span: ("cldc", "ci", "--base", span.base, "--head", span.head, "--json", "."), _length("violations"), _compiled),
    Peer("diff-quality", ("diff-cover", "ruff"), "ruff on Python, held to the lines of the diff",
         lambda span: ("diff-quality", "--violations=ruff.check", f"--compare-branch={span.base}", "--quiet",
                       "--format", "json:/dev/stdout"), _length("src_stats", "*", "violation_lines")),
    Peer("detect-secrets", ("detect-secrets",), "the hook, on the files that changed, whole",
         lambda span: ("detect-secrets-hook", "--json", *_changed(span)),
         lambda text: _length("results", "*")(text) if text.strip() else "0 findings"),
    Peer("semgrep", ("semgrep",), "one rule, a pattern for TODO, FIXME, XXX and HACK, on what changed",
         lambda span: ("semgrep", "scan", "--metrics=off", "--disable-version-check", "--config", "../todo.yaml",
                       "--baseline-commit", span.base, "--json", "."), _length("results"), _written(("../todo.yaml", TODO))),
)  # fmt: skip


def cloned(work: Workload, place: Path) -> Range:
    """A clone without other settings or files than head's."""
    folder = place / "clone"
    git(place, "clone", "-q", "--no-checkout", str(work.folder), str(folder))
    git(folder, "checkout", "-q", "-B", "agent", work.head)
    return Range(folder, work.base, work.head)


def installed(peer: Peer, place: Path) -> Path:
    """The folder of its scripts."""
    folder = place / peer.name
    scripts = folder / "bin"
    if not (folder / "installed").is_file():
        subprocess.run([sys.executable, "-m", "venv", folder], check=True, capture_output=True)
        subprocess.run([scripts / "pip", "install", "-q", *peer.packages], check=True, capture_output=True)
        (folder / "installed").touch()
    return scripts


def version(scripts: Path, package: str) -> str:
    code = f"import importlib.metadata as m; print(m.version({package!r}))"
    return subprocess.run([scripts / "python", "-c", code], check=True, capture_output=True, text=True).stdout.strip()


def row(peer: Peer, span: Range, place: Path, env: Mapping[str, str], pairs: int) -> str:
    """A row of the table; what goes wrong is its text."""
    shown = peer.name
    try:
        scripts = installed(peer, place)
        shown = f"{peer.packages[0]} {version(scripts, peer.packages[0])}"
        env = {**env, "PATH": f"{scripts}{os.pathsep}{env['PATH']}"}
        git(span.folder, "clean", "-f", "-d", "-x", "-q")
        peer.setup(span, scripts)
        words = peer.words(span)
        once = subprocess.run(words, cwd=span.folder, env=dict(env), capture_output=True, text=True, check=False)
        did = f"{peer.does}; exit code {once.returncode}, {peer.count(once.stdout)}"
        return line(shown, did, Command(words, span.folder, (once.returncode,)), span, env=env, pairs=pairs)
    except (subprocess.CalledProcessError, Failed, OSError, ValueError, KeyError, TypeError) as wrong:
        error = getattr(wrong, "stderr", b"") or b""
        last = (error.decode("utf-8", "replace") if isinstance(error, bytes) else error).strip().splitlines()[-1:]
        return f"| {shown} | could not be run: {type(wrong).__name__} {' '.join(last) or str(wrong)[:200]} | | |"


def line(shown: str, did: str, command: Command, span: Range, *, env: Mapping[str, str], pairs: int) -> str:
    sides = {"it": command, "git": Command(("git", "diff", "-U0", "--no-renames", span.base, span.head), span.folder)}
    found = rounds(sides, pairs, env)
    value, low, high = middle([one["it"].wall / one["git"].wall for one in found])
    peak = max(one["it"].peak for one in found)
    return f"| {shown} | {did} | {value:.1f} ({low:.1f} to {high:.1f}) | {peak:.0f} MiB |"


def ours(span: Range, source: Path, env: Mapping[str, str], pairs: int, profile: str) -> str:
    words = (sys.executable, "-m", "pytest_agentcompliance", "audit", "--repo", str(source), "--profile", profile)
    command = Command((*words, "--base", span.base, "--head", span.head), span.folder, (0, 1, 3))
    once = subprocess.run([*command.words, "--output", "json"], cwd=span.folder, env=dict(env), capture_output=True, check=False)
    found = sum(len(one["findings"]) for one in json.loads(once.stdout)["verdicts"])
    did = f"{profile}; exit code {once.returncode}, {found} findings"
    return line("pytest-agentcompliance", did, command, span, env=env, pairs=pairs)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--lines", type=int, default=80_000)
    parser.add_argument("--pairs", type=int, default=3)
    parser.add_argument("--place", type=Path)
    parser.add_argument("--peer", dest="peers", action="append", default=[], choices=[peer.name for peer in PEERS])
    parser.add_argument("--repo", type=Path)
    parser.add_argument("--base")
    parser.add_argument("--head")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        env = clean(place, os.environ)
        if options.repo:
            ends = [git(options.repo, "rev-parse", f"{one}^{{commit}}") for one in (options.base, options.head)]
            work = Workload(options.repo.resolve(), ends[0], ends[1], "", "")
        else:
            work = mixed(place / "work", options.lines)
        span = cloned(work, place)
        size = git(span.folder, "diff", "--shortstat", "--no-renames", span.base, span.head)
        print(f"{size}; git diff is 1\n\n| tool | what it did | times git diff | largest process |\n| --- | --- | --- | --- |")
        for profile in (V3, *(() if options.repo else ("todo-alone",))):
            print(ours(span, work.folder, env, options.pairs, profile), flush=True)
        for peer in PEERS:
            if not options.peers or peer.name in options.peers:
                print(row(peer, span, (options.place or place).resolve(), env, options.pairs), flush=True)


if __name__ == "__main__":
    main()
