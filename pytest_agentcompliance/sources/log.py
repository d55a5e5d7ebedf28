"""BACKEND-LOG.md into a ChunkLog."""

from pytest_agentcompliance.evidence import ChunkLog


def parse(text: str, path: str, *, before: str | None = None) -> ChunkLog:
    """Read a log; ``before`` is the log as it stood at base, whose chunks are not new."""
    return ChunkLog(path)
