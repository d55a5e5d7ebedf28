"""What the guides of the hooks and of CI say is what the code does."""

import json
import re

import yaml

from pytest_agentcompliance.hooks import settings
from pytest_agentcompliance.hooks.stop import TIMES
from pytest_agentcompliance.hooks.words import LONGEST
from pytest_agentcompliance.sources.services import SERVICES
from tests.conftest import GitRepo
from tests.integrations.test_pre_push import HOOK, ROOT

GUIDES = ROOT / "docs" / "guides"
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def blocks(guide: str, language: str) -> list[str]:
    return [text for name, text in BLOCK.findall((GUIDES / guide).read_text()) if name == language]


def test_the_settings_are_those_that_init_writes(repo: GitRepo) -> None:
    assert blocks("hooks.md", "json") == [settings.merged(repo.root).text]


def test_the_hook_for_git_is_the_one_that_was_tried() -> None:
    assert blocks("hooks.md", "sh") == [HOOK]


def test_pre_commit_and_lefthook_call_what_there_is() -> None:
    (manifest,) = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    pre_commit, lefthook = map(yaml.safe_load, blocks("hooks.md", "yaml"))
    assert [one["id"] for one in pre_commit["repos"][0]["hooks"]] == [manifest["id"]]
    (job,) = lefthook["pre-push"]["jobs"]
    assert job["run"] == f"{manifest['entry']} {{0}}"
    assert job["use_stdin"] is True
    assert manifest["stages"] == ["pre-push", "manual"]
    assert (manifest["pass_filenames"], manifest["always_run"]) == (False, True)


def test_the_numbers_are_those_of_the_code() -> None:
    words = " ".join((GUIDES / "hooks.md").read_text().split())
    assert TIMES == 3
    assert "an agent is held three times at most" in words
    assert f"cut to {LONGEST} characters" in words


def test_each_service_stands_in_the_table_with_its_variables() -> None:
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines("other-ci.md") if line.startswith("| ")][2:]
    assert [row[0] for row in rows] == [one.name for one in SERVICES]
    for row, service in zip(rows, SERVICES, strict=True):
        named = set(re.findall(r"`([A-Za-z_]+)`", f"{row[1]} {row[2]}"))
        wanted = {*service.bases, *service.targets, *service.own} - {"CI_MERGE_REQUEST_TARGET_BRANCH_NAME"}
        assert named == wanted, service.name


def test_the_files_of_ci_are_yaml() -> None:
    for text in blocks("other-ci.md", "yaml"):
        assert "agent-compliance audit" in json.dumps(yaml.safe_load(text))


def lines(guide: str) -> list[str]:
    return (GUIDES / guide).read_text().splitlines()
