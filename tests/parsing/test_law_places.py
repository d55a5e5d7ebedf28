"""That the quick way to ask many globs says what the slow one says."""

from hypothesis import given
from hypothesis import strategies as st

from pytest_agentcompliance.parsing.globs import matches
from pytest_agentcompliance.parsing.law import guarded
from pytest_agentcompliance.parsing.law.places import Places

EVERY = [*guarded.AGENTS, *guarded.HOOKS, *guarded.GATES, *guarded.INSTRUCTIONS, *guarded.CHECKS]
PARTS = ["src", ".claude", ".github", "workflows", "agents", "a.md", "AGENTS.md", "x.agent.md", "ci.yml", "CODEOWNERS", "é", ""]
GLOBS = ["*.md", "/a.md", "src/**", "**/agents/*.md", "**/ci.yml", "[!.]*/**/a.md", "!src/**", "\\!a.md", "agents/", "s?c/x", "#"]
PATHS = st.lists(st.sampled_from(PARTS), min_size=1, max_size=5).map("/".join)


@given(PATHS, st.lists(st.sampled_from(GLOBS), min_size=1, max_size=4))
def test_quick_answer_is_the_slow_one(path: str, globs: list[str]) -> None:
    for asked in (globs, EVERY):
        assert (path in Places(asked)) == matches(path, asked)


def test_what_guards_is_found() -> None:
    for path in (".claude/agents/a.md", "x/AGENTS.md", ".github/workflows/a.yml", "a/vitest.config.ts"):
        assert path in Places(EVERY)
