"""Coverage reports are found in the tree, beside it and where somebody says; what does not speak for the end is stale."""

import os
from base64 import b64encode
from hashlib import md5
from pathlib import Path

import pytest

from pytest_agentcompliance.evidence import Coverage
from pytest_agentcompliance.evidence.coverage import CoverageReport
from pytest_agentcompliance.sources import coverage, ends
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo

GLOBS = (
    "lcov.info", "coverage.xml", "coverage.json", "**/coverage/lcov.info", "**/coverage/*/lcov.info", "/coverage-*/lcov.info",
    "!**/fixtures/**",
)  # fmt: skip
CODE = "def f(a):\n    if a:\n        return 1\n    return 2\n"
MORE = "\n\ndef g(a):\n    if a:\n        return 3\n    return 4\n"


def lcov(path: str = "a.py", lines: tuple[int, ...] = (1, 2, 3, 4)) -> str:
    return f"SF:{path}\n" + "".join(f"DA:{line},1\n" for line in lines) + "end_of_record\n"


def python_json(made: str, path: str = "a.py") -> str:
    return (
        f'{{"meta": {{"timestamp": "{made}"}}, "totals": {{}}, '
        f'"files": {{"{path}": {{"executed_lines": [1, 2, 3, 4, 7, 8, 9, 10], "missing_lines": []}}}}}}'
    )


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("start", {"a.py": CODE, "b.py": "b = 1\n", ".gitignore": "coverage/\n"})
    repo.branch("agent")
    return repo


def read(repo: GitRepo, *globs: str, given: bool = False, head: str | None = "HEAD") -> tuple[Coverage | None, str]:
    wanted = Wanted(globs={"coverage": globs or GLOBS}, given=frozenset({"coverage"} if given else ()))
    with Repository(repo.root) as repository:
        return coverage.read(repository, ends.find(repository, "main", head, {}), wanted)


def found(*args: object, **kwargs: object) -> tuple[CoverageReport, ...]:
    one, why = read(*args, **kwargs)  # type: ignore[arg-type]
    assert one is not None, why
    return one.reports


def beside(repo: GitRepo, path: str, text: str, *, seconds: float = 0) -> Path:
    """A file that git does not know, written so many seconds from now."""
    file = repo.write(path, text)
    when = file.stat().st_mtime + seconds
    os.utime(file, (when, when))
    return file


# Where they lie


def test_none(run: GitRepo) -> None:
    run.commit("change", {"a.py": CODE + MORE})
    assert read(run) == (None, "the run left no coverage report")


def test_in_the_tree(run: GitRepo) -> None:
    run.commit("change", {"a.py": CODE + MORE, "lcov.info": lcov(lines=(1, 2, 3, 4, 7, 8, 9, 10))})
    (one,) = found(run)
    assert (one.path, one.stale, one.own, [*one.measured.files]) == ("lcov.info", "", True, ["a.py"])


def test_data_of_tests_is_no_report(run: GitRepo) -> None:
    run.commit("change", {"tests/fixtures/lcov.info": lcov(), "web/node_modules/x/lcov.info": lcov(), "c/lcov.info": "no report\n"})
    assert read(run)[0] is None


def test_beside_the_tree(run: GitRepo) -> None:
    run.write("a.py", CODE + MORE)
    run.write("web/x.ts", "export {}\n")
    full = lcov(lines=(1, 2, 3, 4, 7, 8, 9, 10))
    beside(run, "coverage/lcov.info", full)
    beside(run, "web/coverage/unit/lcov.info", lcov("x.ts", (1,)))
    beside(run, "web/coverage/deep/deeper/lcov.info", full)
    beside(run, "web/node_modules/coverage/lcov.info", full)
    assert [(one.path, one.stale) for one in found(run, head=None)] == [
        ("coverage/lcov.info", ""), ("web/coverage/unit/lcov.info", ""),
    ]  # fmt: skip
    assert read(run, head="HEAD")[0] is None  # of commits alone nothing on the disk is


def test_no_link_is_followed(run: GitRepo, tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "lcov.info").write_text(lcov())
    (run.root / "coverage").symlink_to(elsewhere)
    run.write("web/coverage/.keep", "")
    (run.root / "web" / "coverage" / "lcov.info").symlink_to(elsewhere / "lcov.info")
    os.mkfifo(run.root / "web" / "coverage.json")
    assert read(run, head=None)[0] is None


def test_given(run: GitRepo, tmp_path: Path) -> None:
    run.commit("change", {"a.py": CODE + MORE})
    outside = tmp_path / "out" / "unit"
    outside.mkdir(parents=True)
    file = outside / "lcov.info"
    file.write_text(lcov(lines=(1, 2, 3, 4, 7, 8, 9, 10)))
    (outside / "index.html").write_text("<html>")
    for name in (str(file), str(tmp_path / "out"), str(tmp_path / "o*" / "**" / "lcov.info")):
        (one,) = found(run, name, given=True)
        assert (one.path, one.stale, [*one.measured.files]) == (file.as_posix(), "", ["a.py"])
    assert read(run, str(tmp_path / "nowhere"), given=True)[0] is None
    (one,) = found(run, str(beside(run, "coverage/lcov.info", lcov())), given=True)
    assert one.path == "coverage/lcov.info"


def test_what_cannot_be_read_is_said(run: GitRepo) -> None:
    run.commit("change", {"coverage.xml": "<!DOCTYPE a [<!ENTITY b 'c'>]><coverage/>\n", ".coverage": "SQLite format 3\0"})
    one, _ = read(run)
    assert one is not None
    assert one.reports[0].measured.problem
    assert "coverage.xml was not read" in one.notes[0]


# Whether they hold


def test_as_base_has_it(run: GitRepo) -> None:
    run.git("checkout", "--quiet", "main")
    run.commit("report", {"lcov.info": lcov()})
    run.git("checkout", "--quiet", "-B", "agent")
    run.commit("other", {"b.py": "b = 2\n"})
    (one,) = found(run)
    assert (one.stale, one.own) == ("", False)
    run.commit("change", {"a.py": CODE.replace("1", "5")})
    (one,) = found(run)
    assert (one.stale, one.own) == ("it is as base has it, and the run changed a.py, which it covers", False)


def test_a_later_commit_changed_what_it_covers(run: GitRepo) -> None:
    run.commit("change", {"a.py": CODE.replace("1", "5"), "lcov.info": lcov()})
    assert found(run)[0].stale == ""
    run.commit("later", {"a.py": CODE.replace("1", "6")})
    assert "a commit after the one that has it changed a.py" in found(run)[0].stale
    run.commit("again", {"lcov.info": lcov() + "\n"})
    assert found(run)[0].stale == ""


@pytest.mark.parametrize(("report", "why"), [
    (lcov(lines=(1, 2, 40)), "counts line 40 of a.py, which has 10"),
    (lcov(lines=(1, 5)), "counts line 5 of a.py, on which no code stands"),
    (lcov(lines=(1, 2, 3, 4)), "knows none of the 4 statements that were added to a.py"),
    (lcov(lines=(1, 2, 3, 4, 7, 8, 9, 10)), ""),
    (lcov(lines=(1,)).replace("DA:1,1", "DA:1,1,AAAAAAAAAAAAAAAAAAAAAA"), "checksum"),
    (lcov(lines=(1, 7)).replace(
        "DA:1,1", "DA:1,1," + b64encode(md5(b"def f(a):", usedforsecurity=False).digest()).decode().rstrip("=")), ""),
    (lcov("b.py", (1, 9)), "counts line 9 of b.py"),  # a file that did not change tells as well
])  # fmt: skip
def test_its_lines(run: GitRepo, report: str, why: str) -> None:
    run.commit("change", {"a.py": CODE + MORE, "lcov.info": report})
    stale = found(run)[0].stale
    assert why in stale
    assert bool(why) == bool(stale)


@pytest.mark.parametrize(("made", "stale"), [
    ("2001-01-01T00:00:00", True), ("2001-01-01T00:00:00+00:00", True), ("2999-01-01T00:00:00", False), ("nonsense", False),
])  # fmt: skip
def test_its_time(run: GitRepo, made: str, stale: bool) -> None:
    run.commit("change", {"a.py": CODE + MORE, "coverage.json": python_json(made)})
    one, _ = read(run)
    assert one is not None
    assert bool(one.reports[0].stale) == stale
    assert ("in the future" in " ".join(one.notes)) == made.startswith("2999")
    assert ("without a time" in " ".join(one.notes)) == (made == "nonsense")


def test_an_edit_after_it_was_made(run: GitRepo) -> None:
    run.write("a.py", CODE + MORE)
    full = lcov(lines=(1, 2, 3, 4, 7, 8, 9, 10))
    beside(run, "coverage/lcov.info", full, seconds=60)
    assert found(run, head=None)[0].stale == ""
    beside(run, "coverage/lcov.info", full, seconds=-60)
    assert found(run, head=None)[0].stale == "a.py, which it covers, was edited after it was made"
    run.commit("change")  # what git may have written just now tells nothing
    assert found(run, head=None)[0].stale == ""


def test_what_was_there_before_the_run_is_not_its_own(run: GitRepo) -> None:
    run.write("a.py", CODE + MORE)
    beside(run, "coverage/lcov.info", lcov(), seconds=-10_000_000)
    assert [(bool(one.stale), one.own) for one in found(run, head=None)] == [(True, False)]
