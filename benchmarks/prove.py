"""What a proof costs beside the command itself: paired runs, ratios, never seconds.

    python benchmarks/prove.py [--pairs N] [--files N]

``start``    the start of the program alone: a process that imports what ``prove`` imports, and does nothing
``small``    ``agent-compliance prove it -- true`` in a repository of one file: what a proof costs whatever the tree
``git``      ``git add -A -n`` of a clone whose index has stat data that match no file, so that git reads and hashes each, as we do
``prove``    ``agent-compliance prove it -- true`` in a work tree of 5,000 files of which 20 differ from base, less ``true`` alone
``budget``   prove is within start + 2 git, and within small + 2 git

``flood``    a gigabyte through ``prove`` against the same through ``cat``, and the most memory that the process had

Each is run in turn, and in every other round the other way round; what is compared are medians.
"""

import argparse
import os
import random
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

WHO = ("-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "gc.auto=0")
VERSION = (sys.executable, "-m", "pytest_agentcompliance", "--version")
PROVE = (sys.executable, "-m", "pytest_agentcompliance", "prove", "it", "--quiet", "--")
MODULES = ("prove", "streams", "folder", "known", "output", "said", "tools")
START = (
    sys.executable, "-c",
    f"import os, json, git, pytest_agentcompliance.cli, pytest_agentcompliance.parsing.proofs.statement,"
    f"{','.join(f'pytest_agentcompliance.prover.{name}' for name in MODULES)}; os._exit(0)",
)  # fmt: skip
FOLDER = ".agent-compliance"
FLOOD = "import os\nb = (b'x' * 79 + b'\\n') * 3277\nfor _ in range(4000): os.write(1, b)"


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", *WHO, *words], cwd=folder, check=True, capture_output=True)


def work_tree(folder: Path, files: int, differing: int = 20) -> Path:
    dice = random.Random(9)  # noqa: S311
    folder.mkdir()
    git(folder, "init", "-q", "-b", "main")
    for k in range(files):
        file = folder / f"packages/p{k % 20}/src/d{k % 400}/f{k}.ts"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("".join(f"    const name{dice.randrange(4000)} = call{k}('text');\n" for _ in range(80)))
    git(folder, "add", "--all")
    git(folder, "commit", "-q", "-m", "main")
    git(folder, "checkout", "-q", "-b", "agent")
    for k in range(differing):
        (folder / f"packages/p{k % 20}/src/d{k % 400}/f{k}.ts").write_text(f"export const a = {k};\n")
    return folder


def cold(folder: Path) -> Path:
    """A copy whose index matches no file: git has to read and hash each."""
    copy = folder.parent / "cold"
    shutil.copytree(folder, copy, symlinks=True)
    for file in copy.glob("packages/**/*.ts"):
        os.utime(file, (1, 1))
    return copy


def seconds(command: tuple[str, ...], folder: Path) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)
    return time.perf_counter() - start


def rounds(sides: dict[str, tuple[tuple[str, ...], Path]], pairs: int, after: tuple[Path, ...]) -> dict[str, float]:
    """The median of each side; what ``prove`` wrote is taken away after each run."""
    took: dict[str, list[float]] = {name: [] for name in sides}
    for k in range(pairs + 1):
        names = list(sides) if k % 2 else list(reversed(sides))
        for name in names:
            one = seconds(*sides[name])
            for written in after:
                shutil.rmtree(written, ignore_errors=True)
            if k:  # the first round compiles, and reads the disk
                took[name].append(one)
    return {name: statistics.median(found) for name, found in took.items()}


def flood(place: Path, folder: Path) -> str:
    import resource

    def through(*command: str) -> float:
        start = time.perf_counter()
        first = subprocess.Popen([*command], cwd=folder, stdout=subprocess.PIPE, stdin=subprocess.DEVNULL)
        subprocess.run(["cat"], stdin=first.stdout, stdout=subprocess.DEVNULL, check=True)
        first.wait()
        return time.perf_counter() - start

    script = place / "flood.py"
    script.write_text(FLOOD)
    line = f"{sys.executable} {script} | cat"
    cat = statistics.median(through("sh", "-c", line) for _ in range(5))
    ours = statistics.median(through(*PROVE, sys.executable, str(script)) for _ in range(5))
    most = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024
    return f"{ours / cat:.2f} of the time that cat takes, start included; at most {most:.0f} MiB"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pairs", type=int, default=15)
    parser.add_argument("--files", type=int, default=5000)
    options = parser.parse_args()
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        os.environ["PYTHONPYCACHEPREFIX"] = str(place / "bytecode")
        folder = work_tree(place / "tree", options.files)
        other = cold(folder)
        small = work_tree(place / "small", 1, 1)
        sides = {
            "small": ((*PROVE, "true"), small), "version": (VERSION, folder), "start": (START, folder),
            "git": (("git", "add", "-A", "-n"), other), "prove": ((*PROVE, "true"), folder), "true": (("true",), folder),
        }  # fmt: skip
        took = rounds(sides, options.pairs, (folder / FOLDER, small / FOLDER))
        beside = took["prove"] - took["true"]
        for start in ("start", "small"):
            left = took[start] + 2 * took["git"]
            print(f"budget   prove / ({start} + 2 git): {beside / left:.2f}   {'within' if beside <= left else 'NOT within'}")
        work = (beside - took["start"]) / took["git"]
        print(f"prove    (prove - start) / git: {work:.2f}   start / git: {took['start'] / took['git']:.2f}")
        print(f"         start / version: {took['start'] / took['version']:.2f}   of {options.pairs} rounds")
        print(f"flood    {flood(place, folder)}")
        if os.environ.get("SHOW_SECONDS"):
            print(took)


if __name__ == "__main__":
    main()
