"""BACKEND-LOG.md into a ChunkLog."""

from pytest_agentcompliance.evidence import ChunkLog


def parse(text: str, path: str, *, before: str | None = None) -> ChunkLog:
    return ChunkLog(path)
