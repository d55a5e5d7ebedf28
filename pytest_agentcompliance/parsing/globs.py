"""Paths against globs, the way .gitignore users expect: ``api/**`` from the root, ``*.sql`` at any depth."""

import re
import warnings
from collections.abc import Callable, Iterable
from functools import cached_property, lru_cache

from pytest_agentcompliance.errors import UsageError

# Globs of plain letters and stars, of which none can be wrong; and the forms of them that are told without a regular expression.
_WORD = r"[A-Za-z0-9_.@+-]+"
_WORDS = rf"{_WORD}(?:/{_WORD})*"
_PLAIN = re.compile(rf"!?/?(?:(?:\*\*|\*?(?:{_WORD}\*)*{_WORD}\*?)/)*(?:\*\*|\*?(?:{_WORD}\*)*{_WORD}\*?)/?")
_ANYWHERE = re.compile(rf"(?:\*\*/)*({_WORD})|(?:\*\*/)+({_WORDS})")
_FOLDER = re.compile(rf"(?:\*\*/)*({_WORD})/|(?:\*\*/)+({_WORDS})/(?:\*\*)?")
_TOP = re.compile(rf"/?({_WORDS})")
_BELOW_TOP = re.compile(rf"/?({_WORDS})/\*\*")
_PARTLY = re.compile(rf"(?:\*\*/)*(\*?)({_WORD})(\*?)")
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
    """Globs, read once. A later ``!glob`` takes out again what an earlier one took in."""
    return _Plainly(globs) if all(map(_PLAIN.fullmatch, globs)) else _warned(globs)


class _Plainly:
    """Globs that are held against a path by its letters, where that is enough: to compile them costs more than a few paths.

    It says "no" and "yes" where the compiled ones do, and asks them about all else.
    """

    def __init__(self, globs: tuple[str, ...]) -> None:
        self._globs = globs
        self._in, self._in_folders = [], []  # what stands in a path with a slash at both ends; and in one with none at the end
        begins, begins_folder, self._others = [], [], []
        for glob in globs:
            if glob.startswith("!"):
                continue
            if found := _ANYWHERE.fullmatch(glob):
                self._in.append(f"/{found[1] or found[2]}/")
            elif found := _FOLDER.fullmatch(glob):
                self._in_folders.append(f"/{found[1] or found[2]}/")
            elif found := _TOP.fullmatch(glob):
                begins.append(f"/{found[1]}/")
            elif found := _BELOW_TOP.fullmatch(glob):
                begins_folder.append(f"/{found[1]}/")
            elif found := _PARTLY.fullmatch(glob):
                self._in.append(("" if found[1] else "/") + found[2] + ("" if found[3] else "/"))
            else:
                self._others.append(glob)
        self._begins, self._begins_folder = tuple(begins), tuple(begins_folder)
        self._takes_out = any(glob.startswith("!") for glob in globs)

    def __call__(self, path: str) -> bool:
        if path.startswith(("/", "./")) or "//" in path or "\n" in path:
            return self._all(path)
        return self._is_in(path) and (not self._takes_out or self._all(path))

    def _is_in(self, path: str) -> bool:
        inside = f"/{path}"
        whole = inside + "/"
        for one in self._in:  # not any(): of a change with many files, half of the time would go into making generators
            if one in whole:
                return True
        for one in self._in_folders:
            if one in inside:
                return True
        return (
            whole.startswith(self._begins) or inside.startswith(self._begins_folder) or (bool(self._others) and self._rest(path))
        )

    @cached_property
    def _all(self) -> Callable[[str], bool]:
        return _warned(self._globs)

    @cached_property
    def _rest(self) -> Callable[[str], bool]:
        return _warned(tuple(self._others))


def _warned(globs: tuple[str, ...]) -> Callable[[str], bool]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", FutureWarning)  # of a bracket within brackets, as in ``[[]``, which is a literal one to git
        return _compiled(globs)


def _compiled(globs: tuple[str, ...]) -> Callable[[str], bool]:
    from pathspec import GitIgnoreSpec  # start-up time: plain globs can do without
    from pathspec.patterns.gitignore.spec import GitIgnoreSpecPattern

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
