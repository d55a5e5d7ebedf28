"""Names in braces, ``{story}``, replaced by the values of a profile."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

NAME = re.compile(r"\{(\{\w+\})\}|\{([A-Za-z_]\w*)\}")
ONLY_WILD = re.compile(r"[*?/]+(?:/\*\.\w+)?")
SPECIAL = re.compile(r"[\\*?\[\]!#]")
BLANK = re.compile(r"[\s\x00-\x20\x7f]")  # at the ends of a glob it would be stripped


def names(value: Any) -> Iterator[str]:
    """The names that a text, or the texts inside lists and mappings, hold in braces. ``{{x}}`` is ``{x}`` itself."""
    if isinstance(value, str):
        yield from (match[2] for match in NAME.finditer(value) if match[2])
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from names(one)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from names(one)


def filled(value: Any, values: Mapping[str, str]) -> Any:
    """The same with every name replaced; raises ``KeyError`` for one that has no value.

    An item of a list of which only wildcards are left is left out: ``{feature_dir}/{story}/**`` means the
    folder of a story, and while the story is not known it must not mean every folder.
    """
    if isinstance(value, str):
        return NAME.sub(lambda match: match[1] or values[match[2]], value)
    if isinstance(value, Mapping):
        return {key: filled(one, values) for key, one in value.items()}
    if isinstance(value, list | tuple):
        done = ((one, filled(one, values)) for one in value)
        return [now for was, now in done if now == was or not (isinstance(now, str) and ONLY_WILD.fullmatch(now))]
    return value


def literally(text: str) -> str:
    """A text in which no character is a wildcard: for values that come from the evidence, such as a story's folder."""
    if text == "auto":  # the word for a story that is not known
        return "[a]uto"
    return BLANK.sub(lambda match: f"[{match[0]}]", SPECIAL.sub(lambda match: "\\" + match[0], text))
