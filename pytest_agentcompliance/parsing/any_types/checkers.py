"""Whether the type checkers of Python let ``Any`` through which they did not: mypy and pyright, by what their settings mean."""

import re
from collections.abc import Iterator, Sequence

from pytest_agentcompliance.parsing.any_types.compiler import Changed, Setting
from pytest_agentcompliance.parsing.checks_config import compared, names, record

GLOBS = ("**/pyproject.toml", "**/mypy.ini", "**/.mypy.ini", "**/setup.cfg", "**/pyrightconfig.json")
_ABOUT = re.compile(
    r"(?:disallow_(?:any_\w+|subclassing_any|untyped_defs|incomplete_defs)|strict|typeCheckingMode|"
    r"report(?:ExplicitAny|Any|Unknown\w+|MissingParameterType|MissingTypeArgument)|"
    r"disable_error_code (?:explicit-any|type-arg|no-untyped-def|no-any-\w+))(?: of .*)?"
)
_TOOLS = ("mypy", "pyright")


def loosened(files: Sequence[Changed]) -> Iterator[Setting]:
    """What got looser in configurations that changed, so that ``Any`` passes. Never fails."""
    read = [record.Changed(one.path, _config(one.path, one.before), _config(one.path, one.after)) for one in files]
    found, _ = compared.looser(read, compared.Around(lambda where, tool, base: (), lambda folder: True))
    for one in found:
        if one.tool in _TOOLS and _ABOUT.fullmatch(one.name) and not one.style:
            yield Setting(False, one.path, one.line or 1, one.now or f"{one.was} is gone")


def _config(path: str, text: str | None) -> record.Config | None:
    return names.read(path, text) if text is not None else None
