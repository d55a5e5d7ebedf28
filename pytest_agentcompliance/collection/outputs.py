"""The files that were asked for: written before the session, and put right where it altered them."""

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

from pytest_agentcompliance.reporters import json, text
from pytest_agentcompliance.verdict import Audit


def write(audit: Audit, files: Sequence[tuple[str, Path]]) -> None:
    """Before the session, so that nothing that it loads can come between. Raises ``pytest.UsageError``."""
    for name, file in files:
        try:
            file.write_bytes(_written(audit, name))
        except OSError as wrong:
            raise pytest.UsageError(f"agent-compliance: --agent-compliance-output {name}:{file}: {wrong.strerror}") from wrong


def rewritten(audit: Audit, files: Sequence[tuple[str, Path]]) -> Iterator[Path]:
    """Put back what is no longer what was written. Two outputs may go to one file; the last one counts."""
    for file, name in {file: name for name, file in files}.items():
        content = _written(audit, name)
        try:
            if not is_plain(file) or file.read_bytes() != content:
                yield file
                file.unlink(missing_ok=True)  # a link that took its place leads elsewhere
                file.write_bytes(content)
        except OSError:
            yield file


def is_plain(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()


def _written(audit: Audit, name: str) -> bytes:
    content = json.dumps(audit) if name == "json" else "".join(f"{line}\n" for _, line in text.lines(audit, verbose=True))
    return content.encode("utf-8")
