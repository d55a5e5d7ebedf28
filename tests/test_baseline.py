"""The baseline: its file, how git merges it, and the command that writes it."""

import hashlib
import random
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance import baseline, engine, renewal
from pytest_agentcompliance.baseline import Known
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.errors import PolicyError, UsageError
from pytest_agentcompliance.renewal import Renewal
from tests.conftest import GitRepo
from tests.test_waivers import CHOSEN, LAW, PROFILE, TODO, waiver

FILE = ".agent-compliance/baseline"
PATHS = st.binary(max_size=20).map(lambda raw: raw.replace(b"\0", b"").decode("utf-8", "surrogateescape"))
KNOWN = st.builds(Known, st.text("0123456789abcdef", min_size=24, max_size=24), st.sampled_from(["a/b", "content/todo"]), PATHS)


def known(number: int) -> Known:
    return Known(hashlib.sha256(str(number).encode()).hexdigest()[:24], "content/todo", f"src/file {number}.ts")


def parsed(text: str) -> tuple[Known, ...]:
    return baseline.parse(text.encode(), "b")


@given(st.lists(KNOWN, unique_by=lambda one: one.fingerprint))
def test_file_comes_back_as_it_went_in_any_order(findings: list[Known]) -> None:
    text = baseline.text(findings)
    assert text.isascii()
    assert parsed(text) == tuple(sorted(findings))
    assert baseline.text(parsed(text)) == text == baseline.text(findings[::-1])
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    assert lines == sorted(lines)
    assert len(lines) == len(findings)


def test_file_has_a_line_for_each_finding_without_date_and_line() -> None:
    lines = baseline.text([known(1), known(2)]).splitlines()
    assert [line for line in lines if not line.startswith("#")] == [
        "6b86b273ff34fce19d6b804e  content/todo  src/file%201.ts", "d4735e3a265e16eee03f5971  content/todo  src/file%202.ts",
    ]
    assert [line for line in lines[2:] if line.startswith("#")] == [f"# {number:02x}" for number in range(256)]


def test_lines_may_be_doubled_unsorted_and_end_as_on_windows() -> None:
    lines = [str(known(2)), "", "# a remark", str(known(1)), str(known(2))]
    assert baseline.parse("\r\n".join(lines).encode(), "b") == tuple(sorted([known(1), known(2)]))


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("<<<<<<< HEAD", "b:2: it is the mark of a merge conflict; keep the lines of both sides, take out the marks, and run"),
        ("=======", "mark of a merge conflict"),
        (">>>>>>> agent", "mark of a merge conflict"),
        ("what is this", "b:2: 'what is this' is no line of a baseline (fingerprint, rule, path); take it out"),
        ("0" * 24, "is no line of a baseline"),
        (f"{'0' * 24}  todo  a.ts", "is no line of a baseline"),
        (f"{'0' * 24} content/todo a.ts", "is no line of a baseline"),
        (f"{'0' * 24}  content/todo  a b.ts", "is no line of a baseline"),
        ("\x1b[2J", r"b:2: '\x1b[2J' is no line"),
    ],
)
def test_garbage_is_refused_with_its_line_and_what_to_do(line: str, says: str) -> None:
    with pytest.raises(PolicyError) as caught:
        parsed(f"{known(1)}\n{line}\n")
    assert says in str(caught.value)


@given(st.binary())
def test_whatever_is_written_is_read_or_refused(data: bytes) -> None:
    told = "b"
    try:
        baseline.parse(data, "b")
    except PolicyError as wrong:
        told = str(wrong)
    assert told.startswith("b")


def test_file_that_is_too_large_is_refused() -> None:
    with pytest.raises(PolicyError, match="more than 16 MiB"):
        baseline.parse(b"\n" * (baseline.LIMIT + 1), "b")


@pytest.mark.parametrize(
    ("name", "there", "made"),
    [
        ("baseline", None, "baseline merge=union\n"),
        ("baseline", "", "baseline merge=union\n"),
        ("baseline", "* text", "* text\nbaseline merge=union\n"),
        ("baseline", "* text\nbaseline merge=union\n", None),
        ("a b", None, None),
    ],
)
def test_attributes_are_added_once(name: str, there: str | None, made: str | None) -> None:
    assert baseline.attributes(name, there) == made


# How git merges it


def branches(repo: GitRepo, base: Iterable[int], ours: Iterable[int], theirs: Iterable[int]) -> None:
    """Three baselines: that of base, and those of main and of another branch."""
    repo.commit("base", {FILE: baseline.text(map(known, base))})
    repo.branch("other")
    repo.commit("theirs", {FILE: baseline.text(map(known, theirs))})
    repo.git("checkout", "--quiet", "main")
    repo.commit("ours", {FILE: baseline.text(map(known, ours))})


def merged(repo: GitRepo) -> set[Known]:
    repo.git("merge", "--quiet", "--no-edit", "other")
    return set(baseline.parse((repo.root / FILE).read_bytes(), FILE))


def test_two_branches_that_take_lines_out_merge_without_a_driver(repo: GitRepo) -> None:
    branches(repo, range(60), [one for one in range(60) if one % 20 != 3], [one for one in range(60) if one % 20 != 9])
    assert merged(repo) == {known(one) for one in range(60) if one % 20 not in (3, 9)}


def test_two_branches_that_add_to_an_empty_baseline_merge_without_a_driver(repo: GitRepo) -> None:
    branches(repo, [], [1, 2, 3], [4, 5, 6])
    assert merged(repo) == {known(one) for one in range(1, 7)}


@pytest.mark.parametrize("seed", range(6))
def test_whatever_two_branches_do_merges_with_the_attributes(repo: GitRepo, seed: int) -> None:
    chance = random.Random(seed)
    base = set(range(200))
    ours, theirs = ({one for one in base if chance.random() > 0.4} | {chance.randrange(200, 900) for _ in range(150)} for _ in "ab")
    repo.write(".agent-compliance/.gitattributes", str(baseline.attributes("baseline", None)))
    branches(repo, base, ours, theirs)
    found = merged(repo)
    # Union keeps what one side took out where the other worked in the same lines: nothing is lost, and the command takes it out.
    assert {known(one) for one in (ours & theirs) | (ours | theirs) - base} <= found <= {known(one) for one in ours | theirs}


# The command


def propose(repo: GitRepo, *, add: bool = False, **more: Any) -> Renewal:
    return renewal.propose(engine.Options(repo.root, more.pop("base", "main"), environ={}, **more), add=add)


def said(one: Renewal) -> list[str]:
    return [line for _, line in renewal.lines(one)]


def paths(findings: Iterable[Known]) -> list[tuple[str, str]]:
    return sorted((one.rule, one.path) for one in findings)


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", {**LAW, "src/a.ts": "const z = 0\n"})
    repo.branch("agent")
    repo.commit("work", {"src/a.ts": "const z = 0\n" + TODO, "docs/x y.md": "x\n"})
    return repo


BOTH = [("content/todo", "src/a.ts"), ("scope/allowed-paths", "docs/x y.md")]


def on_main(repo: GitRepo) -> None:
    """Put the baseline of the work tree on main, and the agent's branch on top of it."""
    files = {name: (repo.root / name).read_bytes() for name in (FILE, ".agent-compliance/.gitattributes")}
    for name in files:
        (repo.root / name).unlink()
    repo.git("checkout", "--quiet", "main")
    repo.commit("baseline", files)
    repo.git("checkout", "--quiet", "agent")
    repo.git("rebase", "--quiet", "main")


def test_first_run_writes_what_is_found_and_the_audit_then_excuses_it(run: GitRepo) -> None:
    done = CliRunner().invoke(main, ["baseline", "--repo", str(run.root), "--base", "main"])
    assert done.exit_code == 0, done.output
    assert f"{FILE}: 2 findings (2 added, 0 gone)" in done.output
    assert "docs/x y.md" in done.output
    on_main(run)
    made = engine.audit(engine.Options(run.root, "main", environ={}))
    assert made.exit_code() == 0
    assert sum(len(one.excused) for one in made.verdicts) == 2
    again = propose(run)
    assert (paths(again.known), again.added, again.gone, again.new) == (BOTH, (), (), ())


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems refuse such a name")
def test_whatever_a_file_is_called_its_finding_is_known(run: GitRepo) -> None:
    run.commit("odd", {"src/\udcff ü\n%.ts": TODO, "-": "x\n"})
    renewal.write(propose(run))
    on_main(run)
    made = engine.audit(engine.Options(run.root, "main", environ={}))
    # The name itself is a finding of integrity's, which no baseline excuses.
    assert {one.rule for one in made.verdicts if one.breaks} == {"integrity/confusable-text"}
    assert propose(run).gone == ()
    run.commit("mended", {"src/\udcff ü\n%.ts": "x\n"})
    assert [one.path for one in propose(run).gone] == ["src/\udcff ü\n%.ts"]


def test_print_writes_nothing(run: GitRepo) -> None:
    done = CliRunner().invoke(main, ["baseline", "--repo", str(run.root), "--base", "main", "--print"])
    assert (done.exit_code, (run.root / FILE).exists()) == (0, False)


def test_later_run_adds_only_when_it_is_asked(run: GitRepo) -> None:
    renewal.write(propose(run))
    on_main(run)
    run.commit("more", {"src/b.ts": TODO})
    plain = propose(run)
    assert (paths(plain.known), paths(plain.new)) == (BOTH, [("content/todo", "src/b.ts")])
    assert any(line.startswith("new, and not added: ") for line in said(plain))
    asked = propose(run, add=True)
    assert paths(asked.added) == [("content/todo", "src/b.ts")]
    assert (len(asked.known), asked.new) == (3, ())


def test_what_is_gone_is_taken_out_and_what_lies_outside_of_the_change_stays(run: GitRepo) -> None:
    renewal.write(propose(run))
    on_main(run)
    run.git("checkout", "--quiet", "main")
    run.git("merge", "--quiet", "agent")  # the findings are base's now: no later change shows them
    run.git("checkout", "--quiet", "-B", "agent")
    run.commit("elsewhere in the file", {"src/a.ts": "const z = 1\n" + TODO})
    here = propose(run)
    # The folder that must not change is as it was: that it once was changed, nobody can find any more in what stands there
    # but by looking at the file as new, where the finding is the same.
    assert (paths(here.known), here.gone) == (BOTH, ())
    run.commit("mended", {"src/a.ts": "const z = 1\n", "docs/x y.md": None})
    mended = propose(run)
    assert (mended.known, paths(mended.gone)) == ((), BOTH)
    renewal.write(mended)
    assert baseline.parse((run.root / FILE).read_bytes(), FILE) == ()


def test_second_of_two_equal_findings_is_taken_out_alone(run: GitRepo) -> None:
    run.commit("twice", {"src/a.ts": TODO + "const z = 0\n" + TODO})
    renewal.write(propose(run))
    on_main(run)
    run.commit("once", {"src/a.ts": "const z = 0\n" + TODO})
    once = propose(run)
    assert paths(once.gone) == [("content/todo", "src/a.ts")]
    assert paths(once.known) == BOTH


def test_lines_of_rules_that_are_not_judged_stay(run: GitRepo) -> None:
    other = [Known("1" * 24, "content/placeholder", "src/a.ts"), Known("2" * 24, "content/todo", "nowhere.ts")]
    run.write(FILE, baseline.text(other))
    one = propose(run)
    assert paths(one.gone) == [("content/todo", "nowhere.ts")]
    assert paths(one.known) == [("content/placeholder", "src/a.ts")]
    assert "kept, and not judged here: 1 of content/placeholder" in said(one)


def test_waived_findings_and_those_of_integrity_are_not_written(run: GitRepo) -> None:
    run.git("checkout", "--quiet", "main")
    profile = PROFILE + '  G-03: {says: "Nothing hides", rules: {integrity/hidden-changes: {}}}\n'
    law = CHOSEN + "waivers:\n" + waiver(rule="content/todo", path="**")
    run.commit("law", {"agent-compliance.yaml": law, ".agent-compliance/profiles/gate.yaml": profile})
    run.git("checkout", "--quiet", "agent")
    run.git("rebase", "--quiet", "main")
    run.commit("hide", {".gitattributes": "*.ts -diff\n"})
    written = {rule for rule, _ in paths(propose(run).known)}
    assert written == {"scope/allowed-paths"}


def test_what_a_merge_doubled_is_put_in_order(run: GitRepo) -> None:
    renewal.write(propose(run))
    whole = (run.root / FILE).read_bytes()
    lines = [line for line in whole.decode().splitlines() if not line.startswith("#")]
    run.write(FILE, "\n".join([*lines[::-1], *lines]))
    renewal.write(propose(run))
    assert (run.root / FILE).read_bytes() == whole


def test_baseline_lies_where_the_policy_says(run: GitRepo, tmp_path: Path) -> None:
    run.write("agent-compliance.yaml", CHOSEN + "baseline: ci/known-findings\n")
    renewal.write(propose(run, policy=run.root / "agent-compliance.yaml"))
    assert (run.root / "ci/known-findings").is_file()
    assert (run.root / "ci/.gitattributes").read_text() == "known-findings merge=union\n"
    law = tmp_path / "p.yaml"
    law.write_text(CHOSEN + "baseline: known\n")
    renewal.write(propose(run, policy=law))
    assert (tmp_path / "known").is_file()


def test_repository_without_a_work_tree_and_a_link_are_refused(run: GitRepo, tmp_path: Path) -> None:
    bare = tmp_path / "bare"
    run.git("clone", "--quiet", "--bare", str(run.root), str(bare))
    with pytest.raises(UsageError, match="bare repository has no work tree"):
        renewal.propose(engine.Options(bare, "main", "agent", environ={}))
    file = run.root / FILE
    file.symlink_to(run.root / "src" / "a.ts")
    with pytest.raises(UsageError, match="a link leads out of its place"):
        propose(run)
    file.unlink()
    file.mkdir()
    with pytest.raises(UsageError, match="no regular file"):
        propose(run)


def test_link_in_the_place_of_the_folder_or_of_the_attributes_leads_nowhere(run: GitRepo, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "x").write_text("mine\n")
    beside = run.root / ".agent-compliance" / ".gitattributes"
    beside.symlink_to(outside / "x")
    renewal.write(propose(run))
    assert (outside / "x").read_text() == "mine\n"
    (run.root / ".agent-compliance").rename(outside / "law")
    (run.root / ".agent-compliance").symlink_to(outside / "law", target_is_directory=True)
    with pytest.raises(UsageError, match="a link leads out of its place"):
        propose(run)


def test_conflict_in_the_work_tree_s_baseline_is_told(run: GitRepo) -> None:
    run.write(FILE, "<<<<<<< ours\n")
    done = CliRunner().invoke(main, ["baseline", "--repo", str(run.root), "--base", "main"])
    assert done.exit_code == 2
    assert f"{FILE}:1: it is the mark of a merge conflict" in done.output
