"""The proofs of a run are no part of its work: no scope is asked about them, and about nothing else that lies among them."""

import pytest

from pytest_agentcompliance.evidence.log import ChunkLog
from pytest_agentcompliance.parsing.proofs.record import FOLDER
from pytest_agentcompliance.rulebook.history.log_with_chunk import LogWithChunk
from pytest_agentcompliance.rulebook.log.files_match_diff import FilesMatchDiff
from pytest_agentcompliance.rulebook.scope.allowed_paths import AllowedPaths
from pytest_agentcompliance.rulebook.scope.planned_files import PlannedFiles
from pytest_agentcompliance.sources import documents, ends, log_file
from pytest_agentcompliance.sources.repository import Repository
from tests.conftest import GitRepo
from tests.sources.proving import prove

LOG = "## Chunk 1 - cart\n- Objective: total\n- Files changed: `api/cart.py`\n"


@pytest.fixture
def run(repo: GitRepo) -> GitRepo:
    repo.commit("base", {"api/cart.py": "a = 1\n", "PLAN.md": "# Plan\n\n- change `api/cart.py`\n"})
    repo.branch("feature")
    repo.write("api/cart.py", "a = 2\n")
    repo.write("LOG.md", LOG)
    prove(repo)
    prove(repo, "lint", "ruff check", "All checks passed!\n")
    return repo


def reported(repo: GitRepo, rule: str) -> list[str]:
    with Repository(repo.root) as repository:
        found = ends.find(repository, "main", None, {})
        if rule == "allowed":
            made = AllowedPaths(allowed=["api/**", "LOG.md"]).check(found.changes)
            return [one.at.path for one in made if one.at]
        tree = repository.tree(found.base_tree, found.head_tree, found.changes, found.ledger)
        papers = documents.read(repository, found, {"plan": ("PLAN.md",)}, "LOG.md", [])
        if rule == "planned":
            planned = PlannedFiles(documents=["plan"], exempt=["LOG.md"]).check(found.changes, papers, tree)
            return [one.at.path for one in planned if one.at]
        log: ChunkLog = log_file.from_tree(repository, found, "LOG.md", [])
        return [one.at.path for one in FilesMatchDiff().check(log, found.changes, papers) if one.at and one.level == "breach"]


RULES = pytest.mark.parametrize("rule", ["allowed", "planned", "listed"])


@RULES
def test_proofs_and_their_outputs_are_exempt(run: GitRepo, rule: str) -> None:
    assert reported(run, rule) == []


def test_a_commit_of_proofs_behind_the_log_is_no_work(run: GitRepo) -> None:
    proofs = [(file.name, file.read_bytes()) for file in (run.root / FOLDER).iterdir()]
    for name, _ in proofs:
        (run.root / FOLDER / name).unlink()
    run.commit("cart, and its chunk")
    run.commit("proofs", {f"{FOLDER}/{name}": data for name, data in proofs})

    def found() -> list[str]:
        with Repository(run.root) as repository:
            here = ends.find(repository, "main", "HEAD", {})
            return [one.message for one in LogWithChunk().check(log_file.from_tree(repository, here, "LOG.md", []), here.history)]

    assert found() == []
    run.commit("more", {f"{FOLDER}/helper.ts": "export {}\n"})
    assert ["work went on in 1 commit after" in message for message in found()] == [True]


@RULES
def test_what_is_no_proof_is_not(run: GitRepo, rule: str) -> None:
    strays = [f"{FOLDER}/0009-x-00000000.json", f"{FOLDER}/deep/0001-x.json", f"{FOLDER}/helper.ts", f"{FOLDER}/0009-x.txt"]
    for path in strays:
        run.write(path, "{}\n")
    assert sorted(reported(run, rule)) == sorted(strays)


@RULES
def test_an_output_without_its_proof_is_not(run: GitRepo, rule: str) -> None:
    (proof,) = (run.root / FOLDER).glob("0002-*.json")
    (output,) = (run.root / FOLDER).glob("0002-*.txt")
    proof.unlink()
    assert reported(run, rule) == [f"{FOLDER}/{output.name}"]


@RULES
def test_a_proof_that_was_altered_is_not(run: GitRepo, rule: str) -> None:
    (proof,) = (run.root / FOLDER).glob("0002-*.json")
    (output,) = (run.root / FOLDER).glob("0002-*.txt")
    proof.write_text(proof.read_text("utf-8").replace('"exit_code": 0', '"exit_code": 1'), "utf-8")
    assert set(reported(run, rule)) == {f"{FOLDER}/{proof.name}", f"{FOLDER}/{output.name}"}
