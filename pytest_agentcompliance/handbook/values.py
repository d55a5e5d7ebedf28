"""Values of parameters as YAML that a person could paste into a policy; JSON is YAML."""

import json
from collections.abc import Mapping
from typing import Any


def shown(value: Any) -> str:
    """A value on one line."""
    return json.dumps(_plain(value), ensure_ascii=False)


def lines(parameters: Mapping[str, Any]) -> str:
    """Parameters by name, a list or a mapping with one line for each of its values."""
    return "".join(_lines(word, _plain(value)) for word, value in parameters.items())


def _lines(word: str, value: Any) -> str:
    if isinstance(value, dict) and value:
        return f"{word}:\n" + "".join(f"  {shown(key)}: {shown(one)}\n" for key, one in value.items())
    if isinstance(value, list) and value:
        return f"{word}:\n" + "".join(f"  - {shown(one)}\n" for one in value)
    return f"{word}: {shown(value)}\n"


def _plain(value: Any) -> Any:
    """A value as JSON knows it; what has no order is sorted."""
    if isinstance(value, set | frozenset):
        return sorted(map(_plain, value))
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(one) for one in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)
