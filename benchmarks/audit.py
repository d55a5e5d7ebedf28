"""What a whole audit costs over one range of a repository, against git on the same range: paired runs, ratios, never seconds.

    python benchmarks/audit.py REPO BASE HEAD [--profile NAME] [--story ID] [--pairs N] [--rule GROUP/NAME ...]

It prints, of one round of runs:

``audit``    (b - c) / a: a is ``git diff -U0 --no-renames BASE HEAD``, b the audit of that range as a process, c its
             start-up, which is the same audit of a commit on HEAD that adds one file of one line
``rules``    each rule's share of the time that all take in one process, and its ratio to a. What is read late (patches,
             contents, trees, the log) is counted to the rule that first asks for it, and so is what it imports
``search``   each rule that searched a whole tree, against ``git grep`` for the same names over that tree (budget 2), and
             against ``git grep`` for one word that is not there
``budget``   whether b is within 2 a + c + 100 ms, as it is and without the rules that searched a tree

The repository is borrowed (``objects/info/alternates``) and not written to. ``--rule`` times a rule that the profile has not
bound, with its own parameters.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

PROFILE = "dev-implement-backend-coder-v3"
BUDGET = 0.1  # seconds beside 2 a + c
DIFF = ("diff", "-U0", "--no-renames")
GREP = ("grep", "-z", "-o", "-w", "-F", "--text", "--no-color", "-f")


def git(folder: Path, *words: str, given: str = "", env: Mapping[str, str] | None = None) -> str:
    who = ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"]
    done = subprocess.run(
        ["git", *who, *words], cwd=folder, check=True, capture_output=True, input=given.encode(), env={**os.environ, **(env or {})}
    )
    return done.stdout.decode("utf-8", "surrogateescape").strip()


def borrowed(repository: Path, place: Path) -> Path:
    """A bare repository of our own over the objects of another one."""
    git(place, "init", "-q", "--bare", "borrowed")
    folder = place / "borrowed"
    objects = git(repository, "rev-parse", "--path-format=absolute", "--git-path", "objects")
    (folder / "objects" / "info" / "alternates").write_text(f"{objects}\n")
    return folder


def one_line_later(folder: Path, head: str) -> str:
    """A commit on head that adds one file of one line, at the top, in no language."""
    index = {"GIT_INDEX_FILE": str(folder / "index-of-one-line")}
    git(folder, "read-tree", head, env=index)
    blob = git(folder, "hash-object", "-w", "--stdin", given="one line\n")
    git(folder, "update-index", "--add", "--cacheinfo", f"100644,{blob},one-line-of-a-benchmark.txt", env=index)
    return git(folder, "commit-tree", git(folder, "write-tree", env=index), "-p", head, "-m", "one line")


def seconds(command: list[str], folder: Path, env: Mapping[str, str]) -> float:
    start = time.perf_counter()
    done = subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, env=dict(env), check=False)
    took = time.perf_counter() - start
    ours = "pytest_agentcompliance" in command
    if done.returncode not in ((0, 1, 3) if ours else (0, 1)) or (ours and b"agent-compliance:" in done.stderr):
        sys.exit(f"{' '.join(command)} ended with {done.returncode}: {done.stderr.decode()[-500:]}")
    return took


def whole(options: argparse.Namespace, folder: Path, one_line: str, env: Mapping[str, str]) -> tuple[float, float, float]:
    """The first row, and the medians of a, b and c."""
    audit = [sys.executable, "-m", "pytest_agentcompliance", "audit", "--repo", str(folder), "--profile", options.profile]
    audit += ["--story", options.story] if options.story else []
    sides = {
        "a": ["git", *DIFF, options.base, options.head],
        "b": [*audit, "--base", options.base, "--head", options.head],
        "c": [*audit, "--base", options.head, "--head", one_line],
    }
    for command in sides.values():  # bytecode is compiled, the disk is read
        seconds(command, folder, env)
    rounds = [{name: seconds(command, folder, env) for name, command in sides.items()} for _ in range(options.pairs)]
    a, b, c = (statistics.median(one[name] for one in rounds) for name in "abc")
    ratios = sorted((one["b"] - one["c"]) / one["a"] for one in rounds)
    low, high = ratios[len(ratios) // 4], ratios[3 * len(ratios) // 4]
    print(f"audit    (b - c) / a   median {(b - c) / a:.2f}   quartiles {low:.2f} to {high:.2f}   of {len(rounds)} rounds")
    print(f"         c / a {c / a:.2f}   b / c {b / c:.2f}")
    return a, b, c


@dataclass
class Timed:
    """What one rule took, and the names that it looked for in a whole tree."""

    name: str
    seconds: float = 0.0
    outcome: str = ""
    asked: list[tuple[str, list[str]]] = field(default_factory=list)


def rules(options: argparse.Namespace, folder: Path) -> Iterator[Timed]:
    """Every rule of the profile, and those that were asked for by name, each timed on the evidence of the one run."""
    from pytest_agentcompliance import catalog, engine
    from pytest_agentcompliance.errors import AgentComplianceError
    from pytest_agentcompliance.rule import Rule

    wanted = engine.Options(folder, options.base, options.head, (options.profile,), options.story, environ={})
    with engine.opened(wanted) as opened:
        bound = opened.bound[0]
        all_rules: list[tuple[str, Rule]] = [
            (one.name, one.rule) for clause in bound.profile.clauses for one in clause.rules if one.rule is not None
        ]
        all_rules += [(name, catalog.find(name)()) for name in options.rules]
        run = opened.gather(bound, {kind for _, rule in all_rules for kind in rule.reads})
        asked: list[tuple[str, list[str]]] = []
        if run.tree is not None:
            ends = (("base", opened.ends.base_tree), ("head", opened.ends.head_tree))
            sides = {name: _listening(getattr(run.tree, name), tree, asked) for name, tree in ends}
            run = replace(run, tree=replace(run.tree, **sides))
        for name, rule in all_rules:
            if lacking := [kind for kind in sorted(rule.needs) if kind != "verdicts" and run.problem(kind)]:
                yield Timed(name, outcome=f"not judged: no {', '.join(lacking)}")
                continue
            if "verdicts" in rule.reads:
                yield Timed(name, outcome="left out: it reads the verdicts of the others")
                continue
            asked.clear()
            findings, why = 0, ""
            start = time.perf_counter()
            with suppress(AgentComplianceError):
                for _ in rule.findings_in(run):
                    findings += 1
                why = f"{findings} findings"
            yield Timed(name, time.perf_counter() - start, why or "not judged", list(asked))


def _listening(side: Any, tree: str, asked: list[tuple[str, list[str]]]) -> Any:
    def search(names: frozenset[str], *more: Any) -> Any:
        asked.append((tree, sorted(names)))
        return side.search(names, *more)

    return replace(side, search=search)


def by_rule(options: argparse.Namespace, folder: Path, place: Path, env: Mapping[str, str], diff: float) -> float:
    """The second and the third row; gives what the rules took that searched a tree."""
    command = [sys.executable, __file__, str(folder), options.base, options.head, "--profile", options.profile, "--in-one-process"]
    command += ["--story", options.story] if options.story else []
    command += [word for name in options.rules for word in ("--rule", name)]
    runs: list[list[dict[str, Any]]] = [
        json.loads(subprocess.run(command, env=dict(env), check=True, capture_output=True).stdout) for _ in range(4)
    ][1:]  # the first one compiles
    rows = [(row, statistics.median(run[k]["seconds"] for run in runs)) for k, row in enumerate(runs[0])]
    total = sum(took for _, took in rows)
    print("rules    medians of 3 processes; what is read late counts to the rule that first asks       share   / git diff")
    for row, took in sorted(rows, key=lambda one: (-one[1], one[0]["name"])):
        print(f"         {row['name']:<38} {row['outcome'][:42]:<42} {took / total:6.1%}   {took / diff:8.2f}")
    print(f"         {'all':<81} {1:6.1%}   {total / diff:8.2f}")
    searching = 0.0
    for row, took in rows:
        if row["asked"] and row["name"] not in options.rules:
            searching += took
        if row["asked"]:
            same = sum(_grep(folder, place, tree, names, env) for tree, names in row["asked"])
            one = sum(_grep(folder, place, tree, ["a-word-that-is-nowhere"], env) for tree, _ in row["asked"])
            many = " and ".join(str(len(names)) for _, names in row["asked"])
            ratios = f"{took / same:.2f} of git grep for them, {took / one:.2f} of one for one word"
            print(f"search   {row['name']:<38} {many} names: {ratios}")
    return searching


def _grep(folder: Path, place: Path, tree: str, names: list[str], env: Mapping[str, str]) -> float:
    file = place / "names"
    file.write_bytes(b"".join(name.encode("utf-8", "surrogateescape") + b"\n" for name in names))
    return statistics.median(seconds(["git", *GREP, str(file), tree], folder, env) for _ in range(5))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("repo", type=Path)
    parser.add_argument("base")
    parser.add_argument("head")
    parser.add_argument("--profile", default=PROFILE)
    parser.add_argument("--story")
    parser.add_argument("--pairs", type=int, default=9, help="how many rounds of a, b and c")
    parser.add_argument("--rule", dest="rules", action="append", default=[], metavar="GROUP/NAME")
    parser.add_argument("--in-one-process", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.in_one_process:
        print(json.dumps([vars(one) for one in rules(options, options.repo)]))
        return
    options.base, options.head = (git(options.repo, "rev-parse", f"{name}^{{commit}}") for name in (options.base, options.head))
    with tempfile.TemporaryDirectory() as name:
        place = Path(name)
        folder = borrowed(options.repo, place)
        env = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE" and not key.startswith("GIT_")}
        env["PYTHONPYCACHEPREFIX"] = str(place / "bytecode")
        print(f"{options.base[:10]}..{options.head[:10]}   {git(folder, 'diff', '--shortstat', options.base, options.head)}")
        a, b, c = whole(options, folder, one_line_later(folder, options.head), env)
        searching = by_rule(options, folder, place, env, a)
        for took, what in ((b, "all rules"), (b - searching, "without those that searched a tree")):
            inside = "within" if took <= 2 * a + c + BUDGET else "NOT within"
            print(f"budget   {what}: {inside} 2 a + c + 100 ms; {(took - c - 2 * a) / BUDGET:.0%} of the 100 ms is used")


if __name__ == "__main__":
    main()
