"""``init --hooks``: added to a project's settings for Claude Code, of which nothing is lost, and never twice."""

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from pytest_agentcompliance.cli import main
from pytest_agentcompliance.hooks import settings
from tests.conftest import GitRepo

# As projects have them: other people's hooks for the same events, another indent, keys that we know nothing of.
THERE = """{
    "$schema": "https://json.schemastore.org/claude-code-settings.json",
    "permissions": {"allow": ["Bash(npm run *)"], "deny": ["Read(./.env)"]},
    "env": {"PRICE": "5 €", "RATE": "1e3"},
    "hooks": {
        "PreToolUse": [{"matcher": "Read", "hooks": [{"type": "command", "command": "node guard.mjs"}]}],
        "PostToolUse": [{"matcher": "Write|Edit", "hooks": [{"type": "command", "command": "npx prettier --write"}]}],
        "Stop": [{"matcher": "", "hooks": [{"type": "command", "command": "afplay done.aiff", "async": true}]}]
    },
    "statusLine": {"type": "command", "command": "date", "padding": 0.50}
}
"""


def init(repo: GitRepo, *words: str) -> Result:
    return CliRunner().invoke(main, ["init", "--hooks", "--repo", str(repo.root), *words])


def file(repo: GitRepo) -> Path:
    return repo.root / ".claude" / "settings.json"


def hooks(repo: GitRepo) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(file(repo).read_text())["hooks"]
    return found


def test_settings_are_written_where_there_are_none(repo: GitRepo) -> None:
    repo.write("agent-compliance.yaml", "profiles: [{name: backend-engineer}]\n")
    done = init(repo)
    assert done.exit_code == 0, done.output
    assert done.output.startswith("wrote .claude/settings.json: hooks for PostToolUse, Stop\n")
    assert "A run can also be audited before it is pushed" in done.output
    assert "there is no agent-compliance.yaml" not in done.output
    tool = {"type": "command", "command": "agent-compliance hook post-tool-use", "timeout": 60}
    end = {"type": "command", "command": "agent-compliance hook stop", "timeout": 300}
    assert hooks(repo) == {
        "PostToolUse": [{"matcher": "Edit|MultiEdit|Write|Bash|PowerShell", "hooks": [tool]}], "Stop": [{"hooks": [end]}],
    }  # fmt: skip


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_what_is_there_stays_and_is_added_to_once(repo: GitRepo, ends: str) -> None:
    repo.write(".claude/settings.json", THERE.replace("\n", ends))
    file(repo).chmod(0o640)
    done = init(repo)
    assert done.output.startswith("added to .claude/settings.json: hooks for PostToolUse, Stop\n")
    after = file(repo).read_bytes()
    before, found = json.loads(THERE), json.loads(after)
    assert [len(found["hooks"][event]) for event in ("PreToolUse", "PostToolUse", "Stop")] == [1, 2, 2]
    for event in ("PostToolUse", "Stop"):
        del found["hooks"][event][1:]
    assert found == before
    assert list(found) == list(before)
    assert "5 €".encode() in after
    assert after.startswith(f'{{{ends}    "$schema"'.encode())
    assert after.count(b"\n") == (after.count(b"\r\n") or after.count(b"\n"))
    assert stat.S_IMODE(file(repo).stat().st_mode) == 0o640
    again = init(repo)
    assert again.output.startswith(".claude/settings.json has the hooks already; nothing was changed\n")
    assert file(repo).read_bytes() == after


@pytest.mark.parametrize("handler", [
    {"type": "command", "command": "uv run agent-compliance hook stop --times 1"},
    {"type": "command", "command": "/opt/tools/agent-compliance", "args": ["hook", "stop"]},
    {"type": "command", "command": "python -m pytest_agentcompliance hook stop"},
])  # fmt: skip
def test_a_hook_of_ours_in_other_words_is_left_as_it_is(repo: GitRepo, handler: dict[str, Any]) -> None:
    repo.write(".claude/settings.json", json.dumps({"hooks": {"Stop": [{"hooks": [handler]}]}}))
    assert "hooks for PostToolUse\n" in init(repo).output
    assert hooks(repo)["Stop"] == [{"hooks": [handler]}]


def test_an_agent_of_the_project_that_has_a_spec_of_ours_is_held_when_it_is_a_subagent(repo: GitRepo) -> None:
    repo.write(".claude/agents/dev-implement-backend-coder.md", "---\nname: dev-implement-backend-coder\n---\n# Role\n")
    repo.write(".claude/agents/builder.md", "---\nname: backend-implementer\n---\n")
    repo.write(".claude/agents/reviewer.md", "---\nname: reviewer\n---\n")
    assert "hooks for PostToolUse, Stop, SubagentStop\n" in init(repo).output
    (group,) = hooks(repo)["SubagentStop"]
    assert group["matcher"] == "^(backend-implementer|dev-implement-backend-coder)$"
    assert "hook stop" in group["hooks"][0]["command"]


def test_print_shows_and_writes_nothing(repo: GitRepo) -> None:
    repo.write(".claude/settings.json", THERE)
    done = init(repo, "--print")
    assert json.loads(done.output)["hooks"].keys() == {"PreToolUse", "PostToolUse", "Stop"}
    assert file(repo).read_text() == THERE
    init(repo)
    assert file(repo).read_text() == done.output


def test_what_keeps_the_hooks_from_running_is_said(repo: GitRepo, monkeypatch: pytest.MonkeyPatch) -> None:
    repo.write(".claude/settings.json", '{"disableAllHooks": true}')
    monkeypatch.setenv("PATH", "")
    said = init(repo).output
    assert "note: 'disableAllHooks' is true in these settings" in said
    assert "note: there is no agent-compliance.yaml yet" in said
    assert "note: agent-compliance is not on the PATH here" in said


@pytest.mark.parametrize(("text", "why"), [
    ("{", "it is no plain JSON"), ("// a comment\n{}", "it is no plain JSON"), ('{"a": {}, "a": {"b": []}}', "a key stands twice"),
    ("[]", "it is no object"), ('{"hooks": []}', "'hooks' is no object"), ('{"hooks": {"Stop": {}}}', "'hooks.Stop' is no list"),
    ('{"hooks": {"Stop": ["x"]}}', "an entry of 'hooks.Stop' has no list of hooks"), ("[" * 100_000, "it is no plain JSON"),
    (b"\xff", "it is not UTF-8"), (b"\xef\xbb\xbf{}", "it is no plain JSON"), (b" " * 5_000_000, "more than"),
])  # fmt: skip
def test_settings_that_cannot_be_added_to_without_loss_stay_as_they_are(repo: GitRepo, text: str | bytes, why: str) -> None:
    repo.write(".claude/settings.json", text)
    before = file(repo).read_bytes()
    done = init(repo)
    assert done.exit_code == 2
    assert why in done.output
    assert done.output.startswith("agent-compliance: .claude/settings.json stays as it is: ")
    assert file(repo).read_bytes() == before


@pytest.mark.parametrize("link", [".claude", ".claude/settings.json"])
def test_a_link_is_not_followed(repo: GitRepo, tmp_path: Path, link: str) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "settings.json").write_text("{}")
    (repo.root / link).parent.mkdir(exist_ok=True)
    (repo.root / link).symlink_to(outside if link == ".claude" else outside / "settings.json")
    done = init(repo)
    assert done.exit_code == 2
    assert f"{link} is a symbolic link, which is not followed" in done.output
    assert (outside / "settings.json").read_text() == "{}"


def test_what_another_program_writes_meanwhile_is_not_lost(repo: GitRepo) -> None:
    repo.write(".claude/settings.json", "{}")
    merged = settings.merged(repo.root)
    repo.write(".claude/settings.json", '{"a": 1}')
    with pytest.raises(Exception, match="changed by another program"):
        settings.write(merged)
    assert file(repo).read_text() == '{"a": 1}'


def test_the_profile_is_no_matter_of_hooks(repo: GitRepo) -> None:
    assert init(repo, "--profile", "backend-engineer").exit_code == 2
    assert not file(repo).exists()
