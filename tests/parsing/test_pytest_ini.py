"""What a configuration file of pytest's says of the audit: no more, no less, and whatever it is made of."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing import pytest_ini

ALL = ("profile", "policy", "story", "log", "output", "only")


@pytest.mark.parametrize(
    ("name", "text", "said"),
    [
        ("pytest.ini", "", {}),
        ("pytest.ini", "[pytest]\nlog_level = INFO\naddopts = -q --tb=no\n", {}),
        ("pytest.ini", "[pytest]\nagent_compliance_story = T-1\n", {"agent_compliance_story": "T-1"}),
        ("pytest.ini", "[pytest]\nagent_compliance_story =\n", {}),
        ("pytest.ini", "[pytest]\nagent_compliance_base = main\n", {}),
        ("pytest.ini", "[pytest]\nagent_compliance_unknown = x\n", {}),
        ("pytest.ini", "[pytest]\naddopts = --agent-compliance\n", {}),
        ("pytest.ini", "[pytest]\naddopts = --agent-compliance-only -q\n", {"addopts": ["--agent-compliance-only"]}),
        ("pytest.ini", "[pytest]\naddopts = -q --agent-compliance-log 'a b' c\n", {"addopts": ["--agent-compliance-log", "a b"]}),
        ("pytest.ini", "[pytest]\naddopts = --agent-compliance-log=a b\n", {"addopts": ["--agent-compliance-log=a"]}),
        ("pytest.ini", "[pytest]\naddopts = -o agent_compliance_log=a\n", {"addopts": ["agent_compliance_log=a"]}),
        ("pytest.ini", "[pytest]\naddopts = '\n", {"": b"[pytest]\naddopts = '\n"}),
        ("pytest.ini", "[pytest\n", {"": b"[pytest\n"}),
        ("tox.ini", "[tox]\nenvlist = a\n", None),
        ("tox.ini", "[pytest]\nlog_level = INFO\n", {}),
        ("setup.cfg", "[tool:pytest]\nagent_compliance_log = L\n", {"agent_compliance_log": "L"}),
        ("pyproject.toml", "[project]\nname = 'x'\n", None),
        ("pyproject.toml", "[tool.pytest.ini_options]\nagent_compliance_profile = ['a']\n", {"agent_compliance_profile": ["a"]}),
        ("pyproject.toml", "[tool.pytest]\nagent_compliance_profile = ['a']\n", {"agent_compliance_profile": ["a"]}),
        ("pyproject.toml", "[tool.pytest]\naddopts = ['-q', '--agent-compliance-only']\n",
         {"addopts": ["--agent-compliance-only"]}),
        ("pyproject.toml", "tool = 3\n", None),
        ("pytest.toml", "", {}),
        ("pytest.toml", "[pytest]\nagent_compliance_log = 'L'\n", {"agent_compliance_log": "L"}),
        ("pytest.toml", "pytest = 3\n", {}),
        ("pytest.toml", "= ]", {"": b"= ]"}),
    ],
)
def test_said(name: str, text: str, said: Any) -> None:
    assert pytest_ini.said(name, text.encode(), ALL) == said


def test_only_what_is_asked_for() -> None:
    data = b"[pytest]\nagent_compliance_story = T\naddopts = --agent-compliance-log=a --agent-compliance-policy=b\n"
    assert pytest_ini.said("pytest.ini", data, ("log",)) == {"addopts": ["--agent-compliance-log=a"]}
    assert pytest_ini.said("pytest.ini", None, ALL) is None


def test_long_file_is_compared_as_bytes() -> None:
    data = b"#" * (pytest_ini.LIMIT + 1)
    assert pytest_ini.said("pytest.ini", data, ALL) == {"": data}


LINES = ("[pytest]", "[tool.pytest]", "[tool:pytest]", "addopts = ", "agent_compliance_log = ", "'", "[" * 999, "= x", "\x00", " y")


@given(st.sampled_from(pytest_ini.NAMES), st.lists(st.sampled_from(LINES) | st.text(max_size=9)), st.binary(max_size=9))
def test_any_file_is_read(name: str, lines: list[str], end: bytes) -> None:
    data = "\n".join(lines).encode("utf-8", "replace") + end
    assert pytest_ini.said(name, data, ALL) == pytest_ini.said(name, data, ALL)
