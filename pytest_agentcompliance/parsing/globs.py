"""Paths against globs, the way .gitignore users expect: ``api/**`` from the root, ``*.sql`` at any depth."""

import re
import warnings
from collections.abc import Callable, Iterable
from functools import lru_cache

from pathspec import GitIgnoreSpec
from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

from pytest_agentcompliance.errors import UsageError

_ESCAPED = re.compile(r"\\.|\[.\]", re.DOTALL)
_STARS = re.compile(r"\*+")
_RUN = re.compile(r"\*{3}")  # git takes three for two; the library makes a pattern of each
_NAMED = re.compile(r"\(\?P<\w+>")


def matches(path: str, globs: Iterable[str]) -> bool:
    """Whether a path (``/`` between its parts, relative to the root) is among the globs. Raises ``UsageError``."""
    return _matcher(tuple(globs))(path.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def is_wild(glob: str) -> bool:
    """Whether a glob has so many wildcards that a path might take long to be matched: one ``**`` more, and it can be half a minute.

    One of a policy or a profile is refused when it is read.
    """
    parts = _ESCAPED.sub("", glob).split("/")
    deep = parts[:-1].count("**")
    stars = sum(len(_STARS.findall(part)) for part in parts if part not in ("*", "**"))
    return deep > 2 or stars > 3 or deep + stars > 4 or _RUN.search(glob) is not None


def usable(glob: str) -> bool:
    """Whether a glob that the audited tree has written can be matched at all, and in time."""
    if is_wild(glob):
        return False
    try:
        _matcher((glob,))
    except UsageError:
        return False
    return True


@lru_cache(maxsize=256)
def _matcher(globs: tuple[str, ...]) -> Callable[[str], bool]:
    """Globs, compiled once. A later ``!glob`` takes out again what an earlier one took in."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of a bracket within brackets, as in ``[[]``, which is a literal one to git
        return _compiled(globs)


def _compiled(globs: tuple[str, ...]) -> Callable[[str], bool]:
    try:
        read = [(pattern, include) for pattern, include in map(GitIgnoreSpecPattern.pattern_to_regex, globs) if pattern]
        if not all(include for _, include in read):
            return GitIgnoreSpec.from_lines(globs).match_file
        # Where nothing is taken out, any hit will do: one pattern for all is ten times as quick as one after the other.
        each = (pattern if pattern.startswith("^") else f"(?s:.*){pattern}" for pattern, _ in read)
        whole = re.compile("|".join(_NAMED.sub("(?:", pattern) for pattern in each) or r"(?!)")
    except (ValueError, re.error) as wrong:
        raise UsageError(f"a glob of {', '.join(map(repr, globs))} is none: {wrong}") from wrong
    return lambda path: whole.match(path.removeprefix("/").removeprefix("./")) is not None
