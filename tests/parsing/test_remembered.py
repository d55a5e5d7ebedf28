"""Answers of readers are kept up to a length of texts, those that were asked for last."""

import pytest

from pytest_agentcompliance.parsing import remembered as room
from pytest_agentcompliance.parsing.remembered import remembered


def test_what_was_read_is_not_read_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "ROOM", 1000)
    asked: list[str] = []

    @remembered
    def read(path: str, text: str) -> str:
        asked.append(text)
        return path + text

    assert [read("a", "x"), read("a", "x"), read("b", "x")] == ["ax", "ax", "bx"]
    assert asked == ["x", "x"]


def test_what_was_asked_for_longest_ago_is_given_up_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "ROOM", 1000)
    asked: list[str] = []

    @remembered
    def read(text: str) -> int:
        asked.append(text[0])
        return len(text)

    a, b, c = ("a" * 300, "b" * 300, "c" * 300)
    for text in (a, b, a, c, a, b):
        assert read(text) == 300
    assert asked == ["a", "b", "c", "b"]


def test_one_text_that_is_longer_than_the_room_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(room, "ROOM", 10)

    @remembered
    def read(text: str) -> int:
        return len(text)

    assert [read("a" * 50), read("b" * 60), read("a" * 50)] == [50, 60, 50]


def test_what_fails_is_asked_again() -> None:
    times = 0

    @remembered
    def read(text: str) -> int:
        nonlocal times
        times += 1
        if times == 1:
            raise ValueError(text)
        return times

    with pytest.raises(ValueError, match="a"):
        read("a")
    assert read("a") == 2
