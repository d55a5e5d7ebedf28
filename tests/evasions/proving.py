"""Proofs for the corpus: made as ``agent-compliance prove`` makes them, so that an attack is one alteration of an honest one."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pytest_agentcompliance.parsing import work
from pytest_agentcompliance.parsing.proofs import statement
from pytest_agentcompliance.parsing.proofs.record import FOLDER, Output, Record
from pytest_agentcompliance.prover import folder as folders
from pytest_agentcompliance.sources import patches, standing
from pytest_agentcompliance.sources.repository import Repository
from tests.evasions.harness import Stage

GREEN = "collected 5 items\n\ntest_app.py .....                [100%]\n\n============ 5 passed in 0.12s ============\n"
RED = "collected 5 items\n\ntest_app.py ..F..                [100%]\n\n======= 1 failed, 4 passed in 0.12s =======\n"


def proved(
    stage: Stage, command: tuple[str, ...] = ("pytest",), output: str = GREEN, exit_code: int = 0, **altered: object
) -> Path:
    """Put a proof of a command over the work tree as it stands beside the others. ``altered`` are fields of its record."""
    folder = altered.pop("into", stage.root / FOLDER)
    assert isinstance(folder, Path)
    with Repository(stage.root) as repository:
        now = standing.capture(repository, stage.base, {})
        found = patches.read(repository, now.base_tree, now.tree)
    record = Record(
        name="tests", command=command, started=datetime.now(UTC) - timedelta(minutes=1), seconds=0.5, exit_code=exit_code,
        tree=now.tree, base=now.base, base_tree=now.base_tree, patch_id=found.patch_id, files=found.files,
        work=work.read(" ".join(command), output),
    )  # fmt: skip

    def made(last: folders.Last, beside: str) -> tuple[bytes, bytes]:
        import hashlib

        kept = Output(beside, hashlib.sha256(output.encode()).hexdigest(), len(output.encode()))
        whole = replace(record, output=kept, sequence=last.sequence + 1, previous=last.digest)
        text = statement.text(statement.to_statement(replace(whole, **altered)))  # type: ignore[arg-type]
        return text, text

    folder.parent.mkdir(parents=True, exist_ok=True)
    return folders.written(folder, "tests", output.encode(), made)


def said(file: Path) -> dict[str, Any]:
    """What a file of a proof holds."""
    found = json.loads(file.read_text("utf-8"))
    assert isinstance(found, dict)
    return found


def rewritten(file: Path, content: Mapping[str, Any] | bytes) -> Path:
    """The file with another content, under the name that goes with it."""
    data = content if isinstance(content, bytes) else statement.text(content)
    file.unlink()
    try:
        plain, _ = statement.payload(data)
        end = statement.digest(plain)[:8]
    except statement.Malformed:
        end = "00000000"
    file = file.with_name(f"{file.name[:-13]}{end}.json")
    file.write_bytes(data)
    return file
