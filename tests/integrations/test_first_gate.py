"""docs/guides/first-gate.md is followed from an empty repository to a check that fails, and on to one that passes."""

import json
import re
import subprocess
from pathlib import Path

import pytest

from tests.conftest import GitRepo
from tests.integrations.test_action import AUDIT, Hub, hub_of
from tests.integrations.test_guides import blocks as yaml_blocks
from tests.test_guides import blocks, shell, typed
from tests.test_readme import missing

pytestmark = pytest.mark.walk

__all__ = ["shell"]
COLOUR = re.compile(r"\x1b\[\d+m")


def judged(hub: Hub, payload: dict[str, object]) -> tuple[bool, str]:
    """Whether the check fails when the request's branch is what it is now, and the log of the audit."""
    job = hub.run("pull_request", payload)
    return job.failed, COLOUR.sub("", job.steps[AUDIT].log)


def test_first_gate_can_be_followed(repo: GitRepo, shell: dict[str, str], tmp_path: Path) -> None:
    hub = hub_of(tmp_path, repo)
    shown: list[str] = []
    for kind, file, body in blocks("first-gate"):
        if file:
            repo.write(file, body)
        elif kind == "text":
            shown.append(body)
            failed, log = judged(hub, hub.request(repo.git("rev-parse", "agent/cart")))
            assert failed
            assert missing(f"[...]\n{body}", log) == "", log
            repo.git("checkout", "-q", "agent/cart")
        else:
            assert kind == "console"
            for command, said in typed(body):
                words = ["bash", "-c", command]
                done = subprocess.run(words, cwd=repo.root, env=shell, capture_output=True, text=True, check=False)
                assert done.returncode == 0, done.stdout + done.stderr
                assert missing(said, done.stdout) == "", done.stdout
    assert len(shown) == 1
    failed, log = judged(hub, hub.request(repo.git("rev-parse", "agent/cart"), number=1))
    assert not failed, log
    assert "## ✅" in hub.state["comments"][0][1]
    assert len(hub.state["comments"]) == 1
    assert json.loads((tmp_path / "temp" / "event.json").read_text())["pull_request"]["base"]["ref"] == "main"


def test_its_workflow_is_that_of_the_page_of_the_action() -> None:
    [workflow] = [body for kind, file, body in blocks("first-gate") if file.endswith(".yml")]
    assert yaml_blocks("github.md", "yaml")[0] == f"# .github/workflows/agent-compliance.yml\n{workflow}"
