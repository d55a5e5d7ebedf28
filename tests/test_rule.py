"""What a rule is told before it reads anything: the changes that its candidates hit."""

from collections.abc import Iterator
from typing import ClassVar

from pytest_agentcompliance import workshop
from pytest_agentcompliance.evidence import ChangeSet
from pytest_agentcompliance.rule import Candidates, Example, Rule
from pytest_agentcompliance.verdict import Finding, Remedy


class Plain(Rule):
    """Counts on its candidates."""

    remedy = Remedy("fix", "mend it")
    candidates: ClassVar[Candidates] = Candidates(paths=("*.sql",), contains=(rb"eval\(", rb"a.b"))

    def check(self, changes: ChangeSet) -> Iterator[Finding]:
        yield from (Finding(change.path) for change in self.touched(changes))


class Given(Plain):
    """What it looks for is a parameter."""

    word: str = "eval"

    def wanted(self) -> Candidates:
        return Candidates(contains=(self.word.encode(),))


AFTER = {"a.py": "eval(x)\n", "b.py": "evaluate\n", "c/d.sql": "select 1\n", "e.py": "x\n", "f.py": "nul \0 byte\n"}


def found(rule: Rule) -> list[str]:
    return [one.message for one in rule.findings_in(workshop.run_of(Example("", after=AFTER)))]


def test_candidates_are_paths_or_bytes_of_the_patch_and_what_cannot_be_searched() -> None:
    assert found(Plain()) == ["a.py", "c/d.sql", "f.py"]


def test_a_parameter_may_say_what_is_wanted() -> None:
    assert found(Given()) == ["a.py", "b.py", "f.py"]
    assert found(Given(word="select")) == ["c/d.sql", "f.py"]


def test_a_rule_without_candidates_is_told_of_nothing() -> None:
    class Nothing(Plain):
        candidates: ClassVar[Candidates] = Candidates()

    assert found(Nothing()) == []


class OnlyCode(Plain):
    """Looks into Python alone."""

    candidates: ClassVar[Candidates] = Candidates(paths=("*.sql",), contains=(rb"eval",), endings=(".py",))


def test_patches_of_other_endings_are_not_searched_and_paths_count_all_the_same() -> None:
    given = {"A.PY": "eval\n", "b.md": "eval\n", "c.sql": "select 1\n", "d.md": "nul \0 eval\n", "e.py": "nul \0\n"}
    assert [one.message for one in OnlyCode().findings_in(workshop.run_of(Example("", after=given)))] == ["A.PY", "c.sql", "e.py"]
