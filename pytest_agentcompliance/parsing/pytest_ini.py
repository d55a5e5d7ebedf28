"""What a configuration file of pytest's says of the audit: its settings, and the options of ours in its addopts."""

import shlex
import tomllib
from collections.abc import Collection, Mapping
from typing import Any

# Where pytest looks in each folder, and in this order.
NAMES = ("pytest.toml", ".pytest.toml", "pytest.ini", ".pytest.ini", "pyproject.toml", "tox.ini", "setup.cfg")
ALWAYS = NAMES[:4]  # these are chosen wherever they lie, whether or not they say anything

SETTING, OPTION = "agent_compliance_", "--agent-compliance"
LIMIT = 1024 * 1024  # bytes; of a longer file only its bytes are compared


def said(name: str, data: bytes | None, settings: Collection[str]) -> Mapping[str, Any] | None:
    """What the file of that name says of these settings; None where pytest would pass it by.

    A file that cannot be read as pytest reads it says what its bytes are: it is the same, or it is not.
    """
    if data is None:
        return None
    try:
        if len(data) > LIMIT:
            raise ValueError("too long")
        sections = tables(name, data.decode("utf-8"))
        found: dict[str, Any] = {}
        for section in sections:
            for key, value in section.items():
                if key == "addopts":
                    if ours := _options(value, settings):
                        found[key] = ours
                elif key.startswith(SETTING) and key.removeprefix(SETTING) in settings and value:
                    found[key] = value
    except (ValueError, RecursionError):
        return {"": data}
    return found if sections or name in ALWAYS else None


def tables(name: str, text: str) -> list[Mapping[str, Any]]:
    """The tables that any pytest takes for its own; ``ValueError`` where the file has none of the shapes that it reads."""
    if name.endswith(".toml"):
        page = tomllib.loads(text)
        tool = page.get("tool", {})
        own = tool.get("pytest", {}) if isinstance(tool, dict) else {}
        tables = [page.get("pytest"), own, own.get("ini_options") if isinstance(own, dict) else None]
        return [one for one in tables if isinstance(one, dict) and one]
    from iniconfig import IniConfig, ParseError  # what pytest reads its own with

    try:
        page_of_ini = IniConfig(name, data=text)
    except ParseError as wrong:
        raise ValueError(str(wrong)) from wrong
    return [dict(page_of_ini[one].items()) for one in ("pytest", "tool:pytest") if one in page_of_ini]


def _options(addopts: Any, settings: Collection[str]) -> list[str]:
    """Of an addopts, what concerns the audit: our options with their values, and overridden settings of ours."""
    words = [str(one) for one in addopts] if isinstance(addopts, list) else shlex.split(str(addopts))
    found, takes = [], False
    for word in words:
        if takes:
            found.append(word)
            takes = False
        elif word.startswith(f"{OPTION}-") and (name := word.removeprefix(f"{OPTION}-").partition("=")[0]) in settings:
            found.append(word)
            takes = "=" not in word and name != "only"
        elif SETTING in word:
            found.append(word)
    return found
