"""What the tool costs when it sleeps and when it wakes for a small change: paired runs, ratios, never seconds.

    python benchmarks/startup.py [PAIRS]

``asleep``   ``pytest --co`` of a project of 50 tests, against the same with ``-p no:agentcompliance`` (budget 1.02)
``awake``    ``agent-compliance audit`` of a 50-line change under the v3 profile, without and with a log, against a
             process that imports pydantic, git, unidiff, yaml, click, markdown_it and pathspec (budget 1.5)
"""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

IMPORTS = "import pydantic, git, unidiff, yaml, click, markdown_it, pathspec"
PROFILE = "dev-implement-backend-coder-v3"
LOG = "plans/wish/in-progress/WISH-1/_implementation/BACKEND-LOG.md"
CHUNK = """# Backend log

## Chunk 1 — add the route

- Objective (maps to story requirement/AC): AC-1
- Files changed:
  - apps/api/route.ts
- Summary of changes: a route
- Reuse compliance:
  - Reused: the router
  - New: none
  - Why new was necessary: N/A
- Ports & adapters note:
  - What stayed in core: nothing
  - What stayed in adapters: the route
- Commands run (if any):
  - `pnpm check-types --filter api` - PASS
- Notes / Risks: none

BACKEND COMPLETE
"""


def git(folder: Path, *words: str) -> None:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    subprocess.run(["git", *who, *words], cwd=folder, check=True, capture_output=True)


def run_of_fifty_lines(folder: Path, *, log: bool) -> Path:
    git(folder, "init", "-q", "-b", "main")
    route = folder / "apps" / "api" / "route.ts"
    route.parent.mkdir(parents=True)
    route.write_text("export const a = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "start")
    git(folder, "checkout", "-q", "-b", "agent")
    route.write_text("".join(f"export const a{k} = {k}\n" for k in range(50)))
    if log:
        (folder / LOG).parent.mkdir(parents=True)
        (folder / LOG).write_text(CHUNK)
    git(folder, "add", ".")
    git(folder, "commit", "-q", "-m", "work")
    return folder


def seconds(command: list[str], folder: Path) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(os.environ), check=False)
    if done.returncode not in (0, 1):
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return time.perf_counter() - start


def compare(name: str, ours: list[str], theirs: list[str], folder: Path, pairs: int) -> None:
    for command in (ours, theirs):
        seconds(command, folder)
    ratios = sorted(seconds(ours, folder) / seconds(theirs, folder) for _ in range(pairs))
    low, high = ratios[len(ratios) // 4], ratios[3 * len(ratios) // 4]
    print(f"{name:<24} median {statistics.median(ratios):.3f}   quartiles {low:.3f} to {high:.3f}   of {pairs} pairs")


def main() -> None:
    pairs = int(sys.argv[1]) if len(sys.argv) > 1 else 21
    with tempfile.TemporaryDirectory() as place:
        tests = Path(place, "tests-of-50")
        tests.mkdir()
        (tests / "test_50.py").write_text("".join(f"def test_{k}(): pass\n" for k in range(50)))
        plain = [sys.executable, "-m", "pytest", "--co", "-q", "-p", "no:cacheprovider"]
        compare("asleep", plain, [*plain, "-p", "no:agentcompliance"], tests, pairs)
        imports = [sys.executable, "-c", IMPORTS]
        for log in (False, True):
            folder = Path(place, f"run-{log}")
            folder.mkdir()
            run_of_fifty_lines(folder, log=log)
            audit = [sys.executable, "-m", "pytest_agentcompliance", "audit", "--repo", str(folder)]
            audit += ["--base", "main", "--head", "agent", "--profile", PROFILE]
            compare("awake, with a log" if log else "awake, no log", audit, imports, tests, pairs)


if __name__ == "__main__":
    main()
