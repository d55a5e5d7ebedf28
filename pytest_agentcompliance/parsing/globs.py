"""Paths against globs, the way .gitignore users expect: ``api/**`` from the root, ``*.sql`` at any depth."""

import re
from collections.abc import Iterable
from functools import lru_cache

from pathspec import GitIgnoreSpec

from pytest_agentcompliance.errors import UsageError


@lru_cache(maxsize=256)
def spec(globs: tuple[str, ...]) -> GitIgnoreSpec:
    """Globs, compiled once. A later ``!glob`` takes out again what an earlier one took in. Raises ``UsageError``."""
    try:
        return GitIgnoreSpec.from_lines(globs)
    except (ValueError, re.error) as wrong:
        raise UsageError(f"a glob of {', '.join(map(repr, globs))} is none: {wrong}") from wrong


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a path (``/`` between its parts, relative to the root) is among the globs."""
    compiled = spec(tuple(globs))
    return bool(compiled.match_file(path.encode("utf-8", "surrogateescape").decode("utf-8", "replace")))
