"""testing/strategy over real commits, and with what the six strategies ask for."""

from pathlib import Path
from typing import Any

import pytest

from pytest_agentcompliance.errors import NotJudged
from pytest_agentcompliance.rule import Example
from pytest_agentcompliance.rulebook.testing.strategy import AFTER, BEFORE, Strategy
from pytest_agentcompliance.sources import ends, gather
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from pytest_agentcompliance.verdict import Finding
from pytest_agentcompliance.workshop import run_of
from tests.conftest import GitRepo, new_repo

CODE = "export function taxOf(sum: number) {\n  return sum * 0.19\n}\n"
TEST = "import { taxOf } from './till'\n\ntest('tax', () => {\n  expect(taxOf(100)).toBe(19)\n})\n"
CASE = "\ntest('cents', () => {\n  expect(taxOf(0.5)).toBe(0.1)\n})\n"
FAILED = {"exit_code": 1, "freshness": "stale", "output": "1 failed in 0.1s\n", "command": "pytest -q tests/test_till.py"}
PASSED = {"exit_code": 0, "output": "1 passed in 0.1s\n", "command": "pytest -q tests/test_till.py"}


def findings(repo: GitRepo, base: str, strategy: str, **given: Any) -> tuple[list[Finding], str]:
    """What the rule finds, and what it says of how it came to it."""
    rule = Strategy(strategy=strategy, **given)  # type: ignore[arg-type]
    with Repository(repo.root) as repository:
        run = gather.gather(repository, ends.find(repository, base, "HEAD", {}), rule.reads, Wanted())
        return exhausted(rule, run)


def exhausted(rule: Strategy, run: Any) -> tuple[list[Finding], str]:
    found, asked = [], rule.check(**{kind: getattr(run, kind) for kind in rule.reads})
    while True:
        try:
            found.append(next(asked))
        except StopIteration as end:
            return found, end.value


def started(root: Path, **files: str) -> tuple[GitRepo, str]:
    repo = new_repo(root / "repo")
    return repo, repo.commit("begin", {"README.md": "x\n", **files})


def of(strategy: str, **example: Any) -> list[Finding]:
    return exhausted(Strategy(strategy=strategy), run_of(Example("x", **example)))[0]  # type: ignore[arg-type]


def test_code_before_its_test_names_both_commits(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    code = repo.commit("feat: tax", {"src/till.ts": CODE})
    test = repo.commit("test: tax", {"src/till.test.ts": TEST})
    (one,), why = findings(repo, base, "tdd")
    assert str(one.at) == "src/till.ts:1"
    assert f"came in commit {code[:9]} 'feat: tax'" in one.message
    assert f"later, in {test[:9]} 'test: tax'" in one.message
    assert why == "the strategy is tdd; the order of tests and code was read from its commits"
    assert code[:7] not in one.evidence


def test_a_test_before_its_code_is_kept(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    repo.commit("test: tax", {"src/till.test.ts": TEST})
    repo.commit("feat: tax", {"src/till.ts": CODE})
    assert findings(repo, base, "tdd")[0] == []


def test_what_was_made_public_is_not_new(tmp_path: Path) -> None:
    repo, _ = started(tmp_path)
    base = repo.commit("base", {"till.go": "package till\n\nfunc taxOf(a int) int {\n\treturn a\n}\n"})
    repo.commit("export", {"till.go": "package till\n\nfunc TaxOf(a int) int {\n\treturn a\n}\n"})
    repo.commit("test", {"till_test.go": "package till\n\nfunc TestTax(t *testing.T) {\n\trequire.Equal(t, TaxOf(1), 1)\n}\n"})
    assert not findings(repo, base, "tdd")[0]


def test_what_is_private_is_not_asked_for_by_name(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    repo.commit("feat", {"src/till.ts": "function cut(a: number) {\n  return a\n}\n"})
    repo.commit("test", {"src/till.test.ts": "it('cut', () => {\n  expect(1).toBe(1)\n})\n"})
    assert not findings(repo, base, "tdd")[0]
    repo.commit("feat", {"src/till.ts": "export function cut(a: number) {\n  return a\n}\n"})
    assert len(findings(repo, base, "tdd")[0]) == 1


def test_one_commit_has_no_order(tmp_path: Path) -> None:
    repo, base = started(tmp_path)
    repo.commit("feat: tax", {"src/till.ts": CODE, "src/till.test.ts": TEST})
    found, why = findings(repo, base, "tdd")
    assert not found
    assert "no order can be told" in why


def test_characterization_comes_before_the_edit(tmp_path: Path) -> None:
    repo, base = started(tmp_path, **{"src/till.ts": CODE})
    repo.commit("refactor", {"src/till.ts": CODE.replace("0.19", "RATE")})
    repo.commit("test", {"src/till.test.ts": TEST})
    assert [str(one.at) for one in findings(repo, base, "characterization")[0]] == ["src/till.ts"]
    repo.git("reset", "--quiet", "--hard", base)
    repo.commit("test", {"src/till.test.ts": TEST})
    repo.commit("refactor", {"src/till.ts": CODE.replace("0.19", "RATE")})
    assert findings(repo, base, "characterization")[0] == []


def test_a_fix_needs_a_test_more() -> None:
    fixed = {"src/till.ts": CODE.replace("sum * 0.19", "Math.round(sum * 19) / 100")}
    before = {"src/till.ts": CODE, "src/till.test.ts": TEST}
    assert len(of("bug-fix", before=before, after={**fixed, "src/till.test.ts": TEST})) == 1
    assert len(of("bug-fix", before=before, after={**fixed, "src/till.test.ts": TEST.replace("  expect", "\n  expect")})) == 1
    assert not of("bug-fix", before=before, after={**fixed, "src/till.test.ts": TEST + CASE})
    (one,) = of("bug-fix", before=before, after={**fixed, "src/till.test.ts": TEST, "src/mail.test.ts": "test('m', () => {})\n"})
    assert one.level == "style"


@pytest.mark.parametrize(
    ("before", "after", "proved"),
    [
        ({}, {}, True),
        ({"exit_code": 0, "output": "1 passed in 0.1s\n"}, {}, False),
        ({"output": "boom\n"}, {}, False),  # no tool says that a test failed
        ({"differs": ("tests/test_till.py",)}, {}, False),  # it ran over other tests
        ({"differs": ("README.md",)}, {}, False),  # it ran over the same code
        ({"command": "pytest -q tests/test_other.py"}, {}, False),
        ({}, {"freshness": "stale"}, False),
        ({}, {"exit_code": 1, "output": "1 failed in 0.1s\n"}, False),
        ({"name": "tests"}, {}, False),
    ],
)
def test_a_proof_of_a_regression_stands_for_a_test(before: dict[str, Any], after: dict[str, Any], *, proved: bool) -> None:
    first = {"name": BEFORE, **FAILED, "differs": ("till.py",), **before}
    second = {"name": AFTER, **PASSED, **after}
    found = of("bug-fix", before={"till.py": "x = 1\n"}, after={"till.py": "x = 2\n"}, proofs=(first, second))
    assert (not found) is proved


@pytest.mark.parametrize("path", ["tests/till_test.rs", "spec/till_spec.rb"])
@pytest.mark.parametrize("strategy", ["bug-fix", "test-after"])
def test_a_test_in_another_language_is_one(strategy: str, path: str) -> None:
    code = {"before": {"till.py": "def tax(a):\n    return a\n"}}
    fixed = {"till.py": "def tax(a):\n    return a + 1\n"}
    assert of(strategy, **code, after=fixed)
    assert not of(strategy, **code, after={**fixed, path: "assert\n"})
    assert of(strategy, before={**code["before"], path: "a\nassert\n"}, after={**fixed, path: "a\n"})


@pytest.mark.parametrize("strategy", ["bug-fix", "test-after"])
@pytest.mark.parametrize("after", ["def tax(a):\n    # as it is\n    return a\n", "def tax(\n    a,\n):\n    return a\n"])
def test_what_changes_no_code_needs_no_test(strategy: str, after: str) -> None:
    assert not of(strategy, before={"till.py": "def tax(a):\n    return a\n"}, after={"till.py": after})


def test_what_a_tool_wrote_needs_no_test() -> None:
    given = {"a.ts": "// This file was generated by ts-rs. Do not edit.\nexport const a = 1\n", "b.ts": "export const b = 1\n"}
    (found,) = of("test-after", after=given)
    assert str(found.at) == "b.ts"


def test_a_refactoring_keeps_what_is_asserted_and_public() -> None:
    before = {"src/till.ts": CODE, "src/till.test.ts": TEST + CASE}
    (one,) = of("refactor", before=before, after={"src/till.ts": CODE.replace("0.19", "RATE"), "src/till.test.ts": TEST})
    assert one.message.startswith("a refactoring changes no assertion, and 1 of base's are gone here")
    renamed = {"src/till.ts": CODE.replace("taxOf", "tax"), "src/till.test.ts": (TEST + CASE).replace("taxOf", "tax")}
    assert not of("refactor", before=before, after=renamed)
    assert not of("refactor", before=before, after={"src/till.ts": CODE + "\n", "src/tax.test.ts": TEST + CASE})


def test_what_cannot_be_judged_says_why() -> None:
    for strategy, example, why in (
        ("", {"after": {"till.py": "x = 1\n"}}, "neither the task nor the policy names a strategy"),
        ("flexible", {"after": {"till.py": "x = 1\n"}}, "flexible"),
        ("tdd", {"after": {"README.md": "x\n", "src/till.d.ts": CODE}}, "no code of the product"),
    ):
        with pytest.raises(NotJudged, match=why):
            of(strategy, **example)


def test_the_task_beats_the_parameter() -> None:
    task = "# Task SHOP-1\n\n- Task ID: SHOP-1\n- Strategy: flexible\n"
    with pytest.raises(NotJudged, match="flexible"):
        of("tdd", after={"till.py": "x = 1\n"}, task=task)
