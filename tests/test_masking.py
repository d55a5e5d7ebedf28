"""No verdict shows a secret: whatever rule quotes a line that holds one, its message has a mark instead."""

import json

from click.testing import CliRunner

from pytest_agentcompliance.cli import main
from tests.conftest import GitRepo

TOKEN = "sk-" + "ant-api03-" + (
    "Zq7vL2mXw9RtBn4KcYd8HsPf1JgUe6Ao3Vi5TzQpMkWxEyCrNbDhSjGlFa0OuI7RwVt2BnXq9LmZk4cYdHsPf8JgUeA-Qx7LmAA"
)
PASSWORD = "tR8" + "-vQ2x_Lm9Zw4K"


def test_a_line_that_is_quoted_shows_no_secret(repo: GitRepo) -> None:
    repo.commit("start", {"a.py": "x = 1\n"})
    repo.branch("agent")
    repo.commit("work", {
        "a.py": f"x = 1  # TODO take {TOKEN} out\ny = 2  # FIXME password={PASSWORD}\nz = f('{TOKEN}')  # noqa: S105\n",
    })  # fmt: skip
    for profile in ("backend-implementer", "dev-implement-backend-coder-v3"):
        for form in ("text", "json"):
            words = ["audit", "--repo", str(repo.root), "--base", "main", "--profile", profile, "--output", form]
            done = CliRunner().invoke(main, words)
            assert done.exit_code == 1, done.output
            assert "content/todo" in done.output
            assert TOKEN not in done.output
            assert PASSWORD not in done.output
            assert TOKEN[14:60] not in done.output
    found = [one["message"] for verdict in json.loads(done.output)["verdicts"] for one in verdict["findings"]]
    assert any("[masked: " in message for message in found)
