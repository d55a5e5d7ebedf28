"""Names and paths against many patterns at once, without a regular expression where none is needed."""

from collections.abc import Iterable
from fnmatch import fnmatchcase


def is_called(name: str, pattern: str) -> bool:
    """Whether a name matches a pattern; most have no star, or one at their end, and need no regular expression."""
    begin, star, rest = pattern.partition("*")
    if rest or "[" in pattern or "?" in pattern:
        return fnmatchcase(name, pattern)
    return name.startswith(begin) if star else name == pattern


def having(paths: Iterable[str], chunks: Iterable[str]) -> list[str]:
    """The paths that have one of the chunks, in lower case; looked for in all of them at once."""
    all_of = list(paths)
    text = "".join(f"\n/{path.lower()}" for path in all_of) + "\n"
    found: set[str] = set()
    for chunk in chunks:
        at = text.find(chunk)
        while at >= 0:
            end = text.find("\n", at + len(chunk) - 1)
            found.add(text[text.rfind("\n", 0, at + 1) + 2 : end])
            at = text.find(chunk, end)
    return [path for path in all_of if path.lower() in found or "\n" in path]
