"""Globs and paths that people write into a policy: inside the repository, and quick to match whatever the path."""

import re
from collections.abc import Mapping
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

from pytest_agentcompliance.errors import PolicyError
from pytest_agentcompliance.parsing.globs import is_wild
from pytest_agentcompliance.parsing.strict_yaml import shown


def one_or_more(value: Any) -> Any:
    """A single text as a list of one."""
    return [value] if isinstance(value, str | int) else value


def modest(glob: str) -> str:
    """A glob that any path is matched with in less than a tenth of a second. Raises ``ValueError``."""
    if is_wild(glob):
        raise ValueError(f"the glob {shown(glob)} has too many wildcards; leave it two ** before its end and two * within names")
    if not glob.strip():
        raise ValueError("a path is empty; write a path or a glob")
    return glob


Texts = Annotated[
    tuple[str, ...],
    BeforeValidator(one_or_more),
    WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "array", "items": {"type": "string"}}]}),
]


def modest_within(value: Any) -> None:
    """``modest`` for every text with a star inside a value. Raises ``ValueError``."""
    if isinstance(value, str) and "*" in value:
        modest(value)
    elif isinstance(value, Mapping):
        for one in value.values():
            modest_within(one)
    elif isinstance(value, list):
        for one in value:
            modest_within(one)


def path_value(name: str, value: str) -> str:
    """A template value, which becomes a part of paths, without ``./`` and ``/`` at its ends. Raises ``PolicyError``."""
    if value.startswith("/") or ".." in value.split("/") or re.match("[A-Za-z]:/", value):
        raise PolicyError(f"{name}: {shown(value)} leaves the repository; give a path from its root")
    try:
        return modest(value.removeprefix("./").rstrip("/")) if value not in (".", "./", "") else ""
    except ValueError as wrong:
        raise PolicyError(f"{name}: {wrong}") from wrong
