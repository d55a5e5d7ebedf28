"""docs/proofs.md: what it tells people to type works, and what it says of the format is so."""

import os
import re
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
import yaml
from click.testing import CliRunner

from pytest_agentcompliance import policy
from pytest_agentcompliance.cli import main
from pytest_agentcompliance.parsing.proofs import statement
from pytest_agentcompliance.parsing.proofs.record import FileState, Record
from pytest_agentcompliance.parsing.work import Work
from tests.conftest import GitRepo

DOCS = Path(__file__).parent.parent / "docs"
PAGE = (DOCS / "proofs.md").read_text("utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)
POLICY, WORKFLOW, REGRESSION = [text for kind, text in BLOCKS if kind == "yaml"]
LOOK, VERIFY = [text for kind, text in BLOCKS if kind == "console"]


def test_policy_that_is_shown_holds() -> None:
    shown = policy.parse(POLICY, "docs/proofs.md")
    assert list(shown.keys) == ["ci"]
    assert [one.name for one in shown.rerun] == ["tests", "types"]


def test_policy_of_a_regression_can_be_read() -> None:
    found = policy.parse(REGRESSION, "agent-compliance.yaml")
    assert found.regression == policy.Regression(("pytest", "-q", "{test}"), "", 300)


def test_workflow_that_is_shown_is_one() -> None:
    read = yaml.safe_load(WORKFLOW)
    assert set(read["jobs"]) == {"rerun", "audit"}
    assert read["jobs"]["audit"]["needs"] == "rerun"


def test_what_people_are_told_to_type_exists() -> None:
    commands = re.findall(r"agent-compliance (prove|audit)\b([^`\n]*)", PAGE)
    assert len(commands) > 6
    for name, rest in commands:
        known = {option for one in main.commands[name].params if isinstance(one, click.Option) for option in one.opts}
        assert set(re.findall(r"(?<!\S)--[a-z-]+", rest.partition(" -- ")[0])) <= known, rest
    for option in set(re.findall(r"`(--[a-z-]+)", PAGE)) - {"--"}:
        assert any(option in one.opts for name in ("prove", "audit") for one in main.commands[name].params) or (
            option == "--agent-compliance-reruns"
        ), option


def test_format_that_is_told_is_the_one_that_is_written() -> None:
    record = Record(
        "tests", ("pytest",), datetime.now(UTC), 1.0, 0, tree="a" * 40, base="b" * 40, base_tree="c" * 40,
        files={"a.py": FileState("100644", "d" * 40, "e" * 64)}, work=(Work("pytest", "tests", passed=1),),
    )  # fmt: skip
    test_result, link = statement.to_statement(record), statement.to_statement(Record("x", ("x",), record.started, 1.0, 0))
    written = f"{test_result}{link}"
    table = PAGE.partition("## The format")[2]
    names = set(re.findall(r"`([a-z_A-Z:/.0-9-]+)`", table)) - {"DIGEST", "NUMBER-NAME-DIGEST.json", ".agent-compliance/proofs"}
    assert len(names) > 25
    # A kind is named by its last parts, too.
    assert {name for name in names if f"'{name}'" not in written} == {"test-result"}
    environment = next(one for one in test_result["predicate"]["configuration"] if one["name"] == "environment")["annotations"]
    assert set(environment) - {"files"} <= names


def test_links_lead_somewhere() -> None:
    for page in ("proofs.md", "trust.md"):
        for target in re.findall(r"\]\((?!https?:)([^)#]+)", (DOCS / page).read_text("utf-8")):
            assert (DOCS / target).exists(), f"{page} links to {target}"


def typed(block: str, folder: Path, repo: GitRepo) -> str:
    """What the commands of a block print, typed one after the other."""
    script = "set -e\n" + "".join(f"{line[2:]}\n" for line in block.splitlines() if line.startswith("$ "))
    done = subprocess.run(["bash", "-c", script], cwd=folder, env=repo.env, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.skipif(
    any(shutil.which(one) is None for one in ("bash", "jq", "openssl", "base64")), reason="needs bash, jq, openssl and base64"
)
def test_proof_can_be_looked_at_and_verified_with_other_tools(
    repo: GitRepo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(repo.root)
    repo.commit("base", {"a.py": "x = 1\n"})
    make = [line.strip() for line in PAGE.splitlines() if line.startswith("    openssl ")]
    for line, file in zip(make, ("", "ci.pub"), strict=True):
        done = subprocess.run(line.split(), cwd=tmp_path, check=True, capture_output=True)
        if file:
            (tmp_path / file).write_bytes(done.stdout)
    words = ["prove", "tests", "--base", "main", "--repo", str(repo.root)]
    run = [sys.executable, "-c", "raise SystemExit(3)"]
    assert CliRunner().invoke(main, [*words, "--", *run]).exit_code == 3
    printed = typed(LOOK, repo.root, repo).split()
    folder = repo.root / ".agent-compliance" / "proofs"
    assert printed[0] == statement.LINK
    assert printed[1:] == [repo.git("rev-parse", "HEAD^{tree}"), "3"]
    shutil.rmtree(folder)
    signed = CliRunner().invoke(main, [*words, "--key", str(tmp_path / "ci.pem"), "--", *run])
    assert signed.exit_code == 3, signed.output
    shutil.copy(tmp_path / "ci.pub", folder)
    assert typed(VERIFY, folder, repo).splitlines()[-1] == VERIFY.splitlines()[-1]
    assert os.environ.get("AGENT_COMPLIANCE_KEY") is None
