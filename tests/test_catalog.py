"""The catalog finds the rules, whatever was imported before it was asked."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from pytest_agentcompliance import catalog
from tests.conftest import GitRepo

EVERY = "import importlib, pkgutil, pytest_agentcompliance.rulebook as book\n" + (
    "for one in pkgutil.walk_packages(book.__path__, book.__name__ + '.'): importlib.import_module(one.name)\n"
)


def test_rules_that_are_imported_first_do_not_hide_the_others() -> None:
    """A group's module becomes an attribute of the rulebook, whatever the group is called."""
    code = EVERY + "from pytest_agentcompliance import catalog\nprint(*catalog.names())"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == catalog.names()
    assert "files/http-location" in catalog.names()


ACME = """
from pytest_agentcompliance import Finding, Place, Remedy, Rule
from pytest_agentcompliance.evidence import ChangeSet
from pytest_agentcompliance.hookspecs import hookimpl

@hookimpl
def agent_compliance_rules():
    return {RULES}

@hookimpl
def agent_compliance_profiles():
    return {"acme": "PAGE"}

class Header(Rule):
    remedy = Remedy("fix", "add the header")

    def check(self, changes: ChangeSet):
        for change in changes:
            yield Finding("no header", Place(change.path))
"""
PAGE = "spec: acme.md\nclauses:\n  AC-1: {says: Every file has a header, rules: {acme/header: {}}}\n"


def installed(place: Path, rules: str) -> dict[str, str]:
    """An installed distribution that brings a rule and a profile; the environment in which it is found."""
    (place / "acme-1.0.dist-info").mkdir(parents=True)
    (place / "acme-1.0.dist-info" / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1.0\n")
    (place / "acme-1.0.dist-info" / "entry_points.txt").write_text("[agent_compliance]\nacme = acme\n")
    (place / "acme.yaml").write_text(PAGE)
    (place / "acme.py").write_text(ACME.replace("{RULES}", rules).replace("PAGE", str(place / "acme.yaml")))
    return {**os.environ, "PYTHONPATH": str(place)}


def command(folder: Path, env: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "pytest_agentcompliance", *words], cwd=folder, env=env, capture_output=True, text=True, check=False
    )


def test_an_installed_plugin_brings_a_rule_and_a_profile(repo: GitRepo, tmp_path: Path) -> None:
    env = installed(tmp_path / "site", '{"acme/header": "acme:Header"}')
    repo.commit("start", {"a.py": "a = 1\n"})
    repo.branch("agent")
    repo.commit("work", {"b.py": "b = 1\n"})
    assert "acme/header" in command(repo.root, env, "rules").stdout
    done = command(repo.root, env, "audit", "--base=main", "--head=HEAD", "--profile=acme", "--output=json")
    assert done.returncode == 1, done.stderr
    first = json.loads(done.stdout)["verdicts"][0]
    assert (first["clause"], first["rule"], first["outcome"]) == ("AC-1", "acme/header", "broken")
    assert [one["path"] for one in first["findings"]] == ["b.py"]


@pytest.mark.parametrize(
    ("rules", "said"),
    [
        ('{"log/present": "acme:Header"}', "two rules are called 'log/present'"),
        ('{"acme/header": "acme:Nothing"}', "the rule 'acme/header' cannot be had from acme:Nothing"),
        ('{"acme/header": "acme:Finding"}', "acme:Finding calls itself rule 'acme/header' and is no Rule"),
    ],
)
def test_a_plugin_that_takes_our_name_or_brings_no_rule(tmp_path: Path, rules: str, said: str) -> None:
    done = command(tmp_path, installed(tmp_path / "site", rules), "rules")
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr
