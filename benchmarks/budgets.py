"""Every budget as a paired measurement of whole processes, as ratios, never seconds.

    python benchmarks/budgets.py [--row NAME ...] [--pairs N] [--json OUT] [--against OLD.json [--tolerance 0.2]]

``--row``        one row, or all whose name begins so; all of them where none is named (``--list`` names them)
``--pairs``      how many rounds; what is compared are medians
``--clock``      ``wall``, or ``cpu``: the processor time of all processes, for a machine that others use as well; what runs beside
                 something else then counts in full
``--scale``      the share of the full size, for a quick look
``--python``     the interpreter whose pytest-agentcompliance is measured, when it is not this one
``--workloads``  a folder in which the repositories are kept, and found again
``--repo``       a repository, and ``--ranges`` a file with a base and a head on each line, for the row of real ranges
``--json``       where the rows are written, for a later ``--against``
``--against``    exit code 1 where a row is worse by more than ``--tolerance`` than in that file. A row that looks worse is
                 measured a second time, with twice the rounds, before it counts

In one round each side is run once, and in every other round the other way round. Where a row says "start-up off", the same
command over a commit that adds one file of one line, in no language, is run in each round too, for both sides, and taken off.
What is left has the imports of whatever the change asked for; how much it is without those, with a start-up of one line in each
language, is said beside it.
"""

import argparse
import hashlib
import json
import os
import platform
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

import table
from measuring import Command, Failed, Took, clean, middle, rounds
from table import MEBIBYTES, TIMES, Measured
from workloads import MAKERS, Workload, chunks, commits, findings, huge, many, minified, mixed, renames, wide

V3 = "dev-implement-backend-coder-v3"
OTHERS = ("dev-implement-backend-coder-v1", "backend-developer-v6", "backend-implementer", "backend-engineer")
IMPORTS = "import pydantic, git, unidiff, yaml, click, markdown_it, pathspec"
DIFF = ("git", "diff", "-U0", "--no-renames")
RANGES = 10  # of the real ones
JUDGED = (0, 1, 3)  # exit codes of an audit that came to its end


@dataclass(frozen=True)
class Bench:
    """What all rows share."""

    place: Path
    kept: Path
    env: Mapping[str, str]
    python: str
    pairs: int
    scale: float
    clock: str = "wall"
    repo: Path | None = None
    ranges: Path | None = None

    def made(self, make: Callable[..., Workload], name: str, size: int, **more: int) -> Workload:
        """A workload at this scale; one that an earlier row or run made is taken again."""
        least = MAKERS[name].least
        sizes = [max(least, int(size * self.scale)), *(int(value * self.scale) for value in more.values())]
        folder = self.kept / "-".join([name, *map(str, sizes), _makers()])
        note = folder / "workload.json"
        if not note.is_file():
            done = make(folder, *sizes)
            note.write_text(json.dumps([done.base, done.head, done.one_line, done.one_of_each]))
        return Workload(folder, *json.loads(note.read_text()))

    def audit(self, work: Workload, profile: str, *, start: str = "") -> Command:
        base, head = (work.head, start) if start else (work.base, work.head)
        words = (self.python, "-m", "pytest_agentcompliance", "audit", "--profile", profile, "--base", base, "--head", head)
        return Command((*words, "--repo", str(work.folder)), self.place, JUDGED)

    def diff(self, work: Workload, *, start: str = "") -> Command:
        return Command((*DIFF, *((work.head, start) if start else (work.base, work.head))), work.folder)


def _makers() -> str:
    """A digest of the code that makes the workloads: what an older version of it made is not taken again."""
    here = Path(__file__).parent
    return hashlib.sha256(b"".join((here / name).read_bytes() for name in ("workloads.py", "written.py"))).hexdigest()[:8]


@dataclass(frozen=True)
class Row:
    """One row of the table, and how it is measured."""

    name: str
    what: str
    against: str
    budget: float | None
    measure: Callable[[Bench], "Result"]
    unit: str = TIMES


@dataclass(frozen=True)
class Result:
    """The median and the quartiles, and what else there is to say."""

    value: float
    low: float
    high: float
    note: str = ""


def _of(values: list[float], note: str = "") -> Result:
    return Result(*middle(values), note)


def asleep(bench: Bench) -> Result:
    tests = bench.place / "tests-of-50"
    tests.mkdir(exist_ok=True)
    (tests / "test_50.py").write_text("".join(f"def test_{k}(): pass\n" for k in range(50)))
    plain = (bench.python, "-m", "pytest", "--co", "-q", "-p", "no:cacheprovider")
    sides = {"ours": Command(plain, tests), "theirs": Command((*plain, "-p", "no:agentcompliance"), tests)}
    found = rounds(sides, 3 * bench.pairs, bench.env)  # a hundredth is asked for
    return _of([one["ours"].by(bench.clock) / one["theirs"].by(bench.clock) for one in found])


def start(bench: Bench, *, papers: int) -> Result:
    fifty = replace(bench, scale=1.0).made(mixed, "mixed", 50, files=3, papers=papers)
    sides = {"ours": bench.audit(fifty, V3), "theirs": Command((bench.python, "-c", IMPORTS), bench.place)}
    found = rounds(sides, 2 * bench.pairs, bench.env)
    return _of([one["ours"].by(bench.clock) / one["theirs"].by(bench.clock) for one in found])


def _beside(bench: Bench, work: Workload, profile: str) -> Result:
    sides = {
        "ours": bench.audit(work, profile), "our start": bench.audit(work, profile, start=work.one_line),
        "theirs": bench.diff(work), "their start": bench.diff(work, start=work.one_line),
        "readers": bench.audit(work, profile, start=work.one_of_each),
    }  # fmt: skip
    found = rounds(sides, bench.pairs, bench.env)
    readers = _off([{**one, "our start": one["readers"]} for one in found], bench.clock)
    first, theirs = (middle([one[name].by(bench.clock) for one in found])[0] for name in ("our start", "theirs"))
    note = f"{readers.value:.2f} without the imports of readers; start-up is {first / theirs:.1f}"
    return replace(_off(found, bench.clock), note=note)


def _off(found: list[dict[str, Took]], clock: str) -> Result:
    """Ours less our start, over theirs less their start: of the medians, and the quartiles of the rounds."""
    sides = ("ours", "our start", "theirs", "their start")
    ours, first, theirs, second = (middle([one[name].by(clock) for one in found])[0] for name in sides)
    least = 1e-4  # what is too short to be measured is no divisor
    each = [(one["ours"].by(clock) - first) / max(least, one["theirs"].by(clock) - second) for one in found]
    _, low, high = middle(each)
    return Result((ours - first) / max(least, theirs - second), low, high)


def memory(bench: Bench, profile: str) -> Result:
    work = bench.made(mixed, "mixed", 600_000)
    sides = {"ours": bench.audit(work, profile), "theirs": bench.diff(work)}
    largest = rounds(sides, 1, bench.env)[0]
    found = rounds(sides, max(1, bench.pairs // 3), bench.env, memory=True)
    note = f"the largest process alone {largest['ours'].peak - largest['theirs'].peak:.0f} MiB above"
    return _of([one["ours"].peak - one["theirs"].peak for one in found], note)


def _twice(bench: Bench, least: Workload, one: Workload, two: Workload) -> Result:
    """What does not grow is taken off both: beside it, work that grows with the square would look like work that does not."""
    sides = {"ours": bench.audit(two, V3), "theirs": bench.audit(one, V3), "least": bench.audit(least, V3)}
    found = rounds(sides, bench.pairs, bench.env)
    return _off([{**one, "our start": one["least"], "their start": one["least"]} for one in found], bench.clock)


def workers(bench: Bench) -> Result:
    """Processor time: on a machine with idle cores a second reading would not be seen on the clock."""
    work = bench.made(mixed, "mixed", 600_000)

    def asked(base: str, head: str, *more: str) -> Command:
        words = (bench.python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *more, "--agent-compliance")
        named = (f"--agent-compliance-{name}={value}" for name, value in (("profile", V3), ("base", base), ("head", head)))
        return Command((*words, *named), work.folder, (0, 1))

    sides = {
        "ours": asked(work.base, work.head, "-n", "2"), "our start": asked(work.head, work.one_line, "-n", "2"),
        "theirs": asked(work.base, work.head), "their start": asked(work.head, work.one_line),
    }  # fmt: skip
    return _off(rounds(sides, max(1, bench.pairs // 2), bench.env), "cpu")


def walk(bench: Bench) -> Result:
    work = bench.made(commits, "commits", 5_000)
    sides = {
        "ours": bench.audit(work, "history-alone"), "our start": bench.audit(work, "history-alone", start=work.one_line),
        "theirs": Command(("git", "log", "-p", f"{work.base}..{work.head}"), work.folder),
        "their start": Command(("git", "log", "-p", f"{work.head}..{work.one_line}"), work.folder),
    }  # fmt: skip
    return _off(rounds(sides, bench.pairs, bench.env), bench.clock)


def real(bench: Bench) -> Result:
    """Ranges that agents made: of a file with base and head in the columns of that name, or in the first two, every so many-th."""
    if bench.repo is None or bench.ranges is None:
        raise Failed("it needs --repo and --ranges")
    from audit import borrowed, one_line_later

    lines = [line.split("\t") for line in bench.ranges.read_text().splitlines() if line]
    names = [lines[0].index(name) if name in lines[0] else k for k, name in enumerate(("base", "head"))]
    lines = lines[1:] if "base" in lines[0] else lines
    some = lines[:: -(-len(lines) // RANGES)]
    folder = borrowed(bench.repo.resolve(), bench.place)
    each = []
    for line in some:
        base, head = (line[k] for k in names)
        one_line = one_line_later(folder, head)
        each.append(_beside(bench, Workload(folder, base, head, one_line, one_line), V3).value)
    return _of(each, f"ranges: {len(each)}")


def _lines(number: int, profile: str) -> Callable[[Bench], Result]:
    return lambda bench: _beside(bench, bench.made(mixed, "mixed", number), profile)


def _shape(make: Callable[..., Workload], name: str, size: int, profile: str) -> Callable[[Bench], Result]:
    return lambda bench: _beside(bench, bench.made(make, name, size), profile)


def _doubled(make: Callable[..., Workload], name: str, size: int, least: int = 0, **more: int) -> Callable[[Bench], Result]:
    return lambda bench: _twice(bench, *(bench.made(make, name, number, **more) for number in (least, size // 2, size)))


GIT = "`git diff -U0 --no-renames`, start-up off"
ITSELF = "half of it, what does not grow off"
ROWS = (
    Row("asleep", "`pytest --co`, 50 tests", "`-p no:agentcompliance`", 1.02, asleep),
    Row("start", "50 lines, v3", "a process that imports its libraries", 1.5, lambda bench: start(bench, papers=0)),
    Row("start-log", "the same, with its story and log", "the same", 1.5, lambda bench: start(bench, papers=1)),
    Row("v3-80k", "v3, 80,000 lines in 400 files", GIT, 2.0, _lines(80_000, V3)),
    Row("v3-600k", "v3, 600,000 lines", GIT, 2.0, _lines(600_000, V3)),
    Row("todo-600k", "`content/todo` alone, 600,000 lines", GIT, 1.3, _lines(600_000, "todo-alone")),
    *(Row(f"{name}-80k", f"{name}, 80,000 lines", GIT, 4.0, _lines(80_000, name)) for name in OTHERS),
    Row("memory-600k", "v3, 600,000 lines, all processes at once", "`git diff -U0 --no-renames`", 150.0,
        lambda bench: memory(bench, V3), MEBIBYTES),
    Row("double-lines", "v3, 600,000 lines in 3,000 files", ITSELF, 2.2, _doubled(mixed, "mixed", 600_000, 3_000, files=3_000)),
    Row("double-files", "v3, 12,000 files", ITSELF, 2.2, _doubled(many, "files", 12_000)),
    Row("double-commits", "v3, 5,000 commits", ITSELF, 2.2, _doubled(commits, "commits", 5_000)),
    Row("double-chunks", "v3, a log of 1,000 chunks", ITSELF, 2.2, _doubled(chunks, "chunks", 1_000)),
    Row("double-findings", "v3, 5,000 findings", ITSELF, 2.2, _doubled(findings, "findings", 5_000)),
    Row("workers", "`pytest -n 2`, v3, 600,000 lines", "`pytest`, start-up off, processor time", 1.2, workers),
    Row("history", "the rules of `history/`, 5,000 commits", "`git log -p`, start-up off", 1.5, walk),
    *(
        Row(f"{name}-{short}", f"{short}, {what}", GIT, None, _shape(make, name, MAKERS[name].size, profile))
        for name, make, what in (
            ("huge", huge, "600,000 lines in four files"), ("minified", minified, "one line of 50 MB"),
            ("renames", renames, "20,000 files moved"), ("wide", wide, "20 of 100,000 files"),
        )
        for short, profile in (("v3", V3), ("todo", "todo-alone"))
    ),
    Row("real-v3", "v3, ranges that agents made, with --repo and --ranges", GIT, None, real),
    Row("v3-1m", "v3, a million lines", GIT, None, _lines(1_000_000, V3)),
)  # fmt: skip


def measured(row: Row, bench: Bench) -> Measured:
    """The row as it came out, or why it did not."""
    try:
        found = row.measure(bench)
    except Failed as wrong:
        return Measured(row.name, row.what, row.against, row.budget, None, unit=row.unit, why=str(wrong))
    return Measured(
        row.name, row.what, row.against, row.budget, found.value, found.low, found.high, row.unit, note=found.note
    )


def chosen(names: list[str]) -> list[Row]:
    rows = [row for row in ROWS if not names or any(row.name.startswith(name) for name in names)]
    if unknown := [name for name in names if not any(row.name.startswith(name) for row in ROWS)]:
        sys.exit(f"no row is called {', '.join(unknown)}; there are {', '.join(row.name for row in ROWS)}")
    return rows


def askable(rows: list[Row], options: argparse.Namespace) -> list[Row]:
    """Without the row of real ranges where none are given and nobody asks for it by name."""
    return [row for row in rows if row.measure is not real or (options.repo and options.ranges) or options.rows]


def machine(python: str) -> dict[str, str]:
    """What the numbers were made on. Load that is there before us makes them worse than they are."""
    code = "import importlib.metadata as m; print(*(f'{n} {m.version(n)}' for n in ('pydantic', 'GitPython', 'pytest')), sep=', ')"
    libraries = subprocess.run([python, "-c", code], capture_output=True, text=True, check=False).stdout.strip()
    version = subprocess.run([python, "--version"], capture_output=True, text=True, check=True).stdout.strip()
    return {
        "cores": str(os.cpu_count()), "processor": _processor(), "system": platform.platform(terse=True), "python": version,
        "git": subprocess.run(["git", "--version"], capture_output=True, text=True, check=True).stdout.strip(),
        "libraries": libraries, "load before": f"{os.getloadavg()[0]:.1f}",
    }  # fmt: skip


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.processor()
    return next((line.partition(":")[2].strip() for line in lines if line.startswith("model name")), platform.machine())


def again(found: list[Measured], suspects: Collection[str], bench: Bench) -> list[Measured]:
    """The rows, with those that looked worse measured a second time."""
    second = {row.name: measured(row, replace(bench, pairs=2 * bench.pairs)) for row in ROWS if row.name in suspects}
    return [second.get(one.name, one) for one in found]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--row", dest="rows", action="append", default=[], metavar="NAME")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--pairs", type=int, default=7)
    parser.add_argument("--clock", choices=("wall", "cpu"), default="wall")
    parser.add_argument("--scale", type=float, default=1.0)
    parser.add_argument("--python", default=sys.executable)
    parser.add_argument("--workloads", type=Path)
    parser.add_argument("--repo", type=Path)
    parser.add_argument("--ranges", type=Path)
    parser.add_argument("--json", type=Path)
    parser.add_argument("--against", type=Path)
    parser.add_argument("--tolerance", type=float, default=0.2)
    options = parser.parse_args()
    rows = askable(chosen(options.rows), options)
    if options.list:
        print("\n".join(f"{row.name:<40} {row.what}, against {row.against}" for row in rows))
        return 0
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        kept = (options.workloads or place / "workloads").resolve()
        kept.mkdir(parents=True, exist_ok=True)
        real_ones = (options.repo, options.ranges)
        env = clean(place, os.environ)
        bench = Bench(place, kept, env, options.python, options.pairs, options.scale, options.clock, *real_ones)
        about = {**machine(options.python), "pairs": str(options.pairs), "scale": str(options.scale), "clock": options.clock}
        print(", ".join(f"{key} {value}" for key, value in about.items()), file=sys.stderr)
        found = []
        for row in rows:
            begun = time.monotonic()
            found.append(measured(row, bench))
            line = table.markdown(found[-1:]).splitlines()[-1]
            print(f"{line} measured in {time.monotonic() - begun:.0f} s", file=sys.stderr, flush=True)
        worse: dict[str, str] = {}
        if options.against:
            old = table.from_json(json.loads(options.against.read_text()))
            found = again(found, table.worse(old, found, options.tolerance), bench)
            worse = table.worse(old, found, options.tolerance)
    print(table.markdown(found), end="")
    if options.json:
        options.json.write_text(json.dumps(table.as_json(about, found), indent=1) + "\n")
    for name, why in worse.items():
        print(f"worse: {name}: {why}")
    return 1 if worse else 0


if __name__ == "__main__":
    sys.exit(main())
