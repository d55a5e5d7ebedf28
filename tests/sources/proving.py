"""Proofs for tests, written as statements over the state of a real repository."""

import hashlib
import shlex
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from pytest_agentcompliance.evidence import Proofs
from pytest_agentcompliance.parsing import work
from pytest_agentcompliance.parsing.proofs import statement
from pytest_agentcompliance.parsing.proofs.record import FOLDER, Output, Record
from pytest_agentcompliance.sources import ends, patches, proofs
from pytest_agentcompliance.sources.repository import Repository
from pytest_agentcompliance.sources.wanted import Wanted
from tests.conftest import GitRepo

GREEN = "collected 3 items\n\ntests/test_cart.py ...                                     [100%]\n\n===== 3 passed in 0.12s =====\n"
WANTED = Wanted(globs={"log": ("LOG.md",)})


def record(repo: GitRepo, name: str = "tests", command: str = "pytest", **other: Any) -> Record:
    """What ``prove`` would record of a command that ran here, in the work tree as it stands."""
    with Repository(repo.root) as repository:
        here = ends.find(repository, "main", None, {})
        files = patches.read(repository, here.base_tree, here.span.tree).files
        tree = patches.without_proofs(repository, here.span.tree)
    made = Record(
        name=name, command=tuple(shlex.split(command)), started=datetime.now(UTC) - timedelta(minutes=1), seconds=1.5, exit_code=0,
        tree=tree, base=here.span.merge_base, base_tree=here.base_tree, files=files,
    )  # fmt: skip
    return replace(made, **other)


def prove(repo: GitRepo, name: str = "tests", command: str = "pytest", output: str = GREEN, **other: Any) -> str:
    """Write the proof of a command behind those that are there; its path."""
    last = max((repo.root / FOLDER).glob("*.json"), default=None)
    before = statement.payload(last.read_bytes())[0] if last else b""
    number = statement.from_statement(before).sequence + 1 if before else 1
    data = output.encode()
    sha256 = hashlib.sha256(data).hexdigest()
    kept = Output(f"{number:04}-{name}-{sha256[:8]}.txt", sha256, len(data))
    previous = statement.digest(before) if before else ""
    given: dict[str, Any] = {"work": work.read(command, output), "output": kept, "sequence": number, "previous": previous}
    made = record(repo, name, command, **{**given, **other})
    repo.write(f"{FOLDER}/{kept.file}", data)
    return written(repo, made)


def written(repo: GitRepo, made: Record) -> str:
    """The path of a record's statement, under the name that belongs to it."""
    found = statement.to_statement(made)
    path = f"{FOLDER}/{made.sequence:04}-{made.name}-{statement.digest(found)[:8]}.json"
    repo.write(path, statement.text(found))
    return path


def read(repo: GitRepo, head: str | None = "HEAD", wanted: Wanted = WANTED, base: str = "main") -> Proofs | None:
    with Repository(repo.root) as repository:
        return proofs.read(repository, ends.find(repository, base, head, {}), wanted)[0]


def freshness(repo: GitRepo, head: str | None = "HEAD", wanted: Wanted = WANTED) -> list[tuple[str, tuple[str, ...]]]:
    """Freshness and differing paths of each proof, and none that is refused."""
    found = read(repo, head, wanted)
    assert found is not None
    assert found.refused == ()
    return [(one.freshness, one.differs) for one in found.proofs]
