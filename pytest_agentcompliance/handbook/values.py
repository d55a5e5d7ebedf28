"""Values of parameters as YAML that a person could paste into a policy; JSON is YAML."""

import json
from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel


def shown(value: Any) -> str:
    """A value on one line."""
    return json.dumps(_plain(value), ensure_ascii=False)


def lines(parameters: Mapping[str, Any]) -> str:
    """Parameters by name, a list or a mapping with one line for each of its values."""
    return "".join(_lines(word, _plain(value)) for word, value in parameters.items())


def _lines(word: str, value: Any) -> str:
    if isinstance(value, dict) and value:
        return f"{word}:\n" + "".join(f"  {line}\n" for key, one in value.items() for line in _of_key(key, one))
    if isinstance(value, list) and value:
        return f"{word}:\n" + "".join(f"  - {shown(one)}\n" for one in value)
    return f"{word}: {shown(value)}\n"


def _of_key(key: str, value: Any) -> list[str]:
    """The lines of one key of a mapping; a list of mappings has one for each."""
    if isinstance(value, list) and value and isinstance(value[0], dict):
        return [f"{shown(key)}:", *(f"  - {shown(one)}" for one in value)]
    return [f"{shown(key)}: {shown(value)}"]


def _plain(value: Any) -> Any:
    """A value as JSON knows it; what has no order is sorted."""
    if isinstance(value, set | frozenset):
        return sorted(map(_plain, value))
    if isinstance(value, BaseModel):
        return _plain(value.model_dump(exclude_defaults=True))
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
