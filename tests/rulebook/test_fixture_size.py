"""testing/fixture-size: sizes, binary files, growth, texts within tests."""

import pytest

from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.testing.fixture_size import FixtureSize
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo
from tests.rulebook.said import messages

RULE = FixtureSize(lines=50, size=2000, inline=20)


def rows(count: int, word: str = "row") -> str:
    return "".join(f"{word} {number}\n" for number in range(count))


def found(before: dict[str, str], after: dict[str, str]) -> list[str]:
    return messages(RULE, Example("x", before=before, after=after))


def test_what_it_says() -> None:
    assert found({}, {"tests/fixtures/a.txt": rows(51)}) == [
        "a fixture of 51 lines was added; 50 lines and 2,000 bytes are enough"
    ]


@pytest.mark.parametrize("path", [
    "tests/data/a.json", "src/__tests__/a.csv", "testdata/a", "pkg/testdata/golden/a.html", "api/__snapshots__/a.test.ts.snap",
    "x/__fixtures__/a.html", "a.approved.txt", "test/a.sql",
])  # fmt: skip
def test_fixtures(path: str) -> None:
    assert len(found({}, {path: rows(60)})) == 1
    assert found({}, {path: rows(50)}) == []


@pytest.mark.parametrize("path", [
    "data/a.json", "src/a.json", "tests/helpers.py", "tests/README.md", "tests/app/pnpm-lock.yaml", "tests/cassettes/a.yaml",
    "tests/fixtures/rows.py", "x/__fixtures__/rows.ts",
    "tests/e2e/a.spec.ts-snapshots/home.png", ".tool/specs/12/progress.txt", "tests/logs/a.jsonl", "tests/screenshots/a.png",
])  # fmt: skip
def test_what_is_none(path: str) -> None:
    assert found({}, {path: rows(60)}) == []


def test_growth() -> None:
    path = "tests/fixtures/a.txt"
    assert found({path: rows(49)}, {path: rows(52)}) == []
    assert found({path: rows(40)}, {path: rows(52)}) == ["a fixture grew to 52 lines; 50 lines and 2,000 bytes are enough"]
    assert found({path: rows(90)}, {path: rows(60)}) == []
    assert found({path: rows(90)}, {path: rows(101)}) != []
    assert found({path: rows(90)}, {path: rows(90, "line")}) == []


def test_one_long_line() -> None:
    assert found({}, {"tests/a.json": "[" + "1," * 2000 + "1]"}) == [
        "a fixture of 4,003 bytes was added; 50 lines and 2,000 bytes are enough"
    ]


def test_a_binary_file_has_bytes_and_no_lines(repo: GitRepo) -> None:
    base = repo.commit("base", {"a": "1"})
    repo.commit("head", {"tests/fixtures/a.png": b"\x89PNG\0" + b"\n" * 100, "tests/fixtures/b.png": b"\x89PNG\0" + b"x" * 3000})
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), FixtureSize.reads, Wanted())
        assert [(str(one.at), one.message) for one in RULE.findings_in(run)] == [
            ("tests/fixtures/b.png", "a binary fixture of 3,005 bytes was added; 2,000 bytes are enough")
        ]


def test_what_was_moved_is_not_new() -> None:
    long = rows(80)
    assert found({"tests/fixtures/a.txt": long}, {"tests/fixtures/b/a.txt": long}) == []
    assert found({"tests/fixtures/a.txt": long}, {"tests/fixtures/b/a.txt": long + "one more\n"}) == []
    assert len(found({"tests/fixtures/a.txt": long}, {"tests/fixtures/a.txt": long, "tests/fixtures/b/a.txt": long + "x\n"})) == 1


def test_texts_in_tests() -> None:
    text = f"test('a', () => {{\n  const want = `\n{rows(30)}`\n  expect(out()).toBe(want)\n}})\n"
    assert found({}, {"a.test.ts": text}) == ["a text of 32 lines stands in the code of a test; 20 are enough"]
    assert found({"a.test.ts": text}, {"a.test.ts": text.replace("row 3\n", "row three\n")}) == []
    assert found({"a.test.ts": text}, {"b.test.ts": text}) == []
    assert found({}, {"a.ts": text}) == []
    go = f"package a\n\nfunc TestA(t *testing.T) {{\n\twant := `\n{rows(30)}`\n}}\n"
    assert len(found({}, {"a_test.go": go})) == 1
