"""Workflow annotations: the runner takes back what was said, takes nothing else for a command, and shows the worst."""

import re
from dataclasses import replace

import pytest
from hypothesis import given, settings

from pytest_agentcompliance.place import Place
from pytest_agentcompliance.reporters import github
from pytest_agentcompliance.reporters.account import FileFact
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.verdict import Finding, Outcome, Remedy
from tests.reporters import made_up, valid


def many(how_many: int) -> list[Finding]:
    return [Finding(f"wrong {n}", Place("a.py", n + 1)) for n in range(how_many)]


@given(made_up.ANY)
def test_message_comes_back(text: str) -> None:
    said = github.escaped(text)
    assert not {"\r", "\n"} & set(said)
    assert valid.unescaped(said) == text


@given(made_up.ANY)
def test_property_comes_back_as_it_is_shown(text: str) -> None:
    said = github.escaped_property(text)
    assert not re.search(r"[\r\n:,]", said)
    assert valid.unescaped_property(said) == shown(text)


@given(made_up.TEXT)
@settings(max_examples=50)
def test_whatever_is_said_it_is_no_command(text: str) -> None:
    said = github.dumps(made_up.said_everywhere(text))
    found = valid.github(said)
    valid.harmless(said)
    assert [one.level for one in found] == ["error"] * 5 + ["warning"] + ["notice"]
    assert found[0].properties.get("file", "") in shown(text or "a")
    assert found[0].message.endswith(f"\nfix: {shown((text or 'a')[:1000])}")


@pytest.mark.parametrize(("found", "shown_ones"), [(0, 0), (1, 1), (10, 10), (11, 10), (60, 10)])
def test_worst_ten_and_how_many_more(found: int, shown_ones: int) -> None:
    said = valid.github(github.dumps(made_up.account(made_up.verdict(many(found), outcome=Outcome.BROKEN))))
    assert len(said) == shown_ones
    assert [one.message for one in said[:9]] == [f"wrong {n}" for n in range(min(found, 9))]
    if found > 10:
        assert said[-1].message == f"{found - 9} more are not shown here; the summary of the job has them"


@pytest.mark.parametrize(
    ("found", "gaps", "told"), [(60, 2, (8, 1)), (3, 20, (3, 6)), (0, 20, (0, 9)), (9, 2, (8, 1)), (8, 2, (8, 2))]
)
def test_what_could_not_be_judged_is_not_crowded_out(found: int, gaps: int, told: tuple[int, int]) -> None:
    crashed = [replace(made_up.verdict([], outcome=Outcome.CRASHED, clause=f"D-{n}"), why="KeyError") for n in range(gaps)]
    said = [one.message for one in valid.github(github.dumps(made_up.account(made_up.verdict(many(found)), *crashed)))]
    assert (sum(one.startswith("wrong") for one in said), sum("could not be judged" in one for one in said)) == told
    rest = found + gaps - sum(told)
    assert (f"{rest} more are not shown here; the summary of the job has them" in said) == bool(rest)


def test_levels_are_counted_apart() -> None:
    warned = made_up.verdict(many(12), "warning", clause="C-2")
    said = valid.github(github.dumps(made_up.account(made_up.verdict(many(12)), warned)))
    assert [one.level for one in said] == ["error"] * 10 + ["warning"] * 10


def test_place_title_and_remedy() -> None:
    found = [
        Finding("at a line", Place("a b,c:d.py", 7), remedy=Remedy("fix", "mend it")),
        Finding("of the file", Place("b.py")),
        Finding("of the run"),
        Finding("elsewhere", Place("/tmp/log.md", 3)),
    ]
    account = made_up.account(made_up.verdict(found), files=(FileFact("b.py", "modified", 3, 0, 17),))
    said = valid.github(github.dumps(account))
    assert said == [
        valid.Annotation("error", "at a line\nfix: mend it", {"file": "a b,c:d.py", "line": "7", "title": "C-1 content/todo"}),
        valid.Annotation("error", "of the file", {"file": "b.py", "line": "17", "title": "C-1 content/todo"}),
        valid.Annotation("error", "of the run", {"title": "C-1 content/todo"}),
        valid.Annotation("error", "/tmp/log.md:3: elsewhere", {"title": "C-1 content/todo"}),
    ]
    assert github.dumps(account).endswith("\nagent compliance: broken: 1 clause broken\n")
