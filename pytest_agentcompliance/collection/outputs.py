"""The files that were asked for: written before the session, and put right where it altered them."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import pytest

from pytest_agentcompliance import outputs
from pytest_agentcompliance.errors import UsageError
from pytest_agentcompliance.reporters import formats, json, text
from pytest_agentcompliance.reporters.text import shown
from pytest_agentcompliance.verdict import Audit

BUNDLE = "bundle"


def hold(files: Sequence[tuple[str, Path]], repository: Path) -> None:
    """Before anything is judged. Raises ``pytest.UsageError``."""
    try:
        outputs.hold([(_option(name, file), file) for name, file in files], repository)
    except UsageError as wrong:
        raise pytest.UsageError(shown(f"agent-compliance: {wrong}")) from wrong


def write(audit: Audit, rich: Mapping[str, bytes], files: Sequence[tuple[str, Path]]) -> Iterator[str]:
    """Before the session, so that nothing that it loads can come between. What could not be written is said."""
    for name, file in files:
        try:
            if _is_made(rich, name):
                file.write_bytes(_written(audit, rich, name))
        except OSError as wrong:
            yield shown(f"agent-compliance: {_option(name, file)} could not be written: {wrong.strerror}")


def lost(rich: Mapping[str, bytes], asked: Sequence[str]) -> Iterator[str]:
    """The formats, or the bundle, that could not be made of the verdicts."""
    for name in dict.fromkeys(asked):
        if not _is_made(rich, name):
            yield f"agent-compliance: {name} could not be made; 'agent-compliance audit' says why"


def rewritten(audit: Audit, rich: Mapping[str, bytes], files: Sequence[tuple[str, Path]]) -> Iterator[Path]:
    """Put back what is no longer what was written."""
    for name, file in files:
        content = _written(audit, rich, name)
        try:
            if not is_plain(file) or file.read_bytes() != content:
                yield file
                file.unlink(missing_ok=True)  # a link that took its place leads elsewhere
                file.write_bytes(content)
        except OSError:
            yield file


def is_plain(file: Path) -> bool:
    return file.is_file() and not file.is_symlink()


def _is_made(rich: Mapping[str, bytes], name: str) -> bool:
    return name in formats.PLAIN or name in rich


def _option(name: str, file: Path) -> str:
    return f"--agent-compliance-bundle {file}" if name == BUNDLE else f"--agent-compliance-output {name}:{file}"


def _written(audit: Audit, rich: Mapping[str, bytes], name: str) -> bytes:
    if name in rich:
        return rich[name]
    content = json.dumps(audit) if name == "json" else "".join(f"{line}\n" for _, line in text.lines(audit, verbose=True))
    return content.encode("utf-8")
