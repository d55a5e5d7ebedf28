"""Edits that are played again."""

import pytest

from pytest_agentcompliance.evidence.transcript import Step, Transcript
from pytest_agentcompliance.parsing.transcripts import replay as playing
from pytest_agentcompliance.parsing.transcripts.replay import replay
from pytest_agentcompliance.place import Place


def edit(path: str, after: str | None = None, before: str | None = None, **more: object) -> Step:
    return Step("edit", 1, Place("s.jsonl", 1), path=path, before=before, after=after, **more)  # type: ignore[arg-type]


def test_writes_and_edits_give_the_file() -> None:
    found = replay([edit("a", "x = 1\ny = 1\n"), edit("a", "2", "1"), edit("b", "aa"), edit("b", "c", "a", everywhere=True)])
    assert found.files == {"a": "x = 2\ny = 1\n", "b": "cc"}
    assert not found.unknown


def test_a_transcript_is_played_whole() -> None:
    """Also what it says beside its edits is no matter."""
    said = Step("message", 2, Place("s.jsonl", 2), text="Done.")
    assert Transcript((edit("a", "2", "1"), said)).replayed({"a": "1", "b": "3"}).files == {"a": "2", "b": "3"}


def test_sessions_of_another_run_are_strangers() -> None:
    """One that reads or names a file of this run is none, and where no session edits one nobody is."""
    steps = (edit("a", "1", session="one"), edit("z", "1", session="two"), edit("y", "1", session="three"))
    read = Step("read", 4, Place("s.jsonl", 4), path="a", session="three")
    assert Transcript(steps).strangers({"a"}) == {"two", "three"}
    assert Transcript((*steps, read)).strangers({"a"}) == {"two"}
    assert Transcript(steps).strangers({"b"}) == frozenset()


@pytest.mark.parametrize("result", ["fail", "refused"])
def test_what_did_not_happen_is_not_played(result: str) -> None:
    assert replay([edit("a", "1"), edit("a", "2", result=result)]).files == {"a": "1"}


def test_what_cannot_be_told_is_unknown_until_it_is_written_whole() -> None:
    steps = [edit("a", "2", "1"), edit("b", None), edit("c", "1"), edit("c", "x", "y")]
    assert replay(steps).unknown == {"a", "b", "c"}
    assert replay([*steps, edit("a", "whole")]).unknown == {"b", "c"}
    assert replay(steps[:1], {"a": "1"}).files == {"a": "2"}


def test_a_deleted_file_is_gone_until_it_is_written() -> None:
    assert replay([edit("a", "1"), edit("a", gone=True)]) == replay([edit("a", gone=True)])
    assert replay([edit("a", gone=True), edit("a", "1")]).gone == frozenset()


def test_a_file_that_doubles_without_end_is_given_up() -> None:
    steps = [edit("a", "aa")] + [edit("a", "aa", "a", everywhere=True)] * 60
    assert replay(steps).unknown == {"a"}
    bomb = [edit("a", "a" * 100_000), edit("a", "b" * 200_000, "a", everywhere=True)]
    assert replay(bomb).unknown == {"a"}


def test_of_too_many_files_the_rest_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(playing, "HELD", 10)
    found = replay([edit("a", "12345"), edit("b", "12345"), edit("c", "1"), edit("a", gone=True), edit("d", "12")])
    assert (sorted(found.files), sorted(found.unknown), sorted(found.gone)) == (["b", "d"], ["c"], ["a"])
