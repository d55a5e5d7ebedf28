"""Patterns that are compiled late are those that ``re`` makes, and every one of ours can be made."""

import gc
import importlib
import pkgutil
import re
from typing import Any

import pytest

import pytest_agentcompliance
from pytest_agentcompliance.parsing.late import _Late, late


def test_every_pattern_of_ours_can_be_compiled() -> None:
    for module in pkgutil.walk_packages(pytest_agentcompliance.__path__, "pytest_agentcompliance."):
        if not module.name.endswith("__main__") and "grammar_worker" not in module.name:
            importlib.import_module(module.name)
    found = [one for one in gc.get_objects() if type(one) is _Late]
    assert len(found) > 300
    for one in found:
        written, flags = one._written
        made: re.Pattern[Any] = re.compile(written, flags)
        assert made.pattern == written


def test_it_is_compiled_when_it_is_first_asked() -> None:
    pattern = late(r"a(?P<b>b+)", re.IGNORECASE)
    assert "search" not in vars(pattern)
    assert pattern.search("xABB")["b"] == "BB"  # type: ignore[index]
    assert "search" in vars(pattern)
    assert (pattern.pattern, pattern.groups, dict(pattern.groupindex)) == (r"a(?P<b>b+)", 1, {"b": 1})
    assert pattern.flags == re.compile(r"a(?P<b>b+)", re.IGNORECASE).flags
    assert late(rb"a.", re.DOTALL).findall(b"a\nab") == [b"a\n", b"ab"]


def test_it_stands_where_a_pattern_may_stand() -> None:
    pattern = late("b+")
    assert isinstance(pattern, re.Pattern)
    assert re.sub(pattern, "-", "abba") == "a-a"
    assert re.compile(pattern) is pattern
    assert re.split(pattern, "abba") == ["a", "a"]


def test_what_a_pattern_has_not_it_has_not() -> None:
    with pytest.raises(AttributeError):
        late("a").serch  # type: ignore[attr-defined]  # noqa: B018


def test_what_is_wrong_with_it_is_said_where_it_is_asked() -> None:
    with pytest.raises(re.error):
        late("(").search("a")
