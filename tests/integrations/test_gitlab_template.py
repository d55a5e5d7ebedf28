"""The job for GitLab: GitLab's own schema takes it, and its lines run as its runner runs them."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft7Validator, ValidationError

from tests.conftest import GitRepo
from tests.integrations.harness import BROKEN, PAGE
from tests.integrations.test_guides import blocks
from tests.logbook import shop

pytestmark = pytest.mark.walk

ROOT = Path(__file__).parents[2]
TEMPLATE: dict[str, Any] = yaml.safe_load((ROOT / "templates" / "agent-compliance.yml").read_text("utf-8"))
JOB = TEMPLATE["agent-compliance"]
PYTHON = """#!/bin/sh
for last; do true; done
mkdir "$last/bin"
printf '#!/bin/sh\\necho "$PWD: $*" > %s/installed\\n' "{home}" > "$last/bin/python"
printf '#!/bin/sh\\nexec {ours} -P -m pytest_agentcompliance "$@"\\n' > "$last/bin/agent-compliance"
chmod +x "$last"/bin/*
"""


def run(repo: GitRepo, home: Path, shell: str, **variables: str) -> "subprocess.CompletedProcess[str]":
    """The job in this clone: before_script and script are one script, of which each line must succeed."""
    python = home / "bin" / "python3"
    python.parent.mkdir(exist_ok=True)
    python.write_text(PYTHON.format(home=home, ours=sys.executable))
    python.chmod(0o755)
    environ = {
        "PATH": f"{python.parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(home), "TMPDIR": str(home), "LANG": "C.UTF-8",
        "CI": "true", "GITLAB_CI": "true", "CI_PROJECT_DIR": str(repo.root), "CI_PIPELINE_SOURCE": "merge_request_event",
        "CI_DEFAULT_BRANCH": "main", "PYTHONDONTWRITEBYTECODE": "1", **JOB["variables"], **variables,
    }  # fmt: skip
    words = [shell, "-e", "-c", "\n".join([*JOB["before_script"], *JOB["script"]])]
    return subprocess.run(words, cwd=repo.root, env=environ, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)


def schema() -> Draft7Validator:
    return Draft7Validator(json.loads((ROOT / "tests" / "schemas" / "gitlab-ci.json").read_text("utf-8")))


def test_gitlab_takes_the_template_and_what_the_guide_shows() -> None:
    schema().validate(TEMPLATE)
    shown = blocks("gitlab.md", "yaml")
    assert len(shown) == 2
    for text in shown:
        schema().validate(yaml.safe_load(text))
        job = yaml.safe_load(text).get("agent-compliance", {})
        assert job.get("variables", {}).keys() <= JOB["variables"].keys()
    with pytest.raises(ValidationError, match="'sometimes' is not one of"):
        schema().validate({"agent-compliance": {**JOB, "artifacts": {"when": "sometimes"}}})


@pytest.mark.parametrize("shell", ["sh", "bash"])
def test_a_merge_request_that_broke_its_spec(shell: str, repo: GitRepo, tmp_path: Path) -> None:
    """The checkout is a commit; in bash, a merge that GitLab made, while main has moved on."""
    base = repo.commit("start", shop.START)
    repo.branch("agent/SHOP-7")
    head = made = repo.commit("work", BROKEN)
    variables = {"CI_MERGE_REQUEST_DIFF_BASE_SHA": base, "CI_MERGE_REQUEST_TARGET_BRANCH_NAME": "main"}
    if shell == "bash":
        repo.git("checkout", "-q", "main")
        main = repo.commit("somebody else", {"apps/web/other.tsx": "export {}\n"})
        repo.git("checkout", "-q", "--detach")
        repo.git("merge", "-q", "--no-ff", "-m", "merged results", head)
        made = repo.git("rev-parse", "HEAD")
        variables |= {"CI_MERGE_REQUEST_SOURCE_BRANCH_SHA": head, "CI_MERGE_REQUEST_TARGET_BRANCH_SHA": main}
    repo.git("checkout", "-q", "--detach", made)
    repo.write("left-by-a-cache/x.tsx", "export {}\n")
    done = run(repo, tmp_path, shell, CI_COMMIT_SHA=made, AGENT_COMPLIANCE_OPTIONS="--fail-on warning --verbose", **variables)
    assert done.returncode == 1, done.stdout + done.stderr
    assert "\x1b[" in done.stdout
    assert PAGE in done.stdout
    audit = json.loads((repo.root / "agent-compliance.json").read_text())
    assert (audit["merge_base"], audit["head"]) == (base, head)
    assert audit["policy"]["reviewed"] is True
    told = json.loads((repo.root / JOB["artifacts"]["reports"]["codequality"]).read_text())
    assert PAGE in {one["location"]["path"] for one in told}
    assert not [one for one in told if "other.tsx" in one["location"]["path"] or "cache" in one["location"]["path"]]
    assert all((repo.root / name).stat().st_size for name in JOB["artifacts"]["paths"])
    where, _, words = (tmp_path / "installed").read_text().strip().partition(": ")
    assert not Path(where).is_relative_to(repo.root), "nothing of the merge request is what pip is asked for"
    assert words == "-I -m pip install --quiet --disable-pip-version-check pytest-agentcompliance"
