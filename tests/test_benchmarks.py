"""The benchmarks' own code: workloads are the same twice, the table says what was measured, a row that got worse is seen."""

import argparse
import dataclasses
import importlib
import json
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

pytestmark = pytest.mark.walk

FOLDER = Path(__file__).parent.parent / "benchmarks"
NAMES = ("mixed", "huge", "files", "minified", "renames", "commits", "chunks", "wide", "findings")


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """``budgets``, with the modules beside it; none of them stays imported."""
    monkeypatch.syspath_prepend(str(FOLDER))
    for name in ("audit", "budgets", "measuring", "table", "workloads", "written"):
        monkeypatch.delitem(sys.modules, name, raising=False)
        monkeypatch.setitem(sys.modules, name, importlib.import_module(name))
    return sys.modules["budgets"]


def git(folder: Path, *words: str) -> str:
    return subprocess.run(["git", *words], cwd=folder, check=True, capture_output=True, text=True).stdout.strip()


@pytest.mark.parametrize("name", NAMES)
def test_each_workload_is_the_same_twice(bench: ModuleType, tmp_path: Path, name: str) -> None:
    maker = bench.MAKERS[name]
    one, two = (maker.make(tmp_path / folder, maker.least) for folder in ("one", "two"))
    assert dataclasses.replace(one, folder=two.folder) == two
    assert git(one.folder, "rev-list", "--count", f"{one.base}..{one.head}") == (str(maker.least) if name == "commits" else "1")
    assert git(one.folder, "diff", "--numstat", one.head, one.one_line) == "1\t0\tone-line-of-a-benchmark.txt"
    assert len(git(one.folder, "diff", "--name-only", one.head, one.one_of_each).split()) == 6


def test_every_maker_is_tried(bench: ModuleType) -> None:
    assert tuple(bench.MAKERS) == NAMES


def test_workloads_have_as_much_as_they_say(bench: ModuleType, tmp_path: Path) -> None:
    def added(work: object, *paths: str) -> int:
        assert isinstance(work, bench.Workload)
        found = git(work.folder, "diff", "--no-renames", "--numstat", work.base, work.head, "--", *paths)
        return sum(int(line.split("\t")[0]) for line in found.splitlines())

    assert added(bench.mixed(tmp_path / "mixed", 1000, 7), ".", ":!plans") == 1000
    assert added(bench.many(tmp_path / "files", 9), ".", ":!plans") == 45
    moved = bench.renames(tmp_path / "renames", 5)
    assert git(moved.folder, "diff", "-M", "--name-status", moved.base, moved.head).count("R100") == 5
    bundle = bench.minified(tmp_path / "minified", 5000)
    line = git(bundle.folder, "show", f"{bundle.head}:packages/backend/cart/src/vendor.min.js")
    assert (len(line), line.count("\n")) == (5000, 0)
    wide = bench.wide(tmp_path / "wide", 60)
    assert added(wide, ".", ":!plans") == 20
    assert len(git(wide.folder, "ls-tree", "-r", "--name-only", wide.base, "packages/").splitlines()) == 60
    log, log_path = bench.chunks(tmp_path / "chunks", 30), sys.modules["workloads"].LOG
    assert git(log.folder, "show", f"{log.head}:{log_path}").count("\n## Chunk ") == 30


def test_code_is_code(bench: ModuleType) -> None:
    written = sys.modules["written"]
    for seed in range(40):
        compile(written.whole(written.Dice(seed), "py", 200), "made.py", "exec", dont_inherit=True, flags=0x2000)
        old, new = written.grown(written.Dice(seed), "py", 60, 40)
        assert new.count("\n") - old.count("\n") == 40
        compile(new, "made.py", "exec", dont_inherit=True, flags=0x2000)
    text = written.whole(written.Dice(1), "ts", 20_000)
    assert text.count("\n") == 20_000
    assert all(word in text for word in ("TODO", "eslint-disable", "not implemented", "catch {}", "${name}"))


def test_rows_are_judged_as_they_should_be(bench: ModuleType, tmp_path: Path) -> None:
    """A row's audit is of its range: with findings that the profile's one rule finds, and none of the start-up."""
    work = bench.findings(tmp_path / "work", 25)
    env = {name: value for name, value in bench.clean(tmp_path, os.environ).items() if name != "PYTHONPYCACHEPREFIX"}
    place = bench.Bench(tmp_path, tmp_path, env, sys.executable, 1, 1.0)

    def found(command: object) -> list[str]:
        assert isinstance(command, bench.Command)
        words = [*command.words, "--output", "json"]
        done = subprocess.run(words, cwd=command.folder, env=place.env, capture_output=True, check=False)
        assert done.returncode in command.good, done.stderr
        assert not done.stderr
        said = json.loads(done.stdout)
        return [one["rule"] for one in said["verdicts"] for _ in one["findings"]]

    assert found(place.audit(work, "todo-alone")) == ["content/todo"] * 25
    assert found(place.audit(work, "todo-alone", start=work.one_line)) == []
    took = bench.rounds({"git": place.diff(work)}, 2, place.env)
    assert [list(one) for one in took] == [["git"], ["git"]]
    assert all(one["git"].wall > 0 and one["git"].peak > 0 for one in took)


def test_process_that_fails_is_no_measurement(bench: ModuleType, tmp_path: Path) -> None:
    command = bench.Command((sys.executable, "-c", "import sys; print('no such thing', file=sys.stderr); sys.exit(2)"), tmp_path)

    def row(_: object) -> None:
        bench.rounds({"it": command}, 1, bench.clean(tmp_path, os.environ))

    made = bench.measured(bench.Row("it", "a process", "itself", 1.0, row), None)
    assert made.value is None
    assert made.met is None
    assert made.why.endswith("ended with 2: no such thing")


def test_memory_of_all_processes_of_a_tree_is_seen(bench: ModuleType, tmp_path: Path) -> None:
    if not Path("/proc/self/smaps_rollup").exists():
        pytest.skip("no /proc tells of a process's memory")
    child = "import time; a = bytearray(b'x') * 60_000_000; time.sleep(1)"
    parent = f"import subprocess, sys; b = bytearray(b'x') * 60_000_000; subprocess.run([sys.executable, '-c', {child!r}])"
    measuring = sys.modules["measuring"]
    command = bench.Command((sys.executable, "-c", parent), tmp_path)
    took = measuring.run(command, bench.clean(tmp_path, os.environ), memory=True)
    assert took.peak > 114  # MiB, of both


def _row(bench: ModuleType, name: str, value: float | None, **more: object) -> object:
    return bench.Measured(name, "v3, a | b", "git", more.pop("budget", 2.0), value, 1.0, 3.0, **more)


def test_table_says_what_was_measured(bench: ModuleType) -> None:
    rows = [
        _row(bench, "one", 1.234, note="most of it imports"), _row(bench, "two", 2.5), _row(bench, "three", 9.0, budget=None),
        _row(bench, "four", 120.4, budget=150.0, unit="MiB above"), _row(bench, "five", None, why="git\nended"),
    ]  # fmt: skip
    lines = bench.table.markdown(rows).splitlines()
    assert [line.count(" | ") for line in lines] == [6] * 7
    assert lines[2:] == [
        "| `one` | v3, a \\| b | git | 2.00 | 1.23; most of it imports | 1.00 to 3.00 | yes |",
        "| `two` | v3, a \\| b | git | 2.00 | 2.50 | 1.00 to 3.00 | **no** |",
        "| `three` | v3, a \\| b | git |  | 9.00 | 1.00 to 3.00 |  |",
        "| `four` | v3, a \\| b | git | 150 MiB | 120 MiB | 1 MiB to 3 MiB | yes |",
        "| `five` | v3, a \\| b | git | 2.00 | not measured: git ended |  |  |",
    ]


def test_row_that_got_worse_is_seen(bench: ModuleType) -> None:
    table = bench.table
    old = [_row(bench, name, value) for name, value in (("a", 1.0), ("b", 1.0), ("c", 1.0), ("gone", 1.0), ("odd", None))]
    old += [_row(bench, "m", 10.0, unit="MiB above"), _row(bench, "n", 10.0, unit="MiB above")]
    new = [_row(bench, name, value) for name, value in (("a", 1.19), ("b", 1.21), ("c", 0.5), ("odd", 9.0), ("new", 9.0))]
    new += [_row(bench, "m", 19.0, unit="MiB above"), _row(bench, "n", 21.0, unit="MiB above")]
    new += [_row(bench, "gone", None, why="it fails")]
    kept = table.from_json(json.loads(json.dumps(table.as_json({"cores": "2"}, old))))
    assert kept == old
    assert table.worse(kept, new, 0.2) == {
        "b": "it was 1.00 and is 1.21",
        "n": "it was 10 MiB and is 21 MiB",
        "gone": "it was 1.00 and is not measured any more: it fails",
    }
    assert table.worse(kept, new, 2.0) == {"gone": "it was 1.00 and is not measured any more: it fails"}


def test_file_of_another_version_is_read(bench: ModuleType) -> None:
    row = {"name": "a", "what": "", "against": "", "budget": None, "value": 1.0, "what_a_later_one_says": 1}
    assert bench.table.from_json({"rows": [row], "machine": {}})[0].value == 1.0


def test_row_that_looks_worse_is_measured_again_before_it_counts(bench: ModuleType, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def second(held: object) -> object:
        asked.append(held.pairs)  # type: ignore[attr-defined]
        return bench.Result(1.0, 1.0, 1.0)

    monkeypatch.setattr(bench, "ROWS", (bench.Row("a", "", "", None, second), bench.Row("b", "", "", None, second)))
    place = bench.Bench(Path(), Path(), {}, "python", 3, 1.0)
    found = bench.again([_row(bench, "a", 2.0), _row(bench, "b", 5.0)], {"a": "worse"}, place)
    assert asked == [6]
    assert [one.value for one in found] == [1.0, 5.0]


def test_real_ranges_are_measured_where_they_are_given(
    bench: ModuleType, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    work = bench.findings(tmp_path / "work", 3)
    given = tmp_path / "ranges.tsv"
    place = bench.Bench(tmp_path, tmp_path, {}, sys.executable, 1, 1.0)
    row = bench.chosen(["real"])[0]
    assert bench.measured(row, place).why == "it needs --repo and --ranges"
    asked: list[Any] = []

    def beside(_: object, one: object, profile: str) -> object:
        asked.append((one, profile))
        return bench.Result(float(len(asked)), 0.0, 0.0)

    monkeypatch.setattr(bench, "_beside", beside)
    for k, text in enumerate((f"story\tbase\thead\nCART-042\t{work.base}\t{work.head}\n", f"{work.base}\t{work.head}\n" * 25)):
        given.write_text(text)
        (tmp_path / str(k)).mkdir(exist_ok=True)
        real = dataclasses.replace(place, repo=work.folder, ranges=given, place=tmp_path / str(k))
        made = bench.measured(row, real)
        assert made.note == ("ranges: 1", "ranges: 9")[k], made.why
    assert {(one.base, one.head, profile) for one, profile in asked} == {(work.base, work.head, bench.V3)}
    one_line = asked[0][0].one_line
    assert git(asked[0][0].folder, "diff", "--numstat", work.head, one_line) == "1\t0\tone-line-of-a-benchmark.txt"


def test_row_of_real_ranges_is_left_out_where_none_are_given(bench: ModuleType) -> None:
    def asked(*names: str, repo: Path | None = None, ranges: Path | None = None) -> bool:
        options = argparse.Namespace(rows=list(names), repo=repo, ranges=ranges)
        return "real-v3" in [row.name for row in bench.askable(bench.chosen(options.rows), options)]

    assert [asked(), asked("real"), asked(repo=Path("a"), ranges=Path("b"))] == [False, True, True]


def test_rows_are_chosen_by_how_their_names_begin(bench: ModuleType) -> None:
    assert [row.name for row in bench.chosen(["double-f"])] == ["double-files", "double-findings"]
    assert len({row.name for row in bench.chosen([])}) == len(bench.ROWS)
    with pytest.raises(SystemExit, match="no row is called none-such; there are asleep, start"):
        bench.chosen(["none-such"])


def test_each_step_of_the_floor_is_a_program_that_runs(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(FOLDER / "floor.py"), "--lines", "4000", "--pairs", "1", "--workloads", str(tmp_path)],
        check=True, capture_output=True, text=True,
    )
    rows = [line.split("|")[1].strip() for line in done.stdout.splitlines()[2:]]
    assert (rows[0], rows[-1], len(rows)) == ("its output is read", "and parsed once", 8)
