"""Patterns that are compiled when a text is first held against them: a small change asks for one of four that are imported for it.

To compile the patterns of a log's readers costs as much as to import pydantic.
"""

import re
from typing import Any, cast, overload

_NAMES = tuple(name for name in dir(re.Pattern) if not name.startswith("_"))


class _Late:
    """Stands in the place of a pattern, and hands on what is asked of it."""

    def __init__(self, written: str | bytes, flags: int) -> None:
        self._written = written, flags

    def __getattr__(self, name: str) -> Any:
        """Called for what is not there: once, since then all that a pattern has is."""
        if name not in _NAMES:
            raise AttributeError(name)
        compiled: re.Pattern[Any] = re.compile(*self._written)
        self.__dict__.update({one: getattr(compiled, one) for one in _NAMES})
        return self.__dict__[name]

    @property  # type: ignore[misc]
    def __class__(self) -> type:
        """What ``isinstance`` is told, in ``re`` and elsewhere."""
        return re.Pattern


@overload
def late(written: str, flags: int = 0) -> re.Pattern[str]: ...


@overload
def late(written: bytes, flags: int = 0) -> re.Pattern[bytes]: ...


def late(written: str | bytes, flags: int = 0) -> re.Pattern[Any]:
    """A pattern as ``re.compile`` makes it; what is wrong with it is said where it is first asked."""
    return cast("re.Pattern[Any]", _Late(written, flags))
