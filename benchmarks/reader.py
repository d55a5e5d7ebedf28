"""What hardening costs the reader: the change of a run, and a work tree, against git as it comes, in one run.

    python benchmarks/reader.py [--pairs N] [--lines N] [--files N]

``large``       the change of 600,000 lines between two commits, read whole and counted, against ``git diff`` (budget 1.3),
                once with all objects in packs, as a clone has them, once with each in a file of its own
``small``       the same of a change of 50 lines: milliseconds above ``git diff`` (budget 60)
``work tree``   a work tree of 20,000 files of which 20 differ, against ``git add -A -n`` with a cold index: one whose stat
                data match no file, so that git reads and hashes each, as we do (budget 1.5)

What git prints is read into memory on both sides. What is counted on ours begins with opening the repository and ends with the
last patch cut and all lines counted. Neither the interpreter's start nor the imports are in it: ``benchmarks/startup.py`` has
those. Each pair is run in turn, and in every other one the other way round; the ratio is that of the medians.
"""

import argparse
import os
import random
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from pytest_agentcompliance.sources import ends
from pytest_agentcompliance.sources.repository import Repository

WHO = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "gc.auto=0")
PER_FILE = 400  # lines, of which 150 are changed: 300 of the diff


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *WHO, *words], cwd=folder, check=True, capture_output=True)


def line(dice: random.Random) -> str:
    one, two, three = (dice.randrange(4000) for _ in range(3))
    return f"    const name{one} = call{two}(name{three}, 'text {one}');\n"


def run_of(folder: Path, files: int) -> Path:
    """A repository whose branch ``agent`` changes ``files`` files by 300 lines each."""
    dice = random.Random(7)  # noqa: S311
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    texts = {folder / f"packages/p{k % 20}/src/d{k % 100}/f{k}.ts": [line(dice) for _ in range(PER_FILE)] for k in range(files)}
    for branch in ("main", "agent"):
        for file, text in texts.items():
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text("".join(text))
            text[0:300:2] = [line(dice) for _ in range(150)]
        if branch == "agent":
            git(folder, "checkout", "-q", "-b", branch)
        git(folder, "add", "--all")
        git(folder, "commit", "-q", "-m", branch)
    return folder


def small_run(folder: Path) -> Path:
    """A tree of 2,000 files, and a change of 50 lines in three of them."""
    dice = random.Random(8)  # noqa: S311
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for k in range(2000):
        file = folder / f"packages/p{k % 20}/src/f{k}.ts"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(line(dice) for _ in range(40)))
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "main")
    git(folder, "checkout", "-q", "-b", "agent")
    for k in range(3):
        with (folder / f"packages/p{k}/src/f{k}.ts").open("a") as opened:
            opened.writelines(line(dice) for _ in range(17 - (k == 2)))
    git(folder, "commit", "-q", "-a", "-m", "agent")
    git(folder, "gc", "-q")
    return folder


def work_tree(folder: Path, files: int) -> Path:
    dice = random.Random(9)  # noqa: S311
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for k in range(files):
        file = folder / f"packages/p{k % 20}/src/d{k % 400}/f{k}.ts"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(line(dice) for _ in range(80)))
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "main")
    git(folder, "gc", "-q")
    git(folder, "checkout", "-q", "-b", "agent")
    for k in range(20):
        (folder / f"packages/p{k}/src/d{k}/f{k}.ts").write_text(line(dice))
    git(folder, "read-tree", "agent")  # without -u and -m it knows no file's stat data
    return folder


def ours(folder: Path, head: str | None) -> None:
    with Repository(folder) as repository:
        assert ends.find(repository, "main", head, {}).changes.lines


def pairs(number: int, theirs: Callable[[], None], own: Callable[[], None]) -> tuple[float, float]:
    """The median of each, in seconds."""
    spent: dict[Callable[[], None], list[float]] = {theirs: [], own: []}
    for turn in range(number + 1):
        for one in (theirs, own) if turn % 2 else (own, theirs):
            start = time.perf_counter()
            one()
            if turn:  # the first ones warm what can be warmed
                spent[one].append(time.perf_counter() - start)
    return statistics.median(spent[theirs]), statistics.median(spent[own])


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--pairs", type=int, default=9)
    parser.add_argument("--lines", type=int, default=600_000)
    parser.add_argument("--files", type=int, default=20_000)
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, {asked.pairs} pairs")
    with tempfile.TemporaryDirectory() as scratch:
        large = run_of(Path(scratch) / "large", asked.lines // 300)
        for name in ("large, loose", "large, packed"):
            plain, read = pairs(asked.pairs, lambda: git(large, "diff", "main", "agent"), lambda: ours(large, "agent"))
            print(f"{name}: {read / plain:.2f} of git diff ({plain * 1000:.0f} ms)")
            git(large, "gc", "-q")
        small = small_run(Path(scratch) / "small")
        plain, read = pairs(asked.pairs * 3, lambda: git(small, "diff", "main", "agent"), lambda: ours(small, "agent"))
        print(f"small: {(read - plain) * 1000:.1f} ms above git diff ({plain * 1000:.1f} ms)")
        tree = work_tree(Path(scratch) / "tree", asked.files)
        plain, read = pairs(asked.pairs, lambda: git(tree, "add", "--all", "--dry-run"), lambda: ours(tree, None))
        print(f"work tree: {read / plain:.2f} of git add -A -n ({plain * 1000:.0f} ms)")


if __name__ == "__main__":
    main()
