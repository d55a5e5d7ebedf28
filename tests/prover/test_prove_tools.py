"""Proofs of real tools, green, red, with nothing to do, and told to leave everything out."""

import os
from pathlib import Path

import pytest

from pytest_agentcompliance.parsing.proofs import statement
from tests.conftest import new_repo
from tests.in_toto import validated
from tests.proving import files, output, prove, record
from tests.real_tools import projects

pytestmark = pytest.mark.walk

TOOLS = [tool for tool in projects.TOOLS if tool != "cargo"]


@pytest.mark.parametrize("state", projects.STATES)
@pytest.mark.parametrize("tool", TOOLS)
def test_a_proof_says_what_the_tool_did(tmp_path: Path, tool: str, state: str) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit("base", {".gitignore": "node_modules\n__pycache__/\n"})
    repo.branch("agent")
    project = projects.MAKERS[state](tool, repo.root / "app")
    project.folder.mkdir(exist_ok=True)
    done = prove(repo, tool, *project.command, folder="app", env={**projects.environment(), "HOME": repo.env["HOME"]})
    found = record(repo)
    assert (done.returncode, found.exit_code) == (project.exit_code, project.exit_code), done.stderr
    assert found.work == project.work
    assert found.folder == "app"
    assert found.output.bytes == len(done.stdout) + len(done.stderr.rpartition(b"agent-compliance: ")[0])
    assert output(repo).split() == [] or found.output.file
    tested = any(one.check == "tests" for one in project.work)
    whole = statement.to_statement(found)
    assert whole["predicateType"] == (statement.TEST_RESULT if tested else statement.LINK)
    if tested:
        wanted = {"green": "PASSED", "red": "FAILED"}.get(state, "WARNED" if project.exit_code == 0 else "FAILED")
        assert validated(files(repo)[-1].read_bytes()).result == wanted
    assert found.tools.keys() & {"python", "node", "typescript"}


def test_counts_of_a_junit_file_are_recorded_where_the_command_wrote_it(tmp_path: Path) -> None:
    repo = new_repo(tmp_path / "repo")
    repo.commit("base", {"a": "a\n"})
    repo.branch("agent")
    xml = '<testsuites><testsuite tests="2"><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite></testsuites>'
    repo.write("old.xml", xml)
    prove(repo, "it", "sh", "-c", 'printf "%s" "$1" > new.xml; exit 1', "sh", xml, options=("--junit", "new.xml"))
    (work,) = record(repo).work
    assert (work.tool, work.passed, work.failed) == ("junit", 1, 1)
    done = prove(repo, "it", "true", options=("--junit", "old.xml"))
    assert b"the command did not write it" in done.stderr
    assert record(repo).work == ()
    done = prove(repo, "it", "sh", "-c", "echo x > new.xml", options=("--junit", "new.xml"))
    assert (done.returncode, record(repo).work) == (0, ())
    assert b"--junit new.xml: it" in done.stderr


def test_a_key_signs_the_proof(tmp_path: Path) -> None:
    pytest.importorskip("securesystemslib")
    pytest.importorskip("cryptography")
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    repo = new_repo(tmp_path / "repo")
    repo.commit("base", {"a": "a\n"})
    repo.branch("agent")
    key = tmp_path / "key.pem"
    form = (serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    key.write_bytes(Ed25519PrivateKey.generate().private_bytes(*form))
    key.chmod(0o600)
    prove(repo, "it", "true", options=("--key", str(key)))
    more = {**repo.env, "AGENT_COMPLIANCE_KEY": str(key)}
    assert prove(repo, "it", "env", env=more).stdout.count(b"AGENT_COMPLIANCE_KEY") == 0
    envelopes = [statement.payload(file.read_bytes()) for file in files(repo)]
    assert [len(envelope["signatures"]) for _, envelope in envelopes if envelope is not None] == [1, 1]
    one, two = (statement.from_statement(plain) for plain, _ in envelopes)
    assert two.previous == statement.digest(envelopes[0][0])
    assert (one.sequence, two.sequence) == (1, 2)
    assert os.path.basename(files(repo)[0]).endswith(f"-{two.previous[:8]}.json")
