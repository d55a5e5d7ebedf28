"""Beginnings of tokens in texts that were cut short."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.secrets import cut


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("the line 'T = \"ghp_9fK2mQ7xLz", "the line 'T = \"[masked: GitHub token, its beginning]"),
        ("AKIAQ3EXTYUW7Z…", "[masked: AWS key, its beginning]…"),
        ("a github_pat_11ABC_9fK2 b", "a [masked: GitHub token, its beginning] b"),
        ("npm_config_cache2", "npm_config_cache2"),
        ("lin_api_version1", "lin_api_version1"),
        ("ghp_tokens and AKIA", "ghp_tokens and AKIA"),
        ("commit 9fK2mQ7xLz4TnB8vRc3W", "commit 9fK2mQ7xLz4TnB8vRc3W"),
        ("", ""),
    ],
)
def test_beginnings(text: str, shown: str) -> None:
    assert cut.masked(text) == shown


@given(st.text(alphabet=st.sampled_from("ghp_AKI9fK sk-_./\n\ud800"), max_size=200))
def test_a_masked_text_stays_as_it_is(text: str) -> None:
    assert cut.masked(cut.masked(text)) == cut.masked(text)
